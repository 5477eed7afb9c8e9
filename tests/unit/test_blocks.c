/*
 * Blocks of a region: aligned, apart, used again, refused where the region ends; and what they cost
 * is what was said.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "memory/blocks.h"
#include "support/seeded_random.h"

enum { REGION = 1 << 20, BLOCKS = 200 };

static _Alignas(64) uint8_t region[REGION + 64];

static zoe_blocks begin(size_t bytes)
{
    zoe_blocks blocks;
    memset(region, 0xA5, sizeof region);
    zoe_blocks_init(&blocks, region, bytes);
    return blocks;
}

/* Blocks of any size at random, each filled and looked at before it is given back. */
static void test_blocks_stay_apart(void **state)
{
    (void)state;
    uint64_t random = seeded_random_seed(20241103u);
    zoe_blocks blocks = begin(REGION);
    struct {
        uint8_t *at;
        size_t bytes;
        uint8_t value;
    } held[BLOCKS] = {{NULL, 0, 0}};
    for (int round = 0; round < 20000; round++) {
        size_t i = seeded_random(&random) % BLOCKS;
        for (size_t b = 0; b < held[i].bytes; b++)
            assert_int_equal(held[i].at[b], held[i].value);
        if (held[i].at) {
            zoe_blocks_free(held[i].at);
            held[i].at = NULL;
            held[i].bytes = 0;
            continue;
        }
        size_t bytes = seeded_random(&random) % (1u << seeded_random(&random) % 13);
        uint8_t *at = zoe_blocks_alloc(&blocks, bytes);
        if (!at)
            continue;
        assert_int_equal((uintptr_t)at % ZOE_BLOCKS_ALIGNMENT, 0);
        held[i].at = at;
        held[i].bytes = bytes;
        held[i].value = (uint8_t)round;
        memset(at, held[i].value, bytes);
    }
    assert_true(blocks.used <= REGION);
    for (size_t b = REGION; b < sizeof region; b++)
        assert_int_equal(region[b], 0xA5);
}

static void test_what_is_given_back_is_used_again(void **state)
{
    (void)state;
    zoe_blocks blocks = begin(REGION);
    void *first = zoe_blocks_alloc(&blocks, 1000);
    size_t used = blocks.used;
    for (int i = 0; i < 10000; i++) {
        zoe_blocks_free(first);
        assert_ptr_equal(zoe_blocks_alloc(&blocks, 600 + (size_t)i % 400), first);
    }
    assert_int_equal(blocks.used, used);
    zoe_blocks_free(NULL);
}

static void test_a_full_region_refuses(void **state)
{
    (void)state;
    zoe_blocks blocks = begin(4096);
    assert_false(blocks.refused);
    assert_null(zoe_blocks_alloc(&blocks, 4096));
    assert_true(blocks.refused);
    blocks.refused = false;
    assert_non_null(zoe_blocks_alloc(&blocks, 4096 - 16));
    assert_null(zoe_blocks_alloc(&blocks, 0));
    assert_null(zoe_blocks_keep(&blocks, 1, 1));
    assert_true(blocks.refused);
    assert_null(zoe_blocks_alloc(&blocks, SIZE_MAX));
    assert_null(zoe_blocks_keep(&blocks, SIZE_MAX / 2, 16));
    zoe_blocks_init(&blocks, NULL, 100);
    assert_null(zoe_blocks_alloc(&blocks, 1));
}

static void test_costs(void **state)
{
    (void)state;
    for (size_t bytes = 0; bytes < 5000; bytes += 7) {
        zoe_blocks blocks = begin(REGION);
        assert_non_null(zoe_blocks_alloc(&blocks, bytes));
        assert_int_equal(blocks.used, zoe_blocks_cost(bytes));
        size_t before = blocks.used;
        const uint8_t *kept = zoe_blocks_keep(&blocks, 1, bytes);
        assert_non_null(kept);
        assert_int_equal((uintptr_t)kept % ZOE_BLOCKS_ALIGNMENT, 0);
        assert_int_equal(blocks.used - before, zoe_blocks_kept(bytes));
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(kept[i], 0);
    }
}

static void test_a_thread_says_whose(void **state)
{
    (void)state;
    zoe_blocks a = begin(REGION / 2), b;
    zoe_blocks_init(&b, region + REGION / 2, REGION / 2);
    assert_null(zoe_blocks_hook_alloc(1));
    assert_null(zoe_blocks_enter(&a));
    void *from_a = zoe_blocks_hook_alloc(100);
    assert_ptr_equal(zoe_blocks_enter(&b), &a);
    void *from_b = zoe_blocks_hook_alloc(100);
    assert_true((uint8_t *)from_a < region + REGION / 2 &&
                (uint8_t *)from_b >= region + REGION / 2);
    /* It goes back to where it came from. */
    zoe_blocks_hook_free(from_a);
    assert_ptr_equal(zoe_blocks_enter(NULL), &b);
    assert_ptr_equal(zoe_blocks_alloc(&a, 100), from_a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_stay_apart),
        cmocka_unit_test(test_what_is_given_back_is_used_again),
        cmocka_unit_test(test_a_full_region_refuses),
        cmocka_unit_test(test_costs),
        cmocka_unit_test(test_a_thread_says_whose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
