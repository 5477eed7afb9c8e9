/*
 * Widgets: one context for everything the player's pages show and hear.
 *
 * Immediate mode: for every frame the owner calls zoe_ui_begin() with what the user did since the
 * last one, then a function for each widget with the rectangle it stands in, then zoe_ui_end().
 * A widget hears and draws from the same rectangle in the same call and returns what the user did
 * with it. Between frames the context keeps only which widget has the keyboard and the mouse, what
 * is open above the page, and when the pointer came to rest. What a widget must remember (a list's
 * cursor, a field's text) is in a struct of the caller's.
 *
 * Widgets are told apart by a hash of the `id` text within the scopes that are pushed: it is unique
 * in its scope and the same in every frame. Where two overlap in one layer, the first to be called
 * gets the mouse.
 *
 * Layers: a modal page, a popup or a menu lies above all else. While one is open, what is under it
 * hears neither mouse nor keys; a click outside or Esc closes it, and that click does nothing else.
 *
 * Keyboard: Tab and Shift+Tab go along the widgets in the order of their calls. A ring is drawn
 * around the one that has the keyboard only if it came there by a key. Keys that no widget used
 * stay in ui->input for the owner (zoe_ui_next_key()).
 *
 * All coordinates are device pixels; zoe_ui_px() makes them of points.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_H
#define ZOETROPE_PLAYER_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <SDL.h>

#include "ui/text.h"
#include "ui/ui_draw.h"
#include "ui/ui_layout.h"
#include "ui/ui_style.h"

typedef uint32_t zoe_ui_id; /* 0: none */

enum {
    ZOE_UI_KEYS = 64,   /* key presses and texts that one frame can take */
    ZOE_UI_LAYERS = 16, /* layers of one frame */
    ZOE_UI_OPEN = 8,    /* modal pages, popups and menus open at once */
    ZOE_UI_SCOPES = 32, /* pushed ids and clips */
};

/* What a widget answers; flags. */
enum {
    ZOE_UI_CHANGED = 1, /* the value is another now */
    ZOE_UI_DONE = 2,    /* and this change is complete: released, Enter, a key */
    ZOE_UI_ENTER = 4,   /* Enter in a field */
    ZOE_UI_ESCAPE = 8,  /* a modal page is asked to close by Esc */
    ZOE_UI_OUTSIDE = 16 /* and by a click outside */
};

/* ---- what comes in ---- */

typedef struct zoe_ui_key {
    SDL_Keycode key;                         /* 0: text */
    int modifiers;                           /* of KMOD_CTRL, KMOD_SHIFT, KMOD_ALT, KMOD_GUI */
    bool repeat;                             /* of a held key */
    bool used;                               /* a widget took it */
    char text[SDL_TEXTINPUTEVENT_TEXT_SIZE]; /* UTF-8 */
} zoe_ui_key;

/* What happened since the last frame. At most one press and one release of a button, at the
 * position given; ui_system makes it of SDL's events so. */
typedef struct zoe_ui_input {
    int width, height;       /* of the window */
    int mouse_x, mouse_y;    /* now */
    bool mouse_in;           /* the pointer is in the window or held by it */
    uint32_t down;           /* buttons held now, SDL_BUTTON(n) */
    uint32_t pressed;        /* and pressed, */
    uint32_t released;       /* released, since the last frame */
    int clicks;              /* of the press: 1, 2 is a double click, 3 ... */
    int modifiers;           /* at the press */
    double wheel_x, wheel_y; /* steps; positive: right, away from the user */
    zoe_ui_key keys[ZOE_UI_KEYS];
    int key_count;
} zoe_ui_input;

/* What the widgets need of the system; tests give their own. */
typedef struct zoe_ui_host {
    void *user;
    int (*text_width)(void *user, zoe_text_style style, const char *text, size_t bytes);
    int (*text_height)(void *user, zoe_text_style style);
    void (*copy)(void *user, const char *text);
    char *(*paste)(void *user); /* NULL: nothing; freed with SDL_free() */
} zoe_ui_host;

/* ---- what comes out ---- */

typedef struct zoe_ui_answer {
    bool wants_mouse;    /* the pointer is on the ui, or it holds the mouse */
    bool wants_keyboard; /* a field has the keyboard or something is open: keys are no actions */
    bool wants_text;     /* text input is of use */
    bool replay;         /* nobody could hear this input: it is given to the next frame again */
    SDL_Rect text_at;    /* and goes here: for input methods */
    uint64_t wake_ns;    /* when the next frame is due without input; UINT64_MAX: never */
    SDL_SystemCursor cursor;
} zoe_ui_answer;

