/*
 * Help: the F1 page, all keys over the picture, from the table of commands.
 *
 * Thread-safety: the main thread only. Has no state.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_HELP_H
#define ZOETROPE_PLAYER_HELP_H

#include <SDL.h>

#include "ui/command.h"
#include "ui/window.h"

/*
 * Draws the page in the middle of the picture's area, as wide as the window, or where that is too
 * low in the middle of the window; in as many columns as fit. In a window too low for it the page
 * is moved up by *scroll device pixels, which is brought into its range.
 */
void zoe_help_draw(const zoe_window *window, const zoe_command *rows, size_t count,
                   SDL_Rect picture, int *scroll);

#endif
