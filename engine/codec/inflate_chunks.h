/*
 * Several chunks whose packed data are zlib streams: which of them are inflated side by side
 * (inflate_many.h) and which one after the other (inflate.h).
 *
 * Thread-safety: pure on its arguments; any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_INFLATE_CHUNKS_H
#define ZOE_CODEC_INFLATE_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

#include "codec/codec.h"

/* A codec whose packed data is a zlib stream. */
typedef struct zoe_inflate_codec {
    /* How long the stream of a chunk is when inflated, at most chunk->unpacked_bytes; 0: it is
     * wrong, or nothing of it is wanted. */
    size_t (*inflated_bytes)(const zoe_codec_chunk *chunk);
    /* From those bytes to the chunk's rows. */
    void (*finish)(const zoe_codec_chunk *chunk, const uint8_t *inflated);
    zoe_codec_decode_fn *decode; /* a chunk by itself */
} zoe_inflate_codec;

/*
 * Decodes up to ZOE_CODEC_MANY chunks as zoe_codec_decode_many_fn says: side by side those of the
 * kind that gains from it, the others one by one. Scratch: zoe_inflate_chunks_scratch_bytes(),
 * SIZE_MAX when that does not fit.
 */
void zoe_inflate_chunks(const zoe_inflate_codec *user, const zoe_codec_chunk *const *chunks,
                        size_t count, void *scratch, size_t scratch_bytes, zoe_status *status);
size_t zoe_inflate_chunks_scratch_bytes(size_t unpacked_bytes, size_t count);

#endif
