#include "storage/fetch.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/url.h"

/* Of an object that comes whole only, at most: it takes memory of that size. */
enum { WHOLE_BYTES = 1 << 30 };

/* ---- objects ---- */

static uint64_t folder_hash(const char *path)
{
    const char *slash = strrchr(path, '/');
    return zoe_hash(path, slash ? (size_t)(slash - path) : 0);
}

static zoe_far_object **chain_of(zoe_remote *remote, const char *path)
{
    return &remote->objects[zoe_hash(path, strlen(path)) % ZOE_FAR_CHAINS];
}

static zoe_far_folder *folder_of(zoe_remote *remote, const zoe_far_object *object)
{
    return &remote->folders[object->folder % ZOE_FAR_FOLDERS];
}

void zoe_fetch_free_object(zoe_remote *remote, zoe_far_object *object)
{
    uint64_t bytes = sizeof *object + strlen(object->path) + 1;
    for (zoe_far_tag *t = object->tags, *next; t; t = next) {
        next = t->next;
        bytes += sizeof *t + strlen(t->tag.etag) + strlen(t->tag.modified) + 2;
        zoe_os_free(t);
    }
    if (object->open_error)
        bytes += sizeof *object->open_error;
    remote->held.others -= bytes;
    zoe_os_free(object->open_error);
    zoe_os_free((char *)(uintptr_t)object->path);
    zoe_os_free(object);
}

static int by_use(const void *a, const void *b)
{
    uint64_t x = (*(zoe_far_object *const *)a)->used, y = (*(zoe_far_object *const *)b)->used;
    return (x > y) - (x < y);
}

/* Those that are of no use, the one that was met longest ago first, in all[capacity]. */
static size_t collect_idle_locked(zoe_remote *remote, zoe_far_object **all, size_t capacity)
{
    size_t count = 0;
    for (const zoe_held_block *b = remote->held.oldest; b; b = b->newer)
        if (b->state == ZOE_HELD_READY)
            ((zoe_far_object *)(uintptr_t)b->object)->used = remote->uses;
    for (size_t i = 0; i < ZOE_FAR_CHAINS; i++)
        for (zoe_far_object *o = remote->objects[i]; o && count < capacity; o = o->chain)
            if (o->used != remote->uses && !o->opens && !o->holds && !o->is_asked &&
                o->state != ZOE_FAR_OPENING)
                all[count++] = o;
    qsort(all, count, sizeof *all, by_use);
    return count;
}

/* What is known of objects stays in its bound, many being forgotten at a time. */
static void forget_idle_locked(zoe_remote *remote)
{
    uint64_t most = remote->held.bound / 4;
    if (remote->held.others <= (remote->trim_at > most ? remote->trim_at : most))
        return;
    size_t capacity = (size_t)(remote->held.others / sizeof(zoe_far_object));
    zoe_far_object **all = zoe_os_alloc(capacity * sizeof(zoe_far_object *));
    size_t count = all ? collect_idle_locked(remote, all, capacity) : 0;
    for (size_t i = 0; i < count && remote->held.others > most / 4 * 3; i++) {
        zoe_far_object **link = chain_of(remote, all[i]->path);
        while (*link != all[i])
            link = &(*link)->chain;
        *link = all[i]->chain;
        zoe_fetch_free_object(remote, all[i]);
    }
    zoe_os_free(all);
    /* Where they are in use it is not looked for others at each one that is met. */
    remote->trim_at = remote->held.others + most / 8;
}

zoe_far_object *zoe_fetch_object_locked(zoe_remote *remote, const char *path)
{
    zoe_lock_assert_held(&remote->lock);
    zoe_far_object **chain = chain_of(remote, path);
    remote->uses++;
    for (zoe_far_object *o = *chain; o; o = o->chain)
        if (strcmp(o->path, path) == 0) {
            o->used = remote->uses;
            return o;
        }
    forget_idle_locked(remote);
    zoe_far_object *made = zoe_os_alloc(sizeof *made);
    char *copy = made ? zoe_os_strdup(path) : NULL;
    if (!copy) {
        zoe_os_free(made);
        return NULL;
    }
    made->path = copy;
    made->origin = zoe_is_url(path) ? &remote->web : &remote->files;
    made->record_key = zoe_disk_key_of(path, &(zoe_os_file_id){0, 0, 0});
    made->host = zoe_url_host(path);
    made->folder = folder_hash(path);
    made->used = remote->uses;
    made->chain = *chain;
    *chain = made;
    remote->held.others += sizeof *made + strlen(path) + 1;
    return made;
}

