/*
 * The watch: how the limit in force follows what the machine has left, alone and with another
 * player on the same machine.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/seeded_random.h"
#include "support/stage.h"
#include "core/watch.h"

static const uint64_t MiB = (uint64_t)1 << 20;
static const uint64_t GiB = (uint64_t)1 << 30;

/* ---- one player ---- */

static void test_the_reserve(void **state)
{
    (void)state;
    zoe_budget percent = {.percent = 75, .reserve_bytes = 2 * GiB}, bytes = percent;
    bytes.bytes = 4 * GiB;
    assert_int_equal(zoe_watch_reserve(&percent, 64 * GiB), 2 * GiB);
    assert_int_equal(zoe_watch_reserve(&bytes, 64 * GiB), 512 * MiB);
    /* On a small machine, or in a small group, not more than an eighth. */
    assert_int_equal(zoe_watch_reserve(&percent, 8 * GiB), GiB);
    assert_int_equal(zoe_watch_reserve(&bytes, GiB), 128 * MiB);
}

static void test_nothing_changes_while_there_is_enough(void **state)
{
    (void)state;
    assert_int_equal(zoe_watch_limit(8 * GiB, 8 * GiB, 0, 20 * GiB, 2 * GiB), 8 * GiB);
    assert_int_equal(zoe_watch_limit(8 * GiB, 7 * GiB, GiB, 8 * GiB + 100 * MiB, 2 * GiB), 7 * GiB);
    assert_int_equal(zoe_watch_limit(8 * GiB, 8 * GiB, 8 * GiB, 2 * GiB, 2 * GiB), 8 * GiB);
    /* A configured limit that fell takes effect. */
    assert_int_equal(zoe_watch_limit(4 * GiB, 8 * GiB, 0, 20 * GiB, 2 * GiB), 4 * GiB);
}

static void test_it_falls_at_once_by_what_others_lack(void **state)
{
    (void)state;
    assert_int_equal(zoe_watch_limit(8 * GiB, 8 * GiB, 8 * GiB, GiB, 2 * GiB), 7 * GiB);
    assert_int_equal(zoe_watch_limit(8 * GiB, 8 * GiB, 8 * GiB, 0, 2 * GiB), 6 * GiB);
    /* What is not used yet cannot be given, but it must not be taken either. */
    assert_int_equal(zoe_watch_limit(8 * GiB, 8 * GiB, 3 * GiB, GiB, 2 * GiB), 2 * GiB);
    /* Others' need is not this program's alone to meet. */
    assert_int_equal(zoe_watch_limit(8 * GiB, 8 * GiB, GiB, 0, 2 * GiB), ZOE_LIMIT_MIN);
    assert_int_equal(zoe_watch_limit(8 * GiB, ZOE_LIMIT_MIN, 0, 0, 2 * GiB), ZOE_LIMIT_MIN);
}

static void test_it_grows_back_slowly(void **state)
{
    (void)state;
    uint64_t limit = 2 * GiB;
    int steps = 0;
    for (; limit < 8 * GiB && steps < 100; steps++) {
        uint64_t next = zoe_watch_limit(8 * GiB, limit, limit, 20 * GiB, 2 * GiB);
        assert_true(next > limit);
        assert_true(next - limit <= 8 * GiB / 16);
        limit = next;
    }
    assert_int_equal(limit, 8 * GiB);
    assert_int_equal(steps, 12);
}

static void test_it_grows_into_what_is_spare_only(void **state)
{
    (void)state;
    /* A margin of an eighth of the reserve is left. */
    assert_int_equal(zoe_watch_limit(8 * GiB, 2 * GiB, 2 * GiB, 2 * GiB + 300 * MiB, 2 * GiB),
                     2 * GiB + 44 * MiB);
    assert_int_equal(zoe_watch_limit(8 * GiB, 2 * GiB, 2 * GiB, 2 * GiB + 256 * MiB, 2 * GiB),
                     2 * GiB);
    /* What was allowed, is not used, and is not there any more, is not allowed any more. */
    assert_int_equal(zoe_watch_limit(8 * GiB, 4 * GiB, GiB, 2 * GiB + 100 * MiB, 2 * GiB),
                     GiB + 100 * MiB);
}

