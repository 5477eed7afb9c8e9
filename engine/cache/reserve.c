#include "cache/reserve.h"

static uint64_t add(uint64_t a, uint64_t b)
{
    return a < UINT64_MAX - b ? a + b : UINT64_MAX;
}

static uint64_t beyond(uint64_t bytes, uint64_t limit)
{
    return bytes > limit ? bytes - limit : 0;
}

/* ---- victims ---- */

/* How soon a load's frame is needed. */
typedef struct urgency {
    int64_t use;  /* in so many steps */
    bool is_due;  /* nothing else can be begun in time before it */
    bool circles; /* once it is shown, all others of its want are needed before it is again */
} urgency;

static const urgency at_once = {-1, true, false};

/* May a frame push out one of a source that is needed in `victim_use` steps? */
static bool is_harmless(const zoe_source *source, int64_t victim_use, urgency need)
{
    if (victim_use == ZOE_NO_USE)
        return true;
    return need.use < victim_use && (need.is_due || !zoe_want_is_cyclic(&source->want));
}

static uint64_t last_use_of(const void *table, int64_t position)
{
    return atomic_load_explicit(&((const zoe_table *)table)->slots[position].last_use,
                                memory_order_relaxed);
}

/* The frame that is needed last of all that are in their tables' victims. NULL: it must not leave
 * for one of that need, or there is none. */
static zoe_frame_buffer *last_needed_locked(zoe_cache *cache, urgency need)
{
    zoe_source *best = NULL;
    zoe_victim last = {.position = 0};
    for (zoe_source *s = cache->sources; s; s = s->next) {
        zoe_victim v;
        if (!zoe_victims_last(&s->table->victims, &s->want, last_use_of, s->table, &v))
            continue;
        v.use = zoe_source_next_use_locked(s, v.position);
        if (!best || v.use > last.use || (v.use == last.use && v.last_use < last.last_use)) {
            best = s;
            last = v;
        }
    }
    return best && is_harmless(best, last.use, need) ? best->table->slots[last.position].buffer
                                                     : NULL;
}

/* Chooses frames of which those that are not pinned have `bytes` together, or as many as there are.
 * Returns their bytes; *list is all that was chosen. */
static uint64_t choose_locked(zoe_cache *cache, urgency need, uint64_t bytes,
                              zoe_frame_buffer **list)
{
    uint64_t chosen = 0;
    zoe_frame_buffer *buffer;
    *list = NULL;
    while (chosen < bytes && (buffer = last_needed_locked(cache, need)) != NULL) {
        zoe_victims_remove(&buffer->table->victims, buffer->position);
        buffer->next_victim = *list;
        *list = buffer;
        /* Whoever gives back a last pin from now on wakes the workers. A pin that went before the
         * flag could be seen is found by looking again. */
        bool pinned = zoe_buffer_references(buffer) > 1;
        if (pinned) {
            atomic_store_explicit(&cache->starved, 1, memory_order_seq_cst);
            pinned = zoe_buffer_references(buffer) > 1;
        }
        chosen += pinned ? 0 : zoe_slab_held_cost(&buffer->memory);
    }
    for (buffer = *list; buffer; buffer = buffer->next_victim)
        zoe_victims_add(&buffer->table->victims, buffer->position,
                        last_use_of(buffer->table, buffer->position));
    return chosen;
}

uint64_t zoe_reserve_held_locked(zoe_cache *cache, uint64_t bytes)
{
    zoe_frame_buffer *list;
    uint64_t frames = cache->frame_bytes;
    uint64_t lacking = beyond(add(frames, bytes), zoe_meter_limit(&cache->meter));
    uint64_t chosen = choose_locked(cache, (urgency){0, true, false}, lacking, &list);
    return chosen < lacking ? beyond(frames, chosen) : 0;
}

/* Evicts frames of `bytes` together, if that does no harm to what is needed sooner. false: there are
 * not enough, and none has left. */
static bool evict_locked(zoe_cache *cache, urgency need, uint64_t bytes)
{
    zoe_frame_buffer *list, *next;
    if (cache->frame_bytes + cache->frames * sizeof *list < bytes ||
        choose_locked(cache, need, bytes, &list) < bytes)
        return false;
    /* Those that are pinned stay, and one that was pinned just now: then the caller comes again. */
    for (; list; list = next) {
        next = list->next_victim;
        zoe_cache_evict_locked(cache, list);
    }
    return true;
}