static uint64_t block_count(uint64_t bytes)
{
    return bytes ? (bytes - 1) / ZOE_DISK_BLOCK + 1 : 0;
}

uint64_t zoe_fetch_block_count(const zoe_far_object *object)
{
    return block_count(object->tag->id.bytes);
}

uint64_t zoe_fetch_guess_count(const zoe_far_object *object)
{
    return block_count(object->guess_bytes);
}

bool zoe_fetch_is_too_large_locked(const zoe_remote *remote, const zoe_far_object *object)
{
    zoe_lock_assert_held(&remote->lock);
    uint64_t most = remote->held.bound > WHOLE_BYTES ? remote->held.bound : WHOLE_BYTES;
    return zoe_fetch_index(object, 0) == ZOE_BLOCK_WHOLE && object->tag->id.bytes > most;
}

uint64_t zoe_fetch_index(const zoe_far_object *object, uint64_t n)
{
    return object->is_whole_only && zoe_fetch_block_count(object) > 1 ? ZOE_BLOCK_WHOLE : n;
}

void zoe_fetch_signal_locked(zoe_remote *remote)
{
    zoe_lock_assert_held(&remote->lock);
    remote->signals++;
    pthread_cond_broadcast(&remote->changed);
    pthread_cond_signal(&remote->ahead_wake);
}

void zoe_fetch_forget_locked(zoe_remote *remote, zoe_far_object *object)
{
    zoe_lock_assert_held(&remote->lock);
    if (object->state == ZOE_FAR_KNOWN)
        object->state = ZOE_FAR_UNKNOWN;
}

/* The tag is what the object is known by from now on. false: no memory. */
static bool learn_locked(zoe_remote *remote, zoe_far_object *object, const zoe_origin_tag *tag)
{
    zoe_lock_assert_held(&remote->lock);
    const zoe_origin_tag *old = object->tag;
    bool same_id = old && zoe_os_file_id_equal(&old->id, &tag->id);
    if (!same_id || strcmp(old->etag, tag->etag) != 0 ||
        strcmp(old->modified, tag->modified) != 0) {
        size_t a = strlen(tag->etag) + 1, b = strlen(tag->modified) + 1;
        zoe_far_tag *made = zoe_os_alloc(sizeof *made + a + b);
        if (!made)
            return false;
        memcpy(made->texts, tag->etag, a);
        memcpy(made->texts + a, tag->modified, b);
        made->tag = (zoe_origin_tag){tag->id, made->texts, made->texts + a};
        remote->held.others += sizeof *made + a + b;
        made->next = object->tags;
        object->tags = made;
        object->tag = &made->tag;
    }
    if (!same_id) {
        object->key = zoe_disk_key_of(object->path, &tag->id);
        zoe_held_remove_object(&remote->held, object);
        object->is_unrecorded = true;
    }
    remote->usual_bytes = tag->id.bytes;
    object->state = ZOE_FAR_KNOWN;
    object->open_status = ZOE_OK;
    return true;
}

/* ---- records: what was known of an object, on disk ---- */

void zoe_fetch_make_record(const zoe_origin_tag *tag, bool is_whole_only,
                           uint8_t record[ZOE_RECORD_BYTES])
{
    uint64_t numbers[4] = {tag->id.inode, tag->id.bytes, (uint64_t)tag->id.modified_ns,
                           is_whole_only};
    memset(record, 0, ZOE_RECORD_BYTES);
    memcpy(record, numbers, sizeof numbers);
    memcpy(record + 32, tag->etag, strlen(tag->etag));
    memcpy(record + 32 + ZOE_ETAG_BYTES, tag->modified, strlen(tag->modified));
}

