/*
 * Shrinking rows: every form gives the bits of the scalar one, and that gives means.
 *
 * Random; the seed is printed and ZOETROPE_SEED sets it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "exr/shrink.h"

enum { SUMS = 70, SAMPLES = SUMS << 3, ROUNDS = 4000 };

static uint64_t state;

static uint32_t rnd(uint32_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

static float odd_float(void)
{
    static const float odd[] = {0.0f, -0.0f, 65504.0f, 1e30f, FLT_MAX, -FLT_MAX, FLT_MIN, 1e-40f};
    switch (rnd(6)) {
    case 0: return odd[rnd(sizeof odd / sizeof odd[0])];
    case 1: return rnd(3) == 0 ? NAN : rnd(2) ? INFINITY : -INFINITY;
    default: return ((float)rnd(1u << 24) - (float)(1 << 23)) / 1024.0f;
    }
}

/* NaN has many patterns, and which one comes out is the processor's choice. */
static void assert_same(const float *got, const float *want, size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t a, b;
        memcpy(&a, &got[i], sizeof a);
        memcpy(&b, &want[i], sizeof b);
        if (a != b && !(isnan(got[i]) && isnan(want[i])))
            fail_msg("%s: %zu of %zu is %a (%x), wanted %a (%x)", what, i, count, (double)got[i], a,
                     (double)want[i], b);
    }
}

static void test_rows(void **context)
{
    (void)context;
    static _Alignas(64) float samples[SAMPLES], copy[SAMPLES];
    static float sums[SUMS + 1], expected[SUMS + 1];
    for (int round = 0; round < ROUNDS; round++) {
        int32_t shift = 1 + (int32_t)rnd(3);
        size_t count = rnd(SUMS + 1);
        float limit = rnd(2) ? 65504.0f : FLT_MAX;
        for (size_t i = 0; i < SAMPLES; i++)
            samples[i] = copy[i] = odd_float();
        for (size_t i = 0; i <= SUMS; i++)
            sums[i] = expected[i] = (float)rnd(1000);
        zoe_exr_shrink_row(sums, samples, count, shift, limit);
        zoe_exr_shrink_row_scalar(expected, copy, count, shift, limit);
        assert_same(sums, expected, SUMS + 1, "sums");
    }
}

static void test_means(void **context)
{
    (void)context;
    static float sums[SUMS + 2], expected[SUMS + 2];
    for (int round = 0; round < ROUNDS; round++) {
        int32_t pixels = 1 + (int32_t)rnd(64);
        size_t first = rnd(2), count = rnd(SUMS + 1);
        for (size_t i = 0; i < SUMS + 2; i++)
            sums[i] = expected[i] = odd_float();
        zoe_exr_shrink_mean(sums + first, count, pixels);
        for (size_t i = first; i < first + count; i++) {
            float mean = expected[i] / (float)pixels;
            if (!isfinite(mean) && !isnan(mean))
                mean = mean > 0 ? FLT_MAX : -FLT_MAX;
            float scalar = expected[i];
            zoe_exr_shrink_mean_scalar(&scalar, 1, pixels);
            assert_same(&scalar, &mean, 1, "scalar mean");
            expected[i] = mean;
        }
        assert_same(sums, expected, SUMS + 2, "means");
    }
}

int main(void)
{
    const char *seed = getenv("ZOETROPE_SEED");
    state = seed ? strtoull(seed, NULL, 0) : (uint64_t)getpid() * 2654435761u;
    fprintf(stderr, "ZOETROPE_SEED=%llu\n", (unsigned long long)state);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_means),
    };
    return cmocka_run_group_tests_name("shrinking", tests, NULL, NULL);
}
