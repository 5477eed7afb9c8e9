/*
 * Display: the visible part of a frame as 8-bit pixels. Tier 5: includes status.h and frame.h.
 *
 * Works on the caller's memory, allocates nothing, has no state but what it is given, and writes
 * the same bytes on every machine.
 *
 * The order of operations for each pixel, all in linear light:
 *
 *   scale (area average when shrinking; magnified below two times cubic, from there on the nearest
 *   sample; see zoe_filter)
 *   range (frames that are not colour):  v = (v - range_min) / (range_max - range_min)
 *   round to half: from 65520 on it is infinity
 *   input (zoe_color):                   v = decode(v), then the matrix from the file's primaries
 *   x 2^exposure
 *   contrast about middle grey 0.18:     v = 0.18 x (v / 0.18) ^ contrast, for v > 0
 *   CDL (zoe_color):                     v = (v x slope + offset) ^ power, where the base is > 0
 *   saturation about luminance:          v = Y + saturation x (v - Y), Y by Rec. 709's weights;
 *                                        that of the grade and that of the CDL at once
 *   channel view
 *   lookup table (zoe_color):            cube, or process
 *   transfer function (sRGB: IEC 61966-2-1; Rec. 709: ITU-R BT.709-6; linear: none), or encode
 *   viewer gamma:                        v = v ^ (1 / gamma)
 *   round to 0..255; negative values and NaN are 0, infinity is 255
 *
 * Thread-safety: any thread, each with its own destination and scratch; a zoe_display_lut may be
 * shared by threads once it is made.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_DISPLAY_H
#define ZOETROPE_DISPLAY_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/frame.h>
#include <zoetrope/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is shown. A frame of one channel, alpha aside, shows that channel in every view but
 * ALPHA. */
typedef enum zoe_channel_view {
    ZOE_VIEW_COLOR = 0,
    ZOE_VIEW_RED = 1, /* one channel, as grey */
    ZOE_VIEW_GREEN = 2,
    ZOE_VIEW_BLUE = 3,
    ZOE_VIEW_ALPHA = 4,     /* as grey, without range, exposure, contrast and transfer function, but
                               with gamma; white where there is none */
    ZOE_VIEW_LUMINANCE = 5, /* as grey */
} zoe_channel_view;

typedef enum zoe_transfer {
    ZOE_TRANSFER_SRGB = 0,
    ZOE_TRANSFER_REC709 = 1,
    ZOE_TRANSFER_LINEAR = 2,
} zoe_transfer;

/* How pixels are turned into light. Filled by zoe_grade_init(). */
typedef struct zoe_grade {
    float exposure;        /* stops, -20..20. default 0 */
    float gamma;           /* 0.1..10. default 1 */
    float contrast;        /* 0..10. default 1 */
    float saturation;      /* 0..10. default 1 */
    float range_min;       /* frames that are not colour: this range becomes 0..1. default 0 */
    float range_max;       /* more than range_min. default 1 */
    zoe_channel_view view; /* default ZOE_VIEW_COLOR */
    zoe_transfer transfer; /* default ZOE_TRANSFER_SRGB */
} zoe_grade;

/* Fills in every default. */
ZOE_API void zoe_grade_init(zoe_grade *grade);

enum {
    ZOE_DISPLAY_LUT_SIZE = 65536,
    ZOE_DISPLAY_EDGE_MAX = 129, /* nodes along an edge of a cube */
    /* Codes: what the display shows, 0 black..1 white, x 255 x 64 + 32, so that code / 64 is the
     * byte. */
    ZOE_DISPLAY_CODE_STEP = 64,
    ZOE_DISPLAY_CODE_HALF = 32,
    ZOE_DISPLAY_CAREFUL = 32767,
};

/* Slope, offset, power and saturation of an ASC CDL, in scene-linear light and without its clamps:
 * what is not over 0 before the power stays as it is (OpenColorIO's "noclamp"). */
typedef struct zoe_cdl {
    float slope[3];   /* red, green, blue; 0 or more. default 1 */
    float offset[3];  /* default 0 */
    float power[3];   /* more than 0. default 1 */
    float saturation; /* 0 or more. default 1 */
} zoe_cdl;

/*
 * The nodes of a cube as what the display shows: integers, between which less work leads to a byte.
 * Where the display's curve bends too much between the nodes of a cell for that, the cell is
 * marked, and its pixels are interpolated in light. Codes go on below black and beyond white, so
 * that they always have a light of their own. Not used with a grade of ZOE_VIEW_ALPHA.
 */
