#include "memory/slab.h"

#include <string.h>

#include "base/os.h"

/* From here on a buffer's record is less than a thousandth of it, and not counted. */
static const size_t record_matters = (size_t)512 << 10;

/* A huge page: what x86-64 and most arm64 kernels use. Frames smaller than this do without. */
static const size_t huge = (size_t)2 << 20;

/* Each buffer with huge pages splits its pool's mapping in two. A process may have 65,530 mappings;
 * this many buffers stay clear of that and still cover hundreds of gigabytes of 2K frames. */
enum { HUGE_BUFFERS_MAX = 16384 };

enum { CLASS_FIRST_OCTAVE = 12 };

/* A pool has buffers for frames of this fraction of its class and more: its address space has to be
 * so many times the memory that there is. Smaller ones have a pool of a class that much smaller. */
enum { SPREAD = 8 };

/* The best of so many free buffers is good enough: steady play has a few. */
enum { LOOK_AT_MAX = 64 };

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

static int class_of_size(zoe_buffer_size size, size_t *class_bytes)
{
    size_t bytes = size.filled;
    while (bytes / SPREAD >= size.bytes && bytes > size.bytes)
        bytes /= SPREAD;
    return class_of(bytes > size.bytes ? bytes : size.bytes, class_bytes);
}

