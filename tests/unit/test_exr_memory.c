/*
 * The memory of an open file: too little of it is said to be too little, whatever it was missing
 * for, and is never taken for a damaged file.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exr/header.h"
#include "support/image_folder.h"
#include "support/open_exr.h"

static const zoe_read_stats no_stats = {NULL, NULL};
static const zoe_choice plain = {.layer = NULL};

enum { LIMIT = 1 << 30 };

static const char *const images[] = {
    "Beachball/multipart.0001.exr", "Beachball/singlepart.0001.exr", "MultiView/Fog.exr",
    "LuminanceChroma/Flowers.exr",  "Tiles/GoldenGate.exr",          "MultiResolution/Bonita.exr",
    "v2/LowResLeftView/Trunks.exr",
};

static void for_each_image(void (*test)(const char *path))
{
    char folder[1024], path[2048];
    image_folder_path("", folder, sizeof folder);
    for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
        snprintf(path, sizeof path, "%s%s", folder, images[i]);
        test(path);
    }
}

static void must_name(const char *path, zoe_status status, zoe_status expected,
                      const zoe_error *error)
{
    if (status != expected || !strstr(error->text, path))
        fail_msg("%s: %s: %s", path, zoe_status_name(status), error->text);
}

/* ---- opening ---- */

static void open_in_less(const char *path)
{
    const zoe_decoder *decoder = zoe_exr_decoder();
    zoe_picture picture;
    zoe_error error;
    void *file = NULL;
    decoder->open(NULL, NULL, path, &plain, LIMIT, &no_stats, NULL, 0, &picture, &file, &error);
    const size_t needed = picture.file_bytes;
    uint8_t *memory = aligned_alloc(64, (needed + 63) / 64 * 64);
    assert_non_null(memory);
    for (size_t bytes = 0; bytes < needed; bytes += 1 + needed / 97) {
        zoe_status status = decoder->open(NULL, NULL, path, &plain, LIMIT, &no_stats, memory, bytes,
                                          &picture, &file, &error);
        must_name(path, status, ZOE_ERROR_TOO_SMALL, &error);
        assert_null(file);
        assert_int_equal(picture.file_bytes, needed);
    }
    zoe_status status = decoder->open(NULL, NULL, path, &plain, needed - 1, &no_stats, memory,
                                      needed, &picture, &file, &error);
    must_name(path, status, ZOE_ERROR_OVER_BUDGET, &error);
    free(memory);
}

static void test_opening_in_less(void **state)
{
    (void)state;
    for_each_image(open_in_less);
}

/* ---- parsing and interpreting ---- */

static void must_be_equal(const zoe_header *a, const zoe_header *b)
{
    assert_int_equal(a->part_count, b->part_count);
    assert_int_equal(a->layer_count, b->layer_count);
    for (size_t l = 0; l < a->layer_count; l++)
        assert_string_equal(a->layers[l].name, b->layers[l].name);
    for (size_t p = 0; p < a->part_count; p++) {
        const zoe_part *x = &a->parts[p], *y = &b->parts[p];
        assert_int_equal(x->channel_count, y->channel_count);
        assert_int_equal(x->chunk_count, y->chunk_count);
        assert_memory_equal(&x->data_window, &y->data_window, sizeof x->data_window);
        if (x->attribute_count == 0)
            continue; /* without texts */
        assert_int_equal(x->attribute_count, y->attribute_count);
        for (size_t i = 0; i < x->attribute_count; i++)
            assert_string_equal(x->attributes[i].value, y->attributes[i].value);
    }
    assert_string_equal(a->time_code, b->time_code);
    assert_memory_equal(a->chromaticities, b->chromaticities, sizeof a->chromaticities);
}

