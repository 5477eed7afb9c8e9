#include "storage/remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/stop.h"
#include "base/url.h"
#include "storage/disk_writer.h"
#include "storage/fetch.h"
#include "storage/fetch_ahead.h"
#include "storage/origin_file.h"
#include "storage/origin_web.h"

/* Blocks after the one that is waited for that are asked for with it. */
enum { READ_AHEAD = 32 };

static uint64_t soon_ns(void)
{
    return zoe_os_now_ns() + (uint64_t)ZOE_POLL_MS * 1000000;
}

static zoe_status say_status(zoe_error *error, const char *path, zoe_status status)
{
    char text[512];
    zoe_storage_text(path, text, sizeof text);
    return zoe_error_set(error, status, "%s: %s", text, zoe_status_text(status));
}

static zoe_status say_again(zoe_error *error, const zoe_error *said, zoe_status status)
{
    return said && said->text[0] ? zoe_error_set(error, status, "%s", said->text)
                                 : zoe_error_set(error, status, "%s", zoe_status_text(status));
}

/* ---- opening ---- */

/* Waits until the object is known. Lock held, and given back meanwhile. */
static zoe_status know_locked(zoe_remote *remote, zoe_far_object *object, zoe_error *error)
{
    /* What was believed is asked for once there is somebody again. */
    if (object->is_believed && !object->opens && !zoe_fetch_is_offline_locked(remote, object))
        zoe_fetch_forget_locked(remote, object);
    for (bool asked = false; object->state != ZOE_FAR_KNOWN;) {
        if (zoe_stop_wanted())
            return say_status(error, object->path, ZOE_STALE);
        if (object->state == ZOE_FAR_OPENING) {
            asked = true;
            zoe_lock_wait(&remote->lock, &remote->changed, soon_ns());
            continue;
        }
        if (asked && object->open_status != ZOE_OK && object->open_status != ZOE_STALE)
            return say_again(error, object->open_error, object->open_status);
        object->state = ZOE_FAR_OPENING;
        zoe_lock_give(&remote->lock);
        zoe_fetch_open(remote, object, NULL);
        zoe_lock_take(&remote->lock);
        asked = true;
    }
    return ZOE_OK;
}

static zoe_status open_object(void *user, const char *path, zoe_storage_object *opened,
                              zoe_error *error)
{
    zoe_remote *remote = user;
    zoe_lock_take(&remote->lock);
    zoe_far_object *object = zoe_fetch_object_locked(remote, path);
    zoe_status status = ZOE_ERROR_NO_MEMORY;
    if (object) {
        object->holds++;
        status = know_locked(remote, object, error);
        object->holds--;
    } else {
        say_status(error, path, status);
    }
    if (status == ZOE_OK) {
        object->opens++;
        *opened = (zoe_storage_object){.id = object->tag->id, .fd = -1, .handle = object};
    }
    zoe_lock_give(&remote->lock);
    return status;
}

static void close_object(void *user, zoe_storage_object *opened)
{
    zoe_remote *remote = user;
    zoe_far_object *object = opened->handle;
    zoe_lock_take(&remote->lock);
    if (--object->opens == 0) {
        /* What was asked for on its behalf, and has not come, nobody waits for now. */
        zoe_fetch_cancel_locked(remote, object, NULL);
        /* Whoever looked at its header alone leaves the rest to who decodes it. */
        for (zoe_held_block *b = remote->held.oldest; b && object->is_read; b = b->newer)
            if (b->object == object)
                b->is_fresh = false;
        object->is_read = false;
        zoe_fetch_signal_locked(remote);
    }
    zoe_lock_give(&remote->lock);
}

static bool identify_object(void *user, const zoe_storage_object *opened, zoe_os_file_id *id)
{
    zoe_remote *remote = user;
    zoe_far_object *object = opened->handle;
    zoe_lock_take(&remote->lock);
    bool known = object->state == ZOE_FAR_KNOWN;
    if (known)
        *id = object->tag->id;
    zoe_lock_give(&remote->lock);
    return known;
}

