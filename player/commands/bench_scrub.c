#define _POSIX_C_SOURCE 200809L /* nanosleep */

#include "commands/bench_common.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <zoetrope/transport.h>

#include "model/interrupt.h"
#include "commands/report.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char command[] = "zoetrope bench scrub";

static const char about[] =
    "Jumps to random frames that are not loaded, as a person who drags the playhead does.\n"
    "The next jump comes T ms after the last whether its frame was shown or not; with T = 0,\n"
    "once it was shown. Once everything is loaded the cache is emptied (clears).\n"
    "latency_ms is the time from a jump until its frame, or that of a later jump, is shown: a\n"
    "frame that was overtaken is not lost from the figures. stale_skipped, stale_stopped and\n"
    "wasted_ms are loads that were given up and the workers' time that they cost.";

enum { TRIES = 64 };

typedef struct scrub_bench {
    zoe_clip clip;
    int64_t seeks, interval_ms, seed;
    uint64_t random;
    uint64_t *starts; /* [seeks], when each jump was made */
    int64_t pending;  /* first jump that nothing was shown for yet */
    zoe_samples latency;
    uint64_t shown, overtaken, clears, failed;
    zoe_error error; /* of the first frame that failed */
} scrub_bench;

static bool is_unloaded(const scrub_bench *b, int64_t position)
{
    uint8_t state = ZOE_FRAME_ERROR;
    zoe_source_states(b->clip.source, position, 1, &state);
    return state == ZOE_FRAME_EMPTY || state == ZOE_FRAME_HEADER || state == ZOE_FRAME_LOADING;
}

/* A random position that is not loaded; -1 when there is none. */
static int64_t pick_unloaded(scrub_bench *b)
{
    int64_t position = 0;
    for (int i = 0; i < TRIES; i++) {
        position = (int64_t)(zoe_bench_random(&b->random) % (uint64_t)b->clip.count);
        if (is_unloaded(b, position))
            return position;
    }
    for (int64_t i = 0; i < b->clip.count; i++, position = (position + 1) % b->clip.count)
        if (is_unloaded(b, position))
            return position;
    return -1;
}

static int64_t pick(scrub_bench *b)
{
    int64_t position = pick_unloaded(b);
    if (position >= 0)
        return position;
    /* Without a want nothing is loaded again while it is cleared. */
    zoe_want idle;
    memset(&idle, 0, sizeof idle);
    idle.idle = 1;
    zoe_source_set_want(b->clip.source, &idle);
    zoe_engine_clear(b->clip.engine, NULL);
    b->clears++;
    return pick_unloaded(b);
}

static void sleep_until(uint64_t until_ns)
{
    uint64_t now;
    while (!zoe_interrupted() && (now = zoe_now_ns()) < until_ns) {
        uint64_t span = until_ns - now;
        struct timespec time = {(time_t)(span / 1000000000u), (long)(span % 1000000000u)};
        nanosleep(&time, NULL);
    }
}

/* Something at least as new as every pending jump is on screen. */
static void settle(scrub_bench *b, int64_t seek)
{
    uint64_t now = zoe_now_ns();
    b->shown++;
    b->overtaken += (uint64_t)(seek - b->pending);
    for (int64_t i = b->pending; i <= seek; i++)
        zoe_samples_add(&b->latency, now - b->starts[i]);
    b->pending = seek + 1;
}

