/*
 * Marks and ids: every pixel against what its samples say, at every scale, mirrored or not.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <zoetrope/inspect.h>

#include "support/display_fixture.h"
#include "support/display_reference.h"
#include "support/seeded_random.h"

static const uint32_t GREY = 0xff404040u;

/* Draws over grey, in two shares of rows. */
static uint32_t *marked(const zoe_frame *frame, const zoe_grade *grade, const zoe_viewport *v,
                        uint32_t *found)
{
    zoe_display_lut *lut = display_fixture_lut(grade);
    size_t count = (size_t)v->width * (size_t)v->height, stride = (size_t)v->width * 4;
    uint32_t *pixels = malloc(count * 4);
    void *scratch = malloc(zoe_inspect_scratch_bytes(v));
    assert_true(pixels && scratch);
    for (size_t i = 0; i < count; i++)
        pixels[i] = GREY;
    int32_t half = v->height / 2;
    *found = 0;
    assert_int_equal(zoe_inspect_draw_marks(frame, lut, v, 0, half, pixels, stride, scratch, found),
                     ZOE_OK);
    assert_int_equal(zoe_inspect_draw_marks(frame, lut, v, half, v->height - half,
                                            pixels + (size_t)half * (size_t)v->width, stride,
                                            scratch, found),
                     ZOE_OK);
    free(scratch);
    free(lut);
    return pixels;
}

/* The samples that a pixel of the viewport covers, along one direction; from > to: none. */
static void covered(double origin, double step, int at, int low, int high, int *from, int *to)
{
    double a = origin + at * step, b = a + step;
    double least = fmin(a, b), most = fmax(a, b), middle = (a + b) / 2;
    *from = *to + 1;
    if (middle < low || middle >= high + 1.0)
        return;
    if (most - least <= 1) {
        *from = *to = (int)floor(middle);
        return;
    }
    *from = (int)fmax(floor(least), low);
    *to = (int)fmin(ceil(most) - 1, high);
}

static uint32_t marks_of(const zoe_frame *frame, const zoe_grade *g, uint32_t plane, int x, int y)
{
    double v = display_fixture_get(frame, plane, x, y);
    if (isnan(v))
        return ZOE_MARK_NAN;
    if (isinf(v))
        return ZOE_MARK_INFINITE;
    if (!frame->is_color)
        v = (v - (double)g->range_min) / ((double)g->range_max - (double)g->range_min);
    v = display_reference_exposed(g, v);
    return v > 1.0 ? ZOE_MARK_OVER : v < 0.0 ? ZOE_MARK_UNDER : 0;
}

static void check(const zoe_frame *frame, const zoe_grade *g, const zoe_viewport *v)
{
    const zoe_box *p = &frame->picture, *w = &frame->window;
    uint32_t found, all = 0, *pixels = marked(frame, g, v, &found);
    for (int dy = 0; dy < v->height; dy++)
        for (int dx = 0; dx < v->width; dx++) {
            int x0 = 0, x1 = 0, y0 = 0, y1 = 0;
            uint32_t marks = 0, expected = GREY;
            covered(v->origin_x, v->step_x, dx, p->min_x, p->max_x, &x0, &x1);
            covered(v->origin_y, v->step_y, dy, p->min_y, p->max_y, &y0, &y1);
            for (int y = y0; y <= y1; y++)
                for (int x = x0; x <= x1; x++)
                    for (uint32_t i = 0; i < (frame->plane_count < 3 ? 1 : 3); i++)
                        if (x >= w->min_x && x <= w->max_x && y >= w->min_y && y <= w->max_y)
                            marks |= marks_of(frame, g, i, x, y);
            for (uint32_t bit = 1; bit <= ZOE_MARK_UNDER && expected == GREY; bit *= 2)
                if (marks & bit) {
                    expected = zoe_inspect_mark_color((zoe_mark)bit);
                    all |= bit;
                }
            uint32_t got = pixels[dy * v->width + dx];
            if (got != expected)
                fail_msg("pixel %d, %d: %08x, expected %08x; step %g %g", dx, dy, got, expected,
                         v->step_x, v->step_y);
        }
    assert_int_equal(found, all);
    free(pixels);
}

static void every_pixel_is_marked_by_its_samples(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    static const double steps[] = {0.25, 0.75, 1, 1.6, 3.25, 40, -1, -0.3, -2.5};
    for (int round = 0; round < 120; round++) {
        zoe_frame frame;
        zoe_sample_type types[4];
        for (int i = 0; i < 4; i++)
            types[i] = round % 3 ? ZOE_SAMPLE_HALF : ZOE_SAMPLE_FLOAT;
        display_fixture_make(&frame, display_fixture_below(&s, 9) - 4, 3,
                             1 + display_fixture_below(&s, 90), 1 + display_fixture_below(&s, 30),
                             round % 2 ? 3 : 1, types);
        display_fixture_fill(&frame, &s, 0.05, 0.4);
        for (int i = 0; i < 12; i++) {
            static const float odd[] = {NAN, INFINITY, -INFINITY, 90.0f, -90.0f, -0.0f};
            zoe_box w = frame.window;
            display_fixture_set(&frame, frame.plane_count < 3 ? 0 : (uint32_t)(i % 3),
                                w.min_x + display_fixture_below(&s, w.max_x - w.min_x + 1),
                                w.min_y + display_fixture_below(&s, w.max_y - w.min_y + 1),
                                odd[display_fixture_below(&s, 6)]);
        }
        frame.picture.min_x -= 3;
        frame.picture.max_y += 2;
        zoe_grade g;
        zoe_grade_init(&g);
        g.exposure = round % 5 ? 0.0f : 1.0f;
        g.contrast = round % 7 ? 1.0f : 1.5f;
        if (round % 4 == 0) {
            g.range_min = -1.0f;
            g.range_max = 3.0f;
        }
        double step = steps[display_fixture_below(&s, 9)];
        zoe_viewport v = {
            frame.picture.min_x - 1.5, 1.25, step, fabs(step), 60, 20, 0, ZOE_FILTER_AUTO};
        if (step < 0)
            v.origin_x -= step * v.width;
        check(&frame, &g, &v);
        display_fixture_free(&frame);
    }
}

