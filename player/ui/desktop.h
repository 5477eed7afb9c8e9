/*
 * Desktop: whether an X11 display has a window manager.
 *
 * On X11 full screen is a request to the window manager. Where none runs (a bare server, a kiosk)
 * nobody answers, and the player moves and sizes its window by itself.
 *
 * Thread-safety: the main thread only. Has no state.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_DESKTOP_H
#define ZOETROPE_PLAYER_DESKTOP_H

#include <stdbool.h>

#include <SDL.h>

/* True unless the window is on an X11 display on which no window manager says that it is there
 * (_NET_SUPPORTING_WM_CHECK of the Extended Window Manager Hints). */
bool zoe_desktop_is_managed(SDL_Window *window);

#endif
