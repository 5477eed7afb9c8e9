#include "commands/bench_common.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zoetrope/transport.h>

#include "model/interrupt.h"
#include "commands/process_memory.h"
#include "commands/report.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum {
    FRAMES_MAX = 64,
    OVERHEAD_SAMPLES = 10001,
    BATCH = 4096,
    BUCKETS = 65536,
    THREADS_MAX = 256,
    CHURN_NS = 1000000000 /* longest wait for a frame that nobody needs */
};

static const char command[] = "zoetrope bench hit";

static const char about[] =
    "Acquires and releases frames that are loaded (up to 64 of the sequence, in random order).\n"
    "Each acquire with its release is timed by itself with the monotonic clock; the median time\n"
    "of two clock readings with nothing between them (clock_ns) is taken off. allocations\n"
    "counts the engine's own, and 1 for each batch of 4096 in which the C heap grew. With\n"
    "--churn the workers load other frames of the sequence meanwhile, and evict once the cache is\n"
    "full; decodes and evictions say how many.";

/* What one thread does and measures. */
typedef struct hit_thread {
    struct hit_bench *bench;
    pthread_t thread;
    uint64_t random;
    int64_t count;
    uint64_t buckets[BUCKETS]; /* acquires that took so many ns; the last: that or more */
    uint64_t acquires, max_ns;
    uint64_t allocations;
    uint64_t failures; /* acquires that gave no frame */
} hit_thread;

typedef struct hit_bench {
    zoe_clip clip;
    int64_t loaded[FRAMES_MAX]; /* positions */
    size_t loaded_count;
    int32_t churn; /* workers load and evict meanwhile */
    int alone;     /* one thread, and workers have nothing to do */
    uint64_t clock_ns;
    uint64_t decodes, evictions; /* while it ran */
    hit_thread *all;             /* the sum */
    atomic_int_fast64_t running; /* threads that are not done */
} hit_bench;

/* Loads as many frames as there is room for, the first on first, and keeps none pinned. */
static zoe_status load(hit_bench *b, const zoe_bench_options *options, zoe_error *error)
{
    zoe_stats stats;
    zoe_engine_stats(b->clip.engine, &stats);
    uint64_t frame_bytes = zoe_bench_frame_bytes(options->spec, options);
    /* Half the budget: scratch and frames that are being decoded want their room as well. */
    uint64_t most = frame_bytes ? stats.limit_bytes / 2 / frame_bytes : 1;
    if (b->churn && most > (uint64_t)b->clip.count / 2)
        most = (uint64_t)b->clip.count / 2;
    int64_t last = b->clip.count < FRAMES_MAX ? b->clip.count - 1 : FRAMES_MAX - 1;
    if ((uint64_t)last >= most)
        last = most ? (int64_t)most - 1 : 0;
    for (int64_t p = 0; p <= last; p++) {
        zoe_frame frame;
        zoe_status status = zoe_bench_want(&b->clip, p, 0, last, 0);
        if (status == ZOE_OK)
            status = zoe_clip_wait(&b->clip, p, ZOE_NEVER, &frame, error);
        if (status == ZOE_STALE)
            return status;
        if (status != ZOE_OK)
            continue;
        zoe_frame_release(&frame);
        b->loaded[b->loaded_count++] = p;
    }
    if (b->loaded_count)
        return ZOE_OK;
    return error->status != ZOE_OK ? error->status
                                   : zoe_error_set(error, ZOE_ERROR_NO_FRAMES,
                                                   "%s: no frame could be loaded", options->spec);
}

static bool measure_clock(hit_bench *b)
{
    zoe_samples clock;
    if (!zoe_samples_init(&clock, OVERHEAD_SAMPLES))
        return false;
    for (int i = 0; i < OVERHEAD_SAMPLES; i++) {
        uint64_t start = zoe_now_ns();
        zoe_samples_add(&clock, zoe_now_ns() - start);
    }
    zoe_samples_sort(&clock);
    b->clock_ns = zoe_samples_percentile(&clock, 50);
    zoe_samples_free(&clock);
    return true;
}

