/*
 * Procedural test pictures: a moving landscape with smooth gradients, fractal texture, shaded
 * balls, highlights over 1, a grey ramp, film-like grain, and the frame number drawn large.
 *
 * Pixels are linear light, Rec. 709 primaries, computed by themselves: any row of any frame, in any
 * order and on any thread, is the same for the same size, seed and frame number.
 *
 * Thread-safety: a zoe_test_pattern is read only once it is initialised.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_TEST_PATTERN_H
#define ZOETROPE_PLAYER_TEST_PATTERN_H

#include <stdint.h>

enum {
    ZOE_TEST_PATTERN_BALLS = 4,
    ZOE_TEST_PATTERN_OCTAVES = 5,
    ZOE_TEST_PATTERN_STROKES = 320, /* line segments of the number, 20 characters at most */
};

typedef struct zoe_test_pattern_ball {
    float x, y, radius; /* pixels */
    float color[3];
} zoe_test_pattern_ball;

typedef struct zoe_test_pattern_stroke {
    float x0, y0, x1, y1; /* pixels */
} zoe_test_pattern_stroke;

/* All fields are the picture's own. */
typedef struct zoe_test_pattern {
    int32_t width, height;
    uint32_t seed;
    uint32_t grain_seed; /* another for each frame */
    int32_t alpha;
    float grain;
    double pan;     /* of the landscape, pixels */
    double far_pan; /* of the clouds */
    double cell[ZOE_TEST_PATTERN_OCTAVES];
    float horizon, ridge; /* rows: where the land begins, and how high its hills are */
    float sun_x, sun_y, sun_radius;
    zoe_test_pattern_ball balls[ZOE_TEST_PATTERN_BALLS];
    zoe_test_pattern_stroke strokes[ZOE_TEST_PATTERN_STROKES];
    int32_t stroke_count;
    float pen;                                    /* half the width of a stroke, pixels */
    float plate_x0, plate_y0, plate_x1, plate_y1; /* behind the number, pixels */
} zoe_test_pattern;

/*
 * Prepares one frame. width, height: pixels, 1 or more. alpha: 1 leaves the sky out (transparent
 * black) and gives coverage in a fourth plane, colours premultiplied. grain: standard deviation of
 * the grain at middle grey, relative to it; 0: none, a smooth render.
 */
void zoe_test_pattern_init(zoe_test_pattern *picture, int32_t width, int32_t height, uint64_t seed,
                           int64_t frame, int32_t alpha, float grain);

/*
 * Computes `count` pixels of row y, from x on. planes: red, green, blue and (used only with alpha)
 * alpha, `count` values each.
 */
void zoe_test_pattern_row(const zoe_test_pattern *picture, int32_t x, int32_t y, int32_t count,
                          float *const planes[4]);

#endif
