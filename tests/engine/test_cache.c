/*
 * The cache under a fake decoder: which frames are loaded, which leave for others, and what the
 * figures say of it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/stage.h"

static const size_t MiB = (size_t)1 << 20;

/* Sequences begin at number 1: position p is number p + 1. */

/* ---- loading ---- */

static void test_each_frame_is_decoded_once(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 4, 64 * MiB, MiB, 7);
    zoe_source *source = stage_source(&s, "f", 1, 40);
    zoe_want want = stage_play(11, 0, 39);
    stage_settle(&s, source, &want);
    for (int64_t i = 0; i < 40; i++) {
        assert_int_equal(fake_opened(s.fake, i + 1), 1);
        assert_int_equal(fake_finished(s.fake, i + 1), 7);
        zoe_frame frame = stage_acquire(source, i);
        stage_assert_right(&s, &frame, i + 1, 1);
        assert_int_equal(frame.position, i);
        zoe_frame_release(&frame);
        assert_null(frame.pin);
    }
    zoe_stats stats = stage_stats(&s);
    assert_int_equal(stats.decodes, 40);
    assert_int_equal(stats.frames_loaded, 40);
    assert_int_equal(stats.used_bytes, 40 * MiB);
    assert_int_equal(stats.evictions, 0);
    stage_end(&s);
}

static void test_gaps_are_missing(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, MiB, 2);
    stage_touch(&s, "f", 6);
    zoe_source *source = stage_source(&s, "f", 1, 3);
    zoe_want want = stage_play(0, 0, 5);
    stage_settle(&s, source, &want);
    zoe_frame frame;
    assert_int_equal(stage_loaded(source, 0, 5), 4);
    assert_int_equal(stage_state(source, 3), ZOE_FRAME_MISSING);
    assert_int_equal(zoe_source_acquire(source, 4, &frame), ZOE_MISSING);
    assert_int_equal(zoe_source_wait(source, 4, UINT64_MAX, &frame), ZOE_MISSING);
    assert_int_equal(stage_stats(&s).misses, 0);
    stage_end(&s);
}

static void test_sizes_differ(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 3, 64 * MiB, MiB, 3);
    for (int64_t i = 1; i <= 12; i++) {
        fake_lock(s.fake, i)->bytes = (size_t)(1 + i * 7 % 12) * 64 * 1024 + 64 * (size_t)i;
        fake_unlock(s.fake);
    }
    zoe_source *source = stage_source(&s, "f", 1, 12);
    zoe_want want = stage_play(0, 0, 11);
    stage_settle(&s, source, &want);
    for (int64_t i = 0; i < 12; i++) {
        zoe_frame frame = stage_acquire(source, i);
        stage_assert_right(&s, &frame, i + 1, 1);
        zoe_frame_release(&frame);
    }
    assert_int_equal(stage_stats(&s).decodes, 12);
    stage_end(&s);
}

/* Windows that do not meet: frames of no bytes between others. */
static void test_frames_without_samples(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 3, 64 * MiB, MiB, 3);
    for (int64_t i = 2; i <= 12; i += 2) {
        fake_lock(s.fake, i)->bytes = 0;
        fake_unlock(s.fake);
    }
    zoe_source *source = stage_source(&s, "f", 1, 12);
    zoe_want want = stage_play(0, 0, 11);
    stage_settle(&s, source, &want);
    for (int64_t i = 0; i < 12; i++) {
        zoe_frame frame = stage_acquire(source, i);
        assert_int_equal(frame.planes[0].data == NULL, i % 2);
        stage_assert_right(&s, &frame, i + 1, 1);
        zoe_frame_release(&frame);
    }
    assert_int_equal(stage_stats(&s).decodes, 12);
    assert_int_equal(stage_stats(&s).frames_loaded, 12);
    stage_end(&s);
}

static void *wait_for_frame(void *arg)
{
    zoe_frame frame;
    zoe_status status = zoe_source_wait(arg, 1, stage_soon(), &frame);
    zoe_frame_release(&frame);
    return (void *)(intptr_t)status;
}

