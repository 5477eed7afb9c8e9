/*
 * What is fetched ahead of decoding, from a storage that does what the test says.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/fake_storage.h"
#include "support/stage.h"

enum { FRAME = 1 << 20, ROOM = 200 << 20, SMALL_ROOM = 16 << 20 };

static stage s;
static fake_storage *store;

static void begin(uint64_t limit, int64_t last)
{
    stage_begin(&s, 2, limit, FRAME, 2);
    for (int64_t i = 0; i <= last; i++)
        stage_touch(&s, "f", i);
    store = fake_storage_create(s.folder);
}

static zoe_source *open_in(zoe_engine *engine)
{
    zoe_sequence *sequence = NULL;
    zoe_source *source = NULL;
    zoe_error error;
    if (zoe_sequence_open("http://fake/f.####.exr", fake_storage_storage(store), &sequence,
                          &error) != ZOE_OK ||
        zoe_source_open(engine, &sequence, NULL, &source, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    return source;
}

static void end(void)
{
    stage_end(&s);
    fake_storage_destroy(store);
}

/* The numbers of the paths that were asked for, from the n-th on. */
static void assert_order(int from, int count, const int *numbers)
{
    static char text[1 << 16];
    fake_storage_order(store, text, sizeof text);
    char *at = text;
    for (int i = 0; i < from + count; i++, at++) {
        if (i >= from && atoi(at + 2) != numbers[i - from])
            fail_msg("%d was asked for in place of %d: %s", atoi(at + 2), numbers[i - from], text);
        at = strchr(at, ' ');
        assert_non_null(at);
    }
}

static zoe_nearness nearness(zoe_source *source, int64_t position)
{
    uint8_t value = 255;
    assert_int_equal(zoe_source_nearness(source, position, 1, &value), ZOE_OK);
    return (zoe_nearness)value;
}

static void the_want_says_what_is_fetched_next(void **state)
{
    (void)state;
    begin(ROOM, 19);
    zoe_source *source = open_in(s.engine);
    assert_int_equal(zoe_source_is_far(source), 1);
    fake_storage_fetch_at_once(store, 1);
    zoe_want want = stage_play(5, 0, 19);
    stage_want(source, &want);
    fake_storage_wait(store, 20, 20);
    stage_rest(&s);
    assert_order(0, 20,
                 (int[]){5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 0, 1, 2, 3, 4});
    stage_assert_loaded(source, 0, 19);
    for (int64_t i = 0; i < 20; i++)
        assert_int_equal(fake_opened(s.fake, i), 1);
    end();
}

static void nobody_decodes_what_is_far(void **state)
{
    (void)state;
    begin(ROOM, 9);
    fake_storage_let_arrive(store, 0);
    zoe_source *source = open_in(s.engine);
    zoe_want want = stage_play(3, 0, 9);
    stage_want(source, &want);
    fake_storage_wait(store, 2, 0);
    stage_rest(&s);
    for (int64_t i = 0; i < 10; i++)
        assert_int_equal(fake_opened(s.fake, i), 0);
    assert_int_equal(nearness(source, 3), ZOE_FETCHING);
    assert_int_equal(nearness(source, 4), ZOE_FETCHING);
    assert_int_equal(nearness(source, 5), ZOE_FAR);
    zoe_frame frame;
    assert_int_equal(zoe_source_acquire(source, 3, &frame), ZOE_LOADING);
    fake_storage_let_arrive(store, 1);
    frame = stage_wait(source, 3);
    stage_assert_right(&s, &frame, 3, 1);
    zoe_frame_release(&frame);
    stage_rest(&s);
    stage_assert_loaded(source, 3, 3);
    assert_int_equal(nearness(source, 3), ZOE_NEAR);
    end();
}

