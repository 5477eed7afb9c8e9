/*
 * Chunks in a compression that OpenEXR's library knows and Zoetrope does not: unpacked by the
 * library's own pipeline.
 *
 * Thread-safety: as zoe_exr_reader.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_STOCK_H
#define ZOE_EXR_STOCK_H

#include "exr/reader.h"

/* An upper bound of what unpacking a chunk takes: the unpacked data, and the memory that OpenJPH,
 * with which the library decodes HTJ2K and LJ2K, takes from the heap by itself. It is more than
 * zstd takes. */
zoe_codec_scratch_fn zoe_exr_stock_scratch_bytes;

/* Unpacks chunk->packed into `unpacked`, which has room for chunk->unpacked_bytes, and its rows to
 * where chunk->segments says. Errors: CORRUPT, UNSUPPORTED, NO_MEMORY; the text names the file. */
zoe_status zoe_exr_stock_decode(const zoe_exr_reader *reader, int32_t column, int32_t row,
                                const zoe_codec_chunk *chunk, void *unpacked, size_t unpacked_bytes,
                                zoe_error *error);

#endif
