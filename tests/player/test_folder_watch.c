/* Watching folders: what counts as a change, how changes are gathered, polling, folders that go. */
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

#include <zoetrope/transport.h>

#include "model/folder_poll.h"
#include "model/folder_watch.h"
#include "support/temp_folder.h"

static const uint64_t ms = 1000000, second = 1000000000;

static char root[128];
static zoe_folder_watch *watch;
static zoe_folder_change change;

static int set_up(void **state)
{
    (void)state;
    temp_folder_make(root, sizeof root);
    watch = zoe_folder_watch_create(ZOE_FOLDER_WATCH_AUTO);
    return watch ? 0 : -1;
}

static int set_up_polled(void **state)
{
    (void)state;
    temp_folder_make(root, sizeof root);
    watch = zoe_folder_watch_create(ZOE_FOLDER_WATCH_POLL);
    return watch ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    zoe_folder_watch_destroy(&watch);
    zoe_folder_watch_destroy(&watch);
    temp_folder_remove(root);
    return 0;
}

static void watch_root(uint64_t now_ns)
{
    const char *folders[] = {root};
    assert_int_equal(zoe_folder_watch_set(watch, folders, 1, now_ns), ZOE_OK);
}

/* What is told of the only folder at `now_ns`, into `change`; names separated by spaces. */
static void check_told(uint64_t now_ns, const char *expected)
{
    char names[4096] = "";
    zoe_folder_watch_look(watch, now_ns);
    if (zoe_folder_watch_take(watch, now_ns, &change)) {
        assert_string_equal(change.folder, root);
        strcpy(names, change.all ? "all" : "");
        for (int i = 0; i < change.count; i++) {
            strcat(names, i ? " " : "");
            strcat(names, change.names[i]);
        }
    }
    assert_string_equal(names, expected);
    assert_int_equal(zoe_folder_watch_take(watch, now_ns, &change), 0);
}

static void rename_file(const char *from, const char *to)
{
    char old[512], new[512];
    snprintf(old, sizeof old, "%s/%s", root, from);
    snprintf(new, sizeof new, "%s/%s", root, to);
    assert_int_equal(rename(old, new), 0);
}

static void remove_file(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", root, name);
    assert_int_equal(remove(path), 0);
}

static void nothing_watched(void **state)
{
    (void)state;
    assert_true(zoe_folder_watch_due_ns(watch) == ZOE_NEVER);
    assert_int_equal(zoe_folder_watch_look(watch, second), 0);
    assert_true(zoe_folder_watch_fd(watch) >= 0);
    assert_int_equal(zoe_folder_watch_how(watch, root), 0);
}

static void create_write_over_rename_delete(void **state)
{
    (void)state;
    temp_folder_write(root, "a.0001.exr", 10);
    watch_root(second);
    assert_int_equal(zoe_folder_watch_how(watch, root), 1);
    assert_true(zoe_folder_watch_due_ns(watch) == ZOE_NEVER);
    check_told(second, "");

    temp_folder_write(root, "a.0002.EXR", 10);
    check_told(2 * second, ""); /* it is gathered first */
    assert_true(zoe_folder_watch_due_ns(watch) == 2 * second + 250 * ms);
    check_told(2 * second + 250 * ms - 1, "");
    check_told(2 * second + 250 * ms, "a.0002.EXR");
    assert_true(zoe_folder_watch_due_ns(watch) == ZOE_NEVER);

    temp_folder_write(root, "a.0001.exr", 20); /* over the old one */
    check_told(3 * second, "");
    check_told(4 * second, "a.0001.exr");

    temp_folder_write(root, ".a.0003.exr.tmp", 20);
    temp_folder_write(root, "notes.txt", 20);
    temp_folder_add(root, "folder.exr");
    check_told(5 * second, "");
    check_told(6 * second, ""); /* none of them a frame */
    rename_file(".a.0003.exr.tmp", "a.0003.exr");
    check_told(7 * second, "");
    check_told(8 * second, "a.0003.exr");

    rename_file("a.0003.exr", "a.0004.exr");
    remove_file("a.0001.exr");
    check_told(9 * second, "");
    check_told(10 * second, "a.0003.exr a.0004.exr a.0001.exr");
}

