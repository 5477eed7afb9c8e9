/*
 * Which samples a pixel shows, at every scale and place of the window: against a reference, with
 * and without SIMD, panned, and drawn by several threads' shares.
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
#include <string.h>

#include <cmocka.h>

#include "base/cpu.h"
#include "display/scale.h"
#include "support/display_fixture.h"
#include "support/display_reference.h"
#include "support/seeded_random.h"

/* ---- against the reference ---- */

static void check_against_reference(const zoe_frame *frame, const zoe_grade *g,
                                    const zoe_viewport *v)
{
    zoe_display_lut *lut = display_fixture_lut(g);
    uint32_t *pixels = display_fixture_draw(frame, lut, v);
    for (int y = 0; y < v->height; y++)
        for (int x = 0; x < v->width; x++) {
            uint32_t got = pixels[(size_t)y * (size_t)v->width + (size_t)x];
            if (!display_reference_inside(frame, v, x, y)) {
                if (got != v->outside)
                    fail_msg("outside at %d, %d: %08x, expected %08x", x, y, got, v->outside);
                continue;
            }
            double expected[3];
            display_reference(frame, g, v, x, y, expected);
            for (int i = 0; i < 3; i++) {
                int byte = (int)(got >> (16 - 8 * i) & 255);
                /* 0.5 of rounding, the rest for the half that indexes the table. */
                if (fabs(byte - expected[i]) > 0.8 || got >> 24 != 255)
                    fail_msg(
                        "pixel %d, %d channel %d: %08x, expected %.3f; step %.17g %.17g origin "
                        "%.17g %.17g view %d",
                        x, y, i, got, expected[i], v->step_x, v->step_y, v->origin_x, v->origin_y,
                        (int)g->view);
            }
        }
    free(pixels);
    free(lut);
}

static void one_to_one_is_the_table(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    zoe_frame frame;
    display_fixture_make(&frame, -7, 11, 50, 20, 3, display_fixture_halves);
    display_fixture_fill(&frame, &s, 0, 1.1);
    display_fixture_poison(&frame, &s, 5);
    zoe_display_lut *lut = display_fixture_lut(NULL);
    zoe_viewport v = {-10, 9, 1, 1, 60, 30, 0xff445566u};
    uint32_t *pixels = display_fixture_draw(&frame, lut, &v);
    for (int y = 0; y < v.height; y++)
        for (int x = 0; x < v.width; x++) {
            uint32_t expected = v.outside;
            int fx = x - 10, fy = y + 9;
            if (display_reference_inside(&frame, &v, x, y)) {
                expected = 0xff;
                for (uint32_t p = 0; p < 3; p++)
                    expected =
                        expected << 8 |
                        lut->to_byte[*(const uint16_t *)display_fixture_at(&frame, p, fx, fy)];
            }
            if (pixels[y * v.width + x] != expected)
                fail_msg("pixel %d, %d: %08x, expected %08x", x, y, pixels[y * v.width + x],
                         expected);
        }
    free(pixels);
    free(lut);
    display_fixture_free(&frame);
}

/* Half of the viewports are seen in a mirror, in one direction or both. */
static void mirror(uint64_t *s, zoe_viewport *v)
{
    if (display_fixture_below(s, 3) == 0) {
        v->origin_x += v->width * v->step_x;
        v->step_x = -v->step_x;
    }
    if (display_fixture_below(s, 3) == 0) {
        v->origin_y += v->height * v->step_y;
        v->step_y = -v->step_y;
    }
}

