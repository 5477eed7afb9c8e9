/*
 * ZIP (16 lines a chunk, or a tile) and ZIPS (one line): a zlib stream of reordered bytes
 * (reorder.h).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_ZIP_H
#define ZOE_CODEC_ZIP_H

#include "codec/codec.h"

/* Scratch: the inflated chunk and the room for inflating it. The first call on a thread allocates
 * (inflate.h) and may answer ZOE_ERROR_NO_MEMORY. A chunk of which no row is wanted is not looked
 * at. */
zoe_codec_decode_fn zoe_zip_decode;
zoe_codec_scratch_fn zoe_zip_scratch_bytes;

/*
 * Two chunks at once, for a caller that has two at hand: status[i] receives what zoe_zip_decode
 * would answer for chunks[i]. Noisy pictures take a fifth to a quarter less time than one chunk
 * after the other (inflate_pair.h); well compressed ones are done one after the other, which is
 * faster for them. `scratch` as for zoe_zip_decode, but zoe_zip_pair_scratch_bytes() long. Chunks
 * stored raw are not for this.
 */
void zoe_zip_decode_pair(const zoe_codec_chunk *const chunks[2], void *scratch,
                         size_t scratch_bytes, zoe_status status[2]);
size_t zoe_zip_pair_scratch_bytes(const zoe_codec_chunk *const chunks[2]);

#endif
