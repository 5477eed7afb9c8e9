/*
 * A deep pixel flattened as the rules say it: those of "Interpreting OpenEXR Deep Pixels", interval
 * by interval, in double, however long that takes.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef DEEP_RULES_H
#define DEEP_RULES_H

#include <stddef.h>

enum { DEEP_SAMPLES_MAX = 400 };

/* `color` is premultiplied by the alpha `a`. */
typedef struct deep_sample {
    double a, color, front, back;
} deep_sample;

/* Samples in any order, DEEP_SAMPLES_MAX at most. */
void deep_rules_flatten(const deep_sample *samples, size_t count, double *alpha, double *color);

/* Fails the test unless `got` is near enough: within tolerance x (1 + |expected|). */
void deep_check(const char *what, float got, double expected, double tolerance);

#endif
