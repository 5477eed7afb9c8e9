/*
 * Groups of chunks: how the chunks of a picture are shared out among workers. A group (the
 * decoder's "piece") writes a rectangle of plane pixels that is its own, and decodes the chunks it
 * needs for that. Where the grid of chunks and the grid of plane pixels do not meet, or rows need
 * their neighbours, chunks at the border are decoded for two groups.
 *
 * Thread-safety: pure on their arguments.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_CHUNK_GROUPS_H
#define ZOE_EXR_CHUNK_GROUPS_H

#include "exr/geometry.h"

typedef struct zoe_exr_chunk_group {
    zoe_box out;  /* plane pixels; may be empty */
    zoe_box need; /* level pixels that they are made of, within the covered area */
    int32_t reach_first, reach_last;      /* level rows: those and the ones needed beside them */
    int32_t column0, column1, row0, row1; /* chunks to decode, all included */
} zoe_exr_chunk_group;

/* Groups the chunks of a geometry that has its boxes, its shift, its chunks and its margins. */
void zoe_exr_groups_make(zoe_exr_geometry *geometry);

/* Group 0 .. groups_across * groups_down - 1. */
zoe_exr_chunk_group zoe_exr_group_at(const zoe_exr_geometry *geometry, int32_t index);

/* How many of a row's chunks, all of which the group decodes, are its own to count when they are
 * missing. Of the groups that decode a chunk with covered pixels one counts it. */
int64_t zoe_exr_group_counts(const zoe_exr_geometry *geometry, const zoe_exr_chunk_group *group,
                             int32_t first, int32_t last, int32_t row);

#endif
