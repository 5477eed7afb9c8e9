#include "memory/recycler.h"

#include <string.h>

#include "base/os.h"

/* Takes bytes from the meter, making room as long as that helps. */
static bool take(zoe_meter *meter, zoe_reclaim reclaim, uint64_t bytes)
{
    while (!zoe_meter_take(meter, bytes)) {
        if (bytes > zoe_meter_limit(meter) || !reclaim.fn || !reclaim.fn(reclaim.user, bytes))
            return false;
    }
    return true;
}

/* In front of every block; its size keeps what follows 16-byte aligned. */
struct zoe_block {
    zoe_recycler *owner; /* NULL: the heap's */
    union {
        zoe_block *next;      /* while it is kept */
        unsigned block_class; /* while it is used */
    } as;
};

_Static_assert(sizeof(struct zoe_block) == 16, "blocks are 16-byte aligned");

enum { SMALLEST_CLASS = 6 };

static _Thread_local zoe_recycler *current;
static _Thread_local bool was_refused, was_over_budget;
static _Thread_local uint64_t balance, balance_wanted;

zoe_status zoe_recycler_init(zoe_recycler *recycler, zoe_meter *meter, zoe_reclaim reclaim)
{
    memset(recycler, 0, sizeof *recycler);
    recycler->meter = meter;
    recycler->reclaim = reclaim;
    return pthread_mutex_init(&recycler->lock, NULL) == 0 ? ZOE_OK : ZOE_ERROR_NO_MEMORY;
}

void zoe_recycler_destroy(zoe_recycler *recycler)
{
    zoe_recycler_trim(recycler);
    pthread_mutex_destroy(&recycler->lock);
}

uint64_t zoe_recycler_kept(zoe_recycler *recycler)
{
    pthread_mutex_lock(&recycler->lock);
    uint64_t bytes = recycler->kept;
    pthread_mutex_unlock(&recycler->lock);
    return bytes;
}

uint64_t zoe_recycler_trim(zoe_recycler *recycler)
{
    zoe_block *kept[ZOE_RECYCLER_CLASSES];
    pthread_mutex_lock(&recycler->lock);
    uint64_t bytes = recycler->kept;
    memcpy(kept, recycler->free, sizeof kept);
    memset(recycler->free, 0, sizeof recycler->free);
    recycler->bytes -= bytes;
    recycler->kept = 0;
    pthread_mutex_unlock(&recycler->lock);
    for (unsigned c = 0; c < ZOE_RECYCLER_CLASSES; c++) {
        while (kept[c]) {
            zoe_block *block = kept[c];
            kept[c] = block->as.next;
            zoe_os_free(block);
        }
    }
    zoe_meter_give(recycler->meter, bytes);
    return bytes;
}

void zoe_recycler_usage(zoe_recycler *recycler, uint64_t *bytes, uint64_t *allocations)
{
    pthread_mutex_lock(&recycler->lock);
    *bytes = recycler->bytes;
    *allocations = recycler->allocations;
    pthread_mutex_unlock(&recycler->lock);
}

zoe_recycler *zoe_recycler_enter(zoe_recycler *recycler)
{
    zoe_recycler *old = current;
    current = recycler;
    return old;
}

static zoe_block *fresh_block(zoe_recycler *recycler, unsigned block_class)
{
    uint64_t bytes = (uint64_t)1 << block_class;
    if (!take(recycler->meter, recycler->reclaim, bytes)) {
        was_over_budget = true;
        balance_wanted = balance + bytes;
        return NULL;
    }
    zoe_block *block = zoe_os_alloc((size_t)bytes);
    if (!block) {
        zoe_meter_give(recycler->meter, bytes);
        return NULL;
    }
    pthread_mutex_lock(&recycler->lock);
    recycler->bytes += bytes;
    recycler->allocations++;
    pthread_mutex_unlock(&recycler->lock);
    return block;
}

bool zoe_recycler_was_refused(void)
{
    return was_refused;
}

void zoe_recycler_forget_refusal(void)
{
    was_refused = was_over_budget = false;
}

bool zoe_recycler_was_over_budget(void)
{
    return was_over_budget;
}

uint64_t zoe_recycler_balance(void)
{
    return balance;
}

uint64_t zoe_recycler_balance_wanted(void)
{
    return balance_wanted;
}

static void *take_block(size_t bytes)
{
    if (bytes > SIZE_MAX / 4)
        return NULL;
    size_t whole = bytes + sizeof(zoe_block);
    zoe_recycler *recycler = current;
    unsigned block_class = SMALLEST_CLASS;
    while (((size_t)1 << block_class) < whole)
        block_class++;
    if (block_class >= ZOE_RECYCLER_CLASSES)
        return NULL;
    zoe_block *block = NULL;
    if (recycler) {
        pthread_mutex_lock(&recycler->lock);
        block = recycler->free[block_class];
        if (block) {
            recycler->free[block_class] = block->as.next;
            recycler->kept -= (uint64_t)1 << block_class;
        }
        pthread_mutex_unlock(&recycler->lock);
        if (!block)
            block = fresh_block(recycler, block_class);
        if (block)
            balance += (uint64_t)1 << block_class;
    } else {
        block = zoe_os_alloc(whole);
    }
    if (!block)
        return NULL;
    block->owner = recycler;
    block->as.block_class = block_class;
    return block + 1;
}

void *zoe_recycler_alloc(size_t bytes)
{
    void *memory = take_block(bytes);
    was_refused = was_refused || !memory;
    return memory;
}

void zoe_recycler_free(void *memory)
{
    if (!memory)
        return;
    zoe_block *block = (zoe_block *)memory - 1;
    zoe_recycler *recycler = block->owner;
    if (!recycler) {
        zoe_os_free(block);
        return;
    }
    unsigned block_class = block->as.block_class;
    pthread_mutex_lock(&recycler->lock);
    block->as.next = recycler->free[block_class];
    recycler->free[block_class] = block;
    recycler->kept += (uint64_t)1 << block_class;
    pthread_mutex_unlock(&recycler->lock);
    balance -= (uint64_t)1 << block_class;
}
