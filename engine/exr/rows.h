/*
 * Where decoded rows go: into the planes as they are, converted, spread out when their channel is
 * subsampled, or averaged into blocks when the picture is shrunk.
 *
 * Thread-safety: a zoe_exr_rows belongs to the thread that decodes its group.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_ROWS_H
#define ZOE_EXR_ROWS_H

#include "exr/chunk_groups.h"
#include "exr/planes.h"
#include "exr/row.h"
#include "exr/scratch_layout.h"

typedef struct zoe_exr_rows {
    const zoe_exr_geometry *geometry;
    const zoe_exr_layout *layout; /* of `scratch` */
    const zoe_exr_chunk_group *group;
    uint8_t *scratch;
    zoe_exr_planes planes;
} zoe_exr_rows;

/* Before the first row of a group. */
void zoe_exr_rows_begin(zoe_exr_rows *rows);

/* Takes a row to a plane. What lies outside the pixels that the group needs is left out. */
void zoe_exr_rows_put(zoe_exr_rows *rows, uint32_t plane, const zoe_exr_row *row);

/* The same for a row that has a sample for every pixel, whatever the source's sampling. */
void zoe_exr_rows_put_full(zoe_exr_rows *rows, uint32_t plane, const zoe_exr_row *row);

/* The samples of a chunk that is not in the file are 0. */
void zoe_exr_rows_clear(zoe_exr_rows *rows, zoe_box chunk);

/* After the last row of a group. */
void zoe_exr_rows_end(zoe_exr_rows *rows);

#endif
