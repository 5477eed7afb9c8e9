/*
 * Reservations under a small limit: what one frame needs may be held by scratch, by memory kept
 * for the next file, or by pins.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/stage.h"

static const size_t MiB = (size_t)1 << 20;

/* Buffers alone would fit for more workers than buffers and scratch do: that is no error. */
static void test_scratch_and_frames_share_a_small_limit(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 8; workers *= 2) {
        stage s;
        stage_begin(&s, workers, 16 * MiB, 4 * MiB, 8);
        for (int64_t i = 1; i <= 20; i++)
            stage_set_sizes(&s, i, 4 * MiB, 2 * MiB);
        zoe_source *source = stage_source(&s, "f", 1, 20);
        for (int64_t i = 0; i < 20; i++) {
            zoe_want want = {.playhead = i, .in = 0, .out = 19, .direction = 1};
            stage_want(source, &want);
            zoe_frame frame;
            zoe_status status = zoe_source_wait(source, i, stage_soon(), &frame);
            if (status != ZOE_OK)
                fail_msg("%u workers, position %" PRId64 ": %s", workers, i,
                         zoe_status_name(status));
            stage_assert_right(&s, &frame, i + 1, 1);
            zoe_frame_release(&frame);
        }
        assert_int_equal(stage_stats(&s).errors, 0);
        assert_in_range(stage_stats(&s).high_water_bytes, 0, 16 * MiB);
        stage_end(&s);
    }
}

/* Where others hold all memory, a file cannot even be opened. That is not the frame's fault. */
static void test_a_crowded_out_frame_is_no_error(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 33 * MiB, 4 * MiB, 2);
    zoe_source *a = stage_source(&s, "f", 1, 8), *b = stage_source(&s, "g", 101, 101);
    zoe_want want = stage_play(0, 0, 7);
    stage_settle(&s, a, &want);
    zoe_frame pins[8], frame;
    for (int64_t i = 0; i < 8; i++)
        assert_int_equal(zoe_source_acquire(a, i, &pins[i]), ZOE_OK);
    stage_budget(&s, 16 * MiB);
    want = stage_play(0, 0, 0);
    stage_want(b, &want);
    for (int i = 0; i < 5; i++)
        assert_int_equal(zoe_source_wait(b, 0, stage_soon(), &frame), ZOE_NO_ROOM);
    for (int64_t i = 0; i < 8; i++)
        zoe_frame_release(&pins[i]);
    frame = stage_wait(b, 0);
    stage_assert_right(&s, &frame, 101, 1);
    zoe_frame_release(&frame);
    assert_int_equal(stage_stats(&s).errors, 0);
    stage_end(&s);
}

/* Once nobody wants the frame of one source any more, that of the other finds room for itself. */
static void assert_gives_way(stage *s, zoe_source *one, zoe_source *other)
{
    zoe_want want = {.playhead = 0, .in = 0, .out = 0}, idle = {.idle = 1};
    stage_want(one, &idle);
    stage_want(other, &want);
    assert_true(stage_wait_state(other, 0, ZOE_FRAME_LOADED));
    assert_in_range(stage_stats(s).high_water_bytes, 0, 32 * MiB);
}

/* Scratch that idle workers hold must not keep the frame that is waited for from being loaded. */
static void test_idle_scratch_makes_room(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 8, 32 * MiB, MiB, 32);
    stage_set_sizes(&s, 1, MiB, 2 * MiB);
    fake_lock(s.fake, 1)->gate = true;
    fake_unlock(s.fake);
    stage_set_sizes(&s, 101, 28 * MiB, 2 * MiB);
    zoe_source *a = stage_source(&s, "f", 1, 1), *b = stage_source(&s, "g", 101, 101);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0};
    stage_want(a, &want);
    assert_true(fake_wait_started(s.fake, 1, 8));
    fake_open_gates(s.fake);
    stage_rest(&s);
    assert_int_equal(stage_stats(&s).scratch_bytes, 16 * MiB);
    assert_gives_way(&s, a, b);
    stage_end(&s);
}

