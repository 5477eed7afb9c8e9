/*
 * Wants that change while frames are decoded: what is stopped and where, what is finished, what
 * everybody helps with, and that nothing piles up.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "support/seeded_random.h"
#include "support/stage.h"

static const size_t MiB = (size_t)1 << 20;

static zoe_want spiral(int64_t playhead, int64_t in, int64_t out)
{
    return (zoe_want){.playhead = playhead, .in = in, .out = out, .direction = 1};
}

/* Position p is number p + 1. */

/* On a slow machine a picture would be due before the want changes, and the load be kept. */
static void wait_for_no_picture(stage *s)
{
    s->engine->cache.patience_ns = UINT64_MAX;
}

static void test_a_stale_load_stops_at_the_next_piece(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 100);
    wait_for_no_picture(&s);
    fake_close_gates(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 60);
    zoe_want want = spiral(2, 0, 59);
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 3, 1));
    fake_pass(s.fake, 3, 4);
    assert_true(fake_wait_started(s.fake, 3, 5));
    uint64_t epoch = zoe_source_epoch(source);
    want.playhead = 50;
    stage_want(source, &want);
    assert_true(zoe_source_epoch(source) > epoch);
    /* The piece under way is the last one. */
    fake_pass(s.fake, 3, 90);
    assert_true(fake_wait_started(s.fake, 51, 1));
    assert_int_equal(fake_finished(s.fake, 3), 5);
    zoe_stats stats = stage_stats(&s);
    assert_int_equal(stats.stale_stopped, 1);
    assert_int_equal(stats.stale_skipped, 0);
    assert_int_equal(stats.in_flight_bytes, MiB);
    assert_int_equal(stage_state(source, 2), ZOE_FRAME_HEADER);
    fake_open_gates(s.fake);
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 0, 59), 60);
    stage_end(&s);
}

static _Atomic uint64_t fake_now = 1;

static uint64_t fake_clock(void)
{
    return fake_now;
}

/* Who scrubs faster than frames are decoded still sees one when the time has come. */
static void test_a_picture_comes_when_patience_is_over(void **state)
{
    (void)state;
    for (int over = 0; over <= 1; over++) {
        stage s;
        stage_begin(&s, 1, 64 * MiB, MiB, 10);
        s.engine->cache.now_ns = fake_clock;
        fake_close_gates(s.fake);
        zoe_source *source = stage_source(&s, "f", 1, 60);
        zoe_want want = spiral(2, 0, 59);
        stage_want(source, &want);
        assert_true(fake_wait_started(s.fake, 3, 1));
        fake_now += s.engine->cache.patience_ns - 1 + (uint64_t)over;
        want.playhead = 50;
        stage_want(source, &want);
        fake_open_gates(s.fake);
        stage_rest(&s);
        assert_int_equal(stage_stats(&s).stale_stopped + stage_stats(&s).stale_skipped, !over);
        assert_int_equal(fake_opened(s.fake, 3), over ? 1 : 2);
        stage_end(&s);
    }
}

/* While nothing was wanted nobody waited for a picture. */
static void test_idle_time_is_not_waiting(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 10);
    s.engine->cache.now_ns = fake_clock;
    fake_close_gates(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 60);
    zoe_want want = spiral(2, 0, 59), idle = {.idle = 1};
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 3, 1));
    stage_want(source, &idle);
    fake_pass(s.fake, 3, 1);
    stage_rest(&s);
    fake_now += 10 * s.engine->cache.patience_ns;
    want = spiral(20, 0, 59);
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 21, 1));
    want = spiral(50, 0, 59);
    stage_want(source, &want);
    fake_pass(s.fake, 21, 9);
    assert_true(fake_wait_started(s.fake, 51, 1));
    assert_int_equal(fake_finished(s.fake, 21), 1);
    stage_end(&s);
}

static void test_a_load_that_had_not_begun_is_skipped(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 4);
    wait_for_no_picture(&s);
    fake_lock(s.fake, 3)->open_gate = true;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 60);
    zoe_want want = spiral(2, 0, 59);
    stage_want(source, &want);
    assert_true(fake_wait_opened(s.fake, 3, 1));
    want = spiral(50, 30, 59);
    stage_want(source, &want);
    fake_pass_open(s.fake, 3);
    stage_rest(&s);
    assert_int_equal(fake_started(s.fake, 3), 0);
    assert_int_equal(stage_stats(&s).stale_skipped, 1);
    assert_int_equal(stage_loaded(source, 30, 59), 30);
    assert_int_equal(stage_loaded(source, 0, 29), 0);
    stage_end(&s);
}

