#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <math.h>

#include <cmocka.h>

#include <zoetrope/display.h>

#include "codec/cpu.h"

static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int random_below(uint64_t *state, int n)
{
    return (int)(random_next(state) % (uint64_t)n);
}

static double random_unit(uint64_t *state)
{
    return (double)(random_next(state) >> 11) / 9007199254740992.0;
}

static uint64_t seed(void)
{
    const char *text = getenv("ZOETROPE_SEED");
    uint64_t value = text ? strtoull(text, NULL, 0) : 20240229u;
    print_message("ZOETROPE_SEED=%llu\n", (unsigned long long)value);
    return value;
}

/* ---- frames ---- */

/* Planes of exactly the size that their rows need, so that AddressSanitizer sees a sample too many.
 */
static void make_frame(zoe_frame *frame, int min_x, int min_y, int width, int height,
                       uint32_t planes, const zoe_sample_type *types)
{
    memset(frame, 0, sizeof *frame);
    frame->window = (zoe_box){min_x, min_y, min_x + width - 1, min_y + height - 1};
    frame->plane_count = planes;
    frame->is_color = planes >= 3;
    frame->alpha_plane = planes == 4 ? 3 : -1;
    for (uint32_t p = 0; p < planes; p++) {
        size_t size = types[p] == ZOE_SAMPLE_HALF ? 2 : 4;
        size_t stride = ((size_t)width * size + 63) / 64 * 64;
        void *data = aligned_alloc(64, stride * (size_t)height);
        assert_non_null(data);
        memset(data, 0x3c, stride * (size_t)height);
        frame->planes[p] = (zoe_plane){data, stride, types[p]};
    }
}

static const zoe_sample_type halves[4] = {ZOE_SAMPLE_HALF, ZOE_SAMPLE_HALF, ZOE_SAMPLE_HALF,
                                          ZOE_SAMPLE_HALF};

static void free_frame(zoe_frame *frame)
{
    for (uint32_t p = 0; p < frame->plane_count; p++)
        free((void *)(uintptr_t)frame->planes[p].data);
}

static void *sample_at(const zoe_frame *frame, uint32_t plane, int x, int y)
{
    const zoe_plane *p = &frame->planes[plane];
    size_t size = p->type == ZOE_SAMPLE_HALF ? 2 : 4;
    return (char *)(uintptr_t)p->data + (size_t)(y - frame->window.min_y) * p->stride +
           (size_t)(x - frame->window.min_x) * size;
}

static void set_sample(const zoe_frame *frame, uint32_t plane, int x, int y, float value)
{
    void *at = sample_at(frame, plane, x, y);
    switch (frame->planes[plane].type) {
    case ZOE_SAMPLE_HALF: *(uint16_t *)at = zoe_float_to_half(value); break;
    case ZOE_SAMPLE_FLOAT: *(float *)at = value; break;
    case ZOE_SAMPLE_UINT: *(uint32_t *)at = (uint32_t)value; break;
    }
}

static double get_sample(const zoe_frame *frame, uint32_t plane, int x, int y)
{
    const void *at = sample_at(frame, plane, x, y);
    switch (frame->planes[plane].type) {
    case ZOE_SAMPLE_HALF: return (double)zoe_half_to_float(*(const uint16_t *)at);
    case ZOE_SAMPLE_FLOAT: return (double)*(const float *)at;
    case ZOE_SAMPLE_UINT: return (double)*(const uint32_t *)at;
    }
    return 0;
}

static void fill_frame(const zoe_frame *frame, uint64_t *s, double low, double high)
{
    for (uint32_t p = 0; p < frame->plane_count; p++)
        for (int y = frame->window.min_y; y <= frame->window.max_y; y++)
            for (int x = frame->window.min_x; x <= frame->window.max_x; x++)
                set_sample(frame, p, x, y, (float)(low + (high - low) * random_unit(s)));
}

/* Any bits at all, one sample in `rarity`. */
static void poison_frame(const zoe_frame *frame, uint64_t *s, int rarity)
{
    for (uint32_t p = 0; p < frame->plane_count; p++)
        for (int y = frame->window.min_y; y <= frame->window.max_y; y++)
            for (int x = frame->window.min_x; x <= frame->window.max_x; x++)
                if (random_below(s, rarity) == 0) {
                    static const uint32_t words[] = {0x7c007c00, 0xfc00fc00, 0x7e007e00,
                                                     0x7f800000, 0xff800000, 0x7fc00000};
                    uint32_t bits =
                        random_next(s) & 1 ? (uint32_t)random_next(s) : words[random_below(s, 6)];
                    size_t size = frame->planes[p].type == ZOE_SAMPLE_HALF ? 2 : 4;
                    memcpy(sample_at(frame, p, x, y), &bits, size);
                }
}

