/*
 * Wants: the closed forms against an order that is walked step by step, for every small want.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <zoetrope/sequence.h>
#include <zoetrope/transport.h>

#include "cache/order.h"

enum { COUNT_MAX = 9, ORDER_MAX = 64 };

typedef struct order {
    int64_t at[ORDER_MAX];
    int64_t span;
} order;

static void append(order *o, int64_t position)
{
    assert_true(o->span < ORDER_MAX);
    o->at[o->span++] = position;
}

static bool inside(const zoe_want *want, int64_t position)
{
    return position >= want->in && position <= want->out;
}

/* ---- the reference ---- */

static void walk_spiral(const zoe_want *want, order *o)
{
    int64_t from = want->playhead;
    if (!inside(want, from)) {
        append(o, from);
        from = from < want->in ? want->in : want->out;
    }
    append(o, from);
    int64_t ahead = want->direction < 0 ? -1 : 1;
    for (int64_t distance = 1; distance <= want->out - want->in; distance++) {
        if (inside(want, from + ahead * distance))
            append(o, from + ahead * distance);
        if (inside(want, from - ahead * distance))
            append(o, from - ahead * distance);
    }
}

static int always(void *user, int64_t position)
{
    (void)user;
    (void)position;
    return 1;
}

/* What play would show: the transport itself says, at one frame a second. */
static void walk_play(const zoe_want *want, order *o)
{
    zoe_transport t;
    zoe_transport_init(&t, COUNT_MAX);
    zoe_transport_set_rate(&t, 1, 1);
    zoe_transport_set_area(&t, want->in, want->out);
    zoe_transport_set_loop(&t, want->loop);
    zoe_transport_play(&t, want->direction < 0 ? -1 : 1, 0);
    zoe_transport_seek(&t, want->playhead, 0);
    int64_t length = want->out - want->in + 1, span = length;
    if (want->loop == ZOE_PING_PONG && length > 1)
        span = 2 * (length - 1);
    if (!inside(want, want->playhead))
        span++;
    for (uint64_t second = 0; o->span < span; second++) {
        zoe_transport_step step;
        zoe_transport_update(&t, second * 1000000000u, always, NULL, &step);
        if (step.ended)
            return;
        append(o, t.playhead);
    }
}

static bool is_spiral(const zoe_want *want)
{
    return want->strategy == ZOE_STRATEGY_SPIRAL ||
           (want->strategy == ZOE_STRATEGY_AUTO && !want->playing);
}

static order reference(const zoe_want *want)
{
    order o = {.span = 0};
    if (want->idle)
        return o;
    if (is_spiral(want))
        walk_spiral(want, &o);
    else
        walk_play(want, &o);
    return o;
}

static const char *describe(const zoe_want *want)
{
    static char text[2][128];
    static int turn;
    turn = !turn;
    snprintf(text[turn], sizeof text[turn],
             "playhead %" PRId64 " in %" PRId64 "..%" PRId64
             " direction %d playing %d loop %d strategy %d delay %" PRId64,
             want->playhead, want->in, want->out, (int)want->direction, (int)want->playing,
             (int)want->loop, (int)want->strategy, want->delay);
    return text[turn];
}

/* ---- every small want ---- */

typedef void visit_fn(const zoe_want *want);

static void for_each_want(visit_fn *visit)
{
    static const int64_t delays[] = {0, 5};
    zoe_want w = {.idle = 0};
    for (w.in = 0; w.in < COUNT_MAX; w.in++)
        for (w.out = w.in; w.out < COUNT_MAX; w.out++)
            for (w.playhead = 0; w.playhead < COUNT_MAX; w.playhead++)
                for (int variant = 0; variant < 3 * 2 * 3 * 3 * 2; variant++) {
                    w.direction = variant % 3 - 1;
                    w.playing = variant / 3 % 2;
                    w.loop = (zoe_loop_mode)(variant / 6 % 3);
                    w.strategy = (zoe_strategy)(variant / 18 % 3);
                    w.delay = delays[variant / 54 % 2];
                    visit(&w);
                }
}

static void check_order(const zoe_want *want)
{
    order o = reference(want);
    assert_int_equal(zoe_want_check(want, COUNT_MAX), ZOE_OK);
    if (zoe_want_span(want) != o.span)
        fail_msg("%s: span is %" PRId64 ", should be %" PRId64, describe(want), zoe_want_span(want),
                 o.span);
    for (int64_t k = 0; k < o.span; k++)
        if (zoe_want_at(want, k) != o.at[k])
            fail_msg("%s: frame %" PRId64 " is %" PRId64 ", should be %" PRId64, describe(want), k,
                     zoe_want_at(want, k), o.at[k]);
}

