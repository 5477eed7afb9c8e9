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
#include "support/image_folder.h"
#include "exr/luma_chroma.h"
#include "support/luma_chroma_reference.h"
#include "support/seeded_random.h"

static const float rec709[8] = {0.64f, 0.33f, 0.30f, 0.60f, 0.15f, 0.06f, 0.3127f, 0.3290f};
static const float rec2020[8] = {0.708f, 0.292f, 0.170f, 0.797f, 0.131f, 0.046f, 0.3127f, 0.3290f};
static const float ap0[8] = {0.7347f, 0.2653f, 0.0f, 1.0f, 0.0001f, -0.077f, 0.32168f, 0.33767f};

static uint64_t random_state;

static void *allocate(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    assert_non_null(memory);
    memset(memory, 0xa5, bytes);
    return memory;
}

/* A picture's channels, and what was made of them. */
typedef struct picture {
    int32_t width, height;
    uint16_t *y, *ry, *by; /* without padding */
    uint16_t *expected, *got;
} picture;

static void allocate_picture(picture *p, int32_t width, int32_t height)
{
    size_t pixels = (size_t)width * (size_t)height;
    *p = (picture){.width = width, .height = height};
    p->y = allocate(2 * pixels);
    p->ry = allocate(2 * (pixels / 4 + 1));
    p->by = allocate(2 * (pixels / 4 + 1));
    p->expected = allocate(6 * pixels);
    p->got = allocate(6 * pixels);
}

static void free_picture(picture *p)
{
    free(p->y);
    free(p->ry);
    free(p->by);
    free(p->expected);
    free(p->got);
}

static void source_of(const picture *p, zoe_luma_chroma_source source[3])
{
    source[0] = (zoe_luma_chroma_source){p->y, 2 * (size_t)p->width, 0, ZOE_CODEC_HALF};
    source[1] = (zoe_luma_chroma_source){p->ry, (size_t)p->width, 0, ZOE_CODEC_HALF};
    source[2] = (zoe_luma_chroma_source){p->by, (size_t)p->width, 0, ZOE_CODEC_HALF};
}

/* Converts rows, `band` at a time, each band from copies of no more rows than it may read. */
static void convert(const picture *p, const zoe_luma_chroma *lc, int32_t band)
{
    size_t width = (size_t)p->width, plane = width * (size_t)p->height;
    void *scratch = allocate(zoe_luma_chroma_scratch_bytes(lc));
    for (int32_t first = 0; first < p->height; first += band) {
        int32_t count = first + band > p->height ? p->height - first : band;
        zoe_luma_chroma_span reach = zoe_luma_chroma_reach(lc, first, first + count - 1);
        assert_true(reach.first >= 0 && reach.first <= first);
        assert_true(reach.last < p->height && reach.last >= first + count - 1);
        zoe_luma_chroma_source source[3];
        source_of(p, source);
        void *copies[3];
        for (int c = 0; c < 3; c++) {
            int32_t s = c > 0 ? 2 : 1;
            int32_t from = (reach.first + s - 1) / s, to = reach.last / s;
            size_t bytes = (size_t)(to - from + 1) * source[c].stride;
            copies[c] = malloc(bytes);
            assert_non_null(copies[c]);
            if (c == 0 || lc->has_chroma)
                memcpy(copies[c], (const uint8_t *)source[c].data + (size_t)from * source[c].stride,
                       bytes);
            source[c].data = copies[c];
            source[c].first_row = from * s;
        }
        zoe_luma_chroma_target target = {.column_count = p->width, .type = ZOE_CODEC_HALF};
        for (size_t c = 0; c < 3; c++) {
            target.planes[c] = p->got + c * plane + (size_t)first * width;
            target.strides[c] = 2 * width;
        }
        zoe_luma_chroma_convert(lc, source, first, count, &target, scratch);
        for (int c = 0; c < 3; c++)
            free(copies[c]);
    }
    free(scratch);
}

static bool is_nan(uint16_t half)
{
    return (half & 0x7fff) > 0x7c00;
}

static void compare(const picture *p, const char *what)
{
    size_t plane = (size_t)p->width * (size_t)p->height;
    for (size_t i = 0; i < 3 * plane; i++) {
        if (p->got[i] == p->expected[i] || (is_nan(p->got[i]) && is_nan(p->expected[i])))
            continue;
        fail_msg("%s: plane %zu column %zu row %zu: %04x, expected %04x", what, i / plane,
                 i % plane % (size_t)p->width, i % plane / (size_t)p->width, p->got[i],
                 p->expected[i]);
    }
}

