#include "cache/reserve.h"

#include <assert.h>

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
    int64_t use; /* in so many steps */
    bool is_due; /* nothing else can be begun in time before it */
} urgency;

static const urgency at_once = {-1, true};

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
    uint64_t chosen = choose_locked(cache, (urgency){0, true}, lacking, &list);
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

/* What is asked for, and by whom. */
typedef struct request {
    zoe_cache *cache;
    zoe_needs needs; /* bytes and file_bytes are 0 where that is there already */
    zoe_buffer_size size;
    urgency need;
    uint32_t node;
    zoe_scratch *scratch, *file; /* blocks that are to have so much; NULL: nobody's */
} request;

/* What fresh scratch of that size is counted with. */
static uint64_t scratch_cost(uint64_t bytes)
{
    return zoe_scratch_growth(&(zoe_scratch){NULL, 0, 0}, (size_t)bytes);
}

uint64_t zoe_reserve_cost(const zoe_cache *cache, const zoe_needs *needs)
{
    uint64_t cost = needs->bytes ? zoe_slab_cost(&cache->slab, (size_t)needs->bytes) : 0;
    return add(add(cost, scratch_cost(needs->scratch_bytes)), scratch_cost(needs->file_bytes));
}

/* What is used, but for what is on its way back in the same step. */
static uint64_t used_locked(const zoe_cache *cache)
{
    return zoe_meter_used(&cache->meter) - cache->returns.bytes;
}

/* Takes out of use what nobody uses, until that is `bytes`: free buffers, those of the request's
 * size last, files' memory and scratch of workers at no load, but for the request's own. */
static uint64_t detach_unused_locked(zoe_cache *cache, uint64_t bytes, const request *r)
{
    uint64_t got = zoe_slab_detach(&cache->slab, bytes, r->size, &cache->returns);
    for (zoe_load *load = cache->loads; load < cache->loads + ZOE_LOADS_MAX; load++)
        if (got < bytes && load->phase == ZOE_LOAD_FREE && &load->file_memory != r->file)
            got += zoe_scratch_detach(&load->file_memory, &cache->returns);
    for (zoe_load_worker *w = cache->all_workers; w; w = w->next)
        if (got < bytes && !w->load && &w->scratch != r->scratch)
            got += zoe_scratch_detach(&w->scratch, &cache->returns);
    return got;
}

/* What could be taken back for the request without evicting anything, its own memory included. */
static uint64_t spare_locked(const request *r)
{
    const zoe_cache *cache = r->cache;
    uint64_t scratch = 0, files = 0;
    for (const zoe_load_worker *worker = cache->all_workers; worker; worker = worker->next)
        if (!worker->load || &worker->scratch == r->scratch)
            scratch += worker->scratch.committed;
    /* Others keep theirs, unless the frame is needed now: having it again costs time. But whichever
     * worker asks may have as much as it needs: who finds no room sleeps, and wakes no other. */
    if (!r->need.is_due && scratch > r->needs.scratch_bytes)
        scratch = scratch_cost(r->needs.scratch_bytes);
    for (const zoe_load *load = cache->loads; load < cache->loads + ZOE_LOADS_MAX; load++)
        if (load->phase == ZOE_LOAD_FREE || &load->file_memory == r->file)
            files += load->file_memory.committed;
    return cache->slab.free_cost + cache->slab.surplus_bytes + scratch + files;
}

/* Evicts until the request has room beside what cannot be taken back. Where other threads are
 * giving pages back, a frame that has time waits for those: whoever gives them back wakes the
 * workers. One that is needed now does not, since gigabytes take half a second. */
static bool make_room_locked(const request *r)
{
    uint64_t coming = r->need.is_due ? 0 : r->cache->returning;
    uint64_t whole = zoe_reserve_cost(r->cache, &r->needs);
    uint64_t limit = zoe_meter_limit(&r->cache->meter);
    /* The limit fell: first it has to be kept again. Whoever gives back what is beyond it wakes the
     * workers. */
    if (whole > limit || zoe_meter_used(&r->cache->meter) > limit)
        return false;
    for (;;) {
        uint64_t unspared = beyond(used_locked(r->cache), spare_locked(r));
        uint64_t lacking = beyond(add(unspared, whole), limit);
        if (!lacking)
            return true;
        if (lacking <= coming || !evict_locked(r->cache, r->need, lacking - coming))
            return false;
    }
}

/* What has to be taken of the meter now. */
static uint64_t growth_locked(const request *r)
{
    uint64_t bytes = r->needs.bytes ? zoe_slab_fresh_cost(&r->cache->slab, r->size, r->node) : 0;
    return bytes + zoe_scratch_growth(r->scratch, (size_t)r->needs.scratch_bytes) +
           zoe_scratch_growth(r->file, (size_t)r->needs.file_bytes);
}

/* A block of the request's that is larger than it needs is given up, if nothing else is left. */
static bool detach_own_locked(const request *r, zoe_scratch *block, uint64_t bytes)
{
    return block->committed >= bytes + zoe_os_page() &&
           zoe_scratch_detach(block, &r->cache->returns) > 0;
}

