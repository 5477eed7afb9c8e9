/*
 * Go to frame: a small popup at the frame number, where a frame number or a time code is typed.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_GOTO_PAGE_H
#define ZOETROPE_PLAYER_GOTO_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <SDL.h>

#include "model/session.h"
#include "ui/ui_field.h"

typedef struct zoe_goto_page {
    char text[64]; /* as typed */
    /* its own */
    zoe_ui_field field;
    bool fresh; /* its field takes the keyboard */
} zoe_goto_page;

/* What the user wants. */
typedef struct zoe_goto_page_result {
    bool go;          /* to `position` */
    int64_t position; /* 0..count-1 */
} zoe_goto_page_result;

void zoe_goto_page_start(zoe_goto_page *page);

/* Opens it at the rectangle of the frame number. Between frames, or in the root's scope. */
void zoe_goto_page_show(zoe_ui *ui, zoe_goto_page *page, SDL_Rect anchor);

/* Part of every frame while a sequence is open; does nothing while the popup is closed. Fills in
 * the whole *result. */
void zoe_goto_page_run(zoe_ui *ui, zoe_goto_page *page, zoe_session *session,
                       zoe_goto_page_result *result);

#endif