static void test_wait(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 16 * MiB, MiB, 1);
    fake_close_gates(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 3);
    zoe_frame frame;
    assert_int_equal(zoe_source_wait(source, 1, zoe_now_ns() + 1000, &frame), ZOE_TIMEOUT);
    assert_null(frame.pin);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, wait_for_frame, source), 0);
    zoe_want want = stage_play(1, 0, 2);
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 2, 1));
    fake_open_gates(s.fake);
    void *status = NULL;
    pthread_join(thread, &status);
    assert_int_equal((intptr_t)status, ZOE_OK);
    assert_int_equal(zoe_source_wait(source, 1, 0, &frame), ZOE_OK);
    zoe_frame_release(&frame);
    assert_int_equal(zoe_source_wait(source, 7, 0, &frame), ZOE_ERROR_ARGUMENT);
    stage_end(&s);
}

/* ---- victims ---- */

static void test_outside_the_wants_the_longest_unused_leaves(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 16 * MiB, MiB, 1);
    zoe_source *old = stage_source(&s, "f", 1, 16), *new = stage_source(&s, "g", 101, 105);
    zoe_want want = stage_play(0, 0, 15);
    stage_settle(&s, old, &want);
    assert_int_equal(stage_loaded(old, 0, 15), 16);
    /* Looked at in this order, each with a want of its own: the clock is the wants'. */
    want.idle = 1;
    for (int64_t i = 0; i < 16; i++) {
        stage_want(old, &want);
        zoe_frame frame = stage_acquire(old, i * 5 % 16);
        zoe_frame_release(&frame);
    }
    want = stage_play(0, 0, 4);
    stage_settle(&s, new, &want);
    assert_int_equal(stage_loaded(new, 0, 4), 5);
    for (int64_t i = 0; i < 16; i++)
        if ((stage_state(old, i * 5 % 16) == ZOE_FRAME_LOADED) != (i >= 5))
            fail_msg("the %" PRId64 ". looked at is %s", i,
                     zoe_frame_state_name(stage_state(old, i * 5 % 16)));
    assert_int_equal(stage_stats(&s).evictions, 5);
    stage_end(&s);
}

static void test_inside_a_want_the_farthest_leaves(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 1);
    zoe_source *source = stage_source(&s, "f", 1, 60);
    zoe_want want = {.playhead = 20, .in = 0, .out = 59, .direction = 1};
    stage_settle(&s, source, &want);
    stage_assert_loaded(source, 13, 28);
    want.playhead = 24;
    stage_settle(&s, source, &want);
    stage_assert_loaded(source, 17, 32);
    want.playhead = 40;
    stage_settle(&s, source, &want);
    stage_assert_loaded(source, 33, 48);
    want.playing = 1;
    want.loop = ZOE_ONCE;
    stage_settle(&s, source, &want);
    stage_assert_loaded(source, 40, 55);
    /* What was still wanted was not decoded again. */
    assert_int_equal(stage_stats(&s).decodes, 16 + 4 + 16 + 7);
    stage_end(&s);
}

static void test_a_spiral_turns_with_the_direction(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 16 * MiB, 8 * MiB, 1);
    zoe_source *source = stage_source(&s, "f", 1, 9);
    zoe_want want = {.playhead = 4, .in = 0, .out = 8, .direction = 1};
    stage_settle(&s, source, &want);
    stage_assert_loaded(source, 4, 5);
    want.direction = -1;
    stage_settle(&s, source, &want);
    stage_assert_loaded(source, 3, 4);
    stage_end(&s);
}

static void test_nothing_is_loaded_to_be_evicted(void **state)
{
    (void)state;
    for (int loop = ZOE_LOOP; loop <= ZOE_ONCE; loop++) {
        for (int playing = 0; playing < 2; playing++) {
            stage s;
            stage_begin(&s, 3, 16 * MiB, MiB, 2);
            zoe_source *source = stage_source(&s, "f", 1, 30);
            /* One frame first, so that sizes are known: before that, workers open files without a
             * buffer. */
            zoe_want want = stage_play(5, 5, 5);
            stage_settle(&s, source, &want);
            want.in = 0;
            want.out = 29;
            want.loop = (zoe_loop_mode)loop;
            want.playing = playing;
            stage_settle(&s, source, &want);
            zoe_stats stats = stage_stats(&s);
            assert_int_equal(stats.frames_loaded, 16);
            assert_int_equal(stats.evictions, 0);
            assert_int_equal(stats.decodes, 16);
            stage_end(&s);
        }
    }
}

