/*
 * Opening: sequences that are asked for, by the command line or by the user. Their folders and
 * headers are read by threads, however long that takes; what is on screen stays until one of them
 * is there.
 *
 * Those that are asked for together take the place of what was open, and are opened in their order:
 * the first one is shown. Asking for others drops what is not read yet.
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

/* is_first: others follow, or none, that are asked for together with it. The user is told when it
 * fails. */
void zoe_app_open(zoe_app *app, const char *path, bool is_first);

/* One that comes back as it was left, together with what was asked for before. is_shown: of several
 * it is the one to show. */
void zoe_app_open_recent(zoe_app *app, const zoe_recent_item *item, bool is_shown);

/* In the place of what is open, see zoe_session_open_in_place(). */
void zoe_app_open_in_place(zoe_app *app, const char *path);

/* Beside the only one that is open, to compare it with; then(app, value) is called when it is
 * there. */
typedef void zoe_opened_fn(zoe_app *app, int value);
void zoe_app_open_partner(zoe_app *app, const char *path, zoe_opened_fn *then, int value);

/* Opens what was read of `spec`, and may show another one. */
typedef zoe_status zoe_opening_fn(zoe_app *app, const char *spec, zoe_shot_files *files,
                                  zoe_error *error);

/* Together with what was asked for before; `open` is called when those were opened. */
void zoe_app_open_with(zoe_app *app, const char *path, zoe_opening_fn *open);

/* What went wrong, for the window to say when all is opened; and now on stderr. */
void zoe_app_complain(zoe_app *app, const zoe_error *error, bool on_stderr);

/* Takes what was read: called when a task may be done, and when zoe_app_opening_due_ns() has come.
 */
void zoe_app_follow_opening(zoe_app *app, uint64_t now_ns);
uint64_t zoe_app_opening_due_ns(const zoe_app *app);

/* Of those that were asked for together and opened, the one to show becomes the current one. */
void zoe_app_show_opened(zoe_app *app);

/* The same, and the user is told what went wrong. Called by itself but for what start.h asks for.
 */
void zoe_app_finish_opening(zoe_app *app);

/* Somebody waits: for which path, and since when. False also where that is not long yet. */
bool zoe_app_opening_is_long(const zoe_app *app, uint64_t now_ns, const char **path,
                             uint64_t *since_ns);

/* The user has had enough: drops what is not opened yet, and ends the program where it was started
 * for that. */
void zoe_app_stop_opening(zoe_app *app);

/* Drops what is not opened yet. */
void zoe_app_end_opening(zoe_app *app);

#endif
