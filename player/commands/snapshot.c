#define _POSIX_C_SOURCE 200809L /* strcasecmp */

#include "commands/snapshot.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <zoetrope/display.h>
#include <zoetrope/engine.h>
#include <zoetrope/header.h>
#include <zoetrope/transport.h>

#include "color/coloring.h"
#include "model/args.h"
#include "model/frame_header.h"
#include "model/interrupt.h"
#include "model/layer.h"
#include "model/options.h"
#include "model/frame_write.h"
#include "commands/clip.h"
#include "model/value_range.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char command[] = "zoetrope snapshot";

static const char about[] =
    "Writes one frame of a sequence into a file. OUT.exr gets the linear pixels as they are\n"
    "in memory (half, or float with --full-precision); OUT.png gets what the viewer shows,\n"
    "over black, depth and ids over their range. The options for light and size are for PNG\n"
    "only.";

typedef struct snapshot_options {
    zoe_storage_args from;
    int64_t frame;
    bool frame_given;
    const char *out;
    const char *layer, *view;
    bool overscan, full_precision;
    double exposure, gamma, contrast, saturation;
    int32_t channel, transfer, isolation;
    zoe_coloring_choice color;
    zoe_extent size;
    bool png_only_given; /* an option that an EXR has no use for */
    int64_t cache_mb;
    const char *spec;
} snapshot_options;

/* Depth, ids and vectors over the range that the viewer opens them with. Returns whether they are
 * such. */
static bool fit_range(const zoe_clip *clip, const zoe_frame *frame, const snapshot_options *options,
                      zoe_grade *grade)
{
    zoe_header *header = NULL; /* of a file that cannot be read any more */
    (void)zoe_frame_header_read(clip->sequence, frame->position, &header, NULL);
    int32_t index = header ? zoe_header_find_layer(header, options->layer, options->view) : -1;
    zoe_value_range range;
    bool is_data = index >= 0 && zoe_layer_is_data(header, index);
    (void)zoe_value_range_first(frame, is_data, &range);
    grade->range_min = range.min;
    grade->range_max = range.max;
    zoe_header_free(&header);
    return is_data;
}

static void read_file_color(const zoe_clip *clip, const zoe_frame *frame, zoe_file_color *file)
{
    char path[4096];
    zoe_header *header = NULL;
    if (zoe_sequence_path(clip->sequence, frame->position, path, sizeof path) != ZOE_OK)
        path[0] = '\0';
    (void)zoe_frame_header_read(clip->sequence, frame->position, &header, NULL);
    zoe_file_color_read(file, header, path);
    zoe_header_free(&header);
}

static zoe_status write_exr(const zoe_clip *clip, const zoe_frame *frame,
                            const snapshot_options *options, zoe_error *error)
{
    char file[4096];
    if (zoe_sequence_path(clip->sequence, frame->position, file, sizeof file) != ZOE_OK)
        file[0] = '\0';
    return zoe_frame_write_exr(options->out, frame, clip->storage, file, options->layer,
                               options->view, false, error);
}

static zoe_status write_png(const zoe_clip *clip, const zoe_frame *frame,
                            const snapshot_options *options, zoe_error *error)
{
    zoe_grade grade;
    zoe_grade_init(&grade);
    grade.exposure = (float)options->exposure;
    grade.gamma = (float)options->gamma;
    grade.contrast = (float)options->contrast;
    grade.saturation = (float)options->saturation;
    grade.view = (zoe_channel_view)options->channel;
    grade.transfer = (zoe_transfer)options->transfer;
    bool is_data = fit_range(clip, frame, options, &grade);
    zoe_file_color file;
    read_file_color(clip, frame, &file);
    zoe_coloring *coloring = zoe_coloring_create(NULL, NULL);
    if (!coloring)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "out of memory");
    zoe_colored colored;
    zoe_status status = zoe_coloring_choose(coloring, &options->color, error);
    if (status == ZOE_OK)
        status =
            zoe_coloring_of(coloring, frame, &file, is_data, grade.transfer, true, &colored, error);
    const zoe_look look = {.ids = true}; /* as the window has it */
    const zoe_paint seen = {.frame = frame, .look = &look};
    if (status == ZOE_OK)
        status = zoe_frame_write_png(options->out, &seen, &grade, &colored.color, NULL,
                                     options->size, false, error);
    zoe_coloring_destroy(&coloring);
    return status;
}

static bool has_suffix(const char *text, const char *suffix)
{
    size_t length = strlen(text), n = strlen(suffix);
    return length > n && strcasecmp(text + length - n, suffix) == 0;
}

