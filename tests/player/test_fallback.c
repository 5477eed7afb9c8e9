/* Frames without the chosen layer, and the ranges of values, over a real engine and small files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "model/exr_write.h"
#include "support/session_place.h"
#include "model/fallback.h"

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
    assert_int_equal(p->session.screen.frame.position, position);
}

/* Waits until a frame's own layer and its fallback are all that will come of it. */
static void wait_for(session_place *p, int64_t position)
{
    zoe_variants *variants = &p->session.shots[0].variants;
    zoe_frame frame;
    const zoe_variant *there = zoe_variants_fallback(variants);
    assert_non_null(there);
    uint64_t until = zoe_now_ns() + 120 * session_place_second;
    zoe_status status =
        zoe_source_wait(zoe_variants_now(variants)->source, position, until, &frame);
    assert_int_equal(status, ZOE_ERROR_NO_LAYER);
    /* Which frames need the fallback is known now. */
    session_place_update(p, session_place_second);
    assert_int_equal(zoe_source_wait(there->source, position, until, &frame), ZOE_OK);
    zoe_frame_release(&frame);
}

/* Plays on until the frame is on screen. Returns what the last update found. */
static zoe_session_step play_to(session_place *p, int64_t position)
{
    zoe_session_step step = {0};
    uint64_t now = session_place_second;
    zoe_session_play(&p->session, 1, now);
    for (int i = 0; i < 1000 && p->session.screen.frame.position != position; i++) {
        now += session_place_second / 100;
        step = session_place_update(p, now);
    }
    assert_int_equal(p->session.screen.frame.position, position);
    assert_int_equal(p->session.screen.is_fallback, 1);
    return step;
}

static zoe_session_step stop_playing(session_place *p)
{
    zoe_session_play(&p->session, 0, session_place_second);
    return session_place_update(p, session_place_second);
}

/* Takes the file away, and puts it back. */
static void hide(const session_place *p, int number, int hidden)
{
    char path[SESSION_PLACE_PATH], away[SESSION_PLACE_PATH];
    session_place_path(p, "a", number, path);
    session_place_path(p, "gone", number, away);
    assert_int_equal(rename(hidden ? path : away, hidden ? away : path), 0);
}

/* Opens frames 1..count, which lack the chosen layer, when the engine has read the first. */
static void open_without_layer(session_place *p, int count)
{
    char path[SESSION_PLACE_PATH];
    zoe_frame frame;
    for (int i = 1; i <= count; i++)
        write_frame(p, "a", i, "BGR", (float)i);
    session_place_path(p, "a", 1, path);
    p->session.setup.source.layer = "Z";
    assert_int_equal(zoe_session_open(&p->session, path, 0, NULL), ZOE_OK);
    zoe_source *source = zoe_session_shot(&p->session)->source;
    zoe_want want = {.out = count - 1, .direction = 1};
    assert_int_equal(zoe_source_set_want(source, &want), ZOE_OK);
    zoe_status status =
        zoe_source_wait(source, 0, zoe_now_ns() + 120 * session_place_second, &frame);
    assert_int_equal(status, ZOE_ERROR_NO_LAYER);
}

/*
 * Opens frames 1..count, which lack the chosen layer, at the first one. The engine has read its
 * file, and when the player wants to know what else that has it is gone for a moment.
 */
static void open_with_a_failure(session_place *p, int count)
{
    open_without_layer(p, count);
    hide(p, 1, 1);
    session_place_arrive(p);
    hide(p, 1, 0);
    assert_int_equal(p->session.status, ZOE_ERROR_NO_LAYER);
    assert_null(p->session.screen.frame.pin);
}

/* ---- tests ---- */

