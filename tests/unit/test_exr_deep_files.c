/*
 * Deep files, flattened: generated ones by the book, and points as the library composites them.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <zoetrope/display.h>

#include "codec/codec.h"
#include "support/deep_rules.h"
#include "support/deep_picture.h"
#include "base/os.h"
#include "exr/deep.h"
#include "support/image_folder.h"
#include "support/seeded_random.h"

/* ---- flattening ---- */

/* Everything of a file, as planes without padding. */
typedef struct flat {
    int32_t width, height;
    size_t sizes[4]; /* of a sample */
    uint8_t *planes[4];
} flat;

static int64_t read_file(void *user, void *buffer, size_t bytes, uint64_t offset)
{
    return zoe_os_file_read(*(const int *)user, buffer, bytes, offset);
}

/* Decodes one chunk; the status of what fails first. */
static zoe_status flatten_chunk(const zoe_exr_deep *deep, int *fd, const exr_chunk_info_t *info,
                                const zoe_exr_deep_target *target, uint64_t limit)
{
    size_t bytes;
    zoe_status status = zoe_exr_deep_measure(deep, info, limit, &bytes);
    if (status != ZOE_OK)
        return status;
    assert_true(bytes <= limit);
    uint8_t *scratch = aligned_alloc(64, bytes);
    assert_non_null(scratch);
    zoe_exr_deep_chunk chunk;
    status = zoe_exr_deep_read(deep, read_file, fd, info, scratch, bytes, &chunk);
    if (status == ZOE_OK)
        zoe_exr_deep_flatten(deep, &chunk, target);
    free(scratch);
    return status;
}

static void flatten_file(const char *path, const char *const *names, uint32_t count, bool half,
                         flat *out)
{
    exr_context_t context = deep_picture_open(path);
    int32_t channels[4];
    for (uint32_t p = 0; p < count; p++)
        channels[p] = deep_picture_channel(context, names[p]);
    zoe_exr_deep deep;
    zoe_header *header = NULL;
    assert_int_equal(zoe_header_read(path, NULL, &header, NULL), ZOE_OK);
    assert_int_equal(zoe_exr_deep_init(&deep, &header->parts[0], channels, count), ZOE_OK);
    int fd;
    zoe_os_file_id id;
    assert_int_equal(zoe_os_file_open(path, &fd, &id, NULL), ZOE_OK);
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
        target.types[p] = half ? ZOE_SAMPLE_HALF : deep.channels[channels[p]].type;
        out->sizes[p] = target.types[p] == ZOE_SAMPLE_HALF ? 2 : 4;
        target.strides[p] = out->sizes[p] * (size_t)out->width;
        out->planes[p] = deep_picture_allocate(target.strides[p] * (size_t)out->height);
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
            zoe_status status = flatten_chunk(&deep, &fd, &info, &target, 1u << 30);
            if (status != ZOE_OK)
                fail_msg("chunk at %d, %d: %s", x, y, zoe_status_name(status));
        }
    }
    zoe_os_file_close(fd);
    zoe_header_free(&header);
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

/* ---- by the book ---- */

static void compare_with_the_rules(const deep_picture *p, const flat *f, const char *what)
{
    static deep_sample samples[DEEP_SAMPLES_MAX];
    static const size_t channels[] = {DEEP_R, DEEP_G, DEEP_B};
    size_t pixels = (size_t)p->image.width * (size_t)p->image.height;
    for (size_t i = 0, at = 0; i < pixels; at += p->counts[i++]) {
        for (int c = 0; c < 3; c++) {
            for (size_t s = 0; s < p->counts[i]; s++)
                samples[s] = (deep_sample){
                    (double)p->values[DEEP_A][at + s], (double)p->values[channels[c]][at + s],
                    (double)p->values[DEEP_Z][at + s], (double)p->values[DEEP_BACK][at + s]};
            double alpha, color;
            deep_rules_flatten(samples, p->counts[i], &alpha, &color);
            deep_check(what, value_at(f, c, i), color, 6e-4);
            deep_check(what, value_at(f, 3, i), alpha, 6e-4);
        }
    }
}

/* Ids and depths: of the nearest sample with an alpha. */
static void compare_fronts(const deep_picture *p, const flat *f, const char *what)
{
    size_t pixels = (size_t)p->image.width * (size_t)p->image.height;
    for (size_t i = 0, at = 0; i < pixels; at += p->counts[i++]) {
        size_t best = SIZE_MAX;
        for (size_t s = at; s < at + p->counts[i]; s++) {
            if (best == SIZE_MAX) {
                best = s;
                continue;
            }
            const float *z = p->values[DEEP_Z], *back = p->values[DEEP_BACK];
            bool seen = p->values[DEEP_A][s] > 0, best_seen = p->values[DEEP_A][best] > 0;
            bool nearer = z[s] < z[best] || (z[s] == z[best] && back[s] < back[best]);
            if (seen != best_seen ? seen : nearer)
                best = s;
        }
        float depth = value_at(f, 0, i);
        uint32_t id;
        memcpy(&id, f->planes[1] + 4 * i, sizeof id);
        float expected = best == SIZE_MAX ? INFINITY : p->values[DEEP_Z][best];
        uint32_t expected_id = best == SIZE_MAX ? 0 : (uint32_t)p->values[DEEP_ID][best];
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
    deep_picture_path(path);
    int done = 0;
    for (int kind = 0; kind < DEEP_KINDS; kind++) {
        for (int compression = 0; compression < 3; compression++) {
            for (int tile = 0; tile <= 16; tile += 16, done++) {
                int z_type = done % 3 == 0 ? ZOE_CODEC_HALF : ZOE_CODEC_FLOAT;
                deep_picture p;
                deep_picture_make(&p, 37, 21, kind, compression, tile, z_type);
                char what[80];
                snprintf(what, sizeof what, "kind %d compression %d tile %d", kind, compression,
                         tile);
                assert_int_equal(exr_deep_reference_write(path, &p.image), 0);
                flat f;
                flatten_file(path, color, 4, true, &f);
                compare_with_the_rules(&p, &f, what);
                free_flat(&f);
                flatten_file(path, front, 2, false, &f);
                compare_fronts(&p, &f, what);
                free_flat(&f);
                deep_picture_free(&p);
            }
        }
    }
    remove(path);
}

/* ---- as the library does ---- */

/* Points that stand in order: the library's own result, rounded to half. */
static void compare_with_the_library(const char *path)
{
    static const char *const color[] = {"R", "G", "B", "A"};
    flat f;
    flatten_file(path, color, 4, true, &f);
    size_t pixels = (size_t)f.width * (size_t)f.height;
    float *expected = deep_picture_allocate(4 * pixels * sizeof *expected);
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
    deep_picture_path(path);
    deep_picture p;
    deep_picture_make(&p, 50, 9, DEEP_POINTS, 2, 0, ZOE_CODEC_FLOAT);
    p.image.min_x = p.image.min_y = 0;
    assert_int_equal(exr_deep_reference_write(path, &p.image), 0);
    compare_with_the_library(path);
    deep_picture_free(&p);
    remove(path);
}

static void real_file_matches_the_library(void **state)
{
    (void)state;
    char path[4096];
    image_folder_path("v2/LowResLeftView/Trunks.exr", path, sizeof path);
    compare_with_the_library(path);
}

int main(void)
{
    deep_picture_random = seeded_random_seed(20240229u);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generated_files),
        cmocka_unit_test(points_match_the_library),
        cmocka_unit_test(real_file_matches_the_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
