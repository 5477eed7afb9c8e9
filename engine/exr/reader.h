/*
 * Reading chunks: what a chunk begins with is checked, and chunks that are
 * neighbours in the file are read with one call to the system.
 *
 * A chunk that is not in the file (yet), or that the file ends in, is
 * TRUNCATED; one that begins with something else than its table says is
 * CORRUPT.
 *
 * Thread-safety: a reader belongs to the thread that decodes its piece.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_READER_H
#define ZOE_EXR_READER_H

#include "exr/pieces.h"
#include "exr/table.h"

/* A smaller gap is read rather than skipped. From memory a call to the system costs as much as
 * reading a few KB, but where the file is not in memory yet, skipping gaps makes many small
 * requests of one large one. */
enum { ZOE_EXR_READER_GAP = 65536 };

typedef struct zoe_exr_reader {
    const zoe_exr_plan *plan;
    const zoe_exr_table *table;
    const zoe_exr_piece *piece;
    zoe_exr_file *file;
    _Atomic uint32_t *largest; /* the file's largest packed chunk seen, relaxed */
    uint8_t *block;            /* the plan's room for it, in scratch */
    uint64_t at;               /* of the file, in `block` */
    size_t bytes;
} zoe_exr_reader;

/* Bytes before a chunk's packed data. */
static inline size_t zoe_exr_leader_bytes(const zoe_exr_plan *plan, const zoe_exr_file *file)
{
    return (file->multipart ? 4u : 0u) + (plan->tiled ? 16u : 4u) + 4u;
}

/* true: the chunk is known not to be in the file, without reading. */
bool zoe_exr_reader_lacks(const zoe_exr_reader *reader, int32_t column, int32_t row);

/*
 * A chunk of the piece: its packed data, valid until the next call, and how
 * much it is. Errors: TRUNCATED (without a text), CORRUPT, IO.
 */
zoe_status zoe_exr_reader_fetch(zoe_exr_reader *reader, int32_t column, int32_t row,
                                const uint8_t **packed, size_t *bytes, zoe_error *error);

/*
 * All of some chunks, ZOE_CODEC_MANY at most, when they are, or can be, read with one call; false,
 * and nothing said, when not: then fewer are to be fetched at once.
 */
bool zoe_exr_reader_fetch_many(zoe_exr_reader *reader, size_t count, const int32_t *columns,
                               const int32_t *rows, const uint8_t **packed, size_t *bytes);

/*
 * For a chunk whose size is known to be `bytes`, and of which only ranges are wanted: where its
 * data begins in the file. The first `near` bytes of it are read along. Errors as above.
 */
zoe_status zoe_exr_reader_find(zoe_exr_reader *reader, int32_t column, int32_t row, size_t bytes,
                               size_t near, uint64_t *data_at, zoe_error *error);

/*
 * `bytes` bytes at an offset in the file, valid until the next call that reads. The `ahead` bytes
 * behind them, which are wanted next, are read along where there is room. Errors as above.
 */
zoe_status zoe_exr_reader_fetch_range(zoe_exr_reader *reader, uint64_t at, size_t bytes,
                                      size_t ahead, const uint8_t **bytes_at, zoe_error *error);

/* Is the chunk that comes after this one in the piece at that offset in the file? */
bool zoe_exr_reader_is_next(const zoe_exr_reader *reader, int32_t column, int32_t row, uint64_t at);

/*
 * What follows the place of a deep chunk in its leader, three sizes (see
 * "OpenEXR File Layout"), and the offset of what comes then.
 */
zoe_status zoe_exr_reader_deep_leader(zoe_exr_reader *reader, int32_t column, int32_t row,
                                      uint64_t sizes[3], uint64_t *data_at, zoe_error *error);

/* Says that a chunk is damaged, and how. Returns CORRUPT. */
zoe_status zoe_exr_reader_damaged(const zoe_exr_reader *reader, int32_t column, int32_t row,
                                  const char *what, zoe_error *error);

/* "scanlines 32 to 47" or "tile 3, 5": which chunk, for people. */
void zoe_exr_chunk_name(const zoe_exr_plan *plan, int32_t column, int32_t row, char *name,
                        size_t capacity);

#endif