/* The same with scratch that the only worker keeps from the frame before. */
static void test_own_scratch_makes_room(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 32 * MiB, MiB, 4);
    stage_set_sizes(&s, 1, MiB, 8 * MiB);
    stage_set_sizes(&s, 101, 28 * MiB, 2 * MiB);
    zoe_source *a = stage_source(&s, "f", 1, 1), *b = stage_source(&s, "g", 101, 101);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0};
    stage_want(a, &want);
    assert_true(stage_wait_state(a, 0, ZOE_FRAME_LOADED));
    assert_gives_way(&s, a, b);
    stage_end(&s);
}

/* Where neither the frames that may leave nor idle scratch are enough by themselves, both go. */
static void test_frames_and_scratch_make_room_together(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 32 * MiB, MiB, 4);
    stage_set_sizes(&s, 1, 10 * MiB, 10 * MiB);
    stage_set_sizes(&s, 2, 9 * MiB, MiB);
    stage_set_sizes(&s, 101, 13 * MiB, MiB);
    zoe_source *a = stage_source(&s, "f", 1, 2), *b = stage_source(&s, "g", 101, 101);
    zoe_want want = {.playhead = 0, .in = 0, .out = 1};
    stage_settle(&s, a, &want);
    stage_assert_loaded(a, 0, 1);
    zoe_frame pinned = stage_acquire(a, 0);
    assert_gives_way(&s, a, b);
    stage_assert_loaded(a, 0, 0);
    zoe_frame_release(&pinned);
    stage_end(&s);
}

/* A frame's file and its scratch may be of one size, and only one such buffer be left. */
static void test_file_and_scratch_of_one_size(void **state)
{
    (void)state;
    stage s;
    const size_t both = MiB / 2, slack = MiB / 16;
    stage_begin(&s, 1, 18 * MiB + both + slack, 6 * MiB, 2);
    for (int64_t i = 1; i <= 4; i++) {
        stage_set_sizes(&s, i, 6 * MiB, both / 2);
        fake_lock(s.fake, i)->file_bytes = both / 2;
        fake_unlock(s.fake);
    }
    zoe_source *source = stage_source(&s, "f", 1, 4);
    zoe_want want = {.playhead = 3, .in = 0, .out = 3, .direction = 1};
    stage_settle(&s, source, &want);
    want.playhead = 0;
    stage_settle(&s, source, &want);
    stage_assert_loaded(source, 0, 2);
    assert_int_equal(stage_stats(&s).scratch_bytes, both);
    stage_budget(&s, 18 * MiB + both / 2 + slack);
    stage_assert_loaded(source, 0, 2);
    assert_int_equal(stage_stats(&s).scratch_bytes, both / 2);
    want.playhead = 3;
    stage_want(source, &want);
    assert_true(stage_wait_state(source, 3, ZOE_FRAME_LOADED));
    stage_end(&s);
}

/* And with blocks that are kept for the next file. */
static void test_kept_blocks_make_room(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 32 * MiB, MiB, 4);
    fake_lock(s.fake, 1)->file_bytes = 7 * MiB;
    fake_unlock(s.fake);
    stage_set_sizes(&s, 101, 28 * MiB, 2 * MiB);
    zoe_source *a = stage_source(&s, "f", 1, 1), *b = stage_source(&s, "g", 101, 101);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0};
    stage_want(a, &want);
    assert_true(stage_wait_state(a, 0, ZOE_FRAME_LOADED));
    assert_in_range(stage_stats(&s).scratch_bytes, 7 * MiB, 32 * MiB);
    assert_gives_way(&s, a, b);
    stage_end(&s);
}

/* Loads the only frame of a source and pins it. */
static zoe_frame load_and_pin(zoe_source *source)
{
    zoe_want want = {.playhead = 0, .in = 0, .out = 0};
    stage_want(source, &want);
    assert_true(stage_wait_state(source, 0, ZOE_FRAME_LOADED));
    return stage_acquire(source, 0);
}

