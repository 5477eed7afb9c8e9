/*
 * Layers and proxies of an open sequence, over a real engine and small files.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/session_place.h"

/* Colour and depth, but for one frame. */
enum { FRAMES = 6, WITHOUT_DEPTH = 4 };

static void write_frame(const session_place *p, int number)
{
    session_place_write(p, "a", number,
                        number == WITHOUT_DEPTH ? SESSION_PLACE_RGB : SESSION_PLACE_RGBZ);
}

static void open_frames(session_place *p, int number)
{
    for (int i = 1; i <= FRAMES; i++)
        write_frame(p, i);
    session_place_open(p, "a", number, 0);
    session_place_settle(p);
}

static void layer_by(session_place *p, int by)
{
    zoe_error error = {ZOE_OK, ""};
    if (session_place_switch_layer(p, by, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

static void proxy(session_place *p, int32_t proxy_shift)
{
    zoe_error error = {ZOE_OK, ""};
    if (session_place_set_proxy(p, proxy_shift, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

/* ---- tests ---- */

static void layers_go_round(void **state)
{
    session_place *p = *state;
    open_frames(p, 2);
    const zoe_shot *shot = zoe_session_shot(&p->session);
    assert_string_equal(shot->layer, "RGB");
    assert_int_equal(session_place_shown(p), 2);
    layer_by(p, 1);
    assert_string_equal(shot->layer, "Z");
    session_place_update(p, session_place_second);
    assert_int_not_equal(session_place_shown(p), -1);
    session_place_settle(p);
    assert_int_equal(session_place_shown(p), 200);
    layer_by(p, 1);
    assert_string_equal(shot->layer, "RGB");
    /* What is still in memory is there at once. */
    session_place_update(p, session_place_second);
    assert_int_equal(session_place_shown(p), 2);
    layer_by(p, -1);
    session_place_update(p, session_place_second);
    assert_int_equal(session_place_shown(p), 200);
    assert_int_equal(shot->variants.count, 2);
}

static void values_get_a_range(void **state)
{
    session_place *p = *state;
    const zoe_grade *grade = &p->session.grade;
    open_frames(p, 2);
    assert_int_equal(zoe_session_fit_range(&p->session), 0);
    assert_float_equal(grade->range_max, 1.0, 0.0);
    layer_by(p, 1);
    session_place_settle(p);
    assert_float_equal(grade->range_min, 200.0, 0.0);
    assert_float_equal(grade->range_max, 201.0, 0.0);
    /* It stays on other frames, until it is fitted again. */
    zoe_session_seek(&p->session, 4, session_place_second);
    session_place_update(p, session_place_second);
    assert_int_equal(session_place_shown(p), 500);
    assert_float_equal(grade->range_min, 200.0, 0.0);
    assert_int_equal(zoe_session_fit_range(&p->session), 1);
    assert_float_equal(grade->range_min, 500.0, 0.0);
    assert_float_equal(grade->range_max, 501.0, 0.0);
    layer_by(p, 1);
    session_place_settle(p);
    assert_float_equal(grade->range_min, 0.0, 0.0);
    assert_float_equal(grade->range_max, 1.0, 0.0);
}

static void a_frame_without_the_layer_shows_its_default(void **state)
{
    session_place *p = *state;
    open_frames(p, 3);
    layer_by(p, 1);
    session_place_settle(p);
    const zoe_shot *shot = zoe_session_shot(&p->session);
    zoe_session_seek(&p->session, WITHOUT_DEPTH - 1, session_place_second);
    session_place_arrive(p);
    assert_int_equal(p->session.status, ZOE_OK);
    assert_int_equal(session_place_shown(p), WITHOUT_DEPTH);
    assert_int_equal(p->session.screen.is_fallback, 1);
    assert_int_equal(p->session.screen.frame.is_color, 1);
    assert_float_equal(p->session.grade.range_max, 1.0, 0.0);
    assert_string_equal(shot->fallback.layer, "RGB");
    assert_string_equal(shot->layer, "Z");
    assert_string_equal(p->session.why.text, "");
    /* The choice is remembered, and its range. */
    zoe_session_seek(&p->session, WITHOUT_DEPTH, session_place_second);
    session_place_arrive(p);
    assert_int_equal(p->session.screen.is_fallback, 0);
    assert_int_equal(session_place_shown(p), 500);
    assert_float_equal(p->session.grade.range_max, 301.0, 0.0);
    /* From a layer that the file does not have, the first of what it has. */
    zoe_session_seek(&p->session, WITHOUT_DEPTH - 1, session_place_second);
    session_place_arrive(p);
    layer_by(p, 1);
    session_place_settle(p);
    assert_int_equal(p->session.screen.is_fallback, 0);
    assert_int_equal(session_place_shown(p), WITHOUT_DEPTH);
}

/* The folder grows in front while the fallback layer is shown. */
static void a_fallback_follows_the_folder(void **state)
{
    session_place *p = *state;
    zoe_refresh_report report;
    int64_t shift;
    open_frames(p, 3);
    layer_by(p, 1);
    session_place_settle(p);
    zoe_session_seek(&p->session, WITHOUT_DEPTH - 1, session_place_second);
    session_place_arrive(p);
    write_frame(p, 0);
    assert_int_equal(session_place_refresh(p, &report, &shift), ZOE_OK);
    assert_int_equal(shift, 1);
    session_place_settle(p);
    session_place_arrive(p);
    assert_int_equal(session_place_shown(p), WITHOUT_DEPTH);
    assert_int_equal(p->session.screen.frame.position, WITHOUT_DEPTH);
    proxy(p, 1);
    session_place_settle(p);
    session_place_arrive(p);
    assert_int_equal(p->session.screen.is_fallback, 1);
    assert_int_equal(p->session.screen.frame.proxy_shift, 1);
    assert_int_equal(session_place_shown(p), WITHOUT_DEPTH);
}

static void only_frames_without_the_layer_are_read_twice(void **state)
{
    session_place *p = *state;
    uint8_t frames[FRAMES];
    p->session.setup.source.layer = "Z";
    open_frames(p, WITHOUT_DEPTH);
    session_place_arrive(p);
    assert_int_equal(p->session.screen.is_fallback, 1);
    assert_int_equal(session_place_shown(p), WITHOUT_DEPTH);
    zoe_variant *other = zoe_variants_fallback(&p->session.shots[0].variants);
    assert_int_equal(zoe_source_states(other->source, 0, FRAMES, frames), ZOE_OK);
    for (int i = 0; i < FRAMES; i++) {
        if (i != WITHOUT_DEPTH - 1)
            assert_int_not_equal(frames[i], ZOE_FRAME_LOADED);
    }
}

static void a_layer_that_no_frame_has(void **state)
{
    session_place *p = *state;
    p->session.setup.source.layer = "nonsense";
    open_frames(p, 2);
    session_place_arrive(p);
    assert_int_equal(p->session.screen.is_fallback, 1);
    assert_int_equal(session_place_shown(p), 2);
    assert_string_equal(zoe_session_shot(&p->session)->layer, "nonsense");
}

static void other_forms_keep_the_layer(void **state)
{
    session_place *p = *state;
    zoe_error error = {ZOE_OK, ""};
    open_frames(p, 2);
    layer_by(p, 1);
    session_place_settle(p);
    assert_int_equal(session_place_set_precision(p, true, &error), ZOE_OK);
    session_place_settle(p);
    assert_int_equal(session_place_set_overscan(p, true, &error), ZOE_OK);
    session_place_settle(p);
    const zoe_variant *now = zoe_variants_now(&p->session.shots[0].variants);
    assert_int_equal(now->full_precision, 1);
    assert_int_equal(now->overscan, 1);
    assert_string_equal(now->layer, "Z");
    assert_int_equal(session_place_shown(p), 200);
    assert_int_equal(p->session.shots[0].variants.count, 4);
}

static void proxies_keep_the_picture(void **state)
{
    session_place *p = *state;
    open_frames(p, 5);
    for (int32_t shift = 1; shift <= 3; shift++) {
        proxy(p, shift);
        session_place_update(p, session_place_second);
        assert_int_equal(session_place_shown(p), 5);
        session_place_settle(p);
        assert_int_equal(p->session.screen.frame.proxy_shift, shift);
        assert_int_equal(session_place_shown(p), 5);
    }
    proxy(p, 0);
    session_place_update(p, session_place_second);
    assert_int_equal(p->session.screen.frame.proxy_shift, 0);
    assert_int_equal(p->session.screen.frame.window.max_x, SESSION_PLACE_WIDTH - 1);
    assert_int_equal(session_place_shown(p), 5);
}

static void many_variants_come_and_go(void **state)
{
    session_place *p = *state;
    open_frames(p, 2);
    const zoe_shot *shot = zoe_session_shot(&p->session);
    for (int round = 0; round < 12; round++) {
        zoe_variant *now = zoe_variants_now(&p->session.shots[0].variants);
        proxy(p, (now->proxy_shift + 1) % 4);
        if (round % 3 == 0)
            layer_by(p, 1);
        session_place_settle(p);
        int depth = !strcmp(shot->layer, "Z");
        assert_int_equal(session_place_shown(p), depth ? 200 : 2);
        assert_true(shot->variants.count <= ZOE_VARIANTS_MAX);
    }
    zoe_source_settings settings;
    zoe_source_settings_init(&settings);
    for (int i = 0; i < 3 * ZOE_VARIANTS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "none%d", i);
        settings.layer = name;
        assert_int_equal(
            zoe_variants_choose(&p->session.shots[0].variants, p->session.engine, &settings, NULL),
            ZOE_OK);
        assert_true(shot->variants.count <= ZOE_VARIANTS_MAX);
    }
}

static void other_sequences_follow_the_proxy(void **state)
{
    session_place *p = *state;
    char path[SESSION_PLACE_PATH];
    open_frames(p, 2);
    snprintf(path, sizeof path, "%s/b.exr", p->folder);
    char from[SESSION_PLACE_PATH];
    session_place_path(p, "a", 6, from);
    assert_int_equal(rename(from, path), 0);
    assert_int_equal(zoe_session_open(&p->session, path, 0, NULL), ZOE_OK);
    session_place_settle(p);
    proxy(p, 2);
    session_place_settle(p);
    assert_int_equal(p->session.screen.frame.proxy_shift, 2);
    zoe_session_show(&p->session, 0);
    session_place_settle(p);
    assert_int_equal(p->session.screen.frame.proxy_shift, 2);
    assert_int_equal(session_place_shown(p), 2);
}

static void a_grown_folder_keeps_frame_numbers(void **state)
{
    session_place *p = *state;
    zoe_refresh_report report;
    int64_t shift;
    open_frames(p, 5);
    proxy(p, 1);
    session_place_settle(p);
    proxy(p, 0);
    session_place_settle(p);
    /* All variants see it. */
    write_frame(p, 0);
    assert_int_equal(session_place_refresh(p, &report, &shift), ZOE_OK);
    assert_int_equal(shift, 1);
    session_place_settle(p);
    assert_int_equal(session_place_shown(p), 5);
    proxy(p, 1);
    session_place_settle(p);
    assert_int_equal(session_place_shown(p), 5);
    assert_int_equal(zoe_session_transport(&p->session)->count, FRAMES + 1);
    /* A new variant has the sequence that the others have, until they are told of another one. */
    write_frame(p, 7);
    proxy(p, 2);
    session_place_settle(p);
    assert_int_equal(session_place_shown(p), 5);
    assert_int_equal(zoe_session_transport(&p->session)->count, FRAMES + 1);
    assert_int_equal(session_place_refresh(p, &report, &shift), ZOE_OK);
    assert_int_equal(zoe_session_transport(&p->session)->count, FRAMES + 2);
    proxy(p, 1);
    session_place_settle(p);
    assert_int_equal(session_place_shown(p), 5);
    assert_int_equal(zoe_sequence_count(zoe_session_sequence(&p->session)), FRAMES + 2);
}

int main(void)
{
#define IN_PLACE(test)                                                                             \
    cmocka_unit_test_setup_teardown(test, session_place_set_up, session_place_tear_down)
    const struct CMUnitTest tests[] = {
        IN_PLACE(layers_go_round),
        IN_PLACE(values_get_a_range),
        IN_PLACE(a_frame_without_the_layer_shows_its_default),
        IN_PLACE(a_fallback_follows_the_folder),
        IN_PLACE(only_frames_without_the_layer_are_read_twice),
        IN_PLACE(a_layer_that_no_frame_has),
        IN_PLACE(other_forms_keep_the_layer),
        IN_PLACE(proxies_keep_the_picture),
        IN_PLACE(many_variants_come_and_go),
        IN_PLACE(other_sequences_follow_the_proxy),
        IN_PLACE(a_grown_folder_keeps_frame_numbers),
    };
    return cmocka_run_group_tests_name("variants", tests, NULL, NULL);
}
