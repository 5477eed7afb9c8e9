/*
 * Status bar: two rows of figures under the timeline, and the message of the moment.
 *
 *   file   frame / range   size   proxy   layer   values   zoom   view …      … state   rate   …
 *   pixel position and linear values   |   message                        Mem: used/limit MB (p%)
 *
 * A field that finds no room is left out: first what the user set for all pictures, then size and
 * zoom, and last of all file, frame, state and rate.
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

#include "model/message.h"
#include "model/options.h"
#include "model/session.h"
#include "ui/view.h"
#include "ui/window.h"

typedef struct zoe_statusbar {
    const zoe_options *options; /* the values in force; the caller's, like what follows */
    const zoe_message *message;
    SDL_Rect area;        /* device pixels */
    SDL_Rect frame_place; /* of the frame number */
    int pointer_x;        /* device pixels; -1: not over the picture */
    int pointer_y;
} zoe_statusbar;

void zoe_statusbar_open(zoe_statusbar *bar, const zoe_options *options, const zoe_message *message);

/* Height in device pixels. */
int zoe_statusbar_height(const zoe_window *window);

/* "Mem: 812/5944 MB (14%)" */
void zoe_statusbar_memory_text(const zoe_stats *stats, char *text, size_t capacity);

void zoe_statusbar_draw(zoe_statusbar *bar, const zoe_window *window, zoe_session *session,
                        const zoe_view *view, const zoe_stats *stats);

#endif