/* ---- drawing, with everything allocated to the byte ---- */

static zoe_display_lut *lut_of(const zoe_grade *grade)
{
    zoe_display_lut *lut = malloc(sizeof *lut);
    assert_non_null(lut);
    zoe_grade plain;
    zoe_grade_init(&plain);
    zoe_display_lut_make(lut, grade ? grade : &plain);
    return lut;
}

static void *aligned(size_t bytes)
{
    if (bytes == 0)
        return NULL;
    assert_int_equal(bytes % 64, 0);
    void *memory = aligned_alloc(64, bytes);
    assert_non_null(memory);
    memset(memory, 0xa5, bytes);
    return memory;
}

static uint32_t *draw(const zoe_frame *frame, const zoe_display_lut *lut, const zoe_viewport *v)
{
    void *scratch = aligned(zoe_display_scratch_bytes(frame, v));
    size_t stride = (size_t)v->width * 4;
    uint32_t *pixels = malloc(stride * (size_t)v->height);
    assert_non_null(pixels);
    memset(pixels, 0x11, stride * (size_t)v->height);
    assert_int_equal(zoe_display_draw(frame, lut, v, 0, v->height, pixels, stride, scratch),
                     ZOE_OK);
    free(scratch);
    return pixels;
}

static void assert_same(const uint32_t *a, const uint32_t *b, const zoe_viewport *v,
                        const char *what)
{
    for (int y = 0; y < v->height; y++)
        for (int x = 0; x < v->width; x++) {
            size_t i = (size_t)y * (size_t)v->width + (size_t)x;
            if (a[i] != b[i])
                fail_msg("%s: pixel %d, %d is %08x in one and %08x in the other; step %.17g %.17g "
                         "origin %.17g %.17g",
                         what, x, y, a[i], b[i], v->step_x, v->step_y, v->origin_x, v->origin_y);
        }
}

/* ---- the reference: the header's words in double ---- */

static double transfer_of(zoe_transfer transfer, double v)
{
    if (transfer == ZOE_TRANSFER_SRGB)
        return v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055;
    if (transfer == ZOE_TRANSFER_REC709)
        return v < 0.018 ? 4.5 * v : 1.099 * pow(v, 0.45) - 0.099;
    return v;
}

static double exposed(const zoe_grade *g, double v)
{
    v *= exp2((double)g->exposure);
    return v > 0 ? 0.18 * pow(v / 0.18, (double)g->contrast) : v;
}

static double shown(const zoe_grade *g, double v)
{
    v = transfer_of(g->transfer, v);
    v = v > 0 ? pow(v, 1 / (double)g->gamma) : 0;
    return v > 1 ? 255 : v * 255;
}

/* Average over the destination pixel's part of the window, or the sample at its centre. */
static double average(const zoe_frame *frame, uint32_t plane, const zoe_viewport *v, int dx, int dy)
{
    const zoe_box *w = &frame->window;
    double x0 = v->origin_x + dx * v->step_x, x1 = x0 + v->step_x;
    double y0 = v->origin_y + dy * v->step_y, y1 = y0 + v->step_y;
    if (v->step_x <= 1) {
        x0 = floor(v->origin_x + (dx + 0.5) * v->step_x);
        x1 = x0 + 1;
    }
    if (v->step_y <= 1) {
        y0 = floor(v->origin_y + (dy + 0.5) * v->step_y);
        y1 = y0 + 1;
    }
    double sum = 0, weight = 0;
    for (int y = (int)fmax(floor(y0), w->min_y); y <= w->max_y && y < y1; y++)
        for (int x = (int)fmax(floor(x0), w->min_x); x <= w->max_x && x < x1; x++) {
            double area = (fmin(x + 1, x1) - fmax(x, x0)) * (fmin(y + 1, y1) - fmax(y, y0));
            sum += area * get_sample(frame, plane, x, y);
            weight += area;
        }
    return sum / weight;
}

static int is_inside(const zoe_frame *frame, const zoe_viewport *v, int dx, int dy)
{
    const zoe_box *w = &frame->window;
    double x = v->origin_x + (dx + 0.5) * v->step_x, y = v->origin_y + (dy + 0.5) * v->step_y;
    return x >= w->min_x && x < w->max_x + 1.0 && y >= w->min_y && y < w->max_y + 1.0;
}

