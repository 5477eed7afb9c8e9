/*
 * OCIO: what OpenColorIO makes of a colour, behind a C header; and as tables for drawing.
 *
 * Without the library (zoe_ocio_is_built_in()) opening fails with UNSUPPORTED and nothing else is
 * called.
 *
 * Thread-safety: a zoe_ocio never changes; any number of threads. Strings live as long as it does.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_OCIO_H
#define ZOETROPE_PLAYER_OCIO_H

#include <stdbool.h>
#include <stddef.h>

#include <zoetrope/display.h>
#include <zoetrope/status.h>

#include "model/look_table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A configuration of ACES made of the library's own transforms, which needs no file. */
#define ZOE_OCIO_ACES "aces"

enum {
    ZOE_OCIO_NAME = 128,      /* bytes of a name */
    ZOE_OCIO_EDGE_FINE = 129, /* nodes along an edge of a table */
    ZOE_OCIO_EDGE_COARSE = 33 /* of one that is there at once */
};

typedef struct zoe_ocio zoe_ocio;

/* Names of a way. */
enum { ZOE_OCIO_NO_INPUT = 1, ZOE_OCIO_NO_DISPLAY = 2, ZOE_OCIO_NO_VIEW = 4, ZOE_OCIO_NO_LOOK = 8 };

/* A colour from the file to the display. */
typedef struct zoe_ocio_way {
    char input[ZOE_OCIO_NAME]; /* a colour space */
    char display[ZOE_OCIO_NAME], view[ZOE_OCIO_NAME];
    char look[ZOE_OCIO_NAME]; /* a look, or several as "a, +b"; "": that of the view */
    /* 1: what comes before the input space, rows: from the file's primaries to it. */
    int has_matrix;
    float matrix[9];
    /* Names that were chosen and are not there, or-ed: the way has what is taken instead. */
    unsigned missing;
} zoe_ocio_way;

/* What a file says of its colours. */
typedef struct zoe_ocio_file {
    const char *path;       /* for the configuration's file rules */
    const char *space;      /* its colorSpace attribute; "": none */
    int is_aces;            /* acesImageContainerFlag */
    const float *primaries; /* [8], as in zoe_frame; NULL: none */
} zoe_ocio_file;

bool zoe_ocio_is_built_in(void);

/* config: a file, or ZOE_OCIO_ACES. On success *ocio is the caller's. Errors: UNSUPPORTED; SYNTAX
 * with the library's own words, which name the file. */
zoe_status zoe_ocio_open(const char *config, zoe_ocio **ocio, zoe_error *error);
void zoe_ocio_close(zoe_ocio **ocio);

/* The names to choose from. display: of ZOE_OCIO_VIEWS only. name: NULL beyond the last one. */
typedef enum zoe_ocio_list {
    ZOE_OCIO_SPACES,
    ZOE_OCIO_DISPLAYS,
    ZOE_OCIO_VIEWS,
    ZOE_OCIO_LOOKS,
} zoe_ocio_list;
const char *zoe_ocio_name(const zoe_ocio *ocio, zoe_ocio_list list, const char *display, int index);

/*
 * Fills in what *way leaves empty: the input space by what the file says (its colorSpace, its
 * container flag, its primaries, then the configuration's rules), the display and view by default.
 * Names are looked up. Errors: ARGUMENT: the configuration has no such space, display, view or
 * look; the text says which, and
 * *way has what would be taken were they not chosen.
 */
zoe_status zoe_ocio_choose(const zoe_ocio *ocio, const zoe_ocio_file *file, zoe_ocio_way *way,
                           zoe_error *error);

/*
 * The matrix, rows, from one space's light to that of another. Errors: UNSUPPORTED: what lies
 * between them is none, as where one of them is a curve.
 */
zoe_status zoe_ocio_matrix(const zoe_ocio *ocio, const char *from, const char *to, float matrix[9],
                           zoe_error *error);

/* How a way was worked out: against the library's own processor, over colours of 0..16, in steps of
 * 8 bits. */
typedef struct zoe_ocio_quality {
    double worst;      /* the greatest difference of the table that is used */
    double table;      /* the same of the table alone, with nothing done by the processor */
    double exact_part; /* of the colours tried, which part the processor does; 1: all of it */
} zoe_ocio_quality;

/*
 * Works a way out as a table of `edge` nodes, which is measured. cancel: looked at now and then;
 * when it is not 0 the work ends with STALE. Blocks: the coarse table takes about a display's
 * frame, the fine one about a second. With the fine one the processor itself does the colours where
 * the table would be off by more than a step. Errors: NO_MEMORY, STALE, UNSUPPORTED.
 */
zoe_status zoe_ocio_bake(const zoe_ocio *ocio, const zoe_ocio_way *way, int edge,
                         const volatile int *cancel, zoe_look_table **table,
                         zoe_ocio_quality *quality, zoe_error *error);

/* The library's own processor for all of a way: `count` pixels of four floats, in place. */
zoe_status zoe_ocio_apply(const zoe_ocio *ocio, const zoe_ocio_way *way, float *pixels,
                          size_t count, zoe_error *error);

#ifdef __cplusplus
}
#endif

#endif
