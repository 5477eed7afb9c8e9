/*
 * The session over a real engine and small files: opening, bad frames while playing, switching,
 * folders that change.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "model/exr_write.h"
#include "support/session_place.h"

static void write_garbage(const session_place *p, const char *name, int number)
{
    char path[SESSION_PLACE_PATH];
    session_place_path(p, name, number, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("no picture at all", file);
    fclose(file);
}

static void nothing_open_is_harmless(void **state)
{
    session_place *p = *state;
    zoe_session_step step = session_place_update(p, session_place_second);
    assert_int_equal(step.picture, 0);
    zoe_session_play(&p->session, 1, session_place_second);
    zoe_session_seek(&p->session, 3, session_place_second);
    zoe_session_step_by(&p->session, 1, session_place_second);
    zoe_session_scrub_begin(&p->session, session_place_second);
    zoe_session_scrub_end(&p->session, session_place_second);
    assert_false(zoe_session_switch(&p->session, 1));
    assert_null(zoe_session_neighbour(&p->session, 1));
    assert_null(zoe_session_sequence(&p->session));
}

static void failing_to_open_loses_nothing(void **state)
{
    session_place *p = *state;
    zoe_error error = {ZOE_OK, ""};
    for (int i = 1; i <= 4; i++)
        session_place_write(p, "a", i, SESSION_PLACE_Y);
    session_place_open(p, "a", 2, 0);
    session_place_settle(p);
    assert_int_equal(session_place_shown(p), 2);
    assert_int_not_equal(zoe_session_open(&p->session, "/nowhere/at.all.exr", 1, &error), ZOE_OK);
    assert_non_null(strstr(error.text, "/nowhere"));
    assert_int_equal(p->session.count, 1);
    session_place_update(p, session_place_second);
    assert_int_equal(session_place_shown(p), 2);
}

static void frames_of_an_open_sequence_open_nothing(void **state)
{
    session_place *p = *state;
    char path[SESSION_PLACE_PATH];
    for (int i = 9; i <= 11; i++)
        session_place_write(p, "a", i, SESSION_PLACE_Y);
    session_place_write(p, "ab", 9, SESSION_PLACE_Y);
    session_place_open(p, "a", 9, 0);
    session_place_open(p, "a", 10, 0);
    session_place_open(p, "a", 11, 0);
    assert_int_equal(p->session.count, 1);
    session_place_open(p, "ab", 9, 0);
    assert_int_equal(p->session.count, 2);
    session_place_open(p, "a", 10, 0);
    assert_int_equal(p->session.count, 2);
    assert_int_equal(p->session.current, 0);
    /* What only looks like a frame is opened on its own merits. */
    snprintf(path, sizeof path, "%s/a.10.exr", p->folder);
    assert_int_not_equal(zoe_session_open(&p->session, path, 0, NULL), ZOE_OK);
}

static void rate_comes_from_the_file(void **state)
{
    session_place *p = *state;
    session_place_write(p, "a", 1, SESSION_PLACE_Y);
    session_place_open(p, "a", 1, 0);
    const zoe_transport *transport = zoe_session_transport(&p->session);
    assert_int_equal(transport->rate_numerator, 30000);
    assert_int_equal(transport->rate_denominator, 1001);
    assert_string_equal(zoe_session_shot(&p->session)->layer, "Y");
}

static void playback_passes_bad_frames(void **state)
{
    session_place *p = *state;
    const int expected[] = {1, 2, 2, 4, 4, 6};
    for (int i = 1; i <= 6; i++) {
        if (i == 3)
            write_garbage(p, "a", i);
        else if (i != 5)
            session_place_write(p, "a", i, SESSION_PLACE_Y);
    }
    session_place_open(p, "a", 1, 0);
    session_place_settle(p);
    zoe_session_play(&p->session, 1, session_place_second);
    for (int i = 0; i < 12; i++) {
        /* In the middle of each frame's time, to keep clear of rounding. */
        session_place_update(p, session_place_second +
                                    (uint64_t)(2 * i + 1) * session_place_second * 1001 / 60000);
        assert_int_equal(p->session.playhead, i % 6);
        assert_int_equal(session_place_shown(p), expected[i % 6]);
        assert_int_equal(p->session.why.text[0] != '\0', i % 6 == 2);
    }
}

