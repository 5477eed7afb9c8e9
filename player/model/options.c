#include "model/options.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static const char command[] = "zoetrope";

static const char about[] =
    "Plays EXR image sequences from memory. SEQUENCE is a frame's file, a folder, or a\n"
    "pattern: shot.####.exr, shot.%04d.exr, shot.1001-1100####.exr.\n"
    "\n"
    "Other commands: zoetrope info | snapshot | generate | bench, each with --help.";

/* clang-format off */
#define AT(member) .at = offsetof(zoe_options, member)
#define HEADING(text) {.name = text, .kind = ZOE_ARG_HEADING}
#define FRAME_NUMBER .kind = ZOE_ARG_INTEGER, .argument = "FRAME", .min = -1e15, .max = 1e15, .otherwise = ""
#define PANEL(row_group, row_caption) .group = ZOE_GROUP_##row_group, .caption = row_caption

/* Where an option of files from elsewhere is offered; in a build without them nowhere, and the
 * settings file keeps it. */
#ifdef ZOE_REMOTE
#define FAR(places) (places)
#else
#define FAR(places) 0u
#endif

enum { ARGS = ZOE_IN_ARGS, FILE_KEPT = ZOE_IN_FILE, IN_PANEL = ZOE_IN_PANEL };

const zoe_option zoe_option_table[] = {
    HEADING("Playing"),
    {.name = "in", AT(in), FRAME_NUMBER, .where = ARGS, .help = "first frame of the work area"},
    {.name = "out", AT(out), FRAME_NUMBER, .where = ARGS, .help = "last frame of the work area"},
    {.name = "frame", AT(frame), FRAME_NUMBER, .where = ARGS, .help = "start at this frame"},
    {.name = "play", AT(play), .kind = ZOE_ARG_FLAG, .where = ARGS, .help = "start playing at once"},
    {.name = "compare", AT(compare), .kind = ZOE_ARG_TEXT, .where = ARGS, .argument = "SEQUENCE",
     .help = "compare the first sequence with this one"},
    {.name = "compare-mode", AT(compare_mode), .kind = ZOE_ARG_CHOICE, .where = ARGS, .argument = "MODE",
     .words = "flip|wipe|difference|blend|anaglyph|side|tile", .normal = 1,
     .labels = "Flip|Wipe|Difference|Blend|Anaglyph|Side by side|Tile", .help = "how; without --compare: with the next SEQUENCE"},
    {.name = "compare-align", AT(compare_align), .kind = ZOE_ARG_CHOICE, .where = ARGS, .argument = "BY",
     .words = "number|start", .labels = "By frame number|By first frame", .help = "which frames belong together"},
    {.name = "compare-offset", AT(compare_offset), .kind = ZOE_ARG_INTEGER, .where = ARGS, .argument = "N", .min = -1e9, .max = 1e9,
     .help = "frames that the other one is ahead"},
    {.name = "compare-size", AT(compare_size), .kind = ZOE_ARG_CHOICE, .where = ARGS, .argument = "BY",
     .words = "window|pixel", .labels = "Display windows as wide as each other|Pixel for pixel, middle on middle",
     .help = "how pictures of other sizes lie on each other"},
    {.name = "restore", AT(restore), .kind = ZOE_ARG_FLAG, .where = ARGS, .help = "open again what was open last, as it was left"},
    {.name = "stay", AT(stay), .kind = ZOE_ARG_FLAG, .where = ARGS, .help = "open the window also where no SEQUENCE can be opened"},
    {.name = "fps", .letter = 'f', AT(rate), .kind = ZOE_ARG_RATE, .where = ARGS, .argument = "RATE", .max = 1000,
     .help = "frames a second: 24, 23.976, 24000/1001", .otherwise = "the file's, else 24"},
    {.name = "policy", AT(policy), .kind = ZOE_ARG_CHOICE, .where = ARGS | FILE_KEPT | IN_PANEL, .argument = "POLICY",
     .words = "every-frame|real-time", .labels = "Every frame|Real time",
     .help = "wait for every frame, or skip to keep time", PANEL(PLAYBACK, "Policy")},
    {.name = "loop", AT(loop), .kind = ZOE_ARG_CHOICE, .where = ARGS | FILE_KEPT | IN_PANEL, .argument = "MODE",
     .words = "loop|ping-pong|once", .labels = "Loop|Ping-pong|Once",
     .help = "at the end of the work area", PANEL(PLAYBACK, "At the end")},

    HEADING("Picture"),
    {.name = "layer", AT(layer), .kind = ZOE_ARG_TEXT, .where = ARGS, .argument = "NAME",
     .help = "layer, part or channel to show"},
    {.name = "view", AT(view), .kind = ZOE_ARG_TEXT, .where = ARGS, .argument = "NAME",
     .help = "view to show, such as left"},
    {.name = "proxy", AT(proxy), .kind = ZOE_ARG_CHOICE, .where = ARGS, .argument = "SCALE", .words = ZOE_WORDS_PROXY,
     .labels = "Full size|Half size|A quarter of the size|An eighth of the size", .help = "keep frames smaller"},
    {.name = "overscan", AT(overscan), .kind = ZOE_ARG_FLAG, .where = ARGS,
     .labels = "The display window only|With what lies outside the display window",
     .help = "show what lies outside the display window"},
    {.name = "full-precision", AT(full_precision), .kind = ZOE_ARG_FLAG, .where = ARGS,
     .labels = "Float and uint as half|Float and uint in full precision",
     .help = "keep float and uint as they are, not as half"},
    {.name = "exposure", AT(exposure), .kind = ZOE_ARG_DECIMAL, .where = IN_PANEL | ZOE_IN_STATUSBAR, .min = -20, .max = 20,
     PANEL(PICTURE, "Exposure"), .low = -10, .high = 10, .step = 0.1, .decimals = 2, .is_signed = true, .brief = "EV"},
    {.name = "gamma", AT(gamma), .kind = ZOE_ARG_DECIMAL, .where = IN_PANEL | ZOE_IN_STATUSBAR, .min = 0.1, .max = 10,
     .normal = 1, PANEL(PICTURE, "Gamma"), .low = 0.2, .high = 4, .step = 0.05, .decimals = 2, .brief = "Gamma"},
    {.name = "contrast", AT(contrast), .kind = ZOE_ARG_DECIMAL, .where = IN_PANEL, .max = 10, .normal = 1,
     PANEL(PICTURE, "Contrast"), .high = 3, .step = 0.05, .decimals = 2},
    {.name = "saturation", AT(saturation), .kind = ZOE_ARG_DECIMAL, .where = IN_PANEL, .max = 10, .normal = 1,
     PANEL(PICTURE, "Saturation"), .high = 3, .step = 0.05, .decimals = 2},
    {.name = "transfer", AT(transfer), .kind = ZOE_ARG_CHOICE, .where = FILE_KEPT | IN_PANEL,
     .words = ZOE_WORDS_TRANSFER, .labels = "sRGB|Rec. 709|Linear", PANEL(PICTURE, "Output")},
    {.name = "flop", AT(flop), .kind = ZOE_ARG_FLAG, .where = ZOE_IN_STATUSBAR, .labels = "Left and right as they are|Mirrored left to right", .brief = "Flop"},
    {.name = "flip", AT(flip), .kind = ZOE_ARG_FLAG, .where = ZOE_IN_STATUSBAR, .labels = "Top and bottom as they are|Mirrored top to bottom", .brief = "Flip"},
    {.name = "pixels", AT(pixels), .kind = ZOE_ARG_FLAG, .where = ZOE_IN_STATUSBAR, .labels = "Smooth below 200%|Pixels at every size", .brief = "Pixels"},
    {.name = "marks", AT(marks), .kind = ZOE_ARG_FLAG, .where = ZOE_IN_STATUSBAR,
     .labels = "Nothing is marked|NaN, infinity and clipping are marked", .brief = "Marks"},
    {.name = "false-color", AT(false_color), .kind = ZOE_ARG_FLAG, .where = ZOE_IN_STATUSBAR,
     .labels = "Colours as they are|Levels as false colours", .brief = "False colours"},
    {.name = "ids", AT(ids), .kind = ZOE_ARG_FLAG, .where = ZOE_IN_STATUSBAR, .normal = 1,
     .labels = "Ids from black to white|Ids as colours", .brief = "Ids grey"},
    {.name = "guides", AT(guides), .kind = ZOE_ARG_CHOICE, .where = ZOE_IN_STATUSBAR, .words = "none|safe|safe-and-middle",
     .labels = "No safe areas|Safe areas: action 90%, title 80%|Safe areas and middle", .brief = "Safe areas"},
    {.name = "aspect", AT(aspect), .kind = ZOE_ARG_CHOICE, .where = ZOE_IN_STATUSBAR,
     .words = "none|1.33|1.78|1.85|2.00|2.39|1.00|0.56", .labels = "No frame|Frame 1.33:1|Frame 1.78:1|Frame 1.85:1|Frame 2.00:1|Frame 2.39:1|Frame 1:1|Frame 9:16",
     .brief = "Frame"},

    HEADING("Colour"),
    {.name = "ocio", AT(ocio), .kind = ZOE_ARG_TEXT, .where = ARGS | FILE_KEPT, .argument = "FILE",
     .help = "OpenColorIO configuration; aces: a built-in one; none", .otherwise = "$OCIO"},
    {.name = "input-space", AT(input_space), .kind = ZOE_ARG_TEXT, .where = ARGS, .argument = "NAME",
     .help = "its colour space of the files", .otherwise = "as they say"},
    {.name = "display", AT(display), .kind = ZOE_ARG_TEXT, .where = ARGS | FILE_KEPT, .argument = "NAME", .help = "its display"},
    {.name = "view-transform", AT(view_transform), .kind = ZOE_ARG_TEXT, .where = ARGS | FILE_KEPT, .argument = "NAME", .help = "its view"},
    {.name = "look", AT(look), .kind = ZOE_ARG_TEXT, .where = ARGS | FILE_KEPT, .argument = "NAME", .help = "its look"},
    {.name = "lut", AT(lut), .kind = ZOE_ARG_TEXT, .where = ARGS | FILE_KEPT, .argument = "FILE",
     .help = "lookup table (.cube); not with --ocio"},
    {.name = "lut-space", AT(lut_space), .kind = ZOE_ARG_CHOICE, .where = ARGS | FILE_KEPT, .argument = "WHAT",
     .words = ZOE_WORDS_LUT, .labels = "Light to light|Display to display|Light to display|ACEScct to display",
     .help = "what it takes and gives"},
    {.name = "cdl", AT(cdl), .kind = ZOE_ARG_TEXT, .where = ARGS | FILE_KEPT, .argument = "FILE",
     .help = "colour decision list (.cc, .ccc, .cdl)"},
    {.name = "cdl-id", AT(cdl_id), .kind = ZOE_ARG_TEXT, .where = ARGS | FILE_KEPT, .argument = "ID",
     .help = "which correction of it", .otherwise = "the first"},

    HEADING("Memory and workers"),
    {.name = "cache-percent", AT(cache_percent), .kind = ZOE_ARG_INTEGER, .where = ARGS | FILE_KEPT | IN_PANEL, .argument = "P",
     .min = ZOE_PERCENT_MIN, .max = ZOE_PERCENT_MAX, .normal = ZOE_PERCENT_DEFAULT,
     .help = "percent of memory for frames", PANEL(MEMORY, "Cache"), .step = 5, .unit = "%"},
    {.name = "reserve-gb", AT(reserve_gb), .kind = ZOE_ARG_DECIMAL, .where = ARGS | FILE_KEPT | IN_PANEL, .argument = "GB",
     .min = 0.5, .max = 8, .normal = 2,
     .help = "memory left to other programs", PANEL(MEMORY, "Reserve"), .step = 0.5, .decimals = 1, .unit = " GB"},
    {.name = "cache-mb", AT(cache_mb), .kind = ZOE_ARG_INTEGER, .where = ARGS, .argument = "MB", .min = 16, .max = 1 << 30,
     .help = "exact memory for frames; overrides both of the above", .otherwise = ""},
    {.name = "workers", AT(workers), .kind = ZOE_ARG_INTEGER, .where = ARGS | FILE_KEPT | IN_PANEL, .argument = "N",
     .max = ZOE_WORKERS_MAX, .help = "decoding threads", .otherwise = "3/4 of the cores", PANEL(LOADING, "Workers"), .step = 1},
    {.name = "watch", AT(watch), .kind = ZOE_ARG_CHOICE, .where = ARGS | FILE_KEPT | IN_PANEL, .argument = "W",
     .words = "off|on", .normal = 1, .labels = "Off|On",
     .help = "read files again when they change", PANEL(LOADING, "Watch files")},
    {.name = "strategy", AT(strategy), .kind = ZOE_ARG_CHOICE, .where = ARGS | FILE_KEPT | IN_PANEL, .argument = "S",
     .words = "auto|spiral|forward", .labels = "Auto|Spiral|Forward",
     .help = "order of preloading", PANEL(LOADING, "Strategy")},
    {.name = "isolation", AT(isolation), .kind = ZOE_ARG_CHOICE, .where = ARGS | FILE_KEPT, .argument = "MODE",
     .words = ZOE_WORDS_ISOLATION, .labels = "Off|On|Auto", .normal = ZOE_ISOLATION_AUTO,
     .help = "decode in processes that may do nothing else"},
    {.name = "decoder-frames", AT(decoder_frames), .kind = ZOE_ARG_INTEGER, .where = ARGS | FILE_KEPT, .argument = "N", .max = 1e9,
     .help = "start each of them anew after N frames", .otherwise = "never"},
    {.name = "decoder-mb", AT(decoder_mb), .kind = ZOE_ARG_INTEGER, .where = ARGS | FILE_KEPT, .argument = "MB", .min = 1,
     .max = 1 << 20, .normal = 64, .help = "and where it has so much more memory than it needs"},
    {.name = "decoder-hang", AT(decoder_hang), .kind = ZOE_ARG_INTEGER, .where = ARGS | FILE_KEPT, .argument = "SECONDS", .min = 1,
     .max = 3600, .normal = 10, .help = "end one that makes no progress for so long"},

#ifdef ZOE_REMOTE
    HEADING("Files from elsewhere"),
#endif
    {.name = "disk-cache", AT(disk_cache), .kind = ZOE_ARG_TEXT, .where = FILE_KEPT | FAR(ARGS), .argument = "DIR",
     .help = "keep files from slow places in this folder; off: nowhere", .otherwise = "$XDG_CACHE_HOME/zoetrope/disk"},
    {.name = "disk-cache-gb", AT(disk_cache_gb), .kind = ZOE_ARG_DECIMAL, .where = FILE_KEPT | FAR(ARGS | IN_PANEL), .argument = "GB",
     .min = 0.001, .max = 1e6, .zero_is_auto = true, .help = "how much of them", .otherwise = "a tenth of the free disk, 50 at most",
     PANEL(DISK, "Size"), .high = 200, .step = 5, .unit = " GB"},
    {.name = "disk-cache-for", AT(disk_cache_for), .kind = ZOE_ARG_CHOICE, .where = FILE_KEPT | FAR(ARGS | IN_PANEL), .argument = "WHAT",
     .words = "auto|all|remote", .labels = "Network|All files|URLs", PANEL(DISK, "Keep"),
     .help = "URLs and network drives, all files, or URLs"},
    {.name = "ca-file", AT(ca_file), .kind = ZOE_ARG_TEXT, .where = FILE_KEPT | FAR(ARGS), .argument = "FILE",
     .help = "certificates that https servers are verified with (PEM)"},
    {.name = "s3-endpoint", AT(s3_endpoint), .kind = ZOE_ARG_TEXT, .where = FILE_KEPT | FAR(ARGS), .argument = "URL",
     .help = "server of s3://", .otherwise = "$AWS_ENDPOINT_URL, else Amazon's"},
    {.name = "s3-region", AT(s3_region), .kind = ZOE_ARG_TEXT, .where = FILE_KEPT | FAR(ARGS), .argument = "REGION",
     .help = "its region", .otherwise = "$AWS_REGION, else us-east-1"},
    {.name = "s3-profile", AT(s3_profile), .kind = ZOE_ARG_TEXT, .where = FILE_KEPT | FAR(ARGS), .argument = "NAME",
     .help = "profile that has its credentials", .otherwise = "$AWS_PROFILE"},
    {.name = "s3-style", AT(s3_style), .kind = ZOE_ARG_CHOICE, .where = FILE_KEPT | FAR(ARGS), .argument = "WHERE",
     .words = "auto|path|host", .labels = "As the server says|In the path|In the host's name",
     .help = "where the bucket stands in its URLs"},
    {.name = "s3-anonymous", AT(s3_anonymous), .kind = ZOE_ARG_FLAG, .where = FAR(ARGS), .help = "requests to it are not signed"},

    HEADING("Program"),
    {.name = "headless", AT(headless), .kind = ZOE_ARG_FLAG, .where = ARGS, .help = "play without a window and print statistics"},
    {.name = "loops", AT(loops), .kind = ZOE_ARG_INTEGER, .where = ARGS | ZOE_WITH_HEADLESS, .argument = "L", .min = 1, .max = 1e9,
     .normal = 1, .help = "with --headless: play the work area L times"},
    {.name = "json", AT(json), .kind = ZOE_ARG_FLAG, .where = ARGS | ZOE_WITH_HEADLESS, .help = "with --headless: print one JSON object"},
    {.name = "drag-scrubs", AT(drag_scrubs), .kind = ZOE_ARG_FLAG, .where = FILE_KEPT | IN_PANEL, .normal = 1,
     .labels = "Does nothing|Scrubs", .step = 1, PANEL(WINDOW, "Drag")},
    {.name = "indicator-height", AT(indicator_height), .kind = ZOE_ARG_INTEGER, .where = FILE_KEPT | IN_PANEL, .min = 4, .max = 8,
     .normal = 4, PANEL(WINDOW, "Load indicator"), .step = 1, .unit = " px"},
    {.name = "fullscreen", AT(fullscreen), .kind = ZOE_ARG_FLAG, .where = ARGS, .help = "start in full screen"},
    {.name = "size", AT(size), .kind = ZOE_ARG_EXTENT, .where = ARGS, .argument = "WxH", .min = 160, .max = 16384, .help = "size of the window"},
    {.name = "window-width", AT(window_width), .kind = ZOE_ARG_INTEGER, .where = FILE_KEPT, .min = 320, .max = 16384, .normal = 1280},
    {.name = "window-height", AT(window_height), .kind = ZOE_ARG_INTEGER, .where = FILE_KEPT, .min = 240, .max = 16384, .normal = 720},
    {.name = "maximized", AT(maximized), .kind = ZOE_ARG_FLAG, .where = FILE_KEPT},
    {.name = "ui-scale", AT(ui_scale), .kind = ZOE_ARG_DECIMAL, .where = ARGS | FILE_KEPT, .argument = "X", .min = 0.5, .max = 4,
     .zero_is_auto = true, .help = "size of text and bars", .otherwise = "the display's"},
    {.name = "config", AT(config), .kind = ZOE_ARG_TEXT, .where = ARGS, .argument = "FILE", .help = "use this settings file"},
    {.name = "no-config", AT(use_config), .kind = ZOE_ARG_UNFLAG, .where = ARGS, .normal = 1, .help = "neither read nor write a settings file"},
    {.name = "verbose", .letter = 'v', AT(verbose), .kind = ZOE_ARG_TALLY, .where = ARGS, .help = "say more on stderr; -vv: every load and eviction"},
};
/* clang-format on */

