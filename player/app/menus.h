/*
 * Menus: what opens at a value in the bars, or at the pointer on a right click. Made of the table
 * of commands and the table of options.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_MENUS_H
#define ZOETROPE_PLAYER_MENUS_H

#include "app/state.h"

/* Opens one at a rectangle, or without a size at a point. In a frame, outside of other widgets'
 * scopes. option: of ZOE_MENU_OPTION, whose values are chosen from. */
void zoe_app_open_menu(zoe_app *app, zoe_menu menu, const zoe_option *option, SDL_Rect place);

/* Part of a frame. */
void zoe_app_run_menus(zoe_app *app);

#endif
