/*
 * Scratch: what a worker keeps, and the blocks that OpenEXR allocates.
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
#include "memory/scratch.h"

static const zoe_reclaim no_reclaim = {NULL, NULL};

static void test_scratch_grows(void **state)
{
    (void)state;
    zoe_meter meter = {0};
    zoe_meter_set_limit(&meter, 1 << 20);
    zoe_scratch scratch = {NULL, 0, 0};
    bool fresh = true;
    assert_int_equal(zoe_scratch_ensure(&scratch, 0, &meter, no_reclaim, &fresh), ZOE_OK);
    assert_false(fresh);
    assert_int_equal(zoe_scratch_ensure(&scratch, 5000, &meter, no_reclaim, &fresh), ZOE_OK);
    assert_true(fresh);
    assert_true(scratch.committed >= 5000);
    assert_int_equal((uintptr_t)scratch.base % 64, 0);
    assert_int_equal(zoe_meter_used(&meter), scratch.committed);
    memset(scratch.base, 1, scratch.committed);
    assert_int_equal(zoe_scratch_ensure(&scratch, 4000, &meter, no_reclaim, &fresh), ZOE_OK);
    assert_false(fresh);
    assert_int_equal(zoe_scratch_ensure(&scratch, 2 << 20, &meter, no_reclaim, &fresh),
                     ZOE_ERROR_OVER_BUDGET);
    assert_int_equal(zoe_scratch_ensure(&scratch, SIZE_MAX, &meter, no_reclaim, &fresh),
                     ZOE_ERROR_OVER_BUDGET);
    assert_int_equal(zoe_meter_used(&meter), scratch.committed);
    zoe_scratch_release(&scratch, &meter);
    assert_int_equal(zoe_meter_used(&meter), 0);
    assert_null(scratch.base);
    zoe_scratch_release(&scratch, &meter);
}

/* More than was reserved at first. */
static void test_scratch_moves(void **state)
{
    (void)state;
    zoe_meter meter = {0};
    zoe_meter_set_limit(&meter, (uint64_t)1 << 30);
    zoe_scratch scratch = {NULL, 0, 0};
    bool fresh;
    for (size_t bytes = 1 << 20; bytes <= (size_t)256 << 20; bytes *= 4) {
        assert_int_equal(zoe_scratch_ensure(&scratch, bytes, &meter, no_reclaim, &fresh), ZOE_OK);
        assert_int_equal(zoe_meter_used(&meter), bytes);
        scratch.base[bytes - 1] = 1;
    }
    zoe_os_fail_at(1, 0);
    assert_int_equal(zoe_scratch_ensure(&scratch, (size_t)512 << 20, &meter, no_reclaim, &fresh),
                     ZOE_ERROR_NO_MEMORY);
    zoe_os_fail_at(0, 0);
    assert_int_equal(zoe_meter_used(&meter), scratch.committed);
    zoe_scratch_release(&scratch, &meter);
    assert_int_equal(zoe_meter_used(&meter), 0);
}

typedef struct room {
    zoe_meter *meter;
    int calls;
} room;

static bool make_room(void *user, uint64_t bytes)
{
    room *r = user;
    zoe_meter_give(r->meter, bytes / 2 + 1);
    return ++r->calls < 10;
}

static void test_scratch_asks_for_room(void **state)
{
    (void)state;
    zoe_meter meter = {0};
    zoe_meter_set_limit(&meter, 1 << 20);
    assert_true(zoe_meter_take(&meter, 1 << 20));
    room r = {&meter, 0};
    zoe_scratch scratch = {NULL, 0, 0};
    bool fresh;
    assert_int_equal(
        zoe_scratch_ensure(&scratch, 8192, &meter, (zoe_reclaim){make_room, &r}, &fresh), ZOE_OK);
    assert_int_equal(r.calls, 2);
    zoe_scratch_release(&scratch, &meter);
}

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
        cmocka_unit_test(test_scratch_grows),
        cmocka_unit_test(test_scratch_moves),
        cmocka_unit_test(test_scratch_asks_for_room),
        cmocka_unit_test(test_blocks_are_used_again),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_blocks_find_home),
    };
    return cmocka_run_group_tests_name("scratch", tests, NULL, NULL);
}