enum { ROWS = sizeof zoe_option_table / sizeof zoe_option_table[0] };

const size_t zoe_option_count = ROWS;

static_assert(ROWS <= 128, "zoe_options.given has a bit for each row");

const zoe_option *zoe_option_at(size_t offset)
{
    for (size_t i = 0; i < ROWS; i++) {
        const zoe_option *option = &zoe_option_table[i];
        if (option->kind != ZOE_ARG_HEADING && option->at == offset)
            return option;
    }
    return NULL;
}

size_t zoe_options_in_panel(const zoe_option **rows, size_t capacity)
{
    size_t count = 0;
    for (int group = 0; group < ZOE_GROUP_COUNT; group++) {
        for (size_t i = 0; i < ROWS && count < capacity; i++) {
            const zoe_option *option = &zoe_option_table[i];
            if (option->where & ZOE_IN_PANEL && (int)option->group == group)
                rows[count++] = option;
        }
    }
    return count;
}

void zoe_options_init(zoe_options *options)
{
    memset(options, 0, sizeof *options);
    for (size_t i = 0; i < ROWS; i++)
        zoe_option_reset(&zoe_option_table[i], options);
}

/* ---- command line ---- */

bool zoe_options_is_given(const zoe_options *options, const zoe_option *option)
{
    size_t row = (size_t)(option - zoe_option_table);
    return (options->given[row / 64] >> (row % 64) & 1) != 0;
}

