#include "cache/scheduler.h"

#include "cache/reserve.h"

/* ---- wants ---- */

/* Stops the source's loads that its want does not need soon: by the time that those could be begun
 * again, they would be needed. When playback went on (`advance`), only those that it does not need
 * at all: what it passed is needed again, and a frame that is given up each time a later one is due
 * would never be done. The one of position `kept` is finished all the same. */
static void stop_stale_locked(zoe_cache *cache, zoe_source *source, bool advance, int64_t kept)
{
    int64_t farthest = advance ? ZOE_NO_USE - 1 : 2 * (int64_t)cache->workers + 2;
    for (zoe_load *load = NULL; (load = zoe_cache_next_load_locked(cache, load)) != NULL;) {
        if (load->source != source)
            continue;
        load->must_finish = load->must_finish || load->position == kept;
        if (zoe_load_use_locked(load) > farthest)
            zoe_cache_stop_load_locked(load);
    }
}

/* The first frame of a source is opened alone: what it takes, others probably take as well. */
static bool is_unknown_locked(zoe_cache *cache, const zoe_source *source)
{
    for (zoe_load *load = NULL; (load = zoe_cache_next_load_locked(cache, load)) != NULL;)
        if (!source->needs.bytes && load->source == source && load->phase == ZOE_LOAD_OPENING)
            return true;
    return false;
}

/* The source whose candidate is needed first, of those that were not refused. */
static zoe_source *next_source_locked(zoe_cache *cache, int64_t *position, int64_t *use)
{
    zoe_source *first = NULL;
    for (zoe_source *s = cache->sources; s; s = s->next) {
        int64_t s_use, s_position = s->refused ? -1 : zoe_source_candidate_locked(s, &s_use);
        if (s_position >= 0 && (!first || s_use < *use) && !is_unknown_locked(cache, s)) {
            first = s;
            *use = s_use;
            *position = s_position;
        }
    }
    return first;
}

/* The open load that is needed first of those that a worker without one should go on with: what all
 * share, or what nobody is at. */
static zoe_load *best_open_locked(zoe_cache *cache, int64_t *best_use)
{
    zoe_load *best = NULL;
    *best_use = ZOE_NO_USE;
    for (zoe_load *load = NULL; (load = zoe_cache_next_load_locked(cache, load)) != NULL;) {
        if (!zoe_load_can_join_locked(load) ||
            (load->workers > 0 && !zoe_load_is_urgent_locked(load)))
            continue;
        int64_t use = zoe_load_use_locked(load);
        if (!best || use < *best_use) {
            best = load;
            *best_use = use;
        }
    }
    return best;
}

/* Did play go on, over no more frames than it skips to keep time? */
static bool goes_on(const zoe_want *old, const zoe_want *want)
{
    enum { SKIPPED_MAX = 16 };
    return zoe_want_is_advance(old, want) &&
           zoe_want_next_use(old, want->playhead) - old->delay <= SKIPPED_MAX;
}

void zoe_scheduler_set_want_locked(zoe_source *source, const zoe_want *want)
{
    zoe_cache *cache = source->cache;
    zoe_want old = source->want;
    bool step = zoe_want_is_step(&old, want);
    if (want->idle || old.playhead != want->playhead)
        zoe_table_unblock_locked(source->table, old.playhead);
    source->want = *want;
    source->lead = zoe_want_lead(want, cache->decode_ns);
    atomic_fetch_add_explicit(&cache->clock, 1, memory_order_relaxed);
    /* A step along an order shifts it by one; anything else makes a new order. */
    if (!step || zoe_want_is_spiral(want))
        source->cursor = 0;
    else if (old.playhead != want->playhead && source->cursor > 0)
        source->cursor--;
    bool waits =
        !want->idle && !zoe_state_is_loaded(zoe_table_state(source->table, want->playhead));
    uint64_t now = cache->now_ns(), since = source->waiting_since_ns;
    source->seeks += !step && !goes_on(&old, want);
    if (!step) {
        atomic_fetch_add_explicit(&source->epoch, 1, memory_order_relaxed);
        zoe_cache_note_locked(cache, want->idle ? "new epoch, idle" : "new epoch", source,
                              want->playhead);
        /* Waiting for a picture has gone on for too long: the last one is not given up. */
        bool late = since && now - since >= cache->patience_ns;
        stop_stale_locked(cache, source, zoe_want_is_advance(&old, want), late ? old.playhead : -1);
    }
    source->waiting_since_ns = !waits ? 0 : since ? since : now;
    int64_t position, use;
    if (waits && source->lead == 0)
        zoe_cache_wake_all_locked(cache);
    else if (next_source_locked(cache, &position, &use))
        /* Any source's: what this one needs no longer may be room for another. */
        zoe_cache_wake_worker_locked(cache);
}

