/*
 * App: everything the window player holds, and the calls its parts share. Only player.c, events.c
 * and actions.c include it.
 *
 * Thread-safety: the main thread only, but for `notified`.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_APP_H
#define ZOETROPE_PLAYER_APP_H

#include <stdint.h>

#include <SDL.h>

#include "model/file_watch.h"
#include "ui/input.h"
#include "model/memory_history.h"
#include "model/options.h"
#include "ui/panel.h"
#include "model/session.h"
#include "model/settings.h"
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

typedef struct zoe_app {
    const zoe_options *options;

    /* settings: as they are saved; what the command line overrides is in force but not in here */
    zoe_player_settings settings;
    char settings_path[4096];      /* "": nothing is saved */
    uint64_t save_ns;              /* when to save; ZOE_NEVER: nothing changed */
    zoe_budget budget;             /* in force */
    int start_width, start_height; /* window size at the start, window units */

    /* parts */
    zoe_window window;
    SDL_Rect room; /* what the bars leave: for the picture, and the panel beside it */
    zoe_session session;
    zoe_view view;
    zoe_timeline timeline;
    zoe_statusbar statusbar;
    int says_frame; /* 1: the bar's message is about a frame that was passed in playback */
    zoe_panel panel;
    zoe_stats stats;
    uint64_t stats_ns; /* when they were read */
    int stats_stale;   /* 1: frames changed since */
    zoe_memory_history history;
    zoe_file_watch file_watch; /* on the frame on screen, when something is wrong with it */
    int help_open;
    int help_scroll; /* device pixels */
    int bars_hidden; /* in a window */
    int bars_full;   /* 1: bars are shown in full screen too */
    SDL_Cursor *arrow, *sideways;

    /* mouse and held keys */
    zoe_grab grab;
    int grab_button;
    int mouse_x, mouse_y; /* device pixels */
    int exposure_held, gamma_held;
    int drop_first; /* 1: the next dropped file replaces what is open */

    /* the loop */
    int quit;
    int redraw;             /* 1: at once */
    uint64_t redraw_ns;     /* or then; ZOE_NEVER */
    uint64_t drawn_ns;      /* when it was drawn last */
    uint64_t listen_ns;     /* when to listen to the engine again; ZOE_NEVER: listening */
    Uint32 notify_event;    /* pushed when frames changed state */
    SDL_atomic_t notified;  /* 1: such an event is in the queue. Any thread */
    SDL_atomic_t listening; /* 1: SDL takes events. Written by the main thread, read by any */
} zoe_app;

/* player.c */
void zoe_app_layout(zoe_app *app);
void zoe_app_read_stats(zoe_app *app);
/* Another sequence is current: title, timeline, picture. */
void zoe_app_new_sequence(zoe_app *app);
/* The engine may tell of changed frames again; what changed until now is looked at after this. */
void zoe_app_listen(zoe_app *app);
/* Opens a path for the user, who is told when it fails. Returns 1 on success. */
int zoe_app_open(zoe_app *app, const char *path, int replace);

/* actions.c */
void zoe_app_act(zoe_app *app, zoe_action action);
void zoe_app_change(zoe_app *app, const zoe_panel_change *change);
/* Reads the folder and changed files again. */
void zoe_app_refresh(zoe_app *app);
/* The panel's values as they are now. */
void zoe_app_fill_panel(zoe_app *app);
void zoe_app_set_exposure(zoe_app *app, double exposure);
void zoe_app_set_gamma(zoe_app *app, double gamma);
int zoe_app_bars_shown(const zoe_app *app);

/* events.c */
void zoe_app_event(zoe_app *app, const SDL_Event *event);

#endif
