/*
 * Memory on its way back to the system. What is to be given back is taken out of use with the
 * cache's lock held, and its pages are released without it: that takes a millisecond for every 20
 * MB or so. Until then its bytes stay counted, or go over to what takes their place and is not
 * touched before.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_RETURNS_H
#define ZOE_RETURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct zoe_buffer zoe_buffer;
typedef struct zoe_pool zoe_pool;

/* Zero: nothing. Thread-safety: whoever has it. */
typedef struct zoe_returns {
    zoe_buffer *buffers; /* of a slab */
    zoe_buffer *tails;   /* the same: buffers in use whose surplus goes */
    zoe_pool *pools;     /* of a slab, whose buffers' records are to be given back */
    uint64_t bytes;      /* still counted for all of them */
} zoe_returns;

static inline bool zoe_returns_any(const zoe_returns *returns)
{
    return returns->buffers || returns->tails || returns->pools;
}

/* Gives the pages back. No lock is needed; buffers and pools are then to be reinstated. */
void zoe_returns_release(const zoe_returns *returns);

#endif
