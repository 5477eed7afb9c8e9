/*
 * Folder watcher: a folder watch on a thread of its own, so that a network file system that does
 * not answer holds up nobody. See folder_watch.h for what it finds.
 *
 * The thread sleeps until something happens in a folder, and every two seconds where folders are
 * polled. No call of this header waits for it; destroying leaves it to end by itself.
 *
 * Thread-safety: one thread at a time; `notify` comes from another.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FOLDER_WATCHER_H
#define ZOETROPE_PLAYER_FOLDER_WATCHER_H

#include <stddef.h>

#include <zoetrope/status.h>

#include "model/folder_watch.h"

typedef struct zoe_folder_watcher zoe_folder_watcher;

/*
 * There is something for zoe_folder_watcher_take(). Comes from another thread, four times a second
 * at most, and not after zoe_folder_watcher_destroy() has returned. A lock is held that only this
 * call and zoe_folder_watcher_destroy() take; the callback may post an event, and may not call the
 * watcher.
 */
typedef void zoe_folder_watcher_notify_fn(void *user);

/* *watcher is NULL on failure. `notify` may be NULL. Errors: NO_MEMORY, THREAD, IO (no descriptor
 * left). */
zoe_status zoe_folder_watcher_create(zoe_folder_watch_mode mode,
                                     zoe_folder_watcher_notify_fn *notify, void *user,
                                     zoe_folder_watcher **watcher, zoe_error *error);

/* Sets *watcher to NULL; accepts NULL. Waits for nothing but a `notify` under way. */
void zoe_folder_watcher_destroy(zoe_folder_watcher **watcher);

/* Watches these folders and no others, soon: as zoe_folder_watch_set(), without waiting. Each
 * folder that is new is told as "all" once it is watched, since a change before is not known.
 * Errors: NO_MEMORY; the folders stay as they were. */
zoe_status zoe_folder_watcher_set(zoe_folder_watcher *watcher, const char *const *folders,
                                  size_t count);

/* Hands over the changes of one folder, all since it was handed over last. Returns 0 if there are
 * none (any more). */
int zoe_folder_watcher_take(zoe_folder_watcher *watcher, zoe_folder_change *change);

#endif
