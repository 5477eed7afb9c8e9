/* Watching folders on a thread: changes come by notification, and it may be left at any time. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <zoetrope/engine.h>

#include "model/folder_watcher.h"
#include "support/temp_folder.h"
#include "support/threads.h"

static char root[128];
static zoe_folder_watcher *watcher;
static zoe_folder_change change;
static int threads_before;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static int notified, taken_at; /* guarded by lock */

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
    notified = taken_at = 0;
    threads_before = threads_count();
    return zoe_folder_watcher_create(ZOE_FOLDER_WATCH_AUTO, on_notify, root, &watcher, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    zoe_folder_watcher_destroy(&watcher);
    zoe_folder_watcher_destroy(&watcher);
    threads_wait_for(threads_before); /* it frees its own as it ends */
    temp_folder_remove(root);
    return 0;
}

static void set(const char *folder)
{
    const char *folders[] = {folder};
    assert_int_equal(zoe_folder_watcher_set(watcher, folders, folder ? 1 : 0), ZOE_OK);
}

/* Waits for the next notification since the last change that was taken. */
static void take(void)
{
    while (!zoe_folder_watcher_take(watcher, &change)) {
        pthread_mutex_lock(&lock);
        while (notified == taken_at)
            pthread_cond_wait(&moved, &lock);
        taken_at = notified;
        pthread_mutex_unlock(&lock);
    }
}

/* Takes changes of the folder until they have named these files: where the machine is busy, one may
 * come between two files that are written one right after the other. */
static void take_names(const char *folder, const char *first, const char *second)
{
    bool found[2] = {false, false};
    while (!found[0] || !found[1]) {
        take();
        assert_string_equal(change.folder, folder);
        assert_int_equal(change.all, 0);
        for (int i = 0; i < change.count; i++) {
            found[0] = !strcmp(change.names[i], first) || found[0];
            found[1] = !strcmp(change.names[i], second) || found[1];
        }
    }
}

static void changes_come_by_notification(void **state)
{
    (void)state;
    set(root);
    take();
    assert_string_equal(change.folder, root);
    assert_int_equal(change.all, 1); /* what happened before is not known */
    temp_folder_write_range(root, "a.", 1, 2);
    take_names(root, "a.0001.exr", "a.0002.exr");
    /* The same folder again: it is known. */
    set(root);
    temp_folder_write_range(root, "a.", 3, 3);
    take_names(root, "a.0003.exr", "a.0003.exr");
}

static void what_is_not_taken_adds_up(void **state)
{
    (void)state;
    char beside[256];
    temp_folder_make(beside, sizeof beside);
    set(root);
    take();
    /* A file may be told of twice, when it is made and when it is closed: each is waited for by
     * moving it to where it is seen, which is one event. */
    for (int i = 1; i <= 3; i++) {
        char from[300], to[300];
        snprintf(from, sizeof from, "%s/a.%04d.exr", beside, i);
        snprintf(to, sizeof to, "%s/a.%04d.exr", root, i);
        temp_folder_write_range(beside, "a.", i, i);
        assert_int_equal(rename(from, to), 0);
        pthread_mutex_lock(&lock);
        while (notified == taken_at)
            pthread_cond_wait(&moved, &lock);
        taken_at = notified;
        pthread_mutex_unlock(&lock);
    }
    assert_int_equal(zoe_folder_watcher_take(watcher, &change), 1);
    assert_int_equal(change.count, 3);
    assert_int_equal(zoe_folder_watcher_take(watcher, &change), 0);
    temp_folder_remove(beside);
}

/* However many files come, the thread tells it four times a second. */
static void many_changes_few_notifications(void **state)
{
    (void)state;
    set(root);
    take();
    int before = taken_at;
    uint64_t start = zoe_now_ns();
    temp_folder_write_range(root, "a.", 1, 1000);
    take();
    uint64_t quarters = (zoe_now_ns() - start) / 250000000;
    pthread_mutex_lock(&lock);
    int found = notified - before;
    pthread_mutex_unlock(&lock);
    assert_in_range(found, 1, (int)quarters + 2);
}

static void folders_that_are_left_are_not_told(void **state)
{
    (void)state;
    char a[256], b[256];
    temp_folder_add(root, "a");
    temp_folder_add(root, "b");
    snprintf(a, sizeof a, "%s/a", root);
    snprintf(b, sizeof b, "%s/b", root);
    set(a);
    set(b); /* whether or not the thread saw the first */
    take();
    while (strcmp(change.folder, b) != 0)
        take();
    temp_folder_write(a, "x.exr", 1);
    temp_folder_write(b, "y.exr", 1);
    take();
    assert_string_equal(change.folder, b);
    set(NULL);
    assert_int_equal(zoe_folder_watcher_take(watcher, &change), 0);
}

static void left_at_any_time(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        zoe_folder_watcher_destroy(&watcher);
        assert_int_equal(
            zoe_folder_watcher_create(i % 2 ? ZOE_FOLDER_WATCH_POLL : ZOE_FOLDER_WATCH_AUTO,
                                      on_notify, root, &watcher, NULL),
            ZOE_OK);
        set(root);
        temp_folder_write_range(root, "a.", i, i + 3);
    }
}

int main(void)
{
    if (!threads_begin())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(changes_come_by_notification, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_taken_adds_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_changes_few_notifications, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_that_are_left_are_not_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(left_at_any_time, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("folder watcher", tests, NULL, NULL);
}
