/*
 * Sequences by URL: what is listed, what can be opened where nothing can, and what paths there are.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <zoetrope/folder.h>
#include <zoetrope/sequence.h>

#include "support/fake_storage.h"
#include "support/temp_folder.h"

static char root[128];
static fake_storage *fake;

static int make(void **state)
{
    (void)state;
    char shots[160];
    temp_folder_make(root, sizeof root);
    temp_folder_add(root, "shots");
    snprintf(shots, sizeof shots, "%s/shots", root);
    temp_folder_write_range(shots, "beauty.", 1001, 1004);
    temp_folder_write_range(shots, "beauty.", 1007, 1010);
    temp_folder_write_range(shots, "depth.", 1, 2);
    temp_folder_write(shots, "single.exr", 0);
    fake = fake_storage_create(root);
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    fake_storage_destroy(fake);
    temp_folder_remove(root);
    return 0;
}

static zoe_sequence *opened(const char *spec)
{
    zoe_sequence *sequence = NULL;
    zoe_error error = {.status = ZOE_OK};
    zoe_sequence_open(spec, fake_storage_storage(fake), &sequence, &error);
    if (!sequence)
        fail_msg("%s: %s", spec, error.text);
    return sequence;
}

static void fails(const char *spec, zoe_status expected, const char *says)
{
    zoe_sequence *sequence = NULL;
    zoe_error error = {.status = ZOE_OK};
    assert_int_equal(zoe_sequence_open(spec, fake_storage_storage(fake), &sequence, &error),
                     expected);
    assert_null(sequence);
    if (!strstr(error.text, says))
        fail_msg("%s: \"%s\" does not say \"%s\"", spec, error.text, says);
}

/* The sequence has these numbers, so many files, and this path at its first position. */
static void has(zoe_sequence **sequence, int64_t first, int64_t last, int64_t files,
                const char *path)
{
    char text[256];
    assert_int_equal(zoe_sequence_first(*sequence), first);
    assert_int_equal(zoe_sequence_last(*sequence), last);
    assert_int_equal(zoe_sequence_file_count(*sequence), files);
    assert_int_equal(zoe_sequence_path(*sequence, 0, text, sizeof text), ZOE_OK);
    assert_string_equal(text, path);
    zoe_sequence_close(sequence);
}

#define SHOTS "http://fake/shots"

static void a_folder_that_is_listed_gives_what_it_has(void **state)
{
    (void)state;
    zoe_sequence *sequence = opened(SHOTS "/beauty.####.exr");
    assert_string_equal(zoe_sequence_folder(sequence), SHOTS);
    assert_string_equal(zoe_sequence_name(sequence), "beauty.####.exr");
    assert_int_equal(zoe_sequence_has_file(sequence, 4), 0);
    assert_int_equal(zoe_sequence_group_count(sequence), 3);
    assert_ptr_equal(zoe_sequence_storage(sequence), fake_storage_storage(fake));
    zoe_sequence *again = NULL;
    assert_int_equal(zoe_sequence_reopen(sequence, &again, NULL), ZOE_OK);
    has(&again, 1001, 1010, 8, SHOTS "/beauty.1001.exr");
    has(&sequence, 1001, 1010, 8, SHOTS "/beauty.1001.exr");
    sequence = opened(SHOTS "/beauty.1002-1008x2####.exr");
    has(&sequence, 1002, 1008, 3, SHOTS "/beauty.1002.exr");
    sequence = opened(SHOTS "/depth.0002.exr");
    assert_int_equal(zoe_sequence_named_position(sequence), 1);
    has(&sequence, 1, 2, 2, SHOTS "/depth.0001.exr");
    sequence = opened(SHOTS);
    has(&sequence, 1001, 1010, 8, SHOTS "/beauty.1001.exr");
    sequence = opened(SHOTS "/");
    has(&sequence, 1001, 1010, 8, SHOTS "/beauty.1001.exr");
    sequence = opened(SHOTS "/single.exr");
    has(&sequence, 0, 0, 1, SHOTS "/single.exr");
    fails(SHOTS "/none.####.exr", ZOE_ERROR_NO_FRAMES, "no EXR frames match");
    fails(SHOTS "/none.exr", ZOE_ERROR_NOT_FOUND, SHOTS "/none.exr");
    fails("http://fake/none/", ZOE_ERROR_NOT_FOUND, "no list");
}

