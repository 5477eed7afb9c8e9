/*
 * Start page: what stands in the picture's place while nothing is open: recent sequences, a way to
 * look for others, and that files can be dropped.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_START_PAGE_H
#define ZOETROPE_PLAYER_START_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <SDL.h>

#include "model/recent.h"
#include "ui/ui.h"
#include "ui/ui_scroll.h"

typedef struct zoe_start_page {
    /* inside */
    SDL_Renderer *renderer;
    const zoe_recent *recent;
    zoe_ui_scroll scroll;
    struct {
        SDL_Texture *image; /* NULL: there is none */
        int width, height;
        int64_t when_ms; /* of the item that it was read for */
        bool is_read;
    } thumbnails[ZOE_RECENT_ITEMS];
} zoe_start_page;

/* What the user wants. */
typedef struct zoe_start_page_result {
    const zoe_recent_item *item; /* to open where one was in it; NULL: none. The list's */
    bool browse;                 /* the open page */
} zoe_start_page_result;

/* renderer: the window's, for thumbnails; NULL: without them. recent: what is offered. Both must
 * outlive the page. */
void zoe_start_page_start(zoe_start_page *page, SDL_Renderer *renderer, const zoe_recent *recent);
void zoe_start_page_end(zoe_start_page *page);

/* Forgets the thumbnails that were read: after the renderer lost its textures. */
void zoe_start_page_forget(zoe_start_page *page);

/* Part of a frame while nothing is open. rect: the picture's area. Fills in the whole *result.
 * Reads the thumbnails that come into sight for the first time. */
void zoe_start_page_run(zoe_ui *ui, SDL_Rect rect, zoe_start_page *page,
                        zoe_start_page_result *result);

/*
 * Stands in its place while a sequence that was asked for is being opened. path: which one, as it
 * was given; waited_ns: since when. quits: to give up ends the program. Returns whether the user
 * gives up.
 */
bool zoe_start_page_wait(zoe_ui *ui, SDL_Rect rect, const char *path, uint64_t waited_ns,
                         bool quits);

#endif
