/*
 * Where in a worker's scratch things stand while a group of chunks is decoded.
 *
 * Thread-safety: pure on their arguments.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_SCRATCH_LAYOUT_H
#define ZOE_EXR_SCRATCH_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "exr/geometry.h"

typedef struct zoe_exr_span {
    size_t at, bytes;
} zoe_exr_span;

/* Does not change once it was made. */
typedef struct zoe_exr_layout {
    uint32_t lanes;       /* the geometry's */
    zoe_exr_span packed;  /* as read: one chunk with its leader, or several */
    zoe_exr_span codec;   /* for the codec, or for OpenEXR's unpacked data */
    zoe_exr_span library; /* what OpenEXR's decompressor allocates; in front of it all blocks */
    /* the next four for each lane */
    zoe_exr_span codec_channels;         /* zoe_codec_channel, then int8_t: the source of each */
    zoe_exr_span segments;               /* zoe_codec_segment */
    zoe_exr_span deferred;               /* zoe_exr_deferred_row */
    zoe_exr_span deferred_rows;          /* their samples */
    zoe_exr_span row;                    /* one row while it is converted, twice */
    zoe_exr_span sums;                   /* of blocks, floats: planes of group_height rows */
    zoe_exr_span bands[3];               /* luminance and chroma of reach_rows */
    zoe_exr_span colors[3];              /* red, green, blue of as many rows, to be shrunk */
    zoe_exr_span luma_chroma;            /* for the conversion */
    zoe_exr_span deep;                   /* one chunk of deep samples */
    size_t band_stride[3], color_stride; /* bytes from a row to the next */
    size_t bytes;                        /* of it all */
} zoe_exr_layout;

/*
 * Lays the scratch out for a picture whose groups are known. `chunk` is its largest flat chunk, as
 * zoe_exr_chunk_describe() has it, NULL for deep pictures; deep_bytes is what their largest chunk
 * takes. Errors: OVER_BUDGET (more than `limit` bytes), without a text.
 */
zoe_status zoe_exr_layout_make(zoe_exr_layout *layout, const zoe_exr_geometry *geometry,
                               const zoe_codec_chunk *chunk, uint64_t deep_bytes, uint64_t limit);

/* Where a lane's share of a span begins; spans of lanes are cut into equal parts of whole cache
 * lines. */
static inline size_t zoe_exr_lane_at(const zoe_exr_layout *layout, const zoe_exr_span *span,
                                     uint32_t lane)
{
    return span->at + span->bytes / layout->lanes * lane;
}

#endif
