/*
 * The transport: which frame is shown when, in every mode and under both policies, also with frames
 * missing.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <zoetrope/transport.h>

#include "support/seeded_random.h"

enum { SECOND = 1000000000 };

static int64_t random_below(uint64_t *state, int64_t n)
{
    return (int64_t)(seeded_random(state) % (uint64_t)n);
}

/* Which positions are ready, and how often the transport asked. */
typedef struct frames {
    uint64_t missing; /* bit p: position p is not ready; positions from 64 on always are */
    int asked;
} frames;

static int is_ready(void *user, int64_t position)
{
    frames *f = user;
    f->asked++;
    return position < 0 || position >= 64 || !(f->missing >> position & 1);
}

static zoe_transport_step update_with(zoe_transport *t, uint64_t now, frames *f)
{
    zoe_transport_step step;
    f->asked = 0;
    zoe_transport_update(t, now, is_ready, f, &step);
    assert_int_equal(f->asked, 1);
    assert_int_equal(step.want, t->playhead);
    assert_int_equal(step.show, t->shown);
    assert_true(step.waiting || step.show == step.want);
    return step;
}

static zoe_transport_step update(zoe_transport *t, uint64_t now)
{
    frames all = {0, 0};
    return update_with(t, now, &all);
}

/* When frame n of a run is due, by the header's formula. */
static uint64_t due(uint64_t origin, uint64_t n, int32_t numerator, int32_t denominator,
                    int32_t speed)
{
    __extension__ typedef unsigned __int128 wide;
    wide whole = (wide)n * (wide)(uint32_t)denominator * (wide)SECOND;
    return origin + (uint64_t)(whole / ((uint64_t)numerator * (uint64_t)abs(speed)));
}

/* Plays n frames, waking when asked to, and writes what is shown. */
static void play_out(zoe_transport *t, uint64_t now, int64_t *shown, int n)
{
    for (int i = 0; i < n; i++) {
        zoe_transport_step step = update(t, now);
        shown[i] = step.show;
        now = step.wake_ns;
        if (now == ZOE_NEVER) {
            for (i++; i < n; i++)
                shown[i] = -2;
            return;
        }
    }
}

#define assert_shows(transport, now, ...)                                                          \
    do {                                                                                           \
        const int64_t expected_[] = {__VA_ARGS__};                                                 \
        int64_t got_[sizeof expected_ / sizeof *expected_];                                        \
        play_out(transport, now, got_, (int)(sizeof expected_ / sizeof *expected_));               \
        for (size_t i_ = 0; i_ < sizeof expected_ / sizeof *expected_; i_++)                       \
            if (got_[i_] != expected_[i_])                                                         \
                fail_msg("%s:%d: frame %zu of the run shows %lld, expected %lld", __FILE__,        \
                         __LINE__, i_, (long long)got_[i_], (long long)expected_[i_]);             \
    } while (0)

static void starts_stopped(void **state)
{
    (void)state;
    zoe_transport t;
    zoe_transport_init(&t, 10);
    frames f = {1, 0};
    zoe_transport_step step = update_with(&t, 5, &f);
    assert_int_equal(step.show, -1);
    assert_int_equal(step.want, 0);
    assert_int_equal(step.waiting, 1);
    assert_true(step.wake_ns == ZOE_NEVER);
    f.missing = 0;
    step = update_with(&t, 6, &f);
    assert_int_equal(step.show, 0);
    assert_int_equal(step.waiting, 0);
    assert_int_equal(step.ended, 0);
    assert_true(step.wake_ns == ZOE_NEVER);
    assert_int_equal(t.shown_count, 0);
    assert_int_equal(t.out, 9);
    zoe_transport_init(&t, 0);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.out, 0);
}

static void no_drift_in_a_million_frames(void **state)
{
    (void)state;
    for (int policy = 0; policy < 2; policy++) {
        zoe_transport t;
        zoe_transport_init(&t, 100);
        zoe_transport_set_rate(&t, 24000, 1001);
        zoe_transport_set_policy(&t, (zoe_policy)policy, 0);
        const uint64_t origin = 123456789;
        zoe_transport_play(&t, 1, origin);
        uint64_t now = origin;
        for (uint64_t n = 0; n <= 1000000; n++) {
            zoe_transport_step step = update(&t, now);
            if (now != due(origin, n, 24000, 1001, 1) || step.show != (int64_t)(n % 100))
                fail_msg("frame %llu: %llu ns, expected %llu; position %lld", (unsigned long long)n,
                         (unsigned long long)now,
                         (unsigned long long)due(origin, n, 24000, 1001, 1), (long long)step.show);
            now = step.wake_ns;
        }
        /* 1e6 x 1001 / 24000 s = 41708 1/3 s. */
        assert_int_equal(t.origin_ns, origin);
        assert_int_equal(due(0, 1000000, 24000, 1001, 1), 41708333333333);
        assert_int_equal(t.skipped, 0);
        assert_int_equal(t.late_count, 0);
        assert_int_equal(t.loops, 10000);
        assert_int_equal(t.shown_count, 1000001);
    }
}

