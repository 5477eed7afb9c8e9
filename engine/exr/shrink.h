/*
 * Shrinking a picture while it is decoded: sums of 2, 4 or 8 samples along a row, and the means
 * that sums of rows become.
 *
 * A sample is held within +-limit first and counts as 0 when it is not a number, so that one bad
 * pixel spoils its block no more than it must. All forms add the same floats in the same order and
 * write the same bits.
 *
 * Thread-safety: pure on their arguments.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_SHRINK_H
#define ZOE_EXR_SHRINK_H

#include <stddef.h>
#include <stdint.h>

/* Adds the sum of samples[i << shift] and those after it to sums[i], for i below `count`. `samples`
 * has count << shift values, is 16-byte aligned, and its contents are lost. */
void zoe_exr_shrink_row(float *sums, float *samples, size_t count, int32_t shift, float limit);

/* Makes sums of so many pixels each, 1..64, into means, held within what a float can be. */
void zoe_exr_shrink_mean(float *sums, size_t count, int32_t pixels);

/* The same without SIMD: the reference. */
void zoe_exr_shrink_row_scalar(float *sums, float *samples, size_t count, int32_t shift,
                               float limit);
void zoe_exr_shrink_mean_scalar(float *sums, size_t count, int32_t pixels);

#endif
