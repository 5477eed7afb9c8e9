/*
 * The browser over real folders: what it finds, that its calls never wait for the thread, that a
 * thread which hangs is left behind, filter, order, completion.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/browser.h"
#include "model/task.h"
#include "support/temp_folder.h"
#include "support/threads.h"

static char root[128];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
/* guarded by lock */
static int notified;
static bool gate_is_closed; /* zoe_folder_list() hangs, as on a file system that does not answer */
static int hanging, ended, cancelled;

/* ---- a file system that does not answer ---- */

zoe_status __real_zoe_folder_list(const char *path, zoe_storage *storage,
                                  zoe_folder_cancel_fn *cancel, void *user, zoe_folder **folder,
                                  zoe_error *error);
zoe_status __wrap_zoe_folder_list(const char *path, zoe_storage *storage,
                                  zoe_folder_cancel_fn *cancel, void *user, zoe_folder **folder,
                                  zoe_error *error);

zoe_status __wrap_zoe_folder_list(const char *path, zoe_storage *storage,
                                  zoe_folder_cancel_fn *cancel, void *user, zoe_folder **folder,
                                  zoe_error *error)
{
    pthread_mutex_lock(&lock);
    hanging++;
    pthread_cond_broadcast(&moved);
    while (gate_is_closed)
        pthread_cond_wait(&moved, &lock);
    hanging--;
    pthread_mutex_unlock(&lock);
    zoe_status status = __real_zoe_folder_list(path, storage, cancel, user, folder, error);
    pthread_mutex_lock(&lock);
    cancelled += status == ZOE_STALE;
    ended++;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&lock);
    return status;
}

static void set_gate(bool closed)
{
    pthread_mutex_lock(&lock);
    gate_is_closed = closed;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&lock);
}

/* Until `*count` is that. */
static void wait_for(const int *count, int value)
{
    pthread_mutex_lock(&lock);
    while (*count != value)
        pthread_cond_wait(&moved, &lock);
    pthread_mutex_unlock(&lock);
}

/* ---- a browser ---- */

static zoe_browser *browser;
static int threads_before;

static void on_notify(void *user)
{
    assert_ptr_equal(user, root);
    pthread_mutex_lock(&lock);
    notified++;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&lock);
}

static int set_up(void **state)
{
    (void)state;
    temp_folder_make(root, sizeof root);
    notified = hanging = ended = cancelled = 0;
    gate_is_closed = false;
    threads_before = threads_count();
    browser = zoe_browser_create(on_notify, root);
    return browser ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    set_gate(false);
    zoe_browser_destroy(&browser);
    threads_wait_for(threads_before);
    temp_folder_remove(root);
    return 0;
}

/* Takes in what comes until it is over, being woken by the notifications alone. */
static void finish(void)
{
    for (;;) {
        pthread_mutex_lock(&lock);
        int seen = notified;
        pthread_mutex_unlock(&lock);
        zoe_browser_update(browser);
        zoe_browser_state state = zoe_browser_state_now(browser);
        bool is_over =
            state == ZOE_BROWSER_DONE || state == ZOE_BROWSER_FAILED || state == ZOE_BROWSER_IDLE;
        if (is_over && !zoe_browser_completed(browser)->is_pending)
            return;
        pthread_mutex_lock(&lock);
        while (notified == seen)
            pthread_cond_wait(&moved, &lock);
        pthread_mutex_unlock(&lock);
    }
}

