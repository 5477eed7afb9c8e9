#include "exr/file.h"

#include <stdio.h>
#include <string.h>

#include "exr/attribute.h"

/* What OpenEXR said last on this thread: its error callback comes on the thread that made the
 * call. */
static _Thread_local char last_message[512];

static void keep_message(exr_const_context_t context, exr_result_t code, const char *message)
{
    (void)context;
    (void)code;
    snprintf(last_message, sizeof last_message, "%s", message ? message : "");
    zoe_exr_clean_text(last_message);
}

void zoe_exr_file_forget_message(void)
{
    last_message[0] = '\0';
}

/* ---- reading ---- */

/* Bytes that are read between two looks whether they are still wanted: a volume that gives 5 MB a
 * second takes 0.2 s for them. */
enum { READ_STEP = 1 << 20 };

/* A stopped read is as one that the file ends in: what comes of it is not looked at. Each step is
 * counted when it is done, which shows whoever watches that a slow volume has not stopped. */
static int64_t read_in_steps(const zoe_exr_file *file, uint8_t *buffer, size_t bytes,
                             uint64_t offset, zoe_error *why)
{
    size_t done = 0;
    do {
        size_t step = bytes - done < READ_STEP ? bytes - done : READ_STEP;
        int64_t got = zoe_storage_read(&file->object, buffer + done, step, offset + done, why);
        if (got < 0)
            return why->status == ZOE_STALE && zoe_stop_wanted() ? (int64_t)done : -1;
        done += (size_t)got;
        if (file->stats.bytes)
            atomic_fetch_add_explicit(file->stats.bytes, (uint64_t)got, memory_order_relaxed);
        if ((size_t)got < step)
            break;
    } while (done < bytes && !zoe_stop_wanted());
    return (int64_t)done;
}

/* Keeps the first reason. */
static void note_broken(zoe_exr_file *file, const zoe_error *why)
{
    int whole = 0;
    if (!atomic_compare_exchange_strong_explicit(&file->broken, &whole, 1, memory_order_relaxed,
                                                 memory_order_relaxed))
        return;
    file->why = why->status;
    snprintf(file->why_text, sizeof file->why_text, "%.*s", ZOE_EXR_WHY_BYTES - 1, why->text);
    atomic_store_explicit(&file->broken, 2, memory_order_release);
}

zoe_status zoe_exr_file_unreadable(const zoe_exr_file *file, zoe_error *error)
{
    bool is_known = atomic_load_explicit(&file->broken, memory_order_acquire) == 2;
    /* A descriptor's failures are known by the path only. */
    if (is_known && file->object.store)
        return zoe_error_set(error, file->why, "%s", file->why_text);
    return zoe_error_set(error, ZOE_ERROR_IO, "%s: cannot be read", file->path);
}

static int64_t read_storage(zoe_exr_file *file, void *buffer, size_t bytes, uint64_t offset)
{
    uint64_t start = file->stats.read ? zoe_os_now_ns() : 0;
    zoe_error why = {.status = ZOE_OK};
    int64_t got = read_in_steps(file, buffer, bytes, offset, &why);
    if (file->stats.read)
        zoe_histogram_add(file->stats.read, zoe_os_now_ns() - start);
    if (got < 0)
        note_broken(file, &why);
    return got;
}

int64_t zoe_exr_file_read(zoe_exr_file *file, void *buffer, size_t bytes, uint64_t offset)
{
    if (offset >= file->object.id.bytes)
        return 0;
    if (bytes > file->object.id.bytes - offset)
        bytes = (size_t)(file->object.id.bytes - offset);
    if (offset <= file->head_bytes && bytes <= file->head_bytes - offset) {
        memcpy(buffer, file->head + offset, bytes);
        return (int64_t)bytes;
    }
    return read_storage(file, buffer, bytes, offset);
}

static int64_t read_to_scan(void *user, void *buffer, size_t bytes, uint64_t offset)
{
    return zoe_exr_file_read(user, buffer, bytes, offset);
}

static int64_t read_for_openexr(exr_const_context_t context, void *user, void *buffer,
                                uint64_t bytes, uint64_t offset, exr_stream_error_func_ptr_t error)
{
    (void)context;
    (void)error;
    zoe_exr_file *file = user;
    int64_t got = zoe_exr_file_read(file, buffer, (size_t)bytes, offset);
    if (got > 0)
        zoe_exr_hide_deep_flag(&file->outline, buffer, (size_t)got, offset);
    return got;
}

static int64_t size_for_openexr(exr_const_context_t context, void *user)
{
    (void)context;
    return (int64_t)((const zoe_exr_file *)user)->object.id.bytes;
}

/* ---- errors ---- */

/* OpenEXR's messages may begin with the file's name in quotes; ours do already. */
static const char *without_path(const char *message, const char *path)
{
    size_t length = strlen(path);
    if (message[0] == '\'' && strncmp(message + 1, path, length) == 0 &&
        strncmp(message + 1 + length, "': ", 3) == 0)
        return message + length + 4;
    return message;
}

/* A failed read is TRUNCATED: the system's failures are known from the hook. */
static zoe_status status_of(exr_result_t result)
{
    switch (result) {
    case EXR_ERR_SUCCESS: return ZOE_OK;
    case EXR_ERR_OUT_OF_MEMORY: return ZOE_ERROR_NO_MEMORY;
    case EXR_ERR_FILE_ACCESS: return ZOE_ERROR_IO;
    case EXR_ERR_READ_IO: return ZOE_ERROR_TRUNCATED;
    case EXR_ERR_FEATURE_NOT_IMPLEMENTED: return ZOE_ERROR_UNSUPPORTED;
    default: return ZOE_ERROR_CORRUPT;
    }
}

