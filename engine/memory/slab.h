/*
 * Slab pools: many buffers of equal size in one mapping. Frames are in those of one slab, and what
 * else a load takes while it lasts in another's: workers' scratch and the memory of open files.
 *
 * A pool serves one size class (an eighth of an octave). Address space is reserved once; a buffer
 * takes memory when it is first used and keeps it when it is given back, because touching fresh
 * pages costs 25 times a reuse. Frames of one sequence differ in what they need where their data
 * windows do: they are of the class of a frame whose window is filled, and a buffer has memory up
 * to what its frames needed so far. What the present one leaves over is surplus: it stays, for a
 * larger one to come, until memory is wanted.
 *
 *     data  |<--- needed --->|<-- surplus -->|                       |
 *           |<------------ committed ------->|    address space      |
 *
 * What a buffer has touched is counted by a zoe_meter. Its pages go
 * back to the system in three steps, so that no lock is held over the long one: taken out of the
 * pool (detach), given back (zoe_returns_release), put back as a buffer without memory (reinstate).
 *
 * Each buffer has a record, of a size that the slab's user chooses: it begins with a zoe_buffer, is
 * zero when first used, and stays where it is while the slab stands, though it may become zero
 * again while none of its pool's buffers has memory. In pools of small buffers the records are
 * counted too: a million frames of an icon would have half a gigabyte of them.
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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/budget.h"
#include "memory/returns.h"

/* The memory of one frame, file or worker; the first member of its record. */
typedef struct zoe_buffer {
    /* fixed after the buffer's first use */
    uint8_t *data; /* 2 MB-aligned in pools of 2 MB and more, else page-aligned */
    zoe_pool *pool;

    /* guarded by the cache's lock */
    size_t committed; /* bytes that may be resident and are counted, a multiple of the page size */
    size_t needed;    /* by whoever holds it, in whole pages; committed or less */
    size_t leaving;   /* bytes behind `committed` that are being given back to the system: none may
                         be committed there meanwhile */
    uint32_t node;    /* memory node it was placed on, 0..nodes-1; of what is committed */
    bool in_use;
    zoe_buffer *next;      /* in a list of free buffers, or of those that leave */
    zoe_buffer *next_tail; /* in a list of those whose surplus leaves */
    zoe_buffer *surplus_before, *surplus_next; /* in the slab's list, while in use */
} zoe_buffer;

/* What a buffer is asked for. */
typedef struct zoe_buffer_size {
    size_t bytes;
    size_t filled; /* what the largest of its kind may need; less than bytes: the same as bytes */
} zoe_buffer_size;

/* Memory nodes that are told apart; further ones share the lists of the first. */
enum { ZOE_SLAB_NODES_MAX = 16 };

struct zoe_pool {
    size_t buffer_bytes; /* the size class */
    size_t stride;       /* from a buffer to the next */
    size_t record_bytes;
    size_t capacity; /* buffers that fit in the address space */
    uint8_t *base;
    uint8_t *records; /* [capacity], reserved like the data */
    size_t touched;   /* buffers 0..touched-1 have been used before */
    size_t used;      /* of them, not cold */
    bool shared;      /* its buffers can be handed to other processes */
    bool emptied;     /* its records are being given back: nothing can be taken meanwhile */
    zoe_pool *next;   /* in a zoe_returns, while it is emptied */
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
    size_t record_bytes;
    uint64_t address_bytes;   /* to reserve for a pool: as much as all memory */
    size_t buffers_max;       /* that a pool ever has; 0: as many as memory can hold. Set before the
                                 first is taken */
    bool shared;              /* buffers are in memory that other processes can be given, see
                                 base/os_shared.h; set before the first is taken. Records are not */
    uint32_t nodes;           /* memory nodes, 1..ZOE_SLAB_NODES_MAX */
    zoe_slab_place_fn *place; /* NULL: memory is where it is touched first */
    void *place_user;
    zoe_pool *pools[ZOE_SLAB_CLASSES];
    uint64_t free_bytes; /* committed in free buffers */
    uint64_t free_cost;  /* what the meter would get back with all of them */
    zoe_buffer *surplus; /* those in use that have some */
    uint64_t surplus_bytes;
    uint64_t allocations; /* times fresh memory was committed */
} zoe_slab;

