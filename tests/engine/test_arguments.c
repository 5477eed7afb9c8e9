/*
 * Arguments: what a program may give the engine without thinking, and what is refused.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/stage.h"

static const size_t MiB = (size_t)1 << 20;

/* Of a want that is idle nothing else is looked at, then or later. */
static void idle_wants_say_nothing_else(void **state)
{
    (void)state;
    static const int64_t anywhere[] = {INT64_MIN, -1, 8, (int64_t)1 << 40, INT64_MAX};
    stage s;
    stage_begin(&s, 1, 16 * MiB, MiB, 1);
    zoe_source *source = stage_source(&s, "f", 1, 8);
    for (int i = 0; i < 5; i++) {
        zoe_want idle = {.idle = 1, .playhead = anywhere[i], .in = anywhere[i], .direction = 77};
        stage_want(source, &idle);
        zoe_engine_set_budget(s.engine, &(zoe_budget){.bytes = 16 * MiB}, NULL);
        assert_int_equal(zoe_source_refresh(source, NULL, NULL), ZOE_OK);
        zoe_want want = stage_play(i, 0, 7);
        stage_settle(&s, source, &want);
        zoe_frame frame = stage_acquire(source, i);
        zoe_frame_release(&frame);
    }
    stage_end(&s);
}

/* Files are looked at once for each look. */
static void looks_are_read_once(void **state)
{
    (void)state;
    stage s;
    zoe_error error;
    stage_begin(&s, 1, 16 * MiB, MiB, 1);
    zoe_source *source = stage_source(&s, "f", 1, 2);
    zoe_look *look = NULL;
    assert_int_equal(zoe_look_begin(zoe_source_sequence(source), &look, NULL), ZOE_OK);
    assert_int_equal(zoe_source_take_look(source, look, NULL, &error), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_look_read(look, 1, &error), ZOE_OK);
    assert_int_equal(zoe_look_read(look, 1, &error), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_look_add_number(look, 1), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_look_add_source(look, source), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_source_take_look(source, look, NULL, &error), ZOE_OK);
    zoe_look_end(&look);
    assert_null(look);
    stage_end(&s);
}

/* Whatever keeps a source from being opened, there is none, and the sequence is still the
 * caller's. */
static void sources_that_are_not_opened_are_null(void **state)
{
    (void)state;
    stage s;
    zoe_error error;
    stage_begin(&s, 1, 16 * MiB, MiB, 1);
    zoe_source *first = stage_source(&s, "f", 1, 2);
    zoe_sequence *sequence = zoe_sequence_share(zoe_source_sequence(first));
    zoe_source_settings settings[3];
    for (int i = 0; i < 3; i++)
        zoe_source_settings_init(&settings[i]);
    settings[0].proxy_shift = 4;
    settings[1].proxy_shift = -1;
    settings[2].size = 0;
    for (int i = 0; i < 3; i++) {
        zoe_source *source = first;
        assert_int_equal(zoe_source_open(s.engine, &sequence, &settings[i], &source, &error),
                         ZOE_ERROR_ARGUMENT);
        assert_null(source);
        assert_non_null(sequence);
    }
    assert_non_null(strstr(error.text, "zoe_source_settings_init()"));
    zoe_sequence_close(&sequence);
    stage_end(&s);
}

/* The budget is what was set, with the defaults in place of what was not. */
static void budgets_are_told_as_they_were_set(void **state)
{
    (void)state;
    stage s;
    zoe_budget budget;
    stage_begin(&s, 1, 16 * MiB, MiB, 1);
    zoe_engine_budget(s.engine, &budget);
    assert_int_equal(budget.bytes, 16 * MiB);
    assert_int_equal(zoe_engine_set_budget(s.engine, &(zoe_budget){.percent = 40}, NULL), ZOE_OK);
    zoe_engine_budget(s.engine, &budget);
    assert_int_equal(budget.percent, 40);
    assert_int_equal(budget.reserve_bytes, ZOE_RESERVE_DEFAULT);
    assert_int_equal(budget.bytes, 0);
    assert_int_equal(zoe_engine_set_budget(s.engine, &(zoe_budget){.percent = 24}, NULL),
                     ZOE_ERROR_ARGUMENT);
    zoe_engine_budget(s.engine, &budget);
    assert_int_equal(budget.percent, 40);
    stage_end(&s);
}

/* A limit beyond all measure is one. */
static void budgets_have_no_upper_end(void **state)
{
    (void)state;
    static const uint64_t limits[] = {UINT64_MAX, (uint64_t)1 << 63, (uint64_t)1 << 62};
    static const size_t sizes[] = {4700, 10000, 120000, 240000};
    for (int i = 0; i < 12; i++) {
        stage s;
        stage_begin(&s, 2, limits[i / 4], sizes[i % 4], 1);
        zoe_source *source = stage_source(&s, "f", 1, 40);
        zoe_want want = stage_play(0, 0, 39);
        stage_settle(&s, source, &want);
        stage_assert_loaded(source, 0, 39);
        zoe_frame frame = stage_acquire(source, 39);
        stage_assert_right(&s, &frame, 40, 1);
        zoe_frame_release(&frame);
        stage_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle_wants_say_nothing_else),
        cmocka_unit_test(looks_are_read_once),
        cmocka_unit_test(sources_that_are_not_opened_are_null),
        cmocka_unit_test(budgets_are_told_as_they_were_set),
        cmocka_unit_test(budgets_have_no_upper_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
