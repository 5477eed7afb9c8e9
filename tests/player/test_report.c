/*
 * Samples, percentiles and the report's JSON.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "commands/report.h"

static void test_percentiles(void **state)
{
    (void)state;
    zoe_samples samples;
    assert_int_equal(zoe_samples_init(&samples, 100), 1);
    assert_int_equal(zoe_samples_percentile(&samples, 50), 0);
    for (uint64_t i = 0; i < 150; i++) /* more than there is room for */
        zoe_samples_add(&samples, (i * 37) % 100 + 1);
    assert_int_equal(samples.count, 100);
    zoe_samples_sort(&samples);
    assert_int_equal(zoe_samples_percentile(&samples, 0), 1);
    assert_int_equal(zoe_samples_percentile(&samples, 1), 1);
    assert_int_equal(zoe_samples_percentile(&samples, 50), 50);
    assert_int_equal(zoe_samples_percentile(&samples, 95), 95);
    assert_int_equal(zoe_samples_percentile(&samples, 99.5), 100);
    assert_int_equal(zoe_samples_percentile(&samples, 100), 100);
    zoe_samples_free(&samples);
    assert_int_equal(zoe_samples_init(&samples, 1), 1);
    zoe_samples_add(&samples, 7);
    zoe_samples_sort(&samples);
    assert_int_equal(zoe_samples_percentile(&samples, 50), 7);
    zoe_samples_free(&samples);
}

static void test_json(void **state)
{
    (void)state;
    json_t *report = json_object();
    zoe_times times = {3, 1500000, 2000000, 3123456, 0};
    zoe_report_count(report, "count", 12);
    zoe_report_integer(report, "integer", -12);
    zoe_report_number(report, "number", 0.1234567);
    zoe_report_number(report, "infinite", (double)INFINITY);
    zoe_report_text(report, "text", "a\xff"); /* not UTF-8 */
    zoe_report_times_ms(report, "times_ms", &times);
    char *text = json_dumps(report, JSON_COMPACT | JSON_REAL_PRECISION(12));
    assert_string_equal(text, "{\"count\":12,\"integer\":-12,\"number\":0.123,\"infinite\":0.0,"
                              "\"text\":\"?\",\"times_ms\":{\"p50\":1.5,\"p95\":2.0,"
                              "\"max\":3.123}}");
    free(text);
    json_decref(report);
}

/* Without memory for the report nothing may crash. */
static void test_no_report(void **state)
{
    (void)state;
    zoe_times times = {0, 0, 0, 0, 0};
    zoe_report_count(NULL, "count", 12);
    zoe_report_number(NULL, "number", 1);
    zoe_report_text(NULL, "text", "a");
    zoe_report_times_ms(NULL, "times_ms", &times);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_no_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