/* One bad sample among more than a block's columns of one pixel. */
static void a_wide_picture_loses_none(void **state)
{
    (void)state;
    zoe_frame frame;
    display_fixture_make(&frame, 0, 0, 9000, 3, 1, display_fixture_halves);
    uint64_t s = 1;
    display_fixture_fill(&frame, &s, 0.1, 0.2);
    display_fixture_set(&frame, 0, 5200, 1, NAN);
    zoe_grade g;
    zoe_grade_init(&g);
    static const double steps[] = {9000, 3000, 1000, 100, 2};
    for (int i = 0; i < 5; i++) {
        zoe_viewport v = {0, 0, steps[i], 3, (int32_t)(9000 / steps[i]), 1, 0, ZOE_FILTER_AUTO};
        check(&frame, &g, &v);
    }
    display_fixture_free(&frame);
}

static void ids_have_colours_of_their_own(void **state)
{
    (void)state;
    assert_int_equal(zoe_inspect_id_color(0), 0xff000000u);
    for (uint32_t id = 1; id < 3000; id++) {
        uint32_t a = zoe_inspect_id_color(id), b = zoe_inspect_id_color(id + 1);
        int apart = 0, most = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            int channel = (int)(a >> shift & 255);
            apart += abs(channel - (int)(b >> shift & 255));
            most = channel > most ? channel : most;
        }
        assert_true(apart > 80 && most > 150);
    }
    /* They are in pictures that people saved. */
    assert_int_equal(zoe_inspect_id_color(1), 0xff4877e7u);
    assert_int_equal(zoe_inspect_id_color(0xdeadbeefu), 0xff268ed9u);
}

static void ids_are_never_averaged(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    static const zoe_sample_type types[] = {ZOE_SAMPLE_UINT};
    static const double steps[] = {0.2, 0.7, 1, 3.3, -1.5};
    zoe_frame frame;
    display_fixture_make(&frame, -4, 2, 50, 40, 1, types);
    for (int y = 2; y < 42; y++)
        for (int x = -4; x < 46; x++)
            *(uint32_t *)display_fixture_at(&frame, 0, x, y) = (uint32_t)seeded_random(&s);
    frame.picture.max_x += 6;
    for (int k = 0; k < 5; k++) {
        zoe_viewport v = {-7.3, 0.4, steps[k],    fabs(steps[k]),
                          70,   60,  0xff010203u, ZOE_FILTER_AUTO};
        if (steps[k] < 0)
            v.origin_x = 60;
        uint32_t pixels[70 * 60];
        int64_t scratch[70];
        assert_int_equal(zoe_inspect_draw_ids(&frame, &v, 0, 60, pixels, 280, scratch), ZOE_OK);
        for (int i = 0; i < 70 * 60; i++) {
            int x = (int)floor(v.origin_x + (i % 70 + 0.5) * v.step_x);
            int y = (int)floor(v.origin_y + (i / 70 + 0.5) * v.step_y);
            uint32_t expected = v.outside;
            if (display_reference_inside(&frame, &v, i % 70, i / 70))
                expected = x > frame.window.max_x
                               ? 0xff000000u
                               : zoe_inspect_id_color(
                                     *(const uint32_t *)display_fixture_at(&frame, 0, x, y));
            if (pixels[i] != expected)
                fail_msg("pixel %d, %d: %08x, expected %08x", i % 70, i / 70, pixels[i], expected);
        }
    }
    display_fixture_free(&frame);
}

static void bad_arguments(void **state)
{
    (void)state;
    zoe_frame frame;
    uint32_t pixels[64], found = 0;
    int64_t scratch[8];
    display_fixture_make(&frame, 0, 0, 8, 8, 3, display_fixture_halves);
    zoe_display_lut *lut = display_fixture_lut(NULL);
    zoe_viewport v = {0, 0, 1, 1, 8, 8, 0, ZOE_FILTER_AUTO};
    assert_int_equal(zoe_inspect_draw_marks(&frame, NULL, &v, 0, 8, pixels, 32, scratch, &found),
                     ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_inspect_draw_marks(&frame, lut, &v, 1, 8, pixels, 32, scratch, &found),
                     ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_inspect_draw_ids(&frame, &v, 0, 8, pixels, 28, scratch),
                     ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_inspect_draw_ids(&frame, &v, 0, 8, pixels, 32, NULL), ZOE_ERROR_ARGUMENT);
    zoe_frame endless = frame;
    endless.picture = (zoe_box){INT32_MIN, 0, INT32_MAX, 7};
    assert_int_equal(zoe_inspect_draw_ids(&endless, &v, 0, 8, pixels, 32, scratch),
                     ZOE_ERROR_ARGUMENT);
    v.step_x = 0;
    assert_int_equal(zoe_inspect_draw_ids(&frame, &v, 0, 8, pixels, 32, scratch),
                     ZOE_ERROR_ARGUMENT);
    free(lut);
    display_fixture_free(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pixel_is_marked_by_its_samples),
        cmocka_unit_test(a_wide_picture_loses_none),
        cmocka_unit_test(ids_have_colours_of_their_own),
        cmocka_unit_test(ids_are_never_averaged),
        cmocka_unit_test(bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
