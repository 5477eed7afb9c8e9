/*
 * Style: colours of the widgets in each of their states, and their measures.
 *
 * They come from the theme (ui/theme.h) and add what a pointer and a keyboard need. Text on any
 * ground that it may stand on has a contrast of 4.5 : 1 at least, what is disabled 3 : 1; a test
 * holds that. Amber and red stand for warnings and errors and for nothing else.
 *
 * Thread-safety: constants.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_STYLE_H
#define ZOETROPE_PLAYER_UI_STYLE_H

#include <SDL.h>

/* Points. */
enum {
    ZOE_UI_CONTROL = 24,   /* height of a button or field in a row of ZOE_ROW_HEIGHT */
    ZOE_UI_ICON = 16,      /* side of an icon */
    ZOE_UI_PAD = 8,        /* from a control's edge to its text */
    ZOE_UI_RADIUS = 3,     /* of corners */
    ZOE_UI_BAR = 10,       /* width of a scroll bar, with the room around it */
    ZOE_UI_TIP_WIDTH = 300 /* of a tooltip's text, before it wraps */
};

typedef struct zoe_ui_style {
    SDL_Color page;            /* the ground of pages and panels */
    SDL_Color popup;           /* the ground of menus, popups and tooltips */
    SDL_Color line;            /* hairlines on either */
    SDL_Color control;         /* a button's ground */
    SDL_Color control_hover;   /* under the pointer */
    SDL_Color control_pressed; /* while held down */
    SDL_Color control_on;      /* chosen of several, or switched on */
    SDL_Color groove;          /* fields, sliders' grooves, what is not chosen of several */
    SDL_Color edge;            /* around fields and boxes */
    SDL_Color row_hover;       /* a list's row under the pointer */
    SDL_Color row_chosen;      /* selected, the list has not the keyboard */
    SDL_Color row_focused;     /* selected, the list has the keyboard; also selected text */
    SDL_Color text;
    SDL_Color text_dim;
    SDL_Color text_light;
    SDL_Color text_disabled;
    SDL_Color accent;
    SDL_Color accent_hover;
    SDL_Color accent_pressed;
    SDL_Color on_accent; /* text on the accent */
    SDL_Color warning;
    SDL_Color error;
    SDL_Color thumb;       /* a scroll bar's */
    SDL_Color thumb_hover; /* under the pointer or held */
    SDL_Color dim;         /* over what a modal page blocks */
    SDL_Color shadow;      /* around what stands above */
} zoe_ui_style;

extern const zoe_ui_style zoe_ui_style_dark;

#endif
