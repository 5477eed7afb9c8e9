/*
 * The limit: what lowering and raising it does at once, and frames that are too large for it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/stage.h"

static const size_t MiB = (size_t)1 << 20;

/* Sequences begin at number 1: position p is number p + 1. */

static void test_lowering_the_limit_evicts_at_once(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 60);
    zoe_want want = {.playhead = 30, .in = 0, .out = 59, .direction = 1};
    stage_settle(&s, source, &want);
    assert_int_equal(stage_loaded(source, 0, 59), 60);
    zoe_memory_report report = stage_budget(&s, 20 * MiB);
    assert_int_equal(report.limit_bytes, 20 * MiB);
    assert_int_equal(report.frames_evicted, 40);
    assert_int_equal(report.used_bytes, 20 * MiB);
    stage_assert_loaded(source, 21, 40);
    /* Raising costs nothing, and loads what was evicted. */
    report = stage_budget(&s, 64 * MiB);
    assert_int_equal(report.frames_evicted, 0);
    assert_true(stage_wait_state(source, 59, ZOE_FRAME_LOADED));
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 0, 59), 60);
    stage_end(&s);
}

typedef struct budget_call {
    stage *s;
    uint64_t bytes;
    zoe_memory_report report;
} budget_call;

static void *call_budget(void *arg)
{
    budget_call *call = arg;
    zoe_budget budget = {.bytes = call->bytes};
    zoe_engine_set_budget(call->s->engine, &budget, &call->report);
    return NULL;
}

static void test_lowering_the_limit_stops_loads(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 4, 32 * MiB, 8 * MiB, 4);
    fake_close_gates(s.fake);
    /* Nothing to share in the frame under the playhead: a frame for each worker. */
    fake_lock(s.fake, 4)->pieces = 1;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 8);
    zoe_want want = {.playhead = 3, .in = 0, .out = 7, .direction = 1};
    stage_want(source, &want);
    for (int64_t number = 3; number <= 6; number++)
        assert_true(fake_wait_started(s.fake, number, 1));
    assert_int_equal(stage_stats(&s).in_flight_bytes, 32 * MiB);
    budget_call call = {.s = &s, .bytes = 16 * MiB};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, call_budget, &call), 0);
    assert_true(stage_wait_limit(&s, 16 * MiB));
    fake_open_gates(s.fake);
    pthread_join(thread, NULL);
    assert_in_range(call.report.used_bytes, 0, 16 * MiB);
    stage_rest(&s);
    stage_assert_loaded(source, 3, 4);
    assert_int_equal(stage_stats(&s).used_bytes, 16 * MiB);
    stage_end(&s);
}

static void test_lowering_the_limit_under_pins(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 32 * MiB, 4 * MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 8);
    zoe_want want = {.playhead = 3, .in = 0, .out = 7, .direction = 1};
    stage_settle(&s, source, &want);
    zoe_frame pins[8];
    for (int64_t i = 0; i < 8; i++)
        pins[i] = stage_acquire(source, i);
    stage_budget(&s, 16 * MiB);
    stage_rest(&s);
    for (int64_t i = 0; i < 8; i++) {
        stage_assert_right(&s, &pins[i], i + 1, 1);
        zoe_frame_release(&pins[i]);
    }
    stage_rest(&s);
    assert_int_equal(stage_stats(&s).used_bytes, 16 * MiB);
    stage_assert_loaded(source, 2, 5);
    stage_end(&s);
}

static void test_trim_gives_back_what_is_free(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 40);
    zoe_want want = stage_play(0, 0, 39);
    stage_settle(&s, source, &want);
    want.idle = 1;
    stage_want(source, &want);
    zoe_memory_report report;
    assert_int_equal(zoe_engine_clear(s.engine, &report), ZOE_OK);
    assert_int_equal(report.frames_evicted, 40);
    assert_int_equal(report.used_bytes, 0);
    assert_true(report.resident_after + 30 * MiB < report.resident_before);
    want = stage_play(0, 0, 9);
    stage_settle(&s, source, &want);
    /* The room of a picture that was replaced while somebody held it is kept for the next one. */
    zoe_frame held = stage_acquire(source, 2);
    stage_change(&s, "f", 3);
    assert_int_equal(zoe_source_reload(source, 2, NULL), ZOE_OK);
    stage_rest(&s);
    zoe_frame_release(&held);
    assert_int_equal(stage_stats(&s).free_bytes, MiB);
    assert_int_equal(stage_stats(&s).used_bytes, 11 * MiB);
    assert_int_equal(zoe_engine_trim(s.engine, &report), ZOE_OK);
    assert_int_equal(report.frames_evicted, 0);
    assert_int_equal(report.used_bytes, 10 * MiB);
    assert_int_equal(stage_stats(&s).free_bytes, 0);
    assert_int_equal(stage_loaded(source, 0, 9), 10);
    stage_end(&s);
}

