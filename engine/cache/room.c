/*
 * Room in the cache: victims, buffers and scratch under one limit. See "Harm" in cache.h.
 */
#include "cache/cache.h"

/* ---- victims ---- */

/* The frame that is needed last: outside every want and longest unused, else the farthest next use.
 */
typedef struct victim_search {
    const zoe_cache *cache;
    int64_t use; /* of the frame that needs room */

    /* found */
    zoe_buffer *best;
    int64_t best_use;
    uint64_t best_last;
    bool cyclic;
    uint64_t bytes; /* of all that would do */
    bool held;      /* one would do, but for its pins */
} victim_search;

/* May a frame needed in `use` steps push out one that is needed in `victim_use`? See "Harm" in
 * cache.h. */
static bool without_harm(const zoe_cache *cache, int64_t victim_use, bool cyclic, int64_t use)
{
    if (victim_use == ZOE_NO_USE)
        return true;
    if (use >= victim_use)
        return false;
    return !cyclic || use <= (int64_t)cache->workers;
}

static bool consider_victim(void *user, zoe_buffer *buffer)
{
    victim_search *search = user;
    if (!zoe_buffer_has_slot(buffer))
        return true;
    zoe_slot *slot = &buffer->table->slots[buffer->position];
    /* seq_cst: reads pins after `starved` was written; see slots.h. */
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_seq_cst);
    if ((word & (ZOE_SLOT_STATE | ZOE_SLOT_DOOMED)) != ZOE_FRAME_LOADED)
        return true;
    int64_t use = zoe_cache_next_use_locked(buffer->table, buffer->position);
    bool cyclic = buffer->table->source && zoe_want_is_cyclic(&buffer->table->source->want);
    bool harmless = without_harm(search->cache, use, cyclic, search->use);
    if (word & ZOE_SLOT_PINS) {
        search->held = search->held || harmless;
        return true;
    }
    if (harmless)
        search->bytes += zoe_slab_buffer_cost(buffer);
    uint64_t last = atomic_load_explicit(&slot->last_use, memory_order_relaxed);
    bool better = !search->best || use > search->best_use ||
                  (use == search->best_use && last < search->best_last);
    if (better) {
        search->best = buffer;
        search->best_use = use;
        search->best_last = last;
        search->cyclic = cyclic;
    }
    return true;
}

static zoe_buffer *search_victim(zoe_cache *cache, victim_search *search)
{
    zoe_slab_visit(&cache->slab, consider_victim, search);
    bool fit = search->best && without_harm(cache, search->best_use, search->cyclic, search->use);
    return fit ? search->best : NULL;
}

/* A victim for a frame needed in `use` steps, if all that would do are `bytes` or more: where they
 * are not enough, none is evicted in vain. */
static zoe_buffer *find_victim_locked(zoe_cache *cache, int64_t use, uint64_t bytes)
{
    victim_search search = {.cache = cache, .use = use};
    zoe_buffer *victim = search_victim(cache, &search);
    if ((!victim || search.bytes < bytes) && search.held) {
        /* Whoever gives back a last pin from now on wakes the workers. Pins that went before the
         * flag could be seen are found by looking again. */
        atomic_store_explicit(&cache->starved, 1, memory_order_seq_cst);
        search = (victim_search){.cache = cache, .use = use};
        victim = search_victim(cache, &search);
    }
    return search.bytes < bytes ? NULL : victim;
}

bool zoe_cache_evict_locked(zoe_cache *cache, zoe_buffer *buffer)
{
    zoe_table *table = buffer->table;
    int64_t position = buffer->position;
    if (!zoe_slot_evict_locked(table, position))
        return false;
    zoe_slot_set_error_locked(table, position, NULL);
    table->slots[position].buffer = NULL;
    zoe_slab_give(&cache->slab, buffer);
    cache->totals.evictions++;
    zoe_cache_note_locked(cache, "evicted", table, position);
    zoe_cache_rewind_locked(table, position);
    return true;
}

typedef struct table_visit {
    zoe_cache *cache;
    zoe_table *table; /* NULL: all */
} table_visit;