/* The tag's texts are in the record. */
static bool read_record(zoe_remote *remote, const zoe_far_object *object,
                        uint8_t record[ZOE_RECORD_BYTES], zoe_origin_tag *tag, bool *is_whole_only)
{
    uint64_t numbers[4];
    if (!remote->disk || zoe_disk_cache_read(remote->disk, object->record_key, ZOE_RECORD_INDEX,
                                             record, ZOE_RECORD_BYTES, 0) != ZOE_RECORD_BYTES)
        return false;
    memcpy(numbers, record, sizeof numbers);
    record[32 + ZOE_ETAG_BYTES - 1] = record[ZOE_RECORD_BYTES - 1] = '\0';
    tag->id = (zoe_os_file_id){numbers[0], numbers[1], (int64_t)numbers[2]};
    tag->etag = (const char *)record + 32;
    tag->modified = (const char *)record + 32 + ZOE_ETAG_BYTES;
    *is_whole_only = numbers[3] != 0;
    return true;
}

/* ---- blocks ---- */

static void queue_for_disk_locked(zoe_remote *remote, zoe_held_block *b)
{
    if (!remote->disk)
        return;
    b->is_unwritten = true;
    b->holds++;
    ((zoe_far_object *)(uintptr_t)b->object)->holds++;
    b->next_unwritten = NULL;
    *remote->unwritten_end = b;
    remote->unwritten_end = &b->next_unwritten;
    pthread_cond_signal(&remote->writer_wake);
}

static void fail_flight_locked(zoe_held_block *b)
{
    zoe_flight *flight = b->flight;
    if (flight && flight->status == ZOE_OK) {
        flight->status = b->request.status;
        flight->error = b->request.error;
    }
}

/* What the answer says beyond its status. */
static void check_answer_locked(const zoe_far_object *object, zoe_held_block *b)
{
    zoe_origin_request *r = &b->request;
    if (r->status != ZOE_OK)
        return;
    char text[512];
    zoe_storage_text(object->path, text, sizeof text);
    if (!object->tag || !zoe_os_file_id_equal(&r->id, &object->tag->id))
        r->status = zoe_error_set(&r->error, ZOE_ERROR_CHANGED, "%s: %s", text,
                                  zoe_status_text(ZOE_ERROR_CHANGED));
    else if (r->received != b->bytes)
        r->status = zoe_error_set(&r->error, ZOE_ERROR_IO, "%s: %zu bytes came of %zu", text,
                                  r->received, b->bytes);
}

static zoe_remote *remote_of(const zoe_origin_request *request)
{
    return request->user;
}

static zoe_held_block *block_of(zoe_origin_request *request)
{
    return (zoe_held_block *)((uint8_t *)request - offsetof(zoe_held_block, request));
}

/* Whether a guess is a block of the object, which is the one that it was when it was opened. Who
 * waits for one that is not asks again, and hears then what is wrong. */
static void judge_guess_locked(const zoe_far_object *object, zoe_held_block *b)
{
    zoe_origin_request *r = &b->request;
    uint64_t all = r->id.bytes, left = r->offset < all ? all - r->offset : 0;
    b->is_guess = b->has_come = false;
    b->bytes = left < ZOE_DISK_BLOCK ? (size_t)left : ZOE_DISK_BLOCK;
    bool good = r->status == ZOE_OK && object->state == ZOE_FAR_KNOWN &&
                zoe_os_file_id_equal(&r->id, &object->tag->id) && left > 0 &&
                r->received == b->bytes && !r->is_whole_only;
    r->status = good ? ZOE_OK : ZOE_STALE;
    b->flight = NULL;
}