static void go(const char *text)
{
    zoe_error error = {0};
    if (zoe_browser_go(browser, text, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

static void go_and_finish(const char *text)
{
    go(text);
    finish();
    if (zoe_browser_state_now(browser) == ZOE_BROWSER_FAILED)
        fail_msg("%s", zoe_browser_error(browser)->text);
}

static const char *name_at(size_t index)
{
    static zoe_browser_row row;
    assert_int_equal(zoe_browser_row_at(browser, index, &row), ZOE_OK);
    return row.entry.name;
}

/* The names of all rows, in order, separated by spaces. */
static void check_rows(const char *expected)
{
    char names[4096] = "";
    size_t length = 0;
    for (size_t i = 0; i < zoe_browser_count(browser); i++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s", i ? " " : "",
                                   name_at(i));
    assert_string_equal(names, expected);
}

static void below(char path[512], const char *name)
{
    snprintf(path, 512, "%s/%s", root, name);
}

static void fill(void)
{
    temp_folder_add(root, "v2");
    temp_folder_add(root, "v10");
    temp_folder_add(root, ".hidden");
    temp_folder_write(root, "beauty.0001.exr", 1000);
    temp_folder_write(root, "beauty.0002.exr", 1000);
    temp_folder_write(root, "Beauty_left.0001.exr", 5);
    temp_folder_write(root, "matte.exr", 10000);
    temp_folder_write(root, "matte10.exr", 70);
    temp_folder_write(root, "notes.txt", 1);
}

static void rows_sizes_and_path(void **state)
{
    (void)state;
    fill();
    assert_int_equal(zoe_browser_state_now(browser), ZOE_BROWSER_IDLE);
    uint64_t changes = zoe_browser_changes(browser);
    go_and_finish(root);
    assert_true(zoe_browser_changes(browser) > changes);
    assert_string_equal(zoe_browser_path(browser), root);
    assert_string_equal(zoe_browser_sequence(browser), "");
    check_rows("v2 v10 beauty.####.exr Beauty_left.0001.exr matte.exr matte10.exr");
    zoe_browser_row row;
    assert_int_equal(zoe_browser_row_at(browser, 2, &row), ZOE_OK);
    assert_int_equal(row.is_measured, 1);
    assert_int_equal(row.is_below, 0);
    assert_int_equal(row.size.bytes, 2000);
    assert_true(row.size.modified_ns > 0);
    assert_int_equal(row.entry.files, 2);
    assert_int_equal(zoe_browser_find(browser, "matte.exr"), 4);
    assert_int_equal(zoe_browser_find(browser, "nosuch"), -1);
    assert_int_equal(zoe_browser_row_at(browser, 6, &row), ZOE_ERROR_ARGUMENT);
    assert_true(zoe_browser_progress(browser) >= 10);
    assert_int_equal(zoe_browser_update(browser), 0); /* nothing new */
}

static void filter_and_order(void **state)
{
    (void)state;
    fill();
    go_and_finish(root);
    zoe_browser_filter(browser, "BEAU");
    check_rows("beauty.####.exr Beauty_left.0001.exr");
    zoe_browser_filter(browser, " left  beau ");
    check_rows("Beauty_left.0001.exr");
    zoe_browser_filter(browser, "nosuch");
    check_rows("");
    zoe_browser_filter(browser, "");
    zoe_browser_sort_by(browser, ZOE_BROWSER_BY_SIZE, 0);
    check_rows("v2 v10 Beauty_left.0001.exr matte10.exr beauty.####.exr matte.exr");
    zoe_browser_sort_by(browser, ZOE_BROWSER_BY_SIZE, 1);
    check_rows("v2 v10 matte.exr beauty.####.exr matte10.exr Beauty_left.0001.exr");
    zoe_browser_sort_by(browser, ZOE_BROWSER_BY_NAME, 1);
    check_rows("v10 v2 matte10.exr matte.exr Beauty_left.0001.exr beauty.####.exr");
    zoe_browser_filter(browser, "matte");
    go_and_finish("v2"); /* a new folder is not filtered, and sorted as the last one */
    check_rows("");
    go_and_finish("..");
    check_rows("v10 v2 matte10.exr matte.exr Beauty_left.0001.exr beauty.####.exr");
}

static void order_by_date(void **state)
{
    (void)state;
    fill();
    const char *const names[] = {"matte.exr",       "v10",         "beauty.0002.exr",     "v2",
                                 "beauty.0001.exr", "matte10.exr", "Beauty_left.0001.exr"};
    for (int i = 0; i < 7; i++) {
        char path[512];
        struct timespec times[2];
        memset(times, 0, sizeof times);
        times[0].tv_sec = times[1].tv_sec = 1000 + i;
        below(path, names[i]);
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    }
    go_and_finish(root);
    zoe_browser_sort_by(browser, ZOE_BROWSER_BY_DATE, 0);
    check_rows("v10 v2 matte.exr beauty.####.exr matte10.exr Beauty_left.0001.exr");
    zoe_browser_sort_by(browser, ZOE_BROWSER_BY_DATE, 1);
    check_rows("v2 v10 Beauty_left.0001.exr matte10.exr beauty.####.exr matte.exr");
}

static void folders_below_that_have_some(void **state)
{
    (void)state;
    char path[512];
    temp_folder_add(root, "comp");
    temp_folder_add(root, "comp/v2");
    temp_folder_add(root, "comp/v10");
    temp_folder_add(root, "empty");
    below(path, "comp/v10");
    temp_folder_write_range(path, "a.", 1, 2);
    below(path, "comp/v2");
    temp_folder_write_range(path, "a.", 1, 2);
    go_and_finish(root);
    check_rows("comp empty comp/v2 comp/v10");
    zoe_browser_row row;
    assert_int_equal(zoe_browser_row_at(browser, 2, &row), ZOE_OK);
    assert_int_equal(row.is_below, 1);
    assert_int_equal(row.is_measured, 1);
    assert_true(row.size.modified_ns > 0);
    assert_int_equal(zoe_browser_is_cut(browser), 0);
    zoe_browser_filter(browser, "v10");
    check_rows("comp/v10");
    /* One that is here and has some is listed once. */
    below(path, "empty");
    temp_folder_write_range(path, "a.", 1, 2);
    go_and_finish(root);
    check_rows("comp comp/v2 comp/v10 empty");
    assert_int_equal(zoe_browser_row_at(browser, 3, &row), ZOE_OK);
    assert_int_equal(row.is_below, 1);
}

static void up_and_relative(void **state)
{
    (void)state;
    fill();
    char path[512];
    below(path, "v2");
    go_and_finish(path);
    assert_string_equal(zoe_browser_path(browser), path);
    assert_int_equal(zoe_browser_up(browser, NULL), ZOE_OK);
    finish();
    assert_string_equal(zoe_browser_path(browser), root);
    assert_int_equal(zoe_browser_find(browser, "v2"), 0);
    setenv("HOME", root, 1);
    go_and_finish("~/v10");
    below(path, "v10");
    assert_string_equal(zoe_browser_path(browser), path);
    go_and_finish("/");
    assert_int_equal(zoe_browser_up(browser, NULL), ZOE_OK);
    finish();
    assert_string_equal(zoe_browser_path(browser), "/");
}

static void the_path_of_a_sequence(void **state)
{
    (void)state;
    fill();
    char path[512];
    const char *const names[] = {"beauty.0002.exr", "beauty.####.exr", "beauty.1-2@@@@.exr"};
    for (int i = 0; i < 3; i++) {
        below(path, names[i]);
        go_and_finish(path);
        assert_string_equal(zoe_browser_sequence(browser), path);
        assert_string_equal(zoe_browser_path(browser), root);
        assert_int_equal(zoe_browser_count(browser), 6);
    }
    go_and_finish("v2");
    assert_string_equal(zoe_browser_sequence(browser), "");
}

static void errors_name_the_path(void **state)
{
    (void)state;
    char path[512];
    below(path, "nosuch");
    go(path);
    finish();
    assert_int_equal(zoe_browser_state_now(browser), ZOE_BROWSER_FAILED);
    assert_int_equal(zoe_browser_error(browser)->status, ZOE_ERROR_NOT_FOUND);
    assert_non_null(strstr(zoe_browser_error(browser)->text, path));
    assert_int_equal(zoe_browser_count(browser), 0);
    temp_folder_add(root, "closed");
    below(path, "closed");
    assert_int_equal(chmod(path, 0), 0);
    if (access(path, R_OK) != 0) { /* root may read it */
        go(path);
        finish();
        assert_int_equal(zoe_browser_error(browser)->status, ZOE_ERROR_PERMISSION);
    }
    chmod(path, 0700);
    go_and_finish(root);
    assert_string_equal(zoe_browser_error(browser)->text, "");
    unsetenv("HOME");
    zoe_error error = {0};
    assert_int_equal(zoe_browser_go(browser, "~/x", &error), ZOE_ERROR_NOT_FOUND);
    assert_non_null(strstr(error.text, "~/x"));
    assert_int_equal(zoe_browser_state_now(browser), ZOE_BROWSER_FAILED);
    assert_int_equal(zoe_browser_count(browser), 0);
}

/* While the thread hangs, everything answers; what it finds later is not taken for the new
 * folder. */
static void a_folder_that_hangs_is_left_behind(void **state)
{
    (void)state;
    fill();
    char path[512];
    set_gate(true);
    go(root);
    wait_for(&hanging, 1);
    assert_int_equal(zoe_browser_update(browser), 0);
    assert_int_equal(zoe_browser_state_now(browser), ZOE_BROWSER_LISTING);
    zoe_browser_filter(browser, "x");
    zoe_browser_sort_by(browser, ZOE_BROWSER_BY_DATE, 1);
    assert_int_equal(zoe_browser_count(browser), 0);
    below(path, "v2");
    go(path); /* the first one still hangs */
    wait_for(&hanging, 2);
    zoe_browser_stop(browser);
    assert_int_equal(zoe_browser_state_now(browser), ZOE_BROWSER_IDLE);
    below(path, "v10");
    go(path);
    wait_for(&hanging, 3);
    set_gate(false);
    wait_for(&ended, 3);
    finish();
    assert_int_equal(cancelled, 2); /* those that were left read nothing any more */
    assert_string_equal(zoe_browser_path(browser), path);
    check_rows("");
}

static void destroyed_while_it_hangs(void **state)
{
    (void)state;
    fill();
    set_gate(true);
    go(root);
    zoe_browser_complete(browser, "/");
    wait_for(&hanging, 2);
    zoe_browser_destroy(&browser);
    assert_null(browser);
    zoe_browser_destroy(&browser);
    pthread_mutex_lock(&lock);
    int seen = notified;
    pthread_mutex_unlock(&lock);
    set_gate(false);
    wait_for(&ended, 2);
    threads_wait_for(threads_before);
    assert_int_equal(notified, seen); /* nobody is told any more */
    browser = zoe_browser_create(NULL, NULL);
}

static void too_many_that_hang_are_refused(void **state)
{
    (void)state;
    set_gate(true);
    for (int i = 0; i < ZOE_TASKS_MAX; i++)
        go(root);
    zoe_error error = {0};
    assert_int_equal(zoe_browser_go(browser, root, &error), ZOE_ERROR_THREAD);
    assert_non_null(strstr(error.text, root));
    assert_int_equal(zoe_browser_state_now(browser), ZOE_BROWSER_FAILED);
    set_gate(false);
    threads_wait_for(threads_before);
    go_and_finish(root);
}

/* A very large folder: left in the middle, over and over, without a file system that hangs. */
static void leaving_in_the_middle(void **state)
{
    (void)state;
    enum { MANY = 6000 };
    for (int i = 0; i < MANY; i++) {
        char path[512], name[64];
        snprintf(name, sizeof name, "%c.%04d.exr", 'a' + i % 4, i);
        below(path, name);
        assert_int_equal(symlink("nowhere", path), 0);
    }
    for (int i = 0; i < 20; i++) {
        go(root);
        while (zoe_browser_progress(browser) < (uint64_t)(i * 600 % MANY + 1) &&
               zoe_browser_state_now(browser) != ZOE_BROWSER_DONE)
            zoe_browser_update(browser);
        if (i % 3 == 0)
            zoe_browser_stop(browser);
    }
    go_and_finish(root);
    check_rows("a.####.exr b.####.exr c.####.exr d.####.exr");
}

/* ---- completion ---- */

static void check_completion(const char *typed, const char *expected, size_t count)
{
    zoe_browser_complete(browser, typed);
    finish();
    const zoe_browser_completion *found = zoe_browser_completed(browser);
    assert_string_equal(found->text, expected);
    assert_int_equal(found->count, count);
}

static void completion(void **state)
{
    (void)state;
    char typed[600], expected[600];
    temp_folder_add(root, "shots");
    temp_folder_add(root, "shots/sc010");
    temp_folder_add(root, "shots/sc020");
    temp_folder_add(root, "shots/other");
    temp_folder_add(root, "shots/.trash");
    temp_folder_add(root, "Show\xc3\xa9s");
    temp_folder_add(root, "Show\xc3\xa8s");
    snprintf(typed, sizeof typed, "%s/sh", root);
    snprintf(expected, sizeof expected, "%s/shots/", root);
    check_completion(typed, expected, 1);
    snprintf(typed, sizeof typed, "%s/shots/s", root);
    snprintf(expected, sizeof expected, "%s/shots/sc0", root);
    check_completion(typed, expected, 2);
    assert_string_equal(zoe_browser_completed(browser)->names[0], "sc010");
    assert_string_equal(zoe_browser_completed(browser)->names[1], "sc020");
    snprintf(typed, sizeof typed, "%s/shots/", root);
    check_completion(typed, typed, 3);
    snprintf(typed, sizeof typed, "%s/shots/.", root);
    snprintf(expected, sizeof expected, "%s/shots/.trash/", root);
    check_completion(typed, expected, 1);
    snprintf(typed, sizeof typed, "%s/shots/nosuch", root);
    check_completion(typed, typed, 0);
    snprintf(typed, sizeof typed, "%s/nosuch/x", root);
    check_completion(typed, typed, 0);
    /* In any case where none matches as written; not within a character. */
    snprintf(typed, sizeof typed, "%s/show", root);
    snprintf(expected, sizeof expected, "%s/Show", root);
    check_completion(typed, expected, 2);
    setenv("HOME", root, 1);
    check_completion("~/sh", "~/shots/", 1);
    check_completion("~", "~/", 3);
    /* Relative to the folder that is shown; at once where that is the one. */
    go_and_finish("~/shots");
    check_completion("ot", "other/", 1);
    assert_int_equal(ended > 0, 1);
    int before = ended;
    zoe_browser_complete(browser, "sc02");
    assert_int_equal(zoe_browser_completed(browser)->is_pending, 0);
    assert_string_equal(zoe_browser_completed(browser)->text, "sc020/");
    assert_int_equal(ended, before);
    check_completion("../Sho", "../Show", 2);
    check_completion("s3://bucket/x", "s3://bucket/x", 0);
    static char endless[2 * ZOE_PATH_TEXT];
    memset(endless, 'n', sizeof endless - 1);
    zoe_browser_complete(browser, endless);
    assert_int_equal(zoe_browser_completed(browser)->count, 0);
}

static void a_new_text_replaces_a_pending_one(void **state)
{
    (void)state;
    temp_folder_add(root, "a");
    temp_folder_add(root, "b");
    char typed[600];
    set_gate(true);
    snprintf(typed, sizeof typed, "%s/a", root);
    zoe_browser_complete(browser, typed);
    wait_for(&hanging, 1);
    assert_int_equal(zoe_browser_completed(browser)->is_pending, 1);
    snprintf(typed, sizeof typed, "%s/b", root);
    zoe_browser_complete(browser, typed);
    wait_for(&hanging, 2);
    set_gate(false);
    finish();
    strcat(typed, "/");
    assert_string_equal(zoe_browser_completed(browser)->text, typed);
}

int main(void)
{
    if (!threads_begin())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_sizes_and_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(filter_and_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(order_by_date, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_below_that_have_some, set_up, tear_down),
        cmocka_unit_test_setup_teardown(up_and_relative, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_path_of_a_sequence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_name_the_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_hangs_is_left_behind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(destroyed_while_it_hangs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_that_hang_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaving_in_the_middle, set_up, tear_down),
        cmocka_unit_test_setup_teardown(completion, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_text_replaces_a_pending_one, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("browser", tests, NULL, NULL);
}