/* Gives that room back, for which the frame of the other source has waited. */
static void unpin_for(zoe_source *source, zoe_frame *pin, zoe_source *other)
{
    zoe_want idle = {.idle = 1};
    stage_want(source, &idle);
    zoe_frame_release(pin);
    assert_true(stage_wait_state(other, 0, ZOE_FRAME_LOADED));
}

/* While pins leave no room for a frame and all that loading it takes, it is left alone: opening it
 * over and over would end each time where it ended before. */
static void check_pinned_out(uint32_t workers, size_t pinned, size_t bytes, size_t scratch,
                             size_t file)
{
    stage s;
    stage_begin(&s, workers, 32 * MiB, MiB, 4);
    stage_set_sizes(&s, 1, pinned, 4096);
    stage_set_sizes(&s, 101, bytes, scratch);
    fake_lock(s.fake, 101)->file_bytes = file;
    fake_unlock(s.fake);
    zoe_source *a = stage_source(&s, "f", 1, 1), *b = stage_source(&s, "g", 101, 101);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0};
    zoe_frame pin = load_and_pin(a);
    stage_settle(&s, b, &want);
    if (!zoe_state_is_empty(stage_state(b, 0)))
        fail_msg("%u workers, %zu + %zu + %zu: %s", workers, bytes, scratch, file,
                 zoe_frame_state_name(stage_state(b, 0)));
    assert_in_range(fake_opened(s.fake, 101) + s.fake->refused, 1, 2 * workers);
    unpin_for(a, &pin, b);
    assert_in_range(stage_stats(&s).high_water_bytes, 0, 32 * MiB);
    assert_int_equal(stage_stats(&s).errors, 0);
    stage_end(&s);
}

static void test_what_pins_keep_out_is_not_tried_in_vain(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers++) {
        check_pinned_out(workers, 4 * MiB, 26 * MiB, 4 * MiB, 0);
        check_pinned_out(workers, 8 * MiB, 2 * MiB, 26 * MiB, 0);
        check_pinned_out(workers, 28 * MiB, MiB, 4096, 7 * MiB);
        check_pinned_out(workers, 5 * MiB, 20 * MiB, 4096, 7 * MiB);
    }
}

/* A frame fits, and its scratch, but not beside its own open file. */
static void test_the_open_file_counts(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 2; workers++) {
        stage s;
        stage_begin(&s, workers, 32 * MiB, MiB, 4);
        stage_set_sizes(&s, 1, 28 * MiB, 3 * MiB + 512 * 1024);
        fake_lock(s.fake, 1)->file_bytes = MiB - 4096;
        fake_unlock(s.fake);
        zoe_source *source = stage_source(&s, "f", 1, 1);
        zoe_want want = {.playhead = 0, .in = 0, .out = 0};
        stage_want(source, &want);
        assert_true(stage_wait_state(source, 0, ZOE_FRAME_ERROR));
        zoe_frame frame;
        assert_int_equal(zoe_source_acquire(source, 0, &frame), ZOE_ERROR_OVER_BUDGET);
        assert_int_equal(fake_opened(s.fake, 1), 1);
        stage_budget(&s, 33 * MiB);
        assert_true(stage_wait_state(source, 0, ZOE_FRAME_LOADED));
        stage_end(&s);
    }
}

/* The first file of two is open when the second is: that is no error of the second's. */
static void test_two_files_that_do_not_fit_together(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 24 * MiB, MiB, 2);
    for (int64_t i = 1; i <= 2; i++) {
        fake_lock(s.fake, i)->file_bytes = 12 * MiB;
        fake_unlock(s.fake);
    }
    fake_lock(s.fake, 1)->open_gate = true;
    fake_unlock(s.fake);
    zoe_source *a = stage_source(&s, "f", 1, 1), *b = stage_source(&s, "g", 2, 2);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0};
    stage_want(a, &want);
    assert_true(fake_wait_opened(s.fake, 1, 1));
    stage_want(b, &want);
    zoe_frame frame;
    assert_int_equal(zoe_source_wait(b, 0, zoe_now_ns() + 50000000, &frame), ZOE_TIMEOUT);
    fake_pass_open(s.fake, 1);
    assert_true(stage_wait_state(b, 0, ZOE_FRAME_LOADED));
    assert_int_equal(stage_stats(&s).errors, 0);
    stage_end(&s);
}

