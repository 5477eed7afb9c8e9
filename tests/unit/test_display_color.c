/*
 * Colour beyond the grade: matrix, CDL, cube and encoding against references in double.
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

enum { WIDTH = 61, HEIGHT = 43 };

/* ---- what is drawn ---- */

typedef struct pixel {
    double v[3];
} pixel;

static uint32_t *draw(const zoe_frame *frame, const zoe_grade *grade, const zoe_color *color)
{
    zoe_grade plain;
    zoe_grade_init(&plain);
    zoe_display_lut *lut = display_fixture_lut(grade);
    zoe_display_lut_make(lut, grade ? grade : &plain, color);
    const zoe_viewport v = {0, 0, 1, 1, WIDTH, HEIGHT, 0};
    uint32_t *pixels = display_fixture_draw(frame, lut, &v);
    free(lut);
    return pixels;
}

static int channel_of(uint32_t shown_as, int channel)
{
    return (int)(shown_as >> (16 - 8 * channel) & 255);
}

static pixel pixel_of(const zoe_frame *frame, int i)
{
    pixel p;
    for (uint32_t c = 0; c < 3; c++)
        p.v[c] = display_fixture_get(frame, c, i % WIDTH, i / WIDTH);
    return p;
}

static double shown(double light)
{
    light = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055;
    return fmin(fmax(light, 0), 1) * 255;
}

static void assert_shows(uint32_t got, const double expected[3], double slack, int i)
{
    for (int c = 0; c < 3; c++) {
        if (fabs(channel_of(got, c) - expected[c]) > 0.5 + slack)
            fail_msg("pixel %d channel %d: %d, expected %f", i, c, channel_of(got, c), expected[c]);
    }
}

static void make(zoe_frame *frame, uint64_t *seed, double low, double high)
{
    display_fixture_make(frame, 0, 0, WIDTH, HEIGHT, 4, display_fixture_halves);
    display_fixture_fill(frame, seed, low, high);
}

/* ---- tables ---- */

typedef struct tables {
    zoe_display_cube cube;
    float shaper[3][ZOE_DISPLAY_LUT_SIZE];
    _Alignas(16) float nodes[9 * 9 * 9 * 4];
} tables;

/* Shapers that differ, and random nodes. */
static tables *random_tables(uint64_t *seed, int edge)
{
    tables *t = aligned_alloc(64, (sizeof *t + 63) / 64 * 64);
    assert_non_null(t);
    memset(t, 0, sizeof *t);
    t->cube.edge = edge;
    t->cube.nodes = t->nodes;
    for (int c = 0; c < 3; c++) {
        t->cube.shaper[c] = t->shaper[c];
        for (int h = 0; h < ZOE_DISPLAY_LUT_SIZE; h++) {
            float v = zoe_half_to_float((uint16_t)h);
            t->shaper[c][h] = v > 0 ? sqrtf(v) * (float)(edge - 1) * (0.9f + 0.1f * (float)c) : v;
        }
    }
    for (int i = 0; i < edge * edge * edge; i++)
        for (int c = 0; c < 3; c++)
            t->nodes[4 * i + c] = (float)(display_fixture_unit(seed) * 1.2 - 0.1);
    return t;
}

static double clamped(double x, double most)
{
    return x > 0 ? fmin(x, most) : 0;
}

