/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/zip.h"

#include "codec/inflate.h"
#include "codec/reorder.h"

size_t zoe_zip_scratch_bytes(const zoe_codec_chunk *chunk)
{
    return zoe_inflate_room(chunk->unpacked_bytes);
}

zoe_status zoe_zip_decode(const zoe_codec_chunk *chunk, void *scratch, size_t scratch_bytes)
{
    if (!zoe_reorder_fits(chunk) || scratch_bytes < zoe_zip_scratch_bytes(chunk))
        return ZOE_ERROR_CORRUPT;
    if (!zoe_reorder_wanted(chunk))
        return ZOE_OK;
    uint8_t *bytes = scratch;
    zoe_status status = zoe_inflate_roomy(chunk->packed, chunk->packed_bytes, bytes, scratch_bytes,
                                          chunk->unpacked_bytes);
    if (status == ZOE_OK)
        zoe_reorder(chunk, bytes);
    return status;
}
