/*
 * Room under a small limit: what one frame needs may be held by scratch, by blocks that are kept
 * for the next file, or by pins.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stage.h"

static const size_t MiB = (size_t)1 << 20;

static void set_sizes(stage *s, int64_t number, size_t bytes, size_t scratch_bytes)
{
    fake_frame *frame = fake_lock(s->fake, number);
    frame->bytes = bytes;
    frame->scratch_bytes = scratch_bytes;
    fake_unlock(s->fake);
}

/* Buffers alone would fit for more workers than buffers and scratch do: that is no error. */
static void test_scratch_and_frames_share_a_small_limit(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 8; workers *= 2) {
        stage s;
        stage_begin(&s, workers, 16 * MiB, 4 * MiB, 8);
        for (int64_t i = 1; i <= 20; i++)
            set_sizes(&s, i, 4 * MiB, 2 * MiB);
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
        assert_true(stage_stats(&s).high_water_bytes <= 16 * MiB);
        stage_end(&s);
    }
}

/* Where others hold all memory, a file cannot even be opened. That is not the frame's fault. */
static void test_a_crowded_out_frame_is_no_error(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 33 * MiB, 4 * MiB, 2);
    s.fake->counted = true;
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
        assert_int_equal(zoe_source_wait(b, 0, zoe_now_ns() + 10000000, &frame), ZOE_TIMEOUT);
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
    set_sizes(&s, 1, MiB, 2 * MiB);
    fake_lock(s.fake, 1)->gate = true;
    fake_unlock(s.fake);
    set_sizes(&s, 101, 28 * MiB, 2 * MiB);
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
    set_sizes(&s, 1, MiB, 8 * MiB);
    set_sizes(&s, 101, 28 * MiB, 2 * MiB);
    zoe_source *a = stage_source(&s, "f", 1, 1), *b = stage_source(&s, "g", 101, 101);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0};
    stage_want(a, &want);
    assert_true(stage_wait_state(a, 0, ZOE_FRAME_LOADED));
    assert_gives_way(&s, a, b);
    stage_end(&s);
}

/* And with blocks that are kept for the next file. */
static void test_kept_blocks_make_room(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 32 * MiB, MiB, 4);
    s.fake->counted = true;
    fake_lock(s.fake, 1)->file_bytes = 7 * MiB;
    fake_unlock(s.fake);
    set_sizes(&s, 101, 28 * MiB, 2 * MiB);
    zoe_source *a = stage_source(&s, "f", 1, 1), *b = stage_source(&s, "g", 101, 101);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0};
    stage_want(a, &want);
    assert_true(stage_wait_state(a, 0, ZOE_FRAME_LOADED));
    assert_true(stage_stats(&s).scratch_bytes >= 7 * MiB);
    assert_gives_way(&s, a, b);
    stage_end(&s);
}

/* While pins leave no room for a frame and its scratch, it is left alone: opening it over and over
 * would end each time where it ended before. */
static void test_what_pins_keep_out_is_not_tried_in_vain(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers++) {
        stage s;
        stage_begin(&s, workers, 32 * MiB, MiB, 4);
        set_sizes(&s, 1, 4 * MiB, 4096);
        set_sizes(&s, 101, 26 * MiB, 4 * MiB);
        zoe_source *a = stage_source(&s, "f", 1, 1), *b = stage_source(&s, "g", 101, 101);
        zoe_want want = {.playhead = 0, .in = 0, .out = 0};
        stage_want(a, &want);
        assert_true(stage_wait_state(a, 0, ZOE_FRAME_LOADED));
        zoe_frame pin;
        assert_int_equal(zoe_source_acquire(a, 0, &pin), ZOE_OK);
        stage_settle(&s, b, &want);
        assert_int_equal(stage_state(b, 0), ZOE_FRAME_HEADER);
        assert_in_range(fake_opened(s.fake, 101), 1, 2 * workers);
        zoe_want idle = {.idle = 1};
        stage_want(a, &idle);
        zoe_frame_release(&pin);
        assert_true(stage_wait_state(b, 0, ZOE_FRAME_LOADED));
        assert_true(stage_stats(&s).high_water_bytes <= 32 * MiB);
        stage_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scratch_and_frames_share_a_small_limit),
        cmocka_unit_test(test_a_crowded_out_frame_is_no_error),
        cmocka_unit_test(test_idle_scratch_makes_room),
        cmocka_unit_test(test_own_scratch_makes_room),
        cmocka_unit_test(test_kept_blocks_make_room),
        cmocka_unit_test(test_what_pins_keep_out_is_not_tried_in_vain),
    };
    return cmocka_run_group_tests_name("room", tests, NULL, NULL);
}