/* Whether its origin was asked since a time, and answered, or its host was out of reach. */
static bool has_answered(const zoe_remote *remote, const zoe_far_object *object, uint64_t since_ns)
{
    return !object->is_asked &&
           (object->answered_ns >= since_ns ||
            (zoe_fetch_is_offline_locked(remote, object) && remote->offline_ns >= since_ns));
}

/* Has its origin asked, which is not being done. Lock held, and given back meanwhile. */
static void begin_asking_locked(zoe_remote *remote, zoe_far_object *object, bool is_urgent)
{
    object->is_asked = true;
    zoe_lock_give(&remote->lock);
    zoe_fetch_ask(remote, object, is_urgent);
    zoe_lock_take(&remote->lock);
}

/* What the origin says of it now. Lock held, and given back meanwhile. */
static zoe_status ask_locked(zoe_remote *remote, zoe_far_object *object, uint64_t since_ns)
{
    if (has_answered(remote, object, since_ns))
        return object->answered_ns >= since_ns ? object->ask_status : ZOE_ERROR_IO;
    /* Where it is being asked already, that answer will do. */
    if (!object->is_asked)
        begin_asking_locked(remote, object, true);
    while (object->is_asked) {
        if (zoe_stop_wanted())
            return ZOE_STALE;
        zoe_lock_wait(&remote->lock, &remote->changed, soon_ns());
    }
    return object->ask_status;
}

static zoe_status identify(void *user, const char *path, uint64_t since_ns, zoe_os_file_id *id)
{
    zoe_remote *remote = user;
    zoe_lock_take(&remote->lock);
    zoe_far_object *object = zoe_fetch_object_locked(remote, path);
    if (!object) {
        zoe_lock_give(&remote->lock);
        return ZOE_ERROR_NO_MEMORY;
    }
    zoe_status status = ZOE_OK;
    bool is_gone = object->state != ZOE_FAR_KNOWN && object->ask_status != ZOE_OK;
    object->holds++;
    if (object->state == ZOE_FAR_KNOWN || (is_gone && has_answered(remote, object, since_ns)))
        status = ask_locked(remote, object, since_ns);
    /* It may have been found to be another one meanwhile. */
    if (status == ZOE_OK)
        status = know_locked(remote, object, NULL);
    if (status == ZOE_OK)
        *id = object->tag->id;
    object->holds--;
    zoe_lock_give(&remote->lock);
    return status;
}

static void ask(void *user, const char *path, uint64_t since_ns)
{
    zoe_remote *remote = user;
    zoe_lock_take(&remote->lock);
    zoe_far_object *object = zoe_fetch_object_locked(remote, path);
    if (object && object->state == ZOE_FAR_KNOWN && !object->is_asked &&
        !has_answered(remote, object, since_ns))
        begin_asking_locked(remote, object, false);
    zoe_lock_give(&remote->lock);
}

/* ---- reading ---- */

static bool is_as_opened(const zoe_storage_object *opened)
{
    const zoe_far_object *object = opened->handle;
    return object->state == ZOE_FAR_KNOWN && zoe_os_file_id_equal(&object->tag->id, &opened->id);
}

/* A part of a block in memory. */
static int64_t copy_part(const zoe_held_block *b, uint64_t block_offset, uint8_t *to, size_t bytes,
                         uint64_t offset)
{
    uint64_t from = offset - block_offset;
    if (from >= b->bytes)
        return 0;
    size_t n = b->bytes - from < bytes ? (size_t)(b->bytes - from) : bytes;
    return zoe_stop_copy(to, b->data + from, n) ? (int64_t)n : -1;
}

/* Asks for the blocks after one, as far as memory has room without taking it from others: whoever
 * reads one of an object reads the rest soon. Lock held, and given back meanwhile. */
