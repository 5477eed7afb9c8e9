/*
 * Drawable: which frames and viewports can be drawn, however they are.
 *
 * Thread-safety: pure on their arguments; any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_DISPLAY_DRAWABLE_H
#define ZOE_DISPLAY_DRAWABLE_H

#include <stdbool.h>

#include <zoetrope/display.h>

/* Has it planes, with data where its window has samples? */
bool zoe_frame_is_drawable(const zoe_frame *frame);

/* Is it within the ranges of display.h? */
bool zoe_viewport_is_drawable(const zoe_viewport *viewport);

#endif
