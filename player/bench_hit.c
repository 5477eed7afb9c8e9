#include "bench_common.h"

#include <stdlib.h>
#include <string.h>

#include <zoetrope/transport.h>

#include "interrupt.h"
#include "process.h"
#include "report.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { FRAMES_MAX = 64, OVERHEAD_SAMPLES = 10001, BATCH = 4096, BUCKETS = 65536 };

static const char command[] = "zoetrope bench hit";

static const char about[] =
    "Acquires and releases frames that are loaded (up to 64 of the sequence, in random order).\n"
    "Each acquire with its release is timed by itself with the monotonic clock; the median time\n"
    "of two clock readings with nothing between them (clock_ns) is taken off. allocations\n"
    "counts the engine's own, and 1 for each batch of 4096 in which the C heap grew.";

typedef struct hit_bench {
    zoe_reel reel;
    int64_t loaded[FRAMES_MAX]; /* positions */
    size_t loaded_count;
    uint64_t *buckets; /* [BUCKETS] acquires that took so many ns; the last: that or more */
    uint64_t acquires, max_ns;
    uint64_t clock_ns;
    uint64_t allocations;
    uint64_t failures; /* acquires that gave no frame */
} hit_bench;

/* Loads as many frames as there is room for, the first on first, and keeps none pinned. */
static zoe_status load(hit_bench *b, const zoe_bench_options *options, zoe_error *error)
{
    zoe_stats stats;
    zoe_engine_stats(b->reel.engine, &stats);
    uint64_t frame_bytes = zoe_bench_frame_bytes(options->spec, options);
    /* Half the budget: scratch and frames that are being decoded want their room as well. */
    uint64_t room = frame_bytes ? stats.limit_bytes / 2 / frame_bytes : 1;
    int64_t last = b->reel.count < FRAMES_MAX ? b->reel.count - 1 : FRAMES_MAX - 1;
    if ((uint64_t)last >= room)
        last = room ? (int64_t)room - 1 : 0;
    for (int64_t p = 0; p <= last; p++) {
        zoe_frame frame;
        zoe_status status = zoe_bench_want(&b->reel, p, 0, last, 0);
        if (status == ZOE_OK)
            status = zoe_reel_wait(&b->reel, p, ZOE_NEVER, &frame, error);
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

static int measure_clock(hit_bench *b)
{
    zoe_samples clock;
    if (!zoe_samples_init(&clock, OVERHEAD_SAMPLES))
        return 0;
    for (int i = 0; i < OVERHEAD_SAMPLES; i++) {
        uint64_t start = zoe_now_ns();
        zoe_samples_add(&clock, zoe_now_ns() - start);
    }
    zoe_samples_sort(&clock);
    b->clock_ns = zoe_samples_percentile(&clock, 50);
    zoe_samples_free(&clock);
    return 1;
}

static void count_time(hit_bench *b, uint64_t ns)
{
    b->buckets[ns < BUCKETS ? ns : BUCKETS - 1]++;
    b->acquires++;
    if (ns > b->max_ns)
        b->max_ns = ns;
}

/* Nearest rank. */
static uint64_t percentile(const hit_bench *b, uint64_t percent)
{
    uint64_t rank = (b->acquires * percent + 99) / 100, seen = 0;
    for (uint64_t ns = 0; ns < BUCKETS - 1; ns++) {
        seen += b->buckets[ns];
        if (seen >= rank)
            return ns;
    }
    return b->max_ns;
}

static void run(hit_bench *b, int64_t count)
{
    uint64_t random = 1;
    zoe_stats before, after;
    zoe_engine_stats(b->reel.engine, &before);
    for (int64_t done = 0; done < count && !zoe_interrupted();) {
        uint64_t heap = zoe_process_heap();
        for (int i = 0; i < BATCH && done < count; i++, done++) {
            int64_t p = b->loaded[zoe_bench_random(&random) % b->loaded_count];
            zoe_frame frame;
            uint64_t start = zoe_now_ns();
            zoe_status status = zoe_source_acquire(b->reel.source, p, &frame);
            if (status == ZOE_OK)
                zoe_frame_release(&frame);
            uint64_t spent = zoe_now_ns() - start;
            if (status == ZOE_OK)
                count_time(b, spent > b->clock_ns ? spent - b->clock_ns : 0);
            else
                b->failures++;
        }
        b->allocations += zoe_process_heap() > heap;
    }
    zoe_engine_stats(b->reel.engine, &after);
    b->allocations += after.allocations - before.allocations;
}

static json_t *make_report(const hit_bench *b, const zoe_bench_options *options)
{
    zoe_stats stats;
    zoe_engine_stats(b->reel.engine, &stats);
    json_t *report = json_object(), *ns = json_object();
    zoe_report_text(report, "sequence", options->spec);
    zoe_report_count(report, "acquires", b->acquires);
    zoe_report_count(ns, "p50", percentile(b, 50));
    zoe_report_count(ns, "p95", percentile(b, 95));
    zoe_report_count(ns, "p99", percentile(b, 99));
    zoe_report_count(ns, "max", b->max_ns);
    json_object_set_new(report, "ns", ns);
    zoe_report_count(report, "clock_ns", b->clock_ns);
    zoe_report_count(report, "allocations", b->allocations);
    zoe_report_count(report, "failures", b->failures);
    zoe_report_count(report, "frames", b->loaded_count);
    zoe_report_memory(report, &stats);
    return report;
}

int zoe_bench_hit(int argc, char **argv)
{
    zoe_bench_options options = {0};
    int64_t count = 1000000;
    const zoe_arg own[] = {
        {"count", 'n', ZOE_ARG_INTEGER, "N", "number of acquires (default 1000000)", &count, 0, 1,
         1e9, 0},
    };
    zoe_args_result result =
        zoe_bench_parse(command, about, own, COUNT_OF(own), &options, argc, argv);
    if (result != ZOE_ARGS_RUN)
        return result == ZOE_ARGS_DONE ? ZOE_EXIT_DONE : ZOE_EXIT_USAGE;
    hit_bench b;
    memset(&b, 0, sizeof b);
    zoe_error error = {ZOE_OK, ""};
    if (zoe_bench_open(&b.reel, &options, 0, &error) != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    zoe_status status = load(&b, &options, &error);
    if (status == ZOE_OK)
        b.buckets = calloc(BUCKETS, sizeof *b.buckets);
    if (status == ZOE_OK && (!b.buckets || !measure_clock(&b)))
        status = zoe_error_set(&error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", options.spec);
    json_t *report = NULL;
    if (status == ZOE_OK) {
        run(&b, count);
        report = make_report(&b, &options);
    }
    free(b.buckets);
    zoe_reel_close(&b.reel);
    if (status == ZOE_OK && zoe_interrupted()) {
        json_decref(report);
        status = zoe_error_set(&error, ZOE_STALE, "%s: interrupted", options.spec);
    }
    if (status != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    return zoe_report_print(report, command, "hit", options.json);
}
