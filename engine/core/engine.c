#include "core/engine_internal.h"

#include <stddef.h>
#include <string.h>

#include "base/settings.h"
#include "cache/reserve.h"
#include "core/limit.h"
#include "exr/decode.h"
#include "isolation/header_reader.h"
#include "isolation/isolation.h"

/* Code, stacks, heap and index of a program without a window. */
#define OVERHEAD_BYTES ((uint64_t)48 << 20)

void zoe_engine_settings_init(zoe_engine_settings *settings)
{
    memset(settings, 0, sizeof *settings);
    settings->size = sizeof *settings;
    settings->bind_workers = 1;
    settings->log_level = ZOE_LOG_WARNING;
}

uint64_t zoe_now_ns(void)
{
    return zoe_os_now_ns();
}

/* ---- memory ---- */

static uint64_t limit_for(const zoe_budget *budget, uint64_t *total)
{
    zoe_os_memory memory;
    zoe_os_memory_now(&memory);
    *total = memory.total;
    return zoe_budget_limit(budget, memory.total);
}

/* How much memory a pool of frames reserves address space for: the limit may be raised later. */
static uint64_t address_for(uint64_t limit, uint64_t total)
{
    uint64_t most = total < ZOE_OS_RESERVE_MAX ? total : ZOE_OS_RESERVE_MAX;
    return limit > most ? limit : most;
}

static void begin_report(zoe_memory_report *report)
{
    uint64_t peak;
    memset(report, 0, sizeof *report);
    zoe_os_resident(&report->resident_before, &peak);
}

static void end_report(zoe_engine *engine, zoe_memory_report *report)
{
    uint64_t peak;
    zoe_os_resident(&report->resident_after, &peak);
    report->limit_bytes = zoe_meter_limit(&engine->cache.memory.meter);
    report->used_bytes = zoe_meter_used(&engine->cache.memory.meter);
}

static void add_committed(void *sum, zoe_buffer *buffer)
{
    *(uint64_t *)sum += buffer->committed;
}

/* Scratch of workers and memory of open files, in use or kept for the next. */
static uint64_t scratch_bytes_locked(zoe_cache *cache)
{
    zoe_lock_assert_held(&cache->lock);
    uint64_t bytes = 0;
    zoe_slab_visit(&cache->memory.work, add_committed, &bytes);
    return bytes;
}

/* What the watch does to the engine. */

static void watch_budget(void *engine, zoe_budget *budget)
{
    zoe_engine_budget(engine, budget);
}

/* Counts what decoder processes hold. Scratch and files' memory, which files that are given in
 * memory are part of, are theirs, and counted already. false: with that, more is used than the
 * limit, and no frame is left that could leave for it. */
static bool count_decoders(zoe_engine *engine)
{
    zoe_cache *cache = &engine->cache;
    zoe_isolation_report now;
    zoe_isolation_measure(engine->isolation, &now);
    zoe_cache_lock(cache);
    uint64_t counted = scratch_bytes_locked(cache);
    uint64_t bytes = now.bytes > counted ? now.bytes - counted : 0;
    if (bytes < now.base_bytes)
        bytes = now.base_bytes;
    zoe_meter_add(&cache->memory.meter, bytes);
    zoe_meter_give(&cache->memory.meter, engine->decoder_bytes);
    bool less = bytes < engine->decoder_bytes;
    engine->decoder_bytes = bytes;
    engine->decoders = now;
    uint64_t limit = zoe_meter_limit(&cache->memory.meter);
    (void)zoe_reserve_fit_locked(cache, limit);
    if (less)
        zoe_cache_wake_worker_locked(cache);
    bool fits = zoe_memory_excess(&cache->memory, limit) == 0;
    zoe_cache_unlock(cache);
    return fits;
}

/* Where the processes alone are more than the limit, no load would begin any more: those that are
 * at nothing end, and come back one by one as they are needed. */
static void hold_decoders(zoe_engine *engine)
{
    if (!engine->isolation || count_decoders(engine))
        return;
    zoe_isolation_trim(engine->isolation);
    zoe_isolation_end_readers();
    (void)count_decoders(engine);
}

static void watch_stats(void *engine, zoe_stats *stats)
{
    zoe_isolation_tidy_readers();
    hold_decoders(engine);
    zoe_engine_stats(engine, stats);
}

static uint64_t watch_enforce(void *user, const zoe_budget *budget, uint64_t limit)
{
    zoe_engine *engine = user;
    zoe_cache *cache = &engine->cache;
    uint64_t evicted = 0;
    pthread_mutex_lock(&engine->change);
    zoe_cache_lock(cache);
    const zoe_budget *now = &engine->budget;
    if (now->percent == budget->percent && now->reserve_bytes == budget->reserve_bytes &&
        now->bytes == budget->bytes)
        evicted = zoe_limit_set_locked(cache, limit);
    zoe_cache_unlock(cache);
    pthread_mutex_unlock(&engine->change);
    if (evicted)
        zoe_cache_notify(cache);
    return evicted;
}

