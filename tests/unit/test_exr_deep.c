/*
 * Deep pixels in memory, flattened: known ones, absent channels, and random ones by the book.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "codec/codec.h"
#include "support/deep_rules.h"
#include "support/deep_picture.h"
#include "exr/deep.h"
#include "support/seeded_random.h"

/* Flattens one pixel of float samples: color, alpha, depth. */
static void flatten_pixel(const float *a, const float *color, const float *z, const float *back,
                          int32_t count, float result[3])
{
    const zoe_deep_channel alpha = {(const uint8_t *)a, ZOE_CODEC_FLOAT};
    const zoe_deep_channel colors = {(const uint8_t *)color, ZOE_CODEC_FLOAT};
    const zoe_deep_channel fronts = {(const uint8_t *)z, ZOE_CODEC_FLOAT};
    const zoe_deep_channel backs = {(const uint8_t *)back, ZOE_CODEC_FLOAT};
    const zoe_deep_row row = {
        .ends = &count,
        .width = 1,
        .alpha = alpha,
        .z = fronts,
        .z_back = backs,
        .planes = {{colors, ZOE_DEEP_OVER, 0},
                   {alpha, ZOE_DEEP_OVER, 0},
                   {z ? fronts : colors, ZOE_DEEP_FRONT, 77}},
        .plane_count = 3,
    };
    size_t bytes = zoe_deep_flatten_scratch_bytes((uint64_t)count);
    void *scratch = deep_picture_allocate(bytes);
    void *const out[4] = {&result[0], &result[1], &result[2], NULL};
    assert_int_equal(zoe_deep_flatten_row(&row, 0, 1, out, scratch, bytes), ZOE_OK);
    free(scratch);
}

static void known_pixels(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        float a[3], color[3], z[3], back[3];
        int32_t count;
        float expected[3];
    } pixels[] = {
        {"no samples", {0}, {0}, {0}, {0}, 0, {0, 0, 77}},
        {"one point", {0.5f}, {0.25f}, {3}, {3}, 1, {0.25f, 0.5f, 3}},
        {"two points", {0.5f, 1}, {0.25f, 0.5f}, {1, 2}, {1, 2}, 2, {0.5f, 1, 1}},
        {"out of order", {1, 0.5f}, {0.5f, 0.25f}, {2, 1}, {2, 1}, 2, {0.5f, 1, 1}},
        {"nothing behind opaque", {1, 1}, {0.5f, 9}, {1, 2}, {1, 2}, 2, {0.5f, 1, 1}},
        {"thin air in front", {0, 1}, {0, 0.5f}, {1, 2}, {1, 2}, 2, {0.5f, 1, 2}},
        {"only thin air", {0, 0}, {0, 0}, {5, 2}, {5, 2}, 2, {0, 0, 2}},
        {"glow adds", {0, 1}, {0.25f, 0.5f}, {1, 2}, {1, 2}, 2, {0.75f, 1, 2}},
        {"one volume", {0.75f}, {0.5f}, {1}, {5}, 1, {0.5f, 0.75f, 1}},
        {"same volume twice", {0.5f, 0.5f}, {0.5f, 0}, {1, 1}, {2, 2}, 2, {0.375f, 0.75f, 1}},
        {"same point twice", {0.5f, 0.5f}, {0.5f, 0}, {1, 1}, {1, 1}, 2, {0.5f, 0.75f, 1}},
        {"opaque in one place", {1, 1, 0.5f}, {2, 4, 7}, {1, 1, 1}, {2, 2, 2}, 3, {3, 1, 1}},
        /* the front half of 0.75 is 0.5, with two thirds of the colour */
        {"wall within fog", {0.75f, 1}, {0.75f, 0}, {1, 2}, {3, 2}, 2, {0.5f, 1, 1}},
        {"wall at the fog's end", {0.75f, 1}, {0.75f, 1}, {1, 3}, {3, 3}, 2, {1, 1, 1}},
        {"wall at its beginning", {0.75f, 1}, {0.75f, 0.5f}, {1, 1}, {3, 1}, 2, {0.5f, 1, 1}},
        {"opaque volume hides", {1, 0.5f}, {0.5f, 9}, {1, 2}, {5, 3}, 2, {0.5f, 1, 1}},
        {"fog begins before it", {0.75f, 1}, {0.75f, 0}, {1, 2}, {3, 9}, 2, {0.5f, 1, 1}},
        {"back before front", {0.5f, 1}, {0.25f, 0.5f}, {2, 3}, {1, 0}, 2, {0.5f, 1, 2}},
        {"endless volume", {0.5f, 1}, {0.25f, 0.5f}, {2, 3}, {INFINITY, 3}, 2, {0.5f, 1, 2}},
        {"no place", {0.5f, 1}, {0.25f, 0.5f}, {NAN, 3}, {NAN, 3}, 2, {0.5f, 1, 3}},
        {"alpha over 1", {3, 1}, {0.5f, 9}, {1, 2}, {1, 2}, 2, {0.5f, 1, 1}},
        {"alpha under 0", {-1, 1}, {0, 0.5f}, {1, 2}, {1, 2}, 2, {0.5f, 1, 2}},
        {"alpha not a number", {NAN, 1}, {0, 0.5f}, {1, 2}, {1, 2}, 2, {0.5f, 1, 2}},
    };
    for (size_t i = 0; i < sizeof pixels / sizeof pixels[0]; i++) {
        float result[3];
        flatten_pixel(pixels[i].a, pixels[i].color, pixels[i].z, pixels[i].back, pixels[i].count,
                      result);
        for (int k = 0; k < 3; k++)
            deep_check(pixels[i].what, result[k], (double)pixels[i].expected[k], 1e-6);
    }
}