static void reference(const zoe_frame *frame, const zoe_grade *g, const zoe_viewport *v, int dx,
                      int dy, double out[3])
{
    double c[3], y = 0;
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    if (g->view == ZOE_VIEW_ALPHA) {
        double alpha =
            frame->alpha_plane < 0 ? 1 : average(frame, (uint32_t)frame->alpha_plane, v, dx, dy);
        alpha = pow(fmin(fmax(alpha, 0), 1), 1 / (double)g->gamma) * 255;
        out[0] = out[1] = out[2] = alpha;
        return;
    }
    for (int i = 0; i < 3; i++) {
        uint32_t plane = frame->plane_count >= 3 ? (uint32_t)i : 0;
        c[i] = average(frame, plane, v, dx, dy);
        if (!frame->is_color)
            c[i] = (c[i] - (double)g->range_min) / ((double)g->range_max - (double)g->range_min);
        c[i] = exposed(g, c[i]);
        y += weights[i] * c[i];
    }
    for (int i = 0; i < 3; i++)
        c[i] = y + (double)g->saturation * (c[i] - y);
    for (int i = 0; i < 3; i++) {
        double value = g->view == ZOE_VIEW_COLOR       ? c[i]
                       : g->view == ZOE_VIEW_LUMINANCE ? y
                                                       : c[g->view - ZOE_VIEW_RED];
        out[i] = shown(g, value);
    }
}

static void check_against_reference(const zoe_frame *frame, const zoe_grade *g,
                                    const zoe_viewport *v)
{
    zoe_display_lut *lut = lut_of(g);
    uint32_t *pixels = draw(frame, lut, v);
    for (int y = 0; y < v->height; y++)
        for (int x = 0; x < v->width; x++) {
            uint32_t got = pixels[(size_t)y * (size_t)v->width + (size_t)x];
            if (!is_inside(frame, v, x, y)) {
                if (got != v->outside)
                    fail_msg("outside at %d, %d: %08x, expected %08x", x, y, got, v->outside);
                continue;
            }
            double expected[3];
            reference(frame, g, v, x, y, expected);
            for (int i = 0; i < 3; i++) {
                int byte = (int)(got >> (16 - 8 * i) & 255);
                /* 0.5 of rounding, the rest for the half that indexes the table. */
                if (fabs(byte - expected[i]) > 0.8 || got >> 24 != 255)
                    fail_msg(
                        "pixel %d, %d channel %d: %08x, expected %.3f; step %.17g %.17g origin "
                        "%.17g %.17g view %d",
                        x, y, i, got, expected[i], v->step_x, v->step_y, v->origin_x, v->origin_y,
                        (int)g->view);
            }
        }
    free(pixels);
    free(lut);
}

/* ---- the table ---- */

static void table_is_the_formulas(void **state)
{
    (void)state;
    static const zoe_grade grades[] = {
        {0, 1, 1, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_SRGB},
        {0, 1, 1, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_REC709},
        {0, 1, 1, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_LINEAR},
        {2.5f, 2.2f, 1, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_LINEAR},
        {-3, 0.4f, 1.7f, 1, 0, 1, ZOE_VIEW_RED, ZOE_TRANSFER_SRGB},
        {20, 1, 10, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_SRGB},
        {-20, 10, 0.3f, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_SRGB},
        {1, 0.1f, 0, 1, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_REC709},
    };
    for (size_t k = 0; k < sizeof grades / sizeof *grades; k++) {
        zoe_display_lut *lut = lut_of(&grades[k]);
        assert_int_equal(lut->separable, 1);
        for (uint32_t h = 0; h < 0x7c00; h++) {
            double light = exposed(&grades[k], (double)zoe_half_to_float((uint16_t)h));
            double expected = shown(&grades[k], light);
            if (fabs(lut->to_byte[h] - expected) > 0.5 + 1e-6)
                fail_msg("grade %zu half %04x: %d, expected %.9f", k, h, lut->to_byte[h], expected);
            if (fabs((double)lut->to_light[h] - fmin(light, 1e36)) > 1e-6 * light)
                fail_msg("grade %zu half %04x: light %.9g, expected %.9g", k, h,
                         (double)lut->to_light[h], light);
            assert_int_equal(lut->to_byte[h | 0x8000], h == 0 ? lut->to_byte[0] : 0);
        }
        assert_int_equal(lut->to_byte[0x7c00], 255);
        assert_int_equal(lut->to_byte[0xfc00], 0);
        for (uint32_t h = 0x7c01; h < 0x8000; h++) {
            assert_int_equal(lut->to_byte[h], 0);
            assert_int_equal(lut->to_byte[h | 0x8000], 0);
            assert_true(lut->to_light[h] == 0 && lut->to_light[h | 0x8000] == 0);
        }
        free(lut);
    }
}

static void table_clamps_the_grade(void **state)
{
    (void)state;
    zoe_grade grade = {NAN, NAN, 99, -1, 5, 5, (zoe_channel_view)77, (zoe_transfer)9};
    zoe_display_lut *lut = lut_of(&grade);
    assert_true(lut->grade.exposure == 0 && lut->grade.gamma == 1);
    assert_true(lut->grade.contrast == 10 && lut->grade.saturation == 0);
    assert_true(lut->grade.range_min == 0 && lut->grade.range_max == 1);
    assert_int_equal(lut->grade.view, ZOE_VIEW_COLOR);
    assert_int_equal(lut->grade.transfer, ZOE_TRANSFER_SRGB);
    assert_int_equal(lut->separable, 0);
    free(lut);
}

