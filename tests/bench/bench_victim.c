/*
 * What it costs to make room for one frame, by how many frames are in memory: search for the
 * victim, remove it, add a member. The playhead moves by one each time, and every fourth time a
 * member was used that the tree was not told of. "All used" is the worst a single search meets: an
 * idle want after every member was used unheard.
 *
 *     bench_victim [ROUNDS]        default 200000 rounds a line
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/os.h"
#include "cache/victim.h"
#include "support/seeded_random.h"

/* As far apart as the slots of a frame table. */
typedef struct frame {
    _Alignas(64) uint64_t last_use;
} frame;

typedef struct table {
    zoe_victims victims;
    frame *frames;
    int64_t count, members;
    uint64_t now, random;
} table;

static uint64_t last_use(const void *user, int64_t position)
{
    return ((const table *)user)->frames[position].last_use;
}

static void use(table *t, int64_t position)
{
    t->frames[position].last_use = ++t->now;
}

/* Twice as many positions as members; these were used in random order. */
static bool make_table(table *t, int64_t members)
{
    *t = (table){.count = 2 * members, .members = members, .random = 1};
    t->frames = zoe_os_reserve((size_t)t->count * sizeof *t->frames, zoe_os_page());
    if (!t->frames || zoe_victims_init(&t->victims, t->count))
        return false;
    t->now = (uint64_t)members;
    for (int64_t p = 0; p < members; p++) {
        t->frames[p].last_use = 1 + seeded_random_below(&t->random, (uint64_t)members);
        zoe_victims_add(&t->victims, p, t->frames[p].last_use);
    }
    return true;
}

static void destroy_table(table *t)
{
    zoe_victims_destroy(&t->victims);
    zoe_os_unreserve(t->frames, (size_t)t->count * sizeof *t->frames);
}

/* Nanoseconds a round. */
static double measure(table *t, zoe_want want, int64_t rounds)
{
    int64_t spare = t->members;
    uint64_t start = zoe_os_now_ns();
    for (int64_t i = 0; i < rounds; i++) {
        zoe_victim victim;
        zoe_victims_last(&t->victims, &want, last_use, t, &victim);
        zoe_victims_remove(&t->victims, victim.position);
        use(t, spare);
        zoe_victims_add(&t->victims, spare, t->now);
        spare = victim.position;
        if (i % 4 == 0)
            use(t, (int64_t)seeded_random_below(&t->random, (uint64_t)t->members));
        want.playhead = want.playhead < want.out ? want.playhead + 1 : want.in;
    }
    return (double)(zoe_os_now_ns() - start) / (double)rounds;
}

static double measure_all_used(table *t)
{
    for (int64_t p = 0; p < t->count; p++)
        use(t, p);
    zoe_want idle = {.idle = 1};
    zoe_victim victim;
    uint64_t start = zoe_os_now_ns();
    zoe_victims_last(&t->victims, &idle, last_use, t, &victim);
    return (double)(zoe_os_now_ns() - start);
}

static bool measure_line(int64_t members, int64_t rounds)
{
    table t;
    if (!make_table(&t, members)) {
        destroy_table(&t);
        return false;
    }
    zoe_want loop = {.out = t.count - 1, .playing = 1};
    zoe_want spiral = {.playhead = members, .out = t.count - 1};
    zoe_want area = {.playhead = 0, .out = members / 4, .playing = 1};
    zoe_want idle = {.idle = 1};
    printf("| %9" PRId64 " |", members);
    printf(" %6.0f |", measure(&t, loop, rounds));
    printf(" %6.0f |", measure(&t, spiral, rounds));
    printf(" %13.0f |", measure(&t, area, rounds));
    printf(" %6.0f |", measure(&t, idle, rounds));
    printf(" %10.0f |\n", measure_all_used(&t));
    destroy_table(&t);
    return true;
}

int main(int argc, char **argv)
{
    int64_t rounds = argc > 1 ? strtoll(argv[1], NULL, 10) : 200000;
    if (rounds < 1) {
        fprintf(stderr, "usage: %s [ROUNDS]\n", argv[0]);
        return 2;
    }
    static const int64_t members[] = {1500, 5700, 22500, 100000, 1000000};
    printf("ns a round: search, remove, add; all used: ns of one search\n");
    printf("|   members |   loop | spiral | loop in a 4th |   idle |   all used |\n");
    printf("|----------:|-------:|-------:|--------------:|-------:|-----------:|\n");
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (!measure_line(members[i], rounds)) {
            fprintf(stderr, "%s: no address space\n", argv[0]);
            return 1;
        }
    return 0;
}
