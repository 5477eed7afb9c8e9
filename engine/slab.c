#include "slab.h"

#include <string.h>

/* A huge page: what x86-64 and most arm64 kernels use. Frames smaller than this do without. */
static const size_t huge = (size_t)2 << 20;

/* Each buffer with huge pages splits its pool's mapping in two. A process may have 65,530 mappings;
 * this many buffers stay clear of that and still cover hundreds of gigabytes of 2K frames. */
enum { HUGE_BUFFERS_MAX = 16384 };

enum { CLASS_FIRST_OCTAVE = 12 };

static size_t round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

/* The class that holds `bytes`, and its size: 2^octave x (1 + eighth / 8). -1 when there is none.
 */
static int class_of(size_t bytes, size_t *class_bytes)
{
    if (bytes < (size_t)1 << CLASS_FIRST_OCTAVE)
        bytes = (size_t)1 << CLASS_FIRST_OCTAVE;
    int octave = 63 - __builtin_clzll((unsigned long long)bytes);
    size_t base = (size_t)1 << octave;
    size_t step = base / 8;
    size_t eighths = (bytes - base + step - 1) / step;
    int class = (octave - CLASS_FIRST_OCTAVE) * 8 + (int)eighths;
    *class_bytes = base + eighths * step;
    return class < ZOE_SLAB_CLASSES ? class : -1;
}

void zoe_slab_init(zoe_slab *slab, zoe_meter *meter, uint64_t address_bytes)
{
    memset(slab, 0, sizeof *slab);
    slab->meter = meter;
    slab->address_bytes = address_bytes;
}

static void pool_destroy(zoe_pool *pool)
{
    zoe_os_unreserve(pool->base, pool->stride * pool->capacity);
    zoe_os_unreserve(pool->buffers,
                     round_up(pool->capacity * sizeof *pool->buffers, zoe_os_page()));
    zoe_os_free(pool);
}

void zoe_slab_destroy(zoe_slab *slab)
{
    for (int i = 0; i < ZOE_SLAB_CLASSES; i++) {
        zoe_pool *pool = slab->pools[i];
        if (!pool)
            continue;
        for (size_t b = 0; b < pool->touched; b++)
            zoe_meter_give(slab->meter, pool->buffers[b].committed);
        pool_destroy(pool);
        slab->pools[i] = NULL;
    }
    slab->free_bytes = 0;
}

static zoe_pool *pool_create(size_t class_bytes, uint64_t address_bytes)
{
    zoe_pool *pool = zoe_os_alloc(sizeof *pool);
    if (!pool)
        return NULL;
    size_t page = zoe_os_page();
    size_t alignment = class_bytes >= huge ? huge : page;
    pool->buffer_bytes = class_bytes;
    pool->stride = round_up(class_bytes, alignment);
    pool->capacity = address_bytes > pool->stride ? (size_t)(address_bytes / pool->stride) : 1;
    /* A system that does not overcommit may refuse that much: be content with less. */
    for (; pool->capacity > 0; pool->capacity /= 2) {
        pool->base = zoe_os_reserve(pool->stride * pool->capacity, alignment);
        if (pool->base)
            break;
    }
    if (pool->base)
        pool->buffers =
            zoe_os_reserve(round_up(pool->capacity * sizeof *pool->buffers, page), page);
    if (!pool->buffers) {
        pool->capacity = pool->capacity ? pool->capacity : 1;
        pool_destroy(pool);
        return NULL;
    }
    return pool;
}

/* Fresh memory up to `bytes` for a buffer that is not in use. */
static bool commit(zoe_slab *slab, zoe_buffer *buffer, size_t bytes)
{
    size_t want = round_up(bytes, zoe_os_page());
    if (want <= buffer->committed)
        return true;
    if (!zoe_meter_take(slab->meter, want - buffer->committed))
        return false;
    /* Whole huge pages only: one that reached past `want` would be resident without being counted.
     */
    size_t from = round_up(buffer->committed, huge), to = want / huge * huge;
    size_t index = (size_t)(buffer - buffer->pool->buffers);
    if (to > from && index < HUGE_BUFFERS_MAX)
        zoe_os_advise_huge(buffer->data + from, to - from);
    buffer->committed = want;
    slab->allocations++;
    return true;
}

