/*
 * The last pass of ZIP and RLE: from the reordered bytes that the compressor saw to rows of
 * samples.
 *
 * The writer splits a chunk's bytes into those at even and those at odd places, puts the odd ones
 * after the even ones, and replaces each byte but the first by its difference to the one before
 * plus 128. Undone here in one pass: two running sums, one in each half, woven together straight
 * into the rows. Rows that nobody wants cost only their sum.
 *
 * Source: OpenEXR's technical introduction, and the behaviour of the library.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_REORDER_H
#define ZOE_CODEC_REORDER_H

#include <stdbool.h>

#include "codec/codec.h"

/* Whether the segments' bytes are all even and add up to unpacked_bytes: what zoe_reorder relies
 * on. It holds for every chunk of 2- and 4-byte samples. */
bool zoe_reorder_fits(const zoe_codec_chunk *chunk);

/* Whether any row has a destination. */
bool zoe_reorder_wanted(const zoe_codec_chunk *chunk);

/* Fills the wanted segments of a chunk that fits from its unpacked_bytes reordered bytes; some of
 * them only where the thread was told to stop. */
void zoe_reorder(const zoe_codec_chunk *chunk, const uint8_t *bytes);

#endif
