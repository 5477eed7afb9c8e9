/*
 * PXR24 (16 lines a chunk, or a tile): a zlib stream of differences in byte planes; floats keep 24
 * bits.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_PXR24_H
#define ZOE_CODEC_PXR24_H

#include "codec/codec.h"

/* Scratch: the inflated chunk and its padding. The first call on a thread allocates
 * (inflate.h) and may answer ZOE_ERROR_NO_MEMORY. A chunk of which no row is wanted is not looked
 * at. */
zoe_codec_decode_fn zoe_pxr24_decode;
zoe_codec_scratch_fn zoe_pxr24_scratch_bytes;

/* Several chunks at once, as zoe_zip_decode_many (zip.h). */
zoe_codec_decode_many_fn zoe_pxr24_decode_many;
zoe_codec_many_scratch_fn zoe_pxr24_many_scratch_bytes;

#endif
