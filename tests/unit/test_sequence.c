/*
 * Sequences over real folders of empty files: names, numbers, patterns, ranges, groups, errors.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* geteuid */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <zoetrope/sequence.h>

#include "base/os.h"
#include "sequence/natural.h"
#include "sequence/pattern.h"
#include "support/temp_folder.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    temp_folder_make(folder, sizeof folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    temp_folder_remove(folder);
    return 0;
}

static void touch(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    assert_true(file >= 0);
    close(file);
}

static void touch_range(const char *format, int first, int last)
{
    for (int i = first; i <= last; i++) {
        char name[300];
        snprintf(name, sizeof name, format, i);
        touch(name);
    }
}

static zoe_status try_open(const char *name, zoe_sequence **sequence, zoe_error *error)
{
    char spec[512];
    snprintf(spec, sizeof spec, "%s%s%s", folder, name[0] ? "/" : "", name);
    return zoe_sequence_open(spec, NULL, sequence, error);
}

static zoe_sequence *must_open(const char *name)
{
    zoe_sequence *sequence = NULL;
    zoe_error error = {0};
    zoe_status status = try_open(name, &sequence, &error);
    if (status != ZOE_OK)
        print_error("%s: %s\n", name, error.text);
    assert_int_equal(status, ZOE_OK);
    assert_non_null(sequence);
    return sequence;
}

static void must_fail(const char *name, zoe_status expected)
{
    zoe_sequence *sequence = NULL;
    zoe_error error = {0};
    zoe_status status = try_open(name, &sequence, &error);
    if (status != expected)
        print_error("%s: %s instead of %s: %s\n", name, zoe_status_name(status),
                    zoe_status_name(expected), error.text);
    assert_int_equal(status, expected);
    assert_int_equal(error.status, expected);
    assert_null(sequence);
    if (!strstr(error.text, name))
        fail_msg("\"%s\" does not name %s", error.text, name);
}

static void check_extent(const zoe_sequence *sequence, int64_t first, int64_t last, int64_t count,
                         int64_t files)
{
    assert_int_equal(zoe_sequence_first(sequence), first);
    assert_int_equal(zoe_sequence_last(sequence), last);
    assert_int_equal(zoe_sequence_count(sequence), count);
    assert_int_equal(zoe_sequence_file_count(sequence), files);
}

/* The file of a frame number is that one, and it is there. */
static void check_path(const zoe_sequence *sequence, int64_t number, const char *name)
{
    char expected[512];
    char path[512];
    snprintf(expected, sizeof expected, "%s/%s", folder, name);
    zoe_status status =
        zoe_sequence_path(sequence, zoe_sequence_position(sequence, number), path, sizeof path);
    assert_int_equal(status, ZOE_OK);
    assert_string_equal(path, expected);
    assert_int_equal(access(path, F_OK), 0);
}

static void check_open(const char *name, int64_t first, int64_t last, int64_t count, int64_t files)
{
    zoe_sequence *sequence = must_open(name);
    check_extent(sequence, first, last, count, files);
    zoe_sequence_close(&sequence);
    assert_null(sequence);
}

/* One file whose number lies far from the others leaves these a sequence, and stands for itself. */
static void test_strays(void **state)
{
    (void)state;
    static const char *const names[] = {"", "a.0002.exr", "a.####.exr", "a.%d.exr"};
    touch_range("a.%04d.exr", 1, 6);
    touch("a.999999999999999999.exr");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_open(names[i], 1, 6, 6, 6);
    const int64_t stray = INT64_C(999999999999999999);
    check_open("a.999999999999999999.exr", stray, stray, 1, 1);
    check_open("a.999999999999999990-999999999999999999#.exr", stray - 9, stray, 10, 1);
    zoe_sequence *sequence = must_open(""), *again = NULL;
    touch_range("a.%04d.exr", 7, 9);
    assert_int_equal(zoe_sequence_reopen(sequence, &again, NULL), ZOE_OK);
    check_extent(again, 1, 9, 9, 9);
    zoe_sequence_close(&again);
    zoe_sequence_close(&sequence);
}