void zoe_options_give(zoe_options *options, const zoe_option *option)
{
    size_t row = (size_t)(option - zoe_option_table);
    options->given[row / 64] |= (uint64_t)1 << (row % 64);
}

/* What rows cannot say: which options go together. */
static int check(const zoe_options *options)
{
    for (size_t i = 0; i < ROWS && !options->headless; i++) {
        const zoe_option *option = &zoe_option_table[i];
        if (option->where & ZOE_WITH_HEADLESS && zoe_options_is_given(options, option))
            return zoe_usage_error(command, "--%s goes with --headless", option->name);
    }
    if (options->headless && !options->sequence_count)
        return zoe_usage_error(command, "--headless needs a sequence");
    if (options->headless && options->sequence_count > 1)
        return zoe_usage_error(command, "--headless plays one sequence, %d were given",
                               (int)options->sequence_count);
    if (ZOE_GIVEN(options, rate) && !options->rate.numerator && !options->headless)
        return zoe_usage_error(command, "--fps 0, as fast as it goes, is for --headless");
    if (ZOE_GIVEN(options, in) && ZOE_GIVEN(options, out) && options->in > options->out)
        return zoe_usage_error(command, "--in %lld lies behind --out %lld", (long long)options->in,
                               (long long)options->out);
    if (options->headless && options->config)
        return zoe_usage_error(command, "--headless reads no settings file: give options instead");
    if (options->restore && (options->headless || options->sequence_count))
        return zoe_usage_error(command, "--restore goes without %s",
                               options->headless ? "--headless" : "a sequence");
    if (options->restore && !options->use_config)
        return zoe_usage_error(command, "--restore and --no-config exclude each other");
    if (options->ocio && options->ocio[0] && strcmp(options->ocio, "none") != 0 && options->lut &&
        options->lut[0])
        return zoe_usage_error(command, "--ocio and --lut exclude each other");
    if (options->config && !options->use_config)
        return zoe_usage_error(command, "--config and --no-config exclude each other");
    return ZOE_EXIT_DONE;
}

