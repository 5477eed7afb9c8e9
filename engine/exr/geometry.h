/*
 * What a picture in an EXR file is: which channels become which planes, what area they cover, which
 * chunks hold it, and how the chunks are grouped.
 *
 * Two kinds of pixels are told apart. Level pixels are those of the level of the file that is
 * decoded (the full picture, or a stored smaller one); plane pixels are those of the planes. A
 * plane pixel is a block of 2^shift x 2^shift level pixels, aligned to multiples of its size: the
 * mean of those of them that lie in the picture. What the picture has outside the data window is
 * black and counts; beyond the picture there is nothing. Blocks that are black altogether are in no
 * plane:
 *
 *     picture  +---------------------+
 *              |            +--------|----+ data
 *              |            |covered |    |
 *              |            +--------|----+       window: the blocks that covered pixels are in
 *              +---------------------+
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_GEOMETRY_H
#define ZOE_EXR_GEOMETRY_H

#include <zoetrope/frame.h>

#include "codec/codecs.h"
#include "exr/deep.h"
#include "exr/luma_chroma.h"

/* Pictures are subsampled by 2, if they are. What channels with a row on every so many lines only
 * cost is as much as there are numbers of lines up to here. */
enum { ZOE_EXR_SAMPLING_MAX = 16 };

/* Thread-safety: does not change once it was made. */
typedef struct zoe_exr_geometry {
    /* the part */
    int32_t part;
    bool tiled, multipart;
    zoe_compression compression;
    const zoe_codec *routines;   /* NULL: OpenEXR's own decompressor */
    const zoe_channel *channels; /* the part's, in file order */
    size_t channel_count;
    int32_t level; /* of the file, in both directions */
    int32_t shift; /* from level pixels to plane pixels */

    /* windows */
    zoe_box data;    /* level pixels: the data window */
    zoe_box picture; /* level pixels: all that a frame of full size would show */
    zoe_box covered; /* level pixels: the data window's part of the picture; may be empty */
    zoe_box window;  /* plane pixels: those with covered pixels, which the planes hold; may be
                        empty */

    /* chunks: tiles, or the data window's width and some lines */
    int32_t chunk_width, chunk_height; /* level pixels */
    int32_t columns, rows;             /* of chunks in the level */
    int32_t first_column, first_row;   /* of those that hold covered pixels */
    int32_t chunks_across, chunks_down;
    int64_t first_chunk; /* the number in the part of the level's first chunk */
    size_t leader_bytes; /* before a chunk's packed data, in the file */
    size_t chunk_bytes;  /* of the largest flat chunk, unpacked; no packed one is larger */

    /* groups of chunks, which are decoded independently: the decoder's pieces */
    uint32_t lanes;                     /* chunks that are decoded side by side, at most */
    int32_t group_across, group_down;   /* chunks */
    int32_t groups_across, groups_down; /* groups; 1 or more */
    int32_t margin_above, margin_below; /* level rows that a row of the picture needs beside it */
    int32_t group_width, group_height;  /* plane pixels that a group writes, at most */
    int32_t reach_rows;                 /* level rows that a group needs, at most */
    int64_t group_chunks;               /* that a group decodes, at most */

    /* what is decoded: channels of the file. Source i becomes plane i, but for luminance and
     * chroma, where sources 0, 1, 2 become planes 0, 1, 2 together */
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
    size_t plane_stride[ZOE_PLANES_MAX]; /* bytes from a row to the next */
    zoe_sample_type plane_type[ZOE_PLANES_MAX];
} zoe_exr_geometry;

static inline size_t zoe_exr_sample_bytes(int type)
{
    return type == ZOE_CODEC_HALF ? 2 : 4;
}

/* Bytes of rows that begin on cache lines. */
static inline size_t zoe_exr_row_bytes(size_t samples, int type)
{
    return (samples * zoe_exr_sample_bytes(type) + 63) / 64 * 64;
}

/* The level pixels of a chunk that lie in the data window. */
zoe_box zoe_exr_chunk_box(const zoe_exr_geometry *geometry, int32_t column, int32_t row);

/* "scanlines 32 to 47" or "tile 3, 5": which chunk, for people. */
void zoe_exr_chunk_name(const zoe_exr_geometry *geometry, int32_t column, int32_t row, char *name,
                        size_t capacity);

/* The type of red, green and blue that are made of luminance and chroma. */
int zoe_exr_color_type(const zoe_exr_geometry *geometry);

/* The samples of the part's channels in a full chunk, as codecs want them, into
 * channels[channel_count]; unpacked_bytes, line_count and segment_count of *chunk are set as well.
 * false: it has more than `limit` bytes, or descriptions of its rows. */
bool zoe_exr_chunk_describe(const zoe_exr_geometry *geometry, uint64_t limit,
                            zoe_codec_channel *channels, zoe_codec_chunk *chunk);

#endif
