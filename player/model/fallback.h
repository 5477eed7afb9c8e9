/*
 * Fallback layer: frames that do not have the layer that the user has chosen show their default one
 * instead. The choice stays, for the frames that have it.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FALLBACK_H
#define ZOETROPE_PLAYER_FALLBACK_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/engine.h>

#include "model/value_range.h"
#include "model/variants.h"

enum {
    ZOE_FALLBACK_FAILURES = 8,
    ZOE_FALLBACK_FRAMES = 16, /* whose headers are remembered */
    ZOE_FALLBACK_RANGES = 8,  /* layers whose ranges are remembered */
    ZOE_FALLBACK_NAME = 128,
};

/* What a frame's header says of its fallback layer. */
typedef struct zoe_fallback_frame {
    int64_t number; /* of the frame */
    bool is_read;   /* 0: nothing is known */
    bool is_named;  /* 0: the header cannot be read, or has no such layer */
    char layer[ZOE_FALLBACK_NAME];
    bool is_data, is_wide, is_color;
} zoe_fallback_frame;

/* Of one open sequence. All zero: there is no fallback. */
typedef struct zoe_fallback {
    /* the layer on screen: frames may have different ones */
    char layer[ZOE_FALLBACK_NAME]; /* name for people */
    bool is_data;                  /* as zoe_layer_is_data() */
    bool is_wide;                  /* as zoe_layer_is_wide() */
    bool is_guess;                 /* true: all this is another frame's, see zoe_fallback_show() */

    /* its own */
    struct {
        char layer[ZOE_FALLBACK_NAME];
        zoe_value_range range;     /* 0..0: not fitted yet */
    } ranges[ZOE_FALLBACK_RANGES]; /* the layer on screen first, then as they were seen last */
    zoe_fallback_frame frames[ZOE_FALLBACK_FRAMES]; /* by number */
    struct {
        int64_t number; /* of the frame */
        zoe_status status;
    } failures[ZOE_FALLBACK_FAILURES]; /* by number; status OK: none */
    zoe_want want;                     /* as last told to the engine */
    bool want_told;
} zoe_fallback;

/*
 * As zoe_source_acquire(), for a frame whose status in the current variant is NO_LAYER: of its
 * default layer, in the view that was chosen where the first such frame has that. The frame's
 * position is the current variant's. As long as there is no fallback it blocks on the frame's
 * header and on the folder; where that fails for what the file or the folder is, the answer is kept
 * until zoe_fallback_forget(). Any other failure (no memory, an input error) is tried again.
 */
zoe_status zoe_fallback_acquire(zoe_fallback *fallback, zoe_variants *variants, zoe_engine *engine,
                                int64_t position, zoe_frame *frame);

/*
 * Such a frame is on screen now: `layer` and what follows become its own. may_block: its header is
 * read where it is not remembered. Without that, and where it cannot be read, they become those of
 * the nearest frame whose header is remembered and whose layer is colour or not, as this one's;
 * with no such frame they stay. Returns true if something changed.
 */
bool zoe_fallback_show(zoe_fallback *fallback, zoe_variants *variants, const zoe_frame *frame,
                       int may_block);

/* The range of the layer on screen, for all frames that show it, also when others were seen
 * meanwhile: as many layers are remembered as ZOE_FALLBACK_RANGES. 0..0: not fitted yet. Valid
 * until the next call of zoe_fallback_show(). */
zoe_value_range *zoe_fallback_range(zoe_fallback *fallback);

/* No layer's range is fitted any more. */
void zoe_fallback_unfit(zoe_fallback *fallback);

/* Files changed, or another variant is the current one: headers are read again, and what failed is
 * tried again. Ranges are kept. */
void zoe_fallback_forget(zoe_fallback *fallback);

/* Why such a frame cannot be shown, or not all of it. */
void zoe_fallback_error(zoe_variants *variants, int64_t position, zoe_error *error);

/* Wants what may be needed around the playhead of the current variant's want. */
void zoe_fallback_tell(zoe_fallback *fallback, zoe_variants *variants, const zoe_want *want);

/* Nothing is wanted, until it is told again. */
void zoe_fallback_rest(zoe_fallback *fallback, zoe_variants *variants);

/* True if two wants say the same. */
bool zoe_same_want(const zoe_want *a, const zoe_want *b);

#endif
