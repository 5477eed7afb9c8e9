/*
 * ZIP and ZIPS against OpenEXR's own decoder.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <openexr.h>

#include "codec/inflate.h"
#include "codec/zip.h"
#include "support/codec_fixture.h"

static void zip_as_openexr(void **state)
{
    (void)state;
    fixture_check_matrix(EXR_COMPRESSION_ZIP, zoe_zip_decode, zoe_zip_scratch_bytes, NULL);
}

static void zips_as_openexr(void **state)
{
    (void)state;
    fixture_check_matrix(EXR_COMPRESSION_ZIPS, zoe_zip_decode, zoe_zip_scratch_bytes, NULL);
}

/* Segments that the samples' sizes cannot give, or that do not add up, are refused before any
 * work. */
static void refuses_impossible_segments(void **state)
{
    (void)state;
    uint8_t out[16];
    uint8_t scratch[16];
    uint8_t packed[4] = {0x78, 0x9c, 0, 0};
    zoe_codec_segment segments[2] = {{out, 8}, {out + 8, 6}};
    zoe_codec_chunk chunk = {.packed = packed,
                             .packed_bytes = sizeof packed,
                             .unpacked_bytes = 16,
                             .segments = segments,
                             .segment_count = 2};
    assert_int_equal(zoe_zip_decode(&chunk, scratch, sizeof scratch), ZOE_ERROR_CORRUPT);
    segments[0].bytes = 9;
    segments[1].bytes = 7;
    assert_int_equal(zoe_zip_decode(&chunk, scratch, sizeof scratch), ZOE_ERROR_CORRUPT);
    segments[0].bytes = segments[1].bytes = 8;
    assert_int_equal(zoe_zip_decode(&chunk, scratch, 15), ZOE_ERROR_CORRUPT);
    assert_int_equal(zoe_zip_decode(&chunk, scratch, 16), ZOE_ERROR_CORRUPT);
    chunk.packed_bytes = 0;
    assert_int_equal(zoe_zip_decode(&chunk, scratch, 16), ZOE_ERROR_CORRUPT);
}

static void many_as_openexr(void **state)
{
    (void)state;
    fixture_check_many(EXR_COMPRESSION_ZIP, zoe_zip_decode_many, zoe_zip_many_scratch_bytes);
}

static void *prepare_twice(void *result)
{
    zoe_status *status = result;
    *status = zoe_inflate_prepare();
    if (*status == ZOE_OK)
        *status = zoe_inflate_prepare();
    return NULL;
}

/* A thread's decompressor goes with the thread: LeakSanitizer sees it if not. */
static void threads_prepare_their_own(void **state)
{
    (void)state;
    pthread_t threads[4];
    zoe_status status[4] = {ZOE_ERROR_IO, ZOE_ERROR_IO, ZOE_ERROR_IO, ZOE_ERROR_IO};
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, prepare_twice, &status[i]), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_string_equal(zoe_status_name(status[i]), "OK");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zip_as_openexr),
        cmocka_unit_test(zips_as_openexr),
        cmocka_unit_test(refuses_impossible_segments),
        cmocka_unit_test(many_as_openexr),
        cmocka_unit_test(threads_prepare_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
