#include "cache/cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- beginning and end ---- */

static bool init_conditions(zoe_cache *cache)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    /* Deadlines must not jump with the wall clock. */
    bool ok = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
              pthread_cond_init(&cache->work, &attributes) == 0 &&
              pthread_cond_init(&cache->loaded, &attributes) == 0 &&
              pthread_cond_init(&cache->ended, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return ok;
}

zoe_status zoe_cache_init(zoe_cache *cache, const zoe_decoder *decoder,
                          const zoe_engine_settings *settings, uint64_t limit,
                          uint64_t address_bytes)
{
    memset(cache, 0, sizeof *cache);
    cache->decoder = *decoder;
    cache->log = (zoe_log){settings->log, settings->log_user, settings->log_level};
    /* Five pictures a second at least: fewer, and a drag feels dead. */
    cache->patience_ns = 200000000u;
    cache->notify = settings->notify;
    cache->notify_user = settings->notify_user;
    zoe_meter_set_limit(&cache->meter, limit);
    zoe_slab_init(&cache->slab, &cache->meter, address_bytes);
    if (!init_conditions(cache) || pthread_mutex_init(&cache->lock, NULL) != 0)
        return ZOE_ERROR_NO_MEMORY;
    return zoe_recycler_init(&cache->recycler, &cache->meter,
                             (zoe_reclaim){zoe_cache_reclaim, cache});
}

void zoe_cache_destroy(zoe_cache *cache)
{
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++)
        free(cache->loads[i].memory);
    zoe_slab_destroy(&cache->slab);
    zoe_recycler_destroy(&cache->recycler);
    pthread_cond_destroy(&cache->work);
    pthread_cond_destroy(&cache->loaded);
    pthread_cond_destroy(&cache->ended);
    pthread_mutex_destroy(&cache->lock);
}

/* ---- lock ---- */

/* Any address that is this thread's own will do as its name. */
static uintptr_t thread_name(void)
{
    static _Thread_local char here;
    return (uintptr_t)&here;
}

void zoe_cache_lock(zoe_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    atomic_store_explicit(&cache->lock_owner, thread_name(), memory_order_relaxed);
}

void zoe_cache_unlock(zoe_cache *cache)
{
    zoe_cache_check_locked(cache);
    atomic_store_explicit(&cache->lock_owner, 0, memory_order_relaxed);
    pthread_mutex_unlock(&cache->lock);
}

void zoe_cache_assert_locked(const zoe_cache *cache)
{
    assert(atomic_load_explicit(&cache->lock_owner, memory_order_relaxed) == thread_name());
    (void)cache;
}

bool zoe_cache_wait_locked(zoe_cache *cache, pthread_cond_t *condition, uint64_t deadline_ns)
{
    zoe_cache_assert_locked(cache);
    atomic_store_explicit(&cache->lock_owner, 0, memory_order_relaxed);
    int result = 0;
    if (deadline_ns == ZOE_CACHE_FOREVER) {
        result = pthread_cond_wait(condition, &cache->lock);
    } else {
        struct timespec until = {.tv_sec = (time_t)(deadline_ns / 1000000000u),
                                 .tv_nsec = (long)(deadline_ns % 1000000000u)};
        result = pthread_cond_timedwait(condition, &cache->lock, &until);
    }
    atomic_store_explicit(&cache->lock_owner, thread_name(), memory_order_relaxed);
    return result == 0;
}

void zoe_cache_write_notes(zoe_cache *cache)
{
    if (!zoe_log_is_heard(&cache->log, ZOE_LOG_DEBUG))
        return;
    zoe_cache_lock(cache);
    zoe_log_notes notes;
    bool any = cache->notes.count > 0;
    if (any) {
        notes = cache->notes;
        cache->notes.count = 0;
        cache->notes.lost = 0;
    }
    zoe_cache_unlock(cache);
    if (any)
        zoe_log_write_notes(&cache->log, &notes);
}