static void nothing_comes_before_its_time(void **state)
{
    (void)state;
    zoe_transport t;
    zoe_transport_init(&t, 1000);
    zoe_transport_set_rate(&t, 30000, 1001);
    zoe_transport_play(&t, 4, 0);
    uint64_t now = 0;
    for (int64_t n = 0; n < 900; n++) {
        zoe_transport_step step = update(&t, now);
        assert_int_equal(step.show, n);
        assert_int_equal(step.wake_ns, due(0, (uint64_t)n + 1, 30000, 1001, 4));
        assert_int_equal(update(&t, step.wake_ns - 1).show, n);
        assert_int_equal(update(&t, step.wake_ns - 1).wake_ns, step.wake_ns);
        now = step.wake_ns;
    }
}

static void loop_modes(void **state)
{
    (void)state;
    for (int policy = 0; policy < 2; policy++) {
        zoe_transport t;
        zoe_transport_init(&t, 10);
        zoe_transport_set_area(&t, 2, 5);
        zoe_transport_set_policy(&t, (zoe_policy)policy, 0);
        zoe_transport_seek(&t, 3, 0);
        zoe_transport_play(&t, 1, 0);
        assert_shows(&t, 0, 3, 4, 5, 2, 3, 4, 5, 2);
        assert_int_equal(t.loops, 2);
        zoe_transport_seek(&t, 3, 100 * (uint64_t)SECOND);
        zoe_transport_play(&t, -2, 100 * (uint64_t)SECOND);
        assert_shows(&t, 100 * (uint64_t)SECOND, 3, 2, 5, 4, 3, 2, 5);
        assert_int_equal(t.loops, 4);

        zoe_transport_set_loop(&t, ZOE_PING_PONG);
        uint64_t now = 200 * (uint64_t)SECOND;
        zoe_transport_seek(&t, 3, now);
        zoe_transport_play(&t, 1, now);
        assert_shows(&t, now, 3, 4, 5, 4, 3, 2, 3, 4, 5, 4);
        assert_int_equal(t.loops, 7);
        assert_int_equal(t.direction, -1);
        assert_int_equal(t.speed, 1);
        /* Another loop mode goes the way of the speed again. */
        zoe_transport_set_loop(&t, ZOE_LOOP);
        assert_int_equal(t.direction, 1);

        zoe_transport_set_loop(&t, ZOE_ONCE);
        now = 300 * (uint64_t)SECOND;
        zoe_transport_seek(&t, 3, now);
        zoe_transport_play(&t, 1, now + 1);
        assert_shows(&t, now, 3, 4, 5, 5, -2, -2);
        assert_int_equal(t.speed, 0);
        assert_int_equal(t.playhead, 5);
        /* Again from the other end. */
        now = 400 * (uint64_t)SECOND;
        zoe_transport_play(&t, 1, now);
        assert_shows(&t, now, 2, 3, 4, 5, 5, -2);
        /* Backwards it is not at its end. */
        now = 500 * (uint64_t)SECOND;
        zoe_transport_play(&t, -1, now);
        assert_shows(&t, now, 5, 4, 3, 2, 2, -2);
        assert_int_equal(t.skipped, 0);
        assert_int_equal(t.late_count, 0);
    }
}