static void each_frame_has_its_own_name(void **state)
{
    session_place *p = *state;
    const zoe_fallback *fallback = &p->session.shots[0].fallback;
    write_frame(p, "a", 1, "BGRZ", 1.0f);
    write_frame(p, "a", 2, "BGR", 2.0f);
    write_frame(p, "a", 3, "Y", 3.0f);
    write_frame(p, "a", 4, "ABGR", 4.0f);
    p->session.setup.source.layer = "Z";
    open_first(p, "a");
    assert_int_equal(p->session.screen.is_fallback, 0);
    go_to(p, 1);
    assert_int_equal(p->session.screen.is_fallback, 1);
    assert_string_equal(fallback->layer, "RGB");
    go_to(p, 2);
    assert_string_equal(fallback->layer, "Y");
    go_to(p, 3);
    assert_string_equal(fallback->layer, "RGBA");
    go_to(p, 1);
    assert_string_equal(fallback->layer, "RGB");
    go_to(p, 0);
    assert_int_equal(p->session.screen.is_fallback, 0);
    assert_string_equal(p->session.shots[0].layer, "Z");
}

/* One file takes a moment on a slow volume, and each frame has another. */
static void playing_reads_no_headers(void **state)
{
    session_place *p = *state;
    const zoe_fallback *fallback = &p->session.shots[0].fallback;
    write_frame(p, "a", 1, "BGR", 1.0f);
    write_frame(p, "a", 2, "Y", 2.0f);
    write_frame(p, "a", 3, "BGR", 3.0f);
    p->session.setup.source.layer = "Z";
    open_first(p, "a");
    for (int i = 0; i < 3; i++)
        wait_for(p, i);
    play_to(p, 1);
    assert_string_equal(fallback->layer, "RGB");
    zoe_session_step step = stop_playing(p);
    assert_int_equal(p->session.screen.frame.position, 1);
    assert_string_equal(fallback->layer, "Y");
    assert_int_equal(step.picture, 1);
    step = session_place_update(p, session_place_second);
    assert_int_equal(step.picture, 0);
    /* It is remembered. */
    go_to(p, 0);
    assert_string_equal(fallback->layer, "RGB");
    play_to(p, 1);
    assert_string_equal(fallback->layer, "Y");
}

static void holding_the_playhead_reads_no_headers(void **state)
{
    session_place *p = *state;
    const zoe_fallback *fallback = &p->session.shots[0].fallback;
    write_frame(p, "a", 1, "BGR", 1.0f);
    write_frame(p, "a", 2, "Y", 2.0f);
    p->session.setup.source.layer = "Z";
    open_first(p, "a");
    zoe_session_scrub_begin(&p->session, session_place_second);
    go_to(p, 1);
    assert_string_equal(fallback->layer, "RGB");
    zoe_session_scrub_end(&p->session, session_place_second);
    session_place_arrive(p);
    assert_string_equal(fallback->layer, "Y");
}

/* Of the frames that were looked at, the nearest one that may have the same layer. */
static void playing_guesses_from_what_was_seen(void **state)
{
    session_place *p = *state;
    const zoe_fallback *fallback = &p->session.shots[0].fallback;
    for (int i = 1; i <= 6; i++)
        write_frame(p, "a", i, i % 2 ? "BGR" : "D", (float)i);
    p->session.setup.source.layer = "Z";
    open_first(p, "a");
    go_to(p, 1);
    assert_float_equal(p->session.grade.range_max, 4.0, 0.0);
    for (int i = 2; i < 6; i++)
        wait_for(p, i);
    play_to(p, 3);
    assert_string_equal(fallback->layer, "D");
    assert_float_equal(p->session.grade.range_max, 4.0, 0.0);
    play_to(p, 4);
    assert_string_equal(fallback->layer, "RGB");
    assert_float_equal(p->session.grade.range_max, 1.0, 0.0);
    play_to(p, 5);
    assert_string_equal(fallback->layer, "D");
}

