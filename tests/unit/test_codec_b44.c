/*
 * B44 and B44A against OpenEXR's own decoder.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* mkstemp */
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openexr.h>

#include "codec/b44.h"
#include "codec/b44_block.h"
#include "base/cpu.h"
#include "support/codec_fixture.h"
#include "support/seeded_random.h"

static void b44_as_openexr(void **state)
{
    (void)state;
    fixture_check_matrix(EXR_COMPRESSION_B44, zoe_b44_decode, zoe_b44_scratch_bytes, NULL);
}

static void b44a_as_openexr(void **state)
{
    (void)state;
    fixture_check_matrix(EXR_COMPRESSION_B44A, zoe_b44_decode, zoe_b44_scratch_bytes, NULL);
}

/* All forms make the same of random blocks, whatever the shift; most are full ones. */
static void forms_agree_on_random_blocks(void **state)
{
    (void)state;
    enum { BLOCKS = 61 };
    uint64_t random = seeded_random_seed(FIXTURE_SEED);
    size_t count = 0;
    const unsigned *levels = fixture_cpu_levels(&count);
    for (int round = 0; round < 300; round++) {
        uint8_t packed[BLOCKS * ZOE_B44_BLOCK_BYTES];
        for (size_t i = 0; i < sizeof packed; i++)
            packed[i] = (uint8_t)seeded_random(&random);
        for (size_t i = 2; i < sizeof packed; i += ZOE_B44_BLOCK_BYTES)
            packed[i] = (uint8_t)(packed[i] % (round & 1 ? 52 : 60));
        uint16_t rows[3][4][BLOCKS * 4];
        ptrdiff_t used[3];
        for (size_t level = 0; level < count; level++) {
            zoe_cpu_limit(levels[level]);
            zoe_b44_input input = {packed, packed + sizeof packed};
            uint8_t *const four[4] = {(uint8_t *)rows[level][0], (uint8_t *)rows[level][1],
                                      (uint8_t *)rows[level][2], (uint8_t *)rows[level][3]};
            assert_true(zoe_b44_blocks()(&input, BLOCKS, four));
            used[level] = input.at - packed;
            assert_int_equal(used[level], used[0]);
            assert_memory_equal(rows[level], rows[0], sizeof rows[0]);
        }
    }
    zoe_cpu_limit(~0u);
}

/* OpenEXR's own table for p_linear, read off a file of flat blocks: every half there is. */
static exr_result_t put_flat_blocks(exr_encode_pipeline_t *pipe)
{
    uint8_t *to = pipe->compressed_buffer;
    uint32_t first = (uint32_t)pipe->chunk.start_y / 32 * (256 / 4 * 8);
    for (uint32_t i = 0; i < 256 / 4 * 8; i++) {
        *to++ = (uint8_t)((first + i) >> 8);
        *to++ = (uint8_t)(first + i);
        *to++ = 0xfc;
    }
    pipe->compressed_bytes = (size_t)(to - (uint8_t *)pipe->compressed_buffer);
    return EXR_ERR_SUCCESS;
}

static void write_all_halves(const char *path)
{
    enum { CHUNKS = 65536 / (256 / 4 * 8) };
    exr_context_t file = NULL;
    exr_context_initializer_t settings = EXR_DEFAULT_CONTEXT_INITIALIZER;
    int part = 0;
    assert_int_equal(exr_start_write(&file, path, EXR_WRITE_FILE_DIRECTLY, &settings), 0);
    assert_int_equal(exr_add_part(file, "p", EXR_STORAGE_SCANLINE, &part), 0);
    assert_int_equal(
        exr_initialize_required_attr_simple(file, part, 256, CHUNKS * 32, EXR_COMPRESSION_B44A), 0);
    assert_int_equal(
        exr_add_channel(file, part, "Y", EXR_PIXEL_HALF, EXR_PERCEPTUALLY_LINEAR, 1, 1), 0);
    assert_int_equal(exr_write_header(file), 0);
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
        exr_encode_pipeline_t pipe = {.compressed_buffer = malloc(65536)};
        exr_chunk_info_t info;
        assert_non_null(pipe.compressed_buffer);
        assert_int_equal(exr_write_scanline_chunk_info(file, 0, chunk * 32, &info), 0);
        pipe.chunk = info;
        put_flat_blocks(&pipe);
        assert_int_equal(exr_write_scanline_chunk(file, 0, chunk * 32, pipe.compressed_buffer,
                                                  pipe.compressed_bytes),
                         0);
        free(pipe.compressed_buffer);
    }
    assert_int_equal(exr_finish(&file), 0);
}

static void linear_table_as_openexr(void **state)
{
    (void)state;
    char path[] = "/tmp/zoetrope-b44-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    write_all_halves(path);
    codec_fixture *fixture = fixture_open(path);
    remove(path);
    assert_non_null(fixture);
    fixture_check(fixture, zoe_b44_decode, zoe_b44_scratch_bytes, 0, NULL, NULL);
    fixture_free(&fixture);
}

/* Bytes after the last block, and channels that contradict the segments, are refused. */
static void refuses_what_does_not_fit(void **state)
{
    (void)state;
    uint8_t out[32];
    uint64_t scratch[16];
    uint8_t packed[15] = {0x80, 0, 0xfc, 0x80, 0, 0xfc};
    zoe_codec_channel channel = {"Y", ZOE_CODEC_HALF, false, 8, 1, 1, 1};
    zoe_codec_segment segment = {out, 16};
    zoe_codec_chunk chunk = {.packed = packed,
                             .packed_bytes = 6,
                             .unpacked_bytes = 16,
                             .line_count = 1,
                             .channels = &channel,
                             .channel_count = 1,
                             .segments = &segment,
                             .segment_count = 1};
    assert_int_equal(zoe_b44_decode(&chunk, scratch, sizeof scratch), ZOE_OK);
    chunk.packed_bytes = 7;
    assert_int_equal(zoe_b44_decode(&chunk, scratch, sizeof scratch), ZOE_ERROR_CORRUPT);
    chunk.packed_bytes = 5;
    assert_int_equal(zoe_b44_decode(&chunk, scratch, sizeof scratch), ZOE_ERROR_CORRUPT);
    chunk.packed_bytes = 6;
    channel.height = 2;
    assert_int_equal(zoe_b44_decode(&chunk, scratch, sizeof scratch), ZOE_ERROR_CORRUPT);
    channel.height = 1;
    segment.bytes = 14;
    assert_int_equal(zoe_b44_decode(&chunk, scratch, sizeof scratch), ZOE_ERROR_CORRUPT);
    segment.bytes = 16;
    channel.type = 3;
    assert_int_equal(zoe_b44_decode(&chunk, scratch, sizeof scratch), ZOE_ERROR_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b44_as_openexr),
        cmocka_unit_test(b44a_as_openexr),
        cmocka_unit_test(forms_agree_on_random_blocks),
        cmocka_unit_test(linear_table_as_openexr),
        cmocka_unit_test(refuses_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