static void test_named_file(void **state)
{
    (void)state;
    touch_range("beauty.%04d.exr", 98, 103);
    touch_range("zz.%04d.exr", 1, 50); /* larger, but not named */
    touch("beauty.0106.exr");
    zoe_sequence *sequence = must_open("beauty.0101.exr");
    check_extent(sequence, 98, 106, 9, 7);
    assert_string_equal(zoe_sequence_name(sequence), "beauty.####.exr");
    assert_string_equal(zoe_sequence_folder(sequence), folder);
    assert_int_equal(zoe_sequence_named_position(sequence), 3);
    check_path(sequence, 101, "beauty.0101.exr");
    assert_int_equal(zoe_sequence_has_file(sequence, 6), 0);
    assert_int_equal(zoe_sequence_has_file(sequence, 8), 1);
    assert_int_equal(zoe_sequence_has_file(sequence, -1), 0);
    assert_int_equal(zoe_sequence_has_file(sequence, 9), 0);
    char path[512];
    assert_int_equal(zoe_sequence_path(sequence, 6, path, sizeof path), ZOE_MISSING);
    assert_int_equal(zoe_sequence_path(sequence, 9, path, sizeof path), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_sequence_path(sequence, 3, path, 20), ZOE_ERROR_ARGUMENT);
    zoe_sequence_close(&sequence);
    zoe_sequence_close(&sequence);
    zoe_sequence_close(NULL);
}

static void test_padding(void **state)
{
    (void)state;
    touch_range("a.%04d.exr", 9998, 10002); /* grows wider */
    touch("a.0001.exr");
    touch_range("u%d.exr", 8, 12); /* unpadded */
    touch_range("m.%03d.exr", 1, 3);
    touch_range("m.%05d.exr", 1, 7); /* the same name, another padding */
    check_open("a.0001.exr", 1, 10002, 10002, 6);
    check_open("a.10001.exr", 1, 10002, 10002, 6);
    check_open("u9.exr", 8, 12, 5, 5);
    check_open("u12.exr", 8, 12, 5, 5);
    check_open("m.002.exr", 1, 3, 3, 3);
    check_open("m.00002.exr", 1, 7, 7, 7);
    check_open("m.###.exr", 1, 3, 3, 3);
    check_open("m.@@@@@.exr", 1, 7, 7, 7);
    check_open("m.%03d.exr", 1, 3, 3, 3);
    check_open("u#.exr", 8, 12, 5, 5);
    check_open("u%d.exr", 8, 12, 5, 5);
    check_open("u@.exr", 8, 12, 5, 5);
    check_open("u##.exr", 10, 12, 3, 3);

    zoe_sequence *sequence = must_open("a.####.exr");
    check_path(sequence, 1, "a.0001.exr");
    check_path(sequence, 10002, "a.10002.exr");
    zoe_sequence_close(&sequence);
    /* Any width: where two files have one number, the usual padding wins. */
    sequence = must_open("m.#.exr");
    check_extent(sequence, 1, 7, 7, 7);
    check_path(sequence, 2, "m.00002.exr");
    assert_string_equal(zoe_sequence_name(sequence), "m.#####.exr");
    zoe_sequence_close(&sequence);
}

static void test_mixed_padding(void **state)
{
    (void)state;
    touch_range("x%03d.exr", 1, 5);
    touch("x6.exr");
    touch("x07.exr");
    zoe_sequence *sequence = must_open("x#.exr");
    check_extent(sequence, 1, 7, 7, 7);
    check_path(sequence, 5, "x005.exr");
    check_path(sequence, 6, "x6.exr");
    check_path(sequence, 7, "x07.exr");
    zoe_sequence_close(&sequence);
    check_open("x6.exr", 6, 6, 1, 1);
    check_open("x004.exr", 1, 5, 5, 5);
}

static void test_negative(void **state)
{
    (void)state;
    touch_range("n.%04d.exr", -12, 3); /* printf counts the sign */
    for (int i = 1; i <= 3; i++) {
        char name[64];
        snprintf(name, sizeof name, "h.-%04d.exr", i);
        touch(name);
    }
    touch("h.0000.exr");
    touch_range("u_%d.exr", -10, 10);
    touch_range("take-%04d.exr", 1, 4); /* a separator */
    touch("-7.exr");

    zoe_sequence *sequence = must_open("n.0001.exr");
    check_extent(sequence, -12, 3, 16, 16);
    check_path(sequence, -5, "n.-005.exr");
    check_path(sequence, -12, "n.-012.exr");
    check_path(sequence, 0, "n.0000.exr");
    assert_int_equal(zoe_sequence_position(sequence, -13), -1);
    zoe_sequence_close(&sequence);
    check_open("n.-005.exr", -12, 3, 16, 16);
    check_open("n.%04d.exr", -12, 3, 16, 16);
    sequence = must_open("h.-0002.exr");
    check_extent(sequence, -3, 0, 4, 4);
    check_path(sequence, -3, "h.-0003.exr");
    assert_int_equal(zoe_sequence_named_position(sequence), 1);
    zoe_sequence_close(&sequence);
    check_open("u_-3.exr", -10, 10, 21, 21);
    check_open("u_10.exr", -10, 10, 21, 21);
    check_open("take-0002.exr", 1, 4, 4, 4);
    check_open("-7.exr", -7, -7, 1, 1);
    check_open("u_-5-5#.exr", -5, 5, 11, 11); /* no file has four digits */
    check_open("u_-5-5@.exr", -5, 5, 11, 11);
    check_open("n.-5-10@@@@.exr", -5, 10, 16, 9);
}

