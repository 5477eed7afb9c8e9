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

#include <zoetrope/stats.h>

#include "base/log.h"
#include "base/os.h"
#include "memory/budget.h"

/* Whose memory is watched. The functions are called on the watch's thread. */
typedef struct zoe_watched {
    void *user;
    void (*budget)(void *user, zoe_budget *budget);
    void (*stats)(void *user, zoe_stats *stats);
    /* Puts a limit in force, if the budget is still `budget`: it may have been changed since the
     * watch looked. Returns how many frames were evicted. */
    uint64_t (*enforce)(void *user, const zoe_budget *budget, uint64_t limit);
    const zoe_log *log;
} zoe_watched;

typedef struct zoe_watch {
    /* fixed after creation */
    zoe_watched watched;
    uint64_t overhead_bytes;
    zoe_os_thread *thread;
    zoe_os_pressure pressure;

    _Atomic int stop; /* relaxed: the wait that follows is woken through the system */

    /* the watch's own */
    bool warned; /* beyond the promise, and said so */
} zoe_watch;

/* Errors: THREAD, NO_MEMORY. */
zoe_status zoe_watch_start(zoe_watch *watch, const zoe_watched *watched, uint64_t overhead_bytes);

/* One that was not started is accepted. */
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
