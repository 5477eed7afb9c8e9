/*
 * Pins: a frame that somebody holds stays what it is, and its room is used again when it is given
 * back.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/image_folder.h"
#include "support/stage.h"

static const size_t MiB = (size_t)1 << 20;

/* Sequences begin at number 1: position p is number p + 1. */

static void test_pinned_frames_stay(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 64);
    zoe_want want = {.playhead = 0, .in = 0, .out = 15, .direction = 1};
    stage_settle(&s, source, &want);
    zoe_frame pins[16];
    for (int64_t i = 0; i < 16; i++)
        pins[i] = stage_acquire(source, i);
    want = (zoe_want){.playhead = 40, .in = 30, .out = 63, .direction = 1};
    stage_settle(&s, source, &want);
    stage_assert_loaded(source, 0, 15);
    assert_int_equal(stage_stats(&s).used_bytes, 16 * MiB);
    /* Each one given back makes room for one, and nobody has to say so. */
    for (int64_t i = 0; i < 16; i++) {
        stage_assert_right(&s, &pins[i], i + 1, 1);
        zoe_frame_release(&pins[i]);
        if (i == 0)
            assert_true(stage_wait_state(source, 40, ZOE_FRAME_LOADED));
        if (i == 1)
            assert_true(stage_wait_state(source, 41, ZOE_FRAME_LOADED));
    }
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 30, 63), 16);
    stage_end(&s);
}

/* Others could be evicted, but are needed sooner: the worker that gives up has to hear of the pin.
 */
static void test_the_last_pin_outside_the_want_makes_room(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 16 * MiB, 4 * MiB, 1);
    zoe_source *source = stage_source(&s, "f", 1, 20);
    zoe_want want = {.playhead = 0, .in = 0, .out = 3, .direction = 1};
    stage_settle(&s, source, &want);
    zoe_frame shown = stage_acquire(source, 0);
    want = (zoe_want){.playhead = 10, .in = 5, .out = 15, .direction = 1};
    stage_settle(&s, source, &want);
    assert_int_equal(stage_loaded(source, 9, 11), 3);
    stage_assert_right(&s, &shown, 1, 1);
    zoe_frame_release(&shown);
    assert_true(stage_wait_state(source, 12, ZOE_FRAME_LOADED));
    assert_int_equal(stage_state(source, 0), ZOE_FRAME_HEADER);
    stage_end(&s);
}

static void test_clearing_leaves_pinned_frames(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 4);
    zoe_want want = stage_play(0, 0, 3);
    stage_settle(&s, source, &want);
    zoe_frame pin = stage_acquire(source, 1);
    want.idle = 1;
    stage_want(source, &want);
    zoe_memory_report report;
    assert_int_equal(zoe_engine_clear(s.engine, &report), ZOE_OK);
    assert_int_equal(report.frames_evicted, 3);
    assert_int_equal(report.used_bytes, MiB);
    zoe_frame again = stage_acquire(source, 1);
    assert_true(again.generation == pin.generation);
    zoe_frame_release(&again);
    stage_assert_right(&s, &pin, 2, 1);
    zoe_frame_release(&pin);
    stage_assert_loaded(source, 1, 1);
    stage_end(&s);
}

static void test_what_no_longer_fits_leaves_with_its_last_pin(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 32 * MiB, 9 * MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 2);
    zoe_want want = stage_play(0, 0, 1);
    stage_settle(&s, source, &want);
    zoe_frame pins[3] = {stage_acquire(source, 0), stage_acquire(source, 1),
                         stage_acquire(source, 1)};
    stage_budget(&s, 16 * MiB);
    /* It stays to be had as long as somebody holds it. */
    zoe_frame again = stage_acquire(source, 1);
    zoe_frame_release(&again);
    uint64_t generation = pins[2].generation;
    zoe_frame_release(&pins[1]);
    stage_assert_right(&s, &pins[2], 2, 1);
    assert_int_equal(stage_stats(&s).used_bytes, 18 * MiB);
    zoe_frame_release(&pins[2]);
    assert_int_equal(zoe_source_acquire(source, 1, &again), ZOE_LOADING);
    assert_int_equal(stage_stats(&s).used_bytes, 9 * MiB);
    stage_assert_right(&s, &pins[0], 1, 1);
    zoe_frame_release(&pins[0]);
    pins[0] = stage_wait(source, 0);
    zoe_frame_release(&pins[0]);
    want.playhead = 1;
    stage_want(source, &want);
    pins[1] = stage_wait(source, 1);
    assert_true(pins[1].generation != generation);
    stage_assert_right(&s, &pins[1], 2, 1);
    zoe_frame_release(&pins[1]);
    stage_end(&s);
}

static void test_closing_a_source_leaves_its_pinned_frames(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 8);
    zoe_want want = stage_play(0, 0, 7);
    stage_settle(&s, source, &want);
    zoe_frame pins[3] = {stage_acquire(source, 2), stage_acquire(source, 2),
                         stage_acquire(source, 5)};
    zoe_source_close(&source);
    assert_null(source);
    assert_int_equal(stage_stats(&s).used_bytes, 2 * MiB);
    stage_assert_right(&s, &pins[0], 3, 1);
    zoe_frame_release(&pins[0]);
    stage_assert_right(&s, &pins[1], 3, 1);
    stage_assert_right(&s, &pins[2], 6, 1);
    zoe_frame_release(&pins[1]);
    zoe_frame_release(&pins[2]);
    assert_int_equal(stage_stats(&s).used_bytes, 0);
    stage_end(&s);
}

/* ---- a limit that falls under what is pinned ---- */

static void *lower_the_limit(void *arg)
{
    stage_budget(arg, 16 * MiB);
    return NULL;
}