static void test_a_frame_over_the_budget_is_an_error(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 2);
    fake_lock(s.fake, 3)->bytes = 40 * MiB;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 5);
    zoe_want want = stage_play(0, 0, 4);
    stage_settle(&s, source, &want);
    assert_int_equal(stage_loaded(source, 0, 4), 4);
    assert_int_equal(stage_state(source, 2), ZOE_FRAME_ERROR);
    zoe_frame frame;
    assert_int_equal(zoe_source_acquire(source, 2, &frame), ZOE_ERROR_OVER_BUDGET);
    zoe_error error;
    assert_int_equal(zoe_source_frame_error(source, 2, &error), ZOE_ERROR_OVER_BUDGET);
    assert_non_null(strstr(error.text, "f.0003.exr"));
    assert_int_equal(zoe_source_frame_error(source, 1, &error), ZOE_OK);
    stage_budget(&s, 64 * MiB);
    frame = stage_wait(source, 2);
    stage_assert_right(&s, &frame, 3, 1);
    zoe_frame_release(&frame);
    stage_end(&s);
}

/* A size that was right for the frame before must not keep others from being opened, nor push
 * anything out. */
static void test_a_large_frame_does_not_stand_for_all(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, MiB, 2);
    fake_lock(s.fake, 1)->bytes = 40 * MiB;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 9);
    zoe_want want = stage_play(0, 0, 0);
    stage_settle(&s, source, &want);
    assert_int_equal(stage_loaded(source, 0, 8), 1);
    stage_budget(&s, 16 * MiB);
    assert_int_equal(stage_loaded(source, 0, 8), 0);
    want = stage_play(1, 0, 8);
    stage_settle(&s, source, &want);
    stage_assert_loaded(source, 1, 8);
    assert_int_equal(stage_state(source, 0), ZOE_FRAME_ERROR);
    zoe_frame frame;
    assert_int_equal(zoe_source_acquire(source, 0, &frame), ZOE_ERROR_OVER_BUDGET);
    stage_end(&s);
}

/* The file is being opened under a limit that its frame is too large for; the limit rises
 * meanwhile. The error that comes of it says nothing any more. */
static void test_a_limit_that_rises_while_a_file_is_opened(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 32 * MiB, 40 * MiB, 2);
    fake_lock(s.fake, 1)->open_gate = true;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 1);
    zoe_want want = stage_play(0, 0, 0);
    stage_want(source, &want);
    assert_true(fake_wait_opened(s.fake, 1, 1));
    stage_budget(&s, 64 * MiB);
    fake_pass_open(s.fake, 1);
    assert_true(stage_wait_state(source, 0, ZOE_FRAME_LOADED));
    assert_int_equal(stage_stats(&s).errors, 0);
    stage_end(&s);
}

/* Until the only load under way is told to stop. */
static void wait_until_stopped(stage *s)
{
    zoe_cache *cache = &s->engine->cache;
    for (bool stopped = false; !stopped;) {
        zoe_cache_lock(cache);
        const zoe_load *load = zoe_cache_next_load_locked(cache, NULL);
        stopped = load && zoe_load_is_stopped(load);
        zoe_cache_unlock(cache);
        sched_yield();
    }
}

/* What a call evicted is its own count: statistics that are reset meanwhile do not change it. */
static void test_the_report_does_not_follow_the_statistics(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, 2 * MiB, 4);
    zoe_source *source = stage_source(&s, "f", 1, 17);
    zoe_want want = {.playhead = 0, .in = 0, .out = 15, .direction = 1};
    stage_settle(&s, source, &want);
    zoe_frame pins[8];
    for (int64_t i = 0; i < 8; i++)
        pins[i] = stage_acquire(source, i);
    fake_close_gates(s.fake);
    want.out = 16;
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 17, 1));
    /* What is pinned and the load are more than that: it waits for the load's piece. */
    budget_call call = {.s = &s, .bytes = 16 * MiB};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, call_budget, &call), 0);
    /* All that may leave has left before the load is told to stop. One that goes on would be
     * loaded, and be the ninth. */
    wait_until_stopped(&s);
    zoe_engine_reset_stats(s.engine);
    fake_open_gates(s.fake);
    pthread_join(thread, NULL);
    assert_int_equal(call.report.frames_evicted, 8);
    for (int64_t i = 0; i < 8; i++)
        zoe_frame_release(&pins[i]);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lowering_the_limit_evicts_at_once),
        cmocka_unit_test(test_lowering_the_limit_stops_loads),
        cmocka_unit_test(test_lowering_the_limit_under_pins),
        cmocka_unit_test(test_trim_gives_back_what_is_free),
        cmocka_unit_test(test_a_frame_over_the_budget_is_an_error),
        cmocka_unit_test(test_a_large_frame_does_not_stand_for_all),
        cmocka_unit_test(test_the_report_does_not_follow_the_statistics),
        cmocka_unit_test(test_a_limit_that_rises_while_a_file_is_opened),
    };
    return cmocka_run_group_tests_name("limit", tests, NULL, NULL);
}
