/*
 * Draw list: what one frame of the widgets looks like, as data.
 *
 * Widgets add to it; ui_render puts it on the screen; tests read it. All rectangles are device
 * pixels. What lies outside the clip in force is not added. Items are drawn by layer, the lowest
 * first, and inside a layer in the order they were added.
 *
 * Memory grows to the largest frame and is kept; where it cannot grow, items are left out.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_UI_DRAW_H
#define ZOETROPE_PLAYER_UI_DRAW_H

#include <stdbool.h>
#include <stddef.h>

#include <SDL.h>

#include "ui/text.h"
#include "ui/ui_icon.h"

typedef enum zoe_draw_kind {
    ZOE_DRAW_FILL,
    ZOE_DRAW_OUTLINE,
    ZOE_DRAW_TEXT,
    ZOE_DRAW_ICON,
    ZOE_DRAW_IMAGE,
} zoe_draw_kind;

typedef struct zoe_draw {
    zoe_draw_kind kind;
    int layer;
    SDL_Rect rect; /* of text: its top left corner, width and height */
    SDL_Rect clip;
    SDL_Color color; /* of an image: multiplied with it */
    union {
        struct {
            int radius;    /* of the corners */
            int thickness; /* of an outline, which lies inside the rectangle */
        } box;
        struct {
            zoe_text_style style;
            size_t at; /* zoe_draw_string() */
        } text;
        zoe_icon icon;
        SDL_Texture *image; /* borrowed until the list is drawn */
    } as;
} zoe_draw;

typedef struct zoe_draw_list {
    zoe_draw *items;
    int count, capacity;
    char *strings; /* each ends with 0 */
    size_t strings_used, strings_capacity;
    SDL_Rect clip; /* in force for what is added next, as is the layer */
    int layer;
} zoe_draw_list;

/* Empties the list and sets the clip; memory stays. A zeroed list is empty. */
void zoe_draw_clear(zoe_draw_list *list, SDL_Rect clip);

/* Frees the memory; the list is empty and may be used again. */
void zoe_draw_free(zoe_draw_list *list);

void zoe_draw_fill(zoe_draw_list *list, SDL_Rect rect, int radius, SDL_Color color);
void zoe_draw_outline(zoe_draw_list *list, SDL_Rect rect, int radius, int thickness,
                      SDL_Color color);
/* `bytes` of the UTF-8 text, copied; rect.w and rect.h are its measured size. */
void zoe_draw_text(zoe_draw_list *list, zoe_text_style style, SDL_Rect rect, SDL_Color color,
                   const char *text, size_t bytes);
/* The icon as a square in the middle of the rectangle. */
void zoe_draw_icon(zoe_draw_list *list, SDL_Rect rect, zoe_icon icon, SDL_Color color);
void zoe_draw_image(zoe_draw_list *list, SDL_Rect rect, SDL_Texture *image);

/* The text of an item of the kind TEXT; valid until something is added. */
const char *zoe_draw_string(const zoe_draw_list *list, const zoe_draw *item);

/* The lowest layer above `after` that has an item, or -1. */
int zoe_draw_next_layer(const zoe_draw_list *list, int after);

#endif
