/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "support/deep_rules.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* A sample or what several became, by its absorption u: a = 1 - exp(-u). */
typedef struct absorber {
    double u, a, color;
} absorber;

/* The part of a sample between two depths, of which it holds both. */
static absorber part_of(deep_sample s, double from, double to)
{
    double x = (to - from) / (s.back - s.front);
    double u = -x * log1p(-s.a);
    double a = -expm1(-u);
    return (absorber){u, a, s.a > 0 ? s.color * a / s.a : s.color * x};
}

static absorber merge_two(absorber s, absorber t)
{
    double su = s.a > 0 ? s.u / s.a : 1, tu = t.a > 0 ? t.u / t.a : 1;
    double u = s.u + t.u, a = -expm1(-u);
    double w = u > 0 ? a / u : 1;
    return (absorber){u, a, (s.color * su + t.color * tu) * w};
}

/* The volumes that span two depths, merged. */
static absorber merged(const deep_sample *samples, size_t count, double from, double to)
{
    absorber result = {0, 0, 0}, opaque = {INFINITY, 1, 0};
    size_t opaque_count = 0;
    for (size_t i = 0; i < count; i++) {
        deep_sample s = samples[i];
        if (s.back <= s.front || s.front > from || s.back < to)
            continue;
        if (s.a < 1) {
            result = merge_two(result, part_of(s, from, to));
        } else {
            opaque.color += s.color;
            opaque_count++;
        }
    }
    if (opaque_count == 0)
        return result;
    opaque.color /= (double)opaque_count;
    return opaque;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void deep_rules_flatten(const deep_sample *samples, size_t count, double *alpha, double *color)
{
    static double depths[2 * DEEP_SAMPLES_MAX];
    for (size_t i = 0; i < count; i++) {
        depths[2 * i] = samples[i].front;
        depths[2 * i + 1] = samples[i].back;
    }
    qsort(depths, 2 * count, sizeof *depths, compare_doubles);
    *alpha = *color = 0;
    for (size_t i = 0; i < 2 * count; i++) {
        if (i > 0 && depths[i] == depths[i - 1])
            continue;
        for (size_t p = 0; p < count; p++) {
            if (samples[p].back > samples[p].front || samples[p].front != depths[i])
                continue;
            *color += (1 - *alpha) * samples[p].color;
            *alpha += (1 - *alpha) * samples[p].a;
        }
        size_t next = i + 1;
        while (next < 2 * count && depths[next] == depths[i])
            next++;
        if (next == 2 * count)
            break;
        absorber s = merged(samples, count, depths[i], depths[next]);
        *color += (1 - *alpha) * s.color;
        *alpha += (1 - *alpha) * s.a;
    }
}

void deep_check(const char *what, float got, double expected, double tolerance)
{
    if (!(fabs((double)got - expected) <= tolerance * (1 + fabs(expected))))
        fail_msg("%s: %.9g, expected %.9g", what, (double)got, expected);
}
