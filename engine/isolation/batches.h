/*
 * Batches: the pieces of a frame, handed to processes several at a time. Whoever is at the frame
 * takes the next batch until none is left. They are large at first, so that few are handed over,
 * and small at the end, so that all threads are done at about the same time (guided
 * self-scheduling). Pure.
 *
 * Thread-safety: const.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_ISOLATION_BATCHES_H
#define ZOETROPE_ISOLATION_BATCHES_H

#include <stdint.h>

typedef struct zoe_batches {
    int32_t pieces;      /* of the frame; > 0 */
    int32_t threads;     /* that may share it; > 0 */
    int32_t least, most; /* pieces of a batch, but for the last one; 0 < least <= most */
} zoe_batches;

/* For pieces that take so long each; 0: it is not known, and every piece is a batch. */
zoe_batches zoe_batches_plan(int32_t pieces, uint32_t threads, uint64_t piece_ns);

int32_t zoe_batches_count(const zoe_batches *batches);

/* The pieces of a batch: *count from *first on. 0 <= index < zoe_batches_count() */
void zoe_batches_range(const zoe_batches *batches, int32_t index, int32_t *first, int32_t *count);

#endif