static void end_block_locked(zoe_remote *remote, zoe_held_block *b)
{
    zoe_far_object *object = (zoe_far_object *)(uintptr_t)b->object;
    zoe_origin_request *request = &b->request;
    if (b->is_guess)
        judge_guess_locked(object, b);
    else
        check_answer_locked(object, b);
    if (request->status == ZOE_OK) {
        b->state = ZOE_HELD_READY;
        zoe_held_shrink(&remote->held, b);
        object->is_whole_only = object->is_whole_only || request->is_whole_only;
        /* One that is no longer listed is of an object as it was. */
        if (b->is_listed)
            queue_for_disk_locked(remote, b);
    } else {
        b->state = ZOE_HELD_FAILED;
        fail_flight_locked(b);
        /* Of one that is no longer listed it is known already. */
        if (request->status == ZOE_ERROR_CHANGED && b->is_listed)
            zoe_fetch_forget_locked(remote, object);
        zoe_held_remove(&remote->held, b);
    }
    b->flight = NULL;
    zoe_held_drop(&remote->held, b);
    object->holds--;
    zoe_fetch_signal_locked(remote);
}

static void block_done(zoe_origin_request *request)
{
    zoe_remote *remote = remote_of(request);
    zoe_held_block *b = block_of(request);
    zoe_lock_take(&remote->lock);
    const zoe_far_object *object = b->object;
    b->has_come = b->is_guess && object->state == ZOE_FAR_OPENING;
    if (!b->has_come)
        end_block_locked(remote, b);
    zoe_lock_give(&remote->lock);
}

/* The object is known now, or will not be. */
static void end_guesses_locked(zoe_remote *remote, const zoe_far_object *object)
{
    zoe_held_block *next;
    for (zoe_held_block *b = remote->held.oldest; b; b = next) {
        next = b->newer;
        if (b->object == object && b->has_come)
            end_block_locked(remote, b);
    }
}

static zoe_held_block *make_block_locked(zoe_remote *remote, zoe_far_object *object, uint64_t index,
                                         uint64_t bytes, zoe_flight *flight, bool takes_all)
{
    /* The rest of memory is for those who wait. */
    bool is_held_back = flight && !flight->is_cold;
    zoe_held_block *b =
        zoe_held_add(&remote->held, object, index, (size_t)bytes,
                     is_held_back ? remote->ahead_bytes : remote->held.bound, takes_all);
    if (!b)
        return NULL;
    object->holds++; /* until the request is done */
    b->flight = flight;
    b->is_fresh = flight != NULL;
    b->request = (zoe_origin_request){
        .path = object->path,
        .offset = index != ZOE_BLOCK_WHOLE ? index * ZOE_DISK_BLOCK : 0,
        .bytes = b->bytes,
        .buffer = b->data,
        .is_urgent = !flight || flight->is_cold,
        .done = block_done,
        .user = remote,
    };
    return b;
}

zoe_held_block *zoe_fetch_block_locked(zoe_remote *remote, zoe_far_object *object, uint64_t index,
                                       zoe_flight *flight, bool takes_all)
{
    zoe_lock_assert_held(&remote->lock);
    uint64_t bytes = object->tag->id.bytes;
    if (index != ZOE_BLOCK_WHOLE) {
        bytes -= index * ZOE_DISK_BLOCK;
        bytes = bytes < ZOE_DISK_BLOCK ? bytes : ZOE_DISK_BLOCK;
    }
    if (zoe_fetch_is_too_large_locked(remote, object))
        return NULL;
    zoe_held_block *b = make_block_locked(remote, object, index, bytes, flight, takes_all);
    if (b)
        b->request.expected = object->tag;
    return b;
}

zoe_held_block *zoe_fetch_guess_locked(zoe_remote *remote, zoe_far_object *object, uint64_t index,
                                       zoe_flight *flight)
{
    zoe_lock_assert_held(&remote->lock);
    zoe_held_block *b = make_block_locked(remote, object, index, ZOE_DISK_BLOCK, flight, false);
    if (b)
        b->is_guess = true;
    return b;
}

void zoe_fetch_submit(zoe_held_block *b)
{
    const zoe_far_object *object = b->object;
    object->origin->submit(object->origin->user, &b->request);
}

