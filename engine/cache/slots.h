/*
 * Slots: the state of every frame of a source.
 *
 * A table holds one slot for each position. A slot's word keeps state, pins and generation
 * together, so that pinning a loaded frame is one compare-and-swap. Beside the words lies a dense
 * array of state bytes for timelines.
 *
 *             claim            publish
 *   EMPTY ------------> LOADING -------> LOADED ----> EMPTY     evict: no pins
 *   HEADER     ^          | | '--------> ERROR  ----> EMPTY     reset
 *              '----------' '  fail        |
 *                 abandon                  '- INCOMPLETE is LOADED with a note on what is missing
 *   LOADED --> HEADER  replace: as evict, but its pins go on with a remnant
 *   MISSING <-> EMPTY  only when a table is made, or a file looked at again
 *
 * Invariants:
 *   1. All transitions are made with the cache's lock held. Only pins change without it.
 *   2. A frame has pins only while LOADED. Its buffer is not given back while it has any.
 *   3. A DOOMED frame is LOADED, can no longer be acquired, and leaves with its last pin.
 *   4. LOADING: exactly one zoe_load has the frame. LOADED and LOADING (once its size is known):
 * the slot's buffer is the frame's alone, and points back at it.
 *   5. The generation goes up with every claim, and when a pinned frame is replaced.
 *   6. A remnant is a picture that was pinned when its frame was replaced. It is its buffer's only
 * owner (the buffer's position is -1) and leaves with its last pin. Which pins are whose is told by
 * their generation: that of a slot with pins changes only when those become a remnant's.
 *
 * Memory order. Pinning acquires what publishing released: the buffer pointer and the pixels behind
 * it. Unpinning releases, so that whoever evicts (acquire) sees all reads done. Who has pinned
 * reads the buffer pointer (acquire), then the generation once more: if it is the same, no
 * replacement had changed the pointer (release) before it was read. The last unpin and the
 * `starved` flag of the cache are both seq_cst: one looks at the other's variable after writing its
 * own.
 *
 * Thread-safety: as each function says.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SLOTS_H
#define ZOE_SLOTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/frame.h>
#include <zoetrope/sequence.h>

#include "memory/slab.h"

struct zoe_cache;
struct zoe_source;

/* Parts of a slot's word. */
#define ZOE_SLOT_STATE      ((uint64_t)0x0f) /* a zoe_frame_state; INCOMPLETE does not occur */
#define ZOE_SLOT_DOOMED     ((uint64_t)0x10)
#define ZOE_SLOT_PIN        ((uint64_t)1 << 8) /* one pin */
#define ZOE_SLOT_PINS       ((uint64_t)0xffffff << 8)
#define ZOE_SLOT_GENERATION ((uint64_t)1 << 32) /* one generation */

/* What went wrong with a frame; as long as its text, since there may be one for every frame. */
typedef struct zoe_note {
    zoe_status status;
    char text[]; /* terminated */
} zoe_note;

/* What loading a frame takes of the budget. */
typedef struct zoe_needs {
    uint64_t bytes;         /* of its buffer; 0: not known yet */
    uint64_t scratch_bytes; /* of one worker's scratch */
    uint64_t file_bytes;    /* of blocks for its open file */
} zoe_needs;

/* A cache line each: readers of neighbouring frames do not meet. */
typedef struct zoe_slot {
    _Alignas(64) _Atomic uint64_t word;
    _Atomic uint64_t last_use; /* relaxed: the cache's clock when the frame was last acquired */
    _Atomic uint32_t missed;   /* relaxed: 1 once a miss was counted for the present absence */

    /* guarded by the cache's lock */
    uint32_t retries; /* loads in a row that found the file changed under them */

    /* written with the cache's lock held; acquirers read it after they have pinned */
    zoe_buffer *_Atomic buffer; /* of LOADED and LOADING frames */

    /* guarded by the cache's lock */
    zoe_note *note;  /* of ERROR and INCOMPLETE frames, on the heap */
    zoe_needs needs; /* as of the last time the file was opened, or opening it was refused */
} zoe_slot;

/* A picture that is only there because it was pinned when its frame was replaced. On the heap. */
typedef struct zoe_remnant {
    struct zoe_remnant *next;
    int64_t position;
    uint64_t generation; /* the slot's own at the time */
    uint64_t pins;       /* 1 or more */
    zoe_buffer *buffer;
} zoe_remnant;