static void test_ranges(void **state)
{
    (void)state;
    touch_range("shot.%04d.exr", 1, 120);
    touch_range("cam1-2%03d.exr", 1, 3);
    check_open("shot.1-100#.exr", 1, 100, 100, 100);
    check_open("shot.1-100####.exr", 1, 100, 100, 100);
    check_open("shot.1-100@@@@.exr", 1, 100, 100, 100);
    check_open("shot.1-100%04d.exr", 1, 100, 100, 100);
    check_open("shot.101-200#.exr", 101, 200, 100, 20);
    zoe_sequence *sequence = must_open("shot.1-100x2#.exr");
    check_extent(sequence, 1, 99, 50, 50);
    assert_int_equal(zoe_sequence_step(sequence), 2);
    assert_int_equal(zoe_sequence_number(sequence, 3), 7);
    assert_int_equal(zoe_sequence_position(sequence, 8), 3);
    assert_int_equal(zoe_sequence_position(sequence, 0), -1);
    check_path(sequence, 7, "shot.0007.exr");
    assert_true(zoe_sequence_position(sequence, INT64_MAX) >= 50);
    assert_true(zoe_sequence_position(sequence, INT64_MIN) < 0);
    assert_true(zoe_sequence_number(sequence, INT64_MAX) > 100);
    assert_true(zoe_sequence_number(sequence, INT64_MIN) < 0);
    zoe_sequence_close(&sequence);
    check_open("shot.5-5#.exr", 5, 5, 1, 1);
    touch("gap.0002.exr"); /* between two steps */
    touch("gap.0003.exr");
    check_open("gap.1-5x2#.exr", 1, 5, 3, 1);
    /* What looks like a range can be part of the name. */
    check_open("cam1-2###.exr", 1, 3, 3, 3);
    must_fail("shot.1-x#.exr", ZOE_ERROR_PATTERN);
    must_fail("shot.5-1#.exr", ZOE_ERROR_PATTERN);
    must_fail("shot.1-5x0#.exr", ZOE_ERROR_PATTERN);
    must_fail("shot.1-5x#.exr", ZOE_ERROR_PATTERN);
    must_fail("shot.###################.exr", ZOE_ERROR_PATTERN);
    must_fail("shot.500-600#.exr", ZOE_ERROR_NO_FRAMES);
    must_fail("shot.1-9000000#.exr", ZOE_ERROR_TOO_LARGE);
}

static void test_names(void **state)
{
    (void)state;
    touch_range("my shot [v2] (final).%04d.exr", 1, 3);
    touch_range("sz\xC3\xBCne_\xE6\x98\xA0\xE5\x83\x8F.%04d.exr", 7, 9);
    touch_range("BIG.%04d.EXR", 1, 4);
    touch_range("mixed.%04d.exr", 1, 4);
    touch("mixed.0005.EXR");
    touch_range("shot_v002.%04d.left.exr", 1, 2);
    touch_range("shot_v002.%04d.right.exr", 1, 3);
    touch_range("plate_%04d_4k.exr", 1, 5);
    touch("still.exr");
    touch("shot_v2.exr");
    touch("id_123456789012345678901234.exr");
    touch("lit##.exr");
    touch("notes.txt");
    check_open("my shot [v2] (final).0002.exr", 1, 3, 3, 3);
    check_open("my shot [v2] (final).####.exr", 1, 3, 3, 3);
    check_open("sz\xC3\xBCne_\xE6\x98\xA0\xE5\x83\x8F.0008.exr", 7, 9, 3, 3);
    check_open("BIG.0001.EXR", 1, 4, 4, 4);
    check_open("BIG.####.EXR", 1, 4, 4, 4);
    check_open("BIG.####.exr", 1, 4, 4, 4);
    zoe_sequence *sequence = must_open("mixed.0002.exr");
    check_extent(sequence, 1, 5, 5, 5);
    check_path(sequence, 4, "mixed.0004.exr");
    check_path(sequence, 5, "mixed.0005.EXR");
    zoe_sequence_close(&sequence);
    check_open("shot_v002.0001.left.exr", 1, 2, 2, 2);
    check_open("shot_v002.0001.right.exr", 1, 3, 3, 3);
    check_open("plate_0002_4k.exr", 1, 5, 5, 5);
    check_open("still.exr", 0, 0, 1, 1);
    check_open("shot_v2.exr", 2, 2, 1, 1);
    check_open("id_123456789012345678901234.exr", 0, 0, 1, 1);
    sequence = must_open("lit##.exr"); /* it is there: no pattern */
    check_extent(sequence, 0, 0, 1, 1);
    check_path(sequence, 0, "lit##.exr");
    assert_int_equal(zoe_sequence_named_position(sequence), 0);
    zoe_sequence_close(&sequence);
    sequence = must_open("notes.txt"); /* named, so opened; reading it will tell */
    check_path(sequence, 0, "notes.txt");
    zoe_sequence_close(&sequence);
}