/* The playhead rests where nothing can be shown, and the picture before stays. */
static void the_last_picture_is_named_too(void **state)
{
    session_place *p = *state;
    const zoe_fallback *fallback = &p->session.shots[0].fallback;
    write_frame(p, "a", 1, "BGR", 1.0f);
    write_frame(p, "a", 2, "Y", 2.0f);
    write_frame(p, "a", 4, "BGR", 4.0f);
    p->session.setup.source.layer = "Z";
    open_first(p, "a");
    wait_for(p, 1);
    play_to(p, 1);
    assert_string_equal(fallback->layer, "RGB");
    zoe_session_play(&p->session, 0, session_place_second);
    zoe_session_seek(&p->session, 2, session_place_second);
    zoe_session_step step = session_place_update(p, session_place_second);
    assert_int_equal(p->session.status, ZOE_MISSING);
    assert_int_equal(p->session.screen.frame.position, 1);
    assert_string_equal(fallback->layer, "Y");
    assert_int_equal(step.picture, 1);
}

static void a_header_is_read_once_until_files_change(void **state)
{
    session_place *p = *state;
    const zoe_fallback *fallback = &p->session.shots[0].fallback;
    write_frame(p, "a", 1, "BGR", 1.0f);
    write_frame(p, "a", 2, "Y", 2.0f);
    p->session.setup.source.layer = "Z";
    open_first(p, "a");
    go_to(p, 1);
    hide(p, 1, 1);
    go_to(p, 0);
    assert_string_equal(fallback->layer, "RGB");
    hide(p, 1, 0);
    write_frame(p, "a", 1, "ABGR", 1.0f);
    assert_int_equal(session_place_reload(p), 1);
    /* The picture before stays, under its name, until its successor is there. */
    session_place_update(p, session_place_second);
    if (p->session.status == ZOE_LOADING)
        assert_string_equal(fallback->layer, "RGB");
    session_place_arrive(p);
    assert_string_equal(fallback->layer, "RGBA");
}

/* A fallback layer is measured once, like any layer, so that its frames can be compared. */
static void a_fallback_layer_keeps_its_range(void **state)
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
    assert_string_equal(p->session.shots[0].fallback.layer, "U");
    assert_float_equal(grade->range_max, 100.0, 0.0);
}

/* Other layers between, and fitting by hand, change nothing. */
static void each_fallback_layer_keeps_its_range(void **state)
{
    session_place *p = *state;
    const zoe_grade *grade = &p->session.grade;
    write_frame(p, "a", 1, "D", 100.0f);
    write_frame(p, "a", 2, "BGR", 1.0f);
    write_frame(p, "a", 3, "D", 70000.0f);
    write_frame(p, "a", 4, "U", 50.0f);
    write_frame(p, "a", 5, "D", 300.0f);
    p->session.setup.source.layer = "Z";
    open_first(p, "a");
    go_to(p, 1);
    assert_float_equal(grade->range_max, 1.0, 0.0);
    go_to(p, 4);
    assert_float_equal(grade->range_min, 100.0, 0.0);
    assert_float_equal(grade->range_max, 200.0, 0.0);
    assert_int_equal(zoe_session_fit_range(&p->session), 1);
    assert_float_equal(grade->range_max, 600.0, 0.0);
    go_to(p, 3);
    assert_float_equal(grade->range_max, 100.0, 0.0);
    go_to(p, 0);
    assert_float_equal(grade->range_min, 300.0, 0.0);
    assert_float_equal(grade->range_max, 600.0, 0.0);
    /* In another precision all of them are fitted anew, also what is not on screen. */
    go_to(p, 1);
    assert_int_equal(session_place_set_precision(p, true, NULL), ZOE_OK);
    session_place_arrive(p);
    go_to(p, 2);
    assert_float_equal(grade->range_max, 140000.0, 0.0);
}

/* The one that was not seen for longest is forgotten first. */
static void ranges_of_many_layers_are_kept(void **state)
{
    static const char *const layers[] = {"D", "E", "F", "H", "I", "J", "K", "L", "M", "N"};
    enum { LAYERS = sizeof layers / sizeof layers[0] };
    session_place *p = *state;
    const zoe_grade *grade = &p->session.grade;
    assert_true((int)LAYERS > (int)ZOE_FALLBACK_RANGES);
    for (int i = 0; i < LAYERS; i++) {
        write_frame(p, "a", i + 1, layers[i], 10.0f);
        write_frame(p, "a", i + 1 + LAYERS, layers[i], 20.0f);
    }
    p->session.setup.source.layer = "Z";
    open_first(p, "a");
    for (int i = 1; i < LAYERS; i++)
        go_to(p, i);
    go_to(p, LAYERS + LAYERS - 1);
    assert_float_equal(grade->range_max, 20.0, 0.0);
    go_to(p, LAYERS + LAYERS - (int)ZOE_FALLBACK_RANGES);
    assert_float_equal(grade->range_max, 20.0, 0.0);
    go_to(p, LAYERS);
    assert_float_equal(grade->range_max, 40.0, 0.0);
}

