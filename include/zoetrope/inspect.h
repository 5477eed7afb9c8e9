/*
 * Inspect: pictures that say something of the samples, beside those of display.h. Tier 6: includes
 * display.h.
 *
 * Marks tell where samples are that are no numbers, infinite, or beyond what the display can show.
 * Ids give every whole number a colour of its own.
 *
 * As display.h: on the caller's memory, nothing is allocated, the same bytes on every machine.
 * Thread-safety: any thread, each with its own destination and scratch.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_INSPECT_H
#define ZOETROPE_INSPECT_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/display.h>
#include <zoetrope/frame.h>
#include <zoetrope/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of several that apply to a pixel the first is shown. */
typedef enum zoe_mark {
    ZOE_MARK_NAN = 1,
    ZOE_MARK_INFINITE = 2,
    ZOE_MARK_OVER = 4,  /* light over 1 */
    ZOE_MARK_UNDER = 8, /* light under 0 */
} zoe_mark;

/* 0xffRRGGBB; 0 for anything else. */
ZOE_API uint32_t zoe_inspect_mark_color(zoe_mark mark);

/* Bytes of scratch for both functions below: 8 for each pixel of the viewport's width. */
ZOE_API size_t zoe_inspect_scratch_bytes(const zoe_viewport *viewport);

/*
 * Draws marks over rows that zoe_display_draw() drew with the same arguments; pixels without a mark
 * stay as they are. A pixel is marked when any of the samples that it covers is (of a magnified
 * picture: the nearest one), in any channel that is seen, so that none is lost by shrinking.
 *
 * Light is what the table makes of the sample in its own channel: range, decode, exposure, contrast
 * and CDL's slope, offset and power, before channels are mixed. In the view of alpha it is the
 * sample.
 *
 * *found (may be NULL): or-ed with every zoe_mark that is shown in these rows. Errors: ARGUMENT, as
 * zoe_display_draw().
 */
ZOE_API zoe_status zoe_inspect_draw_marks(const zoe_frame *frame, const zoe_display_lut *lut,
                                          const zoe_viewport *viewport, int32_t first_row,
                                          int32_t row_count, void *pixels, size_t stride,
                                          void *scratch, uint32_t *found);

/* The colour of an id, 0xffRRGGBB: 0 is black, no other is dark or grey, and ids that follow
 * each other are far apart in hue. It is the same in every version of this library. */
ZOE_API uint32_t zoe_inspect_id_color(uint32_t id);

/*
 * As zoe_display_draw(), but every pixel has the colour of the id in the frame's first plane, taken
 * from the sample nearest to the pixel's centre at every scale: ids have no mean. A plane of floats
 * is taken by its bits (Cryptomatte's ids are kept so), one of halves by its whole number. Errors:
 * ARGUMENT.
 */
ZOE_API zoe_status zoe_inspect_draw_ids(const zoe_frame *frame, const zoe_viewport *viewport,
                                        int32_t first_row, int32_t row_count, void *pixels,
                                        size_t stride, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
