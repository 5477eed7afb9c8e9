/*
 * The engine's inside, and how tests make one with a decoder of their own.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ENGINE_INTERNAL_H
#define ZOE_ENGINE_INTERNAL_H

#include <zoetrope/engine.h>

#include "base/topology.h"
#include "cache/cache.h"
#include "core/ahead.h"
#include "isolation/isolation.h"
#include "core/watch.h"
#include "core/workers.h"

struct zoe_engine {
    /* fixed after creation */
    zoe_topology *topology;
    zoe_isolation *isolation; /* NULL: decoding is done in this process */
    zoe_cache cache;
    zoe_workers workers;
    zoe_aheads aheads;
    zoe_watch watch;

    pthread_mutex_t change; /* one change of budget or workers at a time; before the cache's lock */
    zoe_budget budget;      /* guarded by the cache's lock */

    /* guarded by the cache's lock */
    zoe_isolation_report decoders;           /* as the watch saw them last */
    uint64_t decoder_bytes;                  /* that the meter counts for them, beside scratch */
    uint64_t restarts_before, deaths_before; /* when statistics were reset */
};

/* As zoe_engine_create(), with another decoder than the one that the settings ask for, unless that
 * is NULL. */
zoe_status zoe_engine_create_with(const zoe_engine_settings *settings, const zoe_decoder *decoder,
                                  zoe_engine **engine, zoe_error *error);

/* Stops the loads of a source, but for frames that `kept` has a place for (NULL: all), and waits
 * until they have ended. The source begins none until `halted` is taken back. Lets go of the
 * cache's lock while it waits. */
void zoe_source_halt_locked(zoe_source *source, const zoe_sequence *kept);

/* All LOADED frames of a source let go of their pictures. */
void zoe_source_let_go_all_locked(zoe_source *source);

#endif