/* Reading ahead evicts nothing that is needed sooner, also where only its scratch has no room. */
static void test_reading_ahead_leaves_the_playheads_frame(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers++) {
        stage s;
        stage_begin(&s, workers, 32 * MiB, MiB, 4);
        for (int64_t i = 1; i <= 8; i++)
            stage_set_sizes(&s, i, 14 * MiB, 10 * MiB);
        zoe_source *source = stage_source(&s, "f", 1, 8);
        zoe_want want = {.in = 0, .out = 7, .direction = 1, .strategy = ZOE_STRATEGY_FORWARD};
        stage_settle(&s, source, &want);
        stage_assert_loaded(source, 0, 0);
        assert_int_equal(stage_stats(&s).decodes, 1);
        assert_int_equal(stage_stats(&s).evictions, 0);
        stage_end(&s);
    }
}

/* What a load has reserved is not there for the next frame between two pieces. */
static void test_what_is_reserved_stays_between_pieces(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 32 * MiB, 13 * MiB, 2);
    for (int64_t i = 1; i <= 2; i++) {
        fake_frame *frame = fake_lock(s.fake, i);
        frame->scratch_bytes = 4 * MiB;
        frame->file_bytes = 2 * MiB;
        frame->gate = true;
        fake_unlock(s.fake);
    }
    zoe_source *source = stage_source(&s, "f", 1, 2);
    zoe_want want = {.in = 0, .out = 0, .direction = 1, .strategy = ZOE_STRATEGY_FORWARD};
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 1, 1));
    fake_pass(s.fake, 1, 1);
    assert_true(fake_wait_finished(s.fake, 1, 1));
    assert_int_equal(zoe_engine_set_workers(s.engine, 2), ZOE_OK);
    want.out = 1;
    stage_want(source, &want);
    zoe_frame frame;
    assert_int_equal(zoe_source_wait(source, 1, zoe_now_ns() + 50000000, &frame), ZOE_TIMEOUT);
    assert_int_equal(zoe_engine_trim(s.engine, NULL), ZOE_OK);
    fake_pass(s.fake, 1, 1);
    assert_true(stage_wait_state(source, 0, ZOE_FRAME_LOADED));
    assert_int_equal(fake_opened(s.fake, 1), 1);
    assert_int_equal(stage_stats(&s).errors, 0);
    stage_end(&s);
}

/* Workers share a frame as far as there is scratch for them; the others do not hold it up. */
static void test_helpers_come_as_far_as_there_is_scratch(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 8; workers *= 2) {
        stage s;
        stage_begin(&s, workers, 32 * MiB, 4 * MiB, 16);
        stage_set_sizes(&s, 1, 4 * MiB, 13 * MiB);
        fake_lock(s.fake, 1)->gate = true;
        fake_unlock(s.fake);
        zoe_source *source = stage_source(&s, "f", 1, 1);
        zoe_want want = {.playhead = 0, .in = 0, .out = 0};
        stage_want(source, &want);
        assert_true(fake_wait_started(s.fake, 1, workers < 2 ? 1 : 2));
        assert_int_equal(stage_stats(&s).scratch_bytes, (workers < 2 ? 13 : 26) * MiB);
        fake_open_gates(s.fake);
        zoe_frame loaded = stage_wait(source, 0);
        stage_assert_right(&s, &loaded, 1, 1);
        zoe_frame_release(&loaded);
        assert_int_equal(fake_opened(s.fake, 1), 1);
        assert_int_equal(stage_stats(&s).errors, 0);
        stage_end(&s);
    }
}

