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
    uint64_t frames, picture_bytes, spared_bytes; /* of LOADED frames, or only pinned */
} census;

static void count_buffer(void *user, zoe_buffer *memory)
{
    census *sum = user;
    const zoe_frame_buffer *buffer = (const zoe_frame_buffer *)memory;
    const zoe_table *table = buffer->table;
    if (!memory->in_use) {
        CHECK(zoe_hold_references(&buffer->hold) == 0 && !table);
        return;
    }
    sum->picture_bytes += memory->needed;
    sum->spared_bytes += buffer->spared_bytes;
    if (!table)
        return; /* a load's, or held by pins; who gave back the last has yet to take the lock */
    CHECK(buffer->position >= 0 && buffer->position < table->count);
    CHECK(zoe_hold_references(&buffer->hold) >= 1);
    CHECK(table->slots[buffer->position].buffer == buffer);
    CHECK(zoe_state_is_loaded(zoe_table_state(table, buffer->position)));
    CHECK(zoe_victims_has(&table->victims, buffer->position));
    sum->frames++;
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
        CHECK(zoe_hold_references(&buffer->hold) == 0);
        sum->picture_bytes -= load->memory->needed;
        sum->spared_bytes -= buffer->spared_bytes;
    }
    for (const zoe_load *other = cache->loads; other < load; other++)
        CHECK(other->phase == ZOE_LOAD_FREE || other->source != load->source ||
              other->position != load->position);
}

void zoe_cache_check_locked(zoe_cache *cache)
{
    zoe_lock_assert_held(&cache->lock);
    census sum = {0};
    zoe_slab_visit(&cache->memory.frames, count_buffer, &sum);
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++)
        check_load(cache, &cache->loads[i], &sum);
    CHECK(sum.frames == cache->frames && sum.picture_bytes == cache->frame_bytes);
    CHECK(sum.spared_bytes == cache->spared_bytes);
    CHECK(zoe_memory_is_sound(&cache->memory));
    for (const zoe_source *source = cache->sources; source; source = source->next)
        CHECK(source->cursor >= 0 && source->table->source == source);
}

#else

void zoe_cache_check_locked(zoe_cache *cache)
{
    (void)cache;
}

#endif