/* The textbook's six cases, in double. */
static void through(const tables *t, const pixel *in, double out[3])
{
    int e = t->cube.edge, at[3];
    double f[3];
    for (int c = 0; c < 3; c++) {
        double x = (double)t->shaper[c][zoe_float_to_half((float)in->v[c])];
        x = clamped(x, e - 1);
        at[c] = x >= e - 1 ? e - 2 : (int)x;
        f[c] = x - at[c];
    }
    const float *n = t->nodes + 4 * ((at[2] * e + at[1]) * e + at[0]);
    const int r = 4, g = 4 * e, b = 4 * e * e;
    for (int c = 0; c < 3; c++, n++) {
        double n000 = (double)n[0], n111 = (double)n[r + g + b], x = f[0], y = f[1], z = f[2];
        double n100 = (double)n[r], n010 = (double)n[g], n001 = (double)n[b];
        double n110 = (double)n[r + g], n101 = (double)n[r + b], n011 = (double)n[g + b];
        if (x >= y && y >= z)
            out[c] = (1 - x) * n000 + (x - y) * n100 + (y - z) * n110 + z * n111;
        else if (x >= z && z >= y)
            out[c] = (1 - x) * n000 + (x - z) * n100 + (z - y) * n101 + y * n111;
        else if (z >= x && x >= y)
            out[c] = (1 - z) * n000 + (z - x) * n001 + (x - y) * n101 + y * n111;
        else if (y >= x && x >= z)
            out[c] = (1 - y) * n000 + (y - x) * n010 + (x - z) * n110 + z * n111;
        else if (y >= z && z >= x)
            out[c] = (1 - y) * n000 + (y - z) * n010 + (z - x) * n011 + x * n111;
        else
            out[c] = (1 - z) * n000 + (z - y) * n001 + (y - x) * n011 + x * n111;
    }
}

static float display_values[ZOE_DISPLAY_LUT_SIZE]; /* each half itself */

static int make_display_values(void **state)
{
    (void)state;
    for (int h = 0; h < ZOE_DISPLAY_LUT_SIZE; h++)
        display_values[h] = zoe_half_to_float((uint16_t)h);
    return 0;
}

/* ---- tests ---- */

static void no_color_changes_nothing(void **state)
{
    (void)state;
    uint64_t seed = 3;
    zoe_frame frame;
    zoe_color color;
    make(&frame, &seed, -0.1, 2);
    zoe_color_init(&color);
    uint32_t *with = draw(&frame, NULL, &color), *without = draw(&frame, NULL, NULL);
    assert_memory_equal(with, without, WIDTH * HEIGHT * sizeof *with);
    free(with);
    free(without);
    display_fixture_free(&frame);
}

static void cube_is_interpolated_in_tetrahedra(void **state)
{
    (void)state;
    uint64_t seed = 11;
    zoe_frame frame;
    make(&frame, &seed, -0.1, 1.3);
    for (int edge = 2; edge <= 9; edge++) {
        tables *t = random_tables(&seed, edge);
        zoe_color color;
        zoe_color_init(&color);
        color.cube = &t->cube;
        color.encode = display_values;
        uint32_t *pixels = draw(&frame, NULL, &color);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            double out[3];
            pixel in = pixel_of(&frame, i);
            through(t, &in, out);
            for (int c = 0; c < 3; c++)
                out[c] = clamped(out[c], 1) * 255;
            assert_shows(pixels[i], out, 0.07, i);
        }
        free(pixels);
        free(t);
    }
    display_fixture_free(&frame);
}

/* The same table as a function of the caller's. */
static void process(void *user, float *pixels, size_t count)
{
    for (; count > 0; count--, pixels += 4) {
        double out[3];
        pixel in = {{(double)pixels[0], (double)pixels[1], (double)pixels[2]}};
        through(user, &in, out);
        for (int c = 0; c < 3; c++)
            pixels[c] = (float)out[c];
    }
}

static void process_takes_the_place_of_the_cube(void **state)
{
    (void)state;
    uint64_t seed = 12;
    zoe_frame frame;
    make(&frame, &seed, 0, 1);
    tables *t = random_tables(&seed, 5);
    zoe_color color;
    zoe_color_init(&color);
    color.cube = &t->cube;
    uint32_t *tabled = draw(&frame, NULL, &color);
    color.cube = NULL;
    color.process = process;
    color.process_user = t;
    uint32_t *processed = draw(&frame, NULL, &color);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        for (int c = 0; c < 3; c++)
            assert_true(abs(channel_of(tabled[i], c) - channel_of(processed[i], c)) <= 1);
    free(tabled);
    free(processed);
    free(t);
    display_fixture_free(&frame);
}