void zoe_cache_note_locked(zoe_cache *cache, const char *what, const zoe_table *table,
                           int64_t position)
{
    if (!zoe_log_is_heard(&cache->log, ZOE_LOG_DEBUG))
        return;
    /* A table that its source has left has other positions. */
    const zoe_source *source = table->source;
    bool known = source && source->table == table;
    zoe_log_note(&cache->notes, "%s: %.80s frame %lld", what,
                 known ? zoe_sequence_name(source->sequence) : "of before,",
                 known ? (long long)zoe_sequence_number(source->sequence, position)
                       : (long long)position);
}

void zoe_cache_notify(zoe_cache *cache)
{
    zoe_cache_write_notes(cache);
    if (cache->notify)
        cache->notify(cache->notify_user);
}

/* ---- wants ---- */

/* On a circle, what lies behind the playhead comes again when play has gone round; a sequence that
 * is to be shown before that comes in between. */
static int64_t detour_locked(const zoe_source *source, int64_t use)
{
    const zoe_want *want = &source->want;
    int64_t left = want->direction < 0 ? want->playhead - want->in : want->out - want->playhead;
    if (!zoe_want_is_cyclic(want) || use <= want->delay + left)
        return 0;
    int64_t steps = 0;
    for (const zoe_source *s = source->cache->sources; s; s = s->next)
        if (s != source && s->want.delay > want->delay && s->want.delay <= want->delay + left + 1)
            steps += zoe_want_span(&s->want);
    return steps;
}

int64_t zoe_cache_next_use_locked(const zoe_table *table, int64_t position)
{
    if (!table->source)
        return ZOE_NO_USE;
    int64_t use = zoe_want_next_use(&table->source->want, position);
    return use == ZOE_NO_USE ? use : use + detour_locked(table->source, use);
}

int64_t zoe_cache_candidate_locked(zoe_source *source, int64_t *use)
{
    *use = ZOE_NO_USE;
    if (source->closing || source->want.idle)
        return -1;
    int64_t span = zoe_want_span(&source->want);
    int64_t first = -1;
    for (int64_t k = source->cursor; k < span; k++) {
        int64_t position = zoe_want_at(&source->want, k);
        if (!zoe_slot_is_empty(&source->table->slots[position]))
            continue;
        if (first < 0)
            source->cursor = first = k;
        /* What would be late gives way to what can be in time. */
        if (k >= source->lead) {
            *use = k + source->want.delay;
            return position;
        }
    }
    if (first < 0) {
        source->cursor = span;
        return -1;
    }
    *use = first + source->want.delay;
    return zoe_want_at(&source->want, first);
}

void zoe_cache_rewind_locked(zoe_table *table, int64_t position)
{
    zoe_source *source = table->source;
    if (!source)
        return;
    int64_t use = zoe_want_next_use(&source->want, position);
    if (use != ZOE_NO_USE && use - source->want.delay < source->cursor)
        source->cursor = use - source->want.delay;
}

/* What a new want still needs within this many steps is finished rather than thrown away: by the
 * time it could be begun again, it would be needed. */
static int64_t horizon(const zoe_cache *cache)
{
    return 2 * (int64_t)cache->workers + 2;
}

/* Is it a load that the playhead has left, and has waiting for a picture gone on for too long to
 * throw it away? One at a time, the one that got furthest. */
static void keep_one_locked(zoe_cache *cache, zoe_source *source)
{
    if (!source->waiting_since_ns ||
        zoe_os_now_ns() - source->waiting_since_ns < cache->patience_ns)
        return;
    zoe_load *best = NULL;
    int32_t best_done = -1;
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++) {
        zoe_load *load = &cache->loads[i];
        if (load->source != source ||
            (load->phase != ZOE_LOAD_OPENING && load->phase != ZOE_LOAD_OPEN) ||
            atomic_load_explicit(&load->stale, memory_order_relaxed))
            continue;
        if (load->keep)
            return;
        int32_t done = atomic_load_explicit(&load->done_pieces, memory_order_relaxed);
        if (done > best_done) {
            best = load;
            best_done = done;
        }
    }
    if (best)
        best->keep = true;
}