/* Takes what is lacking of the meter, and address space; there is room for all of it. */
static zoe_status take_of_meter_locked(const request *r)
{
    zoe_cache *cache = r->cache;
    size_t scratch_bytes = (size_t)r->needs.scratch_bytes, file_bytes = (size_t)r->needs.file_bytes;
    for (;;) {
        /* A block with too little address space for what is to be in it goes. */
        if (!zoe_scratch_make_space(r->scratch, scratch_bytes, &cache->returns) ||
            !zoe_scratch_make_space(r->file, file_bytes, &cache->returns))
            return ZOE_ERROR_NO_MEMORY;
        uint64_t growth = growth_locked(r);
        uint64_t lacking = beyond(used_locked(cache) + growth, zoe_meter_limit(&cache->meter));
        if (!lacking) {
            /* What is on its way back goes over to what takes its place: that is touched when the
             * pages are back. */
            uint64_t over = growth < cache->returns.bytes ? growth : cache->returns.bytes;
            zoe_meter_give(&cache->meter, over);
            cache->returns.bytes -= over;
            return ZOE_OK;
        }
        if (!detach_unused_locked(cache, lacking, r) &&
            !detach_own_locked(r, r->scratch, scratch_bytes) &&
            !detach_own_locked(r, r->file, file_bytes))
            return ZOE_ERROR_OVER_BUDGET;
    }
}
static void grow_locked(zoe_cache *cache, zoe_scratch *block, uint64_t bytes)
{
    cache->scratch_allocations += zoe_scratch_growth(block, (size_t)bytes) > 0;
    bool grown = zoe_scratch_grow(block, (size_t)bytes, &cache->meter);
    assert(grown);
    (void)grown;
}

zoe_status zoe_reserve_locked(zoe_load_worker *worker, zoe_load *load, const zoe_needs *needs,
                              int64_t use)
{
    zoe_cache *cache = worker->cache;
    zoe_scratch none = {NULL, 0, 0};
    /* While time does not wait, what is nearer than the lead would be late. */
    int64_t lead = load ? load->source->lead : 0;
    urgency need = {use, use - lead <= (int64_t)cache->workers};
    request r = {cache, *needs, {0, 0}, need, worker->node, &worker->scratch, &none};
    /* An open file has its memory, which must not move; `file` is not looked at for others. */
    if (load && needs->file_bytes && !load->file)
        r.file = &load->file_memory;
    else
        r.needs.file_bytes = 0;
    if (load)
        r.size = (zoe_buffer_size){(size_t)needs->bytes, (size_t)load->source->buffer_bytes};
    if (load && load->buffer && needs->bytes) {
        /* It was reserved for what a frame of the source probably needs. */
        if (zoe_slab_refit(&cache->slab, &load->buffer->memory, r.size.bytes))
            r.needs.bytes = 0;
        else
            zoe_cache_give_buffer_locked(cache, load);
    }
    /* All there already: the ordinary case of a worker that goes on with the next frame. */
    if (growth_locked(&r) == 0 && !r.needs.bytes)
        return ZOE_OK;
    zoe_status status = make_room_locked(&r) ? take_of_meter_locked(&r) : ZOE_ERROR_OVER_BUDGET;
    if (status == ZOE_OK && r.needs.bytes) {
        zoe_buffer *buffer = NULL;
        /* A system that grants too little address space: frames leave as for a lower limit, at most
         * all that can. */
        while (zoe_slab_is_full(&cache->slab, r.size) && evict_locked(cache, r.need, 1))
            continue;
        status = zoe_slab_take(&cache->slab, r.size, r.node, &buffer);
        load->buffer = (zoe_frame_buffer *)buffer;
    }
    if (status != ZOE_OK)
        return status;
    grow_locked(cache, r.scratch, r.needs.scratch_bytes);
    grow_locked(cache, r.file, r.needs.file_bytes);
    return ZOE_OK;
}

/* ---- giving back ---- */

static const request nobody = {.needs = {0, 0, 0}};

void zoe_reserve_trim_locked(zoe_cache *cache, bool evict)
{
    while (evict && evict_locked(cache, at_once, 1))
        continue;
    detach_unused_locked(cache, UINT64_MAX, &nobody);
}

/* How far what is used is beyond the limit, when all is back that is on its way. */
static uint64_t excess_locked(const zoe_cache *cache)
{
    return beyond(used_locked(cache) - cache->returning, zoe_meter_limit(&cache->meter));
}

uint64_t zoe_reserve_fit_now_locked(zoe_cache *cache)
{
    uint64_t before = cache->totals.evictions;
    for (uint64_t excess; (excess = excess_locked(cache)) > 0;)
        if (!detach_unused_locked(cache, excess, &nobody) && !evict_locked(cache, at_once, 1))
            break;
    return cache->totals.evictions - before;
}

/* Stops loads until those that are stopped hold what is beyond the limit. Returns whether any is
 * under way. */
static bool stop_loads_locked(zoe_cache *cache)
{
    uint64_t coming, excess = excess_locked(cache);
    bool any = false, over = false;
    do {
        coming = 0;
        for (zoe_load *load = NULL; (load = zoe_cache_next_load_locked(cache, load)) != NULL;) {
            any = true;
            over = over || zoe_load_is_over_locked(load);
            if (zoe_load_is_stopped(load) && load->buffer)
                coming += zoe_slab_buffer_cost(&load->buffer->memory);
        }
    } while (coming < excess && zoe_cache_stop_farthest_locked(cache, -2));
    /* Those that nobody works on need a worker to end them. */
    if (over)
        zoe_cache_wake_worker_locked(cache);
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
        bool is_kept = excess_locked(cache) == 0;
        bool is_stuck = !is_kept && !stop_loads_locked(cache) && cache->idle == cache->workers;
        done = (is_kept || is_stuck) && (cache->returning == 0 || beyond_all == 0);
        if (!done)
            zoe_cache_wait_locked(cache, &cache->progress, ZOE_FOREVER);
    }
    cache->paused = false;
    return evicted;
}