zoe_args_result zoe_options_parse(zoe_options *options, int argc, char **argv)
{
    char help[ROWS][ZOE_OPTION_HELP];
    bool given[ROWS] = {false};
    zoe_arg table[ROWS];
    size_t count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        const zoe_option *option = &zoe_option_table[i];
        if (option->kind == ZOE_ARG_HEADING) {
            table[count++] = (zoe_arg){.name = option->name, .kind = ZOE_ARG_HEADING};
        } else if (option->where & ZOE_IN_ARGS) {
            zoe_option_help(option, help[i]);
            table[count++] = zoe_option_bind(option, options, help[i], &given[i]);
        }
    }
    const zoe_args args = {command, "SEQUENCE...", about, table, count, 0, 1 << 20};
    int first = 0;
    zoe_args_result result = zoe_args_parse(&args, argc, argv, &first);
    if (result != ZOE_ARGS_RUN)
        return result;
    for (size_t i = 0; i < ROWS; i++) {
        if (given[i])
            zoe_options_give(options, &zoe_option_table[i]);
    }
    options->sequences = argv + first;
    options->sequence_count = (int32_t)(argc - first);
    return check(options) == ZOE_EXIT_DONE ? ZOE_ARGS_RUN : ZOE_ARGS_WRONG;
}

