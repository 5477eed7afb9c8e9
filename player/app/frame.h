/*
 * Frame: one frame of the window. Everything in it hears what the user did since the last one and
 * draws itself; keys that none of it used become commands.
 *
 * A frame in which something changed is not shown: the next one, which is due at once and shows the
 * change, is.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FRAME_H
#define ZOETROPE_PLAYER_FRAME_H

#include "app/state.h"

void zoe_app_frame(zoe_app *app, uint64_t now_ns);

#endif
