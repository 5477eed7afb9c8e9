/*
 * The budget: defaults, ranges, the limit, and the meter under many threads.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <pthread.h>

#include <cmocka.h>

#include "memory/budget.h"

static const uint64_t GiB = (uint64_t)1 << 30;

static void test_defaults(void **state)
{
    (void)state;
    zoe_budget filled;
    assert_int_equal(zoe_budget_fill(&(zoe_budget){.percent = 0}, &filled), ZOE_OK);
    assert_int_equal(filled.percent, 75);
    assert_int_equal(filled.reserve_bytes, 2 * GiB);
    assert_int_equal(filled.bytes, 0);
}

static void test_ranges(void **state)
{
    (void)state;
    zoe_budget filled;
    static const zoe_budget good[] = {
        {.percent = 25},
        {.percent = 95},
        {.reserve_bytes = (uint64_t)512 << 20},
        {.reserve_bytes = 8ull << 30},
        {.bytes = 1},
    };
    static const zoe_budget bad[] = {
        {.percent = 24},
        {.percent = 96},
        {.reserve_bytes = ((uint64_t)512 << 20) - 1},
        {.reserve_bytes = (8ull << 30) + 1},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(zoe_budget_fill(&good[i], &filled), ZOE_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(zoe_budget_fill(&bad[i], &filled), ZOE_ERROR_ARGUMENT);
}

static void test_limit(void **state)
{
    (void)state;
    zoe_budget budget = {.percent = 75, .reserve_bytes = 2 * GiB};
    /* On a small machine the reserve decides, on a large one the percentage. */
    assert_int_equal(zoe_budget_limit(&budget, 4 * GiB), 2 * GiB);
    uint64_t large = zoe_budget_limit(&budget, 64 * GiB);
    assert_in_range(large, 48 * GiB - 100, 48 * GiB);
    /* Never less than what one picture takes. */
    assert_int_equal(zoe_budget_limit(&budget, 1 * GiB), ZOE_LIMIT_MIN);
    budget.bytes = 3 * GiB;
    assert_int_equal(zoe_budget_limit(&budget, 4 * GiB), 3 * GiB);
    budget.bytes = 1;
    assert_int_equal(zoe_budget_limit(&budget, 4 * GiB), ZOE_LIMIT_MIN);
    budget.bytes = 16 * GiB;
    assert_int_equal(zoe_budget_limit(&budget, 4 * GiB), 16 * GiB);
    budget.bytes = UINT64_MAX;
    assert_int_equal(zoe_budget_limit(&budget, 4 * GiB), 16 * GiB);
}

static void test_meter(void **state)
{
    (void)state;
    zoe_meter meter = {0};
    zoe_meter_set_limit(&meter, 100);
    assert_true(zoe_meter_take(&meter, 60));
    assert_false(zoe_meter_take(&meter, 41));
    assert_true(zoe_meter_take(&meter, 40));
    assert_false(zoe_meter_take(&meter, 1));
    assert_true(zoe_meter_take(&meter, 0));
    assert_false(zoe_meter_take(&meter, UINT64_MAX));
    zoe_meter_give(&meter, 50);
    assert_int_equal(zoe_meter_used(&meter), 50);
    assert_int_equal(meter.high_water, 100);
    zoe_meter_set_limit(&meter, 20);
    assert_false(zoe_meter_take(&meter, 1));
    zoe_meter_give(&meter, 40);
    assert_true(zoe_meter_take(&meter, 10));
    assert_int_equal(zoe_meter_used(&meter), 20);
}

static void *take_and_give(void *arg)
{
    zoe_meter *meter = arg;
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t bytes = 1 + i % 60;
        if (zoe_meter_take(meter, bytes)) {
            if (zoe_meter_used(meter) > 100)
                abort();
            zoe_meter_give(meter, bytes);
        }
    }
    return NULL;
}

static void test_meter_under_threads(void **state)
{
    (void)state;
    zoe_meter meter = {0};
    zoe_meter_set_limit(&meter, 100);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, &meter), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(zoe_meter_used(&meter), 0);
    assert_in_range(meter.high_water, 1, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_meter),
        cmocka_unit_test(test_meter_under_threads),
    };
    return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
