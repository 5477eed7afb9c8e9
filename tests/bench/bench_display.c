/*
 * How long zoe_display_draw() takes for a 4096x2160 frame, on one thread: the best of several runs.
 * Views of ACES stand beside the same drawing in plain sRGB, OpenColorIO's own processor, and
 * oiiotool where it is installed.
 *
 *   bench_display [RUNS]
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _DEFAULT_SOURCE /* mkdtemp, struct timeval */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <zoetrope/display.h>
#include <zoetrope/inspect.h>
#include <zoetrope/pair.h>

#include "color/ocio.h"
#include "model/scope.h"

enum { WIDTH = 4096, HEIGHT = 2160, MARGIN = 64 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* What this thread has worked: other programs take time from it, but do not count. */
static double worked_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void *allocate(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!memory) {
        fprintf(stderr, "bench_display: out of memory\n");
        exit(1);
    }
    memset(memory, 0, bytes);
    return memory;
}

/* Gradients with grain, as a photographed plate has them. */
static void fill(zoe_frame *frame, uint32_t planes, zoe_sample_type type)
{
    uint64_t seed = 1;
    size_t size = type == ZOE_SAMPLE_HALF ? 2 : 4;
    memset(frame, 0, sizeof *frame);
    frame->picture = frame->window = (zoe_box){0, 0, WIDTH - 1, HEIGHT - 1};
    frame->plane_count = planes;
    frame->is_color = planes >= 3;
    frame->alpha_plane = planes == 4 ? 3 : -1;
    for (uint32_t p = 0; p < planes; p++) {
        char *data = allocate(WIDTH * HEIGHT * size);
        frame->planes[p] = (zoe_plane){data, WIDTH * size, type};
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                float grain = (float)(seed >> 40) / (float)(1 << 24);
                float value = 0.02f + 0.4f * (float)(x + y) / WIDTH + 0.2f * grain;
                size_t i = (size_t)y * WIDTH + (size_t)x;
                if (type == ZOE_SAMPLE_HALF)
                    ((uint16_t *)(void *)data)[i] = zoe_float_to_half(value);
                else
                    ((float *)(void *)data)[i] = value;
            }
        }
    }
}

static void release(zoe_frame *frame)
{
    for (uint32_t p = 0; p < frame->plane_count; p++)
        free((void *)(uintptr_t)frame->planes[p].data);
}

/* Returns the best. */
static double measure(const char *name, const zoe_frame *frame, const zoe_display_lut *lut,
                      double step, int32_t width, int32_t height, int runs)
{
    zoe_viewport viewport = {0, 0, step, step, width, height, 0xff202020u, ZOE_FILTER_AUTO};
    if (step < 0) {
        viewport.origin_x = -step * width;
        viewport.step_y = -step;
    }
    void *scratch = allocate(zoe_display_scratch_bytes(frame, &viewport) + MARGIN);
    size_t stride = (size_t)width * 4;
    void *pixels = allocate(stride * (size_t)height);
    double best = INFINITY;
    for (int i = 0; i < runs; i++) {
        double start = worked_ms();
        if (zoe_display_draw(frame, lut, &viewport, 0, height, pixels, stride, scratch) != ZOE_OK)
            fprintf(stderr, "bench_display: %s failed\n", name);
        double took = worked_ms() - start;
        best = took < best ? took : best;
    }
    printf("%-40s %4dx%-4d %8.2f ms\n", name, width, height, best);
    free(pixels);
    free(scratch);
    return best;
}

/* A half of the rows each on two threads, and what the one works that works longer: on a busy
 * machine they are not always at it at the same time. */
enum { THREADS = 2 };

typedef struct share {
    const zoe_frame *frame;
    const zoe_display_lut *lut;
    const zoe_viewport *viewport;
    char *pixels;
    int index;
    double worked;
} share;

static void *draw_share(void *arg)
{
    share *s = arg;
    size_t stride = (size_t)s->viewport->width * 4;
    int rows = s->viewport->height / THREADS, first = s->index * rows;
    void *scratch = allocate(zoe_display_scratch_bytes(s->frame, s->viewport) + MARGIN);
    double start = worked_ms();
    (void)zoe_display_draw(s->frame, s->lut, s->viewport, first, rows,
                           s->pixels + (size_t)first * stride, stride, scratch);
    s->worked = worked_ms() - start;
    free(scratch);
    return NULL;
}

