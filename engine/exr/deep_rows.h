/*
 * Decoding the chunks of deep pictures: flattened (exr/deep.h) into the planes, or into rows that
 * are shrunk.
 *
 * How large a deep chunk is only its leader says: all leaders are looked at when a file is opened,
 * so that the scratch is large enough for the largest.
 *
 * Thread-safety: as zoe_exr_chunk_reader and zoe_exr_rows.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_DEEP_ROWS_H
#define ZOE_EXR_DEEP_ROWS_H

#include "exr/chunk_reader.h"
#include "exr/rows.h"

/* What the largest chunk takes. Chunks that are not there or are damaged count nothing: decoding
 * them says so. Errors: OVER_BUDGET (more than `limit` bytes); the text names the file. */
zoe_status zoe_exr_deep_rows_measure(const zoe_exr_geometry *geometry,
                                     const zoe_exr_chunk_table *table, zoe_exr_file *file,
                                     uint64_t limit, uint64_t *bytes, zoe_error *error);

/* Decodes one chunk of the group. TRUNCATED: it is not in the file. Errors: CORRUPT, IO, CHANGED
 * (it is larger than any was when the file was opened), NO_MEMORY; the text names the file. */
zoe_status zoe_exr_deep_rows_chunk(zoe_exr_chunk_reader *reader, zoe_exr_rows *rows, int32_t column,
                                   int32_t row, zoe_error *error);

#endif
