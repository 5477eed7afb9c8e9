/*
 * Scopes: counts, columns, what does not count, images, and false colours.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/scope.h"

static const uint32_t OUTSIDE = 0xff1a1a1au;
static zoe_scope scope;

static uint32_t *filled(int width, int height, uint32_t color)
{
    uint32_t *pixels = malloc((size_t)width * (size_t)height * 4);
    assert_non_null(pixels);
    for (int i = 0; i < width * height; i++)
        pixels[i] = color;
    return pixels;
}

static void every_pixel_counts_in_its_column(void **state)
{
    (void)state;
    enum { W = 512, H = 10 };
    uint32_t *pixels = filled(W, H, 0xff102030u);
    for (int y = 0; y < H; y++)
        pixels[y * W + 511] = 0xffff0080u;
    uint64_t before = scope.serial;
    zoe_scope_measure(&scope, pixels, W, H, W * 4, OUTSIDE);
    assert_int_equal(scope.serial, before + 1);
    assert_int_equal(scope.count, W * H);
    assert_int_equal(scope.histogram[0][0x10], (W - 1) * H);
    assert_int_equal(scope.histogram[0][0xff], H);
    assert_int_equal(scope.histogram[1][0x00], H);
    assert_int_equal(scope.histogram[2][0x80], H);
    assert_int_equal(scope.waveform[0][1][0x20], 2 * H);
    assert_int_equal(scope.waveform[255][1][0x20], H);
    assert_int_equal(scope.waveform[255][0][0xff], H);
    free(pixels);
}

static void what_lies_beside_does_not_count(void **state)
{
    (void)state;
    uint32_t *pixels = filled(100, 50, OUTSIDE);
    pixels[7] = 0xff010203u;
    zoe_scope_measure(&scope, pixels, 100, 50, 400, OUTSIDE);
    assert_int_equal(scope.count, 1);
    free(pixels);
}

/* Fewer rows of a large picture; no bin overflows, and no odd size reads beyond. */
static void sizes(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1},       {3, 1000},    {255, 7},
                                   {1920, 1080}, {7680, 4320}, {40, 32768}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int w = sizes[i][0], h = sizes[i][1];
        uint32_t *pixels = filled(w, h, 0xffffffffu);
        zoe_scope_measure(&scope, pixels, w, h, (size_t)w * 4, OUTSIDE);
        assert_true(scope.count > 0 && scope.count <= ZOE_SCOPE_PIXELS + (uint32_t)w);
        assert_int_equal(scope.histogram[1][255], scope.count);
        if (w * h <= ZOE_SCOPE_PIXELS)
            assert_int_equal(scope.count, w * h);
        free(pixels);
    }
}

static void images(void **state)
{
    (void)state;
    uint32_t *image = malloc(ZOE_SCOPE_WIDTH * ZOE_SCOPE_WAVEFORM * 4);
    uint32_t *pixels = filled(512, 4, 0xffff0000u);
    assert_non_null(image);
    zoe_scope_measure(&scope, pixels, 512, 4, 2048, OUTSIDE);
    zoe_scope_draw_waveform(&scope, image);
    assert_true((image[0] >> 16 & 255) > 200);                        /* red is at the top */
    assert_true((image[255 * ZOE_SCOPE_WIDTH + 9] >> 8 & 255) > 200); /* green at the bottom */
    assert_int_equal(image[100 * ZOE_SCOPE_WIDTH + 9],
                     image[99 * ZOE_SCOPE_WIDTH + 9]); /* nothing */
    zoe_scope_draw_histogram(&scope, image);
    assert_true((image[511] >> 16 & 255) > 150);
    assert_true((image[511] & 255) < 100);
    free(image);
    free(pixels);
}

static void false_colors(void **state)
{
    (void)state;
    uint32_t pixels[] = {0xff000000u, 0xffffffffu, 0xff767676u, 0xff646464u, OUTSIDE, 0xff00ff00u};
    zoe_false_color_rows(pixels, 6, 1, 24, OUTSIDE);
    assert_int_equal(pixels[0], zoe_false_colors[0].color);
    assert_int_equal(pixels[1], zoe_false_colors[zoe_false_color_count - 1].color);
    assert_int_equal(pixels[2], zoe_false_colors[2].color); /* sRGB of 0.18 */
    assert_int_equal(pixels[3], 0xff646464u);
    assert_int_equal(pixels[4], OUTSIDE);
    assert_int_equal(pixels[5], 0xffb6b6b6u); /* 0.7152 of 255 */
    for (size_t i = 1; i < zoe_false_color_count; i++)
        assert_true(zoe_false_colors[i].low > zoe_false_colors[i - 1].high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pixel_counts_in_its_column),
        cmocka_unit_test(what_lies_beside_does_not_count),
        cmocka_unit_test(sizes),
        cmocka_unit_test(images),
        cmocka_unit_test(false_colors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
