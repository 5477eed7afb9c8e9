/*
 * Slab pools: where buffers lie, which one comes next, what is counted, and what the system gets
 * back.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* mincore */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sys/mman.h>

#include <cmocka.h>

#include "base/os.h"
#include "memory/slab.h"

static const size_t MiB = (size_t)1 << 20, KiB = 1024;

/* As long as a cache's. */
typedef struct record {
    zoe_buffer memory;
    uint64_t more[80];
} record;

typedef struct rig {
    zoe_meter meter;
    zoe_slab slab;
} rig;

static void begin(rig *r, uint64_t limit)
{
    memset(r, 0, sizeof *r);
    zoe_meter_set_limit(&r->meter, limit);
    zoe_slab_init(&r->slab, &r->meter, sizeof(record), 1024 * MiB);
}

static void end(rig *r)
{
    zoe_slab_destroy(&r->slab);
    assert_int_equal(zoe_meter_used(&r->meter), 0);
}

/* Gives the memory of free buffers back to the system; returns what was given. */
static uint64_t shrink(rig *r, uint64_t bytes, size_t keep_bytes)
{
    zoe_returns returns = {.bytes = 0}, next = {.bytes = 0};
    uint64_t used = zoe_meter_used(&r->meter);
    uint64_t given = zoe_slab_detach(&r->slab, bytes, (zoe_buffer_size){keep_bytes, 0}, &returns);
    /* Until they are back, they are counted. */
    assert_int_equal(returns.bytes, given);
    assert_int_equal(zoe_meter_used(&r->meter), used);
    for (; zoe_returns_any(&returns); returns = next, next = (zoe_returns){.bytes = 0}) {
        zoe_returns_release(&returns);
        zoe_meter_give(&r->meter, returns.bytes);
        zoe_slab_reinstate(&r->slab, &returns, &next);
    }
    return given;
}

static zoe_buffer *take(rig *r, size_t bytes)
{
    zoe_buffer *buffer = NULL;
    zoe_status status = zoe_slab_take(&r->slab, (zoe_buffer_size){bytes, 0}, 0, &buffer);
    if (status != ZOE_OK)
        fail_msg("%zu bytes: %s", bytes, zoe_status_name(status));
    assert_true(buffer->committed >= bytes);
    return buffer;
}

/* Pages of a range that are in memory. */
static size_t resident(void *address, size_t bytes)
{
    static unsigned char pages[65536];
    size_t page = zoe_os_page(), count = 0;
    assert_true(bytes / page <= sizeof pages);
    assert_int_equal(mincore(address, bytes, pages), 0);
    for (size_t i = 0; i < bytes / page; i++)
        count += pages[i] & 1;
    return count * page;
}

static void test_alignment(void **state)
{
    (void)state;
    rig r;
    begin(&r, 256 * MiB);
    static const size_t sizes[] = {1, 4096, 4097, 100000, 1 << 20, 2 << 20, (2 << 20) + 1, 9999999};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int n = 0; n < 3; n++) {
            zoe_buffer *buffer = take(&r, sizes[i]);
            size_t alignment = sizes[i] >= 2 * MiB ? 2 * MiB : zoe_os_page();
            if ((uintptr_t)buffer->data % alignment)
                fail_msg("%zu bytes at %p are not aligned to %zu", sizes[i], (void *)buffer->data,
                         alignment);
            memset(buffer->data, 0x55, sizes[i]);
        }
    end(&r);
}

static void test_the_warmest_comes_first(void **state)
{
    (void)state;
    rig r;
    begin(&r, 64 * MiB);
    zoe_buffer *a = take(&r, MiB), *b = take(&r, MiB), *c = take(&r, MiB);
    uint64_t allocations = r.slab.allocations;
    zoe_slab_give(&r.slab, a);
    zoe_slab_give(&r.slab, c);
    zoe_slab_give(&r.slab, b);
    assert_int_equal(r.slab.free_bytes, 3 * MiB);
    assert_ptr_equal(take(&r, MiB), b);
    assert_ptr_equal(take(&r, MiB - 5), c);
    assert_ptr_equal(take(&r, MiB), a);
    assert_int_equal(r.slab.allocations, allocations);
    assert_int_equal(r.slab.free_bytes, 0);
    end(&r);
}

