/*
 * Variants: the sources of one open sequence, one for each choice of layer, view, proxy scale,
 * overscan and precision that the user has looked at.
 *
 * Only the current one is wanted, and the fallback for frames without its layer; the others are
 * idle, and what the engine still keeps of them is there at once when the user goes back. When
 * there are too many, the one that was left longest ago is closed.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_VARIANTS_H
#define ZOETROPE_PLAYER_VARIANTS_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/engine.h>

enum {
    ZOE_VARIANTS_MAX = 8,
    ZOE_LAYER_TEXT = 256, /* room for a layer's name; longer ones cannot be chosen */
    ZOE_VIEW_TEXT = 64,
};

typedef struct zoe_variant {
    zoe_source *source;
    char layer[ZOE_LAYER_TEXT]; /* "" for the default */
    char view[ZOE_VIEW_TEXT];
    int32_t proxy_shift, overscan, full_precision;
    uint64_t left; /* order in which they were current last */
} zoe_variant;

typedef struct zoe_variants {
    zoe_variant list[ZOE_VARIANTS_MAX];
    int count; /* 0: closed */
    int current;
    int fallback; /* for frames without the current one's layer; -1: none */
    uint64_t turns;
} zoe_variants;

/* Begins with one source, which belongs to the variants from now on, and the settings it was opened
 * with. */
void zoe_variants_begin(zoe_variants *variants, zoe_source *source,
                        const zoe_source_settings *settings);

/* Closes all sources. */
void zoe_variants_close(zoe_variants *variants);

/* The current one. */
zoe_variant *zoe_variants_now(zoe_variants *variants);

/*
 * Makes the variant with these settings current, opening it where it is not open; the others' wants
 * become idle, and there is no fallback any more. The new one's want is the caller's to set; all
 * have the same sequence. On failure nothing changes. Errors: as zoe_source_open(); NO_LAYER for a
 * name too long.
 */
zoe_status zoe_variants_choose(zoe_variants *variants, zoe_engine *engine,
                               const zoe_source_settings *settings, zoe_error *error);

/* Opens the variant with these settings beside the current one, as its fallback. Its want is the
 * caller's to set. On failure nothing changes. Errors: as above; NO_LAYER when the current one is
 * that very variant. */
zoe_status zoe_variants_open_fallback(zoe_variants *variants, zoe_engine *engine,
                                      const zoe_source_settings *settings, zoe_error *error);

/* The fallback; NULL when there is none. */
zoe_variant *zoe_variants_fallback(zoe_variants *variants);

/* Adds all frames that were read in any of the variants to a look. Errors: NO_MEMORY. */
zoe_status zoe_variants_look(const zoe_variants *variants, zoe_look *look);

/* All variants take a look. *report is the current one's. On failure some may have taken it, and it
 * should be tried again. Errors: as zoe_source_take_look(). */
zoe_status zoe_variants_take_look(zoe_variants *variants, const zoe_look *look,
                                  zoe_refresh_report *report, zoe_error *error);

#endif