static void once_says_that_it_ended_once(void **state)
{
    (void)state;
    zoe_transport t;
    zoe_transport_init(&t, 2);
    zoe_transport_set_rate(&t, 10, 1);
    zoe_transport_set_loop(&t, ZOE_ONCE);
    zoe_transport_play(&t, 1, 0);
    assert_int_equal(update(&t, 0).ended, 0);
    assert_int_equal(update(&t, SECOND / 10).ended, 0);
    /* The last frame has its whole time. */
    assert_int_equal(update(&t, 2 * (SECOND / 10) - 1).ended, 0);
    zoe_transport_step step = update(&t, 2 * (SECOND / 10));
    assert_int_equal(step.ended, 1);
    assert_int_equal(step.show, 1);
    assert_true(step.wake_ns == ZOE_NEVER);
    assert_int_equal(update(&t, SECOND).ended, 0);
    /* Another speed while the last frame has its time does not start again. */
    zoe_transport_play(&t, 1, 2 * (uint64_t)SECOND);
    assert_int_equal(update(&t, 2 * (uint64_t)SECOND).show, 0);
    assert_int_equal(update(&t, 3 * (uint64_t)SECOND).show, 1);
    zoe_transport_play(&t, 2, 3 * (uint64_t)SECOND);
    assert_int_equal(update(&t, 3 * (uint64_t)SECOND).show, 1);
    assert_int_equal(update(&t, 4 * (uint64_t)SECOND).ended, 1);
}

static void areas_of_one_frame(void **state)
{
    (void)state;
    for (int policy = 0; policy < 2; policy++) {
        for (int loop = ZOE_LOOP; loop <= ZOE_ONCE; loop++) {
            zoe_transport t;
            zoe_transport_init(&t, 10);
            zoe_transport_set_policy(&t, (zoe_policy)policy, 0);
            zoe_transport_set_loop(&t, (zoe_loop_mode)loop);
            zoe_transport_set_area(&t, 4, 4);
            zoe_transport_seek(&t, 4, 0);
            zoe_transport_play(&t, 1, 0);
            if (loop == ZOE_ONCE) {
                assert_shows(&t, 0, 4, 4, -2, -2);
                assert_int_equal(t.loops, 0);
            } else {
                assert_shows(&t, 0, 4, 4, 4, 4, 4);
                assert_int_equal(t.loops, 4);
                assert_int_equal(t.direction, 1);
                assert_int_equal(t.shown_count, 5);
            }
            assert_int_equal(t.skipped, 0);
        }
    }
}

static void every_frame_waits_and_does_not_race(void **state)
{
    (void)state;
    zoe_transport t;
    zoe_transport_init(&t, 20);
    zoe_transport_set_rate(&t, 25, 1);
    const uint64_t period = SECOND / 25;
    zoe_transport_play(&t, 1, 0);
    frames f = {1 << 2, 0};
    assert_int_equal(update_with(&t, 0, &f).show, 0);
    assert_int_equal(update_with(&t, period, &f).show, 1);
    for (uint64_t i = 2; i < 12; i++) {
        zoe_transport_step step = update_with(&t, i * period, &f);
        assert_int_equal(step.show, 1);
        assert_int_equal(step.want, 2);
        assert_int_equal(step.waiting, 1);
        assert_true(step.wake_ns == ZOE_NEVER);
    }
    f.missing = 0;
    uint64_t ready_at = 12 * period + 5;
    zoe_transport_step step = update_with(&t, ready_at, &f);
    assert_int_equal(step.show, 2);
    assert_int_equal(step.wake_ns, ready_at + period);
    assert_int_equal(t.late_count, 1);
    assert_int_equal(update_with(&t, ready_at + period - 1, &f).show, 2);
    assert_int_equal(update_with(&t, ready_at + period, &f).show, 3);
    assert_int_equal(t.skipped, 0);
    assert_int_equal(t.late_count, 1);
    /* A caller that comes late gets the next frame, and a whole period for it. */
    step = update_with(&t, ready_at + 30 * period, &f);
    assert_int_equal(step.show, 4);
    assert_int_equal(step.wake_ns, ready_at + 31 * period);
    assert_int_equal(t.skipped, 0);
    assert_int_equal(t.shown_count, 5);
    assert_int_equal(t.late_count, 2);
}

static void every_frame_keeps_the_rate_through_jitter(void **state)
{
    (void)state;
    zoe_transport t;
    zoe_transport_init(&t, 7);
    uint64_t s = seeded_random_seed(20240229u), now = 0;
    zoe_transport_play(&t, 1, 0);
    for (uint64_t n = 0; n < 10000; n++) {
        now = due(0, n, 24, 1, 1) + (uint64_t)random_below(&s, SECOND / 25);
        assert_int_equal(update(&t, now).show, (int64_t)(n % 7));
    }
    assert_int_equal(t.origin_ns, 0);
}

