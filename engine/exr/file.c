#include "exr/file.h"

#include <stdio.h>
#include <string.h>

#include "exr/scan.h"
#include "exr/header.h"
#include "memory/scratch.h"

/* Holds the header and the table of chunk offsets of ordinary files; 8 pages. */
enum { HEAD_BYTES = 32768 };

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
    zoe_recycler_forget_refusal();
}

static int64_t read_system(zoe_exr_file *file, void *buffer, size_t bytes, uint64_t offset)
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

int64_t zoe_exr_file_read(zoe_exr_file *file, void *buffer, size_t bytes, uint64_t offset)
{
    if (offset >= file->id.bytes)
        return 0;
    if (bytes > file->id.bytes - offset)
        bytes = (size_t)(file->id.bytes - offset);
    if (file->head && offset <= file->head_bytes && bytes <= file->head_bytes - offset) {
        memcpy(buffer, file->head + offset, bytes);
        return (int64_t)bytes;
    }
    return read_system(file, buffer, bytes, offset);
}

static int64_t read_hook(exr_const_context_t context, void *user, void *buffer, uint64_t bytes,
                         uint64_t offset, exr_stream_error_func_ptr_t error)
{
    (void)context;
    (void)error;
    return zoe_exr_file_read(user, buffer, (size_t)bytes, offset);
}

static int64_t check_hook(void *user, void *buffer, size_t bytes, uint64_t offset)
{
    return zoe_exr_file_read(user, buffer, bytes, offset);
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
    if (zoe_recycler_was_refused())
        status = ZOE_ERROR_NO_MEMORY;
    else if (zoe_exr_file_is_broken(file))
        status = ZOE_ERROR_IO;
    const char *why = without_path(last_message, file->path);
    return zoe_error_set(error, status, "%s: %s%s%s", file->path, zoe_status_text(status),
                         *why ? ": " : "", why);
}

static zoe_status read_head(zoe_exr_file *file, zoe_error *error)
{
    size_t bytes = file->id.bytes < HEAD_BYTES ? (size_t)file->id.bytes : HEAD_BYTES;
    file->head = zoe_recycler_alloc(HEAD_BYTES);
    if (!file->head)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", file->path);
    int64_t got = read_system(file, file->head, bytes, 0);
    if (got < 0)
        return zoe_error_set(error, ZOE_ERROR_IO, "%s: cannot be read", file->path);
    file->head_bytes = (size_t)got;
    return ZOE_OK;
}

static zoe_status start(zoe_exr_file *file, zoe_error *error)
{
    zoe_exr_outline outline;
    zoe_status status = read_head(file, error);
    if (status == ZOE_OK)
        status = zoe_exr_scan(check_hook, file, file->id.bytes, file->path, &outline, error);
    if (status != ZOE_OK)
        return status;
    file->header_end = outline.end;
    file->multipart = outline.multipart;
    zoe_exr_hide_deep_flag(&outline, file->head, file->head_bytes, 0);
    exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;
    init.error_handler_fn = keep_message;
    init.alloc_fn = zoe_recycler_alloc;
    init.free_fn = zoe_recycler_free;
    init.user_data = file;
    init.read_fn = read_hook;
    init.size_fn = size_hook;
    /* A table that is not complete is completed by zoe_exr_table_read(). */
    init.flags = EXR_CONTEXT_FLAG_DISABLE_CHUNK_RECONSTRUCTION;
    zoe_exr_file_forget_message();
    exr_result_t result = exr_start_read(&file->context, file->path, &init);
    /* A header read without memory may lack attributes, and OpenEXR makes up for them. */
    if (result == EXR_ERR_SUCCESS && zoe_recycler_was_refused())
        result = EXR_ERR_OUT_OF_MEMORY;
    return result == EXR_ERR_SUCCESS ? ZOE_OK : zoe_exr_file_error(file, result, error);
}

zoe_status zoe_exr_file_open(zoe_exr_file *file, const char *path, const zoe_read_stats *stats,
                             zoe_error *error)
{
    /* All but the path, which is long and written next. */
    memset(file, 0, offsetof(zoe_exr_file, path));
    file->fd = -1;
    size_t length = strlen(path);
    if (length >= sizeof file->path)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: path too long", path);
    memcpy(file->path, path, length + 1);
    file->stats = *stats;
    zoe_status status = zoe_os_file_open(path, &file->fd, &file->id, error);
    if (status != ZOE_OK)
        return status;
    status = start(file, error);
    if (status != ZOE_OK)
        zoe_exr_file_close(file, NULL);
    return status;
}

void zoe_exr_file_forget_head(zoe_exr_file *file)
{
    if (file->head)
        zoe_recycler_free(file->head);
    file->head = NULL;
    file->head_bytes = 0;
}

zoe_status zoe_exr_file_close(zoe_exr_file *file, zoe_error *error)
{
    zoe_os_file_id now;
    bool changed = !zoe_os_file_identify(file->fd, &now) || !zoe_os_file_id_equal(&now, &file->id);
    if (file->context)
        exr_finish(&file->context);
    zoe_exr_file_forget_head(file);
    zoe_os_file_close(file->fd);
    file->fd = -1;
    if (changed)
        return zoe_error_set(error, ZOE_ERROR_CHANGED, "%s: changed while it was read", file->path);
    return ZOE_OK;
}
