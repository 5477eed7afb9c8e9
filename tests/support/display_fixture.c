/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "support/display_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/seeded_random.h"

/* ---- random numbers ---- */

int display_fixture_below(uint64_t *state, int n)
{
    return (int)(seeded_random(state) % (uint64_t)n);
}

double display_fixture_unit(uint64_t *state)
{
    return (double)(seeded_random(state) >> 11) / 9007199254740992.0;
}

/* ---- frames ---- */

const zoe_sample_type display_fixture_halves[4] = {ZOE_SAMPLE_HALF, ZOE_SAMPLE_HALF,
                                                   ZOE_SAMPLE_HALF, ZOE_SAMPLE_HALF};

void display_fixture_make(zoe_frame *frame, int min_x, int min_y, int width, int height,
                          uint32_t planes, const zoe_sample_type *types)
{
    memset(frame, 0, sizeof *frame);
    frame->picture = frame->window = (zoe_box){min_x, min_y, min_x + width - 1, min_y + height - 1};
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

void display_fixture_free(zoe_frame *frame)
{
    for (uint32_t p = 0; p < frame->plane_count; p++)
        free((void *)(uintptr_t)frame->planes[p].data);
}

void *display_fixture_at(const zoe_frame *frame, uint32_t plane, int x, int y)
{
    const zoe_plane *p = &frame->planes[plane];
    size_t size = p->type == ZOE_SAMPLE_HALF ? 2 : 4;
    return (char *)(uintptr_t)p->data + (size_t)(y - frame->window.min_y) * p->stride +
           (size_t)(x - frame->window.min_x) * size;
}

void display_fixture_set(const zoe_frame *frame, uint32_t plane, int x, int y, float value)
{
    void *at = display_fixture_at(frame, plane, x, y);
    switch (frame->planes[plane].type) {
    case ZOE_SAMPLE_HALF: *(uint16_t *)at = zoe_float_to_half(value); break;
    case ZOE_SAMPLE_FLOAT: *(float *)at = value; break;
    case ZOE_SAMPLE_UINT: *(uint32_t *)at = (uint32_t)value; break;
    }
}

double display_fixture_get(const zoe_frame *frame, uint32_t plane, int x, int y)
{
    const void *at = display_fixture_at(frame, plane, x, y);
    switch (frame->planes[plane].type) {
    case ZOE_SAMPLE_HALF: return (double)zoe_half_to_float(*(const uint16_t *)at);
    case ZOE_SAMPLE_FLOAT: return (double)*(const float *)at;
    case ZOE_SAMPLE_UINT: return (double)*(const uint32_t *)at;
    }
    return 0;
}

void display_fixture_fill(const zoe_frame *frame, uint64_t *s, double low, double high)
{
    for (uint32_t p = 0; p < frame->plane_count; p++)
        for (int y = frame->window.min_y; y <= frame->window.max_y; y++)
            for (int x = frame->window.min_x; x <= frame->window.max_x; x++)
                display_fixture_set(frame, p, x, y,
                                    (float)(low + (high - low) * display_fixture_unit(s)));
}

void display_fixture_poison(const zoe_frame *frame, uint64_t *s, int rarity)
{
    for (uint32_t p = 0; p < frame->plane_count; p++)
        for (int y = frame->window.min_y; y <= frame->window.max_y; y++)
            for (int x = frame->window.min_x; x <= frame->window.max_x; x++)
                if (display_fixture_below(s, rarity) == 0) {
                    static const uint32_t words[] = {0x7c007c00, 0xfc00fc00, 0x7e007e00,
                                                     0x7f800000, 0xff800000, 0x7fc00000};
                    uint32_t bits = seeded_random(s) & 1 ? (uint32_t)seeded_random(s)
                                                         : words[display_fixture_below(s, 6)];
                    size_t size = frame->planes[p].type == ZOE_SAMPLE_HALF ? 2 : 4;
                    memcpy(display_fixture_at(frame, p, x, y), &bits, size);
                }
}

/* ---- drawing ---- */

zoe_display_lut *display_fixture_lut(const zoe_grade *grade)
{
    zoe_display_lut *lut = malloc(sizeof *lut);
    assert_non_null(lut);
    zoe_grade plain;
    zoe_grade_init(&plain);
    zoe_display_lut_make(lut, grade ? grade : &plain, NULL);
    return lut;
}

void *display_fixture_scratch(size_t bytes)
{
    if (bytes == 0)
        return NULL;
    assert_int_equal(bytes % 64, 0);
    void *memory = aligned_alloc(64, bytes);
    assert_non_null(memory);
    memset(memory, 0xa5, bytes);
    return memory;
}

uint32_t *display_fixture_draw(const zoe_frame *frame, const zoe_display_lut *lut,
                               const zoe_viewport *v)
{
    void *scratch = display_fixture_scratch(zoe_display_scratch_bytes(frame, v));
    size_t stride = (size_t)v->width * 4;
    uint32_t *pixels = malloc(stride * (size_t)v->height);
    assert_non_null(pixels);
    memset(pixels, 0x11, stride * (size_t)v->height);
    assert_int_equal(zoe_display_draw(frame, lut, v, 0, v->height, pixels, stride, scratch),
                     ZOE_OK);
    free(scratch);
    return pixels;
}
