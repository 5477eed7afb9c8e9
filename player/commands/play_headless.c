#include "commands/play_headless.h"

#include <stdio.h>
#include <string.h>

#include "model/capacity.h"
#include "model/interrupt.h"
#include "commands/playback.h"
#include "commands/clip.h"
#include "commands/report.h"

static const char command[] = "zoetrope";

static zoe_status make_plan(const zoe_clip *clip, const zoe_options *options,
                            zoe_playback_plan *plan, zoe_error *error)
{
    memset(plan, 0, sizeof *plan);
    plan->out = clip->count - 1;
    plan->passes = options->loops;
    plan->rate = ZOE_GIVEN(options, rate) ? options->rate : zoe_clip_file_rate(clip);
    plan->loop = (zoe_loop_mode)options->loop;
    plan->policy = (zoe_policy)options->policy;
    plan->strategy = (zoe_strategy)options->strategy;
    zoe_status status = ZOE_OK;
    if (ZOE_GIVEN(options, in))
        status = zoe_clip_position(clip, options->in, &plan->in, error);
    if (status == ZOE_OK && ZOE_GIVEN(options, out))
        status = zoe_clip_position(clip, options->out, &plan->out, error);
    if (status == ZOE_OK && plan->in > plan->out)
        status = zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: no frame in the work area",
                               zoe_sequence_spec(clip->sequence));
    plan->start = plan->in;
    if (status == ZOE_OK && ZOE_GIVEN(options, frame))
        status = zoe_clip_position(clip, options->frame, &plan->start, error);
    return status;
}

/* The last position of the gap that begins here: neighbours without a file are told as one. */
static int64_t end_of_gap(const zoe_clip *clip, const zoe_playback_result *result, int64_t position)
{
    while (position + 1 < clip->count && result->statuses[position + 1] == ZOE_MISSING)
        position++;
    return position;
}

static void explain_gap(const zoe_clip *clip, int64_t first, int64_t last, zoe_error *error)
{
    zoe_error_set(error, ZOE_MISSING, "%s/%s: frames %lld to %lld have no file",
                  zoe_sequence_folder(clip->sequence), zoe_sequence_name(clip->sequence),
                  (long long)zoe_sequence_number(clip->sequence, first),
                  (long long)zoe_sequence_number(clip->sequence, last));
}

/* One line on stderr and one entry in the list for each gap and each frame that could not be shown.
 */
static json_t *list_errors(const zoe_clip *clip, const zoe_playback_result *result)
{
    json_t *list = json_array();
    for (int64_t p = 0; p < clip->count; p++) {
        if (result->statuses[p] == ZOE_OK)
            continue;
        int64_t last = p;
        if (result->statuses[p] == ZOE_MISSING)
            last = end_of_gap(clip, result, p);
        zoe_error error;
        if (last > p)
            explain_gap(clip, p, last, &error);
        else
            zoe_clip_explain(clip, p, result->statuses[p], &error);
        fprintf(stderr, "%s: %s\n", command, error.text);
        json_t *entry = json_object();
        zoe_report_integer(entry, "frame", zoe_sequence_number(clip->sequence, p));
        zoe_report_integer(entry, "last", zoe_sequence_number(clip->sequence, last));
        zoe_report_text(entry, "status", zoe_status_name(error.status));
        zoe_report_text(entry, "error", error.text);
        json_array_append_new(list, entry);
        p = last;
    }
    return list;
}

static void report_what(json_t *report, const zoe_clip *clip, const zoe_playback_plan *plan)
{
    char word[ZOE_OPTION_TEXT];
    zoe_report_text(report, "sequence", zoe_sequence_spec(clip->sequence));
    zoe_report_integer(report, "first", zoe_sequence_first(clip->sequence));
    zoe_report_integer(report, "last", zoe_sequence_last(clip->sequence));
    zoe_report_integer(report, "in", zoe_sequence_number(clip->sequence, plan->in));
    zoe_report_integer(report, "out", zoe_sequence_number(clip->sequence, plan->out));
    zoe_report_text(report, "loop", zoe_option_word(ZOE_OPTION(loop), (int)plan->loop, word));
    zoe_report_text(report, "policy", zoe_option_word(ZOE_OPTION(policy), (int)plan->policy, word));
    zoe_report_integer(report, "loops", plan->passes);
    zoe_report_number(report, "fps_set",
                      (double)plan->rate.numerator / (double)plan->rate.denominator);
}

