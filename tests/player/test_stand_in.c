/* Frames without the chosen layer, and the ranges of values, over a real engine and small files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exr_write.h"
#include "session_place.h"
#include "stand_in.h"

enum { SIDE = 8 };

/* ---- files ---- */

/* Every sample of a frame is one value; the one in the corner is twice as much. */
static int write_row(void *user, int32_t x, int32_t y, int32_t count,
                     void *const planes[ZOE_PLANES_MAX])
{
    const float *value = user;
    for (int c = 0; c < ZOE_PLANES_MAX && planes[c]; c++) {
        for (int32_t i = 0; i < count; i++)
            ((float *)planes[c])[i] = x + i || y ? *value : 2.0f * *value;
    }
    return 0;
}

/* channels: a letter each, in the alphabet's order. */
static void write_frame(const session_place *p, const char *name, int number, const char *channels,
                        float value)
{
    char path[SESSION_PLACE_PATH];
    char names[ZOE_PLANES_MAX][2] = {{0}};
    zoe_error error = {ZOE_OK, ""};
    zoe_exr_write_spec spec = {
        .data_window = {0, 0, SIDE - 1, SIDE - 1},
        .display_window = {0, 0, SIDE - 1, SIDE - 1},
        .pixel_aspect = 1.0,
        .compression = ZOE_COMPRESSION_ZIP,
        .channel_count = (uint32_t)strlen(channels),
    };
    for (uint32_t i = 0; i < spec.channel_count; i++) {
        names[i][0] = channels[i];
        spec.names[i] = names[i];
        spec.types[i] = ZOE_SAMPLE_FLOAT;
    }
    session_place_path(p, name, number, path);
    if (zoe_exr_write(path, &spec, write_row, &value, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

/* ---- doing and seeing ---- */

static void open_first(session_place *p, const char *name)
{
    session_place_open(p, name, 1, 0);
    session_place_arrive(p);
}

static void go_to(session_place *p, int64_t position)
{
    zoe_session_seek(&p->session, position, session_place_second);
    session_place_arrive(p);
    assert_int_equal(p->session.shown.position, position);
}

/*
 * Opens frames 1..count, which lack the chosen layer, at the first one. The engine has read its
 * file, and when the player wants to know what else that has it is gone for a moment.
 */
static void open_with_a_failure(session_place *p, int count)
{
    char path[SESSION_PLACE_PATH], away[SESSION_PLACE_PATH];
    zoe_frame frame;
    for (int i = 1; i <= count; i++)
        write_frame(p, "a", i, "BGR", (float)i);
    session_place_path(p, "a", 1, path);
    session_place_path(p, "gone", 1, away);
    p->session.setup.source.layer = "Z";
    assert_int_equal(zoe_session_open(&p->session, path, 0, NULL), ZOE_OK);
    zoe_source *source = zoe_session_item_now(&p->session)->source;
    zoe_want want = {.out = count - 1, .direction = 1};
    assert_int_equal(zoe_source_set_want(source, &want), ZOE_OK);
    zoe_status status =
        zoe_source_wait(source, 0, zoe_now_ns() + 20 * session_place_second, &frame);
    assert_int_equal(status, ZOE_ERROR_NO_LAYER);
    assert_int_equal(rename(path, away), 0);
    session_place_arrive(p);
    assert_int_equal(rename(away, path), 0);
    assert_int_equal(p->session.status, ZOE_ERROR_NO_LAYER);
    assert_null(p->session.shown.pin);
}

/* ---- tests ---- */

static void each_frame_has_its_own_name(void **state)
{
    session_place *p = *state;
    const zoe_stand_in *stand_in = &p->session.items[0].stand_in;
    write_frame(p, "a", 1, "BGRZ", 1.0f);
    write_frame(p, "a", 2, "BGR", 2.0f);
    write_frame(p, "a", 3, "Y", 3.0f);
    write_frame(p, "a", 4, "ABGR", 4.0f);
    p->session.setup.source.layer = "Z";
    open_first(p, "a");
    assert_int_equal(p->session.stands_in, 0);
    go_to(p, 1);
    assert_int_equal(p->session.stands_in, 1);
    assert_string_equal(stand_in->layer, "RGB");
    go_to(p, 2);
    assert_string_equal(stand_in->layer, "Y");
    go_to(p, 3);
    assert_string_equal(stand_in->layer, "RGBA");
    go_to(p, 1);
    assert_string_equal(stand_in->layer, "RGB");
    go_to(p, 0);
    assert_int_equal(p->session.stands_in, 0);
    assert_string_equal(p->session.items[0].layer, "Z");
}

/* What stands in is measured once, like any layer, so that its frames can be compared. */
static void what_stands_in_keeps_its_range(void **state)
{
    session_place *p = *state;
    const zoe_grade *grade = &p->session.grade;
    write_frame(p, "a", 1, "D", 100.0f);
    write_frame(p, "a", 2, "D", 700.0f);
    write_frame(p, "a", 3, "BGR", 1.0f);
    write_frame(p, "a", 4, "U", 50.0f);
    p->session.setup.source.layer = "Z";
    open_first(p, "a");
    assert_float_equal(grade->range_min, 100.0, 0.0);
    assert_float_equal(grade->range_max, 200.0, 0.0);
    go_to(p, 1);
    assert_float_equal(grade->range_max, 200.0, 0.0);
    assert_int_equal(zoe_session_fit_range(&p->session), 1);
    assert_float_equal(grade->range_min, 700.0, 0.0);
    assert_float_equal(grade->range_max, 1400.0, 0.0);
    assert_non_null(zoe_session_range(&p->session));
    go_to(p, 2);
    assert_float_equal(grade->range_max, 1.0, 0.0);
    assert_null(zoe_session_range(&p->session));
    go_to(p, 3);
    assert_string_equal(p->session.items[0].stand_in.layer, "U");
    assert_float_equal(grade->range_max, 100.0, 0.0);
}

static void a_failure_is_kept_until_files_change(void **state)
{
    session_place *p = *state;
    open_with_a_failure(p, 2);
    for (int round = 0; round < 3; round++) {
        session_place_arrive(p);
        assert_int_equal(p->session.status, ZOE_ERROR_NO_LAYER);
    }
    assert_int_equal(zoe_session_reload(&p->session), 1);
    session_place_arrive(p);
    assert_int_equal(p->session.status, ZOE_OK);
    assert_int_equal(p->session.stands_in, 1);
    assert_string_equal(p->session.items[0].stand_in.layer, "RGB");
}

static void a_failure_is_kept_until_the_choice_changes(void **state)
{
    session_place *p = *state;
    int64_t shift;
    open_with_a_failure(p, 2);
    assert_int_equal(zoe_session_set_overscan(&p->session, 1, session_place_second, &shift, NULL),
                     ZOE_OK);
    session_place_arrive(p);
    assert_int_equal(p->session.status, ZOE_OK);
    assert_int_equal(p->session.stands_in, 1);
}

static void a_failure_is_of_one_frame_only(void **state)
{
    session_place *p = *state;
    open_with_a_failure(p, ZOE_STAND_IN_FAILURES + 1);
    /* Kept in the same place as the first one's would be. */
    go_to(p, ZOE_STAND_IN_FAILURES);
    assert_int_equal(p->session.status, ZOE_OK);
    assert_int_equal(p->session.stands_in, 1);
}

/* As half such values are infinite, and there is nothing to fit a range to. */
static void full_precision_fits_the_ranges_of_all_sequences(void **state)
{
    session_place *p = *state;
    int64_t shift;
    write_frame(p, "a", 1, "Z", 100000.0f);
    write_frame(p, "b", 1, "Z", 300000.0f);
    open_first(p, "a");
    assert_float_equal(p->session.grade.range_max, 1.0, 0.0);
    open_first(p, "b");
    assert_float_equal(p->session.grade.range_max, 1.0, 0.0);
    assert_int_equal(zoe_session_set_precision(&p->session, 1, session_place_second, &shift, NULL),
                     ZOE_OK);
    session_place_arrive(p);
    assert_float_equal(p->session.grade.range_max, 600000.0, 0.0);
    zoe_session_show(&p->session, 0);
    session_place_arrive(p);
    assert_float_equal(p->session.grade.range_max, 200000.0, 0.0);
    /* Changing the sequence alone fits nothing. */
    zoe_session_show(&p->session, 1);
    session_place_arrive(p);
    assert_float_equal(p->session.grade.range_max, 600000.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_frame_has_its_own_name, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(what_stands_in_keeps_its_range, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_kept_until_files_change, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_kept_until_the_choice_changes,
                                        session_place_set_up, session_place_tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_of_one_frame_only, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(full_precision_fits_the_ranges_of_all_sequences,
                                        session_place_set_up, session_place_tear_down),
    };
    return cmocka_run_group_tests_name("stand-in", tests, NULL, NULL);
}