static void check_next_use(const zoe_want *want)
{
    order o = reference(want);
    for (int64_t position = 0; position < COUNT_MAX; position++) {
        int64_t use = ZOE_NO_USE;
        for (int64_t k = o.span - 1; k >= 0; k--)
            if (o.at[k] == position)
                use = k + want->delay;
        if (zoe_want_next_use(want, position) != use)
            fail_msg("%s: next use of %" PRId64 " is %" PRId64 ", should be %" PRId64,
                     describe(want), position, zoe_want_next_use(want, position), use);
    }
}

static void test_order(void **state)
{
    (void)state;
    for_each_want(check_order);
}

static void test_next_use(void **state)
{
    (void)state;
    for_each_want(check_next_use);
}

/* ---- runs ---- */

/* Do the runs cover every position once, in order, and do next uses go as each run says? */
static void check_runs_of(const zoe_want *want, int64_t count)
{
    zoe_want_run runs[ZOE_WANT_RUNS_MAX];
    int n = zoe_want_runs(want, count, runs);
    assert_in_range(n, 1, ZOE_WANT_RUNS_MAX);
    int64_t next = 0;
    for (int i = 0; i < n; i++) {
        const zoe_want_run *run = &runs[i];
        if (run->first != next || run->last < run->first)
            fail_msg("%s: run %d is %" PRId64 "..%" PRId64 ", should begin at %" PRId64,
                     describe(want), i, run->first, run->last, next);
        for (int64_t p = run->first; p <= run->last; p++) {
            int64_t use = zoe_want_next_use(want, p);
            int64_t before = p > run->first ? zoe_want_next_use(want, p - 1) : use;
            bool right = (use == ZOE_NO_USE) == (run->trend == ZOE_USE_NONE) &&
                         (p == run->first || run->trend == ZOE_USE_NONE ||
                          (run->trend == ZOE_USE_RISES ? use > before : use < before));
            if (!right)
                fail_msg("%s: position %" PRId64 " has next use %" PRId64 " after %" PRId64
                         " in a run of trend %d",
                         describe(want), p, use, before, (int)run->trend);
        }
        next = run->last + 1;
    }
    assert_int_equal(next, count);
}

static void check_runs(const zoe_want *want)
{
    check_runs_of(want, COUNT_MAX);
    zoe_want idle = *want;
    idle.idle = 1;
    check_runs_of(&idle, COUNT_MAX);
}

static void test_runs(void **state)
{
    (void)state;
    for_each_want(check_runs);
    zoe_want one = {.in = 0, .out = 0};
    check_runs_of(&one, 1);
}

/* ---- steps ---- */

/* A step along an order leaves the rest of it as it was, one earlier: the cache moves its cursor
 * on the strength of that. */
static void check_steps_from(const zoe_want *from)
{
    order before = reference(from);
    if (is_spiral(from))
        return;
    zoe_want to = *from;
    for (to.playhead = 0; to.playhead < COUNT_MAX; to.playhead++)
        for (to.direction = -1; to.direction <= 1; to.direction += 2) {
            if (!zoe_want_is_step(from, &to))
                continue;
            int64_t moved = to.playhead != from->playhead;
            order after = reference(&to);
            for (int64_t k = 0; k < after.span && k + moved < before.span; k++)
                if (after.at[k] != before.at[k + moved])
                    fail_msg("from %s to %s is called a step", describe(from), describe(&to));
        }
}

static void check_play_steps(const zoe_want *from)
{
    if (is_spiral(from) || from->direction == 0)
        return;
    zoe_transport t;
    zoe_transport_init(&t, COUNT_MAX);
    zoe_transport_set_rate(&t, 1, 1);
    zoe_transport_set_area(&t, from->in, from->out);
    zoe_transport_set_loop(&t, from->loop);
    zoe_transport_play(&t, from->direction, 0);
    zoe_transport_seek(&t, from->playhead, 0);
    zoe_want before = *from;
    for (uint64_t second = 0; second < 40; second++) {
        zoe_transport_step step;
        zoe_transport_update(&t, second * 1000000000u, always, NULL, &step);
        if (step.ended)
            return;
        zoe_want after = before;
        after.playhead = t.playhead;
        after.direction = t.direction;
        if (!zoe_want_is_step(&before, &after))
            fail_msg("from %s to %s is not called a step", describe(&before), describe(&after));
        before = after;
    }
}

static void test_steps(void **state)
{
    (void)state;
    for_each_want(check_steps_from);
    for_each_want(check_play_steps);
}

