/*
 * Frames at the edges of what 32 bits can say: they look as they do around the origin, and what
 * lies beyond every edge is outside.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/box.h"
#include "support/display_fixture.h"

enum { WIDTH = 33, HEIGHT = 21, SIDE = 40 };

static const uint32_t beyond = 0xff123456u;

/* Corners of a frame of WIDTH x HEIGHT. */
static const int32_t corners[][2] = {
    {INT32_MAX - WIDTH + 1, INT32_MAX - HEIGHT + 1},
    {INT32_MIN, INT32_MIN},
    {INT32_MAX - WIDTH + 1, INT32_MIN},
    {INT32_MIN, INT32_MAX - HEIGHT + 1},
};

enum { CORNERS = sizeof corners / sizeof *corners };

static void move(zoe_box *box, int32_t x, int32_t y)
{
    int64_t width = zoe_box_width(box), height = zoe_box_height(box);
    *box = (zoe_box){x, y, (int32_t)(x + width - 1), (int32_t)(y + height - 1)};
}

static void assert_same(const zoe_frame *a, zoe_viewport va, const zoe_frame *b, zoe_viewport vb)
{
    zoe_display_lut *lut = display_fixture_lut(NULL);
    uint32_t *pixels = display_fixture_draw(a, lut, &va),
             *other = display_fixture_draw(b, lut, &vb);
    for (int i = 0; i < SIDE * SIDE; i++)
        if (pixels[i] != other[i])
            fail_msg("step %g filter %d, %d %d: %08x, at the origin %08x", va.step_x, va.filter,
                     i % SIDE, i / SIDE, pixels[i], other[i]);
    free(pixels);
    free(other);
    free(lut);
}

static const double steps[] = {1, 0.75, 0.6, 0.25, 1.5, 4, -1, -0.75, -2};

static void frames_look_the_same_everywhere(void **state)
{
    (void)state;
    uint64_t random = 5;
    zoe_frame frame;
    display_fixture_make(&frame, 0, 0, WIDTH, HEIGHT, 4, display_fixture_halves);
    display_fixture_fill(&frame, &random, 0, 1);
    for (size_t c = 0; c < CORNERS; c++) {
        zoe_frame far = frame;
        move(&far.picture, corners[c][0], corners[c][1]);
        far.window = far.picture;
        for (size_t s = 0; s < sizeof steps / sizeof *steps; s++)
            for (int filter = ZOE_FILTER_AUTO; filter <= ZOE_FILTER_NEAREST; filter++) {
                zoe_viewport here = {steps[s] < 0 ? 30 : -3,
                                     steps[s] < 0 ? 24 : -2,
                                     steps[s],
                                     steps[s],
                                     SIDE,
                                     SIDE,
                                     beyond,
                                     (zoe_filter)filter};
                zoe_viewport there = here;
                there.origin_x += corners[c][0];
                there.origin_y += corners[c][1];
                assert_same(&far, there, &frame, here);
            }
    }
    display_fixture_free(&frame);
}

/* Samples at the end of a picture as large as one can be. */
static void the_end_of_the_largest_picture(void **state)
{
    (void)state;
    uint64_t random = 6;
    zoe_frame frame;
    display_fixture_make(&frame, 0, 0, WIDTH, HEIGHT, 3, display_fixture_halves);
    display_fixture_fill(&frame, &random, 0, 1);
    frame.picture = (zoe_box){-1000, -1000, WIDTH - 1, HEIGHT - 1};
    static const int32_t lows[] = {1, 0, INT32_MIN};
    for (size_t i = 0; i < sizeof lows / sizeof *lows; i++) {
        int32_t high = lows[i] < 0 ? -2 : lows[i] + (INT32_MAX - 1);
        zoe_frame far = frame;
        far.picture = (zoe_box){lows[i], lows[i], high, high};
        move(&far.window, high - WIDTH + 1, high - HEIGHT + 1);
        for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
            zoe_viewport here = {steps[s] < 0 ? 30 : -3,
                                 steps[s] < 0 ? 24 : -2,
                                 steps[s],
                                 steps[s],
                                 SIDE,
                                 SIDE,
                                 beyond,
                                 ZOE_FILTER_AUTO};
            zoe_viewport there = here;
            there.origin_x += far.window.min_x;
            there.origin_y += far.window.min_y;
            assert_same(&far, there, &frame, here);
        }
    }
    display_fixture_free(&frame);
}

