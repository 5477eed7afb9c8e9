/*
 * List: rows of equal height, of which only those in sight are asked for and drawn.
 *
 *     zoe_ui_list_begin(ui, "files", rect, &list, count, zoe_ui_px(ui, 24), ZOE_UI_LIST_FILTER);
 *     while (zoe_ui_list_next(ui, &list, &row, &place))
 *         zoe_ui_label(ui, place, ..., names[row]);
 *     answer = zoe_ui_list_end(ui, &list);
 *
 * Arrows, Page Up and Down, Home and End move the cursor, which is the selection unless several
 * may be chosen: then Shift extends, Ctrl+click and Ctrl+Space switch one row, Ctrl+A takes all.
 * Enter or a double click opens. With ZOE_UI_LIST_FILTER, what is typed is kept in `filter` and
 * shown above the rows; Backspace shortens it and Esc empties it; the caller gives the rows that
 * match.
 *
 * Thread-safety: as the context's.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_LIST_H
#define ZOETROPE_PLAYER_UI_LIST_H

#include "ui/ui_scroll.h"

enum {
    ZOE_UI_LIST_MANY = 1,   /* several rows may be selected */
    ZOE_UI_LIST_FILTER = 2, /* typing filters */
    ZOE_UI_LIST_KEYS = 4    /* hears the keys that move and open also when another widget of its
                               page has the keyboard and leaves them: below a search field */
};

/* The caller's; all 0 at first. */
typedef struct zoe_ui_list {
    int cursor;          /* row, or -1: none */
    int menu_row;        /* after the end: the row that was right-clicked in this frame, or -1 */
    char filter[128];    /* UTF-8 */
    bool filter_changed; /* in this frame */
    zoe_ui_scroll scroll;
    /* inside */
    zoe_ui_id id;
    int count, row_height, next, anchor, show;
    unsigned flags;
    unsigned answer;
    bool focused;
    SDL_Rect area;        /* of the rows with the bar */
    uint64_t *bits;       /* selected rows, where several may be */
    size_t bits_capacity; /* words */
} zoe_ui_list;

/* Begins a list of `count` rows, row_height device pixels each. */
void zoe_ui_list_begin(zoe_ui *ui, const char *id, SDL_Rect rect, zoe_ui_list *list, int count,
                       int row_height, unsigned flags);

/* The next row in sight and where its content goes; ids inside are scoped by the row. False after
 * the last. */
bool zoe_ui_list_next(zoe_ui *ui, zoe_ui_list *list, int *row, SDL_Rect *place);

/* Answers ZOE_UI_CHANGED (cursor or selection), ZOE_UI_ENTER (open what is selected). */
unsigned zoe_ui_list_end(zoe_ui *ui, zoe_ui_list *list);

bool zoe_ui_list_has(const zoe_ui_list *list, int row); /* selected */
int zoe_ui_list_selected(const zoe_ui_list *list);      /* how many */

/* Cursor and selection on this row (-1: none), brought into sight by the next frame. */
void zoe_ui_list_select(zoe_ui_list *list, int row);

/* Frees the selection's memory. */
void zoe_ui_list_free(zoe_ui_list *list);

/* Whether each word of the filter is in the text, upper and lower case alike (ASCII). */
bool zoe_ui_matches(const char *text, const char *filter);

#endif