static void pictures_against_the_reference(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    for (int round = 0; round < 300; round++) {
        zoe_frame frame;
        zoe_sample_type types[4];
        for (int p = 0; p < 4; p++)
            types[p] = display_fixture_below(&s, 3) ? ZOE_SAMPLE_HALF : ZOE_SAMPLE_FLOAT;
        static const uint32_t counts[] = {1, 3, 4};
        int width = 1 + display_fixture_below(&s, 70), height = 1 + display_fixture_below(&s, 40);
        display_fixture_make(&frame, display_fixture_below(&s, 41) - 20,
                             display_fixture_below(&s, 41) - 20, width, height,
                             counts[display_fixture_below(&s, 3)], types);
        display_fixture_fill(&frame, &s, 0.0, 1.1);
        zoe_grade g;
        zoe_grade_init(&g);
        g.view = (zoe_channel_view)display_fixture_below(&s, 6);
        g.transfer = (zoe_transfer)display_fixture_below(&s, 3);
        if (display_fixture_below(&s, 2))
            g.exposure = (float)(display_fixture_unit(&s) * 2 - 1);
        if (display_fixture_below(&s, 2))
            g.contrast = (float)(0.6 + display_fixture_unit(&s));
        if (display_fixture_below(&s, 2))
            g.gamma = (float)(0.7 + display_fixture_unit(&s));
        if (display_fixture_below(&s, 3) == 0)
            g.saturation = (float)(display_fixture_unit(&s) * 2);
        if (display_fixture_below(&s, 2)) {
            g.range_min = -0.5f;
            g.range_max = 1.25f;
        }
        static const double steps[] = {0.25, 0.3,  1,  1.0001, 1.6,  2,    3.2,
                                       4,    7.77, 32, 0.77,   0.51, 0.999};
        zoe_viewport v = {frame.window.min_x - 6 * display_fixture_unit(&s) + 2,
                          frame.window.min_y - 6 * display_fixture_unit(&s) + 2,
                          steps[display_fixture_below(&s, 13)],
                          1,
                          1 + display_fixture_below(&s, 50),
                          1 + display_fixture_below(&s, 30),
                          0xff000000u | (uint32_t)display_fixture_below(&s, 1 << 24)};
        v.step_y = display_fixture_below(&s, 3) ? v.step_x : steps[display_fixture_below(&s, 13)];
        v.filter = display_fixture_below(&s, 4) ? ZOE_FILTER_AUTO : ZOE_FILTER_NEAREST;
        mirror(&s, &v);
        check_against_reference(&frame, &g, &v);
        display_fixture_free(&frame);
    }
}

/* ---- against itself ---- */

static void assert_same(const uint32_t *a, const uint32_t *b, const zoe_viewport *v,
                        const char *what)
{
    for (int y = 0; y < v->height; y++)
        for (int x = 0; x < v->width; x++) {
            size_t i = (size_t)y * (size_t)v->width + (size_t)x;
            if (a[i] != b[i])
                fail_msg("%s: pixel %d, %d is %08x in one and %08x in the other; step %.17g %.17g "
                         "origin %.17g %.17g",
                         what, x, y, a[i], b[i], v->step_x, v->step_y, v->origin_x, v->origin_y);
        }
}

static void every_level_of_simd_writes_the_same(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    for (int round = 0; round < 400; round++) {
        zoe_frame frame;
        zoe_sample_type types[4];
        for (int p = 0; p < 4; p++)
            types[p] = round % 2 ? ZOE_SAMPLE_HALF : (zoe_sample_type)display_fixture_below(&s, 3);
        int planes = 1 + display_fixture_below(&s, 4);
        display_fixture_make(&frame, display_fixture_below(&s, 9) - 4, 0,
                             1 + display_fixture_below(&s, 120), 1 + display_fixture_below(&s, 30),
                             (uint32_t)planes, types);
        if (planes == 2 && display_fixture_below(&s, 2))
            frame.alpha_plane = 1;
        display_fixture_fill(&frame, &s, 0, 1.5);
        int rarity = 1 + display_fixture_below(&s, 60);
        display_fixture_poison(&frame, &s, rarity);
        zoe_grade g;
        zoe_grade_init(&g);
        g.view = (zoe_channel_view)display_fixture_below(&s, 6);
        g.saturation = display_fixture_below(&s, 2) ? 1.0f : 1.5f;
        g.contrast = display_fixture_below(&s, 2) ? 1.0f : 1.5f;
        g.range_max = display_fixture_below(&s, 2) ? 1.0f : 1e9f;
        zoe_display_lut *lut = display_fixture_lut(&g);
        zoe_viewport v = {5 - 10 * display_fixture_unit(&s),
                          5 - 10 * display_fixture_unit(&s),
                          4 * display_fixture_unit(&s) + 0.1,
                          4 * display_fixture_unit(&s) + 0.1,
                          1 + display_fixture_below(&s, 80),
                          1 + display_fixture_below(&s, 20),
                          0};
        uint32_t *with = display_fixture_draw(&frame, lut, &v);
        zoe_cpu_limit(0);
        uint32_t *without = display_fixture_draw(&frame, lut, &v);
        zoe_cpu_limit(~0u);
        assert_same(with, without, &v, "with and without SIMD");
        free(with);
        free(without);
        free(lut);
        display_fixture_free(&frame);
    }
}

