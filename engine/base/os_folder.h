/*
 * A folder of the program's own, held open: files in its subfolders, by name. Links are never
 * followed below it, whoever planted them, and only ordinary files of the user are opened.
 *
 * Functions that return `int` return 0, or the system's error number (errno.h).
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_OS_FOLDER_H
#define ZOE_BASE_OS_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

/* Opens it, making it (for the user alone) and the folders above it where they are missing. *fd is
 * to be closed with zoe_os_file_close(). Errors: PERMISSION (also when it is another user's, or
 * others may write to it), NOT_FOUND, ARGUMENT (no folder), IO; the text names it. */
zoe_status zoe_os_folder_open(const char *path, int *fd, zoe_error *error);

/* Nothing is in it, as far as that can be seen. */
bool zoe_os_folder_is_empty(int fd);

/* Makes `fd` stand for what `with` does, at once for all threads that use it. Closes `with`. */
int zoe_os_folder_exchange(int fd, int with);

/* Bytes that the user may still write to the file system of a path, which need not be there: that
 * of the first folder above it that is. 0 when it cannot be had. */
uint64_t zoe_os_free_bytes(const char *path);

/* ---- files: `sub` is a subfolder's name, NULL for the folder itself ---- */

typedef struct zoe_os_entry {
    uint64_t bytes;
    int64_t modified_ns; /* of the system's clock, as zoe_os_wall_ns() */
} zoe_os_entry;

/* Nanoseconds since 1970, by the clock that stamps files. It may be set back. */
int64_t zoe_os_wall_ns(void);

/* Opens for reading. ELOOP: a link; EPERM: no ordinary file of the user. */
int zoe_os_below_open(int folder, const char *sub, const char *name, int *fd, zoe_os_entry *entry);

/* What the file is; the same errors. */
int zoe_os_below_look(int folder, const char *sub, const char *name, zoe_os_entry *entry);

/* A new file of so many bytes, all 0 as yet, open for writing and locked (below). Makes `sub` where
 * it is missing. */
int zoe_os_below_create(int folder, const char *sub, const char *name, uint64_t bytes, int *fd);

/* Opens for reading and writing, making it where it is missing. */
int zoe_os_below_open_shared(int folder, const char *name, int *fd);

int zoe_os_below_rename(int folder, const char *sub, const char *from, const char *to);
int zoe_os_below_remove(int folder, const char *sub, const char *name);

/* Writes all of it, or fails. */
int zoe_os_file_write(int fd, const void *bytes, size_t count, uint64_t offset);

/* Sets the time of an open file's last change to now. */
int zoe_os_file_touch(int fd);

/* Takes the lock of an open file, which holds against other descriptors of it, in this process too.
 * It ends when the descriptor is closed. false: somebody else has it. */
bool zoe_os_file_lock(int fd);
void zoe_os_file_unlock(int fd);

/* Whether an open file has no name any more. */
bool zoe_os_file_is_removed(int fd);

/* Tells of one file in a subfolder, which is valid during the call only. */
typedef void zoe_os_entry_fn(void *user, const char *name, const zoe_os_entry *entry);

/* Calls `each` for the ordinary files in a subfolder. */
int zoe_os_below_list(int folder, const char *sub, zoe_os_entry_fn *each, void *user);

#endif