static void test_books(void **state)
{
    (void)state;
    rig r;
    begin(&r, 10 * MiB);
    /* What is counted is what is used, not the class. */
    zoe_buffer *a = take(&r, MiB + 1);
    assert_int_equal(zoe_meter_used(&r.meter), MiB + zoe_os_page());
    assert_int_equal(zoe_meter_used(&r.meter), zoe_slab_cost(&r.slab, MiB + 1));
    zoe_slab_give(&r.slab, a);
    assert_int_equal(zoe_meter_used(&r.meter), MiB + zoe_os_page());
    /* A larger one of the same class grows it by the difference. */
    assert_ptr_equal(take(&r, MiB + 100000), a);
    assert_int_equal(zoe_meter_used(&r.meter), zoe_slab_cost(&r.slab, MiB + 100000));
    zoe_buffer *b = NULL;
    assert_int_equal(zoe_slab_take(&r.slab, (zoe_buffer_size){9 * MiB, 0}, 0, &b),
                     ZOE_ERROR_OVER_BUDGET);
    assert_null(b);
    assert_int_equal(zoe_meter_used(&r.meter), zoe_slab_cost(&r.slab, MiB + 100000));
    zoe_slab_give(&r.slab, a);
    assert_int_equal(shrink(&r, 1, 0), zoe_slab_cost(&r.slab, MiB + 100000));
    assert_int_equal(zoe_meter_used(&r.meter), 0);
    assert_int_equal(r.slab.free_bytes, 0);
    b = take(&r, 9 * MiB);
    zoe_slab_give(&r.slab, b);
    end(&r);
}

static void test_small_buffers_count_their_records(void **state)
{
    (void)state;
    rig r;
    begin(&r, 10 * MiB);
    assert_true(zoe_slab_cost(&r.slab, 4096) > 4096);
    zoe_buffer *a = take(&r, 4096);
    assert_int_equal(zoe_meter_used(&r.meter), zoe_slab_cost(&r.slab, 4096));
    zoe_slab_give(&r.slab, a);
    shrink(&r, UINT64_MAX, 0);
    assert_int_equal(zoe_meter_used(&r.meter), 0);
    end(&r);
}

static void test_shrinking_gives_pages_back(void **state)
{
    (void)state;
    rig r;
    begin(&r, 256 * MiB);
    zoe_buffer *a = take(&r, 16 * MiB), *b = take(&r, 16 * MiB);
    memset(a->data, 1, 16 * MiB);
    memset(b->data, 2, 16 * MiB);
    assert_int_equal(resident(a->data, 16 * MiB), 16 * MiB);
    uint8_t *freed = a->data;
    zoe_slab_give(&r.slab, a);
    assert_int_equal(resident(freed, 16 * MiB), 16 * MiB);
    assert_int_equal(shrink(&r, UINT64_MAX, 0), 16 * MiB);
    assert_int_equal(resident(freed, 16 * MiB), 0);
    assert_int_equal(b->data[16 * MiB - 1], 2);
    end(&r);
}

static void test_other_sizes_shrink_first(void **state)
{
    (void)state;
    rig r;
    begin(&r, 64 * MiB);
    zoe_buffer *kept = take(&r, 4 * MiB), *other = take(&r, 6 * MiB);
    zoe_slab_give(&r.slab, kept);
    zoe_slab_give(&r.slab, other);
    assert_int_equal(shrink(&r, MiB, 4 * MiB), 6 * MiB);
    assert_ptr_equal(take(&r, 4 * MiB), kept);
    zoe_slab_give(&r.slab, kept);
    assert_int_equal(shrink(&r, MiB, 4 * MiB), 4 * MiB);
    end(&r);
}