void zoe_options_override(zoe_options *options, const zoe_options *given)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (zoe_options_is_given(given, &zoe_option_table[i]))
            zoe_option_copy(&zoe_option_table[i], options, given);
    }
    for (int i = 0; i < 2; i++)
        options->given[i] |= given->given[i];
    options->sequences = given->sequences;
    options->sequence_count = given->sequence_count;
}

/* ---- what the engine is told ---- */

static zoe_log_level log_level(const zoe_options *options)
{
    return options->verbose > 1    ? ZOE_LOG_DEBUG
           : options->verbose == 1 ? ZOE_LOG_INFO
                                   : ZOE_LOG_WARNING;
}

void zoe_options_apply(const zoe_options *options, zoe_engine_settings *settings)
{
    settings->budget.percent = (uint32_t)options->cache_percent;
    settings->budget.reserve_bytes = (uint64_t)(options->reserve_gb * 1024.0 * 1024.0 * 1024.0);
    settings->budget.bytes = (uint64_t)options->cache_mb << 20;
    settings->workers = (uint32_t)options->workers;
    settings->isolation = options->isolation;
    settings->decoder_frames = (uint32_t)options->decoder_frames;
    settings->decoder_bytes = (uint64_t)options->decoder_mb << 20;
    settings->decoder_hang_ms = (uint32_t)options->decoder_hang * 1000;
    settings->log_level = log_level(options);
}

