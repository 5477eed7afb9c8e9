/*
 * Scroll area: a window onto content that is higher than it, with a bar.
 *
 * The wheel scrolls the innermost area under the pointer that has something to scroll. Page Up,
 * Page Down, Home, End and the arrows up and down scroll the area that the keyboard is in, where no
 * widget has used them: in a modal page or popup, or around a widget with the focus. What Tab
 * comes to is brought into sight.
 *
 * Thread-safety: as the context's.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_SCROLL_H
#define ZOETROPE_PLAYER_UI_SCROLL_H

#include "ui/ui.h"

/* The caller's; all 0 at first. */
typedef struct zoe_ui_scroll {
    int64_t offset;  /* device pixels of content above the area's top edge */
    int64_t content; /* its height, as of the last frame */
    /* inside */
    SDL_Rect area;
    bool show_before, seen_before;
    double rest; /* of the wheel, less than a pixel */
} zoe_ui_scroll;

/* Begins the area. Returns where the content goes: as wide as there is room beside the bar, its top
 * moved up by the offset, without an end at the bottom. */
SDL_Rect zoe_ui_scroll_begin(zoe_ui *ui, const char *id, SDL_Rect area, zoe_ui_scroll *scroll);

/* Ends it. content: the height that was used. */
void zoe_ui_scroll_end(zoe_ui *ui, zoe_ui_scroll *scroll, int64_t content);

/* Scrolls as little as brings top..top + height of the content into sight. */
void zoe_ui_scroll_to(zoe_ui_scroll *scroll, int64_t top, int height, int area_height);

/* The width of the bar, in device pixels. */
int zoe_ui_scroll_bar(const zoe_ui *ui);

/* The parts of which the area is made, for the list: wheel (returns whether it was for this area)
 * and bar. Both keep the offset in its limits. */
bool zoe_ui_scroll_wheel(zoe_ui *ui, zoe_ui_scroll *scroll, SDL_Rect area);
void zoe_ui_scroll_draw_bar(zoe_ui *ui, zoe_ui_id id, zoe_ui_scroll *scroll, SDL_Rect area);

#endif
