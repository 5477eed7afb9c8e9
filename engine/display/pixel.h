/*
 * The last step of display: halves through a zoe_display_lut into 8-bit pixels.
 *
 * Pixels are 0xAARRGGBB in native (little-endian) order, which is B G R A in memory; A is 255.
 * Thread-safety: pure on their arguments; any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_DISPLAY_PIXEL_H
#define ZOE_DISPLAY_PIXEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/display.h>

/* Rows of planes through to_byte: red, green and blue, or one plane as grey. */
void zoe_pixel_from_planes(uint32_t *out, const uint16_t *red, const uint16_t *green,
                           const uint16_t *blue, size_t count, const zoe_display_lut *lut);
void zoe_pixel_from_plane(uint32_t *out, const uint16_t *plane, size_t count,
                          const zoe_display_lut *lut);

/* Rows of columns of four lanes (scale.h) through to_byte: lanes 0, 1, 2 as red, green and
 * blue, or lane 0 as grey. */
void zoe_pixel_from_lanes(uint32_t *out, const uint16_t *lanes, size_t count, bool grey,
                          const zoe_display_lut *lut);

/* Halves of four lanes decoded and through the matrix, back to halves in place. `light`: as
 * below. */
void zoe_pixel_enter(uint16_t *lanes, float *light, size_t count, const zoe_display_lut *lut);

/* Lane 0 into lanes 1 and 2: a grey. */
void zoe_pixel_spread(uint16_t *lanes, size_t count);

/* Halves of four lanes through the cube or the process, back to halves in place. `light`: as below,
 * 16-byte aligned. */
void zoe_pixel_table(uint16_t *lanes, float *light, size_t count, const zoe_display_lut *lut);

/* What the process is given of a pixel: halves that have a place in the cube, as light. */
void zoe_pixel_before_cube(float to[4], const uint16_t lanes[3], const zoe_display_lut *lut);

/*
 * Halves of four lanes through to_light, mixed as the grade's saturation and view say, and back to
 * halves in place: colours, or with a view of one channel or luminance that in lane 0. `light` is
 * scratch for count x 4 floats.
 */
void zoe_pixel_mix(uint16_t *lanes, float *light, size_t count, const zoe_display_lut *lut);

/* The same for one plane, in lane 0: there is no colour to mix, so it goes through to_light
 * only. */
void zoe_pixel_light(uint16_t *lanes, float *light, size_t count, const zoe_display_lut *lut);

#endif