/* Stops the source's loads that its want does not need soon; when playback went on (`advance`),
 * only those that it does not need at all: what it passed is needed again, and a frame that is
 * given up each time a later one is due would never be done. Returns whether one of them waits for
 * a worker to end it. */
static bool stop_stale_locked(zoe_cache *cache, zoe_source *source, bool advance)
{
    int64_t farthest = advance ? ZOE_NO_USE - 1 : horizon(cache);
    bool over = false;
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++) {
        zoe_load *load = &cache->loads[i];
        if (load->source != source || load->phase == ZOE_LOAD_FREE || load->keep)
            continue;
        if (zoe_cache_next_use_locked(load->table, load->position) > farthest) {
            atomic_store_explicit(&load->stale, 1, memory_order_relaxed);
            over = over || zoe_load_is_over_locked(load);
        }
    }
    return over;
}

/* How many steps pass while a frame is decoded, when time does not wait. Half a sequence at most:
 * what takes longer is late anyway. */
static int64_t lead_of(const zoe_cache *cache, const zoe_want *want)
{
    if (want->idle || !want->playing || !(want->rate > 0) || zoe_want_is_spiral(want))
        return 0;
    double steps = want->rate * (double)cache->decode_ns / 1e9 + 1;
    double most = (double)(want->out - want->in) / 2;
    return (int64_t)(steps < most ? steps : most);
}

/* Told after the want has changed: is the user waiting for the frame under the playhead? */
static bool note_waiting(zoe_source *source)
{
    const zoe_want *want = &source->want;
    if (want->idle)
        return false;
    bool ready = zoe_slot_state(&source->table->slots[want->playhead]) == ZOE_FRAME_LOADED;
    if (ready)
        source->waiting_since_ns = 0;
    else if (!source->waiting_since_ns)
        source->waiting_since_ns = zoe_os_now_ns();
    return !ready;
}

static bool any_candidate_locked(zoe_cache *cache)
{
    int64_t use;
    for (zoe_source *source = cache->sources; source; source = source->next)
        if (zoe_cache_candidate_locked(source, &use) >= 0)
            return true;
    return false;
}

void zoe_cache_set_want_locked(zoe_source *source, const zoe_want *want)
{
    zoe_cache *cache = source->cache;
    zoe_want old = source->want;
    bool step = zoe_want_is_step(&old, want);
    bool moved = step && old.playhead != want->playhead;
    source->want = *want;
    source->lead = lead_of(cache, want);
    atomic_fetch_add_explicit(&cache->clock, 1, memory_order_relaxed);
    /* A step along an order shifts it by one; anything else makes a new order. */
    if (!step || zoe_want_is_spiral(want))
        source->cursor = 0;
    else if (moved && source->cursor > 0)
        source->cursor--;
    bool over = false;
    if (!step) {
        atomic_fetch_add_explicit(&source->epoch, 1, memory_order_relaxed);
        zoe_cache_note_locked(cache, want->idle ? "new epoch, idle" : "new epoch", source->table,
                              want->playhead);
        keep_one_locked(cache, source);
        over = stop_stale_locked(cache, source, zoe_want_is_advance(&old, want));
    }
    bool waiting = note_waiting(source);
    if (over || (waiting && source->lead == 0)) {
        atomic_fetch_add_explicit(&cache->attention, 1, memory_order_relaxed);
        pthread_cond_broadcast(&cache->work);
        return;
    }
    /* Any source's: what this one needs no longer may be room for another. */
    if (any_candidate_locked(cache))
        pthread_cond_signal(&cache->work);
}

void zoe_cache_stop_source_locked(zoe_source *source)
{
    zoe_cache *cache = source->cache;
    source->closing = true;
    for (;;) {
        bool any = false;
        for (size_t i = 0; i < ZOE_LOADS_MAX; i++) {
            zoe_load *load = &cache->loads[i];
            if (load->phase == ZOE_LOAD_FREE || load->source != source)
                continue;
            atomic_store_explicit(&load->stale, 1, memory_order_relaxed);
            any = true;
        }
        if (!any)
            return;
        pthread_cond_broadcast(&cache->work);
        zoe_cache_wait_locked(cache, &cache->ended, ZOE_CACHE_FOREVER);
    }
}

