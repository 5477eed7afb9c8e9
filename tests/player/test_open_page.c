/*
 * The open page and the start page: what is listed, found, entered and opened, and that leaving
 * ends the reading.
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

#include "support/temp_folder.h"
#include "support/ui_hand.h"
#include "ui/open_page.h"
#include "ui/start_page.h"

enum { WIDTH = 1100, HEIGHT = 600 };

static struct {
    char root[128];
    zoe_recent recent;
    zoe_open_page open_page;
    zoe_start_page start_page;
    char specs[ZOE_OPEN_PAGE_SPECS][512]; /* what was opened */
    int count;
    bool replace, browse;
    const void *purpose;
    const zoe_recent_item *item;
} stage;

static ui_hand hand;

static void draw_open(zoe_ui *ui, void *unused)
{
    zoe_open_page_result result;
    (void)unused;
    if (!stage.open_page.open)
        return;
    zoe_open_page_run(ui, &stage.open_page, &result);
    for (int i = 0; i < result.count; i++)
        snprintf(stage.specs[i], sizeof stage.specs[i], "%s", result.specs[i]);
    stage.count += result.count;
    stage.replace |= result.replace;
    if (result.count)
        stage.purpose = result.purpose;
}

static void draw_start(zoe_ui *ui, void *unused)
{
    zoe_start_page_result result;
    (void)unused;
    zoe_start_page_run(ui, ui->window, &stage.start_page, &result);
    stage.browse |= result.browse;
    stage.item = result.item ? result.item : stage.item;
}

static void wake(void *unused)
{
    (void)unused;
}

/* Frames until the folder is read. */
static void finish(void)
{
    const struct timespec ms = {0, 1000000};
    for (int i = 0; i < 120000; i++) {
        zoe_browser_state state = zoe_browser_state_now(stage.open_page.browser);
        if (state == ZOE_BROWSER_DONE || state == ZOE_BROWSER_FAILED || !stage.open_page.open)
            break;
        nanosleep(&ms, NULL);
        ui_hand_frame(&hand);
    }
    ui_hand_settle(&hand);
}

static char *below(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", stage.root, name);
    return path;
}

static int begin(void **state)
{
    (void)state;
    memset(&stage, 0, sizeof stage);
    temp_folder_make(stage.root, sizeof stage.root);
    temp_folder_add(stage.root, "comp");
    temp_folder_write_range(below("comp"), "inner.", 1, 3);
    temp_folder_add(stage.root, "deep");
    temp_folder_add(below("deep"), "v002");
    temp_folder_write_range(below("deep/v002"), "far.", 1, 2);
    temp_folder_write_range(stage.root, "beauty.", 1001, 1100);
    temp_folder_write_range(stage.root, "beauty.", 1105, 1106);
    temp_folder_write_range(stage.root, "depth.", 1, 9);
    zoe_recent_init(&stage.recent);
    zoe_open_page_start(&stage.open_page, &stage.recent, NULL, wake, NULL);
    zoe_start_page_start(&stage.start_page, NULL, &stage.recent);
    return 0;
}

static int begin_open(void **state)
{
    begin(state);
    zoe_open_page_show(&stage.open_page, stage.root);
    ui_hand_begin(&hand, WIDTH, HEIGHT, 1.0, draw_open, NULL);
    finish();
    return 0;
}

static int end(void **state)
{
    (void)state;
    ui_hand_end(&hand);
    zoe_start_page_end(&stage.start_page);
    zoe_open_page_end(&stage.open_page);
    temp_folder_remove(stage.root);
    return 0;
}

static void click_on(const char *text, bool twice)
{
    const zoe_draw *item = ui_hand_find(&hand, text);
    if (!item)
        fail_msg("'%s' is not seen", text);
    int x = item->rect.x + 2, y = item->rect.y + 2;
    if (twice)
        ui_hand_double_click(&hand, x, y);
    else
        ui_hand_click(&hand, x, y);
}

static void type(const char *text)
{
    for (; *text; text++)
        ui_hand_text(&hand, (char[2]){*text, '\0'});
}

/* ---- open page ---- */

