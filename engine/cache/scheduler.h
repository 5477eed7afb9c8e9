/*
 * The scheduler: who works on what. Workers ask; it answers from the wants of all sources: the
 * frame under a playhead first, then loads that were left half done, then the nearest frame of any
 * want that is neither loaded nor loading, if all that it takes can be reserved without harm.
 *
 * All functions but one need the cache's lock held.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SCHEDULER_H
#define ZOE_SCHEDULER_H

#include "cache/cache.h"

/* Sets a checked want: new epoch unless it is a step; stale loads are told to stop, and workers are
 * woken if there is work. Costs a look at every load, and for a new order one at the states of the
 * frames from its beginning to the first that is not in memory. */
void zoe_scheduler_set_want_locked(zoe_source *source, const zoe_want *want);

/* What was held may be in nobody's way now: no frame is NO_ROOM until a worker finds that it still
 * is. */
void zoe_scheduler_unblock_locked(zoe_cache *cache);

/* Finds the best work there is now: worker->load, with the worker counted on it and all memory that
 * it takes reserved. false: there is none. worker->told says that the program is to hear of a frame
 * that has no room. */
bool zoe_scheduler_pick_locked(zoe_load_worker *worker);

/* Should a worker leave its load after this piece for a frame under a playhead? Called without the
 * lock, which it takes only when `attention` was raised. */
bool zoe_scheduler_should_leave(zoe_load_worker *worker, const zoe_load *load);

#endif