void zoe_scheduler_unblock_locked(zoe_cache *cache)
{
    for (zoe_source *source = cache->sources; source; source = source->next)
        zoe_table_unblock_locked(source->table, source->want.playhead);
}

/* ---- work ---- */

/* Takes the worker on to an open load, if there is scratch for it. */
static bool join_locked(zoe_load_worker *worker, zoe_load *load, int64_t use)
{
    const zoe_needs needs = {.scratch_bytes = load->picture.scratch_bytes};
    if (load->workers > 0)
        use = ZOE_RESERVE_HELPER;
    if (zoe_reserve_locked(worker, load, &needs, use) != ZOE_OK)
        return false;
    load->workers++;
    return true;
}

static zoe_load *free_load_locked(zoe_cache *cache)
{
    size_t count = cache->workers + ZOE_LOADS_SPARE;
    for (size_t i = 0; i < count; i++)
        if (cache->loads[i].phase == ZOE_LOAD_FREE && cache->loads[i].workers == 0)
            return &cache->loads[i];
    return NULL;
}

/* A load of `bytes` in all has no room: where that does not pass, and the source's playhead has no
 * frame, it says so. */
static void tell_no_room_locked(zoe_load_worker *worker, const zoe_source *source, uint64_t bytes)
{
    zoe_cache *cache = worker->cache;
    const zoe_want *want = &source->want;
    zoe_frame_state state = zoe_table_state(source->table, want->playhead);
    if (want->delay > 0 || !zoe_state_is_empty(state) || state == ZOE_FRAME_NO_ROOM)
        return;
    uint64_t held = zoe_reserve_held_locked(cache, bytes);
    if (!held)
        return;
    char path[ZOE_PATH_MAX] = "";
    zoe_error why;
    (void)zoe_sequence_path(source->sequence, want->playhead, path, sizeof path);
    zoe_error_set(&why, ZOE_NO_ROOM,
                  "%s: needs %.1f MB, and frames in use%s hold %.1f MB of the memory limit of %.1f "
                  "MB; %llu MB would do",
                  path, zoe_megabytes(bytes),
                  cache->storage_bytes ? " and what arrives from the network" : "",
                  zoe_megabytes(held), zoe_megabytes(zoe_meter_limit(&cache->memory.meter)),
                  (unsigned long long)((held + bytes + (1 << 20) - 1) >> 20));
    zoe_table_refuse_locked(source->table, want->playhead, ZOE_FRAME_NO_ROOM, &why,
                            &(zoe_os_file_id){0, 0, 0});
    zoe_cache_tell_locked(cache);
    worker->told = true;
}

/* Begins a load, if there is a place and all memory for it: what the frame is known to take, else
 * what the one opened before took. */
static zoe_load *claim_locked(zoe_load_worker *worker, zoe_source *source, int64_t position,
                              int64_t use)
{
    zoe_cache *cache = worker->cache;
    zoe_load *load = free_load_locked(cache);
    if (!load)
        return NULL;
    const zoe_slot *slot = &source->table->slots[position];
    uint64_t limit = zoe_meter_limit(&cache->memory.meter);
    bool is_known = slot->needs.bytes > 0;
    /* Never less than at first, so that known and unknown frames use the same memory in turns. */
    zoe_needs file = {.file_bytes = slot->needs.file_bytes};
    if (file.file_bytes < cache->first_file_bytes || zoe_reserve_cost(cache, &file) > limit)
        file.file_bytes = cache->first_file_bytes;
    zoe_needs needs = is_known ? slot->needs : source->needs;
    if (needs.file_bytes < file.file_bytes)
        needs.file_bytes = file.file_bytes;
    load->source = source; /* whose kind of buffer it is */
    zoe_status status = zoe_reserve_locked(worker, load, &needs, use);
    /* What is larger than the limit is opened without a buffer: to hear of its true size, or to
     * fail for it. A guess must not keep the playhead's frame from being looked at either. */
    if (status == ZOE_ERROR_TOO_LARGE ||
        (status == ZOE_ERROR_OVER_BUDGET && !is_known && position == source->want.playhead)) {
        needs = file;
        status = zoe_reserve_locked(worker, load, &needs, use);
    }
    if (status == ZOE_ERROR_OVER_BUDGET || status == ZOE_ERROR_TOO_LARGE) {
        zoe_cache_give_load_locked(worker, load);
        tell_no_room_locked(worker, source, zoe_reserve_cost(cache, &needs));
        return NULL;
    }
    /* Where the system refused the memory, opening finds that out again, and fails. */
    zoe_load_claim_locked(load, source, position,
                          is_known ? slot->uniform : source->uniform & ~source->unlike, limit,
                          cache->now_ns());
    return load;
}