static const float xyz_to_rec709[9] = {3.2404542f,  -1.5371385f, -0.4985314f,
                                       -0.9692660f, 1.8760108f,  0.0415560f,
                                       0.0556434f,  -0.2040259f, 1.0572252f};

static void matrix_comes_first(void **state)
{
    (void)state;
    uint64_t seed = 13;
    zoe_frame frame;
    make(&frame, &seed, 0, 1);
    zoe_grade grade;
    zoe_grade_init(&grade);
    grade.exposure = -1;
    grade.contrast = 1.2f;
    zoe_color color;
    zoe_color_init(&color);
    color.has_matrix = 1;
    memcpy(color.matrix, xyz_to_rec709, sizeof color.matrix);
    uint32_t *pixels = draw(&frame, &grade, &color);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        double out[3];
        pixel in = pixel_of(&frame, i);
        for (int c = 0; c < 3; c++) {
            const float *m = color.matrix + 3 * c;
            double v = (double)m[0] * in.v[0] + (double)m[1] * in.v[1] + (double)m[2] * in.v[2];
            v *= 0.5;
            out[c] = shown(v > 0 ? 0.18 * pow(v / 0.18, 1.2000000476837158) : v);
        }
        assert_shows(pixels[i], out, 0.08, i);
    }
    free(pixels);
    /* Infinities do not become NaN, which would be black. */
    for (uint32_t c = 0; c < 3; c++)
        display_fixture_set(&frame, c, 0, 0, INFINITY);
    pixels = draw(&frame, NULL, &color);
    assert_int_equal(pixels[0], 0xffffffffu);
    free(pixels);
    display_fixture_free(&frame);
}

static void cdl_is_slope_offset_power_saturation(void **state)
{
    (void)state;
    uint64_t seed = 14;
    zoe_frame frame;
    make(&frame, &seed, -0.1, 1.2);
    zoe_color color;
    zoe_color_init(&color);
    color.cdl = (zoe_cdl){{1.1f, 0.8f, 0.9f}, {0.01f, -0.05f, 0.02f}, {1.2f, 0.9f, 1.1f}, 0.6f};
    zoe_grade grade;
    zoe_grade_init(&grade);
    grade.saturation = 1.5f;
    uint32_t *pixels = draw(&frame, &grade, &color);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        pixel p = pixel_of(&frame, i);
        double out[3];
        for (int c = 0; c < 3; c++) {
            double v = p.v[c] * (double)color.cdl.slope[c] + (double)color.cdl.offset[c];
            p.v[c] = v > 0 ? pow(v, (double)color.cdl.power[c]) : v;
        }
        double y = 0.2126 * p.v[0] + 0.7152 * p.v[1] + 0.0722 * p.v[2];
        for (int c = 0; c < 3; c++)
            out[c] = shown(y + 0.9 * (p.v[c] - y));
        assert_shows(pixels[i], out, 0.08, i);
    }
    free(pixels);
    display_fixture_free(&frame);
}

/* Exposure that is part of the shaper, and exposure of its own because something is mixed. */
static void grade_comes_before_the_cube(void **state)
{
    (void)state;
    uint64_t seed = 15;
    zoe_frame frame;
    make(&frame, &seed, 0, 1);
    tables *t = random_tables(&seed, 7);
    for (int mixed = 0; mixed < 2; mixed++) {
        zoe_grade grade;
        zoe_grade_init(&grade);
        grade.exposure = -0.5f;
        grade.saturation = mixed ? 0.7f : 1.0f;
        zoe_color color;
        zoe_color_init(&color);
        color.cube = &t->cube;
        uint32_t *pixels = draw(&frame, &grade, &color);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            pixel p = pixel_of(&frame, i);
            double out[3], gain = exp2(-0.5), sat = (double)grade.saturation;
            double y = gain * (0.2126 * p.v[0] + 0.7152 * p.v[1] + 0.0722 * p.v[2]);
            for (int c = 0; c < 3; c++)
                p.v[c] = y + sat * (p.v[c] * gain - y);
            through(t, &p, out);
            for (int c = 0; c < 3; c++)
                out[c] = shown(out[c]);
            assert_shows(pixels[i], out, 1.0, i); /* random nodes are steep */
        }
        free(pixels);
    }
    free(t);
    display_fixture_free(&frame);
}