/* ---- work ---- */

bool zoe_cache_is_urgent_locked(const zoe_load *load)
{
    const zoe_source *source = load->source;
    return load->keep || (!source->want.idle && source->lead == 0 && load->table == source->table &&
                          load->position == source->want.playhead);
}

int64_t zoe_cache_load_use_locked(const zoe_load *load)
{
    return load->keep ? -1 : zoe_cache_next_use_locked(load->table, load->position);
}

/* The open load that a free worker should go on with: one under a playhead, or one that nobody is
 * at; the one needed first. */
static zoe_load *best_open_locked(zoe_cache *cache, int64_t *best_use)
{
    zoe_load *best = NULL;
    *best_use = ZOE_NO_USE;
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++) {
        zoe_load *load = &cache->loads[i];
        if (!zoe_load_can_join_locked(load) ||
            (load->workers > 0 && !zoe_cache_is_urgent_locked(load)))
            continue;
        int64_t use = zoe_cache_load_use_locked(load);
        if (!best || use < *best_use) {
            best = load;
            *best_use = use;
        }
    }
    return best;
}

static zoe_load *free_load_locked(zoe_cache *cache)
{
    size_t count = cache->workers + ZOE_LOADS_SPARE;
    for (size_t i = 0; i < count; i++)
        if (cache->loads[i].phase == ZOE_LOAD_FREE)
            return &cache->loads[i];
    return NULL;
}

/* Begins a load, if there is a place and a buffer for it. */
static zoe_load *claim_locked(zoe_cache *cache, zoe_source *source, int64_t position, int64_t use,
                              uint32_t node)
{
    zoe_load *load = free_load_locked(cache);
    if (!load)
        return NULL;
    zoe_buffer *buffer = NULL;
    const zoe_needs *needs = &source->table->slots[position].needs;
    bool known = needs->bytes || needs->file_bytes;
    if (!known)
        needs = &source->needs;
    /* What is larger than the limit is opened without a buffer: to hear of its true size, or to
     * fail for it. A guess must not keep the playhead's frame from being looked at either. */
    bool fits = zoe_needs_cost(needs) <= zoe_meter_limit(&cache->meter);
    if (fits && zoe_cache_take_buffer_locked(cache, needs, use, node, NULL, &buffer) != ZOE_OK &&
        (known || position != source->want.playhead))
        return NULL;
    zoe_load_claim_locked(load, source, position, buffer);
    return load;
}

static zoe_load *begin_ending_locked(zoe_load *load, zoe_load_phase *phase)
{
    load->phase = *phase = ZOE_LOAD_ENDING;
    load->workers++;
    return load;
}

/* The source whose candidate is needed first, of those that were not refused. */
static zoe_source *next_source_locked(zoe_cache *cache, int64_t *position, int64_t *use)
{
    zoe_source *first = NULL;
    for (zoe_source *s = cache->sources; s; s = s->next) {
        int64_t s_use, s_position = s->refused ? -1 : zoe_cache_candidate_locked(s, &s_use);
        if (s_position >= 0 && (!first || s_use < *use)) {
            first = s;
            *use = s_use;
            *position = s_position;
        }
    }
    return first;
}

/* Begins the load that is needed first, if that is before `before`. Where there is no room for it,
 * what is due of other sources has its turn, which may be smaller. *stopped: a load that was told
 * to stop for a playhead's frame and waits to be ended; else NULL. */
