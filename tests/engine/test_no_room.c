/*
 * A frame under the playhead that has no room beside what is held says so, and what limit would
 * do; and it is loaded as soon as there is room.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "support/stage.h"

static const size_t MiB = (size_t)1 << 20;

/* Sequences begin at number 1: position p is number p + 1. One frame is shown, and the playhead
 * goes to the next; of the limit of 16 MiB each takes ten. */
static zoe_source *show_first(stage *s, uint32_t workers, zoe_want *want, zoe_frame *shown)
{
    stage_begin(s, workers, 16 * MiB, 10 * MiB, 2);
    zoe_source *source = stage_source(s, "f", 1, 4);
    *want = (zoe_want){.playhead = 0, .in = 0, .out = 3, .direction = 1};
    stage_want(source, want);
    *shown = stage_wait(source, 0);
    want->playhead = 1;
    stage_want(source, want);
    return source;
}

/* The first frame of one of two sources; there is room for no other. */
static zoe_frame show_of_two(stage *s, zoe_source **a, zoe_source **b, zoe_want *want)
{
    stage_begin(s, 2, 16 * MiB, 10 * MiB, 2);
    *a = stage_source(s, "a", 1, 2);
    *b = stage_source(s, "b", 1, 2);
    *want = (zoe_want){.playhead = 0, .in = 0, .out = 1, .direction = 1};
    stage_want(*a, want);
    return stage_wait(*a, 0);
}

/* What acquire, wait, the state and the text say. */
static void assert_no_room(zoe_source *source, int64_t position)
{
    zoe_frame frame;
    zoe_error why;
    assert_int_equal(zoe_source_wait(source, position, stage_soon(), &frame), ZOE_NO_ROOM);
    assert_int_equal(zoe_source_acquire(source, position, &frame), ZOE_NO_ROOM);
    assert_int_equal(stage_state(source, position), ZOE_FRAME_NO_ROOM);
    assert_int_equal(zoe_source_frame_error(source, position, &why), ZOE_NO_ROOM);
}

static void assert_comes(stage *s, zoe_source *source, int64_t position)
{
    zoe_frame frame = stage_wait(source, position);
    stage_assert_right(s, &frame, position + 1, 1);
    zoe_frame_release(&frame);
    zoe_error why;
    assert_int_equal(zoe_source_frame_error(source, position, &why), ZOE_OK);
}

static void test_it_says_so_and_why(void **state)
{
    (void)state;
    stage s;
    zoe_want want;
    zoe_frame shown;
    zoe_source *source = show_first(&s, 2, &want, &shown);
    assert_no_room(source, 1);
    zoe_error why;
    zoe_source_frame_error(source, 1, &why);
    assert_non_null(strstr(why.text, "f.0002.exr"));
    assert_non_null(strstr(why.text, "needs 10.0 MB"));
    assert_non_null(strstr(why.text, "hold 10.0 MB"));
    assert_non_null(strstr(why.text, "limit of 16.0 MB"));
    assert_non_null(strstr(why.text, "20 MB would do"));
    /* Nobody waits for the others. */
    assert_int_equal(stage_state(source, 2), ZOE_FRAME_EMPTY);
    stage_assert_right(&s, &shown, 1, 1);
    zoe_frame_release(&shown);
    stage_end(&s);
}

static void test_letting_go_brings_it(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers *= 2) {
        stage s;
        zoe_want want;
        zoe_frame shown, again;
        zoe_source *source = show_first(&s, workers, &want, &shown);
        assert_no_room(source, 1);
        /* Another hold on it: the first to go changes nothing. */
        again = stage_acquire(source, 0);
        zoe_frame_release(&again);
        stage_rest(&s);
        assert_no_room(source, 1);
        zoe_frame_release(&shown);
        /* Not a moment longer: who asks right now hears that it is on its way. */
        assert_true(zoe_source_acquire(source, 1, &again) != ZOE_NO_ROOM);
        zoe_frame_release(&again);
        assert_comes(&s, source, 1);
        stage_end(&s);
    }
}

static void test_the_limit_that_it_names_will_do(void **state)
{
    (void)state;
    stage s;
    zoe_want want;
    zoe_frame shown;
    zoe_source *source = show_first(&s, 2, &want, &shown);
    assert_no_room(source, 1);
    zoe_error why;
    zoe_source_frame_error(source, 1, &why);
    unsigned long long mib = 0;
    assert_int_equal(sscanf(strstr(why.text, "; ") + 2, "%llu MB would do", &mib), 1);
    stage_budget(&s, (mib - 1) * MiB);
    assert_no_room(source, 1);
    stage_budget(&s, mib * MiB);
    assert_comes(&s, source, 1);
    stage_assert_right(&s, &shown, 1, 1);
    zoe_frame_release(&shown);
    stage_end(&s);
}

static void test_a_playhead_that_moves_on_takes_it_back(void **state)
{
    (void)state;
    stage s;
    zoe_want want;
    zoe_frame shown;
    zoe_source *source = show_first(&s, 2, &want, &shown);
    assert_no_room(source, 1);
    want.playhead = 2;
    stage_want(source, &want);
    assert_int_equal(stage_state(source, 1), ZOE_FRAME_HEADER);
    assert_int_equal(zoe_source_frame_error(source, 1, NULL), ZOE_OK);
    assert_no_room(source, 2);
    want.idle = 1;
    stage_want(source, &want);
    assert_int_equal(stage_state(source, 2), ZOE_FRAME_HEADER);
    zoe_frame_release(&shown);
    stage_end(&s);
}

