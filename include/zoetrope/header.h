/*
 * What an EXR file says of itself. Tier 3: includes status.h and storage.h.
 *
 * Formats: the OpenEXR file layout (openexr.com, "OpenEXR File Layout" and "Standard Attributes").
 *
 * Thread-safety: a zoe_header never changes after it was read; any number of threads may read it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_HEADER_H
#define ZOETROPE_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>
#include <zoetrope/storage.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A rectangle of pixels, both corners inside. Empty when max < min. */
typedef struct zoe_box {
    int32_t min_x, min_y, max_x, max_y;
} zoe_box;

typedef enum zoe_sample_type {
    ZOE_SAMPLE_UINT = 0,  /* uint32 */
    ZOE_SAMPLE_HALF = 1,  /* IEEE 754 binary16 */
    ZOE_SAMPLE_FLOAT = 2, /* IEEE 754 binary32 */
} zoe_sample_type;

typedef enum zoe_part_type {
    ZOE_PART_SCANLINE = 0,
    ZOE_PART_TILED = 1,
    ZOE_PART_DEEP_SCANLINE = 2,
    ZOE_PART_DEEP_TILED = 3,
    ZOE_PART_UNKNOWN = 4,
} zoe_part_type;

/* The values are those of the file's compression attribute. */
typedef enum zoe_compression {
    ZOE_COMPRESSION_NONE = 0,
    ZOE_COMPRESSION_RLE = 1,
    ZOE_COMPRESSION_ZIPS = 2,
    ZOE_COMPRESSION_ZIP = 3,
    ZOE_COMPRESSION_PIZ = 4,
    ZOE_COMPRESSION_PXR24 = 5,
    ZOE_COMPRESSION_B44 = 6,
    ZOE_COMPRESSION_B44A = 7,
    ZOE_COMPRESSION_DWAA = 8,
    ZOE_COMPRESSION_DWAB = 9,
    ZOE_COMPRESSION_HTJ2K256 = 10,
    ZOE_COMPRESSION_HTJ2K32 = 11,
    ZOE_COMPRESSION_LJ2K = 12,
    ZOE_COMPRESSION_ZSTD = 13,
} zoe_compression;

typedef enum zoe_line_order {
    ZOE_LINES_INCREASING = 0,
    ZOE_LINES_DECREASING = 1,
    ZOE_LINES_RANDOM = 2, /* tiles only */
} zoe_line_order;

typedef struct zoe_channel {
    const char *name; /* full name in the file, such as "beauty.R" */
    zoe_sample_type type;
    int32_t x_sampling, y_sampling; /* 1 or more */
    int32_t p_linear;               /* 1: perceptually linear already (B44) */
} zoe_channel;

typedef struct zoe_attribute {
    const char *name;
    const char *type;  /* the file's type name: "box2i", "string", … */
    const char *value; /* as one line of text, decimals with a point; long arrays and blobs are
                          given by their size */
} zoe_attribute;

typedef struct zoe_part {
    const char *name; /* "" where the part has none */
    const char *view; /* "" where it has none */
    zoe_part_type type;
    zoe_compression compression;
    zoe_line_order line_order;
    zoe_box data_window;
    zoe_box display_window;
    double pixel_aspect; /* width of a pixel / its height, 0.001..1000; 1 where the file's is not */
    int32_t tile_width, tile_height;      /* 0 for scanlines */
    int32_t level_mode;                   /* 0 one level, 1 mip, 2 rip */
    int32_t level_count_x, level_count_y; /* 1 for scanlines */
    int32_t lines_per_chunk;              /* scanlines a chunk holds; 0 for tiles */
    int32_t chunk_count;
    size_t channel_count;
    const zoe_channel *channels; /* [channel_count], sorted by name, as in the file */
    size_t attribute_count;
    const zoe_attribute *attributes; /* [attribute_count], in file order */
} zoe_part;

/* What the viewer can show of a file: up to four channels of one part. */
typedef struct zoe_layer {
    const char *name; /* "beauty", "" for the plain R G B A of a single-part file; unique in the
                         file together with view */
    const char *view; /* "left"; "" where the file has no views */
    int32_t part;     /* index into parts */
    int32_t channel_count; /* 1..4 */
    int32_t channels[4];   /* indices into the part's channels, in the order red, green, blue,
                              alpha, or luminance, alpha, or as found for other names */
    int32_t is_color;      /* 1: R G B (A); 0: single values, shown as grey or by themselves */
    int32_t alpha;         /* which of channels[] is alpha; -1: none */
    int32_t is_luminance_chroma; /* 1: channels are Y RY BY (A), to be turned into R G B */
} zoe_layer;

typedef struct zoe_header {
    size_t part_count;
    const zoe_part *parts; /* [part_count] */
    size_t layer_count;
    const zoe_layer *layers; /* [layer_count]; the default one (plain colour, default view) first */
    int32_t fps_numerator, fps_denominator; /* framesPerSecond, however it was written, else Nuke's
                                               nuke/input/frame_rate; 0/0 where there is none */
    /* Of the default layer's part, else of the first part that has it: the format wants it to be
     * the same in all parts. Frames of every layer have the same. */
    const char *time_code; /* "01:02:03:04", drop-frame "01:02:03;04"; "" where there is none */
    int32_t has_chromaticities;
    float chromaticities[8]; /* red x y, green x y, blue x y, white x y (CIE 1931); Rec. 709 where
                                there are none */
    uint64_t file_bytes;
} zoe_header;

/*
 * Reads the header of a file of a storage (NULL: a local one). Blocks on the file. On success
 * *header is the caller's, to be freed with zoe_header_free(); on failure it is NULL. How much
 * memory reading takes is known before it is taken, and bounded: a header that declares more than
 * 4,096 parts, 16,384 channels (or 5,793 in one part: see the README), 2,048 attributes in a part,
 * 16,384 attributes, 65,536 strings in lists or 64 MiB is ERROR_TOO_LARGE. One whose values have
 * not the sizes of their types, or with two attributes of one name in a part, is ERROR_CORRUPT.
 * Errors: NOT_FOUND, PERMISSION, IO, NOT_EXR, CORRUPT, TRUNCATED, UNSUPPORTED, TOO_LARGE,
 * NO_MEMORY, ARGUMENT; the text names the file, and the limit.
 */
ZOE_API zoe_status zoe_header_read(const char *path, zoe_storage *storage, zoe_header **header,
                                   zoe_error *error);

/* Frees and sets *header to NULL. NULL and pointer to NULL are accepted. */
ZOE_API void zoe_header_free(zoe_header **header);

/*
 * The layer of that name and view (NULL or "": any; the default first). `name` may also be a part's
 * name, a single channel's full name, or a layer with its view in front or behind ("left.beauty").
 * Returns its index in header->layers, or -1 when there is none.
 */
ZOE_API int32_t zoe_header_find_layer(const zoe_header *header, const char *name, const char *view);

/* "zip", "piz", …; "scanline", "tiled", …; "increasing", …; "half", …. Never NULL. */
ZOE_API const char *zoe_compression_name(zoe_compression compression);
ZOE_API const char *zoe_part_type_name(zoe_part_type type);
ZOE_API const char *zoe_line_order_name(zoe_line_order order);
ZOE_API const char *zoe_sample_type_name(zoe_sample_type type);

/* The compression of that name in any case, or -1. */
ZOE_API int zoe_compression_by_name(const char *name);

#ifdef __cplusplus
}
#endif

#endif
