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

/* May a frame needed in `use` steps push out one of a source that is needed in `victim_use`? */
static bool is_harmless(const zoe_cache *cache, const zoe_source *source, int64_t victim_use,
                        int64_t use)
{
    if (victim_use == ZOE_NO_USE)
        return true;
    if (use >= victim_use)
        return false;
    return !zoe_want_is_cyclic(&source->want) || use <= (int64_t)cache->workers;
}

static uint64_t last_use_of(const void *table, int64_t position)
{
    return atomic_load_explicit(&((const zoe_table *)table)->slots[position].last_use,
                                memory_order_relaxed);
}

/* The frame that is needed last of all that are in their tables' victims. NULL: it must not leave
 * for one needed in `use` steps, or there is none. */
static zoe_frame_buffer *last_needed_locked(zoe_cache *cache, int64_t use)
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
    return best && is_harmless(cache, best, last.use, use)
               ? best->table->slots[last.position].buffer
               : NULL;
}

/* Chooses frames of which those that are not pinned have `bytes` together, or as many as there are.
 * Returns the bytes; *list is what was chosen, *held whether any of it is pinned. */
static uint64_t choose_locked(zoe_cache *cache, int64_t use, uint64_t bytes,
                              zoe_frame_buffer **list, bool *held)
{
    uint64_t chosen = 0;
    zoe_frame_buffer *buffer;
    *list = NULL;
    *held = false;
    while (chosen < bytes && (buffer = last_needed_locked(cache, use)) != NULL) {
        zoe_victims_remove(&buffer->table->victims, buffer->position);
        buffer->next_victim = *list;
        *list = buffer;
        /* seq_cst: reads pins after `starved` was written. */
        if (zoe_buffer_references(buffer) > 1)
            *held = true;
        else
            chosen += zoe_slab_held_cost(&buffer->memory);
    }
    for (buffer = *list; buffer; buffer = buffer->next_victim)
        zoe_victims_add(&buffer->table->victims, buffer->position,
                        last_use_of(buffer->table, buffer->position));
    return chosen;
}

/* The same, of which the list is the frames that are not pinned; and where those do not suffice,
 * whoever gives back a last pin from now on wakes the workers. Pins that went before the flag could
 * be seen are found by looking again. */
static uint64_t choose_or_starve_locked(zoe_cache *cache, int64_t use, uint64_t bytes,
                                        zoe_frame_buffer **list)
{
    bool held;
    uint64_t chosen = choose_locked(cache, use, bytes, list, &held);
    if (chosen < bytes && held) {
        atomic_store_explicit(&cache->starved, 1, memory_order_seq_cst);
        chosen = choose_locked(cache, use, bytes, list, &held);
    }
    return chosen;
}

uint64_t zoe_reserve_held_locked(zoe_cache *cache, uint64_t bytes)
{
    zoe_frame_buffer *list;
    uint64_t frames = cache->frame_bytes;
    uint64_t lacking = beyond(add(frames, bytes), zoe_meter_limit(&cache->meter));
    uint64_t chosen = lacking ? choose_or_starve_locked(cache, 0, lacking, &list) : 0;
    return chosen < lacking ? beyond(frames, chosen) : 0;
}

/* Evicts frames of `bytes` together, if that does no harm to what is needed sooner than in `use`
 * steps. false: there are not enough, and none has left. */
static bool evict_locked(zoe_cache *cache, int64_t use, uint64_t bytes)
{
    zoe_frame_buffer *list, *next;
    if (cache->frame_bytes + cache->frames * sizeof *list < bytes)
        return false;
    uint64_t chosen = choose_or_starve_locked(cache, use, bytes, &list);
    /* Those that are pinned stay, and of the others one that was pinned just now: then the caller
     * comes again. */
    for (; chosen >= bytes && list; list = next) {
        next = list->next_victim;
        zoe_cache_evict_locked(cache, list);
    }
    return chosen >= bytes;
}

/* ---- what nobody uses ---- */

static const zoe_buffer_size no_size = {0, 0};

/* Takes out of use what nobody uses, until that is `bytes`: free buffers, those of `keep`
 * last, files' memory but that of `own`, and scratch of workers at no load but that of `worker`. */
