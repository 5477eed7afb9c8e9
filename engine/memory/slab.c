#include "memory/slab.h"

#include <string.h>

/* From here on a buffer's record is less than a thousandth of it, and not counted. */
static const size_t record_matters = (size_t)512 << 10;

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
    slab->nodes = 1;
}

void zoe_slab_set_nodes(zoe_slab *slab, uint32_t nodes, zoe_slab_place_fn *place, void *user)
{
    slab->nodes = nodes < 1 ? 1 : nodes;
    if (slab->nodes > ZOE_SLAB_NODES_MAX)
        slab->nodes = ZOE_SLAB_NODES_MAX;
    slab->place = slab->nodes > 1 ? place : NULL;
    slab->place_user = user;
}

static void pool_destroy(zoe_pool *pool)
{
    zoe_os_unreserve(pool->base, pool->stride * pool->capacity);
    zoe_os_unreserve(pool->buffers,
                     round_up(pool->capacity * sizeof *pool->buffers, zoe_os_page()));
    zoe_os_free(pool);
}

/* What a buffer that is not cold is counted with beside what is committed. */
static uint64_t record_bytes(size_t class_bytes)
{
    return class_bytes < record_matters ? sizeof(zoe_buffer) : 0;
}

uint64_t zoe_slab_cost(size_t bytes)
{
    size_t class_bytes = 0;
    if (class_of(bytes, &class_bytes) < 0)
        return UINT64_MAX;
    return round_up(bytes, zoe_os_page()) + record_bytes(class_bytes);
}

uint64_t zoe_slab_buffer_cost(const zoe_buffer *buffer)
{
    return buffer->committed ? buffer->committed + record_bytes(buffer->pool->buffer_bytes) : 0;
}

void zoe_slab_destroy(zoe_slab *slab)
{
    for (int i = 0; i < ZOE_SLAB_CLASSES; i++) {
        zoe_pool *pool = slab->pools[i];
        if (!pool)
            continue;
        for (size_t b = 0; b < pool->touched; b++)
            zoe_meter_give(slab->meter, pool->buffers[b].committed);
        zoe_meter_give(slab->meter, pool->used * record_bytes(pool->buffer_bytes));
        pool_destroy(pool);
        slab->pools[i] = NULL;
    }
    slab->free_bytes = 0;
    slab->free_cost = 0;
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
    /* As many as memory can hold of the smallest that belong in the class: the stride may be up to
     * twice that, and address space must not be what ends first. */
    size_t least = round_up(class_bytes - class_bytes / 8, page);
    pool->capacity = (size_t)(address_bytes / least) + 1;
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
    uint64_t record = buffer->committed ? 0 : record_bytes(buffer->pool->buffer_bytes);
    if (!zoe_meter_take(slab->meter, want - buffer->committed + record))
        return false;
    buffer->pool->used += buffer->committed == 0;
    /* Whole huge pages only: one that reached past `want` would be resident without being counted.
     */
    size_t from = round_up(buffer->committed, huge), to = want / huge * huge;
    size_t index = (size_t)(buffer - buffer->pool->buffers);
    if (to > from && index < HUGE_BUFFERS_MAX)
        zoe_os_advise_huge(buffer->data + from, to - from);
    /* A placement splits the mapping as huge pages do. */
    if (slab->place && index < HUGE_BUFFERS_MAX)
        slab->place(slab->place_user, buffer->data + buffer->committed, want - buffer->committed,
                    buffer->node);
    buffer->committed = want;
    slab->allocations++;
    return true;
}

/* The list with the warmest free buffer for a node: its own, else the next node's that has any. */
static zoe_buffer **warm_list(const zoe_slab *slab, zoe_pool *pool, uint32_t node)
{
    for (uint32_t i = 0; i < slab->nodes; i++) {
        zoe_buffer **list = &pool->warm[(node + i) % slab->nodes];
        if (*list)
            return list;
    }
    return NULL;
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

zoe_status zoe_slab_take(zoe_slab *slab, size_t bytes, uint32_t node, zoe_buffer **out)
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
    zoe_buffer **warm = warm_list(slab, pool, node);
    zoe_buffer *buffer = NULL;
    if (warm) {
        buffer = *warm;
        size_t kept = buffer->committed;
        uint64_t kept_cost = zoe_slab_buffer_cost(buffer);
        if (!commit(slab, buffer, bytes))
            return ZOE_ERROR_OVER_BUDGET;
        *warm = buffer->next_free;
        slab->free_bytes -= kept;
        slab->free_cost -= kept_cost;
    } else {
        buffer = take_cold(pool);
        if (!buffer)
            return ZOE_ERROR_OVER_BUDGET;
        buffer->node = node % slab->nodes;
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
    zoe_buffer **warm = &buffer->pool->warm[buffer->node];
    buffer->next_free = *warm;
    *warm = buffer;
    slab->free_bytes += buffer->committed;
    slab->free_cost += zoe_slab_buffer_cost(buffer);
}

static uint64_t shrink_pool(zoe_slab *slab, zoe_pool *pool, uint64_t bytes)
{
    uint64_t given = 0;
    for (zoe_buffer **warm; given < bytes && (warm = warm_list(slab, pool, 0)) != NULL;) {
        zoe_buffer *buffer = *warm;
        *warm = buffer->next_free;
        uint64_t all = zoe_slab_buffer_cost(buffer);
        zoe_os_release(buffer->data, buffer->committed);
        zoe_meter_give(slab->meter, all);
        slab->free_bytes -= buffer->committed;
        slab->free_cost -= all;
        given += all;
        buffer->committed = 0;
        pool->used--;
        buffer->next_free = pool->cold;
        pool->cold = buffer;
    }
    if (pool->used == 0 && pool->touched > 0) {
        zoe_os_release(pool->buffers, round_up(pool->touched * sizeof(zoe_buffer), zoe_os_page()));
        pool->touched = 0;
        pool->cold = NULL;
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