static void test_every_answer_is_in_range(void **state)
{
    (void)state;
    uint64_t seed = seeded_random_seed(7);
    for (int i = 0; i < 200000; i++) {
        uint64_t configured = ZOE_LIMIT_MIN + stage_random(&seed, 64 * GiB);
        uint64_t in_force = ZOE_LIMIT_MIN + stage_random(&seed, configured);
        uint64_t used = stage_random(&seed, configured + 1);
        uint64_t available = stage_random(&seed, 64 * GiB);
        uint64_t reserve = stage_random(&seed, 8 * GiB);
        uint64_t limit = zoe_watch_limit(configured, in_force, used, available, reserve);
        bool in_range = limit >= ZOE_LIMIT_MIN && limit <= configured;
        bool safe = limit + reserve <= used + available || limit == ZOE_LIMIT_MIN;
        bool slow = limit <= in_force + configured / 16;
        if (!in_range || !safe || !slow)
            fail_msg("configured %" PRIu64 ", in force %" PRIu64 ", used %" PRIu64
                     ", available %" PRIu64 ", reserve %" PRIu64 " gave %" PRIu64,
                     configured, in_force, used, available, reserve, limit);
    }
}

/* ---- two players on one machine ---- */

typedef struct player {
    uint64_t configured, limit, used;
    uint64_t rate; /* decoded between two looks */
} player;

typedef struct machine {
    uint64_t total, others, reserve;
    player players[2];
} machine;

static uint64_t taken(const machine *m)
{
    return m->others + m->players[0].used + m->players[1].used;
}

static uint64_t left(const machine *m)
{
    return m->total > taken(m) ? m->total - taken(m) : 0;
}

/* Both players look, one a little after the other or both at the same moment; then both decode. */
static void step(machine *m, bool together)
{
    uint64_t first = left(m);
    for (int i = 0; i < 2; i++) {
        player *p = &m->players[i];
        uint64_t seen = together ? first : left(m);
        p->limit = zoe_watch_limit(p->configured, p->limit, p->used, seen, m->reserve);
        if (p->used > p->limit)
            p->used = p->limit;
    }
    for (int i = 0; i < 2; i++) {
        player *p = &m->players[i];
        uint64_t room = p->limit > p->used ? p->limit - p->used : 0;
        p->used += p->rate < room ? p->rate : room;
    }
}

/* Runs until nothing moves any more; fails when that takes longer than `steps`. Says what was the
 * least that the machine had left on the way. */
static uint64_t settle(machine *m, bool together, int steps)
{
    uint64_t least = left(m);
    int quiet = 0;
    for (int i = 0; i < steps; i++) {
        uint64_t before[2] = {m->players[0].used, m->players[1].used};
        step(m, together);
        least = left(m) < least ? left(m) : least;
        bool same = before[0] == m->players[0].used && before[1] == m->players[1].used;
        quiet = same ? quiet + 1 : 0;
        if (quiet == 20)
            return least;
    }
    fail_msg("still moving: %" PRIu64 " and %" PRIu64 " MiB", m->players[0].used / MiB,
             m->players[1].used / MiB);
    return 0;
}

static void test_two_players_come_to_rest(void **state)
{
    (void)state;
    for (int together = 0; together < 2; together++) {
        for (uint64_t rate = 16; rate <= 1024; rate *= 2) {
            machine m = {.total = 32 * GiB, .others = 3 * GiB, .reserve = 2 * GiB};
            for (int i = 0; i < 2; i++)
                m.players[i] = (player){24 * GiB, 24 * GiB, 0, rate * MiB};
            uint64_t least = settle(&m, together, 20000);
            /* On the way each took at most what it decodes between two looks. */
            assert_true(least + 2 * rate * MiB >= m.reserve);
            assert_true(left(&m) >= m.reserve);
            /* And they use it well: what is left over is the margin, and one over-correction. */
            if (left(&m) > m.reserve + m.reserve / 8 + 2 * rate * MiB)
                fail_msg("%" PRIu64 " MiB left with a reserve of %" PRIu64, left(&m) / MiB,
                         m.reserve / MiB);
        }
    }
}

