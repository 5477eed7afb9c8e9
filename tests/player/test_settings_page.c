/*
 * The panel and its settings: what the mouse and the keyboard do with them, and which keys they
 * leave to the player.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/ui_hand.h"
#include "ui/panel.h"
#include "ui/settings_page.h"

enum { WIDTH = 800, HEIGHT = 600 };

static struct {
    zoe_options options;
    zoe_panel panel;
    zoe_settings_page page;
    zoe_session session;
    zoe_stats stats;
    const zoe_option *changed;
    bool done;
    SDL_Rect inner;
} stage;

static void draw_page(zoe_ui *ui, void *unused)
{
    zoe_settings_page_result result;
    (void)unused;
    zoe_panel_place(&stage.panel, ui->scale, ui->window);
    if (!zoe_panel_begin(ui, &stage.panel, &stage.inner))
        return;
    zoe_settings_page_run(ui, stage.inner, &stage.page, &stage.session, &stage.stats, &result);
    zoe_panel_end(ui, &stage.panel);
    if (!result.option)
        return;
    stage.changed = result.option;
    stage.done = result.is_done;
    zoe_option_set_number(result.option, &stage.options, result.value);
}

static ui_hand hand;

static int begin(void **state)
{
    (void)state;
    memset(&stage, 0, sizeof stage);
    zoe_options_init(&stage.options);
    zoe_settings_page_start(&stage.page, &stage.options);
    zoe_panel_toggle(&stage.panel, ZOE_PANEL_SETTINGS);
    ui_hand_begin(&hand, WIDTH, HEIGHT, 1.0, draw_page, NULL);
    ui_hand_settle(&hand);
    return 0;
}

static int end(void **state)
{
    (void)state;
    ui_hand_end(&hand);
    return 0;
}

/* Whether the player would hear the key. */
static bool is_left(SDL_Keycode key)
{
    int index = 0;
    hand.input.keys[0] = (zoe_ui_key){.key = key};
    hand.input.key_count = 1;
    ui_hand_frame(&hand);
    return zoe_ui_next_key(&hand.ui, &index) != NULL;
}

/* In the first row's groove: the heading is above it. */
static int first_row(void)
{
    return stage.inner.y + 8 + 24 + 14;
}

static void arrows_are_the_players_until_a_control_is_clicked(void **state)
{
    (void)state;
    assert_true(is_left(SDLK_RIGHT));
    assert_null(stage.changed);
    ui_hand_click(&hand, stage.inner.x + 120, first_row());
    assert_ptr_equal(stage.changed, ZOE_OPTION(cache_percent));
    assert_true(stage.done);
    int64_t before = stage.options.cache_percent;
    assert_false(is_left(SDLK_RIGHT));
    assert_int_equal(stage.options.cache_percent, before + 5);
    /* The pointer leaves the panel: so does the keyboard. */
    ui_hand_move(&hand, 100, 300);
    ui_hand_settle(&hand);
    assert_true(is_left(SDLK_RIGHT));
    assert_int_equal(stage.options.cache_percent, before + 5);
}

static void esc_gives_the_keyboard_back_first(void **state)
{
    (void)state;
    ui_hand_click(&hand, stage.inner.x + 120, first_row());
    assert_false(is_left(SDLK_ESCAPE));
    assert_true(is_left(SDLK_RIGHT));
    assert_true(is_left(SDLK_ESCAPE));
}

static void what_tab_came_to_keeps_the_keyboard(void **state)
{
    (void)state;
    ui_hand_move(&hand, stage.inner.x + 10, 300);
    for (int i = 0; i < 3; i++)
        ui_hand_key(&hand, SDLK_TAB, 0);
    ui_hand_settle(&hand);
    int64_t before = stage.options.cache_percent;
    ui_hand_move(&hand, 100, 300);
    ui_hand_settle(&hand);
    assert_false(is_left(SDLK_LEFT));
    assert_int_equal(stage.options.cache_percent, before - 5);
}

static void the_page_scrolls_in_a_low_window(void **state)
{
    (void)state;
    hand.input.height = 200;
    ui_hand_settle(&hand);
    assert_true(stage.page.scroll.content > stage.inner.h);
    ui_hand_move(&hand, stage.inner.x + 20, 100);
    for (int i = 0; i < 40; i++)
        ui_hand_wheel(&hand, -1.0);
    ui_hand_settle(&hand);
    assert_int_equal(stage.page.scroll.offset, stage.page.scroll.content - stage.inner.h);
}

static void the_cross_closes_the_panel(void **state)
{
    (void)state;
    ui_hand_click(&hand, WIDTH - 4 - 14, 18);
    assert_false(stage.panel.open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(arrows_are_the_players_until_a_control_is_clicked, begin,
                                        end),
        cmocka_unit_test_setup_teardown(esc_gives_the_keyboard_back_first, begin, end),
        cmocka_unit_test_setup_teardown(what_tab_came_to_keeps_the_keyboard, begin, end),
        cmocka_unit_test_setup_teardown(the_page_scrolls_in_a_low_window, begin, end),
        cmocka_unit_test_setup_teardown(the_cross_closes_the_panel, begin, end),
    };
    return cmocka_run_group_tests_name("settings page", tests, NULL, NULL);
}
