#include "model/options.h"

#include <stddef.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char about[] =
    "Plays EXR image sequences from memory. SEQUENCE is a frame's file, a folder, or a\n"
    "pattern: shot.####.exr, shot.%04d.exr, shot.1001-1100####.exr.\n"
    "\n"
    "Other commands: zoetrope info | snapshot | generate | bench, each with --help.";

void zoe_options_init(zoe_options *options)
{
    memset(options, 0, sizeof *options);
    options->rate.denominator = 1;
    options->loop = ZOE_LOOP;
    options->policy = ZOE_POLICY_EVERY_FRAME;
    options->strategy = ZOE_STRATEGY_AUTO;
    options->loops = 1;
    options->use_config = 1;
}

/* What a table of single options cannot say: which of them go together. */
static int check(const zoe_options *options, int32_t loops_given)
{
    static const char command[] = "zoetrope";
    if (options->headless && !options->sequence_count)
        return zoe_usage_error(command, "--headless needs a sequence");
    if (options->headless && options->sequence_count > 1)
        return zoe_usage_error(command, "--headless plays one sequence, %d were given",
                               (int)options->sequence_count);
    if (options->json && !options->headless)
        return zoe_usage_error(command, "--json goes with --headless");
    if (loops_given && !options->headless)
        return zoe_usage_error(command, "--loops goes with --headless");
    if (options->rate_given && !options->rate.numerator && !options->headless)
        return zoe_usage_error(command, "--fps 0 goes with --headless");
    if (options->in_given && options->out_given && options->in > options->out)
        return zoe_usage_error(command, "--in %lld lies behind --out %lld", (long long)options->in,
                               (long long)options->out);
    if (options->headless && options->config)
        return zoe_usage_error(command, "--headless reads no settings file: give options instead");
    if (options->config && !options->use_config)
        return zoe_usage_error(command, "--config and --no-config exclude each other");
    return ZOE_EXIT_DONE;
}

