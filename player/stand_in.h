/*
 * Stand-in: the picture of frames that do not have the layer that the user has chosen: their
 * default one. The choice stays, for the frames that have it.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_STAND_IN_H
#define ZOETROPE_PLAYER_STAND_IN_H

#include <stdint.h>

#include <zoetrope/engine.h>

#include "value_range.h"
#include "variants.h"

enum { ZOE_STAND_IN_FAILURES = 8 };

/* Of one open sequence. All zero: nothing stands in. */
typedef struct zoe_stand_in {
    /* the layer on screen: frames may have different ones */
    char layer[128];       /* name for people */
    int is_data;           /* as zoe_layer_is_data() */
    int is_wide;           /* as zoe_layer_is_wide() */
    zoe_value_range range; /* of this layer, for all frames that show it; 0..0: not fitted yet */

    /* its own */
    struct {
        int64_t number; /* of the frame */
        zoe_status status;
    } failures[ZOE_STAND_IN_FAILURES]; /* by number; status OK: none */
    zoe_want want;                     /* as last told to the engine */
    int want_told;
} zoe_stand_in;

/*
 * As zoe_source_acquire(), for a frame whose status in the current variant is NO_LAYER: of its
 * default layer, in the view that was chosen where the first such frame has that. The frame's
 * position is the current variant's. As long as nothing stands in it blocks on the frame's header
 * and on the folder; where that fails, the answer is kept until zoe_stand_in_forget().
 */
zoe_status zoe_stand_in_acquire(zoe_stand_in *stand_in, zoe_variants *variants, zoe_engine *engine,
                                int64_t position, zoe_frame *frame);

/* Such a frame is on screen now: `layer` and what follows become its own. Blocks on its header;
 * where that cannot be read any more, they stay. */
void zoe_stand_in_show(zoe_stand_in *stand_in, zoe_variants *variants, int64_t position);

/* Files changed, or another variant is the current one: what failed is tried again. */
void zoe_stand_in_forget(zoe_stand_in *stand_in);

/* Why such a frame cannot be shown, or not all of it. */
void zoe_stand_in_error(zoe_variants *variants, int64_t position, zoe_error *error);

/* Wants what may be needed around the playhead of the current variant's want. */
void zoe_stand_in_tell(zoe_stand_in *stand_in, zoe_variants *variants, const zoe_want *want);

/* Nothing is wanted, until it is told again. */
void zoe_stand_in_rest(zoe_stand_in *stand_in, zoe_variants *variants);

/* 1 if two wants say the same. */
int zoe_stand_in_same_want(const zoe_want *a, const zoe_want *b);

#endif
