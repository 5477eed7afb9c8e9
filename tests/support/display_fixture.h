/*
 * Frames for the display's tests, made, filled and drawn in memory of exactly the size that they
 * need, so that AddressSanitizer sees a sample or a pixel too many.
 *
 * Thread-safety: none needed; tests call it on one thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_DISPLAY_FIXTURE_H
#define ZOE_SUPPORT_DISPLAY_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/display.h>

/* ---- frames ---- */

extern const zoe_sample_type display_fixture_halves[4];

/* A frame of `planes` planes, the fourth of which is alpha. */
void display_fixture_make(zoe_frame *frame, int min_x, int min_y, int width, int height,
                          uint32_t planes, const zoe_sample_type *types);
void display_fixture_free(zoe_frame *frame);

/* A sample, by plane pixel within the window. */
void *display_fixture_at(const zoe_frame *frame, uint32_t plane, int x, int y);
void display_fixture_set(const zoe_frame *frame, uint32_t plane, int x, int y, float value);
double display_fixture_get(const zoe_frame *frame, uint32_t plane, int x, int y);

/* Random values from `low` to `high`. */
void display_fixture_fill(const zoe_frame *frame, uint64_t *random, double low, double high);

/* Any bits at all, one sample in `rarity`. */
void display_fixture_poison(const zoe_frame *frame, uint64_t *random, int rarity);

/* ---- random numbers ---- */

int display_fixture_below(uint64_t *random, int n);
double display_fixture_unit(uint64_t *random);

/* ---- drawing ---- */

/* The table of a grade; NULL for the plain one. To be freed. */
zoe_display_lut *display_fixture_lut(const zoe_grade *grade);

/* So many bytes, a multiple of 64, for zoe_display_draw(); NULL for none. To be freed. */
void *display_fixture_scratch(size_t bytes);

/* The pixels of the whole viewport, rows without gaps. To be freed. */
uint32_t *display_fixture_draw(const zoe_frame *frame, const zoe_display_lut *lut,
                               const zoe_viewport *viewport);

#endif
