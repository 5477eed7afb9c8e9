/*
 * What a worker does with a load: opens the file, decodes pieces, and settles what became of the
 * frame.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_LOADER_H
#define ZOE_LOADER_H

#include "cache/cache.h"

/* Does what the load that the worker picked needs next, until it is done, stale, or there is better
 * work. `opens`: its phase was OPENING then. Called without the lock. Returns whether a frame's state
 * changed. */
bool zoe_loader_work(zoe_load_worker *worker, bool opens);

#endif