static void a_sequence_is_one_line(void **state)
{
    (void)state;
    assert_non_null(ui_hand_find(&hand, "comp"));
    assert_non_null(ui_hand_find(&hand, "beauty.####.exr"));
    assert_non_null(ui_hand_find(&hand, "1001\342\200\2231106"));
    assert_non_null(ui_hand_find(&hand, "4 gaps"));
    assert_non_null(ui_hand_find(&hand, "2 folders, 2 sequences"));
}

static void a_double_click_opens(void **state)
{
    (void)state;
    click_on("depth.####.exr", true);
    assert_int_equal(stage.count, 1);
    assert_string_equal(stage.specs[0], below("depth.####.exr"));
    assert_true(stage.replace);
    assert_false(stage.open_page.open);
}

static void folders_are_entered_and_left(void **state)
{
    (void)state;
    click_on("comp", true);
    finish();
    assert_int_equal(stage.count, 0);
    assert_string_equal(stage.open_page.path, below("comp"));
    assert_non_null(ui_hand_find(&hand, "inner.####.exr"));
    ui_hand_key(&hand, SDLK_BACKSPACE, 0);
    finish();
    assert_string_equal(stage.open_page.path, stage.root);
    /* The cursor is on the folder one came from: Enter goes back. */
    ui_hand_key(&hand, SDLK_RETURN, 0);
    finish();
    assert_string_equal(stage.open_page.path, below("comp"));
}

static void the_filter_leaves_what_matches(void **state)
{
    (void)state;
    click_on("Filter", false);
    type("dep");
    assert_null(ui_hand_find(&hand, "beauty.####.exr"));
    assert_non_null(ui_hand_find(&hand, "depth.####.exr"));
    /* The first match is chosen. */
    ui_hand_key(&hand, SDLK_RETURN, 0);
    assert_int_equal(stage.count, 1);
    assert_string_equal(stage.specs[0], below("depth.####.exr"));
}

static void a_typed_path_is_completed_and_opened(void **state)
{
    (void)state;
    /* The path has the keyboard, all of it selected. */
    type(below("com"));
    ui_hand_key(&hand, SDLK_TAB, 0);
    assert_string_equal(stage.open_page.path, below("comp/"));
    type("inner.####.exr");
    ui_hand_key(&hand, SDLK_RETURN, 0);
    finish();
    assert_int_equal(stage.count, 1);
    assert_string_equal(stage.specs[0], below("comp/inner.####.exr"));
    assert_false(stage.open_page.open);
}

static void a_pasted_path_is_gone_to(void **state)
{
    (void)state;
    snprintf(hand.clipboard, sizeof hand.clipboard, "%s/comp\n", stage.root);
    ui_hand_key(&hand, SDLK_v, KMOD_CTRL);
    ui_hand_key(&hand, SDLK_RETURN, 0);
    finish();
    assert_int_equal(stage.count, 0);
    assert_non_null(ui_hand_find(&hand, "inner.####.exr"));
}

static void several_are_opened_at_once(void **state)
{
    (void)state;
    click_on("beauty.####.exr", false);
    hand.input.modifiers = KMOD_CTRL;
    click_on("depth.####.exr", false);
    assert_non_null(ui_hand_find(&hand, "2 selected"));
    const zoe_draw *title = ui_hand_find(&hand, "Cancel");
    ui_hand_click(&hand, title->rect.x + 100, title->rect.y + 4);
    assert_int_equal(stage.count, 2);
    assert_string_equal(stage.specs[0], below("beauty.####.exr"));
    assert_string_equal(stage.specs[1], below("depth.####.exr"));
}

/* A file of another kind is looked for in the same way: one, for a purpose that comes back with
 * it. */
