#define _GNU_SOURCE /* sched_getaffinity */

#include "commands/generate.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zoetrope/display.h>
#include <zoetrope/engine.h>
#include <zoetrope/header.h>

#include "model/args.h"
#include "model/exr_write.h"
#include "model/interrupt.h"
#include "commands/test_pattern.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { THREADS_MAX = 64, PATH_CAPACITY = 4096 };

/* What of the picture the files have. */
enum { WINDOW_FULL, WINDOW_DRIFT, WINDOW_PULSE };

enum { WINDOW_PERIOD = 48 }; /* frames until a window is where it was */

static const char command[] = "zoetrope generate";

static const char about[] =
    "Writes a test sequence into the folder DIR, which is made if need be: a moving,\n"
    "textured picture with the frame number in it. The same options and seed give the\n"
    "same pixels. Files of the same names are replaced; others are left alone.";

typedef struct generate_options {
    zoe_extent size;
    int64_t frames, first;
    const char *compression;
    int32_t type; /* 0 half, 1 float */
    zoe_extent tiles;
    bool alpha, opaque;
    int32_t window;
    double grain;
    int64_t seed;
    const char *name;
    zoe_rate rate;
    int64_t workers;
    const char *folder;
} generate_options;

typedef struct generator {
    const generate_options *options;
    zoe_compression compression;
    _Atomic int64_t next; /* frame index to claim. relaxed: only the number matters */
    _Atomic int failed;   /* somebody stopped. relaxed: the join orders the error */
    pthread_mutex_t lock; /* guards error */
    zoe_error error;      /* the first */
} generator;

/* A frame on its way into a file. */
typedef struct frame_writer {
    const generator *generator;
    zoe_test_pattern picture;
    float *rows[4]; /* one row each, as float */
} frame_writer;

static int write_row(void *user, int32_t x, int32_t y, int32_t count,
                     void *const planes[ZOE_PLANES_MAX])
{
    frame_writer *w = user;
    const generate_options *options = w->generator->options;
    if (zoe_interrupted() || atomic_load_explicit(&w->generator->failed, memory_order_relaxed))
        return 1;
    zoe_test_pattern_row(&w->picture, x, y, count, w->rows);
    for (int32_t i = 0; i < count && options->opaque; i++)
        w->rows[3][i] = 1;
    for (int c = 0; c < 3 + (options->alpha || options->opaque); c++) {
        const float *from = w->rows[c];
        if (options->type == 1) {
            memcpy(planes[c], from, (size_t)count * sizeof(float));
            continue;
        }
        uint16_t *to = planes[c];
        for (int32_t i = 0; i < count; i++)
            to[i] = zoe_float_to_half(from[i]);
    }
    return 0;
}

static zoe_box box_at(int32_t x, int32_t y, int32_t width, int32_t height)
{
    return (zoe_box){x, y, x + width - 1, y + height - 1};
}

/* The data window of a frame. */
static zoe_box window_of(const generate_options *options, int64_t number)
{
    int32_t width = options->size.width, height = options->size.height;
    int64_t step = (number % WINDOW_PERIOD + WINDOW_PERIOD) % WINDOW_PERIOD;
    double phase = (double)step / WINDOW_PERIOD;
    if (options->window == WINDOW_DRIFT) {
        /* From outside on the left, across, to outside on the right. */
        int32_t w = (width + 1) / 2, h = (height + 1) / 2;
        return box_at((int32_t)floor(phase * (width + w)) - w, (height - h) / 2, w, h);
    }
    if (options->window == WINDOW_PULSE) {
        /* In the middle, from a quarter of the picture's sides to all of them and back. */
        double part = 0.625 - 0.375 * cos(2 * 3.14159265358979323846 * phase);
        int32_t w = (int32_t)fmax(1, floor(width * part + 0.5));
        int32_t h = (int32_t)fmax(1, floor(height * part + 0.5));
        return box_at((width - w) / 2, (height - h) / 2, w, h);
    }
    return box_at(0, 0, width, height);
}

static void fill_spec(const generator *g, int64_t number, zoe_exr_write_spec *spec)
{
    static const char *const names[] = {"R", "G", "B", "A"};
    const generate_options *options = g->options;
    memset(spec, 0, sizeof *spec);
    spec->data_window = window_of(options, number);
    spec->display_window = box_at(0, 0, options->size.width, options->size.height);
    spec->pixel_aspect = 1;
    spec->compression = g->compression;
    spec->tile_width = options->tiles.width;
    spec->tile_height = options->tiles.height;
    spec->channel_count = options->alpha || options->opaque ? 4 : 3;
    for (uint32_t i = 0; i < spec->channel_count; i++) {
        spec->names[i] = names[i];
        spec->types[i] = options->type ? ZOE_SAMPLE_FLOAT : ZOE_SAMPLE_HALF;
    }
    spec->fps_numerator = options->rate.numerator;
    spec->fps_denominator = options->rate.denominator;
}

