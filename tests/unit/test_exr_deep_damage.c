/*
 * Deep chunks that cannot be right: counts, sizes and limits, and files with bytes changed at
 * random.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "codec/codec.h"
#include "support/deep_picture.h"
#include "exr/deep.h"
#include "support/seeded_random.h"

/* ---- one chunk in memory ---- */

/* A chunk in memory, of a file with one half and one float channel. */
enum { W = 5, H = 2 };

typedef struct hostile {
    zoe_channel channels[2];
    zoe_exr_deep deep;
    exr_chunk_info_t info;
    int32_t counts[H][W];
    uint8_t samples[6 * 64];
} hostile;

static void make_hostile(hostile *h)
{
    *h = (hostile){
        .channels = {{.name = "A", .type = ZOE_SAMPLE_HALF},
                     {.name = "Z", .type = ZOE_SAMPLE_FLOAT}},
        .counts = {{1, 1, 4, 4, 9}, {0, 2, 2, 3, 3}},
    };
    h->deep = (zoe_exr_deep){
        .compression = ZOE_COMPRESSION_NONE,
        .channels = h->channels,
        .channel_count = 2,
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
    uint8_t *scratch = deep_picture_allocate(scratch_bytes);
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

/* ---- files ---- */

enum { ROUNDS = 600, LIMIT = 1 << 24 };

/* Changes some bytes of a chunk, or none, and now and then what its leader says. */
static void damage(exr_chunk_info_t *info, uint8_t *table, uint8_t *packed)
{
    for (uint32_t i = deep_picture_below(4); i > 0; i--)
        table[deep_picture_below((uint32_t)info->sample_count_table_size)] =
            (uint8_t)seeded_random(&deep_picture_random);
    for (uint32_t i = deep_picture_below(8); i > 0; i--)
        packed[deep_picture_below((uint32_t)info->packed_size)] =
            (uint8_t)seeded_random(&deep_picture_random);
    if (deep_picture_below(4) == 0)
        info->unpacked_size = seeded_random(&deep_picture_random) >> deep_picture_below(64);
    if (deep_picture_below(8) == 0)
        info->packed_size = deep_picture_below((uint32_t)info->packed_size + 1);
}

static zoe_status unpack_damaged(const zoe_exr_deep *deep, const exr_chunk_info_t *info,
                                 const uint8_t *table, const uint8_t *packed)
{
    size_t bytes;
    zoe_status status = zoe_exr_deep_measure(deep, info, LIMIT, &bytes);
    if (status != ZOE_OK)
        return status;
    uint8_t *scratch = aligned_alloc(64, bytes);
    assert_non_null(scratch);
    zoe_exr_deep_chunk chunk;
    status = zoe_exr_deep_unpack(deep, info, table, packed, scratch, bytes, &chunk);
    if (status == ZOE_OK) {
        float out[2][20 * 8];
        const zoe_exr_deep_target target = {
            .planes = {out[0], out[1]},
            .strides = {40, 80},
            .types = {ZOE_SAMPLE_HALF, ZOE_SAMPLE_FLOAT},
            .row_count = info->height,
            .column_count = info->width,
        };
        zoe_exr_deep_flatten(deep, &chunk, &target);
    }
    free(scratch);
    return status;
}

/* Files with some bytes changed at random: an error or a picture, and nothing else. */
static void damaged_files_do_no_harm(void **state)
{
    (void)state;
    char path[64];
    deep_picture_path(path);
    int pictures = 0;
    for (int round = 0; round < ROUNDS; round++) {
        bool tiled = round >= ROUNDS / 2;
        if (round % 100 == 0) {
            deep_picture p;
            deep_picture_make(&p, 20, 8, DEEP_MIXED, round / 100 % 3, tiled ? 8 : 0,
                              ZOE_CODEC_FLOAT);
            assert_int_equal(exr_deep_reference_write(path, &p.image), 0);
            deep_picture_free(&p);
        }
        exr_context_t context = deep_picture_open(path);
        const int32_t planes[2] = {deep_picture_channel(context, "R"),
                                   deep_picture_channel(context, "Z")};
        zoe_exr_deep deep;
        zoe_header *header = NULL;
        assert_int_equal(zoe_header_read(path, NULL, &header, NULL), ZOE_OK);
        assert_int_equal(zoe_exr_deep_init(&deep, &header->parts[0], planes, 2), ZOE_OK);
        exr_chunk_info_t info;
        exr_result_t result = tiled
                                  ? exr_read_tile_chunk_info(context, 0, 0, 0, 0, 0, &info)
                                  : exr_read_scanline_chunk_info(context, 0, 5 + round % 8, &info);
        assert_int_equal(result, EXR_ERR_SUCCESS);
        uint8_t *table = deep_picture_allocate((size_t)info.sample_count_table_size);
        uint8_t *packed = deep_picture_allocate((size_t)info.packed_size);
        assert_int_equal(exr_read_deep_chunk(context, 0, &info, packed, table), EXR_ERR_SUCCESS);
        damage(&info, table, packed);
        zoe_status status = unpack_damaged(&deep, &info, table, packed);
        if (status != ZOE_OK && status != ZOE_ERROR_CORRUPT && status != ZOE_ERROR_OVER_BUDGET)
            fail_msg("round %d: %s", round, zoe_status_name(status));
        pictures += status == ZOE_OK;
        free(table);
        free(packed);
        zoe_header_free(&header);
        exr_finish(&context);
    }
    remove(path);
    /* Damage that nothing notices, and damage that is noticed, were both among it. */
    assert_in_range(pictures, ROUNDS / 20, ROUNDS - ROUNDS / 20);
}

int main(void)
{
    deep_picture_random = seeded_random_seed(20240229u);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_counts_are_refused),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(the_limit_is_kept),
        cmocka_unit_test(damaged_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