static zoe_status take(zoe_clip *clip, const snapshot_options *options, zoe_error *error)
{
    int64_t position = 0;
    zoe_status status = zoe_clip_position(clip, options->frame, &position, error);
    if (status != ZOE_OK)
        return status;
    zoe_want want;
    memset(&want, 0, sizeof want);
    want.playhead = want.in = want.out = position;
    want.direction = 1;
    status = zoe_source_set_want(clip->source, &want);
    if (status != ZOE_OK)
        return zoe_clip_explain(clip, position, status, error);
    zoe_frame frame;
    status = zoe_clip_wait(clip, position, ZOE_NEVER, &frame, error);
    if (status != ZOE_OK)
        return status;
    if (frame.incomplete)
        zoe_failure(command, "%s: frame %lld is incomplete: what its file lacks is black",
                    options->spec, (long long)options->frame);
    status = has_suffix(options->out, ".png") ? write_png(clip, &frame, options, error)
                                              : write_exr(clip, &frame, options, error);
    zoe_frame_release(&frame);
    return status;
}

static zoe_args_result parse(snapshot_options *options, int argc, char **argv)
{
    snapshot_options *o = options;
    bool *png = &o->png_only_given;
    /* clang-format off */
    const zoe_arg own[] = {
        {"frame", 0, ZOE_ARG_INTEGER, "N", "number of the frame (default: the sequence's first file)", &o->frame, &o->frame_given, -1e15, 1e15, 0},
        {"output", 'o', ZOE_ARG_TEXT, "FILE", "OUT.exr or OUT.png", &o->out, 0, 0, 0, 0},
        {"layer", 0, ZOE_ARG_TEXT, "NAME", "layer, part or channel", &o->layer, 0, 0, 0, 0},
        {"view", 0, ZOE_ARG_TEXT, "NAME", "view, such as left", &o->view, 0, 0, 0, 0},
        {"overscan", 0, ZOE_ARG_FLAG, 0, "include what lies outside the display window", &o->overscan, 0, 0, 0, 0},
        {"full-precision", 0, ZOE_ARG_FLAG, 0, "keep float and uint as they are, not as half", &o->full_precision, 0, 0, 0, 0},
        {"cache-mb", 0, ZOE_ARG_INTEGER, "MB", "memory it may take (default: as the player)", &o->cache_mb, 0, 16, 1 << 30, 0},
        {"isolation", 0, ZOE_ARG_CHOICE, "MODE", "decode in a process that may do nothing else (default auto)", &o->isolation, 0, 0, 0, ZOE_WORDS_ISOLATION},
        {"Light and size (PNG)", 0, ZOE_ARG_HEADING, 0, 0, 0, 0, 0, 0, 0},
        {"exposure", 0, ZOE_ARG_DECIMAL, "STOPS", "-20..20 (default 0)", &o->exposure, png, -20, 20, 0},
        {"gamma", 0, ZOE_ARG_DECIMAL, "G", "0.1..10 (default 1)", &o->gamma, png, 0.1, 10, 0},
        {"contrast", 0, ZOE_ARG_DECIMAL, "C", "0..10 (default 1)", &o->contrast, png, 0, 10, 0},
        {"saturation", 0, ZOE_ARG_DECIMAL, "S", "0..10 (default 1)", &o->saturation, png, 0, 10, 0},
        {"channel", 0, ZOE_ARG_CHOICE, "C", "what to show", &o->channel, png, 0, 0, "color|red|green|blue|alpha|luminance"},
        {"transfer", 0, ZOE_ARG_CHOICE, "T", "transfer function", &o->transfer, png, 0, 0, ZOE_WORDS_TRANSFER},
        {"ocio", 0, ZOE_ARG_TEXT, "FILE", "OpenColorIO configuration; aces: a built-in one; none (default: $OCIO)", &o->color.config, png, 0, 0, 0},
        {"input-space", 0, ZOE_ARG_TEXT, "NAME", "its colour space of the file (default: as it says)", &o->color.input, png, 0, 0, 0},
        {"display", 0, ZOE_ARG_TEXT, "NAME", "its display", &o->color.display, png, 0, 0, 0},
        {"view-transform", 0, ZOE_ARG_TEXT, "NAME", "its view", &o->color.view, png, 0, 0, 0},
        {"look", 0, ZOE_ARG_TEXT, "NAME", "its look", &o->color.look, png, 0, 0, 0},
        {"lut", 0, ZOE_ARG_TEXT, "FILE", "lookup table (.cube); not with --ocio", &o->color.lut, png, 0, 0, 0},
        {"lut-space", 0, ZOE_ARG_CHOICE, "WHAT", "what it takes and gives", &o->color.lut_place, png, 0, 0, ZOE_WORDS_LUT},
        {"cdl", 0, ZOE_ARG_TEXT, "FILE", "colour decision list (.cc, .ccc, .cdl)", &o->color.cdl, png, 0, 0, 0},
        {"cdl-id", 0, ZOE_ARG_TEXT, "ID", "which correction of it (default: the first)", &o->color.cdl_id, png, 0, 0, 0},
        {"size", 0, ZOE_ARG_EXTENT, "WxH", "fit the picture into this size (default: 1:1)", &o->size, png, 1, ZOE_FRAME_WRITE_SIDE_MAX, 0},
    };
    /* clang-format on */
    zoe_arg table[COUNT_OF(own) + ZOE_STORAGE_ROWS];
    memcpy(table, own, sizeof own);
    size_t rows = COUNT_OF(own) + zoe_options_storage_args(&o->from, table + COUNT_OF(own));
    const zoe_args args = {command, "SEQUENCE", about, table, rows, 1, 1};
    int first = 0;
    zoe_args_result result = zoe_args_parse(&args, argc, argv, &first);
    if (result != ZOE_ARGS_RUN)
        return result;
    o->spec = argv[first];
    int wrong = 0;
    if (!o->out)
        wrong = zoe_usage_error(command, "-o FILE is missing");
    else if (!has_suffix(o->out, ".png") && !has_suffix(o->out, ".exr"))
        wrong = zoe_usage_error(command, "-o: '%s' ends neither in .exr nor in .png", o->out);
    else if (o->png_only_given && !has_suffix(o->out, ".png"))
        wrong = zoe_usage_error(command, "light and size are for PNG; an EXR gets linear pixels");
    return wrong ? ZOE_ARGS_WRONG : ZOE_ARGS_RUN;
}

