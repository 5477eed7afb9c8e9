/*
 * Paths as text: what a person types, and where the program keeps its files. Only what says so
 * looks at a file system.
 *
 * Thread-safety: any thread; the environment must not change meanwhile.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_PATHS_H
#define ZOETROPE_PLAYER_PATHS_H

#include <stddef.h>

#include <zoetrope/status.h>

enum { ZOE_PATH_TEXT = 4096 }; /* bytes of a path, terminator included */

/* Whether it is a network address ("s3://bucket/shot") rather than a path. */
int zoe_path_is_address(const char *text);

/*
 * What was typed, as an absolute path without "//", "." and "..": "~" and "~/x" begin at $HOME,
 * relative ones at `base` (absolute; NULL: at the working directory). ".." takes the name before it
 * away, as a shell does, also where that is a link. Addresses are left as they are. Errors:
 * ARGUMENT (does not fit), NOT_FOUND (no home, or no working directory).
 */
zoe_status zoe_path_resolve(const char *text, const char *base, char path[ZOE_PATH_TEXT]);

/* The folder that an absolute path stands in; "/" for "/". */
void zoe_path_parent(const char *path, char parent[ZOE_PATH_TEXT]);

/* How much of a file's or a sequence's name is the shot's: "sh010_comp_v012" of
 * "sh010_comp_v012.####.exr"; all of it where nothing would be left. In bytes. */
size_t zoe_path_shot_length(const char *name);

/* What tells a folder from another one, for people: the last name on its way that the other has not
 * at that place, "v012" of "/shots/sh010/v012"; where more names follow, with "/..." behind it, as
 * of "/shots/sh010/v012/exr". "": they are one folder, or it is the root. Of a URL without user and
 * password. Cut to the capacity. */
void zoe_path_unlike(const char *folder, const char *other, char *text, size_t capacity);

/*
 * Writes $VARIABLE/zoetrope/name, or $HOME/fallback/zoetrope/name where VARIABLE is unset or no
 * absolute path, as the XDG Base Directory Specification says. Errors: NOT_FOUND (neither is set),
 * ARGUMENT (does not fit).
 */
zoe_status zoe_path_xdg(const char *variable, const char *fallback, const char *name, char *path,
                        size_t capacity);

/* Makes every folder on the way to a file, for the user alone. That it failed is noticed when the
 * file is opened. Blocks. */
void zoe_path_make_folders(const char *path);

#endif