static void panning_by_whole_pixels_changes_nothing(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    zoe_frame frame;
    display_fixture_make(&frame, 0, 0, 400, 300, 3, display_fixture_halves);
    display_fixture_fill(&frame, &s, 0, 1.1);
    zoe_display_lut *lut = display_fixture_lut(NULL);
    static const double steps[] = {1 / 3.0, 1, 1.6, 3.2, 4096 / 1280.0, 1.2345678901, 2, 1 / 1.3};
    for (int round = 0; round < 140; round++) {
        double step = steps[round % 8];
        zoe_viewport a = {-20 + display_fixture_unit(&s) * 5,
                          -10 + display_fixture_unit(&s) * 5,
                          step,
                          step,
                          90,
                          60,
                          0};
        if (round % 2)
            a.origin_x = -20.5;
        int by_x = display_fixture_below(&s, 30), by_y = display_fixture_below(&s, 20);
        zoe_viewport b = a;
        b.origin_x += by_x * step;
        b.origin_y += by_y * step;
        uint32_t *first = display_fixture_draw(&frame, lut, &a),
                 *second = display_fixture_draw(&frame, lut, &b);
        for (int y = 0; y + by_y < 60; y++)
            for (int x = 0; x + by_x < 90; x++)
                if (first[(y + by_y) * 90 + x + by_x] != second[y * 90 + x])
                    fail_msg("step %.17g: pixel %d, %d changed from %08x to %08x", step, x, y,
                             first[(y + by_y) * 90 + x + by_x], second[y * 90 + x]);
        free(first);
        free(second);
    }
    free(lut);
    display_fixture_free(&frame);
}

static void rows_can_be_shared_out(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    zoe_frame frame;
    display_fixture_make(&frame, 3, 4, 90, 70, 3, display_fixture_halves);
    display_fixture_fill(&frame, &s, 0, 1);
    zoe_display_lut *lut = display_fixture_lut(NULL);
    static const double steps[] = {0.4, 1, 1.6, -0.7, -1};
    for (int k = 0; k < 5; k++) {
        double corner = steps[k] < 0 ? 80 : 0;
        zoe_viewport v = {corner, corner, steps[k], steps[k], 64, 48, 0xff223344, ZOE_FILTER_AUTO};
        uint32_t *whole = display_fixture_draw(&frame, lut, &v);
        enum { STRIDE = 64 + 5 };
        uint32_t *parts = malloc(STRIDE * 48 * 4);
        assert_non_null(parts);
        memset(parts, 0xee, STRIDE * 48 * 4);
        void *scratch = display_fixture_scratch(zoe_display_scratch_bytes(&frame, &v));
        for (int row = 0; row < 48;) {
            int count = 1 + display_fixture_below(&s, 48 - row);
            assert_int_equal(zoe_display_draw(&frame, lut, &v, row, count, parts + row * STRIDE,
                                              STRIDE * 4, scratch),
                             ZOE_OK);
            row += count;
        }
        for (int y = 0; y < 48; y++) {
            assert_memory_equal(parts + y * STRIDE, whole + y * 64, 64 * 4);
            for (int x = 64; x < STRIDE; x++)
                assert_int_equal(parts[y * STRIDE + x], 0xeeeeeeee);
        }
        free(scratch);
        free(parts);
        free(whole);
    }
    free(lut);
    display_fixture_free(&frame);
}

