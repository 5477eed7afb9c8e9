/*
 * Colour: what the options say of it, for the frame on screen.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_APP_COLOR_H
#define ZOETROPE_PLAYER_APP_COLOR_H

#include <stdbool.h>

#include "app/state.h"

/* Takes over the options. What cannot be read is said, and left out. Returns whether all could. */
bool zoe_app_choose_color(zoe_app *app, zoe_error *error);

/* Finds the colour of the frame on screen: app->colored. */
void zoe_app_follow_color(zoe_app *app);

/* What the file on screen says of its colours, as text; "" where nothing is on screen. */
void zoe_app_color_note(const zoe_app *app, char *text, size_t capacity);

#endif
