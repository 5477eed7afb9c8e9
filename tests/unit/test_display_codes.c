/*
 * Cubes with codes against a reference in double: codes and, in marked cells, light between the
 * nodes; what the process does; and the same bytes with and without SIMD.
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
#include "support/display_fixture.h"

enum { WIDTH = 203, HEIGHT = 7, EDGE_MAX = 17 };

/* ---- tables ---- */

static const double WHITE = 255.0 * ZOE_DISPLAY_CODE_STEP;

/* The display's curve of these tests: a root, mirrored. */
static double shown_of(double light)
{
    return light < 0 ? -sqrt(-light) : sqrt(light);
}

typedef struct tables {
    zoe_display_cube cube;
    zoe_display_codes codes;
    float shaper[3][ZOE_DISPLAY_LUT_SIZE];
    float light[ZOE_DISPLAY_LUT_SIZE];
    int16_t code[ZOE_DISPLAY_LUT_SIZE];
    _Alignas(64) int16_t nodes[EDGE_MAX * EDGE_MAX * EDGE_MAX * 4 + 4];
} tables;

/* Shapers that differ, random codes, and of so many cells in a hundred a mark. */
static tables *random_tables(uint64_t *seed, int edge, int marked)
{
    tables *t = aligned_alloc(64, (sizeof *t + 63) / 64 * 64);
    assert_non_null(t);
    memset(t, 0, sizeof *t);
    t->cube.edge = edge;
    t->cube.codes = &t->codes;
    t->codes = (zoe_display_codes){t->nodes, t->light, t->code};
    for (int h = 0; h < ZOE_DISPLAY_LUT_SIZE; h++) {
        double v = (double)zoe_half_to_float((uint16_t)h);
        double code = v == v ? shown_of(v) * WHITE + ZOE_DISPLAY_CODE_HALF + 0.5 : 0;
        t->code[h] = (int16_t)fmax(fmin(floor(code), INT16_MAX), INT16_MIN);
        double shown = ((int16_t)h - ZOE_DISPLAY_CODE_HALF) / WHITE;
        t->light[h] = (float)(shown * fabs(shown));
        for (int c = 0; c < 3; c++)
            t->shaper[c][h] = (float)(v > 0 ? sqrt(v) * (edge - 1) * (0.9 + 0.1 * c) : v);
    }
    for (int c = 0; c < 3; c++)
        t->cube.shaper[c] = t->shaper[c];
    for (int i = 0; i < edge * edge * edge * 4; i++) {
        double shown = display_fixture_unit(seed) * 1.3 - 0.15;
        t->nodes[i] = (int16_t)(shown * WHITE);
        if (i % 4 == 3)
            t->nodes[i] = display_fixture_below(seed, 100) < marked ? ZOE_DISPLAY_CAREFUL : 0;
    }
    return t;
}

/* ---- the reference ---- */

typedef struct pixel {
    double v[3];
} pixel;

static pixel pixel_of(const zoe_frame *frame, int i)
{
    pixel p;
    for (uint32_t c = 0; c < 3; c++)
        p.v[c] = display_fixture_get(frame, c, i % WIDTH, i / WIDTH);
    return p;
}

/* Between codes, with places rounded to 1/512 of a cell; or with `in_light` between their lights,
 * with places in the same cell that are not rounded. Returns whether the cell is marked. */
static bool mixed(const tables *t, const pixel *in, bool in_light, double out[3])
{
    int e = t->cube.edge, at = 0, order[3] = {0, 1, 2};
    const int sides[3] = {4, 4 * e, 4 * e * e};
    double f[3];
    for (int c = 0; c < 3; c++) {
        float x = t->shaper[c][zoe_float_to_half((float)in->v[c])];
        double place = fmin(fmax((double)floorf(x * 512 + 0.5f), 0), (e - 1) * 512 - 1) / 512;
        at += (int)place * sides[c];
        f[c] = (in_light ? (double)x : place) - floor(place);
        f[c] = fmin(fmax(f[c], 0), 1);
    }
    for (int a = 0; a < 3; a++)
        for (int b = a + 1; b < 3; b++)
            if (f[order[a]] < f[order[b]]) {
                int kept = order[a];
                order[a] = order[b];
                order[b] = kept;
            }
    bool marked = t->nodes[at + 3] != 0;
    out[0] = out[1] = out[2] = 0;
    for (int k = 0; k < 4; k++) {
        double from = k == 0 ? 1 : f[order[k - 1]], to = k == 3 ? 0 : f[order[k]];
        for (int c = 0; c < 3; c++) {
            int16_t code = t->nodes[at + c];
            double shown = (code - ZOE_DISPLAY_CODE_HALF) / WHITE;
            out[c] += (from - to) * (in_light ? (double)t->light[(uint16_t)code] : shown);
        }
        at += k < 3 ? sides[order[k]] : 0;
    }
    return marked;
}

