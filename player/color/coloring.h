/*
 * Coloring: from what the user chose (a configuration of OpenColorIO, a lookup table, a CDL) and
 * what a file says of its colours to the zoe_color that a picture is drawn with.
 *
 * Tables of OpenColorIO are made on a thread: a coarse one at once, and then the fine one. Until
 * the first is there, the colour before stays.
 *
 * Thread-safety: one thread at a time. Its own thread touches only what is guarded, and what it was
 * given.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_COLORING_H
#define ZOETROPE_PLAYER_COLORING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/display.h>
#include <zoetrope/frame.h>
#include <zoetrope/status.h>

#include "model/file_color.h"
#include "color/ocio.h"
#include "model/look_table.h"
#include "model/paint.h"

/* What is chosen. NULL and "": nothing. */
typedef struct zoe_coloring_choice {
    /* of OpenColorIO: a file, ZOE_OCIO_ACES, or "none"; NULL and "": what the environment variable
     * OCIO says, unless there is a lookup table */
    const char *config;
    const char *input;                 /* a colour space; "": as the file says */
    const char *display, *view, *look; /* "": the configuration's default */
    const char *lut;                   /* a `.cube` file; not looked at with a configuration */
    int32_t lut_place;                 /* zoe_cube_place */
    const char *cdl;                   /* a file */
    const char *cdl_id;
} zoe_coloring_choice;

typedef struct zoe_coloring zoe_coloring;

/* wake(user) is called on the thread when a table is there. NULL when memory is out. */
zoe_coloring *zoe_coloring_create(void (*wake)(void *user), void *user);
void zoe_coloring_destroy(zoe_coloring **coloring);

/*
 * Takes over a choice and reads the files in it that were not read yet. What fails is left out, and
 * the picture is drawn without it; *error says why, for the first that does. Blocks on the files.
 */
zoe_status zoe_coloring_choose(zoe_coloring *coloring, const zoe_coloring_choice *choice,
                               zoe_error *error);

/* The CDL in force: of the file, or as it was set since; the default where there is none. */
const zoe_cdl *zoe_coloring_cdl(const zoe_coloring *coloring);

/* Another one from now on, until another file is chosen. */
void zoe_coloring_set_cdl(zoe_coloring *coloring, const zoe_cdl *cdl);

/* A colour to draw with, and what keeps it. */
typedef struct zoe_colored {
    zoe_color color;
    zoe_look_table *table; /* what color points into; the coloring's. NULL: nothing */
    uint64_t serial; /* another one for each other colour; 0: none, and `color` does nothing */
} zoe_colored;

/*
 * The colour of a frame. file: what its header says; is_data: its values are no colours (depth,
 * ids, vectors). transfer: of the grade. wait: until the fine table is there; else it may be of
 * another way, or none, until then. Returned status: OK, or ARGUMENT where the configuration lacks
 * what was chosen, which
 * *error then says; *colored is filled in always, with the configuration's defaults in place of
 * that.
 */
zoe_status zoe_coloring_of(zoe_coloring *coloring, const zoe_frame *frame,
                           const zoe_file_color *file, bool is_data, zoe_transfer transfer,
                           bool wait, zoe_colored *colored, zoe_error *error);

/*
 * The colour of the index-th frame that is seen beside the one that zoe_coloring_of() was called
 * for last, which are drawn with one table: *other brings its light to that. *is_alike: false where
 * no matrix does, as where a space is a curve; it is then drawn as the first is. Serial 0: both are
 * the same. index: 0..ZOE_COMPARE_OTHERS-1.
 */
void zoe_coloring_beside(zoe_coloring *coloring, int index, const zoe_frame *frame,
                         const zoe_file_color *file, bool is_data, zoe_other_color *other,
                         bool *is_alike);

/* The configuration in force, and the way of the last frame; NULL: none. */
const zoe_ocio *zoe_coloring_ocio(const zoe_coloring *coloring);
const zoe_ocio_way *zoe_coloring_way(const zoe_coloring *coloring);

#endif
