/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/none.h"

#include "base/stop.h"

/* Rows that are copied between two looks at whether to stop. */
enum { STOP_SEGMENTS = 256 };

size_t zoe_none_scratch_bytes(const zoe_codec_chunk *chunk)
{
    (void)chunk;
    return 0;
}

zoe_status zoe_none_decode(const zoe_codec_chunk *chunk, void *scratch, size_t scratch_bytes)
{
    (void)scratch;
    (void)scratch_bytes;
    if (chunk->packed_bytes != chunk->unpacked_bytes)
        return ZOE_ERROR_CORRUPT;
    const uint8_t *from = chunk->packed;
    size_t left = chunk->packed_bytes;
    for (size_t i = 0; i < chunk->segment_count; i++) {
        const zoe_codec_segment *segment = &chunk->segments[i];
        if (segment->bytes > left)
            return ZOE_ERROR_CORRUPT;
        if (segment->dst && segment->bytes > 0 &&
            !zoe_stop_copy(segment->dst, from, segment->bytes))
            return ZOE_STALE;
        if (i % STOP_SEGMENTS == 0 && zoe_stop_wanted())
            return ZOE_STALE;
        from += segment->bytes;
        left -= segment->bytes;
    }
    return left == 0 ? ZOE_OK : ZOE_ERROR_CORRUPT;
}
