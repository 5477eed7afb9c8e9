/*
 * State: everything the window player holds, and what is told of it from several places. It stands
 * below all else in this folder:
 *
 *   state <- effects <- commands <- events <- player
 *         <- draw                          <-
 *
 * Thread-safety: the main thread only, but for `notified` and `listening`.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_STATE_H
#define ZOETROPE_PLAYER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <SDL.h>

#include "model/file_watch.h"
#include "model/memory_history.h"
#include "model/message.h"
#include "model/options.h"
#include "model/session.h"
#include "ui/command.h"
#include "ui/panel.h"
#include "ui/statusbar.h"
#include "ui/timeline.h"
#include "ui/view.h"
#include "ui/window.h"

/* What a mouse button that is down does, until it is released. */
typedef enum zoe_grab {
    ZOE_GRAB_NONE,
    ZOE_GRAB_TIMELINE,
    ZOE_GRAB_PANEL,
    ZOE_GRAB_PAN,
    ZOE_GRAB_EXPOSURE,
    ZOE_GRAB_GAMMA,
} zoe_grab;

struct zoe_app {
    /* options */
    const zoe_options *given; /* by the command line */
    zoe_options kept;         /* as they are saved: without what the command line gave */
    zoe_options options;      /* in force */
    char settings_path[4096]; /* "": nothing is saved */
    uint64_t save_ns;         /* when to save; ZOE_NEVER: nothing changed */

    /* parts */
    zoe_window window;
    int start_width, start_height; /* of the window, window units */
    SDL_Rect content; /* what the bars leave: for the picture, and the panel beside it */
    zoe_session session;
    zoe_view view;
    zoe_timeline timeline;
    zoe_statusbar statusbar;
    zoe_message message;
    zoe_panel panel;
    zoe_stats stats;
    uint64_t stats_ns; /* when they were read */
    bool stats_stale;  /* frames changed since */
    zoe_memory_history history;
    zoe_file_watch file_watch; /* on the frame on screen, when something is wrong with it */
    bool help_open;
    int help_scroll;  /* device pixels */
    bool bars_hidden; /* in a window */
    bool bars_full;   /* bars are shown in full screen too */
    SDL_Cursor *arrow, *sideways;

    /* mouse and held keys */
    zoe_grab grab;
    int grab_button;
    int mouse_x, mouse_y; /* device pixels */
    bool exposure_held, gamma_held;
    bool drop_first; /* the next dropped file replaces what is open */

    /* the loop */
    bool quit;
    bool redraw;            /* at once */
    uint64_t redraw_ns;     /* or then; ZOE_NEVER */
    uint64_t drawn_ns;      /* when it was drawn last */
    uint64_t listen_ns;     /* when to listen to the engine again; ZOE_NEVER: listening */
    Uint32 notify_event;    /* pushed when frames changed state */
    SDL_atomic_t notified;  /* 1: such an event is in the queue. Any thread */
    SDL_atomic_t listening; /* 1: SDL takes events. Written by the main thread, read by any */
};

/* Places the parts in the window. */
void zoe_app_layout(zoe_app *app);

bool zoe_app_bars_shown(const zoe_app *app);

void zoe_app_read_stats(zoe_app *app);

/* Another sequence is current: title, timeline, message. */
void zoe_app_new_sequence(zoe_app *app);

/* The current sequence may have other positions: `shift` more in front. */
void zoe_app_follow_sequence(zoe_app *app, int64_t shift);

/* Opens a path for the user, who is told when it fails. replace: closes what was open. */
bool zoe_app_open(zoe_app *app, const char *path, bool replace);

/* The engine may tell of changed frames again; what changed until now is looked at after this. */
void zoe_app_listen(zoe_app *app);

#endif
