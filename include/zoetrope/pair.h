/*
 * Pair: two frames drawn as one picture. Tier 6: includes display.h.
 *
 * Each frame is scaled by a viewport of its own, so that pictures of different sizes lie on each
 * other as the caller says. Their samples are then mixed as linear light, before the grade:
 *
 *   scale, each frame by itself (as zoe_display_draw() does), to halves a and b
 *   b's light to that of a, where both have other primaries
 *   mix                    v = |a - b| x amount,  v = a + (b - a) x amount,  or red of a with
 *                          green and blue of b
 *   round to half, then all that display.h lists from the range on: the same view of v
 *
 * so that exposure and view apply to the mixture, and black is no difference. Frames of a single
 * value are that value in all channels where the other one is colour. What lies outside one picture
 * is 0 there; what lies outside both becomes the first viewport's `outside`.
 *
 * As display.h: on the caller's memory, nothing is allocated, the same bytes on every machine.
 * Thread-safety: any thread, each with its own destination and scratch.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PAIR_H
#define ZOETROPE_PAIR_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/display.h>
#include <zoetrope/frame.h>
#include <zoetrope/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum zoe_pair_mix {
    ZOE_PAIR_DIFFERENCE = 0, /* the absolute difference, times amount */
    ZOE_PAIR_BLEND = 1,      /* amount 0: the first, 1: the second */
    ZOE_PAIR_ANAGLYPH = 2,   /* red of the first; green and blue of the second */
} zoe_pair_mix;

/* Two frames and where they go. Pointers are borrowed. */
typedef struct zoe_pair {
    const zoe_frame *frames[2];
    const zoe_viewport *viewports[2]; /* of the same width and height */
    zoe_pair_mix mix;
    float amount; /* finite */
    /* [9], rows, finite: the second's linear light to that of the first. Not applied in the view of
     * alpha. NULL: it is the same */
    const float *matrix;
} zoe_pair;

/* Scratch for zoe_pair_draw(), in bytes: at most 240 for each pixel of the width, and 300 KB,
 * whatever the frames' size. */
ZOE_API size_t zoe_pair_scratch_bytes(const zoe_pair *pair);

/* As zoe_display_draw(). scratch is never NULL. Errors: ARGUMENT. */
ZOE_API zoe_status zoe_pair_draw(const zoe_pair *pair, const zoe_display_lut *lut,
                                 int32_t first_row, int32_t row_count, void *pixels, size_t stride,
                                 void *scratch);

#ifdef __cplusplus
}
#endif

#endif
