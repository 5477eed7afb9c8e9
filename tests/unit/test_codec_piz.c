/*
 * PIZ against OpenEXR's own encoder and decoder.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openexr.h>

#include "codec/piz.h"
#include "support/codec_fixture.h"
#include "support/seeded_random.h"

static uint64_t seed; /* of the pictures */

static const fixture_channel rgba[] = {
    {.name = "R", .type = ZOE_CODEC_HALF},
    {.name = "G", .type = ZOE_CODEC_HALF},
    {.name = "B", .type = ZOE_CODEC_HALF},
    {.name = "A", .type = ZOE_CODEC_HALF},
};

static const fixture_channel mixed[] = {
    {.name = "Z", .type = ZOE_CODEC_FLOAT},
    {.name = "id", .type = ZOE_CODEC_UINT},
    {.name = "Y", .type = ZOE_CODEC_HALF},
    {.name = "BY", .type = ZOE_CODEC_HALF, .x_sampling = 2, .y_sampling = 2},
    {.name = "RY", .type = ZOE_CODEC_FLOAT, .x_sampling = 2, .y_sampling = 2},
    {.name = "wide", .type = ZOE_CODEC_UINT, .x_sampling = 1, .y_sampling = 4},
};

static fixture_spec spec_of(const fixture_channel *channels, size_t count, int32_t width,
                            int32_t height, fixture_pattern pattern)
{
    return (fixture_spec){.compression = EXR_COMPRESSION_PIZ,
                          .width = width,
                          .height = height,
                          .channels = channels,
                          .channel_count = count,
                          .pattern = pattern,
                          .seed = seed};
}

static void check(const fixture_spec *spec, fixture_want_fn *want)
{
    codec_fixture *fixture = fixture_make(spec);
    fixture_check(fixture, zoe_piz_decode, zoe_piz_scratch_bytes, 2, want, NULL);
    fixture_free(&fixture);
}

static void half_of_every_pattern_and_size(void **state)
{
    (void)state;
    static const int32_t sizes[][2] = {{1, 1},  {1, 40}, {40, 1},  {2, 2},   {3, 5},
                                       {7, 33}, {33, 7}, {64, 64}, {129, 70}};
    for (int pattern = 0; pattern < FIXTURE_PATTERNS; pattern++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            const fixture_spec spec =
                spec_of(rgba, 4, sizes[i][0], sizes[i][1], (fixture_pattern)pattern);
            check(&spec, NULL);
        }
    }
}

static void all_types_and_samplings(void **state)
{
    (void)state;
    for (int pattern = 0; pattern < FIXTURE_PATTERNS; pattern++) {
        fixture_spec spec = spec_of(mixed, 6, 132, 76, (fixture_pattern)pattern);
        check(&spec, NULL);
        spec.min_x = -64;
        spec.min_y = -36;
        check(&spec, NULL);
    }
}

static void a_long_stream_of_symbols(void **state)
{
    (void)state;
    const fixture_spec noise = spec_of(rgba, 4, 2048, 70, FIXTURE_NOISE);
    const fixture_spec smooth = spec_of(rgba, 4, 2048, 70, FIXTURE_SMOOTH);
    /* More than 2^14 values: the wavelet's other arithmetic. */
    const fixture_spec sparse = spec_of(rgba, 4, 2048, 70, FIXTURE_SPARSE);
    check(&sparse, NULL);
    check(&noise, NULL);
    check(&smooth, NULL);
}

static void tiles(void **state)
{
    (void)state;
    fixture_spec spec = spec_of(rgba, 4, 200, 150, FIXTURE_NOISE);
    spec.tile_width = 64;
    spec.tile_height = 48;
    check(&spec, NULL);
    spec.tile_width = 7;
    spec.tile_height = 130;
    check(&spec, NULL);
}

static bool second_channel(size_t channel, int32_t line)
{
    (void)line;
    return channel == 1;
}

static bool some_lines(size_t channel, int32_t line)
{
    return (channel + (size_t)line) % 3 == 0;
}

static bool nothing(size_t channel, int32_t line)
{
    (void)channel;
    (void)line;
    return false;
}

