/*
 * DWA's run-length coded channels: each sample's bytes in planes of their own (the first bytes of
 * all samples of the channel, then the second bytes …), all planes of all such channels one
 * run-length code.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_DWA_RLE_H
#define ZOE_CODEC_DWA_RLE_H

#include "codec/codec.h"

/* A place in the code. Zero-initialise, then set `at` and `end`. */
typedef struct zoe_dwa_rle {
    const uint8_t *at; /* next literal or operation */
    const uint8_t *end;
    size_t left; /* bytes left of the operation under way */
    bool literal;
    uint8_t value; /* of a run */
} zoe_dwa_rle;

/* The scratch that zoe_dwa_rle_channel() needs. */
size_t zoe_dwa_rle_line_bytes(const zoe_codec_channel *channel);

/* Decodes one channel at *rle, and moves *rle past it. `rows` are the channel's segments. False:
 * the code ended too soon, or the thread was told to stop. */
bool zoe_dwa_rle_channel(zoe_dwa_rle *rle, const zoe_codec_channel *channel, const uint32_t *rows,
                         const zoe_codec_segment *segments, uint8_t *lines);

#endif