static void expected_of(const tables *t, const pixel *in, double gamma, double out[3])
{
    if (mixed(t, in, false, out)) {
        (void)mixed(t, in, true, out);
        for (int c = 0; c < 3; c++)
            out[c] = shown_of(out[c]);
    }
    for (int c = 0; c < 3; c++)
        out[c] = pow(fmin(fmax(out[c], 0), 1), 1 / gamma) * 255;
}

/* ---- drawing ---- */

static void make(zoe_frame *frame, uint64_t *seed)
{
    display_fixture_make(frame, 0, 0, WIDTH, HEIGHT, 4, display_fixture_halves);
    display_fixture_fill(frame, seed, -0.1, 1.3);
}

static zoe_display_lut *lut_of(const zoe_grade *grade, const zoe_color *color)
{
    zoe_display_lut *lut = display_fixture_lut(grade);
    zoe_grade plain;
    zoe_grade_init(&plain);
    zoe_display_lut_make(lut, grade ? grade : &plain, color);
    return lut;
}

static uint32_t *draw(const zoe_frame *frame, const zoe_grade *grade, const zoe_color *color)
{
    zoe_display_lut *lut = lut_of(grade, color);
    const zoe_viewport v = {0, 0, 1, 1, WIDTH, HEIGHT, 0};
    uint32_t *pixels = display_fixture_draw(frame, lut, &v);
    free(lut);
    return pixels;
}

static int channel_of(uint32_t shown_as, int channel)
{
    return (int)(shown_as >> (16 - 8 * channel) & 255);
}

static void assert_shows(uint32_t got, const double expected[3], double slack, int i)
{
    assert_int_equal(got >> 24, 255);
    for (int c = 0; c < 3; c++) {
        if (fabs(channel_of(got, c) - expected[c]) > 0.5 + slack)
            fail_msg("pixel %d channel %d: %d, expected %f", i, c, channel_of(got, c), expected[c]);
    }
}

static zoe_color color_of(const tables *t)
{
    zoe_color color;
    zoe_color_init(&color);
    color.cube = &t->cube;
    return color;
}

/* ---- tests ---- */

static void codes_or_light_are_interpolated(void **state)
{
    (void)state;
    uint64_t seed = 21;
    zoe_frame frame;
    make(&frame, &seed);
    static const int marks[] = {0, 100, 30};
    for (int edge = 2; edge <= EDGE_MAX; edge += 3) {
        for (int m = 0; m < 3; m++) {
            tables *t = random_tables(&seed, edge, marks[m]);
            zoe_color color = color_of(t);
            uint32_t *pixels = draw(&frame, NULL, &color);
            for (int i = 0; i < WIDTH * HEIGHT; i++) {
                double out[3];
                pixel in = pixel_of(&frame, i);
                expected_of(t, &in, 1, out);
                assert_shows(pixels[i], out, 0.06, i);
            }
            free(pixels);
            free(t);
        }
    }
    display_fixture_free(&frame);
}

static void gamma_comes_behind_the_codes(void **state)
{
    (void)state;
    uint64_t seed = 22;
    zoe_frame frame;
    make(&frame, &seed);
    tables *t = random_tables(&seed, 9, 20);
    zoe_color color = color_of(t);
    zoe_grade grade;
    zoe_grade_init(&grade);
    grade.gamma = 0.5f;
    uint32_t *pixels = draw(&frame, &grade, &color);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        double out[3];
        pixel in = pixel_of(&frame, i);
        expected_of(t, &in, 0.5, out);
        assert_shows(pixels[i], out, 0.13, i);
    }
    free(pixels);
    free(t);
    display_fixture_free(&frame);
}