zoe_status zoe_exr_file_error(const zoe_exr_file *file, exr_result_t result,
                              const zoe_blocks *blocks, zoe_error *error)
{
    zoe_status status = status_of(result);
    const char *why = without_path(last_message, file->path);
    if (zoe_exr_file_is_broken(file))
        return zoe_exr_file_unreadable(file, error);
    if (blocks->refused)
        status = ZOE_ERROR_TOO_SMALL;
    if (status != ZOE_ERROR_CORRUPT && status != ZOE_ERROR_UNSUPPORTED)
        why = "";
    return zoe_error_set(error, status, "%s: %s%s%s", file->path, zoe_status_text(status),
                         *why ? ": " : "", why);
}

zoe_status zoe_exr_file_damaged(const zoe_exr_file *file, const char *what, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_CORRUPT, "%s: damaged file: %s", file->path, what);
}

/* ---- open, parse, close ---- */

static zoe_status scan_header(zoe_exr_file *file, zoe_error *error)
{
    if (file->head) {
        uint64_t bytes = file->object.id.bytes;
        size_t wanted = bytes < ZOE_EXR_HEAD_BYTES ? (size_t)bytes : ZOE_EXR_HEAD_BYTES;
        int64_t got = read_storage(file, file->head, wanted, 0);
        if (got < 0)
            return zoe_exr_file_unreadable(file, error);
        file->head_bytes = (size_t)got;
    }
    zoe_status status =
        zoe_exr_scan(read_to_scan, file, file->object.id.bytes, file->path, &file->outline, error);
    return status == ZOE_ERROR_IO ? zoe_exr_file_unreadable(file, error) : status;
}

zoe_status zoe_exr_file_adopt(zoe_exr_file *file, const zoe_storage_object *object,
                              const char *path, const zoe_read_stats *stats, uint8_t *head,
                              zoe_error *error)
{
    memset(file, 0, sizeof *file);
    file->object = *object;
    file->path = path;
    file->stats = *stats;
    file->head = head;
    zoe_status status = scan_header(file, error);
    if (status != ZOE_OK)
        zoe_exr_file_close(file, NULL);
    return status;
}

zoe_status zoe_exr_file_open(zoe_exr_file *file, zoe_storage *storage, const char *path,
                             const zoe_read_stats *stats, uint8_t *head, zoe_error *error)
{
    zoe_storage_object object;
    memset(file, 0, sizeof *file);
    file->object.fd = -1;
    if (strlen(path) >= ZOE_PATH_MAX)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: path too long", path);
    zoe_status status = zoe_storage_open(storage, path, &object, error);
    if (status != ZOE_OK)
        return status;
    return zoe_exr_file_adopt(file, &object, path, stats, head, error);
}

/* Are there no more attributes and parts than the scan saw? Whatever release of OpenEXR parses
 * them, it has read what was looked at and nothing else. Where a part lacks attributes that it must
 * have, OpenEXR adds them. */
static bool is_as_scanned(const zoe_exr_file *file)
{
    enum { ADDED_MAX = 16 };
    int parts = 0;
    int64_t attributes = 0;
    if (exr_get_count(file->context, &parts) != EXR_ERR_SUCCESS || parts < 1 ||
        parts > file->outline.part_count)
        return false;
    for (int p = 0; p < parts; p++) {
        int32_t count = 0;
        if (exr_get_attribute_count(file->context, p, &count) != EXR_ERR_SUCCESS)
            return false;
        attributes += count;
    }
    return attributes <= file->outline.attribute_count + (int64_t)parts * ADDED_MAX;
}

zoe_status zoe_exr_file_parse(zoe_exr_file *file, zoe_blocks *blocks, zoe_error *error)
{
    exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;
    init.error_handler_fn = keep_message;
    init.alloc_fn = zoe_blocks_hook_alloc;
    init.free_fn = zoe_blocks_hook_free;
    init.user_data = file;
    init.read_fn = read_for_openexr;
    init.size_fn = size_for_openexr;
    /* A table that is not complete is completed by zoe_exr_chunk_table_read(). */
    init.flags = EXR_CONTEXT_FLAG_DISABLE_CHUNK_RECONSTRUCTION;
    zoe_exr_file_forget_message();
    blocks->refused = false;
    zoe_blocks *before = zoe_blocks_enter(blocks);
    exr_result_t result = exr_start_read(&file->context, file->path, &init);
    zoe_blocks_enter(before);
    /* A header read without memory may lack attributes, and OpenEXR makes up for them. */
    if (result == EXR_ERR_SUCCESS && blocks->refused)
        result = EXR_ERR_OUT_OF_MEMORY;
    if (result != EXR_ERR_SUCCESS)
        return zoe_exr_file_error(file, result, blocks, error);
    return is_as_scanned(file) ? ZOE_OK
                               : zoe_exr_file_damaged(file, "the header hides attributes", error);
}

void zoe_exr_file_finish(zoe_exr_file *file)
{
    if (file->context)
        exr_finish(&file->context);
    file->context = NULL;
}

void zoe_exr_file_forget_head(zoe_exr_file *file)
{
    file->head_bytes = 0;
}

zoe_status zoe_exr_file_close(zoe_exr_file *file, zoe_error *error)
{
    bool changed = !zoe_storage_is_same(&file->object);
    zoe_exr_file_finish(file);
    zoe_storage_close_object(&file->object);
    if (changed)
        return zoe_error_set(error, ZOE_ERROR_CHANGED, "%s: changed while it was read", file->path);
    return ZOE_OK;
}
