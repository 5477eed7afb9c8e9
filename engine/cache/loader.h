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
 * work; lets go of the lock meanwhile. The program is told of a frame whose state changed. */
void zoe_loader_work_locked(zoe_load_worker *worker);

#endif
