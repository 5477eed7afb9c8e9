/*
 * Colour choice: choosing colours other than on their page.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_APP_COLOR_CHOICE_H
#define ZOETROPE_PLAYER_APP_COLOR_CHOICE_H

#include <stdbool.h>

#include "app/state.h"

/* Uses a configuration, table or list that was dropped. False: the path is none. */
bool zoe_app_drop_color(zoe_app *app, const char *path);

/* The next (+1) or the previous (-1) view of the configuration. */
void zoe_app_next_view(zoe_app *app, int by);

#endif
