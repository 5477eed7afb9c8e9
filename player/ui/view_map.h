/*
 * View map: where the picture lies in the window's picture area.
 *
 * Pure arithmetic, without SDL. Screen coordinates are device pixels from the area's top left
 * corner. Picture coordinates are those of the file at full size (its windows; pixel i covers
 * [i, i + 1)), whatever the proxy scale of the frame in memory.
 *
 * zoom is device pixels for each picture pixel, vertically; horizontally it is zoom x aspect, so
 * that pictures with oblong pixels look right.
 *
 * A mirrored picture is mirrored about the middle of its box: `left` and `top` are then coordinates
 * of the mirror image, which lies in the same box. Points and boxes given and asked for are always
 * the picture's own.
 *
 * Thread-safety: a plain value; one thread at a time. Nothing is allocated.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_VIEW_MAP_H
#define ZOETROPE_PLAYER_VIEW_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/header.h>

/* Change through the functions below only; read what you like. */
typedef struct zoe_view_map {
    int32_t width, height; /* of the area in device pixels, 1 or more */
    zoe_box box;           /* of the picture, at full size */
    double aspect;         /* width of a pixel / its height, more than 0 */
    double zoom;           /* 1/256..256, and as small as fitting needs */
    double left, top;      /* picture point at the area's top left corner; see above */
    bool flop, flip;       /* mirrored: left to right, top to bottom */
    bool has_picture;      /* false: `box` stands for none yet, at a zoom of 1 */
    bool fitted; /* true: the whole picture is shown, and stays so when anything changes */
} zoe_view_map;

/* An empty area with no picture, fitted. */
void zoe_view_map_init(zoe_view_map *map);

/* A new area. What was in its middle stays there. */
void zoe_view_map_resize(zoe_view_map *map, int32_t width, int32_t height);

/* A new picture. Zoom and place stay unless the view is fitted; the first picture's middle is put
 * in the area's. An empty box is ignored. */
void zoe_view_map_picture(zoe_view_map *map, zoe_box box, double aspect);

/* Shows the whole picture in the middle, as large as it goes. */
void zoe_view_map_fit(zoe_view_map *map);

/* Mirrors the picture, or not. What is in the area's middle stays there. */
void zoe_view_map_mirror(zoe_view_map *map, bool flop, bool flip);

/* Sets the zoom; the picture point at screen point (x, y) stays where it is. */
void zoe_view_map_zoom_to(zoe_view_map *map, double x, double y, double zoom);

/* Sets the zoom, with a point of the picture in the area's middle. */
void zoe_view_map_place(zoe_view_map *map, double zoom, double picture_x, double picture_y);

/* Moves the picture by device pixels. Some of it always stays in the area. */
void zoe_view_map_pan(zoe_view_map *map, double dx, double dy);

/* The picture point under a screen point. */
void zoe_view_map_point(const zoe_view_map *map, double x, double y, double *picture_x,
                        double *picture_y);

/* Where a box of the picture is seen, whole pixels. What is a million pixels away is no farther:
 * widths and distances of boxes do not overflow. Too narrow to be seen: max is below min. */
zoe_box zoe_view_map_box(const zoe_view_map *map, zoe_box box);

#endif
