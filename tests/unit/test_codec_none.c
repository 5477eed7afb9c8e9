/*
 * Chunks that are stored as they are.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>
#include <openexr.h>

#include "base/stop.h"
#include "codec/none.h"
#include "codec/reorder.h"
#include "support/codec_fixture.h"
#include "support/seeded_random.h"

static bool want_some(size_t channel, int32_t line)
{
    return (channel + (size_t)line) % 3 != 1;
}

static void decodes_as_openexr(void **state)
{
    (void)state;
    static const fixture_channel channels[] = {
        {"R", ZOE_CODEC_HALF, false, 1, 1},
        {"Z", ZOE_CODEC_FLOAT, false, 2, 2},
        {"id", ZOE_CODEC_UINT, false, 1, 1},
    };
    const fixture_spec spec = {.compression = EXR_COMPRESSION_NONE,
                               .min_x = -4,
                               .min_y = -6,
                               .width = 38,
                               .height = 10,
                               .channels = channels,
                               .channel_count = 3,
                               .pattern = FIXTURE_BITS,
                               .seed = seeded_random_seed(FIXTURE_SEED)};
    codec_fixture *fixture = fixture_make(&spec);
    fixture_check(fixture, zoe_none_decode, zoe_none_scratch_bytes, 0, NULL, NULL);
    fixture_check(fixture, zoe_none_decode, zoe_none_scratch_bytes, 2, want_some, NULL);
    fixture_damage(fixture, zoe_none_decode, zoe_none_scratch_bytes, 10, spec.seed);
    fixture_free(&fixture);
}

static void refuses_other_sizes(void **state)
{
    (void)state;
    uint8_t out[16];
    uint8_t packed[32] = {0};
    zoe_codec_segment segments[2] = {{out, 8}, {out + 8, 8}};
    zoe_codec_chunk chunk = {.packed = packed,
                             .packed_bytes = 15,
                             .unpacked_bytes = 16,
                             .segments = segments,
                             .segment_count = 2};
    assert_int_equal(zoe_none_decode(&chunk, NULL, 0), ZOE_ERROR_CORRUPT);
    chunk.packed_bytes = 16;
    assert_int_equal(zoe_none_decode(&chunk, NULL, 0), ZOE_OK);
    chunk.packed_bytes = chunk.unpacked_bytes = 12; /* the segments hold more */
    assert_int_equal(zoe_none_decode(&chunk, NULL, 0), ZOE_ERROR_CORRUPT);
    chunk.packed_bytes = chunk.unpacked_bytes = 20; /* the segments hold less */
    assert_int_equal(zoe_none_decode(&chunk, NULL, 0), ZOE_ERROR_CORRUPT);
}

/* A row of 2^30 floats, which nobody wants, and a small one behind it. Its bytes are in no memory:
 * they are not looked at either. */
static void rows_may_have_four_gigabytes(void **state)
{
    (void)state;
    const size_t row = (size_t)4 << 30, all = row + 4;
    uint8_t *packed =
        mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (packed == MAP_FAILED)
        skip();
    memcpy(packed + row, "\1\2\3\4", 4);
    uint8_t out[4];
    const zoe_codec_segment segments[2] = {{NULL, row}, {out, sizeof out}};
    const zoe_codec_chunk chunk = {.packed = packed,
                                   .packed_bytes = all,
                                   .unpacked_bytes = all,
                                   .segments = segments,
                                   .segment_count = 2};
    assert_int_equal(zoe_none_decode(&chunk, NULL, 0), ZOE_OK);
    assert_memory_equal(out, "\1\2\3\4", 4);
    assert_true(zoe_reorder_fits(&chunk));
    munmap(packed, all);
}

/* A thread that was told to stop gets to hear so. */
static void a_stopped_thread_decodes_nothing(void **state)
{
    (void)state;
    uint8_t out[8] = {0};
    const uint8_t packed[8] = {1};
    const zoe_codec_segment segment = {out, sizeof out};
    const zoe_codec_chunk chunk = {.packed = packed,
                                   .packed_bytes = sizeof packed,
                                   .unpacked_bytes = sizeof packed,
                                   .segments = &segment,
                                   .segment_count = 1};
    zoe_stop stop = {0};
    const zoe_stop *before = zoe_stop_enter(&stop);
    assert_int_equal(zoe_none_decode(&chunk, NULL, 0), ZOE_OK);
    zoe_stop_ask(&stop);
    assert_int_equal(zoe_none_decode(&chunk, NULL, 0), ZOE_STALE);
    zoe_stop_enter(before);
    assert_int_equal(zoe_none_decode(&chunk, NULL, 0), ZOE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_as_openexr),
        cmocka_unit_test(refuses_other_sizes),
        cmocka_unit_test(rows_may_have_four_gigabytes),
        cmocka_unit_test(a_stopped_thread_decodes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
