/*
 * Headers that are cut short, damaged, too large or no headers at all: each gives an error that
 * names the file. So does every allocation that fails.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* truncate */

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "exr/scan.h"
#include "support/header_file.h"
#include "support/image_folder.h"
#include "base/os.h"

static void test_errors(void **state)
{
    (void)state;
    header_file_must_fail(header_file_path, ZOE_ERROR_NOT_FOUND);
    header_file_must_fail(header_file_folder, ZOE_ERROR_ARGUMENT);
    header_file_write_bytes("", 0);
    header_file_must_fail(header_file_path, ZOE_ERROR_NOT_EXR);
    header_file_write_bytes("GIF89a and so on", 16);
    header_file_must_fail(header_file_path, ZOE_ERROR_NOT_EXR);
    header_file_write_bytes("\x76\x2f\x31\x01\x09\0\0\0more", 12);
    header_file_must_fail(header_file_path, ZOE_ERROR_UNSUPPORTED);
    zoe_header *header = NULL;
    assert_int_equal(zoe_header_read(NULL, NULL, &header, NULL), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_header_read(header_file_path, NULL, NULL, NULL), ZOE_ERROR_ARGUMENT);
}

/* ---- limits ---- */

/* Bytes of a header, put together by hand. */
static unsigned char *raw;

static size_t raw_count;

enum { RAW_ROOM = 8 << 20 };

static void raw_begin(int flags)
{
    static const unsigned char magic[4] = {0x76, 0x2f, 0x31, 0x01};
    raw = calloc(1, RAW_ROOM);
    assert_non_null(raw);
    memcpy(raw, magic, 4);
    raw[4] = 2;
    raw[5] = (unsigned char)(flags >> 8);
    raw_count = 8;
}

static void raw_text(const char *text)
{
    size_t length = strlen(text) + 1;
    assert_true(raw_count + length < RAW_ROOM);
    memcpy(raw + raw_count, text, length);
    raw_count += length;
}

static void raw_word(uint32_t word)
{
    for (int i = 0; i < 4; i++)
        raw[raw_count++] = (unsigned char)(word >> 8 * i);
}

static void raw_end(zoe_status expected)
{
    header_file_write_bytes(raw, raw_count);
    free(raw);
    header_file_must_fail(header_file_path, expected);
}

/* The same, and the error says so. */
static void raw_end_with(zoe_status expected, const char *words)
{
    raw_end(expected);
    zoe_header *header = NULL;
    zoe_error error = {0};
    assert_int_equal(zoe_header_read(header_file_path, NULL, &header, &error), expected);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

static void raw_channels(int count, const char *format)
{
    char name[256];
    raw_text("channels");
    raw_text("chlist");
    raw_word((uint32_t)(count * (snprintf(name, sizeof name, format, 0) + 1 + 16) + 1));
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, format, i);
        raw_text(name);
        raw_word(1);
        raw_word(0);
        raw_word(1);
        raw_word(1);
    }
    raw_text("");
}

/* In one part the time that OpenEXR compares names for is the limit, in many their number. */
static void too_many_channels(void)
{
    raw_begin(0);
    raw_channels(5794, "%05d");
    raw_end_with(ZOE_ERROR_TOO_LARGE, "more than 5793 channels, too many to compare");
    raw_begin(0);
    raw_channels(4097, "the.name.of.a.light.and.its.pass.%05d");
    raw_end_with(ZOE_ERROR_TOO_LARGE, "more than 4096 channels, too many to compare");
    raw_begin(0x1000);
    for (int parts = ZOE_EXR_CHANNELS_MAX / 1024 + 1; parts > 0; parts--) {
        raw_channels(1024, "%05d");
        raw_text("");
    }
    raw_end_with(ZOE_ERROR_TOO_LARGE, "more than 16384 channels");
}

static void raw_int(const char *name)
{
    raw_text(name);
    raw_text("int");
    raw_word(4);
    raw_word(7);
}

static void too_many_parts(void)
{
    raw_begin(0x1000);
    for (int i = 0; i <= ZOE_EXR_PARTS_MAX; i++) {
        raw_int("a");
        raw_text("");
    }
    raw_end(ZOE_ERROR_TOO_LARGE);
}

static void raw_ints(int count)
{
    for (int i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "%05d", count - i);
        raw_int(name);
    }
}