static zoe_status run(scrub_bench *b, zoe_error *error)
{
    uint64_t interval = (uint64_t)b->interval_ms * 1000000u;
    for (int64_t i = 0; i < b->seeks; i++) {
        int64_t position = pick(b);
        if (position < 0) {
            if (b->failed)
                *error = b->error;
            return b->failed ? b->error.status
                             : zoe_error_set(error, ZOE_ERROR_NO_FRAMES, "%s: no frame to load",
                                             zoe_sequence_spec(b->clip.sequence));
        }
        b->starts[i] = zoe_now_ns();
        uint64_t next = interval && i < b->seeks - 1 ? b->starts[i] + interval : ZOE_NEVER;
        zoe_frame frame;
        zoe_status status = zoe_bench_want(&b->clip, position, 0, b->clip.count - 1, 0);
        if (status == ZOE_OK)
            status = zoe_clip_wait(&b->clip, position, next, &frame, error);
        if (status == ZOE_OK) {
            settle(b, i);
            zoe_frame_release(&frame);
        } else if (status == ZOE_STALE) {
            return status;
        } else if (status != ZOE_TIMEOUT) {
            if (!b->failed++)
                b->error = *error;
            b->pending = i + 1; /* what is shown now is the reason, at once */
        }
        if (next != ZOE_NEVER)
            sleep_until(next);
        if (zoe_interrupted())
            return zoe_error_set(error, ZOE_STALE, "%s: interrupted",
                                 zoe_sequence_spec(b->clip.sequence));
    }
    return ZOE_OK;
}

static json_t *make_report(scrub_bench *b, const zoe_bench_options *options)
{
    zoe_stats stats;
    zoe_engine_stats(b->clip.engine, &stats);
    zoe_samples_sort(&b->latency);
    json_t *report = json_object();
    zoe_report_text(report, "sequence", options->spec);
    zoe_report_integer(report, "seeks", b->seeks);
    zoe_report_integer(report, "interval_ms", b->interval_ms);
    zoe_report_samples_ms(report, "latency_ms", &b->latency);
    zoe_report_count(report, "shown", b->shown);
    zoe_report_count(report, "overtaken", b->overtaken);
    zoe_report_count(report, "clears", b->clears);
    zoe_report_count(report, "errors", b->failed);
    zoe_report_count(report, "decodes", stats.decodes);
    zoe_report_count(report, "stale_skipped", stats.stale_skipped);
    zoe_report_count(report, "stale_stopped", stats.stale_stopped);
    zoe_report_number(report, "wasted_ms", (double)stats.wasted_ns / 1e6);
    zoe_report_times_ms(report, "chunk_ms", &stats.chunk);
    zoe_report_times_ms(report, "decode_ms", &stats.decode);
    zoe_report_memory(report, &stats);
    return report;
}

int zoe_bench_scrub(int argc, char **argv)
{
    zoe_bench_options options = {0};
    scrub_bench b;
    memset(&b, 0, sizeof b);
    b.seeks = 100;
    b.seed = 1;
    const zoe_arg own[] = {
        {"seeks", 'n', ZOE_ARG_INTEGER, "N", "number of jumps (default 100)", &b.seeks, 0, 1, 1e6,
         0},
        {"interval-ms", 0, ZOE_ARG_INTEGER, "T",
         "time between jumps; 0: when the last was shown (default 0)", &b.interval_ms, 0, 0, 60000,
         0},
        {"seed", 0, ZOE_ARG_INTEGER, "S", "seed of the jumps (default 1)", &b.seed, 0, -9e15, 9e15,
         0},
    };
    zoe_args_result parsed =
        zoe_bench_parse(command, about, own, COUNT_OF(own), &options, argc, argv);
    if (parsed != ZOE_ARGS_RUN)
        return parsed == ZOE_ARGS_DONE ? ZOE_EXIT_DONE : ZOE_EXIT_USAGE;
    zoe_error error = {ZOE_OK, ""};
    if (zoe_bench_open(&b.clip, &options, 0, &error) != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    b.random = (uint64_t)b.seed;
    b.starts = calloc((size_t)b.seeks, sizeof *b.starts);
    zoe_status status = ZOE_OK;
    if (!b.starts || !zoe_samples_init(&b.latency, (size_t)b.seeks))
        status = zoe_error_set(&error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", options.spec);
    json_t *report = NULL;
    if (status == ZOE_OK)
        status = run(&b, &error);
    if (status == ZOE_OK && !b.shown)
        status = (error = b.error).status;
    if (status == ZOE_OK)
        report = make_report(&b, &options);
    free(b.starts);
    zoe_samples_free(&b.latency);
    zoe_clip_close(&b.clip);
    if (status != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    return zoe_report_print(report, command, "scrub", options.json);
}