static void each_name_once_and_not_too_many(void **state)
{
    (void)state;
    watch_root(second);
    for (int i = 0; i < 5; i++)
        temp_folder_write_range(root, "a.", 1, 3);
    check_told(second, "");
    check_told(2 * second, "a.0001.exr a.0002.exr a.0003.exr");
    temp_folder_write_range(root, "b.", 1, ZOE_FOLDER_WATCH_NAMES);
    zoe_folder_watch_look(watch, 3 * second);
    assert_int_equal(zoe_folder_watch_take(watch, 4 * second, &change), 1);
    assert_int_equal(change.all, 0);
    assert_int_equal(change.count, ZOE_FOLDER_WATCH_NAMES);
    temp_folder_write_range(root, "c.", 1, ZOE_FOLDER_WATCH_NAMES + 1);
    check_told(5 * second, "");
    check_told(6 * second, "all");
}

/* More than the kernel's queue holds. */
static void an_overflow_is_all(void **state)
{
    (void)state;
    FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    int most = 16384;
    if (file) {
        if (fscanf(file, "%d", &most) != 1)
            most = 16384;
        fclose(file);
    }
    if (most > 200000)
        skip();
    temp_folder_write_range(root, "a.", 1, 2);
    watch_root(second);
    for (int i = 0; i <= most / 2 + 1; i++) { /* the same event twice in a row is one */
        rename_file(i % 2 ? "b.exr" : "a.0001.exr", i % 2 ? "a.0001.exr" : "b.exr");
    }
    check_told(second, "");
    check_told(2 * second, "all");
    temp_folder_write(root, "c.exr", 1);
    check_told(3 * second, "");
    check_told(4 * second, "c.exr");
}

static void several_folders(void **state)
{
    (void)state;
    char a[256], b[256], link[256];
    temp_folder_add(root, "a");
    temp_folder_add(root, "b");
    snprintf(a, sizeof a, "%s/a", root);
    snprintf(b, sizeof b, "%s/b", root);
    snprintf(link, sizeof link, "%s/link", root);
    assert_int_equal(symlink(a, link), 0);
    const char *all[] = {a, b, a, link};
    assert_int_equal(zoe_folder_watch_set(watch, all, 4, second), ZOE_OK);
    temp_folder_write(a, "x.exr", 1);
    zoe_folder_watch_look(watch, second);
    assert_int_equal(zoe_folder_watch_take(watch, 2 * second, &change), 1);
    assert_string_equal(change.folder, a);
    assert_int_equal(zoe_folder_watch_take(watch, 2 * second, &change), 1);
    assert_string_equal(change.folder, link); /* the same folder */
    assert_int_equal(zoe_folder_watch_take(watch, 2 * second, &change), 0);
    /* Without a; the link still leads there, and what is known of b stays. */
    temp_folder_write(b, "y.exr", 1);
    zoe_folder_watch_look(watch, 2 * second);
    const char *rest[] = {link, b};
    assert_int_equal(zoe_folder_watch_set(watch, rest, 2, 2 * second), ZOE_OK);
    assert_int_equal(zoe_folder_watch_how(watch, a), 0);
    temp_folder_write(a, "z.exr", 1);
    zoe_folder_watch_look(watch, 2 * second);
    assert_int_equal(zoe_folder_watch_take(watch, 3 * second, &change), 1);
    assert_string_equal(change.folder, b);
    assert_string_equal(change.names[0], "y.exr");
    assert_int_equal(zoe_folder_watch_take(watch, 3 * second, &change), 1);
    assert_string_equal(change.folder, link);
    assert_string_equal(change.names[0], "z.exr");
    assert_int_equal(zoe_folder_watch_set(watch, NULL, 0, 3 * second), ZOE_OK);
    temp_folder_write(b, "w.exr", 1);
    assert_int_equal(zoe_folder_watch_look(watch, 9 * second), 0);
    assert_true(zoe_folder_watch_due_ns(watch) == ZOE_NEVER);
}

