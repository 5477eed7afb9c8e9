/*
 * The memory of a cache: buffers for frames and for what loads take besides, under one budget, and
 * what of it is on its way back to the system.
 *
 * What nobody uses stays counted, and warm, until its room is wanted: frames' buffers are taken
 * first, and then scratch and files' memory, which every load needs again.
 *
 * Thread-safety: as for a slab, the lock of its owner; the meter is atomic.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_MEMORY_H
#define ZOE_MEMORY_H

#include "memory/slab.h"

typedef struct zoe_memory {
    zoe_meter meter;
    zoe_slab frames;
    zoe_slab work;       /* what loads take besides: scratch, and memory for open files */
    zoe_returns returns; /* to be given back when the lock is let go of */
    uint64_t returning;  /* bytes that other threads are giving back, still counted */
} zoe_memory;

/* A buffer that is to be had. */
typedef struct zoe_demand {
    zoe_slab *slab; /* one of the memory's */
    zoe_buffer **buffer;
    zoe_buffer_size size; /* 0 bytes: none is */
} zoe_demand;

/* No memory, with this budget. `record_bytes` and `address_bytes` are of the frames' slab; the
 * other has records of its own, and pools of `work_buffers` buffers. */
void zoe_memory_init(zoe_memory *memory, uint64_t limit, size_t record_bytes,
                     uint64_t address_bytes, size_t work_buffers);

/* Gives everything back. No buffer may be in use, and nothing on its way. */
void zoe_memory_destroy(zoe_memory *memory);

/* How far what is used is beyond `limit`, when all is back that is on its way. */
uint64_t zoe_memory_excess(const zoe_memory *memory, uint64_t limit);

/* How much room is lacking for the demands of a thread on `node`, when all is given up for them
 * that nobody uses; but for scratch and files' memory where those are kept. */
uint64_t zoe_memory_lacking(const zoe_memory *memory, const zoe_demand *demands, size_t count,
                            uint32_t node, bool keeps_work);

/* Meets a demand for which there is room. Errors: OVER_BUDGET (there is none), NO_MEMORY,
 * TOO_LARGE. */
zoe_status zoe_memory_take(zoe_memory *memory, const zoe_demand *demand, uint32_t node);

/* Takes out of use what nobody uses, until that is `bytes`; buffers of the size `keep` go last of
 * their kind. Returns how much it is. */
uint64_t zoe_memory_detach(zoe_memory *memory, uint64_t bytes, zoe_buffer_size keep);

/* The same of frames' free buffers alone, and of all of them. What buffers in use leave over
 * stays. */
void zoe_memory_detach_frames(zoe_memory *memory);

/* What is to be given back, for zoe_returns_release() without the lock; then its buffers can be
 * used again. More may be to be given back by then. */
zoe_returns zoe_memory_begin_returns(zoe_memory *memory);
void zoe_memory_end_returns(zoe_memory *memory, zoe_returns *returns);

/* Are its books right? Looks at every buffer. */
bool zoe_memory_is_sound(zoe_memory *memory);

#endif
