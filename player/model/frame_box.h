/*
 * Frame box: which pixels a frame has.
 *
 * Thread-safety: any thread; all functions are pure.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FRAME_BOX_H
#define ZOETROPE_PLAYER_FRAME_BOX_H

#include <stdbool.h>

#include <zoetrope/frame.h>

static inline bool zoe_frame_box_is_empty(const zoe_box *box)
{
    return box->max_x < box->min_x || box->max_y < box->min_y;
}

/* What is both in the planes and in the data window: the pixels that come from the file. May be
 * empty. */
static inline zoe_box zoe_frame_box_stored(const zoe_frame *frame)
{
    const zoe_box *w = &frame->window, *d = &frame->data_window;
    return (zoe_box){
        w->min_x > d->min_x ? w->min_x : d->min_x, w->min_y > d->min_y ? w->min_y : d->min_y,
        w->max_x < d->max_x ? w->max_x : d->max_x, w->max_y < d->max_y ? w->max_y : d->max_y};
}

#endif
