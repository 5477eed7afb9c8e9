/*
 * Metadata page: all attributes of the frame on screen, to search and to copy. One of the panel's
 * pages.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_METADATA_PAGE_H
#define ZOETROPE_PLAYER_METADATA_PAGE_H

#include <stdbool.h>

#include <SDL.h>

#include "model/session.h"
#include "ui/ui.h"

typedef struct zoe_metadata_page {
    bool fresh; /* it was just opened: its search field takes the keyboard */
} zoe_metadata_page;

void zoe_metadata_page_start(zoe_metadata_page *page);
void zoe_metadata_page_end(zoe_metadata_page *page);

/* Part of a frame while the page is seen. */
void zoe_metadata_page_run(zoe_ui *ui, SDL_Rect rect, zoe_metadata_page *page,
                           zoe_session *session);

#endif
