/*
 * Variants: the sources of one open sequence, one for each choice of layer, view, proxy scale,
 * overscan and precision that the user has looked at.
 *
 * Only the current one is wanted, and the fallback for frames without its layer; the others are
 * idle, and what the engine still keeps of them is there at once when the user goes back. When there
 * are too many, the one that was left longest ago is closed.
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
    bool stale;    /* true: the folder was read again through another variant since */
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
 * become idle, and there is no fallback any more. The new one's want is the caller's to set, and its
 * sequence is as the folder is now: it may have other positions than the one before. On failure
 * nothing changes. May block on the folder. Errors: as zoe_sequence_open(), zoe_source_open() and
 * zoe_source_refresh(); NO_LAYER for a name too long.
 */
zoe_status zoe_variants_choose(zoe_variants *variants, zoe_engine *engine,
                               const zoe_source_settings *settings, zoe_error *error);

/* Opens the variant with these settings beside the current one, as its fallback. Its want is the
 * caller's to set, and its sequence may have other positions. On failure nothing changes. May block
 * on the folder. Errors: as above; NO_LAYER when the current one is that very variant. */
zoe_status zoe_variants_open_fallback(zoe_variants *variants, zoe_engine *engine,
                                      const zoe_source_settings *settings, zoe_error *error);

/* The fallback; NULL when there is none. */
zoe_variant *zoe_variants_fallback(zoe_variants *variants);

/* The file of one frame may have changed: where it did, all variants read it again. Returns true if
 * one of them does. Blocks on one stat() each. */
bool zoe_variants_reload(zoe_variants *variants, int64_t number);

/* The folder or files changed, and only the current variant knows: the others learn it when they
 * are chosen again. There is no fallback any more. */
void zoe_variants_refreshed(zoe_variants *variants);

#endif