zoe_status zoe_engine_set_budget(zoe_engine *engine, const zoe_budget *given,
                                 zoe_memory_report *out)
{
    zoe_budget budget;
    if (!engine || !given || zoe_budget_fill(given, &budget) != ZOE_OK)
        return ZOE_ERROR_ARGUMENT;
    zoe_memory_report report;
    begin_report(&report);
    uint64_t total, limit = limit_for(&budget, &total);
    pthread_mutex_lock(&engine->change);
    zoe_cache_lock(&engine->cache);
    engine->budget = budget;
    report.frames_evicted = zoe_limit_set_locked(&engine->cache, limit);
    zoe_cache_unlock(&engine->cache);
    pthread_mutex_unlock(&engine->change);
    end_report(engine, &report);
    if (report.frames_evicted)
        zoe_cache_notify(&engine->cache);
    if (out)
        *out = report;
    return ZOE_OK;
}

void zoe_engine_budget(zoe_engine *engine, zoe_budget *budget)
{
    zoe_cache_lock(&engine->cache);
    *budget = engine->budget;
    zoe_cache_unlock(&engine->cache);
}

zoe_status zoe_engine_set_workers(zoe_engine *engine, uint32_t workers)
{
    if (!engine || workers > ZOE_WORKERS_MAX)
        return ZOE_ERROR_ARGUMENT;
    if (workers == 0)
        workers = zoe_topology_default_workers(engine->topology);
    pthread_mutex_lock(&engine->change);
    zoe_status status = zoe_workers_resize(&engine->workers, workers);
    pthread_mutex_unlock(&engine->change);
    return status;
}

static void give_back(zoe_engine *engine, bool evict, zoe_memory_report *report)
{
    zoe_cache *cache = &engine->cache;
    begin_report(report);
    pthread_mutex_lock(&engine->change);
    zoe_cache_lock(cache);
    cache->paused = true;
    if (evict)
        report->frames_evicted = zoe_reserve_fit_locked(cache, 0);
    else
        zoe_memory_detach(&cache->memory, UINT64_MAX, (zoe_buffer_size){0, 0});
    zoe_cache_unlock(cache);
    if (engine->isolation)
        zoe_isolation_trim(engine->isolation);
    zoe_isolation_end_readers();
    zoe_os_heap_trim();
    end_report(engine, report);
    zoe_cache_lock(cache);
    cache->paused = false;
    zoe_cache_wake_all_locked(cache);
    zoe_cache_unlock(cache);
    pthread_mutex_unlock(&engine->change);
    if (report->frames_evicted)
        zoe_cache_notify(cache);
}

zoe_status zoe_engine_trim(zoe_engine *engine, zoe_memory_report *report)
{
    zoe_memory_report unused;
    if (!engine)
        return ZOE_ERROR_ARGUMENT;
    give_back(engine, false, report ? report : &unused);
    return ZOE_OK;
}

zoe_status zoe_engine_clear(zoe_engine *engine, zoe_memory_report *report)
{
    zoe_memory_report unused;
    if (!engine)
        return ZOE_ERROR_ARGUMENT;
    give_back(engine, true, report ? report : &unused);
    return ZOE_OK;
}

/* ---- statistics ---- */

static uint64_t allocations_locked(const zoe_cache *cache)
{
    return cache->memory.frames.allocations + cache->memory.work.allocations;
}

void zoe_engine_stats(zoe_engine *engine, zoe_stats *stats)
{
    zoe_cache *cache = &engine->cache;
    zoe_cache_lock(cache);
    *stats = cache->totals;
    if (engine->isolation)
        zoe_isolation_count(engine->isolation, &engine->decoders);
    for (zoe_load *load = NULL; (load = zoe_cache_next_load_locked(cache, load)) != NULL;) {
        stats->loads_pending++;
        stats->in_flight_bytes += load->memory ? load->memory->committed : 0;
    }
    stats->frames_loaded = cache->frames;
    stats->frame_bytes = cache->frame_bytes;
    stats->full_frame_bytes = cache->frame_bytes + cache->spared_bytes;
    stats->free_bytes = cache->memory.frames.free_bytes;
    stats->scratch_bytes = scratch_bytes_locked(cache);
    stats->allocations = allocations_locked(cache) - cache->totals.allocations;
    stats->workers = cache->workers;
    stats->decoders = (uint32_t)engine->decoders.running;
    stats->decoder_bytes = engine->decoders.bytes;
    stats->decoder_restarts = engine->decoders.restarts - engine->restarts_before;
    stats->decoder_deaths = engine->decoders.deaths - engine->deaths_before;
    stats->limit_bytes = zoe_meter_limit(&cache->memory.meter);
    stats->used_bytes = zoe_meter_used(&cache->memory.meter);
    zoe_cache_unlock(cache);
    stats->high_water_bytes =
        atomic_load_explicit(&cache->memory.meter.high_water, memory_order_relaxed);
    stats->hits = zoe_counter_sum(&cache->hits);
    stats->misses = zoe_counter_sum(&cache->misses);
    stats->bytes_read = atomic_load_explicit(&cache->bytes_read, memory_order_relaxed);
    zoe_os_resident(&stats->resident_bytes, &stats->resident_peak_bytes);
    stats->resident_bytes += stats->decoder_bytes;
    stats->resident_peak_bytes += stats->decoder_bytes;
    zoe_histogram_read(&cache->decode_times, &stats->decode);
    zoe_histogram_read(&cache->piece_times, &stats->chunk);
    zoe_histogram_read(&cache->read_times, &stats->read);
}

