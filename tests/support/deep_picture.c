/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* mkstemp */

#include "support/deep_picture.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <zoetrope/display.h>

#include "codec/codec.h"
#include "support/seeded_random.h"

/* ---- random numbers ---- */

uint64_t deep_picture_random;

uint32_t deep_picture_below(uint32_t n)
{
    return (uint32_t)(seeded_random(&deep_picture_random) >> 33) % n;
}

float deep_picture_alpha(int kind)
{
    switch (deep_picture_below(kind == DEEP_DENSE ? 6 : 12)) {
    case 0: return 1;
    case 1: return 0;
    case 2: return 1 - FLT_EPSILON / 2;
    case 3: return 1e-6f * seeded_random_unit(&deep_picture_random);
    default:
        return kind == DEEP_DENSE ? seeded_random_unit(&deep_picture_random)
                                  : 0.3f * seeded_random_unit(&deep_picture_random);
    }
}

float deep_picture_depth(void)
{
    /* Few places, so that samples often share them. */
    return deep_picture_below(2) ? (float)deep_picture_below(12)
                                 : 12 * seeded_random_unit(&deep_picture_random);
}

/* ---- pictures ---- */

static void store(deep_picture *p, size_t c, size_t i, float value)
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

static void fill_pixel(deep_picture *p, size_t at, unsigned count, int kind)
{
    float depth = 1;
    for (unsigned i = 0; i < count; i++) {
        float a = deep_picture_alpha(kind);
        store(p, DEEP_A, at + i, a);
        for (size_t c = DEEP_B; c <= DEEP_R; c++)
            store(p, c, at + i, a * seeded_random_unit(&deep_picture_random));
        depth += 0.25f + 2 * seeded_random_unit(&deep_picture_random);
        float z = kind == DEEP_POINTS ? depth : deep_picture_depth();
        store(p, DEEP_Z, at + i, z);
        store(p, DEEP_BACK, at + i,
              kind == DEEP_POINTS
                  ? z
                  : z + (float)deep_picture_below(3) * seeded_random_unit(&deep_picture_random));
        store(p, DEEP_ID, at + i, (float)deep_picture_below(1u << 24));
    }
}

void deep_picture_make(deep_picture *p, int width, int height, int kind, int compression, int tile,
                       int z_type)
{
    static const char *const names[DEEP_CHANNELS] = {"A", "B", "G", "R", "Z", "ZBack", "id"};
    size_t pixels = (size_t)width * (size_t)height;
    *p = (deep_picture){.image = {.min_x = -3,
                                  .min_y = 5,
                                  .width = width,
                                  .height = height,
                                  .compression = compression,
                                  .tile = tile,
                                  .channels = p->channels,
                                  .channel_count = DEEP_CHANNELS}};
    p->counts = deep_picture_allocate(pixels * sizeof *p->counts);
    p->image.counts = p->counts;
    for (size_t i = 0; i < pixels; i++) {
        p->counts[i] = deep_picture_below(4) == 0 ? 0 : deep_picture_below(7);
        p->sample_count += p->counts[i];
    }
    for (size_t c = 0; c < DEEP_CHANNELS; c++) {
        int type = c >= DEEP_Z ? z_type : ZOE_CODEC_HALF;
        p->values[c] = deep_picture_allocate(p->sample_count * sizeof(float));
        p->stored[c] = deep_picture_allocate(p->sample_count * sizeof(float));
        p->channels[c] = (exr_deep_reference_channel){
            names[c], c == DEEP_ID ? ZOE_CODEC_UINT : type, p->stored[c]};
    }
    for (size_t i = 0, at = 0; i < pixels; at += p->counts[i++])
        fill_pixel(p, at, p->counts[i], kind);
}

void deep_picture_free(deep_picture *p)
{
    free(p->counts);
    for (size_t c = 0; c < DEEP_CHANNELS; c++) {
        free(p->values[c]);
        free(p->stored[c]);
    }
}

/* ---- files ---- */

void deep_picture_path(char path[64])
{
    strcpy(path, "/tmp/zoe_exr_deep_XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

static void hush(exr_const_context_t context, exr_result_t code, const char *message)
{
    (void)context;
    (void)code;
    (void)message;
}

exr_context_t deep_picture_open(const char *path)
{
    exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;
    init.error_handler_fn = hush;
    exr_context_t context = NULL;
    assert_int_equal(exr_start_read(&context, path, &init), EXR_ERR_SUCCESS);
    return context;
}

int32_t deep_picture_channel(exr_context_t context, const char *name)
{
    const exr_attr_chlist_t *list;
    assert_int_equal(exr_get_channels(context, 0, &list), EXR_ERR_SUCCESS);
    for (int32_t c = 0; c < list->num_channels; c++)
        if (strcmp(list->entries[c].name.str, name) == 0)
            return c;
    fail_msg("no channel %s", name);
    return -1;
}

void *deep_picture_allocate(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
    assert_non_null(memory);
    return memory;
}