/* An eighth of an octave is the most that a class is larger than what it holds. */
static void test_classes(void **state)
{
    (void)state;
    rig r;
    begin(&r, 1024 * MiB);
    for (size_t octave = 4 * KiB; octave <= 16 * MiB; octave *= 2)
        for (size_t eighth = 0; eighth < 8; eighth++) {
            size_t edge = octave + octave / 8 * eighth;
            static const int around[] = {-1, 0, 1};
            for (size_t i = 0; i < 3; i++) {
                size_t bytes = edge + (size_t)around[i];
                zoe_buffer *buffer = take(&r, bytes);
                size_t class_bytes = buffer->pool->buffer_bytes;
                if (class_bytes < bytes || class_bytes > bytes + bytes / 7 + 4 * KiB)
                    fail_msg("%zu bytes are of the class of %zu", bytes, class_bytes);
                buffer->data[bytes - 1] = 1;
                zoe_slab_give(&r.slab, buffer);
                shrink(&r, UINT64_MAX, 0);
            }
        }
    end(&r);
}

static void test_huge_sizes_are_refused(void **state)
{
    (void)state;
    rig r;
    begin(&r, 64 * MiB);
    zoe_buffer *buffer = NULL;
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX / 2, (size_t)1 << 41, (size_t)1 << 40};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        assert_int_not_equal(zoe_slab_take(&r.slab, (zoe_buffer_size){sizes[i], 0}, 0, &buffer),
                             ZOE_OK);
    /* What can never fit makes no pool. */
    assert_int_equal(zoe_slab_take(&r.slab, (zoe_buffer_size){65 * MiB, 0}, 0, &buffer),
                     ZOE_ERROR_OVER_BUDGET);
    for (int i = 0; i < ZOE_SLAB_CLASSES; i++)
        assert_null(r.slab.pools[i]);
    end(&r);
}

/* As many buffers as the limit allows, whatever their size: address space must not be what ends
 * first. */
static void test_the_limit_can_be_filled(void **state)
{
    (void)state;
    static const size_t sizes[] = {100 * 1024, 2 * 1024 * 1024 + 4096, 17 * 1024 * 1024};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        rig r;
        begin(&r, 1024 * MiB);
        uint64_t count = 1024 * MiB / zoe_slab_cost(&r.slab, sizes[i]);
        zoe_buffer *buffer = NULL;
        uint64_t taken = 0;
        while (zoe_slab_take(&r.slab, (zoe_buffer_size){sizes[i], 0}, 0, &buffer) == ZOE_OK)
            taken++;
        assert_int_equal(taken, count);
        end(&r);
    }
}

/* ---- buffers of one pool that need less than it is for ---- */

static zoe_buffer *take_of(rig *r, size_t bytes, size_t filled)
{
    zoe_buffer *buffer = NULL;
    assert_int_equal(zoe_slab_take(&r->slab, (zoe_buffer_size){bytes, filled}, 0, &buffer), ZOE_OK);
    assert_true(buffer->committed >= bytes && buffer->needed >= bytes);
    return buffer;
}

static void test_a_kind_shares_its_pool(void **state)
{
    (void)state;
    rig r;
    begin(&r, 256 * MiB);
    const zoe_pool *pool = take_of(&r, 24 * MiB, 24 * MiB)->pool;
    assert_int_equal(pool->buffer_bytes, 24 * MiB);
    assert_ptr_equal(take_of(&r, 4 * MiB, 24 * MiB)->pool, pool);
    assert_ptr_equal(take_of(&r, 15 * MiB, 24 * MiB)->pool, pool);
    assert_int_equal(zoe_meter_used(&r.meter), 43 * MiB);
    /* Very small ones have one of their own, lest address space end first. */
    assert_int_equal(take_of(&r, MiB, 24 * MiB)->pool->buffer_bytes, 3 * MiB);
    assert_int_equal(take_of(&r, 1, 24 * MiB)->pool->buffer_bytes, 4 * KiB);
    /* One that is larger than what it should be at most. */
    assert_true(take_of(&r, 30 * MiB, 24 * MiB)->pool->buffer_bytes >= 30 * MiB);
    end(&r);
}