/* Who helps with a frame does not push out others that are wanted. */
static void test_helpers_evict_nothing_that_is_wanted(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 32 * MiB, 4 * MiB, 8);
    for (int64_t i = 1; i <= 7; i++)
        stage_set_sizes(&s, i, 4 * MiB, i == 1 ? 3 * MiB : 0);
    zoe_source *source = stage_source(&s, "f", 1, 7);
    zoe_want want = {.playhead = 3, .in = 1, .out = 6};
    stage_settle(&s, source, &want);
    stage_assert_loaded(source, 1, 6);
    fake_close_gates(s.fake);
    want = (zoe_want){.playhead = 0, .in = 0, .out = 6};
    stage_want(source, &want);
    /* One worker has scratch of 3 MiB beside seven frames; for another one there is none. */
    assert_true(fake_wait_started(s.fake, 1, 1));
    fake_open_gates(s.fake);
    stage_rest(&s);
    stage_assert_loaded(source, 0, 6);
    assert_int_equal(stage_stats(&s).evictions, 0);
    stage_end(&s);
}

/* A file says that it needs more memory than it was given: it gets that, and is looked at twice. */
static void test_a_file_that_needs_more_memory(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers *= 2) {
        stage s;
        stage_begin(&s, workers, 32 * MiB, MiB, 4);
        s.engine->cache.first_file_bytes = 65536;
        for (int64_t i = 1; i <= 8; i++) {
            fake_lock(s.fake, i)->file_bytes = (size_t)i * 100000;
            fake_unlock(s.fake);
        }
        zoe_source *source = stage_source(&s, "f", 1, 8);
        zoe_want want = {.in = 0, .out = 7, .direction = 1};
        stage_settle(&s, source, &want);
        stage_assert_loaded(source, 0, 7);
        for (int64_t i = 1; i <= 8; i++)
            assert_int_equal(fake_opened(s.fake, i), 1);
        assert_in_range(s.fake->refused, 1, 8);
        assert_int_equal(stage_stats(&s).errors, 0);
        /* More than all: an error that says so. */
        fake_lock(s.fake, 101)->file_bytes = 40 * MiB;
        fake_unlock(s.fake);
        zoe_source *large = stage_source(&s, "g", 101, 101);
        want.out = 0;
        stage_settle(&s, large, &want);
        zoe_error error;
        assert_int_equal(zoe_source_frame_error(large, 0, &error), ZOE_ERROR_OVER_BUDGET);
        assert_non_null(strstr(error.text, "g.0101.exr"));
        assert_non_null(strstr(error.text, "32.0 MB"));
        stage_end(&s);
    }
}

/* The buffer taken on a guess leaves no room to open the file: the guess gives way. */
static void test_a_guessed_buffer_gives_way_to_the_file(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 2; workers++) {
        stage s;
        stage_begin(&s, workers, 32 * MiB, MiB, 1);
        stage_set_sizes(&s, 1, 28 * MiB, 4096);
        stage_set_sizes(&s, 2, 2 * MiB, 4096);
        fake_lock(s.fake, 2)->file_bytes = 7 * MiB;
        fake_unlock(s.fake);
        zoe_source *source = stage_source(&s, "f", 1, 2);
        zoe_want want = {.playhead = 0, .in = 0, .out = 0};
        stage_want(source, &want);
        assert_true(stage_wait_state(source, 0, ZOE_FRAME_LOADED));
        want = (zoe_want){.playhead = 1, .in = 1, .out = 1};
        stage_want(source, &want);
        assert_true(stage_wait_state(source, 1, ZOE_FRAME_LOADED));
        assert_int_equal(stage_stats(&s).errors, 0);
        stage_end(&s);
    }
}

/* A free buffer may be larger than what its next frame needs. */
static void test_a_larger_warm_buffer_is_no_error(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 31 * MiB + MiB / 2, MiB, 1);
    stage_set_sizes(&s, 1, 16 * MiB, 4096);
    stage_set_sizes(&s, 101, 15 * MiB + MiB / 8, 4096);
    fake_lock(s.fake, 101)->file_bytes = 15 * MiB;
    fake_unlock(s.fake);
    zoe_source *a = stage_source(&s, "f", 1, 1), *b = stage_source(&s, "g", 101, 101);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0}, idle = {.idle = 1};
    zoe_source *order[] = {b, a, b};
    for (size_t i = 0; i < 3; i++) {
        stage_want(order[i], &want);
        assert_true(stage_wait_state(order[i], 0, ZOE_FRAME_LOADED));
        stage_want(order[i], &idle);
    }
    assert_int_equal(stage_stats(&s).errors, 0);
    stage_end(&s);
}

