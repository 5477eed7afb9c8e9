/*
 * Paint: what is drawn of a frame and how, for the window and for a PNG alike: the picture itself,
 * or its ids as colours, with marks over it; alone, or together with those that it is compared
 * with.
 *
 * Thread-safety: any number of threads, each with its own rows and scratch.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_PAINT_H
#define ZOETROPE_PLAYER_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/display.h>
#include <zoetrope/frame.h>
#include <zoetrope/inspect.h>

#include "model/compare.h"

/* How the user wants to see pictures, beside grade and colour. All 0: nothing special. */
typedef struct zoe_look {
    bool ids;          /* whole numbers as colours */
    bool hashed;       /* floats are ids by their bits (Cryptomatte) */
    bool marks;        /* NaN, infinity and clipping */
    bool flop, flip;   /* mirrored: left to right, top to bottom */
    bool false_color;  /* levels as colours, but not of ids */
    zoe_filter filter; /* of what is magnified */
} zoe_look;

/* How another frame's colours are seen beside the first one's, where they differ. */
typedef struct zoe_other_color {
    uint64_t
        serial; /* another one for each other colour; 0: no difference, and the rest counts not */
    zoe_color color; /* to draw it alone */
    float matrix[9]; /* rows; its light to that of the first, to mix them */
} zoe_other_color;

/*
 * Pointers are borrowed while it is drawn.
 *
 * Pictures that do not lie on each other are cells of a grid, each as large as the viewport, from
 * left to right and from top to bottom; a line of `outside` is between them.
 */
typedef struct zoe_paint {
    const zoe_frame *frame;
    const zoe_display_lut *lut;
    const zoe_viewport *viewport; /* mirrored already, with its filter */
    const zoe_look *look;         /* NULL: all 0 */

    const zoe_compare *compare; /* NULL: the frame alone; so are what follows then */
    const zoe_frame *others[ZOE_COMPARE_OTHERS];           /* without a pin: there is none */
    const zoe_display_lut *other_luts[ZOE_COMPARE_OTHERS]; /* NULL: `lut` */
    const float *other_matrix; /* [9], of the first other one, as in zoe_other_color; NULL: none */
    int other_count;
    bool has_line; /* a wipe's line is drawn */
} zoe_paint;

enum { ZOE_PAINT_GAP = 2 /* pixels between cells */ };

/* The size of all cells together. */
int32_t zoe_paint_width(const zoe_paint *paint);
int32_t zoe_paint_height(const zoe_paint *paint);

/* True if the frame's values are shown as ids. look may be NULL. */
bool zoe_look_shows_ids(const zoe_look *look, const zoe_frame *frame);

/* True if both are the same. */
bool zoe_look_is_same(const zoe_look *a, const zoe_look *b);

/* Mirrors a viewport about its own middle, as the look says, and sets its filter. */
void zoe_look_apply(const zoe_look *look, zoe_viewport *viewport);

/* Scratch that zoe_paint_rows() needs, 64-byte aligned. */
size_t zoe_paint_scratch_bytes(const zoe_paint *paint);

/* As zoe_display_draw(), of zoe_paint_width() x zoe_paint_height() pixels. *found is or-ed with the
 * zoe_mark bits that these rows show. */
zoe_status zoe_paint_rows(const zoe_paint *paint, int32_t first_row, int32_t row_count,
                          void *pixels, size_t stride, void *scratch, uint32_t *found);

#endif
