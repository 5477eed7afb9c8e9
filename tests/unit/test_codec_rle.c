/*
 * RLE against OpenEXR's own decoder, and records at the edges of input and output.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openexr.h>

#include "codec/rle.h"
#include "support/codec_fixture.h"
#include "support/seeded_random.h"

static void rle_as_openexr(void **state)
{
    (void)state;
    fixture_check_matrix(EXR_COMPRESSION_RLE, zoe_rle_decode, zoe_rle_scratch_bytes, NULL);
}

/* Decodes records that should make `unpacked` bytes in one row. */
static zoe_status decode_records(const uint8_t *records, size_t bytes, size_t unpacked)
{
    uint8_t *packed = malloc(bytes + (bytes == 0));
    uint8_t *row = malloc(unpacked);
    assert_non_null(packed);
    assert_non_null(row);
    memcpy(packed, records, bytes);
    zoe_codec_segment segment = {row, (uint32_t)unpacked};
    zoe_codec_chunk chunk = {.packed = packed,
                             .packed_bytes = bytes,
                             .unpacked_bytes = unpacked,
                             .segments = &segment,
                             .segment_count = 1};
    size_t scratch_bytes = zoe_rle_scratch_bytes(&chunk);
    void *scratch = malloc(scratch_bytes);
    assert_non_null(scratch);
    zoe_status status = zoe_rle_decode(&chunk, scratch, scratch_bytes);
    free(scratch);
    free(row);
    free(packed);
    return status;
}

static void records_at_the_edges(void **state)
{
    (void)state;
    static const uint8_t runs[] = {127, 1, 127, 2, 127, 3, 127, 4}; /* 4 times 128 bytes */
    static const uint8_t copy[] = {(uint8_t)-4, 1, 2, 3, 4};
    static const uint8_t longest[129] = {0x80}; /* 128 bytes as they are */
    assert_int_equal(decode_records(runs, sizeof runs, 512), ZOE_OK);
    assert_int_equal(decode_records(runs, sizeof runs, 510), ZOE_ERROR_CORRUPT);
    assert_int_equal(decode_records(runs, sizeof runs, 514), ZOE_ERROR_CORRUPT);
    assert_int_equal(decode_records(runs, sizeof runs - 1, 512), ZOE_ERROR_CORRUPT);
    assert_int_equal(decode_records(copy, sizeof copy, 4), ZOE_OK);
    assert_int_equal(decode_records(copy, sizeof copy, 2), ZOE_ERROR_CORRUPT);
    assert_int_equal(decode_records(copy, sizeof copy - 1, 4), ZOE_ERROR_CORRUPT);
    assert_int_equal(decode_records(copy, 0, 4), ZOE_ERROR_CORRUPT);
    assert_int_equal(decode_records(longest, sizeof longest, 128), ZOE_OK);
    assert_int_equal(decode_records(longest, sizeof longest - 1, 128), ZOE_ERROR_CORRUPT);
}

/* Long streams of random records, right and wrong in their last bytes only: the fast path ends near
 * them. */
static void random_records(void **state)
{
    (void)state;
    uint64_t random = seeded_random_seed(FIXTURE_SEED);
    for (int round = 0; round < 200; round++) {
        uint8_t records[4096 + 129];
        size_t bytes = 0;
        size_t unpacked = 0;
        size_t target = seeded_random(&random) % 4096;
        while (bytes < target || (unpacked & 1)) {
            uint64_t r = seeded_random(&random);
            int count = (int)(int8_t)(r & 8 ? r >> 8 : (r >> 8) % 9 - 4);
            if (bytes >= target)
                count = 0; /* one byte more makes the size even */
            records[bytes++] = (uint8_t)count;
            size_t take = count < 0 ? (size_t)-count : 1;
            for (size_t i = 0; i < take; i++)
                records[bytes++] = (uint8_t)seeded_random(&random);
            unpacked += count < 0 ? (size_t)-count : (size_t)count + 1;
        }
        if (unpacked == 0)
            continue;
        assert_int_equal(decode_records(records, bytes, unpacked), ZOE_OK);
        assert_int_equal(decode_records(records, bytes, unpacked + 2), ZOE_ERROR_CORRUPT);
        if (unpacked > 2)
            assert_int_equal(decode_records(records, bytes, unpacked - 2), ZOE_ERROR_CORRUPT);
        assert_int_equal(decode_records(records, bytes - 1, unpacked), ZOE_ERROR_CORRUPT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rle_as_openexr),
        cmocka_unit_test(records_at_the_edges),
        cmocka_unit_test(random_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
