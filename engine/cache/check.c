/*
 * The invariants of buffer.h, table.h and load.h and the books of the budget, checked every time
 * the cache's lock is let go of, in builds with ZOE_CHECKS. They cost time in proportion to the
 * number of buffers.
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
    const zoe_cache *cache;
    uint64_t committed, free, frames, frame_bytes, surplus;
} census;

static bool is_a_loads(const zoe_cache *cache, const zoe_frame_buffer *buffer)
{
    for (const zoe_load *load = cache->loads; load < cache->loads + ZOE_LOADS_MAX; load++)
        if (load->buffer == buffer)
            return load->table == buffer->table && load->position == buffer->position;
    return false;
}

static void count_buffer(void *user, zoe_buffer *memory)
{
    census *sum = user;
    const zoe_frame_buffer *buffer = (const zoe_frame_buffer *)memory;
    CHECK(memory->needed <= memory->committed);
    sum->committed += memory->committed;
    uint32_t references = zoe_buffer_references(buffer);
    if (!memory->in_use) {
        /* Also one whose last pin is gone, but whose holder has yet to take the lock. */
        CHECK(references == 0 && !buffer->table);
        sum->free += memory->committed;
        return;
    }
    sum->surplus += memory->committed - memory->needed;
    if (is_a_loads(sum->cache, buffer)) {
        CHECK(references == 0);
        CHECK(zoe_table_state(buffer->table, buffer->position) == ZOE_FRAME_LOADING);
        return;
    }
    sum->frame_bytes += memory->needed;
    if (!buffer->table)
        return; /* held by pins */
    const zoe_table *table = buffer->table;
    CHECK(buffer->position >= 0 && buffer->position < table->count);
    CHECK(references >= 1);
    CHECK(table->slots[buffer->position].buffer == buffer);
    CHECK(zoe_state_is_loaded(zoe_table_state(table, buffer->position)));
    CHECK(zoe_victims_has(&table->victims, buffer->position));
    sum->frames++;
}

static void check_load(const zoe_cache *cache, const zoe_load *load)
{
    if (!zoe_load_is_under_way_locked(load)) {
        CHECK(!load->buffer && !load->file);
        CHECK((load->workers == 0) == (load->phase == ZOE_LOAD_FREE));
        return;
    }
    CHECK(load->workers <= ZOE_WORKERS_MAX);
    CHECK(load->phase == ZOE_LOAD_OPEN || load->workers > 0);
    CHECK(load->phase != ZOE_LOAD_OPEN || load->buffer);
    CHECK(zoe_table_state(load->table, load->position) == ZOE_FRAME_LOADING);
    CHECK(load->table == load->source->table);
    for (const zoe_load *other = cache->loads; other < load; other++)
        CHECK(!zoe_load_is_under_way_locked(other) || other->table != load->table ||
              other->position != load->position);
}

void zoe_cache_check_locked(zoe_cache *cache)
{
    zoe_lock_assert_held(&cache->lock);
    census sum = {.cache = cache};
    zoe_slab_visit(&cache->slab, count_buffer, &sum);
    CHECK(sum.free == cache->slab.free_bytes && sum.surplus == cache->slab.surplus_bytes);
    CHECK(sum.frames == cache->frames && sum.frame_bytes == cache->frame_bytes);
    uint64_t scratch = 0;
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++) {
        check_load(cache, &cache->loads[i]);
        scratch += cache->loads[i].file_memory.committed;
    }
    for (const zoe_load_worker *worker = cache->all_workers; worker; worker = worker->next)
        scratch += worker->scratch.committed;
    CHECK(scratch == cache->scratch_bytes);
    CHECK(zoe_meter_used(&cache->meter) >= sum.committed + scratch);
    for (const zoe_source *source = cache->sources; source; source = source->next) {
        CHECK(source->cursor >= 0);
        CHECK(source->table->source == source);
    }
}

#endif