/* ---- pictures ---- */

/* A checksum of tables and pictures that must come out on every machine. */
static void bytes_are_the_same_everywhere(void **state)
{
    (void)state;
    zoe_grade grade = {0.7f, 1.3f, 1.2f, 1.4f, 0, 1, ZOE_VIEW_COLOR, ZOE_TRANSFER_SRGB};
    uint64_t s = 7, hash = 14695981039346656037u;
    zoe_frame frame;
    make_frame(&frame, -3, 5, 97, 61, 4, halves);
    fill_frame(&frame, &s, -0.1, 1.5);
    for (int k = 0; k < 6; k++) {
        grade.saturation = k & 1 ? 1.0f : 1.4f;
        zoe_display_lut *lut = lut_of(&grade);
        const double step = 0.6 + 0.7 * k;
        zoe_viewport v = {-5, 3, step, step, 40, 30, 0xff102030u};
        uint32_t *pixels = draw(&frame, lut, &v);
        for (int i = 0; i < v.width * v.height; i++)
            hash = (hash ^ pixels[i]) * 1099511628211u;
        for (int i = 0; i < ZOE_DISPLAY_LUT_SIZE; i++) {
            uint32_t bits;
            memcpy(&bits, &lut->to_light[i], 4);
            hash = (hash ^ lut->to_byte[i]) * 1099511628211u;
            hash = (hash ^ bits) * 1099511628211u;
        }
        free(pixels);
        free(lut);
    }
    free_frame(&frame);
    print_message("hash %016llx\n", (unsigned long long)hash);
    assert_true(hash == 0x74254c710a7e1955u);
}

static void one_to_one_is_the_table(void **state)
{
    (void)state;
    uint64_t s = seed();
    zoe_frame frame;
    make_frame(&frame, -7, 11, 50, 20, 3, halves);
    fill_frame(&frame, &s, 0, 1.1);
    poison_frame(&frame, &s, 5);
    zoe_display_lut *lut = lut_of(NULL);
    zoe_viewport v = {-10, 9, 1, 1, 60, 30, 0xff445566u};
    uint32_t *pixels = draw(&frame, lut, &v);
    for (int y = 0; y < v.height; y++)
        for (int x = 0; x < v.width; x++) {
            uint32_t expected = v.outside;
            int fx = x - 10, fy = y + 9;
            if (is_inside(&frame, &v, x, y)) {
                expected = 0xff;
                for (uint32_t p = 0; p < 3; p++)
                    expected = expected << 8 |
                               lut->to_byte[*(const uint16_t *)sample_at(&frame, p, fx, fy)];
            }
            if (pixels[y * v.width + x] != expected)
                fail_msg("pixel %d, %d: %08x, expected %08x", x, y, pixels[y * v.width + x],
                         expected);
        }
    free(pixels);
    free(lut);
    free_frame(&frame);
}

static void pictures_against_the_reference(void **state)
{
    (void)state;
    uint64_t s = seed();
    for (int round = 0; round < 300; round++) {
        zoe_frame frame;
        zoe_sample_type types[4];
        for (int p = 0; p < 4; p++)
            types[p] = random_below(&s, 3) ? ZOE_SAMPLE_HALF : ZOE_SAMPLE_FLOAT;
        static const uint32_t counts[] = {1, 3, 4};
        int width = 1 + random_below(&s, 70), height = 1 + random_below(&s, 40);
        make_frame(&frame, random_below(&s, 41) - 20, random_below(&s, 41) - 20, width, height,
                   counts[random_below(&s, 3)], types);
        fill_frame(&frame, &s, 0.0, 1.1);
        zoe_grade g;
        zoe_grade_init(&g);
        g.view = (zoe_channel_view)random_below(&s, 6);
        g.transfer = (zoe_transfer)random_below(&s, 3);
        if (random_below(&s, 2))
            g.exposure = (float)(random_unit(&s) * 2 - 1);
        if (random_below(&s, 2))
            g.contrast = (float)(0.6 + random_unit(&s));
        if (random_below(&s, 2))
            g.gamma = (float)(0.7 + random_unit(&s));
        if (random_below(&s, 3) == 0)
            g.saturation = (float)(random_unit(&s) * 2);
        if (random_below(&s, 2)) {
            g.range_min = -0.5f;
            g.range_max = 1.25f;
        }
        static const double steps[] = {0.25, 0.3, 1, 1.0001, 1.6, 2, 3.2, 4, 7.77, 32};
        zoe_viewport v = {frame.window.min_x - 6 * random_unit(&s) + 2,
                          frame.window.min_y - 6 * random_unit(&s) + 2,
                          steps[random_below(&s, 10)],
                          1,
                          1 + random_below(&s, 50),
                          1 + random_below(&s, 30),
                          0xff000000u | (uint32_t)random_below(&s, 1 << 24)};
        v.step_y = random_below(&s, 3) ? v.step_x : steps[random_below(&s, 10)];
        check_against_reference(&frame, &g, &v);
        free_frame(&frame);
    }
}

