/*
 * State: everything the window player holds, and what is told of it from several places. It stands
 * below all else in this folder:
 *
 *   state <- color <- effects <- color_choice <- commands
 *   commands <- menus <- picture, bar <- frame <- player
 *   state <- compare <- commands <- pages
 *   effects <- history <- opening <- compare, commands, start, pages <- frame
 *   color_choice, opening <- events <- player; start <- player
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

#include "model/follower.h"
#include "color/coloring.h"
#include "model/memory_history.h"
#include "model/message.h"
#include "model/options.h"
#include "model/recent.h"
#include "model/session.h"
#include "ui/color_page.h"
#include "ui/command.h"
#include "ui/goto_page.h"
#include "ui/help.h"
#include "ui/layers_page.h"
#include "ui/memory_page.h"
#include "ui/messages_page.h"
#include "ui/metadata_page.h"
#include "ui/open_page.h"
#include "ui/panel.h"
#include "ui/save_page.h"
#include "ui/scopes_page.h"
#include "ui/settings_page.h"
#include "ui/start_page.h"
#include "ui/statusbar.h"
#include "ui/timeline.h"
#include "ui/ui.h"
#include "ui/ui_render.h"
#include "ui/ui_system.h"
#include "ui/view.h"
#include "ui/window.h"

/* What a button that went down on the picture does, until it is released. */
typedef enum zoe_grab {
    ZOE_GRAB_NONE,
    ZOE_GRAB_PAN,
    ZOE_GRAB_SCRUB, /* once the pointer has moved */
    ZOE_GRAB_EXPOSURE,
    ZOE_GRAB_GAMMA,
    ZOE_GRAB_WIPE,      /* the line between two pictures */
    ZOE_GRAB_WIPE_TURN, /* the handle that turns it */
} zoe_grab;

/* A change of the memory's limit that comes in parts. */
typedef struct zoe_app_change {
    bool is_on;
    uint64_t limit_bytes, resident_mb; /* when it began */
    uint64_t evicted;                  /* frames, since */
} zoe_app_change;

/* Where a sequence that comes back was seen: waits for its first picture. */
typedef struct zoe_place {
    double zoom; /* 0: nothing waits */
    double x, y; /* the picture's point in the middle */
} zoe_place;

/* What the recent list says of what is open. */
typedef struct zoe_noted {
    zoe_recent_item items[ZOE_RECENT_OPEN]; /* [count], as the session's shots */
    int count, current;
    bool is_new;      /* another sequence is the current one since it was noted last */
    bool has_picture; /* the current one's was on screen then */
} zoe_noted;

/* What the command line asks for: see app/start.h. */
typedef struct zoe_start {
    bool is_on;      /* it is not opened yet */
    int next;        /* of what it names: the first that nobody has asked for */
    bool has_failed; /* nothing could be opened, and the program is to end */
} zoe_start;

/* The views of the current file that are not shown. */
typedef struct zoe_app_views {
    char names[8][ZOE_VIEW_TEXT];
    int count;
} zoe_app_views;

/* What is chosen from in the menu that is open. */
typedef enum zoe_menu {
    ZOE_MENU_NONE,
    ZOE_MENU_PICTURE,
    ZOE_MENU_TIMELINE,
    ZOE_MENU_MEMORY,
    ZOE_MENU_CHANNEL,
    ZOE_MENU_ZOOM,
    ZOE_MENU_RATE,
    ZOE_MENU_VIEW,
    ZOE_MENU_COMPARE,
    ZOE_MENU_OPTION, /* the values of `menu_option` */
} zoe_menu;

struct zoe_app {
    /* options */
    const zoe_options *given; /* by the command line */
    zoe_options kept;         /* as they are saved: without what the command line gave */
    zoe_options options;      /* in force */
    char settings_path[4096]; /* "": nothing is saved */
    uint64_t save_ns;         /* when to save; ZOE_NEVER: nothing changed */

    zoe_recent recent;      /* what was looked at last */
    char recent_path[4096]; /* "": it is neither read nor kept */
    zoe_noted noted;