void zoe_slab_init(zoe_slab *slab, zoe_meter *meter, size_t record_bytes, uint64_t address_bytes)
{
    memset(slab, 0, sizeof *slab);
    slab->meter = meter;
    slab->record_bytes = record_bytes;
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

/* The records of the first `count` buffers, in whole pages. */
static size_t records_bytes(const zoe_pool *pool, size_t count)
{
    return round_up(count * pool->record_bytes, zoe_os_page());
}

static zoe_buffer *buffer_at(const zoe_pool *pool, size_t index)
{
    return (zoe_buffer *)(void *)(pool->records + index * pool->record_bytes);
}

static void pool_destroy(zoe_pool *pool)
{
    if (pool->shared)
        zoe_os_shared_unreserve(pool->base, pool->stride * pool->capacity);
    else
        zoe_os_unreserve(pool->base, pool->stride * pool->capacity);
    zoe_os_unreserve(pool->records, records_bytes(pool, pool->capacity));
    zoe_os_free(pool);
}

/* What a buffer that is not cold is counted with beside what is committed. */
static uint64_t record_cost(size_t class_bytes, size_t record_bytes)
{
    return class_bytes < record_matters ? record_bytes : 0;
}

uint64_t zoe_slab_cost(const zoe_slab *slab, size_t bytes)
{
    size_t class_bytes = 0;
    if (bytes == 0)
        return 0;
    if (class_of(bytes, &class_bytes) < 0)
        return UINT64_MAX;
    return round_up(bytes, zoe_os_page()) + record_cost(class_bytes, slab->record_bytes);
}

uint64_t zoe_slab_buffer_cost(const zoe_buffer *buffer)
{
    const zoe_pool *pool = buffer->pool;
    return buffer->committed
               ? buffer->committed + record_cost(pool->buffer_bytes, pool->record_bytes)
               : 0;
}

uint64_t zoe_slab_held_cost(const zoe_buffer *buffer)
{
    return zoe_slab_buffer_cost(buffer) - (buffer->committed - buffer->needed);
}

void zoe_slab_destroy(zoe_slab *slab)
{
    for (int i = 0; i < ZOE_SLAB_CLASSES; i++) {
        zoe_pool *pool = slab->pools[i];
        if (!pool)
            continue;
        for (size_t b = 0; b < pool->touched; b++)
            zoe_meter_give(slab->meter, zoe_slab_buffer_cost(buffer_at(pool, b)));
        pool_destroy(pool);
        slab->pools[i] = NULL;
    }
    slab->free_bytes = slab->free_cost = slab->surplus_bytes = 0;
    slab->surplus = NULL;
}

static zoe_pool *pool_create(const zoe_slab *slab, size_t class_bytes)
{
    zoe_pool *pool = zoe_os_alloc(sizeof *pool);
    if (!pool)
        return NULL;
    size_t page = zoe_os_page();
    size_t alignment = class_bytes >= huge ? huge : page;
    pool->buffer_bytes = class_bytes;
    pool->record_bytes = slab->record_bytes;
    pool->shared = slab->shared;
    pool->stride = round_up(class_bytes, alignment);
    /* As many as memory can hold of the smallest that belong in the pool: address space must not be
     * what ends first. */
    size_t least = (class_bytes - class_bytes / 8) / SPREAD / page * page;
    pool->capacity = (size_t)(slab->address_bytes / (least > page ? least : page)) + 1;
    if (slab->buffers_max && pool->capacity > slab->buffers_max)
        pool->capacity = slab->buffers_max;
    if (pool->capacity > SIZE_MAX / pool->stride)
        pool->capacity = SIZE_MAX / pool->stride;
    /* A system that does not overcommit may refuse that much: be content with less. */
    for (; pool->capacity > 0; pool->capacity /= 2) {
        pool->base = pool->shared ? zoe_os_shared_reserve(pool->stride * pool->capacity, alignment)
                                  : zoe_os_reserve(pool->stride * pool->capacity, alignment);
        if (pool->base)
            break;
    }
    if (pool->base)
        pool->records = zoe_os_reserve(records_bytes(pool, pool->capacity), page);
    if (!pool->records) {
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
    uint64_t record =
        buffer->committed ? 0 : record_cost(buffer->pool->buffer_bytes, slab->record_bytes);
    if (!zoe_meter_take(slab->meter, want - buffer->committed + record))
        return false;
    buffer->pool->used += buffer->committed == 0;
    /* Whole huge pages only: one that reached past `want` would be resident without being counted.
     */
    size_t from = buffer->committed / huge * huge, to = want / huge * huge;
    size_t index = (size_t)((uint8_t *)buffer - buffer->pool->records) / slab->record_bytes;
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

/* The buffer of a list, but for `except`, that would have the least to grow, or to spare. Returns
 * what points to it; NULL: there is none. */
static zoe_buffer **best_in(zoe_buffer **list, size_t bytes, const zoe_buffer *except)
{
    zoe_buffer **best = NULL;
    size_t best_off = SIZE_MAX, want = round_up(bytes, zoe_os_page());
    for (int i = 0; *list && i < LOOK_AT_MAX && best_off > 0; i++, list = &(*list)->next) {
        const zoe_buffer *b = *list;
        size_t off = b->committed > want ? b->committed - want : want - b->committed;
        if (off < best_off && b != except && (b->committed >= want || !b->leaving)) {
            best = list;
            best_off = off;
        }
    }
    return best;
}

/* The free buffer for a node: of its own list, else of the next node's that has any. */
static zoe_buffer **best_warm(const zoe_slab *slab, zoe_pool *pool, size_t bytes, uint32_t node,
                              const zoe_buffer *except)
{
    zoe_buffer **best = NULL;
    for (uint32_t i = 0; i < slab->nodes && !best; i++)
        best = best_in(&pool->warm[(node + i) % slab->nodes], bytes, except);
    return best;
}

/* ---- surplus ---- */

static void leave_surplus(zoe_slab *slab, zoe_buffer *buffer)
{
    size_t surplus = buffer->committed - buffer->needed;
    if (surplus == 0)
        return;
    slab->surplus_bytes -= surplus;
    if (buffer->surplus_before)
        buffer->surplus_before->surplus_next = buffer->surplus_next;
    else
        slab->surplus = buffer->surplus_next;
    if (buffer->surplus_next)
        buffer->surplus_next->surplus_before = buffer->surplus_before;
    buffer->surplus_before = buffer->surplus_next = NULL;
}

/* A buffer in use that is in no list needs this much. */
static void need(zoe_slab *slab, zoe_buffer *buffer, size_t bytes)
{
    buffer->needed = round_up(bytes, zoe_os_page());
    size_t surplus = buffer->committed - buffer->needed;
    if (surplus == 0)
        return;
    slab->surplus_bytes += surplus;
    buffer->surplus_next = slab->surplus;
    if (slab->surplus)
        slab->surplus->surplus_before = buffer;
    slab->surplus = buffer;
}

bool zoe_slab_refit(zoe_slab *slab, zoe_buffer *buffer, size_t bytes)
{
    /* One that is too small for its pool takes address space that larger ones will need. */
    if (buffer->committed < bytes || bytes < buffer->pool->buffer_bytes / SPREAD)
        return false;
    zoe_slab_shrink(slab, buffer, bytes);
    return true;
}

void zoe_slab_shrink(zoe_slab *slab, zoe_buffer *buffer, size_t bytes)
{
    leave_surplus(slab, buffer);
    need(slab, buffer, bytes);
}

/* ---- taking and giving ---- */

static zoe_buffer *take_cold(zoe_pool *pool)
{
    zoe_buffer *buffer = pool->cold;
    if (buffer) {
        pool->cold = buffer->next;
        return buffer;
    }
    if (pool->touched == pool->capacity)
        return NULL;
    size_t index = pool->touched++;
    buffer = buffer_at(pool, index);
    buffer->pool = pool;
    buffer->data = pool->base + index * pool->stride;
    return buffer;
}

uint64_t zoe_slab_fresh_cost(const zoe_slab *slab, zoe_buffer_size size, uint32_t node,
                             const zoe_buffer **counted)
{
    size_t class_bytes = 0;
    int class = class_of_size(size, &class_bytes);
    if (size.bytes == 0)
        return 0;
    if (class < 0)
        return UINT64_MAX;
    uint64_t cost =
        round_up(size.bytes, zoe_os_page()) + record_cost(class_bytes, slab->record_bytes);
    zoe_pool *pool = slab->pools[class];
    zoe_buffer **warm = pool ? best_warm(slab, pool, size.bytes, node, *counted) : NULL;
    uint64_t kept = warm ? zoe_slab_buffer_cost(*warm) : 0;
    *counted = warm ? *warm : *counted;
    return cost > kept ? cost - kept : 0;
}

/* The pool that a buffer comes from, which is made for the first one. */
static zoe_status find_pool(zoe_slab *slab, zoe_buffer_size size, zoe_pool **pool)
{
    size_t class_bytes = 0;
    int class = class_of_size(size, &class_bytes);
    if (class < 0)
        return ZOE_ERROR_TOO_LARGE;
    /* Before a pool is made for it: a size that can never fit shall cost nothing. */
    if (size.bytes > zoe_meter_limit(slab->meter))
        return ZOE_ERROR_OVER_BUDGET;
    *pool = slab->pools[class];
    if (!*pool)
        *pool = slab->pools[class] = pool_create(slab, class_bytes);
    if (!*pool)
        return ZOE_ERROR_NO_MEMORY;
    return (*pool)->emptied ? ZOE_ERROR_OVER_BUDGET : ZOE_OK;
}

zoe_status zoe_slab_take(zoe_slab *slab, zoe_buffer_size size, uint32_t node, zoe_buffer **out)
{
    *out = NULL;
    zoe_pool *pool = NULL;
    zoe_status status = find_pool(slab, size, &pool);
    if (status != ZOE_OK)
        return status;
    zoe_buffer **warm = best_warm(slab, pool, size.bytes, node, NULL);
    zoe_buffer *buffer = NULL;
    if (warm) {
        buffer = *warm;
        size_t kept = buffer->committed;
        uint64_t kept_cost = zoe_slab_buffer_cost(buffer);
        if (!commit(slab, buffer, size.bytes))
            return ZOE_ERROR_OVER_BUDGET;
        *warm = buffer->next;
        slab->free_bytes -= kept;
        slab->free_cost -= kept_cost;
    } else {
        buffer = take_cold(pool);
        if (!buffer)
            return ZOE_ERROR_OVER_BUDGET;
        buffer->node = node % slab->nodes;
        if (!commit(slab, buffer, size.bytes)) {
            buffer->next = pool->cold;
            pool->cold = buffer;
            return ZOE_ERROR_OVER_BUDGET;
        }
    }
    buffer->next = NULL;
    buffer->in_use = true;
    need(slab, buffer, size.bytes);
    *out = buffer;
    return ZOE_OK;
}

bool zoe_slab_is_full(const zoe_slab *slab, zoe_buffer_size size)
{
    size_t class_bytes = 0;
    int class = class_of_size(size, &class_bytes);
    zoe_pool *pool = class >= 0 ? slab->pools[class] : NULL;
    return pool && !pool->emptied && !pool->cold && pool->touched == pool->capacity &&
           !best_warm(slab, pool, size.bytes, 0, NULL);
}

void zoe_slab_give(zoe_slab *slab, zoe_buffer *buffer)
{
    zoe_buffer **warm = &buffer->pool->warm[buffer->node];
    leave_surplus(slab, buffer);
    buffer->needed = buffer->committed;
    buffer->in_use = false;
    buffer->next = *warm;
    *warm = buffer;
    slab->free_bytes += buffer->committed;
    slab->free_cost += zoe_slab_buffer_cost(buffer);
}

void zoe_slab_give_any(zoe_slab *slab, zoe_buffer **buffer)
{
    if (*buffer)
        zoe_slab_give(slab, *buffer);
    *buffer = NULL;
}

/* ---- giving memory back to the system ---- */

/* A buffer of which something leaves already stays where it is. */
static uint64_t detach_warm(zoe_slab *slab, zoe_buffer **warm, uint64_t bytes, zoe_returns *returns)
{
    uint64_t given = 0;
    while (*warm && given < bytes) {
        zoe_buffer *buffer = *warm;
        if (buffer->leaving) {
            warm = &buffer->next;
            continue;
        }
        *warm = buffer->next;
        uint64_t all = zoe_slab_buffer_cost(buffer);
        slab->free_bytes -= buffer->committed;
        slab->free_cost -= all;
        given += all;
        buffer->leaving = buffer->committed;
        buffer->committed = buffer->needed = 0;
        buffer->next = returns->buffers;
        returns->buffers = buffer;
    }
    returns->bytes += given;
    return given;
}

static uint64_t detach_from(zoe_slab *slab, zoe_pool *pool, uint64_t bytes, zoe_returns *returns)
{
    uint64_t given = 0;
    for (uint32_t i = 0; i < slab->nodes && given < bytes; i++)
        given += detach_warm(slab, &pool->warm[i], bytes - given, returns);
    return given;
}

static uint64_t detach_surplus(zoe_slab *slab, uint64_t bytes, zoe_returns *returns)
{
    uint64_t given = 0;
    for (zoe_buffer *buffer = slab->surplus, *next; buffer && given < bytes; buffer = next) {
        next = buffer->surplus_next;
        if (buffer->leaving)
            continue;
        leave_surplus(slab, buffer);
        buffer->leaving = buffer->committed - buffer->needed;
        buffer->committed = buffer->needed;
        buffer->next_tail = returns->tails;
        returns->tails = buffer;
        given += buffer->leaving;
    }
    returns->bytes += given;
    return given;
}

uint64_t zoe_slab_detach(zoe_slab *slab, uint64_t bytes, zoe_buffer_size keep, zoe_returns *returns)
{
    size_t class_bytes = 0;
    int kept = keep.bytes ? class_of_size(keep, &class_bytes) : -1;
    uint64_t given = 0;
    for (int i = 0; i < ZOE_SLAB_CLASSES && given < bytes && slab->free_cost > 0; i++)
        if (slab->pools[i] && i != kept)
            given += detach_from(slab, slab->pools[i], bytes - given, returns);
    if (given < bytes)
        given += detach_surplus(slab, bytes - given, returns);
    if (given < bytes && kept >= 0 && slab->pools[kept])
        given += detach_from(slab, slab->pools[kept], bytes - given, returns);
    return given;
}

static void release(const zoe_buffer *buffer)
{
    if (buffer->pool->shared)
        zoe_os_shared_release(buffer->data + buffer->committed, buffer->leaving);
    else
        zoe_os_release(buffer->data + buffer->committed, buffer->leaving);
}

void zoe_returns_release(const zoe_returns *returns)
{
    for (const zoe_buffer *buffer = returns->buffers; buffer; buffer = buffer->next)
        release(buffer);
    for (const zoe_buffer *buffer = returns->tails; buffer; buffer = buffer->next_tail)
        release(buffer);
    for (const zoe_pool *pool = returns->pools; pool; pool = pool->next)
        zoe_os_release(pool->records, records_bytes(pool, pool->touched));
}

void zoe_slab_reinstate(zoe_slab *slab, zoe_returns *returns, zoe_returns *next)
{
    (void)slab;
    for (zoe_buffer *buffer = returns->tails; buffer; buffer = buffer->next_tail)
        buffer->leaving = 0;
    returns->tails = NULL;
    for (zoe_buffer *buffer = returns->buffers, *after; buffer; buffer = after) {
        zoe_pool *pool = buffer->pool;
        after = buffer->next;
        buffer->leaving = 0;
        buffer->next = pool->cold;
        pool->cold = buffer;
        if (--pool->used == 0) {
            pool->emptied = true;
            pool->next = next->pools;
            next->pools = pool;
        }
    }
    for (zoe_pool *pool = returns->pools; pool; pool = pool->next) {
        pool->emptied = false;
        pool->touched = 0;
        pool->cold = NULL;
    }
    returns->buffers = NULL;
    returns->pools = NULL;
}

void zoe_slab_visit(zoe_slab *slab, zoe_slab_visit_fn *visit, void *user)
{
    for (int i = 0; i < ZOE_SLAB_CLASSES; i++) {
        zoe_pool *pool = slab->pools[i];
        for (size_t b = 0; pool && !pool->emptied && b < pool->touched; b++)
            visit(user, buffer_at(pool, b));
    }
}
