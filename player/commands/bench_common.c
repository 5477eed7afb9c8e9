#include "commands/bench_common.h"

#include <string.h>

#include <zoetrope/header.h>
#include <zoetrope/settings.h>

#include "model/interrupt.h"
#include "model/options.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { PATH_CAPACITY = 4096, ROWS_MAX = 40, HEADERS_TRIED = 8 };

zoe_args_result zoe_bench_parse(const char *command, const char *about, const zoe_arg *own,
                                size_t own_count, zoe_bench_options *options, int argc, char **argv)
{
    zoe_bench_options *o = options;
    /* clang-format off */
    const zoe_arg common[] = {
        {"json", 0, ZOE_ARG_FLAG, 0, "print one JSON object", &o->json, 0, 0, 0, 0},
        {"workers", 0, ZOE_ARG_INTEGER, "N", "decoding threads (default: 3/4 of the cores)", &o->workers, 0, 0, ZOE_WORKERS_MAX, 0},
        {"cache-mb", 0, ZOE_ARG_INTEGER, "MB", "exact memory for frames", &o->cache_mb, 0, 16, 1 << 30, 0},
        {"cache-percent", 0, ZOE_ARG_INTEGER, "P", "percent of memory for frames, 25..95", &o->cache_percent, 0, ZOE_PERCENT_MIN, ZOE_PERCENT_MAX, 0},
        {"reserve-gb", 0, ZOE_ARG_DECIMAL, "GB", "memory left to other programs, 0.5..8", &o->reserve_gb, 0, 0.5, 8, 0},
        {"layer", 0, ZOE_ARG_TEXT, "NAME", "layer, part or channel", &o->layer, 0, 0, 0, 0},
        {"view", 0, ZOE_ARG_TEXT, "NAME", "view, such as left", &o->view, 0, 0, 0, 0},
        {"proxy", 0, ZOE_ARG_CHOICE, "SCALE", "keep frames smaller", &o->proxy, 0, 0, 0, ZOE_WORDS_PROXY},
        {"full-precision", 0, ZOE_ARG_FLAG, 0, "keep float and uint as they are, not as half", &o->full_precision, 0, 0, 0, 0},
        {"verbose", 'v', ZOE_ARG_TALLY, 0, "say more on stderr; -vv says all", &o->verbose, 0, 0, 0, 0},
    };
    /* clang-format on */
    zoe_arg table[ROWS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < own_count && count < ROWS_MAX - COUNT_OF(common); i++)
        table[count++] = own[i];
    for (size_t i = 0; i < COUNT_OF(common); i++)
        table[count++] = common[i];
    const zoe_args args = {command, "SEQUENCE", about, table, count, 1, 1};
    int first = 0;
    zoe_args_result result = zoe_args_parse(&args, argc, argv, &first);
    if (result == ZOE_ARGS_RUN)
        options->spec = argv[first];
    return result;
}

zoe_status zoe_bench_open(zoe_clip *clip, const zoe_bench_options *options, uint64_t budget_bytes,
                          zoe_error *error)
{
    zoe_interrupt_install();
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.workers = (uint32_t)options->workers;
    settings.budget.percent = (uint32_t)options->cache_percent;
    settings.budget.reserve_bytes = (uint64_t)(options->reserve_gb * 1024 * 1024 * 1024);
    settings.budget.bytes = (uint64_t)options->cache_mb << 20;
    if (budget_bytes && !options->cache_mb && !options->cache_percent && options->reserve_gb <= 0)
        settings.budget.bytes = budget_bytes;
    if (options->verbose)
        settings.log_level = options->verbose > 1 ? ZOE_LOG_DEBUG : ZOE_LOG_INFO;
    zoe_source_settings source;
    zoe_source_settings_init(&source);
    source.layer = options->layer;
    source.view = options->view;
    source.proxy_shift = options->proxy;
    source.full_precision = options->full_precision;
    return zoe_clip_open(clip, options->spec, &settings, &source, error);
}

static uint64_t layer_bytes(const zoe_header *header, const zoe_bench_options *options)
{
    int32_t index = zoe_header_find_layer(header, options->layer, options->view);
    if (index < 0)
        return 0;
    const zoe_layer *layer = &header->layers[index];
    const zoe_part *part = &header->parts[layer->part];
    const zoe_box *box = &part->display_window;
    uint64_t width = (uint64_t)((int64_t)box->max_x - box->min_x + 1) >> options->proxy;
    uint64_t height = (uint64_t)((int64_t)box->max_y - box->min_y + 1) >> options->proxy;
    uint64_t bytes = 0;
    for (int32_t i = 0; i < layer->channel_count; i++) {
        zoe_sample_type type = part->channels[layer->channels[i]].type;
        uint64_t sample = options->full_precision && type != ZOE_SAMPLE_HALF ? 4 : 2;
        bytes += ((width * sample + 63) & ~(uint64_t)63) * height;
    }
    return bytes;
}

uint64_t zoe_bench_frame_bytes(const char *spec, const zoe_bench_options *options)
{
    zoe_sequence *sequence = NULL;
    if (zoe_sequence_open(spec, &sequence, NULL) != ZOE_OK)
        return 0;
    uint64_t bytes = 0;
    int tried = 0;
    for (int64_t p = 0; p < zoe_sequence_count(sequence) && tried < HEADERS_TRIED && !bytes; p++) {
        char path[PATH_CAPACITY];
        zoe_header *header = NULL;
        if (zoe_sequence_path(sequence, p, path, sizeof path) != ZOE_OK)
            continue;
        tried++;
        if (zoe_header_read(path, &header, NULL) == ZOE_OK)
            bytes = layer_bytes(header, options);
        zoe_header_free(&header);
    }
    zoe_sequence_close(&sequence);
    return bytes;
}

zoe_status zoe_bench_want(zoe_clip *clip, int64_t playhead, int64_t in, int64_t out, int playing)
{
    zoe_want want;
    memset(&want, 0, sizeof want);
    want.playhead = playhead;
    want.in = in;
    want.out = out;
    want.direction = 1;
    want.playing = playing;
    want.loop = ZOE_ONCE;
    want.strategy = playing ? ZOE_STRATEGY_FORWARD : ZOE_STRATEGY_SPIRAL;
    return zoe_source_set_want(clip->source, &want);
}

uint64_t zoe_bench_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}
