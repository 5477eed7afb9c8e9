/*
 * The cache under a fake decoder: which frames are loaded, which leave, and what stays true while
 * they do.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <pthread.h>

#include <cmocka.h>

#include "stage.h"

static const size_t MiB = (size_t)1 << 20;

/* Sequences begin at number 1: position p is number p + 1. */
static void assert_right(stage *s, const zoe_frame *frame, int64_t number, uint32_t version)
{
    char why[160];
    if (!fake_frame_is_right(s->fake, frame, number, version, why, sizeof why))
        fail_msg("%s", why);
}

static zoe_frame acquire(zoe_source *source, int64_t position)
{
    zoe_frame frame;
    zoe_status status = zoe_source_acquire(source, position, &frame);
    if (status != ZOE_OK)
        fail_msg("position %" PRId64 ": %s", position, zoe_status_name(status));
    return frame;
}

static void assert_loaded_exactly(zoe_source *source, int64_t first, int64_t last)
{
    int64_t count = zoe_sequence_count(zoe_source_sequence(source));
    for (int64_t i = 0; i < count; i++) {
        bool loaded = stage_state(source, i) == ZOE_FRAME_LOADED;
        if (loaded != (i >= first && i <= last))
            fail_msg("position %" PRId64 " is %s; %" PRId64 "..%" PRId64 " should be loaded", i,
                     zoe_frame_state_name(stage_state(source, i)), first, last);
    }
}

/* ---- loading ---- */

static void test_each_frame_is_decoded_once(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 4, 64 * MiB, MiB, 7);
    zoe_source *source = stage_source(&s, "f", 1, 40);
    zoe_want want = stage_play(11, 0, 39);
    stage_want(source, &want);
    stage_rest(&s);
    for (int64_t i = 0; i < 40; i++) {
        assert_int_equal(fake_opened(s.fake, i + 1), 1);
        assert_int_equal(fake_finished(s.fake, i + 1), 7);
        zoe_frame frame = acquire(source, i);
        assert_right(&s, &frame, i + 1, 1);
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
    stage_want(source, &want);
    stage_rest(&s);
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
    stage_want(source, &want);
    stage_rest(&s);
    for (int64_t i = 0; i < 12; i++) {
        zoe_frame frame = acquire(source, i);
        assert_right(&s, &frame, i + 1, 1);
        zoe_frame_release(&frame);
    }
    assert_int_equal(stage_stats(&s).decodes, 12);
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
    stage_want(old, &want);
    stage_rest(&s);
    assert_int_equal(stage_loaded(old, 0, 15), 16);
    /* Looked at in this order, each with a want of its own: the clock is the wants'. */
    want.idle = 1;
    for (int64_t i = 0; i < 16; i++) {
        stage_want(old, &want);
        zoe_frame frame = acquire(old, i * 5 % 16);
        zoe_frame_release(&frame);
    }
    want = stage_play(0, 0, 4);
    stage_want(new, &want);
    stage_rest(&s);
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
    stage_want(source, &want);
    stage_rest(&s);
    assert_loaded_exactly(source, 13, 28);
    want.playhead = 24;
    stage_want(source, &want);
    stage_rest(&s);
    assert_loaded_exactly(source, 17, 32);
    want.playhead = 40;
    stage_want(source, &want);
    stage_rest(&s);
    assert_loaded_exactly(source, 33, 48);
    want.playing = 1;
    want.loop = ZOE_ONCE;
    stage_want(source, &want);
    stage_rest(&s);
    assert_loaded_exactly(source, 40, 55);
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
    stage_want(source, &want);
    stage_rest(&s);
    assert_loaded_exactly(source, 4, 5);
    want.direction = -1;
    stage_want(source, &want);
    stage_rest(&s);
    assert_loaded_exactly(source, 3, 4);
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
            stage_want(source, &want);
            stage_rest(&s);
            want.in = 0;
            want.out = 29;
            want.loop = (zoe_loop_mode)loop;
            want.playing = playing;
            stage_want(source, &want);
            stage_rest(&s);
            zoe_stats stats = stage_stats(&s);
            assert_int_equal(stats.frames_loaded, 16);
            assert_int_equal(stats.evictions, 0);
            assert_int_equal(stats.decodes, 16);
            stage_end(&s);
        }
    }
}

/* ---- pins ---- */

