#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <zoetrope/display.h>

#include "codec/codec.h"
#include "exr_deep.h"
#include "exr_deep_reference.h"
#include "half.h"

static uint64_t random_state;

static uint64_t random_next(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t random_below(uint32_t n)
{
    return (uint32_t)(random_next() >> 33) % n;
}

static float random_unit(void)
{
    return (float)(random_next() >> 40) / 16777216.0f;
}

static void *allocate(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
    assert_non_null(memory);
    return memory;
}

static void temporary(char path[64])
{
    strcpy(path, "/tmp/zoe_exr_deep_XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

/* ---- one pixel, by the book ---- */

enum { SAMPLES_MAX = 400 };

typedef struct sample {
    double a, color, front, back;
} sample;

/* A sample or what several became, by its absorption u: a = 1 - exp(-u). */
typedef struct absorber {
    double u, a, color;
} absorber;

/* The part of a sample between two depths, of which it holds both. */
static absorber part_of(sample s, double from, double to)
{
    double x = (to - from) / (s.back - s.front);
    double u = -x * log1p(-s.a);
    double a = -expm1(-u);
    return (absorber){u, a, s.a > 0 ? s.color * a / s.a : s.color * x};
}

static absorber merge_two(absorber s, absorber t)
{
    double su = s.a > 0 ? s.u / s.a : 1, tu = t.a > 0 ? t.u / t.a : 1;
    double u = s.u + t.u, a = -expm1(-u);
    double w = u > 0 ? a / u : 1;
    return (absorber){u, a, (s.color * su + t.color * tu) * w};
}

/* The volumes that span two depths, merged. */
static absorber merged(const sample *samples, size_t count, double from, double to)
{
    absorber result = {0, 0, 0}, opaque = {INFINITY, 1, 0};
    size_t opaque_count = 0;
    for (size_t i = 0; i < count; i++) {
        sample s = samples[i];
        if (s.back <= s.front || s.front > from || s.back < to)
            continue;
        if (s.a < 1) {
            result = merge_two(result, part_of(s, from, to));
        } else {
            opaque.color += s.color;
            opaque_count++;
        }
    }
    if (opaque_count == 0)
        return result;
    opaque.color /= (double)opaque_count;
    return opaque;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void flatten_by_the_book(const sample *samples, size_t count, double *alpha, double *color)
{
    static double depths[2 * SAMPLES_MAX];
    for (size_t i = 0; i < count; i++) {
        depths[2 * i] = samples[i].front;
        depths[2 * i + 1] = samples[i].back;
    }
    qsort(depths, 2 * count, sizeof *depths, compare_doubles);
    *alpha = *color = 0;
    for (size_t i = 0; i < 2 * count; i++) {
        if (i > 0 && depths[i] == depths[i - 1])
            continue;
        for (size_t p = 0; p < count; p++) {
            if (samples[p].back > samples[p].front || samples[p].front != depths[i])
                continue;
            *color += (1 - *alpha) * samples[p].color;
            *alpha += (1 - *alpha) * samples[p].a;
        }
        size_t next = i + 1;
        while (next < 2 * count && depths[next] == depths[i])
            next++;
        if (next == 2 * count)
            break;
        absorber s = merged(samples, count, depths[i], depths[next]);
        *color += (1 - *alpha) * s.color;
        *alpha += (1 - *alpha) * s.a;
    }
}

/* ---- pixels in memory ---- */

/* Flattens one pixel of float samples: color, alpha, depth. */
static void flatten_pixel(const float *a, const float *color, const float *z, const float *back,
                          int32_t count, float result[3])
{
    const zoe_deep_channel alpha = {(const uint8_t *)a, ZOE_CODEC_FLOAT};
    const zoe_deep_channel colors = {(const uint8_t *)color, ZOE_CODEC_FLOAT};
    const zoe_deep_channel fronts = {(const uint8_t *)z, ZOE_CODEC_FLOAT};
    const zoe_deep_channel backs = {(const uint8_t *)back, ZOE_CODEC_FLOAT};
    const zoe_deep_row row = {
        .ends = &count,
        .width = 1,
        .alpha = alpha,
        .z = fronts,
        .z_back = backs,
        .planes = {{colors, ZOE_DEEP_OVER, 0},
                   {alpha, ZOE_DEEP_OVER, 0},
                   {z ? fronts : colors, ZOE_DEEP_FRONT, 77}},
        .plane_count = 3,
    };
    size_t bytes = zoe_deep_flatten_scratch_bytes((uint64_t)count);
    void *scratch = allocate(bytes);
    void *const out[4] = {&result[0], &result[1], &result[2], NULL};
    assert_int_equal(zoe_deep_flatten_row(&row, 0, 1, out, scratch, bytes), ZOE_OK);
    free(scratch);
}

static void check(const char *what, float got, double expected, double tolerance)
{
    if (!(fabs((double)got - expected) <= tolerance * (1 + fabs(expected))))
        fail_msg("%s: %.9g, expected %.9g", what, (double)got, expected);
}

static void known_pixels(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        float a[3], color[3], z[3], back[3];
        int32_t count;
        float expected[3];
    } pixels[] = {
        {"no samples", {0}, {0}, {0}, {0}, 0, {0, 0, 77}},
        {"one point", {0.5f}, {0.25f}, {3}, {3}, 1, {0.25f, 0.5f, 3}},
        {"two points", {0.5f, 1}, {0.25f, 0.5f}, {1, 2}, {1, 2}, 2, {0.5f, 1, 1}},
        {"out of order", {1, 0.5f}, {0.5f, 0.25f}, {2, 1}, {2, 1}, 2, {0.5f, 1, 1}},
        {"nothing behind opaque", {1, 1}, {0.5f, 9}, {1, 2}, {1, 2}, 2, {0.5f, 1, 1}},
        {"thin air in front", {0, 1}, {0, 0.5f}, {1, 2}, {1, 2}, 2, {0.5f, 1, 2}},
        {"only thin air", {0, 0}, {0, 0}, {5, 2}, {5, 2}, 2, {0, 0, 2}},
        {"glow adds", {0, 1}, {0.25f, 0.5f}, {1, 2}, {1, 2}, 2, {0.75f, 1, 2}},
        {"one volume", {0.75f}, {0.5f}, {1}, {5}, 1, {0.5f, 0.75f, 1}},
        {"same volume twice", {0.5f, 0.5f}, {0.5f, 0}, {1, 1}, {2, 2}, 2, {0.375f, 0.75f, 1}},
        {"same point twice", {0.5f, 0.5f}, {0.5f, 0}, {1, 1}, {1, 1}, 2, {0.5f, 0.75f, 1}},
        {"opaque in one place", {1, 1, 0.5f}, {2, 4, 7}, {1, 1, 1}, {2, 2, 2}, 3, {3, 1, 1}},
        /* the front half of 0.75 is 0.5, with two thirds of the colour */
        {"wall within fog", {0.75f, 1}, {0.75f, 0}, {1, 2}, {3, 2}, 2, {0.5f, 1, 1}},
        {"wall at the fog's end", {0.75f, 1}, {0.75f, 1}, {1, 3}, {3, 3}, 2, {1, 1, 1}},
        {"wall at its beginning", {0.75f, 1}, {0.75f, 0.5f}, {1, 1}, {3, 1}, 2, {0.5f, 1, 1}},
        {"opaque volume hides", {1, 0.5f}, {0.5f, 9}, {1, 2}, {5, 3}, 2, {0.5f, 1, 1}},
        {"fog begins before it", {0.75f, 1}, {0.75f, 0}, {1, 2}, {3, 9}, 2, {0.5f, 1, 1}},
        {"back before front", {0.5f, 1}, {0.25f, 0.5f}, {2, 3}, {1, 0}, 2, {0.5f, 1, 2}},
        {"endless volume", {0.5f, 1}, {0.25f, 0.5f}, {2, 3}, {INFINITY, 3}, 2, {0.5f, 1, 2}},
        {"no place", {0.5f, 1}, {0.25f, 0.5f}, {NAN, 3}, {NAN, 3}, 2, {0.5f, 1, 3}},
        {"alpha over 1", {3, 1}, {0.5f, 9}, {1, 2}, {1, 2}, 2, {0.5f, 1, 1}},
        {"alpha under 0", {-1, 1}, {0, 0.5f}, {1, 2}, {1, 2}, 2, {0.5f, 1, 2}},
        {"alpha not a number", {NAN, 1}, {0, 0.5f}, {1, 2}, {1, 2}, 2, {0.5f, 1, 2}},
    };
    for (size_t i = 0; i < sizeof pixels / sizeof pixels[0]; i++) {
        float result[3];
        flatten_pixel(pixels[i].a, pixels[i].color, pixels[i].z, pixels[i].back, pixels[i].count,
                      result);
        for (int k = 0; k < 3; k++)
            check(pixels[i].what, result[k], (double)pixels[i].expected[k], 1e-6);
    }
}

static void absent_channels(void **state)
{
    (void)state;
    const float a[2] = {0.5f, 1}, color[2] = {0.25f, 0.5f}, z[2] = {2, 1};
    float result[3];
    flatten_pixel(a, color, z, NULL, 2, result);
    check("without ZBack: colour", result[0], 0.5, 0);
    check("without ZBack: depth", result[2], 1, 0);
    flatten_pixel(a, color, NULL, NULL, 2, result);
    check("without Z: colour", result[0], 0.5, 0);
    const zoe_deep_channel colors = {(const uint8_t *)color, ZOE_CODEC_FLOAT};
    const zoe_deep_channel depths = {(const uint8_t *)z, ZOE_CODEC_FLOAT};
    const int32_t ends = 2;
    const zoe_deep_row row = {.ends = &ends,
                              .width = 1,
                              .z = depths,
                              .planes = {{colors, ZOE_DEEP_OVER, 0}},
                              .plane_count = 1};
    size_t bytes = zoe_deep_flatten_scratch_bytes(2);
    void *scratch = allocate(bytes);
    void *const out[4] = {result};
    assert_int_equal(zoe_deep_flatten_row(&row, 0, 1, out, scratch, bytes), ZOE_OK);
    free(scratch);
    check("without alpha: the nearest", result[0], 0.5, 0);
}

static float random_depth(void)
{
    /* Few places, so that samples often share them. */
    return random_below(2) ? (float)random_below(12) : 12 * random_unit();
}

/* What a pixel's samples are like. */
enum { POINTS, VOLUMES, MIXED, DENSE, PIXEL_KINDS };

static float random_alpha(int kind)
{
    switch (random_below(kind == DENSE ? 6 : 12)) {
    case 0: return 1;
    case 1: return 0;
    case 2: return 1 - FLT_EPSILON / 2;
    case 3: return 1e-6f * random_unit();
    default: return kind == DENSE ? random_unit() : 0.3f * random_unit();
    }
}

static void random_pixels_follow_the_rules(void **state)
{
    (void)state;
    static float a[SAMPLES_MAX], color[SAMPLES_MAX], z[SAMPLES_MAX], back[SAMPLES_MAX];
    static sample samples[SAMPLES_MAX];
    double worst = 0;
    for (int round = 0; round < 4000; round++) {
        int kind = round % PIXEL_KINDS;
        int32_t count = (int32_t)random_below(round % 50 == 0 ? SAMPLES_MAX : 9) + 1;
        for (int32_t i = 0; i < count; i++) {
            a[i] = random_alpha(kind);
            color[i] = a[i] > 0 ? a[i] * random_unit() : 0.1f * random_unit();
            z[i] = random_depth();
            bool volume = kind == VOLUMES || (kind != POINTS && random_below(2));
            back[i] = volume ? z[i] + random_depth() : z[i];
            samples[i] = (sample){(double)a[i], (double)color[i], (double)z[i], (double)back[i]};
        }
        double alpha, expected;
        flatten_by_the_book(samples, (size_t)count, &alpha, &expected);
        float result[3];
        flatten_pixel(a, color, z, back, count, result);
        char what[64];
        snprintf(what, sizeof what, "round %d, %d samples", round, count);
        check(what, result[0], expected, 2e-6);
        check(what, result[1], alpha, 2e-6);
        double difference = fabs((double)result[0] - expected);
        worst = difference > worst ? difference : worst;
    }
    print_message("largest difference of a colour: %.3g\n", worst);
}

/* ---- files ---- */

enum { CHANNELS = 7 };

/* A generated deep picture. */
typedef struct picture {
    exr_deep_reference_image image;
    exr_deep_reference_channel channels[CHANNELS];
    size_t sample_count;
    unsigned *counts;
    float *values[CHANNELS]; /* what the file's samples are, as floats */
    void *stored[CHANNELS];
} picture;

enum { CH_A, CH_B, CH_G, CH_R, CH_Z, CH_BACK, CH_ID };

static void store(picture *p, size_t c, size_t i, float value)
{
    if (p->channels[c].type == ZOE_CODEC_HALF) {
        uint16_t half = zoe_float_to_half(value);
        ((uint16_t *)p->stored[c])[i] = half;
        value = zoe_half_to_float(half);
    } else if (p->channels[c].type == ZOE_CODEC_UINT) {
        ((uint32_t *)p->stored[c])[i] = (uint32_t)value;
    } else {
        ((float *)p->stored[c])[i] = value;
    }
    p->values[c][i] = value;
}

static void fill_pixel(picture *p, size_t at, unsigned count, int kind)
{
    float depth = 1;
    for (unsigned i = 0; i < count; i++) {
        float a = random_alpha(kind);
        store(p, CH_A, at + i, a);
        for (size_t c = CH_B; c <= CH_R; c++)
            store(p, c, at + i, a * random_unit());
        depth += 0.25f + 2 * random_unit();
        float z = kind == POINTS ? depth : random_depth();
        store(p, CH_Z, at + i, z);
        store(p, CH_BACK, at + i, kind == POINTS ? z : z + (float)random_below(3) * random_unit());
        store(p, CH_ID, at + i, (float)random_below(1u << 24));
    }
}

static void make_picture(picture *p, int width, int height, int kind, int compression, int tile,
                         int z_type)
{
    static const char *const names[CHANNELS] = {"A", "B", "G", "R", "Z", "ZBack", "id"};
    size_t pixels = (size_t)width * (size_t)height;
    *p = (picture){.image = {.min_x = -3,
                             .min_y = 5,
                             .width = width,
                             .height = height,
                             .compression = compression,
                             .tile = tile,
                             .channels = p->channels,
                             .channel_count = CHANNELS}};
    p->counts = allocate(pixels * sizeof *p->counts);
    p->image.counts = p->counts;
    for (size_t i = 0; i < pixels; i++) {
        p->counts[i] = random_below(4) == 0 ? 0 : random_below(7);
        p->sample_count += p->counts[i];
    }
    for (size_t c = 0; c < CHANNELS; c++) {
        int type = c >= CH_Z ? z_type : ZOE_CODEC_HALF;
        p->values[c] = allocate(p->sample_count * sizeof(float));
        p->stored[c] = allocate(p->sample_count * sizeof(float));
        p->channels[c] = (exr_deep_reference_channel){names[c], c == CH_ID ? ZOE_CODEC_UINT : type,
                                                      p->stored[c]};
    }
    for (size_t i = 0, at = 0; i < pixels; at += p->counts[i++])
        fill_pixel(p, at, p->counts[i], kind);
}

static void free_picture(picture *p)
{
    free(p->counts);
    for (size_t c = 0; c < CHANNELS; c++) {
        free(p->values[c]);
        free(p->stored[c]);
    }
}

static void hush(exr_const_context_t context, exr_result_t code, const char *message)
{
    (void)context;
    (void)code;
    (void)message;
}

static exr_context_t open_file(const char *path)
{
    exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;
    init.error_handler_fn = hush;
    exr_context_t context = NULL;
    assert_int_equal(exr_start_read(&context, path, &init), EXR_ERR_SUCCESS);
    return context;
}

/* Everything of a file, as planes without padding. */
typedef struct flat {
    int32_t width, height;
    size_t sizes[4]; /* of a sample */
    uint8_t *planes[4];
} flat;

static int32_t channel_index(exr_context_t context, const char *name)
{
    const exr_attr_chlist_t *list;
    assert_int_equal(exr_get_channels(context, 0, &list), EXR_ERR_SUCCESS);
    for (int32_t c = 0; c < list->num_channels; c++)
        if (strcmp(list->entries[c].name.str, name) == 0)
            return c;
    fail_msg("no channel %s", name);
    return -1;
}

/* Decodes one chunk; the status of what fails first. */
static zoe_status flatten_chunk(const zoe_exr_deep *deep, exr_context_t context,
                                const exr_chunk_info_t *info, const zoe_exr_deep_target *target,
                                uint64_t limit)
{
    size_t bytes;
    zoe_status status = zoe_exr_deep_measure(deep, info, limit, &bytes);
    if (status != ZOE_OK)
        return status;
    assert_true(bytes <= limit);
    uint8_t *scratch = aligned_alloc(64, bytes);
    assert_non_null(scratch);
    zoe_exr_deep_chunk chunk;
    exr_result_t result;
    status = zoe_exr_deep_read(deep, context, info, scratch, bytes, &chunk, &result);
    assert_int_equal(status == ZOE_ERROR_IO, result != EXR_ERR_SUCCESS);
    if (status == ZOE_OK)
        zoe_exr_deep_flatten(deep, &chunk, target);
    free(scratch);
    return status;
}

static void flatten_file(const char *path, const char *const *names, uint32_t count, bool half,
                         flat *out)
{
    exr_context_t context = open_file(path);
    int32_t channels[4];
    for (uint32_t p = 0; p < count; p++)
        channels[p] = channel_index(context, names[p]);
    zoe_exr_deep deep;
    assert_int_equal(zoe_exr_deep_init(&deep, context, 0, channels, count), ZOE_OK);
    exr_attr_box2i_t window;
    exr_storage_t storage;
    exr_get_data_window(context, 0, &window);
    exr_get_storage(context, 0, &storage);
    *out =
        (flat){.width = window.max.x - window.min.x + 1, .height = window.max.y - window.min.y + 1};
    int32_t step_x = out->width, step_y = 1;
    bool tiled = storage == EXR_STORAGE_DEEP_TILED;
    if (tiled)
        exr_get_tile_sizes(context, 0, 0, 0, &step_x, &step_y);
    zoe_exr_deep_target target = {0};
    for (uint32_t p = 0; p < count; p++) {
        const exr_attr_chlist_entry_t *entry = &deep.channels->entries[channels[p]];
        target.types[p] = half ? ZOE_SAMPLE_HALF : (zoe_sample_type)entry->pixel_type;
        out->sizes[p] = target.types[p] == ZOE_SAMPLE_HALF ? 2 : 4;
        target.strides[p] = out->sizes[p] * (size_t)out->width;
        out->planes[p] = allocate(target.strides[p] * (size_t)out->height);
    }
    for (int32_t y = 0; y < out->height; y += step_y) {
        for (int32_t x = 0; x < out->width; x += step_x) {
            exr_chunk_info_t info;
            exr_result_t result =
                tiled ? exr_read_tile_chunk_info(context, 0, x / step_x, y / step_y, 0, 0, &info)
                      : exr_read_scanline_chunk_info(context, 0, window.min.y + y, &info);
            assert_int_equal(result, EXR_ERR_SUCCESS);
            for (uint32_t p = 0; p < count; p++)
                target.planes[p] =
                    out->planes[p] + (size_t)y * target.strides[p] + (size_t)x * out->sizes[p];
            target.row_count = info.height;
            target.column_count = info.width;
            zoe_status status = flatten_chunk(&deep, context, &info, &target, 1u << 30);
            if (status != ZOE_OK)
                fail_msg("chunk at %d, %d: %s", x, y, zoe_status_name(status));
        }
    }
    exr_finish(&context);
}

static void free_flat(flat *f)
{
    for (int p = 0; p < 4; p++)
        free(f->planes[p]);
}

static float value_at(const flat *f, int plane, size_t i)
{
    float value;
    if (f->sizes[plane] == 2) {
        uint16_t half;
        memcpy(&half, f->planes[plane] + 2 * i, 2);
        return zoe_half_to_float(half);
    }
    memcpy(&value, f->planes[plane] + 4 * i, 4);
    return value;
}

static void compare_with_the_book(const picture *p, const flat *f, const char *what)
{
    static sample samples[SAMPLES_MAX];
    static const size_t channels[] = {CH_R, CH_G, CH_B};
    size_t pixels = (size_t)p->image.width * (size_t)p->image.height;
    for (size_t i = 0, at = 0; i < pixels; at += p->counts[i++]) {
        for (int c = 0; c < 3; c++) {
            for (size_t s = 0; s < p->counts[i]; s++)
                samples[s] = (sample){
                    (double)p->values[CH_A][at + s], (double)p->values[channels[c]][at + s],
                    (double)p->values[CH_Z][at + s], (double)p->values[CH_BACK][at + s]};
            double alpha, color;
            flatten_by_the_book(samples, p->counts[i], &alpha, &color);
            check(what, value_at(f, c, i), color, 6e-4);
            check(what, value_at(f, 3, i), alpha, 6e-4);
        }
    }
}

/* Ids and depths: of the nearest sample with an alpha. */
static void compare_fronts(const picture *p, const flat *f, const char *what)
{
    size_t pixels = (size_t)p->image.width * (size_t)p->image.height;
    for (size_t i = 0, at = 0; i < pixels; at += p->counts[i++]) {
        size_t best = SIZE_MAX;
        for (size_t s = at; s < at + p->counts[i]; s++) {
            if (best == SIZE_MAX) {
                best = s;
                continue;
            }
            const float *z = p->values[CH_Z], *back = p->values[CH_BACK];
            bool seen = p->values[CH_A][s] > 0, best_seen = p->values[CH_A][best] > 0;
            bool nearer = z[s] < z[best] || (z[s] == z[best] && back[s] < back[best]);
            if (seen != best_seen ? seen : nearer)
                best = s;
        }
        float depth = value_at(f, 0, i);
        uint32_t id;
        memcpy(&id, f->planes[1] + 4 * i, sizeof id);
        float expected = best == SIZE_MAX ? INFINITY : p->values[CH_Z][best];
        uint32_t expected_id = best == SIZE_MAX ? 0 : (uint32_t)p->values[CH_ID][best];
        if (depth != expected || id != expected_id)
            fail_msg("%s: pixel %zu: depth %.9g id %u, expected %.9g %u", what, i, (double)depth,
                     id, (double)expected, expected_id);
    }
}

static void generated_files(void **state)
{
    (void)state;
    static const char *const color[] = {"R", "G", "B", "A"};
    static const char *const front[] = {"Z", "id"};
    char path[64];
    temporary(path);
    int done = 0;
    for (int kind = 0; kind < PIXEL_KINDS; kind++) {
        for (int compression = 0; compression < 3; compression++) {
            for (int tile = 0; tile <= 16; tile += 16, done++) {
                int z_type = done % 3 == 0 ? ZOE_CODEC_HALF : ZOE_CODEC_FLOAT;
                picture p;
                make_picture(&p, 37, 21, kind, compression, tile, z_type);
                char what[80];
                snprintf(what, sizeof what, "kind %d compression %d tile %d", kind, compression,
                         tile);
                assert_int_equal(exr_deep_reference_write(path, &p.image), 0);
                flat f;
                flatten_file(path, color, 4, true, &f);
                compare_with_the_book(&p, &f, what);
                free_flat(&f);
                flatten_file(path, front, 2, false, &f);
                compare_fronts(&p, &f, what);
                free_flat(&f);
                free_picture(&p);
            }
        }
    }
    remove(path);
}

/* Points that stand in order: the library's own result, rounded to half. */
static void compare_with_the_library(const char *path)
{
    static const char *const color[] = {"R", "G", "B", "A"};
    flat f;
    flatten_file(path, color, 4, true, &f);
    size_t pixels = (size_t)f.width * (size_t)f.height;
    float *expected = allocate(4 * pixels * sizeof *expected);
    assert_int_equal(exr_deep_reference_composite(path, expected), 0);
    for (int c = 0; c < 4; c++) {
        for (size_t i = 0; i < pixels; i++) {
            float got = value_at(&f, c, i);
            float half = zoe_half_to_float(zoe_float_to_half(expected[(size_t)c * pixels + i]));
            if (got != half)
                fail_msg("%s: plane %d pixel %zu: %.9g, expected %.9g", path, c, i, (double)got,
                         (double)half);
        }
    }
    free(expected);
    free_flat(&f);
}

static void points_match_the_library(void **state)
{
    (void)state;
    char path[64];
    temporary(path);
    picture p;
    make_picture(&p, 50, 9, POINTS, 2, 0, ZOE_CODEC_FLOAT);
    p.image.min_x = p.image.min_y = 0;
    assert_int_equal(exr_deep_reference_write(path, &p.image), 0);
    compare_with_the_library(path);
    free_picture(&p);
    remove(path);
}

static void real_file_matches_the_library(void **state)
{
    (void)state;
    const char *folder = getenv("ZOETROPE_TEST_IMAGES");
    char path[4096];
    snprintf(path, sizeof path, "%s/v2/LowResLeftView/Trunks.exr", folder ? folder : "");
    if (!folder || access(path, R_OK) != 0) {
        print_message("ZOETROPE_TEST_IMAGES has no v2/LowResLeftView/Trunks.exr: skipped\n");
        skip();
    }
    compare_with_the_library(path);
}

/* ---- what cannot be right ---- */

/* A chunk in memory, of a file with one half and one float channel. */
enum { W = 5, H = 2 };

typedef struct hostile {
    exr_attr_chlist_entry_t entries[2];
    exr_attr_chlist_t list;
    zoe_exr_deep deep;
    exr_chunk_info_t info;
    int32_t counts[H][W];
    uint8_t samples[6 * 64];
} hostile;

static void make_hostile(hostile *h)
{
    *h = (hostile){
        .entries = {{.name = {.str = "A"}, .pixel_type = EXR_PIXEL_HALF},
                    {.name = {.str = "Z"}, .pixel_type = EXR_PIXEL_FLOAT}},
        .counts = {{1, 1, 4, 4, 9}, {0, 2, 2, 3, 3}},
    };
    h->list = (exr_attr_chlist_t){.num_channels = 2, .entries = h->entries};
    h->deep = (zoe_exr_deep){
        .compression = ZOE_COMPRESSION_NONE,
        .channels = &h->list,
        .sample_bytes = 6,
        .alpha = 0,
        .z = 1,
        .z_back = -1,
        .plane_count = 1,
    };
    h->info = (exr_chunk_info_t){
        .width = W,
        .height = H,
        .packed_size = 12 * 6,
        .unpacked_size = 12 * 6,
        .sample_count_table_size = sizeof h->counts,
    };
}

static zoe_status unpack(hostile *h, size_t scratch_bytes)
{
    uint8_t *scratch = allocate(scratch_bytes);
    zoe_exr_deep_chunk chunk;
    zoe_status status = zoe_exr_deep_unpack(&h->deep, &h->info, h->counts, h->samples, scratch,
                                            scratch_bytes, &chunk);
    if (status == ZOE_OK) {
        uint16_t out[H][W];
        const zoe_exr_deep_target target = {.planes = {out},
                                            .strides = {sizeof out[0]},
                                            .types = {ZOE_SAMPLE_HALF},
                                            .row_count = H,
                                            .column_count = W};
        zoe_exr_deep_flatten(&h->deep, &chunk, &target);
    }
    free(scratch);
    return status;
}

static void damaged_counts_are_refused(void **state)
{
    (void)state;
    static const int32_t bad[][3] = {{0, 0, -1},        {0, 0, 2},         {0, 2, 0},
                                     {0, 4, INT32_MAX}, {0, 4, INT32_MIN}, {0, 4, 10},
                                     {1, 4, 4},         {1, 0, -5},        {1, 4, INT32_MAX}};
    hostile h;
    make_hostile(&h);
    assert_int_equal(unpack(&h, 1 << 20), ZOE_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        make_hostile(&h);
        h.counts[bad[i][0]][bad[i][1]] = bad[i][2];
        assert_int_equal(unpack(&h, 1 << 20), ZOE_ERROR_CORRUPT);
    }
}

static void impossible_sizes_are_refused(void **state)
{
    (void)state;
    const uint64_t huge[] = {1u << 31, UINT64_C(1) << 40, UINT64_MAX, UINT64_MAX - 63};
    size_t bytes;
    hostile h;
    for (size_t i = 0; i < 4; i++) {
        for (int compressed = 0; compressed < 2; compressed++) {
            make_hostile(&h);
            h.deep.compression = compressed ? ZOE_COMPRESSION_ZIPS : ZOE_COMPRESSION_NONE;
            h.info.unpacked_size = huge[i];
            assert_int_equal(zoe_exr_deep_measure(&h.deep, &h.info, UINT64_MAX, &bytes),
                             ZOE_ERROR_CORRUPT);
            h.info.packed_size = huge[i];
            assert_int_equal(zoe_exr_deep_measure(&h.deep, &h.info, UINT64_MAX, &bytes),
                             ZOE_ERROR_CORRUPT);
            make_hostile(&h);
            h.info.sample_count_table_size = huge[i];
            assert_int_equal(zoe_exr_deep_measure(&h.deep, &h.info, UINT64_MAX, &bytes),
                             ZOE_ERROR_CORRUPT);
        }
    }
    make_hostile(&h);
    h.info.width = h.info.height = INT32_MAX;
    assert_int_equal(zoe_exr_deep_measure(&h.deep, &h.info, UINT64_MAX, &bytes), ZOE_ERROR_CORRUPT);
    make_hostile(&h);
    h.info.width = 0;
    assert_int_equal(zoe_exr_deep_measure(&h.deep, &h.info, UINT64_MAX, &bytes), ZOE_ERROR_CORRUPT);
    /* More than its packed bytes can hold. */
    make_hostile(&h);
    h.deep.compression = ZOE_COMPRESSION_ZIPS;
    h.info.unpacked_size = 1 << 30;
    assert_int_equal(zoe_exr_deep_measure(&h.deep, &h.info, UINT64_MAX, &bytes), ZOE_ERROR_CORRUPT);
}

static void the_limit_is_kept(void **state)
{
    (void)state;
    size_t bytes, again;
    hostile h;
    make_hostile(&h);
    assert_int_equal(zoe_exr_deep_measure(&h.deep, &h.info, 1 << 30, &bytes), ZOE_OK);
    assert_int_equal(zoe_exr_deep_measure(&h.deep, &h.info, bytes, &again), ZOE_OK);
    assert_int_equal(again, bytes);
    assert_int_equal(zoe_exr_deep_measure(&h.deep, &h.info, bytes - 1, &again),
                     ZOE_ERROR_OVER_BUDGET);
    assert_int_equal(unpack(&h, bytes), ZOE_OK);
    assert_int_equal(unpack(&h, bytes - 1), ZOE_ERROR_OVER_BUDGET);
}

/* Files with some bytes changed at random: an error or a picture, and nothing else. */
static void damaged_files_do_no_harm(void **state)
{
    (void)state;
    char path[64];
    temporary(path);
    for (int round = 0; round < 600; round++) {
        picture p;
        if (round % 100 == 0) {
            make_picture(&p, 20, 8, MIXED, round / 100 % 3, round >= 300 ? 8 : 0, ZOE_CODEC_FLOAT);
            assert_int_equal(exr_deep_reference_write(path, &p.image), 0);
            free_picture(&p);
        }
        exr_context_t context = open_file(path);
        const int32_t planes[2] = {channel_index(context, "R"), channel_index(context, "Z")};
        zoe_exr_deep deep;
        assert_int_equal(zoe_exr_deep_init(&deep, context, 0, planes, 2), ZOE_OK);
        exr_chunk_info_t info;
        exr_result_t result = round >= 300
                                  ? exr_read_tile_chunk_info(context, 0, 0, 0, 0, 0, &info)
                                  : exr_read_scanline_chunk_info(context, 0, 5 + round % 8, &info);
        assert_int_equal(result, EXR_ERR_SUCCESS);
        uint8_t *table = allocate((size_t)info.sample_count_table_size);
        uint8_t *packed = allocate((size_t)info.packed_size);
        assert_int_equal(exr_read_deep_chunk(context, 0, &info, packed, table), EXR_ERR_SUCCESS);
        for (uint32_t i = random_below(4); i > 0; i--)
            table[random_below((uint32_t)info.sample_count_table_size)] = (uint8_t)random_next();
        for (uint32_t i = random_below(8); i > 0; i--)
            packed[random_below((uint32_t)info.packed_size)] = (uint8_t)random_next();
        if (random_below(4) == 0)
            info.unpacked_size = random_next() >> random_below(64);
        if (random_below(8) == 0)
            info.packed_size = random_below((uint32_t)info.packed_size + 1);
        size_t bytes;
        if (zoe_exr_deep_measure(&deep, &info, 1 << 24, &bytes) == ZOE_OK) {
            uint8_t *scratch = aligned_alloc(64, bytes);
            zoe_exr_deep_chunk chunk;
            float out[2][20 * 8];
            const zoe_exr_deep_target target = {
                .planes = {out[0], out[1]},
                .strides = {40, 80},
                .types = {ZOE_SAMPLE_HALF, ZOE_SAMPLE_FLOAT},
                .row_count = info.height,
                .column_count = info.width,
            };
            zoe_status status =
                zoe_exr_deep_unpack(&deep, &info, table, packed, scratch, bytes, &chunk);
            if (status == ZOE_OK)
                zoe_exr_deep_flatten(&deep, &chunk, &target);
            else
                assert_int_equal(status, ZOE_ERROR_CORRUPT);
            free(scratch);
        }
        free(table);
        free(packed);
        exr_finish(&context);
    }
    remove(path);
}

int main(void)
{
    const char *text = getenv("ZOETROPE_SEED");
    random_state = text ? strtoull(text, NULL, 0) : 20240229u;
    print_message("ZOETROPE_SEED=%llu\n", (unsigned long long)random_state);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_pixels),
        cmocka_unit_test(absent_channels),
        cmocka_unit_test(random_pixels_follow_the_rules),
        cmocka_unit_test(generated_files),
        cmocka_unit_test(points_match_the_library),
        cmocka_unit_test(real_file_matches_the_library),
        cmocka_unit_test(damaged_counts_are_refused),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(the_limit_is_kept),
        cmocka_unit_test(damaged_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