/* The named file is the one that is shown, also where another has the same number. */
static void test_named_wins_position(void **state)
{
    (void)state;
    touch_range("a.%04d.exr", 1, 3);
    touch("a.0002.EXR");
    zoe_sequence *sequence = must_open("a.0002.EXR");
    check_extent(sequence, 1, 3, 3, 3);
    check_path(sequence, 2, "a.0002.EXR");
    zoe_sequence_close(&sequence);
    sequence = must_open("a.0002.exr");
    check_path(sequence, 2, "a.0002.exr");
    zoe_sequence_close(&sequence);
}

static void check_group(const zoe_sequence *sequence, size_t index, const char *name, int64_t first,
                        int64_t last, int64_t files)
{
    zoe_sequence_group group;
    char expected[512];
    snprintf(expected, sizeof expected, "%s/%s", folder, name);
    assert_int_equal(zoe_sequence_group_at(sequence, index, &group), ZOE_OK);
    assert_string_equal(group.pattern, expected);
    assert_int_equal(group.first, first);
    assert_int_equal(group.last, last);
    assert_int_equal(group.files, files);
    /* Each opens what it says. */
    zoe_sequence *opened = NULL;
    zoe_error error;
    assert_int_equal(zoe_sequence_open(group.pattern, NULL, &opened, &error), ZOE_OK);
    check_extent(opened, first, last, last - first + 1, files);
    zoe_sequence_close(&opened);
}

static void test_groups(void **state)
{
    (void)state;
    touch_range("shot10.%04d.exr", 1, 9);
    touch_range("shot2.%04d.exr", 5, 6);
    touch_range("d.%d.exr", 8, 12);
    touch_range("d.%04d.exr", 1, 3);
    touch_range("hash#%02d.exr", 1, 2);
    touch("still.exr");
    touch("._shot2.0005.exr");
    zoe_sequence *sequence = must_open("");
    check_extent(sequence, 1, 3, 3, 3);
    assert_int_equal(zoe_sequence_named_position(sequence), -1);
    assert_int_equal(zoe_sequence_group_count(sequence), 6);
    check_group(sequence, 0, "d.####.exr", 1, 3, 3);
    check_group(sequence, 1, "d.@.exr", 8, 12, 5);
    check_group(sequence, 2, "hash#02.exr", 1, 2, 2); /* a pattern would be misread */
    check_group(sequence, 3, "shot2.####.exr", 5, 6, 2);
    check_group(sequence, 4, "shot10.####.exr", 1, 9, 9);
    check_group(sequence, 5, "still.exr", 0, 0, 1);
    zoe_sequence_group group;
    assert_int_equal(zoe_sequence_group_at(sequence, 6, &group), ZOE_ERROR_ARGUMENT);
    zoe_sequence_close(&sequence);
    check_open("._shot2.0005.exr", 5, 5, 1, 1);
}

