#include <zoetrope/engine.h>
#include <zoetrope/header.h>

#include <stdatomic.h>
#include <string.h>

#include "base/os.h"
#include "base/settings.h"
#include "exr/read_header.h"
#include "isolation/header_reader.h"

/* What zoe_header_isolate() said last. */
static struct {
    _Atomic int32_t mode;    /* relaxed: set before others read headers */
    _Atomic bool is_refused; /* relaxed: AUTO has seen that this system or installation cannot */
    uint32_t hang_ms;
    char program[ZOE_PATH_MAX]; /* "": none is given */
} isolated = {.mode = ZOE_ISOLATION_OFF};

zoe_status zoe_header_isolate(const zoe_engine_settings *settings)
{
    zoe_engine_settings now;
    zoe_engine_settings_init(&now);
    zoe_status status =
        zoe_settings_copy(&now, sizeof now, settings, "zoe_engine_settings_init", NULL);
    if (status != ZOE_OK)
        return status;
    const char *program = now.decoder_program ? now.decoder_program : "";
    if (now.isolation < ZOE_ISOLATION_OFF || now.isolation > ZOE_ISOLATION_AUTO ||
        strlen(program) >= sizeof isolated.program)
        return ZOE_ERROR_ARGUMENT;
    memcpy(isolated.program, program, strlen(program) + 1);
    isolated.hang_ms = now.decoder_hang_ms;
    atomic_store_explicit(&isolated.is_refused, false, memory_order_relaxed);
    zoe_isolation_end_readers();
    atomic_store_explicit(&isolated.mode, now.isolation, memory_order_relaxed);
    return ZOE_OK;
}

zoe_status zoe_header_read(const char *path, zoe_storage *storage, zoe_header **header,
                           zoe_error *error)
{
    if (header)
        *header = NULL;
    if (!path || !header)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "no file is given");
    int32_t mode = atomic_load_explicit(&isolated.mode, memory_order_relaxed);
    if (mode == ZOE_ISOLATION_OFF ||
        atomic_load_explicit(&isolated.is_refused, memory_order_relaxed))
        return zoe_exr_header_read(path, storage, header, error);
    bool started = false;
    const char *program = isolated.program[0] ? isolated.program : NULL;
    zoe_status status = zoe_isolation_read_header(program, isolated.hang_ms, path, storage, header,
                                                  &started, error);
    if (started || mode == ZOE_ISOLATION_ON)
        return status;
    /* Where it is for want of memory or the like, the next one may start. */
    if (status == ZOE_ERROR_NOT_FOUND || status == ZOE_ERROR_UNSUPPORTED)
        atomic_store_explicit(&isolated.is_refused, true, memory_order_relaxed);
    return zoe_exr_header_read(path, storage, header, error);
}
