/*
 * Loads: frames that are being decoded.
 *
 * A load is a file that is open (or being opened), the memory that was reserved for it, and pieces
 * that workers take one by one. The frame under the playhead is shared by all workers; any other
 * load has one. A load that all its workers left for something better stays, half done, until one
 * comes back to it, nobody wants it any more, or there is no scratch to go on with.
 *
 *   FREE --claim--> OPENING --open--> OPEN --last piece, failed or stale--> ENDING --> FREE
 *                      |                                                      ^
 *                      '-------------- failed, stale or no room --------------'
 *
 * Invariants:
 *   1. A load that is not FREE has a frame in state LOADING, and no two have the same.
 *   2. OPENING and ENDING belong to one worker; only OPEN can be joined.
 *   3. ENDING begins when the last piece is done, or when the last worker leaves a load that failed
 *      or is stale; where it has none, one comes to end it.
 *   4. Only the worker that is ENDING closes the file, publishes or gives back the buffer. It and
 *      others leave the FREE load later; only then is that claimed again.
 *
 * All functions need the cache's lock held.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_LOAD_H
#define ZOE_LOAD_H

#include <zoetrope/settings.h>

#include "base/decoder.h"
#include "cache/source.h"

/* One for each worker, and two for frames that a playhead left half done. */
enum { ZOE_LOADS_SPARE = 2, ZOE_LOADS_MAX = ZOE_WORKERS_MAX + ZOE_LOADS_SPARE };

typedef enum zoe_load_phase {
    ZOE_LOAD_FREE = 0,
    ZOE_LOAD_OPENING,
    ZOE_LOAD_OPEN,
    ZOE_LOAD_ENDING,
} zoe_load_phase;

typedef struct zoe_load {
    /* guarded by the cache's lock */
    zoe_load_phase phase;
    uint32_t workers; /* on it now */
    bool must_finish; /* before all else, although the playhead has left: who scrubs faster than
                         frames are decoded would otherwise see none until the hand rests */
    bool outdated;    /* its file is another one by now: what was read is not shown */

    /* fixed from claim to end */
    zoe_source *source;
    int64_t position;
    uint64_t claimed_ns;
    uint64_t limit;   /* in force then */
    uint32_t uniform; /* planes that no more than a row is reserved for */
    char path[ZOE_PATH_MAX];

    /* guarded by the cache's lock, fixed while OPEN. NULL while no room is reserved for it */
    zoe_buffer *memory;      /* of its frame, a zoe_frame_buffer */
    zoe_buffer *file_memory; /* for the open file */

    /* the opener's while OPENING, fixed while OPEN, but for an error: guarded by the lock then */
    void *file;
    zoe_picture picture; /* its `bytes` are what was reserved, until all of it is decoded */
    zoe_error error;     /* it failed, unless the status is OK */

    /* atomic. Relaxed but for done_pieces: a piece's pixels are released by its worker's increment
     * and acquired by the one that does the last */
    zoe_stop stop; /* nobody wants it any more, or it failed: no piece is begun, and what is
                      under way ends */
    _Atomic int32_t next_piece;
    _Atomic int32_t done_pieces;
    _Atomic uint64_t spent_ns;
} zoe_load;

static inline zoe_frame_buffer *zoe_load_buffer(const zoe_load *load)
{
    return (zoe_frame_buffer *)(void *)load->memory;
}

/* EMPTY -> LOADING: takes over `load`, which nobody is at, for a frame, with one worker on it and
 * the memory that it has. */
static inline void zoe_load_claim_locked(zoe_load *load, zoe_source *source, int64_t position,
                                         uint32_t uniform, uint64_t limit, uint64_t now_ns)
{
    zoe_table_claim_locked(source->table, position);
    *load = (zoe_load){
        .phase = ZOE_LOAD_OPENING,
        .workers = 1,
        .source = source,
        .position = position,
        .claimed_ns = now_ns,
        .limit = limit,
        .uniform = uniform,
        .memory = load->memory,
        .file_memory = load->file_memory,
    };
    zoe_status status =
        zoe_sequence_path(source->sequence, position, load->path, sizeof load->path);
    if (status != ZOE_OK)
        zoe_error_set(&load->error, status, "the path of a frame cannot be made");
}

/* Was it told to stop, or did it fail? Any thread that is at it, without the lock too. */
static inline bool zoe_load_is_stopped(const zoe_load *load)
{
    return zoe_stop_is_asked(&load->stop);
}

static inline int32_t zoe_load_done(const zoe_load *load)
{
    return atomic_load_explicit(&load->done_pieces, memory_order_acquire);
}

/* May another worker take pieces of it? */
static inline bool zoe_load_can_join_locked(const zoe_load *load)
{
    return load->phase == ZOE_LOAD_OPEN && !zoe_load_is_stopped(load) &&
           atomic_load_explicit(&load->next_piece, memory_order_relaxed) <
               load->picture.piece_count;
}

/* Is it waiting for someone to end it? */
static inline bool zoe_load_is_over_locked(const zoe_load *load)
{
    return load->phase == ZOE_LOAD_OPEN && load->workers == 0 && zoe_load_is_stopped(load);
}

/* Steps until its frame is needed; what must be finished comes before everything. */
static inline int64_t zoe_load_use_locked(const zoe_load *load)
{
    return load->must_finish ? -1 : zoe_source_next_use_locked(load->source, load->position);
}

/* Should all workers share it: the frame under a playhead that waits for it, or one that must be
 * finished? */
static inline bool zoe_load_is_urgent_locked(const zoe_load *load)
{
    return load->must_finish || zoe_source_waits_for_locked(load->source, load->position);
}

#endif