static void ask_for_more_locked(zoe_remote *remote, const zoe_storage_object *opened,
                                uint64_t index)
{
    zoe_far_object *object = opened->handle;
    for (int i = 0; i < READ_AHEAD && is_as_opened(opened); i++) {
        if (++index >= zoe_fetch_block_count(object) ||
            zoe_fetch_index(object, index) == ZOE_BLOCK_WHOLE)
            return;
        zoe_disk_key key = object->key;
        if (zoe_held_find(&remote->held, object, index))
            continue;
        zoe_lock_give(&remote->lock);
        bool on_disk = zoe_fetch_is_on_disk(remote, key, index);
        zoe_lock_take(&remote->lock);
        if (on_disk || !is_as_opened(opened) || zoe_held_find(&remote->held, object, index))
            continue;
        zoe_held_block *b = zoe_fetch_block_locked(remote, object, index, NULL, false);
        if (!b)
            return;
        b->request.is_urgent = true;
        zoe_lock_give(&remote->lock);
        zoe_fetch_submit(b);
        zoe_lock_take(&remote->lock);
    }
}

/* There is no memory for a block. Waits for some, or says why there will be none: false. Lock held,
 * and given back meanwhile. */
static bool wait_for_room_locked(zoe_remote *remote, const zoe_far_object *object, zoe_error *error)
{
    if (zoe_fetch_is_too_large_locked(remote, object)) {
        zoe_error_set(error, ZOE_ERROR_UNSUPPORTED,
                      "%s: the server gives whole files only, and this one is too large for that",
                      object->path);
        return false;
    }
    if (!zoe_fetch_is_moving_locked(remote)) {
        say_status(error, object->path, ZOE_ERROR_NO_MEMORY);
        return false;
    }
    zoe_lock_wait(&remote->lock, &remote->changed, soon_ns());
    return true;
}

/* The block, arrived and held once more; NULL: see *error. Lock held, and given back meanwhile. */
static zoe_held_block *wait_for_locked(zoe_remote *remote, const zoe_storage_object *opened,
                                       uint64_t n, zoe_error *error)
{
    zoe_far_object *object = opened->handle;
    for (;;) {
        if (zoe_stop_wanted()) {
            say_status(error, object->path, ZOE_STALE);
            return NULL;
        }
        if (!is_as_opened(opened)) {
            say_status(error, object->path, ZOE_ERROR_CHANGED);
            return NULL;
        }
        uint64_t index = zoe_fetch_index(object, n);
        zoe_held_block *b = zoe_held_find(&remote->held, object, index);
        if (!b) {
            b = zoe_fetch_block_locked(remote, object, index, NULL, true);
            if (!b && wait_for_room_locked(remote, object, error))
                continue;
            if (!b)
                return NULL;
            zoe_held_block *asked = b;
            asked->holds++;
            zoe_lock_give(&remote->lock);
            zoe_fetch_submit(asked);
            zoe_lock_take(&remote->lock);
            ask_for_more_locked(remote, opened, n);
        } else {
            b->holds++;
        }
        while (b->state == ZOE_HELD_FETCHING && !zoe_stop_wanted())
            zoe_lock_wait(&remote->lock, &remote->changed, soon_ns());
        if (b->state == ZOE_HELD_READY)
            return b;
        /* STALE: it was being cancelled for another's sake. */
        bool failed = b->state == ZOE_HELD_FAILED && b->request.status != ZOE_STALE;
        if (failed)
            say_again(error, &b->request.error, b->request.status);
        zoe_held_drop(&remote->held, b);
        if (failed)
            return NULL;
    }
}