static void test_what_is_still_needed_is_finished(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 4);
    fake_close_gates(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 60);
    zoe_want want = spiral(20, 0, 59);
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 21, 1));
    /* Two on: a new epoch, but the frame is only the third one now. */
    uint64_t epoch = zoe_source_epoch(source);
    want.playhead = 22;
    stage_want(source, &want);
    assert_true(zoe_source_epoch(source) > epoch);
    fake_open_gates(s.fake);
    stage_rest(&s);
    assert_int_equal(fake_finished(s.fake, 21), 4);
    assert_int_equal(fake_opened(s.fake, 21), 1);
    assert_int_equal(stage_stats(&s).stale_stopped + stage_stats(&s).stale_skipped, 0);
    stage_end(&s);
}

static void test_a_step_begins_no_epoch(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 2);
    zoe_source *source = stage_source(&s, "f", 1, 20);
    zoe_want want = stage_play(0, 0, 19);
    stage_want(source, &want);
    uint64_t epoch = zoe_source_epoch(source);
    for (int i = 1; i < 45; i++) {
        want.playhead = i % 20;
        stage_want(source, &want);
    }
    assert_int_equal(zoe_source_epoch(source), epoch);
    want.playhead = 9;
    stage_want(source, &want);
    assert_int_equal(zoe_source_epoch(source), epoch + 1);
    stage_end(&s);
}

static void test_all_workers_share_the_frame_that_is_waited_for(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 4, 64 * MiB, MiB, 12);
    zoe_source *source = stage_source(&s, "f", 1, 20);
    /* What a frame takes is known. */
    zoe_want want = spiral(19, 19, 19);
    stage_settle(&s, source, &want);
    fake_close_gates(s.fake);
    fake_lock(s.fake, 8)->open_gate = true;
    fake_unlock(s.fake);
    want = spiral(7, 0, 19);
    stage_want(source, &want);
    /* While the file is being opened, the others begin its neighbours; they come after a piece. */
    static const int64_t neighbours[] = {9, 7, 10};
    for (size_t i = 0; i < 3; i++)
        assert_true(fake_wait_started(s.fake, neighbours[i], 1));
    fake_pass_open(s.fake, 8);
    assert_true(fake_wait_started(s.fake, 8, 1));
    for (size_t i = 0; i < 3; i++)
        fake_pass(s.fake, neighbours[i], 1);
    assert_true(fake_wait_started(s.fake, 8, 4));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(fake_started(s.fake, neighbours[i]), 1);
    assert_int_equal(fake_finished(s.fake, 8), 0);
    assert_true(stage_stats(&s).loads_pending <= 4 + ZOE_LOADS_SPARE);
    fake_open_gates(s.fake);
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 0, 19), 20);
    for (int64_t number = 1; number <= 20; number++)
        assert_int_equal(fake_finished(s.fake, number), 12);
    stage_end(&s);
}

static void test_a_preload_is_left_for_the_playhead(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 10);
    zoe_source *source = stage_source(&s, "f", 1, 20);
    zoe_want want = spiral(4, 4, 4);
    stage_settle(&s, source, &want);
    fake_close_gates(s.fake);
    want = spiral(4, 0, 19);
    stage_want(source, &want);
    /* The worker is at a neighbour. One piece on, it goes to the playhead, and then comes back. */
    assert_true(fake_wait_started(s.fake, 6, 1));
    want.playhead = 6;
    stage_want(source, &want);
    fake_pass(s.fake, 6, 1);
    assert_true(fake_wait_started(s.fake, 7, 1));
    assert_int_equal(fake_started(s.fake, 6), 1);
    assert_int_equal(stage_stats(&s).loads_pending, 2);
    fake_pass(s.fake, 7, 10);
    fake_pass(s.fake, 8, 10); /* the next one in either direction */
    assert_true(fake_wait_started(s.fake, 6, 2));
    fake_open_gates(s.fake);
    stage_rest(&s);
    assert_int_equal(fake_finished(s.fake, 6), 10);
    assert_int_equal(fake_opened(s.fake, 6), 1);
    stage_end(&s);
}

