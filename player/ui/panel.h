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

#include <SDL.h>

#include <zoetrope/engine.h>

#include "model/memory_history.h"
#include "ui/window.h"

typedef enum zoe_setting {
    ZOE_SETTING_CACHE,    /* percent */
    ZOE_SETTING_RESERVE,  /* GB */
    ZOE_SETTING_WORKERS,  /* 0: automatic */
    ZOE_SETTING_STRATEGY, /* zoe_strategy */
    ZOE_SETTING_POLICY,   /* zoe_policy */
    ZOE_SETTING_LOOP,     /* zoe_loop_mode */
    ZOE_SETTING_EXPOSURE, /* stops */
    ZOE_SETTING_GAMMA,
    ZOE_SETTING_CONTRAST,
    ZOE_SETTING_SATURATION,
    ZOE_SETTING_TRANSFER, /* zoe_transfer */
} zoe_setting;

enum { ZOE_SETTING_COUNT = 11 };

typedef enum zoe_panel_page {
    ZOE_PANEL_SETTINGS,
    ZOE_PANEL_MEMORY,
} zoe_panel_page;

enum { ZOE_PANEL_PAGES = 2 };

typedef struct zoe_panel {
    int open;
    zoe_panel_page page;
    SDL_Rect area; /* device pixels */
    double values[ZOE_SETTING_COUNT];
    int budget_by_size; /* 1: an explicit size is in force, percent and reserve are not */
    int workers_auto;   /* how many workers 0 stands for; 0: not known */
    int focus;          /* 0..ZOE_SETTING_COUNT-1 */
    int held;           /* the setting whose slider the mouse holds; -1: none */
    int scroll;         /* device pixels that the rows are moved up */
    char report[256];   /* what the last change of memory did; "" for nothing yet */
} zoe_panel;

/* What the user changed. */
typedef struct zoe_panel_change {
    int setting; /* zoe_setting; -1: nothing */
    double value;
} zoe_panel_change;

void zoe_panel_open(zoe_panel *panel);

/* Shows the page; closes the panel when it is that page that is shown. */
void zoe_panel_toggle(zoe_panel *panel, zoe_panel_page page);

/* 1 while the page can be seen. */
int zoe_panel_shows(const zoe_panel *panel, zoe_panel_page page);

/* Puts it at the right edge of the room that it shares with the picture. */
void zoe_panel_place(zoe_panel *panel, const zoe_window *window, SDL_Rect room);

void zoe_panel_draw(zoe_panel *panel, const zoe_window *window, const zoe_stats *stats,
                    const zoe_memory_history *history);

/* Each returns 1 if the panel took the event, and says in *change what is to change. */
int zoe_panel_key(zoe_panel *panel, SDL_Keycode key, int modifiers, zoe_panel_change *change);
int zoe_panel_press(zoe_panel *panel, const zoe_window *window, int x, int y,
                    zoe_panel_change *change);
int zoe_panel_move(zoe_panel *panel, const zoe_window *window, int x, zoe_panel_change *change);
int zoe_panel_release(zoe_panel *panel);
int zoe_panel_wheel(zoe_panel *panel, const zoe_window *window, int x, int y, double along,
                    zoe_panel_change *change);

#endif
