/*
 * PXR24 against OpenEXR's own decoder.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <openexr.h>

#include "codec/pxr24.h"
#include "support/codec_fixture.h"

static void pxr24_as_openexr(void **state)
{
    (void)state;
    fixture_check_matrix(EXR_COMPRESSION_PXR24, zoe_pxr24_decode, zoe_pxr24_scratch_bytes, NULL);
}

/* Channels and segments that contradict each other are refused before any work. */
static void refuses_other_segments(void **state)
{
    (void)state;
    uint8_t out[16];
    uint8_t scratch[1 << 17];
    uint8_t packed[4] = {0x78, 0x9c, 0, 0};
    zoe_codec_channel channel = {"Y", ZOE_CODEC_HALF, false, 4, 2, 1, 1};
    zoe_codec_segment segments[2] = {{out, 8}, {out + 8, 6}};
    zoe_codec_chunk chunk = {.packed = packed,
                             .packed_bytes = sizeof packed,
                             .unpacked_bytes = 16,
                             .line_count = 2,
                             .channels = &channel,
                             .channel_count = 1,
                             .segments = segments,
                             .segment_count = 2};
    assert_int_equal(zoe_pxr24_decode(&chunk, scratch, sizeof scratch), ZOE_ERROR_CORRUPT);
    segments[1].bytes = 8;
    chunk.segment_count = 1;
    assert_int_equal(zoe_pxr24_decode(&chunk, scratch, sizeof scratch), ZOE_ERROR_CORRUPT);
    chunk.segment_count = 2;
    chunk.unpacked_bytes = 14;
    assert_int_equal(zoe_pxr24_decode(&chunk, scratch, sizeof scratch), ZOE_ERROR_CORRUPT);
    chunk.unpacked_bytes = 16;
    assert_int_equal(zoe_pxr24_decode(&chunk, scratch, 16), ZOE_ERROR_CORRUPT);
    assert_int_equal(zoe_pxr24_decode(&chunk, scratch, sizeof scratch), ZOE_ERROR_CORRUPT);
}

static void many_as_openexr(void **state)
{
    (void)state;
    fixture_check_many(EXR_COMPRESSION_PXR24, zoe_pxr24_decode_many, zoe_pxr24_many_scratch_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pxr24_as_openexr),
        cmocka_unit_test(refuses_other_segments),
        cmocka_unit_test(many_as_openexr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
