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

#include "variants.h"

/* Of one open sequence. All zero: nothing stands in. */
typedef struct zoe_stand_in {
    char layer[128]; /* name for people of what is shown */
    int is_data;     /* as zoe_layer_is_data() */
    int is_wide;     /* as zoe_layer_is_wide() */
    zoe_want want;   /* as last told to the engine */
    int want_told;
} zoe_stand_in;

/*
 * As zoe_source_acquire(), for a frame whose status in the current variant is NO_LAYER: of its
 * default layer, in the chosen view where it has that. The frame's position is the current
 * variant's. The first time it blocks on the frame's header and on the folder.
 */
zoe_status zoe_stand_in_acquire(zoe_stand_in *stand_in, zoe_variants *variants, zoe_engine *engine,
                                int64_t position, zoe_frame *frame);

/* Why such a frame cannot be shown, or not all of it. */
void zoe_stand_in_error(zoe_variants *variants, int64_t position, zoe_error *error);

/* Wants what may be needed around the playhead of the current variant's want. */
void zoe_stand_in_tell(zoe_stand_in *stand_in, zoe_variants *variants, const zoe_want *want);

/* Nothing is wanted, until it is told again. */
void zoe_stand_in_rest(zoe_stand_in *stand_in, zoe_variants *variants);

/* 1 if two wants say the same. */
int zoe_stand_in_same_want(const zoe_want *a, const zoe_want *b);

#endif
