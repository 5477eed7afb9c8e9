/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "core/ahead.h"

#include "cache/reserve.h"

enum {
    STEPS_MAX = 65536, /* no further than that is looked for something to fetch */
    FIRST_FRAMES = 16, /* the window while nobody knows how large a file is */
    PASSED_MAX = 8,    /* what so many frames are wanted before is not worth its connection */
};

/* ---- what is wanted ---- */

/* How many frames may be near or on their way, of each of the sources that want any. Sets whether
 * they stay near when they are decoded. */
static int64_t window_locked(const zoe_ahead *ahead, const zoe_storage_stats *stats, bool *keeps)
{
    int64_t sources = 0;
    for (const zoe_source *s = ahead->cache->sources; s; s = s->next)
        sources += s->ahead == ahead && !s->want.idle;
    *keeps = stats->disk_limit_bytes > 0 && !stats->disk_problem[0];
    /* Blocks are not as large as files, and others may use the same folder. */
    uint64_t room = *keeps ? stats->disk_limit_bytes / 8 * 7 : stats->memory_limit_bytes;
    uint64_t frames = ahead->mean_bytes ? room / ahead->mean_bytes : FIRST_FRAMES;
    frames /= sources > 0 ? (uint64_t)sources : 1;
    return frames > INT32_MAX ? INT32_MAX : frames < 2 ? 2 : (int64_t)frames;
}

static int64_t steps_locked(const zoe_source *source)
{
    if (source->halted || source->want.idle)
        return 0;
    int64_t span = zoe_want_span(&source->want);
    return span < STEPS_MAX ? span : STEPS_MAX;
}

/* The first step of a source's order whose frame is to be fetched; -1: none. */
static int64_t first_far_locked(zoe_source *source, int64_t window, bool keeps)
{
    zoe_table *table = source->table;
    int64_t near = 0, steps = steps_locked(source);
    table->keeps = keeps;
    for (int64_t k = 0; k < steps; k++) {
        int64_t position = zoe_want_at(&source->want, k);
        bool is_empty = zoe_state_is_empty(zoe_table_state(table, position));
        bool counts = keeps || is_empty;
        zoe_nearness nearness = zoe_table_nearness(table, position);
        if (nearness == ZOE_FAR && is_empty && near < window)
            return k;
        if (nearness == ZOE_FAR || !counts)
            continue;
        /* What was near before the window came here has probably made room for others. */
        if (nearness == ZOE_NEAR && near >= window)
            zoe_table_set_nearness_locked(table, position, ZOE_FAR);
        else
            near++;
    }
    return -1;
}

static bool next(void *user, char *path, size_t capacity, zoe_demand_token *token)
{
    zoe_ahead *ahead = user;
    zoe_cache *cache = ahead->cache;
    zoe_storage_stats stats;
    zoe_storage_get_stats(ahead->storage, &stats);
    zoe_source *first = NULL;
    int64_t first_use = ZOE_NO_USE, position = 0;
    bool keeps;
    zoe_cache_lock(cache);
    int64_t window = window_locked(ahead, &stats, &keeps);
    for (zoe_source *s = cache->sources; s; s = s->next) {
        int64_t k = s->ahead == ahead ? first_far_locked(s, window, keeps) : -1;
        if (k < 0 || k + s->want.delay >= first_use)
            continue;
        first = s;
        first_use = k + s->want.delay;
        position = zoe_want_at(&s->want, k);
    }
    if (first) {
        *token = (zoe_demand_token){.source = first->serial,
                                    .number = zoe_sequence_number(first->sequence, position),
                                    .seeks = first->seeks};
        bool has_path = zoe_sequence_path(first->sequence, position, path, capacity) == ZOE_OK;
        /* Without a path a decoder says what is wrong. */
        zoe_table_set_nearness_locked(first->table, position, has_path ? ZOE_FETCHING : ZOE_NEAR);
        if (!has_path)
            first = NULL;
    }
    zoe_cache_unlock(cache);
    return first != NULL;
}

/* The source and position that were asked for; NULL: nobody has them any more. */
static zoe_source *find_locked(const zoe_ahead *ahead, zoe_demand_token token, int64_t *position)
{
    for (zoe_source *s = ahead->cache->sources; s; s = s->next) {
        if (s->ahead != ahead || s->serial != token.source)
            continue;
        *position = zoe_sequence_position(s->sequence, token.number);
        bool is_its = *position >= 0 && *position < s->table->count &&
                      zoe_sequence_number(s->sequence, *position) == token.number;
        return is_its ? s : NULL;
    }
    return NULL;
}

