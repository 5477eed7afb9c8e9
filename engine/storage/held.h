/*
 * Blocks in memory: on their way, or arrived and not yet let go.
 *
 *   FETCHING --> READY --> (let go when its memory is needed)
 *        `-----> FAILED    (out of the table; goes with its last hold)
 *
 * A block that is held, on its way, or has still to be written to disk stays. One that was fetched
 * ahead and has not been read stays too, unless somebody waits for the memory.
 *
 * Thread-safety: all calls and fields under one lock of the caller's; the bytes of a READY block do
 * not change while it is held.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_HELD_H
#define ZOE_STORAGE_HELD_H

#include "storage/origin.h"

enum { ZOE_HELD_CHAINS = 256 };

/* The index of a "block" that is the whole object, of an origin that has no ranges. */
#define ZOE_BLOCK_WHOLE UINT64_MAX

typedef enum zoe_held_state {
    ZOE_HELD_FETCHING,
    ZOE_HELD_READY,
    ZOE_HELD_FAILED,
} zoe_held_state;

typedef struct zoe_held_block {
    const void *object;
    uint64_t index;
    uint8_t *data;
    size_t bytes, capacity;
    zoe_held_state state;
    uint32_t holds;
    bool is_unwritten; /* is to be written to disk */
    bool is_fresh;     /* fetched ahead, and not read as yet */
    bool is_cancelled; /* its request was told to end */
    bool is_guess;     /* asked for before it was known what the object is: judged when that is */
    bool has_come;     /* a guess whose request is done, and that waits to be judged */
    bool is_listed;    /* in the table */
    void *flight;      /* whose fetching ahead it is part of; NULL: nobody's */
    zoe_origin_request request;
    struct zoe_held_block *chain;         /* in the table */
    struct zoe_held_block *older, *newer; /* by use */
    struct zoe_held_block *next_unwritten;
} zoe_held_block;

typedef struct zoe_held {
    uint64_t bound, used; /* bytes of memory */
    uint64_t others;      /* bytes that are no blocks' */
    zoe_held_block *chains[ZOE_HELD_CHAINS];
    zoe_held_block *oldest, *newest;
    uint8_t *spare; /* memory of one full block, counted in `used` */
    size_t spare_bytes;
} zoe_held;

zoe_held_block *zoe_held_find(const zoe_held *held, const void *object, uint64_t index);

/* How much less of the bound blocks have for `others`: a quarter of it at most. */
uint64_t zoe_held_taken(const zoe_held *held);

/* Memory for one block more, FETCHING, in the table and held once. Others are let go for it; `all`:
 * also those that were fetched ahead and not read. NULL: that would go over `most` bytes, or the
 * system has none. One block is always allowed. */
zoe_held_block *zoe_held_add(zoe_held *held, const void *object, uint64_t index, size_t bytes,
                             uint64_t most, bool all);

/* Gives a hold back; the last one of a block that is not in the table frees it. */
void zoe_held_drop(zoe_held *held, zoe_held_block *block);

/* It is the one that was used last. */
void zoe_held_touch(zoe_held *held, zoe_held_block *block);

/* Takes it out of the table: nobody finds it any more. Freed with its last hold, or at once. */
void zoe_held_remove(zoe_held *held, zoe_held_block *block);

/* Another object's from now on. false: that has one of this index. */
bool zoe_held_rename(zoe_held *held, zoe_held_block *block, const void *object);

/* All blocks of an object but guesses. */
void zoe_held_remove_object(zoe_held *held, const void *object);

/* Gives back what a block has more than its bytes, where that is much. */
void zoe_held_shrink(zoe_held *held, zoe_held_block *block);

/* Frees all that can be let go, and what is spare. */
void zoe_held_clear(zoe_held *held);

#endif
