/*
 * Pages: the panel and what is in it, and all that opens above the rest; and acting on what the
 * user did there.
 *
 * A page is a pair of files in ui/. It knows the model and the widgets, not the program: its state
 * is a struct in zoe_app, its `_run` function is called in every frame in which it is seen, and
 * what the user wants of the program comes back in its result, which is acted on here.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_PAGES_H
#define ZOETROPE_PLAYER_PAGES_H

#include "app/state.h"

/* Once the window is open; and before it closes. */
void zoe_app_start_pages(zoe_app *app);
void zoe_app_end_pages(zoe_app *app);

/* Part of a frame. */
void zoe_app_run_pages(zoe_app *app);

#endif
