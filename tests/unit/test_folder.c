/*
 * Listing folders: what becomes an entry, in which order, gaps, sizes, cancelling, searching below.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* geteuid, seteuid, utimensat */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <zoetrope/folder.h>
#include <zoetrope/sequence.h>

#include "base/os.h"
#include "support/temp_folder.h"

static char root[128];

static int set_up(void **state)
{
    (void)state;
    temp_folder_make(root, sizeof root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    temp_folder_remove(root);
    return 0;
}

static zoe_folder *must_list(void)
{
    zoe_folder *folder = NULL;
    zoe_error error = {0};
    if (zoe_folder_list(root, NULL, NULL, NULL, &folder, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    assert_string_equal(zoe_folder_path(folder), root);
    return folder;
}

/* Entry `index` is that; its path opens it, as what it says. */
static void check(const zoe_folder *folder, size_t index, zoe_folder_kind kind, const char *name,
                  int64_t first, int64_t last, int64_t files, int64_t gaps)
{
    char path[512];
    zoe_folder_entry entry;
    assert_int_equal(zoe_folder_entry_at(folder, index, &entry), ZOE_OK);
    assert_string_equal(entry.name, name);
    snprintf(path, sizeof path, "%s/%s", root, name);
    assert_string_equal(entry.path, path);
    assert_int_equal(entry.kind, kind);
    assert_int_equal(entry.hidden, name[0] == '.');
    assert_int_equal(entry.first, first);
    assert_int_equal(entry.last, last);
    assert_int_equal(entry.files, files);
    assert_int_equal(entry.gaps, gaps);
    if (kind == ZOE_FOLDER_FOLDER)
        return;
    zoe_sequence *sequence = NULL;
    zoe_error error = {0};
    if (zoe_sequence_open(entry.path, NULL, &sequence, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    assert_int_equal(zoe_sequence_first(sequence), first);
    assert_int_equal(zoe_sequence_last(sequence), last);
    assert_int_equal(zoe_sequence_count(sequence) - zoe_sequence_file_count(sequence), gaps);
    zoe_sequence_close(&sequence);
}

static void test_kinds_and_order(void **state)
{
    (void)state;
    temp_folder_add(root, "v10");
    temp_folder_add(root, "v2");
    temp_folder_add(root, ".snapshot");
    temp_folder_add(root, "looks.0001.exr"); /* a folder all the same */
    temp_folder_write_range(root, "shot10.", 1, 3);
    temp_folder_write_range(root, "shot2.", 1001, 1004);
    temp_folder_write_range(root, ".old.", 5, 6);
    temp_folder_write(root, "still.exr", 1);
    temp_folder_write(root, "still10.exr", 1);
    temp_folder_write(root, "one.0042.EXR", 1);
    temp_folder_write(root, "notes.txt", 1);
    temp_folder_write(root, "._shot2.1001.exr", 1);
    char target[256], link[256];
    snprintf(target, sizeof target, "%s/v2", root);
    snprintf(link, sizeof link, "%s/latest", root);
    assert_int_equal(symlink(target, link), 0);
    snprintf(link, sizeof link, "%s/broken", root);
    assert_int_equal(symlink("nowhere", link), 0);

    zoe_folder *folder = must_list();
    size_t i = 0;
    check(folder, i++, ZOE_FOLDER_FOLDER, ".snapshot", 0, 0, 0, 0);
    check(folder, i++, ZOE_FOLDER_FOLDER, "latest", 0, 0, 0, 0);
    check(folder, i++, ZOE_FOLDER_FOLDER, "looks.0001.exr", 0, 0, 0, 0);
    check(folder, i++, ZOE_FOLDER_FOLDER, "v2", 0, 0, 0, 0);
    check(folder, i++, ZOE_FOLDER_FOLDER, "v10", 0, 0, 0, 0);
    check(folder, i++, ZOE_FOLDER_FILE, "._shot2.1001.exr", 1001, 1001, 1, 0);
    check(folder, i++, ZOE_FOLDER_SEQUENCE, ".old.####.exr", 5, 6, 2, 0);
    check(folder, i++, ZOE_FOLDER_FILE, "one.0042.EXR", 42, 42, 1, 0);
    check(folder, i++, ZOE_FOLDER_SEQUENCE, "shot2.####.exr", 1001, 1004, 4, 0);
    check(folder, i++, ZOE_FOLDER_SEQUENCE, "shot10.####.exr", 1, 3, 3, 0);
    check(folder, i++, ZOE_FOLDER_FILE, "still.exr", 0, 0, 1, 0);
    check(folder, i++, ZOE_FOLDER_FILE, "still10.exr", 10, 10, 1, 0);
    assert_int_equal(zoe_folder_count(folder), i);
    zoe_folder_entry entry;
    assert_int_equal(zoe_folder_entry_at(folder, i, &entry), ZOE_ERROR_ARGUMENT);
    zoe_folder_close(&folder);
    assert_null(folder);
    zoe_folder_close(&folder);
    zoe_folder_close(NULL);
}

/* Files of other endings, in any case of letters, beside the folders; sequences are no concern
 * then. */
static void test_other_files(void **state)
{
    (void)state;
    temp_folder_add(root, "luts");
    temp_folder_write(root, "show10.cube", 10);
    temp_folder_write(root, "show2.CUBE", 20);
    temp_folder_write(root, "grade.cc", 1);
    temp_folder_write(root, "grade.ccc", 1);
    temp_folder_write(root, ".cube", 1); /* a name, and no ending */
    temp_folder_write_range(root, "beauty.", 1, 3);
    static const struct {
        const char *endings;
        const char *names[4];
    } tried[] = {{".cube", {"luts", "show2.CUBE", "show10.cube"}},
                 {".cc .cdl  .ccc", {"luts", "grade.cc", "grade.ccc"}},
                 {".ocio", {"luts"}},
                 {"", {"luts"}}};
    for (size_t t = 0; t < sizeof tried / sizeof tried[0]; t++) {
        zoe_folder *folder = NULL;
        zoe_folder_entry entry;
        assert_int_equal(zoe_folder_list_files(root, tried[t].endings, NULL, NULL, &folder, NULL),
                         ZOE_OK);
        size_t i = 0;
        for (; tried[t].names[i]; i++) {
            char path[512];
            assert_int_equal(zoe_folder_entry_at(folder, i, &entry), ZOE_OK);
            assert_string_equal(entry.name, tried[t].names[i]);
            snprintf(path, sizeof path, "%s/%s", root, entry.name);
            assert_string_equal(entry.path, path);
            assert_int_equal(entry.kind, i ? ZOE_FOLDER_FILE : ZOE_FOLDER_FOLDER);
            assert_int_equal(entry.files, i > 0);
        }
        assert_int_equal(zoe_folder_count(folder), i);
        zoe_folder_size size = {0, 0};
        if (t == 0)
            assert_int_equal(zoe_folder_measure(folder, 2, NULL, NULL, &size), ZOE_OK);
        assert_int_equal(size.bytes, t == 0 ? 10 : 0);
        zoe_folder_close(&folder);
    }
    zoe_folder *folder = NULL;
    assert_int_equal(zoe_folder_list_files("/no/such", ".cube", NULL, NULL, &folder, NULL),
                     ZOE_ERROR_NOT_FOUND);
    assert_null(folder);
}

static void test_gaps(void **state)
{
    (void)state;
    temp_folder_write_range(root, "a.", 1, 10);
    temp_folder_write_range(root, "a.", 15, 15);
    temp_folder_write_range(root, "a.", 20, 30);
    /* Two files for one number count as files, not as frames. */
    temp_folder_write(root, "a.0030.EXR", 0);
    temp_folder_write(root, "wide.1.exr", 0);
    temp_folder_write(root, "wide.999999999999999999.exr", 0);
    zoe_folder *folder = must_list();
    check(folder, 0, ZOE_FOLDER_SEQUENCE, "a.####.exr", 1, 30, 23, 8);
    zoe_folder_entry entry;
    assert_int_equal(zoe_folder_entry_at(folder, 1, &entry), ZOE_OK);
    assert_true(entry.gaps == INT64_C(999999999999999997));
    assert_int_equal(zoe_folder_count(folder), 2);
    zoe_folder_close(&folder);
}

/* A number far from the others is no part of their sequence. */
static void test_strays(void **state)
{
    (void)state;
    temp_folder_write_range(root, "a.", 1, 10);
    temp_folder_write_range(root, "a.", 12, 12);
    temp_folder_write(root, "a.999999999999999999.exr", 0);
    zoe_folder *folder = must_list();
    check(folder, 0, ZOE_FOLDER_SEQUENCE, "a.####.exr", 1, 12, 11, 1);
    assert_int_equal(zoe_folder_count(folder), 1);
    zoe_folder_close(&folder);
}

/* What the names hold that patterns are made of. */
static void test_odd_names(void **state)
{
    (void)state;
    temp_folder_write_range(root, "a#b%d.", 1, 2);
    temp_folder_write(root, "take 5 @home#.exr", 0);
    temp_folder_write(root, "p.7.exr", 0);
    temp_folder_write(root, "p.0007.exr", 0);
    temp_folder_write(root, "p.0008.exr", 0);
    zoe_folder *folder = must_list();
    assert_int_equal(zoe_folder_count(folder), 4);
    for (size_t i = 0; i < 4; i++) {
        zoe_folder_entry entry;
        zoe_sequence *sequence = NULL;
        zoe_error error = {0};
        assert_int_equal(zoe_folder_entry_at(folder, i, &entry), ZOE_OK);
        if (zoe_sequence_open(entry.path, NULL, &sequence, &error) != ZOE_OK)
            fail_msg("%s", error.text);
        assert_int_equal(zoe_sequence_file_count(sequence), entry.files);
        assert_int_equal(zoe_sequence_first(sequence), entry.first);
        zoe_sequence_close(&sequence);
    }
    zoe_folder_close(&folder);
}

static void set_time(const char *name, int64_t seconds)
{
    char path[512];
    struct timespec times[2];
    memset(times, 0, sizeof times);
    times[0].tv_sec = times[1].tv_sec = (time_t)seconds;
    snprintf(path, sizeof path, "%s/%s", root, name);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static int cancel_after(void *user)
{
    int *left = user;
    return (*left)-- <= 0;
}

static void test_measuring(void **state)
{
    (void)state;
    temp_folder_add(root, "v1");
    temp_folder_write(root, "a.0001.exr", 1000);
    temp_folder_write(root, "a.0002.exr", 234);
    temp_folder_write(root, "b.exr", 77);
    set_time("a.0001.exr", 5000);
    set_time("a.0002.exr", 4000);
    set_time("b.exr", 3000);
    set_time("v1", 2000);
    zoe_folder *folder = must_list();
    zoe_folder_size size;
    assert_int_equal(zoe_folder_measure(folder, 0, NULL, NULL, &size), ZOE_OK);
    assert_int_equal(size.bytes, 0);
    assert_true(size.modified_ns == INT64_C(2000000000000));
    assert_int_equal(zoe_folder_measure(folder, 1, NULL, NULL, &size), ZOE_OK);
    assert_int_equal(size.bytes, 1234);
    assert_true(size.modified_ns == INT64_C(5000000000000));
    assert_int_equal(zoe_folder_measure(folder, 2, NULL, NULL, &size), ZOE_OK);
    assert_int_equal(size.bytes, 77);
    int left = 1;
    assert_int_equal(zoe_folder_measure(folder, 1, cancel_after, &left, &size), ZOE_STALE);
    assert_int_equal(size.bytes, 77); /* not touched */
    assert_int_equal(zoe_folder_measure(folder, 3, NULL, NULL, &size), ZOE_ERROR_ARGUMENT);
    char path[512];
    snprintf(path, sizeof path, "%s/a.0001.exr", root);
    unlink(path);
    assert_int_equal(zoe_folder_measure(folder, 1, NULL, NULL, &size), ZOE_OK);
    assert_int_equal(size.bytes, 234);
    zoe_folder_close(&folder);
}

static void test_many_names_and_cancelling(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    char path[512];
    for (int i = 0; i < MANY; i++) { /* a link each costs no data block */
        snprintf(path, sizeof path, "%s/%s.%06d.exr", root, i % 2 ? "odd" : "even", i);
        assert_int_equal(symlink("x", path), 0);
    }
    int left = 1 << 30;
    zoe_folder *folder = NULL;
    zoe_error error = {0};
    assert_int_equal(zoe_folder_list(root, NULL, cancel_after, &left, &folder, &error), ZOE_OK);
    assert_in_range((1 << 30) - left, MANY, MANY + 16); /* asked before each name */
    assert_int_equal(zoe_folder_count(folder), 2);
    check(folder, 0, ZOE_FOLDER_SEQUENCE, "even.######.exr", 0, MANY - 2, MANY / 2, MANY / 2 - 1);
    zoe_folder_close(&folder);
    left = 500;
    assert_int_equal(zoe_folder_list(root, NULL, cancel_after, &left, &folder, &error), ZOE_STALE);
    assert_int_equal(left, -1); /* and not once more after it said so */
    assert_null(folder);
    assert_non_null(strstr(error.text, root));
    left = 500;
    assert_int_equal(zoe_folder_search(root, NULL, cancel_after, &left, &folder, &error),
                     ZOE_STALE);
    assert_null(folder);
}

static void test_errors_name_the_path(void **state)
{
    (void)state;
    char path[512];
    zoe_folder *folder = NULL;
    zoe_error error = {0};
    snprintf(path, sizeof path, "%s/nothing", root);
    assert_int_equal(zoe_folder_list(path, NULL, NULL, NULL, &folder, &error), ZOE_ERROR_NOT_FOUND);
    assert_non_null(strstr(error.text, path));
    temp_folder_write(root, "file.exr", 0);
    snprintf(path, sizeof path, "%s/file.exr", root);
    assert_int_equal(zoe_folder_list(path, NULL, NULL, NULL, &folder, &error), ZOE_ERROR_NOT_FOUND);
    assert_non_null(strstr(error.text, path));
    assert_int_equal(zoe_folder_list("", NULL, NULL, NULL, &folder, &error), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_folder_list(NULL, NULL, NULL, NULL, &folder, &error), ZOE_ERROR_ARGUMENT);
    assert_null(folder);
    temp_folder_add(root, "closed");
    snprintf(path, sizeof path, "%s/closed", root);
    assert_int_equal(chmod(path, 0), 0);
    /* Root may read everything: be somebody else for the moment. */
    bool is_root = geteuid() == 0;
    if (!is_root || seteuid(65534) == 0) {
        zoe_status status = zoe_folder_list(path, NULL, NULL, NULL, &folder, &error);
        if (is_root)
            assert_int_equal(seteuid(0), 0);
        assert_int_equal(status, ZOE_ERROR_PERMISSION);
        assert_non_null(strstr(error.text, path));
    }
    assert_int_equal(chmod(path, 0700), 0);
}

static void test_slashes_and_the_root(void **state)
{
    (void)state;
    char path[512];
    temp_folder_add(root, "a");
    snprintf(path, sizeof path, "%s//", root);
    zoe_folder *folder = NULL;
    zoe_folder_entry entry;
    assert_int_equal(zoe_folder_list(path, NULL, NULL, NULL, &folder, NULL), ZOE_OK);
    check(folder, 0, ZOE_FOLDER_FOLDER, "a", 0, 0, 0, 0);
    zoe_folder_close(&folder);
    assert_int_equal(zoe_folder_list("/", NULL, NULL, NULL, &folder, NULL), ZOE_OK);
    bool tmp_seen = false;
    for (size_t i = 0; zoe_folder_entry_at(folder, i, &entry) == ZOE_OK; i++)
        tmp_seen = tmp_seen || (!strcmp(entry.name, "tmp") && !strcmp(entry.path, "/tmp"));
    assert_true(tmp_seen);
    zoe_folder_close(&folder);
}

static void add_file_below(const char *below, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", root, below);
    temp_folder_write(path, name, 0);
}

static void test_searching_below(void **state)
{
    (void)state;
    static const char *const folders[] = {"comp",   "comp/v10", "comp/v2", "comp/v2/old",
                                          "plates", "plates/a", ".trash",  "1",
                                          "1/2",    "1/2/3",    "1/2/3/4", "1/2/3/4/5"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        temp_folder_add(root, folders[i]);
    add_file_below("comp/v10", "a.0001.exr");
    add_file_below("comp/v2", "a.0001.exr");
    add_file_below("comp/v2/old", "a.0001.exr"); /* below one that has some */
    add_file_below(".trash", "a.0001.exr");
    add_file_below("plates/a", "a.mov");
    add_file_below("1/2/3/4", "deep.exr");
    temp_folder_write(root, "own.exr", 0); /* not below */
    char link[256];
    snprintf(link, sizeof link, "%s/plates/loop", root);
    assert_int_equal(symlink("..", link), 0);

    zoe_folder *folder = NULL;
    zoe_error error = {0};
    assert_int_equal(zoe_folder_search(root, NULL, NULL, NULL, &folder, &error), ZOE_OK);
    check(folder, 0, ZOE_FOLDER_FOLDER, "1/2/3/4", 0, 0, 0, 0);
    check(folder, 1, ZOE_FOLDER_FOLDER, "comp/v2", 0, 0, 0, 0);
    check(folder, 2, ZOE_FOLDER_FOLDER, "comp/v10", 0, 0, 0, 0);
    assert_int_equal(zoe_folder_count(folder), 3);
    assert_int_equal(zoe_folder_is_cut(folder), 0);
    zoe_folder_close(&folder);
    snprintf(link, sizeof link, "%s/1/2/3/4/deep.exr", root);
    unlink(link);
    add_file_below("1/2/3/4/5", "deeper.exr");
    assert_int_equal(zoe_folder_search(root, NULL, NULL, NULL, &folder, &error), ZOE_OK);
    assert_int_equal(zoe_folder_count(folder), 2);
    assert_int_equal(zoe_folder_is_cut(folder), 1);
    zoe_folder_close(&folder);
    snprintf(link, sizeof link, "%s/nothing", root);
    assert_int_equal(zoe_folder_search(link, NULL, NULL, NULL, &folder, &error),
                     ZOE_ERROR_NOT_FOUND);
    assert_non_null(strstr(error.text, link));
}

static void test_searching_ends_at_its_limits(void **state)
{
    (void)state;
    char name[64];
    for (int i = 0; i < ZOE_FOLDER_SEARCH_FOLDERS + 5; i++) {
        snprintf(name, sizeof name, "f%d", i);
        temp_folder_add(root, name);
    }
    zoe_folder *folder = NULL;
    assert_int_equal(zoe_folder_search(root, NULL, NULL, NULL, &folder, NULL), ZOE_OK);
    assert_int_equal(zoe_folder_count(folder), 0);
    assert_int_equal(zoe_folder_is_cut(folder), 1);
    zoe_folder_close(&folder);
    for (int i = 0; i < ZOE_FOLDER_SEARCH_FOUND + 5; i++) {
        snprintf(name, sizeof name, "f%d", i);
        add_file_below(name, "a.exr");
    }
    assert_int_equal(zoe_folder_search(root, NULL, NULL, NULL, &folder, NULL), ZOE_OK);
    assert_int_equal(zoe_folder_count(folder), ZOE_FOLDER_SEARCH_FOUND);
    assert_int_equal(zoe_folder_is_cut(folder), 1);
    zoe_folder_close(&folder);
}

/* Every allocation and call in turn fails: an error, and nothing is lost. */
static void test_each_call_fails(void **state)
{
    (void)state;
    temp_folder_add(root, "a");
    temp_folder_add(root, "b");
    temp_folder_write_range(root, "s.", 1, 3);
    temp_folder_write(root, "one.7.exr", 0);
    add_file_below("a", "x.exr");
    for (int searches = 0; searches < 2; searches++) {
        zoe_status status = ZOE_ERROR_IO;
        uint64_t n = 1;
        for (; n < 1000; n++) {
            zoe_folder *folder = NULL;
            zoe_error error = {0};
            zoe_os_fail_at(n, 0);
            status = searches ? zoe_folder_search(root, NULL, NULL, NULL, &folder, &error)
                              : zoe_folder_list(root, NULL, NULL, NULL, &folder, &error);
            uint64_t calls = zoe_os_fail_at(0, 0);
            assert_true(status == ZOE_OK ? folder != NULL : folder == NULL);
            zoe_folder_close(&folder);
            if (calls < n)
                break;
            assert_true(status == ZOE_ERROR_NO_MEMORY || status == ZOE_OK);
        }
        assert_int_equal(status, ZOE_OK);
        assert_true(n > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kinds_and_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gaps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_strays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_odd_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_measuring, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_names_and_cancelling, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_errors_name_the_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slashes_and_the_root, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_searching_below, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_searching_ends_at_its_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_each_call_fails, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