/* The frame on screen alone is more than the limit: lowering it returns all the same, whatever the
 * workers are at. */
static void test_lowering_under_a_pinned_frame_returns(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers *= 2) {
        stage s;
        stage_begin(&s, workers, 200 * MiB, 24 * MiB, 8);
        s.fake->sparse = true;
        for (int64_t i = 1; i <= 50; i++) {
            fake_lock(s.fake, i)->file_bytes = 200000;
            s.fake->frames[i].scratch_bytes = MiB;
            fake_unlock(s.fake);
        }
        zoe_source *source = stage_source(&s, "f", 1, 50);
        zoe_want want = stage_play(0, 0, 49);
        stage_settle(&s, source, &want);
        zoe_frame shown = stage_wait(source, 0);
        /* Workers are held at a frame that is not loaded yet. */
        want.playhead = 20;
        fake_close_gates(s.fake);
        stage_want(source, &want);
        assert_true(fake_wait_started(s.fake, 21, 1));
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, lower_the_limit, &s), 0);
        assert_true(stage_wait_limit(&s, 16 * MiB));
        fake_open_gates(s.fake);
        pthread_join(thread, NULL);
        /* What is pinned, and nothing else. */
        assert_int_equal(stage_stats(&s).used_bytes, 24 * MiB);
        stage_assert_right(&s, &shown, 1, 1);
        /* Nothing is tried in vain meanwhile. */
        stage_rest(&s);
        int64_t opened = s.fake->opened;
        stage_rest(&s);
        assert_int_equal(s.fake->opened, opened);
        zoe_frame_release(&shown);
        assert_int_equal(stage_stats(&s).frame_bytes, 0);
        assert_in_range(stage_stats(&s).used_bytes, 0, 16 * MiB);
        stage_end(&s);
    }
}

/* The frame on screen stays to be had while the limit is too low for it, and afterwards. */
static void test_a_pinned_frame_can_be_acquired_under_a_low_limit(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 200 * MiB, 24 * MiB, 4);
    s.fake->sparse = true;
    zoe_source *source = stage_source(&s, "f", 1, 50);
    zoe_want want = stage_play(0, 0, 49);
    stage_settle(&s, source, &want);
    zoe_frame shown = stage_acquire(source, 0);
    stage_budget(&s, 16 * MiB);
    for (int i = 0; i < 3; i++) {
        zoe_frame again = stage_acquire(source, 0);
        assert_true(again.generation == shown.generation);
        zoe_frame_release(&again);
        assert_int_equal(stage_stats(&s).frames_loaded, 1);
        stage_rest(&s);
    }
    stage_budget(&s, 200 * MiB);
    zoe_frame again = stage_acquire(source, 0);
    assert_true(again.generation == shown.generation);
    stage_rest(&s);
    assert_int_equal(stage_stats(&s).frames_loaded, 8);
    zoe_frame_release(&again);
    zoe_frame_release(&shown);
    again = stage_acquire(source, 0);
    stage_assert_right(&s, &again, 1, 1);
    zoe_frame_release(&again);
    stage_end(&s);
}

/* The same with real files of 24 MB a frame, while workers decode and while they idle. */
static void test_real_frames_under_a_low_limit(void **state)
{
    (void)state;
    char path[1024];
    image_folder_path("Beachball/singlepart.0001.exr", path, sizeof path);
    for (int idle = 0; idle <= 1; idle++) {
        zoe_engine_settings settings;
        zoe_engine_settings_init(&settings);
        settings.workers = 2;
        settings.budget.bytes = 200 * MiB;
        zoe_engine *engine = NULL;
        zoe_sequence *sequence = NULL;
        zoe_source *source = NULL;
        zoe_error error = {ZOE_OK, ""};
        assert_int_equal(zoe_engine_create(&settings, &engine, &error), ZOE_OK);
        assert_int_equal(zoe_sequence_open(path, NULL, &sequence, &error), ZOE_OK);
        assert_int_equal(zoe_source_open(engine, &sequence, NULL, &source, &error), ZOE_OK);
        zoe_want want = stage_play(0, 0, 7);
        stage_want(source, &want);
        zoe_frame shown = stage_wait(source, 0), again;
        if (idle)
            assert_true(stage_wait_state(source, 6, ZOE_FRAME_LOADED));
        zoe_budget budget = {.bytes = 16 * MiB};
        assert_int_equal(zoe_engine_set_budget(engine, &budget, NULL), ZOE_OK);
        again = stage_acquire(source, 0);
        assert_true(again.generation == shown.generation);
        zoe_frame_release(&again);
        budget.bytes = 200 * MiB;
        assert_int_equal(zoe_engine_set_budget(engine, &budget, NULL), ZOE_OK);
        again = stage_acquire(source, 0);
        assert_true(again.generation == shown.generation);
        zoe_frame_release(&again);
        zoe_frame_release(&shown);
        again = stage_wait(source, 3);
        zoe_frame_release(&again);
        zoe_engine_destroy(&engine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pinned_frames_stay),
        cmocka_unit_test(test_the_last_pin_outside_the_want_makes_room),
        cmocka_unit_test(test_clearing_leaves_pinned_frames),
        cmocka_unit_test(test_what_no_longer_fits_leaves_with_its_last_pin),
        cmocka_unit_test(test_closing_a_source_leaves_its_pinned_frames),
        cmocka_unit_test(test_lowering_under_a_pinned_frame_returns),
        cmocka_unit_test(test_real_frames_under_a_low_limit),
        cmocka_unit_test(test_a_pinned_frame_can_be_acquired_under_a_low_limit),
    };
    return cmocka_run_group_tests_name("pins", tests, NULL, NULL);
}