static void scrubbing_holds_playback(void **state)
{
    session_place *p = *state;
    for (int i = 1; i <= 6; i++)
        session_place_write(p, "a", i, SESSION_PLACE_Y);
    session_place_open(p, "a", 1, 0);
    session_place_settle(p);
    zoe_session_play(&p->session, 1, session_place_second);
    zoe_session_scrub_begin(&p->session, session_place_second);
    zoe_session_seek(&p->session, 4, session_place_second);
    session_place_update(p, 3 * session_place_second);
    assert_int_equal(session_place_shown(p), 5);
    assert_int_equal(zoe_session_transport(&p->session)->speed, 0);
    zoe_session_scrub_end(&p->session, 4 * session_place_second);
    assert_int_equal(zoe_session_transport(&p->session)->speed, 1);
}

static void picture_stays_until_the_next_is_there(void **state)
{
    session_place *p = *state;
    for (int i = 1; i <= 6; i++)
        session_place_write(p, "a", i, SESSION_PLACE_Y);
    session_place_open(p, "a", 1, 0);
    session_place_settle(p);
    for (int round = 0; round < 20; round++) {
        zoe_memory_report report;
        assert_int_equal(zoe_engine_clear(p->session.engine, &report), ZOE_OK);
        zoe_session_seek(&p->session, 1 + round % 5, session_place_second);
        session_place_update(p, session_place_second);
        assert_int_not_equal(session_place_shown(p), -1);
        session_place_settle(p);
        assert_int_equal(session_place_shown(p), 2 + round % 5);
    }
}

static void switching_shows_the_other_one(void **state)
{
    session_place *p = *state;
    session_place_write(p, "a", 1, SESSION_PLACE_Y);
    session_place_write(p, "b", 7, SESSION_PLACE_Y);
    write_garbage(p, "c", 9);
    session_place_open(p, "a", 1, 0);
    session_place_settle(p);
    assert_int_equal(session_place_shown(p), 1);
    session_place_open(p, "b", 7, 0);
    session_place_open(p, "c", 9, 0);
    assert_int_equal(session_place_shown(p), 1);
    session_place_settle(p);
    /* A bad picture does not hide behind a good one of another sequence. */
    assert_int_equal(session_place_shown(p), -1);
    assert_true(zoe_session_switch(&p->session, -1));
    session_place_settle(p);
    assert_int_equal(session_place_shown(p), 7);
    assert_true(zoe_session_switch(&p->session, -1));
    session_place_settle(p);
    assert_int_equal(session_place_shown(p), 1);
    session_place_open(p, "b", 7, 1);
    assert_int_equal(p->session.count, 1);
    /* Alone, the next one of its folder follows. */
    assert_false(zoe_session_switch(&p->session, -1));
    session_place_open_neighbour(p, -1);
    session_place_settle(p);
    assert_int_equal(session_place_shown(p), 1);
}

static void refresh_keeps_frame_numbers(void **state)
{
    session_place *p = *state;
    zoe_refresh_report report;
    int64_t shift = 0;
    for (int i = 11; i <= 16; i++)
        session_place_write(p, "a", i, SESSION_PLACE_Y);
    session_place_open(p, "a", 13, 0);
    session_place_settle(p);
    zoe_transport_set_area(zoe_session_transport(&p->session), 1, 4);
    session_place_write(p, "a", 8, SESSION_PLACE_Y);
    assert_int_equal(session_place_refresh(p, &report, &shift), ZOE_OK);
    assert_int_equal(shift, 3);
    assert_int_equal(report.added, 1);
    const zoe_transport *transport = zoe_session_transport(&p->session);
    assert_int_equal(transport->count, 9);
    assert_int_equal(transport->playhead, 5);
    assert_int_equal(transport->in, 4);
    assert_int_equal(transport->out, 7);
    session_place_update(p, session_place_second);
    assert_int_equal(session_place_shown(p), 13);
}

static void the_next_version_keeps_frame_area_layer_and_playing(void **state)
{
    session_place *p = *state;
    const char *layer, *view;
    for (int i = 1; i <= 6; i++) {
        session_place_write(p, "v1", i, SESSION_PLACE_RGBZ);
        if (i > 2)
            session_place_write(p, "v2", i, SESSION_PLACE_RGBZ);
    }
    session_place_open(p, "v1", 5, 0);
    assert_int_equal(session_place_set_layer(p, "Z", ""), ZOE_OK);
    session_place_settle(p);
    zoe_session_play(&p->session, -2, session_place_second);
    zoe_transport_set_area(zoe_session_transport(&p->session), 1, 4);
    session_place_open_neighbour(p, 1);
    const zoe_transport *transport = zoe_session_transport(&p->session);
    /* Frames 2 to 5, of which this one has 3 to 5. */
    assert_int_equal(transport->in, 0);
    assert_int_equal(transport->out, 2);
    assert_int_equal(zoe_sequence_number(zoe_session_sequence(&p->session), transport->playhead),
                     5);
    assert_int_equal(transport->speed, -2);
    zoe_session_layer(&p->session, &layer, &view);
    assert_string_equal(layer, "Z");
    assert_string_equal(zoe_session_shot(&p->session)->layer, "Z");
    zoe_session_play(&p->session, 0, session_place_second);
    zoe_session_seek(&p->session, 0, session_place_second);
    /* Where the other version has no such frame, it is shown from where it would be opened. */
    session_place_open_neighbour(p, -1);
    zoe_session_seek(&p->session, 1, session_place_second);
    session_place_open_neighbour(p, 1);
    transport = zoe_session_transport(&p->session);
    assert_in_range(transport->playhead, 0, transport->count - 1);
    assert_int_equal(transport->speed, 0);
}

