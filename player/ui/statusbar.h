/*
 * Status bar: two rows of figures under the transport buttons.
 *
 *   file  layer  values  zoom  proxy  channel  colour  exposure …  compare  size  time code
 *                                                                         Mem: used of limit
 *   pixel position and linear values   |   message
 *
 * What looks like a value answers a click. What is not as it is by default is marked, and is
 * brought back by a click. A field that finds no room is left out, the least needed first. A
 * message always finds room: where it has too little beside the pixel's values, those give way.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_STATUSBAR_H
#define ZOETROPE_PLAYER_STATUSBAR_H

#include <stdint.h>

#include <SDL.h>

#include <zoetrope/engine.h>

#include <zoetrope/storage.h>

#include "model/message.h"
#include "model/options.h"
#include "model/session.h"
#include "ui/ui.h"
#include "ui/view.h"

typedef struct zoe_statusbar {
    const zoe_options *options; /* the values in force; the caller's, like what follows */
    const zoe_message *message;
    const zoe_storage_stats *storage; /* of where sequences are opened from; set by the caller */
    char color[256]; /* what is shown of the picture's colour; "": nothing. Set by the caller */
    SDL_Rect area;   /* device pixels */
    SDL_Rect frame_place; /* of the frame number */
    int pointer_x;        /* device pixels; -1: not over the picture */
    int pointer_y;
} zoe_statusbar;

void zoe_statusbar_open(zoe_statusbar *bar, const zoe_options *options, const zoe_message *message);

/* Height in device pixels. */
int zoe_statusbar_height(const zoe_ui *ui);

/* True if either is another one for b than for a. */
bool zoe_statusbar_network_differs(const zoe_storage_stats *a, const zoe_storage_stats *b);

/* What was clicked. */
typedef enum zoe_value {
    ZOE_VALUE_NONE,
    ZOE_VALUE_COLOR, /* input space, display and view, or the file's primaries */
    ZOE_VALUE_LAYER,
    ZOE_VALUE_RANGE, /* of values shown from black to white */
    ZOE_VALUE_ZOOM,
    ZOE_VALUE_CHANNEL,
    ZOE_VALUE_MEMORY,
    ZOE_VALUE_OPTION, /* see `option` */
    ZOE_VALUE_MESSAGE,
    ZOE_VALUE_COMPARE,
} zoe_value;

typedef struct zoe_statusbar_result {
    zoe_value value;
    const zoe_option *option;
    SDL_Rect place; /* where it stands */
} zoe_statusbar_result;

/* Part of a frame. Fills in the whole *result. */
void zoe_statusbar_run(zoe_ui *ui, zoe_statusbar *bar, zoe_session *session, const zoe_view *view,
                       const zoe_stats *stats, zoe_statusbar_result *result);

#endif
