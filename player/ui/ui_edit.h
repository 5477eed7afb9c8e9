/*
 * Edit: a line of UTF-8 with caret and selection.
 *
 * Positions are bytes from the beginning and always between two characters; a byte that is no UTF-8
 * is a character of its own, so that any file name can be edited and comes out unchanged.
 *
 * Thread-safety: pure.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_EDIT_H
#define ZOETROPE_PLAYER_UI_EDIT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct zoe_edit {
    char *text;           /* the caller's, ends with 0 */
    size_t capacity;      /* bytes with the 0; at least 1 */
    size_t caret, anchor; /* what is between them is selected */
} zoe_edit;

/* The next or previous border between characters; the ends of the text return themselves. */
size_t zoe_utf8_next(const char *text, size_t at);
size_t zoe_utf8_previous(const char *text, size_t at);

/* Puts caret and anchor back into the text, between characters, after the text was changed. */
void zoe_edit_mend(zoe_edit *edit);

/* Moves the caret; without `select` the anchor goes along. */
void zoe_edit_to(zoe_edit *edit, size_t at, bool select);
/* The border of a word on that side: where letters and digits begin, as Ctrl+arrows go. */
size_t zoe_edit_word(const zoe_edit *edit, size_t at, bool forward);
/* Selects the word, or the run of other characters, around a position. */
void zoe_edit_select_word(zoe_edit *edit, size_t at);
void zoe_edit_select_all(zoe_edit *edit);

size_t zoe_edit_first(const zoe_edit *edit); /* of the selection */
size_t zoe_edit_end(const zoe_edit *edit);

/* Replaces the selection by the text, up to `bytes`: control characters are left out, line ends
 * are spaces inside and nothing at the end; what has no room is left out, whole characters only.
 * Returns whether the text changed. */
bool zoe_edit_insert(zoe_edit *edit, const char *text, size_t bytes);

/* Deletes the selection; without one, from the caret to `at`. Returns whether the text changed. */
bool zoe_edit_delete_to(zoe_edit *edit, size_t at);

#endif
