#include "storage/held.h"

#include <string.h>

#include "base/os_memory.h"

/* ---- the table and the order of use ---- */

static zoe_held_block **chain_of(const zoe_held *held, const void *object, uint64_t index)
{
    uint64_t mixed = ((uint64_t)(uintptr_t)object >> 4) * 0x9e3779b97f4a7c15u + index * 0x85ebca6bu;
    zoe_held_block *const *chain = &held->chains[(mixed >> 32) % ZOE_HELD_CHAINS];
    return (zoe_held_block **)(uintptr_t)chain;
}

zoe_held_block *zoe_held_find(const zoe_held *held, const void *object, uint64_t index)
{
    zoe_held_block *b = *chain_of(held, object, index);
    while (b && (b->object != object || b->index != index))
        b = b->chain;
    return b;
}

static void unlink_use(zoe_held *held, zoe_held_block *b)
{
    *(b->older ? &b->older->newer : &held->oldest) = b->newer;
    *(b->newer ? &b->newer->older : &held->newest) = b->older;
    b->older = b->newer = NULL;
}

static void link_newest(zoe_held *held, zoe_held_block *b)
{
    b->older = held->newest;
    *(b->older ? &b->older->newer : &held->oldest) = b;
    held->newest = b;
}

void zoe_held_touch(zoe_held *held, zoe_held_block *b)
{
    if (!b->is_listed || held->newest == b)
        return;
    unlink_use(held, b);
    link_newest(held, b);
}

/* ---- memory ---- */

static size_t whole_pages(size_t bytes)
{
    size_t page = zoe_os_page();
    return (bytes + page - 1) / page * page;
}

static void free_memory(zoe_held *held, uint8_t *data, size_t capacity)
{
    if (!data)
        return;
    zoe_os_unreserve(data, capacity);
    held->used -= capacity;
}

static void free_spare(zoe_held *held)
{
    free_memory(held, held->spare, held->spare_bytes);
    held->spare = NULL;
    held->spare_bytes = 0;
}

/* Memory that was touched is worth keeping for the next: new pages cost more than copying. */
static void put_memory(zoe_held *held, uint8_t *data, size_t capacity)
{
    if (!data)
        return;
    if (held->spare) {
        free_memory(held, data, capacity);
        return;
    }
    held->spare = data;
    held->spare_bytes = capacity;
}

static uint8_t *take_memory(zoe_held *held, size_t capacity)
{
    uint8_t *data = held->spare;
    if (data && held->spare_bytes == capacity) {
        held->spare = NULL;
        held->spare_bytes = 0;
        return data;
    }
    data = zoe_os_reserve(capacity, zoe_os_page());
    if (data)
        held->used += capacity;
    return data;
}

static void free_block(zoe_held *held, zoe_held_block *b)
{
    put_memory(held, b->data, b->capacity);
    zoe_os_free(b);
}

static void enter_chain(zoe_held *held, zoe_held_block *b)
{
    zoe_held_block **chain = chain_of(held, b->object, b->index);
    b->chain = *chain;
    *chain = b;
}

static void leave_chain(zoe_held *held, zoe_held_block *b)
{
    zoe_held_block **at = chain_of(held, b->object, b->index);
    while (*at != b)
        at = &(*at)->chain;
    *at = b->chain;
}

bool zoe_held_rename(zoe_held *held, zoe_held_block *b, const void *object)
{
    if (!b->is_listed || zoe_held_find(held, object, b->index))
        return false;
    leave_chain(held, b);
    b->object = object;
    enter_chain(held, b);
    return true;
}

void zoe_held_remove(zoe_held *held, zoe_held_block *b)
{
    if (!b->is_listed)
        return;
    leave_chain(held, b);
    unlink_use(held, b);
    b->is_listed = false;
    b->flight = NULL;
    if (!b->holds)
        free_block(held, b);
}

void zoe_held_remove_object(zoe_held *held, const void *object)
{
    zoe_held_block *next;
    for (zoe_held_block *b = held->oldest; b; b = next) {
        next = b->newer;
        if (b->object == object && !b->is_guess)
            zoe_held_remove(held, b);
    }
}

/* Whoever is to write it holds it. */
static bool may_go(const zoe_held_block *b, bool all)
{
    return b->state == ZOE_HELD_READY && !b->holds && (all || !b->is_fresh);
}

uint64_t zoe_held_taken(const zoe_held *held)
{
    uint64_t most = held->bound / 4;
    return held->others < most ? held->others : most;
}

static bool make_room(zoe_held *held, size_t bytes, uint64_t most, bool all)
{
    zoe_held_block *b = held->oldest;
    if (held->spare && held->spare_bytes != bytes)
        free_spare(held);
    uint64_t spare = held->spare_bytes, taken = zoe_held_taken(held);
    while (held->used - spare + taken + bytes > most && held->used > spare) {
        while (b && !may_go(b, all))
            b = b->newer;
        if (!b)
            return false;
        zoe_held_block *next = b->newer;
        zoe_held_remove(held, b);
        if (held->spare_bytes != bytes)
            free_spare(held);
        spare = held->spare_bytes;
        b = next;
    }
    return true;
}

zoe_held_block *zoe_held_add(zoe_held *held, const void *object, uint64_t index, size_t bytes,
                             uint64_t most, bool all)
{
    size_t capacity = whole_pages(bytes ? bytes : 1);
    if (!make_room(held, capacity, most, all))
        return NULL;
    zoe_held_block *b = zoe_os_alloc(sizeof *b);
    uint8_t *data = b ? take_memory(held, capacity) : NULL;
    if (!data) {
        zoe_os_free(b);
        return NULL;
    }
    b->object = object;
    b->index = index;
    b->data = data;
    b->bytes = bytes;
    b->capacity = capacity;
    b->state = ZOE_HELD_FETCHING;
    b->holds = 1;
    b->is_listed = true;
    enter_chain(held, b);
    link_newest(held, b);
    return b;
}

void zoe_held_drop(zoe_held *held, zoe_held_block *b)
{
    if (--b->holds == 0 && !b->is_listed)
        free_block(held, b);
}

void zoe_held_shrink(zoe_held *held, zoe_held_block *b)
{
    size_t capacity = whole_pages(b->bytes ? b->bytes : 1);
    if (capacity > b->capacity / 2)
        return;
    uint8_t *data = zoe_os_reserve(capacity, zoe_os_page());
    if (!data)
        return;
    held->used += capacity;
    memcpy(data, b->data, b->bytes);
    put_memory(held, b->data, b->capacity);
    b->data = data;
    b->capacity = capacity;
}

void zoe_held_clear(zoe_held *held)
{
    zoe_held_block *next;
    for (zoe_held_block *b = held->oldest; b; b = next) {
        next = b->newer;
        if (may_go(b, true))
            zoe_held_remove(held, b);
    }
    free_spare(held);
}