/* ---- reserving ---- */

static uint64_t cost_of(const zoe_slab *slab, uint64_t bytes)
{
    return bytes ? zoe_slab_cost(slab, (size_t)bytes) : 0;
}

uint64_t zoe_reserve_cost(const zoe_cache *cache, const zoe_needs *needs)
{
    uint64_t frame = cost_of(&cache->slab, needs->bytes);
    uint64_t scratch = cost_of(&cache->work_slab, needs->scratch_bytes);
    return add(frame, add(scratch, cost_of(&cache->work_slab, needs->file_bytes)));
}

/* What is used, but for what is on its way back in the same step. */
static uint64_t used_locked(const zoe_cache *cache)
{
    return zoe_meter_used(&cache->meter) - cache->returns.bytes;
}

/* A buffer that a load is to have. */
typedef struct demand {
    zoe_slab *slab;
    zoe_buffer **buffer;
    zoe_buffer_size size; /* 0 bytes: as it is */
} demand;

/* Evicts until there is room for what is demanded beside what is in use. Frames leave rather than
 * scratch and files' memory that nobody uses now: the next load needs those again, and fresh memory
 * is slow. They are taken where no frame may leave; on a circle, as frames are, for what is due.
 *
 * Where other threads are giving pages back, a frame that has time waits for those: whoever gives them
 * back wakes the workers. One that is needed now does not, since gigabytes take half a second. */
static bool make_room_locked(zoe_cache *cache, urgency need, const demand *demands, size_t count,
                             uint32_t node)
{
    uint64_t coming = need.is_due ? 0 : cache->returning;
    uint64_t limit = zoe_meter_limit(&cache->meter);
    uint64_t bytes = 0, fresh = 0;
    for (const demand *d = demands; d < demands + count; d++) {
        if (!d->size.bytes)
            continue;
        uint64_t cost = zoe_slab_cost(d->slab, d->size.bytes);
        bytes = add(bytes, cost);
        fresh = add(fresh,
                    d->slab == &cache->slab ? cost : zoe_slab_fresh_cost(d->slab, d->size, node));
    }
    if (bytes == 0)
        return true;
    /* The limit fell: first it has to be kept again. Whoever gives back what is beyond it wakes the
     * workers. */
    if (bytes > limit || zoe_meter_used(&cache->meter) > limit)
        return false;
    for (;;) {
        uint64_t spare = cache->work_slab.free_cost + cache->work_slab.surplus_bytes;
        uint64_t used =
            beyond(used_locked(cache), cache->slab.free_cost + cache->slab.surplus_bytes);
        uint64_t lacking = beyond(add(used, fresh), limit);
        if (!lacking)
            return true;
        if (lacking <= coming || !evict_locked(cache, need, lacking - coming))
            return (need.is_due || !need.circles) &&
                   beyond(add(beyond(used, spare), bytes), limit) == 0;
    }
}

/* Takes out of use what nobody uses, until that is `bytes`: free buffers, those of the size `keep`
 * last, and then scratch and files' memory that is kept for the next load. */
static uint64_t detach_locked(zoe_cache *cache, uint64_t bytes, zoe_buffer_size keep)
{
    uint64_t got = zoe_slab_detach(&cache->slab, bytes, keep, &cache->returns);
    if (got < bytes)
        got += zoe_slab_detach(&cache->work_slab, bytes - got, keep, &cache->returns);
    return got;
}

/* Takes it, for which there is room: what nobody uses goes back to the system as far as that has to
 * be fresh memory. */
static zoe_status take_locked(zoe_cache *cache, const demand *d, urgency need, uint32_t node)
{
    uint64_t fresh, lacking;
    while (fresh = zoe_slab_fresh_cost(d->slab, d->size, node),
           lacking = beyond(used_locked(cache) + fresh, zoe_meter_limit(&cache->meter)),
           lacking > 0)
        /* What there was room for may be counted with one free buffer for two demands. */
        if (!detach_locked(cache, lacking, d->size) && !evict_locked(cache, need, lacking))
            return ZOE_ERROR_OVER_BUDGET;
    /* What is on its way back goes over to what takes its place: that is touched when the pages are
     * back. */
    uint64_t over = fresh < cache->returns.bytes ? fresh : cache->returns.bytes;
    zoe_meter_give(&cache->meter, over);
    cache->returns.bytes -= over;
    /* A system that grants too little address space: frames leave as for a lower limit, at most all
     * that can. They have none of what else loads take. */
    while (d->slab == &cache->slab && zoe_slab_is_full(d->slab, d->size) &&
           evict_locked(cache, need, 1))
        continue;
    return zoe_slab_take(d->slab, d->size, node, d->buffer);
}