static json_t *make_report(const zoe_clip *clip, const zoe_playback_plan *plan,
                           const zoe_playback_result *result, json_t *errors)
{
    zoe_stats stats;
    zoe_engine_stats(clip->engine, &stats);
    json_t *report = json_object();
    report_what(report, clip, plan);
    zoe_report_number(report, "fps", zoe_playback_rate(result));
    zoe_report_number(report, "seconds", (double)(result->end_ns - result->start_ns) / 1e9);
    zoe_report_count(report, "plays", result->plays);
    zoe_report_count(report, "hits", result->hits);
    zoe_report_count(report, "misses", result->misses);
    zoe_report_count(report, "on_time", result->on_time);
    zoe_report_count(report, "late", result->late);
    zoe_report_count(report, "skipped", result->skipped);
    zoe_report_count(report, "bad", result->bad);
    zoe_report_count(report, "incomplete", result->incomplete);
    zoe_playback_report_room(report, command, result);
    json_object_set_new(report, "interrupted", json_boolean(result->interrupted));
    zoe_report_count(report, "decodes", stats.decodes);
    zoe_report_count(report, "evictions", stats.evictions);
    zoe_report_count(report, "stale_skipped", stats.stale_skipped);
    zoe_report_count(report, "stale_stopped", stats.stale_stopped);
    zoe_report_count(report, "allocations", stats.allocations);
    zoe_report_number(report, "read_mb", (double)stats.bytes_read / (1024.0 * 1024.0));
    zoe_report_times_ms(report, "decode_ms", &stats.decode);
    zoe_report_times_ms(report, "chunk_ms", &stats.chunk);
    zoe_report_times_ms(report, "read_ms", &stats.read);
    zoe_report_integer(report, "capacity_frames", zoe_capacity_frames(&stats));
    zoe_report_memory(report, &stats);
    zoe_report_storage(report, clip->storage);
    zoe_report_count(report, "error_count", json_array_size(errors));
    json_object_set_new(report, "errors", errors);
    return report;
}

/* What came from a network in each of the first loops. */
enum { LOOPS_NOTED = 100 };
typedef struct loop_notes {
    const zoe_clip *clip;
    uint64_t bytes[LOOPS_NOTED]; /* since the start, at each loop's end */
    int64_t count;
} loop_notes;

static void end_loop(void *user, int64_t passes)
{
    loop_notes *notes = user;
    zoe_storage_stats stats;
    if (passes > LOOPS_NOTED)
        return;
    zoe_storage_get_stats(notes->clip->storage, &stats);
    notes->bytes[notes->count++] = stats.network_bytes;
}

static void report_loops(json_t *report, const loop_notes *notes)
{
    json_t *list = json_array();
    uint64_t before = 0;
    for (int64_t i = 0; i < notes->count; i++) {
        json_array_append_new(list, json_real((double)(notes->bytes[i] - before) / 1048576.0));
        before = notes->bytes[i];
    }
    json_object_set_new(report, "network_mb_by_loop", list);
}

int zoe_cmd_play_headless(const zoe_options *options)
{
    zoe_interrupt_install();
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    zoe_options_apply(options, &settings);
    zoe_options_isolate(options);
    zoe_source_settings source;
    zoe_source_settings_init(&source);
    zoe_options_apply_source(options, &source);
    zoe_error error = {ZOE_OK, ""};
    zoe_clip clip;
    if (zoe_clip_open(&clip, options->sequences[0], options, &settings, &source, &error) != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    zoe_playback_plan plan;
    zoe_playback_result result;
    json_t *report = NULL;
    int nothing = 0;
    zoe_status status = make_plan(&clip, options, &plan, &error);
    loop_notes notes = {.clip = &clip};
    if (status == ZOE_OK) {
        plan.pass = end_loop;
        plan.pass_user = &notes;
        status = zoe_playback_run(&clip, &plan, &result);
        if (status != ZOE_OK)
            zoe_error_set(&error, status, "%s: %s", options->sequences[0], zoe_status_text(status));
    }
    if (status == ZOE_OK) {
        json_t *errors = list_errors(&clip, &result);
        nothing = !result.plays && !result.interrupted;
        report = make_report(&clip, &plan, &result, errors);
        report_loops(report, &notes);
        zoe_playback_result_free(&result);
    }
    zoe_clip_close(&clip);
    if (status != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    int code = zoe_report_print(report, command, options->sequences[0], options->json);
    return nothing ? ZOE_EXIT_FAILED : code;
}
