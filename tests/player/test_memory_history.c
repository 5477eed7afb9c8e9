/* The last minute of memory figures: how samples fill the ring, and where the graph puts them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/memory_history.h"

static const uint64_t quarter = 250000000u;
static const uint64_t mb = (uint64_t)1 << 20;

static void add(zoe_memory_history *history, uint64_t slot, uint64_t used_mb)
{
    zoe_memory_sample sample = {used_mb * mb, (used_mb + 20) * mb, 600 * mb};
    zoe_memory_history_add(history, &sample, slot * quarter + 17);
}

static uint64_t used_mb(const zoe_memory_history *history, int age)
{
    return zoe_memory_history_at(history, age)->used / mb;
}

static void test_one_sample_a_quarter_second(void **state)
{
    zoe_memory_history history = {0};
    (void)state;
    add(&history, 1000, 10);
    add(&history, 1001, 20);
    add(&history, 1002, 30);
    assert_int_equal(history.count, 3);
    assert_int_equal(used_mb(&history, 0), 30);
    assert_int_equal(used_mb(&history, 1), 20);
    assert_int_equal(used_mb(&history, 2), 10);
}

static void test_within_a_quarter_second_the_largest_counts(void **state)
{
    zoe_memory_history history = {0};
    (void)state;
    add(&history, 7, 10);
    add(&history, 7, 50);
    add(&history, 7, 20);
    assert_int_equal(history.count, 1);
    assert_int_equal(used_mb(&history, 0), 50);
    assert_int_equal(zoe_memory_history_at(&history, 0)->resident / mb, 70);
}

static void test_what_was_not_looked_at_stayed_as_it_was(void **state)
{
    zoe_memory_history history = {0};
    (void)state;
    add(&history, 100, 10);
    add(&history, 108, 90);
    assert_int_equal(history.count, 9);
    assert_int_equal(used_mb(&history, 0), 90);
    for (int age = 1; age <= 8; age++)
        assert_int_equal(used_mb(&history, age), 10);
}

static void test_only_the_last_minute_is_kept(void **state)
{
    zoe_memory_history history = {0};
    (void)state;
    for (uint64_t i = 0; i < 1000; i++)
        add(&history, i, i);
    assert_int_equal(history.count, ZOE_HISTORY_SAMPLES);
    for (int age = 0; age < ZOE_HISTORY_SAMPLES; age++)
        assert_int_equal(used_mb(&history, age), 999 - age);
    /* An hour later nothing of it is left but the last value, held. */
    add(&history, 1000 + 4 * 3600, 5);
    assert_int_equal(history.count, ZOE_HISTORY_SAMPLES);
    assert_int_equal(used_mb(&history, 0), 5);
    for (int age = 1; age < ZOE_HISTORY_SAMPLES; age++)
        assert_int_equal(used_mb(&history, age), 999);
}

static void test_flat_means_that_time_changes_nothing(void **state)
{
    zoe_memory_history history = {0};
    (void)state;
    assert_int_equal(zoe_memory_history_is_flat(&history), 1);
    add(&history, 0, 40);
    assert_int_equal(zoe_memory_history_is_flat(&history), 0);
    add(&history, ZOE_HISTORY_SAMPLES - 2, 40);
    assert_int_equal(zoe_memory_history_is_flat(&history), 0);
    add(&history, ZOE_HISTORY_SAMPLES - 1, 40);
    assert_int_equal(zoe_memory_history_is_flat(&history), 1);
    add(&history, ZOE_HISTORY_SAMPLES, 41);
    assert_int_equal(zoe_memory_history_is_flat(&history), 0);
    add(&history, 2 * ZOE_HISTORY_SAMPLES - 1, 41);
    assert_int_equal(zoe_memory_history_is_flat(&history), 1);
}

static void test_the_ceiling_has_room_above_everything(void **state)
{
    (void)state;
    for (uint64_t limit = 1; limit < 4000000; limit = limit * 3 / 2 + 1) {
        zoe_memory_history history = {0};
        zoe_memory_sample sample = {limit * mb / 2, limit * mb / 3, limit * mb};
        zoe_memory_history_add(&history, &sample, 0);
        uint64_t ceiling = zoe_memory_history_ceiling(&history) / mb;
        if (ceiling < limit + limit / 10 || ceiling > limit * 5 / 4 + 2)
            fail_msg("limit %llu: ceiling %llu", (unsigned long long)limit,
                     (unsigned long long)ceiling);
    }
    zoe_memory_history empty = {0};
    assert_true(zoe_memory_history_ceiling(&empty) > 0);
}

static void test_columns_cover_the_graph_once(void **state)
{
    static const int widths[] = {1, 100, 239, 240, 241, 316, 632, 4000};
    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        int width = widths[i];
        assert_int_equal(zoe_memory_graph_left(ZOE_HISTORY_SAMPLES - 1, width), 0);
        assert_int_equal(zoe_memory_graph_right(0, width), width);
        for (int age = 1; age < ZOE_HISTORY_SAMPLES; age++)
            assert_int_equal(zoe_memory_graph_right(age, width),
                             zoe_memory_graph_left(age - 1, width));
    }
}

static void test_values_rise_with_their_part_of_the_ceiling(void **state)
{
    (void)state;
    assert_int_equal(zoe_memory_graph_rise(0, 1000 * mb, 120), 0);
    assert_int_equal(zoe_memory_graph_rise(500 * mb, 1000 * mb, 120), 60);
    assert_int_equal(zoe_memory_graph_rise(1000 * mb, 1000 * mb, 120), 120);
    assert_int_equal(zoe_memory_graph_rise(UINT64_MAX, 1000 * mb, 120), 120);
    assert_int_equal(zoe_memory_graph_rise(5, 0, 120), 0);
    assert_int_equal(zoe_memory_graph_rise(5, 10, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_sample_a_quarter_second),
        cmocka_unit_test(test_within_a_quarter_second_the_largest_counts),
        cmocka_unit_test(test_what_was_not_looked_at_stayed_as_it_was),
        cmocka_unit_test(test_only_the_last_minute_is_kept),
        cmocka_unit_test(test_flat_means_that_time_changes_nothing),
        cmocka_unit_test(test_the_ceiling_has_room_above_everything),
        cmocka_unit_test(test_columns_cover_the_graph_once),
        cmocka_unit_test(test_values_rise_with_their_part_of_the_ceiling),
    };
    return cmocka_run_group_tests_name("memory history", tests, NULL, NULL);
}