static void test_the_limit_can_be_filled_with_small_ones(void **state)
{
    (void)state;
    static const size_t sizes[] = {3 * 1024 * 1024 + 4096, 2 * 1024 * 1024, 600 * 1024};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        rig r;
        begin(&r, 1024 * MiB);
        uint64_t count = 1024 * MiB / zoe_slab_cost(&r.slab, sizes[i]), taken = 0;
        zoe_buffer *buffer = NULL;
        while (zoe_slab_take(&r.slab, (zoe_buffer_size){sizes[i], 24 * MiB}, 0, &buffer) == ZOE_OK)
            taken++;
        assert_int_equal(taken, count);
        end(&r);
    }
}

static void test_the_best_fit_comes_first(void **state)
{
    (void)state;
    rig r;
    begin(&r, 256 * MiB);
    zoe_buffer *a = take_of(&r, 8 * MiB, 24 * MiB), *b = take_of(&r, 12 * MiB, 24 * MiB);
    zoe_buffer *c = take_of(&r, 20 * MiB, 24 * MiB);
    zoe_slab_give(&r.slab, c);
    zoe_slab_give(&r.slab, b);
    zoe_slab_give(&r.slab, a);
    uint64_t allocations = r.slab.allocations, used = zoe_meter_used(&r.meter);
    const zoe_buffer_size size = {13 * MiB, 24 * MiB};
    const zoe_buffer *counted = NULL;
    assert_int_equal(zoe_slab_fresh_cost(&r.slab, size, 0, &counted), MiB);
    assert_ptr_equal(counted, b);
    /* For another one beside it, the next best. */
    assert_int_equal(zoe_slab_fresh_cost(&r.slab, size, 0, &counted), 5 * MiB);
    assert_ptr_equal(counted, a);
    assert_ptr_equal(take_of(&r, 19 * MiB, 24 * MiB), c);
    assert_ptr_equal(take_of(&r, 11 * MiB, 24 * MiB), b);
    assert_ptr_equal(take_of(&r, 5 * MiB, 24 * MiB), a);
    assert_int_equal(r.slab.allocations, allocations);
    assert_int_equal(zoe_meter_used(&r.meter), used);
    assert_int_equal(r.slab.surplus_bytes, 5 * MiB);
    end(&r);
}

static void test_surplus_goes_when_memory_is_wanted(void **state)
{
    (void)state;
    rig r;
    begin(&r, 256 * MiB);
    zoe_buffer *a = take_of(&r, 20 * MiB, 24 * MiB);
    memset(a->data, 1, 20 * MiB);
    zoe_slab_give(&r.slab, a);
    assert_ptr_equal(take_of(&r, 7 * MiB, 24 * MiB), a);
    memset(a->data, 2, 7 * MiB);
    assert_int_equal(r.slab.surplus_bytes, 13 * MiB);
    assert_int_equal(zoe_slab_buffer_cost(a), 20 * MiB);
    assert_int_equal(zoe_slab_held_cost(a), 7 * MiB);
    assert_int_equal(resident(a->data, 20 * MiB), 20 * MiB);
    assert_int_equal(shrink(&r, 1, 0), 13 * MiB);
    assert_int_equal(r.slab.surplus_bytes, 0);
    assert_int_equal(zoe_meter_used(&r.meter), 7 * MiB);
    assert_int_equal(resident(a->data, 20 * MiB), 7 * MiB);
    for (size_t i = 0; i < 7 * MiB; i++)
        if (a->data[i] != 2)
            fail_msg("byte %zu was given away", i);
    assert_true(zoe_slab_refit(&r.slab, a, 5 * MiB));
    assert_int_equal(r.slab.surplus_bytes, 2 * MiB);
    assert_false(zoe_slab_refit(&r.slab, a, 8 * MiB));
    assert_false(zoe_slab_refit(&r.slab, a, MiB));
    zoe_slab_give(&r.slab, a);
    assert_int_equal(r.slab.free_bytes, 7 * MiB);
    assert_int_equal(shrink(&r, UINT64_MAX, 0), 7 * MiB);
    end(&r);
}