/* Is it on its way, or here and still to be decoded? */
static bool is_of_use_locked(const zoe_source *source, int64_t position)
{
    zoe_nearness nearness = zoe_table_nearness(source->table, position);
    zoe_frame_state state = zoe_table_state(source->table, position);
    return nearness == ZOE_FETCHING ||
           (nearness == ZOE_NEAR && (zoe_state_is_empty(state) || state == ZOE_FRAME_LOADING));
}

static bool is_wanted(void *user, zoe_demand_token token)
{
    zoe_ahead *ahead = user;
    int64_t position, passed = 0;
    zoe_cache_lock(ahead->cache);
    const zoe_source *source = find_locked(ahead, token, &position);
    if (source && !is_of_use_locked(source, position))
        source = NULL;
    int64_t use = source ? zoe_want_next_use(&source->want, position) : ZOE_NO_USE;
    bool wanted = use != ZOE_NO_USE && steps_locked(source) > 0;
    /* What is under way was wanted most when it began. What play has passed meanwhile is needed
     * again, and where it is faster than the network nothing else would ever arrive. */
    bool is_new = wanted && source->seeks != token.seeks;
    for (int64_t k = 0; is_new && k < use - source->want.delay && passed < PASSED_MAX; k++) {
        int64_t other = zoe_want_at(&source->want, k);
        passed += zoe_table_nearness(source->table, other) == ZOE_FAR &&
                  zoe_state_is_empty(zoe_table_state(source->table, other));
    }
    zoe_cache_unlock(ahead->cache);
    return wanted && passed < PASSED_MAX;
}

static bool is_at_playhead(const zoe_source *source, int64_t position)
{
    return !source->want.idle && source->want.delay == 0 && position == source->want.playhead;
}

/* That the playhead was moved to it, and not by play, and it had to be fetched. */
static bool is_jump(void *user, zoe_demand_token token)
{
    zoe_ahead *ahead = user;
    int64_t position;
    zoe_cache_lock(ahead->cache);
    zoe_source *source = find_locked(ahead, token, &position);
    bool jump = source && is_at_playhead(source, position) && source->jumps != source->seeks;
    if (jump)
        source->jumps = source->seeks;
    zoe_cache_unlock(ahead->cache);
    return jump;
}

static bool is_waiting(void *user)
{
    zoe_ahead *ahead = user;
    bool waits = false;
    zoe_cache_lock(ahead->cache);
    for (const zoe_source *s = ahead->cache->sources; s; s = s->next) {
        int64_t position = s->want.playhead;
        waits = waits || (s->ahead == ahead && is_at_playhead(s, position) && steps_locked(s) > 0 &&
                          zoe_table_nearness(s->table, position) == ZOE_FAR &&
                          zoe_state_is_empty(zoe_table_state(s->table, position)));
    }
    zoe_cache_unlock(ahead->cache);
    return waits;
}

static bool is_awaited(void *user, zoe_demand_token token)
{
    zoe_ahead *ahead = user;
    int64_t position;
    zoe_cache_lock(ahead->cache);
    const zoe_source *source = find_locked(ahead, token, &position);
    bool awaited = source && is_at_playhead(source, position);
    zoe_cache_unlock(ahead->cache);
    return awaited;
}

/* ---- what has arrived ---- */

static void note_bytes_locked(zoe_ahead *ahead, uint64_t bytes)
{
    ahead->mean_bytes = ahead->mean_bytes ? (ahead->mean_bytes * 7 + bytes) / 8 : bytes;
    if (ahead->mean_bytes == 0)
        ahead->mean_bytes = 1;
}

/* A frame that cannot be had. */
static void refuse_locked(zoe_source *source, int64_t position, const zoe_error *why)
{
    zoe_table *table = source->table;
    if (!zoe_state_is_empty(zoe_table_state(table, position)))
        return;
    if (why->status == ZOE_ERROR_NOT_FOUND) {
        zoe_table_reset_locked(table, position, false);
    } else {
        zoe_table_claim_locked(table, position);
        zoe_table_refuse_locked(table, position, ZOE_FRAME_ERROR, why, &(zoe_os_file_id){0, 0, 0});
        source->cache->totals.errors++;
    }
    zoe_cache_tell_locked(source->cache);
}

