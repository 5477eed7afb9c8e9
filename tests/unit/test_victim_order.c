/*
 * Victims: every answer of the tree against a search of all members, for random tables, members,
 * wants and uses in between.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <zoetrope/sequence.h>

#include "base/os.h"
#include "cache/victim.h"
#include "support/seeded_random.h"

static uint64_t seed;

typedef struct table {
    zoe_victims victims;
    int64_t count, members;
    bool *member;       /* [count] */
    uint64_t *last_use; /* [count], the truth */
    uint64_t now;
    zoe_want want;
    uint64_t random;
} table;

/* ---- random states ---- */

static int64_t below(table *t, int64_t n)
{
    return (int64_t)seeded_random_below(&t->random, (uint64_t)n);
}

/* Often the same time for several frames: ties. */
static uint64_t next_time(table *t)
{
    t->now += (uint64_t)below(t, 3) / 2;
    return t->now;
}

static void add(table *t, int64_t position)
{
    t->members += !t->member[position];
    t->member[position] = true;
    t->last_use[position] = next_time(t);
    zoe_victims_add(&t->victims, position, t->last_use[position]);
}

static void remove_member(table *t, int64_t position)
{
    t->members -= t->member[position];
    t->member[position] = false;
    zoe_victims_remove(&t->victims, position);
}

static zoe_want random_want(table *t)
{
    zoe_want w = {.playhead = below(t, t->count), .in = below(t, t->count)};
    w.out = w.in + below(t, t->count - w.in);
    if (below(t, 3) == 0)
        w.in = 0;
    if (below(t, 3) == 0)
        w.out = t->count - 1;
    if (below(t, 8) == 0)
        w.playhead = below(t, 2) ? w.in : w.out;
    w.direction = (int32_t)below(t, 3) - 1;
    w.playing = (int32_t)below(t, 2);
    w.loop = (zoe_loop_mode)below(t, 3);
    w.strategy = (zoe_strategy)below(t, 3);
    w.delay = below(t, 3) ? 0 : below(t, 1000);
    w.idle = below(t, 6) == 0;
    assert_int_equal(zoe_want_check(&w, t->count), ZOE_OK);
    return w;
}

static void make_table(table *t, int64_t count, uint64_t random)
{
    *t = (table){.count = count, .random = random};
    assert_int_equal(zoe_victims_init(&t->victims, count), ZOE_OK);
    t->member = calloc((size_t)count, sizeof *t->member);
    t->last_use = calloc((size_t)count, sizeof *t->last_use);
    assert_non_null(t->member);
    assert_non_null(t->last_use);
    /* From none to nearly all, scattered or in stretches. */
    int64_t wanted = below(t, count + 1);
    bool scattered = below(t, 2);
    int64_t p = below(t, count);
    for (int64_t i = 0; i < wanted; i++) {
        if (scattered || below(t, 1 + count / 4) == 0)
            p = below(t, count);
        add(t, p);
        p = (p + 1) % count;
    }
    t->want = random_want(t);
}

static void destroy_table(table *t)
{
    zoe_victims_destroy(&t->victims);
    free(t->member);
    free(t->last_use);
}

/* A member was used, and nobody tells the tree; or members come and go; or the want changes. */
static void change(table *t)
{
    int64_t p = below(t, t->count);
    switch (below(t, 5)) {
    case 0:
    case 1: t->last_use[p] = next_time(t); break;
    case 2: add(t, p); break;
    case 3: remove_member(t, p); break;
    default:
        if (below(t, 2))
            t->want = random_want(t);
        else
            t->want.playhead = p;
        break;
    }
}

/* ---- the reference ---- */

static bool exhaustive(const table *t, zoe_victim *victim)
{
    bool found = false;
    for (int64_t p = 0; p < t->count; p++) {
        if (!t->member[p])
            continue;
        zoe_victim v = {p, zoe_want_next_use(&t->want, p), t->last_use[p]};
        if (!found || v.use > victim->use ||
            (v.use == victim->use && v.last_use < victim->last_use))
            *victim = v;
        found = true;
    }
    return found;
}

static uint64_t true_last_use(const void *user, int64_t position)
{
    const table *t = user;
    assert_in_range(position, 0, t->count - 1);
    assert_true(t->member[position]);
    return t->last_use[position];
}