/* What the mouse did with a rectangle. */
typedef struct zoe_ui_hit {
    zoe_ui_id id;
    SDL_Rect rect;
    bool inside;        /* the pointer is in it, nothing lies above; also if disabled */
    bool hovered;       /* and it would get a click */
    bool pressed;       /* the left button went down on it in this frame; `clicks` */
    bool held;          /* it went down on it and is down, or was released in this frame */
    bool clicked;       /* released on it after going down on it */
    bool released;      /* released anywhere after going down on it */
    bool right, middle; /* these buttons went down on it in this frame */
    int clicks;
} zoe_ui_hit;

/* ---- inside ---- */

typedef struct zoe_ui_layer {
    zoe_ui_id id;
    int z;
    SDL_Rect rect;
    bool blocks;    /* nothing beneath it hears the mouse */
    zoe_ui_id keys; /* the open page or popup it belongs to; 0: none */
} zoe_ui_layer;

typedef struct zoe_ui_open {
    zoe_ui_id id;
    bool modal;
    bool seen;              /* in this frame */
    int unseen;             /* frames without */
    SDL_Rect anchor;        /* of a popup */
    SDL_Rect rect;          /* where it stands; empty before its first frame */
    zoe_ui_id focus_before; /* and the ring's state then */
    bool ring_before;
    int at_x, at_y; /* the pointer when it was opened */
    int cursor;     /* of a menu: the item chosen by key or pointer; -1: none */
    int64_t scroll; /* of a menu that is higher than the window */
} zoe_ui_open;

typedef struct zoe_ui_stop {
    zoe_ui_id id, keys;
} zoe_ui_stop;

typedef struct zoe_ui {
    /* Fixed by the owner. */
    zoe_ui_host host;
    const zoe_ui_style *style;
    double scale; /* device pixels for each point */

    /* For the owner after zoe_ui_end(). */
    zoe_draw_list draw;
    zoe_ui_answer answer;

    /* For widgets, during a frame. */
    zoe_ui_input input; /* its keys are marked as they are used */
    uint64_t now_ns;
    SDL_Rect window;
    bool disabled;   /* widgets called now hear nothing */
    zoe_ui_hit last; /* of the widget called last, for zoe_ui_tip() */

    /* The mouse. */
    zoe_ui_id active;   /* has the left button */
    int grab_x, grab_y; /* a dragged handle's distance from the pointer */
    zoe_ui_id hovered;  /* who got the pointer in this frame */
    zoe_ui_id mouse_layer;
    int last_x, last_y;
    uint64_t scrolled_ns; /* when the wheel last moved a scroll area */

    /* The keyboard. */
    zoe_ui_id focus;
    bool ring;         /* it came by a key */
    bool focus_seen;   /* its widget was called in this frame */
    bool focus_taken;  /* in this frame */
    int focus_unseen;  /* frames in which its widget was not called */
    uint64_t caret_ns; /* the caret is solid then and blinks after */
    zoe_ui_id keys_of; /* only widgets of this open page or popup hear keys; 0: of none */
    bool field_focused;
    zoe_ui_id reached; /* Tab came to it; not called since */
    zoe_ui_id entered; /* got the keyboard and has not been called since: a field selects all */
    bool show;         /* it is at show_rect: scroll areas around it bring it into sight */
    SDL_Rect show_rect;
    zoe_ui_stop *stops; /* in the order of calls */
    int stop_count, stop_capacity;

    /* Layers. */
    zoe_ui_layer layers[ZOE_UI_LAYERS]; /* of this frame */
    int layer_count;
    zoe_ui_layer before[ZOE_UI_LAYERS]; /* of the last one */
    int before_count;
    zoe_ui_layer current[ZOE_UI_LAYERS]; /* those we are in */
    int depth;
    zoe_ui_open open[ZOE_UI_OPEN]; /* the last is on top */
    int open_count;

    /* Scopes. */
    zoe_ui_id scopes[ZOE_UI_SCOPES];
    int scope_count;
    SDL_Rect clips[ZOE_UI_SCOPES];
    int clip_count;

    /* The tooltip. */
    zoe_ui_id tip;
    uint64_t tip_ns;       /* the pointer has rested since */
    uint64_t tip_shown_ns; /* when one was last seen */
    bool tip_up;           /* it is shown: the pointer may move on its widget */
    bool tip_seen, tip_quiet;

    /* The value that is being typed into a slider. */
    zoe_ui_id typing;
    char typed[32];
    size_t typed_caret, typed_anchor;
    bool typed_focus;
} zoe_ui;

