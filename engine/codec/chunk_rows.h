/*
 * The rows of a chunk, channel by channel.
 *
 * A chunk's segments stand line by line: for each line, a row of each channel that has one there.
 * B44, DWA and PIZ store one channel after the other.
 *
 * Thread-safety: pure on its arguments; any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_CHUNK_ROWS_H
#define ZOE_CODEC_CHUNK_ROWS_H

#include "codec/codec.h"

/* Bytes of a sample in the caller's rows. */
static inline size_t zoe_codec_sample_bytes(const zoe_codec_channel *channel)
{
    return channel->type == ZOE_CODEC_HALF ? 2 : 4;
}

/* Which samplings of a chunk's channels have a row on a line, so that it is not reckoned for each
 * channel anew. */
typedef struct zoe_codec_samplings {
    uint64_t some; /* bit s: a channel has rows on every s-th line; up to 63 */
    uint64_t here; /* of those */
} zoe_codec_samplings;

zoe_codec_samplings zoe_codec_samplings_of(const zoe_codec_chunk *chunk);

void zoe_codec_samplings_go_to(zoe_codec_samplings *samplings, int64_t y);

/* Has the channel a row on the line that was gone to, which is at y? */
static inline bool zoe_codec_has_row(const zoe_codec_samplings *samplings,
                                     const zoe_codec_channel *channel, int64_t y)
{
    int32_t s = channel->y_sampling;
    return s < 64 ? samplings->here >> s & 1 : y % s == 0;
}

/*
 * Fills rows[segment_count] with the segments' indices, channel after channel in file order, each
 * from the top, and first_row[channel_count] with where each channel begins in `rows`. False when
 * channels and segments contradict each other; both arrays are then unspecified.
 */
bool zoe_codec_sort_rows(const zoe_codec_chunk *chunk, uint32_t *rows, size_t *first_row);

#endif
