/*
 * Panel: a column beside the picture with one of several pages in it. In a narrow window it lies
 * over the picture's right edge.
 *
 * It draws its ground, the pages' tabs and a button that closes it; what stands under them is the
 * page's.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_PANEL_H
#define ZOETROPE_PLAYER_PANEL_H

#include <stdbool.h>

#include <SDL.h>

#include "ui/ui.h"

typedef enum zoe_panel_page {
    ZOE_PANEL_SETTINGS,
    ZOE_PANEL_LAYERS,
    ZOE_PANEL_METADATA,
    ZOE_PANEL_MEMORY,
    ZOE_PANEL_MESSAGES,
    ZOE_PANEL_COLOR,
    ZOE_PANEL_SCOPES,
} zoe_panel_page;

enum { ZOE_PANEL_PAGES = 7 };

typedef struct zoe_panel {
    bool open;
    zoe_panel_page page;
    SDL_Rect area;    /* device pixels */
    bool had_pointer; /* in the last frame */
} zoe_panel;

/* Shows the page; closes the panel when it is that page that is shown. */
void zoe_panel_toggle(zoe_panel *panel, zoe_panel_page page);

/* True while the page can be seen. */
bool zoe_panel_shows(const zoe_panel *panel, zoe_panel_page page);

/* Puts it at the right edge of the area that it shares with the picture. */
void zoe_panel_place(zoe_panel *panel, double scale, SDL_Rect shared);

/*
 * Begins the panel, if it is open, sets *inner to where the page goes, margins cut off, and returns
 * true; then zoe_panel_end() is due. May close the panel or choose another page, which is drawn
 * from this frame on.
 *
 * Keys that move frames would move a slider while it has the keyboard. So a control that was
 * clicked leaves it when the pointer leaves the panel; one that Tab came to, by Esc.
 */
bool zoe_panel_begin(zoe_ui *ui, zoe_panel *panel, SDL_Rect *inner);
void zoe_panel_end(zoe_ui *ui, zoe_panel *panel);

#endif
