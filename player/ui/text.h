/*
 * Text: UTF-8 lines drawn from a glyph atlas.
 *
 * Each glyph is rasterized once for each style and kept in one texture; drawing a line is a copy
 * for each glyph and allocates nothing once its glyphs are known. The font is the system's
 * sans-serif as fontconfig finds it; letters it lacks come from other fonts, found the same way
 * (at most ZOE_TEXT_FALLBACKS). Digits all have one width, so numbers do not dance.
 *
 * All coordinates and widths are device pixels.
 *
 * Thread-safety: the renderer's thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_TEXT_H
#define ZOETROPE_PLAYER_TEXT_H

#include <SDL.h>

#include <zoetrope/status.h>

typedef enum zoe_text_style {
    ZOE_TEXT_SMALL,
    ZOE_TEXT_BODY,
    ZOE_TEXT_TITLE,
} zoe_text_style;

enum { ZOE_TEXT_STYLES = 3, ZOE_TEXT_FALLBACKS = 4 };

typedef struct zoe_text zoe_text;

/* scale: device pixels a point, more than 0. The renderer must outlive the text. On failure *text
 * is NULL. Errors: NOT_FOUND (no font), NO_MEMORY, IO. */
zoe_status zoe_text_create(SDL_Renderer *renderer, double scale, zoe_text **text, zoe_error *error);

/* Frees and sets *text to NULL. NULL and pointer to NULL are accepted. */
void zoe_text_destroy(zoe_text **text);

/* Another size for all styles; glyphs are rasterized anew when next used. */
zoe_status zoe_text_set_scale(zoe_text *text, double scale, zoe_error *error);

/* Forgets all glyphs: after the renderer lost its textures. */
void zoe_text_forget(zoe_text *text);

/* Height of a line of this style. */
int zoe_text_height(const zoe_text *text, zoe_text_style style);

/* Width of the line. */
int zoe_text_width(zoe_text *text, zoe_text_style style, const char *line);

/* Draws the line with its top left corner at x, y; returns the x behind it. */
int zoe_text_draw(zoe_text *text, zoe_text_style style, int x, int y, SDL_Color color,
                  const char *line);

#endif
