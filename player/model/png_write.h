/*
 * Writes a frame as the viewer shows it into an 8-bit RGB PNG, a band of rows at a time, under a
 * temporary name that is renamed when the file is complete.
 *
 * Thread-safety: any number of threads, each its own file.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_PNG_WRITE_H
#define ZOETROPE_PLAYER_PNG_WRITE_H

#include <zoetrope/status.h>

#include "model/paint.h"

/*
 * Writes the viewport over an old file of that name; is_new: only where there is none. Blocks.
 * hears_signals: a signal that asks the program to end stops it too; false for what is written
 * because the program ends. Errors: ARGUMENT, NO_MEMORY, PERMISSION, NOT_FOUND (folder), IO, STALE
 * after a signal; the text names the file. Nothing is left behind on failure.
 */
zoe_status zoe_png_write(const char *path, const zoe_paint *paint, bool is_new, bool hears_signals,
                         zoe_error *error);

#endif
