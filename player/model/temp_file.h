/*
 * A file that is written under a temporary name in its folder and takes its own name when it is
 * complete, so that a reader sees the whole file or the one before.
 *
 * Thread-safety: one thread at a time for each zoe_temp_file.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_TEMP_FILE_H
#define ZOETROPE_PLAYER_TEMP_FILE_H

#include <stdbool.h>

#include <zoetrope/status.h>

typedef struct zoe_temp_file {
    const char *path; /* the final name; the caller's */
    char *temporary;  /* its own */
    int fd;           /* to write to; -1: none */
    bool is_new;      /* it takes no name that something has; the caller's to set after opening */
} zoe_temp_file;

/*
 * Creates the temporary file. On failure nothing is held. Errors: NO_MEMORY, NOT_FOUND, PERMISSION,
 * IO; the text names `path`, which must stay valid.
 */
zoe_status zoe_temp_file_open(zoe_temp_file *file, const char *path, zoe_error *error);

/*
 * Ends the file: with `keep`, closes it and gives it its name; without, removes it and returns
 * ZOE_OK. Either way nothing is held afterwards; on failure the temporary file is removed. Errors:
 * as above; IO also where a new file was wanted and something has the name by now, which stays.
 */
zoe_status zoe_temp_file_close(zoe_temp_file *file, int keep, zoe_error *error);

/* The error of a write that failed with this errno: "PATH: cannot write: REASON". */
zoe_status zoe_temp_file_error(const char *path, int number, zoe_error *error);

#endif
