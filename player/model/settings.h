/*
 * Settings: the file in which the player keeps, from one run to the next, the options whose rows
 * say ZOE_IN_FILE.
 *
 * A JSON object in $XDG_CONFIG_HOME/zoetrope/settings.json ($HOME/.config where XDG_CONFIG_HOME is
 * unset or no absolute path, as the XDG Base Directory Specification says). Unknown keys are
 * ignored; a number out of its range is brought into it; a value of the wrong kind leaves the
 * default and is reported. A file that is broken JSON is reported with its line and column, renamed
 * to settings.json.broken, and every default is used. What is something else (text that begins with
 * no brace, more than 1 MB, a folder, a pipe) is reported, neither waited for nor renamed nor
 * replaced.
 *
 * Written to a temporary file beside it and renamed: a reader finds the old settings or the new
 * ones, never a half.
 *
 * Thread-safety: a plain value; one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_SETTINGS_H
#define ZOETROPE_PLAYER_SETTINGS_H

#include <stddef.h>

#include <zoetrope/status.h>

#include "model/options.h"

/* Writes the settings file's path into path[capacity]. Errors: NOT_FOUND (neither variable is set),
 * ARGUMENT (does not fit). */
zoe_status zoe_settings_path(char *path, size_t capacity);

/*
 * Reads the file. *options always ends up usable: what the file does not say has its default.
 * Returns ZOE_OK, also where there is no file; otherwise the text says what was wrong and what was
 * done about it. Errors: SYNTAX, IO, PERMISSION, TOO_LARGE, NO_MEMORY.
 */
zoe_status zoe_settings_load(const char *path, zoe_options *options, zoe_error *error);

/* Writes the file, and makes its folder where there is none. On failure the old file is untouched.
 * Errors: IO, PERMISSION, NO_MEMORY, ARGUMENT; SYNTAX and TOO_LARGE: what is there is no settings
 * file. */
zoe_status zoe_settings_save(const char *path, const zoe_options *options, zoe_error *error);

#endif
