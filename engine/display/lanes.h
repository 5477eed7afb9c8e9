/*
 * Lanes: a viewport's pixels as scaled samples, before anything is made of them: red, green and
 * blue as halves, or a single value in all three.
 *
 * Thread-safety: pure on their arguments; any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_DISPLAY_LANES_H
#define ZOE_DISPLAY_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/display.h>

/* What of the viewport shows the frame's picture: columns and rows, the ends excluded. */
typedef struct zoe_lanes_extent {
    int32_t left, right, top, bottom;
} zoe_lanes_extent;

/*
 * Rows first_row.. of the viewport into out[row_count][viewport->width][ZOE_SCALE_LANES], the
 * fourth unspecified; 0 outside the picture. is_alpha: the alpha plane, 1 where there is none.
 * scratch: as for zoe_display_draw(). Frame and viewport are as that takes them. Returns false
 * where they are not.
 */
bool zoe_lanes_rows(const zoe_frame *frame, const zoe_viewport *viewport, bool is_alpha,
                    int32_t first_row, int32_t row_count, uint16_t *out, void *scratch,
                    zoe_lanes_extent *extent);

#endif
