/*
 * Scopes page: the waveform and the histogram of the picture on screen, and its false colours. One
 * of the panel's pages.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_SCOPES_PAGE_H
#define ZOETROPE_PLAYER_SCOPES_PAGE_H

#include <stdbool.h>

#include <SDL.h>

#include "model/scope.h"
#include "ui/ui.h"
#include "ui/ui_scroll.h"

typedef struct zoe_scopes_page {
    SDL_Renderer *renderer; /* the window's */
    SDL_Texture *waveform, *histogram;
    uint64_t serial; /* of the picture that they show */
    zoe_ui_scroll scroll;
} zoe_scopes_page;

void zoe_scopes_page_start(zoe_scopes_page *page, SDL_Renderer *renderer);
void zoe_scopes_page_end(zoe_scopes_page *page);

/* The textures were lost. */
void zoe_scopes_page_forget(zoe_scopes_page *page);

/* Part of a frame while the page is seen. Returns whether *false_color changed. */
bool zoe_scopes_page_run(zoe_ui *ui, SDL_Rect rect, zoe_scopes_page *page, const zoe_scope *scope,
                         bool *false_color);

#endif
