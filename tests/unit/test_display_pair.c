/*
 * Two frames as one picture: the ends of a blend are the frames themselves, a difference is that of
 * their samples, with and without SIMD, in any shares of rows.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <zoetrope/pair.h>

#include "base/cpu.h"
#include "support/display_fixture.h"
#include "support/seeded_random.h"

/* In shares of rows, into memory of exactly the size that is asked for. */
static uint32_t *draw(const zoe_pair *pair, const zoe_display_lut *lut, int32_t share)
{
    const zoe_viewport *v = pair->viewports[0];
    size_t stride = (size_t)v->width * 4;
    uint32_t *pixels = malloc(stride * (size_t)v->height);
    void *scratch = display_fixture_scratch((zoe_pair_scratch_bytes(pair) + 63) / 64 * 64);
    assert_non_null(pixels);
    for (int32_t row = 0; row < v->height; row += share) {
        int32_t rows = v->height - row < share ? v->height - row : share;
        assert_int_equal(
            zoe_pair_draw(pair, lut, row, rows, pixels + row * v->width, stride, scratch), ZOE_OK);
    }
    free(scratch);
    return pixels;
}

static zoe_viewport random_viewport(uint64_t *s, const zoe_frame *frame)
{
    static const double steps[] = {0.3, 0.8, 1, 1.6, 4.5, -1, -0.7, -2.2};
    zoe_viewport v = {frame->picture.min_x - 4.5,
                      frame->picture.min_y - 3.25,
                      steps[display_fixture_below(s, 8)],
                      steps[display_fixture_below(s, 8)],
                      61,
                      37,
                      0xff223344u,
                      ZOE_FILTER_AUTO};
    if (v.step_x < 0)
        v.origin_x -= v.width * v.step_x;
    if (v.step_y < 0)
        v.origin_y -= v.height * v.step_y;
    return v;
}

static zoe_grade random_grade(uint64_t *s)
{
    zoe_grade g;
    zoe_grade_init(&g);
    g.view = (zoe_channel_view)display_fixture_below(s, 6);
    g.exposure = display_fixture_below(s, 2) ? 0.0f : 0.7f;
    g.saturation = display_fixture_below(s, 2) ? 1.0f : 1.4f;
    g.contrast = display_fixture_below(s, 2) ? 1.0f : 1.3f;
    return g;
}

/* Is the viewport's pixel within a picture? */
static bool inside(const zoe_frame *frame, const zoe_viewport *v, int i)
{
    double x = v->origin_x + (i % v->width + 0.5) * v->step_x;
    double y = v->origin_y + (i / v->width + 0.5) * v->step_y;
    const zoe_box *p = &frame->picture;
    return x >= p->min_x && x < p->max_x + 1.0 && y >= p->min_y && y < p->max_y + 1.0;
}

static void make_frames(uint64_t *s, zoe_frame frames[2])
{
    for (int i = 0; i < 2; i++) {
        display_fixture_make(&frames[i], display_fixture_below(s, 9) - 4, 2,
                             20 + display_fixture_below(s, 80), 15 + display_fixture_below(s, 50),
                             3 + (uint32_t)display_fixture_below(s, 2), display_fixture_halves);
        display_fixture_fill(&frames[i], s, 0, 1.4);
        frames[i].picture.max_x += display_fixture_below(s, 5);
        frames[i].picture.min_y -= display_fixture_below(s, 5);
    }
}

static void the_ends_of_a_blend_are_the_frames(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    for (int round = 0; round < 80; round++) {
        zoe_frame frames[2];
        make_frames(&s, frames);
        zoe_grade g = random_grade(&s);
        zoe_display_lut *lut = display_fixture_lut(&g);
        zoe_viewport v[2] = {random_viewport(&s, &frames[0]), random_viewport(&s, &frames[1])};
        for (int end = 0; end < 2; end++) {
            zoe_pair pair = {
                {&frames[0], &frames[1]}, {&v[0], &v[1]}, ZOE_PAIR_BLEND, (float)end, NULL};
            uint32_t *mixed = draw(&pair, lut, 1 + display_fixture_below(&s, 37));
            uint32_t *alone = display_fixture_draw(&frames[end], lut, &v[end]);
            for (int i = 0; i < 61 * 37; i++) {
                if (inside(&frames[end], &v[end], i) && mixed[i] != alone[i])
                    fail_msg("view %d, pixel %d, %d: %08x, alone %08x", (int)g.view, i % 61, i / 61,
                             mixed[i], alone[i]);
                if (!inside(&frames[0], &v[0], i) && !inside(&frames[1], &v[1], i))
                    assert_int_equal(mixed[i], 0xff223344u);
            }
            free(mixed);
            free(alone);
        }
        free(lut);
        display_fixture_free(&frames[0]);
        display_fixture_free(&frames[1]);
    }
}

