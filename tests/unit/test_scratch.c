/*
 * Scratch: what a worker or a load keeps.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "memory/scratch.h"

/* Gives back what is to be given back. */
static void release(zoe_returns *returns, zoe_meter *meter)
{
    zoe_returns_release(returns);
    zoe_meter_give(meter, returns->bytes);
    *returns = (zoe_returns){.bytes = 0};
}

static void test_scratch_grows(void **state)
{
    (void)state;
    zoe_meter meter = {0};
    zoe_returns returns = {.bytes = 0};
    zoe_meter_set_limit(&meter, 1 << 20);
    zoe_scratch scratch = {NULL, 0, 0};
    /* Nothing is nothing. */
    assert_true(zoe_scratch_make_space(&scratch, 0, &returns));
    assert_int_equal(zoe_scratch_growth(&scratch, 0), 0);
    assert_null(scratch.base);
    assert_true(zoe_scratch_make_space(&scratch, 5000, &returns));
    uint64_t growth = zoe_scratch_growth(&scratch, 5000);
    assert_true(growth >= 5000 && growth < 5000 + zoe_os_page());
    assert_true(zoe_scratch_grow(&scratch, 5000, &meter));
    assert_int_equal(scratch.committed, growth);
    assert_int_equal((uintptr_t)scratch.base % 64, 0);
    assert_int_equal(zoe_meter_used(&meter), scratch.committed);
    memset(scratch.base, 1, scratch.committed);
    assert_int_equal(zoe_scratch_growth(&scratch, 4000), 0);
    assert_true(zoe_scratch_grow(&scratch, 4000, &meter));
    assert_int_equal(scratch.committed, growth);
    /* More than the meter has. */
    assert_false(zoe_scratch_grow(&scratch, 2 << 20, &meter));
    assert_true(zoe_scratch_growth(&scratch, SIZE_MAX) > SIZE_MAX / 4);
    assert_false(zoe_scratch_grow(&scratch, SIZE_MAX, &meter));
    assert_int_equal(zoe_meter_used(&meter), scratch.committed);
    /* It stays counted until it is back. */
    assert_int_equal(zoe_scratch_detach(&scratch, &returns), growth);
    assert_null(scratch.base);
    assert_int_equal(zoe_meter_used(&meter), growth);
    release(&returns, &meter);
    assert_int_equal(zoe_meter_used(&meter), 0);
    assert_int_equal(zoe_scratch_detach(&scratch, &returns), 0);
    assert_false(zoe_returns_any(&returns));
}

/* More than was reserved at first. */
static void test_scratch_moves(void **state)
{
    (void)state;
    zoe_meter meter = {0};
    zoe_returns returns = {.bytes = 0};
    zoe_meter_set_limit(&meter, (uint64_t)1 << 30);
    zoe_scratch scratch = {NULL, 0, 0};
    for (size_t bytes = 1 << 20; bytes <= (size_t)256 << 20; bytes *= 4) {
        assert_true(zoe_scratch_make_space(&scratch, bytes, &returns));
        release(&returns, &meter);
        assert_true(zoe_scratch_grow(&scratch, bytes, &meter));
        assert_int_equal(zoe_meter_used(&meter), bytes);
        scratch.base[bytes - 1] = 1;
    }
    size_t committed = scratch.committed;
    zoe_os_fail_at(1, 0);
    assert_false(zoe_scratch_make_space(&scratch, (size_t)512 << 20, &returns));
    zoe_os_fail_at(0, 0);
    assert_false(zoe_returns_any(&returns));
    assert_int_equal(scratch.committed, committed);
    assert_int_equal(scratch.base[committed - 1], 1);
    zoe_scratch_detach(&scratch, &returns);
    release(&returns, &meter);
    assert_int_equal(zoe_meter_used(&meter), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scratch_grows),
        cmocka_unit_test(test_scratch_moves),
    };
    return cmocka_run_group_tests_name("scratch", tests, NULL, NULL);
}
