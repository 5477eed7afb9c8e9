/*
 * Frame tables, the state of every frame of a source, and the buffers that their frames are in.
 *
 *             claim             publish
 *   EMPTY  ----------> LOADING ---------> LOADED ----> HEADER   let go
 *   HEADER   ^            | |  '--------> ERROR  ----> EMPTY    reset
 *            '------------' '    refuse
 *               abandon
 *   MISSING <-> EMPTY   reset: its file went, or came back
 *
 *   HEADER is EMPTY with its needs known; NO_ROOM is either with a note on what is in the way;
 *   INCOMPLETE is LOADED with a note on what is missing.
 *
 * Invariants:
 *   1. All transitions are made with the cache's lock held.
 *   2. LOADING: exactly one zoe_load has the frame.
 *   3. LOADED: the slot points at the frame's buffer, which points back, and has one reference to
 *      it. In all other states it points at none.
 *   4. A LOADED frame is a member of the table's victims, but while a search has taken it out.
 *   5. Only a playhead's frame is NO_ROOM.
 *
 * A state byte is released after slot and buffer were written, and acquired before they are read;
 * they may be of another picture by then, which the buffer's generation tells (memory/hold.h).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_TABLE_H
#define ZOE_TABLE_H

#include <stdatomic.h>

#include <zoetrope/frame.h>
#include <zoetrope/sequence.h>

#include "base/lock.h"
#include "base/os.h"
#include "cache/victim.h"
#include "memory/hold.h"
#include "memory/slab.h"

typedef struct zoe_frame_buffer {
    zoe_buffer memory; /* first: the slab knows no more of the record */
    zoe_hold hold;     /* a LOADED frame's slot has one reference, and every pin */

    /* guarded by the cache's lock */
    struct zoe_table *table; /* whose LOADED frame it is; NULL: a load's, or only pins hold it */
    int64_t position;
    uint64_t spared_bytes; /* that a filled window would take besides; set when it is LOADED */
    const void *source;    /* whose picture it is or was; to compare */
    struct zoe_frame_buffer *next_victim; /* while frames are chosen that leave together */

    /* written while the frame is LOADING by its load, read only while it is LOADED */
    zoe_frame frame; /* as acquire gives it, but for position and pin */
    zoe_os_file_id file_id;
} zoe_frame_buffer;

/* What went wrong with a frame; as long as its text, since there may be one for every frame. */
typedef struct zoe_note {
    zoe_status status;
    zoe_os_file_id file_id; /* of the file; all 0: not known */
    char text[];            /* terminated */
} zoe_note;

/* What loading a frame takes of the budget. */
typedef struct zoe_needs {
    uint64_t bytes;         /* of its buffer; 0: not known yet */
    uint64_t scratch_bytes; /* of one worker's scratch */
    uint64_t file_bytes;    /* of memory for its open file */
} zoe_needs;

/* A cache line each: readers of neighbouring frames do not meet. */
typedef struct zoe_slot {
    /* written with the cache's lock held, read by acquirers without it */
    _Alignas(64) zoe_frame_buffer *_Atomic buffer;
    _Atomic uint64_t generation; /* relaxed: of the picture in the buffer */

    _Atomic uint64_t last_use; /* relaxed: the cache's clock when the frame was last acquired */
    _Atomic uint32_t missed;   /* relaxed: 1 once a miss was counted for the present absence */

    /* guarded by the cache's lock */
    uint16_t retries; /* loads in a row that found the file changed under them */
    uint16_t uniform; /* planes that needs.bytes has one row of: zoe_frame_uniform() */
    zoe_note *note;   /* of ERROR, NO_ROOM and INCOMPLETE frames, on the heap */
    zoe_needs needs;  /* as of the last time the file was opened, or was to be */
} zoe_slot;