static void flat_areas_stay_what_they_are(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    zoe_display_lut *lut = display_fixture_lut(NULL);
    for (int round = 0; round < 100; round++) {
        zoe_frame frame;
        display_fixture_make(&frame, 0, 0, 33, 27, 3, display_fixture_halves);
        uint16_t half = (uint16_t)display_fixture_below(&s, 0x3c00);
        for (uint32_t p = 0; p < 3; p++)
            for (int y = 0; y < 27; y++)
                for (int x = 0; x < 33; x++)
                    *(uint16_t *)display_fixture_at(&frame, p, x, y) = half;
        double step = 0.5 + 5 * display_fixture_unit(&s);
        /* The edges too: nothing of the outside is mixed in. */
        zoe_viewport v = {-3 * display_fixture_unit(&s),
                          -3 * display_fixture_unit(&s),
                          step,
                          step,
                          40,
                          30,
                          0xffff00ff};
        uint32_t *pixels = display_fixture_draw(&frame, lut, &v);
        uint32_t flat = 0xff000000u | lut->to_byte[half] * 0x010101u;
        for (int i = 0; i < v.width * v.height; i++) {
            bool inside = display_reference_inside(&frame, &v, i % v.width, i / v.width);
            uint32_t expected = inside ? flat : v.outside;
            if (pixels[i] != expected)
                fail_msg("pixel %d: %08x, expected %08x", i, pixels[i], expected);
        }
        free(pixels);
        display_fixture_free(&frame);
    }
    free(lut);
}

static void a_mirror_shows_the_same_pixels(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    zoe_frame frame;
    display_fixture_make(&frame, -5, 3, 80, 60, 4, display_fixture_halves);
    display_fixture_fill(&frame, &s, 0, 1.1);
    frame.picture.min_x -= 9;
    frame.picture.max_y += 7;
    zoe_display_lut *lut = display_fixture_lut(NULL);
    static const double steps[] = {0.3, 0.75, 1, 1.6, 5.5};
    for (int k = 0; k < 5; k++) {
        zoe_viewport v = {-20.25, -3.5, steps[k], steps[k], 91, 47, 0xff223344, ZOE_FILTER_AUTO};
        zoe_viewport mirrored = v;
        mirrored.origin_x += v.width * v.step_x;
        mirrored.origin_y += v.height * v.step_y;
        mirrored.step_x = -v.step_x;
        mirrored.step_y = -v.step_y;
        uint32_t *plain = display_fixture_draw(&frame, lut, &v);
        uint32_t *other = display_fixture_draw(&frame, lut, &mirrored);
        for (int i = 0; i < 91 * 47; i++)
            if (plain[i] != other[91 * 47 - 1 - i])
                fail_msg("step %g: pixel %d, %d", steps[k], i % 91, i / 91);
        free(plain);
        free(other);
    }
    free(lut);
    display_fixture_free(&frame);
}

/* A light amid dark samples, enlarged: as bright as it is, without a rim darker than the rest. */
static void nothing_overshoots(void **state)
{
    (void)state;
    zoe_frame frame;
    display_fixture_make(&frame, 0, 0, 9, 9, 3, display_fixture_halves);
    for (uint32_t p = 0; p < 3; p++)
        for (int i = 0; i < 81; i++)
            display_fixture_set(&frame, p, i % 9, i / 9, i == 40 ? 1000.0f : 0.5f);
    zoe_display_lut *lut = display_fixture_lut(NULL);
    zoe_viewport v = {0, 0, 0.75, 0.75, 12, 12, 0, ZOE_FILTER_AUTO};
    uint32_t *pixels = display_fixture_draw(&frame, lut, &v);
    uint32_t dark = lut->to_byte[zoe_float_to_half(0.5f)], most = 0;
    for (int i = 0; i < 144; i++) {
        assert_true((pixels[i] & 255) >= dark);
        most = (pixels[i] & 255) > most ? pixels[i] & 255 : most;
    }
    assert_int_equal(most, 255);
    free(pixels);
    free(lut);
    display_fixture_free(&frame);
}