/* In a region of so many bytes; what the file itself takes beside it is not counted. */
static zoe_status read_in(zoe_exr_file *file, uint8_t *memory, size_t bytes, bool texts,
                          const zoe_header *expected, zoe_error *error)
{
    zoe_blocks blocks;
    zoe_blocks_init(&blocks, memory, bytes);
    zoe_exr_header header;
    zoe_status status = zoe_exr_file_parse(file, &blocks, error);
    if (status == ZOE_OK)
        status = zoe_exr_header_make(&header, file, &blocks, texts, error);
    zoe_exr_file_finish(file);
    if (status == ZOE_OK)
        must_be_equal(&header.header, expected);
    assert_true(blocks.used <= bytes);
    return status;
}

/* OpenEXR makes up for attributes that it had no memory for: that must not pass for a header. */
static void parse_in_less(const char *path)
{
    zoe_exr_file file;
    zoe_error error;
    zoe_header *expected = NULL;
    assert_int_equal(zoe_header_read(path, NULL, &expected, &error), ZOE_OK);
    assert_int_equal(zoe_exr_file_open(&file, NULL, path, &no_stats, NULL, &error), ZOE_OK);
    for (int texts = 0; texts < 2; texts++) {
        size_t needed =
            (size_t)(file.outline.context_bytes + zoe_exr_header_bytes(&file.outline, texts));
        uint8_t *memory = aligned_alloc(64, (needed + 63) / 64 * 64);
        assert_non_null(memory);
        int enough = 0, too_small = 0;
        for (size_t bytes = 0; bytes <= needed; bytes += bytes < needed / 2 ? 112 : needed / 50) {
            zoe_status status = read_in(&file, memory, bytes, texts, expected, &error);
            enough += status == ZOE_OK;
            too_small += status != ZOE_OK;
            if (status != ZOE_OK)
                must_name(path, status, ZOE_ERROR_TOO_SMALL, &error);
            else
                assert_true(bytes > 0);
        }
        assert_int_equal(read_in(&file, memory, needed, texts, expected, &error), ZOE_OK);
        assert_true(too_small > 10 && enough > 0);
        free(memory);
    }
    assert_int_equal(zoe_exr_file_close(&file, NULL), ZOE_OK);
    zoe_header_free(&expected);
}

static void test_parsing_in_less(void **state)
{
    (void)state;
    for_each_image(parse_in_less);
}

/* ---- decoding ---- */

static void decode_in_less(const char *path)
{
    const zoe_decoder *decoder = zoe_exr_decoder();
    zoe_picture picture;
    zoe_error error;
    open_exr_file opened;
    assert_int_equal(open_exr(path, &plain, LIMIT, NULL, &picture, &opened, &error), ZOE_OK);
    assert_true(picture.scratch_bytes > 64);
    uint8_t *buffer = aligned_alloc(64, (picture.bytes + 63) / 64 * 64);
    uint8_t *scratch = aligned_alloc(64, (picture.scratch_bytes + 63) / 64 * 64);
    assert_true(buffer && scratch);
    memset(buffer + picture.bytes - picture.shared_bytes, 0, picture.shared_bytes);
    for (int32_t piece = 0; piece < picture.piece_count; piece += 1 + picture.piece_count / 3) {
        zoe_status status = decoder->decode(NULL, opened.file, piece, buffer, picture.bytes,
                                            scratch, picture.scratch_bytes - 64, &error);
        must_name(path, status, ZOE_ERROR_TOO_SMALL, &error);
        /* It may be tried again. */
        assert_int_equal(decoder->decode(NULL, opened.file, piece, buffer, picture.bytes, scratch,
                                         picture.scratch_bytes, &error),
                         ZOE_OK);
    }
    free(scratch);
    free(buffer);
    assert_int_equal(close_exr(&opened), ZOE_OK);
}

static void test_decoding_in_less(void **state)
{
    (void)state;
    for_each_image(decode_in_less);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opening_in_less),
        cmocka_unit_test(test_parsing_in_less),
        cmocka_unit_test(test_decoding_in_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
