#include "isolation/descriptor.h"

#include "base/os.h"

/* Read at a time, so that stopping is noticed. */
enum { STEP_BYTES = 1 << 20 };

static zoe_status fill(const zoe_storage_object *object, uint8_t *memory, size_t bytes,
                       const char *path, zoe_error *error)
{
    for (size_t at = 0; at < bytes;) {
        if (zoe_stop_wanted())
            return zoe_error_set(error, ZOE_STALE, "%s: %s", path, zoe_status_text(ZOE_STALE));
        size_t step = bytes - at < STEP_BYTES ? bytes - at : STEP_BYTES;
        zoe_error why = {.status = ZOE_ERROR_IO, .text = ""};
        int64_t got = zoe_storage_read(object, memory + at, step, at, &why);
        if (got < 0)
            return zoe_error_set(error, why.status == ZOE_OK ? ZOE_ERROR_IO : why.status, "%s",
                                 why.text[0] ? why.text : path);
        if (got == 0)
            return zoe_error_set(error, ZOE_ERROR_CHANGED, "%s: changed while it was read", path);
        at += (size_t)got;
    }
    return ZOE_OK;
}

zoe_status zoe_isolation_descriptor_open(const zoe_storage_object *object, uint64_t bytes,
                                         const char *path, zoe_isolation_descriptor *descriptor,
                                         zoe_error *error)
{
    *descriptor = (zoe_isolation_descriptor){.fd = object->fd};
    if (object->fd >= 0)
        return ZOE_OK;
    if (bytes > object->id.bytes)
        bytes = object->id.bytes;
    int fd = -1;
    uint8_t *memory = bytes <= SIZE_MAX / 2 ? zoe_os_sealed_begin((size_t)bytes, &fd) : NULL;
    if (!memory)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", path);
    zoe_status status = fill(object, memory, (size_t)bytes, path, error);
    if (!zoe_os_sealed_end(memory, (size_t)bytes, fd) && status == ZOE_OK)
        status = zoe_error_set(error, ZOE_ERROR_NO_MEMORY,
                               "%s: the system gives no memory that cannot be changed", path);
    if (status == ZOE_OK)
        *descriptor = (zoe_isolation_descriptor){.fd = fd, .is_memory = true};
    else
        zoe_os_file_close(fd);
    return status;
}

void zoe_isolation_descriptor_close(zoe_isolation_descriptor *descriptor)
{
    if (descriptor->is_memory)
        zoe_os_file_close(descriptor->fd);
    *descriptor = (zoe_isolation_descriptor){.fd = -1};
}