static void count_time(hit_thread *t, uint64_t ns)
{
    t->buckets[ns < BUCKETS ? ns : BUCKETS - 1]++;
    t->acquires++;
    if (ns > t->max_ns)
        t->max_ns = ns;
}

/* Nearest rank. */
static uint64_t percentile(const hit_thread *all, uint64_t percent)
{
    uint64_t rank = (all->acquires * percent + 99) / 100, seen = 0;
    for (uint64_t ns = 0; ns < BUCKETS - 1; ns++) {
        seen += all->buckets[ns];
        if (seen >= rank)
            return ns;
    }
    return all->max_ns;
}

/* One thread's share. */
static void *acquire_frames(void *arg)
{
    hit_thread *t = arg;
    const hit_bench *b = t->bench;
    for (int64_t done = 0; done < t->count && !zoe_interrupted();) {
        /* With others at work, the heap's growth is not this loop's. */
        uint64_t heap = b->alone ? zoe_process_heap() : 0;
        for (int i = 0; i < BATCH && done < t->count; i++, done++) {
            int64_t p = b->loaded[zoe_bench_random(&t->random) % b->loaded_count];
            zoe_frame frame;
            uint64_t start = zoe_now_ns();
            zoe_status status = zoe_source_acquire(b->clip.source, p, &frame);
            if (status == ZOE_OK)
                zoe_frame_release(&frame);
            uint64_t spent = zoe_now_ns() - start;
            if (status == ZOE_OK)
                count_time(t, spent > b->clock_ns ? spent - b->clock_ns : 0);
            else
                t->failures++;
        }
        t->allocations += b->alone && zoe_process_heap() > heap;
    }
    atomic_fetch_sub(&t->bench->running, 1);
    return NULL;
}

/* Has the workers load frames that are not among those acquired, one want after the other, until
 * all threads are done. What was loaded before is the longest unused, and makes room. */
static void churn(hit_bench *b)
{
    int64_t first = b->loaded[b->loaded_count - 1] + 1, count = b->clip.count - first;
    uint64_t random = 2;
    while (atomic_load(&b->running) > 0 && !zoe_interrupted()) {
        int64_t p = first + (int64_t)(zoe_bench_random(&random) % (uint64_t)count);
        zoe_frame frame;
        zoe_bench_want(&b->clip, p, p, p, 0);
        if (zoe_source_wait(b->clip.source, p, zoe_now_ns() + CHURN_NS, &frame) == ZOE_OK)
            zoe_frame_release(&frame);
    }
}

static void add_thread(hit_thread *all, const hit_thread *t)
{
    for (int i = 0; i < BUCKETS; i++)
        all->buckets[i] += t->buckets[i];
    all->acquires += t->acquires;
    all->failures += t->failures;
    all->allocations += t->allocations;
    if (t->max_ns > all->max_ns)
        all->max_ns = t->max_ns;
}

/* Shares `count` acquires out; b->all has the sum of all threads. */
static zoe_status run(hit_bench *b, int64_t count, int64_t threads, zoe_error *error)
{
    zoe_stats before, after;
    hit_thread *list = calloc((size_t)threads, sizeof *list);
    b->all = calloc(1, sizeof *b->all);
    if (!list || !b->all) {
        free(list);
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "out of memory");
    }
    zoe_engine_stats(b->clip.engine, &before);
    int64_t started = 0;
    b->alone = threads == 1 && !b->churn;
    atomic_store(&b->running, threads);
    for (; started < threads; started++) {
        hit_thread *t = &list[started];
        t->bench = b;
        t->random = (uint64_t)started + 1;
        t->count = count / threads + (started < count % threads);
        if (threads > 1 || b->churn) {
            if (pthread_create(&t->thread, NULL, acquire_frames, t) != 0)
                break;
        } else {
            acquire_frames(t);
        }
    }
    atomic_fetch_sub(&b->running, threads - started);
    if (b->churn)
        churn(b);
    for (int64_t i = 0; i < started; i++) {
        if (threads > 1 || b->churn)
            pthread_join(list[i].thread, NULL);
        add_thread(b->all, &list[i]);
    }
    free(list);
    zoe_engine_stats(b->clip.engine, &after);
    b->all->allocations += after.allocations - before.allocations;
    b->decodes = after.decodes - before.decodes;
    b->evictions = after.evictions - before.evictions;
    if (started < threads)
        return zoe_error_set(error, ZOE_ERROR_THREAD, "%lld threads could not be started",
                             (long long)threads);
    return ZOE_OK;
}