/* From memory, waiting for the block if `wait`; -1: it is not there, or see *error. */
static int64_t read_memory(zoe_remote *remote, const zoe_storage_object *opened, uint8_t *to,
                           size_t bytes, uint64_t offset, bool wait, zoe_error *error)
{
    zoe_far_object *object = opened->handle;
    zoe_held_block *b = NULL;
    uint64_t n = offset / ZOE_DISK_BLOCK;
    zoe_lock_take(&remote->lock);
    object->is_read = object->is_read || offset > 0;
    if (is_as_opened(opened)) {
        b = zoe_held_find(&remote->held, object, zoe_fetch_index(object, n));
        if (!b)
            b = zoe_held_find(&remote->held, object, n);
    } else {
        /* Nothing of what it was, which may be on disk: its parts need not fit together. */
        say_status(error, object->path, ZOE_ERROR_CHANGED);
        wait = false;
    }
    if (b && b->state == ZOE_HELD_READY)
        b->holds++;
    else
        b = wait || b ? wait_for_locked(remote, opened, n, error) : NULL;
    zoe_lock_give(&remote->lock);
    if (!b)
        return -1;
    int64_t got =
        copy_part(b, b->index == ZOE_BLOCK_WHOLE ? 0 : n * ZOE_DISK_BLOCK, to, bytes, offset);
    if (got < 0)
        say_status(error, object->path, ZOE_STALE);
    zoe_lock_take(&remote->lock);
    zoe_held_touch(&remote->held, b);
    /* Its end was read: it may go when memory is needed. */
    if (got > 0 && (offset + (uint64_t)got) % ZOE_DISK_BLOCK == b->bytes % ZOE_DISK_BLOCK)
        b->is_fresh = false;
    zoe_held_drop(&remote->held, b);
    if (remote->needs_room)
        zoe_fetch_signal_locked(remote);
    zoe_lock_give(&remote->lock);
    return got;
}

static int64_t read_disk(zoe_remote *remote, const zoe_storage_object *opened, uint8_t *to,
                         size_t bytes, uint64_t offset)
{
    const zoe_far_object *object = opened->handle;
    if (!remote->disk)
        return -1;
    zoe_disk_key key = zoe_disk_key_of(object->path, &opened->id);
    return zoe_disk_cache_read(remote->disk, key, offset / ZOE_DISK_BLOCK, to, bytes,
                               offset % ZOE_DISK_BLOCK);
}

/* What of a read lies in one block. */
static int64_t read_part(zoe_remote *remote, const zoe_storage_object *opened, uint8_t *to,
                         size_t bytes, uint64_t offset, zoe_error *error)
{
    zoe_error why = {.status = ZOE_OK};
    int64_t got = read_memory(remote, opened, to, bytes, offset, false, &why);
    if (got < 0 && why.status == ZOE_OK)
        got = read_disk(remote, opened, to, bytes, offset);
    if (got < 0 && why.status == ZOE_OK)
        got = read_memory(remote, opened, to, bytes, offset, true, &why);
    if (got < 0)
        say_again(error, &why, why.status);
    return got;
}

static int64_t read_object(void *user, const zoe_storage_object *opened, void *buffer, size_t bytes,
                           uint64_t offset, zoe_error *error)
{
    uint64_t left = offset < opened->id.bytes ? opened->id.bytes - offset : 0;
    size_t all = bytes < left ? bytes : (size_t)left, done = 0;
    while (done < all) {
        uint64_t at = offset + done, in_block = ZOE_DISK_BLOCK - at % ZOE_DISK_BLOCK;
        size_t part = all - done < in_block ? all - done : (size_t)in_block;
        int64_t got = read_part(user, opened, (uint8_t *)buffer + done, part, at, error);
        if (got < 0)
            return -1;
        if (got == 0) {
            const zoe_far_object *object = opened->handle;
            say_status(error, object->path, ZOE_ERROR_CHANGED);
            return -1;
        }
        done += (size_t)got;
    }
    return (int64_t)all;
}

/* ---- listing ---- */

/* Names as they come, kept for when there is no network. */
typedef struct names {
    zoe_os_name_fn *each;
    void *user;
    uint8_t *bytes; /* kind, name, 0; of ZOE_DISK_BLOCK, or NULL: not kept */
    size_t used;
    bool any;
} names;