static void every_level_of_simd_writes_the_same(void **state)
{
    (void)state;
    uint64_t s = seed();
    for (int round = 0; round < 400; round++) {
        zoe_frame frame;
        zoe_sample_type types[4];
        for (int p = 0; p < 4; p++)
            types[p] = round % 2 ? ZOE_SAMPLE_HALF : (zoe_sample_type)random_below(&s, 3);
        int planes = 1 + random_below(&s, 4);
        make_frame(&frame, random_below(&s, 9) - 4, 0, 1 + random_below(&s, 120),
                   1 + random_below(&s, 30), (uint32_t)planes, types);
        if (planes == 2 && random_below(&s, 2))
            frame.alpha_plane = 1;
        fill_frame(&frame, &s, 0, 1.5);
        int rarity = 1 + random_below(&s, 60);
        poison_frame(&frame, &s, rarity);
        zoe_grade g;
        zoe_grade_init(&g);
        g.view = (zoe_channel_view)random_below(&s, 6);
        g.saturation = random_below(&s, 2) ? 1.0f : 1.5f;
        g.contrast = random_below(&s, 2) ? 1.0f : 1.5f;
        g.range_max = random_below(&s, 2) ? 1.0f : 1e9f;
        zoe_display_lut *lut = lut_of(&g);
        zoe_viewport v = {5 - 10 * random_unit(&s),
                          5 - 10 * random_unit(&s),
                          4 * random_unit(&s) + 0.1,
                          4 * random_unit(&s) + 0.1,
                          1 + random_below(&s, 80),
                          1 + random_below(&s, 20),
                          0};
        uint32_t *with = draw(&frame, lut, &v);
        zoe_cpu_limit(0);
        uint32_t *without = draw(&frame, lut, &v);
        zoe_cpu_limit(~0u);
        assert_same(with, without, &v, "with and without SIMD");
        free(with);
        free(without);
        free(lut);
        free_frame(&frame);
    }
}

static void panning_by_whole_pixels_changes_nothing(void **state)
{
    (void)state;
    uint64_t s = seed();
    zoe_frame frame;
    make_frame(&frame, 0, 0, 400, 300, 3, halves);
    fill_frame(&frame, &s, 0, 1.1);
    zoe_display_lut *lut = lut_of(NULL);
    static const double steps[] = {1 / 3.0, 1, 1.6, 3.2, 4096 / 1280.0, 1.2345678901, 2};
    for (int round = 0; round < 140; round++) {
        double step = steps[round % 7];
        zoe_viewport a = {
            -20 + random_unit(&s) * 5, -10 + random_unit(&s) * 5, step, step, 90, 60, 0};
        if (round % 2)
            a.origin_x = -20.5;
        int by_x = random_below(&s, 30), by_y = random_below(&s, 20);
        zoe_viewport b = a;
        b.origin_x += by_x * step;
        b.origin_y += by_y * step;
        uint32_t *first = draw(&frame, lut, &a), *second = draw(&frame, lut, &b);
        for (int y = 0; y + by_y < 60; y++)
            for (int x = 0; x + by_x < 90; x++)
                if (first[(y + by_y) * 90 + x + by_x] != second[y * 90 + x])
                    fail_msg("step %.17g: pixel %d, %d changed from %08x to %08x", step, x, y,
                             first[(y + by_y) * 90 + x + by_x], second[y * 90 + x]);
        free(first);
        free(second);
    }
    free(lut);
    free_frame(&frame);
}

static void flat_areas_stay_what_they_are(void **state)
{
    (void)state;
    uint64_t s = seed();
    zoe_display_lut *lut = lut_of(NULL);
    for (int round = 0; round < 100; round++) {
        zoe_frame frame;
        make_frame(&frame, 0, 0, 33, 27, 3, halves);
        uint16_t half = (uint16_t)random_below(&s, 0x3c00);
        for (uint32_t p = 0; p < 3; p++)
            for (int y = 0; y < 27; y++)
                for (int x = 0; x < 33; x++)
                    *(uint16_t *)sample_at(&frame, p, x, y) = half;
        double step = 1 + 5 * random_unit(&s);
        /* The edges too: nothing of the outside is mixed in. */
        zoe_viewport v = {
            -3 * random_unit(&s), -3 * random_unit(&s), step, step, 40, 30, 0xffff00ff};
        uint32_t *pixels = draw(&frame, lut, &v);
        uint32_t expected = 0xff000000u | lut->to_byte[half] * 0x010101u;
        for (int i = 0; i < v.width * v.height; i++)
            if (pixels[i] != v.outside && pixels[i] != expected)
                fail_msg("pixel %d: %08x, expected %08x", i, pixels[i], expected);
        free(pixels);
        free_frame(&frame);
    }
    free(lut);
}

