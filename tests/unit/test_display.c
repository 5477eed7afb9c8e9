/*
 * Which colour a sample becomes: the table and its formulas, the views, ranges of single values,
 * and values that are no numbers. And calls that are refused.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/display_fixture.h"
#include "support/display_reference.h"

/* ---- the table ---- */

static void table_is_the_formulas(void **state)
{
    (void)state;
    static const zoe_grade grades[] = {
        {0, 1, 1, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_SRGB},
        {0, 1, 1, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_REC709},
        {0, 1, 1, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_LINEAR},
        {2.5f, 2.2f, 1, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_LINEAR},
        {-3, 0.4f, 1.7f, 1, 0, 1, ZOE_VIEW_RED, ZOE_TRANSFER_SRGB},
        {20, 1, 10, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_SRGB},
        {-20, 10, 0.3f, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_SRGB},
        {1, 0.1f, 0, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_REC709},
    };
    for (size_t k = 0; k < sizeof grades / sizeof *grades; k++) {
        zoe_display_lut *lut = display_fixture_lut(&grades[k]);
        assert_int_equal(lut->separable, 1);
        for (uint32_t h = 0; h < 0x7c00; h++) {
            double light =
                display_reference_exposed(&grades[k], (double)zoe_half_to_float((uint16_t)h));
            double expected = display_reference_shown(&grades[k], light);
            if (fabs(lut->to_byte[h] - expected) > 0.5 + 1e-6)
                fail_msg("grade %zu half %04x: %d, expected %.9f", k, h, lut->to_byte[h], expected);
            if (fabs((double)lut->to_light[0][h] - fmin(light, 1e36)) > 1e-6 * light)
                fail_msg("grade %zu half %04x: light %.9g, expected %.9g", k, h,
                         (double)lut->to_light[0][h], light);
            assert_int_equal(lut->to_byte[h | 0x8000], h == 0 ? lut->to_byte[0] : 0);
        }
        assert_int_equal(lut->to_byte[0x7c00], 255);
        assert_int_equal(lut->to_byte[0xfc00], 0);
        for (uint32_t h = 0x7c01; h < 0x8000; h++) {
            assert_int_equal(lut->to_byte[h], 0);
            assert_int_equal(lut->to_byte[h | 0x8000], 0);
            assert_true(lut->to_light[0][h] == 0 && lut->to_light[0][h | 0x8000] == 0);
        }
        free(lut);
    }
}

static void table_clamps_the_grade(void **state)
{
    (void)state;
    zoe_grade grade = {NAN, NAN, 99, -1, 5, 5, (zoe_channel_view)77, (zoe_transfer)9};
    zoe_display_lut *lut = display_fixture_lut(&grade);
    assert_true(lut->grade.exposure == 0 && lut->grade.gamma == 1);
    assert_true(lut->grade.contrast == 10 && lut->grade.saturation == 0);
    assert_true(lut->grade.range_min == 0 && lut->grade.range_max == 1);
    assert_int_equal(lut->grade.view, ZOE_VIEW_COLOR);
    assert_int_equal(lut->grade.transfer, ZOE_TRANSFER_SRGB);
    assert_int_equal(lut->separable, 0);
    free(lut);
}

/* The same of pictures that are enlarged a little, and mirrored. */
static void bytes_between_samples_are_the_same_everywhere(void **state)
{
    (void)state;
    uint64_t s = 7, hash = 14695981039346656037u;
    zoe_frame frame;
    display_fixture_make(&frame, -3, 5, 97, 61, 4, display_fixture_halves);
    display_fixture_fill(&frame, &s, -0.1, 1.5);
    zoe_display_lut *lut = display_fixture_lut(NULL);
    for (int k = 0; k < 4; k++) {
        const double step = 0.51 + 0.15 * k;
        zoe_viewport v = {90, 3, -step, step, 140, 110, 0xff102030u, ZOE_FILTER_AUTO};
        uint32_t *pixels = display_fixture_draw(&frame, lut, &v);
        for (int i = 0; i < v.width * v.height; i++)
            hash = (hash ^ pixels[i]) * 1099511628211u;
        free(pixels);
    }
    free(lut);
    display_fixture_free(&frame);
    print_message("hash %016llx\n", (unsigned long long)hash);
    assert_true(hash == 0xa62282fc54eb5c6bu);
}

