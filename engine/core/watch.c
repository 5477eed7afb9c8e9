#include "core/watch.h"

/* Others should get their memory within a second; looking costs some 50 us. */
enum { INTERVAL_MS = 250 };

uint64_t zoe_watch_reserve(const zoe_budget *budget, uint64_t total)
{
    uint64_t reserve = budget->bytes ? ZOE_RESERVE_MIN : budget->reserve_bytes;
    return reserve < total / 8 ? reserve : total / 8;
}

uint64_t zoe_watch_limit(uint64_t configured, uint64_t in_force, uint64_t used, uint64_t available,
                         uint64_t reserve)
{
    /* Everything that is taken beyond what is used now comes out of what is available. */
    uint64_t all = used + available;
    uint64_t fair = all > reserve ? all - reserve : 0;
    /* An eighth of the reserve between falling and growing, so that two programs that do the same
     * do not swing. */
    uint64_t lower = fair > reserve / 8 ? fair - reserve / 8 : 0;
    uint64_t step = in_force + configured / 16;
    uint64_t grown = lower < step ? lower : step;
    uint64_t limit = fair < in_force ? fair : grown > in_force ? grown : in_force;
    if (limit > configured)
        limit = configured;
    return limit < ZOE_LIMIT_MIN ? ZOE_LIMIT_MIN : limit;
}

static void follow_available(zoe_watch *watch)
{
    const zoe_watched *watched = &watch->watched;
    zoe_os_memory memory;
    zoe_os_memory_now(&memory);
    zoe_budget budget;
    zoe_stats stats;
    /* In this order: a budget that was changed between the two is not `budget` any more, and what
     * comes of an old budget with a new limit is not put in force. */
    watched->budget(watched->user, &budget);
    watched->stats(watched->user, &stats);
    uint64_t configured = zoe_budget_limit(&budget, memory.total);
    uint64_t in_force = stats.limit_bytes;
    uint64_t limit = zoe_watch_limit(configured, in_force, stats.used_bytes, memory.available,
                                     zoe_watch_reserve(&budget, memory.total));
    if (limit == in_force)
        return;
    uint64_t evicted = watched->enforce(watched->user, &budget, limit);
    if (limit < in_force)
        zoe_log_write(watched->log, ZOE_LOG_INFO,
                      "other programs need memory: limit lowered from %.0f to %.0f MB, %llu frames "
                      "evicted",
                      zoe_megabytes(in_force), zoe_megabytes(limit), (unsigned long long)evicted);
}

/* The growth watch. */
static void compare_with_promise(zoe_watch *watch)
{
    zoe_stats stats;
    watch->watched.stats(watch->watched.user, &stats);
    uint64_t resident = stats.resident_bytes, limit = stats.limit_bytes;
    bool beyond = resident > limit + watch->overhead_bytes;
    if (beyond && !watch->warned) {
        uint64_t ours = stats.used_bytes < resident ? stats.used_bytes : resident;
        zoe_log_write(watch->watched.log, ZOE_LOG_WARNING,
                      "resident memory of %.0f MB is beyond the limit of %.0f MB and %.0f MB of "
                      "overhead: frames %.0f MB, being decoded %.0f MB, kept free %.0f MB, "
                      "scratch %.0f MB, everything else %.0f MB",
                      zoe_megabytes(resident), zoe_megabytes(limit),
                      zoe_megabytes(watch->overhead_bytes), zoe_megabytes(stats.frame_bytes),
                      zoe_megabytes(stats.in_flight_bytes), zoe_megabytes(stats.free_bytes),
                      zoe_megabytes(stats.scratch_bytes), zoe_megabytes(resident - ours));
    }
    /* Once, not each time it comes back by a little. */
    if (beyond || resident + watch->overhead_bytes / 8 < limit + watch->overhead_bytes)
        watch->warned = beyond;
}

static void watch_main(void *arg)
{
    zoe_watch *watch = arg;
    zoe_os_thread_name("zoe-watch");
    while (!atomic_load_explicit(&watch->stop, memory_order_relaxed)) {
        follow_available(watch);
        compare_with_promise(watch);
        zoe_os_pressure_wait(&watch->pressure, INTERVAL_MS);
    }
}

zoe_status zoe_watch_start(zoe_watch *watch, const zoe_watched *watched, uint64_t overhead_bytes)
{
    watch->watched = *watched;
    watch->overhead_bytes = overhead_bytes;
    zoe_status status = zoe_os_pressure_open(&watch->pressure);
    if (status == ZOE_OK) {
        status = zoe_os_thread_start(&watch->thread, watch_main, watch);
        if (status != ZOE_OK)
            zoe_os_pressure_close(&watch->pressure);
    }
    return status;
}

void zoe_watch_stop(zoe_watch *watch)
{
    if (!watch->thread)
        return;
    atomic_store_explicit(&watch->stop, 1, memory_order_relaxed);
    zoe_os_pressure_stop(&watch->pressure);
    zoe_os_thread_join(&watch->thread);
    zoe_os_pressure_close(&watch->pressure);
}