bool zoe_fetch_is_moving_locked(const zoe_remote *remote)
{
    zoe_lock_assert_held(&remote->lock);
    if (remote->unwritten)
        return true;
    for (const zoe_held_block *b = remote->held.oldest; b; b = b->newer)
        if (b->state == ZOE_HELD_FETCHING || b->is_unwritten || b->holds)
            return true;
    return false;
}

/* ---- ends before they come ---- */

typedef enum opening_kind {
    OPENING,         /* the object is to be known */
    ASKING,          /* it is known; is it still so? */
    PROBING_NETWORK, /* it is believed; does anybody answer? */
} opening_kind;

/* One opening: block 0, or a byte where that is on disk. */
typedef struct zoe_opening {
    zoe_remote *remote;
    zoe_far_object *object;
    zoe_held_block *block; /* takes block 0, listed as this opening's; NULL: a byte is asked for */
    opening_kind kind;
    uint64_t began_ns;
    uint32_t holds;           /* the request's, and those of who cancels it; guarded by the lock */
    const zoe_flight *flight; /* for whom; NULL: somebody waits */
    uint8_t byte;
    bool has_record, record_is_whole_only;
    zoe_origin_tag recorded; /* its texts are in `record` */
    uint8_t record[ZOE_RECORD_BYTES];
    zoe_origin_request request;
} opening;

/* The next block whose request is to be cancelled, or NULL. */
static zoe_held_block *find_unwanted(zoe_remote *remote, const zoe_far_object *object,
                                     const zoe_flight *flight)
{
    zoe_held_block *b = remote->held.oldest;
    while (b && (b->object != object || b->flight != flight || b->state != ZOE_HELD_FETCHING ||
                 b->holds > 1 || b->is_cancelled || b->has_come))
        b = b->newer;
    return b;
}

static void drop_opening_locked(opening *o)
{
    if (--o->holds == 0)
        zoe_os_free(o);
}

static void cancel_opening_locked(zoe_remote *remote, const zoe_far_object *object)
{
    opening *o = object->opening;
    o->holds++;
    zoe_lock_give(&remote->lock);
    object->origin->cancel(object->origin->user, &o->request);
    zoe_lock_take(&remote->lock);
    drop_opening_locked(o);
}

void zoe_fetch_cancel_locked(zoe_remote *remote, zoe_far_object *object, const zoe_flight *flight)
{
    zoe_lock_assert_held(&remote->lock);
    zoe_held_block *b;
    object->holds++;
    if (flight && object->opening && object->opening->flight == flight)
        cancel_opening_locked(remote, object);
    while ((b = find_unwanted(remote, object, flight)) != NULL) {
        b->flight = NULL;
        b->is_cancelled = true;
        b->holds++;
        zoe_lock_give(&remote->lock);
        object->origin->cancel(object->origin->user, &b->request);
        zoe_lock_take(&remote->lock);
        zoe_held_drop(&remote->held, b);
    }
    /* Somebody waits for the rest. */
    for (b = remote->held.oldest; flight && b; b = b->newer)
        if (b->flight == flight)
            b->flight = NULL;
    object->holds--;
}

bool zoe_fetch_is_on_disk(zoe_remote *remote, zoe_disk_key key, uint64_t index)
{
    return remote->disk && zoe_disk_cache_has(remote->disk, key, index);
}

/* ---- opening ---- */

static void end_opening_locked(zoe_remote *remote, zoe_far_object *object, zoe_status status,
                               const zoe_error *error)
{
    object->opening = NULL;
    object->open_status = status;
    if (object->open_error)
        remote->held.others -= sizeof *object->open_error;
    zoe_os_free(object->open_error);
    object->open_error = NULL;
    if (status != ZOE_OK) {
        object->state = ZOE_FAR_UNKNOWN;
        object->open_error = zoe_os_alloc(sizeof *error);
        if (object->open_error) {
            *object->open_error = *error;
            remote->held.others += sizeof *error;
        }
    }
    end_guesses_locked(remote, object);
    zoe_fetch_signal_locked(remote);
}

