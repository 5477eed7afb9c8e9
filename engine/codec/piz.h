/*
 * OpenEXR's PIZ compression: the values that occur are numbered, the numbers go through a wavelet,
 * and the coefficients through a Huffman code.
 *
 * Thread-safety: see codec.h.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_PIZ_H
#define ZOE_CODEC_PIZ_H

#include "codec/codec.h"

/* A zoe_codec_decode_fn. The Huffman code is one stream for all channels and is always decoded
 * whole; channels without any destination skip everything after it. */
zoe_status zoe_piz_decode(const zoe_codec_chunk *chunk, void *scratch, size_t scratch_bytes);

/* A zoe_codec_scratch_fn. */
size_t zoe_piz_scratch_bytes(const zoe_codec_chunk *chunk);

#endif
