/*
 * Compare: how two or more sequences are shown together: which frame of the other belongs to one,
 * where the other's picture lies, and where a wipe divides them. Pure arithmetic.
 *
 * The sequence that is current is A: its transport, its windows and its view are everybody's. The
 * first other one is B.
 *
 * Thread-safety: plain values; one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_COMPARE_H
#define ZOETROPE_PLAYER_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/display.h>
#include <zoetrope/want.h>

typedef enum zoe_compare_mode {
    ZOE_COMPARE_OFF,
    ZOE_COMPARE_FLIP,       /* one of both */
    ZOE_COMPARE_WIPE,       /* A on one side of a line, B on the other */
    ZOE_COMPARE_DIFFERENCE, /* of linear samples, times gain */
    ZOE_COMPARE_BLEND,      /* in linear light */
    ZOE_COMPARE_ANAGLYPH,   /* red of A, green and blue of B */
    ZOE_COMPARE_SIDE,       /* side by side */
    ZOE_COMPARE_TILE,       /* all that are open, as a grid */
} zoe_compare_mode;

enum {
    ZOE_COMPARE_OTHERS = 8, /* beside A */
    ZOE_COMPARE_MODES = ZOE_COMPARE_TILE + 1,
};

typedef struct zoe_compare {
    zoe_compare_mode mode;
    bool is_second; /* FLIP: B is shown */
    bool by_start;  /* first frames belong together; false: equal frame numbers */
    bool is_exact;  /* pixel for pixel, middle on middle; false: display windows as wide as A's */
    int64_t offset; /* frames that B's are later */
    double wipe_x, wipe_y; /* a point of the line: 0..1 of A's display window */
    double wipe_angle;     /* radians; 0: upright, A on the left; grows clockwise */
    double gain;           /* DIFFERENCE: 1..4096 */
    double mix;            /* BLEND: 0 A, 1 B */
} zoe_compare;

void zoe_compare_init(zoe_compare *compare);

bool zoe_compare_is_same(const zoe_compare *a, const zoe_compare *b);

/* How the mode is called: "Wipe"; "Off". */
const char *zoe_compare_name(zoe_compare_mode mode);

/* The position of B that belongs to a position of A; first_a, first_b: the frame numbers at
 * position 0. It may lie outside of B. */
int64_t zoe_compare_position(const zoe_compare *compare, int64_t position, int64_t first_a,
                             int64_t first_b);

/* The same as a want of B, which has `count` positions: work area and playhead are brought into it.
 * False where none of A's work area has a frame of B, nor the playhead: nothing is wanted then. */
bool zoe_compare_want(const zoe_compare *compare, const zoe_want *of_a, int64_t first_a,
                      int64_t first_b, int64_t count, zoe_want *of_b);

/* The viewport that shows B where it lies on A, with A seen through *of_a. Proxy sizes may
 * differ. */
void zoe_compare_viewport(const zoe_compare *compare, const zoe_frame *a, const zoe_frame *b,
                          const zoe_viewport *of_a, zoe_viewport *of_b);

/* The point of B that lies on a point of A; both at full size. */
void zoe_compare_point(const zoe_compare *compare, const zoe_frame *a, const zoe_frame *b, double x,
                       double y, double *b_x, double *b_y);

/* The wipe's line in a viewport of A: a point of it, and the direction in which B lies (of length
 * 1). */
typedef struct zoe_wipe_line {
    double x, y;
    double across_x, across_y;
} zoe_wipe_line;

zoe_wipe_line zoe_compare_line(const zoe_compare *compare, const zoe_frame *a,
                               const zoe_viewport *of_a);

/* How far the middle of a pixel lies on B's side of the line; negative: on A's. */
static inline double zoe_wipe_distance(const zoe_wipe_line *line, double x, double y)
{
    return (x - line->x) * line->across_x + (y - line->y) * line->across_y;
}

/* How many columns and rows of pictures there are; 1 and 1 where they lie on each other. pictures:
 * A and the others. */
void zoe_compare_grid(const zoe_compare *compare, int pictures, int *columns, int *rows);

#endif