static void stop(generator *g, const zoe_error *error)
{
    pthread_mutex_lock(&g->lock);
    if (g->error.status == ZOE_OK)
        g->error = *error;
    pthread_mutex_unlock(&g->lock);
    atomic_store_explicit(&g->failed, 1, memory_order_relaxed);
}

static bool frame_path(const generate_options *options, int64_t number, char *path)
{
    int n = snprintf(path, PATH_CAPACITY, "%s/%s.%04lld.exr", options->folder, options->name,
                     (long long)number);
    return n > 0 && n < PATH_CAPACITY;
}

static zoe_status write_frame(frame_writer *w, int64_t number, zoe_error *error)
{
    const generate_options *options = w->generator->options;
    char path[PATH_CAPACITY];
    if (!frame_path(options, number, path))
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: name too long", options->folder);
    zoe_test_pattern_init(&w->picture, options->size.width, options->size.height,
                          (uint64_t)options->seed, number, options->alpha, (float)options->grain);
    zoe_exr_write_spec spec;
    fill_spec(w->generator, number, &spec);
    return zoe_exr_write(path, &spec, write_row, w, error);
}

static void *run_thread(void *user)
{
    generator *g = user;
    frame_writer w;
    memset(&w, 0, sizeof w);
    w.generator = g;
    zoe_error error;
    float *memory = malloc((size_t)g->options->size.width * 4 * sizeof(float));
    if (!memory) {
        zoe_error_set(&error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", g->options->folder);
        stop(g, &error);
        return NULL;
    }
    for (int c = 0; c < 4; c++)
        w.rows[c] = memory + (size_t)c * (size_t)g->options->size.width;
    while (!atomic_load_explicit(&g->failed, memory_order_relaxed)) {
        int64_t index = atomic_fetch_add_explicit(&g->next, 1, memory_order_relaxed);
        if (index >= g->options->frames)
            break;
        if (write_frame(&w, g->options->first + index, &error) != ZOE_OK)
            stop(g, &error);
    }
    free(memory);
    return NULL;
}

static int64_t usable_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return CPU_COUNT(&set);
}

static zoe_status run(generator *g, zoe_error *error)
{
    const generate_options *options = g->options;
    int64_t wanted = options->workers ? options->workers : usable_cores();
    if (wanted > options->frames)
        wanted = options->frames;
    if (wanted > THREADS_MAX)
        wanted = THREADS_MAX;
    pthread_t threads[THREADS_MAX];
    int started = 0;
    /* This thread is the first worker: one frame, or no thread to be had, need no other. */
    while (started < wanted - 1 && pthread_create(&threads[started], NULL, run_thread, g) == 0)
        started++;
    run_thread(g);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    if (zoe_interrupted())
        return zoe_error_set(error, ZOE_STALE, "%s: interrupted", options->folder);
    if (g->error.status != ZOE_OK)
        *error = g->error;
    return g->error.status;
}

/* Makes the folder and those above it. */
static zoe_status make_folder(const char *folder, zoe_error *error)
{
    char path[PATH_CAPACITY];
    size_t length = strlen(folder);
    if (length >= sizeof path)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: name too long", folder);
    memcpy(path, folder, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        char kept = path[i];
        path[i] = '\0';
        struct stat info;
        int is_folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
        if (!is_folder && mkdir(path, 0777) != 0)
            return zoe_error_set(error, ZOE_ERROR_IO, "%s: cannot make the folder: %s", path,
                                 strerror(errno));
        path[i] = kept;
    }
    return ZOE_OK;
}

static int cannot_write(const char *compression)
{
    char names[256] = "";
    for (int c = ZOE_COMPRESSION_NONE; c <= ZOE_COMPRESSION_HTJ2K32; c++) {
        if (!zoe_exr_can_write((zoe_compression)c))
            continue;
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                 zoe_compression_name((zoe_compression)c));
    }
    return zoe_failure(command, "the installed OpenEXR cannot write compression %s; it writes %s",
                       compression, names);
}

