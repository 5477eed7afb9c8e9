/*
 * CDL file: an ASC colour decision list: one correction (.cc), a collection of them (.ccc), or a
 * list of decisions that have one each (.cdl).
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_CDL_FILE_H
#define ZOETROPE_PLAYER_CDL_FILE_H

#include <stddef.h>

#include <zoetrope/display.h>
#include <zoetrope/status.h>

/*
 * Reads the correction of that id; NULL or "": the first. *cdl is written on success only. Errors:
 * NOT_FOUND (the file, or a correction of that id), PERMISSION, IO, NO_MEMORY, TOO_LARGE (16 MB);
 * SYNTAX: no XML, entities of its own, no correction, or numbers outside the ranges of zoe_cdl. The
 * text names the file and the line.
 */
zoe_status zoe_cdl_file_read(const char *path, const char *id, zoe_cdl *cdl, zoe_error *error);

/* The same of a text in memory. */
zoe_status zoe_cdl_file_parse(const char *name, const char *text, size_t length, const char *id,
                              zoe_cdl *cdl, zoe_error *error);

#endif
