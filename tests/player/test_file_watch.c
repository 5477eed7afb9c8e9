/* Watching one file: what counts as a change, and how often it is looked at. */
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

#include <zoetrope/transport.h>

#include "model/file_watch.h"

static const uint64_t second = 1000000000u;

static char path[64];

static void write_text(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void set_age(int seconds)
{
    struct timespec times[2];
    memset(times, 0, sizeof times);
    times[0].tv_sec = times[1].tv_sec = time(NULL) - seconds;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(path, "/tmp/zoetrope-watch-XXXXXX");
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static void a_change_is_seen_once(void **state)
{
    zoe_file_watch watch;
    (void)state;
    set_age(1000);
    zoe_file_watch_init(&watch);
    zoe_file_watch_set(&watch, path, second);
    assert_int_equal(zoe_file_watch_look(&watch, 8 * second), 1);
    assert_int_equal(zoe_file_watch_look(&watch, 10 * second), 0);
    write_text("more");
    set_age(1000);
    assert_int_equal(zoe_file_watch_look(&watch, 12 * second), 1);
    assert_int_equal(zoe_file_watch_look(&watch, 14 * second), 0);
    set_age(900);
    assert_int_equal(zoe_file_watch_look(&watch, 16 * second), 1);
    unlink(path);
    assert_int_equal(zoe_file_watch_look(&watch, 18 * second), 1);
    assert_int_equal(zoe_file_watch_look(&watch, 20 * second), 0);
    write_text("again");
    assert_int_equal(zoe_file_watch_look(&watch, 22 * second), 1);
}

/* Whenever it changed last: the frame may have been read before. */
static void another_file_counts_once(void **state)
{
    zoe_file_watch watch;
    (void)state;
    set_age(1000);
    zoe_file_watch_init(&watch);
    zoe_file_watch_set(&watch, path, second);
    assert_int_equal(zoe_file_watch_look(&watch, 3 * second), 1);
    zoe_file_watch_set(&watch, path, 4 * second);
    assert_int_equal(zoe_file_watch_look(&watch, 5 * second), 0);
}

static void it_looks_once_a_second(void **state)
{
    zoe_file_watch watch;
    (void)state;
    zoe_file_watch_init(&watch);
    assert_true(watch.due_ns == ZOE_NEVER);
    assert_int_equal(zoe_file_watch_look(&watch, second), 0);
    zoe_file_watch_set(&watch, path, second);
    assert_true(watch.due_ns == 2 * second);
    assert_int_equal(zoe_file_watch_look(&watch, 2 * second - 1), 0);
    assert_int_equal(zoe_file_watch_look(&watch, 2 * second), 1);
    write_text("more");
    assert_int_equal(zoe_file_watch_look(&watch, 2 * second + 1), 0);
    assert_int_equal(zoe_file_watch_look(&watch, 3 * second), 1);
    zoe_file_watch_set(&watch, NULL, 3 * second);
    assert_true(watch.due_ns == ZOE_NEVER);
    write_text("still more");
    assert_int_equal(zoe_file_watch_look(&watch, 9 * second), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_change_is_seen_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_file_counts_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_looks_once_a_second, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("file watch", tests, NULL, NULL);
}