static uint64_t detach_unused_locked(zoe_cache *cache, uint64_t bytes, zoe_buffer_size keep,
                                     const zoe_load *own, const zoe_load_worker *worker)
{
    uint64_t got = zoe_slab_detach(&cache->slab, bytes, keep, &cache->returns);
    for (zoe_load *load = cache->loads; load < cache->loads + ZOE_LOADS_MAX; load++)
        if (got < bytes && load != own && load->phase == ZOE_LOAD_FREE)
            got += zoe_scratch_detach(&load->file_memory, &cache->returns);
    for (zoe_load_worker *w = cache->all_workers; w; w = w->next)
        if (got < bytes && w != worker && !w->load)
            got += zoe_scratch_detach(&w->scratch, &cache->returns);
    return got;
}

void zoe_reserve_trim_locked(zoe_cache *cache)
{
    detach_unused_locked(cache, UINT64_MAX, no_size, NULL, NULL);
}

/* ---- reserving ---- */

/* What is asked for, and by whom. */
typedef struct request {
    zoe_cache *cache;
    zoe_load_worker *worker;
    zoe_load *load; /* NULL: scratch alone */
    zoe_needs needs;
    int64_t use;
    /* the worker's scratch and, where that is to be had too, the file's memory */
    int blocks;
    zoe_scratch *block[2];
    size_t bytes[2];
} request;

static zoe_buffer_size size_of(const request *r)
{
    const size_t filled = r->load ? (size_t)r->load->source->buffer_bytes : 0;
    return (zoe_buffer_size){(size_t)r->needs.bytes, filled};
}

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

/* What could be taken back for the request without evicting anything, its own memory included. */
static uint64_t spare_locked(const request *r)
{
    const zoe_cache *cache = r->cache;
    uint64_t scratch = 0, files = 0;
    for (const zoe_load_worker *worker = cache->all_workers; worker; worker = worker->next)
        if (!worker->load || worker == r->worker)
            scratch += worker->scratch.committed;
    /* Others keep theirs, unless the frame is needed now: having it again costs time. But whichever
     * worker asks may have as much as it needs: who finds no room sleeps, and wakes no other. */
    if (r->use > (int64_t)cache->workers && scratch > r->needs.scratch_bytes)
        scratch = scratch_cost(r->needs.scratch_bytes);
    for (const zoe_load *load = cache->loads; load < cache->loads + ZOE_LOADS_MAX; load++)
        if (load->phase == ZOE_LOAD_FREE || (load == r->load && r->blocks > 1))
            files += load->file_memory.committed;
    return cache->slab.free_cost + cache->slab.surplus_bytes + scratch + files;
}

/* Evicts until the request has room beside what cannot be taken back. Where other threads are
 * giving pages back, a frame that has time waits for those: whoever gives them back wakes the
 * workers. One that is needed now does not, since gigabytes take half a second. */
static bool make_room_locked(const request *r)
{
    uint64_t coming = r->use > (int64_t)r->cache->workers ? r->cache->returning : 0;
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
        if (lacking <= coming || !evict_locked(r->cache, r->use, lacking - coming))
            return false;
    }
}

/* What has to be taken of the meter now. */
static uint64_t growth_locked(const request *r)
{
    uint64_t bytes = 0;
    if (r->needs.bytes)
        bytes = zoe_slab_fresh_cost(&r->cache->slab, size_of(r), r->worker->node);
    for (int i = 0; i < r->blocks; i++)
        bytes += zoe_scratch_growth(r->block[i], r->bytes[i]);
    return bytes;
}

/* Takes something out of use that the request does not need, `bytes` if possible. */
static bool detach_something_locked(const request *r, uint64_t bytes)
{
    if (detach_unused_locked(r->cache, bytes, size_of(r), r->blocks > 1 ? r->load : NULL,
                             r->worker))
        return true;
    for (int i = 0; i < r->blocks; i++)
        if (r->block[i]->committed >= r->bytes[i] + zoe_os_page()) {
            zoe_scratch_detach(r->block[i], &r->cache->returns);
            return true;
        }
    return false;
}

