/*
 * Blocks of a caller's memory: small allocations from one region, whose size is known before.
 *
 * A block's size is rounded up to a power of two, its header of 16 bytes included. A block that was
 * given back is used again for one of the same rounded size; the region's end is only reached by
 * what was never given back in that size. Keeping is for what lives as long as the region: it is
 * not rounded, has no header and cannot be given back.
 *
 * There is no lock and no other memory behind it: when the region is used up, allocating fails, and
 * zoe_blocks.refused says so.
 *
 * OpenEXR's allocator hooks carry no user data: a thread says whose region they use. A block finds
 * its region by itself when it is given back.
 *
 * Thread-safety: one thread at a time for a region.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BLOCKS_H
#define ZOE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ZOE_BLOCKS_ALIGNMENT = 16, ZOE_BLOCKS_CLASSES = 48 };

typedef struct zoe_blocks_block zoe_blocks_block;

typedef struct zoe_blocks {
    uint8_t *memory; /* the caller's; 16-byte aligned */
    size_t bytes;
    size_t used;  /* from the region's beginning; never gets less */
    bool refused; /* an allocation failed since it was made, or since the caller cleared this */
    zoe_blocks_block *free[ZOE_BLOCKS_CLASSES]; /* given back, by power of two */
} zoe_blocks;

/* Makes a region of `memory`, which is 16-byte aligned and stays the caller's. */
void zoe_blocks_init(zoe_blocks *blocks, void *memory, size_t bytes);

/* A block of at least `bytes` bytes, 16-byte aligned, not cleared; NULL when there is no room. */
void *zoe_blocks_alloc(zoe_blocks *blocks, size_t bytes);

/* Gives a block back to its region. NULL is accepted. */
void zoe_blocks_free(void *block);

/* Memory that stays taken, 16-byte aligned and cleared; NULL when there is no room. */
void *zoe_blocks_keep(zoe_blocks *blocks, size_t count, size_t bytes);

/* What of a region a block of `bytes` bytes takes, at most. */
uint64_t zoe_blocks_cost(uint64_t bytes);

/* The same for what is kept. */
uint64_t zoe_blocks_kept(uint64_t bytes);

/* Says whose region this thread's hooks use from now on; NULL: none, and the hook allocates
 * nothing. The one before is returned. */
zoe_blocks *zoe_blocks_enter(zoe_blocks *blocks);

/* The hooks. */
void *zoe_blocks_hook_alloc(size_t bytes);
void zoe_blocks_hook_free(void *block);

#endif
