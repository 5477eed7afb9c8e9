/*
 * What a worker's scratch is divided into for a plan.
 *
 * Thread-safety: pure on their arguments.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_ROOM_H
#define ZOE_EXR_ROOM_H

#include "exr/plan.h"

/* The type of red, green and blue that are made of luminance and chroma. */
int zoe_exr_color_type(const zoe_exr_plan *plan);

/* Sizes that the plan's largest chunk has, and how many go together; the plan knows its routines.
 * Errors: OVER_BUDGET (more than `limit` bytes), NO_MEMORY. */
zoe_status zoe_exr_room_chunk(zoe_exr_plan *plan, const zoe_exr_file *file, uint64_t limit,
                              zoe_error *error);

/* Lays the scratch out, once the pieces are planned, and sets
 * picture->scratch_bytes. Errors: OVER_BUDGET. */
zoe_status zoe_exr_room_lay(zoe_exr_plan *plan, const zoe_exr_file *file, uint64_t limit,
                            zoe_picture *picture, zoe_error *error);

#endif
