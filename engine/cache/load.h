/*
 * Loads: frames that are being decoded.
 *
 * A cache has a fixed table of loads. A load is a file that is open (or being opened), a buffer,
 * and pieces that workers take one by one. The frame under the playhead is shared by all workers;
 * any other load has one. A load that all its workers left for something better stays in the table,
 * half done, until one comes back to it or nobody wants it any more.
 *
 *   FREE --claim--> OPENING --open--> OPEN --last piece, failed or stale--> ENDING --> (ENDED) -->
 * FREE
 *                      '------------- failed, stale or no memory ------------^
 *
 * Invariants:
 *   1. A load that is not FREE has a frame in state LOADING, and no two have the same.
 *   2. OPENING and ENDING belong to one worker; only OPEN can be joined.
 *   3. ENDING begins when the last piece is done, or when the last worker leaves a load that failed
 * or is stale.
 *   4. Only the worker that is ENDING closes the file, publishes or gives back the buffer. FREE
 * needs that no worker is left.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_LOAD_H
#define ZOE_LOAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/settings.h>

#include "base/decoder.h"
#include "memory/scratch.h"
#include "cache/slots.h"

struct zoe_cache;
struct zoe_source;

/* One for each worker, and two for frames that a playhead left half done. */
enum { ZOE_LOADS_SPARE = 2, ZOE_LOADS_MAX = ZOE_WORKERS_MAX + ZOE_LOADS_SPARE };

typedef enum zoe_load_phase {
    ZOE_LOAD_FREE = 0,
    ZOE_LOAD_OPENING,
    ZOE_LOAD_OPEN,
    ZOE_LOAD_ENDING,
    ZOE_LOAD_ENDED, /* all done, but workers that did not do the last piece have yet to leave */
} zoe_load_phase;

typedef struct zoe_load {
    /* guarded by the cache's lock */
    zoe_load_phase phase;
    uint32_t workers; /* on it now */
    bool failed;      /* with `error` */
    bool keep; /* finished before all else although the playhead has left: who scrubs faster than
                frames are  decoded would otherwise see none until the hand rests */
    bool outdated; /* its file is another one by now: what was read is not shown */
    bool unfit;    /* no buffer of its size was to be had: it goes back to where it came from */
    zoe_error error;

    /* fixed from claim to end */
    struct zoe_source *source;
    zoe_table *table;
    int64_t position;
    uint64_t claimed_ns;

    /* the opener's while OPENING, fixed while OPEN */
    zoe_buffer *buffer;
    void *file;
    void *memory; /* of the open file; kept for the next */
    size_t memory_bytes;
    uint64_t file_bytes; /* of blocks that opening the file took */
    zoe_picture picture;

    /* atomic. Relaxed but for done_pieces: a piece's pixels are released by its worker's increment
     * and acquired by the one that does the last */
    _Atomic uint32_t stale; /* 1: stop at the next piece */
    _Atomic uint32_t halt;  /* 1: a piece failed */
    _Atomic int32_t next_piece;
    _Atomic int32_t done_pieces;
    _Atomic int32_t missing_pieces; /* the file did not have them */
    _Atomic uint64_t spent_ns;
} zoe_load;

/* What a worker brings. Its own, but for what the cache does while it is at no load. */
typedef struct zoe_load_worker {
    struct zoe_cache *cache;
    zoe_scratch scratch;
    uint32_t node;                     /* memory node it is on; fixed after creation */
    uint32_t seen;                     /* of the cache's attention */
    struct zoe_load_worker *next_free; /* in the cache's list, guarded by its lock */
} zoe_load_worker;

/* Gives the worker's scratch back; returns how many bytes. By the worker, or with the cache's lock
 * held while it is at no load. */
uint64_t zoe_load_release_scratch(zoe_load_worker *worker);

/* EMPTY → LOADING: takes over `load`, which is FREE, for a frame. `buffer` may be NULL while its
 * size is unknown. */
void zoe_load_claim_locked(zoe_load *load, struct zoe_source *source, int64_t position,
                           zoe_buffer *buffer);

/* May another worker take pieces of it? */
bool zoe_load_can_join_locked(const zoe_load *load);

/* Is it waiting for someone to end it? */
bool zoe_load_is_over_locked(const zoe_load *load);

/* Does what the load needs next until it is done, stale, or there is better work. Called without
 * the lock, with the worker counted on the load. Returns whether a frame's state changed. */
bool zoe_load_work(zoe_load_worker *worker, zoe_load *load, zoe_load_phase phase);

#endif
