/*
 * Workers: threads that decode what the cache says.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_WORKERS_H
#define ZOE_WORKERS_H

#include "base/os.h"
#include "base/topology.h"
#include "cache/cache.h"

typedef struct zoe_workers zoe_workers;

typedef struct zoe_worker {
    /* fixed after creation */
    struct zoe_workers *all;
    uint32_t index;
    zoe_os_thread *thread;

    zoe_load_worker load_worker;
} zoe_worker;

/* Thread-safety: start, stop and resize by one thread at a time. */
struct zoe_workers {
    zoe_cache *cache;
    const zoe_topology *topology; /* NULL: workers are not bound */
    zoe_worker workers[ZOE_WORKERS_MAX];
    uint32_t count; /* running; guarded by the cache's lock for readers */
};

/* Starts `count` workers, 1..ZOE_WORKERS_MAX. Errors: THREAD, NO_MEMORY when none could be started
 * at all; fewer than wanted is no error, and count says how many there are. */
zoe_status zoe_workers_start(zoe_workers *workers, zoe_cache *cache, const zoe_topology *topology,
                             uint32_t count);

/* More or fewer workers. Blocks until those that are too many have finished their chunk. Errors as
 * above, when none could be added. */
zoe_status zoe_workers_resize(zoe_workers *workers, uint32_t count);

/* Ends all workers, and what they left half done. Those that were never started are accepted. */
void zoe_workers_stop(zoe_workers *workers);

#endif