static void real_time_keeps_time(void **state)
{
    (void)state;
    zoe_transport t;
    zoe_transport_init(&t, 20);
    zoe_transport_set_rate(&t, 25, 1);
    zoe_transport_set_policy(&t, ZOE_POLICY_REAL_TIME, 0);
    const uint64_t period = SECOND / 25;
    zoe_transport_play(&t, 1, 0);
    frames f = {1 << 2 | 1 << 3 | 1 << 6, 0};
    assert_int_equal(update_with(&t, 0, &f).show, 0);
    assert_int_equal(update_with(&t, period, &f).show, 1);
    zoe_transport_step step = update_with(&t, 2 * period, &f);
    assert_int_equal(step.show, 1);
    assert_int_equal(step.want, 2);
    assert_int_equal(step.waiting, 1);
    assert_int_equal(step.wake_ns, 3 * period);
    assert_int_equal(t.skipped, 0);
    assert_int_equal(update_with(&t, 3 * period, &f).want, 3);
    assert_int_equal(t.skipped, 1);
    /* Ready within its own time: shown, and late. */
    f.missing = 1 << 6;
    assert_int_equal(update_with(&t, 3 * period + period * 3 / 4, &f).show, 3);
    assert_int_equal(t.skipped, 1);
    assert_int_equal(t.late_count, 1);
    assert_int_equal(update_with(&t, 4 * period, &f).show, 4);
    /* Late by three periods: 5 and 6 are left out, 7 is due. */
    step = update_with(&t, 7 * period + 1, &f);
    assert_int_equal(step.show, 7);
    assert_int_equal(step.wake_ns, 8 * period);
    assert_int_equal(t.skipped, 3);
    /* Over the loop's end: 8..19 and 0 left out. */
    assert_int_equal(update_with(&t, 21 * period, &f).show, 1);
    assert_int_equal(t.skipped, 3 + 13);
    assert_int_equal(t.loops, 1);
    /* Playing again in step, nothing more is skipped. */
    for (uint64_t n = 22; n < 62; n++) {
        f.missing = 0;
        assert_int_equal(update_with(&t, n * period, &f).show, (int64_t)(n % 20));
    }
    assert_int_equal(t.skipped, 16);
    assert_int_equal(t.loops, 3);
}

static void changes_while_playing(void **state)
{
    (void)state;
    zoe_transport t;
    zoe_transport_init(&t, 100);
    zoe_transport_set_rate(&t, 10, 1);
    const uint64_t period = SECOND / 10;
    zoe_transport_play(&t, 1, 0);
    update(&t, 0);
    update(&t, period);
    /* A seek: that frame now, the next one a period later. */
    zoe_transport_seek(&t, 50, period + 7);
    zoe_transport_step step = update(&t, period + 9);
    assert_int_equal(step.show, 50);
    assert_int_equal(step.wake_ns, 2 * period + 7);
    zoe_transport_seek(&t, 1000, 3 * period);
    assert_int_equal(update(&t, 3 * period).show, 99);
    zoe_transport_seek(&t, -4, 3 * period);
    assert_int_equal(update(&t, 3 * period).show, 0);
    /* A rate: the frame on screen was due at 3 periods, the next comes 1/20 s after that. */
    zoe_transport_set_rate(&t, 20, 1);
    step = update(&t, 3 * period + 12);
    assert_int_equal(step.show, 0);
    assert_int_equal(step.wake_ns, 3 * period + period / 2);
    zoe_transport_set_rate(&t, 0, 1);
    zoe_transport_set_rate(&t, 20, -1);
    assert_int_equal(t.rate_numerator, 20);
    assert_int_equal(t.rate_denominator, 1);
    /* The same speed again holds nothing up; another one counts from now. */
    zoe_transport_play(&t, 1, 3 * period + 20);
    assert_int_equal(update(&t, 3 * period + 20).wake_ns, 3 * period + period / 2);
    zoe_transport_play(&t, 100, 3 * period + 20);
    assert_int_equal(t.speed, ZOE_TRANSPORT_SPEED_MAX);
    assert_int_equal(update(&t, 3 * period + 20).wake_ns, 3 * period + 20 + SECOND / 640);
    zoe_transport_play(&t, INT32_MIN, 3 * period + 20);
    assert_int_equal(t.speed, -ZOE_TRANSPORT_SPEED_MAX);
    zoe_transport_play(&t, 0, 4 * period);
    assert_int_equal(t.speed, 0);
    assert_int_equal(t.direction, -1);
    assert_true(update(&t, 9 * period).wake_ns == ZOE_NEVER);
    /* To real time after a stall: a new run, nothing is skipped for what went before. */
    zoe_transport_play(&t, 1, 10 * period);
    zoe_transport_set_policy(&t, ZOE_POLICY_REAL_TIME, 90 * period);
    int64_t at = t.playhead;
    assert_int_equal(update(&t, 90 * period).show, at);
    assert_int_equal(t.skipped, 0);
}

