/*
 * What the codecs' fuzz targets share: a chunk made of a few header bytes, decoded at every level
 * of SIMD.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_TESTS_FUZZ_CHUNK_H
#define ZOE_TESTS_FUZZ_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "codec/codec.h"

/*
 * Header: 1 byte channel count - 1 (modulo 8), 1 byte width - 1 (modulo 128), 1 byte lines - 1
 * (modulo 33), 1 signed byte first_y, then 1 byte a channel: bits 0-1 type (modulo 3), 2-3 log2 of
 * x_sampling (modulo 3), 4-5 the same of y_sampling, 6 p_linear, 7 not wanted. The rest is the
 * packed data. Packed bytes, scratch and every row are allocations of exactly their sizes. Aborts
 * when the forms disagree, or a status is neither OK nor CORRUPT. Always 0, what a fuzz target
 * returns.
 */
int fuzz_chunk(const uint8_t *data, size_t bytes, zoe_codec_decode_fn *decode,
               zoe_codec_scratch_fn *scratch_bytes);

/*
 * The same for codecs whose packed data is a zlib stream. With an odd first byte the data after
 * the header is packed as it is; with an even one it is what a zlib stream holds, so that mutations
 * reach past the stream's checksum.
 */
int fuzz_zlib_chunk(const uint8_t *data, size_t bytes, zoe_codec_decode_fn *decode,
                    zoe_codec_scratch_fn *scratch_bytes);

#endif