/* What is on its way to the system is not used before it is there: it would be lost. */
static void test_what_leaves_is_not_taken(void **state)
{
    (void)state;
    rig r;
    begin(&r, 256 * MiB);
    const zoe_buffer_size none = {0, 0};
    zoe_buffer *a = take_of(&r, 20 * MiB, 24 * MiB);
    assert_true(zoe_slab_refit(&r.slab, a, 8 * MiB));
    zoe_returns returns = {.bytes = 0}, next = {.bytes = 0}, more = {.bytes = 0};
    assert_int_equal(zoe_slab_detach(&r.slab, UINT64_MAX, none, &returns), 12 * MiB);
    assert_true(zoe_returns_any(&returns));
    zoe_slab_give(&r.slab, a);
    zoe_buffer *b = take_of(&r, 9 * MiB, 24 * MiB);
    assert_ptr_not_equal(b, a);
    assert_ptr_equal(take_of(&r, 6 * MiB, 24 * MiB), a);
    assert_int_equal(zoe_slab_detach(&r.slab, UINT64_MAX, none, &more), 0);
    zoe_slab_give(&r.slab, a);
    assert_int_equal(zoe_slab_detach(&r.slab, UINT64_MAX, none, &more), 0);
    zoe_returns_release(&returns);
    zoe_meter_give(&r.meter, returns.bytes);
    zoe_slab_reinstate(&r.slab, &returns, &next);
    assert_false(zoe_returns_any(&next) || zoe_returns_any(&returns));
    assert_ptr_equal(take_of(&r, 10 * MiB, 24 * MiB), a);
    assert_int_equal(zoe_meter_used(&r.meter), 19 * MiB);
    end(&r);
}

/* However much memory there is said to be, a pool has no buffer that lies outside of it. */
static void test_no_memory_is_endless(void **state)
{
    (void)state;
    static const uint64_t endless[] = {UINT64_MAX, (uint64_t)1 << 63, (uint64_t)1 << 62};
    static const size_t sizes[] = {5000, 10000, 16384, 122880, 245760};
    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        rig r;
        begin(&r, 64 * MiB);
        r.slab.address_bytes = endless[i];
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
            for (int n = 0; n < 40; n++) {
                zoe_buffer *buffer = take(&r, sizes[k]);
                assert_in_range(buffer->pool->capacity, 1, SIZE_MAX / buffer->pool->stride);
                memset(buffer->data, n, sizes[k]);
            }
        end(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_the_warmest_comes_first),
        cmocka_unit_test(test_books),
        cmocka_unit_test(test_small_buffers_count_their_records),
        cmocka_unit_test(test_shrinking_gives_pages_back),
        cmocka_unit_test(test_other_sizes_shrink_first),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_huge_sizes_are_refused),
        cmocka_unit_test(test_the_limit_can_be_filled),
        cmocka_unit_test(test_a_kind_shares_its_pool),
        cmocka_unit_test(test_the_limit_can_be_filled_with_small_ones),
        cmocka_unit_test(test_the_best_fit_comes_first),
        cmocka_unit_test(test_surplus_goes_when_memory_is_wanted),
        cmocka_unit_test(test_what_leaves_is_not_taken),
        cmocka_unit_test(test_no_memory_is_endless),
    };
    return cmocka_run_group_tests_name("slab", tests, NULL, NULL);
}