/* A checksum of tables and pictures that must come out on every machine. */
static void bytes_are_the_same_everywhere(void **state)
{
    (void)state;
    zoe_grade grade = {0.7f, 1.3f, 1.2f, 1.4f, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_SRGB};
    uint64_t s = 7, hash = 14695981039346656037u;
    zoe_frame frame;
    display_fixture_make(&frame, -3, 5, 97, 61, 4, display_fixture_halves);
    display_fixture_fill(&frame, &s, -0.1, 1.5);
    for (int k = 0; k < 6; k++) {
        grade.saturation = k & 1 ? 1.0f : 1.4f;
        zoe_display_lut *lut = display_fixture_lut(&grade);
        const double step = 0.6 + 0.7 * k;
        zoe_viewport v = {-5, 3, step, step, 40, 30, 0xff102030u, ZOE_FILTER_NEAREST};
        uint32_t *pixels = display_fixture_draw(&frame, lut, &v);
        for (int i = 0; i < v.width * v.height; i++)
            hash = (hash ^ pixels[i]) * 1099511628211u;
        for (int i = 0; i < ZOE_DISPLAY_LUT_SIZE; i++) {
            uint32_t bits;
            memcpy(&bits, &lut->to_light[0][i], 4);
            hash = (hash ^ lut->to_byte[i]) * 1099511628211u;
            hash = (hash ^ bits) * 1099511628211u;
        }
        free(pixels);
        free(lut);
    }
    display_fixture_free(&frame);
    print_message("hash %016llx\n", (unsigned long long)hash);
    assert_true(hash == 0x74254c710a7e1955u);
}

/* ---- colours ---- */

/* The colour of a frame's first pixel. */
static uint32_t first_pixel(const zoe_frame *frame, const zoe_grade *grade)
{
    const zoe_viewport v = {frame->window.min_x, frame->window.min_y, 1, 1, 1, 1, 0};
    zoe_display_lut *lut = display_fixture_lut(grade);
    uint32_t *pixels = display_fixture_draw(frame, lut, &v);
    uint32_t first = pixels[0];
    free(pixels);
    free(lut);
    return first;
}

static void averages_of_what_is_not_a_number(void **state)
{
    (void)state;
    zoe_grade g;
    zoe_grade_init(&g);
    g.transfer = ZOE_TRANSFER_LINEAR;
    for (int mixed = 0; mixed < 2; mixed++) {
        g.saturation = mixed ? 1.5f : 1.0f;
        zoe_display_lut *lut = display_fixture_lut(&g);
        zoe_frame frame;
        display_fixture_make(&frame, 0, 0, 32, 2, 3, display_fixture_halves);
        for (int x = 0; x < 32; x++)
            for (int y = 0; y < 2; y++)
                for (uint32_t p = 0; p < 3; p++)
                    display_fixture_set(&frame, p, x, y, 0.8f);
        for (uint32_t p = 0; p < 3; p++) {
            display_fixture_set(&frame, p, 0, 0, NAN);       /* 0.6 */
            display_fixture_set(&frame, p, 2, 1, INFINITY);  /* white */
            display_fixture_set(&frame, p, 4, 0, -INFINITY); /* black */
            display_fixture_set(&frame, p, 6, 0, INFINITY);
            display_fixture_set(&frame, p, 7, 1, -INFINITY); /* black */
            display_fixture_set(&frame, p, 8, 0, INFINITY);
            display_fixture_set(&frame, p, 8, 1, -INFINITY); /* black */
            display_fixture_set(&frame, p, 10, 0, INFINITY);
            display_fixture_set(&frame, p, 11, 1, NAN); /* white */
        }
        zoe_viewport v = {0, 0, 2, 2, 16, 1, 0};
        uint32_t *pixels = display_fixture_draw(&frame, lut, &v);
        static const int expected[] = {153, 255, 0, 0, 0, 255, 204};
        for (int i = 0; i < 7; i++)
            for (int c = 0; c < 3; c++)
                assert_int_equal(pixels[i] >> (8 * c) & 255, expected[i]);
        free(pixels);
        display_fixture_free(&frame);
        free(lut);
    }
    /* One channel infinite, and the others not: mixing does not make it not a number. */
    zoe_frame frame;
    display_fixture_make(&frame, 0, 0, 1, 1, 3, display_fixture_halves);
    display_fixture_set(&frame, 0, 0, 0, INFINITY);
    display_fixture_set(&frame, 1, 0, 0, 0.5f);
    display_fixture_set(&frame, 2, 0, 0, 0.5f);
    assert_int_equal(first_pixel(&frame, &g) >> 16 & 255, 255);
    display_fixture_free(&frame);
}