/* Light that shows where it was made: what it is given, halved. */
static void process(void *user, float *pixels, size_t count)
{
    *(size_t *)user += count;
    for (; count > 0; count--, pixels += 4)
        for (int c = 0; c < 3; c++)
            pixels[c] *= 0.5f;
}

static void process_does_marked_cells_only(void **state)
{
    (void)state;
    uint64_t seed = 23;
    zoe_frame frame;
    make(&frame, &seed);
    tables *t = random_tables(&seed, 5, 40);
    zoe_color color = color_of(t);
    size_t done = 0, expected = 0;
    color.process = process;
    color.process_user = &done;
    color.exact_below = 0.125f;
    zoe_grade grade;
    zoe_grade_init(&grade);
    grade.exposure = -1;
    uint32_t *pixels = draw(&frame, &grade, &color);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        double out[3], light[3], most = 0, least = INFINITY;
        pixel in = pixel_of(&frame, i);
        for (int c = 0; c < 3; c++)
            in.v[c] = (double)zoe_half_to_float(zoe_float_to_half((float)in.v[c] * 0.5f));
        expected_of(t, &in, 1, out);
        (void)mixed(t, &in, true, light);
        for (int c = 0; c < 3; c++) {
            most = fmax(most, fabs(light[c]));
            least = fmin(least, fabs(light[c]));
        }
        /* On the border it may be either. */
        if (fabs(least - 0.125 * most) < 1e-5)
            continue;
        if (mixed(t, &in, false, light) && least < 0.125 * most) {
            expected++;
            for (int c = 0; c < 3; c++)
                out[c] = fmin(fmax(shown_of(in.v[c] * 0.5), 0), 1) * 255;
        }
        assert_shows(pixels[i], out, 0.06, i);
    }
    assert_true(expected > 50);
    assert_true(done >= expected && done < WIDTH * HEIGHT / 2);
    free(pixels);
    free(t);
    display_fixture_free(&frame);
}

static void assert_same(const zoe_frame *frame, const zoe_display_lut *lut, const zoe_viewport *v)
{
    uint32_t *with = display_fixture_draw(frame, lut, v);
    zoe_cpu_limit(0);
    uint32_t *without = display_fixture_draw(frame, lut, v);
    zoe_cpu_limit(~0u);
    for (int i = 0; i < v->width * v->height; i++) {
        if (with[i] != without[i])
            fail_msg("pixel %d of %dx%d: %08x with SIMD, %08x without", i, v->width, v->height,
                     (unsigned)with[i], (unsigned)without[i]);
    }
    free(with);
    free(without);
}

static void bytes_are_the_same_everywhere(void **state)
{
    (void)state;
    uint64_t seed = 24;
    for (int round = 0; round < 60; round++) {
        zoe_frame frame;
        uint32_t planes = display_fixture_below(&seed, 4) ? 4 : 1;
        display_fixture_make(&frame, 0, 0, WIDTH, HEIGHT, planes, display_fixture_halves);
        display_fixture_fill(&frame, &seed, -0.2, 1.5);
        display_fixture_poison(&frame, &seed, 1 + display_fixture_below(&seed, 40));
        int edge = 2 + display_fixture_below(&seed, EDGE_MAX - 1);
        tables *t = random_tables(&seed, edge, display_fixture_below(&seed, 60));
        zoe_color color = color_of(t);
        zoe_grade grade;
        zoe_grade_init(&grade);
        grade.view = (zoe_channel_view)display_fixture_below(&seed, 6);
        grade.gamma = display_fixture_below(&seed, 3) ? 1 : 1.7f;
        grade.saturation = display_fixture_below(&seed, 3) ? 1 : 1.5f;
        color.has_matrix = display_fixture_below(&seed, 2);
        zoe_display_lut *lut = lut_of(&grade, &color);
        double step = display_fixture_below(&seed, 2) ? 1 : 0.3 + 2 * display_fixture_unit(&seed);
        zoe_viewport v = {
            0, 0, step, step, 1 + display_fixture_below(&seed, WIDTH + 10), HEIGHT, 0xff123456u};
        assert_same(&frame, lut, &v);
        free(lut);
        free(t);
        display_fixture_free(&frame);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_or_light_are_interpolated),
        cmocka_unit_test(gamma_comes_behind_the_codes),
        cmocka_unit_test(process_does_marked_cells_only),
        cmocka_unit_test(bytes_are_the_same_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
