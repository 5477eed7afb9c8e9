/*
 * Bar: the row under the timeline: the frame that is shown, large; the buttons that move it; rate,
 * loop mode and policy, which open menus; and what opens pages.
 *
 * What finds no room is left out, the least needed first: words before buttons, and never the
 * frame, play and settings.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_BAR_H
#define ZOETROPE_PLAYER_BAR_H

#include "app/state.h"

/* Part of a frame. */
void zoe_app_run_bar(zoe_app *app);

#endif
