/*
 * Files that cannot be read, change while they are read, end early, come or go.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/stage.h"

static const size_t MiB = (size_t)1 << 20;

/* Where a sequence begins at number 1, position p is number p + 1. */

/* ---- reading ---- */

static void test_errors_do_not_hold_up_the_rest(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 3, 64 * MiB, MiB, 4);
    fake_lock(s.fake, 2)->open_status = ZOE_ERROR_PERMISSION;
    s.fake->frames[4].decode_status = ZOE_ERROR_CORRUPT;
    s.fake->frames[4].bad_piece = 2;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 8);
    zoe_want want = stage_play(0, 0, 7);
    stage_settle(&s, source, &want);
    assert_int_equal(stage_loaded(source, 0, 7), 6);
    zoe_frame frame;
    assert_int_equal(zoe_source_acquire(source, 1, &frame), ZOE_ERROR_PERMISSION);
    assert_int_equal(zoe_source_acquire(source, 3, &frame), ZOE_ERROR_CORRUPT);
    assert_int_equal(zoe_source_wait(source, 3, UINT64_MAX, &frame), ZOE_ERROR_CORRUPT);
    zoe_error error;
    assert_int_equal(zoe_source_frame_error(source, 3, &error), ZOE_ERROR_CORRUPT);
    assert_non_null(strstr(error.text, "f.0004.exr: piece 2"));
    zoe_stats stats = stage_stats(&s);
    assert_int_equal(stats.errors, 2);
    assert_int_equal(stats.frame_bytes, 6 * MiB);
    assert_int_equal(stats.in_flight_bytes, 0);
    /* Not tried again until someone says so. */
    assert_int_equal(fake_opened(s.fake, 2), 1);
    stage_end(&s);
}

static void test_a_file_that_changes_is_read_again(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 2);
    fake_lock(s.fake, 1)->changes = 2;
    s.fake->frames[2].changes = 1000;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 3);
    zoe_want want = stage_play(0, 0, 2);
    stage_settle(&s, source, &want);
    zoe_frame frame = stage_acquire(source, 0);
    stage_assert_right(&s, &frame, 1, 1);
    zoe_frame_release(&frame);
    assert_int_equal(fake_opened(s.fake, 1), 3);
    assert_int_equal(zoe_source_acquire(source, 1, &frame), ZOE_ERROR_CHANGED);
    assert_int_equal(fake_opened(s.fake, 2), 4);
    assert_int_equal(stage_state(source, 2), ZOE_FRAME_LOADED);
    stage_end(&s);
}

static void test_a_file_that_ends_early(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 4);
    fake_lock(s.fake, 1)->missing_pieces = 1;
    s.fake->frames[2].missing_pieces = 4;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 2);
    zoe_want want = stage_play(0, 0, 1);
    stage_settle(&s, source, &want);
    assert_int_equal(stage_state(source, 0), ZOE_FRAME_INCOMPLETE);
    zoe_frame frame = stage_acquire(source, 0);
    assert_int_equal(frame.incomplete, 1);
    stage_assert_right(&s, &frame, 1, 1);
    zoe_frame_release(&frame);
    zoe_error error;
    assert_int_equal(zoe_source_frame_error(source, 0, &error), ZOE_ERROR_TRUNCATED);
    assert_non_null(strstr(error.text, "1 of 4"));
    assert_int_equal(zoe_source_acquire(source, 1, &frame), ZOE_ERROR_TRUNCATED);
    stage_end(&s);
}

/* Between listing the folder and reading the file somebody took it away. */
static void test_a_file_that_went_is_a_gap(void **state)
{
    (void)state;
    stage s;
    zoe_frame frame;
    stage_begin(&s, 1, 16 * MiB, MiB, 2);
    fake_lock(s.fake, 2)->open_status = ZOE_ERROR_NOT_FOUND;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 2);
    zoe_want want = stage_play(1, 0, 1);
    stage_settle(&s, source, &want);
    assert_int_equal(zoe_source_acquire(source, 1, &frame), ZOE_MISSING);
    assert_int_equal(fake_opened(s.fake, 2), 1);
    assert_int_equal(stage_stats(&s).errors, 0);
    stage_end(&s);
}

/* ---- refreshing ---- */

