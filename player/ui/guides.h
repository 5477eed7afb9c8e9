/*
 * Guides: lines over the picture that say what of it is safe: action and title areas, the middle,
 * and the frame of another aspect. They are the screen's alone and in no picture that is saved.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_GUIDES_H
#define ZOETROPE_PLAYER_GUIDES_H

#include <stdint.h>

#include <zoetrope/frame.h>

#include "ui/ui.h"
#include "ui/view.h"

/* As the options `guides` and `aspect` (model/options.c) count them. */
typedef struct zoe_guides {
    int32_t safe;   /* 0 none, 1 action and title, 2 with a cross in the middle */
    int32_t aspect; /* 0 none; else see zoe_guides_aspect() */
} zoe_guides;

/*
 * The largest box of that aspect in the middle of a picture of width x height, in pixels of which
 * each is pixel_aspect as wide as it is high; then `part` of its width and height. Fills in its
 * corners.
 */
void zoe_guides_box(double width, double height, double pixel_aspect, double aspect, double part,
                    double corners[4]);

/* width / height: 0 (none), 1.33, 1.78, 1.85, 2.00, 2.39, 1, 9/16. */
double zoe_guides_aspect(int32_t index);

/* Part of a frame: below everything else over the picture. */
void zoe_guides_run(zoe_ui *ui, const zoe_guides *guides, const zoe_view *view);

#endif