static void a_seek_comes_first(void **state)
{
    (void)state;
    begin(ROOM, 99);
    fake_storage_let_arrive(store, 2);
    zoe_source *source = open_in(s.engine);
    zoe_want want = stage_play(0, 0, 99);
    stage_want(source, &want);
    fake_storage_wait(store, 4, 2); /* 2 and 3 are on their way */
    want = stage_play(50, 0, 99);
    stage_want(source, &want);
    fake_storage_wait(store, 6, 2);
    assert_order(0, 6, (int[]){0, 1, 2, 3, 50, 51});
    assert_int_equal(fake_storage_count(store).cancelled, 2);
    assert_int_equal(nearness(source, 2), ZOE_FAR);
    /* What play passes goes on. */
    for (want.playhead = 52; want.playhead < 80; want.playhead += 2)
        stage_want(source, &want);
    fake_storage_let_arrive(store, 4);
    fake_storage_wait(store, 8, 4);
    assert_int_equal(fake_storage_count(store).cancelled, 2);
    assert_int_equal(nearness(source, 50), ZOE_NEAR);
    assert_order(6, 2, (int[]){78, 79});
    end();
}

static bool is_wanted(zoe_source *source, int64_t number)
{
    const zoe_ahead *ahead = s.engine->aheads.first;
    return ahead->demand.is_wanted(ahead->demand.user,
                                   (zoe_demand_token){source->serial, number, source->seeks});
}

static bool is_jump(zoe_source *source, int64_t number)
{
    const zoe_ahead *ahead = s.engine->aheads.first;
    return ahead->demand.is_jump(ahead->demand.user,
                                 (zoe_demand_token){source->serial, number, source->seeks});
}

static bool is_awaited(zoe_source *source, int64_t number)
{
    const zoe_ahead *ahead = s.engine->aheads.first;
    return ahead->demand.is_awaited(ahead->demand.user,
                                    (zoe_demand_token){source->serial, number, source->seeks});
}

static bool is_waiting(void)
{
    const zoe_ahead *ahead = s.engine->aheads.first;
    return ahead->demand.is_waiting(ahead->demand.user);
}

static void a_jump_is_told_once(void **state)
{
    (void)state;
    begin(ROOM, 9);
    fake_storage_let_arrive(store, 0);
    zoe_source *source = open_in(s.engine);
    zoe_want want = stage_play(3, 0, 9);
    stage_want(source, &want);
    assert_false(is_jump(source, 4));
    assert_true(is_jump(source, 3));
    assert_false(is_jump(source, 3));
    assert_true(is_awaited(source, 3));
    assert_false(is_awaited(source, 4));
    /* Play goes on. */
    want.playhead = 4;
    stage_want(source, &want);
    assert_false(is_jump(source, 4));
    assert_true(is_awaited(source, 4));
    assert_false(is_awaited(source, 3));
    want.playhead = 8;
    want.playing = 0;
    stage_want(source, &want);
    assert_false(is_jump(source, 4));
    assert_true(is_jump(source, 8));
    /* What comes later is not looked at, and who wants nothing jumps nowhere. */
    want.playhead = 1;
    want.delay = 5;
    stage_want(source, &want);
    assert_false(is_jump(source, 1));
    assert_false(is_awaited(source, 1));
    want.delay = 0;
    want.idle = 1;
    stage_want(source, &want);
    assert_false(is_jump(source, 1));
    assert_false(is_awaited(source, 1));
    fake_storage_let_arrive(store, 1);
    end();
}

static void a_playhead_waits_until_its_frame_is_fetched(void **state)
{
    (void)state;
    begin(ROOM, 9);
    fake_storage_let_arrive(store, 0);
    fake_storage_fetch_at_once(store, 0);
    zoe_source *source = open_in(s.engine);
    zoe_want want = stage_play(3, 0, 9);
    want.delay = 5;
    stage_want(source, &want);
    assert_false(is_waiting());
    want.delay = 0;
    stage_want(source, &want);
    assert_true(is_waiting());
    fake_storage_fetch_at_once(store, 1);
    fake_storage_wait(store, 1, 0);
    assert_false(is_waiting());
    /* Once it is near, it is. */
    fake_storage_let_arrive(store, 1);
    zoe_frame frame = stage_wait(source, 3);
    zoe_frame_release(&frame);
    assert_false(is_waiting());
    end();
}

