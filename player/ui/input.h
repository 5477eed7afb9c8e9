/*
 * Input: which key does what. One table is both the key map and the text of the F1 page.
 *
 * Keys are matched by the letter or sign on them (SDL keycodes), not by their place, so the table
 * is right on every keyboard layout. Modifiers must match exactly; the two sides of a keyboard
 * count the same.
 *
 * Thread-safety: the table is constant.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_INPUT_H
#define ZOETROPE_PLAYER_INPUT_H

#include <stddef.h>

#include <SDL.h>

typedef enum zoe_action {
    ZOE_ACTION_NONE,
    ZOE_ACTION_PLAY_PAUSE,
    ZOE_ACTION_BACKWARD,
    ZOE_ACTION_STOP,
    ZOE_ACTION_FORWARD,
    ZOE_ACTION_STEP_BACK,
    ZOE_ACTION_STEP_ON,
    ZOE_ACTION_LEAP_BACK,
    ZOE_ACTION_LEAP_ON,
    ZOE_ACTION_TO_IN,
    ZOE_ACTION_TO_OUT,
    ZOE_ACTION_LOOP_MODE,
    ZOE_ACTION_POLICY,
    ZOE_ACTION_STRATEGY,
    ZOE_ACTION_RATE_UP,
    ZOE_ACTION_RATE_DOWN,
    ZOE_ACTION_RATE_FILE,
    ZOE_ACTION_SET_IN,
    ZOE_ACTION_SET_OUT,
    ZOE_ACTION_CLEAR_AREA,
    ZOE_ACTION_FIT,
    ZOE_ACTION_ONE_TO_ONE,
    ZOE_ACTION_ZOOM_IN,
    ZOE_ACTION_ZOOM_OUT,
    ZOE_ACTION_TIMELINE_IN,
    ZOE_ACTION_TIMELINE_OUT,
    ZOE_ACTION_TIMELINE_LEFT,
    ZOE_ACTION_TIMELINE_RIGHT,
    ZOE_ACTION_TIMELINE_FIT,
    ZOE_ACTION_TIMELINE_AREA,
    ZOE_ACTION_VIEW_RED,
    ZOE_ACTION_VIEW_GREEN,
    ZOE_ACTION_VIEW_BLUE,
    ZOE_ACTION_VIEW_ALPHA,
    ZOE_ACTION_VIEW_LUMINANCE,
    ZOE_ACTION_LAYER_NEXT,
    ZOE_ACTION_LAYER_PREVIOUS,
    ZOE_ACTION_FIT_RANGE,
    ZOE_ACTION_PROXY,
    ZOE_ACTION_OVERSCAN,
    ZOE_ACTION_PRECISION,
    ZOE_ACTION_EXPOSURE_RESET,
    ZOE_ACTION_GAMMA_RESET,
    ZOE_ACTION_NEXT_SEQUENCE,
    ZOE_ACTION_PREVIOUS_SEQUENCE,
    ZOE_ACTION_REFRESH,
    ZOE_ACTION_CLEAR_CACHE,
    ZOE_ACTION_SETTINGS,
    ZOE_ACTION_MEMORY,
    ZOE_ACTION_BARS,
    ZOE_ACTION_FULLSCREEN,
    ZOE_ACTION_UI_LARGER,
    ZOE_ACTION_UI_SMALLER,
    ZOE_ACTION_HELP,
    ZOE_ACTION_ESCAPE,
    ZOE_ACTION_QUIT,
} zoe_action;

/* One row. heading: the row begins a group of the F1 page and binds nothing. keys NULL: an alias
 * that the page does not list by itself. action NONE with keys: done with the mouse. */
typedef struct zoe_binding {
    zoe_action action;
    SDL_Keycode key;
    int modifiers;       /* KMOD_NONE, or of KMOD_CTRL, KMOD_SHIFT, KMOD_ALT */
    const char *heading; /* text of a group */
    const char *keys;    /* as the page shows them: "Shift+Left" */
    const char *what;    /* what it does */
    int repeats;         /* 1: a held key goes on */
} zoe_binding;

extern const zoe_binding zoe_bindings[];
extern const size_t zoe_binding_count;

/* The row of a key press, or NULL. `repeat`: the system repeats a held key. */
const zoe_binding *zoe_input_find(SDL_Keycode key, int modifiers, int repeat);

#endif
