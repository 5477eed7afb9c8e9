/*
 * Opening: sequences that the user asks for while the window is there. Their folders and headers are read
 * by threads, however long that takes; what is on screen stays until one of them is there.
 *
 * Those that are asked for together take the place of what was open, and are opened in their order: the first
 * one is shown. Asking for others drops what is not read yet.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_OPENING_H
#define ZOETROPE_PLAYER_OPENING_H

#include <stdbool.h>
#include <stdint.h>

#include "app/state.h"

/* is_first: others follow, or none, that are asked for together with it. The user is told when it fails. */
void zoe_app_open(zoe_app *app, const char *path, bool is_first);

/* The same of one that comes back as it was left. */
void zoe_app_open_recent(zoe_app *app, const zoe_recent_item *item);

/* Takes what was read: called when a task may be done, and when zoe_app_opening_due_ns() has come. */
void zoe_app_follow_opening(zoe_app *app, uint64_t now_ns);
uint64_t zoe_app_opening_due_ns(const zoe_app *app);

/* Drops what is not opened yet. */
void zoe_app_end_opening(zoe_app *app);

#endif