static void absent_channels(void **state)
{
    (void)state;
    const float a[2] = {0.5f, 1}, color[2] = {0.25f, 0.5f}, z[2] = {2, 1};
    float result[3];
    flatten_pixel(a, color, z, NULL, 2, result);
    deep_check("without ZBack: colour", result[0], 0.5, 0);
    deep_check("without ZBack: depth", result[2], 1, 0);
    flatten_pixel(a, color, NULL, NULL, 2, result);
    deep_check("without Z: colour", result[0], 0.5, 0);
    const zoe_deep_channel colors = {(const uint8_t *)color, ZOE_CODEC_FLOAT};
    const zoe_deep_channel depths = {(const uint8_t *)z, ZOE_CODEC_FLOAT};
    const int32_t ends = 2;
    const zoe_deep_row row = {.ends = &ends,
                              .width = 1,
                              .z = depths,
                              .planes = {{colors, ZOE_DEEP_OVER, 0}},
                              .plane_count = 1};
    size_t bytes = zoe_deep_flatten_scratch_bytes(2);
    void *scratch = deep_picture_allocate(bytes);
    void *const out[4] = {result};
    assert_int_equal(zoe_deep_flatten_row(&row, 0, 1, out, scratch, bytes), ZOE_OK);
    free(scratch);
    deep_check("without alpha: the nearest", result[0], 0.5, 0);
}

static void random_pixels_follow_the_rules(void **state)
{
    (void)state;
    static float a[DEEP_SAMPLES_MAX], color[DEEP_SAMPLES_MAX], z[DEEP_SAMPLES_MAX],
        back[DEEP_SAMPLES_MAX];
    static deep_sample samples[DEEP_SAMPLES_MAX];
    double worst = 0;
    for (int round = 0; round < 4000; round++) {
        int kind = round % DEEP_KINDS;
        int32_t count = (int32_t)deep_picture_below(round % 50 == 0 ? DEEP_SAMPLES_MAX : 9) + 1;
        for (int32_t i = 0; i < count; i++) {
            a[i] = deep_picture_alpha(kind);
            color[i] = a[i] > 0 ? a[i] * seeded_random_unit(&deep_picture_random)
                                : 0.1f * seeded_random_unit(&deep_picture_random);
            z[i] = deep_picture_depth();
            bool volume = kind == DEEP_VOLUMES || (kind != DEEP_POINTS && deep_picture_below(2));
            back[i] = volume ? z[i] + deep_picture_depth() : z[i];
            samples[i] =
                (deep_sample){(double)a[i], (double)color[i], (double)z[i], (double)back[i]};
        }
        double alpha, expected;
        deep_rules_flatten(samples, (size_t)count, &alpha, &expected);
        float result[3];
        flatten_pixel(a, color, z, back, count, result);
        char what[64];
        snprintf(what, sizeof what, "round %d, %d samples", round, count);
        deep_check(what, result[0], expected, 2e-6);
        deep_check(what, result[1], alpha, 2e-6);
        double difference = fabs((double)result[0] - expected);
        worst = difference > worst ? difference : worst;
    }
    print_message("largest difference of a colour: %.3g\n", worst);
}

/* ---- many samples in any order ---- */

enum { POINTS_MAX = 200000 };

typedef struct point {
    float z;
    int32_t index;
} point;

static int in_front(const void *a, const void *b)
{
    const point *p = a, *q = b;
    if (p->z < q->z || p->z > q->z)
        return p->z < q->z ? -1 : 1;
    return p->index < q->index ? -1 : 1;
}

/* Depths of all signs, many of them equal: what is at one depth stays in the order of the file. */
static float any_depth(void)
{
    static const float special[] = {0.0f,   -0.0f,   INFINITY, -INFINITY,
                                    1e-40f, -1e-40f, 3e38f,    -3e38f};
    uint32_t kind = (uint32_t)deep_picture_below(4);
    if (kind == 0)
        return special[deep_picture_below(8)];
    float z = (float)deep_picture_below(kind == 1 ? 40 : 100000) / 16.0f;
    return deep_picture_below(2) ? z : -z;
}

static void many_points_are_put_in_order(void **state)
{
    (void)state;
    static float a[POINTS_MAX], color[POINTS_MAX], z[POINTS_MAX];
    static point points[POINTS_MAX];
    static const int32_t counts[] = {25, 60, 300, 4000, POINTS_MAX};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        for (int32_t i = 0; i < counts[c]; i++) {
            a[i] = 1.0f / 4096;
            color[i] = seeded_random_unit(&deep_picture_random);
            z[i] = any_depth();
            points[i] = (point){z[i], i};
        }
        qsort(points, (size_t)counts[c], sizeof *points, in_front);
        float expected[2] = {0, 0}, result[3];
        for (int32_t i = 0; i < counts[c] && expected[1] < 1; i++) {
            float through = 1 - expected[1];
            expected[0] += through * color[points[i].index];
            expected[1] += through * a[points[i].index];
        }
        flatten_pixel(a, color, z, c % 2 ? z : NULL, counts[c], result);
        char what[64];
        snprintf(what, sizeof what, "%d points", counts[c]);
        deep_check(what, result[0], (double)expected[0], 0);
        deep_check(what, result[1], (double)expected[1], 0);
        if (result[2] < points[0].z || result[2] > points[0].z)
            fail_msg("%s: depth %g, expected %g", what, (double)result[2], (double)points[0].z);
    }
}

int main(void)
{
    deep_picture_random = seeded_random_seed(20240229u);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_pixels),
        cmocka_unit_test(absent_channels),
        cmocka_unit_test(random_pixels_follow_the_rules),
        cmocka_unit_test(many_points_are_put_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
