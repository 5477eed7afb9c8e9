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

/* Frames that fit into the limit beside the scratch; 0: no frame is loaded, nothing is known. */
int64_t zoe_capacity_frames(const zoe_stats *stats);

#endif
