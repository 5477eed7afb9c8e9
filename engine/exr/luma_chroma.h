/*
 * Luminance and chroma (Y, RY, BY) to red, green and blue.
 *
 * Y = wr R + wg G + wb B with weights that the file's chromaticities give, RY = (R - Y) / Y and
 * BY = (B - Y) / Y. Chroma is usually stored for every second pixel of every second row. Missing
 * chroma is filled in along the rows and then between them: halfway between two samples by a filter
 * of 27 taps, of which the 13 at places without samples are 0; at sampling factors other than 2
 * linearly. Beyond the data window the nearest sample stands. Filtered chroma can come out more
 * saturated than the picture is near sharp edges; where chroma was subsampled, a pixel that is much
 * more saturated than its four diagonal neighbours are on average is desaturated at the same
 * luminance.
 *
 * With half output every stage is rounded to half, which makes the result the one of OpenEXR's
 * RgbaInputFile bit for bit (Y at every pixel, chroma 2 x 2). With float output nothing is rounded.
 * Luminance without chroma is grey: R = G = B = Y.
 *
 * Rows and columns are counted from the data window's corner, which the file format puts at a
 * multiple of the sampling factors.
 *
 * Thread-safety: pure functions; any number of threads, each with its own rows and scratch.
 *
 * Sources: Kainz, Bogart and Stanczyk, "Technical Introduction to OpenEXR", luminance/chroma
 * images; SMPTE RP 177 for the weights; filter, rounding and desaturation from the behaviour of
 * OpenEXR's RgbaYca.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_LUMA_CHROMA_H
#define ZOE_LUMA_CHROMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

/* A picture's kind. Does not change once it was made. */
typedef struct zoe_luma_chroma {
    float weights[3];      /* of red, green, blue in Y; they add up to 1 */
    int32_t width, height; /* of the data window, pixels; 1 or more */
    int32_t x_sampling;    /* of RY and BY; 1 or more */
    int32_t y_sampling;    /* of RY and BY; 1 or more */
    int32_t chroma_width;  /* samples in a row of RY or BY */
    int32_t chroma_height; /* rows of RY or BY */
    bool has_chroma;
} zoe_luma_chroma;

/* Rows of one channel. */
typedef struct zoe_luma_chroma_source {
    const void *data;  /* the row at `first_row`, from the data window's first column on */
    size_t stride;     /* bytes from a row of samples to the next */
    int32_t first_row; /* picture row of the first row of samples; a multiple of the sampling */
    uint8_t type;      /* ZOE_CODEC_…; integers are taken as the numbers they are */
} zoe_luma_chroma_source;

/* Where rows of red, green and blue go. */
typedef struct zoe_luma_chroma_target {
    void *planes[3];      /* the place of the first converted row's pixel at `first_column` */
    size_t strides[3];    /* bytes from a row to the next */
    int32_t first_column; /* that is written; 0 or more */
    int32_t column_count; /* that are written; first_column + column_count <= width */
    uint8_t type;         /* ZOE_CODEC_HALF or ZOE_CODEC_FLOAT */
} zoe_luma_chroma_target;

/* Picture rows, first to last. */
typedef struct zoe_luma_chroma_span {
    int32_t first, last;
} zoe_luma_chroma_span;

/*
 * Describes a picture. `chromaticities` is red x, y, green x, y, blue x, y, white x, y; NULL, or
 * values that span no gamut: those of Rec. ITU-R BT.709. Without chroma the sampling factors count
 * as 1. ZOE_ERROR_CORRUPT when the size or a factor is below 1 or a factor does not divide the
 * size, which the file format demands.
 */
zoe_status zoe_luma_chroma_init(zoe_luma_chroma *lc, const float *chromaticities, int32_t width,
                                int32_t height, bool has_chroma, int32_t x_sampling,
                                int32_t y_sampling);

/* The rows of the source that converting rows first..last reads, those of chroma among them: first
 * - 14 to last + 14 for 2 x 2, within the picture. */
zoe_luma_chroma_span zoe_luma_chroma_reach(const zoe_luma_chroma *lc, int32_t first, int32_t last);

/* Bytes of scratch that converting takes: some 200 times the width. SIZE_MAX when they do not fit
 * in a size_t. */
size_t zoe_luma_chroma_scratch_bytes(const zoe_luma_chroma *lc);

/*
 * Converts picture rows first_row .. first_row + row_count - 1, top to bottom. `source` is Y, RY,
 * BY (Y alone without chroma), each with the rows that zoe_luma_chroma_reach() names. `scratch` is
 * 64-byte aligned.
 *
 * A call for all rows may work in place: a row of samples that belongs to picture row y may share
 * its memory with the target's row y or those above.
 */
void zoe_luma_chroma_convert(const zoe_luma_chroma *lc, const zoe_luma_chroma_source *source,
                             int32_t first_row, int32_t row_count,
                             const zoe_luma_chroma_target *target, void *scratch);

#endif