static void rows_that_nobody_wants(void **state)
{
    (void)state;
    const fixture_spec half = spec_of(rgba, 4, 100, 70, FIXTURE_NOISE);
    const fixture_spec all = spec_of(mixed, 6, 132, 76, FIXTURE_NOISE);
    fixture_want_fn *const wants[] = {second_channel, some_lines, nothing};
    for (size_t i = 0; i < 3; i++) {
        check(&half, wants[i]);
        check(&all, wants[i]);
    }
}

static void damage(void **state)
{
    (void)state;
    uint64_t random = seed;
    for (int pattern = 0; pattern < FIXTURE_PATTERNS; pattern++) {
        const fixture_spec specs[] = {
            spec_of(rgba, 4, 300, 40, (fixture_pattern)pattern),
            spec_of(mixed, 6, 64, 40, (fixture_pattern)pattern),
        };
        for (size_t i = 0; i < 2; i++) {
            codec_fixture *fixture = fixture_make(&specs[i]);
            fixture_damage(fixture, zoe_piz_decode, zoe_piz_scratch_bytes, 60,
                           seeded_random(&random));
            fixture_free(&fixture);
        }
    }
}

/* A chunk of one 2x2 half channel, for what no encoder writes. */
static zoe_status decode_bytes(const uint8_t *bytes, size_t count, uint32_t segment_bytes)
{
    uint16_t out[4] = {0};
    const zoe_codec_channel channel = {.name = "R",
                                       .type = ZOE_CODEC_HALF,
                                       .width = 2,
                                       .height = 2,
                                       .x_sampling = 1,
                                       .y_sampling = 1};
    const zoe_codec_segment segments[2] = {{(uint8_t *)out, segment_bytes},
                                           {(uint8_t *)(out + 2), segment_bytes}};
    const zoe_codec_chunk chunk = {.packed = bytes,
                                   .packed_bytes = count,
                                   .unpacked_bytes = 8,
                                   .line_count = 2,
                                   .channels = &channel,
                                   .channel_count = 1,
                                   .segments = segments,
                                   .segment_count = 2};
    const size_t scratch_bytes = zoe_piz_scratch_bytes(&chunk);
    void *scratch = aligned_alloc(64, (scratch_bytes + 63) / 64 * 64);
    assert_non_null(scratch);
    const zoe_status status = zoe_piz_decode(&chunk, scratch, scratch_bytes);
    free(scratch);
    return status;
}

static void heads_that_cannot_be_right(void **state)
{
    (void)state;
    /* No values but zero, and a code of the symbol 0 and the run symbol 1: "0", then three more. */
    uint8_t good[] = {1,    0,   0, 0, /* bitmap: none */
                      24,   0,   0, 0,  0, 0, 0, 0, 1, 0, 0, 0,    2,
                      0,    0,   0, 10, 0, 0, 0, 0, 0, 0, 0, 0x04, 0x10, /* lengths 1 and 1 */
                      0x40, 0xc0 /* 0, 1, 00000011 */};
    assert_int_equal(decode_bytes(good, sizeof good, 4), ZOE_OK);
    assert_int_equal(decode_bytes(good, sizeof good, 2), ZOE_ERROR_CORRUPT);
    for (size_t cut = 0; cut < sizeof good; cut++)
        assert_int_equal(decode_bytes(good, cut, 4), ZOE_ERROR_CORRUPT);

    uint8_t bad[sizeof good];
    memcpy(bad, good, sizeof good);
    bad[3] = 0x20; /* the bitmap ends after the last value */
    assert_int_equal(decode_bytes(bad, sizeof bad, 4), ZOE_ERROR_CORRUPT);
    memcpy(bad, good, sizeof good);
    bad[7] = 0x80; /* a negative size */
    assert_int_equal(decode_bytes(bad, sizeof bad, 4), ZOE_ERROR_CORRUPT);
}

int main(void)
{
    seed = seeded_random_seed(FIXTURE_SEED);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_of_every_pattern_and_size), cmocka_unit_test(all_types_and_samplings),
        cmocka_unit_test(a_long_stream_of_symbols),       cmocka_unit_test(tiles),
        cmocka_unit_test(rows_that_nobody_wants),         cmocka_unit_test(damage),
        cmocka_unit_test(heads_that_cannot_be_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
