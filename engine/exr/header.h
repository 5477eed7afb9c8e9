/*
 * What reading headers and decoding have in common: layers of an opened file (exr_layer.h), its
 * chunks, and OpenEXR's result codes as Zoetrope's.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_HEADER_H
#define ZOE_EXR_HEADER_H

#include <openexr.h>

#include <zoetrope/status.h>

#include "exr/layer.h"

/*
 * The status for a result of OpenEXR's C API while it reads a file. What a result means depends on
 * when it came: a failed read is TRUNCATED, since the callers' read hooks know real I/O errors
 * better and should report those themselves.
 */
zoe_status zoe_exr_status(exr_result_t result);

/*
 * The scanlines that a chunk of a part without tiles holds, and the number of a part's chunks.
 * OpenEXR's own functions, which these ask first, give 0 for a part of scanlines with an attribute
 * "tiles", though its type says how it is stored.
 */
exr_result_t zoe_exr_lines_per_chunk(exr_const_context_t context, int part, int32_t *lines);
exr_result_t zoe_exr_chunk_count(exr_const_context_t context, int part, int32_t *count);

#endif