static void measure_threads(const char *name, const zoe_frame *frame, const zoe_display_lut *lut,
                            double step, int32_t width, int32_t height, int runs)
{
    zoe_viewport viewport = {.step_x = step, .step_y = step, .width = width, .height = height};
    double best = INFINITY;
    char *pixels = allocate((size_t)width * 4 * (size_t)height);
    for (int i = 0; i < runs; i++) {
        pthread_t threads[THREADS];
        share shares[THREADS];
        double longest = 0;
        for (int k = 0; k < THREADS; k++) {
            shares[k] = (share){frame, lut, &viewport, pixels, k, 0};
            if (pthread_create(&threads[k], NULL, draw_share, &shares[k]))
                exit(1);
        }
        for (int k = 0; k < THREADS; k++) {
            pthread_join(threads[k], NULL);
            longest = fmax(longest, shares[k].worked);
        }
        best = fmin(best, longest);
    }
    printf("%-40s %4dx%-4d %8.2f ms\n", name, width, height, best);
    free(pixels);
}

/* OpenColorIO's own processor on as many pixels as the window has. */
static void measure_processor(const zoe_ocio *ocio, const zoe_ocio_way *way, int runs)
{
    enum { PIXELS = 2560 * 1440 };
    float *pixels = allocate(PIXELS * 4 * sizeof *pixels);
    double best = INFINITY;
    for (int i = 0; i < (runs < 3 ? runs : 3); i++) {
        for (size_t k = 0; k < PIXELS * (size_t)4; k++)
            pixels[k] = 0.02f + (float)(k * 2654435761u % 1000) * 0.0006f;
        double start = worked_ms();
        (void)zoe_ocio_apply(ocio, way, pixels, PIXELS, NULL);
        double took = worked_ms() - start;
        best = took < best ? took : best;
    }
    printf("%-40s %4dx%-4d %8.2f ms\n", "OpenColorIO's processor, no scaling", 2560, 1440, best);
    free(pixels);
}

/* ---- oiiotool ---- */

static const char config[] =
    "ocio_profile_version: 2\n"
    "roles: {aces_interchange: ACES2065-1, default: ACEScg, scene_linear: ACEScg}\n"
    "file_rules:\n"
    "  - !<Rule> {name: Default, colorspace: default}\n"
    "displays:\n"
    "  sRGB:\n"
    "    - !<View> {name: ACES, view_transform: ACES, display_colorspace: sRGB Display}\n"
    "view_transforms:\n"
    "  - !<ViewTransform>\n"
    "    name: ACES\n"
    "    from_scene_reference: !<BuiltinTransform> {style: ACES-OUTPUT - ACES2065-1_to_CIE-XYZ-D65 "
    "- SDR-VIDEO_1.0}\n"
    "display_colorspaces:\n"
    "  - !<ColorSpace> {name: CIE-XYZ-D65}\n"
    "  - !<ColorSpace>\n"
    "    name: sRGB Display\n"
    "    from_display_reference: !<BuiltinTransform> {style: DISPLAY - CIE-XYZ-D65_to_sRGB}\n"
    "colorspaces:\n"
    "  - !<ColorSpace> {name: ACES2065-1}\n"
    "  - !<ColorSpace>\n"
    "    name: ACEScg\n"
    "    to_scene_reference: !<BuiltinTransform> {style: ACEScg_to_ACES2065-1}\n";