/* Scratch of a worker that does nothing is taken before a frame that is wanted. */
static void test_idle_scratch_comes_before_frames(void **state)
{
    (void)state;
    for (int round = 0; round < 10; round++) {
        stage s;
        stage_begin(&s, 2, 32 * MiB, MiB, 1);
        for (int64_t i = 1; i <= 2; i++)
            stage_set_sizes(&s, i, 8 * MiB, 10 * MiB);
        zoe_source *source = stage_source(&s, "f", 1, 2);
        zoe_want want = {.in = 0, .out = 0, .direction = 1, .strategy = ZOE_STRATEGY_FORWARD};
        stage_settle(&s, source, &want);
        want.out = 1;
        stage_settle(&s, source, &want);
        stage_assert_loaded(source, 0, 1);
        assert_int_equal(stage_stats(&s).evictions, 0);
        stage_end(&s);
    }
}

/* Room for a frame that is read ahead is there for whichever worker is woken. */
static void test_any_worker_finds_the_room(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        stage s;
        stage_begin(&s, 2, 32 * MiB, MiB, 1);
        for (int64_t i = 1; i <= 3; i++)
            stage_set_sizes(&s, i, 2 * MiB, i == 1 ? 10 * MiB : 0);
        stage_set_sizes(&s, 4, 10 * MiB, 10 * MiB);
        stage_set_sizes(&s, 101, 8 * MiB, 0);
        zoe_source *a = stage_source(&s, "f", 1, 4), *b = stage_source(&s, "g", 101, 101);
        zoe_want want = {.in = 0, .out = 3, .direction = 1, .strategy = ZOE_STRATEGY_FORWARD};
        zoe_want fourth = want, one = {.playhead = 0, .in = 0, .out = 0}, idle = {.idle = 1};
        fourth.playhead = fourth.in = 3;
        /* What it needs is known then, and it has left again. */
        stage_settle(&s, a, &fourth);
        want.out = 2;
        stage_settle(&s, a, &want);
        stage_settle(&s, b, &one);
        want.out = 3;
        stage_settle(&s, a, &want);
        stage_want(b, &idle);
        assert_true(stage_wait_state(a, 3, ZOE_FRAME_LOADED));
        stage_end(&s);
    }
}

/* A source that plays and finds no room leaves other sources their turn, and they it. */
static void test_a_blocked_source_does_not_hold_up_play(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 32 * MiB, 2 * MiB, 1);
    stage_set_sizes(&s, 1, 8 * MiB, 0);
    stage_set_sizes(&s, 101, 26 * MiB, 0);
    zoe_source *a = stage_source(&s, "f", 1, 1), *c = stage_source(&s, "h", 51, 60);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0};
    stage_settle(&s, a, &want);
    zoe_frame pin = stage_acquire(a, 0);
    zoe_source *b = stage_source(&s, "g", 101, 101);
    for (int blocked_plays = 0; blocked_plays <= 1; blocked_plays++) {
        want = (zoe_want){.in = 0, .out = 0, .playing = blocked_plays, .direction = 1};
        want.rate = blocked_plays ? 24 : 0;
        stage_settle(&s, b, &want);
        want = (zoe_want){.in = 0, .out = 9, .playing = 1, .rate = 24, .direction = 1};
        stage_want(c, &want);
        /* Which frame is due depends on how long decoding took. */
        uint64_t deadline = stage_soon();
        while (!stage_loaded(c, 0, 9) && zoe_now_ns() < deadline)
            stage_nap(NULL);
        assert_in_range(stage_loaded(c, 0, 9), 1, 10);
        assert_true(zoe_state_is_empty(stage_state(b, 0)));
        want = (zoe_want){.idle = 1};
        stage_want(c, &want);
        zoe_engine_clear(s.engine, NULL);
    }
    zoe_frame_release(&pin);
    stage_end(&s);
}

