#include "cache/reserve.h"

#include <assert.h>

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
        v.use = zoe_source_use_locked(s, v.use);
        if (!best || v.use > last.use || (v.use == last.use && v.last_use < last.last_use)) {
            best = s;
            last = v;
        }
    }
    return best && is_harmless(cache, best, last.use, use)
               ? best->table->slots[last.position].buffer
               : NULL;
}

typedef struct choice {
    zoe_frame_buffer *victims; /* linked, the one needed last at the end */
    uint64_t bytes;            /* of them */
    bool held;                 /* others would do, but for their pins */
} choice;

static void take_out_locked(zoe_frame_buffer *buffer, zoe_frame_buffer **list)
{
    zoe_victims_remove(&buffer->table->victims, buffer->position);
    buffer->next_victim = *list;
    *list = buffer;
}

static void put_back_locked(zoe_frame_buffer *list)
{
    for (; list; list = list->next_victim)
        zoe_victims_add(&list->table->victims, list->position,
                        last_use_of(list->table, list->position));
}

/* Chooses victims that have `bytes` together, or as many as there are. */
static choice choose_locked(zoe_cache *cache, int64_t use, uint64_t bytes)
{
    choice c = {.bytes = 0};
    zoe_frame_buffer *pinned = NULL, *buffer;
    while (c.bytes < bytes && (buffer = last_needed_locked(cache, use)) != NULL) {
        /* seq_cst: reads pins after `starved` was written. */
        bool is_pinned = zoe_buffer_references(buffer) > 1;
        take_out_locked(buffer, is_pinned ? &pinned : &c.victims);
        if (!is_pinned)
            c.bytes += zoe_slab_held_cost(&buffer->memory);
    }
    c.held = pinned != NULL;
    put_back_locked(pinned);
    put_back_locked(c.victims);
    return c;
}

/* Evicts frames of `bytes` together, if that does no harm to what is needed sooner than in `use`
 * steps. false: there are not enough, and none has left. */
static bool evict_locked(zoe_cache *cache, int64_t use, uint64_t bytes)
{
    if (cache->frame_bytes + cache->frames * sizeof(zoe_frame_buffer) < bytes)
        return false;
    choice c = choose_locked(cache, use, bytes);
    if (c.bytes < bytes && c.held) {
        /* Whoever gives back a last pin from now on wakes the workers. Pins that went before the
         * flag could be seen are found by looking again. */
        atomic_store_explicit(&cache->starved, 1, memory_order_seq_cst);
        c = choose_locked(cache, use, bytes);
    }
    if (c.bytes < bytes)
        return false;
    for (zoe_frame_buffer *buffer = c.victims, *next; buffer; buffer = next) {
        next = buffer->next_victim;
        /* Unless it was pinned just now: then the caller comes again. */
        zoe_cache_evict_locked(cache, buffer);
    }
    return true;
}

/* ---- what nobody uses ---- */

static const zoe_buffer_size no_size = {0, 0};

void zoe_reserve_detach_locked(zoe_cache *cache, zoe_scratch *scratch)
{
    cache->scratch_bytes -= zoe_scratch_detach(scratch, &cache->returns);
}

/* Files' memory that no load has a use for, but for that of `own`, until it is `bytes`. */
static uint64_t detach_file_memory_locked(zoe_cache *cache, const zoe_load *own, uint64_t bytes)
{
    uint64_t before = cache->scratch_bytes;
    for (zoe_load *load = cache->loads; load < cache->loads + ZOE_LOADS_MAX; load++)
        if (load != own && load->phase == ZOE_LOAD_FREE && before - cache->scratch_bytes < bytes)
            zoe_reserve_detach_locked(cache, &load->file_memory);
    return before - cache->scratch_bytes;
}

