/*
 * The plan for decoding one picture of an open EXR file: which channels become
 * which planes, what area they cover, which chunks hold it, and what a worker's
 * scratch is divided into.
 *
 * Two kinds of pixels are told apart. Level pixels are those of the level of
 * the file that is decoded (the full picture, or a stored smaller one); plane
 * pixels are those of the planes. A plane pixel is a block of 2^shift x 2^shift
 * level pixels, aligned to multiples of its size: the mean of those of them that
 * lie in the picture. What the picture has outside the data window is black and
 * counts; beyond the picture there is nothing.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_PLAN_H
#define ZOE_EXR_PLAN_H

#include "codec/codecs.h"
#include "exr/deep.h"
#include "exr/file.h"
#include "exr/luma_chroma.h"

/* A part of a worker's scratch. */
typedef struct zoe_exr_room {
    size_t at, bytes;
} zoe_exr_room;

/* Thread-safety: does not change once it was made. */
typedef struct zoe_exr_plan {
    int32_t part;
    bool tiled;
    zoe_compression compression;
    const zoe_codec *routines;         /* NULL: OpenEXR's own decompressor */
    uint32_t lanes;                    /* chunks that are decoded together, at most */
    const exr_attr_chlist_t *channels; /* the part's, as OpenEXR's context holds them */
    int32_t level;                     /* of the file, in both directions */
    int32_t shift;                     /* from level pixels to plane pixels */

    zoe_box data;    /* level pixels: the data window */
    zoe_box picture; /* level pixels: all that a frame of full size would show */
    zoe_box covered; /* level pixels: the data window's part of the picture; may be empty */
    zoe_box window;  /* plane pixels: what the planes cover */
    zoe_box target;  /* plane pixels: those with covered pixels; empty when there
                        are none */

    /* chunks: tiles, or the data window's width and some lines */
    int32_t chunk_width, chunk_height; /* level pixels */
    int32_t columns, rows;             /* of chunks in the level */
    int32_t first_column, first_row;   /* of those that hold covered pixels */
    int32_t chunks_across, chunks_down;

    /* pieces: groups of chunks */
    int32_t group_across, group_down;   /* chunks */
    int32_t groups_across, groups_down; /* pieces; 1 or more */
    int32_t margin_above, margin_below; /* level rows that a row of the picture needs beside it */
    int32_t piece_width, piece_height;  /* plane pixels that a piece writes, at most */
    int32_t reach_rows;                 /* level rows that a piece needs, at most */
    int64_t piece_chunks;               /* that a piece decodes, at most */

    /* what is decoded: channels of the file. Source i becomes plane i, but for
     * luminance and chroma, where sources 0, 1, 2 become planes 0, 1, 2 together
     */
    uint32_t source_count;
    int32_t source_channel[ZOE_PLANES_MAX];
    uint8_t source_type[ZOE_PLANES_MAX]; /* ZOE_CODEC_… */
    int32_t x_sampling[ZOE_PLANES_MAX], y_sampling[ZOE_PLANES_MAX];
    bool is_deep;
    zoe_exr_deep deep; /* its planes are the sources */
    bool is_luma_chroma;
    zoe_luma_chroma luma_chroma;

    /* planes */
    uint32_t plane_count;
    size_t plane_offset[ZOE_PLANES_MAX]; /* into the buffer */
    size_t plane_stride[ZOE_PLANES_MAX];
    zoe_sample_type plane_type[ZOE_PLANES_MAX];

    uint64_t limit; /* bytes that a deep chunk may take, whose size only it knows */

    /* scratch of one worker */
    size_t chunk_bytes;  /* of the largest chunk, unpacked; no packed one is larger */
    zoe_exr_room packed; /* as read: one chunk with its leader, or several */
    zoe_exr_room codec;  /* for the codec, or for OpenEXR's unpacked data */
    /* the next four for each lane */
    zoe_exr_room codec_channels;   /* zoe_codec_channel, then int8_t: the source of each */
    zoe_exr_room segments;         /* zoe_codec_segment */
    zoe_exr_room fixes;            /* zoe_exr_fix */
    zoe_exr_room fix_rows;         /* rows that are converted, cropped or shrunk on their way */
    zoe_exr_room row;              /* one row while it is converted, twice */
    zoe_exr_room sums;             /* of blocks, floats: planes of piece_height rows */
    zoe_exr_room bands[3];         /* luminance and chroma of reach_rows */
    zoe_exr_room colors[3];        /* red, green, blue of as many rows, to be shrunk */
    zoe_exr_room luma_chroma_room; /* for the conversion */
    size_t band_stride[3], color_stride; /* bytes from a row to the next */
} zoe_exr_plan;

/*
 * Makes the plan and describes the picture. Refuses with OVER_BUDGET, before
 * anything is allocated, what would take more than `limit` bytes. Errors:
 * NO_LAYER, UNSUPPORTED, CORRUPT, TOO_LARGE, OVER_BUDGET, NO_MEMORY; the text
 * names the file.
 */
zoe_status zoe_exr_plan_make(zoe_exr_plan *plan, zoe_exr_file *file, const zoe_choice *choice,
                             uint64_t limit, zoe_picture *picture, zoe_error *error);

/* Where a lane's share of a room begins; rooms of lanes are cut into equal
 * parts of whole cache lines. */
static inline size_t zoe_exr_lane_at(const zoe_exr_plan *plan, const zoe_exr_room *room,
                                     uint32_t lane)
{
    return room->at + room->bytes / plan->lanes * lane;
}

static inline size_t zoe_exr_sample_bytes(int type)
{
    return type == ZOE_CODEC_HALF ? 2 : 4;
}

/* Room for rows that begin on cache lines. */
static inline size_t zoe_exr_row_bytes(size_t samples, int type)
{
    return (samples * zoe_exr_sample_bytes(type) + 63) / 64 * 64;
}

#endif
