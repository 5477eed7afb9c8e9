/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/zip.h"

#include "base/stop.h"
#include "codec/inflate.h"
#include "codec/inflate_chunks.h"
#include "codec/reorder.h"

size_t zoe_zip_scratch_bytes(const zoe_codec_chunk *chunk)
{
    return zoe_inflate_padded_scratch_bytes(chunk->unpacked_bytes);
}

zoe_status zoe_zip_decode(const zoe_codec_chunk *chunk, void *scratch, size_t scratch_bytes)
{
    if (!zoe_reorder_fits(chunk) || scratch_bytes < zoe_zip_scratch_bytes(chunk))
        return ZOE_ERROR_CORRUPT;
    if (!zoe_reorder_wanted(chunk))
        return ZOE_OK;
    uint8_t *bytes = scratch;
    zoe_status status = zoe_inflate_padded(chunk->packed, chunk->packed_bytes, bytes, scratch_bytes,
                                           chunk->unpacked_bytes);
    if (status != ZOE_OK)
        return status;
    zoe_reorder(chunk, bytes);
    return zoe_stop_wanted() ? ZOE_STALE : ZOE_OK;
}

size_t zoe_zip_many_scratch_bytes(const zoe_codec_chunk *largest, size_t count)
{
    return zoe_inflate_chunks_scratch_bytes(largest->unpacked_bytes, count);
}

static size_t inflated_bytes(const zoe_codec_chunk *chunk)
{
    return zoe_reorder_fits(chunk) && zoe_reorder_wanted(chunk) ? chunk->unpacked_bytes : 0;
}

void zoe_zip_decode_many(const zoe_codec_chunk *const *chunks, size_t count, void *scratch,
                         size_t scratch_bytes, zoe_status *status)
{
    static const zoe_inflate_codec user = {inflated_bytes, zoe_reorder, zoe_zip_decode};
    zoe_inflate_chunks(&user, chunks, count, scratch, scratch_bytes, status);
}