/* The error names the limit. */
static void too_many_attributes(void)
{
    raw_begin(0);
    raw_ints(ZOE_EXR_PART_ATTRIBUTES_MAX + 1);
    raw_end_with(ZOE_ERROR_TOO_LARGE, "more than 2048 attributes in a part");
    raw_begin(0x1000);
    for (int parts = ZOE_EXR_ATTRIBUTES_MAX / 1024 + 1; parts > 0; parts--) {
        raw_ints(1024);
        raw_text("");
    }
    raw_end_with(ZOE_ERROR_TOO_LARGE, "more than 16384 attributes");
}

static void too_many_strings(void)
{
    raw_begin(0);
    raw_text("names");
    raw_text("stringvector");
    raw_word((ZOE_EXR_STRINGS_MAX + 1) * 4);
    for (int i = 0; i <= ZOE_EXR_STRINGS_MAX; i++)
        raw_word(0);
    raw_end(ZOE_ERROR_TOO_LARGE);
}

/* An attribute that says it has so many bytes, and ends there. */
static void raw_blob(uint32_t bytes)
{
    raw_begin(0);
    raw_text("blob");
    raw_text("thing");
    raw_word(bytes);
}

static void test_limits(void **state)
{
    (void)state;
    too_many_channels();
    too_many_parts();
    too_many_attributes();
    too_many_strings();

    raw_blob(0x7fffffff);
    raw_end(ZOE_ERROR_TRUNCATED);
    raw_blob(0xfffffff0);
    raw_end(ZOE_ERROR_CORRUPT);

    raw_begin(0);
    raw_text("compression");
    raw_text("compression");
    raw_word(1);
    raw[raw_count++] = 200;
    raw_end(ZOE_ERROR_UNSUPPORTED);

    /* A header over the limit in a file that has the bytes, as a hole. */
    raw_blob(ZOE_EXR_HEADER_BYTES_MAX);
    header_file_write_bytes(raw, raw_count);
    free(raw);
    assert_int_equal(truncate(header_file_path, 2L * ZOE_EXR_HEADER_BYTES_MAX), 0);
    header_file_must_fail(header_file_path, ZOE_ERROR_TOO_LARGE);
}

/* ---- what is not as it was declared ---- */

static void raw_bytes(const void *bytes, size_t count)
{
    assert_true(raw_count + count <= RAW_ROOM);
    if (count)
        memcpy(raw + raw_count, bytes, count);
    raw_count += count;
}

static void raw_value(const char *name, const char *type, const void *value, size_t bytes)
{
    raw_text(name);
    raw_text(type);
    raw_word((uint32_t)bytes);
    raw_bytes(value, bytes);
}

/* What a file of one part must have. */
static void raw_required(void)
{
    const int32_t window[4] = {0, 0, 3, 1};
    const float center[2] = {0, 0}, one = 1;
    raw_value("channels", "chlist", "G\0\1\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0", 19);
    raw_value("compression", "compression", "", 1);
    raw_value("dataWindow", "box2i", window, sizeof window);
    raw_value("displayWindow", "box2i", window, sizeof window);
    raw_value("lineOrder", "lineOrder", "", 1);
    raw_value("pixelAspectRatio", "float", &one, sizeof one);
    raw_value("screenWindowCenter", "v2f", center, sizeof center);
    raw_value("screenWindowWidth", "float", &one, sizeof one);
}

/* A header with one more attribute. What OpenEXR would take for attributes stands in it: were it
 * read, the header would have one of the name "hidden". */
static void try_attribute(const char *name, const char *type, const void *value, size_t bytes,
                          zoe_status expected)
{
    raw_begin(0);
    raw_required();
    raw_value(name, type, value, bytes);
    raw_int("after");
    raw_text("");
    for (int i = 0; i < 256; i++)
        raw_word(0);
    if (expected != ZOE_OK) {
        raw_end(expected);
        return;
    }
    header_file_write_bytes(raw, raw_count);
    free(raw);
    zoe_header *header = header_file_must_read(header_file_path);
    const zoe_part *part = &header->parts[0];
    assert_string_equal(part->attributes[part->attribute_count - 1].name, "after");
    zoe_header_free(&header);
}

