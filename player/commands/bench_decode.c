#include "commands/bench_common.h"

#include <string.h>

#include <zoetrope/transport.h>

#include "model/interrupt.h"
#include "commands/report.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char command[] = "zoetrope bench decode";

static const char about[] =
    "Decodes every frame through the ordinary worker path, in play order, and keeps none: the\n"
    "cache has room for a few frames a worker only, so that buffers are reused as in steady\n"
    "playback of a sequence that does not fit. --cache-mb gives it another size.\n"
    "As many frames as fit are decoded before it, and not counted, to have the buffers in memory.\n"
    "frame_ms is a frame's time from its claim by a worker until it can be shown; fps is frames\n"
    "by wall time, all workers together. The file cache of the system is used as it is found.";

/* The same sequence as several sources: small still pictures need as many as frames fit, and
 * one. */
enum { CLIPS_MAX = 1024 };

typedef struct decode_bench {
    zoe_clip clips[CLIPS_MAX]; /* of one engine */
    int64_t clip_count;
    int64_t repeat;
    int64_t rounds;  /* so far */
    uint64_t failed; /* frames that cannot be decoded */
    zoe_error error; /* of the first */
    uint64_t budget; /* in force for the measurement */
} decode_bench;

static zoe_status open_another(decode_bench *b, const zoe_bench_options *options, zoe_error *error)
{
    zoe_sequence *sequence = NULL;
    zoe_status status = zoe_sequence_open(options->spec, b->clips[0].storage, &sequence, error);
    if (status != ZOE_OK)
        return status;
    zoe_source_settings settings;
    zoe_source_settings_init(&settings);
    zoe_options_apply_source(&options->play, &settings);
    zoe_clip *clip = &b->clips[b->clip_count];
    *clip = b->clips[0];
    clip->source = NULL;
    status = zoe_source_open(b->clips[0].engine, &sequence, &settings, &clip->source, error);
    zoe_sequence_close(&sequence);
    if (status != ZOE_OK)
        return status;
    clip->sequence = zoe_source_sequence(clip->source);
    if (zoe_sequence_count(clip->sequence) < clip->count)
        clip->count = zoe_sequence_count(clip->sequence);
    b->clip_count++;
    return ZOE_OK;
}

/* A few frames a worker, and scratch. Left alone where that is more than there is anyway. */
static void set_budget(decode_bench *b, const zoe_bench_options *options)
{
    zoe_stats stats;
    zoe_engine_stats(b->clips[0].engine, &stats);
    b->budget = stats.limit_bytes;
    uint64_t frame = zoe_bench_frame_bytes(options->spec, options);
    if (!frame || zoe_bench_has_budget(options))
        return;
    uint64_t scratch = ((uint64_t)16 << 20) + frame / 2;
    uint64_t bytes = frame * (2 * stats.workers + 2) + scratch * stats.workers;
    /* What the storage holds of files that are far is in the limit too. */
    bool is_far = zoe_storage_is_url(options->spec) || zoe_storage_is_network(options->spec) ||
                  options->play.disk_cache_for == ZOE_DISK_CACHE_ALL;
    zoe_storage_stats storage;
    zoe_storage_get_stats(b->clips[0].storage, &storage);
    bytes += is_far ? storage.memory_limit_bytes : 0;
    /* And what processes hold that decode. */
    bool is_isolated = options->play.isolation != ZOE_ISOLATION_OFF;
    bytes += is_isolated ? ((uint64_t)16 << 20) * stats.workers : 0;
    zoe_budget budget;
    memset(&budget, 0, sizeof budget);
    budget.bytes = bytes < ZOE_LIMIT_MIN ? ZOE_LIMIT_MIN : bytes;
    if (budget.bytes < stats.limit_bytes &&
        zoe_engine_set_budget(b->clips[0].engine, &budget, NULL) == ZOE_OK)
        b->budget = budget.bytes;
}

static bool has_frames(const zoe_clip *clip)
{
    for (int64_t p = 0; p < clip->count; p++) {
        uint8_t state = ZOE_FRAME_EMPTY;
        zoe_source_states(clip->source, p, 1, &state);
        if (state == ZOE_FRAME_LOADED || state == ZOE_FRAME_INCOMPLETE)
            return true;
    }
    return false;
}

static zoe_status run_round(decode_bench *b, zoe_clip *clip, zoe_error *error)
{
    for (int64_t p = 0; p < clip->count; p++) {
        zoe_frame frame;
        zoe_status status = zoe_bench_want(clip, p, 0, clip->count - 1, 1);
        if (status == ZOE_OK)
            status = zoe_clip_wait(clip, p, ZOE_NEVER, &frame, error);
        if (zoe_interrupted()) {
            if (status == ZOE_OK)
                zoe_frame_release(&frame);
            return zoe_error_set(error, ZOE_STALE, "%s: interrupted",
                                 zoe_sequence_spec(clip->sequence));
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
    return zoe_source_set_want(clip->source, &idle);
}

/* One round with the source whose turn it is. Adds what it took to *spent. */
static zoe_status next_round(decode_bench *b, uint64_t *spent, zoe_error *error)
{
    zoe_clip *clip = &b->clips[b->rounds++ % b->clip_count];
    if (has_frames(clip))
        zoe_engine_clear(clip->engine, NULL);
    uint64_t start = zoe_now_ns();
    zoe_status status = run_round(b, clip, error);
    *spent += zoe_now_ns() - start;
    return status;
}

/*
 * Rounds take turns with the sources. Those that rest want nothing, so their frames are the first
 * to give up their buffers: once so many sources have filled the memory that the first has lost all
 * frames, each round decodes everything, into memory that is already there. Of small frames it
 * takes many sources to fill it: no more than a second's worth, or a file whose header takes longer
 * than its picture would be read a thousand times.
 */
static zoe_status warm_up(decode_bench *b, const zoe_bench_options *options, zoe_error *error)
{
    const uint64_t long_ns = 1000000000;
    uint64_t spent = 0;
    zoe_status status = next_round(b, &spent, error);
    while (status == ZOE_OK && b->clip_count < CLIPS_MAX && has_frames(&b->clips[0]) &&
           spent < long_ns) {
        status = open_another(b, options, error);
        if (status == ZOE_OK)
            status = next_round(b, &spent, error);
    }
    b->rounds = 0;
    b->failed = 0;
    return status;
}

static json_t *make_report(const decode_bench *b, const zoe_bench_options *options, double seconds)
{
    zoe_stats stats;
    zoe_engine_stats(b->clips[0].engine, &stats);
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
    if (zoe_bench_open(&b.clips[0], &options, 0, &error) != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    b.clip_count = 1;
    set_budget(&b, &options);
    zoe_status status = warm_up(&b, &options, &error);
    json_t *report = NULL;
    if (status == ZOE_OK) {
        uint64_t spent = 0;
        zoe_engine_reset_stats(b.clips[0].engine);
        for (int64_t r = 0; r < b.repeat && status == ZOE_OK; r++)
            status = next_round(&b, &spent, &error);
        report = make_report(&b, &options, (double)spent / 1e9);
        if (status == ZOE_OK && !json_integer_value(json_object_get(report, "frames"))) {
            status = b.failed ? b.error.status : ZOE_ERROR_NO_FRAMES;
            error = b.error;
        }
    }
    for (int64_t i = 1; i < b.clip_count; i++)
        zoe_source_close(&b.clips[i].source);
    zoe_clip_close(&b.clips[0]);
    if (status != ZOE_OK) {
        json_decref(report);
        return zoe_failure(command, "%s", error.text);
    }
    return zoe_report_print(report, command, "decode", options.json);
}