/* ---- frames ---- */

/* Sets everything up for `scale` device pixels a point; allocates nothing. */
void zoe_ui_init(zoe_ui *ui, const zoe_ui_host *host, double scale);

/* Frees what grew. A zeroed context is accepted. */
void zoe_ui_free(zoe_ui *ui);

void zoe_ui_begin(zoe_ui *ui, const zoe_ui_input *input, uint64_t now_ns);
void zoe_ui_end(zoe_ui *ui);

/* Points to device pixels, rounded; never 0 for a length that is not. */
int zoe_ui_px(const zoe_ui *ui, double points);

/* The next frame comes at `ns` at the latest; zoe_ui_again(): at once. */
void zoe_ui_wake(zoe_ui *ui, uint64_t ns);
void zoe_ui_again(zoe_ui *ui);

/* ---- scopes ---- */

zoe_ui_id zoe_ui_make_id(const zoe_ui *ui, const char *id);
void zoe_ui_push(zoe_ui *ui, const char *id);
void zoe_ui_push_index(zoe_ui *ui, int index);
void zoe_ui_pop(zoe_ui *ui);

/* Draws and hears only inside the rectangle, too. */
void zoe_ui_clip(zoe_ui *ui, SDL_Rect rect);
void zoe_ui_unclip(zoe_ui *ui);

/* ---- for widgets ---- */

/* What the mouse does with the rectangle; makes it the widget called last. */
zoe_ui_hit zoe_ui_hear(zoe_ui *ui, zoe_ui_id id, SDL_Rect rect);

/* Whether the pointer is on the rectangle, inside the clip, with no other layer above it. */
bool zoe_ui_mouse_on(const zoe_ui *ui, SDL_Rect rect);

/* The pointer on the rectangle is the ui's: for grounds that are no widgets. */
void zoe_ui_cover(zoe_ui *ui, SDL_Rect rect);

/* Makes the widget a stop of Tab. Returns whether it has the keyboard. */
bool zoe_ui_stop_at(zoe_ui *ui, zoe_ui_id id, SDL_Rect rect);

/* Gives the keyboard to a widget: by the mouse or by the program (no ring), or by a key. */
void zoe_ui_take_focus(zoe_ui *ui, zoe_ui_id id, bool by_key);
/* The same by the widget's name in this scope; and takes it from all. */
void zoe_ui_focus(zoe_ui *ui, const char *id);
void zoe_ui_leave_focus(zoe_ui *ui);

/* Takes the press of exactly this key from the input, for a widget that has the keyboard. Either
 * side's modifiers count the same. */
bool zoe_ui_take_key(zoe_ui *ui, SDL_Keycode key, int modifiers);

/* The next key press or text that nobody has used, from *index on (0 first), or NULL. Widgets set
 * its `used`. For the owner after zoe_ui_end(): the player's keys. */
zoe_ui_key *zoe_ui_next_key(zoe_ui *ui, int *index);

/* Closes the open pages and popups from this place in the stack on; the keyboard goes back. */
void zoe_ui_close_from(zoe_ui *ui, int index);

/* Marks the key presses that make text as used: whoever takes text takes these, too. */
void zoe_ui_take_typing(zoe_ui *ui);

/* Whether what is drawn now hears keys: nothing is open above it. */
bool zoe_ui_hears_keys(const zoe_ui *ui);

/* What is seen of a text that has no room. */
typedef enum zoe_ui_keep {
    ZOE_UI_KEEP_BEGINNING,
    ZOE_UI_KEEP_END,  /* of paths */
    ZOE_UI_KEEP_BOTH, /* of names: a shot is told by how they begin, its version by how they end */
} zoe_ui_keep;

/* Text as much as there is room for, with an ellipsis for what is left out. Returns the width
 * drawn. */
int zoe_ui_text(zoe_ui *ui, zoe_text_style style, int x, int y, int width, SDL_Color color,
                const char *text, zoe_ui_keep keep);
/* Breaks a text into lines no wider than `width`, between words; a word that is wider, as a path
 * may be, behind a slash or where it must. Returns how many lines, 1..most; the last takes what is
 * left. */
int zoe_ui_wrap(zoe_ui *ui, zoe_text_style style, const char *text, int width, const char **starts,
                int *lengths, int most);
int zoe_ui_text_width(zoe_ui *ui, zoe_text_style style, const char *text);
int zoe_ui_text_height(zoe_ui *ui, zoe_text_style style);

/* The ring around what has the keyboard, if it came there by a key. */
void zoe_ui_ring(zoe_ui *ui, SDL_Rect rect);

#endif
