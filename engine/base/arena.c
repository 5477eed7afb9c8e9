#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/os.h"

enum { BLOCK_BYTES = 16384 };

struct zoe_arena_block {
    zoe_arena_block *next;
    size_t used, capacity; /* of bytes */
    alignas(max_align_t) unsigned char bytes[];
};

void *zoe_arena_alloc(zoe_arena *arena, size_t count, size_t bytes)
{
    size_t unit = alignof(max_align_t);
    if (bytes && count > (SIZE_MAX / 2 - BLOCK_BYTES) / bytes)
        return NULL;
    size_t need = (count * bytes + unit - 1) / unit * unit;
    zoe_arena_block *block = arena->blocks;
    if (!block || block->capacity - block->used < need) {
        size_t capacity = need > BLOCK_BYTES ? need : BLOCK_BYTES;
        block = zoe_os_alloc(sizeof *block + capacity);
        if (!block)
            return NULL;
        block->capacity = capacity;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *memory = block->bytes + block->used;
    block->used += need;
    return memory;
}

char *zoe_arena_copy(zoe_arena *arena, const char *text, size_t length)
{
    char *copy = zoe_arena_alloc(arena, length + 1, 1);
    if (copy && length)
        memcpy(copy, text, length);
    return copy;
}

void zoe_arena_free(zoe_arena *arena)
{
    while (arena->blocks) {
        zoe_arena_block *next = arena->blocks->next;
        zoe_os_free(arena->blocks);
        arena->blocks = next;
    }
}
