/*
 * The invariants of slots.h and load.h and the books of the budget, checked every time the cache's
 * lock is given back, in builds with ZOE_CHECKS. They cost time in proportion to the number of
 * buffers.
 */
#include "cache/cache.h"

#ifndef ZOE_CHECKS

void zoe_cache_check_locked(zoe_cache *cache)
{
    (void)cache;
}

#else

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition);      \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

typedef struct census {
    uint64_t committed, free;
} census;

static bool is_remnant(const zoe_buffer *buffer)
{
    for (const zoe_remnant *r = buffer->table->remnants; r; r = r->next)
        if (r->buffer == buffer)
            return r->pins > 0;
    return false;
}

static bool count_buffer(void *user, zoe_buffer *buffer)
{
    census *sum = user;
    sum->committed += buffer->committed;
    if (!buffer->table) {
        sum->free += buffer->committed;
        return true;
    }
    if (!zoe_buffer_has_slot(buffer)) {
        CHECK(is_remnant(buffer));
        return true;
    }
    CHECK(buffer->position < buffer->table->count);
    const zoe_slot *slot = &buffer->table->slots[buffer->position];
    CHECK(slot->buffer == buffer);
    zoe_frame_state state = zoe_slot_state(slot);
    CHECK(state == ZOE_FRAME_LOADED || state == ZOE_FRAME_LOADING);
    return true;
}

static void check_load(const zoe_cache *cache, const zoe_load *load)
{
    if (load->phase == ZOE_LOAD_FREE) {
        CHECK(load->workers == 0);
        return;
    }
    CHECK(load->workers <= ZOE_WORKERS_MAX);
    if (load->phase == ZOE_LOAD_ENDED) {
        CHECK(load->workers > 0);
        return;
    }
    CHECK(load->phase == ZOE_LOAD_OPEN || load->workers > 0);
    CHECK(zoe_slot_state(&load->table->slots[load->position]) == ZOE_FRAME_LOADING);
    CHECK(!load->buffer || load->buffer->position == load->position);
    for (const zoe_load *other = cache->loads; other < load; other++)
        CHECK(other->phase == ZOE_LOAD_FREE || other->phase == ZOE_LOAD_ENDED ||
              other->table != load->table || other->position != load->position);
}

void zoe_cache_check_locked(zoe_cache *cache)
{
    zoe_cache_assert_locked(cache);
    census sum = {0};
    zoe_slab_visit(&cache->slab, count_buffer, &sum);
    CHECK(sum.free == cache->slab.free_bytes);
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++)
        check_load(cache, &cache->loads[i]);
    /* Arenas and recyclers take and give without the cache's lock: the meter may be ahead of what
     * can be counted here, never behind. */
    CHECK(zoe_meter_used(&cache->meter) >= sum.committed);
    for (const zoe_source *source = cache->sources; source; source = source->next) {
        CHECK(source->cursor >= 0);
        CHECK(source->table->source == source);
    }
}

#endif