static void a_folder_that_goes_and_comes_back(void **state)
{
    (void)state;
    char aside[256];
    snprintf(aside, sizeof aside, "%s.aside", root);
    watch_root(second);
    assert_int_equal(rename(root, aside), 0);
    check_told(second, "");
    check_told(2 * second, "all");
    assert_int_equal(zoe_folder_watch_how(watch, root), 2);
    check_told(5 * second, "");
    assert_int_equal(rename(aside, root), 0);
    check_told(8 * second, "");
    assert_int_equal(zoe_folder_watch_how(watch, root), 1);
    check_told(9 * second, "all");
    temp_folder_write(root, "a.exr", 1);
    check_told(10 * second, "");
    check_told(11 * second, "a.exr");
    assert_int_equal(unlink(strcat(strcpy(aside, root), "/a.exr")), 0);
    assert_int_equal(rmdir(root), 0);
    check_told(12 * second, "");
    check_told(13 * second, "all");
    assert_int_equal(mkdir(root, 0700), 0);
    check_told(16 * second, "");
    check_told(17 * second, "all");
    assert_int_equal(zoe_folder_watch_how(watch, root), 1);
}

static void a_folder_that_is_not_there_yet(void **state)
{
    (void)state;
    temp_folder_remove(root);
    watch_root(second);
    assert_int_equal(zoe_folder_watch_how(watch, root), 2);
    check_told(3 * second, "");
    assert_int_equal(mkdir(root, 0700), 0);
    check_told(6 * second, "");
    check_told(7 * second, "all");
    assert_int_equal(zoe_folder_watch_how(watch, root), 1);
}

/* ---- polled ---- */

static void set_time(const char *name, int64_t seconds)
{
    char path[512];
    struct timespec times[2];
    memset(times, 0, sizeof times);
    times[0].tv_sec = times[1].tv_sec = (time_t)seconds;
    snprintf(path, sizeof path, "%s/%s", root, name);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void polling_every_two_seconds(void **state)
{
    (void)state;
    assert_int_equal(zoe_folder_watch_fd(watch), -1);
    temp_folder_write_range(root, "a.", 1, 3);
    set_time(".", 1000); /* a change shows whatever the clock's grain */
    watch_root(second);
    assert_int_equal(zoe_folder_watch_how(watch, root), 2);
    assert_true(zoe_folder_watch_due_ns(watch) == 3 * second);
    check_told(3 * second, "");
    /* Written over. */
    temp_folder_write(root, "a.0002.exr", 77);
    check_told(5 * second - 1, "");
    check_told(5 * second, "");
    check_told(6 * second, "a.0002.exr");
    /* New, gone. */
    temp_folder_write(root, "a.0004.exr", 1);
    check_told(7 * second, "");
    check_told(8 * second, "all");
    set_time(".", 2000);
    check_told(9 * second, "");
    check_told(10 * second, "all");
    remove_file("a.0001.exr");
    check_told(11 * second, "");
    check_told(12 * second, "all");
    check_told(14 * second, "");
    temp_folder_remove(root);
    check_told(16 * second, "");
    check_told(17 * second, "all");
    check_told(30 * second, "");
    assert_int_equal(mkdir(root, 0700), 0);
    check_told(33 * second, "");
    check_told(34 * second, "all");
    assert_int_equal(zoe_folder_watch_how(watch, root), 2);
}

/* More files than are looked at each time: in turn, all of them. */
static void polling_many_files(void **state)
{
    (void)state;
    enum { FILES = 3 * ZOE_FOLDER_POLL_LOOKS };
    temp_folder_write_range(root, "a.", 1, FILES);
    set_time(".", 1000);
    watch_root(second);
    uint64_t now = second;
    for (int i = 0; i < 3; i++)
        check_told(now += 2 * second, "");
    set_time("a.0010.exr", 5000);
    set_time("a.0500.exr", 5000);
    set_time("a.0760.exr", 5000);
    int found = 0;
    for (int i = 0; i < 3; i++) {
        zoe_folder_watch_look(watch, now += 2 * second);
        if (zoe_folder_watch_take(watch, now + second, &change)) {
            assert_int_equal(change.all, 0);
            found += change.count;
        }
    }
    assert_int_equal(found, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_watched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(create_write_over_rename_delete, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_name_once_and_not_too_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_overflow_is_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(several_folders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_goes_and_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_is_not_there_yet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(polling_every_two_seconds, set_up_polled, tear_down),
        cmocka_unit_test_setup_teardown(polling_many_files, set_up_polled, tear_down),
    };
    return cmocka_run_group_tests_name("folder watch", tests, NULL, NULL);
}
