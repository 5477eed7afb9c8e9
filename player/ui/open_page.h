/*
 * Open page: where people look for sequences: folders and what is in them, a path to type, recent
 * folders. Modal, as large as the window allows.
 *
 * Thread-safety: the main thread only; `wake` comes from others.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_OPEN_PAGE_H
#define ZOETROPE_PLAYER_OPEN_PAGE_H

#include <stdbool.h>

#include <SDL.h>

#include "ui/ui.h"

enum { ZOE_OPEN_PAGE_SPECS = 32 /* sequences opened at once */ };

typedef struct zoe_open_page {
    bool open;                /* it is seen: set by zoe_open_page_show() and by the page itself */
    SDL_Renderer *renderer;   /* the window's: for textures */
    void (*wake)(void *user); /* draws the window anew; any thread */
    void *wake_user;
} zoe_open_page;

/* What the user wants. */
typedef struct zoe_open_page_result {
    const char *specs[ZOE_OPEN_PAGE_SPECS]; /* [count] to open, as zoe_sequence_open() takes them;
                                               the page's, valid until its next call */
    int count;                              /* 0: nothing yet. Else the page has closed itself */
    bool replace;                           /* what is open is closed */
} zoe_open_page_result;

/* Once the window is open. `wake` may be called from any thread until zoe_open_page_end(). */
void zoe_open_page_start(zoe_open_page *page, SDL_Renderer *renderer, void (*wake)(void *user),
                         void *user);
void zoe_open_page_end(zoe_open_page *page);

/* Opens the page at a folder or the folder of a file; NULL: where it was, or the current folder. */
void zoe_open_page_show(zoe_open_page *page, const char *path);

/* Part of a frame while the page is open. Fills in the whole *result. */
void zoe_open_page_run(zoe_ui *ui, zoe_open_page *page, zoe_open_page_result *result);

#endif