void zoe_engine_reset_stats(zoe_engine *engine)
{
    zoe_cache *cache = &engine->cache;
    zoe_cache_lock(cache);
    memset(&cache->totals, 0, sizeof cache->totals);
    cache->totals.allocations = allocations_locked(cache);
    engine->restarts_before = engine->decoders.restarts;
    engine->deaths_before = engine->decoders.deaths;
    zoe_cache_unlock(cache);
    atomic_store_explicit(&cache->memory.meter.high_water, zoe_meter_used(&cache->memory.meter),
                          memory_order_relaxed);
    atomic_store_explicit(&cache->bytes_read, 0, memory_order_relaxed);
    zoe_counter_reset(&cache->hits);
    zoe_counter_reset(&cache->misses);
    zoe_histogram_reset(&cache->decode_times);
    zoe_histogram_reset(&cache->piece_times);
    zoe_histogram_reset(&cache->read_times);
}

/* ---- beginning and end ---- */

static zoe_status check_settings(const zoe_engine_settings *settings, zoe_budget *budget,
                                 zoe_error *error)
{
    if (settings->workers > ZOE_WORKERS_MAX)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%u workers; the most is %d",
                             settings->workers, ZOE_WORKERS_MAX);
    if (settings->isolation < ZOE_ISOLATION_OFF || settings->isolation > ZOE_ISOLATION_AUTO)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "isolation %d is none of 0, 1, 2",
                             settings->isolation);
    if (zoe_budget_fill(&settings->budget, budget) != ZOE_OK)
        return zoe_error_set(
            error, ZOE_ERROR_ARGUMENT, "budget out of range: %u %% and %.1f GB of reserve",
            settings->budget.percent, (double)settings->budget.reserve_bytes / (1 << 30));
    return ZOE_OK;
}

/* A zoe_slab_place_fn. Where the system does not permit it, the bound worker's first touch does
 * nearly the same. */
static void place_buffer(void *topology, void *address, size_t bytes, uint32_t node)
{
    (void)zoe_topology_place(topology, address, bytes, node);
}

/* Zeroed memory, so that the one teardown copes with whatever part was made. The engine's counters
 * have cache lines of their own, which is more than the heap aligns for: what the heap gave is
 * noted right before the engine. */
static zoe_engine *alloc_engine(void)
{
    const size_t alignment = _Alignof(zoe_engine);
    uint8_t *memory = zoe_os_alloc(sizeof memory + alignment + sizeof(zoe_engine));
    if (!memory)
        return NULL;
    uint8_t *at = memory + sizeof memory;
    at += (alignment - (uintptr_t)at % alignment) % alignment;
    memcpy(at - sizeof memory, &memory, sizeof memory);
    return (zoe_engine *)(void *)at;
}

static void free_engine(zoe_engine *engine)
{
    void *memory;
    memcpy(&memory, (uint8_t *)engine - sizeof memory, sizeof memory);
    zoe_os_free(memory);
}

/* The decoder for EXR files: in processes of its own where that is asked for and can be done. */
static zoe_status choose_decoder(zoe_engine *engine, const zoe_engine_settings *settings,
                                 uint64_t address_bytes, zoe_decoder *decoder, zoe_error *error)
{
    const zoe_log log = {settings->log, settings->log_user, settings->log_level};
    *decoder = *zoe_exr_decoder();
    if (settings->isolation == ZOE_ISOLATION_OFF)
        return ZOE_OK;
    const zoe_isolation_settings isolation = {
        .program = settings->decoder_program,
        .recycle_frames = settings->decoder_frames,
        .memory_bytes = settings->decoder_bytes,
        .hang_ms = settings->decoder_hang_ms,
        .address_bytes = address_bytes,
        .log = log,
    };
    zoe_error why;
    zoe_status status = zoe_isolation_create(&isolation, &engine->isolation, &why);
    if (status == ZOE_OK) {
        *decoder = zoe_isolation_decoder(engine->isolation);
        zoe_log_write(&log, ZOE_LOG_INFO, "decoding in processes of its own");
        return ZOE_OK;
    }
    if (settings->isolation == ZOE_ISOLATION_ON)
        return zoe_error_set(error, status, "cannot decode in processes of its own: %s", why.text);
    zoe_log_write(&log, ZOE_LOG_INFO, "decoding in this process: %s", why.text);
    return ZOE_OK;
}

