/*
 * Slider: a number between two, by drag, wheel, keys or typing.
 *
 * Left in the rectangle is the groove, right in it the value. Arrow keys and the wheel go by steps,
 * Page Up and Down by ten, Home and End to the limits, Delete and a double click to the default. A
 * click on the value, Enter or a digit begins typing; Enter or leaving takes what was typed, Esc
 * does not.
 * The wheel does nothing while a scroll area around it is being scrolled.
 *
 * Thread-safety: as the context's.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_SLIDER_H
#define ZOETROPE_PLAYER_UI_SLIDER_H

#include "ui/ui.h"

typedef struct zoe_ui_range {
    double low, high; /* low < high */
    double step;      /* values are its multiples; more than 0 */
    double otherwise; /* the default */
} zoe_ui_range;

/* shown: the value as text ("+1.50", "75 %"). Answers ZOE_UI_CHANGED, and ZOE_UI_DONE when a change
 * is complete: a drag that ended, a step, a typed value. */
unsigned zoe_ui_slider(zoe_ui *ui, const char *id, SDL_Rect rect, const zoe_ui_range *range,
                       double *value, const char *shown);

#endif
