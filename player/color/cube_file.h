/*
 * Cube file: a lookup table in a `.cube` file, of one dimension, of three, or a shaper of one
 * before three.
 *
 * The format is Adobe's "Cube LUT Specification 1.0", with Resolve's additions LUT_1D_INPUT_RANGE
 * and LUT_3D_INPUT_RANGE and both tables in one file.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_CUBE_FILE_H
#define ZOETROPE_PLAYER_CUBE_FILE_H

#include <stddef.h>

#include <zoetrope/display.h>
#include <zoetrope/status.h>

#include "model/look_table.h"

/* What the table takes and gives; in the order of ZOE_WORDS_LUT. */
typedef enum zoe_cube_place {
    ZOE_CUBE_LIGHT = 0,   /* linear light, both; the transfer function follows */
    ZOE_CUBE_DISPLAY = 1, /* what the transfer function makes of light, both */
    ZOE_CUBE_SCENE = 2,   /* linear light to the display's values */
    ZOE_CUBE_LOG = 3,     /* ACEScct to the display's values */
} zoe_cube_place;

enum {
    ZOE_CUBE_POINTS_MAX = 65536,              /* of a table of one dimension */
    ZOE_CUBE_EDGE_MAX = ZOE_DISPLAY_EDGE_MAX, /* of one of three */
};

/*
 * Reads a file and works it out for drawing. transfer: what stands for "the display's" with
 * DISPLAY. On success *table is the caller's, to be freed with zoe_look_table_free(), else NULL.
 * Errors: NOT_FOUND, PERMISSION, IO, NO_MEMORY; SYNTAX: malformed, or a number that is not finite;
 * TOO_LARGE: more than CUBE_POINTS_MAX, CUBE_EDGE_MAX, or 256 MB of text. The text names the file
 * and the line.
 */
zoe_status zoe_cube_file_read(const char *path, zoe_cube_place place, zoe_transfer transfer,
                              zoe_look_table **table, zoe_error *error);

/* The same of a text in memory, which needs no terminator. */
zoe_status zoe_cube_file_parse(const char *name, const char *text, size_t length,
                               zoe_cube_place place, zoe_transfer transfer, zoe_look_table **table,
                               zoe_error *error);

#endif
