/*
 * The invariants of buffer.h, table.h and load.h and the books of the budget, checked every time
 * the cache's lock is let go of, in builds with ZOE_CHECKS. They cost time in proportion to the
 * number of buffers.
 */
#include "cache/cache.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef ZOE_CHECKS

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition);      \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

typedef struct census {
    const zoe_cache *cache;
    uint64_t committed, free, frames, frame_bytes;
} census;

static bool is_a_loads(const zoe_cache *cache, const zoe_frame_buffer *buffer)
{
    for (const zoe_load *load = cache->loads; load < cache->loads + ZOE_LOADS_MAX; load++)
        if (load->buffer == buffer)
            return true;
    return false;
}

static void count_buffer(void *user, zoe_buffer *memory)
{
    census *sum = user;
    const zoe_frame_buffer *buffer = (const zoe_frame_buffer *)memory;
    sum->committed += memory->committed;
    uint32_t references = zoe_buffer_references(buffer);
    if (!memory->in_use) {
        CHECK(references == 0 && !buffer->table);
        sum->free += memory->committed;
        return;
    }
    if (is_a_loads(sum->cache, buffer)) {
        CHECK(references == 0 && !buffer->table);
        return;
    }
    sum->frame_bytes += memory->committed;
    if (!buffer->table)
        return; /* held by pins, the last of which may be gone: its holder has yet to take the lock */
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
    CHECK(load->workers <= ZOE_WORKERS_MAX);
    if (load->phase == ZOE_LOAD_FREE) {
        CHECK(!load->buffer && !load->file);
        return;
    }
    CHECK(load->phase == ZOE_LOAD_OPEN ? load->buffer != NULL : load->workers > 0);
    CHECK(zoe_table_state(load->source->table, load->position) == ZOE_FRAME_LOADING);
    for (const zoe_load *other = cache->loads; other < load; other++)
        CHECK(other->phase == ZOE_LOAD_FREE || other->source != load->source ||
              other->position != load->position);
}

void zoe_cache_check_locked(zoe_cache *cache)
{
    zoe_lock_assert_held(&cache->lock);
    census sum = {.cache = cache};
    zoe_slab_visit(&cache->slab, count_buffer, &sum);
    CHECK(sum.free == cache->slab.free_bytes);
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
    for (const zoe_source *source = cache->sources; source; source = source->next)
        CHECK(source->cursor >= 0 && source->table->source == source);
}

#else

void zoe_cache_check_locked(zoe_cache *cache)
{
    (void)cache;
}

#endif
