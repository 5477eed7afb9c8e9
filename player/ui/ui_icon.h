/*
 * Icons: small signs, drawn from outlines at whatever size is asked for.
 *
 * Thread-safety: pure.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_ICON_H
#define ZOETROPE_PLAYER_UI_ICON_H

#include <stdint.h>

typedef enum zoe_icon {
    ZOE_ICON_NONE,
    ZOE_ICON_PLAY,
    ZOE_ICON_BACKWARD,
    ZOE_ICON_PAUSE,
    ZOE_ICON_STOP,
    ZOE_ICON_STEP_BACK,
    ZOE_ICON_STEP_ON,
    ZOE_ICON_FIRST,
    ZOE_ICON_LAST,
    ZOE_ICON_LOOP,
    ZOE_ICON_PING_PONG,
    ZOE_ICON_ONCE,
    ZOE_ICON_IN,
    ZOE_ICON_OUT,
    ZOE_ICON_FOLDER,
    ZOE_ICON_FOLDER_UP,
    ZOE_ICON_FILE,
    ZOE_ICON_FILM,
    ZOE_ICON_RECENT,
    ZOE_ICON_LAYERS,
    ZOE_ICON_GEAR,
    ZOE_ICON_SEARCH,
    ZOE_ICON_CLOSE,
    ZOE_ICON_CHEVRON_LEFT,
    ZOE_ICON_CHEVRON_RIGHT,
    ZOE_ICON_CHEVRON_UP,
    ZOE_ICON_CHEVRON_DOWN,
    ZOE_ICON_CHECK,
    ZOE_ICON_DOT,
    ZOE_ICON_WARNING,
    ZOE_ICON_ERROR,
    ZOE_ICON_INFO,
    ZOE_ICON_FULLSCREEN,
    ZOE_ICON_HELP,
    ZOE_ICON_COPY,
    ZOE_ICON_CAMERA,
    ZOE_ICON_RESET,
    ZOE_ICON_MENU,
    ZOE_ICON_COUNT,
} zoe_icon;

/*
 * Coverage of the icon, 0..255, in a square of size x size pixels, rows without a gap. size 1..256;
 * coverage is the caller's, size * size bytes. An icon that is none leaves all 0.
 */
void zoe_icon_raster(zoe_icon icon, int size, uint8_t *coverage);

/* Coverage of a disc, or of a ring `thickness` wide (0: a disc), that fills the square. */
void zoe_disc_raster(int size, int thickness, uint8_t *coverage);

#endif
