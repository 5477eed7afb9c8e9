/*
 * How long zoe_display_draw() takes for a 4096x2160 frame, on one thread: the best of several runs.
 *
 *   bench_display [RUNS]
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <zoetrope/display.h>

enum { WIDTH = 4096, HEIGHT = 2160, MARGIN = 64 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
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

static void measure(const char *name, const zoe_frame *frame, const zoe_display_lut *lut,
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
        double start = now_ms();
        if (zoe_display_draw(frame, lut, &viewport, 0, height, pixels, stride, scratch) != ZOE_OK)
            fprintf(stderr, "bench_display: %s failed\n", name);
        double took = now_ms() - start;
        best = took < best ? took : best;
    }
    printf("%-40s %4dx%-4d %8.2f ms\n", name, width, height, best);
    free(pixels);
    free(scratch);
}

/* A character in a big frame: a tenth of it has samples. */
static void measure_small(const zoe_frame *full, const zoe_display_lut *lut, int runs)
{
    zoe_frame frame = *full;
    frame.window = (zoe_box){1500, 600, 2795, 1282};
    measure("half RGBA 1.6:1, window of 1296x683", &frame, lut, 1.6, 2560, 1440, runs);
    measure("half RGBA 1:1, window of 1296x683", &frame, lut, 1, WIDTH, HEIGHT, runs);
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