/* ---- windows smaller than the picture, and planes of one row ---- */

static zoe_box random_box(uint64_t *s, int place, int size)
{
    int x = display_fixture_below(s, 2 * place) - place;
    int y = display_fixture_below(s, 2 * place) - place;
    return (zoe_box){x, y, x + display_fixture_below(s, size), y + display_fixture_below(s, size)};
}

static bool has(const zoe_box *box, int x, int y)
{
    return x >= box->min_x && x <= box->max_x && y >= box->min_y && y <= box->max_y;
}

/* The same picture twice: `padded` has every sample of it, `tight` those of its window. */
static void make_pair(uint64_t *s, zoe_frame *padded, zoe_frame *tight)
{
    zoe_sample_type types[4];
    uint32_t planes = 1 + (uint32_t)display_fixture_below(s, 4);
    bool halves = display_fixture_below(s, 2);
    for (int p = 0; p < 4; p++)
        types[p] = halves ? ZOE_SAMPLE_HALF : (zoe_sample_type)display_fixture_below(s, 3);
    zoe_box picture = random_box(s, 20, 90);
    zoe_box window = random_box(s, 40, display_fixture_below(s, 3) ? 40 : 4);
    display_fixture_make(tight, window.min_x, window.min_y, window.max_x - window.min_x + 1,
                         window.max_y - window.min_y + 1, planes, types);
    display_fixture_make(padded, picture.min_x, picture.min_y, picture.max_x - picture.min_x + 1,
                         picture.max_y - picture.min_y + 1, planes, types);
    tight->picture = picture;
    if (planes == 2 && display_fixture_below(s, 2))
        padded->alpha_plane = tight->alpha_plane = 1;
    display_fixture_fill(tight, s, 0, 1.5);
    if (display_fixture_below(s, 2))
        display_fixture_poison(tight, s, 1 + display_fixture_below(s, 60));
    bool is_empty = display_fixture_below(s, 8) == 0;
    for (uint32_t p = 0; p < planes; p++)
        for (int y = picture.min_y; y <= picture.max_y; y++)
            for (int x = picture.min_x; x <= picture.max_x; x++) {
                size_t bytes = types[p] == ZOE_SAMPLE_HALF ? 2 : 4;
                void *to = display_fixture_at(padded, p, x, y);
                if (has(&window, x, y) && !is_empty)
                    memcpy(to, display_fixture_at(tight, p, x, y), bytes);
                else
                    memset(to, 0, bytes);
            }
    if (is_empty) {
        display_fixture_free(tight);
        for (uint32_t p = 0; p < planes; p++)
            tight->planes[p].data = NULL;
        tight->window = (zoe_box){5, 5, display_fixture_below(s, 2) ? 4 : 60, 4};
    }
}

static void random_grade(uint64_t *s, zoe_grade *g)
{
    zoe_grade_init(g);
    g->view = (zoe_channel_view)display_fixture_below(s, 6);
    g->transfer = (zoe_transfer)display_fixture_below(s, 3);
    g->saturation = display_fixture_below(s, 2) ? 1.0f : 1.5f;
    g->contrast = display_fixture_below(s, 2) ? 1.0f : 1.5f;
    g->exposure = display_fixture_below(s, 2) ? 0.0f : 0.5f;
    if (display_fixture_below(s, 2)) {
        g->range_min = -0.5f;
        g->range_max = 1.25f;
    }
}