static bool evict_or_doom(void *user, zoe_buffer *buffer)
{
    table_visit *visit = user;
    if (!zoe_buffer_has_slot(buffer) || (visit->table && buffer->table != visit->table))
        return true;
    if (zoe_slot_state(&buffer->table->slots[buffer->position]) != ZOE_FRAME_LOADED)
        return true;
    /* A pin may come or go between the two tries; one of them holds in the end. */
    while (!zoe_cache_evict_locked(visit->cache, buffer))
        if (zoe_slot_doom_locked(buffer->table, buffer->position))
            break;
    return true;
}

static bool evict_if_free(void *user, zoe_buffer *buffer)
{
    zoe_cache *cache = user;
    if (zoe_buffer_has_slot(buffer) &&
        zoe_slot_state(&buffer->table->slots[buffer->position]) == ZOE_FRAME_LOADED)
        zoe_cache_evict_locked(cache, buffer);
    return true;
}

void zoe_cache_evict_all_locked(zoe_cache *cache)
{
    zoe_slab_visit(&cache->slab, evict_if_free, cache);
}

void zoe_cache_evict_table_locked(zoe_cache *cache, zoe_table *table)
{
    table_visit visit = {cache, table};
    zoe_slab_visit(&cache->slab, evict_or_doom, &visit);
}

/* The last pin of a picture that stayed for its pins is gone: its buffer becomes free. Returns
 * whether its table is needed no more. */
static bool give_last_locked(zoe_cache *cache, zoe_table *table, zoe_buffer *buffer)
{
    bool orphaned = table->source == NULL;
    zoe_slab_give(&cache->slab, buffer);
    uint64_t used = zoe_meter_used(&cache->meter), limit = zoe_meter_limit(&cache->meter);
    if (used > limit)
        zoe_slab_shrink(&cache->slab, used - limit, 0);
    else if (orphaned)
        zoe_slab_shrink(&cache->slab, UINT64_MAX, 0);
    pthread_cond_signal(&cache->work);
    return orphaned && table->doomed == 0;
}

void zoe_cache_reap(zoe_cache *cache, zoe_table *table, zoe_slot *slot)
{
    zoe_cache_lock(cache);
    int64_t position = slot - table->slots;
    zoe_buffer *buffer = slot->buffer;
    slot->buffer = NULL;
    zoe_slot_reap_locked(table, position);
    zoe_slot_set_error_locked(table, position, NULL);
    cache->totals.evictions++;
    zoe_cache_note_locked(cache, "evicted", table, position);
    zoe_cache_rewind_locked(table, position);
    bool last = give_last_locked(cache, table, buffer);
    zoe_cache_unlock(cache);
    if (last)
        zoe_table_destroy(table);
}

bool zoe_cache_replace_locked(zoe_cache *cache, zoe_table *table, int64_t position,
                              zoe_remnant *remnant)
{
    zoe_slot *slot = &table->slots[position];
    zoe_buffer *buffer = slot->buffer;
    bool taken = false;
    /* A pin may come or go between the two tries. */
    while (!taken && !zoe_slot_evict_locked(table, position)) {
        taken = zoe_slot_replace_locked(table, position, remnant);
        if (!taken && (atomic_load_explicit(&slot->word, memory_order_relaxed) & ZOE_SLOT_DOOMED))
            return false;
    }
    zoe_slot_set_error_locked(table, position, NULL);
    if (!taken) {
        slot->buffer = NULL;
        zoe_slab_give(&cache->slab, buffer);
    }
    return taken;
}

void zoe_cache_unpin_remnant(zoe_cache *cache, zoe_table *table, int64_t position,
                             uint64_t generation)
{
    zoe_cache_lock(cache);
    zoe_remnant *remnant = zoe_slot_unpin_remnant_locked(table, position, generation);
    bool last = remnant && give_last_locked(cache, table, remnant->buffer);
    zoe_cache_unlock(cache);
    zoe_os_free(remnant);
    if (last)
        zoe_table_destroy(table);
}

/* ---- room ---- */

/* How far taking `bytes` more would go over the limit. */
static uint64_t deficit(const zoe_cache *cache, uint64_t bytes)
{
    uint64_t limit = zoe_meter_limit(&cache->meter), used = zoe_meter_used(&cache->meter);
    return used + bytes > limit ? used + bytes - limit : 0;
}

