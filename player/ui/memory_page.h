/*
 * Memory page: what the cache takes, of how much, and how well it does, with a graph of the last
 * minute. One of the settings panel's pages.
 *
 * Drawing allocates nothing. Figures are in MB (2^20 bytes), like everything the player says.
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

#include "model/memory_history.h"
#include "ui/window.h"

/* Height of all of it in device pixels. */
int zoe_memory_page_height(const zoe_window *window);

/* Draws it into an area of the panel, margins included. A lower area gets a lower graph. */
void zoe_memory_page_draw(const zoe_window *window, SDL_Rect area, const zoe_stats *stats,
                          const zoe_memory_history *history);

/* True if the page shows something else for b than for a. */
bool zoe_memory_page_differs(const zoe_stats *a, const zoe_stats *b);

#endif
