/*
 * ZIP (16 lines a chunk, or a tile) and ZIPS (one line): a zlib stream of reordered bytes
 * (reorder.h).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_ZIP_H
#define ZOE_CODEC_ZIP_H

#include "codec/codec.h"

/* Scratch: the inflated chunk and its padding. The first call on a thread allocates
 * (inflate.h) and may answer ZOE_ERROR_NO_MEMORY. A chunk of which no row is wanted is not looked
 * at. */
zoe_codec_decode_fn zoe_zip_decode;
zoe_codec_scratch_fn zoe_zip_scratch_bytes;

/* Several chunks at once; those that packing made much smaller are done one after the other, which
 * is faster for them (inflate_many.h). */
zoe_codec_decode_many_fn zoe_zip_decode_many;
zoe_codec_many_scratch_fn zoe_zip_many_scratch_bytes;

#endif