static void temporary(char path[64])
{
    strcpy(path, "/tmp/zoe_luma_chroma_XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

enum { SMOOTH, NOISE, EDGES, GREY, ANYTHING, KINDS };

static float chroma_value(int kind, int32_t x, int32_t y)
{
    switch (kind) {
    case SMOOTH: return 0.4f * sinf((float)x * 0.21f) * cosf((float)y * 0.17f);
    case NOISE: return 4 * seeded_random_unit(&random_state) - 1;
    case EDGES: return (x / 6 + y / 4) % 3 == 0 ? 12.0f : -0.9f;
    default: return 0;
    }
}

static void fill(picture *p, int kind)
{
    for (int32_t y = 0; y < p->height; y++) {
        for (int32_t x = 0; x < p->width; x++) {
            size_t i = (size_t)y * (size_t)p->width + (size_t)x;
            p->y[i] = kind == ANYTHING
                          ? (uint16_t)seeded_random(&random_state)
                          : zoe_float_to_half(seeded_random_unit(&random_state) * 2 + 0.01f);
        }
    }
    for (int32_t y = 0; y < p->height / 2; y++) {
        for (int32_t x = 0; x < p->width / 2; x++) {
            size_t i = (size_t)y * (size_t)(p->width / 2) + (size_t)x;
            bool any = kind == ANYTHING;
            p->ry[i] = any ? (uint16_t)seeded_random(&random_state)
                           : zoe_float_to_half(chroma_value(kind, x, y));
            p->by[i] = any ? (uint16_t)seeded_random(&random_state)
                           : zoe_float_to_half(chroma_value(kind, y, x));
        }
    }
}

static void generated_files_match_the_library(void **state)
{
    (void)state;
    static const struct {
        int32_t x, y, width, height;
    } windows[] = {{0, 0, 2, 2},    {0, 0, 64, 2},   {4, -6, 2, 40},
                   {-8, 2, 30, 28}, {0, 0, 150, 62}, {2, 4, 1026, 34}};
    static const float *const colours[] = {NULL, rec2020, ap0};
    char path[64];
    temporary(path);
    for (size_t w = 0; w < sizeof windows / sizeof windows[0]; w++) {
        for (int kind = 0; kind < KINDS; kind++) {
            const float *colour = colours[(w + (size_t)kind) % 3];
            picture p;
            allocate_picture(&p, windows[w].width, windows[w].height);
            fill(&p, kind);
            assert_int_equal(luma_chroma_reference_write(path, windows[w].x, windows[w].y, p.width,
                                                         p.height, colour, p.y, p.ry, p.by),
                             0);
            assert_int_equal(luma_chroma_reference_read(path, p.expected), 0);
            zoe_luma_chroma lc;
            assert_int_equal(zoe_luma_chroma_init(&lc, colour, p.width, p.height, true, 2, 2),
                             ZOE_OK);
            static const int32_t bands[] = {1, 3, 16, 1000};
            for (size_t b = 0; b < sizeof bands / sizeof bands[0]; b++) {
                char what[80];
                snprintf(what, sizeof what, "%dx%d kind %d, bands of %d", p.width, p.height, kind,
                         bands[b]);
                memset(p.got, 0xa5, 6 * (size_t)p.width * (size_t)p.height);
                convert(&p, &lc, bands[b]);
                compare(&p, what);
            }
            free_picture(&p);
        }
    }
    remove(path);
}

static void real_file_matches_the_library(void **state)
{
    (void)state;
    char path[4096];
    image_folder_path("LuminanceChroma/Flowers.exr", path, sizeof path);
    picture p;
    int width, height;
    assert_int_equal(luma_chroma_reference_size(path, &width, &height), 0);
    allocate_picture(&p, width, height);
    assert_int_equal(luma_chroma_reference_planes(path, p.y, p.ry, p.by), 0);
    assert_int_equal(luma_chroma_reference_read(path, p.expected), 0);
    zoe_luma_chroma lc;
    assert_int_equal(zoe_luma_chroma_init(&lc, NULL, width, height, true, 2, 2), ZOE_OK);
    convert(&p, &lc, 128);
    compare(&p, "Flowers.exr");
    free_picture(&p);
}

static void luminance_alone_is_grey(void **state)
{
    (void)state;
    picture p;
    allocate_picture(&p, 33, 7);
    fill(&p, NOISE);
    size_t plane = 33 * 7;
    for (size_t c = 0; c < 3; c++)
        memcpy(p.expected + c * plane, p.y, 2 * plane);
    zoe_luma_chroma lc;
    assert_int_equal(zoe_luma_chroma_init(&lc, rec709, 33, 7, false, 7, 9), ZOE_OK);
    convert(&p, &lc, 4);
    compare(&p, "luminance alone");
    free_picture(&p);
}

/* Luminance where green is, chroma where red and blue are, at the rows they belong to. */
static void works_in_place(void **state)
{
    (void)state;
    picture p;
    allocate_picture(&p, 60, 50);
    fill(&p, EDGES);
    zoe_luma_chroma lc;
    assert_int_equal(zoe_luma_chroma_init(&lc, ap0, 60, 50, true, 2, 2), ZOE_OK);
    convert(&p, &lc, 1000);
    memcpy(p.expected, p.got, 6 * 60 * 50);
    uint16_t *planes[3] = {p.got, p.got + 60 * 50, p.got + 2 * 60 * 50};
    memcpy(planes[1], p.y, 2 * 60 * 50);
    for (size_t row = 0; row < 25; row++) {
        memcpy(planes[0] + 2 * row * 60, p.ry + row * 30, 60);
        memcpy(planes[2] + 2 * row * 60, p.by + row * 30, 60);
    }
    const zoe_luma_chroma_source source[3] = {{planes[1], 120, 0, ZOE_CODEC_HALF},
                                              {planes[0], 240, 0, ZOE_CODEC_HALF},
                                              {planes[2], 240, 0, ZOE_CODEC_HALF}};
    const zoe_luma_chroma_target target = {
        {planes[0], planes[1], planes[2]}, {120, 120, 120}, 0, 60, ZOE_CODEC_HALF};
    void *scratch = allocate(zoe_luma_chroma_scratch_bytes(&lc));
    zoe_luma_chroma_convert(&lc, source, 0, 50, &target, scratch);
    free(scratch);
    compare(&p, "in place");
    free_picture(&p);
}

static void writes_only_the_columns_asked_for(void **state)
{
    (void)state;
    picture p;
    allocate_picture(&p, 40, 10);
    fill(&p, SMOOTH);
    zoe_luma_chroma lc;
    assert_int_equal(zoe_luma_chroma_init(&lc, rec709, 40, 10, true, 2, 2), ZOE_OK);
    convert(&p, &lc, 10);
    uint16_t cut[3][10][12];
    memset(cut, 0x11, sizeof cut);
    zoe_luma_chroma_source source[3];
    source_of(&p, source);
    const zoe_luma_chroma_target target = {
        {&cut[0][0][1], &cut[1][0][1], &cut[2][0][1]}, {24, 24, 24}, 7, 10, ZOE_CODEC_HALF};
    void *scratch = allocate(zoe_luma_chroma_scratch_bytes(&lc));
    zoe_luma_chroma_convert(&lc, source, 0, 10, &target, scratch);
    free(scratch);
    for (size_t c = 0; c < 3; c++) {
        for (size_t y = 0; y < 10; y++) {
            assert_int_equal(cut[c][y][0], 0x1111);
            assert_int_equal(cut[c][y][11], 0x1111);
            assert_memory_equal(&cut[c][y][1], p.got + c * 400 + y * 40 + 7, 20);
        }
    }
    free_picture(&p);
}

/* Red, green and blue of flat colour come back at every pixel, whatever the sampling; float output
 * is not rounded. */
static void every_sampling_keeps_flat_colour(void **state)
{
    (void)state;
    static const int32_t factors[][2] = {{1, 1}, {1, 2}, {2, 1}, {2, 2}, {3, 3},
                                         {4, 4}, {4, 1}, {1, 6}, {2, 3}, {12, 12}};
    enum { W = 24, H = 12 };
    static float y[H][W], ry[H * W], by[H * W], out[3][H][W];
    const float rgb[3] = {0.5f, 0.25f, 0.125f};
    for (size_t f = 0; f < sizeof factors / sizeof factors[0]; f++) {
        zoe_luma_chroma lc;
        assert_int_equal(
            zoe_luma_chroma_init(&lc, rec2020, W, H, true, factors[f][0], factors[f][1]), ZOE_OK);
        const float *w = lc.weights;
        float luma = w[0] * rgb[0] + w[1] * rgb[1] + w[2] * rgb[2];
        for (size_t i = 0; i < H * W; i++) {
            y[i / W][i % W] = luma;
            ry[i] = (rgb[0] - luma) / luma;
            by[i] = (rgb[2] - luma) / luma;
        }
        size_t stride = sizeof(float) * (size_t)lc.chroma_width;
        const zoe_luma_chroma_source source[3] = {{y, sizeof y[0], 0, ZOE_CODEC_FLOAT},
                                                  {ry, stride, 0, ZOE_CODEC_FLOAT},
                                                  {by, stride, 0, ZOE_CODEC_FLOAT}};
        const zoe_luma_chroma_target target = {
            {out[0], out[1], out[2]},
            {sizeof out[0][0], sizeof out[0][0], sizeof out[0][0]},
            0,
            W,
            ZOE_CODEC_FLOAT};
        memset(out, 0xff, sizeof out);
        void *scratch = allocate(zoe_luma_chroma_scratch_bytes(&lc));
        zoe_luma_chroma_convert(&lc, source, 0, H, &target, scratch);
        free(scratch);
        for (size_t i = 0; i < 3 * H * W; i++) {
            float got = out[i / (H * W)][i / W % H][i % W];
            float expected = rgb[i / (H * W)];
            if (!(fabsf(got - expected) < 1e-5f))
                fail_msg("%d x %d: sample %zu: %.9g, expected %.9g", factors[f][0], factors[f][1],
                         i, (double)got, (double)expected);
        }
    }
}

/* Integers are numbers, rounded to half where the output is. */
static void integers_are_numbers(void **state)
{
    (void)state;
    enum { W = 4 };
    static const uint32_t y[W] = {0, 1, 7, 2049}, ry[W] = {0, 0, 1, 0}, by[W] = {3, 0, 0, 0};
    const zoe_luma_chroma_source source[3] = {{y, sizeof y, 0, ZOE_CODEC_UINT},
                                              {ry, sizeof ry, 0, ZOE_CODEC_UINT},
                                              {by, sizeof by, 0, ZOE_CODEC_UINT}};
    zoe_luma_chroma lc;
    assert_int_equal(zoe_luma_chroma_init(&lc, NULL, W, 1, true, 1, 1), ZOE_OK);
    void *scratch = allocate(zoe_luma_chroma_scratch_bytes(&lc));
    float out[3][W];
    const zoe_luma_chroma_target floats = {{out[0], out[1], out[2]},
                                           {sizeof out[0], sizeof out[0], sizeof out[0]},
                                           0,
                                           W,
                                           ZOE_CODEC_FLOAT};
    zoe_luma_chroma_convert(&lc, source, 0, 1, &floats, scratch);
    static const float red[W] = {0, 1, 14, 2049}, blue[W] = {0, 1, 7, 2049};
    assert_memory_equal(out[0], red, sizeof red);
    assert_memory_equal(out[2], blue, sizeof blue);
    uint16_t halves[3][W];
    const zoe_luma_chroma_target rounded = {{halves[0], halves[1], halves[2]},
                                            {sizeof halves[0], sizeof halves[0], sizeof halves[0]},
                                            0,
                                            W,
                                            ZOE_CODEC_HALF};
    zoe_luma_chroma_convert(&lc, source, 0, 1, &rounded, scratch);
    static const uint16_t red_bits[W] = {0, 0x3c00, 0x4b00, 0x6800};
    assert_memory_equal(halves[0], red_bits, sizeof red_bits);
    free(scratch);
}

/* A ramp of chroma, sampled at every fourth pixel and row, stays a ramp. */
static void other_samplings_are_linear(void **state)
{
    (void)state;
    enum { W = 16, H = 8 };
    static float y[H][W], ry[2][4], by[2][4], out[3][H][W];
    zoe_luma_chroma lc;
    assert_int_equal(zoe_luma_chroma_init(&lc, NULL, W, H, true, 4, 4), ZOE_OK);
    for (size_t i = 0; i < W * H; i++)
        y[i / W][i % W] = 1;
    for (size_t i = 0; i < 8; i++) {
        ry[i / 4][i % 4] = 0.01f * (float)(i % 4 * 4) + 0.02f * (float)(i / 4 * 4);
        by[i / 4][i % 4] = 0;
    }
    const zoe_luma_chroma_source source[3] = {{y, sizeof y[0], 0, ZOE_CODEC_FLOAT},
                                              {ry, sizeof ry[0], 0, ZOE_CODEC_FLOAT},
                                              {by, sizeof by[0], 0, ZOE_CODEC_FLOAT}};
    const zoe_luma_chroma_target target = {{out[0], out[1], out[2]},
                                           {sizeof out[0][0], sizeof out[0][0], sizeof out[0][0]},
                                           0,
                                           W,
                                           ZOE_CODEC_FLOAT};
    void *scratch = allocate(zoe_luma_chroma_scratch_bytes(&lc));
    zoe_luma_chroma_convert(&lc, source, 0, H, &target, scratch);
    free(scratch);
    for (size_t row = 0; row < H; row++) {
        for (size_t x = 0; x < W; x++) {
            float cx = (float)(x < 12 ? x : 12), cy = (float)(row < 4 ? row : 4);
            float expected = 1 + 0.01f * cx + 0.02f * cy;
            if (!(fabsf(out[0][row][x] - expected) < 1e-5f))
                fail_msg("column %zu row %zu: %.9g, expected %.9g", x, row, (double)out[0][row][x],
                         (double)expected);
        }
    }
}

static void weights_are_the_librarys(void **state)
{
    (void)state;
    static const float *const known[] = {rec709, rec2020, ap0};
    for (int i = 0; i < 200; i++) {
        float c[8];
        memcpy(c, known[i % 3], sizeof c);
        for (int k = 0; k < 8 && i >= 3; k++)
            c[k] += 0.05f * seeded_random_unit(&random_state);
        float expected[3];
        luma_chroma_reference_weights(c, expected);
        zoe_luma_chroma lc;
        assert_int_equal(zoe_luma_chroma_init(&lc, c, 2, 2, true, 2, 2), ZOE_OK);
        for (int k = 0; k < 3; k++)
            if (lc.weights[k] != expected[k])
                fail_msg("weight %d: %.9g, expected %.9g", k, (double)lc.weights[k],
                         (double)expected[k]);
    }
}

static void useless_chromaticities_count_as_none(void **state)
{
    (void)state;
    static const float useless[][8] = {
        {0},
        {0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f},
        {0.64f, 0.33f, 0.30f, 0.60f, 0.15f, 0.06f, 0.3127f, 0},
        {NAN, 0.33f, 0.30f, 0.60f, 0.15f, 0.06f, 0.3127f, 0.3290f},
        {0.64f, 0.33f, 0.30f, 0.60f, 0.15f, INFINITY, 0.3127f, 0.3290f},
    };
    zoe_luma_chroma expected, lc;
    assert_int_equal(zoe_luma_chroma_init(&expected, rec709, 2, 2, true, 1, 1), ZOE_OK);
    for (size_t i = 0; i < sizeof useless / sizeof useless[0]; i++) {
        assert_int_equal(zoe_luma_chroma_init(&lc, useless[i], 2, 2, true, 1, 1), ZOE_OK);
        assert_memory_equal(lc.weights, expected.weights, sizeof lc.weights);
    }
}

static void impossible_sizes_are_refused(void **state)
{
    (void)state;
    static const int32_t bad[][4] = {{0, 2, 1, 1},  {2, -1, 1, 1}, {2, 2, 0, 1},
                                     {2, 2, 1, -2}, {3, 2, 2, 2},  {2, 3, 2, 2}};
    zoe_luma_chroma lc;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(
            zoe_luma_chroma_init(&lc, NULL, bad[i][0], bad[i][1], true, bad[i][2], bad[i][3]),
            ZOE_ERROR_CORRUPT);
}

int main(void)
{
    random_state = seeded_random_seed(20240229u);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generated_files_match_the_library),
        cmocka_unit_test(real_file_matches_the_library),
        cmocka_unit_test(luminance_alone_is_grey),
        cmocka_unit_test(works_in_place),
        cmocka_unit_test(writes_only_the_columns_asked_for),
        cmocka_unit_test(every_sampling_keeps_flat_colour),
        cmocka_unit_test(integers_are_numbers),
        cmocka_unit_test(other_samplings_are_linear),
        cmocka_unit_test(weights_are_the_librarys),
        cmocka_unit_test(useless_chromaticities_count_as_none),
        cmocka_unit_test(impossible_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
