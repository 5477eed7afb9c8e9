/*
 * Scope: what the picture on screen is made of: its histogram, its waveform, and its levels as
 * false colours.
 *
 * Pixels are those that are shown, 0xffRRGGBB, as zoe_display_draw() writes them; levels are
 * theirs, 0..255. Of large pictures every second row, or fewer, is looked at, so that measuring
 * takes about the same time for all.
 *
 * Thread-safety: plain values.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_SCOPE_H
#define ZOETROPE_PLAYER_SCOPE_H

#include <stddef.h>
#include <stdint.h>

enum {
    ZOE_SCOPE_COLUMNS = 256, /* that the picture's width is divided into */
    ZOE_SCOPE_LEVELS = 256,
    ZOE_SCOPE_PIXELS = 1 << 20, /* looked at, about, at most */
    ZOE_SCOPE_WIDTH = 512,      /* of the images */
    ZOE_SCOPE_WAVEFORM = 256,   /* their heights */
    ZOE_SCOPE_HISTOGRAM = 160,
};

typedef struct zoe_scope {
    uint16_t waveform[ZOE_SCOPE_COLUMNS][3]
                     [ZOE_SCOPE_LEVELS]; /* pixels of a column, by channel and level */
    uint32_t histogram[3][ZOE_SCOPE_LEVELS];
    uint32_t count;  /* pixels looked at */
    uint64_t serial; /* goes up with each picture */
} zoe_scope;

/* Measures a picture. What has the colour `outside` lies beside it and does not count. */
void zoe_scope_measure(zoe_scope *scope, const void *pixels, int width, int height, size_t stride,
                       uint32_t outside);

/* Images of ZOE_SCOPE_WIDTH pixels a row: red, green and blue are added. */
void zoe_scope_draw_waveform(const zoe_scope *scope, uint32_t *image);
void zoe_scope_draw_histogram(const zoe_scope *scope, uint32_t *image);

/* A range of levels with its false colour; what lies in none is grey. */
typedef struct zoe_false_color {
    int low, high; /* levels of luminance, inclusive */
    uint32_t color;
    const char *name;
} zoe_false_color;

extern const zoe_false_color zoe_false_colors[];
extern const size_t zoe_false_color_count;

/* Rows of pixels in place: each becomes the colour of its luminance (ITU-R BT.709-6). */
void zoe_false_color_rows(void *pixels, int width, int rows, size_t stride, uint32_t outside);

#endif