/* Block 0 came with the answer. */
static void keep_first_block_locked(zoe_remote *remote, opening *o)
{
    zoe_held_block *b = o->block;
    uint64_t all = o->request.id.bytes;
    b->bytes = o->request.received;
    bool good = o->request.status == ZOE_OK && o->object->state == ZOE_FAR_KNOWN &&
                b->bytes == (all < ZOE_DISK_BLOCK ? all : ZOE_DISK_BLOCK) &&
                zoe_held_rename(&remote->held, b, o->object);
    b->state = good ? ZOE_HELD_READY : ZOE_HELD_FAILED;
    if (good) {
        zoe_held_shrink(&remote->held, b);
        queue_for_disk_locked(remote, b);
    } else {
        zoe_held_remove(&remote->held, b);
    }
    zoe_held_drop(&remote->held, b);
}

bool zoe_fetch_is_offline_locked(const zoe_remote *remote, const zoe_far_object *object)
{
    zoe_lock_assert_held(&remote->lock);
    return remote->is_offline && remote->offline_host == object->host;
}

static void note_network_locked(zoe_remote *remote, const opening *o, bool is_reached)
{
    const zoe_far_object *object = o->object;
    if (!is_reached) {
        remote->is_offline = true;
        remote->offline_host = object->host;
        remote->offline_ns = o->began_ns;
    } else if (remote->offline_host == object->host) {
        remote->is_offline = false;
    }
}

/* What the record says is believed. */
static bool believe_locked(zoe_remote *remote, opening *o)
{
    if (!o->has_record || !learn_locked(remote, o->object, &o->recorded))
        return false;
    o->object->is_believed = true;
    o->object->is_unrecorded = false;
    o->object->is_whole_only = o->record_is_whole_only;
    return true;
}

static zoe_status take_answer_locked(zoe_remote *remote, opening *o)
{
    zoe_origin_request *r = &o->request;
    if (r->status != ZOE_STALE)
        note_network_locked(remote, o, r->status == ZOE_OK || !r->is_unreachable);
    if (r->status != ZOE_OK) {
        bool gone = o->kind == ASKING && r->status == ZOE_ERROR_NOT_FOUND;
        if (gone)
            zoe_fetch_forget_locked(remote, o->object);
        return o->kind == OPENING && r->is_unreachable && believe_locked(remote, o) ? ZOE_OK
                                                                                    : r->status;
    }
    if (!learn_locked(remote, o->object, &(zoe_origin_tag){r->id, r->etag, r->modified}))
        return zoe_error_set(&r->error, ZOE_ERROR_NO_MEMORY, "%s",
                             zoe_status_text(ZOE_ERROR_NO_MEMORY));
    o->object->is_believed = false;
    o->object->is_whole_only = r->is_whole_only;
    *folder_of(remote, o->object) =
        (zoe_far_folder){o->object->folder, r->is_whole_only ? 0 : r->id.bytes};
    o->object->is_unrecorded = !o->has_record || !zoe_os_file_id_equal(&o->recorded.id, &r->id) ||
                               strcmp(o->recorded.etag, r->etag) != 0 ||
                               strcmp(o->recorded.modified, r->modified) != 0;
    return ZOE_OK;
}

static void opening_done(zoe_origin_request *r)
{
    opening *o = r->user;
    zoe_remote *remote = o->remote;
    zoe_lock_take(&remote->lock);
    zoe_status status = take_answer_locked(remote, o);
    if (o->block)
        keep_first_block_locked(remote, o);
    if (o->kind == OPENING) {
        end_opening_locked(remote, o->object, status, &r->error);
    } else if (o->kind == ASKING) {
        o->object->is_asked = false;
        zoe_fetch_signal_locked(remote);
    } else {
        remote->is_probing = false;
        o->object->holds--;
    }
    if (o->kind == ASKING || r->status == ZOE_OK) {
        o->object->ask_status = status;
        o->object->answered_ns = status != ZOE_STALE ? o->began_ns : 0;
    }
    drop_opening_locked(o);
    zoe_lock_give(&remote->lock);
}