static void test_pinned_frames_stay(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 64);
    zoe_want want = {.playhead = 0, .in = 0, .out = 15, .direction = 1};
    stage_want(source, &want);
    stage_rest(&s);
    zoe_frame pins[16];
    for (int64_t i = 0; i < 16; i++)
        pins[i] = acquire(source, i);
    want = (zoe_want){.playhead = 40, .in = 30, .out = 63, .direction = 1};
    stage_want(source, &want);
    stage_rest(&s);
    assert_loaded_exactly(source, 0, 15);
    assert_int_equal(stage_stats(&s).used_bytes, 16 * MiB);
    /* Each one given back makes room for one, and nobody has to say so. */
    for (int64_t i = 0; i < 16; i++) {
        assert_right(&s, &pins[i], i + 1, 1);
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
    stage_want(source, &want);
    stage_rest(&s);
    zoe_frame shown = acquire(source, 0);
    want = (zoe_want){.playhead = 10, .in = 5, .out = 15, .direction = 1};
    stage_want(source, &want);
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 9, 11), 3);
    assert_right(&s, &shown, 1, 1);
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
    stage_want(source, &want);
    stage_rest(&s);
    zoe_frame pin = acquire(source, 1);
    want.idle = 1;
    stage_want(source, &want);
    zoe_memory_report report;
    assert_int_equal(zoe_engine_clear(s.engine, &report), ZOE_OK);
    assert_int_equal(report.frames_evicted, 3);
    assert_int_equal(report.used_bytes, MiB);
    zoe_frame again = acquire(source, 1);
    assert_true(again.generation == pin.generation);
    zoe_frame_release(&again);
    assert_right(&s, &pin, 2, 1);
    zoe_frame_release(&pin);
    assert_loaded_exactly(source, 1, 1);
    stage_end(&s);
}

static void test_what_no_longer_fits_leaves_with_its_last_pin(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 32 * MiB, 9 * MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 2);
    zoe_want want = stage_play(0, 0, 1);
    stage_want(source, &want);
    stage_rest(&s);
    zoe_frame pins[4] = {acquire(source, 0), acquire(source, 1), acquire(source, 1), {.pin = NULL}};
    stage_budget(&s, 16 * MiB);
    assert_int_equal(zoe_source_acquire(source, 1, &pins[3]), ZOE_LOADING);
    /* It can come again only when it has gone. */
    assert_int_equal(zoe_source_wait(source, 1, zoe_now_ns(), &pins[3]), ZOE_TIMEOUT);
    uint64_t generation = pins[2].generation;
    zoe_frame_release(&pins[1]);
    assert_right(&s, &pins[2], 2, 1);
    assert_int_equal(stage_stats(&s).used_bytes, 18 * MiB);
    zoe_frame_release(&pins[2]);
    assert_int_equal(stage_stats(&s).used_bytes, 9 * MiB);
    assert_right(&s, &pins[0], 1, 1);
    zoe_frame_release(&pins[0]);
    assert_int_equal(zoe_source_wait(source, 0, zoe_now_ns() + 30000000000u, &pins[0]), ZOE_OK);
    zoe_frame_release(&pins[0]);
    want.playhead = 1;
    stage_want(source, &want);
    assert_int_equal(zoe_source_wait(source, 1, zoe_now_ns() + 30000000000u, &pins[1]), ZOE_OK);
    assert_true(pins[1].generation != generation);
    assert_right(&s, &pins[1], 2, 1);
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
    stage_want(source, &want);
    stage_rest(&s);
    zoe_frame pins[3] = {acquire(source, 2), acquire(source, 2), acquire(source, 5)};
    zoe_source_close(&source);
    assert_null(source);
    assert_int_equal(stage_stats(&s).used_bytes, 2 * MiB);
    assert_right(&s, &pins[0], 3, 1);
    zoe_frame_release(&pins[0]);
    assert_right(&s, &pins[1], 3, 1);
    assert_right(&s, &pins[2], 6, 1);
    zoe_frame_release(&pins[1]);
    zoe_frame_release(&pins[2]);
    assert_int_equal(stage_stats(&s).used_bytes, 0);
    stage_end(&s);
}

/* ---- more than one source ---- */

static void test_closing_a_source_makes_room_for_others(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 2);
    zoe_source *a = stage_source(&s, "f", 1, 14), *b = stage_source(&s, "g", 101, 110);
    zoe_want want = {.playhead = 0, .in = 0, .out = 13, .direction = 1};
    stage_want(a, &want);
    stage_rest(&s);
    want = (zoe_want){.playhead = 0, .in = 0, .out = 9, .direction = 1, .delay = 20};
    stage_want(b, &want);
    stage_rest(&s);
    assert_int_equal(stage_loaded(a, 0, 13), 14);
    assert_int_equal(stage_loaded(b, 0, 9), 2);
    zoe_source_close(&a);
    assert_true(stage_wait_state(b, 9, ZOE_FRAME_LOADED));
    stage_end(&s);
}

