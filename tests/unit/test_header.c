/*
 * What a header says: rates, time codes, attributes of every type, and names.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/decoder.h"
#include "support/header_file.h"
#include "support/open_exr.h"
#include "support/temp_folder.h"

/* ---- rates ---- */

typedef void set_rate_fn(exr_context_t ctxt, const void *value);

static void set_rational(exr_context_t ctxt, const void *value)
{
    header_file_must(exr_attr_set_rational(ctxt, 0, "framesPerSecond", value));
}

static void set_float(exr_context_t ctxt, const void *value)
{
    header_file_must(exr_attr_set_float(ctxt, 0, "framesPerSecond", *(const float *)value));
}

static void set_double(exr_context_t ctxt, const void *value)
{
    header_file_must(exr_attr_set_double(ctxt, 0, "framesPerSecond", *(const double *)value));
}

static void set_int(exr_context_t ctxt, const void *value)
{
    header_file_must(exr_attr_set_int(ctxt, 0, "framesPerSecond", *(const int32_t *)value));
}

static void set_string(exr_context_t ctxt, const void *value)
{
    header_file_must(exr_attr_set_string(ctxt, 0, "framesPerSecond", value));
}

static void set_nuke_string(exr_context_t ctxt, const void *value)
{
    header_file_must(exr_attr_set_string(ctxt, 0, "nuke/input/frame_rate", value));
}

static void set_nuke_float(exr_context_t ctxt, const void *value)
{
    header_file_must(exr_attr_set_float(ctxt, 0, "nuke/input/frame_rate", *(const float *)value));
}

static void set_both(exr_context_t ctxt, const void *value)
{
    set_rational(ctxt, value);
    set_nuke_string(ctxt, "30");
}

