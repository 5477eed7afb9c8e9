/*
 * How a picture of an open file is decoded: what it is, where its chunks are in the file, and where
 * things stand in a worker's scratch.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_PLAN_H
#define ZOE_EXR_PLAN_H

#include "exr/chunk_table.h"
#include "exr/geometry.h"
#include "exr/header.h"
#include "exr/scratch_layout.h"

/* Thread-safety: does not change once it was made. */
typedef struct zoe_exr_plan {
    zoe_exr_geometry geometry;
    zoe_exr_chunk_table table;
    zoe_exr_layout layout;
} zoe_exr_plan;

/* Bytes of a region that making a plan takes, at most. */
uint64_t zoe_exr_plan_bytes(const zoe_exr_outline *outline);

/*
 * Makes the plan and describes the picture (all but file_bytes). What the plan points to is kept in
 * `blocks`, and in the header. Refuses with OVER_BUDGET what would take more than `limit` bytes.
 * Errors: NO_LAYER, UNSUPPORTED, CORRUPT, TOO_LARGE, OVER_BUDGET, IO, TOO_SMALL (`blocks` is
 * used up); the text names the file.
 */
zoe_status zoe_exr_plan_make(zoe_exr_plan *plan, zoe_exr_file *file, const zoe_exr_header *header,
                             const zoe_choice *choice, uint64_t limit, zoe_blocks *blocks,
                             zoe_picture *picture, zoe_error *error);

#endif
