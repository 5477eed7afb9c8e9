/*
 * Codes: pixels through a cube whose nodes are what the display shows (zoe_display_codes).
 *
 * Every function has a portable form, which is the reference, and an AVX2 form; all arithmetic that
 * differs between them is of integers, so that they write the same bytes.
 *
 * Thread-safety: pure on their arguments; any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_DISPLAY_CODES_H
#define ZOE_DISPLAY_CODES_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/display.h>

/* Halves that have a place in the cube: of three planes, or with `step` 4 of lanes (scale.h). */
typedef struct zoe_codes_source {
    const uint16_t *red, *green, *blue;
    size_t step;
    /* Four floats for each pixel, which the halves were rounded from; NULL: nothing was rounded. */
    const float *light;
} zoe_codes_source;

void zoe_codes_draw(uint32_t *out, zoe_codes_source source, size_t count,
                    const zoe_display_lut *lut);

#endif