typedef struct zoe_table {
    /* fixed after creation */
    zoe_lock *lock;
    struct zoe_source *source;
    int64_t count;
    zoe_slot *slots; /* [count], reserved address space: untouched slots are EMPTY and take none */
    _Atomic uint8_t *states;   /* [count], a zoe_frame_state each: timelines read them lock-free */
    _Atomic uint8_t *nearness; /* [count], a zoe_nearness each, relaxed; for what is far */
    bool is_far;               /* its files are fetched; set before others know the table */
    _Atomic uint64_t *changes; /* the source's; release after a state byte, acquired by timelines
                                  before they read */

    /* guarded by the cache's lock */
    zoe_victims victims;
    bool keeps; /* what is near stays so when it is decoded */
} zoe_table;

/* A table for a sequence: gaps MISSING, all else EMPTY. NULL: no memory. */
zoe_table *zoe_table_create(const zoe_sequence *sequence, struct zoe_source *source, zoe_lock *lock,
                            _Atomic uint64_t *changes);

/* Where a frame's bytes are. Any thread. */
static inline zoe_nearness zoe_table_nearness(const zoe_table *table, int64_t position)
{
    return table->is_far ? (zoe_nearness)atomic_load_explicit(&table->nearness[position],
                                                              memory_order_relaxed)
                         : ZOE_NEAR;
}

/* Does nothing where all is near. */
void zoe_table_set_nearness_locked(zoe_table *table, int64_t position, zoe_nearness nearness);

/* Frees a table none of whose frames are LOADING or LOADED. */
void zoe_table_destroy(zoe_table *table);

/* Any thread. */
static inline zoe_frame_state zoe_table_state(const zoe_table *table, int64_t position)
{
    return (zoe_frame_state)atomic_load_explicit(&table->states[position], memory_order_acquire);
}

static inline bool zoe_state_is_empty(zoe_frame_state state)
{
    return state == ZOE_FRAME_EMPTY || state == ZOE_FRAME_HEADER || state == ZOE_FRAME_NO_ROOM;
}

static inline bool zoe_state_is_loaded(zoe_frame_state state)
{
    return state == ZOE_FRAME_LOADED || state == ZOE_FRAME_INCOMPLETE;
}

/* Is it an error that more memory may make good? */
static inline bool zoe_status_is_for_memory(zoe_status status)
{
    return status == ZOE_ERROR_OVER_BUDGET || status == ZOE_ERROR_NO_MEMORY;
}

/* Any thread, lock-free: pins a loaded frame. NULL: it is not to be had. */
zoe_frame_buffer *zoe_table_pin(const zoe_table *table, int64_t position);

/* The transitions of the diagram. They change state, change counter, note, what slot and buffer say
 * of each other, and the victims; the buffer's references are the caller's to see to. Publishing
 * needs its one. What is refused is ERROR, which is how a load fails, or, of an EMPTY frame,
 * NO_ROOM; `id` is of the file. The errors are copied; without memory the frame has no text.
 * Unblocking does nothing to a frame that is not NO_ROOM. */
void zoe_table_claim_locked(zoe_table *table, int64_t position);
void zoe_table_publish_locked(zoe_table *table, int64_t position, zoe_frame_buffer *buffer,
                              uint64_t last_use, const zoe_error *incomplete);
void zoe_table_refuse_locked(zoe_table *table, int64_t position, zoe_frame_state state,
                             const zoe_error *why, const zoe_os_file_id *id);
void zoe_table_abandon_locked(zoe_table *table, int64_t position);
void zoe_table_let_go_locked(zoe_table *table, int64_t position);
void zoe_table_unblock_locked(zoe_table *table, int64_t position);

/* Frames in ERROR for want of memory only -> EMPTY. Costs a look at every frame's state. */
void zoe_table_retry_locked(zoe_table *table);

/* Anything but LOADING and LOADED -> EMPTY or MISSING, and nothing is known of it. */
void zoe_table_reset_locked(zoe_table *table, int64_t position, bool has_file);

/* Anything but MISSING in one table, EMPTY or MISSING in the other -> EMPTY in the first, and in
 * the other as it was, with all that is known of it. A LOADING frame's load is the caller's to
 * tell. */
void zoe_table_move_locked(zoe_table *from, int64_t position, zoe_table *to, int64_t to_position);

#endif
