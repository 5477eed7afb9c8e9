#include "commands/bench_common.h"

#include <string.h>

#include <zoetrope/header.h>
#include <zoetrope/settings.h>

#include "model/interrupt.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { PATH_CAPACITY = 4096, ROWS_MAX = 56, HEADERS_TRIED = 8 };

zoe_args_result zoe_bench_parse(const char *command, const char *about, const zoe_arg *own,
                                size_t own_count, zoe_bench_options *options, int argc, char **argv)
{
    /* Those of the player that count here too. */
    const zoe_option *const shared[] = {
        ZOE_OPTION(workers),    ZOE_OPTION(cache_percent),  ZOE_OPTION(reserve_gb),
        ZOE_OPTION(cache_mb),   ZOE_OPTION(layer),          ZOE_OPTION(view),
        ZOE_OPTION(proxy),      ZOE_OPTION(full_precision), ZOE_OPTION(verbose),
        ZOE_OPTION(isolation),  ZOE_OPTION(decoder_frames), ZOE_OPTION(decoder_mb),
        ZOE_OPTION(disk_cache), ZOE_OPTION(disk_cache_gb),  ZOE_OPTION(disk_cache_for),
        ZOE_OPTION(ca_file),    ZOE_OPTION(s3_endpoint),    ZOE_OPTION(s3_region),
        ZOE_OPTION(s3_profile), ZOE_OPTION(s3_style),       ZOE_OPTION(s3_anonymous),
    };
    char help[COUNT_OF(shared)][ZOE_OPTION_HELP];
    bool given[COUNT_OF(shared)] = {false};
    zoe_arg table[ROWS_MAX];
    size_t count = 0;
    zoe_options_init(&options->play);
    for (size_t i = 0; i < own_count && count < ROWS_MAX - COUNT_OF(shared) - 1; i++)
        table[count++] = own[i];
    table[count++] = (zoe_arg){.name = "json",
                               .kind = ZOE_ARG_FLAG,
                               .help = "print one JSON object",
                               .value = &options->json};
    for (size_t i = 0; i < COUNT_OF(shared); i++) {
        if (!(shared[i]->where & ZOE_IN_ARGS))
            continue;
        zoe_option_help(shared[i], help[i]);
        table[count++] = zoe_option_bind(shared[i], &options->play, help[i], &given[i]);
    }
    const zoe_args args = {command, "SEQUENCE", about, table, count, 1, 1};
    int first = 0;
    zoe_args_result result = zoe_args_parse(&args, argc, argv, &first);
    for (size_t i = 0; i < COUNT_OF(shared); i++) {
        if (given[i])
            zoe_options_give(&options->play, shared[i]);
    }
    if (result == ZOE_ARGS_RUN) {
        options->spec = argv[first];
        zoe_options_isolate(&options->play);
    }
    return result;
}

bool zoe_bench_has_budget(const zoe_bench_options *options)
{
    return ZOE_GIVEN(&options->play, cache_mb) || ZOE_GIVEN(&options->play, cache_percent) ||
           ZOE_GIVEN(&options->play, reserve_gb);
}

zoe_status zoe_bench_open(zoe_clip *clip, const zoe_bench_options *options, uint64_t budget_bytes,
                          zoe_error *error)
{
    const zoe_options *play = &options->play;
    zoe_interrupt_install();
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    zoe_options_apply(play, &settings);
    if (budget_bytes && !zoe_bench_has_budget(options))
        settings.budget.bytes = budget_bytes;
    zoe_source_settings source;
    zoe_source_settings_init(&source);
    zoe_options_apply_source(play, &source);
    return zoe_clip_open(clip, options->spec, play, &settings, &source, error);
}

static uint64_t layer_bytes(const zoe_header *header, const zoe_bench_options *options)
{
    int32_t index = zoe_header_find_layer(header, options->play.layer, options->play.view);
    if (index < 0)
        return 0;
    const zoe_layer *layer = &header->layers[index];
    const zoe_part *part = &header->parts[layer->part];
    const zoe_box *box = &part->display_window;
    uint64_t width = (uint64_t)((int64_t)box->max_x - box->min_x + 1) >> options->play.proxy;
    uint64_t height = (uint64_t)((int64_t)box->max_y - box->min_y + 1) >> options->play.proxy;
    uint64_t bytes = 0;
    for (int32_t i = 0; i < layer->channel_count; i++) {
        zoe_sample_type type = part->channels[layer->channels[i]].type;
        uint64_t sample = options->play.full_precision && type != ZOE_SAMPLE_HALF ? 4 : 2;
        bytes += ((width * sample + 63) & ~(uint64_t)63) * height;
    }
    return bytes;
}

uint64_t zoe_bench_frame_bytes(const char *spec, const zoe_bench_options *options)
{
    zoe_storage *storage = NULL;
    zoe_sequence *sequence = NULL;
    if (zoe_clip_storage(&options->play, &storage, NULL) != ZOE_OK ||
        zoe_sequence_open(spec, storage, &sequence, NULL) != ZOE_OK) {
        zoe_storage_close(&storage);
        return 0;
    }
    uint64_t bytes = 0;
    int tried = 0;
    for (int64_t p = 0; p < zoe_sequence_count(sequence) && tried < HEADERS_TRIED && !bytes; p++) {
        char path[PATH_CAPACITY];
        zoe_header *header = NULL;
        if (zoe_sequence_path(sequence, p, path, sizeof path) != ZOE_OK)
            continue;
        tried++;
        if (zoe_header_read(path, storage, &header, NULL) == ZOE_OK)
            bytes = layer_bytes(header, options);
        zoe_header_free(&header);
    }
    zoe_sequence_close(&sequence);
    zoe_storage_close(&storage);
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
