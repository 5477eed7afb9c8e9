/*
 * Folder watch: has anything changed in the folders of what is open? Renders that are still being
 * made: files come, are written over, are renamed into place, and go.
 *
 * Local folders are watched by inotify, of which a file counts when it appears, was closed after
 * writing, was renamed, or went. Network file systems (NFS, SMB, 9p, FUSE and the like) tell
 * nothing of what other machines do; they are looked at every two seconds: one stat() of the
 * folder, which shows names that come and go, and of a part of its EXR files in turn, which shows
 * those that are written over. So are folders that inotify refuses, and those that are gone, until
 * they are back.
 *
 * Changes are gathered: what happens within a quarter of a second is told at once, with the names
 * of up to ZOE_FOLDER_WATCH_NAMES files a folder. More, or what has no names, is told as "all".
 * Only EXR files count.
 *
 * Set the folders before they are read for the first time: a change in between is not told.
 *
 * zoe_folder_watch_set() and _look() block where a file system does not answer. A program with a
 * window runs them on a thread of their own, which folder_watcher.h does.
 *
 * Thread-safety: one thread at a time. Times are zoe_now_ns().
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FOLDER_WATCH_H
#define ZOETROPE_PLAYER_FOLDER_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

#include "model/paths.h"

enum {
    ZOE_FOLDER_WATCH_FOLDERS = 64, /* more are not watched */
    ZOE_FOLDER_WATCH_NAMES = 64,   /* of one folder's changed files */
    ZOE_FOLDER_WATCH_NAME = 256,   /* bytes of one, terminator included */
};

typedef struct zoe_folder_watch zoe_folder_watch;

/* What changed in one folder. */
typedef struct zoe_folder_change {
    char folder[ZOE_PATH_TEXT]; /* as it was given */
    int32_t all;                /* 1: anything may have changed, `names` does not say all of it */
    int32_t count;              /* names */
    char names[ZOE_FOLDER_WATCH_NAMES][ZOE_FOLDER_WATCH_NAME]; /* each once */
} zoe_folder_change;

/* Adds the name of a changed file, once; NULL, or one too many: all. */
void zoe_folder_change_add(zoe_folder_change *change, const char *name);

typedef enum zoe_folder_watch_mode {
    ZOE_FOLDER_WATCH_AUTO = 0, /* as the file system asks for */
    ZOE_FOLDER_WATCH_POLL = 1, /* no inotify */
} zoe_folder_watch_mode;

/* NULL when memory is out. A system without inotify left is polled. */
zoe_folder_watch *zoe_folder_watch_create(zoe_folder_watch_mode mode);

/* Frees and sets *watch to NULL; accepts NULL. */
void zoe_folder_watch_destroy(zoe_folder_watch **watch);

/*
 * Watches these folders and no others. Those that were watched already go on with what is known of
 * them. A path that is given twice counts once. Blocks. Errors: NO_MEMORY; the folders in front of
 * it are watched then.
 */
zoe_status zoe_folder_watch_set(zoe_folder_watch *watch, const char *const *folders, size_t count,
                                uint64_t now_ns);

/* Readable when inotify has something for zoe_folder_watch_look(); -1 without inotify. */
int zoe_folder_watch_fd(const zoe_folder_watch *watch);

/* When to call zoe_folder_watch_look() although the descriptor says nothing. ZOE_NEVER: not. */
uint64_t zoe_folder_watch_due_ns(const zoe_folder_watch *watch);

/* 1: changes are being gathered. Nothing is lost by leaving the descriptor alone until then. */
int zoe_folder_watch_gathers(const zoe_folder_watch *watch);

/* Empties the descriptor, and looks at the polled folders that are due. Returns 1 if
 * zoe_folder_watch_take() has something. Blocks on polled folders. */
int zoe_folder_watch_look(zoe_folder_watch *watch, uint64_t now_ns);

/* Hands over the changes of one folder whose quarter of a second is over. Returns 0 if there are
 * none (any more). */
int zoe_folder_watch_take(zoe_folder_watch *watch, uint64_t now_ns, zoe_folder_change *change);

/* Whether the folder is watched, and by polling: 0 no, 1 by inotify, 2 by polling. */
int zoe_folder_watch_how(const zoe_folder_watch *watch, const char *folder);

#endif