static zoe_viewport random_viewport(uint64_t *s)
{
    static const double steps[] = {0.25, 0.3, 1, 1, 1.0001, 1.6, 2, 3.2, 7.77, 32};
    zoe_viewport v = {
        25 - 60 * display_fixture_unit(s), 25 - 60 * display_fixture_unit(s), 1,          1,
        1 + display_fixture_below(s, 90),  1 + display_fixture_below(s, 60),  0xff123456u};
    v.step_x = v.step_y = steps[display_fixture_below(s, 10)];
    if (display_fixture_below(s, 4) == 0)
        v.step_y = steps[display_fixture_below(s, 10)];
    if (display_fixture_below(s, 2)) {
        v.origin_x = floor(v.origin_x);
        v.origin_y = floor(v.origin_y);
    }
    return v;
}

static void assert_drawn_the_same(const zoe_frame *a, const zoe_frame *b, uint64_t *s,
                                  const char *what)
{
    zoe_grade g;
    random_grade(s, &g);
    zoe_display_lut *lut = display_fixture_lut(&g);
    zoe_viewport v = random_viewport(s);
    for (int simd = 0; simd < 2; simd++) {
        zoe_cpu_limit(simd ? ~0u : 0);
        uint32_t *first = display_fixture_draw(a, lut, &v);
        uint32_t *second = display_fixture_draw(b, lut, &v);
        zoe_cpu_limit(~0u);
        assert_same(first, second, &v, what);
        free(first);
        free(second);
    }
    free(lut);
}

static void assert_sampled_the_same(const zoe_frame *a, const zoe_frame *b)
{
    double first[ZOE_PLANES_MAX], second[ZOE_PLANES_MAX];
    for (int y = a->picture.min_y - 2; y <= a->picture.max_y + 2; y++)
        for (int x = a->picture.min_x - 2; x <= a->picture.max_x + 2; x++) {
            int32_t count = zoe_display_sample_exact(a, x, y, first);
            assert_int_equal(count, has(&a->picture, x, y) ? (int32_t)a->plane_count : 0);
            assert_int_equal(zoe_display_sample_exact(b, x, y, second), count);
            assert_memory_equal(first, second, sizeof *first * (size_t)count);
        }
}

static void a_window_is_as_one_filled_with_zeros(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    for (int round = 0; round < 600; round++) {
        zoe_frame padded, tight;
        make_pair(&s, &padded, &tight);
        for (int i = 0; i < 6; i++)
            assert_drawn_the_same(&padded, &tight, &s, "padded and tight");
        assert_sampled_the_same(&padded, &tight);
        display_fixture_free(&padded);
        display_fixture_free(&tight);
    }
}

static void one_row_stands_for_all(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    for (int round = 0; round < 200; round++) {
        zoe_frame padded, tight;
        make_pair(&s, &padded, &tight);
        zoe_frame one = padded;
        for (uint32_t p = 0; p < padded.plane_count; p++) {
            if (display_fixture_below(&s, 3) == 0)
                continue;
            const zoe_box *w = &padded.window;
            float value = (float)display_fixture_unit(&s);
            for (int y = w->min_y; y <= w->max_y; y++)
                for (int x = w->min_x; x <= w->max_x; x++)
                    display_fixture_set(&padded, p, x, y, value);
            one.planes[p].stride = 0;
        }
        for (int i = 0; i < 6; i++)
            assert_drawn_the_same(&padded, &one, &s, "all rows and one");
        assert_sampled_the_same(&padded, &one);
        display_fixture_free(&padded);
        display_fixture_free(&tight);
    }
}

