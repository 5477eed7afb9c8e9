/*
 * The invariants of table.h and load.h and the books of the budget, checked every time
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
    uint64_t committed, free, surplus, frames;
    uint64_t picture_bytes, full_bytes; /* of LOADED frames, or only pinned */
} census;

static void count_buffer(void *user, zoe_buffer *memory)
{
    census *sum = user;
    const zoe_frame_buffer *buffer = (const zoe_frame_buffer *)memory;
    const zoe_table *table = buffer->table;
    CHECK(memory->needed <= memory->committed);
    sum->committed += memory->committed;
    if (!memory->in_use) {
        CHECK(zoe_buffer_references(buffer) == 0 && !table);
        sum->free += memory->committed;
        return;
    }
    sum->picture_bytes += memory->needed;
    sum->full_bytes += buffer->full_bytes;
    sum->surplus += memory->committed - memory->needed;
    if (!table)
        return; /* a load's, or held by pins; who gave back the last has yet to take the lock */
    CHECK(buffer->position >= 0 && buffer->position < table->count);
    CHECK(zoe_buffer_references(buffer) >= 1);
    CHECK(table->slots[buffer->position].buffer == buffer);
    CHECK(zoe_state_is_loaded(zoe_table_state(table, buffer->position)));
    CHECK(zoe_victims_has(&table->victims, buffer->position));
    sum->frames++;
}

/* What is in use of what loads take besides is a load's or a worker's; who has which is not seen here. */
static void count_work(void *user, zoe_buffer *memory)
{
    census *sum = user;
    CHECK(memory->needed <= memory->committed);
    sum->committed += memory->committed;
    sum->free += memory->in_use ? 0 : memory->committed;
    sum->surplus += memory->in_use ? memory->committed - memory->needed : 0;
}

static void check_load(const zoe_cache *cache, const zoe_load *load, census *sum)
{
    CHECK(load->workers <= ZOE_WORKERS_MAX);
    if (load->phase == ZOE_LOAD_FREE) {
        CHECK(!load->memory && !load->file_memory && !load->file);
        return;
    }
    CHECK(!load->file_memory || load->file_memory->in_use);
    CHECK(load->phase == ZOE_LOAD_OPEN ? load->memory != NULL : load->workers > 0);
    CHECK(zoe_table_state(load->source->table, load->position) == ZOE_FRAME_LOADING);
    if (load->memory) {
        const zoe_frame_buffer *buffer = (const zoe_frame_buffer *)load->memory;
        CHECK(load->memory->in_use && !buffer->table);
        CHECK(zoe_buffer_references(buffer) == 0);
        sum->picture_bytes -= load->memory->needed;
        sum->full_bytes -= buffer->full_bytes;
    }
    for (const zoe_load *other = cache->loads; other < load; other++)
        CHECK(other->phase == ZOE_LOAD_FREE || other->source != load->source ||
              other->position != load->position);
}

void zoe_cache_check_locked(zoe_cache *cache)
{
    zoe_lock_assert_held(&cache->lock);
    census sum = {0};
    zoe_slab_visit(&cache->slab, count_buffer, &sum);
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++)
        check_load(cache, &cache->loads[i], &sum);
    CHECK(sum.free == cache->slab.free_bytes && sum.surplus == cache->slab.surplus_bytes);
    CHECK(sum.frames == cache->frames && sum.picture_bytes == cache->frame_bytes);
    CHECK(sum.full_bytes == cache->full_frame_bytes);
    census work = {0};
    zoe_slab_visit(&cache->work_slab, count_work, &work);
    CHECK(work.free == cache->work_slab.free_bytes);
    CHECK(work.surplus == cache->work_slab.surplus_bytes);
    CHECK(zoe_meter_used(&cache->meter) >= sum.committed + work.committed);
    for (const zoe_source *source = cache->sources; source; source = source->next)
        CHECK(source->cursor >= 0 && source->table->source == source);
}

#else

void zoe_cache_check_locked(zoe_cache *cache)
{
    (void)cache;
}

#endif
