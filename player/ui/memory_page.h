/*
 * Memory page: what the cache takes, of how much, and how well it does, with a graph of the last
 * minute. One of the panel's pages.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_MEMORY_PAGE_H
#define ZOETROPE_PLAYER_MEMORY_PAGE_H

#include <stdbool.h>

#include <SDL.h>

#include <zoetrope/engine.h>
#include <zoetrope/storage.h>
#include <zoetrope/transport.h>

#include "model/memory_history.h"
#include "ui/ui_scroll.h"

typedef struct zoe_memory_page {
    zoe_ui_scroll scroll;
} zoe_memory_page;

/* Part of a frame while the page is seen. The transport is the current shot's; NULL: nothing is
 * open. */
void zoe_memory_page_run(zoe_ui *ui, SDL_Rect rect, zoe_memory_page *page, const zoe_stats *stats,
                         const zoe_storage_stats *storage, const zoe_transport *transport,
                         const zoe_memory_history *history);

/* True if the page shows something else for b than for a. */
bool zoe_memory_page_differs(const zoe_stats *a, const zoe_stats *b);

#endif
