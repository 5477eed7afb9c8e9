/*
 * The plan for decoding one picture of an open EXR file: which channels become which planes, what
 * area they cover, and which chunks make which piece.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_PLAN_H
#define ZOE_EXR_PLAN_H

#include "codec/codec.h"
#include "exr_file.h"

/* Thread-safety: does not change once it was made. */
typedef struct zoe_exr_plan {
    int32_t part;
    bool tiled;
    zoe_compression compression;
    zoe_codec_decode_fn *decode; /* NULL: OpenEXR's own decompressor */

    zoe_box data;    /* the file's data window */
    zoe_box window;  /* what the planes cover */
    zoe_box covered; /* the part of the window that lies in the data window; may be empty */

    /* chunks that hold covered pixels, and how they are grouped */
    int32_t chunk_width,
        chunk_height; /* pixels: the data window's width and lines a chunk, or a tile */
    int32_t chunk_x0,
        chunk_y0; /* first column (0 for scanlines) and row of chunks that are needed */
    int32_t chunks_across, chunks_down;
    int32_t chunks_per_piece;

    /* planes */
    uint32_t plane_count;
    int32_t plane_channel[ZOE_PLANES_MAX]; /* index into the part's channels */
    size_t plane_offset[ZOE_PLANES_MAX];   /* into the buffer */
    size_t plane_stride[ZOE_PLANES_MAX];
    zoe_sample_type plane_type[ZOE_PLANES_MAX];

    /* the part's channels, as OpenEXR's context holds them */
    const exr_attr_chlist_t *channels;

    /* scratch of one worker: offsets, and the sizes behind them */
    size_t unpacked_bytes; /* of the largest chunk */
    size_t packed_at, packed_bytes;
    size_t codec_at, codec_bytes; /* for the codec; or for OpenEXR's unpacked data */
    size_t channels_at;
    size_t segments_at, segments_max;
    size_t rows_at, rows_bytes; /* rows that are converted or cropped on their way */
    size_t fixes_at;            /* what has to be done with them */
} zoe_exr_plan;

/*
 * Makes the plan and describes the picture. Refuses with OVER_BUDGET, before anything is allocated,
 * what would take more than `limit` bytes. Errors: NO_LAYER, UNSUPPORTED, CORRUPT, TOO_LARGE,
 * OVER_BUDGET; the text names the file.
 */
zoe_status zoe_exr_plan_make(zoe_exr_plan *plan, zoe_exr_file *file, const zoe_choice *choice,
                             uint64_t limit, zoe_picture *picture, zoe_error *error);

/* A row that went to scratch and has yet to get to its plane. */
typedef struct zoe_exr_fix {
    uint32_t plane;
    int32_t y;          /* pixel row */
    int32_t x;          /* of the first sample in `row` */
    int32_t width;      /* samples in `row` */
    uint8_t type;       /* ZOE_CODEC_… */
    const uint8_t *row; /* in scratch */
} zoe_exr_fix;

static inline bool zoe_box_is_empty(const zoe_box *box)
{
    return box->max_x < box->min_x || box->max_y < box->min_y;
}

#endif
