/*
 * Telling work that takes long that nobody wants it any more.
 *
 * Whoever hands work out keeps a zoe_stop for it and enters it on the thread that does the work.
 * The work asks zoe_stop_wanted() wherever it has done some milliseconds' worth since it asked
 * last, and when that is true returns at once, with ZOE_STALE where it returns a status. What it
 * has written by then is unspecified. On a thread where nothing was entered the answer is false,
 * unless somebody is there to be asked: see zoe_stop_enter_asker().
 *
 *   zoe_stop stop = {0};                             another thread:
 *   const zoe_stop *before = zoe_stop_enter(&stop);
 *   status = work();                                 zoe_stop_ask(&stop);
 *   zoe_stop_enter(before);
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STOP_H
#define ZOE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialised: not asked. Thread-safety: any thread; relaxed, since nothing is handed over
 * with it. It may stand in memory that processes share. */
typedef struct zoe_stop {
    _Atomic uint32_t asked;
} zoe_stop;

/* Bytes that are copied, cleared or read between two looks: a few milliseconds. */
enum { ZOE_STOP_BYTES = 8 << 20 };

static inline void zoe_stop_ask(zoe_stop *stop)
{
    atomic_store_explicit(&stop->asked, 1, memory_order_relaxed);
}

static inline bool zoe_stop_is_asked(const zoe_stop *stop)
{
    return atomic_load_explicit(&stop->asked, memory_order_relaxed) != 0;
}

/* What the calling thread does from now on is stopped by `stop`, or by nothing if that is NULL.
 * Returns what it was stopped by before. */
const zoe_stop *zoe_stop_enter(const zoe_stop *stop);

/* Says that it is to stop. Called by zoe_stop_wanted(), on its thread. */
typedef struct zoe_stop_asker {
    int (*is_stopped)(void *user); /* NULL: never */
    void *user;
} zoe_stop_asker;

/* Who is asked on the calling thread while no zoe_stop is entered there; NULL: nobody. Returns who
 * was asked before. */
const zoe_stop_asker *zoe_stop_enter_asker(const zoe_stop_asker *asker);

/* Is the calling thread to stop what it does? */
bool zoe_stop_wanted(void);

/* From now on the calling thread counts there how often it asks: whoever watches it sees that it is
 * at work, however long that takes. NULL: nowhere. */
void zoe_stop_count(_Atomic uint32_t *looks);

/* memcpy and memset to 0 that look now and then; false: stopped before the end. */
bool zoe_stop_copy(void *dst, const void *src, size_t bytes);
bool zoe_stop_clear(void *dst, size_t bytes);

#endif
