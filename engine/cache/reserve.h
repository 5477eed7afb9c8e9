/*
 * Memory for loads: all that one takes is reserved in one step, or it is not begun: a buffer for
 * the frame, one for its open file, and one as scratch of the worker. Where there is not enough,
 * free buffers are given back. Where that is not enough either, frames are evicted, the one that is
 * needed last first: outside every want and longest unused, else of the farthest next use. None
 * leaves unless enough can.
 *
 * Harm. A frame may only push out another one that is needed later than itself. On a circle that is
 * not enough: there the frame just shown is always needed last, so that reading ahead as far as
 * memory goes would push all frames round once a loop. A load that would evict a frame with a next
 * use on a circle is therefore started only when it is due: needed within as many steps as there
 * are workers, counted from the first that can be in time where time does not wait. All other
 * frames stay where they are, and a loop of N frames with room for C decodes about N - C of them.
 *
 * All functions need the cache's lock held.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_RESERVE_H
#define ZOE_RESERVE_H

#include "cache/cache.h"

/* What a load takes of the budget, its records included. UINT64_MAX: no buffer is so large. */
uint64_t zoe_reserve_cost(const zoe_cache *cache, const zoe_needs *needs);

/* Sees to it that the worker has scratch and the load a buffer and, where no file is open yet,
 * memory for it, of these bytes (0: as it is). `use`: in how many steps the frame is needed.
 * Errors: TOO_LARGE (more than the limit; they have what they had), OVER_BUDGET (not without harm,
 * for now), NO_MEMORY (the system has no memory or address space). They have some of it then. */
zoe_status zoe_reserve_locked(zoe_load_worker *worker, zoe_load *load, const zoe_needs *needs,
                              int64_t use);

/* The same for the scratch of one who only helps: frames that a want has do not leave for it. */
#define ZOE_RESERVE_HELPER (ZOE_NO_USE - 1)

/* What is in the way of a playhead's load of `bytes` and will not go by itself: the bytes of frames
 * that are pinned, or another playhead's, and of storages. 0: without them there is room, or it is
 * only not free yet. */
uint64_t zoe_reserve_held_locked(zoe_cache *cache, uint64_t bytes);

/* Brings what is used under `limit` as far as that goes at once: gives back what nobody uses, and
 * then evicts. Returns the number of frames evicted. */
uint64_t zoe_reserve_fit_locked(zoe_cache *cache, uint64_t limit);

#endif
