/*
 * Draw: the whole window.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_DRAW_H
#define ZOETROPE_PLAYER_DRAW_H

#include "app/state.h"

/* Draws everything and presents it. */
void zoe_app_draw(zoe_app *app, uint64_t now_ns);

#endif