/* Everything after the cache: on failure *step says what was being done. */
static zoe_status start(zoe_engine *engine, const zoe_engine_settings *settings, const char **step)
{
    *step = "asking for the machine's shape";
    zoe_status status = zoe_topology_create(&engine->topology);
    if (status != ZOE_OK)
        return status;
    /* Workers that go where they like have no node. */
    zoe_slab *slabs[] = {&engine->cache.memory.frames, &engine->cache.memory.work};
    for (int i = 0; i < 2 && settings->bind_workers; i++)
        zoe_slab_set_nodes(slabs[i], zoe_topology_nodes(engine->topology), place_buffer,
                           engine->topology);
    *step = "starting workers";
    status = zoe_workers_start(
        &engine->workers, &engine->cache, settings->bind_workers ? engine->topology : NULL,
        settings->workers ? settings->workers : zoe_topology_default_workers(engine->topology));
    if (status != ZOE_OK)
        return status;
    *step = "starting the watch";
    const zoe_watched watched = {engine, watch_budget, watch_stats, watch_enforce,
                                 &engine->cache.log};
    return zoe_watch_start(&engine->watch, &watched,
                           settings->overhead_bytes ? settings->overhead_bytes : OVERHEAD_BYTES);
}

zoe_status zoe_engine_create_with(const zoe_engine_settings *given, const zoe_decoder *decoder,
                                  zoe_engine **out, zoe_error *error)
{
    *out = NULL;
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    zoe_status status =
        zoe_settings_copy(&settings, sizeof settings, given, "zoe_engine_settings_init", error);
    if (status != ZOE_OK)
        return status;
    zoe_budget budget;
    status = check_settings(&settings, &budget, error);
    if (status != ZOE_OK)
        return status;
    zoe_engine *engine = alloc_engine();
    if (!engine)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory for an engine");
    engine->aheads.lock = engine->change = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    engine->budget = budget;
    uint64_t total, limit = limit_for(&budget, &total);
    uint64_t address_bytes = address_for(limit, total);
    const char *step = "starting the cache";
    zoe_decoder exr;
    if (!decoder) {
        status = choose_decoder(engine, &settings, address_bytes, &exr, error);
        if (status != ZOE_OK) {
            zoe_engine_destroy(&engine);
            return status;
        }
        decoder = &exr;
    }
    status = zoe_cache_init(&engine->cache, decoder, &settings, limit, address_bytes);
    engine->cache.memory.frames.shared = engine->isolation != NULL;
    if (status == ZOE_OK)
        status = start(engine, &settings, &step);
    if (status != ZOE_OK) {
        zoe_engine_destroy(&engine);
        return zoe_error_set(error, status, "%s: %s", step, zoe_status_text(status));
    }
    zoe_log_write(&engine->cache.log, ZOE_LOG_INFO,
                  "%u workers on %u cores, %u memory nodes; memory limit %.0f MB of %.0f MB",
                  engine->workers.count, zoe_topology_cores(engine->topology),
                  zoe_topology_nodes(engine->topology), zoe_megabytes(limit), zoe_megabytes(total));
    *out = engine;
    return ZOE_OK;
}

zoe_status zoe_engine_create(const zoe_engine_settings *settings, zoe_engine **engine,
                             zoe_error *error)
{
    if (!engine)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "no place for the engine");
    return zoe_engine_create_with(settings, NULL, engine, error);
}

void zoe_engine_destroy(zoe_engine **out)
{
    if (!out || !*out)
        return;
    zoe_engine *engine = *out;
    zoe_watch_stop(&engine->watch);
    zoe_workers_stop(&engine->workers);
    while (engine->cache.sources) {
        zoe_source *source = engine->cache.sources;
        zoe_source_close(&source);
    }
    zoe_cache_destroy(&engine->cache);
    /* Nobody comes by any more to see that those that read headers have ended. */
    if (engine->isolation)
        zoe_isolation_end_readers();
    zoe_isolation_destroy(&engine->isolation);
    zoe_topology_destroy(&engine->topology);
    pthread_mutex_destroy(&engine->change);
    pthread_mutex_destroy(&engine->aheads.lock);
    free_engine(engine);
    *out = NULL;
}
