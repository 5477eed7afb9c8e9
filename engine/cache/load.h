/*
 * Loads: frames that are being decoded.
 *
 * A cache has a fixed table of loads. A load is a file that is open (or being opened), the memory
 * that was reserved for it, and pieces that workers take one by one: a piece is an EXR chunk, or
 * some small ones that lie together, as the decoder says. The frame under the playhead is shared by
 * all workers; any other load has one. A load that all its workers left for something better stays
 * in the table, half done, until one comes back to it or nobody wants it any more.
 *
 *   FREE --claim--> OPENING --open--> OPEN --last piece, failed or stale--> ENDING --> FREE
 *                      |                                                      ^  |       ^
 *                      '-------------- failed, stale or no room --------------'  '-> ENDED
 *
 * Invariants:
 *   1. A load that is neither FREE nor ENDED has a frame in state LOADING, and no two have the
 *      same.
 *   2. OPENING and ENDING belong to one worker; only OPEN can be joined.
 *   3. ENDING begins when the last piece is done, or when the last worker leaves a load that failed
 *      or is stale.
 *   4. Only the worker that is ENDING closes the file, publishes or gives back the buffer. FREE
 *      needs that no worker is left.
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
#include "cache/source.h"
#include "memory/scratch.h"

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
    bool must_finish; /* before all else, although the playhead has left: who scrubs faster than
                         frames are decoded would otherwise see none until the hand rests */
    bool outdated;    /* its file is another one by now: what was read is not shown */
    bool limit_rose;  /* since it was claimed: that it does not fit is not said any more */
    bool no_room;     /* it takes more than was reserved: it goes back to where it came from */
    zoe_error error;

    /* fixed from claim to end */
    zoe_source *source;
    zoe_table *table;
    int64_t position;
    uint64_t claimed_ns;

    /* guarded by the cache's lock; does not move while `file` is open. Kept for the next load */
    zoe_scratch file_memory;

    /* the opener's while OPENING (with the lock held), fixed while OPEN */
    zoe_frame_buffer *buffer; /* NULL while no room is reserved for it */
    void *file;
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

/* All need the cache's lock held. */

/* EMPTY -> LOADING: takes over `load`, which is FREE, for a frame, with one worker on it. It may
 * have a buffer already. */
void zoe_load_claim_locked(zoe_load *load, zoe_source *source, int64_t position, uint64_t now_ns);

/* The load's buffer is its frame's. */
void zoe_load_own_buffer_locked(zoe_load *load);

/* It ends with an error, unless it has one already. */
void zoe_load_fail_locked(zoe_load *load, const zoe_error *error);

/* Its workers stop at their next piece. */
void zoe_load_stop_locked(zoe_load *load);

/* Is it an error that more memory may make good? */
static inline bool zoe_status_is_for_memory(zoe_status status)
{
    return status == ZOE_ERROR_OVER_BUDGET || status == ZOE_ERROR_NO_MEMORY;
}

/* Has it a frame in state LOADING? */
bool zoe_load_is_under_way_locked(const zoe_load *load);

/* Was it told to stop, or did it fail? Any thread. */
bool zoe_load_is_stopped(const zoe_load *load);

/* May another worker take pieces of it? */
bool zoe_load_can_join_locked(const zoe_load *load);

/* Is it waiting for someone to end it? */
bool zoe_load_is_over_locked(const zoe_load *load);

/* Steps until its frame is needed; what must be finished comes before everything. */
int64_t zoe_load_use_locked(const zoe_load *load);

/* Is it a load that all workers should share: of the frame under a playhead that waits for it, or
 * one that must be finished? */
bool zoe_load_is_urgent_locked(const zoe_load *load);

#endif