/* A pixel's columns taken a few at a time give the bits that they give at once. */
static void wide_pixels_are_as_narrow_ones(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    _Alignas(32) static float all[200 * ZOE_SCALE_LANES], room[200 * ZOE_SCALE_LANES];
    for (int round = 0; round < 300; round++) {
        zoe_frame frame;
        display_fixture_make(&frame, 0, 0, 200, 5, 3, display_fixture_halves);
        display_fixture_fill(&frame, &s, -1, 1);
        if (round % 3 == 0)
            display_fixture_poison(&frame, &s, 50);
        zoe_scale_source source = {{&frame.planes[0], &frame.planes[1], NULL}};
        zoe_tap rows = {display_fixture_below(&s, 2), display_fixture_below(&s, 3), 0.3f,
                        round % 2 ? 0.7f : 0.0f, 0.4f};
        zoe_tap columns = {display_fixture_below(&s, 20), display_fixture_below(&s, 170), 0.125f,
                           display_fixture_below(&s, 2) ? 0.83f : 0.0f, 0.01f};
        uint16_t at_once[ZOE_SCALE_LANES], in_parts[ZOE_SCALE_LANES];
        zoe_tap from_first = columns;
        from_first.first = 0;
        zoe_scale_rows(all, &source, &rows, columns.first, zoe_tap_length(&columns));
        zoe_scale_columns(at_once, all, &from_first, 1, -0.1f, 1.5f);
        zoe_scale_wide(in_parts, &source, &rows, &columns, room, 1 + display_fixture_below(&s, 199),
                       -0.1f, 1.5f);
        assert_memory_equal(at_once, in_parts, 3 * sizeof *at_once);
        display_fixture_free(&frame);
    }
}

/* Groups of columns, pixels wider than a group, and groups that begin between repeated columns. */
static void wide_pictures_need_no_more_scratch(void **state)
{
    (void)state;
    enum { WIDTH = 50000 };
    uint64_t s = seeded_random_seed(20240229u);
    zoe_frame frame;
    display_fixture_make(&frame, -100, 0, WIDTH, 3, 3, display_fixture_halves);
    display_fixture_fill(&frame, &s, 0, 1.2);
    static const double steps[] = {0.5, 1, 1.5, 7.3, 611.7, 8189.5, 8191, 9000.25, 60000};
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
        zoe_grade g;
        zoe_grade_init(&g);
        g.saturation = k % 2 ? 1.0f : 1.4f;
        zoe_viewport v = {-120.3, 0, steps[k], 1.5, 9000, 3, 0xff00ff00u};
        assert_true(zoe_display_scratch_bytes(&frame, &v) <=
                    20 * (size_t)v.width + ((size_t)256 << 10));
        zoe_display_lut *lut = display_fixture_lut(&g);
        uint32_t *whole = display_fixture_draw(&frame, lut, &v);
        for (int x = 0; x < v.width; x += 1 + v.width / 150) {
            zoe_viewport one = v; /* pixel by pixel: no other begins its group */
            one.origin_x += x * v.step_x;
            one.width = 1;
            uint32_t *pixel = display_fixture_draw(&frame, lut, &one);
            for (int y = 0; y < 3; y++)
                if (pixel[y] != whole[y * v.width + x])
                    fail_msg("step %g: pixel %d, %d is %08x alone and %08x in its row", v.step_x, x,
                             y, pixel[y], whole[y * v.width + x]);
            free(pixel);
        }
        free(whole);
        for (int dx = 0; dx < 6; dx++) {
            double expected[3];
            if (!display_reference_inside(&frame, &v, dx, 0))
                continue;
            zoe_viewport few = v;
            few.width = 6;
            uint32_t *pixels = display_fixture_draw(&frame, lut, &few);
            display_reference(&frame, &g, &few, dx, 0, expected);
            for (int i = 0; i < 3; i++)
                assert_true(fabs((int)(pixels[dx] >> (16 - 8 * i) & 255) - expected[i]) <= 0.8);
            free(pixels);
        }
        free(lut);
    }
    display_fixture_free(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_to_one_is_the_table),
        cmocka_unit_test(pictures_against_the_reference),
        cmocka_unit_test(every_level_of_simd_writes_the_same),
        cmocka_unit_test(panning_by_whole_pixels_changes_nothing),
        cmocka_unit_test(rows_can_be_shared_out),
        cmocka_unit_test(flat_areas_stay_what_they_are),
        cmocka_unit_test(a_mirror_shows_the_same_pixels),
        cmocka_unit_test(nothing_overshoots),
        cmocka_unit_test(a_window_is_as_one_filled_with_zeros),
        cmocka_unit_test(one_row_stands_for_all),
        cmocka_unit_test(wide_pixels_are_as_narrow_ones),
        cmocka_unit_test(wide_pictures_need_no_more_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