/* The frame that was named, else the first that has a file. */
static int64_t default_frame(const zoe_clip *clip)
{
    int64_t position = zoe_sequence_named_position(clip->sequence);
    if (position < 0) {
        position = 0;
        while (position < clip->count - 1 && !zoe_sequence_has_file(clip->sequence, position))
            position++;
    }
    return zoe_sequence_number(clip->sequence, position);
}

/* Whole numbers are never shown as half, as in the window. */
static bool is_whole(const zoe_clip *clip, const snapshot_options *options)
{
    zoe_header *header = NULL;
    int64_t position = 0;
    if (zoe_clip_position(clip, options->frame, &position, NULL) != ZOE_OK ||
        zoe_frame_header_read(clip->sequence, position, &header, NULL) != ZOE_OK)
        return false;
    int32_t index = zoe_header_find_layer(header, options->layer, options->view);
    bool whole = index >= 0 && zoe_layer_is_whole(header, index);
    zoe_header_free(&header);
    return whole;
}

int zoe_cmd_snapshot(int argc, char **argv)
{
    snapshot_options options;
    memset(&options, 0, sizeof options);
    options.isolation = ZOE_ISOLATION_AUTO;
    options.gamma = options.contrast = options.saturation = 1;
    zoe_args_result result = parse(&options, argc, argv);
    if (result != ZOE_ARGS_RUN)
        return result == ZOE_ARGS_DONE ? ZOE_EXIT_DONE : ZOE_EXIT_USAGE;
    zoe_interrupt_install();
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.budget.bytes = (uint64_t)options.cache_mb << 20;
    settings.isolation = options.isolation;
    (void)zoe_header_isolate(&settings);
    zoe_source_settings source;
    zoe_source_settings_init(&source);
    source.layer = options.layer;
    source.view = options.view;
    source.overscan = options.overscan;
    source.full_precision = options.full_precision;
    zoe_error error = {ZOE_OK, ""};
    zoe_clip clip;
    zoe_status status =
        zoe_clip_open(&clip, options.spec, &options.from.options, &settings, &source, &error);
    if (status == ZOE_OK && !options.frame_given)
        options.frame = default_frame(&clip);
    if (status == ZOE_OK && !source.full_precision && is_whole(&clip, &options)) {
        zoe_clip_close(&clip);
        source.full_precision = 1;
        status =
            zoe_clip_open(&clip, options.spec, &options.from.options, &settings, &source, &error);
    }
    if (status == ZOE_OK) {
        status = take(&clip, &options, &error);
        zoe_clip_close(&clip);
    }
    return status == ZOE_OK ? ZOE_EXIT_DONE : zoe_failure(command, "%s", error.text);
}
