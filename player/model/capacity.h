/*
 * Capacity: how many frames the memory limit holds, told from the frames that are loaded. Frames of
 * a sequence differ in what they take where their windows do, so the mean of those seen speaks.
 *
 * Thread-safety: pure.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_CAPACITY_H
#define ZOETROPE_PLAYER_CAPACITY_H

#include <stdint.h>

#include <zoetrope/stats.h>

/* Of what is used, what are neither frames nor the decoders' scratch: bytes of their processes, and
 * room for what comes over a network. */
uint64_t zoe_capacity_other(const zoe_stats *stats);

/* Frames that fit into the limit beside all else; 0: no frame is loaded, nothing is known. */
int64_t zoe_capacity_frames(const zoe_stats *stats);

#endif
