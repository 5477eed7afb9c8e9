/*
 * Which codec decodes which compression.
 *
 * Thread-safety: constant.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_CODECS_H
#define ZOE_CODEC_CODECS_H

#include <zoetrope/header.h>

#include "codec/codec.h"

typedef struct zoe_codec {
    zoe_codec_decode_fn *decode;
    zoe_codec_scratch_fn *scratch_bytes;
    zoe_codec_decode_many_fn *decode_many; /* NULL, as the next: chunks are decoded one by one */
    zoe_codec_many_scratch_fn *many_scratch_bytes;
    bool by_segments; /* it looks at a chunk's segments, and not at its channels */
} zoe_codec;

/* NULL: there is none here. */
const zoe_codec *zoe_codec_of(zoe_compression compression);

/* How many chunks of that size, unpacked, it is to be given together: 1..ZOE_CODEC_MANY. */
uint32_t zoe_codec_together(const zoe_codec *codec, size_t chunk_bytes);

#endif
