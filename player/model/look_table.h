/*
 * Look table: a lookup table worked out for drawing: what zoe_color points at, in one piece of
 * memory.
 *
 * Thread-safety: read only once it is filled; any number of threads. Several may hold it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_LOOK_TABLE_H
#define ZOETROPE_PLAYER_LOOK_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/display.h>
#include <zoetrope/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All of it is optional; what `color` has no pointer to is unused. */
typedef struct zoe_look_table {
    int holders;             /* atomic */
    uint64_t number;         /* no other table of the program has it */
    zoe_color color;         /* points into this table */
    zoe_display_cube cube;   /* color.cube where there is one */
    float *nodes;            /* [edge^3][4], 64-byte aligned; NULL where there are codes */
    zoe_display_codes codes; /* cube.codes where there are */
    int16_t *code_nodes;     /* [edge^3][4], 64-byte aligned, and 8 bytes more */
    void *owned; /* what color.process is called with, and how it is given back; NULL: nothing */
    void (*give_back)(void *owned);
    float shaper[3][ZOE_DISPLAY_LUT_SIZE];
    float decode[ZOE_DISPLAY_LUT_SIZE];
    float encode[ZOE_DISPLAY_LUT_SIZE];
    float code_light[ZOE_DISPLAY_LUT_SIZE];
    int16_t code[ZOE_DISPLAY_LUT_SIZE];
} zoe_look_table;

/* A table with room for a cube; edge 0: without one. color.cube is set, its contents are 0. NULL
 * when there is no memory. */
zoe_look_table *zoe_look_table_create(int32_t edge);

/* Another holder, who calls zoe_look_table_free() too. Returns `table`; accepts NULL. */
zoe_look_table *zoe_look_table_hold(zoe_look_table *table);

/* Lets go; the last holder frees it. NULL and pointer to NULL are accepted. */
void zoe_look_table_free(zoe_look_table **table);

/* color.encode becomes: the values are the display's own already. */
void zoe_look_table_gives_display(zoe_look_table *table);

#ifdef __cplusplus
}
#endif

#endif