/* What a command works, in milliseconds; 0: it failed. */
static double command_ms(const char *folder, const char *command)
{
    char line[512];
    struct rusage before, after;
    snprintf(line, sizeof line, "cd '%s' && %s >/dev/null 2>&1", folder, command);
    getrusage(RUSAGE_CHILDREN, &before);
    if (system(line) != 0)
        return 0;
    getrusage(RUSAGE_CHILDREN, &after);
    return (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1e3 +
           (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec) * 1e-3;
}

/* The same view by oiiotool, of as many pixels: what it works with the view less what it works
 * without. */
static void measure_oiiotool(void)
{
    char folder[] = "/tmp/bench_display.XXXXXX", path[64];
    double with = INFINITY, without = INFINITY;
    if (!mkdtemp(folder))
        return;
    snprintf(path, sizeof path, "%s/config.ocio", folder);
    FILE *file = fopen(path, "w");
    if (file) {
        fputs(config, file);
        fclose(file);
    }
    (void)command_ms(folder, "oiiotool --create 2560x1440 3 --noise:type=uniform:min=0.02:max=0.7 "
                             "-d half -o in.exr");
    for (int i = 0; i < 3; i++) {
        double ms = command_ms(folder, "oiiotool --threads 1 in.exr -d uint8 -o out.ppm");
        without = fmin(without, ms);
        ms = command_ms(folder, "oiiotool --threads 1 --colorconfig config.ocio in.exr "
                                "--ociodisplay:from=ACEScg sRGB ACES -d uint8 -o out.ppm");
        with = fmin(with, ms);
    }
    (void)command_ms(folder, "rm -f config.ocio in.exr out.ppm");
    (void)rmdir(folder);
    if (without > 0 && with > without)
        printf("%-40s %4dx%-4d %8.2f ms\n", "oiiotool --ociodisplay, no scaling", 2560, 1440,
               with - without);
}

/* Scopes of a picture on screen, of 1920x1080. */
static void measure_scope(int runs)
{
    enum { W = 1920, H = 1080 };
    static zoe_scope scope;
    static uint32_t image[ZOE_SCOPE_WIDTH * ZOE_SCOPE_WAVEFORM];
    uint32_t *pixels = allocate(W * H * sizeof *pixels);
    double best = INFINITY, images = INFINITY, colors = INFINITY;
    for (int i = 0; i < runs; i++) {
        for (int k = 0; k < W * H; k++)
            pixels[k] = 0xff000000u | (((uint32_t)k * 2654435761u >> 9 & 0x3f3f3f) +
                                       (uint32_t)(k % W / 16) * 0x010101u);
        double start = worked_ms();
        zoe_scope_measure(&scope, pixels, W, H, W * 4, 0xff202020u);
        double measured = worked_ms();
        zoe_scope_draw_waveform(&scope, image);
        zoe_scope_draw_histogram(&scope, image);
        double drawn = worked_ms();
        zoe_false_color_rows(pixels, W, H, W * 4, 0xff202020u);
        best = fmin(best, measured - start);
        images = fmin(images, drawn - measured);
        colors = fmin(colors, worked_ms() - drawn);
    }
    printf("%-40s %4dx%-4d %8.2f ms\n", "scopes, measured", W, H, best);
    printf("%-40s %9s %8.2f ms\n", "scopes, drawn", "", images);
    printf("%-40s %4dx%-4d %8.2f ms\n", "false colours", W, H, colors);
    free(pixels);
}

/* A view of the built-in configuration of ACES. */
static void measure_ocio(const zoe_frame *frame, const char *display, const char *input, int runs)
{
    zoe_ocio *ocio;
    zoe_ocio_way way;
    zoe_ocio_quality quality;
    zoe_look_table *table;
    zoe_error error = {ZOE_OK, ""};
    char name[128];
    const zoe_ocio_file file = {"", "", 0, NULL};
    memset(&way, 0, sizeof way);
    snprintf(way.display, sizeof way.display, "%s", display);
    snprintf(way.input, sizeof way.input, "%s", input);
    if (zoe_ocio_open(ZOE_OCIO_ACES, &ocio, &error) != ZOE_OK ||
        zoe_ocio_choose(ocio, &file, &way, &error) != ZOE_OK) {
        printf("%s\n", error.text);
        return;
    }
    double start = worked_ms();
    if (zoe_ocio_bake(ocio, &way, ZOE_OCIO_EDGE_COARSE, NULL, &table, &quality, &error) != ZOE_OK)
        exit(1);
    zoe_look_table_free(&table);
    double middle = worked_ms();
    if (zoe_ocio_bake(ocio, &way, ZOE_OCIO_EDGE_FINE, NULL, &table, &quality, &error) != ZOE_OK)
        exit(1);
    printf("table of %s, %s: coarse %.1f ms, fine %.1f ms, %.2f steps\n", way.display, way.view,
           middle - start, worked_ms() - middle, quality.worst);
    zoe_display_lut *lut = allocate(sizeof *lut);
    zoe_grade grade;
    zoe_grade_init(&grade);
    grade.exposure = 0.3f;
    zoe_display_lut_make(lut, &grade, &table->color);
    snprintf(name, sizeof name, "half RGBA 1.6:1, ACES %.40s", way.display);
    double took = measure(name, frame, lut, 1.6, 2560, 1440, runs);
    measure_threads("  with two threads", frame, lut, 1.6, 2560, 1440, runs);
    double whole = measure("  1:1", frame, lut, 1, 3840, HEIGHT, runs);
    zoe_display_lut_make(lut, &grade, NULL);
    double plain = measure("  the same in plain sRGB", frame, lut, 1.6, 2560, 1440, runs);
    printf("%-40s %9s %8.2f\n", "  of which the view takes", "", took / plain);
    printf("%-40s %9s %8.0f\n", "  1:1 a second, on paper with 4 threads", "", 4e3 / whole);
    if (!strcmp(display, "sRGB") && !strcmp(input, "ACEScg")) {
        measure_processor(ocio, &way, runs);
        measure_oiiotool();
    }
    start = worked_ms();
    zoe_display_lut_make(lut, &grade, &table->color);
    printf("%-40s %9s %8.2f ms\n", "  another exposure", "", worked_ms() - start);
    free(lut);
    zoe_look_table_free(&table);
    zoe_ocio_close(&ocio);
}

/* A character in a big frame: a tenth of it has samples. */
static void measure_small(const zoe_frame *full, const zoe_display_lut *lut, int runs)
{
    zoe_frame frame = *full;
    frame.window = (zoe_box){1500, 600, 2795, 1282};
    measure("half RGBA 1.6:1, window of 1296x683", &frame, lut, 1.6, 2560, 1440, runs);
    measure("half RGBA 1:1, window of 1296x683", &frame, lut, 1, WIDTH, HEIGHT, runs);
}

/* Two frames as one picture. */
static void measure_pair(const zoe_frame *frame, const zoe_display_lut *lut, zoe_pair_mix mix,
                         const char *name, int runs)
{
    zoe_viewport viewport = {0, 0, 1.6, 1.6, 2560, 1440, 0xff202020u, ZOE_FILTER_AUTO};
    zoe_pair pair = {{frame, frame}, {&viewport, &viewport}, mix, 0.5f, NULL};
    void *scratch = allocate(zoe_pair_scratch_bytes(&pair) + MARGIN);
    void *pixels = allocate((size_t)2560 * 4 * 1440);
    double best = INFINITY;
    for (int i = 0; i < runs; i++) {
        double start = now_ms();
        if (zoe_pair_draw(&pair, lut, 0, 1440, pixels, 2560 * 4, scratch) != ZOE_OK)
            fprintf(stderr, "bench_display: %s failed\n", name);
        double took = now_ms() - start;
        best = took < best ? took : best;
    }
    printf("%-40s %4dx%-4d %8.2f ms\n", name, 2560, 1440, best);
    free(pixels);
    free(scratch);
}

static void measure_inspect(const zoe_frame *frame, const zoe_display_lut *lut, int runs)
{
    zoe_viewport viewport = {0, 0, 1.6, 1.6, 2560, 1440, 0xff202020u, ZOE_FILTER_AUTO};
    void *scratch = allocate(zoe_inspect_scratch_bytes(&viewport));
    void *pixels = allocate((size_t)2560 * 4 * 1440);
    double best = INFINITY;
    for (int i = 0; i < runs; i++) {
        double start = now_ms();
        (void)zoe_inspect_draw_marks(frame, lut, &viewport, 0, 1440, pixels, 2560 * 4, scratch,
                                     NULL);
        double took = now_ms() - start;
        best = took < best ? took : best;
    }
    printf("%-40s %4dx%-4d %8.2f ms\n", "marks alone, half RGBA 1.6:1", 2560, 1440, best);
    free(pixels);
    free(scratch);
}

/* What the machine needs to read three planes and write them elsewhere: the yardstick. */
static void measure_copy(const zoe_frame *frame, int runs)
{
    size_t bytes = frame->planes[0].stride * HEIGHT;
    char *to = allocate(bytes * 3);
    double best = INFINITY;
    for (int i = 0; i < runs; i++) {
        double start = now_ms();
        for (size_t p = 0; p < 3; p++)
            memcpy(to + p * bytes, frame->planes[p].data, bytes);
        double took = now_ms() - start;
        best = took < best ? took : best;
    }
    printf("%-40s %9s %8.2f ms\n", "plain copy of R, G and B", "", best);
    free(to);
}

static void measure_lut(zoe_display_lut *lut, const zoe_grade *grade, const char *name, int runs)
{
    double best = INFINITY;
    for (int i = 0; i < runs; i++) {
        double start = now_ms();
        zoe_display_lut_make(lut, grade, NULL);
        double took = now_ms() - start;
        best = took < best ? took : best;
    }
    printf("%-40s %9s %8.2f ms\n", name, "", best);
}

int main(int argc, char **argv)
{
    int runs = argc > 1 ? atoi(argv[1]) : 15;
    zoe_display_lut *lut = allocate(sizeof *lut), *mixed = allocate(sizeof *mixed);
    zoe_grade grade;
    zoe_grade_init(&grade);
    grade.saturation = 1.2f;
    zoe_display_lut_make(mixed, &grade, NULL);
    grade.contrast = 1.1f;
    measure_lut(lut, &grade, "table, contrast and saturation", runs);
    zoe_grade_init(&grade);
    measure_lut(lut, &grade, "table, no grade", runs);

    zoe_frame frame;
    fill(&frame, 4, ZOE_SAMPLE_HALF);
    measure_copy(&frame, runs);
    measure("half RGBA 1:1", &frame, lut, 1, WIDTH, HEIGHT, runs);
    measure("half RGBA 1:1, window", &frame, lut, 1, 2560, 1440, runs);
    measure("half RGBA 2:1", &frame, lut, 2, WIDTH / 2, HEIGHT / 2, runs);
    measure("half RGBA 1.6:1", &frame, lut, 1.6, 2560, 1440, runs);
    measure("half RGBA 3.2:1", &frame, lut, 3.2, 1280, 720, runs);
    measure("half RGBA 16:1", &frame, lut, 16, 256, 135, runs);
    measure("half RGBA 1:3, magnified", &frame, lut, 1 / 3.0, 2560, 1440, runs);
    measure("half RGBA 1:1.3, cubic", &frame, lut, 1 / 1.3, 2560, 1440, runs);
    measure("half RGBA 1:1.95, cubic", &frame, lut, 1 / 1.95, 2560, 1440, runs);
    measure("half RGBA 1.6:1, mirrored", &frame, lut, -1.6, 2560, 1440, runs);
    measure("half RGBA 1.6:1, saturation", &frame, mixed, 1.6, 2560, 1440, runs);
    measure("half RGBA 1:1, saturation", &frame, mixed, 1, 2560, 1440, runs);
    measure_small(&frame, lut, runs);
    measure_pair(&frame, lut, ZOE_PAIR_DIFFERENCE, "difference, half RGBA 1.6:1", runs);
    measure_pair(&frame, lut, ZOE_PAIR_BLEND, "blend, half RGBA 1.6:1", runs);
    measure_inspect(&frame, lut, runs);
    measure_threads("half RGBA 1.6:1, two threads", &frame, lut, 1.6, 2560, 1440, runs);
    measure_scope(runs);
    measure_ocio(&frame, "sRGB", "ACEScg", runs);
    measure_ocio(&frame, "sRGB", "Linear Rec.709", runs);
    measure_ocio(&frame, "Rec.709", "ACEScg", runs);
    release(&frame);
    fill(&frame, 1, ZOE_SAMPLE_HALF);
    measure("half single 1.6:1", &frame, lut, 1.6, 2560, 1440, runs);
    release(&frame);
    fill(&frame, 3, ZOE_SAMPLE_FLOAT);
    measure("float RGB 1.6:1", &frame, lut, 1.6, 2560, 1440, runs);
    measure("float RGB 1:1", &frame, lut, 1, 2560, 1440, runs);
    release(&frame);
    free(lut);
    free(mixed);
    return 0;
}
