/*
 * Batches of a frame's pieces: every piece is in exactly one, and they are as large as was said.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "isolation/batches.h"

static void check_whole(const zoe_batches *b)
{
    int32_t count = zoe_batches_count(b), next = 0, before = INT32_MAX;
    assert_true(count > 0);
    for (int32_t i = 0; i < count; i++) {
        int32_t first, pieces;
        zoe_batches_range(b, i, &first, &pieces);
        assert_int_equal(first, next);
        assert_true(pieces > 0 && pieces <= b->most && pieces <= before);
        assert_true(pieces >= b->least || i == count - 1);
        next = first + pieces;
        before = pieces;
    }
    assert_int_equal(next, b->pieces);
}

static void every_piece_is_in_one_batch(void **state)
{
    (void)state;
    for (int32_t pieces = 1; pieces < 90; pieces++)
        for (int32_t threads = 1; threads < 6; threads++)
            for (int32_t least = 1; least < 8; least++)
                for (int32_t most = least; most < 40; most += 3)
                    check_whole(&(zoe_batches){pieces, threads, least, most});
}

static void many_pieces_are_counted_without_walking(void **state)
{
    (void)state;
    const zoe_batches b = zoe_batches_plan(INT32_MAX, 64, 1000000000);
    int32_t first, count;
    assert_int_equal(zoe_batches_count(&b), INT32_MAX);
    zoe_batches_range(&b, INT32_MAX - 1, &first, &count);
    assert_int_equal(first, INT32_MAX - 1);
    assert_int_equal(count, 1);
}

/* All threads that come at the beginning get something, and the last batches are small. */
static void threads_share(void **state)
{
    (void)state;
    const zoe_batches b = zoe_batches_plan(64, 4, 20000);
    int32_t first, count;
    assert_true(zoe_batches_count(&b) >= 4);
    zoe_batches_range(&b, 0, &first, &count);
    assert_int_equal(count, 16);
    zoe_batches_range(&b, zoe_batches_count(&b) - 2, &first, &count);
    assert_int_equal(count, b.least);
}

static void slow_and_unknown_pieces_go_one_by_one(void **state)
{
    (void)state;
    const zoe_batches slow = zoe_batches_plan(64, 2, 5000000), unknown = zoe_batches_plan(64, 2, 0);
    assert_int_equal(zoe_batches_count(&slow), 64);
    assert_int_equal(zoe_batches_count(&unknown), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_is_in_one_batch),
        cmocka_unit_test(many_pieces_are_counted_without_walking),
        cmocka_unit_test(threads_share),
        cmocka_unit_test(slow_and_unknown_pieces_go_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