static void test_what_is_no_step(void **state)
{
    (void)state;
    zoe_want from = {.playhead = 4, .in = 2, .out = 7, .direction = 1, .playing = 1};
    zoe_want to = from;
    assert_true(zoe_want_is_step(&from, &to));
    to.playhead = 6;
    assert_false(zoe_want_is_step(&from, &to));
    to = from, to.playhead = 3;
    assert_false(zoe_want_is_step(&from, &to));
    to = from, to.in = 1;
    assert_false(zoe_want_is_step(&from, &to));
    to = from, to.out = 8;
    assert_false(zoe_want_is_step(&from, &to));
    to = from, to.loop = ZOE_ONCE;
    assert_false(zoe_want_is_step(&from, &to));
    to = from, to.playing = 0;
    assert_false(zoe_want_is_step(&from, &to));
    to = from, to.direction = -1;
    assert_false(zoe_want_is_step(&from, &to));
    to = from, to.idle = 1;
    assert_false(zoe_want_is_step(&from, &to));
    assert_false(zoe_want_is_step(&to, &from));
    to = from, to.delay = 9;
    assert_false(zoe_want_is_step(&from, &to));
    /* The sequence that is shown moves on, and the one that comes later gets nearer. */
    from.delay = 9, to.delay = 8;
    assert_true(zoe_want_is_step(&from, &to));

    zoe_want still = {.playhead = 4, .in = 2, .out = 7};
    to = still, to.playhead = 5;
    assert_true(zoe_want_is_step(&still, &to));
    to.playhead = 3;
    assert_true(zoe_want_is_step(&still, &to));
    to.playhead = 6;
    assert_false(zoe_want_is_step(&still, &to));
}

/* ---- the rest ---- */

static void test_check(void **state)
{
    (void)state;
    zoe_want good = {.playhead = 4, .in = 2, .out = 7};
    assert_int_equal(zoe_want_check(&good, 8), ZOE_OK);
    assert_int_equal(zoe_want_check(&good, 7), ZOE_ERROR_ARGUMENT);
    zoe_want bad = good;
    bad.playhead = 8;
    assert_int_equal(zoe_want_check(&bad, 8), ZOE_ERROR_ARGUMENT);
    bad = good, bad.playhead = -1;
    assert_int_equal(zoe_want_check(&bad, 8), ZOE_ERROR_ARGUMENT);
    bad = good, bad.in = 8, bad.out = 7;
    assert_int_equal(zoe_want_check(&bad, 9), ZOE_ERROR_ARGUMENT);
    bad = good, bad.in = -1;
    assert_int_equal(zoe_want_check(&bad, 8), ZOE_ERROR_ARGUMENT);
    bad = good, bad.delay = ZOE_DELAY_MAX + 1;
    assert_int_equal(zoe_want_check(&bad, 8), ZOE_ERROR_ARGUMENT);
    bad.delay = ZOE_DELAY_MAX;
    assert_int_equal(zoe_want_check(&bad, 8), ZOE_OK);
    bad = good, bad.delay = -1;
    assert_int_equal(zoe_want_check(&bad, 8), ZOE_ERROR_ARGUMENT);
    bad = good, bad.direction = 2;
    assert_int_equal(zoe_want_check(&bad, 8), ZOE_ERROR_ARGUMENT);
    bad = good, bad.loop = (zoe_loop_mode)3;
    assert_int_equal(zoe_want_check(&bad, 8), ZOE_ERROR_ARGUMENT);
    bad = good, bad.strategy = (zoe_strategy)3;
    assert_int_equal(zoe_want_check(&bad, 8), ZOE_ERROR_ARGUMENT);
    bad.idle = 1;
    assert_int_equal(zoe_want_check(&bad, 8), ZOE_OK);
}

static void test_idle(void **state)
{
    (void)state;
    zoe_want idle = {.playhead = 4, .in = 2, .out = 7, .idle = 1};
    assert_int_equal(zoe_want_span(&idle), 0);
    assert_true(zoe_want_next_use(&idle, 4) == ZOE_NO_USE);
    assert_false(zoe_want_is_cyclic(&idle));
}

/* Nothing here may take time in proportion to the sequence. */
static void test_long_sequences(void **state)
{
    (void)state;
    const int64_t count = ZOE_SEQUENCE_POSITIONS_MAX;
    zoe_want w = {.playhead = 17, .in = 0, .out = count - 1, .playing = 1};
    for (int loop = ZOE_LOOP; loop <= ZOE_ONCE; loop++) {
        w.loop = (zoe_loop_mode)loop;
        for (int64_t k = 0; k < zoe_want_span(&w); k += 65537) {
            int64_t position = zoe_want_at(&w, k), use = zoe_want_next_use(&w, position);
            assert_true(use <= k);
            assert_int_equal(zoe_want_at(&w, use), position);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_next_use),
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_what_is_no_step),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_long_sequences),
    };
    return cmocka_run_group_tests_name("want", tests, NULL, NULL);
}
