/*
 * RLE (one line a chunk, or a tile): run lengths of reordered bytes (reorder.h).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_RLE_H
#define ZOE_CODEC_RLE_H

#include "codec/codec.h"

/* Scratch: the expanded chunk and a margin. A chunk of which no row is wanted is not looked at. */
zoe_codec_decode_fn zoe_rle_decode;
zoe_codec_scratch_fn zoe_rle_scratch_bytes;

#endif
