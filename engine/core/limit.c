#include "core/limit.h"

#include "cache/reserve.h"
#include "cache/scheduler.h"

/* Stops loads until those that are stopped hold what is beyond the limit. Returns whether any is
 * under way. */
static bool stop_loads_locked(zoe_cache *cache, uint64_t excess)
{
    uint64_t coming;
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

/* Brings what is used under the limit, and waits until it is. */
static uint64_t keep_locked(zoe_cache *cache)
{
    uint64_t evicted = 0;
    cache->paused = true;
    for (;;) {
        uint64_t limit = zoe_meter_limit(&cache->memory.meter);
        evicted += zoe_reserve_fit_locked(cache, limit);
        if (zoe_cache_give_back_locked(cache))
            continue; /* the lock was let go of */
        /* Pages that other threads are giving back have to be back as well. Pins may hold what is
         * still beyond the limit when no load is left. */
        uint64_t excess = zoe_memory_excess(&cache->memory, limit);
        bool is_stuck =
            excess && !stop_loads_locked(cache, excess) && cache->idle == cache->workers;
        if ((!excess || is_stuck) &&
            (cache->memory.returning == 0 || zoe_meter_used(&cache->memory.meter) <= limit))
            break;
        zoe_cache_wait_locked(cache, &cache->progress, ZOE_FOREVER);
    }
    cache->paused = false;
    return evicted;
}

uint64_t zoe_limit_set_locked(zoe_cache *cache, uint64_t bytes)
{
    zoe_lock_assert_held(&cache->lock);
    bool higher = bytes > zoe_meter_limit(&cache->memory.meter);
    zoe_meter_set_limit(&cache->memory.meter, bytes);
    zoe_scheduler_unblock_locked(cache);
    uint64_t evicted = keep_locked(cache);
    for (zoe_source *source = higher ? cache->sources : NULL; source; source = source->next) {
        zoe_table_retry_locked(source->table);
        source->cursor = 0;
    }
    zoe_cache_wake_all_locked(cache);
    return evicted;
}