static void what_arrived_is_wanted_until_it_is_decoded(void **state)
{
    (void)state;
    begin(ROOM, 5);
    fake_storage_let_arrive(store, 0);
    zoe_source *source = open_in(s.engine);
    zoe_want want = stage_play(0, 0, 5);
    fake_close_gates(s.fake);
    stage_want(source, &want);
    fake_storage_wait(store, 2, 0);
    assert_true(is_wanted(source, 1));
    assert_false(is_wanted(source, 3));
    fake_storage_let_arrive(store, 6);
    fake_storage_wait(store, 6, 6);
    assert_true(is_wanted(source, 1));
    assert_true(is_wanted(source, 3));
    assert_false(is_wanted(source, 6));
    fake_open_gates(s.fake);
    stage_rest(&s);
    stage_assert_loaded(source, 0, 5);
    assert_false(is_wanted(source, 1));
    end();
}

static void errors_are_the_frames(void **state)
{
    (void)state;
    static const zoe_status statuses[] = {ZOE_ERROR_PERMISSION, ZOE_ERROR_IO, ZOE_ERROR_CORRUPT};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        begin(ROOM, 5);
        fake_storage_refuse(store, "f.0002", statuses[i]);
        zoe_source *source = open_in(s.engine);
        zoe_want want = stage_play(0, 0, 5);
        stage_want(source, &want);
        assert_true(stage_wait_state(source, 2, ZOE_FRAME_ERROR));
        zoe_frame frame = stage_wait(source, 5);
        zoe_frame_release(&frame);
        zoe_error error;
        assert_int_equal(zoe_source_frame_error(source, 2, &error), statuses[i]);
        assert_non_null(strstr(error.text, "http://fake/f.0002.exr"));
        assert_int_equal(zoe_source_wait(source, 2, stage_soon(), &frame), statuses[i]);
        stage_rest(&s);
        assert_int_equal(fake_storage_count(store).asked, 6);
        assert_int_equal(stage_stats(&s).errors, 1);
        /* It is tried again when it is asked for. */
        fake_storage_refuse(store, "", ZOE_OK);
        assert_int_equal(zoe_source_refresh(source, NULL, NULL), ZOE_OK);
        frame = stage_wait(source, 2);
        zoe_frame_release(&frame);
        end();
    }
}

/* A server that does not answer takes nothing away that is in memory. */
static void what_nobody_knows_of_stays(void **state)
{
    (void)state;
    begin(ROOM, 5);
    zoe_source *source = open_in(s.engine);
    zoe_want want = stage_play(0, 0, 5);
    stage_want(source, &want);
    fake_storage_wait(store, 6, 6);
    stage_rest(&s);
    stage_assert_loaded(source, 0, 5);
    fake_storage_refuse(store, "f.", ZOE_ERROR_IO);
    zoe_refresh_report report;
    int32_t changed;
    assert_int_equal(zoe_source_refresh(source, &report, NULL), ZOE_OK);
    assert_int_equal(report.changed, 0);
    assert_int_equal(zoe_source_reload(source, 2, &changed), ZOE_OK);
    assert_int_equal(changed, 0);
    stage_assert_loaded(source, 0, 5);
    assert_int_equal(fake_opened(s.fake, 2), 1);
    /* One that answers does. */
    fake_storage_refuse(store, "f.", ZOE_OK);
    stage_remove(&s, "f", 2);
    assert_int_equal(zoe_source_reload(source, 2, &changed), ZOE_OK);
    assert_int_equal(changed, 1);
    assert_int_equal(stage_state(source, 2), ZOE_FRAME_MISSING);
    end();
}

/* Asking a server that does not answer would keep the worker from what is wanted now. */
static void what_is_given_up_is_not_asked_about(void **state)
{
    (void)state;
    begin(ROOM, 9);
    fake_lock(s.fake, 3)->endless_open = true;
    fake_unlock(s.fake);
    zoe_source *source = open_in(s.engine);
    zoe_want want = stage_play(3, 3, 3);
    stage_want(source, &want);
    assert_true(fake_wait_opened(s.fake, 3, 1));
    want = stage_play(7, 7, 7);
    stage_want(source, &want);
    zoe_frame frame = stage_wait(source, 7);
    zoe_frame_release(&frame);
    stage_rest(&s);
    assert_int_equal(stage_state(source, 3), ZOE_FRAME_EMPTY);
    assert_int_equal(fake_storage_count(store).identified, 0);
    end();
}

