/*
 * Save page: where the picture is saved: a path to type, with a name proposed that is free, and
 * what is written into it. Modal.
 *
 * The page does not look at files: its owner does, and tells it what became of what it asked for.
 *
 * Thread-safety: the main thread only; `wake` comes from others.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_SAVE_PAGE_H
#define ZOETROPE_PLAYER_SAVE_PAGE_H

#include <stdbool.h>

#include "model/browser.h"
#include "model/save.h"
#include "ui/ui.h"
#include "ui/ui_field.h"

typedef struct zoe_save_page {
    bool open; /* it is seen: set by the functions below only */

    /* inside */
    void (*wake)(void *user);
    void *wake_user;
    zoe_browser *browser; /* completes paths; NULL: memory is out, or it was never shown */
    bool fresh;           /* its first frame is due: the name is selected */
    bool is_linear;
    bool is_busy;               /* what was asked for is looked at */
    char exists[ZOE_PATH_TEXT]; /* what is there already; "": nothing is known */
    char error[512];            /* why not; "": nothing is wrong */
    char path[ZOE_PATH_TEXT];   /* as typed */
    char target[ZOE_PATH_TEXT]; /* and what that means */
    zoe_ui_field field;
} zoe_save_page;

/* What the user wants. */
typedef struct zoe_save_page_result {
    bool save;   /* to write `path` */
    bool cancel; /* nothing; the page has closed itself */
    bool is_linear;
    bool replaces;    /* over a file of that name: the user was asked */
    const char *path; /* absolute; the page's, valid until its next call */
} zoe_save_page_result;

/* `wake`, which draws the window anew, may be called from any thread until zoe_save_page_end(). */
void zoe_save_page_start(zoe_save_page *page, void (*wake)(void *user), void *user);
void zoe_save_page_end(zoe_save_page *page);

/* Opens it with a path that is proposed. */
void zoe_save_page_show(zoe_save_page *page, const char *path, bool is_linear);

/* What became of what was asked for: EXISTS and REFUSED, with why, are told; CHECKING is waited
 * for; anything else closes the page. */
void zoe_save_page_tell(zoe_save_page *page, zoe_save_state state, const zoe_error *error);

/* Part of a frame while the page is open. Fills in the whole *result. */
void zoe_save_page_run(zoe_ui *ui, zoe_save_page *page, zoe_save_page_result *result);

#endif
