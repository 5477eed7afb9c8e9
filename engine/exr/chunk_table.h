/*
 * Where a picture's chunks are in the file.
 *
 * The table of chunk offsets is read for the rows of chunks that the picture needs. A writer fills
 * it in when it is done: where offsets are 0 the chunks that are in the file already are found by
 * going from chunk to chunk.
 *
 * Thread-safety: does not change once it was read. Format: "OpenEXR File Layout" (openexr.com).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_CHUNK_TABLE_H
#define ZOE_EXR_CHUNK_TABLE_H

#include "exr/geometry.h"
#include "exr/header.h"

typedef struct zoe_exr_chunk_table {
    uint64_t *offsets; /* of chunks first .. first + count - 1 of the part; 0: not in the file */
    int64_t first, count;
    int64_t base;        /* number in the part of the level's first chunk */
    int32_t columns;     /* chunks in a row of the level */
    uint64_t data_start; /* no chunk begins before this offset */
} zoe_exr_chunk_table;

/* What of the region the table takes, at most. */
uint64_t zoe_exr_chunk_table_bytes(const zoe_exr_outline *outline);

/*
 * Reads the table for a picture that needs chunks; it is kept in `blocks`. file->head is used to
 * read in, and no longer holds the file's beginning afterwards. Errors: CORRUPT, IO, TOO_SMALL
 * (`blocks` is used up); the text names the file.
 */
zoe_status zoe_exr_chunk_table_read(zoe_exr_chunk_table *table, const zoe_exr_geometry *geometry,
                                    const zoe_header *header, zoe_exr_file *file,
                                    zoe_blocks *blocks, zoe_error *error);

/* The place of a chunk in `offsets`; may be outside for chunks that the picture does not need. */
static inline int64_t zoe_exr_table_index(const zoe_exr_chunk_table *table, int32_t column,
                                          int32_t row)
{
    return table->base + (int64_t)row * table->columns + column - table->first;
}

/* The offset at a place; 0 outside. */
static inline uint64_t zoe_exr_table_offset(const zoe_exr_chunk_table *table, int64_t index)
{
    return index >= 0 && index < table->count ? table->offsets[index] : 0;
}

#endif