static void averages_of_what_is_not_a_number(void **state)
{
    (void)state;
    zoe_grade g;
    zoe_grade_init(&g);
    g.transfer = ZOE_TRANSFER_LINEAR;
    for (int mixed = 0; mixed < 2; mixed++) {
        g.saturation = mixed ? 1.5f : 1.0f;
        zoe_display_lut *lut = lut_of(&g);
        zoe_frame frame;
        make_frame(&frame, 0, 0, 32, 2, 3, halves);
        for (int x = 0; x < 32; x++)
            for (int y = 0; y < 2; y++)
                for (uint32_t p = 0; p < 3; p++)
                    set_sample(&frame, p, x, y, 0.8f);
        for (uint32_t p = 0; p < 3; p++) {
            set_sample(&frame, p, 0, 0, NAN);       /* 0.6 */
            set_sample(&frame, p, 2, 1, INFINITY);  /* white */
            set_sample(&frame, p, 4, 0, -INFINITY); /* black */
            set_sample(&frame, p, 6, 0, INFINITY);
            set_sample(&frame, p, 7, 1, -INFINITY); /* black */
            set_sample(&frame, p, 8, 0, INFINITY);
            set_sample(&frame, p, 8, 1, -INFINITY); /* black */
            set_sample(&frame, p, 10, 0, INFINITY);
            set_sample(&frame, p, 11, 1, NAN); /* white */
        }
        zoe_viewport v = {0, 0, 2, 2, 16, 1, 0};
        uint32_t *pixels = draw(&frame, lut, &v);
        static const int expected[] = {153, 255, 0, 0, 0, 255, 204};
        for (int i = 0; i < 7; i++)
            for (int c = 0; c < 3; c++)
                assert_int_equal(pixels[i] >> (8 * c) & 255, expected[i]);
        free(pixels);
        free_frame(&frame);
        free(lut);
    }
    /* One channel infinite, and the others not: mixing does not make it not a number. */
    zoe_display_lut *lut = lut_of(&g);
    zoe_frame frame;
    make_frame(&frame, 0, 0, 1, 1, 3, halves);
    set_sample(&frame, 0, 0, 0, INFINITY);
    set_sample(&frame, 1, 0, 0, 0.5f);
    set_sample(&frame, 2, 0, 0, 0.5f);
    zoe_viewport v = {0, 0, 1, 1, 1, 1, 0};
    uint32_t *pixels = draw(&frame, lut, &v);
    assert_int_equal(pixels[0] >> 16 & 255, 255);
    free(pixels);
    free_frame(&frame);
    free(lut);
}

static void views(void **state)
{
    (void)state;
    zoe_frame frame;
    make_frame(&frame, 0, 0, 1, 1, 4, halves);
    static const float values[] = {0.2f, 0.4f, 0.6f, 0.5f};
    for (uint32_t p = 0; p < 4; p++)
        set_sample(&frame, p, 0, 0, values[p]);
    zoe_grade g;
    zoe_grade_init(&g);
    g.transfer = ZOE_TRANSFER_LINEAR;
    zoe_viewport v = {0, 0, 1, 1, 1, 1, 0};
    static const uint32_t expected[] = {0xff336699, 0xff333333, 0xff666666,
                                        0xff999999, 0xff808080, 0xff5f5f5f};
    for (int view = 0; view < 6; view++) {
        g.view = (zoe_channel_view)view;
        zoe_display_lut *lut = lut_of(&g);
        uint32_t *pixels = draw(&frame, lut, &v);
        if (pixels[0] != expected[view])
            fail_msg("view %d: %08x, expected %08x", view, pixels[0], expected[view]);
        free(pixels);
        free(lut);
    }
    /* Alpha is not exposed; without one the picture is opaque. */
    g.view = ZOE_VIEW_ALPHA;
    g.exposure = 1;
    g.transfer = ZOE_TRANSFER_SRGB;
    zoe_display_lut *lut = lut_of(&g);
    uint32_t *pixels = draw(&frame, lut, &v);
    assert_int_equal(pixels[0], 0xff808080);
    free(pixels);
    frame.alpha_plane = -1;
    pixels = draw(&frame, lut, &v);
    assert_int_equal(pixels[0], 0xffffffff);
    free(pixels);
    free(lut);
    free_frame(&frame);
}