/* Frames come and go while it plays: the frame stays, and so does its due time. */
static void recounting_keeps_time(void **state)
{
    (void)state;
    zoe_transport t;
    zoe_transport_init(&t, 10);
    zoe_transport_set_rate(&t, 25, 1);
    const uint64_t period = SECOND / 25;
    zoe_transport_play(&t, 1, 0);
    zoe_transport_step step = {.show = -1};
    for (int i = 0; i < 5; i++)
        step = update(&t, (uint64_t)i * period);
    assert_int_equal(step.show, 4);
    for (int i = 1; i <= 3; i++) {
        /* Three in front and one behind, between two frames: the next is due when it was. */
        zoe_transport_recount(&t, 10 + 4 * i, 3);
        step = update(&t, 4 * period + (uint64_t)i);
        assert_int_equal(step.show, 4 + 3 * i);
        assert_int_equal(step.wake_ns, 5 * period);
    }
    assert_true(t.in == 0 && t.out == 21);
    assert_int_equal(update(&t, 5 * period).show, 14);
    assert_int_equal(t.shown_count, 6);
    /* An area of its own goes along, and what is gone is cut off. */
    zoe_transport_set_area(&t, 13, 20);
    zoe_transport_recount(&t, 12, -4);
    assert_true(t.in == 9 && t.out == 11 && t.playhead == 10 && t.speed == 1);
    zoe_transport_recount(&t, 2, -9);
    assert_true(t.in == 0 && t.out == 1 && t.playhead == 1);
    zoe_transport_recount(&t, 0, 0);
    assert_true(t.count == 1 && t.playhead == 0);
}

static void playhead_outside_of_the_area(void **state)
{
    (void)state;
    static const struct {
        zoe_loop_mode loop;
        int64_t from;
        int32_t speed;
        int64_t shows[6];
    } cases[] = {
        {ZOE_LOOP, 1, 1, {1, 4, 5, 6, 4, 5}},
        {ZOE_LOOP, 1, -1, {1, 6, 5, 4, 6, 5}},
        {ZOE_LOOP, 9, 1, {9, 4, 5, 6, 4, 5}},
        {ZOE_LOOP, 9, -1, {9, 6, 5, 4, 6, 5}},
        {ZOE_PING_PONG, 1, 1, {1, 4, 5, 6, 5, 4}},
        {ZOE_PING_PONG, 1, -1, {1, 4, 5, 6, 5, 4}},
        {ZOE_PING_PONG, 9, 1, {9, 6, 5, 4, 5, 6}},
        {ZOE_PING_PONG, 9, -1, {9, 6, 5, 4, 5, 6}},
        {ZOE_ONCE, 1, 1, {1, 4, 5, 6, 6, -2}},
        {ZOE_ONCE, 9, -1, {9, 6, 5, 4, 4, -2}},
        /* Beyond the end: from the other end, as at the end. */
        {ZOE_ONCE, 9, 1, {4, 5, 6, 6, -2, -2}},
        {ZOE_ONCE, 1, -1, {6, 5, 4, 4, -2, -2}},
    };
    for (int policy = 0; policy < 2; policy++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            zoe_transport t;
            zoe_transport_init(&t, 12);
            zoe_transport_set_policy(&t, (zoe_policy)policy, 0);
            zoe_transport_set_loop(&t, cases[i].loop);
            zoe_transport_set_area(&t, 6, 4); /* in any order */
            zoe_transport_seek(&t, cases[i].from, 0);
            assert_int_equal(update(&t, 0).show, cases[i].from);
            zoe_transport_play(&t, cases[i].speed, 0);
            int64_t got[6];
            play_out(&t, 0, got, 6);
            for (int k = 0; k < 6; k++)
                if (got[k] != cases[i].shows[k])
                    fail_msg("policy %d case %zu frame %d: %lld, expected %lld", policy, i, k,
                             (long long)got[k], (long long)cases[i].shows[k]);
        }
    }
    /* The area leaves the playhead behind while playing. */
    zoe_transport t;
    zoe_transport_init(&t, 12);
    zoe_transport_play(&t, 1, 0);
    update(&t, 0);
    zoe_transport_set_area(&t, -5, 500);
    assert_int_equal(t.in, 0);
    assert_int_equal(t.out, 11);
    zoe_transport_set_area(&t, 7, 9);
    assert_shows(&t, 1, 0, 7, 8, 9, 7);
    /* Once, and the area now ends before the playhead: its end, then stop. */
    zoe_transport_set_loop(&t, ZOE_ONCE);
    zoe_transport_set_area(&t, 2, 4);
    assert_shows(&t, t.origin_ns + SECOND, 4, 4, -2);
}