/* Asks both, and returns the member's position; -1: there is none. */
static int64_t check(table *t)
{
    zoe_victim got = {0}, expected = {0};
    bool any = exhaustive(t, &expected);
    assert_int_equal(any, t->members > 0);
    bool found = zoe_victims_last(&t->victims, &t->want, true_last_use, t, &got);
    if (found != any || got.position != expected.position || got.use != expected.use ||
        got.last_use != expected.last_use) {
        const zoe_want *w = &t->want;
        fail_msg(
            "of %" PRId64 " members in %" PRId64 ", playhead %" PRId64 " in %" PRId64 "..%" PRId64
            " direction %d playing %d loop %d strategy %d idle %d: position %" PRId64
            " use %" PRId64 " last use %" PRIu64 ", should be %" PRId64 ", %" PRId64 ", %" PRIu64,
            t->members, t->count, w->playhead, w->in, w->out, (int)w->direction, (int)w->playing,
            (int)w->loop, (int)w->strategy, (int)w->idle, got.position, got.use, got.last_use,
            expected.position, expected.use, expected.last_use);
    }
    return any ? got.position : -1;
}

static void check_members(const table *t)
{
    for (int64_t p = 0; p < t->count; p++)
        assert_int_equal(zoe_victims_has(&t->victims, p), t->member[p]);
}

/* Takes members out in the order in which they are needed last, some used in between. */
static void pop_all(table *t)
{
    for (int64_t p = check(t); p >= 0; p = check(t)) {
        remove_member(t, p);
        if (below(t, 4) == 0)
            t->last_use[below(t, t->count)] = next_time(t);
    }
    assert_int_equal(t->members, 0);
    check_members(t);
}

/* ---- tests ---- */

static void test_small_tables(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 2000; round++) {
        table t;
        uint64_t random = seed + round;
        make_table(&t, 1 + (int64_t)(seeded_random(&random) % 200), random);
        for (int i = 0; i < 60; i++) {
            check(&t);
            for (int64_t changes = below(&t, 8); changes > 0; changes--)
                change(&t);
        }
        check_members(&t);
        pop_all(&t);
        destroy_table(&t);
    }
}

/* Several levels of the tree, and one size with a full node more than the level above needs. */
static void test_large_tables(void **state)
{
    (void)state;
    static const int64_t counts[] = {4097, 65536, 100000};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        table t;
        make_table(&t, counts[c], seed + c);
        for (int i = 0; i < 100; i++) {
            check(&t);
            for (int64_t changes = below(&t, 200); changes > 0; changes--)
                change(&t);
        }
        destroy_table(&t);
    }
}

static void test_pop_all_of_a_large_table(void **state)
{
    (void)state;
    table t;
    make_table(&t, 5000, seed);
    for (int64_t p = 0; p < t.count; p += 2)
        add(&t, p);
    for (int64_t p = 0; p < t.count; p += 3)
        t.last_use[p] = next_time(&t);
    pop_all(&t);
    destroy_table(&t);
}

/* The ends of the largest table. */
static void test_longest_sequence(void **state)
{
    (void)state;
    table t;
    const int64_t last = ZOE_SEQUENCE_POSITIONS_MAX - 1;
    make_table(&t, 1, seed);
    destroy_table(&t);
    t = (table){.count = last + 1, .random = seed};
    assert_int_equal(zoe_victims_init(&t.victims, t.count), ZOE_OK);
    t.member = calloc((size_t)t.count, sizeof *t.member);
    t.last_use = calloc((size_t)t.count, sizeof *t.last_use);
    assert_non_null(t.member);
    assert_non_null(t.last_use);
    const int64_t middle = last / 2;
    add(&t, last);
    t.now++;
    add(&t, middle);
    t.now++;
    add(&t, 0);
    t.want = (zoe_want){.idle = 1};
    assert_int_equal(check(&t), last);
    t.want = (zoe_want){.in = 0, .out = last, .playing = 1, .direction = -1};
    assert_int_equal(check(&t), middle);
    t.want.direction = 1;
    assert_int_equal(check(&t), last);
    remove_member(&t, last);
    assert_int_equal(check(&t), middle);
    remove_member(&t, middle);
    assert_int_equal(check(&t), 0);
    destroy_table(&t);
}

static void test_init_fails(void **state)
{
    (void)state;
    zoe_victims victims;
    assert_int_equal(zoe_victims_init(&victims, 0), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_victims_init(&victims, (int64_t)ZOE_SEQUENCE_POSITIONS_MAX + 1),
                     ZOE_ERROR_ARGUMENT);
    zoe_os_fail_at(1, 0);
    assert_int_equal(zoe_victims_init(&victims, 100), ZOE_ERROR_NO_MEMORY);
    zoe_os_fail_at(0, 0);
    zoe_victims_destroy(&victims);
    zoe_victims_destroy(&victims);
}

/* test_victim_order [SEED] */
int main(int argc, char **argv)
{
    if (argc > 1)
        setenv("ZOETROPE_SEED", argv[1], 1);
    seed = seeded_random_seed(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_tables),
        cmocka_unit_test(test_large_tables),
        cmocka_unit_test(test_pop_all_of_a_large_table),
        cmocka_unit_test(test_longest_sequence),
        cmocka_unit_test(test_init_fails),
    };
    return cmocka_run_group_tests_name("victim order", tests, NULL, NULL);
}
