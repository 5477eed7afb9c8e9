/*
 * System: the widgets' events, clipboard, pointer and text measures, from SDL.
 *
 *     while (SDL_PollEvent(&event))
 *         zoe_ui_system_event(system, &event);
 *     zoe_ui_begin(ui, zoe_ui_system_input(system), now_ns);
 *     ... widgets ...
 *     zoe_ui_end(ui);
 *     zoe_ui_system_done(system, ui);
 *
 * What comes too fast for one frame (a press, a move and a release between two frames, or Esc and
 * another key) is kept for the next ones, so that each click lies where the pointer was, and each
 * key is heard by what has the keyboard after the one before: zoe_ui_system_waits().
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_SYSTEM_H
#define ZOETROPE_PLAYER_UI_SYSTEM_H

#include "ui/ui.h"
#include "ui/window.h"

enum { ZOE_UI_WAITING = 256 }; /* events kept; more are lost */

typedef struct zoe_ui_system {
    const zoe_window *window;
    zoe_ui_input input;
    SDL_Event waiting[ZOE_UI_WAITING];
    int waiting_count;
    bool taken_late; /* the next frame's input has some that waited */
    SDL_Cursor *cursors[SDL_NUM_SYSTEM_CURSORS];
    SDL_SystemCursor cursor;
} zoe_ui_system;

/* The window must outlive it. */
void zoe_ui_system_open(zoe_ui_system *system, const zoe_window *window);
void zoe_ui_system_close(zoe_ui_system *system);

/* What zoe_ui_init() needs; the system must outlive the context. */
zoe_ui_host zoe_ui_system_host(zoe_ui_system *system);

void zoe_ui_system_event(zoe_ui_system *system, const SDL_Event *event);

/* Whether events have waited for the next frame, which is due at once. */
bool zoe_ui_system_waits(const zoe_ui_system *system);

/* What happened since the last frame; valid until zoe_ui_system_done(). */
const zoe_ui_input *zoe_ui_system_input(zoe_ui_system *system);

/* After a frame: pointer and text input as it answered, and the input begins anew. */
void zoe_ui_system_done(zoe_ui_system *system, const zoe_ui *ui);

#endif
