/*
 * Frame buffers: the memory of one frame, what is in it, and who holds it.
 *
 * One atomic word counts references and names the picture by its generation, a number that no other
 * picture of the cache ever has. A frame's slot has one reference while the frame is LOADED; every
 * pin is one more. Whoever finds the generation that it looked for, and a reference, may add its
 * own: it is this picture, and it stays. (The model is dav1d's `ref`.)
 *
 *     0 --publish--> 1 --pin--> 2, 3 ...        evict: 1 -> 0, only where nobody else holds it
 *                      <-unpin-                 let go: one less, whoever else holds it
 *
 * Whoever takes the last reference away gives the buffer back to the slab. A record may become zero
 * while its buffer has no memory: no generation is 0, so that is no picture.
 *
 * Memory order. Pinning acquires what publishing released: the pixels. Unpinning releases, so that
 * whoever takes the last reference away (acquire) sees all reads done. An unpin and the cache's
 * `starved` flag are both seq_cst: one looks at the other's variable after writing its own.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BUFFER_H
#define ZOE_BUFFER_H

#include <stdatomic.h>

#include <zoetrope/frame.h>

#include "base/os.h"
#include "memory/slab.h"

typedef struct zoe_frame_buffer {
    zoe_buffer memory; /* first: the slab knows no more of the record */

    _Atomic uint64_t hold; /* references in the low 24 bits, generation above */

    /* guarded by the cache's lock */
    struct zoe_table *table; /* whose LOADED frame it is; NULL: a load's, or only pins hold it */
    int64_t position;
    const void *source;                   /* whose picture it is or was; to compare */
    struct zoe_frame_buffer *next_victim; /* while frames are chosen that leave together */

    /* written while the frame is LOADING by its load, read only while it is LOADED */
    zoe_frame frame; /* as acquire gives it, but for position and pin */
    zoe_os_file_id file_id;
} zoe_frame_buffer;

/* A picture is complete; the one reference is its slot's. */
void zoe_buffer_publish_locked(zoe_frame_buffer *buffer, uint64_t generation);

/* Lock-free: one reference more, if it has this picture still. */
bool zoe_buffer_pin(zoe_frame_buffer *buffer, uint64_t generation);

/* Lock-free: gives back a pin, or the slot's reference. Returns how many are left. */
uint32_t zoe_buffer_unpin(zoe_frame_buffer *buffer);

/* Takes the slot's reference away if it is the only one: from then on nobody can pin it. */
bool zoe_buffer_evict_locked(zoe_frame_buffer *buffer);

/* How many references there are, at least for a moment. */
uint32_t zoe_buffer_references(const zoe_frame_buffer *buffer);

#endif
