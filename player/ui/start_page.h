/*
 * Start page: what stands in the picture's place while nothing is open: recent sequences, a way to
 * look for others, and that files can be dropped.
 *
 * Thread-safety: the main thread only; `wake` comes from others.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_START_PAGE_H
#define ZOETROPE_PLAYER_START_PAGE_H

#include <stdbool.h>

#include <SDL.h>

#include "ui/ui.h"

typedef struct zoe_start_page {
    SDL_Renderer *renderer;   /* the window's: for textures */
    void (*wake)(void *user); /* draws the window anew; any thread */
    void *wake_user;
} zoe_start_page;

/* What the user wants. */
typedef struct zoe_start_page_result {
    const char *spec; /* to open, as zoe_sequence_open() takes it; NULL: none. The page's, valid
                         until its next call */
    bool browse;      /* the open page */
} zoe_start_page_result;

/* Once the window is open. `wake` may be called from any thread until zoe_start_page_end(). */
void zoe_start_page_start(zoe_start_page *page, SDL_Renderer *renderer, void (*wake)(void *user),
                          void *user);
void zoe_start_page_end(zoe_start_page *page);

/* Part of a frame while nothing is open. rect: the picture's area. Fills in the whole *result. */
void zoe_start_page_run(zoe_ui *ui, SDL_Rect rect, zoe_start_page *page,
                        zoe_start_page_result *result);

#endif