typedef struct zoe_display_codes {
    /* [edge][edge][edge][4], as the cube's own: red, green, blue, and for the cell that begins
     * there 0 or ZOE_DISPLAY_CAREFUL. 16-byte aligned; 8 bytes behind the end are read too. */
    const int16_t *nodes;
    const float *light;  /* [65536]: of each code, in the order of (uint16_t)code */
    const int16_t *code; /* [ZOE_DISPLAY_LUT_SIZE]: of each half that is light */
} zoe_display_codes;

/* A lookup table of three dimensions, between whose nodes values are interpolated in tetrahedra. */
typedef struct zoe_display_cube {
    int32_t edge; /* nodes along each edge, 2..ZOE_DISPLAY_EDGE_MAX */
    /* [ZOE_DISPLAY_LUT_SIZE] for red, green and blue; may be the same: where each half lies along
     * the edge, from 0, the first node, to edge - 1, the last one. What is beyond is taken as the
     * nearest of these, NaN as 0. */
    const float *shaper[3];
    /* [edge][edge][edge][4], red fastest, then green: red, green, blue and 0. 16-byte aligned. */
    const float *nodes;
    const zoe_display_codes
        *codes; /* in place of nodes, transfer function and zoe_color.encode; NULL: none */
} zoe_display_cube;

/* Turns `count` pixels of red, green, blue and an unused float in place. Called on the threads that
 * draw, several at once; it may not fail. */
typedef void zoe_process_fn(void *user, float *pixels, size_t count);

/*
 * Colour beyond the grade: what the frame's numbers mean, and what is made of them before the
 * display. Filled by zoe_color_init(); all of it is optional. Pointers are the caller's, and stay
 * valid as long as a zoe_display_lut made of them is drawn with.
 */
typedef struct zoe_color {
    const float *decode; /* [ZOE_DISPLAY_LUT_SIZE]: the linear value of each half; NULL: itself */
    int32_t has_matrix;  /* 1: */
    float matrix[9];     /* rows; linear light of the frame to that which is graded */
    zoe_cdl cdl;
    float luminance[3];           /* weights of red, green and blue. default those of Rec. 709 */
    const zoe_display_cube *cube; /* NULL: none */
    zoe_process_fn *process;      /* in place of cube, or where exact_below says so; NULL: none */
    void *process_user;
    /* With cube and process: a pixel goes through `process` where the least channel that the cube
     * gives is, without its sign, less than this share of the greatest. There a small error of a
     * bright channel is a great one of a dark channel. With codes only in cells that are marked.
     * default 0: none do */
    float exact_below;
    /* [ZOE_DISPLAY_LUT_SIZE]: the display's value, 0 black..1 white, of each half, in place of the
     * transfer function; NULL: the grade's */
    const float *encode;
} zoe_color;

/* Fills in every default: nothing. */
ZOE_API void zoe_color_init(zoe_color *color);

/* The matrix from linear light of some primaries to that of others: each is red x y, green x y,
 * blue x y, white x y (CIE 1931), as in zoe_frame. White becomes white (adapted by the Bradford
 * transform). Rows. Returns 0, and leaves `matrix` alone, where the numbers are no primaries. */
ZOE_API int32_t zoe_primaries_matrix(const float from[8], const float to[8], float matrix[9]);

/* "ACEScg AP1", "CIE XYZ", …; NULL for primaries without a name. */
ZOE_API const char *zoe_primaries_name(const float primaries[8]);

/* [8]: those of Rec. 709 and sRGB, which the transfer functions are made for. */
ZOE_API const float *zoe_primaries_rec709(void);

/*
 * A grade and a colour worked out: one entry for each half value. About 1.6 MB; the caller's
 * memory, made by zoe_display_lut_make() and then read only. Making one takes about a millisecond;
 * only a change of the grade or the colour asks for it.
 */
typedef struct zoe_display_lut {
    zoe_grade grade;
    zoe_color color;
    /* 1: every channel by itself through to_byte; 0: channels depend on each other. */
    int32_t separable;
    /* 1: to_light and what follows it up to the channel view are a step of their own; 0:
     * `coordinate` and to_byte contain them. */
    int32_t mixes;
    int32_t is_spread;                       /* 1: even a single channel becomes three */
    float saturation;                        /* of grade and CDL */
    int32_t coordinate_of[3];                /* which of `coordinate` or `place` a channel has */
    float to_light[3][ZOE_DISPLAY_LUT_SIZE]; /* half to linear, graded */
    union {                                  /* half to where it lies in the cube: */
        uint32_t coordinate[3][ZOE_DISPLAY_LUT_SIZE]; /* x 65536 */
        uint16_t place[3][ZOE_DISPLAY_LUT_SIZE];      /* x 512, where it has codes */
    };
    /* half to display: everything, or what follows mixing; with codes, code to display */
    uint8_t to_byte[ZOE_DISPLAY_LUT_SIZE];
} zoe_display_lut;

