#include "bench_common.h"

#include <string.h>

#include <zoetrope/transport.h>

#include "interrupt.h"
#include "report.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char command[] = "zoetrope bench decode";

static const char about[] =
    "Decodes every frame through the ordinary worker path, in play order, and keeps none: the\n"
    "cache has room for a few frames a worker only, so that buffers are reused as in steady\n"
    "playback of a sequence that does not fit. --cache-mb gives another room.\n"
    "frame_ms is a frame's time from its claim by a worker until it can be shown; fps is frames\n"
    "by wall time, all workers together. The file cache of the system is used as it is found.";

typedef struct decode_bench {
    zoe_reel reel[2]; /* the same engine and sequence, as two sources */
    int64_t repeat;
    uint64_t failed; /* frames that cannot be decoded */
    zoe_error error; /* of the first */
    uint64_t budget; /* in force for the measurement */
} decode_bench;

/*
 * Rounds take turns with two sources. The one that rests wants nothing, so its frames are the first
 * to give up their buffers: each round decodes everything, into memory that is already there.
 */
static zoe_status open_second(decode_bench *b, const zoe_bench_options *options, zoe_error *error)
{
    zoe_sequence *sequence = NULL;
    zoe_status status = zoe_sequence_open(options->spec, &sequence, error);
    if (status != ZOE_OK)
        return status;
    zoe_source_settings settings;
    zoe_source_settings_init(&settings);
    settings.layer = options->layer;
    settings.view = options->view;
    settings.proxy_shift = options->proxy;
    settings.full_precision = options->full_precision;
    b->reel[1] = b->reel[0];
    b->reel[1].source = NULL;
    status = zoe_source_open(b->reel[0].engine, &sequence, &settings, &b->reel[1].source, error);
    zoe_sequence_close(&sequence);
    if (status != ZOE_OK)
        return status;
    b->reel[1].sequence = zoe_source_sequence(b->reel[1].source);
    if (zoe_sequence_count(b->reel[1].sequence) < b->reel[1].count)
        b->reel[1].count = zoe_sequence_count(b->reel[1].sequence);
    return ZOE_OK;
}

/* A few frames a worker, and scratch. Left alone where that is more than there is anyway. */
static void set_budget(decode_bench *b, const zoe_bench_options *options)
{
    zoe_stats stats;
    zoe_engine_stats(b->reel[0].engine, &stats);
    b->budget = stats.limit_bytes;
    uint64_t frame = zoe_bench_frame_bytes(options->spec, options);
    if (options->cache_mb || options->cache_percent || options->reserve_gb > 0 || !frame)
        return;
    uint64_t scratch = ((uint64_t)16 << 20) + frame / 2;
    uint64_t bytes = frame * (2 * stats.workers + 2) + scratch * stats.workers;
    zoe_budget budget;
    memset(&budget, 0, sizeof budget);
    budget.bytes = bytes < ZOE_LIMIT_MIN ? ZOE_LIMIT_MIN : bytes;
    if (budget.bytes < stats.limit_bytes &&
        zoe_engine_set_budget(b->reel[0].engine, &budget, NULL) == ZOE_OK)
        b->budget = budget.bytes;
}

/* A sequence that fits whole stays whole: then it must be thrown out by hand. */
static void forget(zoe_reel *reel)
{
    for (int64_t p = 0; p < reel->count; p++) {
        uint8_t state = ZOE_FRAME_EMPTY;
        zoe_source_states(reel->source, p, 1, &state);
        if (state == ZOE_FRAME_LOADED || state == ZOE_FRAME_INCOMPLETE) {
            zoe_engine_clear(reel->engine, NULL);
            return;
        }
    }
}

static zoe_status run_round(decode_bench *b, zoe_reel *reel, zoe_error *error)
{
    for (int64_t p = 0; p < reel->count; p++) {
        zoe_frame frame;
        zoe_status status = zoe_bench_want(reel, p, 0, reel->count - 1, 1);
        if (status == ZOE_OK)
            status = zoe_reel_wait(reel, p, ZOE_NEVER, &frame, error);
        if (zoe_interrupted()) {
            if (status == ZOE_OK)
                zoe_frame_release(&frame);
            return zoe_error_set(error, ZOE_STALE, "%s: interrupted",
                                 zoe_sequence_spec(reel->sequence));
        }
        if (status == ZOE_OK) {
            zoe_frame_release(&frame);
        } else if (status != ZOE_MISSING) {
            if (!b->failed++)
                b->error = *error;
        }
    }
    zoe_want idle;
    memset(&idle, 0, sizeof idle);
    idle.idle = 1;
    return zoe_source_set_want(reel->source, &idle);
}

static json_t *make_report(const decode_bench *b, const zoe_bench_options *options, double seconds)
{
    zoe_stats stats;
    zoe_engine_stats(b->reel[0].engine, &stats);
    json_t *report = json_object();
    zoe_report_text(report, "sequence", options->spec);
    zoe_report_count(report, "frames", stats.decodes);
    zoe_report_number(report, "seconds", seconds);
    zoe_report_number(report, "fps", seconds > 0 ? (double)stats.decodes / seconds : 0);
    zoe_report_times_ms(report, "frame_ms", &stats.decode);
    zoe_report_times_ms(report, "chunk_ms", &stats.chunk);
    zoe_report_times_ms(report, "read_ms", &stats.read);
    zoe_report_number(report, "read_mb", (double)stats.bytes_read / (1024.0 * 1024.0));
    zoe_report_integer(report, "repeat", b->repeat);
    zoe_report_count(report, "errors", b->failed);
    zoe_report_count(report, "allocations", stats.allocations);
    zoe_report_memory(report, &stats);
    return report;
}

int zoe_bench_decode(int argc, char **argv)
{
    zoe_bench_options options = {0};
    decode_bench b;
    memset(&b, 0, sizeof b);
    b.repeat = 1;
    const zoe_arg own[] = {
        {"repeat", 0, ZOE_ARG_INTEGER, "R", "rounds over all frames (default 1)", &b.repeat, 0, 1,
         1e6, 0},
    };
    zoe_args_result result =
        zoe_bench_parse(command, about, own, COUNT_OF(own), &options, argc, argv);
    if (result != ZOE_ARGS_RUN)
        return result == ZOE_ARGS_DONE ? ZOE_EXIT_DONE : ZOE_EXIT_USAGE;
    zoe_error error = {ZOE_OK, ""};
    if (zoe_bench_open(&b.reel[0], &options, 0, &error) != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    zoe_status status = open_second(&b, &options, &error);
    json_t *report = NULL;
    if (status == ZOE_OK) {
        set_budget(&b, &options);
        zoe_engine_reset_stats(b.reel[0].engine);
        uint64_t spent = 0;
        for (int64_t r = 0; r < b.repeat && status == ZOE_OK; r++) {
            zoe_reel *reel = &b.reel[r & 1];
            forget(reel);
            uint64_t start = zoe_now_ns();
            status = run_round(&b, reel, &error);
            spent += zoe_now_ns() - start;
        }
        report = make_report(&b, &options, (double)spent / 1e9);
        if (status == ZOE_OK && !json_integer_value(json_object_get(report, "frames"))) {
            status = b.failed ? b.error.status : ZOE_ERROR_NO_FRAMES;
            error = b.error;
        }
    }
    zoe_source_close(&b.reel[1].source);
    zoe_reel_close(&b.reel[0]);
    if (status != ZOE_OK) {
        json_decref(report);
        return zoe_failure(command, "%s", error.text);
    }
    return zoe_report_print(report, command, "decode", options.json);
}