/* Nor where nothing is known of the frames when several workers begin to read ahead. */
static void test_reading_ahead_evicts_nothing_of_unknown_sizes(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 8; workers *= 2) {
        for (int round = 0; round < 5; round++) {
            stage s;
            stage_begin(&s, workers, 16 * MiB, MiB, 2);
            /* A file's memory is guessed, and scratch is found out. */
            s.engine->cache.first_file_bytes = 65536;
            for (int64_t i = 1; i <= 30; i++) {
                fake_lock(s.fake, i)->scratch_bytes = 100000;
                s.fake->frames[i].file_bytes = 100000;
                fake_unlock(s.fake);
            }
            zoe_source *source = stage_source(&s, "f", 1, 30);
            zoe_want want = {.playhead = 5, .in = 0, .out = 29, .direction = 1};
            stage_settle(&s, source, &want);
            zoe_stats stats = stage_stats(&s);
            assert_int_equal(stats.evictions, 0);
            assert_int_equal(stats.decodes, stats.frames_loaded);
            assert_in_range(stats.frames_loaded, 14, 15);
            assert_in_range(stats.high_water_bytes, 0, 16 * MiB);
            stage_end(&s);
        }
    }
}

/* Where time does not wait a frame has to be begun some steps before it is due, also on a circle
 * that is longer than memory: it is not only what is in memory once that is shown for ever. */
static void test_a_long_circle_is_decoded_in_time(void **state)
{
    (void)state;
    enum { LEAD = 5, ROOM = 8, FRAMES = 20 };
    for (uint32_t workers = 1; workers <= 2; workers++) {
        stage s;
        stage_begin(&s, workers, 16 * MiB, 2 * MiB, 2);
        zoe_source *source = stage_source(&s, "f", 1, FRAMES);
        zoe_want want = stage_play(0, 0, FRAMES - 1);
        want.rate = 24;
        for (int64_t step = 0; step < 3 * FRAMES; step++) {
            want.playhead = step % FRAMES;
            zoe_cache_lock(&s.engine->cache);
            s.engine->cache.decode_ns = (LEAD - 1) * 1000000000u / 24 + 1000;
            zoe_cache_unlock(&s.engine->cache);
            stage_settle(&s, source, &want);
            assert_int_equal(source->lead, LEAD);
            assert_int_equal(stage_state(source, (step + LEAD) % FRAMES), ZOE_FRAME_LOADED);
        }
        /* And no more often than they have to be. */
        assert_in_range(stage_stats(&s).decodes, 0,
                        ROOM + 3 * (FRAMES - ROOM + LEAD + (int)workers));
        stage_end(&s);
    }
}

/* ---- more than one source ---- */

/* Room for 16 frames: 14 of the one that is wanted now, and 2 of the 10 that are wanted later. */
static void begin_two(stage *s, zoe_source **now, zoe_source **later)
{
    stage_begin(s, 2, 16 * MiB, MiB, 2);
    *now = stage_source(s, "f", 1, 14);
    *later = stage_source(s, "g", 101, 110);
    zoe_want want = {.playhead = 0, .in = 0, .out = 13, .direction = 1};
    stage_settle(s, *now, &want);
    want = (zoe_want){.playhead = 0, .in = 0, .out = 9, .direction = 1, .delay = 20};
    stage_settle(s, *later, &want);
    assert_int_equal(stage_loaded(*now, 0, 13), 14);
    assert_int_equal(stage_loaded(*later, 0, 9), 2);
}

static void test_closing_a_source_makes_room_for_others(void **state)
{
    (void)state;
    stage s;
    zoe_source *now, *later;
    begin_two(&s, &now, &later);
    zoe_source_close(&now);
    assert_true(stage_wait_state(later, 9, ZOE_FRAME_LOADED));
    stage_end(&s);
}

