/*
 * The watch: a thread that keeps the limit in force within what the machine has left, and says so
 * when resident memory leaves the promise.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_WATCH_H
#define ZOE_WATCH_H

#include <stdatomic.h>
#include <stdint.h>

#include "memory/budget.h"
#include "base/os.h"

struct zoe_engine;

typedef struct zoe_watch {
    /* fixed after creation */
    struct zoe_engine *engine;
    uint64_t overhead_bytes;
    zoe_os_thread *thread;
    zoe_os_pressure pressure;

    _Atomic int stop; /* relaxed: the wait that follows is woken through the system */

    /* the watch's own */
    bool warned; /* beyond the promise, and said so */
} zoe_watch;

/* Errors: THREAD, NO_MEMORY. */
zoe_status zoe_watch_start(zoe_watch *watch, struct zoe_engine *engine, uint64_t overhead_bytes);
void zoe_watch_stop(zoe_watch *watch);

/*
 * The limit that should be in force, given the configured one, the one in force, what the engine
 * uses, and what is available to everyone. Falls at once to what can be used without touching the
 * reserve; grows by a sixteenth of the configured limit at most. Pure.
 */
uint64_t zoe_watch_limit(uint64_t configured, uint64_t in_force, uint64_t used, uint64_t available,
                         uint64_t reserve);

/* The part of memory that a budget leaves to others: its reserve, or with an explicit size the
 * least that a machine needs to stay out of swap. Not more than an eighth of the machine's. */
uint64_t zoe_watch_reserve(const zoe_budget *budget, uint64_t total);

#endif
