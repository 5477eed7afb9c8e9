/*
 * Buttons and what is like them: labels, buttons, check boxes, choices of several, tabs.
 *
 * By mouse they act on release over them; by keyboard (Tab comes to them, a click does not) on
 * Space and Enter, choices and tabs on the arrow keys.
 *
 * Thread-safety: as the context's.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_BUTTON_H
#define ZOETROPE_PLAYER_UI_BUTTON_H

#include "ui/ui.h"

typedef enum zoe_ui_align {
    ZOE_UI_LEFT,
    ZOE_UI_CENTER,
    ZOE_UI_RIGHT,
    ZOE_UI_PATH, /* left; where there is no room the beginning is left out */
    ZOE_UI_NAME, /* left; where there is no room the middle is left out */
} zoe_ui_align;

/* A line in the middle of the rectangle's height, with an ellipsis where it has no room. Returns
 * whether all of it is seen. */
bool zoe_ui_label(zoe_ui *ui, SDL_Rect rect, zoe_text_style style, zoe_ui_align align,
                  SDL_Color color, const char *text);

/* Lines of a text that is wrapped to the width, from the rectangle's top on; what has no room below
 * is left out. Returns the height that all of it takes, up to `most` lines (1..8). */
int zoe_ui_paragraph(zoe_ui *ui, SDL_Rect rect, zoe_text_style style, SDL_Color color,
                     const char *text, int most);

typedef enum zoe_ui_severity {
    ZOE_UI_INFO,
    ZOE_UI_WARNING,
    ZOE_UI_ERROR,
} zoe_ui_severity;

/* A line with its sign, in its colour. Returns whether all of it is seen. */
bool zoe_ui_notice(zoe_ui *ui, SDL_Rect rect, zoe_ui_severity severity, const char *text);

/* A picture in its own shape in the middle of the rectangle; NULL: a sign for one. */
void zoe_ui_image(zoe_ui *ui, SDL_Rect rect, SDL_Texture *image, int width, int height);

/* How a button looks; flags. */
enum {
    ZOE_UI_PLAIN = 0,
    ZOE_UI_QUIET = 1,   /* no ground until the pointer is on it: tool bars, values in a bar */
    ZOE_UI_PRIMARY = 2, /* what most will want of a page; one a page */
    ZOE_UI_ON = 4,      /* switched on */
    ZOE_UI_OPENS = 8,   /* acts when pressed and has a chevron: opens a menu */
    ZOE_UI_AT_LEFT = 16 /* its text begins at the left */
};

/* icon may be NONE, text NULL. Returns whether it was used. */
bool zoe_ui_button(zoe_ui *ui, const char *id, SDL_Rect rect, zoe_icon icon, const char *text,
                   unsigned flags);

/* The width that a button needs for this, in device pixels. */
int zoe_ui_button_width(zoe_ui *ui, zoe_icon icon, const char *text, unsigned flags);

/* A check box with its caption; a click anywhere in the rectangle counts. Returns whether *on
 * changed. */
bool zoe_ui_toggle(zoe_ui *ui, const char *id, SDL_Rect rect, const char *caption, bool *on);

/* One of `count` words side by side; one stop of Tab. Returns whether *chosen changed. */
bool zoe_ui_choice(zoe_ui *ui, const char *id, SDL_Rect rect, const char *const *words, int count,
                   int *chosen);

/* The same as headings of pages: as wide as they need to be, narrower where there is no room. */
bool zoe_ui_tabs(zoe_ui *ui, const char *id, SDL_Rect rect, const char *const *names, int count,
                 int *chosen);

#endif