/* true: the record is believed, and this opening has ended, or has become a probe. */
static bool open_offline(zoe_remote *remote, opening *o)
{
    zoe_lock_take(&remote->lock);
    bool believed = zoe_fetch_is_offline_locked(remote, o->object) && believe_locked(remote, o);
    if (believed) {
        end_opening_locked(remote, o->object, ZOE_OK, NULL);
        if (!remote->is_probing) {
            o->kind = PROBING_NETWORK;
            o->object->holds++;
        }
        remote->is_probing = true;
    }
    zoe_lock_give(&remote->lock);
    return believed;
}

/* Memory for block 0; waiting for it must not be this function's. */
static void take_first_block_locked(zoe_remote *remote, opening *o, bool is_ahead, bool is_urgent)
{
    o->block = zoe_held_add(&remote->held, o, 0, ZOE_DISK_BLOCK,
                            is_urgent ? remote->held.bound : remote->ahead_bytes, !is_ahead);
    if (o->block) {
        o->block->is_fresh = is_ahead;
        o->request.buffer = o->block->data;
        o->request.bytes = ZOE_DISK_BLOCK;
    }
}

/* How large it probably is: as it was, or as the one that was opened before it in its folder. */
static void guess_locked(zoe_remote *remote, zoe_far_object *object, const opening *o)
{
    const zoe_far_folder *folder = folder_of(remote, object);
    object->guess_bytes = folder->hash == object->folder ? folder->bytes : 0;
    object->guess_key = object->record_key; /* no block is of that */
    if (o->has_record) {
        object->guess_bytes = o->record_is_whole_only ? 0 : o->recorded.id.bytes;
        object->guess_key = zoe_disk_key_of(object->path, &o->recorded.id);
    }
}

static opening *make_opening(zoe_remote *remote, zoe_far_object *object, opening_kind kind,
                             bool is_urgent)
{
    opening *o = zoe_os_alloc(sizeof *o);
    if (!o)
        return NULL;
    o->remote = remote;
    o->object = object;
    o->kind = kind;
    o->began_ns = zoe_os_now_ns();
    o->holds = 1;
    o->has_record = read_record(remote, object, o->record, &o->recorded, &o->record_is_whole_only);
    o->request = (zoe_origin_request){
        .path = object->path,
        .buffer = &o->byte,
        .bytes = 1,
        .is_urgent = is_urgent,
        .done = opening_done,
        .user = o,
    };
    return o;
}

void zoe_fetch_open(zoe_remote *remote, zoe_far_object *object, const zoe_flight *flight)
{
    opening *o = make_opening(remote, object, OPENING, !flight || flight->is_cold);
    if (!o) {
        zoe_error error = {.status = ZOE_OK};
        zoe_error_set(&error, ZOE_ERROR_NO_MEMORY, "%s", zoe_status_text(ZOE_ERROR_NO_MEMORY));
        zoe_lock_take(&remote->lock);
        end_opening_locked(remote, object, ZOE_ERROR_NO_MEMORY, &error);
        zoe_lock_give(&remote->lock);
        return;
    }
    if (open_offline(remote, o)) {
        if (o->kind != PROBING_NETWORK) {
            zoe_os_free(o);
            return;
        }
    } else {
        bool is_on_disk =
            o->has_record &&
            zoe_fetch_is_on_disk(remote, zoe_disk_key_of(object->path, &o->recorded.id), 0);
        zoe_lock_take(&remote->lock);
        if (!is_on_disk)
            take_first_block_locked(remote, o, flight != NULL, o->request.is_urgent);
        guess_locked(remote, object, o);
        o->flight = flight;
        object->opening = o;
        zoe_lock_give(&remote->lock);
    }
    object->origin->submit(object->origin->user, &o->request);
}

void zoe_fetch_ask(zoe_remote *remote, zoe_far_object *object, bool is_urgent)
{
    opening *o = make_opening(remote, object, ASKING, is_urgent);
    if (o) {
        object->origin->submit(object->origin->user, &o->request);
        return;
    }
    zoe_lock_take(&remote->lock);
    object->is_asked = false;
    object->ask_status = ZOE_ERROR_NO_MEMORY;
    object->answered_ns = 0;
    zoe_lock_give(&remote->lock);
}