/* The limit holds two frames; both are being decoded when the playhead goes to a third. */
static void test_the_playhead_takes_the_buffer_of_what_is_needed_last(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 16 * MiB, 8 * MiB, 6);
    fake_lock(s.fake, 1)->pieces = 1;
    fake_unlock(s.fake);
    fake_close_gates(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 6);
    zoe_want want = spiral(0, 0, 5);
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 1, 1));
    assert_true(fake_wait_started(s.fake, 2, 1));
    want.playhead = 2;
    stage_want(source, &want);
    fake_pass(s.fake, 2, 1);
    fake_pass(s.fake, 1, 1);
    assert_true(fake_wait_started(s.fake, 3, 1));
    fake_open_gates(s.fake);
    stage_rest(&s);
    assert_int_equal(stage_state(source, 2), ZOE_FRAME_LOADED);
    assert_true(stage_stats(&s).high_water_bytes <= 16 * MiB);
    stage_end(&s);
}

/* A scrub of ten thousand seeks: nothing is queued, and the last one is what counts. */
static void test_nothing_piles_up(void **state)
{
    (void)state;
    uint64_t seed = seeded_random_seed(99);
    stage s;
    stage_begin(&s, 2, 16 * MiB, MiB, 8);
    zoe_source *source = stage_source(&s, "f", 1, 300);
    zoe_want want = spiral(0, 0, 299);
    zoe_engine_reset_stats(s.engine);
    for (int i = 0; i < 10000; i++) {
        want.playhead = (int64_t)stage_random(&seed, 300);
        stage_want(source, &want);
        if (i % 100 == 0)
            assert_true(stage_stats(&s).loads_pending <= 2 + ZOE_LOADS_SPARE);
    }
    zoe_frame frame = stage_wait(source, want.playhead);
    zoe_frame_release(&frame);
    stage_rest(&s);
    assert_int_equal(stage_stats(&s).frames_loaded, 16);
    assert_int_equal(stage_stats(&s).used_bytes, 16 * MiB);
    stage_end(&s);
}

static void test_workers_come_and_go(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 4, 64 * MiB, MiB, 6);
    zoe_source *source = stage_source(&s, "f", 1, 50);
    zoe_want want = spiral(25, 0, 49);
    stage_want(source, &want);
    static const uint32_t counts[] = {1, 8, 2, 3, 1};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        assert_int_equal(zoe_engine_set_workers(s.engine, counts[i]), ZOE_OK);
        assert_int_equal(stage_stats(&s).workers, counts[i]);
    }
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 0, 49), 50);
    for (int64_t number = 1; number <= 50; number++)
        assert_int_equal(fake_finished(s.fake, number), 6);
    assert_int_equal(zoe_engine_set_workers(s.engine, 0), ZOE_OK);
    assert_int_equal(zoe_engine_set_workers(s.engine, ZOE_WORKERS_MAX + 1), ZOE_ERROR_ARGUMENT);
    stage_end(&s);
}

typedef struct resize_call {
    zoe_engine *engine;
    _Atomic bool done;
} resize_call;

static void *keep_one_worker(void *arg)
{
    resize_call *call = arg;
    zoe_engine_set_workers(call->engine, 1);
    call->done = true;
    return NULL;
}

/* The number of the frame that a worker is at. */
static int64_t number_at(stage *s, uint32_t worker)
{
    zoe_cache_lock(&s->engine->cache);
    const zoe_load *load = s->engine->workers.workers[worker].load_worker.load;
    int64_t number = load ? load->position + 1 : -1;
    zoe_cache_unlock(&s->engine->cache);
    return number;
}

/* A worker that is to go leaves its frame after the piece that it is at. */
static void test_a_stopped_worker_leaves_at_its_next_piece(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, MiB, 8);
    fake_close_gates(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 4);
    /* In real time no frame is shared: the workers are at numbers 2 and 3. */
    zoe_want want = stage_play(0, 0, 3);
    want.rate = 24;
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 2, 1));
    assert_true(fake_wait_started(s.fake, 3, 1));
    int64_t number = number_at(&s, 1);
    resize_call call = {.engine = s.engine};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, keep_one_worker, &call), 0);
    uint64_t deadline = stage_soon();
    while (stage_stats(&s).workers > 1 && zoe_now_ns() < deadline)
        sched_yield();
    fake_pass(s.fake, number, 1);
    while (!call.done && zoe_now_ns() < deadline)
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    assert_true(call.done);
    pthread_join(thread, NULL);
    assert_int_equal(fake_started(s.fake, number), 1);
    /* The other one goes on with it. */
    fake_open_gates(s.fake);
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 0, 3), 4);
    assert_int_equal(fake_opened(s.fake, number), 1);
    stage_end(&s);
}