static void single_values_and_their_range(void **state)
{
    (void)state;
    static const zoe_sample_type types[] = {ZOE_SAMPLE_UINT, ZOE_SAMPLE_HALF};
    zoe_frame frame;
    make_frame(&frame, 0, 0, 4, 1, 1, types);
    static const uint32_t ids[] = {1000000, 1500000, 2000000, 4000000000u};
    for (int x = 0; x < 4; x++)
        *(uint32_t *)sample_at(&frame, 0, x, 0) = ids[x];
    zoe_grade g;
    zoe_grade_init(&g);
    g.transfer = ZOE_TRANSFER_LINEAR;
    g.range_min = 1e6f;
    g.range_max = 2e6f;
    zoe_viewport v = {0, 0, 1, 1, 4, 1, 0};
    for (int view = 0; view < 6; view++) {
        g.view = (zoe_channel_view)view;
        g.saturation = view == ZOE_VIEW_COLOR ? 2.0f : 1.0f;
        zoe_display_lut *lut = lut_of(&g);
        uint32_t *pixels = draw(&frame, lut, &v);
        if (view == ZOE_VIEW_ALPHA) {
            assert_int_equal(pixels[0], 0xffffffff);
        } else {
            assert_int_equal(pixels[0], 0xff000000);
            assert_int_equal(pixels[1], 0xff808080);
            assert_int_equal(pixels[2], 0xffffffff);
            assert_int_equal(pixels[3], 0xffffffff);
        }
        free(pixels);
        free(lut);
    }
    float values[ZOE_PLANES_MAX];
    assert_int_equal(zoe_display_sample(&frame, 3, 0, values), 1);
    assert_true(values[0] == 4e9f);
    free_frame(&frame);
    /* Alpha has no range. */
    static const zoe_sample_type with_alpha[] = {ZOE_SAMPLE_FLOAT, ZOE_SAMPLE_HALF};
    make_frame(&frame, 0, 0, 1, 1, 2, with_alpha);
    frame.alpha_plane = 1;
    set_sample(&frame, 0, 0, 0, 1.6e6f);
    set_sample(&frame, 1, 0, 0, 0.2f);
    v.width = 1;
    for (int alpha = 0; alpha < 2; alpha++) {
        g.view = alpha ? ZOE_VIEW_ALPHA : ZOE_VIEW_COLOR;
        zoe_display_lut *lut = lut_of(&g);
        uint32_t *pixels = draw(&frame, lut, &v);
        assert_int_equal(pixels[0], alpha ? 0xff333333 : 0xff999999);
        free(pixels);
        free(lut);
    }
    free_frame(&frame);
    /* Two values: red and green. */
    make_frame(&frame, 0, 0, 1, 1, 2, halves);
    set_sample(&frame, 0, 0, 0, 1.0f);
    set_sample(&frame, 1, 0, 0, 0.2f);
    zoe_grade_init(&g);
    g.transfer = ZOE_TRANSFER_LINEAR;
    zoe_display_lut *lut = lut_of(&g);
    uint32_t *pixels = draw(&frame, lut, &v);
    assert_int_equal(pixels[0], 0xffff3300);
    free(pixels);
    free(lut);
    free_frame(&frame);
}

static void rows_can_be_shared_out(void **state)
{
    (void)state;
    uint64_t s = seed();
    zoe_frame frame;
    make_frame(&frame, 3, 4, 90, 70, 3, halves);
    fill_frame(&frame, &s, 0, 1);
    zoe_display_lut *lut = lut_of(NULL);
    static const double steps[] = {0.4, 1, 1.6};
    for (int k = 0; k < 3; k++) {
        zoe_viewport v = {0, 0, steps[k], steps[k], 64, 48, 0xff223344};
        uint32_t *whole = draw(&frame, lut, &v);
        enum { STRIDE = 64 + 5 };
        uint32_t *parts = malloc(STRIDE * 48 * 4);
        assert_non_null(parts);
        memset(parts, 0xee, STRIDE * 48 * 4);
        void *scratch = aligned(zoe_display_scratch_bytes(&frame, &v));
        for (int row = 0; row < 48;) {
            int count = 1 + random_below(&s, 48 - row);
            assert_int_equal(zoe_display_draw(&frame, lut, &v, row, count, parts + row * STRIDE,
                                              STRIDE * 4, scratch),
                             ZOE_OK);
            row += count;
        }
        for (int y = 0; y < 48; y++) {
            assert_memory_equal(parts + y * STRIDE, whole + y * 64, 64 * 4);
            for (int x = 64; x < STRIDE; x++)
                assert_int_equal(parts[y * STRIDE + x], 0xeeeeeeee);
        }
        free(scratch);
        free(parts);
        free(whole);
    }
    free(lut);
    free_frame(&frame);
}

