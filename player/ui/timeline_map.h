/*
 * Timeline map: which pixel column of the timeline shows which frames, and back.
 *
 * Pure arithmetic, without SDL. All pixels are device pixels from the left edge of the timeline's
 * track; all frames are positions (0-based, dense). Position p covers the half-open pixel range
 * [x(p), x(p + 1)), x(p) = (p - left) x scale.
 *
 * Thread-safety: a plain value; one thread at a time. Nothing is allocated.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_TIMELINE_MAP_H
#define ZOETROPE_PLAYER_TIMELINE_MAP_H

#include <stdbool.h>
#include <stdint.h>

/* Change through the functions below only; read what you like. */
typedef struct zoe_timeline_map {
    int64_t count; /* positions, 1 or more */
    int32_t width; /* of the track in pixels, 1 or more */
    double left;   /* position at pixel 0, fractions included; 0..count - visible */
    double scale;  /* pixels for each position; width / count (all is visible) .. 64, or more where
                      count is so small that all of it is wider */
    bool fitted;   /* true: all positions are visible, and stay so when the width changes */
} zoe_timeline_map;

/* A map that shows everything. Values under 1 count as 1. */
void zoe_timeline_map_init(zoe_timeline_map *map, int64_t count, int32_t width);

/* A new track width. What is visible keeps its left edge and scale; a fitted map stays fitted. */
void zoe_timeline_map_resize(zoe_timeline_map *map, int32_t width);

/* A new number of positions; `shift` of them were added in front (negative: removed). */
void zoe_timeline_map_recount(zoe_timeline_map *map, int64_t count, int64_t shift);

/* Shows everything. */
void zoe_timeline_map_fit(zoe_timeline_map *map);

/* Shows first..last, inclusive, as large as the scale's range allows. */
void zoe_timeline_map_show(zoe_timeline_map *map, int64_t first, int64_t last);

/* Magnifies by `factor` (more than 0) so that what is at pixel x stays there, as far as the ends
 * allow. */
void zoe_timeline_map_zoom(zoe_timeline_map *map, double x, double factor);

/* Moves the picture of the timeline by dx pixels to the right. */
void zoe_timeline_map_pan(zoe_timeline_map *map, double dx);

/* Brings a position, fractions included, to the middle of what is visible, as far as the ends
 * allow. */
void zoe_timeline_map_center(zoe_timeline_map *map, double position);

/* Turns a page so that the position is visible. Returns true if anything moved. */
bool zoe_timeline_map_reveal(zoe_timeline_map *map, int64_t position);

/* Pixel of a position's left edge; position may have a fraction and lie outside. */
double zoe_timeline_map_x(const zoe_timeline_map *map, double position);

/* Position at a pixel, clamped to 0..count-1. */
int64_t zoe_timeline_map_position(const zoe_timeline_map *map, double x);

/*
 * Positions that pixel column x stands for: *first..*last, inclusive. Where a frame is at least a
 * pixel wide this is the frame under the column's middle; else every frame whose left edge falls
 * into the column, so that each visible frame is in exactly one. Returns 0 for a column outside the
 * sequence.
 */
bool zoe_timeline_map_column(const zoe_timeline_map *map, int32_t x, int64_t *first, int64_t *last);

/* First and last position that are visible, partly or whole. */
void zoe_timeline_map_visible(const zoe_timeline_map *map, int64_t *first, int64_t *last);

/* The smallest of 1, 2, 5, 10, 20, 50 … positions that are at least min_pixels apart. */
int64_t zoe_timeline_map_step(const zoe_timeline_map *map, double min_pixels);

/*
 * The state (zoe_frame_state) that a column of several frames shows: the one that says most about
 * what is not yet well. In falling order:
 *
 *   error, loading, empty, header, incomplete, loaded, missing
 *
 * so a column is green only when every frame in it that has a file is loaded, and one bad frame
 * among a thousand is still seen.
 */
uint8_t zoe_timeline_merge(uint8_t a, uint8_t b);

#endif
