/*
 * Painter: several threads that share the drawing of one picture.
 *
 * zoe_paint_rows() takes rows of a picture; the painter hands them out in bands to a few helpers
 * and the caller. Each has scratch of its own, which grows to what the largest picture needs and
 * stays. Helpers sleep between pictures.
 *
 * Thread-safety: one thread at a time, the same one that made it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_PAINTER_H
#define ZOETROPE_PLAYER_PAINTER_H

#include <stddef.h>

#include <zoetrope/status.h>

#include "model/paint.h"

enum { ZOE_PAINTER_HELPERS_MAX = 3 };

typedef struct zoe_painter zoe_painter;

/* helpers: 0..ZOE_PAINTER_HELPERS_MAX, -1: as the machine has cores. Fewer may start; the caller
 * alone is enough. On failure *painter is NULL. Errors: NO_MEMORY. */
zoe_status zoe_painter_create(int helpers, zoe_painter **painter);

/* Ends the helpers, frees and sets *painter to NULL. NULL and pointer to NULL are accepted. */
void zoe_painter_destroy(zoe_painter **painter);

/* Draws the whole viewport, and returns when all of it is there. The frame stays pinned by the
 * caller meanwhile. *found: the zoe_mark bits that are shown. Errors: NO_MEMORY and those of
 * zoe_display_draw(). */
zoe_status zoe_painter_draw(zoe_painter *painter, const zoe_paint *paint, void *pixels,
                            size_t stride, uint32_t *found);

#endif