/* "" is nothing, as for the settings file. */
static const char *text_or_null(const char *text)
{
    return text && text[0] ? text : NULL;
}

void zoe_options_apply_storage(const zoe_options *options, zoe_storage_settings *settings)
{
    static const int32_t styles[] = {0, 1, -1};
    enum { MEMORY_MB = 64, LEAST_MB = 8 };
    settings->disk_cache = text_or_null(options->disk_cache);
    if (settings->disk_cache && strcmp(settings->disk_cache, "off") == 0)
        settings->disk_cache = "";
    settings->disk_cache_bytes = (uint64_t)(options->disk_cache_gb * 1024.0 * 1024.0 * 1024.0);
    settings->disk_cache_for = options->disk_cache_for;
    settings->ca_file = text_or_null(options->ca_file);
    settings->s3_endpoint = text_or_null(options->s3_endpoint);
    settings->s3_region = text_or_null(options->s3_region);
    settings->s3_profile = text_or_null(options->s3_profile);
    settings->s3_path_style = styles[options->s3_style];
    settings->s3_anonymous = options->s3_anonymous;
    /* It is part of the limit: of a small one not too much. */
    int64_t memory = options->cache_mb / 8;
    if (memory > 0 && memory < MEMORY_MB)
        settings->memory_bytes = (uint64_t)(memory < LEAST_MB ? LEAST_MB : memory) << 20;
    settings->log_level = log_level(options);
}

