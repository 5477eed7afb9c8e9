/*
 * Messages page: the last messages, warnings and errors, newest first. One of the panel's pages.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_MESSAGES_PAGE_H
#define ZOETROPE_PLAYER_MESSAGES_PAGE_H

#include <SDL.h>

#include "model/message.h"
#include "ui/ui_list.h"

typedef struct zoe_messages_page {
    zoe_ui_list list;
} zoe_messages_page;

void zoe_messages_page_start(zoe_messages_page *page);
void zoe_messages_page_end(zoe_messages_page *page);

/* Part of a frame while the page is seen. */
void zoe_messages_page_run(zoe_ui *ui, SDL_Rect rect, zoe_messages_page *page,
                           const zoe_message *message);

#endif
