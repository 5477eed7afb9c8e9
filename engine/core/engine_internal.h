/*
 * The engine's inside, and how tests make one with a decoder of their own.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ENGINE_INTERNAL_H
#define ZOE_ENGINE_INTERNAL_H

#include <zoetrope/engine.h>

#include "cache/cache.h"
#include "base/topology.h"
#include "core/watch.h"
#include "core/workers.h"

struct zoe_engine {
    /* fixed after creation */
    zoe_topology *topology;
    zoe_cache cache;
    zoe_workers workers;
    zoe_watch watch;

    pthread_mutex_t change; /* one change of budget or workers at a time; before the cache's lock */
    zoe_budget budget;      /* guarded by the cache's lock */
};

/* Puts a limit in force, if the budget is still `budget` (it may have been changed since the caller
 * looked); evicts and gives pages back as zoe_engine_set_budget() does. Returns how many frames
 * were evicted. */
uint64_t zoe_engine_enforce(zoe_engine *engine, const zoe_budget *budget, uint64_t limit);

/* As zoe_engine_create(), with another decoder. */
zoe_status zoe_engine_create_with(const zoe_engine_settings *settings, const zoe_decoder *decoder,
                                  zoe_engine **engine, zoe_error *error);

#endif