/* ---- stopped at the very end ---- */

static _Atomic int reached;
static zoe_decoder plain;

/* The first time it takes as long as it may. */
static zoe_status finish_until_stopped(void *user, void *file, uint8_t *buffer, size_t bytes,
                                       zoe_picture *picture, zoe_error *error)
{
    (void)user;
    (void)file;
    (void)buffer;
    (void)bytes;
    (void)picture;
    if (atomic_fetch_add(&reached, 1) > 0)
        return ZOE_OK;
    while (!zoe_stop_wanted())
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    return zoe_error_set(error, ZOE_STALE, "stopped");
}

/* Finds fault with what it has when it is stopped, the first time. */
static zoe_status decode_until_stopped(void *user, void *file, int32_t piece, uint8_t *buffer,
                                       size_t buffer_bytes, void *scratch, size_t scratch_bytes,
                                       zoe_error *error)
{
    if (atomic_fetch_add(&reached, 1) > 0)
        return plain.decode(user, file, piece, buffer, buffer_bytes, scratch, scratch_bytes, error);
    while (!zoe_stop_wanted())
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    zoe_error_set(error, ZOE_ERROR_CORRUPT, "half a piece");
    return ZOE_STALE;
}

static void check_stopped(bool in_a_piece)
{
    stage s;
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.workers = 1;
    settings.budget.bytes = 16 * MiB;
    fake_decoder *fake = fake_decoder_new(MiB, 2);
    zoe_decoder decoder = fake_decoder_interface(fake);
    plain = decoder;
    if (in_a_piece)
        decoder.decode = decode_until_stopped;
    else
        decoder.finish = finish_until_stopped;
    atomic_store(&reached, 0);
    stage_begin_with(&s, &settings, fake, &decoder);
    zoe_source *source = stage_source(&s, "f", 1, 1);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0}, idle = {.idle = 1};
    stage_want(source, &want);
    while (atomic_load(&reached) == 0)
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    stage_settle(&s, source, &idle);
    assert_int_equal(stage_state(source, 0), ZOE_FRAME_HEADER);
    assert_int_equal(stage_stats(&s).errors, 0);
    stage_settle(&s, source, &want);
    assert_int_equal(stage_state(source, 0), ZOE_FRAME_LOADED);
    stage_end(&s);
}

static void test_a_frame_stopped_at_its_end_is_no_error(void **state)
{
    (void)state;
    check_stopped(false);
}

static void test_a_frame_stopped_in_a_piece_is_no_error(void **state)
{
    (void)state;
    check_stopped(true);
}

/* Makes frame 3 one that is never done: its first piece, or opening it, goes on until it is told to
 * stop. */
static zoe_source *begin_endless(stage *s, uint32_t workers, bool open)
{
    stage_begin(s, workers, 64 * MiB, MiB, 4);
    wait_for_no_picture(s);
    fake_frame *frame = fake_lock(s->fake, 3);
    frame->endless_pieces = 1;
    frame->endless_open = open;
    fake_unlock(s->fake);
    zoe_source *source = stage_source(s, "f", 1, 60);
    zoe_want want = spiral(2, 0, 59);
    stage_want(source, &want);
    assert_true(open ? fake_wait_opened(s->fake, 3, 1) : fake_wait_started(s->fake, 3, 1));
    return source;
}

/* A piece can be a whole picture: what nobody wants any more does not keep a worker to its end. */
static void test_a_piece_is_stopped_inside(void **state)
{
    (void)state;
    for (int open = 0; open <= 1; open++) {
        stage s;
        zoe_source *source = begin_endless(&s, 1, open);
        zoe_want want = spiral(50, 40, 59);
        stage_want(source, &want);
        stage_rest(&s);
        stage_assert_loaded(source, 40, 59);
        zoe_stats stats = stage_stats(&s);
        assert_int_equal(stats.errors, 0);
        assert_int_equal(stats.stale_stopped + stats.stale_skipped, 1);
        /* It was given up, and is no error: when it is wanted again it is begun again. */
        fake_frame *frame = fake_lock(s.fake, 3);
        frame->endless_pieces = 0;
        frame->endless_open = false;
        fake_unlock(s.fake);
        want = spiral(2, 0, 9);
        stage_settle(&s, source, &want);
        zoe_frame got = stage_acquire(source, 2);
        stage_assert_right(&s, &got, 3, 1);
        zoe_frame_release(&got);
        stage_end(&s);
    }
}