static void test_a_second_player_finds_room(void **state)
{
    (void)state;
    machine m = {.total = 16 * GiB, .others = GiB, .reserve = 2 * GiB};
    m.players[0] = (player){12 * GiB, 12 * GiB, 12 * GiB, 64 * MiB};
    m.players[1] = (player){12 * GiB, 12 * GiB, 0, 64 * MiB};
    settle(&m, false, 20000);
    assert_true(left(&m) >= m.reserve);
    assert_true(m.players[1].used >= GiB);
}

static void test_two_players_meet_a_third_program(void **state)
{
    (void)state;
    for (int together = 0; together < 2; together++) {
        machine m = {.total = 32 * GiB, .others = 2 * GiB, .reserve = 2 * GiB};
        for (int i = 0; i < 2; i++)
            m.players[i] = (player){24 * GiB, 24 * GiB, 0, 128 * MiB};
        settle(&m, together, 20000);
        uint64_t calm = m.players[0].used + m.players[1].used;
        /* It takes half the reserve between two looks; each time the players make room at once. */
        for (int i = 0; i < 6; i++) {
            m.others += GiB;
            assert_true(left(&m) > 0);
            step(&m, together);
            assert_true(left(&m) >= m.reserve);
        }
        settle(&m, together, 20000);
        assert_true(left(&m) >= m.reserve);
        m.others -= 6 * GiB;
        settle(&m, together, 20000);
        uint64_t again = m.players[0].used + m.players[1].used;
        assert_true(again + m.reserve / 4 >= calm);
    }
}

/* ---- a limit that the user changes while the watch looks ---- */

/* An engine of which the watch has read one of the two, when its user raises the limit. The watch's
 * thread only, but for `looks`. */
typedef struct raised {
    zoe_budget budget;
    uint64_t limit;
    _Atomic int looks;
} raised;

static void raise_after_the_first_look(raised *r)
{
    if (atomic_fetch_add(&r->looks, 1) > 0)
        return;
    r->budget.bytes = 64 * MiB;
    r->limit = 64 * MiB;
}

static void raised_budget(void *user, zoe_budget *budget)
{
    *budget = ((raised *)user)->budget;
    raise_after_the_first_look(user);
}

static void raised_stats(void *user, zoe_stats *stats)
{
    *stats = (zoe_stats){.limit_bytes = ((raised *)user)->limit};
    raise_after_the_first_look(user);
}

static uint64_t raised_enforce(void *user, const zoe_budget *budget, uint64_t limit)
{
    raised *r = user;
    if (budget->bytes == r->budget.bytes)
        r->limit = limit;
    return 0;
}

static void test_a_raised_limit_is_not_taken_back(void **state)
{
    (void)state;
    const zoe_log log = {.level = ZOE_LOG_ERROR};
    raised r = {.budget = {.bytes = 32 * MiB}, .limit = 32 * MiB};
    const zoe_watched watched = {&r, raised_budget, raised_stats, raised_enforce, &log};
    zoe_watch watch = {.thread = NULL};
    assert_int_equal(zoe_watch_start(&watch, &watched, GiB), ZOE_OK);
    /* It looks at three in a round. */
    while (atomic_load(&r.looks) < 3)
        sched_yield();
    zoe_watch_stop(&watch);
    assert_int_equal(r.limit, 64 * MiB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_reserve),
        cmocka_unit_test(test_nothing_changes_while_there_is_enough),
        cmocka_unit_test(test_it_falls_at_once_by_what_others_lack),
        cmocka_unit_test(test_it_grows_back_slowly),
        cmocka_unit_test(test_it_grows_into_what_is_spare_only),
        cmocka_unit_test(test_every_answer_is_in_range),
        cmocka_unit_test(test_two_players_come_to_rest),
        cmocka_unit_test(test_a_second_player_finds_room),
        cmocka_unit_test(test_two_players_meet_a_third_program),
        cmocka_unit_test(test_a_raised_limit_is_not_taken_back),
    };
    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