static void another_file_is_looked_for(void **state)
{
    (void)state;
    static const int purpose = 0;
    temp_folder_write(stage.root, "show.cube", 2000);
    temp_folder_write(stage.root, "other.CUBE", 10);
    temp_folder_write(below("comp"), "inner.cube", 10);
    zoe_open_page_show_files(&stage.open_page, &purpose, "Lookup table", ".cube", stage.root);
    finish();
    assert_non_null(ui_hand_find(&hand, "Lookup table"));
    assert_non_null(ui_hand_find(&hand, "2 folders, 2 files"));
    assert_non_null(ui_hand_find(&hand, "2 KB"));
    assert_null(ui_hand_find(&hand, "beauty.####.exr"));
    click_on("other.CUBE", false);
    hand.input.modifiers = KMOD_CTRL;
    click_on("show.cube", false); /* in place of the other one */
    hand.input.modifiers = 0;
    ui_hand_key(&hand, SDLK_RETURN, 0);
    assert_int_equal(stage.count, 1);
    assert_string_equal(stage.specs[0], below("show.cube"));
    assert_ptr_equal(stage.purpose, &purpose);
    assert_false(stage.replace || stage.open_page.open);
    /* Typed, which a file's name is where there is one; a folder is gone to, and what is neither is
     * said. */
    zoe_open_page_show_files(&stage.open_page, &purpose, "Lookup table", ".cube", stage.root);
    finish();
    type(below("comp/inner.cube"));
    ui_hand_key(&hand, SDLK_RETURN, 0);
    finish();
    assert_int_equal(stage.count, 2);
    assert_string_equal(stage.specs[0], below("comp/inner.cube"));
    zoe_open_page_show_files(&stage.open_page, &purpose, "Lookup table", ".cube", stage.root);
    finish();
    type(below("beauty.1001.exr"));
    ui_hand_key(&hand, SDLK_RETURN, 0);
    finish();
    assert_int_equal(stage.count, 2);
    assert_true(ui_hand_has_icon(&hand, ZOE_ICON_ERROR));
    /* Sequences are looked for as before. */
    zoe_open_page_show(&stage.open_page, stage.root);
    finish();
    assert_non_null(ui_hand_find(&hand, "beauty.####.exr"));
    assert_null(ui_hand_find(&hand, "show.cube"));
}

static void folders_below_that_have_some_are_named(void **state)
{
    (void)state;
    click_on("deep", true);
    finish();
    assert_non_null(ui_hand_find(&hand, "v002"));
    assert_non_null(ui_hand_find(&hand, "No EXR files here; these folders below have some"));
}

static void what_is_not_there_is_said(void **state)
{
    (void)state;
    type(below("nosuch/"));
    ui_hand_key(&hand, SDLK_RETURN, 0);
    finish();
    assert_true(stage.open_page.open);
    assert_true(ui_hand_has_icon(&hand, ZOE_ICON_ERROR));
    assert_int_equal(stage.count, 0);
}

/* The page has no storage here: nothing but a failure comes of looking. */
static void a_url_is_opened_or_looked_into(void **state)
{
    (void)state;
    ui_hand_key(&hand, SDLK_a, KMOD_CTRL);
    type("http://host/shots/");
    ui_hand_key(&hand, SDLK_RETURN, 0);
    finish();
    assert_true(stage.open_page.open);
    assert_int_equal(stage.count, 0);
    assert_string_equal(zoe_browser_path(stage.open_page.browser), "http://host/shots");
    ui_hand_key(&hand, SDLK_a, KMOD_CTRL);
    type("http://host/shots/a.1-9####.exr");
    ui_hand_key(&hand, SDLK_RETURN, 0);
    assert_int_equal(stage.count, 1);
    assert_string_equal(stage.specs[0], "http://host/shots/a.1-9####.exr");
}

/* Types another path over the one of the folder that is looked at, and opens that. */
static void open_instead(const char *path)
{
    zoe_open_page_show(&stage.open_page, "http://me:word@host/shots");
    finish();
    ui_hand_key(&hand, SDLK_a, KMOD_CTRL);
    type(path);
    ui_hand_key(&hand, SDLK_RETURN, 0);
}

/* What lets one in is used, and never seen. */
static void passwords_of_addresses_are_not_seen(void **state)
{
    (void)state;
    zoe_open_page *page = &stage.open_page;
    zoe_open_page_show(page, "http://me:word@host/shots");
    finish();
    assert_string_equal(zoe_browser_path(page->browser), "http://me:word@host/shots");
    assert_string_equal(page->path, "http://host/shots");
    ui_hand_key(&hand, SDLK_RETURN, 0);
    assert_int_equal(stage.count, 1);
    assert_string_equal(stage.specs[0], "http://me:word@host/shots");
    open_instead("http://host/other/a.1-9####.exr");
    assert_int_equal(stage.count, 2);
    assert_string_equal(stage.specs[0], "http://me:word@host/other/a.1-9####.exr");
    open_instead("http://hostile/a.1-9####.exr");
    assert_string_equal(stage.specs[0], "http://hostile/a.1-9####.exr");
}

