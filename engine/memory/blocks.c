#include "memory/blocks.h"

#include <string.h>

/* Stands before each block. */
struct zoe_blocks_block {
    union {
        zoe_blocks *owner;      /* while it is in use */
        zoe_blocks_block *next; /* while it is free */
    };
    uint32_t power;
};

enum { HEADER = 16, SMALLEST_POWER = 5 };

_Static_assert(sizeof(zoe_blocks_block) <= HEADER, "a block's header fits");

static _Thread_local zoe_blocks *current;

void zoe_blocks_init(zoe_blocks *blocks, void *memory, size_t bytes)
{
    memset(blocks, 0, sizeof *blocks);
    blocks->memory = memory;
    blocks->bytes = memory ? bytes : 0;
}

/* The power of two that holds a block and its header. */
static uint32_t power_of(uint64_t bytes)
{
    uint32_t power = 64 - (uint32_t)__builtin_clzll(bytes + HEADER - 1);
    return power > SMALLEST_POWER ? power : SMALLEST_POWER;
}

/* The next `bytes` bytes that nobody had yet. */
static void *take(zoe_blocks *blocks, uint64_t bytes)
{
    if (bytes > blocks->bytes - blocks->used) {
        blocks->refused = true;
        return NULL;
    }
    void *memory = blocks->memory + blocks->used;
    blocks->used += (size_t)bytes;
    return memory;
}

void *zoe_blocks_alloc(zoe_blocks *blocks, size_t bytes)
{
    uint32_t power = bytes <= SIZE_MAX / 4 ? power_of(bytes) : ZOE_BLOCKS_CLASSES;
    if (power >= ZOE_BLOCKS_CLASSES) {
        blocks->refused = true;
        return NULL;
    }
    zoe_blocks_block *block = blocks->free[power];
    if (block)
        blocks->free[power] = block->next;
    else
        block = take(blocks, (uint64_t)1 << power);
    if (!block)
        return NULL;
    block->owner = blocks;
    block->power = power;
    return (uint8_t *)block + HEADER;
}

void zoe_blocks_free(void *memory)
{
    if (!memory)
        return;
    zoe_blocks_block *block = (zoe_blocks_block *)(void *)((uint8_t *)memory - HEADER);
    zoe_blocks *owner = block->owner;
    block->next = owner->free[block->power];
    owner->free[block->power] = block;
}

void *zoe_blocks_keep(zoe_blocks *blocks, size_t count, size_t bytes)
{
    if (bytes != 0 && count > SIZE_MAX / 4 / bytes) {
        blocks->refused = true;
        return NULL;
    }
    void *memory = take(blocks, zoe_blocks_kept((uint64_t)count * bytes));
    if (memory)
        memset(memory, 0, count * bytes);
    return memory;
}

uint64_t zoe_blocks_cost(uint64_t bytes)
{
    return bytes <= UINT64_MAX / 4 && power_of(bytes) < ZOE_BLOCKS_CLASSES
               ? (uint64_t)1 << power_of(bytes)
               : UINT64_MAX / 4;
}

uint64_t zoe_blocks_kept(uint64_t bytes)
{
    return (bytes + ZOE_BLOCKS_ALIGNMENT - 1) / ZOE_BLOCKS_ALIGNMENT * ZOE_BLOCKS_ALIGNMENT;
}

zoe_blocks *zoe_blocks_enter(zoe_blocks *blocks)
{
    zoe_blocks *before = current;
    current = blocks;
    return before;
}

void *zoe_blocks_hook_alloc(size_t bytes)
{
    return current ? zoe_blocks_alloc(current, bytes) : NULL;
}

void zoe_blocks_hook_free(void *block)
{
    zoe_blocks_free(block);
}
