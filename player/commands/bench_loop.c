#include "commands/bench_common.h"

#include <stdbool.h>
#include <string.h>

#include "model/capacity.h"
#include "commands/playback.h"
#include "commands/process_memory.h"
#include "commands/report.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char command[] = "zoetrope bench loop";

static const char about[] =
    "Loops a work area, every frame, at a rate or (--fps 0) as fast as frames get ready.\n"
    "hits are frames that were ready when first asked for, misses those that were waited for;\n"
    "late is later than half a frame time after a frame was due (without a rate: a miss).\n"
    "decodes_per_loop, evictions_per_loop, network_mb_per_loop, requests_per_loop and\n"
    "allocations are counted after the first loop, allocations_total from the start;\n"
    "rss_growth_kb_per_loop is over the second half of the loops. capacity_frames is what the\n"
    "limit holds of frames beside the scratch, at the mean of those loaded; full_frames_mb what\n"
    "these would take with their windows filled.";

typedef struct loop_bench {
    zoe_clip clip;
    zoe_source *other; /* that is compared; NULL: none */
    int64_t loops;
    int64_t half;                    /* loops after which the second half begins */
    zoe_stats first;                 /* after the first loop */
    zoe_storage_stats first_storage; /* the same */
    uint64_t rss_half;               /* resident memory, bytes */
    uint64_t rss_end;
} loop_bench;

static void end_loop(void *user, int64_t passes)
{
    loop_bench *b = user;
    if (passes == 1) {
        zoe_engine_stats(b->clip.engine, &b->first);
        zoe_storage_get_stats(b->clip.storage, &b->first_storage);
    }
    if (passes == b->half)
        b->rss_half = zoe_process_resident();
    if (passes == b->loops)
        b->rss_end = zoe_process_resident();
}

/* Of both sequences, where two are compared. */
static int64_t frames_in_loop(const loop_bench *b, const zoe_playback_plan *plan)
{
    int64_t count = plan->out - plan->in + 1;
    for (int64_t p = plan->in; p <= plan->out && b->other; p++) {
        const zoe_sequence *other = zoe_source_sequence(b->other);
        int64_t number = zoe_sequence_number(b->clip.sequence, p);
        count += zoe_sequence_has_file(other, zoe_sequence_position(other, number));
    }
    return count;
}

static json_t *make_report(const loop_bench *b, const zoe_bench_options *options,
                           const zoe_playback_plan *plan, const zoe_playback_result *result)
{
    zoe_stats stats;
    zoe_engine_stats(b->clip.engine, &stats);
    /* With one loop there is nothing after the first: it speaks for itself. */
    zoe_stats from;
    memset(&from, 0, sizeof from);
    zoe_storage_stats storage, storage_from;
    zoe_storage_get_stats(b->clip.storage, &storage);
    memset(&storage_from, 0, sizeof storage_from);
    if (b->loops > 1) {
        from = b->first;
        storage_from = b->first_storage;
    }
    double later = b->loops > 1 ? (double)(b->loops - 1) : 1;
    double growth = ((double)b->rss_end - (double)b->rss_half) / 1024;
    json_t *report = json_object();
    zoe_report_text(report, "sequence", options->spec);
    if (b->other)
        zoe_report_text(report, "compared", zoe_sequence_name(zoe_source_sequence(b->other)));
    zoe_report_count(report, "plays", result->plays);
    zoe_report_count(report, "hits", result->hits);
    zoe_report_count(report, "misses", result->misses);
    zoe_report_count(report, "on_time", result->on_time);
    zoe_report_count(report, "late", result->late);
    zoe_report_count(report, "bad", result->bad);
    zoe_playback_report_room(report, command, result);
    zoe_report_number(report, "fps", zoe_playback_rate(result));
    zoe_report_number(report, "seconds", (double)(result->end_ns - result->start_ns) / 1e9);
    zoe_report_integer(report, "loops", b->loops);
    zoe_report_count(report, "decodes", stats.decodes);
    zoe_report_number(report, "decodes_per_loop", (double)(stats.decodes - from.decodes) / later);
    zoe_report_integer(report, "frames_in_loop", frames_in_loop(b, plan));
    zoe_report_integer(report, "capacity_frames", zoe_capacity_frames(&stats));
    zoe_report_count(report, "evictions", stats.evictions);
    zoe_report_number(report, "evictions_per_loop",
                      (double)(stats.evictions - from.evictions) / later);
    zoe_report_storage(report, b->clip.storage);
    zoe_report_number(report, "network_mb_per_loop",
                      (double)(storage.network_bytes - storage_from.network_bytes) / 1048576.0 /
                          later);
    zoe_report_number(report, "requests_per_loop",
                      (double)(storage.requests - storage_from.requests) / later);
    zoe_report_count(report, "allocations", stats.allocations - from.allocations);
    zoe_report_count(report, "allocations_total", stats.allocations);
    zoe_report_number(report, "rss_growth_kb_per_loop", growth / (double)(b->loops - b->half));
    zoe_report_times_ms(report, "decode_ms", &stats.decode);
    zoe_report_memory(report, &stats);
    return report;
}

typedef struct loop_options {
    zoe_bench_options common;
    zoe_rate rate;
    bool rate_given;
    int64_t in, out;
    bool in_given, out_given;
    const char *compare;
} loop_options;

