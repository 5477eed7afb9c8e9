/*
 * DWA's lossy channels: blocks of a single channel, or of three in Y'CbCr, to rows.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_DWA_LOSSY_H
#define ZOE_CODEC_DWA_LOSSY_H

#include "codec/codec.h"

/* Channels that are decoded together, and where their rows go. */
typedef struct zoe_dwa_lossy {
    int count;                           /* 1, or 3: red, green, blue */
    const zoe_codec_channel *channel[3]; /* half or float, all of one size */
    const uint32_t *rows[3];             /* the segment of each row of the channel */
    const zoe_codec_segment *segments;
    bool is_linear; /* stored as it is, not on the coded scale */
} zoe_dwa_lossy;

/* Blocks of a channel, counting those that its edges cut. SIZE_MAX when it does not fit. */
size_t zoe_dwa_block_count(const zoe_codec_channel *channel);

/*
 * Decodes from the symbols at *ac, and moves *ac past them. `ac_end` is where they must have ended,
 * with ZOE_DWA_AC_PADDING ends of block behind it. `dc` has a value for each block, channel after
 * channel. False: the symbols ended too soon, or the thread was told to
 * stop.
 */
bool zoe_dwa_decode_lossy(const zoe_dwa_lossy *job, const uint16_t **ac, const uint16_t *ac_end,
                          const uint16_t *dc);

#endif