static void a_failure_is_kept_until_files_change(void **state)
{
    session_place *p = *state;
    open_with_a_failure(p, 2);
    for (int round = 0; round < 3; round++) {
        session_place_arrive(p);
        assert_int_equal(p->session.status, ZOE_ERROR_NO_LAYER);
    }
    /* It is the same file, but nobody knows what kept it from being read. */
    assert_int_equal(session_place_reload(p), 0);
    session_place_arrive(p);
    assert_int_equal(p->session.status, ZOE_OK);
    assert_int_equal(p->session.screen.is_fallback, 1);
    assert_string_equal(p->session.shots[0].fallback.layer, "RGB");
}

static void a_failure_is_kept_until_the_choice_changes(void **state)
{
    session_place *p = *state;
    open_with_a_failure(p, 2);
    assert_int_equal(session_place_set_overscan(p, true, NULL), ZOE_OK);
    session_place_arrive(p);
    assert_int_equal(p->session.status, ZOE_OK);
    assert_int_equal(p->session.screen.is_fallback, 1);
}

/* What has nothing to do with the file is tried again. */
static void a_failure_that_may_pass_is_not_kept(void **state)
{
    session_place *p = *state;
    struct rlimit limit;
    open_without_layer(p, 1);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    session_place_update(p, session_place_second);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(p->session.status, ZOE_ERROR_NO_LAYER);
    assert_null(p->session.screen.frame.pin);
    session_place_arrive(p);
    assert_int_equal(p->session.status, ZOE_OK);
    assert_int_equal(p->session.screen.is_fallback, 1);
}

static void a_failure_is_of_one_frame_only(void **state)
{
    session_place *p = *state;
    open_with_a_failure(p, ZOE_FALLBACK_FAILURES + 1);
    /* Kept in the same place as the first one's would be. */
    go_to(p, ZOE_FALLBACK_FAILURES);
    assert_int_equal(p->session.status, ZOE_OK);
    assert_int_equal(p->session.screen.is_fallback, 1);
}

/* As half such values are infinite, and there is nothing to fit a range to. */
static void full_precision_fits_the_ranges_of_all_sequences(void **state)
{
    session_place *p = *state;
    write_frame(p, "a", 1, "Z", 100000.0f);
    write_frame(p, "b", 1, "Z", 300000.0f);
    open_first(p, "a");
    assert_float_equal(p->session.grade.range_max, 1.0, 0.0);
    open_first(p, "b");
    assert_float_equal(p->session.grade.range_max, 1.0, 0.0);
    assert_int_equal(session_place_set_precision(p, true, NULL), ZOE_OK);
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
        cmocka_unit_test_setup_teardown(playing_reads_no_headers, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(holding_the_playhead_reads_no_headers, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(playing_guesses_from_what_was_seen, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(the_last_picture_is_named_too, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(a_header_is_read_once_until_files_change,
                                        session_place_set_up, session_place_tear_down),
        cmocka_unit_test_setup_teardown(a_fallback_layer_keeps_its_range, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(each_fallback_layer_keeps_its_range, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(ranges_of_many_layers_are_kept, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_kept_until_files_change, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_kept_until_the_choice_changes,
                                        session_place_set_up, session_place_tear_down),
        cmocka_unit_test_setup_teardown(a_failure_that_may_pass_is_not_kept, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_of_one_frame_only, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(full_precision_fits_the_ranges_of_all_sequences,
                                        session_place_set_up, session_place_tear_down),
    };
    return cmocka_run_group_tests_name("fallback", tests, NULL, NULL);
}