static void test_closing_stops_a_piece_inside(void **state)
{
    (void)state;
    for (int open = 0; open <= 1; open++) {
        stage s;
        zoe_source *source = begin_endless(&s, 1, open);
        zoe_source_close(&source);
        assert_int_equal(fake_open_now(s.fake), 0);
        stage_end(&s);
    }
}

static void *close_source(void *user)
{
    zoe_source_close(user);
    return NULL;
}

/* Where a worker does not hear at once that it should stop, whoever waits for it sleeps, and so do
 * the workers without work: they do not wake each other in turns. */
static void test_closing_waits_at_rest(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 3, 64 * MiB, MiB, 4);
    fake_lock(s.fake, 1)->open_gate = true;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 4);
    const zoe_want want = stage_play(0, 0, 3);
    stage_want(source, &want);
    assert_true(fake_wait_opened(s.fake, 1, 1));
    _Atomic uint32_t *attention = &s.engine->cache.attention;
    uint32_t before = atomic_load(attention);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, close_source, &source), 0);
    for (int naps = 0; naps < 5; naps++)
        stage_nap(NULL);
    uint32_t calls = atomic_load(attention) - before;
    fake_open_gates(s.fake);
    pthread_join(thread, NULL);
    /* One for each load that was stopped, and for whatever came in between. */
    assert_in_range(calls, 1, 8);
    assert_int_equal(fake_open_now(s.fake), 0);
    stage_end(&s);
}

/* Another piece of the frame failed: nobody waits for this one. */
static void test_a_failed_piece_stops_the_others(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, MiB, 4);
    fake_frame *frame = fake_lock(s.fake, 3);
    frame->endless_pieces = 1;
    frame->bad_piece = 1;
    frame->decode_status = ZOE_ERROR_CORRUPT;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 60);
    zoe_want want = spiral(2, 2, 2);
    stage_settle(&s, source, &want);
    assert_int_equal(stage_state(source, 2), ZOE_FRAME_ERROR);
    stage_end(&s);
}

/* A decoder that says it was told to stop when it was not: that is an error, and no reason to begin
 * again and again. */
static void test_stopping_unasked_is_an_error(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 4);
    fake_frame *frame = fake_lock(s.fake, 3);
    frame->decode_status = ZOE_STALE;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 60);
    zoe_want want = spiral(2, 2, 2);
    stage_settle(&s, source, &want);
    assert_int_equal(stage_state(source, 2), ZOE_FRAME_ERROR);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stale_load_stops_at_the_next_piece),
        cmocka_unit_test(test_a_picture_comes_when_patience_is_over),
        cmocka_unit_test(test_idle_time_is_not_waiting),
        cmocka_unit_test(test_a_load_that_had_not_begun_is_skipped),
        cmocka_unit_test(test_what_is_still_needed_is_finished),
        cmocka_unit_test(test_a_frame_stopped_at_its_end_is_no_error),
        cmocka_unit_test(test_a_frame_stopped_in_a_piece_is_no_error),
        cmocka_unit_test(test_a_step_begins_no_epoch),
        cmocka_unit_test(test_all_workers_share_the_frame_that_is_waited_for),
        cmocka_unit_test(test_a_preload_is_left_for_the_playhead),
        cmocka_unit_test(test_the_playhead_takes_the_buffer_of_what_is_needed_last),
        cmocka_unit_test(test_nothing_piles_up),
        cmocka_unit_test(test_workers_come_and_go),
        cmocka_unit_test(test_a_stopped_worker_leaves_at_its_next_piece),
        cmocka_unit_test(test_a_piece_is_stopped_inside),
        cmocka_unit_test(test_closing_stops_a_piece_inside),
        cmocka_unit_test(test_closing_waits_at_rest),
        cmocka_unit_test(test_a_failed_piece_stops_the_others),
        cmocka_unit_test(test_stopping_unasked_is_an_error),
    };
    return cmocka_run_group_tests_name("epoch", tests, NULL, NULL);
}