size_t zoe_options_storage_args(zoe_storage_args *args, zoe_arg table[ZOE_STORAGE_ROWS])
{
    static const size_t members[] = {
        offsetof(zoe_options, disk_cache),     offsetof(zoe_options, disk_cache_gb),
        offsetof(zoe_options, disk_cache_for), offsetof(zoe_options, ca_file),
        offsetof(zoe_options, s3_endpoint),    offsetof(zoe_options, s3_region),
        offsetof(zoe_options, s3_profile),     offsetof(zoe_options, s3_style),
        offsetof(zoe_options, s3_anonymous),
    };
    static_assert(sizeof members / sizeof members[0] + 1 == ZOE_STORAGE_ROWS, "and a heading");
    memset(args, 0, sizeof *args);
    zoe_options_init(&args->options);
    size_t count = 0;
    table[count++] = (zoe_arg){.name = "Files from elsewhere", .kind = ZOE_ARG_HEADING};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const zoe_option *option = zoe_option_at(members[i]);
        if (!(option->where & ZOE_IN_ARGS))
            continue;
        zoe_option_help(option, args->help[count]);
        table[count] =
            zoe_option_bind(option, &args->options, args->help[count], &args->given[count]);
        count++;
    }
    return count > 1 ? count : 0;
}

void zoe_options_isolate(const zoe_options *options)
{
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    zoe_options_apply(options, &settings);
    (void)zoe_header_isolate(&settings);
}

void zoe_options_apply_source(const zoe_options *options, zoe_source_settings *settings)
{
    settings->layer = options->layer;
    settings->view = options->view;
    settings->proxy_shift = options->proxy;
    settings->overscan = options->overscan;
    settings->full_precision = options->full_precision;
}