static void what_is_not_there_is_a_gap(void **state)
{
    (void)state;
    begin(ROOM, 5);
    zoe_source *source = open_in(s.engine);
    stage_remove(&s, "f", 2);
    zoe_want want = stage_play(0, 0, 5);
    stage_want(source, &want);
    assert_true(stage_wait_state(source, 2, ZOE_FRAME_MISSING));
    zoe_frame frame = stage_wait(source, 5);
    zoe_frame_release(&frame);
    assert_int_equal(zoe_source_wait(source, 2, stage_soon(), &frame), ZOE_MISSING);
    assert_int_equal(stage_stats(&s).errors, 0);
    end();
}

/* Plays `turns` turns of 0..last, each frame waited for. */
static void play(zoe_source *source, int64_t last, int turns)
{
    for (int64_t i = 0; i < (last + 1) * turns; i++) {
        zoe_want want = stage_play(i % (last + 1), 0, last);
        stage_want(source, &want);
        zoe_frame frame = stage_wait(source, i % (last + 1));
        stage_assert_right(&s, &frame, i % (last + 1), 1);
        zoe_frame_release(&frame);
    }
}

static void a_loop_on_disk_is_fetched_once(void **state)
{
    (void)state;
    begin(SMALL_ROOM, 29);
    fake_storage_set_room(store, (uint64_t)1 << 30, 0, 1000);
    zoe_source *source = open_in(s.engine);
    play(source, 29, 3);
    assert_int_equal(fake_storage_count(store).asked, 30);
    for (int64_t i = 0; i < 30; i++)
        assert_int_equal(nearness(source, i), ZOE_NEAR);
    end();
}

static void without_a_disk_the_window_is_what_memory_holds(void **state)
{
    (void)state;
    begin(SMALL_ROOM, 29);
    fake_storage_set_room(store, 0, 4000, 1000);
    zoe_source *source = open_in(s.engine);
    play(source, 29, 2);
    stage_rest(&s);
    /* Frames that left memory were fetched again, those that stayed were not. */
    int64_t asked = fake_storage_count(store).asked;
    assert_in_range(asked, 40, 75);
    int64_t near = 0;
    for (int64_t i = 0; i < 30; i++)
        near += nearness(source, i) != ZOE_FAR;
    assert_in_range(near, 0, 4);
    end();
}

static void a_limit_below_what_the_storage_holds_is_no_room(void **state)
{
    (void)state;
    begin(SMALL_ROOM, 9);
    fake_storage_set_room(store, (uint64_t)1 << 30, SMALL_ROOM + FRAME, 1000);
    zoe_source *source = open_in(s.engine);
    zoe_want want = stage_play(3, 0, 9);
    zoe_frame frame;
    zoe_error why;
    stage_want(source, &want);
    assert_int_equal(zoe_source_wait(source, 3, stage_soon(), &frame), ZOE_NO_ROOM);
    assert_int_equal(zoe_source_frame_error(source, 3, &why), ZOE_NO_ROOM);
    assert_non_null(strstr(why.text, "network hold 17.0 MB"));
    assert_non_null(strstr(why.text, "limit of 16.0 MB"));
    /* The limit that would do does. */
    zoe_budget budget = {.bytes = ROOM};
    assert_int_equal(zoe_engine_set_budget(s.engine, &budget, NULL), ZOE_OK);
    frame = stage_wait(source, 3);
    stage_assert_right(&s, &frame, 3, 1);
    zoe_frame_release(&frame);
    end();
}

static void no_more_is_fetched_than_the_disk_holds(void **state)
{
    (void)state;
    begin(SMALL_ROOM, 99);
    fake_storage_set_room(store, 20 * 1000 / 7 * 8, 0, 1000);
    zoe_source *source = open_in(s.engine);
    zoe_want want = stage_play(0, 0, 99);
    stage_want(source, &want);
    fake_storage_wait(store, 19, 19);
    stage_rest(&s);
    assert_in_range(fake_storage_count(store).asked, 19, 21);
    want.playhead = 50;
    stage_want(source, &want);
    fake_storage_wait(store, 38, 38);
    stage_rest(&s);
    assert_in_range(fake_storage_count(store).asked, 38, 42);
    assert_int_equal(nearness(source, 0), ZOE_FAR);
    assert_int_equal(nearness(source, 55), ZOE_NEAR);
    end();
}

