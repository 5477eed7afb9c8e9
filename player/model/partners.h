/*
 * Partners: the sequences that are shown together with the current one, and what is on screen of
 * each.
 *
 * Each partner's want is moved along with the current one's, so that the engine loads the frames
 * that belong together one after the other, and keeps them as long as each other. A frame of the
 * current one counts as ready only when its partners' are, or can never be.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_PARTNERS_H
#define ZOETROPE_PLAYER_PARTNERS_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/zoetrope.h>

#include "model/compare.h"
#include "model/screen.h"
#include "model/shot.h"

typedef struct zoe_partner {
    int shot; /* index of the session's */
    zoe_screen screen;
    zoe_want want; /* as last told */
    bool is_told;
    int64_t position;  /* that belongs to the playhead; may lie outside of the sequence */
    zoe_status status; /* of its frame: OK, LOADING, MISSING or its error */
    zoe_error why;     /* when it is an error */
} zoe_partner;

/* Begin with all zero, but for `compare`. */
typedef struct zoe_partners {
    zoe_compare compare;
    zoe_partner list[ZOE_COMPARE_OTHERS];
    int count; /* 0: the mode is OFF */
} zoe_partners;

/* Shows these shots beside the current one from now on; those that are left let go of their
 * frames. */
void zoe_partners_choose(zoe_partners *partners, const int *shots, int count);

/* True if a shot is one of them. */
bool zoe_partners_has(const zoe_partners *partners, int shot);

/* The position of a partner that belongs to the playhead, or -1. */
int64_t zoe_partners_position(const zoe_partners *partners, int shot);

/* Lets go of candidates, as zoe_screen_drop(). */
void zoe_partners_drop(zoe_partners *partners);

/* After alignment or sources changed: everything is told and looked at anew. */
void zoe_partners_touch(zoe_partners *partners);

/* A shot has `shift` positions more in front. */
void zoe_partners_shift(zoe_partners *partners, int shot, int64_t shift);

/* Tells the engine what is wanted of each, beside the current shot's want. */
void zoe_partners_tell(zoe_partners *partners, zoe_shot *shots, int current, const zoe_want *want);

/* Makes the frames that belong to a position of the current shot the candidates. False while one of
 * them is being loaded. */
bool zoe_partners_ask(zoe_partners *partners, zoe_shot *shots, int current, zoe_engine *engine,
                      int64_t position);

/* True if one of the frames that were asked for has no room. */
bool zoe_partners_lack_room(const zoe_partners *partners);

/* zoe_screen_give_way() of each. */
bool zoe_partners_give_way(zoe_partners *partners);

/* Shows the candidates; what has none lets go of its picture. Returns true if that changes
 * anything. */
bool zoe_partners_show(zoe_partners *partners, zoe_shot *shots, const zoe_grade *grade);

#endif