static void samples(void **state)
{
    (void)state;
    zoe_frame frame;
    make_frame(&frame, -5, -6, 3, 2, 3, halves);
    for (int y = -6; y <= -5; y++)
        for (int x = -5; x <= -3; x++)
            for (uint32_t p = 0; p < 3; p++)
                set_sample(&frame, p, x, y, (float)(x * 10 + y) + (float)p / 4);
    float values[ZOE_PLANES_MAX];
    assert_int_equal(zoe_display_sample(&frame, -4, -5, values), 3);
    assert_true(values[0] == -45.0f && values[1] == -44.75f && values[2] == -44.5f);
    assert_int_equal(zoe_display_sample(&frame, -6, -5, values), 0);
    assert_int_equal(zoe_display_sample(&frame, -2, -5, values), 0);
    assert_int_equal(zoe_display_sample(&frame, -4, -7, values), 0);
    assert_int_equal(zoe_display_sample(&frame, INT32_MAX, INT32_MIN, values), 0);
    free_frame(&frame);
}

static void bad_arguments(void **state)
{
    (void)state;
    zoe_frame frame;
    make_frame(&frame, 0, 0, 8, 8, 3, halves);
    zoe_display_lut *lut = lut_of(NULL);
    const zoe_viewport good = {0, 0, 1, 1, 8, 8, 0};
    void *scratch = aligned(zoe_display_scratch_bytes(&frame, &good));
    static uint32_t pixels[64];
    zoe_viewport bad[] = {good, good, good, good, good, good};
    bad[0].step_x = 0;
    bad[1].step_y = -1;
    bad[2].origin_x = NAN;
    bad[3].step_x = INFINITY;
    bad[4].width = 0;
    bad[5].height = 40000;
    for (int i = 0; i < 6; i++) {
        assert_int_equal(zoe_display_scratch_bytes(&frame, &bad[i]), 0);
        assert_int_equal(zoe_display_draw(&frame, lut, &bad[i], 0, 1, pixels, 32, scratch),
                         ZOE_ERROR_ARGUMENT);
    }
    const zoe_viewport *v = &good;
    assert_int_equal(zoe_display_draw(&frame, lut, v, 0, 8, pixels, 32, scratch), ZOE_OK);
    assert_int_equal(zoe_display_draw(&frame, lut, v, 0, 8, pixels, 28, scratch),
                     ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_display_draw(&frame, lut, v, 0, 9, pixels, 32, scratch),
                     ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_display_draw(&frame, lut, v, 1, INT32_MAX, pixels, 32, scratch),
                     ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_display_draw(&frame, lut, v, -1, 2, pixels, 32, scratch),
                     ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_display_draw(&frame, lut, v, 0, 8, pixels, 32, NULL), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_display_draw(&frame, lut, v, 0, 8, NULL, 32, scratch), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_display_draw(NULL, lut, v, 0, 8, pixels, 32, scratch), ZOE_ERROR_ARGUMENT);
    /* A window far from the picture, and steps and places beyond all measure. */
    static const double far[] = {1e6, -1e6, 1e300, -1e300};
    for (int i = 0; i < 4; i++) {
        zoe_viewport away = {far[i], 0, 1, 1, 8, 8, 0xff123456};
        memset(pixels, 0, sizeof pixels);
        assert_int_equal(zoe_display_scratch_bytes(&frame, &away), 0);
        assert_int_equal(zoe_display_draw(&frame, lut, &away, 0, 8, pixels, 32, NULL), ZOE_OK);
        for (int k = 0; k < 64; k++)
            assert_int_equal(pixels[k], 0xff123456);
    }
    static const double sizes[] = {1e-300, 1e-9, 1e9, 1e300};
    for (int i = 0; i < 4; i++) {
        zoe_viewport odd = {-sizes[i], 0, sizes[i], sizes[i], 8, 8, 0};
        uint32_t *drawn = draw(&frame, lut, &odd);
        free(drawn);
    }
    free(scratch);
    free(lut);
    free_frame(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_the_formulas),
        cmocka_unit_test(table_clamps_the_grade),
        cmocka_unit_test(bytes_are_the_same_everywhere),
        cmocka_unit_test(one_to_one_is_the_table),
        cmocka_unit_test(pictures_against_the_reference),
        cmocka_unit_test(every_level_of_simd_writes_the_same),
        cmocka_unit_test(panning_by_whole_pixels_changes_nothing),
        cmocka_unit_test(flat_areas_stay_what_they_are),
        cmocka_unit_test(averages_of_what_is_not_a_number),
        cmocka_unit_test(views),
        cmocka_unit_test(single_values_and_their_range),
        cmocka_unit_test(rows_can_be_shared_out),
        cmocka_unit_test(samples),
        cmocka_unit_test(bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