    /* parts */
    zoe_window window;
    zoe_ui ui;                     /* every frame of the window is one of the widgets' */
    zoe_ui_system system;          /* what they are told */
    zoe_ui_render *render;         /* how they are drawn */
    int start_width, start_height; /* of the window, window units */
    SDL_Rect bar;                  /* the transport bar */
    SDL_Rect content;     /* what the bars leave: for the picture, and the panel beside it */
    zoe_storage *storage; /* where sequences are opened from */
    zoe_session session;
    zoe_coloring *coloring;
    zoe_colored colored; /* the colour of the frame on screen; its table is held */
    /* and of those it is compared with, which point into that table too */
    zoe_other_color other_colors[ZOE_COMPARE_OTHERS];
    bool are_unlike[ZOE_COMPARE_OTHERS]; /* it is drawn as A is, though its colours are others */
    char color_trouble[1024];            /* why it is not as chosen, as it was said; "": it is */
    zoe_view view;
    zoe_place place;
    zoe_timeline timeline;
    zoe_statusbar statusbar;
    zoe_message message;
    zoe_panel panel; /* and its pages: */
    zoe_settings_page settings_page;
    zoe_memory_page memory_page;
    zoe_layers_page layers_page;
    zoe_metadata_page metadata_page;
    zoe_messages_page messages_page;
    zoe_color_page color_page;
    zoe_scopes_page scopes_page;
    zoe_scope scope; /* measured while that page is seen */
    zoe_open_page open_page;
    zoe_start_page start_page;
    zoe_goto_page goto_page;
    zoe_save_page save_page;
    zoe_save *save;           /* NULL: memory is out */
    char saved_to[4096];      /* the folder that was saved into last; "": none yet */
    zoe_save_state save_told; /* what the user knows of it */
    zoe_help help;
    zoe_app_change change;
    zoe_menu menu;
    const zoe_option *menu_option;
    zoe_app_views views;
    zoe_kept_header views_header; /* that says which there are */
    int compare_after;            /* zoe_compare_mode that waits for them; OFF: none */
    int64_t menu_at;              /* of the timeline's menu: the position that was clicked */
    int64_t here;                 /* where a command acts; -1: at the playhead */
    zoe_menu menu_next;           /* what a command asks to be opened; NONE: nothing */
    SDL_Rect menu_place;
    zoe_stats stats;
    zoe_storage_stats storage_stats; /* as of the same time */
    uint64_t stats_ns;               /* when they were read */
    bool stats_stale;                /* frames changed since */
    zoe_memory_history history;
    zoe_follower *follower;
    /* sequences that are being opened, in the order in which they were asked for; those from 0 on
     * are read */
    struct zoe_opening_job *opening[ZOE_OPEN_PAGE_SPECS];
    int opening_count;
    uint64_t opening_since_ns;
    uint64_t opening_say_ns; /* when the user is told that it takes long; ZOE_NEVER: that is done */
    int opened;              /* of those that were asked for together, that opened; and of these: */
    int opened_shown;        /* the one to show */
    zoe_recent_item opened_item; /* as which it comes back; spec "": it does not */
    char opening_error[1024]; /* what went wrong last, also before; said in the end; "": nothing */
    zoe_start start;
    int layer_by; /* layers on or back that were asked for, until the header below is there */
    zoe_kept_header layer_header;
    bool bars_hidden; /* in a window */
    bool bars_full;   /* bars are shown in full screen too */

    /* mouse and held keys */
    zoe_grab grab;
    uint32_t grab_button; /* SDL_BUTTON(n) */
    int mouse_x, mouse_y; /* as of the last frame, device pixels */
    int grab_x;           /* where it began */
    int64_t grab_frame;   /* and at which position; -1: not scrubbing yet */
    bool exposure_held, gamma_held;
    zoe_grab
        press_changes; /* EXPOSURE or GAMMA: what was held when a button went down; else NONE */
    bool drop_first;   /* the next dropped file is the first of several that come together */

    /* the loop */
    bool quit;
    bool redraw;            /* at once */
    uint64_t redraw_ns;     /* or then; ZOE_NEVER */
    uint64_t drawn_ns;      /* when it was drawn last */
    uint64_t listen_ns;     /* when to listen to the engine again; ZOE_NEVER: listening */
    bool held_back;         /* the last frame was not shown, because another one is due at once */
    Uint32 notify_event;    /* pushed when frames changed state */
    Uint32 wake_event;      /* pushed by zoe_app_wake() */
    Uint32 follow_event;    /* pushed when files changed, and when some were read */
    SDL_atomic_t notified;  /* 1: such an event is in the queue. Any thread */
    SDL_atomic_t listening; /* 1: SDL takes events. Written by the main thread, read by any */
};

/* Places the parts in the window. */
void zoe_app_layout(zoe_app *app);

/* The window is drawn anew soon. Any thread, as a callback of those who read on threads of their
 * own; user: the zoe_app. */
void zoe_app_wake(void *user);

bool zoe_app_bars_shown(const zoe_app *app);

void zoe_app_read_stats(zoe_app *app);

/* Names the window after the current sequence. */
void zoe_app_name_window(zoe_app *app);

/* Another sequence is current: title, timeline, message. */
void zoe_app_new_sequence(zoe_app *app);

/* The current sequence may have other positions: `shift` more in front. */
void zoe_app_follow_sequence(zoe_app *app, int64_t shift);

/* Goes on to the layers that were asked for, if the header that says which there are is there. */
void zoe_app_switch_layers(zoe_app *app);

/* The engine may tell of changed frames again; what changed until now is looked at after this. */
void zoe_app_listen(zoe_app *app);

/* A command asks for a menu: it opens in the next frame at the pointer, or in the picture where the
 * pointer is elsewhere. */
void zoe_app_ask_menu(zoe_app *app, zoe_menu menu);

#endif
