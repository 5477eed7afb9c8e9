/*
 * Reading chunks: what a chunk begins with is checked, and chunks that are neighbours in the file
 * are read with one call to the system.
 *
 * A chunk that is not in the file (yet), or that the file ends in, is TRUNCATED; one that begins
 * with something else than its table says is CORRUPT.
 *
 * Thread-safety: a reader belongs to the thread that decodes its group.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_CHUNK_READER_H
#define ZOE_EXR_CHUNK_READER_H

#include "exr/chunk_groups.h"
#include "exr/chunk_table.h"

/* A smaller gap is read rather than skipped. From memory a call to the system costs as much as
 * reading a few KB, but where the file is not in memory yet, skipping gaps makes many small
 * requests of one large one. */
enum { ZOE_EXR_READER_GAP = 65536 };

typedef struct zoe_exr_chunk_reader {
    const zoe_exr_geometry *geometry;
    const zoe_exr_chunk_table *table;
    const zoe_exr_chunk_group *group;
    zoe_exr_file *file;
    _Atomic uint32_t *largest; /* the file's largest packed chunk seen, relaxed */
    uint8_t *block;            /* of the file, in scratch */
    size_t capacity;           /* of the block */
    uint64_t at;               /* of the file, in `block` */
    size_t bytes;
} zoe_exr_chunk_reader;

/* How many chunks of a row, from column `first` on up to `last`, are known not to be in the file,
 * without reading. Where there is no table for them they cost no step each. */
int32_t zoe_exr_reader_lacks(const zoe_exr_chunk_reader *reader, int32_t first, int32_t last,
                             int32_t row);

/* A chunk of the group: its packed data, valid until the next call, and how much it is. Errors:
 * TRUNCATED (without a text), CORRUPT, IO. */
zoe_status zoe_exr_reader_fetch(zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                                const uint8_t **packed, size_t *bytes, zoe_error *error);

/*
 * All of some chunks, ZOE_CODEC_MANY at most, when they are, or can be, read with one call; false,
 * and nothing said, when not: then fewer are to be fetched at once.
 */
bool zoe_exr_reader_fetch_many(zoe_exr_chunk_reader *reader, size_t count, const int32_t *columns,
                               const int32_t *rows, const uint8_t **packed, size_t *bytes);

/*
 * For a chunk whose size is known to be `bytes`, and of which only ranges are wanted: where its
 * data begins in the file. The first `near` bytes of it are read along. Errors as above.
 */
zoe_status zoe_exr_reader_find(zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                               size_t bytes, size_t near, uint64_t *data_at, zoe_error *error);

/*
 * `bytes` bytes at an offset in the file, valid until the next call that reads. The `ahead` bytes
 * behind them, which are wanted next, are read along where there is room. Errors as above.
 */
zoe_status zoe_exr_reader_fetch_range(zoe_exr_chunk_reader *reader, uint64_t at, size_t bytes,
                                      size_t ahead, const uint8_t **bytes_at, zoe_error *error);

/* Is the chunk that comes after this one in the group at that offset in the file? */
bool zoe_exr_reader_is_next(const zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                            uint64_t at);

/* What follows the place of a deep chunk in its leader, three sizes (see "OpenEXR File Layout"),
 * and the offset of what comes then. */
zoe_status zoe_exr_reader_deep_leader(zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                                      uint64_t sizes[3], uint64_t *data_at, zoe_error *error);

/* Says that a chunk is damaged, and how. Returns CORRUPT. */
zoe_status zoe_exr_reader_damaged(const zoe_exr_chunk_reader *reader, int32_t column, int32_t row,
                                  const char *what, zoe_error *error);

#endif
