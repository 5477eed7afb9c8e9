/*
 * Picture: what the mouse does with the picture, and what is said where there is none.
 *
 * Mouse: left scrubs, where the user has not switched that off; middle, or Alt and left, pans; E or
 * M held and left changes exposure or gamma; the wheel zooms at the pointer; a double click fits.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_APP_PICTURE_H
#define ZOETROPE_PLAYER_APP_PICTURE_H

#include "app/state.h"

/* Part of a frame; called after all that lies above the picture in the same layer. */
void zoe_app_hear_picture(zoe_app *app);

#endif