static void a_difference_is_of_the_samples(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    zoe_frame frames[2], expected;
    for (int i = 0; i < 2; i++) {
        display_fixture_make(&frames[i], 0, 0, 40, 30, 3, display_fixture_halves);
        display_fixture_fill(&frames[i], &s, -0.2, 1.4);
    }
    display_fixture_make(&expected, 0, 0, 40, 30, 3, display_fixture_halves);
    for (uint32_t p = 0; p < 3; p++)
        for (int i = 0; i < 1200; i++) {
            double a = display_fixture_get(&frames[0], p, i % 40, i / 40);
            double b = display_fixture_get(&frames[1], p, i % 40, i / 40);
            display_fixture_set(&expected, p, i % 40, i / 40, (float)(fabs(a - b) * 4));
        }
    zoe_grade g;
    zoe_grade_init(&g);
    g.exposure = -1;
    zoe_display_lut *lut = display_fixture_lut(&g);
    zoe_viewport v = {0, 0, 1, 1, 40, 30, 0, ZOE_FILTER_AUTO};
    zoe_pair pair = {{&frames[0], &frames[1]}, {&v, &v}, ZOE_PAIR_DIFFERENCE, 4.0f, NULL};
    uint32_t *got = draw(&pair, lut, 30), *want = display_fixture_draw(&expected, lut, &v);
    assert_memory_equal(got, want, 1200 * 4);
    free(got);
    /* With itself, shrunk or not, nothing is left. */
    pair.frames[1] = &frames[0];
    v.step_x = v.step_y = 1.7;
    v.width = 23;
    v.height = 17;
    got = draw(&pair, lut, 5);
    for (int i = 0; i < 23 * 17; i++)
        assert_int_equal(got[i], 0xff000000u);
    free(got);
    free(want);
    free(lut);
    for (int i = 0; i < 2; i++)
        display_fixture_free(&frames[i]);
    display_fixture_free(&expected);
}

static void an_anaglyph_has_red_of_the_first(void **state)
{
    (void)state;
    uint64_t s = 5;
    zoe_frame frames[2];
    make_frames(&s, frames);
    zoe_display_lut *lut = display_fixture_lut(NULL);
    zoe_viewport v = {5, 5, 0.8, 0.8, 16, 10, 0, ZOE_FILTER_AUTO};
    zoe_pair pair = {{&frames[0], &frames[1]}, {&v, &v}, ZOE_PAIR_ANAGLYPH, 0, NULL};
    uint32_t *mixed = draw(&pair, lut, 3), *left = display_fixture_draw(&frames[0], lut, &v);
    uint32_t *right = display_fixture_draw(&frames[1], lut, &v);
    for (int i = 0; i < 160; i++)
        assert_int_equal(mixed[i], (left[i] & 0xffff0000u) | (right[i] & 0x0000ffffu));
    free(mixed);
    free(left);
    free(right);
    free(lut);
    display_fixture_free(&frames[0]);
    display_fixture_free(&frames[1]);
}

static const float mixing[9] = {0.6f, 0.3f, 0.1f, -0.2f, 1.1f, 0.1f, 0.05f, 0.05f, 0.9f};

/* The second's light is brought to that of the first before they are mixed. */
static void light_of_other_primaries_is_converted(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    zoe_frame frame, converted;
    display_fixture_make(&frame, 0, 0, 40, 30, 3, display_fixture_halves);
    display_fixture_fill(&frame, &s, 0, 1.4);
    display_fixture_make(&converted, 0, 0, 40, 30, 3, display_fixture_halves);
    for (int i = 0; i < 1200; i++) {
        double v[3];
        for (uint32_t p = 0; p < 3; p++)
            v[p] = display_fixture_get(&frame, p, i % 40, i / 40);
        for (uint32_t p = 0; p < 3; p++)
            display_fixture_set(&converted, p, i % 40, i / 40,
                                (float)((double)mixing[3 * p] * v[0] +
                                        (double)mixing[3 * p + 1] * v[1] +
                                        (double)mixing[3 * p + 2] * v[2]));
    }
    zoe_display_lut *lut = display_fixture_lut(NULL);
    zoe_viewport v = {0, 0, 1, 1, 40, 30, 0, ZOE_FILTER_AUTO};
    zoe_pair pair = {{&converted, &frame}, {&v, &v}, ZOE_PAIR_DIFFERENCE, 1, mixing};
    uint32_t *got = draw(&pair, lut, 30);
    for (int i = 0; i < 1200; i++) /* but for the rounding to halves */
        if ((got[i] & 0xff) > 3 || (got[i] >> 8 & 0xff) > 3 || (got[i] >> 16 & 0xff) > 3)
            fail_msg("pixel %d: %08x", i, got[i]);
    free(got);
    pair.mix = ZOE_PAIR_BLEND;
    pair.amount = 1;
    uint32_t *want = display_fixture_draw(&converted, lut, &v);
    got = draw(&pair, lut, 30);
    uint32_t *alone = display_fixture_draw(&frame, lut, &v);
    assert_memory_not_equal(want, alone, 1200 * 4);
    free(alone);
    for (int i = 0; i < 1200; i++)
        for (int shift = 0; shift < 24; shift += 8)
            assert_true(abs((int)(got[i] >> shift & 0xff) - (int)(want[i] >> shift & 0xff)) <= 1);
    free(got);
    free(want);
    free(lut);
    display_fixture_free(&frame);
    display_fixture_free(&converted);
}