static bool keep_name(void *user, const char *name, zoe_os_name_kind kind)
{
    names *n = user;
    size_t length = strlen(name) + 1;
    n->any = true;
    if (n->bytes && n->used + 1 + length <= ZOE_DISK_BLOCK) {
        n->bytes[n->used] = (uint8_t)kind;
        memcpy(n->bytes + n->used + 1, name, length);
        n->used += 1 + length;
    } else {
        zoe_os_free(n->bytes);
        n->bytes = NULL;
    }
    return n->each(n->user, name, kind);
}

static bool give_kept_names(zoe_remote *remote, zoe_disk_key key, names *n)
{
    int64_t bytes =
        zoe_disk_cache_read(remote->disk, key, ZOE_LISTING_INDEX, n->bytes, ZOE_DISK_BLOCK, 0);
    if (bytes <= 0 || n->bytes[bytes - 1] != 0)
        return false;
    for (int64_t at = 0; at < bytes;) {
        const char *name = (const char *)n->bytes + at + 1;
        zoe_os_name_kind kind = (zoe_os_name_kind)n->bytes[at];
        if (!n->each(n->user, name, kind))
            break;
        at += (int64_t)strlen(name) + 2;
    }
    return true;
}

static zoe_status list(void *user, const char *folder, zoe_os_name_fn *each, void *each_user,
                       zoe_error *error)
{
    zoe_remote *remote = user;
    const zoe_origin *origin = zoe_is_url(folder) ? &remote->web : &remote->files;
    if (!origin->list)
        return say_status(error, folder, ZOE_ERROR_UNSUPPORTED);
    names n = {.each = each, .user = each_user};
    zoe_disk_key key = zoe_disk_key_of(folder, &(zoe_os_file_id){0, 0, 0});
    if (remote->disk)
        n.bytes = zoe_os_alloc(ZOE_DISK_BLOCK + 1); /* always terminated */
    zoe_status status = origin->list(origin->user, folder, keep_name, &n, error);
    if (status == ZOE_OK && n.bytes && n.used) {
        zoe_disk_cache_remove(remote->disk, key, ZOE_LISTING_INDEX);
        zoe_disk_cache_write(remote->disk, key, ZOE_LISTING_INDEX, n.bytes, n.used);
    } else if (status == ZOE_ERROR_IO && n.bytes && !n.any && give_kept_names(remote, key, &n)) {
        status = ZOE_OK;
    }
    zoe_os_free(n.bytes);
    return status;
}

static void announce(void *user, const char *path)
{
    /* What is wanted soon is fetched for the demand. */
    (void)user;
    (void)path;
}

/* ---- ahead ---- */

static bool attach(void *user, const zoe_storage_demand *demand)
{
    zoe_remote *remote = user;
    zoe_lock_take(&remote->lock);
    bool free = !remote->demand;
    if (free) {
        remote->demand = demand;
        remote->has_no_more = false;
        remote->is_woken = remote->is_cold = true;
        zoe_fetch_signal_locked(remote);
    }
    zoe_lock_give(&remote->lock);
    return free;
}

static void detach(void *user)
{
    zoe_remote *remote = user;
    zoe_lock_take(&remote->lock);
    remote->is_detaching = remote->demand != NULL;
    zoe_fetch_signal_locked(remote);
    while (remote->demand)
        zoe_lock_wait(&remote->lock, &remote->detached, ZOE_FOREVER);
    zoe_lock_give(&remote->lock);
}

static void wake(void *user)
{
    zoe_remote *remote = user;
    zoe_lock_take(&remote->lock);
    remote->is_woken = true;
    pthread_cond_signal(&remote->ahead_wake);
    zoe_lock_give(&remote->lock);
}

/* ---- figures ---- */

