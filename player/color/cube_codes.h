/*
 * Cube codes: a look table's cube, whose nodes are light, as codes of what the display shows
 * (zoe_display_codes).
 *
 * Thread-safety: one thread for each table.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_CUBE_CODES_H
#define ZOETROPE_PLAYER_CUBE_CODES_H

#include <stdbool.h>

#include "model/look_table.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Works codes out from the table's nodes and color.encode, beside them. Cells are marked in which
 * codes may be off by more than `most_off` steps of 8 bits, and those that may have colours that
 * color.process does (color.exact_below). Returns false, and leaves the table alone, where the
 * curve of the display has no codes (it falls, or black is not its least), or there is no memory.
 */
bool zoe_cube_codes_make(zoe_look_table *table, float most_off);

/* What drawing makes of a colour, 0 black..1 white and beyond both; *light: what is interpolated in
 * light, where its cell is marked, else false is returned. Colours go through halves first. */
bool zoe_cube_codes_at(const zoe_look_table *table, const float in[3], double shown[3],
                       float light[3]);

#ifdef __cplusplus
}
#endif

#endif