static void steps(void **state)
{
    (void)state;
    zoe_transport t;
    zoe_transport_init(&t, 20);
    zoe_transport_set_area(&t, 5, 9);
    zoe_transport_seek(&t, 5, 0);
    zoe_transport_play(&t, 1, 0);
    zoe_transport_step_by(&t, -1, 5);
    assert_int_equal(t.speed, 0);
    assert_int_equal(t.playhead, 9);
    assert_int_equal(t.direction, -1);
    zoe_transport_step_by(&t, 1, 5);
    assert_int_equal(t.playhead, 5);
    assert_int_equal(t.direction, 1);
    zoe_transport_step_by(&t, 12, 5);
    assert_int_equal(t.playhead, 7);
    zoe_transport_step_by(&t, -13, 5);
    assert_int_equal(t.playhead, 9);
    zoe_transport_step_by(&t, INT64_MIN, 5);
    assert_in_range(t.playhead, 5, 9);
    zoe_transport_step_by(&t, INT64_MAX, 5);
    assert_in_range(t.playhead, 5, 9);
    zoe_transport_step_by(&t, 0, 5);
    assert_int_equal(t.direction, 1);
    /* Outside of the area there is nothing to wrap at. */
    zoe_transport_seek(&t, 10, 0);
    zoe_transport_step_by(&t, 100, 5);
    assert_int_equal(t.playhead, 19);
    zoe_transport_step_by(&t, INT64_MIN, 5);
    assert_int_equal(t.playhead, 0);
    zoe_transport_set_loop(&t, ZOE_ONCE);
    zoe_transport_seek(&t, 9, 0);
    zoe_transport_step_by(&t, 1, 5);
    assert_int_equal(t.playhead, 10);
    assert_int_equal(t.loops, 0);
}

/* The reference for real time: one step after another, written from the words of the loop modes. */
typedef struct model {
    int64_t position, in, out;
    int32_t direction;
    zoe_loop_mode loop;
    uint64_t loops;
    int ended;
} model;

static void model_step(model *m)
{
    int64_t first = m->direction > 0 ? m->in : m->out;
    int64_t last = m->direction > 0 ? m->out : m->in;
    if (m->position < m->in || m->position > m->out) {
        int beyond = m->direction > 0 ? m->position > last : m->position < last;
        m->position = beyond && m->loop != ZOE_LOOP ? last : first;
        if (beyond && m->loop == ZOE_PING_PONG)
            m->direction = -m->direction;
    } else if (m->position != last) {
        m->position += m->direction;
    } else if (m->loop == ZOE_ONCE) {
        m->ended = 1;
    } else {
        m->loops++;
        if (m->loop == ZOE_LOOP)
            m->position = first;
        else if (first != last)
            m->position += m->direction = -m->direction;
    }
}