/* Bytes a second since one to two seconds ago, or since this was asked last if that is longer. */
static uint64_t rate_locked(zoe_remote *remote, uint64_t bytes)
{
    uint64_t now = zoe_os_now_ns();
    if (!remote->rate_ns[0])
        remote->rate_ns[0] = remote->rate_ns[1] = now;
    if (now - remote->rate_ns[1] >= 1000000000) {
        remote->rate_ns[0] = remote->rate_ns[1];
        remote->rate_bytes[0] = remote->rate_bytes[1];
        remote->rate_ns[1] = now;
        remote->rate_bytes[1] = bytes;
    }
    uint64_t span = now - remote->rate_ns[0];
    return span ? (uint64_t)((double)(bytes - remote->rate_bytes[0]) * 1e9 / (double)span) : 0;
}

static void get_stats(void *user, zoe_storage_stats *stats)
{
    zoe_remote *remote = user;
    if (remote->web.stats)
        remote->web.stats(remote->web.user, stats);
    if (remote->files.stats)
        remote->files.stats(remote->files.user, stats);
    if (remote->disk) {
        zoe_disk_cache_stats disk;
        zoe_disk_cache_stats_get(remote->disk, &disk);
        stats->disk_bytes = disk.bytes;
        stats->disk_limit_bytes = disk.bound;
        stats->disk_hits = disk.hits;
        stats->disk_misses = disk.misses;
        stats->disk_evictions = disk.evictions;
        snprintf(stats->disk_problem, sizeof stats->disk_problem, "%s", disk.trouble);
        zoe_text_clean(stats->disk_problem);
    } else {
        memcpy(stats->disk_problem, remote->disk_problem, sizeof stats->disk_problem);
    }
    zoe_lock_take(&remote->lock);
    stats->memory_bytes = remote->held.used + remote->held.others;
    stats->memory_limit_bytes = remote->held.bound;
    stats->network_bytes_per_s = rate_locked(remote, stats->network_bytes);
    zoe_lock_give(&remote->lock);
}

/* ---- beginning and end ---- */

static void free_objects(zoe_remote *remote)
{
    for (int i = 0; i < ZOE_FAR_CHAINS; i++)
        for (zoe_far_object *o = remote->objects[i], *next; o; o = next) {
            next = o->chain;
            zoe_fetch_free_object(remote, o);
        }
}

static void destroy_origin(zoe_origin *origin)
{
    if (origin->destroy)
        origin->destroy(origin->user);
    origin->destroy = NULL;
}

static void destroy(void *user)
{
    zoe_remote *remote = user;
    zoe_lock_take(&remote->lock);
    bool has_demand = remote->demand != NULL && remote->ahead_thread;
    zoe_lock_give(&remote->lock);
    if (has_demand)
        detach(remote);
    /* First the requests, whose blocks are then there to be written. */
    destroy_origin(&remote->web);
    destroy_origin(&remote->files);
    zoe_lock_take(&remote->lock);
    remote->is_ending = true;
    pthread_cond_broadcast(&remote->ahead_wake);
    pthread_cond_broadcast(&remote->writer_wake);
    zoe_lock_give(&remote->lock);
    zoe_os_thread_join(&remote->ahead_thread);
    zoe_os_thread_join(&remote->writer_thread);
    zoe_held_clear(&remote->held);
    free_objects(remote);
    zoe_disk_cache_destroy(&remote->disk);
    pthread_cond_destroy(&remote->changed);
    pthread_cond_destroy(&remote->ahead_wake);
    pthread_cond_destroy(&remote->writer_wake);
    pthread_cond_destroy(&remote->detached);
    zoe_lock_destroy(&remote->lock);
    zoe_os_free(remote);
}

static bool init_locks(zoe_remote *remote)
{
    pthread_cond_t *conditions[] = {&remote->changed, &remote->ahead_wake, &remote->writer_wake,
                                    &remote->detached};
    return zoe_lock_init_with(&remote->lock, conditions, sizeof conditions / sizeof *conditions);
}