/* One channel as grey goes through the cube as a colour of three equal values, and alpha not at
 * all. */
static void views_of_one_channel(void **state)
{
    (void)state;
    uint64_t seed = 16;
    zoe_frame frame, single;
    make(&frame, &seed, 0, 1);
    display_fixture_make(&single, 0, 0, WIDTH, HEIGHT, 1, display_fixture_halves);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        display_fixture_set(&single, 0, i % WIDTH, i / WIDTH, (float)pixel_of(&frame, i).v[1]);
    tables *t = random_tables(&seed, 3);
    zoe_grade grade;
    zoe_grade_init(&grade);
    zoe_color color;
    zoe_color_init(&color);
    color.cube = &t->cube;
    uint32_t *expected = draw(&single, &grade, &color);
    grade.view = ZOE_VIEW_GREEN;
    uint32_t *got = draw(&frame, &grade, &color);
    assert_memory_equal(got, expected, WIDTH * HEIGHT * sizeof *got);
    free(got);
    free(expected);
    grade.view = ZOE_VIEW_ALPHA;
    got = draw(&frame, &grade, &color);
    expected = draw(&frame, &grade, NULL);
    assert_memory_equal(got, expected, WIDTH * HEIGHT * sizeof *got);
    free(got);
    free(expected);
    free(t);
    display_fixture_free(&frame);
    display_fixture_free(&single);
}

/* A checksum of pictures that must come out on every machine. */
static void bytes_are_the_same_everywhere(void **state)
{
    (void)state;
    uint64_t seed = 17, hash = 14695981039346656037u;
    zoe_frame frame;
    make(&frame, &seed, -0.2, 3);
    display_fixture_poison(&frame, &seed, 50);
    tables *t = random_tables(&seed, 9);
    zoe_color color;
    zoe_color_init(&color);
    color.has_matrix = 1;
    memcpy(color.matrix, xyz_to_rec709, sizeof color.matrix);
    color.cdl.power[1] = 1.3f;
    color.cube = &t->cube;
    uint32_t *pixels = draw(&frame, NULL, &color);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        hash = (hash ^ pixels[i]) * 1099511628211u;
    print_message("hash %016llx\n", (unsigned long long)hash);
    assert_true(hash == 0x820c8dd54b9ef096u);
    free(pixels);
    free(t);
    display_fixture_free(&frame);
}

static void impossible_values_are_left_out(void **state)
{
    (void)state;
    uint64_t seed = 18;
    zoe_frame frame;
    make(&frame, &seed, 0, 1);
    tables *t = random_tables(&seed, 2);
    zoe_color color;
    zoe_color_init(&color);
    t->cube.edge = 1;
    color.cube = &t->cube;
    color.has_matrix = 1;
    color.matrix[4] = NAN;
    color.cdl.power[0] = NAN;
    uint32_t *got = draw(&frame, NULL, &color), *expected = draw(&frame, NULL, NULL);
    assert_memory_equal(got, expected, WIDTH * HEIGHT * sizeof *got);
    free(got);
    free(expected);
    free(t);
    display_fixture_free(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_color_changes_nothing),
        cmocka_unit_test(cube_is_interpolated_in_tetrahedra),
        cmocka_unit_test(process_takes_the_place_of_the_cube),
        cmocka_unit_test(matrix_comes_first),
        cmocka_unit_test(cdl_is_slope_offset_power_saturation),
        cmocka_unit_test(grade_comes_before_the_cube),
        cmocka_unit_test(views_of_one_channel),
        cmocka_unit_test(bytes_are_the_same_everywhere),
        cmocka_unit_test(impossible_values_are_left_out),
    };
    return cmocka_run_group_tests(tests, make_display_values, NULL);
}
