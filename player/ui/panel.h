/*
 * Panel: the settings beside the picture, for keyboard and mouse, and a page of memory figures. In
 * a narrow window it lies over the picture's right edge.
 *
 * Shows values and says which one the user changed; what a value means to the engine is the
 * program's business. Up and Down choose a setting, Left and Right change it, Backspace brings its
 * default back; the mouse drags sliders and clicks choices, the wheel changes what is under it.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_PANEL_H
#define ZOETROPE_PLAYER_PANEL_H

#include <stdbool.h>

#include <SDL.h>

#include <zoetrope/engine.h>

#include "model/memory_history.h"
#include "model/options.h"
#include "ui/window.h"

enum { ZOE_PANEL_ROWS_MAX = 32 };

typedef enum zoe_panel_page {
    ZOE_PANEL_SETTINGS,
    ZOE_PANEL_MEMORY,
} zoe_panel_page;

enum { ZOE_PANEL_PAGES = 2 };

typedef struct zoe_panel {
    bool open;
    zoe_panel_page page;
    SDL_Rect area;                              /* device pixels */
    const zoe_options *options;                 /* the values in force; the caller's */
    const zoe_option *rows[ZOE_PANEL_ROWS_MAX]; /* [row_count], in the order they are shown */
    int row_count;
    int workers_auto; /* how many workers 0 stands for; 0: not known */
    int focus;        /* 0..row_count-1 */
    int held;         /* the row whose slider the mouse holds; -1: none */
    int scroll;       /* device pixels that the rows are moved up */
    char report[256]; /* what the last change of memory did; "" for nothing yet */
} zoe_panel;

/* What the user changed. */
typedef struct zoe_panel_change {
    const zoe_option *option; /* NULL: nothing */
    double value;
} zoe_panel_change;

/* The rows are the options that are in the panel; their values are read where `options` says. */
void zoe_panel_open(zoe_panel *panel, const zoe_options *options);

/* Shows the page; closes the panel when it is that page that is shown. */
void zoe_panel_toggle(zoe_panel *panel, zoe_panel_page page);

/* True while the page can be seen. */
bool zoe_panel_shows(const zoe_panel *panel, zoe_panel_page page);

/* Puts it at the right edge of the area that it shares with the picture. */
void zoe_panel_place(zoe_panel *panel, const zoe_window *window, SDL_Rect shared);

void zoe_panel_draw(zoe_panel *panel, const zoe_window *window, const zoe_stats *stats,
                    const zoe_memory_history *history);

/* Each returns true if the panel took the event, and says in *change what is to change. */
bool zoe_panel_key(zoe_panel *panel, SDL_Keycode key, int modifiers, zoe_panel_change *change);
bool zoe_panel_press(zoe_panel *panel, const zoe_window *window, int x, int y,
                     zoe_panel_change *change);
bool zoe_panel_move(zoe_panel *panel, const zoe_window *window, int x, zoe_panel_change *change);
bool zoe_panel_release(zoe_panel *panel);
bool zoe_panel_wheel(zoe_panel *panel, const zoe_window *window, int x, int y, double along,
                     zoe_panel_change *change);

#endif
