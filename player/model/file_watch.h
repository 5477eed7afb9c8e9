/*
 * File watch: has the file of the frame on screen changed? For frames that are incomplete,
 * could not be decoded or are gone, which often means that somebody is still writing them.
 *
 * Looks by one stat() at a file's size and time of change, not more often than once a second.
 *
 * Thread-safety: one thread at a time. Times are zoe_now_ns().
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FILE_WATCH_H
#define ZOETROPE_PLAYER_FILE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

typedef struct zoe_file_watch {
    char path[4096];  /* "": nothing is watched */
    bool looked;      /* true: at the file that is watched now, and it was as in `stamp` */
    int64_t stamp[4]; /* seconds, nanoseconds, size, inode; all -1: no such file */
    uint64_t due_ns;  /* when to look; ZOE_NEVER while nothing is watched */
} zoe_file_watch;

/* Watches nothing. */
void zoe_file_watch_init(zoe_file_watch *watch);

/*
 * Watches this file; NULL or "": none. The same file again goes on with what is known of it.
 * Another file counts as changed at the first look: nobody knows when it was read.
 */
void zoe_file_watch_set(zoe_file_watch *watch, const char *path, uint64_t now_ns);

/* Looks if it is time. Returns true if the file is another than at the last look. */
bool zoe_file_watch_look(zoe_file_watch *watch, uint64_t now_ns);

#endif