/* Late callers, unready frames, every loop mode, direction and place, against the model. */
static void real_time_against_the_model(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    for (int round = 0; round < 20000; round++) {
        int64_t count = 1 + random_below(&s, 12);
        zoe_transport t;
        zoe_transport_init(&t, count);
        zoe_transport_set_policy(&t, ZOE_POLICY_REAL_TIME, 0);
        zoe_transport_set_loop(&t, (zoe_loop_mode)random_below(&s, 3));
        zoe_transport_set_area(&t, random_below(&s, count), random_below(&s, count));
        zoe_transport_seek(&t, random_below(&s, count), 0);
        int32_t speed = (int32_t)(1 + random_below(&s, 4)) * (seeded_random(&s) & 1 ? 1 : -1);
        zoe_transport_set_rate(&t, 30000, 1001);
        uint64_t now = (uint64_t)random_below(&s, SECOND), origin = now;
        zoe_transport_play(&t, speed, now);
        model m = {t.playhead, t.in, t.out, t.direction, t.loop, 0, 0};
        uint64_t n = 0, skipped = 0, shown = 0;
        int64_t on_screen = -1;
        frames f = {seeded_random(&s) & seeded_random(&s), 0};
        for (int call = 0; call < 12 && !m.ended; call++) {
            int fresh = on_screen != m.position;
            for (; !m.ended && due(origin, n + 1, 30000, 1001, speed) <= now; n++) {
                uint64_t had_turn = on_screen == m.position && (call > 0 || n > 0);
                if (fresh == 2) /* passed within this call */
                    had_turn = 0;
                model_step(&m);
                if (!m.ended)
                    skipped += had_turn ? 0 : 1;
                fresh = m.ended ? fresh : 2;
            }
            zoe_transport_step step = update_with(&t, now, &f);
            if (!(f.missing >> m.position & 1)) {
                shown += fresh ? 1 : 0;
                on_screen = m.position;
            }
            if (t.playhead != m.position || step.show != on_screen || t.loops != m.loops ||
                step.ended != m.ended || t.skipped != skipped || t.shown_count != shown)
                fail_msg("round %d call %d: playhead %lld model %lld, shows %lld model %lld, loops "
                         "%llu model %llu, ended %d model %d, skipped %llu model %llu, shown %llu "
                         "model %llu",
                         round, call, (long long)t.playhead, (long long)m.position,
                         (long long)step.show, (long long)on_screen, (unsigned long long)t.loops,
                         (unsigned long long)m.loops, step.ended, m.ended,
                         (unsigned long long)t.skipped, (unsigned long long)skipped,
                         (unsigned long long)t.shown_count, (unsigned long long)shown);
            if (!m.ended)
                assert_int_equal(step.wake_ns, due(origin, n + 1, 30000, 1001, speed));
            now += (uint64_t)random_below(&s, call % 3 == 0 ? 2 * (int64_t)SECOND : SECOND / 20);
            if (seeded_random(&s) & 1)
                f.missing = seeded_random(&s) & seeded_random(&s);
        }
    }
}

/* Under every-frame, whatever is ready and whenever the caller comes: no frame is left out. */
static void every_frame_against_the_model(void **state)
{
    (void)state;
    uint64_t s = seeded_random_seed(20240229u);
    for (int round = 0; round < 20000; round++) {
        int64_t count = 2 + random_below(&s, 12);
        zoe_transport t;
        zoe_transport_init(&t, count);
        zoe_transport_set_loop(&t, (zoe_loop_mode)random_below(&s, 3));
        zoe_transport_set_area(&t, random_below(&s, count), random_below(&s, count));
        zoe_transport_seek(&t, random_below(&s, count), 0);
        uint64_t now = (uint64_t)random_below(&s, SECOND);
        zoe_transport_play(&t, seeded_random(&s) & 1 ? 1 : -1, now);
        model m = {t.playhead, t.in, t.out, t.direction, t.loop, 0, 0};
        frames f = {0, 0};
        uint64_t last_change = 0;
        for (int call = 0; call < 30 && !m.ended; call++) {
            f.missing = seeded_random(&s) & seeded_random(&s);
            int64_t before = t.playhead;
            uint64_t shown_before = t.shown_count, steps_before = t.loops;
            int had_turn = t.shown == before;
            zoe_transport_step step = update_with(&t, now, &f);
            if (t.playhead != before || t.loops != steps_before || step.ended) {
                assert_true(had_turn);
                model_step(&m);
            }
            assert_int_equal(t.playhead, m.position);
            assert_int_equal(step.ended, m.ended);
            assert_int_equal(t.loops, m.loops);
            if (t.shown_count != shown_before) {
                assert_int_equal(t.shown_count, shown_before + 1);
                /* Two frames are never both shown in less than a period less the delay allowed. */
                if (t.shown_count > 2)
                    assert_true(now > last_change);
                last_change = now;
            }
            now += 1 + (uint64_t)random_below(&s, SECOND / 8);
        }
        assert_int_equal(t.skipped, 0);
    }
}