typedef struct zoe_table {
    /* fixed after creation */
    struct zoe_cache *cache;
    int64_t count;
    zoe_slot
        *slots; /* [count], reserved address space: untouched slots are EMPTY and take no memory */
    _Atomic uint8_t *
        states; /* [count], relaxed: a picture of the words for timelines, written under the lock */
    uint64_t
        first_generation; /* added to a slot's own, so that those of a source's tables differ */

    /* guarded by the cache's lock */
    struct zoe_source *source; /* NULL when it is gone: the table goes with its last doomed frame */
    int64_t doomed; /* pictures that are only there because they are pinned, remnants included */
    zoe_remnant *remnants;

    /* atomic; release after the state byte, acquired by timelines before they read */
    _Atomic uint64_t changes;
} zoe_table;

/* A table for a sequence: gaps MISSING, all else EMPTY. NULL: no memory. */
zoe_table *zoe_table_create(struct zoe_cache *cache, const zoe_sequence *sequence);

/* Frees a table none of whose frames are LOADING, LOADED or pinned. */
void zoe_table_destroy(zoe_table *table);

/* Any thread: the state in a word, and the frame's pins. */
static inline zoe_frame_state zoe_slot_state(const zoe_slot *slot)
{
    return (zoe_frame_state)(atomic_load_explicit(&slot->word, memory_order_acquire) &
                             ZOE_SLOT_STATE);
}

/* EMPTY or HEADER? */
bool zoe_slot_is_empty(const zoe_slot *slot);

/* Any thread, lock-free: pins a LOADED frame that is not doomed. false: it is not to be had. */
bool zoe_slot_pin(zoe_slot *slot, uint64_t *generation);

/* The buffer of a frame that the caller has pinned; lock-free. NULL: it was replaced just now, and
 * the pin is a remnant's. */
const zoe_buffer *zoe_slot_pinned_buffer(zoe_slot *slot, uint64_t generation);

/* Is the buffer that of a slot? Otherwise it is free, or a remnant's. With the cache's lock held.
 */
static inline bool zoe_buffer_has_slot(const zoe_buffer *buffer)
{
    return buffer->table && buffer->position >= 0;
}

/* Any thread, lock-free: gives one pin of a generation back. Answers what the caller has to see to.
 */
typedef enum zoe_unpin {
    ZOE_UNPIN_NOTHING,
    ZOE_UNPIN_FREE,    /* the last pin: the frame may be evicted now */
    ZOE_UNPIN_REAP,    /* the last pin of a doomed frame: take the cache's lock and evict it */
    ZOE_UNPIN_REMNANT, /* nothing was given back: the pin is a remnant's, and needs the lock */
} zoe_unpin;
zoe_unpin zoe_slot_unpin(zoe_slot *slot, uint64_t generation);

/*
 * Transitions, each with the cache's lock held. They change the word, the state byte and the change
 * counter, and nothing else.
 */
void zoe_slot_claim_locked(zoe_table *table, int64_t position); /* EMPTY → LOADING */
void zoe_slot_publish_locked(zoe_table *table, int64_t position,
                             bool incomplete);                    /* LOADING → LOADED */
void zoe_slot_fail_locked(zoe_table *table, int64_t position);    /* LOADING → ERROR */
void zoe_slot_abandon_locked(zoe_table *table, int64_t position); /* LOADING → EMPTY or HEADER */
bool zoe_slot_evict_locked(zoe_table *table,
                           int64_t position); /* LOADED → HEADER; false: it is pinned or doomed */
bool zoe_slot_doom_locked(zoe_table *table,
                          int64_t position); /* LOADED and pinned → doomed; false: no pins */
void zoe_slot_reap_locked(zoe_table *table, int64_t position); /* doomed without pins → HEADER */
bool zoe_slot_replace_locked(
    zoe_table *table, int64_t position,
    zoe_remnant *remnant); /* LOADED and pinned → HEADER; takes over `remnant`. false: no pins */
void zoe_slot_forget_needs_locked(zoe_table *table,
                                  int64_t position); /* its file is another one: HEADER → EMPTY */
void zoe_slot_reset_locked(zoe_table *table, int64_t position,
                           bool has_file); /* ERROR, MISSING, EMPTY → EMPTY or MISSING */

/* Gives back a pin of a remnant, of which there is one. Returns it when that was the last, for the
 * caller to free it and its buffer. */
zoe_remnant *zoe_slot_unpin_remnant_locked(zoe_table *table, int64_t position, uint64_t generation);

/* Stores a copy of the error with the frame; drops the old one; NULL: only that. Without memory the
 * frame has no text. */
void zoe_slot_set_error_locked(zoe_table *table, int64_t position, const zoe_error *error);

#endif
