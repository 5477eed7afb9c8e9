/*
 * Times and counts that many threads write.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_TIMES_H
#define ZOE_BASE_TIMES_H

#include <stdatomic.h>
#include <stdint.h>

#include <zoetrope/stats.h>

/*
 * A histogram of times: sixteen buckets an octave, so that a percentile is exact to a sixteenth.
 * Reading while other threads add may miss the latest times; of a time added during a reset, a part
 * may remain. Thread-safety: any thread.
 */
enum { ZOE_HISTOGRAM_BUCKETS = 64 * 16 };

typedef struct zoe_histogram {
    /* Release, written after the other two; acquire, read before them: so total and maximum hold
     * every time that is counted here. */
    _Atomic uint64_t buckets[ZOE_HISTOGRAM_BUCKETS];
    _Atomic uint64_t total_ns; /* relaxed */
    _Atomic uint64_t max_ns;   /* relaxed */
    _Atomic uint64_t count;    /* relaxed: of all buckets, for who adds by itself */
} zoe_histogram;

void zoe_histogram_add(zoe_histogram *histogram, uint64_t ns);
void zoe_histogram_read(const zoe_histogram *histogram, zoe_times *times);
void zoe_histogram_reset(zoe_histogram *histogram);

/*
 * A counter on the hit path, spread over several cache lines so that threads on different cores do
 * not fight for one. Thread-safety: any thread.
 */
enum { ZOE_COUNTER_SHARDS = 16 };

typedef struct zoe_counter {
    struct {
        _Alignas(64) _Atomic uint64_t value; /* relaxed: only the sum matters */
    } shards[ZOE_COUNTER_SHARDS];
} zoe_counter;

void zoe_counter_add(zoe_counter *counter);
uint64_t zoe_counter_sum(const zoe_counter *counter);
void zoe_counter_reset(zoe_counter *counter);

#endif
