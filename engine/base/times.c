#include "base/times.h"

enum { SUB_BITS = 4 };

static unsigned bucket_of(uint64_t ns)
{
    if (ns < (1u << SUB_BITS))
        return (unsigned)ns;
    unsigned octave = 63u - (unsigned)__builtin_clzll(ns);
    return ((octave - SUB_BITS + 1) << SUB_BITS) +
           (unsigned)((ns >> (octave - SUB_BITS)) & ((1u << SUB_BITS) - 1));
}

/* The middle of a bucket. */
static uint64_t value_of(unsigned bucket)
{
    if (bucket < (1u << SUB_BITS))
        return bucket;
    unsigned shift = (bucket >> SUB_BITS) - 1;
    uint64_t low = ((uint64_t)(1u << SUB_BITS) + (bucket & ((1u << SUB_BITS) - 1))) << shift;
    return low + (((uint64_t)1 << shift) >> 1);
}

void zoe_histogram_add(zoe_histogram *h, uint64_t ns)
{
    atomic_fetch_add_explicit(&h->total_ns, ns, memory_order_relaxed);
    uint64_t max = atomic_load_explicit(&h->max_ns, memory_order_relaxed);
    while (ns > max && !atomic_compare_exchange_weak_explicit(
                           &h->max_ns, &max, ns, memory_order_relaxed, memory_order_relaxed))
        continue;
    atomic_fetch_add_explicit(&h->count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&h->buckets[bucket_of(ns)], 1, memory_order_release);
}

static uint64_t percentile(const uint64_t *buckets, uint64_t count, unsigned percent)
{
    uint64_t rank = (count * percent + 99) / 100, seen = 0;
    for (unsigned b = 0; b < ZOE_HISTOGRAM_BUCKETS; b++) {
        seen += buckets[b];
        if (seen >= rank)
            return value_of(b);
    }
    return 0;
}

void zoe_histogram_read(const zoe_histogram *h, zoe_times *times)
{
    /* A copy: what is added meanwhile would be in one percentile and not in the other. */
    uint64_t buckets[ZOE_HISTOGRAM_BUCKETS];
    times->count = 0;
    for (unsigned b = 0; b < ZOE_HISTOGRAM_BUCKETS; b++) {
        buckets[b] = atomic_load_explicit(&h->buckets[b], memory_order_acquire);
        times->count += buckets[b];
    }
    times->total_ns = atomic_load_explicit(&h->total_ns, memory_order_relaxed);
    times->max_ns = atomic_load_explicit(&h->max_ns, memory_order_relaxed);
    times->p50_ns = times->count ? percentile(buckets, times->count, 50) : 0;
    times->p95_ns = times->count ? percentile(buckets, times->count, 95) : 0;
    if (times->p50_ns > times->max_ns)
        times->p50_ns = times->max_ns;
    if (times->p95_ns > times->max_ns)
        times->p95_ns = times->max_ns;
}

void zoe_histogram_reset(zoe_histogram *h)
{
    for (unsigned b = 0; b < ZOE_HISTOGRAM_BUCKETS; b++)
        atomic_store_explicit(&h->buckets[b], 0, memory_order_relaxed);
    atomic_store_explicit(&h->total_ns, 0, memory_order_relaxed);
    atomic_store_explicit(&h->max_ns, 0, memory_order_relaxed);
    atomic_store_explicit(&h->count, 0, memory_order_relaxed);
}

void zoe_counter_add(zoe_counter *counter)
{
    /* Threads take shards in turn, once. */
    static _Atomic unsigned next;
    static _Thread_local unsigned mine;
    if (mine == 0)
        mine = 1 + atomic_fetch_add_explicit(&next, 1, memory_order_relaxed) % ZOE_COUNTER_SHARDS;
    atomic_fetch_add_explicit(&counter->shards[mine - 1].value, 1, memory_order_relaxed);
}

uint64_t zoe_counter_sum(const zoe_counter *counter)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < ZOE_COUNTER_SHARDS; i++)
        sum += atomic_load_explicit(&counter->shards[i].value, memory_order_relaxed);
    return sum;
}

void zoe_counter_reset(zoe_counter *counter)
{
    for (unsigned i = 0; i < ZOE_COUNTER_SHARDS; i++)
        atomic_store_explicit(&counter->shards[i].value, 0, memory_order_relaxed);
}
