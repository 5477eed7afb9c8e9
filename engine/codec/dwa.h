/*
 * DWAA and DWAB: R, G, B and luminance-chroma channels as 8x8 cosine transforms on a perceptually
 * even scale, alpha run-length coded, everything else deflated. The two differ in the lines of a
 * chunk (32 and 256), which the chunk tells.
 *
 * The lossy channels come out as the reference library's AVX form makes them, to the last bit; its
 * other forms differ from that by their own rounding.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_DWA_H
#define ZOE_CODEC_DWA_H

#include "codec/codec.h"

/* The first call on a thread allocates (inflate.h) and may answer ZOE_ERROR_NO_MEMORY. Kinds of
 * channels of which no row is wanted are not looked at. */
zoe_codec_decode_fn zoe_dwa_decode;
zoe_codec_scratch_fn zoe_dwa_scratch_bytes;

#endif
