/*
 * Cubic enlargement: what lies between samples, for magnifications below two.
 *
 * The four samples next to a destination pixel's centre are weighted with Catmull and Rom's spline
 * (Keys 1981, a = -1/2), one direction after the other, and the result is kept between the two
 * nearest of them. The spline alone would overshoot: beside a light of 100 it makes samples of 0.1
 * negative, which is seen as a black rim.
 *
 * Beyond the picture's edge its last sample goes on. Samples that are NaN count as 0. Infinite ones
 * make what lies next to them infinite, and nothing else.
 *
 * As in scale.h both forms of each function write the same bits.
 *
 * Thread-safety: pure on their arguments; any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_DISPLAY_CUBIC_H
#define ZOE_DISPLAY_CUBIC_H

#include <stdint.h>

#include "display/scale.h"

enum { ZOE_CUBIC_TAPS = 4 };

/* The samples of one destination pixel: four from `first` on. */
typedef struct zoe_cubic {
    int32_t first;
    float weight[ZOE_CUBIC_TAPS];
} zoe_cubic;

enum { ZOE_CUBIC_ZERO = -1 }; /* in place of a row: samples of 0 */

/* For destination pixel d, axis->begin <= d < axis->end: `first` is -2..axis->size - 2, and so may
 * need samples from beyond the axis. */
zoe_cubic zoe_axis_cubic(const zoe_axis *axis, int32_t d);

/*
 * What lies between four rows of the planes, each a row or ZOE_CUBIC_ZERO, for `columns` columns
 * from first_column on, into out[columns][ZOE_SCALE_LANES] (32-byte aligned). Lane 3 is 0.
 */
void zoe_cubic_rows(float *out, const zoe_scale_source *source, const int32_t rows[ZOE_CUBIC_TAPS],
                    const float weight[ZOE_CUBIC_TAPS], int32_t first_column, int32_t columns);

/*
 * What lies between the columns that taps[i] names (in[0] is column 0; 16-byte aligned), less
 * `low`, times `factor`, as halves: out[count][ZOE_SCALE_LANES], lane 3 unspecified.
 */
void zoe_cubic_columns(uint16_t *out, const float *in, const zoe_cubic *taps, int32_t count,
                       float low, float factor);

#endif