static void test_errors(void **state)
{
    (void)state;
    zoe_sequence *sequence = NULL;
    zoe_error error;
    must_fail("", ZOE_ERROR_NO_FRAMES);
    touch_range("a.%04d.exr", 1, 3);
    must_fail("a.0007.exr", ZOE_ERROR_NOT_FOUND);
    must_fail("nothere/a.0001.exr", ZOE_ERROR_NOT_FOUND);
    must_fail("a.0001.exr/", ZOE_ERROR_NOT_FOUND);
    must_fail("b.####.exr", ZOE_ERROR_NO_FRAMES);
    must_fail("a.####", ZOE_ERROR_NO_FRAMES);
    assert_int_equal(zoe_sequence_open("", NULL, &sequence, &error), ZOE_ERROR_PATTERN);
    assert_int_equal(zoe_sequence_open(NULL, NULL, &sequence, &error), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_sequence_open("a", NULL, NULL, NULL), ZOE_ERROR_ARGUMENT);
    touch("w.1.exr");
    touch("w.20240101.exr");
    must_fail("w.1.exr", ZOE_ERROR_TOO_LARGE);
    check_open("w.1-100@.exr", 1, 100, 100, 1);
    if (geteuid() == 0) {
        print_message("running as root: permissions are not tested\n");
        return;
    }
    assert_int_equal(chmod(folder, 0300), 0);
    must_fail("", ZOE_ERROR_PERMISSION);
    must_fail("a.####.exr", ZOE_ERROR_PERMISSION);
    check_open("a.0001.exr", 0, 0, 1, 1);
    assert_int_equal(chmod(folder, 0700), 0);
}

static void test_relative_folder(void **state)
{
    (void)state;
    touch_range("r%02d.exr", 1, 3);
    char before[512];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    zoe_sequence *sequence = NULL;
    zoe_error error;
    assert_int_equal(zoe_sequence_open("r02.exr", NULL, &sequence, &error), ZOE_OK);
    assert_string_equal(zoe_sequence_folder(sequence), ".");
    char path[64];
    assert_int_equal(zoe_sequence_path(sequence, 0, path, sizeof path), ZOE_OK);
    assert_string_equal(path, "./r01.exr");
    zoe_sequence_close(&sequence);
    assert_int_equal(chdir(before), 0);
}

static void test_reopen(void **state)
{
    (void)state;
    touch_range("b.%04d.exr", 10, 12);
    zoe_sequence *by_folder = must_open("");
    zoe_sequence *by_file = must_open("b.0011.exr");
    touch("b.0014.exr");
    touch("b.0008.exr");
    touch_range("a.%04d.exr", 1, 2); /* first in order now, but not what was opened */
    zoe_sequence *again = NULL;
    zoe_error error;
    assert_int_equal(zoe_sequence_reopen(by_folder, &again, &error), ZOE_OK);
    check_extent(again, 8, 14, 7, 5);
    assert_int_equal(zoe_sequence_group_count(again), 2);
    assert_string_equal(zoe_sequence_spec(again), folder);
    zoe_sequence_close(&again);
    assert_int_equal(zoe_sequence_reopen(by_file, &again, &error), ZOE_OK);
    assert_int_equal(zoe_sequence_named_position(again), 3);
    zoe_sequence_close(&again);
    check_extent(by_file, 10, 12, 3, 3); /* the old one stays */

    char path[512];
    snprintf(path, sizeof path, "%s/b.0011.exr", folder);
    assert_int_equal(remove(path), 0);
    assert_int_equal(zoe_sequence_reopen(by_file, &again, &error), ZOE_OK);
    check_extent(again, 8, 14, 7, 4);
    assert_int_equal(zoe_sequence_named_position(again), -1);
    zoe_sequence_close(&again);
    zoe_sequence_close(&by_file);
    zoe_sequence_close(&by_folder);
}

/* Every allocation fails in turn: an error that names what was opened, and nothing is lost. */
static void test_no_memory(void **state)
{
    (void)state;
    touch_range("a.%04d.exr", 1, 40);
    touch_range("b.%d.exr", 1, 20);
    touch_range("b.%02d.EXR", 1, 5);
    touch("still.exr");
    static const char *const specs[] = {"", "a.0003.exr", "a.1-40x2####.exr", "b.#.exr",
                                        "still.exr"};
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        zoe_os_fail_at(0, 0);
        zoe_sequence *sequence = must_open(specs[i]);
        zoe_sequence_close(&sequence);
        uint64_t calls = zoe_os_fail_at(0, 0);
        assert_true(calls > 10);
        for (uint64_t n = 1; n <= calls; n++) {
            zoe_error error = {0};
            zoe_os_fail_at(n, 0);
            zoe_status status = try_open(specs[i], &sequence, &error);
            zoe_os_fail_at(0, 0);
            if (status != ZOE_ERROR_NO_MEMORY || sequence || !strstr(error.text, specs[i]))
                fail_msg("\"%s\", call %u of %u: %s, \"%s\"", specs[i], (unsigned)n,
                         (unsigned)calls, zoe_status_name(status), error.text);
        }
    }
}