/* clang-format off */
zoe_args_result zoe_options_parse(zoe_options *options, int argc, char **argv)
{
    zoe_options *o = options;
    int32_t loops_given = 0;
    const zoe_arg table[] = {
        {"Playing", 0, ZOE_ARG_HEADING, 0, 0, 0, 0, 0, 0, 0},
        {"in", 0, ZOE_ARG_INTEGER, "FRAME", "first frame of the work area", &o->in, &o->in_given, -1e15, 1e15, 0},
        {"out", 0, ZOE_ARG_INTEGER, "FRAME", "last frame of the work area", &o->out, &o->out_given, -1e15, 1e15, 0},
        {"frame", 0, ZOE_ARG_INTEGER, "FRAME", "start at this frame", &o->frame, &o->frame_given, -1e15, 1e15, 0},
        {"play", 0, ZOE_ARG_FLAG, 0, "start playing at once", &o->play, 0, 0, 0, 0},
        {"fps", 'f', ZOE_ARG_RATE, "RATE", "frames a second: 24, 23.976, 24000/1001 (default: the file's, else 24)", &o->rate, &o->rate_given, 0, 1000, 0},
        {"loop", 0, ZOE_ARG_CHOICE, "MODE", "at the end of the work area", &o->loop, &o->loop_given, 0, 0, "loop|ping-pong|once"},
        {"policy", 0, ZOE_ARG_CHOICE, "POLICY", "wait for every frame, or skip to keep time", &o->policy, &o->policy_given, 0, 0, "every-frame|real-time"},
        {"Picture", 0, ZOE_ARG_HEADING, 0, 0, 0, 0, 0, 0, 0},
        {"layer", 0, ZOE_ARG_TEXT, "NAME", "layer, part or channel to show", &o->layer, 0, 0, 0, 0},
        {"view", 0, ZOE_ARG_TEXT, "NAME", "view to show, such as left", &o->view, 0, 0, 0, 0},
        {"proxy", 0, ZOE_ARG_CHOICE, "SCALE", "keep frames smaller", &o->proxy, &o->proxy_given, 0, 0, "1|1/2|1/4|1/8"},
        {"overscan", 0, ZOE_ARG_FLAG, 0, "show what lies outside the display window", &o->overscan, 0, 0, 0, 0},
        {"full-precision", 0, ZOE_ARG_FLAG, 0, "keep float and uint as they are, not as half", &o->full_precision, 0, 0, 0, 0},
        {"Memory and workers", 0, ZOE_ARG_HEADING, 0, 0, 0, 0, 0, 0, 0},
        {"cache-percent", 0, ZOE_ARG_INTEGER, "P", "percent of memory for frames, 25..95 (default 75)", &o->cache_percent, 0, ZOE_PERCENT_MIN, ZOE_PERCENT_MAX, 0},
        {"reserve-gb", 0, ZOE_ARG_DECIMAL, "GB", "memory left to other programs, 0.5..8 (default 2)", &o->reserve_gb, 0, 0.5, 8, 0},
        {"cache-mb", 0, ZOE_ARG_INTEGER, "MB", "exact memory for frames; overrides both of the above", &o->cache_mb, 0, 16, 1 << 30, 0},
        {"workers", 0, ZOE_ARG_INTEGER, "N", "decoding threads (default: 3/4 of the cores)", &o->workers, &o->workers_given, 0, ZOE_WORKERS_MAX, 0},
        {"strategy", 0, ZOE_ARG_CHOICE, "S", "order of preloading", &o->strategy, &o->strategy_given, 0, 0, "auto|spiral|forward"},
        {"Program", 0, ZOE_ARG_HEADING, 0, 0, 0, 0, 0, 0, 0},
        {"headless", 0, ZOE_ARG_FLAG, 0, "play without a window and print statistics", &o->headless, 0, 0, 0, 0},
        {"loops", 0, ZOE_ARG_INTEGER, "L", "with --headless: play the work area L times (default 1)", &o->loops, &loops_given, 1, 1e9, 0},
        {"json", 0, ZOE_ARG_FLAG, 0, "with --headless: print one JSON object", &o->json, 0, 0, 0, 0},
        {"fullscreen", 0, ZOE_ARG_FLAG, 0, "start in full screen", &o->fullscreen, 0, 0, 0, 0},
        {"size", 0, ZOE_ARG_EXTENT, "WxH", "size of the window", &o->size, 0, 160, 16384, 0},
        {"ui-scale", 0, ZOE_ARG_DECIMAL, "X", "size of text and bars, 0.5..4 (default: the display's)", &o->ui_scale, 0, 0.5, 4, 0},
        {"config", 0, ZOE_ARG_TEXT, "FILE", "use this settings file", &o->config, 0, 0, 0, 0},
        {"no-config", 0, ZOE_ARG_UNFLAG, 0, "neither read nor write a settings file", &o->use_config, 0, 0, 0, 0},
        {"verbose", 'v', ZOE_ARG_TALLY, 0, "say more on stderr; -vv: every load and eviction", &o->verbose, 0, 0, 0, 0},
    };
    const zoe_args args = {"zoetrope", "SEQUENCE...", about, table, COUNT_OF(table), 0, 1 << 20};
    int first = 0;
    zoe_args_result result = zoe_args_parse(&args, argc, argv, &first);
    if (result != ZOE_ARGS_RUN)
        return result;
    options->sequences = argv + first;
    options->sequence_count = (int32_t)(argc - first);
    return check(options, loops_given) == ZOE_EXIT_DONE ? ZOE_ARGS_RUN : ZOE_ARGS_WRONG;
}
/* clang-format on */

void zoe_options_apply(const zoe_options *options, zoe_engine_settings *settings)
{
    zoe_budget *budget = &settings->budget;
    if (options->cache_percent) {
        budget->percent = (uint32_t)options->cache_percent;
        budget->bytes = 0;
    }
    if (options->reserve_gb > 0) {
        budget->reserve_bytes = (uint64_t)(options->reserve_gb * 1024.0 * 1024.0 * 1024.0);
        budget->bytes = 0;
    }
    if (options->cache_mb)
        budget->bytes = (uint64_t)options->cache_mb << 20;
    if (options->workers_given)
        settings->workers = (uint32_t)options->workers;
    if (options->verbose == 1)
        settings->log_level = ZOE_LOG_INFO;
    if (options->verbose > 1)
        settings->log_level = ZOE_LOG_DEBUG;
}

void zoe_options_apply_source(const zoe_options *options, zoe_source_settings *settings)
{
    if (options->layer)
        settings->layer = options->layer;
    if (options->view)
        settings->view = options->view;
    if (options->proxy_given)
        settings->proxy_shift = options->proxy;
    if (options->overscan)
        settings->overscan = 1;
    if (options->full_precision)
        settings->full_precision = 1;
}