static void test_a_smaller_want_makes_room_for_others(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 2);
    zoe_source *a = stage_source(&s, "f", 1, 14), *b = stage_source(&s, "g", 101, 110);
    zoe_want want = {.playhead = 0, .in = 0, .out = 13, .direction = 1};
    stage_want(a, &want);
    stage_rest(&s);
    zoe_want later = {.playhead = 0, .in = 0, .out = 9, .direction = 1, .delay = 20};
    stage_want(b, &later);
    stage_rest(&s);
    want.out = 3;
    stage_want(a, &want);
    assert_true(stage_wait_state(b, 9, ZOE_FRAME_LOADED));
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
    stage_want(a, &want);
    stage_rest(&s);
    assert_loaded_exactly(a, 22, 29);
    assert_loaded_exactly(b, 0, 7);
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
    stage_want(source, &want);
    stage_rest(&s);
    frame = acquire(source, 2);
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
        stage_want(source, &want);
        stage_rest(&s);
        zoe_frame frame = acquire(source, 1), again = acquire(source, 1);
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
    stage_want(source, &want);
    stage_rest(&s);
    zoe_stats before = stage_stats(&s);
    zoe_engine_reset_stats(s.engine);
    uint64_t calls = zoe_os_fail_at(0, 0);
    for (int i = 0; i < 10000; i++) {
        want.playhead = i % 50;
        stage_want(source, &want);
        zoe_frame frame = acquire(source, i % 50);
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

/* ---- the limit ---- */

static void test_lowering_the_limit_evicts_at_once(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 60);
    zoe_want want = {.playhead = 30, .in = 0, .out = 59, .direction = 1};
    stage_want(source, &want);
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 0, 59), 60);
    zoe_memory_report report = stage_budget(&s, 20 * MiB);
    assert_int_equal(report.limit_bytes, 20 * MiB);
    assert_int_equal(report.frames_evicted, 40);
    assert_int_equal(report.used_bytes, 20 * MiB);
    assert_loaded_exactly(source, 21, 40);
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
    assert_true(call.report.used_bytes <= 16 * MiB);
    stage_rest(&s);
    assert_loaded_exactly(source, 3, 4);
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
    stage_want(source, &want);
    stage_rest(&s);
    zoe_frame pins[8];
    for (int64_t i = 0; i < 8; i++)
        pins[i] = acquire(source, i);
    stage_budget(&s, 16 * MiB);
    stage_rest(&s);
    for (int64_t i = 0; i < 8; i++) {
        assert_right(&s, &pins[i], i + 1, 1);
        zoe_frame_release(&pins[i]);
    }
    stage_rest(&s);
    assert_int_equal(stage_stats(&s).used_bytes, 16 * MiB);
    assert_loaded_exactly(source, 2, 5);
    stage_end(&s);
}

static void test_trim_gives_back_what_is_free(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 40);
    zoe_want want = stage_play(0, 0, 39);
    stage_want(source, &want);
    stage_rest(&s);
    want.idle = 1;
    stage_want(source, &want);
    zoe_memory_report report;
    assert_int_equal(zoe_engine_clear(s.engine, &report), ZOE_OK);
    assert_int_equal(report.frames_evicted, 40);
    assert_int_equal(report.used_bytes, 0);
    assert_true(report.resident_after + 30 * MiB < report.resident_before);
    want = stage_play(0, 0, 9);
    stage_want(source, &want);
    stage_rest(&s);
    assert_int_equal(zoe_engine_trim(s.engine, &report), ZOE_OK);
    assert_int_equal(report.frames_evicted, 0);
    assert_int_equal(report.used_bytes, 10 * MiB);
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
    stage_want(source, &want);
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 0, 4), 4);
    assert_int_equal(stage_state(source, 2), ZOE_FRAME_ERROR);
    zoe_frame frame;
    assert_int_equal(zoe_source_acquire(source, 2, &frame), ZOE_ERROR_OVER_BUDGET);
    zoe_error error;
    assert_int_equal(zoe_source_frame_error(source, 2, &error), ZOE_ERROR_OVER_BUDGET);
    assert_non_null(strstr(error.text, "f.0003.exr"));
    assert_int_equal(zoe_source_frame_error(source, 1, &error), ZOE_OK);
    stage_budget(&s, 64 * MiB);
    assert_int_equal(zoe_source_wait(source, 2, zoe_now_ns() + 30000000000u, &frame), ZOE_OK);
    assert_right(&s, &frame, 3, 1);
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
    stage_want(source, &want);
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 0, 8), 1);
    stage_budget(&s, 16 * MiB);
    assert_int_equal(stage_loaded(source, 0, 8), 0);
    want = stage_play(1, 0, 8);
    stage_want(source, &want);
    stage_rest(&s);
    assert_loaded_exactly(source, 1, 8);
    assert_int_equal(stage_state(source, 0), ZOE_FRAME_ERROR);
    zoe_frame frame;
    assert_int_equal(zoe_source_acquire(source, 0, &frame), ZOE_ERROR_OVER_BUDGET);
    stage_end(&s);
}