void zoe_slab_init(zoe_slab *slab, zoe_meter *meter, size_t record_bytes, uint64_t address_bytes);

/* Tells memory nodes apart, before the first buffer is taken. */
void zoe_slab_set_nodes(zoe_slab *slab, uint32_t nodes, zoe_slab_place_fn *place, void *user);

/* Gives everything back. No buffer may be in use. */
void zoe_slab_destroy(zoe_slab *slab);

/*
 * Takes a buffer of at least size.bytes bytes for a thread on memory node `node`: the free one of
 * its node whose memory fits best, of equals the warmest; else of another node, else fresh memory
 * if the meter allows it. Its contents are unspecified. Errors: OVER_BUDGET (make room and try
 * again), NO_MEMORY (no address space), TOO_LARGE.
 */
zoe_status zoe_slab_take(zoe_slab *slab, zoe_buffer_size size, uint32_t node, zoe_buffer **buffer);

/* A buffer in use is to hold this many bytes from now on. false: it has no memory for them, or they
 * belong in another pool. */
bool zoe_slab_refit(zoe_slab *slab, zoe_buffer *buffer, size_t bytes);

/* A buffer in use holds no more than this many bytes any more, whatever the pool is that it is of:
 * for frames that turn out to be smaller than they might have been. */
void zoe_slab_shrink(zoe_slab *slab, zoe_buffer *buffer, size_t bytes);

/* Is there no buffer left of this size, and no address space for another? One that is given back
 * can be taken then. */
bool zoe_slab_is_full(const zoe_slab *slab, zoe_buffer_size size);

/* What fresh memory for a buffer of `bytes` bytes is counted with; 0 bytes: nothing. UINT64_MAX:
 * none is so large. */
uint64_t zoe_slab_cost(const zoe_slab *slab, size_t bytes);

/* What the meter has to have for taking such a buffer now: less where a free one has memory, but
 * for the one that was *counted for another (NULL: none was), which becomes the one counted now. */
uint64_t zoe_slab_fresh_cost(const zoe_slab *slab, zoe_buffer_size size, uint32_t node,
                             const zoe_buffer **counted);

/* What a buffer is counted with now. */
uint64_t zoe_slab_buffer_cost(const zoe_buffer *buffer);

/* The same without its surplus: what giving it back adds to what can be had without taking
 * anything else out of use. */
uint64_t zoe_slab_held_cost(const zoe_buffer *buffer);

/* Gives a buffer back; it keeps its memory for the next user. */
void zoe_slab_give(zoe_slab *slab, zoe_buffer *buffer);

/* Gives one back if there is any, and sets it to NULL. */
void zoe_slab_give_any(zoe_slab *slab, zoe_buffer **buffer);

/* Takes free buffers out of their pools, and surplus out of buffers in use, until they have `bytes`
 * or there is no more, for the memory to be given back to the system: free buffers of other classes
 * than that of `keep`, then surplus, then free ones of that class. Returns their bytes. */
uint64_t zoe_slab_detach(zoe_slab *slab, uint64_t bytes, zoe_buffer_size keep,
                         zoe_returns *returns);

/* Puts buffers whose memory was given back into their pools again. The records of pools that have
 * none with memory any more are to be given back next: those are listed in `next`. */
void zoe_slab_reinstate(zoe_slab *slab, zoe_returns *returns, zoe_returns *next);

/* Calls visit for the record of every buffer that was ever used; for tests and checks. */
typedef void zoe_slab_visit_fn(void *user, zoe_buffer *buffer);
void zoe_slab_visit(zoe_slab *slab, zoe_slab_visit_fn *visit, void *user);

#endif
