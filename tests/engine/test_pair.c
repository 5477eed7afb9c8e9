/*
 * Two sequences that are looked at together, as when they are compared: one budget, both wants
 * moved at once.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "support/stage.h"

static const size_t MiB = (size_t)1 << 20;

enum { FRAMES = 100, OTHER = 1001 /* the first number of the second sequence */ };

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* Two sequences of FRAMES frames of a MiB each, with room for 40 and what goes with them. */
static void begin_pair(stage *s, uint32_t workers, zoe_source **a, zoe_source **b)
{
    stage_begin(s, workers, 41 * MiB, MiB, 1);
    *a = stage_source(s, "a", 1, FRAMES);
    *b = stage_source(s, "b", OTHER, OTHER + FRAMES - 1);
}

static void want_both(zoe_source *a, zoe_source *b, const zoe_want *want)
{
    stage_want(a, want);
    stage_want(b, want);
}

/* With room for N frames each holds about half of them, and those next to the playhead. */
static void test_each_holds_half_round_the_playhead(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers *= 2) {
        stage s;
        zoe_source *a, *b;
        begin_pair(&s, workers, &a, &b);
        static const int64_t places[] = {50, 20, 80, 51};
        for (int i = 0; i < 4; i++) {
            zoe_want want = {.playhead = places[i], .in = 0, .out = FRAMES - 1, .direction = 1};
            want_both(a, b, &want);
            stage_rest(&s);
            int64_t of_a = stage_loaded(a, 0, FRAMES - 1), of_b = stage_loaded(b, 0, FRAMES - 1);
            int64_t all = of_a + of_b;
            assert_in_range(all, 36, 41);
            if (of_a - of_b > 2 || of_b - of_a > 2)
                fail_msg("%" PRId64 " and %" PRId64 " frames", of_a, of_b);
            int64_t reach = all / 4 - 2;
            assert_int_equal(stage_loaded(a, places[i] - reach, places[i] + reach), 2 * reach + 1);
            assert_int_equal(stage_loaded(b, places[i] - reach, places[i] + reach), 2 * reach + 1);
        }
        stage_end(&s);
    }
}

/* Both frames under the playhead come before what is preloaded of either. */
static void test_the_pair_comes_first(void **state)
{
    (void)state;
    stage s;
    zoe_source *a, *b;
    begin_pair(&s, 1, &a, &b);
    fake_close_gates(s.fake);
    /* Whichever is told first. */
    zoe_want want = stage_play(10, 0, FRAMES - 1);
    want_both(a, b, &want);
    static const int64_t order[] = {11, OTHER + 10, 12, OTHER + 11};
    bool seen[4] = {false};
    for (int i = 0; i < 4; i++) {
        int one = i / 2 * 2, which = -1;
        while (which < 0) {
            for (int k = one; k < one + 2; k++)
                if (!seen[k] && fake_started(s.fake, order[k]) > 0)
                    which = k;
            nap();
        }
        seen[which] = true;
        fake_pass(s.fake, order[which], 1);
    }
    fake_open_gates(s.fake);
    stage_end(&s);
}

static void play(zoe_source *a, zoe_source *b, zoe_want *want, int loops)
{
    for (int step = 0; step < loops * (int)(want->out + 1); step++) {
        want->playhead = step % (want->out + 1);
        want_both(a, b, want);
        zoe_frame left = stage_wait(a, want->playhead), right = stage_wait(b, want->playhead);
        zoe_frame_release(&left);
        zoe_frame_release(&right);
    }
}

/* A loop of both that fits decodes each frame once. */
static void test_a_loop_that_fits_decodes_each_once(void **state)
{
    (void)state;
    stage s;
    zoe_source *a, *b;
    begin_pair(&s, 2, &a, &b);
    zoe_want want = stage_play(0, 0, 17);
    play(a, b, &want, 5);
    stage_rest(&s);
    assert_int_equal(stage_stats(&s).decodes, 36);
    stage_end(&s);
}

/* One that does not fit decodes about what is missing, not all of it. */
static void test_a_loop_that_does_not_fit_keeps_what_it_can(void **state)
{
    (void)state;
    stage s;
    zoe_source *a, *b;
    begin_pair(&s, 2, &a, &b);
    zoe_want want = stage_play(0, 0, 29);
    play(a, b, &want, 2);
    uint64_t before = stage_stats(&s).decodes;
    play(a, b, &want, 10);
    uint64_t each = (stage_stats(&s).decodes - before) / 10;
    print_message("60 frames, room for 40: %" PRIu64 " decoded in each loop\n", each);
    /* N - C, less what the next loop finds under way, and what is in flight. */
    assert_in_range(each, 18, 28);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_holds_half_round_the_playhead),
        cmocka_unit_test(test_the_pair_comes_first),
        cmocka_unit_test(test_a_loop_that_fits_decodes_each_once),
        cmocka_unit_test(test_a_loop_that_does_not_fit_keeps_what_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
