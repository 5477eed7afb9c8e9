/*
 * Times and counters: percentiles against sorted times, and sums over threads.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <pthread.h>

#include <cmocka.h>

#include "base/times.h"

enum { TIMES = 5000 };

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void assert_near(uint64_t found, uint64_t wanted)
{
    uint64_t off = found > wanted ? found - wanted : wanted - found;
    if (off > wanted / 16)
        fail_msg("%" PRIu64 " is not within a sixteenth of %" PRIu64, found, wanted);
}

static void check_times(uint64_t (*time_of)(uint64_t i))
{
    static zoe_histogram histogram;
    static uint64_t times[TIMES];
    zoe_histogram_reset(&histogram);
    uint64_t total = 0;
    for (uint64_t i = 0; i < TIMES; i++) {
        times[i] = time_of(i);
        total += times[i];
        zoe_histogram_add(&histogram, times[i]);
    }
    qsort(times, TIMES, sizeof times[0], compare);
    zoe_times read;
    zoe_histogram_read(&histogram, &read);
    assert_int_equal(read.count, TIMES);
    assert_int_equal(read.total_ns, total);
    assert_int_equal(read.max_ns, times[TIMES - 1]);
    assert_near(read.p50_ns, times[TIMES / 2 - 1]);
    assert_near(read.p95_ns, times[TIMES * 95 / 100 - 1]);
    assert_true(read.p50_ns <= read.p95_ns && read.p95_ns <= read.max_ns);
}

static uint64_t linear(uint64_t i)
{
    return i * 977;
}

static uint64_t small(uint64_t i)
{
    return i % 40;
}

static uint64_t spread(uint64_t i)
{
    return (uint64_t)1 << i % 62;
}

static uint64_t same(uint64_t i)
{
    (void)i;
    return 1234567;
}

static void test_percentiles(void **state)
{
    (void)state;
    check_times(linear);
    check_times(small);
    check_times(spread);
    check_times(same);
}

static void test_extremes(void **state)
{
    (void)state;
    static zoe_histogram histogram;
    zoe_times read;
    zoe_histogram_read(&histogram, &read);
    assert_int_equal(read.count + read.p50_ns + read.p95_ns + read.max_ns + read.total_ns, 0);
    zoe_histogram_add(&histogram, 0);
    zoe_histogram_add(&histogram, UINT64_MAX);
    zoe_histogram_read(&histogram, &read);
    assert_int_equal(read.count, 2);
    assert_int_equal(read.p50_ns, 0);
    assert_true(read.max_ns == UINT64_MAX);
    zoe_histogram_reset(&histogram);
    zoe_histogram_read(&histogram, &read);
    assert_int_equal(read.count + read.max_ns, 0);
}

/* One time each, so that it is the first one that a reader may see half of. */
enum { FIRSTS = 1500 };
static const uint64_t first_time = 1234567;

static void *add_firsts(void *arg)
{
    zoe_histogram *histograms = arg;
    for (int i = 0; i < FIRSTS; i++)
        zoe_histogram_add(&histograms[i], first_time);
    return NULL;
}

/* What is counted has its place among the percentiles, too. */
static void test_reading_while_others_add(void **state)
{
    (void)state;
    zoe_histogram *histograms = calloc(FIRSTS, sizeof *histograms);
    assert_non_null(histograms);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, add_firsts, histograms), 0);
    for (int i = 0; i < FIRSTS; i++) {
        zoe_times read;
        do
            zoe_histogram_read(&histograms[i], &read);
        while (read.count == 0);
        assert_int_equal(read.count, 1);
        assert_int_equal(read.total_ns, first_time);
        assert_int_equal(read.max_ns, first_time);
        assert_near(read.p50_ns, first_time);
        assert_near(read.p95_ns, first_time);
    }
    pthread_join(thread, NULL);
    free(histograms);
}

static void *add_many(void *arg)
{
    for (int i = 0; i < 10000; i++)
        zoe_counter_add(arg);
    return NULL;
}

static void test_counter(void **state)
{
    (void)state;
    static zoe_counter counter;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, &counter), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(zoe_counter_sum(&counter), 40000);
    zoe_counter_reset(&counter);
    assert_int_equal(zoe_counter_sum(&counter), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_reading_while_others_add),
        cmocka_unit_test(test_counter),
    };
    return cmocka_run_group_tests_name("times", tests, NULL, NULL);
}
