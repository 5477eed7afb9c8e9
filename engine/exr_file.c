#include "exr_file.h"

#include <stdio.h>
#include <string.h>

#include "exr_header.h"
#include "scratch.h"

/* What OpenEXR said last on this thread: its error callback comes on the thread that made the call.
 */
static _Thread_local char last_message[512];

static void keep_message(exr_const_context_t context, exr_result_t code, const char *message)
{
    (void)context;
    (void)code;
    snprintf(last_message, sizeof last_message, "%s", message ? message : "");
}

void zoe_exr_file_forget_message(void)
{
    last_message[0] = '\0';
}

int64_t zoe_exr_file_read(zoe_exr_file *file, void *buffer, size_t bytes, uint64_t offset)
{
    uint64_t start = zoe_os_now_ns();
    int64_t got = zoe_os_file_read(file->fd, buffer, bytes, offset);
    if (file->stats.read)
        zoe_histogram_add(file->stats.read, zoe_os_now_ns() - start);
    if (got < 0)
        atomic_store_explicit(&file->broken, 1, memory_order_relaxed);
    else if (file->stats.bytes)
        atomic_fetch_add_explicit(file->stats.bytes, (uint64_t)got, memory_order_relaxed);
    return got;
}

static int64_t read_hook(exr_const_context_t context, void *user, void *buffer, uint64_t bytes,
                         uint64_t offset, exr_stream_error_func_ptr_t error)
{
    (void)context;
    (void)error;
    return zoe_exr_file_read(user, buffer, (size_t)bytes, offset);
}

static int64_t size_hook(exr_const_context_t context, void *user)
{
    (void)context;
    return (int64_t)((zoe_exr_file *)user)->id.bytes;
}

/* OpenEXR's messages may begin with the file's name in quotes; ours do already. */
static const char *without_path(const char *message, const char *path)
{
    size_t length = strlen(path);
    if (message[0] == '\'' && strncmp(message + 1, path, length) == 0 &&
        strncmp(message + 1 + length, "': ", 3) == 0)
        return message + length + 4;
    return message;
}

zoe_status zoe_exr_file_error(const zoe_exr_file *file, exr_result_t result, zoe_error *error)
{
    zoe_status status = zoe_exr_status(result);
    if (atomic_load_explicit(&file->broken, memory_order_relaxed))
        status = ZOE_ERROR_IO;
    const char *why = without_path(last_message, file->path);
    return zoe_error_set(error, status, "%s: %s%s%s", file->path, zoe_status_text(status),
                         *why ? ": " : "", why);
}

zoe_status zoe_exr_file_open(zoe_exr_file *file, const char *path, const zoe_read_stats *stats,
                             zoe_error *error)
{
    memset(file, 0, sizeof *file);
    if ((size_t)snprintf(file->path, sizeof file->path, "%s", path) >= sizeof file->path)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: path too long", path);
    file->stats = *stats;
    zoe_status status = zoe_os_file_open(path, &file->fd, &file->id, error);
    if (status != ZOE_OK)
        return status;
    /* Before OpenEXR sees it: its own text for a file of another kind is not one for people. */
    static const uint8_t magic[4] = {0x76, 0x2f, 0x31, 0x01};
    uint8_t first[4] = {0};
    if (zoe_exr_file_read(file, first, sizeof first, 0) < 0 ||
        memcmp(first, magic, sizeof magic) != 0) {
        bool io = atomic_load_explicit(&file->broken, memory_order_relaxed);
        zoe_os_file_close(file->fd);
        file->fd = -1;
        return zoe_error_set(error, io ? ZOE_ERROR_IO : ZOE_ERROR_NOT_EXR, "%s: %s", path,
                             io ? "cannot be read" : "not an OpenEXR file");
    }
    exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;
    init.error_handler_fn = keep_message;
    init.alloc_fn = zoe_recycler_alloc;
    init.free_fn = zoe_recycler_free;
    init.user_data = file;
    init.read_fn = read_hook;
    init.size_fn = size_hook;
    /* A chunk that is not in the file is missing; it is not looked for all over the file. */
    init.flags = EXR_CONTEXT_FLAG_DISABLE_CHUNK_RECONSTRUCTION;
    zoe_exr_file_forget_message();
    exr_result_t result = exr_start_read(&file->context, path, &init);
    if (result != EXR_ERR_SUCCESS) {
        status = zoe_exr_file_error(file, result, error);
        zoe_os_file_close(file->fd);
        file->fd = -1;
    }
    return status;
}

zoe_status zoe_exr_file_close(zoe_exr_file *file, zoe_error *error)
{
    zoe_os_file_id now;
    bool changed = !zoe_os_file_identify(file->fd, &now) || !zoe_os_file_id_equal(&now, &file->id);
    exr_finish(&file->context);
    zoe_os_file_close(file->fd);
    if (changed)
        return zoe_error_set(error, ZOE_ERROR_CHANGED, "%s: changed while it was read", file->path);
    return ZOE_OK;
}