static void test_a_smaller_want_makes_room_for_others(void **state)
{
    (void)state;
    stage s;
    zoe_source *now, *later;
    begin_two(&s, &now, &later);
    zoe_want want = {.playhead = 0, .in = 0, .out = 3, .direction = 1};
    stage_want(now, &want);
    assert_true(stage_wait_state(later, 9, ZOE_FRAME_LOADED));
    stage_end(&s);
}

static void test_the_nearer_source_comes_first(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 16 * MiB, MiB, 1);
    zoe_source *a = stage_source(&s, "f", 1, 30), *b = stage_source(&s, "g", 101, 130);
    zoe_want want = stage_play(0, 0, 29), later = stage_play(0, 0, 29);
    want.loop = later.loop = ZOE_ONCE;
    want.playhead = 22;
    later.delay = 8;
    stage_want(b, &later);
    stage_settle(&s, a, &want);
    stage_assert_loaded(a, 22, 29);
    stage_assert_loaded(b, 0, 7);
    stage_end(&s);
}

/* ---- figures ---- */

static void test_a_miss_counts_once(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 16 * MiB, MiB, 1);
    zoe_source *source = stage_source(&s, "f", 1, 4);
    zoe_frame frame;
    for (int i = 0; i < 5; i++)
        assert_int_equal(zoe_source_acquire(source, 2, &frame), ZOE_LOADING);
    assert_int_equal(stage_stats(&s).misses, 1);
    zoe_want want = stage_play(0, 0, 3);
    stage_settle(&s, source, &want);
    frame = stage_acquire(source, 2);
    zoe_frame_release(&frame);
    assert_int_equal(stage_stats(&s).misses, 1);
    assert_int_equal(stage_stats(&s).hits, 1);
    want.idle = 1;
    stage_want(source, &want);
    assert_int_equal(zoe_engine_clear(s.engine, NULL), ZOE_OK);
    assert_int_equal(zoe_source_acquire(source, 2, &frame), ZOE_LOADING);
    assert_int_equal(stage_stats(&s).misses, 2);
    zoe_engine_reset_stats(s.engine);
    zoe_stats stats = stage_stats(&s);
    assert_int_equal(stats.misses + stats.hits + stats.decodes + stats.evictions, 0);
    assert_int_equal(stats.allocations, 0);
    assert_int_equal(stats.high_water_bytes, stats.used_bytes);
    stage_end(&s);
}

static void test_the_generation_tells_pixels_apart(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 16 * MiB, MiB, 1);
    zoe_source *source = stage_source(&s, "f", 1, 4);
    zoe_want want = stage_play(0, 0, 3);
    uint64_t seen[6];
    for (int i = 0; i < 6; i++) {
        stage_settle(&s, source, &want);
        zoe_frame frame = stage_acquire(source, 1), again = stage_acquire(source, 1);
        for (int j = 0; j < i; j++)
            assert_true(frame.generation != seen[j]);
        assert_true(frame.generation == again.generation);
        seen[i] = frame.generation;
        zoe_frame_release(&frame);
        zoe_frame_release(&again);
        if (i < 2) {
            assert_int_equal(zoe_engine_clear(s.engine, NULL), ZOE_OK);
        } else {
            /* A table of its own does not begin again. */
            stage_change(&s, "f", 2);
            assert_int_equal(zoe_source_refresh(source, NULL, NULL), ZOE_OK);
        }
    }
    stage_end(&s);
}

static void test_steady_play_allocates_nothing(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, MiB, 3);
    zoe_source *source = stage_source(&s, "f", 1, 50);
    zoe_want want = stage_play(0, 0, 49);
    stage_settle(&s, source, &want);
    zoe_stats before = stage_stats(&s);
    zoe_engine_reset_stats(s.engine);
    uint64_t calls = zoe_os_fail_at(0, 0);
    for (int i = 0; i < 10000; i++) {
        want.playhead = i % 50;
        stage_want(source, &want);
        zoe_frame frame = stage_acquire(source, i % 50);
        zoe_frame_release(&frame);
    }
    stage_rest(&s);
    calls = zoe_os_fail_at(0, 0);
    zoe_stats stats = stage_stats(&s);
    assert_int_equal(calls, 0);
    assert_int_equal(before.decodes, 50);
    assert_int_equal(stats.decodes, 0);
    assert_int_equal(stats.allocations, 0);
    assert_int_equal(stats.hits, 10000);
    assert_int_equal(stats.used_bytes, before.used_bytes);
    stage_end(&s);
}