#define HIDDEN "hidden\0int\0\4\0\0\0\7\0\0\0"
#define CHANNEL(name, type, linear, x, y)                                                          \
    name "\0" type "\0\0\0" linear "\0\0\0" x "\0\0\0" y "\0\0\0"

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        size_t size;
    } types[] = {{"box2f", 16},      {"box2i", 16},   {"chromaticities", 32},
                 {"compression", 1}, {"double", 8},   {"envmap", 1},
                 {"float", 4},       {"int", 4},      {"keycode", 28},
                 {"lineOrder", 1},   {"m33d", 72},    {"m33f", 36},
                 {"m44d", 128},      {"m44f", 64},    {"rational", 8},
                 {"tiledesc", 9},    {"timecode", 8}, {"v2d", 16},
                 {"v2f", 8},         {"v2i", 8},      {"v3d", 24},
                 {"v3f", 12},        {"v3i", 12}};
    static const char zeros[256];
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        try_attribute("x", types[i].type, zeros, types[i].size, ZOE_OK);
        try_attribute("x", types[i].type, zeros, types[i].size - 1, ZOE_ERROR_CORRUPT);
        try_attribute("x", types[i].type, zeros, types[i].size + 1, ZOE_ERROR_CORRUPT);
        try_attribute("x", types[i].type, HIDDEN, sizeof HIDDEN - 1, ZOE_ERROR_CORRUPT);
    }
    try_attribute("x", "floatvector", zeros, 40, ZOE_OK);
    try_attribute("x", "floatvector", zeros, 0, ZOE_OK);
    try_attribute("x", "floatvector", zeros, 41, ZOE_ERROR_CORRUPT);
    try_attribute("x", "string", zeros, 0, ZOE_OK);
    try_attribute("x", "string", "abc", 3, ZOE_OK);
    try_attribute("x", "unheardOf", HIDDEN, sizeof HIDDEN - 1, ZOE_OK);
    try_attribute("x", "", "", 1, ZOE_ERROR_CORRUPT);
}

static void test_lists(void **state)
{
    (void)state;
    static const char good[] =
        CHANNEL("a", "\1", "\0", "\1", "\1") CHANNEL("b", "\1", "\1", "\1", "\1");
    static const char unsorted[] =
        CHANNEL("b", "\1", "\0", "\1", "\1") CHANNEL("a", "\1", "\1", "\1", "\1");
    static const char twice[] = CHANNEL("b", "\1", "\0", "\1", "\1")
        CHANNEL("a", "\1", "\0", "\1", "\1") CHANNEL("b", "\1", "\0", "\1", "\1");
    static const char kind[] = CHANNEL("a", "\7", "\0", "\1", "\1");
    static const char linear[] = CHANNEL("a", "\1", "\2", "\1", "\1");
    static const char sampled[] = CHANNEL("a", "\1", "\0", "\0", "\1");
    static const char ends[] = CHANNEL("a", "\1", "\0", "\1", "\1") "\0" HIDDEN;
    try_attribute("x", "chlist", good, sizeof good, ZOE_OK);
    try_attribute("x", "chlist", good, sizeof good - 1, ZOE_ERROR_CORRUPT);
    try_attribute("x", "chlist", unsorted, sizeof unsorted, ZOE_OK);
    try_attribute("x", "chlist", twice, sizeof twice, ZOE_ERROR_CORRUPT);
    try_attribute("x", "chlist", kind, sizeof kind, ZOE_ERROR_CORRUPT);
    try_attribute("x", "chlist", linear, sizeof linear, ZOE_ERROR_CORRUPT);
    try_attribute("x", "chlist", sampled, sizeof sampled, ZOE_ERROR_CORRUPT);
    try_attribute("x", "chlist", ends, sizeof ends, ZOE_ERROR_CORRUPT);
    try_attribute("x", "stringvector", "\3\0\0\0abc\0\0\0\0", 11, ZOE_OK);
    try_attribute("x", "stringvector", "\3\0\0\0abc\0\0", 9, ZOE_ERROR_CORRUPT);
    try_attribute("x", "stringvector", "\4\0\0\0abc", 7, ZOE_ERROR_CORRUPT);
    try_attribute("x", "preview", "\1\0\0\0\2\0\0\0abcdefgh", 16, ZOE_OK);
    try_attribute("x", "preview", "\1\0\0\0\2\0\0\0abcdefghijkl", 20, ZOE_ERROR_CORRUPT);
    /* Four times their product is 0 in 32 bits and in 64. */
    try_attribute("x", "preview", "\0\0\0\x80\0\0\0\x80", 8, ZOE_ERROR_CORRUPT);
    try_attribute("x", "bytes", "\2\0\0\0ab", 6, ZOE_OK);
    try_attribute("x", "bytes", "\3\0\0\0ab", 6, ZOE_ERROR_CORRUPT);
}