/* ---- errors ---- */

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
    stage_want(source, &want);
    stage_rest(&s);
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
    stage_want(source, &want);
    stage_rest(&s);
    zoe_frame frame = acquire(source, 0);
    assert_right(&s, &frame, 1, 1);
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
    stage_want(source, &want);
    stage_rest(&s);
    assert_int_equal(stage_state(source, 0), ZOE_FRAME_INCOMPLETE);
    zoe_frame frame = acquire(source, 0);
    assert_int_equal(frame.incomplete, 1);
    assert_right(&s, &frame, 1, 1);
    zoe_frame_release(&frame);
    zoe_error error;
    assert_int_equal(zoe_source_frame_error(source, 0, &error), ZOE_ERROR_TRUNCATED);
    assert_non_null(strstr(error.text, "1 of 4"));
    assert_int_equal(zoe_source_acquire(source, 1, &frame), ZOE_ERROR_TRUNCATED);
    stage_end(&s);
}

/* ---- waiting ---- */

static void *wait_for_frame(void *arg)
{
    zoe_frame frame;
    zoe_status status = zoe_source_wait(arg, 1, zoe_now_ns() + 30000000000u, &frame);
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
    stage_want(source, &want);
    stage_rest(&s);
    uint64_t changes = zoe_source_changes(source), epoch = zoe_source_epoch(source);
    zoe_frame pinned = acquire(source, 6); /* number 17 */

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
    assert_int_equal(report.changed, 2);
    assert_true(zoe_source_changes(source) > changes);
    assert_true(zoe_source_epoch(source) > epoch);
    assert_int_equal(zoe_sequence_count(zoe_source_sequence(source)), 13);
    stage_rest(&s);
    assert_right(&s, &pinned, 17, 1);
    zoe_frame_release(&pinned);
    stage_rest(&s);
    for (int64_t number = 9; number <= 21; number++) {
        int64_t position = number - 9;
        if (number == 10 || number == 18) {
            assert_int_equal(stage_state(source, position), ZOE_FRAME_MISSING);
            continue;
        }
        zoe_frame frame = acquire(source, position);
        assert_int_equal(frame.position, position);
        assert_right(&s, &frame, number, number == 13 ? 2 : 1);
        zoe_frame_release(&frame);
        bool again = number == 13 || number == 15 || number == 17;
        assert_int_equal(fake_opened(s.fake, number), again ? 2 : 1);
    }
    stage_end(&s);
}

static void test_refresh_that_fails_changes_nothing(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 4);
    zoe_want want = stage_play(0, 0, 3);
    stage_want(source, &want);
    stage_rest(&s);
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
        cmocka_unit_test(test_each_frame_is_decoded_once),
        cmocka_unit_test(test_gaps_are_missing),
        cmocka_unit_test(test_sizes_differ),
        cmocka_unit_test(test_outside_the_wants_the_longest_unused_leaves),
        cmocka_unit_test(test_inside_a_want_the_farthest_leaves),
        cmocka_unit_test(test_a_spiral_turns_with_the_direction),
        cmocka_unit_test(test_nothing_is_loaded_to_be_evicted),
        cmocka_unit_test(test_pinned_frames_stay),
        cmocka_unit_test(test_the_last_pin_outside_the_want_makes_room),
        cmocka_unit_test(test_clearing_leaves_pinned_frames),
        cmocka_unit_test(test_what_no_longer_fits_leaves_with_its_last_pin),
        cmocka_unit_test(test_closing_a_source_leaves_its_pinned_frames),
        cmocka_unit_test(test_closing_a_source_makes_room_for_others),
        cmocka_unit_test(test_a_smaller_want_makes_room_for_others),
        cmocka_unit_test(test_the_nearer_source_comes_first),
        cmocka_unit_test(test_a_miss_counts_once),
        cmocka_unit_test(test_the_generation_tells_pixels_apart),
        cmocka_unit_test(test_steady_play_allocates_nothing),
        cmocka_unit_test(test_lowering_the_limit_evicts_at_once),
        cmocka_unit_test(test_lowering_the_limit_stops_loads),
        cmocka_unit_test(test_lowering_the_limit_under_pins),
        cmocka_unit_test(test_trim_gives_back_what_is_free),
        cmocka_unit_test(test_a_frame_over_the_budget_is_an_error),
        cmocka_unit_test(test_a_large_frame_does_not_stand_for_all),
        cmocka_unit_test(test_errors_do_not_hold_up_the_rest),
        cmocka_unit_test(test_a_file_that_changes_is_read_again),
        cmocka_unit_test(test_a_file_that_ends_early),
        cmocka_unit_test(test_wait),
        cmocka_unit_test(test_refresh_keeps_what_did_not_change),
        cmocka_unit_test(test_refresh_that_fails_changes_nothing),
    };
    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