static void a_layer_is_chosen_by_its_name(void **state)
{
    session_place *p = *state;
    float values[ZOE_PLANES_MAX];
    for (int i = 1; i <= 2; i++)
        session_place_write(p, "a", i, SESSION_PLACE_RGBZ);
    assert_int_equal(session_place_set_layer(p, "Z", ""), ZOE_ERROR_NO_LAYER);
    session_place_open(p, "a", 2, 0);
    session_place_settle(p);
    assert_int_equal(session_place_set_layer(p, "Z", ""), ZOE_OK);
    session_place_settle(p);
    assert_int_equal(zoe_display_sample(&p->session.screen.frame, 1, 1, values), 1);
    assert_float_equal(values[0], 200.0, 0.0);
    assert_string_equal(zoe_session_shot(&p->session)->channels[0], "Z");
    /* One that there is not changes nothing. */
    assert_int_equal(session_place_set_layer(p, "nosuch", ""), ZOE_ERROR_NO_LAYER);
    assert_string_equal(zoe_session_shot(&p->session)->layer, "Z");
    assert_int_equal(session_place_set_layer(p, "", ""), ZOE_OK);
    assert_string_equal(zoe_session_shot(&p->session)->layer, "RGB");
}

static void a_layer_that_is_not_there_is_told_with_those_that_are(void **state)
{
    session_place *p = *state;
    session_place_write(p, "a", 1, SESSION_PLACE_RGBZ);
    p->session.setup.source.layer = "nosuch";
    session_place_open(p, "a", 1, 0);
    assert_string_equal(zoe_session_shot(&p->session)->complaint,
                        "No layer \"nosuch\"; there are RGB, Z");
}

static int write_id(void *user, int32_t x, int32_t y, int32_t count,
                    void *const planes[ZOE_PLANES_MAX])
{
    (void)user;
    (void)x;
    (void)y;
    for (int32_t i = 0; i < count; i++) {
        ((uint16_t *)planes[0])[i] = zoe_float_to_half(0.5f);
        ((uint32_t *)planes[1])[i] = 70001;
    }
    return 0;
}

/* Y is half, id is uint. */
static void write_ids(const session_place *p, const char *name, int number)
{
    char path[SESSION_PLACE_PATH];
    zoe_exr_write_spec spec = {
        .data_window = {0, 0, 9, 9},
        .display_window = {0, 0, 9, 9},
        .pixel_aspect = 1.0,
        .compression = ZOE_COMPRESSION_ZIP,
        .channel_count = 2,
        .names = {"Y", "id"},
        .types = {ZOE_SAMPLE_HALF, ZOE_SAMPLE_UINT},
    };
    session_place_path(p, name, number, path);
    assert_int_equal(zoe_exr_write(path, &spec, write_id, NULL, NULL), ZOE_OK);
}

static void expect_whole_id(session_place *p)
{
    float values[ZOE_PLANES_MAX];
    session_place_settle(p);
    assert_int_equal(p->session.screen.frame.planes[0].type, ZOE_SAMPLE_UINT);
    assert_int_equal(zoe_display_sample(&p->session.screen.frame, 1, 1, values), 1);
    assert_float_equal(values[0], 70001.0, 0.0);
}

static void ids_are_never_half(void **state)
{
    session_place *p = *state;
    zoe_session *session = &p->session;
    write_ids(p, "a", 1);
    session_place_open(p, "a", 1, 0);
    session_place_settle(p);
    assert_int_equal(session->screen.frame.planes[0].type, ZOE_SAMPLE_HALF);
    assert_int_equal(session_place_set_layer(p, "id", ""), ZOE_OK);
    expect_whole_id(p);
    /* Also when the form changes, and after it was asked for in full and no more. */
    assert_int_equal(session_place_set_precision(p, true, NULL), ZOE_OK);
    expect_whole_id(p);
    assert_int_equal(session_place_set_precision(p, false, NULL), ZOE_OK);
    expect_whole_id(p);
    /* Other layers are as they were asked for. */
    assert_int_equal(session_place_switch_layer(p, 1, NULL), ZOE_OK);
    assert_int_equal(zoe_variants_now(&zoe_session_shot(session)->variants)->full_precision, 0);
    session->setup.source.layer = "id";
    session_place_open(p, "a", 1, 1);
    expect_whole_id(p);
}

