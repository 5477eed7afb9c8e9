/*
 * What changing an option says and keeps: a drag of the cache's slider reports all of itself; a
 * display is kept with the configuration that it is of; no colour points into a table that is gone.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/color.h"
#include "app/effects.h"
#include "model/amount.h"
#include "support/temp_folder.h"

static zoe_app *app;

static int set_up(void **state)
{
    (void)state;
    zoe_session_setup setup;
    app = calloc(1, sizeof *app);
    if (!app)
        return -1;
    memset(&setup, 0, sizeof setup);
    zoe_options_init(&app->kept);
    app->options = app->kept;
    app->options.cache_percent = 25;
    app->options.reserve_gb = 0.5;
    zoe_engine_settings_init(&setup.engine);
    setup.engine.workers = 1;
    zoe_options_apply(&app->options, &setup.engine);
    zoe_message_init(&app->message);
    return zoe_session_start(&app->session, &setup, NULL) == ZOE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    zoe_session_end(&app->session);
    free(app);
    return 0;
}

static uint64_t set_percent(int percent)
{
    zoe_stats stats;
    assert_true(zoe_app_set_option(app, ZOE_OPTION(cache_percent), percent));
    zoe_engine_stats(app->session.engine, &stats);
    return stats.limit_bytes;
}

static void assert_reports(uint64_t more)
{
    char amount[ZOE_AMOUNT_TEXT], text[ZOE_AMOUNT_TEXT + 32];
    snprintf(text, sizeof text, "Room for %s more", zoe_amount_text(more, amount));
    assert_string_equal(app->settings_page.report, text);
}

static void a_drag_reports_all_of_itself(void **state)
{
    (void)state;
    uint64_t first = set_percent(25), last = 0;
    zoe_app_end_change(app);
    for (int percent = 26; percent <= 30; percent++)
        last = set_percent(percent);
    assert_true(last > first);
    assert_reports(last - first);
    /* The next one begins anew. */
    zoe_app_end_change(app);
    first = last;
    last = set_percent(31);
    assert_reports(last - first);
}

static void a_display_is_kept_with_its_configuration(void **state)
{
    (void)state;
    zoe_options given;
    zoe_options_init(&given);
    app->given = &given;
    zoe_option_set_text(ZOE_OPTION(ocio), &app->options, "/show/a.ocio"); /* on the command line */
    assert_true(zoe_app_set_text(app, ZOE_OPTION(display), "P3"));
    assert_string_equal(app->kept.display, "P3");
    assert_string_equal(app->kept.ocio, "/show/a.ocio");
    /* The next start, with the same one or none, and with another. */
    for (int i = 0; i < 3; i++) {
        static const char *const configs[] = {NULL, "/show/a.ocio", "/show/b.ocio"};
        app->options = app->kept;
        zoe_option_set_text(ZOE_OPTION(ocio), &given, configs[i]);
        zoe_app_forget_kept_color(app);
        assert_int_equal(app->options.display != NULL, i < 2);
    }
}

static void choose_table(const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n", file);
    fclose(file);
    zoe_option_set_text(ZOE_OPTION(lut), &app->options, path);
    assert_true(zoe_app_choose_color(app, NULL));
}

/* Two frames of different primaries are compared; while the second is not there another table is
 * chosen. */
static void no_color_points_into_a_table_that_is_gone(void **state)
{
    (void)state;
    static const float wide[8] = {0.68f, 0.32f, 0.265f, 0.69f, 0.15f, 0.06f, 0.3127f, 0.329f};
    char folder[200];
    int pin; /* only that there is one is asked for */
    zoe_session *session = &app->session;
    zoe_frame *first = &session->screen.frame, *other = &session->partners.list[0].screen.frame;
    temp_folder_make(folder, sizeof folder);
    app->coloring = zoe_coloring_create(NULL, NULL);
    assert_non_null(app->coloring);
    session->count = 2;
    session->partners.count = session->partners.list[0].shot = 1;
    first->is_color = other->is_color = other->has_chromaticities = 1;
    memcpy(other->chromaticities, wide, sizeof wide);
    first->pin = other->pin = (void *)&pin;
    choose_table(folder, "a.cube");
    zoe_app_follow_color(app);
    assert_true(app->other_colors[0].serial != 0);
    assert_ptr_equal(app->other_colors[0].color.cube, app->colored.color.cube);
    other->pin = NULL;
    zoe_app_follow_color(app);
    assert_true(app->other_colors[0].serial != 0); /* it may still be on screen */
    choose_table(folder, "b.cube");
    zoe_app_follow_color(app);
    assert_true(app->other_colors[0].serial == 0);
    first->pin = NULL;
    session->count = session->partners.count = 0;
    zoe_look_table_free(&app->colored.table);
    zoe_coloring_destroy(&app->coloring);
    temp_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_drag_reports_all_of_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_display_is_kept_with_its_configuration, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(no_color_points_into_a_table_that_is_gone, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("effects", tests, NULL, NULL);
}