static void a_range_does_without_a_list(void **state)
{
    (void)state;
    static const zoe_status refusals[] = {ZOE_ERROR_UNSUPPORTED, ZOE_ERROR_NOT_FOUND,
                                          ZOE_ERROR_PERMISSION, ZOE_ERROR_IO};
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        fake_storage_refuse_list(fake, refusals[i]);
        zoe_sequence *sequence = opened(SHOTS "/beauty.1001-1100####.exr");
        char path[256];
        assert_int_equal(zoe_sequence_path(sequence, 99, path, sizeof path), ZOE_OK);
        assert_string_equal(path, SHOTS "/beauty.1100.exr");
        has(&sequence, 1001, 1100, 100, SHOTS "/beauty.1001.exr");
        sequence = opened(SHOTS "/beauty.8-12x2#.exr");
        has(&sequence, 8, 12, 3, SHOTS "/beauty.0008.exr");
        sequence = opened(SHOTS "/beauty.8-12%d.exr");
        assert_int_equal(zoe_sequence_path(sequence, 4, path, sizeof path), ZOE_OK);
        assert_string_equal(path, SHOTS "/beauty.12.exr");
        has(&sequence, 8, 12, 5, SHOTS "/beauty.8.exr");
        fails(SHOTS "/beauty.0-99999999#.exr", ZOE_ERROR_TOO_LARGE, "99999999");
        fails(SHOTS, refusals[i], "no list");
    }
    fake_storage_refuse_list(fake, ZOE_ERROR_UNSUPPORTED);
    fails(SHOTS "/beauty.####.exr", ZOE_ERROR_UNSUPPORTED, "needs a range");
    zoe_sequence *sequence = opened(SHOTS "/beauty.1003.exr");
    has(&sequence, 0, 0, 1, SHOTS "/beauty.1003.exr");
    fake_storage_refuse_list(fake, ZOE_ERROR_IO);
    fails(SHOTS "/beauty.1003.exr", ZOE_ERROR_IO, "no list");
    fake_storage_refuse_list(fake, ZOE_OK);
}

static void a_query_stays_with_every_path(void **state)
{
    (void)state;
    zoe_sequence *sequence = opened(SHOTS "/depth.####.exr?sig=a/b#c.exr");
    assert_string_equal(zoe_sequence_folder(sequence), SHOTS);
    zoe_sequence_group group;
    assert_int_equal(zoe_sequence_group_at(sequence, 1, &group), ZOE_OK);
    assert_string_equal(group.pattern, SHOTS "/depth.####.exr?sig=a/b#c.exr");
    char path[48];
    for (size_t capacity = 0; capacity <= strlen(SHOTS "/depth.0001.exr?sig=a/b#c.exr"); capacity++)
        assert_int_equal(zoe_sequence_path(sequence, 0, path, capacity), ZOE_ERROR_ARGUMENT);
    has(&sequence, 1, 2, 2, SHOTS "/depth.0001.exr?sig=a/b#c.exr");
    sequence = opened(SHOTS "?sig=1");
    has(&sequence, 1001, 1010, 8, SHOTS "/beauty.1001.exr?sig=1");
    fails(SHOTS "/none.exr?sig=secret", ZOE_ERROR_NOT_FOUND, SHOTS "/none.exr: no such");
}

static void without_a_storage_a_url_is_refused(void **state)
{
    (void)state;
    zoe_sequence *sequence = NULL;
    zoe_error error;
    assert_int_equal(zoe_sequence_open("https://me:pw@host/a.#.exr", NULL, &sequence, &error),
                     ZOE_ERROR_UNSUPPORTED);
    assert_non_null(strstr(error.text, "https://host/a.#.exr"));
}

static void folders_are_listed(void **state)
{
    (void)state;
    zoe_folder *folder = NULL;
    zoe_folder_entry entry;
    zoe_folder_size size;
    zoe_storage *storage = fake_storage_storage(fake);
    assert_int_equal(zoe_folder_list("http://fake/", storage, NULL, NULL, &folder, NULL), ZOE_OK);
    assert_int_equal(zoe_folder_count(folder), 1);
    assert_int_equal(zoe_folder_entry_at(folder, 0, &entry), ZOE_OK);
    assert_int_equal(entry.kind, ZOE_FOLDER_FOLDER);
    assert_string_equal(entry.path, SHOTS);
    zoe_folder_close(&folder);
    assert_int_equal(zoe_folder_list(SHOTS, storage, NULL, NULL, &folder, NULL), ZOE_OK);
    assert_int_equal(zoe_folder_count(folder), 3);
    assert_int_equal(zoe_folder_entry_at(folder, 0, &entry), ZOE_OK);
    assert_string_equal(entry.path, SHOTS "/beauty.####.exr");
    assert_int_equal(entry.gaps, 2);
    assert_int_equal(zoe_folder_measure(folder, 0, NULL, NULL, &size), ZOE_ERROR_UNSUPPORTED);
    zoe_folder_close(&folder);
    zoe_error error;
    fake_storage_refuse_list(fake, ZOE_ERROR_PERMISSION);
    assert_int_equal(zoe_folder_list(SHOTS, storage, NULL, NULL, &folder, &error),
                     ZOE_ERROR_PERMISSION);
    assert_non_null(strstr(error.text, "no list"));
    fake_storage_refuse_list(fake, ZOE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_that_is_listed_gives_what_it_has),
        cmocka_unit_test(a_range_does_without_a_list),
        cmocka_unit_test(a_query_stays_with_every_path),
        cmocka_unit_test(without_a_storage_a_url_is_refused),
        cmocka_unit_test(folders_are_listed),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