static zoe_args_result parse(loop_options *options, int64_t *loops, int argc, char **argv)
{
    loop_options *o = options;
    const zoe_arg own[] = {
        {"fps", 'f', ZOE_ARG_RATE, "F", "frames a second; 0: as fast as they get ready (default 0)",
         &o->rate, &o->rate_given, 0, 1000, 0},
        {"loops", 0, ZOE_ARG_INTEGER, "L", "times the work area is played (default 4)", loops, 0, 1,
         1e9, 0},
        {"in", 0, ZOE_ARG_INTEGER, "FRAME", "first frame of the work area", &o->in, &o->in_given,
         -1e15, 1e15, 0},
        {"out", 0, ZOE_ARG_INTEGER, "FRAME", "last frame of the work area", &o->out, &o->out_given,
         -1e15, 1e15, 0},
        {"compare", 0, ZOE_ARG_TEXT, "SEQUENCE", "play it together with this one, under one limit",
         &o->compare, NULL, 0, 0, 0},
    };
    zoe_args_result result =
        zoe_bench_parse(command, about, own, COUNT_OF(own), &o->common, argc, argv);
    if (result == ZOE_ARGS_RUN && o->in_given && o->out_given && o->in > o->out) {
        zoe_usage_error(command, "--in %lld lies behind --out %lld", (long long)o->in,
                        (long long)o->out);
        return ZOE_ARGS_WRONG;
    }
    return result;
}

/* The sequence that is compared, in the clip's engine. */
static zoe_status open_other(loop_bench *b, const loop_options *options, zoe_error *error)
{
    zoe_sequence *sequence = NULL;
    zoe_source_settings settings;
    if (!options->compare)
        return ZOE_OK;
    zoe_source_settings_init(&settings);
    zoe_options_apply_source(&options->common.play, &settings);
    zoe_status status = zoe_sequence_open(options->compare, b->clip.storage, &sequence, error);
    if (status == ZOE_OK)
        status = zoe_source_open(b->clip.engine, &sequence, &settings, &b->other, error);
    zoe_sequence_close(&sequence);
    return status;
}

static zoe_status make_plan(loop_bench *b, const loop_options *options, zoe_playback_plan *plan,
                            zoe_error *error)
{
    memset(plan, 0, sizeof *plan);
    plan->out = b->clip.count - 1;
    plan->passes = b->loops;
    plan->rate = options->rate;
    plan->other = b->other;
    plan->pass = end_loop;
    plan->pass_user = b;
    zoe_status status = ZOE_OK;
    if (options->in_given)
        status = zoe_clip_position(&b->clip, options->in, &plan->in, error);
    if (status == ZOE_OK && options->out_given)
        status = zoe_clip_position(&b->clip, options->out, &plan->out, error);
    if (status == ZOE_OK && plan->in > plan->out)
        status = zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: no frame in the work area",
                               options->common.spec);
    plan->start = plan->in;
    return status;
}

/* The first reason why a frame of the work area could not be shown. */
static zoe_status first_reason(const loop_bench *b, const zoe_playback_plan *plan,
                               const zoe_playback_result *result, zoe_error *error)
{
    for (int64_t p = plan->in; p <= plan->out; p++)
        if (result->statuses[p] != ZOE_OK)
            return zoe_clip_explain(&b->clip, p, result->statuses[p], error);
    return zoe_error_set(error, ZOE_ERROR_NO_FRAMES, "no frame could be shown");
}

int zoe_bench_loop(int argc, char **argv)
{
    loop_options options;
    memset(&options, 0, sizeof options);
    options.rate.denominator = 1;
    loop_bench b;
    memset(&b, 0, sizeof b);
    b.loops = 4;
    zoe_args_result parsed = parse(&options, &b.loops, argc, argv);
    if (parsed != ZOE_ARGS_RUN)
        return parsed == ZOE_ARGS_DONE ? ZOE_EXIT_DONE : ZOE_EXIT_USAGE;
    zoe_error error = {ZOE_OK, ""};
    if (zoe_bench_open(&b.clip, &options.common, 0, &error) != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    b.half = b.loops / 2;
    b.rss_half = zoe_process_resident();
    zoe_playback_plan plan;
    zoe_playback_result result;
    memset(&result, 0, sizeof result);
    json_t *report = NULL;
    zoe_status status = open_other(&b, &options, &error);
    if (status == ZOE_OK)
        status = make_plan(&b, &options, &plan, &error);
    if (status == ZOE_OK) {
        status = zoe_playback_run(&b.clip, &plan, &result);
        if (status != ZOE_OK)
            zoe_error_set(&error, status, "%s: %s", options.common.spec, zoe_status_text(status));
        else if (result.interrupted)
            status = zoe_error_set(&error, ZOE_STALE, "%s: interrupted", options.common.spec);
        else if (!result.plays)
            status = first_reason(&b, &plan, &result, &error);
        else
            report = make_report(&b, &options.common, &plan, &result);
        zoe_playback_result_free(&result);
    }
    zoe_source_close(&b.other);
    zoe_clip_close(&b.clip);
    if (status != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    return zoe_report_print(report, command, "loop", options.common.json);
}
