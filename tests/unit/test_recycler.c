/*
 * The blocks that OpenEXR allocates.
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

#include <pthread.h>

#include <cmocka.h>

#include "base/os.h"
#include "memory/recycler.h"

static const zoe_reclaim no_reclaim = {NULL, NULL};

static void test_blocks_are_used_again(void **state)
{
    (void)state;
    zoe_meter meter = {0};
    zoe_meter_set_limit(&meter, 1 << 20);
    zoe_recycler recycler;
    assert_int_equal(zoe_recycler_init(&recycler, &meter, no_reclaim), ZOE_OK);
    assert_null(zoe_recycler_enter(&recycler));
    uint64_t bytes, allocations, warm;
    for (int round = 0; round < 3; round++) {
        void *blocks[20];
        for (size_t i = 0; i < 20; i++) {
            blocks[i] = zoe_recycler_alloc(i * i * 37);
            assert_non_null(blocks[i]);
            assert_int_equal((uintptr_t)blocks[i] % 16, 0);
            memset(blocks[i], 1, i * i * 37);
        }
        zoe_recycler_usage(&recycler, &bytes, &allocations);
        if (round == 0)
            warm = allocations;
        assert_int_equal(allocations, warm);
        assert_int_equal(zoe_meter_used(&meter), bytes);
        for (size_t i = 0; i < 20; i++)
            zoe_recycler_free(blocks[i]);
    }
    assert_int_equal(zoe_recycler_trim(&recycler), bytes);
    assert_int_equal(zoe_meter_used(&meter), 0);
    zoe_recycler_free(NULL);
    assert_ptr_equal(zoe_recycler_enter(NULL), &recycler);
    zoe_recycler_destroy(&recycler);
}

static void test_refusals(void **state)
{
    (void)state;
    zoe_meter meter = {0};
    zoe_meter_set_limit(&meter, 4096);
    zoe_recycler recycler;
    assert_int_equal(zoe_recycler_init(&recycler, &meter, no_reclaim), ZOE_OK);
    zoe_recycler_enter(&recycler);
    zoe_recycler_forget_refusal();
    void *block = zoe_recycler_alloc(100);
    assert_non_null(block);
    assert_false(zoe_recycler_was_refused());
    assert_null(zoe_recycler_alloc(5000));
    assert_null(zoe_recycler_alloc(SIZE_MAX));
    assert_true(zoe_recycler_was_refused());
    zoe_recycler_forget_refusal();
    zoe_os_fail_at(1, 0);
    assert_null(zoe_recycler_alloc(1000));
    zoe_os_fail_at(0, 0);
    assert_true(zoe_recycler_was_refused());
    zoe_recycler_free(block);
    zoe_recycler_enter(NULL);
    zoe_recycler_destroy(&recycler);
    assert_int_equal(zoe_meter_used(&meter), 0);
}

static void *free_block(void *block)
{
    zoe_recycler_free(block);
    return NULL;
}

/* OpenEXR may free on a thread that knows nothing of the recycler, and threads without one use the
 * heap. */
static void test_blocks_find_home(void **state)
{
    (void)state;
    zoe_meter meter = {0};
    zoe_meter_set_limit(&meter, 1 << 20);
    zoe_recycler recycler;
    assert_int_equal(zoe_recycler_init(&recycler, &meter, no_reclaim), ZOE_OK);
    zoe_recycler_enter(&recycler);
    void *block = zoe_recycler_alloc(1000);
    zoe_recycler_enter(NULL);
    void *loose = zoe_recycler_alloc(1000);
    assert_non_null(block);
    assert_non_null(loose);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, free_block, block), 0);
    pthread_join(thread, NULL);
    zoe_recycler_enter(&recycler);
    zoe_recycler_free(loose);
    assert_ptr_equal(zoe_recycler_alloc(1000), block);
    zoe_recycler_free(block);
    zoe_recycler_enter(NULL);
    zoe_recycler_destroy(&recycler);
    assert_int_equal(zoe_meter_used(&meter), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_used_again),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_blocks_find_home),
    };
    return cmocka_run_group_tests_name("recycler", tests, NULL, NULL);
}