/* ---- memory for one frame ---- */

enum { LARGE_WIDTH = 2560, LARGE_HEIGHT = 2048 /* 10 MiB of a limit of 16 */ };

static void open_large(session_place *p, int frames)
{
    session_place_write_large(p, "a", 1, frames, LARGE_WIDTH, LARGE_HEIGHT);
    session_place_open(p, "a", 1, 0);
    session_place_arrive(p);
}

/* Updates for a while: does the screen keep what it shows? */
static bool holds_on(session_place *p)
{
    for (int i = 0; i < 400 && !p->session.screen.is_unpinned; i++) {
        session_place_update(p, session_place_second);
        nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    }
    return !p->session.screen.is_unpinned;
}

static void frames_take_turns_where_one_fits(void **state)
{
    session_place *p = *state;
    zoe_session *session = &p->session;
    zoe_screen *screen = &session->screen;
    open_large(p, 3);
    assert_int_equal(session_place_shown(p), 1);
    assert_int_equal(screen->tight.status, ZOE_OK);
    for (int number = 2; number <= 3; number++) {
        zoe_session_step_by(session, 1, session_place_second);
        /* Nobody has drawn it yet: it stays. */
        assert_true(holds_on(p));
        assert_int_equal(session->status, ZOE_LOADING);
        assert_int_equal(session_place_shown(p), number - 1);
        session_place_let_go(p);
        assert_true(zoe_screen_has_picture(screen));
        if (screen->is_unpinned)
            assert_int_equal(zoe_session_shown_position(session), number - 2);
        session_place_arrive(p);
        assert_int_equal(session_place_shown(p), number);
        assert_false(screen->is_unpinned);
        assert_int_equal(screen->tight.status, ZOE_NO_ROOM);
        assert_non_null(strstr(screen->tight.text, "MB would do"));
    }
    /* With room for both it is as ever. */
    zoe_budget budget = {.bytes = 64 << 20};
    assert_int_equal(zoe_engine_set_budget(session->engine, &budget, NULL), ZOE_OK);
    zoe_session_step_by(session, -1, session_place_second);
    session_place_arrive(p);
    assert_int_equal(session_place_shown(p), 2);
    assert_int_equal(screen->tight.status, ZOE_OK);
}

/* The next one is broken: the picture that went for it is loaded once more, and comes back. */
static void what_was_let_go_of_comes_back(void **state)
{
    session_place *p = *state;
    zoe_session *session = &p->session;
    open_large(p, 1);
    zoe_session_copied(session);
    /* As if another had asked for its room. */
    zoe_frame_release(&session->screen.frame);
    session->screen.is_unpinned = true;
    write_garbage(p, "a", 2);
    zoe_refresh_report report;
    int64_t shift;
    assert_int_equal(session_place_refresh(p, &report, &shift), ZOE_OK);
    zoe_session_seek(session, 1, session_place_second);
    session_place_rest(p);
    assert_int_equal(session->status, ZOE_ERROR_NOT_EXR);
    assert_false(session->screen.is_unpinned);
    assert_non_null(session->screen.frame.pin);
    assert_int_equal(session_place_shown(p), 1);
}

int main(void)
{
#define IN_PLACE(test)                                                                             \
    cmocka_unit_test_setup_teardown(test, session_place_set_up_small, session_place_tear_down)
    const struct CMUnitTest tests[] = {
        IN_PLACE(nothing_open_is_harmless),
        IN_PLACE(failing_to_open_loses_nothing),
        IN_PLACE(frames_of_an_open_sequence_open_nothing),
        IN_PLACE(rate_comes_from_the_file),
        IN_PLACE(playback_passes_bad_frames),
        IN_PLACE(scrubbing_holds_playback),
        IN_PLACE(picture_stays_until_the_next_is_there),
        IN_PLACE(switching_shows_the_other_one),
        IN_PLACE(refresh_keeps_frame_numbers),
        IN_PLACE(the_next_version_keeps_frame_area_layer_and_playing),
        IN_PLACE(a_layer_is_chosen_by_its_name),
        IN_PLACE(ids_are_never_half),
        IN_PLACE(frames_take_turns_where_one_fits),
        IN_PLACE(what_was_let_go_of_comes_back),
        IN_PLACE(a_layer_that_is_not_there_is_told_with_those_that_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
