/*
 * View: the picture in the window.
 *
 * Holds a texture of the picture area's size. The painter writes the visible part of the frame
 * straight into it, at device resolution, only when frame, grade, zoom or size changed; any other
 * redraw copies the texture. Memory: four bytes a pixel of the area, the display module's scratch
 * for each painting thread, and its 1.7 MB table; none of it grows while playing.
 *
 * Thread-safety: the main thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_VIEW_H
#define ZOETROPE_PLAYER_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <SDL.h>

#include <zoetrope/display.h>
#include <zoetrope/frame.h>
#include <zoetrope/status.h>

#include "color/coloring.h"
#include "model/compare.h"
#include "model/scope.h"
#include "ui/painter.h"
#include "ui/view_map.h"
#include "ui/window.h"

typedef struct zoe_view {
    zoe_view_map map;
    SDL_Rect area; /* in the window, device pixels */
    SDL_Texture *texture;
    int texture_width, texture_height;
    bool filled; /* true: the texture holds a picture */
    bool stale;  /* true: it is not the one that should be seen */
    zoe_display_lut *lut;
    zoe_look_table *table; /* what lut->color points into; held. NULL: nothing */
    uint64_t serial;       /* of the colour that lut was made with */
    int lut_made;
    zoe_look look;       /* as drawn; zoe_view_look() sets it */
    zoe_compare compare; /* likewise, zoe_view_compare(); what follows with it */
    const zoe_frame *others[ZOE_COMPARE_OTHERS];
    int other_count;
    zoe_other_color other_colors[ZOE_COMPARE_OTHERS]; /* as drawn */
    zoe_display_lut *other_luts[ZOE_COMPARE_OTHERS];  /* made where they differ; NULL: never yet */
    int columns, rows;                                /* cells that `map` maps one of */
    uint32_t found;                                   /* zoe_mark bits that the picture shows */
    zoe_scope *scope; /* is measured with each picture; the caller's. NULL: it is not wanted */
    zoe_painter *painter;
} zoe_view;

/* Errors: NO_MEMORY. */
zoe_status zoe_view_open(zoe_view *view, zoe_error *error);
void zoe_view_close(zoe_view *view);

/* Where the picture area is. */
void zoe_view_place(zoe_view *view, SDL_Rect area);

/* Another frame is to be seen: takes its windows, keeps nothing of it. */
void zoe_view_frame(zoe_view *view, const zoe_frame *frame);

/* No picture: nothing is open. */
void zoe_view_forget(zoe_view *view);

/* After zooming or panning through `map`, or when the textures were lost. */
void zoe_view_invalidate(zoe_view *view);

/* How pictures are to be seen from now on. */
void zoe_view_look(zoe_view *view, const zoe_look *look);

/* What the frame is compared with from now on: frames that stay where they are, pinned or not.
 * Pictures beside each other have the same zoom and place. colors: [count]; what they point into is
 * held with that of the frame. */
void zoe_view_compare(zoe_view *view, const zoe_compare *compare, const zoe_frame *const *others,
                      const zoe_other_color *colors, int count);

/* The point of the cell under a point of the window, device pixels from the cell's corner. Returns
 * the cell's index. */
int zoe_view_cell_at(const zoe_view *view, int x, int y, double *cell_x, double *cell_y);

/* Where a cell lies in the window. */
SDL_Rect zoe_view_cell(const zoe_view *view, int index);

/* The viewport that a cell's frame `frame` is seen through, were it the first. */
zoe_viewport zoe_view_port(const zoe_view *view, const zoe_frame *frame);

/* Draws the area. `frame` is the one last given to zoe_view_frame(), still pinned; without a pin
 * the picture is drawn as it was, if there is one. NULL: the surround alone. When drawing it fails,
 * the picture before stays. colored: of the frame; its table is held. */
void zoe_view_draw(zoe_view *view, const zoe_window *window, const zoe_frame *frame,
                   const zoe_grade *grade, const zoe_colored *colored);

/*
 * The frame's pixel under a point of the window: its coordinates at full size, and its exact
 * values. Returns the number of values, 0 beside the picture.
 */
int32_t zoe_view_probe(const zoe_view *view, const zoe_frame *frame, int x, int y, int32_t *pixel_x,
                       int32_t *pixel_y, double values[ZOE_PLANES_MAX]);

#endif
