/*
 * Field: one line of text to edit.
 *
 * Caret and selection by keys (arrows, Home, End, with Ctrl by words, with Shift selecting) and by
 * mouse (click, drag, double click a word, triple click all); Ctrl+A, C, X, V. A field that gets
 * the keyboard other than by a click selects all. Arrows up and down, Page Up and Down and Esc are
 * left to others.
 *
 * Thread-safety: as the context's.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_FIELD_H
#define ZOETROPE_PLAYER_UI_FIELD_H

#include "ui/ui.h"

/* The caller's; all 0 but for the text at first. */
typedef struct zoe_ui_field {
    char *text;              /* UTF-8, ends with 0; the caller may change it between frames */
    size_t capacity;         /* bytes of it */
    const char *placeholder; /* shown while it is empty, or NULL */
    const char *completion;  /* what it could become, beginning with the text: its end is shown
                                behind the text, Tab or Right take it; or NULL */
    const char *allowed;     /* the only characters that can be typed, or NULL: all */
    zoe_icon icon;           /* at the left */
    bool clearable;          /* has a button to empty it */
    bool wrong;              /* its edge is red */
    bool keep_end;           /* while it has not the keyboard, its end is seen first: paths */
    /* inside */
    size_t caret, anchor;
    int scroll; /* pixels of text left of the field */
    bool had_focus, changed;
} zoe_ui_field;

/* A field that a list is searched with: `text` has `capacity` bytes. */
zoe_ui_field zoe_ui_search_field(char *text, size_t capacity, const char *placeholder);

/* Answers ZOE_UI_CHANGED, ZOE_UI_ENTER, and ZOE_UI_DONE on Enter or when a changed field loses the
 * keyboard. */
unsigned zoe_ui_edit_field(zoe_ui *ui, const char *id, SDL_Rect rect, zoe_ui_field *field);

#endif
