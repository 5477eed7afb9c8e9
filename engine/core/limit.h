/*
 * The limit on memory, as it changes while frames are decoded.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_LIMIT_H
#define ZOE_LIMIT_H

#include "cache/cache.h"

/* Puts a limit in force. Under a lower one what nobody uses is given back, frames are evicted, and
 * loads are stopped, those needed last first, and waited for until they come to their next piece;
 * nothing is begun meanwhile. Only what is pinned may be left over: it leaves when it is released.
 * Under a higher one frames are tried again that failed for want of memory. Lets go of the cache's
 * lock while it waits. Returns the number of frames evicted. */
uint64_t zoe_limit_set_locked(zoe_cache *cache, uint64_t bytes);

#endif