static void leaving_ends_the_reading(void **state)
{
    (void)state;
    zoe_open_page_show(&stage.open_page, stage.root);
    ui_hand_frame(&hand);
    ui_hand_key(&hand, SDLK_ESCAPE, 0);
    assert_false(stage.open_page.open);
    assert_int_equal(zoe_browser_state_now(stage.open_page.browser), ZOE_BROWSER_IDLE);
    assert_int_equal(zoe_browser_count(stage.open_page.browser), 0);
    /* It comes back where it was. */
    zoe_open_page_show(&stage.open_page, NULL);
    finish();
    assert_non_null(ui_hand_find(&hand, "beauty.####.exr"));
}

static void recent_folders_are_offered(void **state)
{
    (void)state;
    zoe_recent_add_folder(&stage.recent, below("comp"));
    const zoe_draw *field = ui_hand_find(&hand, stage.root);
    ui_hand_click(&hand, field->rect.x - 40, field->rect.y + 4);
    click_on(below("comp"), false);
    finish();
    assert_non_null(ui_hand_find(&hand, "inner.####.exr"));
}

/* ---- start page ---- */

static int begin_start(void **state)
{
    begin(state);
    ui_hand_begin(&hand, WIDTH, HEIGHT, 1.0, draw_start, NULL);
    return 0;
}

static void without_recent_ones_there_is_a_button(void **state)
{
    (void)state;
    assert_non_null(ui_hand_find(&hand, "Files and folders can be dropped into this window"));
    click_on("Open\342\200\246", false);
    assert_true(stage.browse);
    assert_null(stage.item);
}

static void a_recent_one_is_opened_by_a_click(void **state)
{
    (void)state;
    static zoe_recent_item item;
    for (int i = 0; i < 30; i++) {
        zoe_recent_item_init(&item);
        snprintf(item.spec, sizeof item.spec, "/shots/sh%02d/comp.####.exr", i);
        item.first = 1001;
        item.last = 1100;
        item.frame = 1050;
        assert_int_equal(zoe_recent_add(&stage.recent, &item), 1);
    }
    ui_hand_frame(&hand);
    ui_hand_settle(&hand);
    assert_non_null(ui_hand_find(&hand, "Files and folders can be dropped into this window"));
    assert_non_null(ui_hand_find(&hand, "1001\342\200\2231100, at 1050"));
    /* Those that are out of sight are reached by the wheel. */
    assert_null(ui_hand_find(&hand, "/shots/sh00"));
    ui_hand_move(&hand, WIDTH / 2, HEIGHT / 2);
    for (int i = 0; i < 60; i++)
        ui_hand_wheel(&hand, -1.0);
    click_on("/shots/sh00", false);
    assert_ptr_equal(stage.item, &stage.recent.items[29]);
    assert_false(stage.browse);
}

#define OPEN(test)  cmocka_unit_test_setup_teardown(test, begin_open, end)
#define START(test) cmocka_unit_test_setup_teardown(test, begin_start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPEN(a_sequence_is_one_line),
        OPEN(a_double_click_opens),
        OPEN(folders_are_entered_and_left),
        OPEN(the_filter_leaves_what_matches),
        OPEN(a_typed_path_is_completed_and_opened),
        OPEN(a_pasted_path_is_gone_to),
        OPEN(several_are_opened_at_once),
        OPEN(another_file_is_looked_for),
        OPEN(folders_below_that_have_some_are_named),
        OPEN(what_is_not_there_is_said),
        OPEN(a_url_is_opened_or_looked_into),
        OPEN(passwords_of_addresses_are_not_seen),
        OPEN(leaving_ends_the_reading),
        OPEN(recent_folders_are_offered),
        START(without_recent_ones_there_is_a_button),
        START(a_recent_one_is_opened_by_a_click),
    };
    return cmocka_run_group_tests_name("open page", tests, NULL, NULL);
}
