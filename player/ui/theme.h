/*
 * Theme: every colour and length of the player's own drawing.
 *
 * Colour is judged inside the picture, so everything around it is a neutral grey (R = G = B), with
 * one accent for what the user holds or has chosen. The load indicator's colours are a code of
 * their own and used nowhere else.
 *
 * Lengths are points: multiples of a device pixel at scale 1. All spacing is a multiple of
 * ZOE_SPACE.
 *
 * Thread-safety: constants.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_THEME_H
#define ZOETROPE_PLAYER_THEME_H

#include <stdint.h>

#include <SDL.h>

enum {
    ZOE_SPACE = 4,          /* the unit of spacing */
    ZOE_MARGIN = 12,        /* from the window's edge to text and tracks */
    ZOE_TEXT_SMALL_PX = 12, /* ruler numbers, keys */
    ZOE_TEXT_BODY_PX = 13,
    ZOE_TEXT_TITLE_PX = 16,
    ZOE_STATUS_ROW = 24,      /* height of a status row */
    ZOE_BAR_HEIGHT = 36,      /* the row of transport buttons */
    ZOE_RULER_HEIGHT = 28,    /* the ruler with its numbers and work area */
    ZOE_INDICATOR_HEIGHT = 4, /* the load indicator */
    ZOE_TIMELINE_PAD = 8,     /* under the indicator */
    ZOE_PANEL_WIDTH = 456,
    ZOE_ROW_HEIGHT = 28, /* one setting, one line of the key list: less */
    ZOE_HANDLE_REACH = 6 /* how far beside a handle a click still takes it */
};

typedef struct zoe_theme {
    SDL_Color surround;   /* around the picture */
    SDL_Color bar;        /* status bar and timeline */
    SDL_Color track;      /* the ruler's ground, and gaps in the indicator */
    SDL_Color area;       /* the work area in the ruler */
    SDL_Color panel;      /* settings and key list */
    SDL_Color line;       /* hairlines between areas */
    SDL_Color raised;     /* buttons, sliders' grooves */
    SDL_Color tick;       /* small marks of the ruler */
    SDL_Color text;       /* what is read */
    SDL_Color text_dim;   /* captions and what is out of action */
    SDL_Color text_light; /* what is chosen */
    SDL_Color accent;     /* the one colour: playhead, focus, slider knobs */
    SDL_Color near; /* frames whose files are on disk, under the load indicator's other colours */
} zoe_theme;

extern const zoe_theme zoe_theme_dark;

/* The indicator's colour for a state (zoe_frame_state). Missing is the track's own: a gap. */
SDL_Color zoe_theme_state(uint8_t state);

#endif