uint64_t zoe_needs_cost(const zoe_needs *needs)
{
    uint64_t cost = needs->bytes ? zoe_slab_cost((size_t)needs->bytes) : 0;
    uint64_t beside = needs->scratch_bytes + needs->file_bytes;
    return cost < UINT64_MAX - beside ? cost + beside : UINT64_MAX;
}

static uint64_t free_scratch_locked(const zoe_cache *cache)
{
    uint64_t bytes = 0;
    for (const zoe_load_worker *worker = cache->free_workers; worker; worker = worker->next_free)
        bytes += worker->scratch.committed;
    return bytes;
}

uint64_t zoe_cache_give_scratch_locked(zoe_cache *cache)
{
    uint64_t bytes = 0;
    for (zoe_load_worker *worker = cache->free_workers; worker; worker = worker->next_free)
        if (worker->scratch.committed)
            bytes += zoe_load_release_scratch(worker);
    return bytes;
}

static bool is_under_way(const zoe_load *load)
{
    return load->phase != ZOE_LOAD_FREE && load->phase != ZOE_LOAD_ENDED;
}

static uint32_t count_loads_locked(const zoe_cache *cache)
{
    uint32_t count = 0;
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++)
        count += is_under_way(&cache->loads[i]);
    return count;
}

/* Blocks of loads under way are kept from one piece to the next: those are nobody else's to give.
 * `own`: the caller's load, or NULL. */
