/*
 * Files and folders.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_OS_FILE_H
#define ZOE_BASE_OS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

/* Bytes of a path, terminator included, that are handled without the heap. */
enum { ZOE_PATH_MAX = 4096 };

/* ---- files ---- */

/* Tells a file from another that was written to the same path later. All 0: not known. */
typedef struct zoe_os_file_id {
    uint64_t inode;
    uint64_t bytes;
    int64_t modified_ns;
} zoe_os_file_id;

bool zoe_os_file_id_equal(const zoe_os_file_id *a, const zoe_os_file_id *b);

/* Opens for reading; *fd is to be closed with zoe_os_file_close(). Only ordinary files. Errors:
 * NOT_FOUND, PERMISSION, NO_MEMORY, IO, ARGUMENT (not an ordinary file); the text names the
 * file. */
zoe_status zoe_os_file_open(const char *path, int *fd, zoe_os_file_id *id, zoe_error *error);

/* A negative descriptor is left alone. */
void zoe_os_file_close(int fd);

/* The identity now, of an open file and of what is at a path. false when it cannot be had. */
bool zoe_os_file_identify(int fd, zoe_os_file_id *id);
bool zoe_os_path_identify(const char *path, zoe_os_file_id *id);

/* Is it on a file system that other machines can write to? false: also where there is nothing. */
bool zoe_os_path_is_network(const char *path);

/* Reads up to `bytes` at an offset. Returns what was read (less only at the file's end), or -1. */
int64_t zoe_os_file_read(int fd, void *buffer, size_t bytes, uint64_t offset);

/* Tells the system that a file will be read whole soon. Best effort, does not wait for the data. */
void zoe_os_file_announce(const char *path);

/* ---- folders ---- */

/* Whether there is something at a path, and whether it is a folder. Errors: NOT_FOUND, PERMISSION,
 * NO_MEMORY, IO; the text names the path. */
zoe_status zoe_os_path_look(const char *path, bool *is_folder, zoe_error *error);

/* What the system says of a name without a look at what it names. */
typedef enum zoe_os_name_kind {
    ZOE_OS_NAME_FILE = 0,
    ZOE_OS_NAME_FOLDER = 1,
    ZOE_OS_NAME_LINK = 2,
    ZOE_OS_NAME_UNKNOWN = 3, /* some file systems do not say */
} zoe_os_name_kind;

/* Told of one name in a folder, which is valid during the call only. false ends the listing. */
typedef bool zoe_os_name_fn(void *user, const char *name, zoe_os_name_kind kind);

/* Calls `each` for the names in a folder but "." and "..", in the system's order. Returns OK also
 * when `each` ended it. Errors: NOT_FOUND, PERMISSION, NO_MEMORY, IO. */
zoe_status zoe_os_folder_list(const char *path, zoe_os_name_fn *each, void *user);

#endif
