/*
 * Value range: which values a frame of depths, ids or vectors has, so that they can be shown.
 *
 * Thread-safety: any thread, while the frame is pinned.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_VALUE_RANGE_H
#define ZOETROPE_PLAYER_VALUE_RANGE_H

#include <stdbool.h>

#include <zoetrope/frame.h>

typedef struct zoe_value_range {
    float min, max; /* min < max */
} zoe_value_range;

/*
 * The smallest and the largest finite value of all planes but alpha, of the samples that the file
 * has within the frame's window: the zeros around them do not count. Equal
 * ones are given room of 1 above. Returns 0, and the range 0..1, when there is no finite value.
 */
bool zoe_value_range_measure(const zoe_frame *frame, zoe_value_range *range);

/*
 * The range that is suitable for depth, ids and vectors. Values within 0..1 that reach half of it
 * at least get 0..1, so that a mask looks like a mask. Where 0 stands for nothing there, as it does
 * around a depth, the range begins a little under the least value above it, so that what is there
 * fills nearly all of it. Float values a million times and more above all others, such as the 1e30
 * that renderers put where there is nothing, do not count. Otherwise as measured.
 */
zoe_value_range zoe_value_range_suitable(const zoe_frame *frame);

/*
 * The range to show a frame with at first: the suitable one for single values without a natural
 * range (is_data: see zoe_layer_is_data()), 0..1 for all others. Returns true if it was fitted to
 * the values.
 */
bool zoe_value_range_first(const zoe_frame *frame, int is_data, zoe_value_range *range);

#endif