/* An attribute of another type under a name that has a meaning is skipped whole. */
static void test_names(void **state)
{
    (void)state;
    try_attribute("lineOrder", "lineOrder", "", 1, ZOE_ERROR_CORRUPT);
    try_attribute("version", "string", HIDDEN, sizeof HIDDEN - 1, ZOE_OK);
    try_attribute("name", "int", "abcd", 4, ZOE_OK);
    try_attribute("type", "string", "nonsense", 8, ZOE_OK);
}

/* ---- damage ---- */

/* A file cut short anywhere in its header says so; one with a byte changed gives an answer. */
static void test_damage(void **state)
{
    (void)state;
    exr_context_t ctxt = header_file_begin();
    int part = header_file_add_part(ctxt, "main", "R G B A left.R left.G left.B Z");
    header_file_set_views(ctxt, part, "right left");
    header_file_must(exr_attr_set_string(ctxt, part, "comments", "some words"));
    header_file_end(ctxt);
    unsigned char bytes[4096];
    size_t count = header_file_read_bytes(bytes, sizeof bytes);
    /* Two chunk offsets follow, and two chunks: y, size, 8 channels of 4 halves. */
    size_t header_bytes = count - 2 * 8 - 2 * (8 + 8 * 4 * 2);
    for (size_t length = 8; length < header_bytes; length++) {
        header_file_write_bytes(bytes, length);
        header_file_must_fail(header_file_path, ZOE_ERROR_TRUNCATED);
    }
    static const unsigned char values[] = {0x00, 0xff, 0x80, 0x01};
    for (size_t at = 0; at < header_bytes; at++) {
        for (size_t i = 0; i < sizeof values; i++) {
            unsigned char before = bytes[at];
            bytes[at] = values[i];
            header_file_write_bytes(bytes, count);
            bytes[at] = before;
            zoe_header *header = NULL;
            zoe_error error = {0};
            zoe_status status = zoe_header_read(header_file_path, NULL, &header, &error);
            if ((status == ZOE_OK) != (header != NULL) ||
                (status != ZOE_OK && !strstr(error.text, header_file_path)))
                fail_msg("byte %zu = %d: %s, %s", at, values[i], zoe_status_name(status),
                         error.text);
            zoe_header_free(&header);
        }
    }
}

static void test_no_memory(void **state)
{
    (void)state;
    exr_context_t ctxt = header_file_begin();
    header_file_add_part(ctxt, "main", "R G B A Z");
    header_file_end(ctxt);
    zoe_os_fail_at(0, 0);
    zoe_header *header = header_file_must_read(header_file_path);
    zoe_header_free(&header);
    uint64_t calls = zoe_os_fail_at(0, 0);
    assert_true(calls >= 3);
    for (uint64_t n = 1; n <= calls; n++) {
        zoe_os_fail_at(n, 0);
        zoe_error error = {0};
        zoe_status status = zoe_header_read(header_file_path, NULL, &header, &error);
        zoe_os_fail_at(0, 0);
        if (status == ZOE_OK || header)
            fail_msg("call %u of %u failed, and the header was read", (unsigned)n, (unsigned)calls);
        if (!strstr(error.text, header_file_path))
            fail_msg("call %u: \"%s\"", (unsigned)n, error.text);
    }
}

static void test_damaged_images(void **state)
{
    (void)state;
    char folder[1024], path[2048];
    image_folder_path("Damaged", folder, sizeof folder);
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int count = 0;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        zoe_header *header = NULL;
        zoe_error error = {0};
        zoe_status status = zoe_header_read(path, NULL, &header, &error);
        assert_int_equal(status == ZOE_OK, header != NULL);
        if (status != ZOE_OK && !strstr(error.text, entry->d_name))
            fail_msg("%s: %s", entry->d_name, error.text);
        zoe_header_free(&header);
        count++;
    }
    closedir(dir);
    print_message("%d damaged files\n", count);
    assert_true(count > 0);
}

int main(void)
{
#define IN_FOLDER(test)                                                                            \
    cmocka_unit_test_setup_teardown(test, header_file_set_up, header_file_tear_down)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_errors),    IN_FOLDER(test_limits),
        IN_FOLDER(test_sizes),     IN_FOLDER(test_lists),
        IN_FOLDER(test_names),     IN_FOLDER(test_damage),
        IN_FOLDER(test_no_memory), cmocka_unit_test(test_damaged_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
