/*
 * The median of measured times.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BENCH_MEDIAN_H
#define ZOE_BENCH_MEDIAN_H

#include <stdlib.h>

static inline int median_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the values. */
static inline double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, median_order);
    return values[count / 2];
}

#endif