static bool may_take_blocks_locked(const zoe_cache *cache, const zoe_load *own)
{
    return count_loads_locked(cache) == (own ? 1 : 0);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Has the frame a claim to the scratch that others keep? Elsewhere they keep it: having it again
 * costs time. */
static bool is_needed_now(const zoe_cache *cache, int64_t use)
{
    return use <= (int64_t)cache->workers;
}

/* Is there room for all that a frame needs, once frames that are needed later have left? Those are
 * evicted one by one as long as that helps. */
static bool make_room_locked(zoe_cache *cache, const zoe_needs *needs, int64_t use,
                             const zoe_load *own)
{
    uint64_t limit = zoe_meter_limit(&cache->meter), cost = zoe_needs_cost(needs);
    if (cost > limit)
        return false;
    for (;;) {
        /* Whichever free worker asks: who finds no room sleeps, and wakes no other one. */
        uint64_t scratch = free_scratch_locked(cache);
        if (!is_needed_now(cache, use))
            scratch = least(scratch, needs->scratch_bytes);
        uint64_t free = cache->slab.free_cost + scratch;
        if (may_take_blocks_locked(cache, own))
            free += zoe_recycler_kept(&cache->recycler);
        uint64_t used = zoe_meter_used(&cache->meter);
        uint64_t held = used > free ? used - free : 0;
        if (held <= limit - cost)
            return true;
        zoe_buffer *victim = find_victim_locked(cache, use, held - (limit - cost));
        if (!victim)
            return false;
        zoe_cache_evict_locked(cache, victim);
    }
}

/* What is kept by those who do not work. */
static bool give_kept_locked(zoe_cache *cache, int64_t use, const zoe_load *own)
{
    uint64_t bytes = 0;
    if (may_take_blocks_locked(cache, own))
        bytes = zoe_recycler_trim(&cache->recycler);
    if (!bytes && is_needed_now(cache, use))
        bytes = zoe_cache_give_scratch_locked(cache);
    return bytes > 0;
}

zoe_status zoe_cache_take_buffer_locked(zoe_cache *cache, const zoe_needs *needs, int64_t use,
                                        uint32_t node, const zoe_load *own, zoe_buffer **buffer)
{
    *buffer = NULL;
    if (!make_room_locked(cache, needs, use, own))
        return ZOE_ERROR_OVER_BUDGET;
    if (!needs->bytes)
        return ZOE_OK;
    uint64_t cost = zoe_slab_cost((size_t)needs->bytes);
    for (;;) {
        zoe_status status = zoe_slab_take(&cache->slab, (size_t)needs->bytes, node, buffer);
        if (status != ZOE_ERROR_OVER_BUDGET)
            return status;
        if (!zoe_slab_shrink(&cache->slab, deficit(cache, cost), (size_t)needs->bytes) &&
            !give_kept_locked(cache, use, own))
            return status;
    }
}

static bool evict_one_locked(zoe_cache *cache, int64_t use)
{
    zoe_buffer *victim = find_victim_locked(cache, use, 0);
    return victim && zoe_cache_evict_locked(cache, victim);
}

/* First what no want has, then what idle workers keep. The caller is at a load; where that is the
 * only one, kept blocks are nobody else's. In the end scratch comes before any frame: without it
 * nothing can be decoded. */
static bool reclaim_locked(zoe_cache *cache, uint64_t bytes)
{
    return deficit(cache, bytes) == 0 ||
           zoe_slab_shrink(&cache->slab, deficit(cache, bytes), 0) > 0 ||
           evict_one_locked(cache, ZOE_NO_USE - 1) || zoe_cache_give_scratch_locked(cache) > 0 ||
           (count_loads_locked(cache) <= 1 && zoe_recycler_trim(&cache->recycler) > 0) ||
           evict_one_locked(cache, -1);
}

bool zoe_cache_reclaim(void *user, uint64_t bytes)
{
    zoe_cache *cache = user;
    zoe_cache_lock(cache);
    bool made = reclaim_locked(cache, bytes);
    zoe_cache_unlock(cache);
    return made;
}

bool zoe_cache_is_crowded_locked(zoe_cache *cache, const zoe_load_worker *worker,
                                 const zoe_load *load)
{
    if (count_loads_locked(cache) > 1)
        return true;
    uint64_t recycled, allocations;
    zoe_recycler_usage(&cache->recycler, &recycled, &allocations);
    uint64_t own =
        recycled + worker->scratch.committed + free_scratch_locked(cache) + cache->slab.free_cost;
    if (load->buffer)
        own += zoe_slab_buffer_cost(load->buffer);
    return zoe_meter_used(&cache->meter) > own;
}

zoe_load *zoe_cache_stop_farthest_locked(zoe_cache *cache, int64_t use)
{
    zoe_load *farthest = NULL;
    int64_t farthest_use = use;
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++) {
        zoe_load *load = &cache->loads[i];
        if ((load->phase != ZOE_LOAD_OPENING && load->phase != ZOE_LOAD_OPEN) || !load->buffer ||
            atomic_load_explicit(&load->stale, memory_order_relaxed))
            continue;
        int64_t load_use = zoe_cache_load_use_locked(load);
        if (load_use > farthest_use) {
            farthest = load;
            farthest_use = load_use;
        }
    }
    if (farthest)
        atomic_store_explicit(&farthest->stale, 1, memory_order_relaxed);
    return farthest;
}

static bool any_over_locked(const zoe_cache *cache)
{
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++)
        if (zoe_load_is_over_locked(&cache->loads[i]))
            return true;
    return false;
}

uint64_t zoe_cache_fit_locked(zoe_cache *cache)
{
    uint64_t before = cache->totals.evictions;
    while (deficit(cache, 0)) {
        if (zoe_slab_shrink(&cache->slab, deficit(cache, 0), 0) ||
            zoe_recycler_trim(&cache->recycler) || zoe_cache_give_scratch_locked(cache) ||
            evict_one_locked(cache, -1))
            continue;
        zoe_cache_stop_farthest_locked(cache, -2);
        if (count_loads_locked(cache) > 0 || cache->idle < cache->workers) {
            /* Stopped loads that nobody works on need a worker to end them; and workers that have
             * just ended one are about to have nothing to do, with scratch to give back. Those that
             * are idle already would only hold the lock in turns with this thread. */
            if (any_over_locked(cache))
                pthread_cond_signal(&cache->work);
            zoe_cache_wait_locked(cache, &cache->ended, ZOE_CACHE_FOREVER);
            continue;
        }
        table_visit all = {cache, NULL};
        zoe_slab_visit(&cache->slab, evict_or_doom, &all);
        zoe_slab_shrink(&cache->slab, deficit(cache, 0), 0);
        break;
    }
    return cache->totals.evictions - before;
}