static void test_natural_order(void **state)
{
    (void)state;
    static const char *const sorted[] = {"",    "a",     "a1",   "A2",    "a02b",   "a2c",
                                         "a10", "a010b", "shot", "shot2", "shot10", "Shot11"};
    size_t count = sizeof sorted / sizeof sorted[0];
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            int order = zoe_natural_compare(sorted[i], sorted[j]);
            if ((i < j) != (order < 0) || (i == j) != (order == 0))
                fail_msg("\"%s\" and \"%s\": %d", sorted[i], sorted[j], order);
        }
}

static uint64_t random_state;

static uint32_t random_below(uint32_t limit)
{
    /* xorshift64*, Vigna 2016 */
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * UINT64_C(2685821657736338717)) >> 33) % limit;
}

static void seed_random(void)
{
    const char *given = getenv("ZOETROPE_SEED");
    random_state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) * 2654435761U + 1;
    print_message("ZOETROPE_SEED=%llu\n", (unsigned long long)random_state);
    if (random_state == 0)
        random_state = 1;
}

/* Whatever mixture of names a folder holds: every path that a sequence gives is a file that is
 * there, has that number, and no file of the group is left out. */
static void test_random_folders(void **state)
{
    (void)state;
    seed_random();
    for (int i = 0; i < 300; i++) {
        char name[64];
        int number = (int)random_below(60) - 20;
        static const char *const formats[] = {"%c%c%d%s", "%c%c%02d%s", "%c%c%03d%s", "%c%c%04d%s"};
        snprintf(name, sizeof name, formats[random_below(4)], "ab"[random_below(2)],
                 "._-"[random_below(3)], number, random_below(8) ? ".exr" : ".EXR");
        touch(name);
    }
    zoe_sequence *all = must_open("");
    assert_true(zoe_sequence_group_count(all) >= 2);
    for (size_t i = 0; i < zoe_sequence_group_count(all); i++) {
        zoe_sequence_group group;
        assert_int_equal(zoe_sequence_group_at(all, i, &group), ZOE_OK);
        zoe_sequence *sequence = NULL;
        zoe_error error = {0};
        if (zoe_sequence_open(group.pattern, NULL, &sequence, &error) != ZOE_OK)
            fail_msg("%s: %s", group.pattern, error.text);
        assert_int_equal(zoe_sequence_first(sequence), group.first);
        assert_int_equal(zoe_sequence_last(sequence), group.last);
        assert_true(zoe_sequence_file_count(sequence) <= group.files);
        int64_t files = 0;
        for (int64_t at = 0; at < zoe_sequence_count(sequence); at++) {
            char path[512];
            zoe_status status = zoe_sequence_path(sequence, at, path, sizeof path);
            assert_int_equal(status, zoe_sequence_has_file(sequence, at) ? ZOE_OK : ZOE_MISSING);
            if (status != ZOE_OK)
                continue;
            files++;
            if (access(path, F_OK) != 0)
                fail_msg("%s: %s is not there", group.pattern, path);
            const char *name = strrchr(path, '/') + 1;
            zoe_frame_name frame;
            assert_true(zoe_frame_name_parse(name, strlen(name), &frame));
            assert_int_equal(frame.numeral.value, zoe_sequence_number(sequence, at));
            zoe_sequence *by_file = NULL;
            assert_int_equal(zoe_sequence_open(path, NULL, &by_file, &error), ZOE_OK);
            char named[512];
            assert_int_equal(zoe_sequence_path(by_file, zoe_sequence_named_position(by_file), named,
                                               sizeof named),
                             ZOE_OK);
            assert_string_equal(named, path);
            zoe_sequence_close(&by_file);
        }
        assert_int_equal(files, zoe_sequence_file_count(sequence));
        zoe_sequence_close(&sequence);
    }
    zoe_sequence_close(&all);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_named_file),
        IN_FOLDER(test_strays),
        IN_FOLDER(test_padding),
        IN_FOLDER(test_mixed_padding),
        IN_FOLDER(test_negative),
        IN_FOLDER(test_ranges),
        IN_FOLDER(test_names),
        IN_FOLDER(test_named_wins_position),
        IN_FOLDER(test_groups),
        IN_FOLDER(test_errors),
        IN_FOLDER(test_relative_folder),
        IN_FOLDER(test_reopen),
        IN_FOLDER(test_random_folders),
        IN_FOLDER(test_no_memory),
        cmocka_unit_test(test_natural_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