static zoe_load *claim_first_locked(zoe_cache *cache, int64_t before, uint32_t node,
                                    zoe_load **stopped)
{
    *stopped = NULL;
    for (zoe_source *s = cache->sources; s; s = s->next)
        s->refused = false;
    int64_t position = -1, use = ZOE_NO_USE;
    bool crowded = false;
    for (zoe_source *s; (s = next_source_locked(cache, &position, &use)) && use < before;
         s->refused = true) {
        bool urgent = position == s->want.playhead && s->lead == 0;
        bool is_due = s->lead == 0 ? urgent : use - s->want.delay <= s->lead;
        /* What is read ahead would only take the room that others wait for. */
        if (crowded && !is_due)
            continue;
        zoe_load *load = claim_locked(cache, s, position, use, node);
        if (load)
            return load;
        crowded = true;
        if (!urgent)
            continue;
        /* Nothing may keep the playhead's frame from being decoded, least of all one that is needed
         * later. */
        zoe_load *farthest = zoe_cache_stop_farthest_locked(cache, use);
        if (farthest && zoe_load_is_over_locked(farthest)) {
            *stopped = farthest;
            return NULL;
        }
    }
    return NULL;
}

static zoe_load *find_work_locked(zoe_cache *cache, uint32_t node, zoe_load_phase *phase)
{
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++)
        if (zoe_load_is_over_locked(&cache->loads[i]))
            return begin_ending_locked(&cache->loads[i], phase);
    if (cache->paused || cache->stopping)
        return NULL;

    int64_t open_use;
    zoe_load *open = best_open_locked(cache, &open_use), *stopped;
    zoe_load *load = claim_first_locked(cache, open ? open_use : ZOE_NO_USE, node, &stopped);
    if (stopped)
        return begin_ending_locked(stopped, phase);
    *phase = load ? ZOE_LOAD_OPENING : ZOE_LOAD_OPEN;
    if (!load && open) {
        load = open;
        load->workers++;
    }
    return load;
}

static void join_free_locked(zoe_cache *cache, zoe_load_worker *worker)
{
    worker->next_free = cache->free_workers;
    cache->free_workers = worker;
}

static void leave_free_locked(zoe_cache *cache, zoe_load_worker *worker)
{
    zoe_load_worker **link = &cache->free_workers;
    while (*link != worker)
        link = &(*link)->next_free;
    *link = worker->next_free;
}

zoe_load *zoe_cache_pick_locked(zoe_cache *cache, zoe_load_worker *worker, zoe_load_phase *phase)
{
    worker->seen = atomic_load_explicit(&cache->attention, memory_order_relaxed);
    /* It is at no load: what it kept from the last may be the room that the next one needs. */
    join_free_locked(cache, worker);
    zoe_load *load = find_work_locked(cache, worker->node, phase);
    leave_free_locked(cache, worker);
    return load;
}

void zoe_cache_wait_for_work_locked(zoe_cache *cache, zoe_load_worker *worker)
{
    join_free_locked(cache, worker);
    cache->idle++;
    pthread_cond_broadcast(&cache->ended);
    zoe_cache_wait_locked(cache, &cache->work, ZOE_CACHE_FOREVER);
    cache->idle--;
    leave_free_locked(cache, worker);
}

void zoe_cache_pause_locked(zoe_cache *cache, zoe_load_worker *worker, uint64_t ns)
{
    uint64_t deadline = zoe_os_now_ns() + ns;
    join_free_locked(cache, worker);
    /* Others that find nothing to do are no reason to go on. */
    while (!cache->stopping && zoe_cache_wait_locked(cache, &cache->ended, deadline))
        continue;
    leave_free_locked(cache, worker);
}

bool zoe_cache_should_leave_locked(const zoe_cache *cache, const zoe_load *load)
{
    if (cache->paused || cache->stopping)
        return true;
    int64_t own = zoe_cache_load_use_locked(load);
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++) {
        const zoe_load *other = &cache->loads[i];
        if (other != load && zoe_load_can_join_locked(other) && zoe_cache_is_urgent_locked(other) &&
            zoe_cache_load_use_locked(other) < own)
            return true;
    }
    for (const zoe_source *s = cache->sources; s; s = s->next)
        if (!s->want.idle && !s->closing && s->lead == 0 && s->want.delay < own &&
            zoe_slot_is_empty(&s->table->slots[s->want.playhead]))
            return true;
    return false;
}