static void its_memory_is_in_the_limit(void **state)
{
    (void)state;
    begin(ROOM, 9);
    uint64_t before = stage_stats(&s).used_bytes;
    zoe_source *source = open_in(s.engine);
    assert_int_equal(stage_stats(&s).used_bytes, before + (1 << 20));
    zoe_source *second = open_in(s.engine);
    assert_int_equal(stage_stats(&s).used_bytes, before + (1 << 20));
    zoe_source_close(&source);
    assert_int_equal(stage_stats(&s).used_bytes, before + (1 << 20));
    zoe_source_close(&second);
    assert_int_equal(stage_stats(&s).used_bytes, before);
    end();
}

static void a_second_engine_reads_as_it_decodes(void **state)
{
    (void)state;
    begin(ROOM, 5);
    zoe_source *source = open_in(s.engine);
    stage other;
    stage_begin(&other, 2, ROOM, FRAME, 1);
    zoe_source *second = open_in(other.engine);
    assert_int_equal(zoe_source_is_far(source), 1);
    assert_int_equal(zoe_source_is_far(second), 0);
    fake_storage_let_arrive(store, 0);
    zoe_want want = stage_play(0, 0, 5);
    stage_settle(&other, second, &want);
    stage_assert_loaded(second, 0, 5);
    assert_int_equal(nearness(second, 0), ZOE_NEAR);
    stage_end(&other);
    end();
}

static void closing_ends_what_is_under_way(void **state)
{
    (void)state;
    begin(ROOM, 9);
    fake_storage_let_arrive(store, 0);
    zoe_source *source = open_in(s.engine);
    zoe_source *second = open_in(s.engine);
    zoe_want want = stage_play(0, 0, 9);
    stage_want(source, &want);
    fake_storage_wait(store, 2, 0);
    zoe_source_close(&source);
    stage_want(second, &want);
    fake_storage_wait(store, 4, 0); /* the first one's were cancelled */
    zoe_source_close(&second);
    assert_int_equal(fake_storage_count(store).cancelled, 4);
    end();
}

static void a_new_list_keeps_what_is_there(void **state)
{
    (void)state;
    begin(ROOM, 9);
    zoe_source *source = open_in(s.engine);
    zoe_want want = stage_play(0, 0, 9);
    stage_want(source, &want);
    fake_storage_wait(store, 10, 10);
    stage_rest(&s);
    stage_touch(&s, "f", 10);
    zoe_refresh_report report;
    assert_int_equal(zoe_source_refresh(source, &report, NULL), ZOE_OK);
    assert_int_equal(report.added, 1);
    want = stage_play(0, 0, 10);
    stage_want(source, &want);
    zoe_frame frame = stage_wait(source, 10);
    zoe_frame_release(&frame);
    assert_int_equal(zoe_source_is_far(source), 1);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_want_says_what_is_fetched_next),
        cmocka_unit_test(nobody_decodes_what_is_far),
        cmocka_unit_test(a_seek_comes_first),
        cmocka_unit_test(a_jump_is_told_once),
        cmocka_unit_test(a_playhead_waits_until_its_frame_is_fetched),
        cmocka_unit_test(what_arrived_is_wanted_until_it_is_decoded),
        cmocka_unit_test(errors_are_the_frames),
        cmocka_unit_test(what_nobody_knows_of_stays),
        cmocka_unit_test(what_is_given_up_is_not_asked_about),
        cmocka_unit_test(what_is_not_there_is_a_gap),
        cmocka_unit_test(a_loop_on_disk_is_fetched_once),
        cmocka_unit_test(without_a_disk_the_window_is_what_memory_holds),
        cmocka_unit_test(no_more_is_fetched_than_the_disk_holds),
        cmocka_unit_test(a_limit_below_what_the_storage_holds_is_no_room),
        cmocka_unit_test(its_memory_is_in_the_limit),
        cmocka_unit_test(a_second_engine_reads_as_it_decodes),
        cmocka_unit_test(closing_ends_what_is_under_way),
        cmocka_unit_test(a_new_list_keeps_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