/* Takes everything; there is room for it. */
static zoe_status take_locked(const request *r)
{
    zoe_cache *cache = r->cache;
    uint64_t growth, lacking;
    do {
        /* A block with too little address space for what is to be in it goes. */
        for (int i = 0; i < r->blocks; i++)
            if (!zoe_scratch_make_space(r->block[i], r->bytes[i], &cache->returns))
                return ZOE_ERROR_NO_MEMORY;
        growth = growth_locked(r);
        lacking = beyond(used_locked(cache) + growth, zoe_meter_limit(&cache->meter));
        if (lacking && !detach_something_locked(r, lacking))
            return ZOE_ERROR_OVER_BUDGET;
    } while (lacking);
    /* What is on its way back goes over to what takes its place: that is touched when the pages
     * are back. */
    uint64_t over = growth < cache->returns.bytes ? growth : cache->returns.bytes;
    zoe_meter_give(&cache->meter, over);
    cache->returns.bytes -= over;
    if (r->needs.bytes) {
        zoe_buffer *buffer = NULL;
        /* A system that grants too little address space: frames leave as for a lower limit. */
        while (zoe_slab_is_full(&cache->slab, size_of(r)) && evict_locked(cache, r->use, 1))
            continue;
        zoe_status status = zoe_slab_take(&cache->slab, size_of(r), r->worker->node, &buffer);
        if (status != ZOE_OK)
            return status;
        r->load->buffer = (zoe_frame_buffer *)buffer;
    }
    for (int i = 0; i < r->blocks; i++) {
        cache->scratch_allocations += zoe_scratch_growth(r->block[i], r->bytes[i]) > 0;
        bool grown = zoe_scratch_grow(r->block[i], r->bytes[i], &cache->meter);
        assert(grown);
        (void)grown;
    }
    return ZOE_OK;
}

zoe_status zoe_reserve_locked(zoe_load_worker *worker, zoe_load *load, const zoe_needs *needs,
                              int64_t use)
{
    request r = {worker->cache, worker, load, *needs, use, .blocks = 0};
    r.block[r.blocks] = &worker->scratch;
    r.bytes[r.blocks++] = (size_t)needs->scratch_bytes;
    /* An open file has its memory, which must not move; `file` is not looked at for others. */
    if (load && needs->file_bytes && !load->file) {
        r.block[r.blocks] = &load->file_memory;
        r.bytes[r.blocks++] = (size_t)needs->file_bytes;
    } else {
        r.needs.file_bytes = 0;
    }
    if (load && load->buffer && needs->bytes) {
        /* It was reserved for what a frame of the source probably needs. */
        if (zoe_slab_refit(&worker->cache->slab, &load->buffer->memory, (size_t)needs->bytes))
            r.needs.bytes = 0;
        else
            zoe_cache_give_buffer_locked(worker->cache, load);
    }
    /* All there already: the ordinary case of a worker that goes on with the next frame. */
    if (growth_locked(&r) == 0 && !r.needs.bytes)
        return ZOE_OK;
    return make_room_locked(&r) ? take_locked(&r) : ZOE_ERROR_OVER_BUDGET;
}

/* ---- a lower limit ---- */

/* How far what is used is beyond the limit, when all is back that is on its way. */
static uint64_t excess_locked(const zoe_cache *cache)
{
    return beyond(used_locked(cache) - cache->returning, zoe_meter_limit(&cache->meter));
}

uint64_t zoe_reserve_fit_now_locked(zoe_cache *cache)
{
    uint64_t before = cache->totals.evictions;
    for (uint64_t excess; (excess = excess_locked(cache)) > 0;)
        if (!detach_unused_locked(cache, excess, no_size, NULL, NULL) &&
            !evict_locked(cache, -1, 1))
            break;
    return cache->totals.evictions - before;
}

/* Stops loads until those that are stopped hold what is beyond the limit. Returns whether any is
 * under way. */
static bool stop_loads_locked(zoe_cache *cache)
{
    uint64_t coming = 0, excess = excess_locked(cache);
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
    uint64_t evicted = 0, limit = zoe_meter_limit(&cache->meter);
    cache->paused = true;
    for (;;) {
        evicted += zoe_reserve_fit_now_locked(cache);
        if (zoe_returns_any(&cache->returns)) {
            zoe_cache_give_back_locked(cache);
            continue; /* the lock was let go of */
        }
        /* Pages that other threads are giving back have to be back as well. */
        bool is_coming = cache->returning > 0 && beyond(used_locked(cache), limit) > 0;
        bool is_stuck =
            excess_locked(cache) > 0 && !stop_loads_locked(cache) && cache->idle == cache->workers;
        if (!is_coming && (!excess_locked(cache) || is_stuck))
            break;
        zoe_cache_wait_locked(cache, &cache->ended, ZOE_FOREVER);
    }
    cache->paused = false;
    return evicted;
}
