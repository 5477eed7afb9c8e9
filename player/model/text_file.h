/*
 * Reading a small text file whole: settings, lists. What is no file (a folder, a pipe, a device) is
 * refused and never waited for.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_TEXT_FILE_H
#define ZOETROPE_PLAYER_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <zoetrope/status.h>

/*
 * Reads at most `max` bytes. *text is the caller's to free; it has a terminator that *length does
 * not count, and is NULL on failure and where there is no file, which is no failure. Errors:
 * PERMISSION, IO (also: no regular file), NO_MEMORY, TOO_LARGE: the file is longer than max.
 */
zoe_status zoe_text_file_read(const char *path, size_t max, char **text, size_t *length,
                              zoe_error *error);

/* Whether a text can have been written as a JSON object, whole or broken: it begins with a brace
 * and has no zero bytes. An empty text can: a file that was cut short. */
bool zoe_text_is_json_like(const char *text, size_t length);

#endif