/* Where the disk cache is by default. false: nowhere. */
static bool default_folder(char folder[ZOE_PATH_MAX])
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int n = -1;
    if (cache && *cache == '/')
        n = snprintf(folder, ZOE_PATH_MAX, "%s/zoetrope/disk", cache);
    else if (home && *home == '/')
        n = snprintf(folder, ZOE_PATH_MAX, "%s/.cache/zoetrope/disk", home);
    return n > 0 && n < ZOE_PATH_MAX;
}

/* Without a disk cache it goes on, and says why. */
static void open_disk(zoe_remote *remote, const zoe_storage_settings *settings)
{
    char folder[ZOE_PATH_MAX];
    const char *path = settings->disk_cache;
    zoe_error error = {.status = ZOE_OK};
    if (path && !*path)
        return;
    if (!path && default_folder(folder))
        path = folder;
    if (path)
        zoe_disk_cache_create(path, settings->disk_cache_bytes, &remote->disk, &error);
    else
        zoe_error_set(&error, ZOE_ERROR_NOT_FOUND, "there is no folder for the disk cache");
    if (remote->disk)
        return;
    snprintf(remote->disk_problem, sizeof remote->disk_problem, "%.250s", error.text);
    zoe_log log;
    zoe_log_init(&log, settings->log, settings->log_user, settings->log_level);
    zoe_log_write(&log, ZOE_LOG_WARNING, "nothing is kept on disk: %s", error.text);
}

static zoe_status start(zoe_remote *remote)
{
    zoe_status status = zoe_os_thread_start(&remote->ahead_thread, zoe_fetch_ahead_run, remote);
    if (status == ZOE_OK && remote->disk)
        status = zoe_os_thread_start(&remote->writer_thread, zoe_disk_writer_run, remote);
    return status;
}

zoe_status zoe_remote_create_with(const zoe_storage_settings *settings, const zoe_origin *web,
                                  const zoe_origin *files, zoe_store *store, zoe_error *error)
{
    zoe_remote *remote = zoe_os_alloc(sizeof *remote);
    zoe_origin origins[2] = {*web, *files};
    if (!remote || !init_locks(remote)) {
        destroy_origin(&origins[0]);
        destroy_origin(&origins[1]);
        zoe_os_free(remote);
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory for a storage");
    }
    remote->web = *web;
    remote->files = *files;
    remote->unwritten_end = &remote->unwritten;
    remote->usual_bytes = ZOE_DISK_BLOCK;
    remote->held.bound = settings->memory_bytes ? settings->memory_bytes : (uint64_t)64 << 20;
    /* The rest is for those who wait. */
    remote->ahead_bytes = remote->held.bound / 4 * 3;
    open_disk(remote, settings);
    zoe_status status = start(remote);
    if (status != ZOE_OK) {
        destroy(remote);
        return zoe_error_set(error, status, "a storage: %s", zoe_status_text(status));
    }
    *store = (zoe_store){
        .user = remote,
        .list = list,
        .open = open_object,
        .read = read_object,
        .identify = identify,
        .identify_object = identify_object,
        .announce = announce,
        .close = close_object,
        .attach = attach,
        .detach = detach,
        .ask = ask,
        .wake = wake,
        .stats = get_stats,
        .destroy = destroy,
    };
    return ZOE_OK;
}

zoe_status zoe_remote_create(const zoe_storage_settings *settings, zoe_store *store,
                             zoe_error *error)
{
    zoe_origin web, files;
    zoe_status status = zoe_origin_web_create(settings, &web, error);
    if (status != ZOE_OK)
        return status;
    status = zoe_origin_file_create(&files, error);
    if (status != ZOE_OK) {
        destroy_origin(&web);
        return status;
    }
    return zoe_remote_create_with(settings, &web, &files, store, error);
}