/* Wherever a viewport lies that does not meet the picture, it shows nothing of it. */
static void far_viewports_show_nothing(void **state)
{
    (void)state;
    static const double origins[] = {INT32_MAX + 1.0, 4294967296.0,  4294967297.0, 8589934600.0,
                                     -4294967296.0,   1099511627776, 1e300,        -1e300};
    zoe_frame frame;
    display_fixture_make(&frame, 0, 0, WIDTH, HEIGHT, 3, display_fixture_halves);
    zoe_display_lut *lut = display_fixture_lut(NULL);
    for (size_t i = 0; i < 4 * sizeof origins / sizeof *origins; i++) {
        static const double sizes[] = {1, 0.75, 3, -1};
        double origin = origins[i / 4], step = sizes[i % 4];
        zoe_viewport down = {0, origin, 1, step, SIDE, SIDE, beyond, ZOE_FILTER_AUTO};
        zoe_viewport across = {origin, 0, step, 1, SIDE, SIDE, beyond, ZOE_FILTER_AUTO};
        for (int k = 0; k < 2; k++) {
            uint32_t *pixels = display_fixture_draw(&frame, lut, k ? &across : &down);
            for (int p = 0; p < SIDE * SIDE; p++)
                if (pixels[p] != beyond)
                    fail_msg("%s from %g in steps of %g: %08x at %d %d", k ? "across" : "down",
                             origin, step, pixels[p], p % SIDE, p / SIDE);
            free(pixels);
        }
    }
    free(lut);
    display_fixture_free(&frame);
}

static void samples_have_their_places(void **state)
{
    (void)state;
    zoe_frame frame;
    display_fixture_make(&frame, 0, 0, WIDTH, HEIGHT, 1, display_fixture_halves);
    display_fixture_set(&frame, 0, WIDTH - 1, HEIGHT - 1, 3);
    display_fixture_set(&frame, 0, 0, 0, 5);
    for (size_t c = 0; c < CORNERS; c++) {
        zoe_frame far = frame;
        float values[ZOE_PLANES_MAX];
        move(&far.window, corners[c][0], corners[c][1]);
        far.picture = far.window;
        assert_int_equal(zoe_display_sample(&far, far.window.max_x, far.window.max_y, values), 1);
        assert_true(values[0] == 3.0f);
        assert_int_equal(zoe_display_sample(&far, far.window.min_x, far.window.min_y, values), 1);
        assert_true(values[0] == 5.0f);
        assert_int_equal(zoe_display_sample(&far, 0, 0, values), 0);
    }
    display_fixture_free(&frame);
}

/* ---- boxes ---- */

static void blocks_at_the_edges(void **state)
{
    (void)state;
    const zoe_box all = {INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX};
    assert_true(zoe_box_width(&all) == (int64_t)1 << 32 && !zoe_box_is_empty(&all));
    for (int32_t shift = 0; shift <= 3; shift++) {
        zoe_box small = zoe_box_shrink(all, shift);
        assert_int_equal(small.min_x, INT32_MIN / (1 << shift));
        assert_int_equal(small.max_y, INT32_MAX >> shift);
        zoe_box grown = zoe_box_grow(small, shift, all);
        assert_memory_equal(&grown, &all, sizeof all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_look_the_same_everywhere),
        cmocka_unit_test(the_end_of_the_largest_picture),
        cmocka_unit_test(far_viewports_show_nothing),
        cmocka_unit_test(samples_have_their_places),
        cmocka_unit_test(blocks_at_the_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
