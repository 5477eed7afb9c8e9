/*
 * Events: what SDL tells goes to the widgets; what is not for them is done here.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_EVENTS_H
#define ZOETROPE_PLAYER_EVENTS_H

#include "app/state.h"

void zoe_app_event(zoe_app *app, const SDL_Event *event);

#endif
