/*
 * Follower: keeps what is open as its files are, while they are still being made.
 *
 * The folders are watched, see folder_watch.h, and files of frames that are incomplete or in error
 * are looked at every second: those that grow are told by nobody until they are closed. All reading
 * is done on threads of its own; what they found is taken between two pictures. A folder that
 * changes all the time is read again only so often that it costs a small part of a core.
 *
 *   folder changes ──▶ numbers, or the whole folder ──▶ a look, on a thread ──▶ the shot takes it
 *
 * Thread-safety: the main thread only, but for `notify`.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FOLLOWER_H
#define ZOETROPE_PLAYER_FOLLOWER_H

#include <stdbool.h>
#include <stdint.h>

#include "model/session.h"
#include "model/task.h"

typedef struct zoe_follower zoe_follower;

/* What came of an update. */
typedef struct zoe_follower_news {
    bool is_taken; /* the current sequence took a look */
    int64_t shift; /* positions that were added in front of it */
    bool is_told;  /* somebody asked for what follows */
    zoe_refresh_report report;
    zoe_error error; /* status OK: the report is good */
} zoe_follower_news;

/* Begins with watching nothing. `notify`: an update has something to do; comes from other threads,
 * as in task.h. NULL when memory is out. */
zoe_follower *zoe_follower_create(zoe_task_notify_fn *notify, void *user);

/* Before the session ends or after it. Waits for nothing; sets *follower to NULL, accepts NULL. */
void zoe_follower_destroy(zoe_follower **follower);

/* The hub of its threads, for other tasks of the program. */
zoe_task_hub *zoe_follower_hub(zoe_follower *follower);

/* Whether folders and files are watched. Errors: as zoe_folder_watcher_create(); they are not. */
zoe_status zoe_follower_watch(zoe_follower *follower, bool on, zoe_error *error);

/* The user asks: the current sequence's folder is read again, and its errors are tried again,
 * whether it is watched or not. zoe_follower_news.is_told answers. */
void zoe_follower_ask(zoe_follower *follower, zoe_session *session);

/* Takes what was found, and begins to look at what changed. Does not block. */
void zoe_follower_update(zoe_follower *follower, zoe_session *session, uint64_t now_ns,
                         zoe_follower_news *news);

/* When to update although nobody notified. */
uint64_t zoe_follower_due_ns(const zoe_follower *follower);

#endif