/* Frames are evicted for one that has room then, not for one that is kept out all the same. */
static void test_nothing_is_evicted_in_vain(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 32 * MiB, MiB, 2);
    stage_set_sizes(&s, 1, 8 * MiB, 4096);
    stage_set_sizes(&s, 101, 28 * MiB, 4096);
    zoe_source *a = stage_source(&s, "f", 1, 1), *b = stage_source(&s, "g", 101, 101);
    zoe_source *c = stage_source(&s, "h", 51, 60);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0}, idle = {.idle = 1};
    zoe_frame pin = load_and_pin(a);
    zoe_want ten = {.in = 0, .out = 9};
    stage_settle(&s, c, &ten);
    stage_assert_loaded(c, 0, 9);
    stage_want(c, &idle);
    stage_settle(&s, b, &want);
    assert_true(zoe_state_is_empty(stage_state(b, 0)));
    stage_assert_loaded(c, 0, 9);
    assert_int_equal(stage_stats(&s).evictions, 0);
    unpin_for(a, &pin, b);
    stage_end(&s);
}

/* A frame that was kept out is another, smaller one by now. */
static void test_what_became_smaller_is_tried_again(void **state)
{
    (void)state;
    for (int refresh = 0; refresh <= 1; refresh++) {
        stage s;
        stage_begin(&s, 1, 32 * MiB, MiB, 4);
        stage_set_sizes(&s, 1, 8 * MiB, 4096);
        stage_set_sizes(&s, 101, 26 * MiB, MiB);
        zoe_source *a = stage_source(&s, "f", 1, 1), *b = stage_source(&s, "g", 101, 101);
        zoe_want want = {.playhead = 0, .in = 0, .out = 0};
        zoe_frame pin = load_and_pin(a);
        stage_settle(&s, b, &want);
        stage_set_sizes(&s, 101, 2 * MiB, MiB);
        stage_change(&s, "g", 101);
        zoe_error error;
        assert_int_equal(
            refresh ? zoe_source_refresh(b, NULL, &error) : zoe_source_reload(b, 0, NULL), ZOE_OK);
        assert_true(stage_wait_state(b, 0, ZOE_FRAME_LOADED));
        zoe_frame_release(&pin);
        stage_end(&s);
    }
}

/* One source's frame is kept out; a smaller one under another playhead is not. */
static void test_a_blocked_playhead_leaves_others_their_turn(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 32 * MiB, MiB, 4);
    stage_set_sizes(&s, 1, 28 * MiB, 4096);
    stage_set_sizes(&s, 101, 8 * MiB, 4096);
    zoe_source *a = stage_source(&s, "f", 1, 1), *c = stage_source(&s, "h", 51, 60);
    zoe_source *b = stage_source(&s, "g", 101, 101);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0};
    zoe_frame pin = load_and_pin(a);
    stage_settle(&s, b, &want);
    want.out = 9;
    stage_settle(&s, c, &want);
    /* Its playhead's, but nothing read ahead: that would keep the other out for good. */
    stage_assert_loaded(c, 0, 0);
    unpin_for(a, &pin, b);
    stage_end(&s);
}

/* Where address space for scratch ends, frames are not in its way: they stay. */
static void test_no_frame_leaves_for_want_of_a_place_for_scratch(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 4);
    /* One buffer of each size: what is to be loaded last needs two of the same. */
    s.engine->cache.memory.work.buffers_max = 1;
    for (int64_t i = 1; i <= 8; i++)
        stage_set_sizes(&s, i, MiB, 8 * MiB);
    stage_set_sizes(&s, 101, MiB, 4 * MiB);
    fake_lock(s.fake, 101)->file_bytes = 4 * MiB;
    fake_unlock(s.fake);
    zoe_source *a = stage_source(&s, "f", 1, 8), *b = stage_source(&s, "g", 101, 101);
    zoe_want want = stage_play(0, 0, 7), idle = {.idle = 1};
    stage_settle(&s, a, &want);
    stage_want(a, &idle);
    want = stage_play(0, 0, 0);
    stage_settle(&s, b, &want);
    assert_true(s.fake->refused > 0 || fake_opened(s.fake, 101) > 0);
    assert_false(zoe_state_is_loaded(stage_state(b, 0)));
    stage_assert_loaded(a, 0, 7);
    assert_int_equal(stage_stats(&s).evictions, 0);
    stage_end(&s);
}