static int parse(generate_options *options, int argc, char **argv, zoe_args_result *result)
{
    /* clang-format off */
    const zoe_arg table[] = {
        {"size", 0, ZOE_ARG_EXTENT, "WxH", "size of the picture (default 1920x1080)", &options->size, 0, 1, 65536, 0},
        {"frames", 'n', ZOE_ARG_INTEGER, "N", "number of frames (default 48)", &options->frames, 0, 1, 1e6, 0},
        {"first", 0, ZOE_ARG_INTEGER, "F", "number of the first frame (default 1)", &options->first, 0, -1e9, 1e9, 0},
        {"name", 0, ZOE_ARG_TEXT, "BASE", "files are called BASE.0001.exr (default test)", &options->name, 0, 0, 0, 0},
        {"compression", 0, ZOE_ARG_TEXT, "C", "none, rle, zips, zip, piz, pxr24, b44, b44a, ... (default zip)", &options->compression, 0, 0, 0, 0},
        {"type", 0, ZOE_ARG_CHOICE, "T", "type of the channels", &options->type, 0, 0, 0, "half|float"},
        {"tiles", 0, ZOE_ARG_EXTENT, "WxH", "write tiles of this size (default: scanlines)", &options->tiles, 0, 1, 65536, 0},
        {"alpha", 0, ZOE_ARG_FLAG, 0, "leave the sky transparent and write an alpha channel", &options->alpha, 0, 0, 0, 0},
        {"opaque", 0, ZOE_ARG_FLAG, 0, "write an alpha channel that is 1 everywhere", &options->opaque, 0, 0, 0, 0},
        {"window", 0, ZOE_ARG_CHOICE, "W", "what of the picture the files have: drift: a half that crosses it; pulse: a part that grows and shrinks", &options->window, 0, 0, 0, "full|drift|pulse"},
        {"grain", 0, ZOE_ARG_DECIMAL, "X", "strength of the grain, 0..1 (default 0.03); 0: a smooth render", &options->grain, 0, 0, 1, 0},
        {"seed", 0, ZOE_ARG_INTEGER, "S", "another seed, another picture (default 1)", &options->seed, 0, -9e15, 9e15, 0},
        {"fps", 'f', ZOE_ARG_RATE, "RATE", "framesPerSecond in the files (default 24)", &options->rate, 0, 0.001, 1000, 0},
        {"workers", 0, ZOE_ARG_INTEGER, "N", "threads (default: one for each core)", &options->workers, 0, 0, THREADS_MAX, 0},
    };
    /* clang-format on */
    const zoe_args args = {command, "DIR", about, table, COUNT_OF(table), 1, 1};
    int first = 0;
    *result = zoe_args_parse(&args, argc, argv, &first);
    if (*result == ZOE_ARGS_RUN)
        options->folder = argv[first];
    return *result == ZOE_ARGS_RUN;
}

int zoe_cmd_generate(int argc, char **argv)
{
    generate_options options;
    memset(&options, 0, sizeof options);
    options.size = (zoe_extent){1920, 1080};
    options.frames = 48;
    options.first = 1;
    options.compression = "zip";
    options.grain = 0.03;
    options.seed = 1;
    options.name = "test";
    options.rate = (zoe_rate){24, 1};
    zoe_args_result result;
    if (!parse(&options, argc, argv, &result))
        return result == ZOE_ARGS_DONE ? ZOE_EXIT_DONE : ZOE_EXIT_USAGE;
    int compression = zoe_compression_by_name(options.compression);
    if (compression < 0)
        return zoe_usage_error(command, "--compression: '%s' is unknown", options.compression);
    if (strchr(options.name, '/'))
        return zoe_usage_error(command, "--name: '%s' has a slash", options.name);
    /* B44 packs half only and stores the rest as it is; OpenEXRCore 3.1 gets even that wrong.
     */
    if (options.type == 1 &&
        (compression == ZOE_COMPRESSION_B44 || compression == ZOE_COMPRESSION_B44A))
        return zoe_usage_error(command, "--compression %s is for --type half only",
                               options.compression);
    if (!zoe_exr_can_write((zoe_compression)compression))
        return cannot_write(options.compression);

    zoe_interrupt_install();
    generator g;
    memset(&g, 0, sizeof g);
    g.options = &options;
    g.compression = (zoe_compression)compression;
    zoe_error error = {ZOE_OK, ""};
    uint64_t start = zoe_now_ns();
    zoe_status status = make_folder(options.folder, &error);
    if (status == ZOE_OK) {
        pthread_mutex_init(&g.lock, NULL);
        status = run(&g, &error);
        pthread_mutex_destroy(&g.lock);
    }
    if (status != ZOE_OK)
        return zoe_failure(command, "%s", error.text);
    printf("%lld frames %dx%d %s in %.1f s: %s/%s.####.exr\n", (long long)options.frames,
           options.size.width, options.size.height, zoe_compression_name(g.compression),
           (double)(zoe_now_ns() - start) / 1e9, options.folder, options.name);
    return ZOE_EXIT_DONE;
}