static json_t *make_report(const hit_bench *b, const zoe_bench_options *options)
{
    zoe_stats stats;
    zoe_engine_stats(b->clip.engine, &stats);
    json_t *report = json_object(), *ns = json_object();
    zoe_report_text(report, "sequence", options->spec);
    zoe_report_count(report, "acquires", b->all->acquires);
    zoe_report_count(ns, "p50", percentile(b->all, 50));
    zoe_report_count(ns, "p95", percentile(b->all, 95));
    zoe_report_count(ns, "p99", percentile(b->all, 99));
    zoe_report_count(ns, "max", b->all->max_ns);
    json_object_set_new(report, "ns", ns);
    zoe_report_count(report, "clock_ns", b->clock_ns);
    zoe_report_count(report, "allocations", b->all->allocations);
    zoe_report_count(report, "failures", b->all->failures);
    zoe_report_count(report, "decodes", b->decodes);
    zoe_report_count(report, "evictions", b->evictions);
    zoe_report_count(report, "frames", b->loaded_count);
    zoe_report_memory(report, &stats);
    return report;
}

int zoe_bench_hit(int argc, char **argv)
{
    zoe_bench_options options = {0};
    int64_t count = 1000000, threads = 1;
    bool with_churn = false;
    const zoe_arg own[] = {
        {"count", 'n', ZOE_ARG_INTEGER, "N", "number of acquires (default 1000000)", &count, 0, 1,
         1e9, 0},
        {"threads", 't', ZOE_ARG_INTEGER, "N", "threads that share them (default 1)", &threads, 0,
         1, THREADS_MAX, 0},
        {"churn", 0, ZOE_ARG_FLAG, 0, "workers load and evict other frames meanwhile", &with_churn,
         0, 0, 0, 0},
    };
    zoe_args_result result =
        zoe_bench_parse(command, about, own, COUNT_OF(own), &options, argc, argv);
    if (result != ZOE_ARGS_RUN)
        return result == ZOE_ARGS_DONE ? ZOE_EXIT_DONE : ZOE_EXIT_USAGE;
    hit_bench b;
    memset(&b, 0, sizeof b);
    b.churn = with_churn;
    zoe_error error = {ZOE_OK, ""};
    if (zoe_bench_open(&b.clip, &options, 0, &error) != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    zoe_status status = load(&b, &options, &error);
    if (status == ZOE_OK && b.churn && b.loaded[b.loaded_count - 1] + 1 >= b.clip.count)
        status =
            zoe_error_set(&error, ZOE_ERROR_ARGUMENT, "%s: too short for --churn", options.spec);
    if (status == ZOE_OK && !measure_clock(&b))
        status = zoe_error_set(&error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", options.spec);
    json_t *report = NULL;
    if (status == ZOE_OK)
        status = run(&b, count, threads, &error);
    if (status == ZOE_OK)
        report = make_report(&b, &options);
    free(b.all);
    zoe_clip_close(&b.clip);
    if (status == ZOE_OK && zoe_interrupted()) {
        json_decref(report);
        status = zoe_error_set(&error, ZOE_STALE, "%s: interrupted", options.spec);
    }
    if (status != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    return zoe_report_print(report, command, "hit", options.json);
}
