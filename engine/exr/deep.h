/*
 * Deep chunks of an EXR file: one deep tile, or the lines of one deep scanline chunk, read,
 * unpacked and flattened (exr/deep_flatten.h) into rows of up to four planes.
 *
 * The size of a deep chunk stands in its leader. Nothing is allocated here: zoe_exr_deep_measure()
 * tells what scratch a chunk takes, and refuses sizes that contradict each other or are over the
 * caller's limit, before there is any memory. The sample counts are checked one by one before a
 * sample is touched.
 *
 * The samples' alpha and depths are the channels A, Z and ZBack (else a and z …, as the file spells
 * them) of the same group as the first plane, or of the part's plain group where the group has
 * none. Channels Z and ZBack and all uint channels give the nearest visible sample's value, all
 * others are composited.
 *
 * Thread-safety: zoe_exr_deep does not change once it was made; the other functions work on their
 * arguments, any number of threads, each with its own chunk and scratch.
 *
 * Sources: OpenEXR's "File Layout" (deep data chunks) and the behaviour of the library.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_DEEP_H
#define ZOE_EXR_DEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openexr.h>

#include <zoetrope/frame.h>

#include "exr/deep_flatten.h"
#include "exr/scan.h"

/* How a part's chunks become planes. */
typedef struct zoe_exr_deep {
    zoe_compression compression;
    const zoe_channel *channels; /* the part's */
    int32_t channel_count;
    uint32_t sample_bytes;    /* of all channels of one sample */
    uint64_t tile_pixels;     /* in a whole tile; 0: scanlines */
    int32_t alpha, z, z_back; /* indices of channels; -1: none */
    uint32_t plane_count;
    int32_t plane_channel[ZOE_PLANES_MAX];
    zoe_deep_rule plane_rule[ZOE_PLANES_MAX];
    float empty_depth; /* what pixels without samples get in Z and ZBack; infinity. May be changed
                          after zoe_exr_deep_init() */
} zoe_exr_deep;

/* A chunk that was read and checked. Lives in scratch. */
typedef struct zoe_exr_deep_chunk {
    int32_t width, height;  /* pixels */
    const int32_t *counts;  /* for each row, samples up to and with each pixel */
    const uint8_t *samples; /* for each row, each channel in file order: that row's samples */
    void *work;             /* 64-byte aligned */
    size_t work_bytes;
} zoe_exr_deep_chunk;

/* Where a rectangle of a chunk goes. */
typedef struct zoe_exr_deep_target {
    void *planes[ZOE_PLANES_MAX];          /* the place of the rectangle's first pixel */
    size_t strides[ZOE_PLANES_MAX];        /* bytes from a row to the next */
    zoe_sample_type types[ZOE_PLANES_MAX]; /* HALF, or the channel's own type */
    int32_t first_row, row_count;          /* of the chunk */
    int32_t first_column, column_count;    /* of the chunk */
} zoe_exr_deep_target;

/* The part's deep channels. plane_channels: indices into the part's channels, 1..4 of them. Errors:
 * UNSUPPORTED (a compression that deep data cannot have, as far as is known), CORRUPT (subsampled
 * channels, or a channel that is not there). */
zoe_status zoe_exr_deep_init(zoe_exr_deep *deep, const zoe_part *part,
                             const int32_t *plane_channels, uint32_t plane_count);

/* What scratch the chunk takes, from its leader. Errors: CORRUPT when the sizes contradict each
 * other, OVER_BUDGET when it would be more than `limit`. */
zoe_status zoe_exr_deep_measure(const zoe_exr_deep *deep, const exr_chunk_info_t *info,
                                uint64_t limit, size_t *scratch_bytes);

/*
 * Reads a chunk, unpacks and checks it: its table of sample counts, at
 * info->sample_count_data_offset, and its samples right behind it. `scratch` is 64-byte aligned.
 * Errors: IO, TRUNCATED (the file ends in the chunk), CORRUPT, OVER_BUDGET (the chunk takes more
 * than scratch_bytes), NO_MEMORY (see codec/inflate.h). Blocks on the file.
 */
zoe_status zoe_exr_deep_read(const zoe_exr_deep *deep, zoe_exr_read_fn *read, void *user,
                             const exr_chunk_info_t *info, void *scratch, size_t scratch_bytes,
                             zoe_exr_deep_chunk *chunk);

/* The same for a chunk that is in memory: `table` and `packed` are as in the file, of the sizes
 * that `info` says, and must not be in the scratch. */
zoe_status zoe_exr_deep_unpack(const zoe_exr_deep *deep, const exr_chunk_info_t *info,
                               const void *table, const void *packed, void *scratch,
                               size_t scratch_bytes, zoe_exr_deep_chunk *chunk);

/* Takes rows off the top of an unpacked chunk. */
void zoe_exr_deep_skip_rows(const zoe_exr_deep *deep, zoe_exr_deep_chunk *chunk, int32_t rows);

/* Flattens a rectangle of the chunk, within its size; some of it only where the thread was told to
 * stop (base/stop.h). */
void zoe_exr_deep_flatten(const zoe_exr_deep *deep, const zoe_exr_deep_chunk *chunk,
                          const zoe_exr_deep_target *target);

#endif