/* Scratch of workers that are at no load, but for that of `own`, until it is `bytes`. */
static uint64_t detach_scratch_locked(zoe_cache *cache, const zoe_load_worker *own, uint64_t bytes)
{
    uint64_t before = cache->scratch_bytes;
    for (zoe_load_worker *worker = cache->all_workers; worker; worker = worker->next)
        if (worker != own && !worker->load && before - cache->scratch_bytes < bytes)
            zoe_reserve_detach_locked(cache, &worker->scratch);
    return before - cache->scratch_bytes;
}

void zoe_reserve_trim_locked(zoe_cache *cache)
{
    zoe_slab_detach(&cache->slab, UINT64_MAX, no_size, &cache->returns);
    detach_file_memory_locked(cache, NULL, UINT64_MAX);
    detach_scratch_locked(cache, NULL, UINT64_MAX);
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

static uint64_t add(uint64_t a, uint64_t b)
{
    return a < UINT64_MAX - b ? a + b : UINT64_MAX;
}

uint64_t zoe_reserve_cost(const zoe_cache *cache, const zoe_needs *needs)
{
    const zoe_scratch none = {NULL, 0, 0};
    uint64_t cost = needs->bytes ? zoe_slab_cost(&cache->slab, (size_t)needs->bytes) : 0;
    cost = add(cost, zoe_scratch_growth(&none, (size_t)needs->scratch_bytes));
    return add(cost, zoe_scratch_growth(&none, (size_t)needs->file_bytes));
}

/* What is used, but for what is on its way back in the same step. */
static uint64_t used_locked(const zoe_cache *cache)
{
    return zoe_meter_used(&cache->meter) - cache->returns.bytes;
}

static uint64_t beyond(uint64_t bytes, uint64_t limit)
{
    return bytes > limit ? bytes - limit : 0;
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
        scratch = zoe_scratch_growth(&(zoe_scratch){NULL, 0, 0}, (size_t)r->needs.scratch_bytes);
    for (const zoe_load *load = cache->loads; load < cache->loads + ZOE_LOADS_MAX; load++)
        if (load->phase == ZOE_LOAD_FREE || (load == r->load && r->blocks > 1))
            files += load->file_memory.committed;
    return cache->slab.free_cost + cache->slab.surplus_bytes + scratch + files;
}

/* Evicts until the request has room beside what cannot be taken back. */
static bool make_room_locked(const request *r)
{
    uint64_t whole = zoe_reserve_cost(r->cache, &r->needs);
    uint64_t limit = zoe_meter_limit(&r->cache->meter);
    /* The limit fell: first it has to be kept again. Whoever gives back what is beyond it wakes the
     * workers. */
    if (zoe_meter_used(&r->cache->meter) > limit)
        return false;
    for (;;) {
        uint64_t used = used_locked(r->cache), spare = spare_locked(r);
        uint64_t lacking = beyond(add(used > spare ? used - spare : 0, whole), limit);
        if (whole > limit || (lacking && !evict_locked(r->cache, r->use, lacking)))
            return false;
        if (!lacking)
            return true;
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
    zoe_cache *cache = r->cache;
    if (zoe_slab_detach(&cache->slab, bytes, size_of(r), &cache->returns) ||
        detach_file_memory_locked(cache, r->load, bytes) ||
        detach_scratch_locked(cache, r->worker, bytes))
        return true;
    for (int i = 0; i < r->blocks; i++)
        if (r->block[i]->committed >= r->bytes[i] + zoe_os_page()) {
            zoe_reserve_detach_locked(cache, r->block[i]);
            return true;
        }
    return false;
}

/* Address space for the blocks. One that is too short for what is to be in it goes. */
static bool make_space_locked(const request *r)
{
    bool made = true;
    for (int i = 0; i < r->blocks && made; i++) {
        uint64_t before = r->block[i]->committed;
        made = zoe_scratch_make_space(r->block[i], r->bytes[i], &r->cache->returns);
        r->cache->scratch_bytes -= before - r->block[i]->committed;
    }
    return made;
}

static void grow_locked(const request *r)
{
    for (int i = 0; i < r->blocks; i++) {
        uint64_t growth = zoe_scratch_growth(r->block[i], r->bytes[i]);
        bool grown = zoe_scratch_grow(r->block[i], r->bytes[i], &r->cache->meter);
        assert(grown);
        (void)grown;
        r->cache->scratch_bytes += growth;
        r->cache->scratch_allocations += growth > 0;
    }
}

/* Takes everything; there is room for it. */
static zoe_reserved take_locked(const request *r)
{
    zoe_cache *cache = r->cache;
    uint64_t growth;
    for (;;) {
        if (!make_space_locked(r))
            return ZOE_RESERVE_REFUSED;
        growth = growth_locked(r);
        uint64_t lacking = beyond(used_locked(cache) + growth, zoe_meter_limit(&cache->meter));
        if (!lacking)
            break;
        if (!detach_something_locked(r, lacking))
            return ZOE_RESERVE_NO_ROOM;
    }
    /* What is on its way back goes over to what takes its place: that is touched when the pages
     * are back. */
    uint64_t over = growth < cache->returns.bytes ? growth : cache->returns.bytes;
    zoe_meter_give(&cache->meter, over);
    cache->returns.bytes -= over;
    if (r->needs.bytes) {
        zoe_buffer *buffer = NULL;
        zoe_status status = zoe_slab_take(&cache->slab, size_of(r), r->worker->node, &buffer);
        if (status != ZOE_OK)
            return status == ZOE_ERROR_OVER_BUDGET ? ZOE_RESERVE_NO_ROOM : ZOE_RESERVE_REFUSED;
        r->load->buffer = (zoe_frame_buffer *)buffer;
    }
    grow_locked(r);
    return ZOE_RESERVED;
}

zoe_reserved zoe_reserve_locked(zoe_cache *cache, zoe_load_worker *worker, zoe_load *load,
                                const zoe_needs *needs, int64_t use)
{
    request r = {.cache = cache, .worker = worker, .load = load, .needs = *needs, .use = use};
    r.block[r.blocks] = &worker->scratch;
    r.bytes[r.blocks++] = (size_t)needs->scratch_bytes;
    if (load && (load->phase == ZOE_LOAD_FREE || (needs->file_bytes && !load->file))) {
        r.block[r.blocks] = &load->file_memory;
        r.bytes[r.blocks++] = (size_t)needs->file_bytes;
    } else {
        r.needs.file_bytes = 0; /* an open file has it, and it must not move */
    }
    if (load && load->buffer && needs->bytes) {
        /* It was reserved for what a frame of the source probably needs. */
        if (zoe_slab_refit(&cache->slab, &load->buffer->memory, (size_t)needs->bytes))
            r.needs.bytes = 0;
        else
            zoe_cache_give_buffer_locked(cache, load);
    }
    /* All there already: the ordinary case of a worker that goes on with the next frame. */
    if (growth_locked(&r) == 0 && !r.needs.bytes)
        return ZOE_RESERVED;
    return make_room_locked(&r) ? take_locked(&r) : ZOE_RESERVE_NO_ROOM;
}

/* ---- a lower limit ---- */

/* How far what is used is beyond the limit, when all is back that is on its way. */
static uint64_t excess_locked(const zoe_cache *cache)
{
    return beyond(used_locked(cache) - cache->returning, zoe_meter_limit(&cache->meter));
}

void zoe_reserve_fit_now_locked(zoe_cache *cache)
{
    for (uint64_t excess; (excess = excess_locked(cache)) > 0;)
        if (!zoe_slab_detach(&cache->slab, excess, no_size, &cache->returns) &&
            !detach_file_memory_locked(cache, NULL, excess) &&
            !detach_scratch_locked(cache, NULL, excess) && !evict_locked(cache, -1, 1))
            return;
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
    uint64_t before = cache->totals.evictions, limit = zoe_meter_limit(&cache->meter);
    cache->paused = true;
    for (;;) {
        zoe_reserve_fit_now_locked(cache);
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
    return cache->totals.evictions - before;
}
