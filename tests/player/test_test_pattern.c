/*
 * The procedural test picture: the same in any pieces, another for each seed and frame, finite, and
 * as the alpha channel says.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "commands/test_pattern.h"

enum { WIDTH = 700, HEIGHT = 300 };

typedef struct pixels {
    float planes[4][WIDTH];
} pixels;

static void draw(const zoe_test_pattern *picture, int32_t x, int32_t y, int32_t count, pixels *row)
{
    float *const planes[4] = {row->planes[0] + x, row->planes[1] + x, row->planes[2] + x,
                              row->planes[3] + x};
    zoe_test_pattern_row(picture, x, y, count, planes);
}

static void test_any_pieces(void **state)
{
    (void)state;
    for (int32_t alpha = 0; alpha < 2; alpha++) {
        zoe_test_pattern picture;
        zoe_test_pattern_init(&picture, WIDTH, HEIGHT, 5, 1001, alpha, 0.03f);
        for (int32_t y = 0; y < HEIGHT; y += 7) {
            pixels whole, parts;
            memset(&whole, 0, sizeof whole);
            memset(&parts, 0, sizeof parts);
            draw(&picture, 0, y, WIDTH, &whole);
            for (int32_t x = 0; x < WIDTH; x += 93)
                draw(&picture, x, y, WIDTH - x < 93 ? WIDTH - x : 93, &parts);
            for (int c = 0; c < 3 + alpha; c++)
                for (int32_t x = 0; x < WIDTH; x++)
                    if (memcmp(&whole.planes[c][x], &parts.planes[c][x], sizeof(float)) != 0)
                        fail_msg("channel %d at %d %d: %g whole, %g in pieces", c, x, y,
                                 (double)whole.planes[c][x], (double)parts.planes[c][x]);
        }
    }
}

/* Sum of differences of all rows between two pictures. */
static double difference(const zoe_test_pattern *a, const zoe_test_pattern *b)
{
    double sum = 0;
    for (int32_t y = 0; y < HEIGHT; y += 11) {
        pixels p, q;
        draw(a, 0, y, WIDTH, &p);
        draw(b, 0, y, WIDTH, &q);
        for (int32_t x = 0; x < WIDTH; x++) {
            double d = (double)p.planes[1][x] - (double)q.planes[1][x];
            sum += d < 0 ? -d : d;
        }
    }
    return sum;
}

static void test_seed_and_frame(void **state)
{
    (void)state;
    zoe_test_pattern a, b;
    zoe_test_pattern_init(&a, WIDTH, HEIGHT, 1, 1, 0, 0);
    zoe_test_pattern_init(&b, WIDTH, HEIGHT, 1, 1, 0, 0);
    assert_true(difference(&a, &b) <= 0);
    zoe_test_pattern_init(&b, WIDTH, HEIGHT, 2, 1, 0, 0);
    assert_true(difference(&a, &b) > 1);
    zoe_test_pattern_init(&b, WIDTH, HEIGHT, 1, 2, 0, 0);
    assert_true(difference(&a, &b) > 1);
    zoe_test_pattern_init(&b, WIDTH, HEIGHT, 1, -1, 0, 0);
    assert_true(difference(&a, &b) > 1);
    zoe_test_pattern_init(&b, WIDTH, HEIGHT, 1, 1, 0, 0.05f);
    assert_true(difference(&a, &b) > 1);
}

/* Every digit is drawn: numbers that differ in one digit differ within the plate. */
static void test_digits(void **state)
{
    (void)state;
    for (int64_t digit = 0; digit < 9; digit++) {
        zoe_test_pattern a, b;
        zoe_test_pattern_init(&a, WIDTH, HEIGHT, 1, digit, 0, 0);
        zoe_test_pattern_init(&b, WIDTH, HEIGHT, 1, digit + 1, 0, 0);
        if (a.stroke_count == b.stroke_count && memcmp(a.strokes, b.strokes, sizeof a.strokes) == 0)
            fail_msg("%d and %d look the same", (int)digit, (int)digit + 1);
    }
}

static void check_values(int32_t width, int32_t height, int64_t frame, int32_t alpha)
{
    zoe_test_pattern picture;
    zoe_test_pattern_init(&picture, width, height, 9, frame, alpha, 0.1f);
    for (int32_t y = 0; y < height; y++) {
        pixels row;
        draw(&picture, 0, y, width, &row);
        for (int c = 0; c < 3 + alpha; c++)
            for (int32_t x = 0; x < width; x++) {
                float v = row.planes[c][x];
                if (!(v >= 0 && v <= (c == 3 ? 1.0f : 100.0f)))
                    fail_msg("%dx%d frame %lld channel %d at %d %d is %g", width, height,
                             (long long)frame, c, x, y, (double)v);
            }
    }
}

static void test_values(void **state)
{
    (void)state;
    static const int64_t frames[] = {0, 1, -1, 123456789012345, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++)
        for (int32_t alpha = 0; alpha < 2; alpha++) {
            check_values(1, 1, frames[i], alpha);
            check_values(3, 40, frames[i], alpha);
            check_values(300, 2, frames[i], alpha);
            check_values(160, 90, frames[i], alpha);
        }
}

static void test_alpha(void **state)
{
    (void)state;
    zoe_test_pattern picture;
    zoe_test_pattern_init(&picture, WIDTH, HEIGHT, 1, 1, 1, 0.1f);
    int clear = 0, solid = 0;
    for (int32_t y = 0; y < HEIGHT; y++) {
        pixels row;
        draw(&picture, 0, y, WIDTH, &row);
        for (int32_t x = 0; x < WIDTH; x++) {
            float a = row.planes[3][x];
            clear += a <= 0;
            solid += a >= 1;
            if (a <= 0 && (row.planes[0][x] > 0 || row.planes[1][x] > 0 || row.planes[2][x] > 0))
                fail_msg("light where nothing is, at %d %d", x, y);
        }
    }
    assert_true(clear > WIDTH * HEIGHT / 10);
    assert_true(solid > WIDTH * HEIGHT / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_pieces), cmocka_unit_test(test_seed_and_frame),
        cmocka_unit_test(test_digits),     cmocka_unit_test(test_values),
        cmocka_unit_test(test_alpha),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