/* The picture is held by nobody but its pins: its source is closed. */
static void test_what_only_pins_hold_counts(void **state)
{
    (void)state;
    stage s;
    zoe_source *a, *b;
    zoe_want want;
    zoe_frame shown = show_of_two(&s, &a, &b, &want);
    zoe_source_close(&a);
    stage_want(b, &want);
    assert_no_room(b, 0);
    zoe_frame_release(&shown);
    assert_comes(&s, b, 0);
    stage_end(&s);
}

/* Two are to be shown at once, and only one of them fits. */
static void test_a_second_playhead_hears_of_the_first(void **state)
{
    (void)state;
    stage s;
    zoe_source *a, *b;
    zoe_want want;
    zoe_frame frame = show_of_two(&s, &a, &b, &want);
    zoe_frame_release(&frame);
    stage_want(b, &want);
    assert_no_room(b, 0);
    want.idle = 1;
    stage_want(a, &want);
    assert_true(stage_wait_state(b, 0, ZOE_FRAME_LOADED));
    stage_end(&s);
}

/* The program is told, since it may be asleep. */
static void count_call(void *calls)
{
    atomic_fetch_add((_Atomic int *)calls, 1);
}

static void test_the_program_is_told(void **state)
{
    (void)state;
    stage s;
    _Atomic int calls = 0;
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.workers = 1;
    settings.budget.bytes = 16 * MiB;
    settings.notify = count_call;
    settings.notify_user = &calls;
    stage_begin_with(&s, &settings, fake_decoder_new(10 * MiB, 2), NULL);
    zoe_source *source = stage_source(&s, "f", 1, 2);
    zoe_want want = {.playhead = 0, .in = 0, .out = 1, .direction = 1};
    stage_settle(&s, source, &want);
    zoe_frame shown = stage_wait(source, 0);
    /* Its size is known: nothing else happens but that it has no room. */
    want.playhead = 1;
    stage_want(source, &want);
    assert_no_room(source, 1);
    want.playhead = 0;
    stage_settle(&s, source, &want);
    int before = atomic_load(&calls);
    want.playhead = 1;
    stage_want(source, &want);
    assert_no_room(source, 1);
    stage_rest(&s);
    assert_int_equal(atomic_load(&calls), before + 1);
    zoe_frame_release(&shown);
    stage_end(&s);
}

/* What ends by itself is no reason: a load that holds the room, or frames that can leave. */
static void test_a_passing_shortage_is_not_told(void **state)
{
    (void)state;
    stage s;
    /* One piece: the other worker cannot help with it. */
    stage_begin(&s, 2, 16 * MiB, 10 * MiB, 1);
    zoe_source *source = stage_source(&s, "f", 1, 4);
    fake_close_gates(s.fake);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0, .direction = 1};
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 1, 1));
    want.playhead = want.in = want.out = 2;
    stage_want(source, &want);
    /* It was looked at, and found no room. */
    assert_true(fake_wait_opened(s.fake, 3, 1));
    assert_true(stage_wait_state(source, 2, ZOE_FRAME_HEADER));
    for (int i = 0; i < 200; i++) {
        zoe_frame frame;
        assert_int_equal(zoe_source_acquire(source, 2, &frame), ZOE_LOADING);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    fake_open_gates(s.fake);
    assert_comes(&s, source, 2);
    stage_end(&s);
}

/* Two sequences come later, and the nearer one has no room beside what is held: what is decoded of
 * the other one is not given up for it again and again. */
static void test_what_comes_later_stops_nothing(void **state)
{
    (void)state;
    stage s;
    zoe_source *a, *b;
    zoe_want want, idle = {.idle = 1};
    zoe_frame shown = show_of_two(&s, &a, &b, &want);
    stage_set_sizes(&s, 101, 2 * MiB, 0);
    zoe_source *c = stage_source(&s, "c", 101, 101);
    stage_want(a, &idle);
    want.delay = 2;
    stage_settle(&s, b, &want);
    assert_int_equal(stage_state(b, 0), ZOE_FRAME_HEADER);
    want = (zoe_want){.playhead = 0, .in = 0, .out = 0, .delay = 5};
    stage_want(c, &want);
    assert_true(stage_wait_state(c, 0, ZOE_FRAME_LOADED));
    assert_int_equal(fake_opened(s.fake, 101), 1);
    zoe_frame_release(&shown);
    assert_true(stage_wait_state(b, 0, ZOE_FRAME_LOADED));
    stage_end(&s);
}

/* Opening the file alone takes all of the limit: that is told, too, and not tried for ever. */
static void test_a_file_as_large_as_the_limit(void **state)
{
    (void)state;
    stage s;
    zoe_source *a, *b;
    zoe_want want;
    zoe_frame shown = show_of_two(&s, &a, &b, &want);
    fake_lock(s.fake, 101)->file_bytes = 16 * MiB;
    fake_unlock(s.fake);
    zoe_source *c = stage_source(&s, "c", 101, 101);
    want = (zoe_want){.playhead = 0, .in = 0, .out = 0};
    stage_want(c, &want);
    assert_no_room(c, 0);
    zoe_frame_release(&shown);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_says_so_and_why),
        cmocka_unit_test(test_letting_go_brings_it),
        cmocka_unit_test(test_the_limit_that_it_names_will_do),
        cmocka_unit_test(test_a_playhead_that_moves_on_takes_it_back),
        cmocka_unit_test(test_what_only_pins_hold_counts),
        cmocka_unit_test(test_a_second_playhead_hears_of_the_first),
        cmocka_unit_test(test_the_program_is_told),
        cmocka_unit_test(test_a_passing_shortage_is_not_told),
        cmocka_unit_test(test_what_comes_later_stops_nothing),
        cmocka_unit_test(test_a_file_as_large_as_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
