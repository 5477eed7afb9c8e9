/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/codecs.h"

#include <stdbool.h>

#include "codec/b44.h"
#include "codec/dwa.h"
#include "codec/none.h"
#include "codec/piz.h"
#include "codec/pxr24.h"
#include "codec/rle.h"
#include "codec/zip.h"

/* Unpacked chunks up to this much together stay in the second-level cache. */
enum { MANY_BYTES = 1 << 19 };

static const zoe_codec codecs[] = {
    [ZOE_COMPRESSION_NONE] = {zoe_none_decode, zoe_none_scratch_bytes, NULL, NULL, true},
    [ZOE_COMPRESSION_RLE] = {zoe_rle_decode, zoe_rle_scratch_bytes, NULL, NULL, true},
    [ZOE_COMPRESSION_ZIPS] = {zoe_zip_decode, zoe_zip_scratch_bytes, zoe_zip_decode_many,
                              zoe_zip_many_scratch_bytes, true},
    [ZOE_COMPRESSION_ZIP] = {zoe_zip_decode, zoe_zip_scratch_bytes, zoe_zip_decode_many,
                             zoe_zip_many_scratch_bytes, true},
    [ZOE_COMPRESSION_PIZ] = {zoe_piz_decode, zoe_piz_scratch_bytes, NULL, NULL, false},
    [ZOE_COMPRESSION_PXR24] = {zoe_pxr24_decode, zoe_pxr24_scratch_bytes, zoe_pxr24_decode_many,
                               zoe_pxr24_many_scratch_bytes, false},
    [ZOE_COMPRESSION_B44] = {zoe_b44_decode, zoe_b44_scratch_bytes, NULL, NULL, false},
    [ZOE_COMPRESSION_B44A] = {zoe_b44_decode, zoe_b44_scratch_bytes, NULL, NULL, false},
    [ZOE_COMPRESSION_DWAA] = {zoe_dwa_decode, zoe_dwa_scratch_bytes, NULL, NULL, false},
    [ZOE_COMPRESSION_DWAB] = {zoe_dwa_decode, zoe_dwa_scratch_bytes, NULL, NULL, false},
};

const zoe_codec *zoe_codec_of(zoe_compression compression)
{
    size_t index = (size_t)compression;
    /* The table may have gaps: numbers between those of two that are here. */
    bool is_here = index < sizeof codecs / sizeof codecs[0] && codecs[index].decode;
    return is_here ? &codecs[index] : NULL;
}

uint32_t zoe_codec_together(const zoe_codec *codec, size_t chunk_bytes)
{
    if (!codec || !codec->decode_many)
        return 1;
    /* Two at least: two streams side by side gain more than leaving that cache costs. */
    size_t count = MANY_BYTES / (chunk_bytes ? chunk_bytes : 1);
    if (count > ZOE_CODEC_MANY)
        return ZOE_CODEC_MANY;
    return count < 2 ? 2 : (uint32_t)count;
}