static void every_level_of_simd_writes_the_same(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    for (int round = 0; round < 40; round++) {
        zoe_frame frames[2];
        make_frames(&s, frames);
        display_fixture_poison(&frames[round % 2], &s, 30);
        zoe_grade g = random_grade(&s);
        zoe_display_lut *lut = display_fixture_lut(&g);
        zoe_viewport v[2] = {random_viewport(&s, &frames[0]), random_viewport(&s, &frames[1])};
        zoe_pair pair = {{&frames[0], &frames[1]},
                         {&v[0], &v[1]},
                         (zoe_pair_mix)(round % 3),
                         0.6f,
                         round % 2 ? mixing : NULL};
        uint32_t *with = draw(&pair, lut, 37);
        zoe_cpu_limit(0);
        uint32_t *without = draw(&pair, lut, 4);
        zoe_cpu_limit(~0u);
        assert_memory_equal(with, without, 61 * 37 * 4);
        free(with);
        free(without);
        free(lut);
        display_fixture_free(&frames[0]);
        display_fixture_free(&frames[1]);
    }
}

static void bad_arguments(void **state)
{
    (void)state;
    zoe_frame frame;
    display_fixture_make(&frame, 0, 0, 8, 8, 3, display_fixture_halves);
    zoe_display_lut *lut = display_fixture_lut(NULL);
    zoe_viewport v = {0, 0, 1, 1, 8, 8, 0, ZOE_FILTER_AUTO}, other = v;
    zoe_pair pair = {{&frame, &frame}, {&v, &other}, ZOE_PAIR_BLEND, 0.5f, NULL}, bad = pair;
    uint32_t pixels[64];
    void *scratch = display_fixture_scratch((zoe_pair_scratch_bytes(&pair) + 63) / 64 * 64);
    assert_int_equal(zoe_pair_draw(&pair, lut, 0, 8, pixels, 32, scratch), ZOE_OK);
    assert_int_equal(zoe_pair_draw(&pair, lut, 1, 8, pixels, 32, scratch), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_pair_draw(&pair, lut, 0, 8, pixels, 32, NULL), ZOE_ERROR_ARGUMENT);
    bad.frames[1] = NULL;
    assert_int_equal(zoe_pair_draw(&bad, lut, 0, 8, pixels, 32, scratch), ZOE_ERROR_ARGUMENT);
    bad = pair;
    const float no_matrix[9] = {1, 0, 0, 0, INFINITY};
    bad.matrix = no_matrix;
    assert_int_equal(zoe_pair_draw(&bad, lut, 0, 8, pixels, 32, scratch), ZOE_ERROR_ARGUMENT);
    bad = pair;
    bad.amount = NAN;
    assert_int_equal(zoe_pair_draw(&bad, lut, 0, 8, pixels, 32, scratch), ZOE_ERROR_ARGUMENT);
    other.width = 7;
    assert_int_equal(zoe_pair_draw(&pair, lut, 0, 8, pixels, 32, scratch), ZOE_ERROR_ARGUMENT);
    /* Scratch goes with the window, whatever the frames' size. */
    zoe_frame wide = frame;
    wide.picture.max_x = wide.window.max_x = 30000;
    other = v = (zoe_viewport){0, 0, 12, 12, 2560, 1440, 0, ZOE_FILTER_AUTO};
    pair.frames[0] = pair.frames[1] = &wide;
    assert_in_range(zoe_pair_scratch_bytes(&pair), 1, 2560 * 240 + 300 * 1024);
    free(scratch);
    free(lut);
    display_fixture_free(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ends_of_a_blend_are_the_frames),
        cmocka_unit_test(a_difference_is_of_the_samples),
        cmocka_unit_test(an_anaglyph_has_red_of_the_first),
        cmocka_unit_test(light_of_other_primaries_is_converted),
        cmocka_unit_test(every_level_of_simd_writes_the_same),
        cmocka_unit_test(bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
