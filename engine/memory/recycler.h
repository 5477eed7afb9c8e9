/*
 * A recycler keeps the small blocks that OpenEXR allocates for each file it opens, counted by a
 * zoe_meter.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_RECYCLER_H
#define ZOE_RECYCLER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/budget.h"

/*
 * Asked to make room in the budget when it is full: evicts what it can and says whether to try
 * again. Called with no lock held.
 */
typedef bool zoe_reclaim_fn(void *user, uint64_t bytes);

typedef struct zoe_reclaim {
    zoe_reclaim_fn *fn; /* NULL: no room can be made */
    void *user;
} zoe_reclaim;

enum { ZOE_RECYCLER_CLASSES = 40 };

typedef struct zoe_block zoe_block;

/* Thread-safety: any thread. A block may be freed on another thread than the one that took it. */
typedef struct zoe_recycler {
    /* fixed after creation */
    zoe_meter *meter;
    zoe_reclaim reclaim;

    pthread_mutex_t lock; /* a leaf: nothing else is locked under it */
    /* guarded by lock */
    zoe_block *free[ZOE_RECYCLER_CLASSES]; /* by power of two */
    uint64_t bytes;                        /* held, in use or free */
    uint64_t kept;                         /* of them, free */
    uint64_t allocations;                  /* blocks asked of the system */
} zoe_recycler;

zoe_status zoe_recycler_init(zoe_recycler *recycler, zoe_meter *meter, zoe_reclaim reclaim);

/* Frees what is kept. All blocks must have been given back. */
void zoe_recycler_destroy(zoe_recycler *recycler);

/* How many bytes of blocks that nobody uses it keeps. */
uint64_t zoe_recycler_kept(zoe_recycler *recycler);

/* Gives those back to the heap; returns how many bytes. */
uint64_t zoe_recycler_trim(zoe_recycler *recycler);

/* What it holds and how often it asked the system. */
void zoe_recycler_usage(zoe_recycler *recycler, uint64_t *bytes, uint64_t *allocations);

/*
 * OpenEXR's allocator hooks carry no user data: a thread says once whose blocks it takes. NULL: the
 * heap's. The old one is returned.
 */
zoe_recycler *zoe_recycler_enter(zoe_recycler *recycler);

/* Was this thread refused a block since it last forgot? OpenEXR takes some refusals for attributes
 * that the file does not have. */
bool zoe_recycler_was_refused(void);

/* Was it because the budget was full, rather than the system's memory? */
bool zoe_recycler_was_over_budget(void);
void zoe_recycler_forget_refusal(void);

/* Bytes of blocks that this thread took and did not free, for differences: blocks may be freed
 * elsewhere. */
uint64_t zoe_recycler_balance(void);

/* What the balance would have been with the block that the full budget refused last. */
uint64_t zoe_recycler_balance_wanted(void);

/* The hooks. 16-byte aligned. Freeing finds the block's recycler by itself. */
void *zoe_recycler_alloc(size_t bytes);
void zoe_recycler_free(void *memory);

#endif