static zoe_buffer *take_cold(zoe_pool *pool)
{
    zoe_buffer *buffer = pool->cold;
    if (buffer) {
        pool->cold = buffer->next_free;
        return buffer;
    }
    if (pool->touched == pool->capacity)
        return NULL;
    size_t index = pool->touched++;
    buffer = &pool->buffers[index];
    buffer->pool = pool;
    buffer->data = pool->base + index * pool->stride;
    return buffer;
}

zoe_status zoe_slab_take(zoe_slab *slab, size_t bytes, zoe_buffer **out)
{
    *out = NULL;
    size_t class_bytes = 0;
    int class = class_of(bytes, &class_bytes);
    if (class < 0)
        return ZOE_ERROR_TOO_LARGE;
    /* Before a pool is made for it: a size that can never fit shall cost nothing. */
    if (bytes > zoe_meter_limit(slab->meter))
        return ZOE_ERROR_OVER_BUDGET;
    zoe_pool *pool = slab->pools[class];
    if (!pool)
        pool = slab->pools[class] = pool_create(class_bytes, slab->address_bytes);
    if (!pool)
        return ZOE_ERROR_NO_MEMORY;
    zoe_buffer *buffer = pool->warm;
    if (buffer) {
        size_t kept = buffer->committed;
        if (!commit(slab, buffer, bytes))
            return ZOE_ERROR_OVER_BUDGET;
        pool->warm = buffer->next_free;
        slab->free_bytes -= kept;
    } else {
        buffer = take_cold(pool);
        if (!buffer)
            return ZOE_ERROR_OVER_BUDGET;
        if (!commit(slab, buffer, bytes)) {
            buffer->next_free = pool->cold;
            pool->cold = buffer;
            return ZOE_ERROR_OVER_BUDGET;
        }
    }
    buffer->next_free = NULL;
    *out = buffer;
    return ZOE_OK;
}

void zoe_slab_give(zoe_slab *slab, zoe_buffer *buffer)
{
    buffer->table = NULL;
    buffer->next_free = buffer->pool->warm;
    buffer->pool->warm = buffer;
    slab->free_bytes += buffer->committed;
}

static uint64_t shrink_pool(zoe_slab *slab, zoe_pool *pool, uint64_t bytes)
{
    uint64_t given = 0;
    while (given < bytes && pool->warm) {
        zoe_buffer *buffer = pool->warm;
        pool->warm = buffer->next_free;
        zoe_os_release(buffer->data, buffer->committed);
        zoe_meter_give(slab->meter, buffer->committed);
        slab->free_bytes -= buffer->committed;
        given += buffer->committed;
        buffer->committed = 0;
        buffer->next_free = pool->cold;
        pool->cold = buffer;
    }
    return given;
}

uint64_t zoe_slab_shrink(zoe_slab *slab, uint64_t bytes, size_t keep_bytes)
{
    size_t class_bytes = 0;
    int keep = keep_bytes ? class_of(keep_bytes, &class_bytes) : -1;
    uint64_t given = 0;
    for (int i = 0; i < ZOE_SLAB_CLASSES && given < bytes; i++)
        if (slab->pools[i] && i != keep)
            given += shrink_pool(slab, slab->pools[i], bytes - given);
    if (given < bytes && keep >= 0 && slab->pools[keep])
        given += shrink_pool(slab, slab->pools[keep], bytes - given);
    return given;
}

void zoe_slab_visit(zoe_slab *slab, zoe_slab_visit_fn *visit, void *user)
{
    for (int i = 0; i < ZOE_SLAB_CLASSES; i++) {
        zoe_pool *pool = slab->pools[i];
        for (size_t b = 0; pool && b < pool->touched; b++)
            if (!visit(user, &pool->buffers[b]))
                return;
    }
}