static void test_refresh_keeps_what_did_not_change(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 11, 20);
    fake_lock(s.fake, 15)->open_status = ZOE_ERROR_CORRUPT;
    fake_unlock(s.fake);
    zoe_want want = stage_play(3, 0, 9);
    stage_settle(&s, source, &want);
    uint64_t changes = zoe_source_changes(source), epoch = zoe_source_epoch(source);
    zoe_frame pinned = stage_acquire(source, 6); /* number 17 */

    fake_lock(s.fake, 15)->open_status = ZOE_OK;
    s.fake->frames[13].version = 2;
    fake_unlock(s.fake);
    stage_change(&s, "f", 13);
    stage_remove(&s, "f", 18);
    stage_touch(&s, "f", 9);
    stage_touch(&s, "f", 21);
    zoe_refresh_report report;
    assert_int_equal(zoe_source_refresh(source, &report, NULL), ZOE_OK);
    assert_int_equal(report.added, 2);
    assert_int_equal(report.removed, 1);
    /* Not the frame in error, which is tried again all the same. */
    assert_int_equal(report.changed, 1);
    assert_true(zoe_source_changes(source) > changes);
    assert_true(zoe_source_epoch(source) > epoch);
    assert_int_equal(zoe_sequence_count(zoe_source_sequence(source)), 13);
    stage_rest(&s);
    stage_assert_right(&s, &pinned, 17, 1);
    /* It went over to its new position, pinned as it was. */
    zoe_frame again = stage_acquire(source, 8);
    assert_true(again.generation == pinned.generation && again.position == 8);
    zoe_frame_release(&again);
    zoe_frame_release(&pinned);
    stage_rest(&s);
    for (int64_t number = 9; number <= 21; number++) {
        int64_t position = number - 9;
        if (number == 10 || number == 18) {
            assert_int_equal(stage_state(source, position), ZOE_FRAME_MISSING);
            continue;
        }
        zoe_frame frame = stage_acquire(source, position);
        assert_int_equal(frame.position, position);
        stage_assert_right(&s, &frame, number, number == 13 ? 2 : 1);
        zoe_frame_release(&frame);
        bool changed = number == 13 || number == 15;
        assert_int_equal(fake_opened(s.fake, number), changed ? 2 : 1);
    }
    stage_end(&s);
}

enum { REFRESHES = 40 };

static void *refresh_on(void *source)
{
    for (int i = 0; i < REFRESHES; i++)
        if (zoe_source_refresh(source, NULL, NULL) != ZOE_OK)
            return source;
    return NULL;
}

typedef struct observer {
    zoe_source *source;
    _Atomic int over, went_back;
} observer;

static void *observe(void *arg)
{
    observer *o = arg;
    for (uint64_t last = 0; !o->over;) {
        uint64_t now = zoe_source_changes(o->source);
        o->went_back = o->went_back || now < last;
        last = now;
    }
    return NULL;
}

/* Of two refreshes of one source the second waits for the first, and whoever looks whether anything
 * changed may do so meanwhile. */
static void test_refreshes_at_the_same_time(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, 65536, 2);
    zoe_source *source = stage_source(&s, "f", 1, 20);
    zoe_want want = stage_play(0, 0, 19);
    stage_want(source, &want);
    observer o = {.source = source};
    pthread_t refreshers[2], watcher;
    assert_int_equal(pthread_create(&watcher, NULL, observe, &o), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&refreshers[i], NULL, refresh_on, source), 0);
    for (int i = 0; i < 2; i++) {
        void *failed = NULL;
        pthread_join(refreshers[i], &failed);
        assert_null(failed);
    }
    o.over = 1;
    pthread_join(watcher, NULL);
    assert_false(o.went_back);
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 0, 19), 20);
    stage_end(&s);
}

static void *refresh_once(void *source)
{
    return zoe_source_refresh(source, NULL, NULL) == ZOE_OK ? NULL : source;
}

/* While a refresh waits for a load to end whose file is gone, a want is heard: it is in force when
 * that is over. */
static void test_a_want_during_a_refresh_is_heard(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 11, 20);
    stage_touch(&s, "f", 10);
    fake_close_gates(s.fake);
    zoe_want want = stage_play(9, 9, 9);
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 20, 1));
    stage_remove(&s, "f", 20);
    pthread_t refresher;
    assert_int_equal(pthread_create(&refresher, NULL, refresh_once, source), 0);
    for (bool halted = false; !halted;) {
        zoe_cache_lock(&s.engine->cache);
        halted = source->halted;
        zoe_cache_unlock(&s.engine->cache);
    }
    want = stage_play(5, 5, 6);
    stage_want(source, &want);
    fake_open_gates(s.fake);
    void *failed = NULL;
    pthread_join(refresher, &failed);
    assert_null(failed);
    stage_rest(&s);
    /* One more number in front: what was position 5 is 6. */
    assert_int_equal(stage_loaded(source, 6, 7), 2);
    assert_int_equal(stage_loaded(source, 0, 9), 2);
    stage_end(&s);
}

static void test_refresh_that_fails_changes_nothing(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 4);
    zoe_want want = stage_play(0, 0, 3);
    stage_settle(&s, source, &want);
    for (int64_t i = 1; i <= 4; i++)
        stage_remove(&s, "f", i);
    zoe_error error;
    assert_int_not_equal(zoe_source_refresh(source, NULL, &error), ZOE_OK);
    assert_int_equal(stage_loaded(source, 0, 3), 4);
    stage_touch(&s, "f", 1);
    assert_int_equal(zoe_source_refresh(source, NULL, &error), ZOE_OK);
    assert_int_equal(zoe_sequence_count(zoe_source_sequence(source)), 1);
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 0, 0), 1);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_do_not_hold_up_the_rest),
        cmocka_unit_test(test_a_file_that_changes_is_read_again),
        cmocka_unit_test(test_a_file_that_ends_early),
        cmocka_unit_test(test_a_file_that_went_is_a_gap),
        cmocka_unit_test(test_refresh_keeps_what_did_not_change),
        cmocka_unit_test(test_refreshes_at_the_same_time),
        cmocka_unit_test(test_a_want_during_a_refresh_is_heard),
        cmocka_unit_test(test_refresh_that_fails_changes_nothing),
    };
    return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