/* ---- settings of other versions ---- */

static zoe_status create(const void *settings, zoe_engine **engine)
{
    zoe_error error;
    return zoe_engine_create(settings, engine, &error);
}

static void test_settings_of_other_versions(void **state)
{
    (void)state;
    struct {
        zoe_engine_settings known;
        uint64_t more;
    } newer = {.more = 0};
    zoe_engine_settings_init(&newer.known);
    newer.known.workers = 3;
    newer.known.budget.bytes = 32 * MiB;
    newer.known.size = sizeof newer;
    zoe_engine *engine = NULL;
    zoe_stats stats;
    /* What is not known to this version is accepted while it is 0. */
    assert_int_equal(create(&newer, &engine), ZOE_OK);
    zoe_engine_destroy(&engine);
    newer.more = (uint64_t)1 << 56;
    assert_int_equal(create(&newer, &engine), ZOE_ERROR_ARGUMENT);
    assert_null(engine);
    /* An older one ends after the budget: the rest is not looked at. */
    newer.known.size = offsetof(zoe_engine_settings, workers);
    newer.known.workers = ZOE_WORKERS_MAX + 1;
    assert_int_equal(create(&newer, &engine), ZOE_OK);
    zoe_engine_stats(engine, &stats);
    assert_int_equal(stats.limit_bytes, 32 * MiB);
    assert_true(stats.workers >= 1);
    zoe_engine_destroy(&engine);
    newer.known.size = 0;
    assert_int_equal(create(&newer, &engine), ZOE_ERROR_ARGUMENT);
}

static void test_source_settings_of_other_versions(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 16 * MiB, MiB, 1);
    stage_touch(&s, "f", 1);
    char path[128];
    snprintf(path, sizeof path, "%s/f.0001.exr", s.folder);
    zoe_source_settings settings;
    zoe_source_settings_init(&settings);
    settings.size = offsetof(zoe_source_settings, proxy_shift);
    settings.proxy_shift = 99;
    zoe_sequence *sequence = NULL;
    zoe_source *source = NULL;
    zoe_error error;
    assert_int_equal(zoe_sequence_open(path, NULL, &sequence, &error), ZOE_OK);
    assert_int_equal(zoe_source_open(s.engine, &sequence, &settings, &source, &error), ZOE_OK);
    settings.size = sizeof settings;
    zoe_source_close(&source);
    assert_int_equal(zoe_sequence_open(path, NULL, &sequence, &error), ZOE_OK);
    assert_int_equal(zoe_source_open(s.engine, &sequence, &settings, &source, &error),
                     ZOE_ERROR_ARGUMENT);
    zoe_sequence_close(&sequence);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_frame_is_decoded_once),
        cmocka_unit_test(test_gaps_are_missing),
        cmocka_unit_test(test_sizes_differ),
        cmocka_unit_test(test_frames_without_samples),
        cmocka_unit_test(test_wait),
        cmocka_unit_test(test_outside_the_wants_the_longest_unused_leaves),
        cmocka_unit_test(test_inside_a_want_the_farthest_leaves),
        cmocka_unit_test(test_a_spiral_turns_with_the_direction),
        cmocka_unit_test(test_nothing_is_loaded_to_be_evicted),
        cmocka_unit_test(test_reading_ahead_evicts_nothing_of_unknown_sizes),
        cmocka_unit_test(test_a_long_circle_is_decoded_in_time),
        cmocka_unit_test(test_closing_a_source_makes_room_for_others),
        cmocka_unit_test(test_a_smaller_want_makes_room_for_others),
        cmocka_unit_test(test_the_nearer_source_comes_first),
        cmocka_unit_test(test_a_miss_counts_once),
        cmocka_unit_test(test_the_generation_tells_pixels_apart),
        cmocka_unit_test(test_steady_play_allocates_nothing),
        cmocka_unit_test(test_settings_of_other_versions),
        cmocka_unit_test(test_source_settings_of_other_versions),
    };
    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
