/*
 * PXR24 (16 lines a chunk, or a tile): a zlib stream of differences in byte planes; floats keep 24
 * bits.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_PXR24_H
#define ZOE_CODEC_PXR24_H

#include "codec/codec.h"

/* Scratch: the inflated chunk and the room for inflating it. The first call on a thread allocates
 * (inflate.h) and may answer ZOE_ERROR_NO_MEMORY. A chunk of which no row is wanted is not looked
 * at. */
zoe_codec_decode_fn zoe_pxr24_decode;
zoe_codec_scratch_fn zoe_pxr24_scratch_bytes;

/* Two chunks at once, as zoe_zip_decode_pair (zip.h). */
void zoe_pxr24_decode_pair(const zoe_codec_chunk *const chunks[2], void *scratch,
                           size_t scratch_bytes, zoe_status status[2]);
size_t zoe_pxr24_pair_scratch_bytes(const zoe_codec_chunk *const chunks[2]);

#endif