static void test_rates(void **state)
{
    (void)state;
    static const exr_attr_rational_t film = {24, 1};
    static const exr_attr_rational_t video = {48000, 2002};
    static const exr_attr_rational_t none = {24, 0};
    static const float f24 = 24;
    static const float f23976 = 23.976F;
    static const float nan_rate = (float)(0.0F * 1e38F * 1e38F);
    static const double d2997 = 29.97;
    static const double d125 = 12.5;
    static const int32_t i25 = 25;
    static const int32_t negative = -3;
    static const struct {
        set_rate_fn *set;
        const void *value;
        int32_t numerator, denominator;
    } cases[] = {
        {set_rational, &film, 24, 1},
        {set_rational, &video, 24000, 1001},
        {set_rational, &none, 0, 0},
        {set_float, &f24, 24, 1},
        {set_float, &f23976, 24000, 1001},
        {set_float, &nan_rate, 0, 0},
        {set_double, &d2997, 30000, 1001},
        {set_double, &d125, 25, 2},
        {set_int, &i25, 25, 1},
        {set_int, &negative, 0, 0},
        {set_string, "24", 24, 1},
        {set_string, "23.98", 24000, 1001},
        {set_string, "24000/1001", 24000, 1001},
        {set_string, " 59.94 fps", 60000, 1001},
        {set_string, "fast", 0, 0},
        {set_string, "1/0", 0, 0},
        {set_nuke_string, "25", 25, 1},
        {set_nuke_float, &f23976, 24000, 1001},
        {set_both, &film, 24, 1},
        {set_both, &none, 30, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        exr_context_t ctxt = header_file_begin();
        header_file_add_part(ctxt, "main", "R G B");
        cases[i].set(ctxt, cases[i].value);
        header_file_end(ctxt);
        zoe_header *header = header_file_must_read(header_file_path);
        if (header->fps_numerator != cases[i].numerator ||
            header->fps_denominator != cases[i].denominator)
            fail_msg("case %zu: %d/%d instead of %d/%d", i, header->fps_numerator,
                     header->fps_denominator, cases[i].numerator, cases[i].denominator);
        zoe_header_free(&header);
    }
}

/* ---- attributes ---- */

static void check_attribute(const zoe_part *part, const char *name, const char *type,
                            const char *value)
{
    for (size_t i = 0; i < part->attribute_count; i++) {
        if (strcmp(part->attributes[i].name, name) != 0)
            continue;
        assert_string_equal(part->attributes[i].type, type);
        assert_string_equal(part->attributes[i].value, value);
        return;
    }
    fail_msg("no attribute %s", name);
}

/* Replaces the first byte of the type's name in the file, which may then be one of OpenEXR's. */
static void rename_type(const char *type, char first)
{
    unsigned char bytes[8192];
    size_t count = header_file_read_bytes(bytes, sizeof bytes);
    size_t length = strlen(type) + 1;
    size_t at = 0;
    while (at + length <= count && memcmp(bytes + at, type, length) != 0)
        at++;
    assert_true(at + length <= count);
    bytes[at] = (unsigned char)first;
    header_file_write_bytes(bytes, count);
}

/* A frame has its own file's time code. */
static void check_frame_time_code(const char *expected)
{
    const zoe_choice choice = {.layer = NULL};
    zoe_picture picture;
    zoe_error error = {ZOE_OK, ""};
    open_exr_file opened;
    open_exr(header_file_path, &choice, (uint64_t)1 << 30, NULL, &picture, &opened, &error);
    assert_string_equal(error.text, "");
    assert_string_equal(picture.frame.time_code, expected);
    close_exr(&opened);
}

/* A frame of any layer has what its header says of the file, whichever part that stands in. */
static void check_frame_is_as_header(const zoe_header *header, const char *layer, uint32_t part)
{
    const zoe_choice choice = {.layer = (char *)(uintptr_t)layer};
    zoe_picture picture;
    zoe_error error = {ZOE_OK, ""};
    open_exr_file opened;
    open_exr(header_file_path, &choice, (uint64_t)1 << 30, NULL, &picture, &opened, &error);
    assert_string_equal(error.text, "");
    const zoe_frame *frame = &picture.frame;
    const zoe_part *shown = &header->parts[part];
    assert_int_equal(frame->has_chromaticities, header->has_chromaticities);
    assert_memory_equal(frame->chromaticities, header->chromaticities,
                        sizeof frame->chromaticities);
    assert_string_equal(frame->time_code, header->time_code);
    assert_memory_equal(&frame->data_window, &shown->data_window, sizeof(zoe_box));
    assert_memory_equal(&frame->display_window, &shown->display_window, sizeof(zoe_box));
    assert_true(frame->pixel_aspect == shown->pixel_aspect);
    close_exr(&opened);
}

static void test_parts_share_what_a_file_has_once(void **state)
{
    (void)state;
    const exr_attr_timecode_t code = {0x01020304U, 0};
    const exr_attr_chromaticities_t colors = {0.7F, 0.3F, 0.2F, 0.7F, 0.1F, 0.05F, 0.3F, 0.32F};
    for (int part = 0; part < 2; part++) {
        exr_context_t ctxt = header_file_begin();
        header_file_add_part(ctxt, "beauty", "R G B");
        header_file_add_part(ctxt, "spec", "R G B");
        header_file_must(exr_attr_set_timecode(ctxt, part, "timeCode", &code));
        header_file_must(exr_attr_set_chromaticities(ctxt, 1 - part, "chromaticities", &colors));
        header_file_end(ctxt);
        zoe_header *header = header_file_must_read(header_file_path);
        assert_string_equal(header->time_code, "01:02:03:04");
        assert_int_equal(header->has_chromaticities, 1);
        assert_memory_equal(header->chromaticities, &colors, sizeof header->chromaticities);
        check_frame_is_as_header(header, "beauty", 0);
        check_frame_is_as_header(header, "spec", 1);
        zoe_header_free(&header);
    }
}

static void test_attributes(void **state)
{
    (void)state;
    exr_context_t ctxt = header_file_begin();
    header_file_add_part(ctxt, "main", "R G B");
    const exr_attr_timecode_t code = {0x21594325U | 1U << 6, 0};
    const exr_attr_chromaticities_t colors = {0.7F, 0.3F, 0.2F, 0.7F, 0.1F, 0.05F, 0.3F, 0.32F};
    const exr_attr_box2f_t box = {.min = {.x = 0.5F, .y = 1}, .max = {.x = 2, .y = 3.25F}};
    const exr_attr_m33f_t matrix = {{1, 0, 0, 0, 1, 0, 0, 0, 1}};
    const exr_attr_v3d_t vector = {.x = 0.1, .y = 2, .z = -3};
    const float floats[20] = {1, 2, 3};
    const exr_attr_timecode_t end_code = {0x01020304U, 0xF7654321U};
    header_file_must(exr_attr_set_timecode(ctxt, 0, "timeCode", &code));
    header_file_must(exr_attr_set_timecode(ctxt, 0, "endCode", &end_code));
    header_file_must(exr_attr_set_chromaticities(ctxt, 0, "chromaticities", &colors));
    header_file_must(exr_attr_set_string(ctxt, 0, "comments", "two\nlines \xff \xC3\xBC"));
    header_file_must(exr_attr_set_float(ctxt, 0, "aperture", 2.8F));
    header_file_must(exr_attr_set_double(ctxt, 0, "exact", 0.1));
    header_file_must(exr_attr_set_box2f(ctxt, 0, "cut", &box));
    header_file_must(exr_attr_set_m33f(ctxt, 0, "matrix", &matrix));
    header_file_must(exr_attr_set_v3d(ctxt, 0, "where", &vector));
    header_file_must(exr_attr_set_float_vector(ctxt, 0, "few", 3, floats));
    header_file_must(exr_attr_set_float_vector(ctxt, 0, "many", 20, floats));
    header_file_must(exr_attr_set_user(ctxt, 0, "blob", "studioThing", 5, "abcd"));
    header_file_must(exr_attr_set_int(ctxt, 0, "take", -7));
    header_file_must(exr_attr_set_user(ctxt, 0, "deepImageState", "DeepImageState", 1, "\2"));
    header_file_must(exr_attr_set_user(ctxt, 0, "settings", "Bytes", 11, "\4\0\0\0json{ }"));
    header_file_must(exr_attr_set_user(ctxt, 0, "noSettings", "Cytes", 4, "\0\0\0\0"));
    header_file_end(ctxt);
    rename_type("DeepImageState", 'd');
    rename_type("Bytes", 'b');
    rename_type("Cytes", 'b');
    zoe_header *header = header_file_must_read(header_file_path);
    const zoe_part *part = &header->parts[0];
    assert_string_equal(header->time_code, "21:59:43;25");
    check_frame_time_code("21:59:43;25");
    assert_int_equal(header->has_chromaticities, 1);
    assert_memory_equal(header->chromaticities, &colors, sizeof header->chromaticities);
    check_attribute(part, "timeCode", "timecode", "21:59:43;25");
    check_attribute(part, "endCode", "timecode", "01:02:03:04, user data 1 2 3 4 5 6 7 F");
    check_attribute(part, "deepImageState", "deepImageState", "non-overlapping");
    check_attribute(part, "settings", "bytes", "3 bytes of json");
    check_attribute(part, "noSettings", "bytes", "0 bytes");
    check_attribute(part, "comments", "string", "two lines ? \xC3\xBC");
    check_attribute(part, "aperture", "float", "2.8");
    check_attribute(part, "exact", "double", "0.1");
    check_attribute(part, "cut", "box2f", "(0.5 1) - (2 3.25)");
    check_attribute(part, "matrix", "m33f", "1 0 0 0 1 0 0 0 1");
    check_attribute(part, "where", "v3d", "0.1 2 -3");
    check_attribute(part, "few", "floatvector", "1 2 3");
    check_attribute(part, "many", "floatvector", "20 floats");
    check_attribute(part, "blob", "studioThing", "5 bytes");
    check_attribute(part, "take", "int", "-7");
    check_attribute(part, "compression", "compression", "none");
    check_attribute(part, "dataWindow", "box2i", "(0 0) - (3 1)");
    check_attribute(part, "channels", "chlist", "B half, G half, R half");
    assert_int_equal(part->chunk_count, 2);
    assert_int_equal(part->lines_per_chunk, 1);
    zoe_header_free(&header);
}

/* Whatever language the program has set: some write decimals with a comma. */
static void test_attributes_in_another_language(void **state)
{
    char folder[64], command[128];
    temp_folder_make(folder, sizeof folder);
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/comma 2>/dev/null", folder);
    setenv("LOCPATH", folder, 1);
    bool is_set = system(command) == 0 && setlocale(LC_NUMERIC, "comma");
    temp_folder_remove(folder);
    if (!is_set)
        skip(); /* the sources of languages are not installed */
    snprintf(command, sizeof command, "%.1f", 0.5);
    assert_string_equal(command, "0,5");
    test_attributes(state);
    setlocale(LC_NUMERIC, "C");
}

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i <= ZOE_COMPRESSION_HTJ2K32; i++)
        assert_int_equal(zoe_compression_by_name(zoe_compression_name((zoe_compression)i)), i);
    assert_int_equal(zoe_compression_by_name("ZIPS"), ZOE_COMPRESSION_ZIPS);
    assert_int_equal(zoe_compression_by_name("lzw"), -1);
    assert_int_equal(zoe_compression_by_name(NULL), -1);
    assert_string_equal(zoe_compression_name((zoe_compression)99), "unknown");
    assert_string_equal(zoe_part_type_name(ZOE_PART_DEEP_TILED), "deep tiled");
    assert_string_equal(zoe_line_order_name(ZOE_LINES_RANDOM), "random");
    assert_string_equal(zoe_sample_type_name(ZOE_SAMPLE_HALF), "half");
}

int main(void)
{
#define IN_FOLDER(test)                                                                            \
    cmocka_unit_test_setup_teardown(test, header_file_set_up, header_file_tear_down)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_rates),
        IN_FOLDER(test_attributes),
        IN_FOLDER(test_attributes_in_another_language),
        IN_FOLDER(test_parts_share_what_a_file_has_once),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
