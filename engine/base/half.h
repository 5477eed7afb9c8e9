/*
 * Half floats: IEEE 754 binary16 to binary32 and back, one value or a row at a time.
 *
 * Conversions to half round to nearest even, keep denormals and signed zeros, and make every NaN
 * quiet (sign and upper payload bits kept), which is what F16C's and NEON's instructions do; the
 * scalar and SIMD forms write the same bits for every input. The single value functions are public
 * and stand in zoetrope/display.h.
 *
 * Thread-safety: any thread. Rows may have any alignment that their element type allows; source and
 * destination must not overlap.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_HALF_H
#define ZOE_BASE_HALF_H

#include <stddef.h>
#include <stdint.h>

/* The largest finite half. */
#define ZOE_HALF_MAX 65504

/* n floats to halves. Beyond the range of half (from 65520 on) is infinity. */
void zoe_half_from_float_row(uint16_t *dst, const float *src, size_t n);

/* n unsigned integers to halves. Values over 65504 become infinity, as the OpenEXR library has it;
 * those over 2048 are rounded to nearest even. */
void zoe_half_from_uint_row(uint16_t *dst, const uint32_t *src, size_t n);

/* n halves to floats; exact. */
void zoe_half_to_float_row(float *dst, const uint16_t *src, size_t n);

/* One unsigned integer, as zoe_half_from_uint_row(). */
uint16_t zoe_half_from_uint(uint32_t value);

#endif
