/*
 * History: what was looked at last, and where one was in it, kept in recent.json with a thumbnail
 * of each sequence; and opening such a sequence again.
 *
 * Nothing of it is kept or read with --no-config.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_HISTORY_H
#define ZOETROPE_PLAYER_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "app/state.h"

/* Reads the list. */
void zoe_app_load_history(zoe_app *app);

/* Notes what is open and where one is in it; where another sequence has become the current one,
 * writes a thumbnail of the last one, whose picture is still on screen: before the session is
 * updated. Cheap where nothing changed. */
void zoe_app_note_history(zoe_app *app, uint64_t now_ns);

/* Writes the list if it is due. */
void zoe_app_save_history(zoe_app *app, uint64_t now_ns);

/* The same and a thumbnail of what is on screen, before the session ends. */
void zoe_app_end_history(zoe_app *app);

/* Gives the picture the exposure, gamma, contrast and saturation that the item has, and, once it is
 * there, its zoom and place. */
void zoe_app_take_look(zoe_app *app, const zoe_recent_item *item);

/* Opens a sequence as it was left: layer, work area, frame, grade, zoom and place. A layer that is
 * gone is left out. files: what was read of it; NULL: it is read, which blocks. replace: closes
 * what was open. Errors: as zoe_session_open(). */
zoe_status zoe_app_reopen(zoe_app *app, const zoe_recent_item *item, zoe_shot_files *files,
                          bool replace, zoe_error *error);

#endif
