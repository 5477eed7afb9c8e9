/*
 * Decoding the chunks of deep pictures: flattened (exr_deep.h) into the planes, or into rows that
 * are shrunk.
 *
 * How large a deep chunk is only its leader says. What it takes comes from the thread's recycler,
 * which is inside the memory limit.
 *
 * Thread-safety: as zoe_exr_reader and zoe_exr_rows.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_DEEP_ROWS_H
#define ZOE_EXR_DEEP_ROWS_H

#include "exr/reader.h"
#include "exr/rows.h"

/* Decodes one chunk of the piece. TRUNCATED: it is not in the file. Errors: CORRUPT, IO,
 * OVER_BUDGET, NO_MEMORY; the text names the file. */
zoe_status zoe_exr_deep_rows_chunk(zoe_exr_reader *reader, zoe_exr_rows *rows, int32_t column,
                                   int32_t row, zoe_error *error);

#endif
