/*
 * Pieces: how the chunks of a picture are shared out. A piece writes a rectangle of plane pixels
 * that is its own, and decodes the chunks it needs for that. Where the grid of chunks and the grid
 * of plane pixels do not meet, or rows need their neighbours, chunks at the border are decoded by
 * two pieces.
 *
 * Thread-safety: pure on their arguments.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_PIECES_H
#define ZOE_EXR_PIECES_H

#include "exr/plan.h"

typedef struct zoe_exr_piece {
    zoe_box out;  /* plane pixels; may be empty */
    zoe_box need; /* level pixels that they are made of, within the covered area */
    int32_t reach_first, reach_last;      /* level rows: those and the ones needed beside them */
    int32_t column0, column1, row0, row1; /* chunks to decode, all included */
} zoe_exr_piece;

/* Groups the plan's chunks. Uses the plan's boxes, its shift, its chunks and its margins. */
void zoe_exr_pieces_plan(zoe_exr_plan *plan);

/* Piece 0 .. groups_across * groups_down - 1. */
zoe_exr_piece zoe_exr_piece_at(const zoe_exr_plan *plan, int32_t index);

/* Is it this piece that counts a chunk of its own when it is missing? Of the pieces that decode a
 * chunk with covered pixels one does. */
bool zoe_exr_piece_counts(const zoe_exr_plan *plan, const zoe_exr_piece *piece, int32_t column,
                          int32_t row);

/* The level pixels of a chunk that lie in the data window. */
zoe_box zoe_exr_chunk_box(const zoe_exr_plan *plan, int32_t column, int32_t row);

#endif
