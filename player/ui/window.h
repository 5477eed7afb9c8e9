/*
 * Window: the SDL window, its renderer, its scale, and the small drawing calls everything uses.
 *
 * All drawing is in device pixels; lengths of the theme are points and go through zoe_px(). On a
 * display with more device pixels than window units the ratio is the scale; where the two are the
 * same (X11) the scale is GDK_SCALE, or 2 on a display of 180 dots an inch or more, else 1.
 *
 * Drawn by the graphics device; where there is none, by SDL itself and not by an emulated one.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_WINDOW_H
#define ZOETROPE_PLAYER_WINDOW_H

#include <stdbool.h>

#include <SDL.h>

#include <zoetrope/status.h>

#include "ui/text.h"

typedef struct zoe_window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    zoe_text *text;
    int width, height; /* device pixels */
    double ratio;      /* device pixels for each unit of mouse positions */
    double scale;      /* device pixels for each point */
    double ui_scale;   /* asked for; 0: as the display says */
    bool fullscreen;
    SDL_Rect windowed; /* place and size to go back to, where no window manager keeps them */
} zoe_window;

/*
 * Opens a window of width x height units (made smaller where the display is). ui_scale 0.5..4 or
 * 0. SDL's video and SDL_ttf are started here and ended by zoe_window_close(). On failure nothing
 * is left open. Errors: IO (no display, no renderer), NOT_FOUND (no font), NO_MEMORY.
 */
zoe_status zoe_window_open(zoe_window *window, int width, int height, int maximized,
                           double ui_scale, zoe_error *error);

void zoe_window_close(zoe_window *window);

/* Asks the system for size and scale again, after the window changed. Returns true if any did. */
bool zoe_window_measure(zoe_window *window);

void zoe_window_set_fullscreen(zoe_window *window, int on);

/* Points to device pixels, rounded; never 0 for a length that is not. */
int zoe_px(const zoe_window *window, double points);

void zoe_fill(const zoe_window *window, SDL_Rect rect, SDL_Color color);
/* A frame of `thickness` device pixels inside the rectangle. */
void zoe_outline(const zoe_window *window, SDL_Rect rect, int thickness, SDL_Color color);

bool zoe_inside(SDL_Rect rect, int x, int y);

#endif
