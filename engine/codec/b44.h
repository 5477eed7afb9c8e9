/*
 * B44 and B44A (32 lines a chunk, or a tile): half channels in blocks of 4x4 samples, 14 bytes
 * each, or 3 when all 16 are equal; other channels as they are.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_B44_H
#define ZOE_CODEC_B44_H

#include "codec/codec.h"

/* Scratch: the rows' addresses by channel, and one row for what is not wanted. The first
 * chunk with a half channel of which p_linear is set fills a table of 128 KB, once a process. */
zoe_codec_decode_fn zoe_b44_decode;
zoe_codec_scratch_fn zoe_b44_scratch_bytes;

#endif
