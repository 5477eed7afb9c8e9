/*
 * What the display must show, straight from the words of its public header, in double: slow, and
 * without tables.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_DISPLAY_REFERENCE_H
#define ZOE_SUPPORT_DISPLAY_REFERENCE_H

#include <zoetrope/display.h>

/* A linear value after exposure and contrast. */
double display_reference_exposed(const zoe_grade *grade, double value);

/* A light after transfer and gamma: 0 to 255, not rounded. */
double display_reference_shown(const zoe_grade *grade, double light);

/* Is the centre of the viewport's pixel dx, dy within the frame's picture? */
int display_reference_inside(const zoe_frame *frame, const zoe_viewport *viewport, int dx, int dy);

/* Red, green and blue of that pixel, where it is inside: 0 to 255, not rounded. */
void display_reference(const zoe_frame *frame, const zoe_grade *grade, const zoe_viewport *viewport,
                       int dx, int dy, double out[3]);

#endif
