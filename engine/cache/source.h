/*
 * Sources as the cache sees them: a table of frames, what is wanted of it, and which frame comes
 * next. All functions need the cache's lock held.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SOURCE_H
#define ZOE_SOURCE_H

#include <zoetrope/engine.h>

#include "base/decoder.h"
#include "cache/order.h"
#include "cache/table.h"

struct zoe_source {
    /* fixed after creation */
    struct zoe_cache *cache;
    zoe_source *const *all; /* the first of the cache's sources */
    zoe_choice choice;
    zoe_storage *storage;    /* the sequence's; NULL: local files only */
    uint64_t serial;         /* that no other source has */
    struct zoe_ahead *ahead; /* who has its files fetched (core/ahead.h); NULL: they are near */

    /* changed with the cache's lock held, when files are looked at again: the owner reads them
     * without it, its loads with it */
    zoe_sequence *sequence;
    zoe_table *table;

    /* guarded by the cache's lock */
    zoe_want want;
    int64_t cursor;        /* every k below it is not ready: candidates start here */
    zoe_needs needs;       /* of the last frame opened: what the next one probably takes */
    uint64_t buffer_bytes; /* the same of the largest that it could be, at its display window */
    uint32_t uniform;      /* planes that were uniform in the last frame, see zoe_frame_uniform() */
    uint32_t unlike; /* planes that some frame had samples of, against what was expected of it */
    int64_t lead; /* while time does not wait: frames nearer than this many steps would be late */
    uint64_t waiting_since_ns; /* when a frame under the playhead was first not ready; 0: it is, or
                                  none was asked for */
    uint64_t seeks;            /* wants that were neither the next step nor play going on */
    uint64_t jumps;            /* `seeks` when a frame was fetched last because of one */
    bool refused;              /* while a worker picks: there is no room for its candidate */
    bool halted;               /* nothing new is begun */
    bool refreshing;           /* by one thread; others wait */
    zoe_source *next;          /* in the cache's list */

    /* atomic */
    _Atomic uint64_t epoch;   /* relaxed: a number to compare */
    _Atomic uint64_t changes; /* of any state, see zoe_table */
};

/* Steps until a position is needed; ZOE_NO_USE when no want has it. The order of a source's
 * positions is that of zoe_want_next_use(). */
int64_t zoe_source_next_use_locked(const zoe_source *source, int64_t position);

/* The first ready position in the source's order that would not be late, else the first at all, and
 * its next use; -1 and ZOE_NO_USE when all is loaded or loading. Moves the cursor: between two new
 * orders all calls together go through the want once, but for what would be late. */
int64_t zoe_source_candidate_locked(zoe_source *source, int64_t *use);

/* Can a worker begin it: is it empty, and are its bytes near? */
static inline bool zoe_source_is_ready(const zoe_source *source, int64_t position)
{
    return zoe_state_is_empty(zoe_table_state(source->table, position)) &&
           zoe_table_nearness(source->table, position) == ZOE_NEAR;
}

/* A position became ready: the cursor goes back to it. */
void zoe_source_rewind_locked(zoe_source *source, int64_t position);

/* Is it the playhead's frame of a want that waits for it? */
bool zoe_source_waits_for_locked(const zoe_source *source, int64_t position);

#endif
