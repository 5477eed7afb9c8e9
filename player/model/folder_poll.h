/*
 * Folder poll: what changed in a folder, found by looking at it.
 *
 * One stat() of the folder shows that names came or went: that is "all". A part of its EXR files is
 * looked at in turn, so that those that were written over are found after some calls, at a bounded
 * cost for each.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FOLDER_POLL_H
#define ZOETROPE_PLAYER_FOLDER_POLL_H

#include <stddef.h>
#include <stdint.h>

enum {
    ZOE_FOLDER_POLL_FILES = 32768, /* more are not looked at one by one */
    ZOE_FOLDER_POLL_LOOKS = 256,   /* at them, each time */
};

/* What a file or folder is known by. All 0: not known. */
typedef struct zoe_poll_stamp {
    int64_t seconds, nanoseconds, bytes;
    uint64_t inode;
} zoe_poll_stamp;

typedef struct zoe_folder_poll {
    int is_known; /* 1: the folder was looked at before */
    int is_there;
    zoe_poll_stamp stamp;          /* the folder's */
    struct zoe_polled_file *files; /* [count]; owned */
    size_t count;
    size_t next; /* of the files: the one to look at */
} zoe_folder_poll;

/* Told of a changed file; NULL: all. */
typedef void zoe_folder_poll_fn(void *user, const char *name);

/* Whether the name is one that counts: it ends in .exr, in any case. */
int zoe_folder_poll_counts(const char *name);

/* Looks at the folder. The first time nothing is told. *poll is all 0 before it. Blocks. */
void zoe_folder_poll_look(zoe_folder_poll *poll, const char *path, zoe_folder_poll_fn *told,
                          void *user);

/* Frees what it owns and clears it. */
void zoe_folder_poll_clear(zoe_folder_poll *poll);

#endif
