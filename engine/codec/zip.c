/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/zip.h"

#include "codec/inflate.h"
#include "codec/inflate_pair.h"
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

size_t zoe_zip_pair_scratch_bytes(const zoe_codec_chunk *const chunks[2])
{
    return zoe_inflate_pair_room(chunks);
}

void zoe_zip_decode_pair(const zoe_codec_chunk *const chunks[2], void *scratch,
                         size_t scratch_bytes, zoe_status status[2])
{
    bool paired = scratch_bytes >= zoe_zip_pair_scratch_bytes(chunks);
    for (int i = 0; i < 2; ++i)
        paired = paired &&
                 zoe_inflate_pair_pays(chunks[i]->packed_bytes, chunks[i]->unpacked_bytes) &&
                 zoe_reorder_fits(chunks[i]) && zoe_reorder_wanted(chunks[i]);
    if (!paired) {
        for (int i = 0; i < 2; ++i)
            status[i] = zoe_zip_decode(chunks[i], scratch, scratch_bytes);
        return;
    }
    uint8_t *first = (uint8_t *)scratch + ZOE_INFLATE_PAIR_TABLE_BYTES;
    uint8_t *second = first + chunks[0]->unpacked_bytes + ZOE_INFLATE_PAIR_MARGIN;
    zoe_inflate_job a = {chunks[0]->packed, chunks[0]->packed_bytes, first,
                         chunks[0]->unpacked_bytes, ZOE_OK};
    zoe_inflate_job b = {chunks[1]->packed, chunks[1]->packed_bytes, second,
                         chunks[1]->unpacked_bytes, ZOE_OK};
    zoe_inflate_pair(&a, &b, scratch);
    status[0] = a.status;
    status[1] = b.status;
    if (status[0] == ZOE_OK)
        zoe_reorder(chunks[0], first);
    if (status[1] == ZOE_OK)
        zoe_reorder(chunks[1], second);
}