zoe_status zoe_reserve_locked(zoe_load_worker *worker, zoe_load *load, const zoe_needs *needs,
                              int64_t use)
{
    zoe_cache *cache = worker->cache;
    /* While time does not wait, what is nearer than the lead would be late. */
    const zoe_source *source = load->source;
    urgency need = {use, use - source->lead <= (int64_t)cache->workers,
                    zoe_want_is_cyclic(&source->want)};
    demand demands[] = {
        {&cache->slab, &load->memory, {(size_t)needs->bytes, (size_t)source->buffer_bytes}},
        /* Of an open file it must not move. */
        {&cache->work_slab, &load->file_memory, {load->file ? 0 : (size_t)needs->file_bytes, 0}},
        {&cache->work_slab, &worker->scratch, {(size_t)needs->scratch_bytes, 0}},
    };
    const size_t count = sizeof demands / sizeof demands[0];
    for (demand *d = demands; d < demands + count; d++) {
        /* It may have been reserved for what a frame of the source probably needs. */
        if (d->size.bytes && *d->buffer && zoe_slab_refit(d->slab, *d->buffer, d->size.bytes))
            d->size.bytes = 0;
        if (d->size.bytes)
            zoe_cache_give_buffer_locked(d->slab, d->buffer);
    }
    if (!make_room_locked(cache, need, demands, count, worker->node))
        return ZOE_ERROR_OVER_BUDGET;
    zoe_status status = ZOE_OK;
    for (const demand *d = demands; d < demands + count && status == ZOE_OK; d++)
        if (d->size.bytes)
            status = take_locked(cache, d, need, worker->node);
    return status;
}

/* ---- giving back ---- */

static const zoe_buffer_size none = {0, 0};

void zoe_reserve_trim_locked(zoe_cache *cache, bool evict)
{
    while (evict && evict_locked(cache, at_once, 1))
        continue;
    detach_locked(cache, UINT64_MAX, none);
}

uint64_t zoe_reserve_excess_locked(const zoe_cache *cache)
{
    return beyond(used_locked(cache) - cache->returning, zoe_meter_limit(&cache->meter));
}

uint64_t zoe_reserve_fit_now_locked(zoe_cache *cache)
{
    uint64_t before = cache->totals.evictions;
    for (uint64_t excess; (excess = zoe_reserve_excess_locked(cache)) > 0;)
        if (!detach_locked(cache, excess, none) && !evict_locked(cache, at_once, 1))
            break;
    return cache->totals.evictions - before;
}

/* Stops loads until those that are stopped hold what is beyond the limit. Returns whether any is
 * under way. */
static bool stop_loads_locked(zoe_cache *cache)
{
    uint64_t coming, excess = zoe_reserve_excess_locked(cache);
    bool any = false;
    do {
        coming = 0;
        for (zoe_load *load = NULL; (load = zoe_cache_next_load_locked(cache, load)) != NULL;) {
            any = true;
            if (zoe_load_is_stopped(load) && load->memory)
                coming += zoe_slab_buffer_cost(load->memory);
        }
    } while (coming < excess && zoe_cache_stop_farthest_locked(cache, -2));
    return any;
}

uint64_t zoe_reserve_fit_locked(zoe_cache *cache)
{
    uint64_t evicted = 0;
    bool done = false;
    cache->paused = true;
    while (!done) {
        evicted += zoe_reserve_fit_now_locked(cache);
        if (zoe_cache_give_back_locked(cache))
            continue; /* the lock was let go of */
        /* Pages that other threads are giving back have to be back as well. Pins may hold what is
         * still beyond the limit when no load is left. */
        uint64_t beyond_all = beyond(used_locked(cache), zoe_meter_limit(&cache->meter));
        bool is_kept = zoe_reserve_excess_locked(cache) == 0;
        bool is_stuck = !is_kept && !stop_loads_locked(cache) && cache->idle == cache->workers;
        done = (is_kept || is_stuck) && (cache->returning == 0 || beyond_all == 0);
        if (!done)
            zoe_cache_wait_locked(cache, &cache->progress, ZOE_FOREVER);
    }
    cache->paused = false;
    return evicted;
}