/* Fills in *lut. color: NULL for none. Values outside their range are clamped; NaN, an empty range
 * and unknown views and transfers are taken as the default, and so is a cube of an impossible edge.
 * lut->grade is what came of it. Frames that are not colour (depth, ids, vectors) are meant to be
 * drawn without a colour. */
ZOE_API void zoe_display_lut_make(zoe_display_lut *lut, const zoe_grade *grade,
                                  const zoe_color *color);

/* What is seen between the samples of a picture that is magnified. In each direction by itself. */
typedef enum zoe_filter {
    /* Below two times Catmull and Rom's cubic, kept between the two nearest samples, so that
     * nothing overshoots; from two times on the nearest sample. */
    ZOE_FILTER_AUTO = 0,
    ZOE_FILTER_NEAREST = 1, /* always the nearest sample */
} zoe_filter;

/*
 * Which part of the frame goes where: pixel (dx, dy) of the destination shows the frame's point
 *
 *   x = origin_x + (dx + 0.5) x step_x,  y = origin_y + (dy + 0.5) x step_y
 *
 * in the frame's own pixel coordinates (those of its windows; pixel i covers [i, i + 1)). step is
 * frame pixels for each destination pixel: 1 is 1:1, 2 is half size. They may differ, for a pixel
 * aspect. A negative one mirrors: origin is then the right or lower edge of what is seen, and the
 * pixels are those of the mirrored viewport in the other order. What lies outside the frame's
 * picture becomes `outside`; what lies in the picture but outside the frame's window is drawn as
 * samples of 0.
 */
typedef struct zoe_viewport {
    double origin_x, origin_y; /* finite */
    double step_x, step_y;     /* finite, not 0 */
    int32_t width, height;     /* pixels of the destination, 1..32768 */
    uint32_t outside;          /* 0xAARRGGBB */
    zoe_filter filter;         /* default ZOE_FILTER_AUTO */
} zoe_viewport;

/* Scratch that zoe_display_draw() needs for this frame and viewport, in bytes: at most 20 for each
 * pixel of the viewport's width and 256 KB, whatever the frame's size. 0 where it needs none, and
 * for a frame or viewport that it would refuse. */
ZOE_API size_t zoe_display_scratch_bytes(const zoe_frame *frame, const zoe_viewport *viewport);

/*
 * Draws rows first_row..first_row+row_count-1 of the viewport (so that several threads can share
 * one picture) into pixels: row first_row starts at `pixels`, `stride` bytes a row, 4 bytes a pixel
 * in memory order B G R A (SDL_PIXELFORMAT_ARGB8888 on little-endian), A = 255 inside the picture.
 * What the frame's window does not reach costs no more than filling it with one colour.
 * `pixels` and `stride` are multiples of 4. Colour is drawn as stored: premultiplied over black.
 * scratch: at least zoe_display_scratch_bytes() bytes, 64-byte aligned; may be NULL for 0. 0 rows
 * draw nothing. Errors: ARGUMENT: a pointer is missing or misaligned, rows outside the viewport, a
 * stride shorter than a row, a frame without planes, a plane of a window that is not empty without
 * data, or a viewport outside its ranges.
 */
ZOE_API zoe_status zoe_display_draw(const zoe_frame *frame, const zoe_display_lut *lut,
                                    const zoe_viewport *viewport, int32_t first_row,
                                    int32_t row_count, void *pixels, size_t stride, void *scratch);

/*
 * The linear values of one pixel, in the frame's own pixel coordinates, as float:
 * values[plane_count]. Integers beyond 2^24 are rounded. Returns the number of values: plane_count
 * within the frame's picture, where they are 0 outside the frame's window; no value outside the
 * picture.
 */
ZOE_API int32_t zoe_display_sample(const zoe_frame *frame, int32_t x, int32_t y,
                                   float values[ZOE_PLANES_MAX]);

/* The same as double, which holds every half, float and 32-bit integer exactly. */
ZOE_API int32_t zoe_display_sample_exact(const zoe_frame *frame, int32_t x, int32_t y,
                                         double values[ZOE_PLANES_MAX]);

/* One half (IEEE 754 binary16) to float, and back: to the nearest, ties to even, from 65520 on
 * infinity. For callers that read planes themselves. */
ZOE_API float zoe_half_to_float(uint16_t half);
ZOE_API uint16_t zoe_float_to_half(float value);

#ifdef __cplusplus
}
#endif

#endif