static void views(void **state)
{
    (void)state;
    zoe_frame frame;
    display_fixture_make(&frame, 0, 0, 1, 1, 4, display_fixture_halves);
    static const float values[] = {0.2f, 0.4f, 0.6f, 0.5f};
    for (uint32_t p = 0; p < 4; p++)
        display_fixture_set(&frame, p, 0, 0, values[p]);
    zoe_grade g;
    zoe_grade_init(&g);
    g.transfer = ZOE_TRANSFER_LINEAR;
    static const uint32_t expected[] = {0xff336699, 0xff333333, 0xff666666,
                                        0xff999999, 0xff808080, 0xff5f5f5f};
    for (int view = 0; view < 6; view++) {
        g.view = (zoe_channel_view)view;
        uint32_t got = first_pixel(&frame, &g);
        if (got != expected[view])
            fail_msg("view %d: %08x, expected %08x", view, got, expected[view]);
    }
    /* Alpha is not exposed; without one the picture is opaque. */
    g.view = ZOE_VIEW_ALPHA;
    g.exposure = 1;
    g.transfer = ZOE_TRANSFER_SRGB;
    assert_int_equal(first_pixel(&frame, &g), 0xff808080);
    frame.alpha_plane = -1;
    assert_int_equal(first_pixel(&frame, &g), 0xffffffff);
    display_fixture_free(&frame);
}

static void single_values_and_their_range(void **state)
{
    (void)state;
    static const zoe_sample_type types[] = {ZOE_SAMPLE_UINT, ZOE_SAMPLE_HALF};
    zoe_frame frame;
    display_fixture_make(&frame, 0, 0, 4, 1, 1, types);
    static const uint32_t ids[] = {1000000, 1500000, 2000000, 4000000000u};
    for (int x = 0; x < 4; x++)
        *(uint32_t *)display_fixture_at(&frame, 0, x, 0) = ids[x];
    zoe_grade g;
    zoe_grade_init(&g);
    g.transfer = ZOE_TRANSFER_LINEAR;
    g.range_min = 1e6f;
    g.range_max = 2e6f;
    zoe_viewport v = {0, 0, 1, 1, 4, 1, 0};
    for (int view = 0; view < 6; view++) {
        g.view = (zoe_channel_view)view;
        g.saturation = view == ZOE_VIEW_COLOR ? 2.0f : 1.0f;
        zoe_display_lut *lut = display_fixture_lut(&g);
        uint32_t *pixels = display_fixture_draw(&frame, lut, &v);
        if (view == ZOE_VIEW_ALPHA) {
            assert_int_equal(pixels[0], 0xffffffff);
        } else {
            assert_int_equal(pixels[0], 0xff000000);
            assert_int_equal(pixels[1], 0xff808080);
            assert_int_equal(pixels[2], 0xffffffff);
            assert_int_equal(pixels[3], 0xffffffff);
        }
        free(pixels);
        free(lut);
    }
    float values[ZOE_PLANES_MAX];
    assert_int_equal(zoe_display_sample(&frame, 3, 0, values), 1);
    assert_true(values[0] == 4e9f);
    display_fixture_free(&frame);
    /* Alpha has no range. */
    static const zoe_sample_type with_alpha[] = {ZOE_SAMPLE_FLOAT, ZOE_SAMPLE_HALF};
    display_fixture_make(&frame, 0, 0, 1, 1, 2, with_alpha);
    frame.alpha_plane = 1;
    display_fixture_set(&frame, 0, 0, 0, 1.6e6f);
    display_fixture_set(&frame, 1, 0, 0, 0.2f);
    for (int alpha = 0; alpha < 2; alpha++) {
        g.view = alpha ? ZOE_VIEW_ALPHA : ZOE_VIEW_COLOR;
        assert_int_equal(first_pixel(&frame, &g), alpha ? 0xff333333 : 0xff999999);
    }
    display_fixture_free(&frame);
    /* Two values: red and green. */
    display_fixture_make(&frame, 0, 0, 1, 1, 2, display_fixture_halves);
    display_fixture_set(&frame, 0, 0, 0, 1.0f);
    display_fixture_set(&frame, 1, 0, 0, 0.2f);
    zoe_grade_init(&g);
    g.transfer = ZOE_TRANSFER_LINEAR;
    assert_int_equal(first_pixel(&frame, &g), 0xffff3300);
    display_fixture_free(&frame);
}