static void arrived(void *user, zoe_demand_token token, zoe_status status, const zoe_os_file_id *id,
                    const zoe_error *error)
{
    zoe_ahead *ahead = user;
    zoe_cache *cache = ahead->cache;
    int64_t position;
    zoe_cache_lock(cache);
    if (status == ZOE_OK)
        note_bytes_locked(ahead, id->bytes);
    zoe_source *source = find_locked(ahead, token, &position);
    if (source && zoe_table_nearness(source->table, position) != ZOE_FETCHING)
        source = NULL;
    bool is_refused =
        status != ZOE_OK && status != ZOE_STALE && status != ZOE_NO_ROOM && source != NULL;
    if (source) {
        zoe_table_set_nearness_locked(source->table, position,
                                      status == ZOE_OK ? ZOE_NEAR : ZOE_FAR);
        zoe_source_rewind_locked(source, position);
    }
    if (is_refused)
        refuse_locked(source, position, error);
    /* All hands may share the frame that the user waits for. */
    if (source && status == ZOE_OK && zoe_source_waits_for_locked(source, position))
        zoe_cache_wake_all_locked(cache);
    else if (source && status == ZOE_OK)
        zoe_cache_wake_worker_locked(cache);
    zoe_cache_unlock(cache);
    if (is_refused && status != ZOE_ERROR_NOT_FOUND)
        zoe_log_write(&cache->log, ZOE_LOG_WARNING, "%s", error->text);
    if (source)
        zoe_cache_notify(cache);
}

/* ---- joining and leaving ---- */

static void count_memory(zoe_ahead *ahead)
{
    zoe_cache *cache = ahead->cache;
    zoe_storage_stats stats;
    zoe_storage_get_stats(ahead->storage, &stats);
    ahead->memory_bytes = stats.memory_limit_bytes;
    zoe_cache_lock(cache);
    zoe_meter_add(&cache->memory.meter, ahead->memory_bytes);
    cache->storage_bytes += ahead->memory_bytes;
    (void)zoe_reserve_fit_locked(cache, zoe_meter_limit(&cache->memory.meter));
    zoe_cache_unlock(cache);
}

/* NULL: there is no memory, or the storage has another who says what it fetches. */
static zoe_ahead *make(zoe_cache *cache, zoe_storage *storage)
{
    zoe_ahead *ahead = zoe_os_alloc(sizeof *ahead);
    if (!ahead)
        return NULL;
    ahead->cache = cache;
    ahead->storage = zoe_storage_share(storage);
    ahead->demand =
        (zoe_storage_demand){ahead, next, is_wanted, is_jump, is_waiting, is_awaited, arrived};
    if (!zoe_storage_attach(storage, &ahead->demand)) {
        zoe_storage_close(&ahead->storage);
        zoe_os_free(ahead);
        return NULL;
    }
    count_memory(ahead);
    return ahead;
}

static bool is_far(const zoe_source *source)
{
    return source->storage &&
           zoe_storage_is_far(source->storage, zoe_sequence_folder(source->sequence));
}

static zoe_ahead *find_or_make(zoe_aheads *all, zoe_cache *cache, zoe_storage *storage)
{
    zoe_ahead *ahead = all->first;
    while (ahead && ahead->storage != storage)
        ahead = ahead->next;
    if (ahead || !(ahead = make(cache, storage)))
        return ahead;
    ahead->all = all;
    ahead->next = all->first;
    all->first = ahead;
    return ahead;
}

void zoe_ahead_join(zoe_aheads *all, zoe_cache *cache, zoe_source *source)
{
    static _Atomic uint64_t serials;
    source->serial = atomic_fetch_add_explicit(&serials, 1, memory_order_relaxed) + 1;
    if (!is_far(source))
        return;
    pthread_mutex_lock(&all->lock);
    source->ahead = find_or_make(all, cache, source->storage);
    if (source->ahead)
        source->ahead->sources++;
    pthread_mutex_unlock(&all->lock);
    source->table->is_far = source->ahead != NULL;
}

/* Takes it out of the list, and ends it. */
static void end(zoe_ahead *ahead)
{
    zoe_ahead **link = &ahead->all->first;
    while (*link != ahead)
        link = &(*link)->next;
    *link = ahead->next;
    zoe_storage_detach(ahead->storage);
    zoe_cache_lock(ahead->cache);
    zoe_meter_give(&ahead->cache->memory.meter, ahead->memory_bytes);
    ahead->cache->storage_bytes -= ahead->memory_bytes;
    zoe_cache_wake_worker_locked(ahead->cache);
    zoe_cache_unlock(ahead->cache);
    zoe_storage_close(&ahead->storage);
    zoe_os_free(ahead);
}

void zoe_ahead_leave(zoe_source *source)
{
    zoe_ahead *ahead = source->ahead;
    if (!ahead)
        return;
    zoe_aheads *all = ahead->all;
    source->ahead = NULL;
    pthread_mutex_lock(&all->lock);
    if (--ahead->sources == 0)
        end(ahead);
    pthread_mutex_unlock(&all->lock);
}