static void steps_without_end(void **state)
{
    (void)state;
    /* A clock that jumps by centuries: constant time, no overflow. */
    for (int loop = ZOE_LOOP; loop <= ZOE_ONCE; loop++) {
        zoe_transport t;
        zoe_transport_init(&t, INT64_MAX);
        zoe_transport_set_loop(&t, (zoe_loop_mode)loop);
        zoe_transport_set_policy(&t, ZOE_POLICY_REAL_TIME, 0);
        zoe_transport_set_area(&t, 3, 9);
        zoe_transport_set_rate(&t, INT32_MAX, 1);
        zoe_transport_play(&t, 32, 0);
        zoe_transport_step step = update(&t, UINT64_MAX - 1);
        assert_in_range(step.show, 3, 9);
        step = update(&t, UINT64_MAX - 1);
        assert_in_range(step.show, 3, 9);
    }
    /* A clock that goes back shows nothing new. */
    zoe_transport t;
    zoe_transport_init(&t, 10);
    zoe_transport_play(&t, 1, SECOND);
    update(&t, SECOND);
    assert_int_equal(update(&t, 0).show, 0);
}

static void measured_rate(void **state)
{
    (void)state;
    static const int32_t rates[][2] = {{24000, 1001}, {24, 1}, {60, 1}, {1, 1}, {1, 2}, {240, 1}};
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        zoe_transport t;
        zoe_transport_init(&t, 10);
        zoe_transport_set_rate(&t, rates[r][0], rates[r][1]);
        uint64_t now = 5;
        zoe_transport_play(&t, 1, now);
        double expected = (double)rates[r][0] / rates[r][1];
        for (int i = 0; i < 300; i++) {
            now = update(&t, now).wake_ns;
            double got = zoe_transport_measured_rate(&t, now - 1);
            if (i == 0)
                assert_true(got == 0);
            else if (got < expected * 0.9999 || got > expected * 1.0001)
                fail_msg("measured %.9g, expected %.9g", got, expected);
        }
        /* A stall: the figure falls, to 0 in the end. */
        double before = zoe_transport_measured_rate(&t, now);
        uint64_t period = due(0, 1, rates[r][0], rates[r][1], 1);
        assert_true(zoe_transport_measured_rate(&t, now + 3 * period) < before * 0.9999);
        assert_true(zoe_transport_measured_rate(&t, now + 20 * (uint64_t)SECOND) == 0);
        zoe_transport_play(&t, 0, now);
        assert_true(zoe_transport_measured_rate(&t, now) == 0);
        zoe_transport_play(&t, 1, now);
        assert_true(zoe_transport_measured_rate(&t, now) == 0);
    }
}

/* Whatever counts and distances are given, the playhead and the area are positions. */
static void positions_beyond_all_measure(void **state)
{
    (void)state;
    zoe_transport t;
    zoe_transport_init(&t, 10);
    zoe_transport_seek(&t, 5, 0);
    zoe_transport_recount(&t, 10, INT64_MAX);
    assert_int_equal(t.playhead, 9);
    zoe_transport_recount(&t, 10, INT64_MIN);
    assert_int_equal(t.playhead, 0);

    static const int64_t values[] = {INT64_MIN, INT64_MIN / 2, -1,       0, 1,
                                     40,        INT64_MAX / 2, INT64_MAX};
    enum { VALUES = sizeof values / sizeof *values };
    for (int i = 0; i < VALUES * VALUES * VALUES; i++) {
        int64_t a = values[i % VALUES], b = values[i / VALUES % VALUES],
                c = values[i / VALUES / VALUES];
        zoe_transport_init(&t, a);
        zoe_transport_set_area(&t, b, c);
        zoe_transport_seek(&t, c, 0);
        zoe_transport_step_by(&t, b, 0);
        zoe_transport_recount(&t, c, b);
        zoe_transport_step_by(&t, c, 0);
        assert_true(t.count >= 1);
        assert_in_range(t.playhead, 0, t.count - 1);
        assert_in_range(t.out, t.in, t.count - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_stopped),
        cmocka_unit_test(no_drift_in_a_million_frames),
        cmocka_unit_test(nothing_comes_before_its_time),
        cmocka_unit_test(loop_modes),
        cmocka_unit_test(once_says_that_it_ended_once),
        cmocka_unit_test(areas_of_one_frame),
        cmocka_unit_test(every_frame_waits_and_does_not_race),
        cmocka_unit_test(every_frame_keeps_the_rate_through_jitter),
        cmocka_unit_test(real_time_keeps_time),
        cmocka_unit_test(changes_while_playing),
        cmocka_unit_test(recounting_keeps_time),
        cmocka_unit_test(playhead_outside_of_the_area),
        cmocka_unit_test(steps),
        cmocka_unit_test(real_time_against_the_model),
        cmocka_unit_test(every_frame_against_the_model),
        cmocka_unit_test(steps_without_end),
        cmocka_unit_test(measured_rate),
        cmocka_unit_test(positions_beyond_all_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
