/*
 * Slab pools: many buffers of equal size in one mapping.
 *
 * A pool serves one size class (an eighth of an octave). Address space is reserved once; a buffer
 * takes memory when it is first used and keeps it when it is given back, because touching fresh
 * pages costs 25 times a reuse. What a buffer has touched is counted by a zoe_meter; it is given
 * back to the system only by zoe_slab_shrink(). In pools of small buffers their records are counted
 * too: a million frames of an icon would have half a gigabyte of them.
 *
 * On a machine with several memory nodes, fresh memory is placed on the node of whoever takes the
 * buffer, and free buffers are kept by node. A free buffer of another node still goes before fresh
 * memory: writing to a far node costs less than touching fresh pages, and asks nothing of the
 * system.
 *
 * Thread-safety: none of its own; the cache's lock guards a zoe_slab. A buffer's data belongs to
 * whoever holds it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SLAB_H
#define ZOE_SLAB_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/frame.h>

#include "memory/budget.h"
#include "base/os.h"

typedef struct zoe_pool zoe_pool;
struct zoe_table;

/* One frame's memory and what belongs to it. */
typedef struct zoe_buffer {
    /* fixed after the buffer's first use */
    uint8_t *data; /* 2 MB-aligned in pools of 2 MB and more, else page-aligned */
    zoe_pool *pool;

    /* guarded by the cache's lock */
    size_t committed; /* bytes that may be resident and are counted, a multiple of the page size */
    uint32_t node;    /* memory node it was placed on, 0..nodes-1; of what is committed */
    struct zoe_buffer *next_free; /* in the pool's list of free buffers */
    struct zoe_table *table;      /* the frame in the buffer; NULL while it is free */
    int64_t position;

    /* written while the frame is LOADING by its load, read only while it is LOADED */
    zoe_frame frame; /* as acquire gives it, but for the pin */
    zoe_os_file_id file_id;
} zoe_buffer;

/* Memory nodes that are told apart; further ones share the lists of the first. */
enum { ZOE_SLAB_NODES_MAX = 16 };

struct zoe_pool {
    size_t buffer_bytes; /* the size class */
    size_t stride;       /* from a buffer to the next */
    size_t capacity;     /* buffers that fit in the address space */
    uint8_t *base;
    zoe_buffer *buffers; /* [capacity], reserved like the data */
    size_t touched;      /* buffers 0..touched-1 have been used before */
    size_t used;         /* of them, not cold */
    /* free and committed, by node, the one given back last first */
    zoe_buffer *warm[ZOE_SLAB_NODES_MAX];
    zoe_buffer *cold; /* free, pages given back */
};

/* Eight classes an octave, from 4 KiB (2^12) to 2^40. */
enum { ZOE_SLAB_CLASSES = 28 * 8 };

/* Places a range that was not touched yet on a memory node. Page-aligned. Best effort; called with
 * the lock held that guards the slab. */
typedef void zoe_slab_place_fn(void *user, void *address, size_t bytes, uint32_t node);

typedef struct zoe_slab {
    zoe_meter *meter;
    uint64_t address_bytes;   /* to reserve for a pool: as much as all memory */
    uint32_t nodes;           /* memory nodes, 1..ZOE_SLAB_NODES_MAX */
    zoe_slab_place_fn *place; /* NULL: memory is where it is touched first */
    void *place_user;
    zoe_pool *pools[ZOE_SLAB_CLASSES];
    uint64_t free_bytes;  /* committed in free buffers */
    uint64_t free_cost;   /* what the meter would get back with all of them */
    uint64_t allocations; /* times fresh memory was committed */
} zoe_slab;

void zoe_slab_init(zoe_slab *slab, zoe_meter *meter, uint64_t address_bytes);

/* Tells memory nodes apart, before the first buffer is taken. */
void zoe_slab_set_nodes(zoe_slab *slab, uint32_t nodes, zoe_slab_place_fn *place, void *user);

/* Gives everything back. No buffer may be in use. */
void zoe_slab_destroy(zoe_slab *slab);

/*
 * Takes a buffer of at least `bytes` bytes for a thread on memory node `node`: the warmest free one
 * of its node, else of another, else fresh memory if the meter allows it. Its contents are
 * unspecified. Errors: OVER_BUDGET (make room and try again), NO_MEMORY
 * (no address space), TOO_LARGE.
 */
zoe_status zoe_slab_take(zoe_slab *slab, size_t bytes, uint32_t node, zoe_buffer **buffer);

/* What fresh memory for a buffer of `bytes` bytes is counted with. */
uint64_t zoe_slab_cost(size_t bytes);

/* What a buffer is counted with now. */
uint64_t zoe_slab_buffer_cost(const zoe_buffer *buffer);

/* Gives a buffer back; it keeps its memory for the next user. */
void zoe_slab_give(zoe_slab *slab, zoe_buffer *buffer);

/* Gives the memory of free buffers back to the system until `bytes` were given or none is left.
 * Those of other sizes than `keep_bytes` go first. Returns what was given. */
uint64_t zoe_slab_shrink(zoe_slab *slab, uint64_t bytes, size_t keep_bytes);

/* Calls visit for every buffer that was ever used; those in use have a table. Stops when visit
 * returns false. */
typedef bool zoe_slab_visit_fn(void *user, zoe_buffer *buffer);
void zoe_slab_visit(zoe_slab *slab, zoe_slab_visit_fn *visit, void *user);

#endif
