/*
 * Where decoded rows go: into the planes as they are, converted, spread out when their channel is
 * subsampled, or averaged into blocks when the picture is shrunk.
 *
 * Thread-safety: a zoe_exr_rows belongs to the thread that decodes its piece.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_ROWS_H
#define ZOE_EXR_ROWS_H

#include "exr/pieces.h"

typedef struct zoe_exr_rows {
    const zoe_exr_plan *plan;
    const zoe_exr_piece *piece;
    uint8_t *buffer;  /* the planes */
    uint8_t *scratch; /* laid out by the plan */
} zoe_exr_rows;

/* Some samples of a row of a source. */
typedef struct zoe_exr_row {
    int32_t y;     /* level row; a multiple of the source's sampling */
    int32_t x;     /* level column of the first sample */
    int32_t count; /* samples */
    uint8_t type;  /* ZOE_CODEC_… */
    const void *samples;
} zoe_exr_row;

/* Before the first row of a piece. */
void zoe_exr_rows_begin(zoe_exr_rows *rows);

/* Takes a row to a plane. What lies outside the pixels that the piece needs is left out. */
void zoe_exr_rows_put(zoe_exr_rows *rows, uint32_t plane, const zoe_exr_row *row);

/* The same for a row that has a sample for every pixel, whatever the source's sampling. */
void zoe_exr_rows_put_full(zoe_exr_rows *rows, uint32_t plane, const zoe_exr_row *row);

/* The samples of a chunk that is not in the file are 0. */
void zoe_exr_rows_clear(zoe_exr_rows *rows, zoe_box chunk);

/* After the last row of a piece. */
void zoe_exr_rows_end(zoe_exr_rows *rows);

/* Clears a rectangle of all planes: plane pixels, within the window. */
void zoe_exr_rows_clear_planes(const zoe_exr_plan *plan, uint8_t *buffer, zoe_box box);

/* The row of a plane that holds plane row y; its first sample is that of the window's edge. */
static inline uint8_t *zoe_exr_plane_row(const zoe_exr_plan *plan, uint8_t *buffer, uint32_t plane,
                                         int32_t y)
{
    return buffer + plan->plane_offset[plane] +
           (size_t)((int64_t)y - plan->window.min_y) * plan->plane_stride[plane];
}

#endif