/* A frame is left half done, and the limit falls below what it takes with scratch: when the
 * playhead comes back, that is said. Where the limit rises again, it is loaded. */
static void test_half_done_below_a_lower_limit(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 8);
    stage_set_sizes(&s, 1, 20 * MiB, 10 * MiB);
    stage_set_sizes(&s, 2, MiB, MiB);
    for (int64_t i = 1; i <= 2; i++) {
        fake_lock(s.fake, i)->gate = true;
        fake_unlock(s.fake);
    }
    zoe_source *source = stage_source(&s, "f", 1, 2);
    zoe_want want = {.playhead = 0, .in = 0, .out = 1};
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 1, 1));
    want.playhead = 1;
    stage_want(source, &want);
    fake_pass(s.fake, 1, 1);
    assert_true(fake_wait_started(s.fake, 2, 1));
    assert_int_equal(stage_state(source, 0), ZOE_FRAME_LOADING);
    fake_open_gates(s.fake);
    stage_budget(&s, 26 * MiB);
    want.playhead = 0;
    stage_want(source, &want);
    assert_true(stage_wait_state(source, 0, ZOE_FRAME_ERROR));
    zoe_frame frame;
    assert_int_equal(zoe_source_acquire(source, 0, &frame), ZOE_ERROR_OVER_BUDGET);
    stage_budget(&s, 64 * MiB);
    assert_true(stage_wait_state(source, 0, ZOE_FRAME_LOADED));
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scratch_and_frames_share_a_small_limit),
        cmocka_unit_test(test_a_crowded_out_frame_is_no_error),
        cmocka_unit_test(test_idle_scratch_makes_room),
        cmocka_unit_test(test_own_scratch_makes_room),
        cmocka_unit_test(test_frames_and_scratch_make_room_together),
        cmocka_unit_test(test_file_and_scratch_of_one_size),
        cmocka_unit_test(test_kept_blocks_make_room),
        cmocka_unit_test(test_what_pins_keep_out_is_not_tried_in_vain),
        cmocka_unit_test(test_the_open_file_counts),
        cmocka_unit_test(test_two_files_that_do_not_fit_together),
        cmocka_unit_test(test_reading_ahead_leaves_the_playheads_frame),
        cmocka_unit_test(test_what_is_reserved_stays_between_pieces),
        cmocka_unit_test(test_helpers_come_as_far_as_there_is_scratch),
        cmocka_unit_test(test_helpers_evict_nothing_that_is_wanted),
        cmocka_unit_test(test_a_file_that_needs_more_memory),
        cmocka_unit_test(test_a_guessed_buffer_gives_way_to_the_file),
        cmocka_unit_test(test_a_larger_warm_buffer_is_no_error),
        cmocka_unit_test(test_idle_scratch_comes_before_frames),
        cmocka_unit_test(test_any_worker_finds_the_room),
        cmocka_unit_test(test_a_blocked_source_does_not_hold_up_play),
        cmocka_unit_test(test_nothing_is_evicted_in_vain),
        cmocka_unit_test(test_what_became_smaller_is_tried_again),
        cmocka_unit_test(test_a_blocked_playhead_leaves_others_their_turn),
        cmocka_unit_test(test_no_frame_leaves_for_want_of_a_place_for_scratch),
        cmocka_unit_test(test_half_done_below_a_lower_limit),
    };
    return cmocka_run_group_tests_name("reserve", tests, NULL, NULL);
}