/* Takes the worker on to a load that waits to be ended. */
static zoe_load *end_one_locked(zoe_cache *cache)
{
    zoe_load *load = NULL;
    while ((load = zoe_cache_next_load_locked(cache, load)) && !zoe_load_is_over_locked(load))
        continue;
    if (load)
        load->workers++;
    return load;
}

/* Begins the load that is needed first, if that is before `before`, or ends one in its way. Where
 * there is no room for it, what is due of other sources has its turn, which may be smaller. */
static zoe_load *claim_first_locked(zoe_load_worker *worker, int64_t before)
{
    zoe_cache *cache = worker->cache;
    zoe_load *load = NULL;
    int64_t position = -1, use = ZOE_NO_USE;
    bool any_refused = false;
    for (zoe_source *s; !load && (s = next_source_locked(cache, &position, &use)) && use < before;
         s->refused = true) {
        bool urgent = zoe_source_waits_for_locked(s, position) && s->want.delay == 0;
        bool is_due = use - s->want.delay <= s->lead;
        /* What is read ahead would only take the room that others wait for. */
        if (any_refused && !is_due)
            continue;
        load = claim_locked(worker, s, position, use);
        any_refused = true;
        /* Least of all may a load that is needed later keep it from being decoded. Where what is
         * held is in its way, stopping loads makes no room. That is not known of a frame that is
         * shown later: for one, others would be given up and begun again for ever. */
        if (!load && urgent && zoe_table_state(s->table, position) != ZOE_FRAME_NO_ROOM &&
            zoe_cache_stop_farthest_locked(cache, use))
            load = end_one_locked(cache);
    }
    for (zoe_source *s = cache->sources; s; s = s->next)
        s->refused = false;
    return load;
}

static zoe_load *find_work_locked(zoe_load_worker *worker)
{
    zoe_cache *cache = worker->cache;
    zoe_load *load = end_one_locked(cache);
    if (load || cache->paused)
        return load;
    int64_t use;
    zoe_load *open = best_open_locked(cache, &use);
    load = claim_first_locked(worker, use);
    if (load || !open)
        return load;
    if (join_locked(worker, open, use))
        return open;
    /* No scratch for this worker. Where it would only help, it may read ahead; a load that cannot
     * go on gives back what it has, and begins again when there is room for all of it. */
    if (open->workers > 0)
        return claim_first_locked(worker, ZOE_NO_USE);
    zoe_cache_stop_load_locked(open);
    return end_one_locked(cache);
}

bool zoe_scheduler_pick_locked(zoe_load_worker *worker)
{
    zoe_cache *cache = worker->cache;
    worker->seen = atomic_load_explicit(&cache->attention, memory_order_relaxed);
    worker->load = find_work_locked(worker);
    if (worker->load)
        zoe_cache_wake_worker_locked(cache);
    return worker->load != NULL;
}

/* Is a frame under a playhead, to be joined or begun, needed sooner than the load's? */
static bool is_overtaken_locked(zoe_cache *cache, const zoe_load *load)
{
    int64_t position, use, own = zoe_load_use_locked(load);
    const zoe_load *open = best_open_locked(cache, &use);
    if (open && use < own && zoe_load_is_urgent_locked(open))
        return true;
    const zoe_source *first = next_source_locked(cache, &position, &use);
    return first && use < own && zoe_source_waits_for_locked(first, position);
}

bool zoe_scheduler_should_leave(zoe_load_worker *worker, const zoe_load *load)
{
    zoe_cache *cache = worker->cache;
    uint32_t attention = atomic_load_explicit(&cache->attention, memory_order_relaxed);
    if (attention == worker->seen)
        return false;
    worker->seen = attention;
    zoe_cache_lock(cache);
    bool leave = worker->stop || cache->paused || is_overtaken_locked(cache, load);
    zoe_cache_unlock(cache);
    return leave;
}