static void samples(void **state)
{
    (void)state;
    zoe_frame frame;
    display_fixture_make(&frame, -5, -6, 3, 2, 3, display_fixture_halves);
    for (int y = -6; y <= -5; y++)
        for (int x = -5; x <= -3; x++)
            for (uint32_t p = 0; p < 3; p++)
                display_fixture_set(&frame, p, x, y, (float)(x * 10 + y) + (float)p / 4);
    float values[ZOE_PLANES_MAX];
    assert_int_equal(zoe_display_sample(&frame, -4, -5, values), 3);
    assert_true(values[0] == -45.0f && values[1] == -44.75f && values[2] == -44.5f);
    assert_int_equal(zoe_display_sample(&frame, -6, -5, values), 0);
    assert_int_equal(zoe_display_sample(&frame, -2, -5, values), 0);
    assert_int_equal(zoe_display_sample(&frame, -4, -7, values), 0);
    assert_int_equal(zoe_display_sample(&frame, INT32_MAX, INT32_MIN, values), 0);
    display_fixture_free(&frame);
}

/* ---- arguments ---- */

static void bad_arguments(void **state)
{
    (void)state;
    zoe_frame frame;
    display_fixture_make(&frame, 0, 0, 8, 8, 3, display_fixture_halves);
    zoe_display_lut *lut = display_fixture_lut(NULL);
    const zoe_viewport good = {0, 0, 1, 1, 8, 8, 0};
    void *scratch = display_fixture_scratch(zoe_display_scratch_bytes(&frame, &good));
    static uint32_t pixels[64];
    zoe_viewport bad[] = {good, good, good, good, good, good};
    bad[0].step_x = 0;
    bad[1].step_y = -0.0;
    bad[2].origin_x = NAN;
    bad[3].step_x = INFINITY;
    bad[4].width = 0;
    bad[5].height = 40000;
    for (int i = 0; i < 6; i++) {
        assert_int_equal(zoe_display_scratch_bytes(&frame, &bad[i]), 0);
        assert_int_equal(zoe_display_draw(&frame, lut, &bad[i], 0, 1, pixels, 32, scratch),
                         ZOE_ERROR_ARGUMENT);
    }
    const zoe_viewport *v = &good;
    assert_int_equal(zoe_display_draw(&frame, lut, v, 0, 8, pixels, 32, scratch), ZOE_OK);
    assert_int_equal(zoe_display_draw(&frame, lut, v, 0, 8, pixels, 28, scratch),
                     ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_display_draw(&frame, lut, v, 0, 9, pixels, 32, scratch),
                     ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_display_draw(&frame, lut, v, 1, INT32_MAX, pixels, 32, scratch),
                     ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_display_draw(&frame, lut, v, -1, 2, pixels, 32, scratch),
                     ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_display_draw(&frame, lut, v, 0, 8, pixels, 32, NULL), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_display_draw(&frame, lut, v, 0, 8, NULL, 32, scratch), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_display_draw(NULL, lut, v, 0, 8, pixels, 32, scratch), ZOE_ERROR_ARGUMENT);
    /* A window far from the picture, and steps and places beyond all measure. */
    static const double far[] = {1e6, -1e6, 1e300, -1e300};
    for (int i = 0; i < 4; i++) {
        zoe_viewport away = {far[i], 0, 1, 1, 8, 8, 0xff123456};
        memset(pixels, 0, sizeof pixels);
        assert_int_equal(zoe_display_scratch_bytes(&frame, &away), 0);
        assert_int_equal(zoe_display_draw(&frame, lut, &away, 0, 8, pixels, 32, NULL), ZOE_OK);
        for (int k = 0; k < 64; k++)
            assert_int_equal(pixels[k], 0xff123456);
    }
    static const double sizes[] = {1e-300, 1e-9, 1e9, 1e300};
    for (int i = 0; i < 4; i++) {
        zoe_viewport odd = {-sizes[i], 0, sizes[i], sizes[i], 8, 8, 0};
        uint32_t *drawn = display_fixture_draw(&frame, lut, &odd);
        free(drawn);
        zoe_viewport mirrored = {-sizes[i], -1.7e308, -sizes[i], -1.7e308, 8, 8, 0};
        drawn = display_fixture_draw(&frame, lut, &mirrored);
        free(drawn);
    }
    free(scratch);
    free(lut);
    display_fixture_free(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_the_formulas),
        cmocka_unit_test(table_clamps_the_grade),
        cmocka_unit_test(bytes_are_the_same_everywhere),
        cmocka_unit_test(bytes_between_samples_are_the_same_everywhere),
        cmocka_unit_test(averages_of_what_is_not_a_number),
        cmocka_unit_test(views),
        cmocka_unit_test(single_values_and_their_range),
        cmocka_unit_test(samples),
        cmocka_unit_test(bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
