/*
 * Saving the picture on screen: the page that asks for a name, and the thread that writes it, over
 * a real session.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/session_place.h"
#include "support/temp_folder.h"
#include "support/ui_hand.h"
#include "ui/save_page.h"

enum { WIDTH = 700, HEIGHT = 400 };

static struct {
    session_place *place;
    char root[128];
    zoe_save *save;
    zoe_save_page page;
    zoe_save_page_result asked; /* its path is copied: */
    char path[512];
    int asks, cancels;
} stage;

static ui_hand hand;

static void draw(zoe_ui *ui, void *unused)
{
    zoe_save_page_result result;
    (void)unused;
    if (!stage.page.open)
        return;
    zoe_save_page_run(ui, &stage.page, &result);
    stage.cancels += result.cancel;
    stage.asks += result.save;
    if (result.save) {
        stage.asked = result;
        snprintf(stage.path, sizeof stage.path, "%s", result.path);
    }
}

static void wake(void *unused)
{
    (void)unused;
}

static int begin(void **state)
{
    if (session_place_set_up(state))
        return -1;
    memset(&stage, 0, sizeof stage);
    session_place *p = stage.place = *state;
    for (int i = 11; i <= 13; i++)
        session_place_write(p, "a", i, SESSION_PLACE_RGBZ);
    session_place_open(p, "a", 12, 0);
    session_place_settle(p);
    temp_folder_make(stage.root, sizeof stage.root);
    temp_folder_add(stage.root, "out");
    stage.save = zoe_save_create(wake, NULL);
    assert_non_null(stage.save);
    zoe_save_page_start(&stage.page, wake, NULL);
    ui_hand_begin(&hand, WIDTH, HEIGHT, 1.0, draw, NULL);
    return 0;
}

static int end(void **state)
{
    ui_hand_end(&hand);
    zoe_save_page_end(&stage.page);
    zoe_save_destroy(&stage.save);
    temp_folder_remove(stage.root);
    return session_place_tear_down(state);
}

/* A path in the folder, in one of two places in turn. */
static const char *below(const char *name)
{
    static char paths[2][512];
    static int turn;
    turn = !turn;
    snprintf(paths[turn], sizeof paths[0], "%s/%s", stage.root, name);
    return paths[turn];
}

static off_t size_of(const char *path)
{
    struct stat info;
    return stat(path, &info) ? -1 : info.st_size;
}

/* ---- writing ---- */

static void take(void)
{
    zoe_session *session = &stage.place->session;
    zoe_save_picture picture = {.grade = session->grade};
    assert_int_equal(zoe_screen_pin(&session->screen, zoe_session_shot(session), session->engine,
                                    &picture.frame),
                     ZOE_OK);
    assert_true(zoe_save_take(stage.save, &picture));
}

/* Writes, and waits for what becomes of it. */
static zoe_save_state write_to(const char *path, bool is_linear, bool replaces)
{
    const struct timespec ms = {0, 1000000};
    assert_int_equal(zoe_save_write(stage.save, path, is_linear, replaces, NULL), ZOE_OK);
    for (;;) {
        zoe_save_state state = zoe_save_look(stage.save, NULL, NULL);
        if (state != ZOE_SAVE_CHECKING && state != ZOE_SAVE_WRITING)
            return state;
        nanosleep(&ms, NULL);
    }
}

static void what_was_seen_is_written_whatever_is_shown_then(void **state)
{
    (void)state;
    const char *path;
    take();
    zoe_session_seek(&stage.place->session, 0, zoe_now_ns());
    session_place_settle(stage.place);
    assert_int_equal(write_to(below("out/a.png"), false, false), ZOE_SAVE_DONE);
    assert_int_equal(zoe_save_look(stage.save, &path, NULL), ZOE_SAVE_DONE);
    assert_string_equal(path, below("out/a.png"));
    assert_true(size_of(path) > 0);
    zoe_save_drop(stage.save);
    assert_int_equal(zoe_save_look(stage.save, NULL, NULL), ZOE_SAVE_IDLE);
    take();
    assert_int_equal(write_to(below("out/a.exr"), true, false), ZOE_SAVE_DONE);
    assert_true(size_of(below("out/a.exr")) > 0);
}

static void a_file_that_is_there_is_replaced_only_when_told(void **state)
{
    (void)state;
    temp_folder_write(stage.root, "out/b.png", 4);
    take();
    assert_int_equal(write_to(below("out/b.png"), false, false), ZOE_SAVE_EXISTS);
    assert_int_equal(size_of(below("out/b.png")), 4);
    assert_int_equal(write_to(below("out/b.png"), false, true), ZOE_SAVE_DONE);
    assert_true(size_of(below("out/b.png")) > 4);
    zoe_save_drop(stage.save);
    /* Also a link that leads nowhere is somebody's. */
    assert_int_equal(symlink("/nosuch/file", below("out/c.png")), 0);
    take();
    assert_int_equal(write_to(below("out/c.png"), false, false), ZOE_SAVE_EXISTS);
    /* Another name after all. */
    assert_int_equal(write_to(below("out/d.png"), false, false), ZOE_SAVE_DONE);
}

static void what_cannot_be_written_is_refused_and_another_path_tried(void **state)
{
    (void)state;
    const zoe_error *error;
    temp_folder_write(stage.root, "file", 1);
    take();
    assert_int_equal(write_to(below("nosuch/a.png"), false, false), ZOE_SAVE_REFUSED);
    zoe_save_look(stage.save, NULL, &error);
    assert_non_null(strstr(error->text, "nosuch"));
    assert_int_equal(write_to(below("file/a.png"), false, false), ZOE_SAVE_REFUSED);
    temp_folder_add(stage.root, "out/folder.png");
    assert_int_equal(write_to(below("out/folder.png"), false, true), ZOE_SAVE_REFUSED);
    assert_int_equal(write_to(below("out/a.png"), false, false), ZOE_SAVE_DONE);
    /* Without a picture there is nothing to write. */
    zoe_save_drop(stage.save);
    assert_int_equal(zoe_save_write(stage.save, below("out/x.png"), false, false, NULL),
                     ZOE_ERROR_ARGUMENT);
}

/* ---- the page ---- */

static void show(const char *path, bool is_linear)
{
    zoe_save_page_show(&stage.page, path, is_linear);
    ui_hand_frame(&hand);
    ui_hand_settle(&hand);
}

static void see(const char *text)
{
    if (!ui_hand_find(&hand, text))
        fail_msg("not seen: %s", text);
}

static void the_name_is_selected_and_enter_saves(void **state)
{
    (void)state;
    show("/shots/out/a 12.png", false);
    ui_hand_text(&hand, "b"); /* takes the place of the name, not of folder and ending */
    assert_string_equal(stage.page.path, "/shots/out/b.png");
    ui_hand_key(&hand, SDLK_RETURN, 0);
    assert_int_equal(stage.asks, 1);
    assert_string_equal(stage.path, "/shots/out/b.png");
    assert_false(stage.asked.is_linear);
    assert_false(stage.asked.replaces);
    /* While the path is looked at, nothing more is asked for. */
    ui_hand_key(&hand, SDLK_RETURN, 0);
    assert_int_equal(stage.asks, 1);
    zoe_save_page_tell(&stage.page, ZOE_SAVE_CHECKING, NULL);
    assert_true(stage.page.open);
    zoe_save_page_tell(&stage.page, ZOE_SAVE_WRITING, NULL);
    assert_false(stage.page.open);
}

static void the_ending_and_the_kind_go_together(void **state)
{
    (void)state;
    show("/shots/a 12.png", false);
    ui_hand_key(&hand, SDLK_TAB, KMOD_SHIFT); /* to the kinds */
    ui_hand_key(&hand, SDLK_RIGHT, 0);
    assert_string_equal(stage.page.path, "/shots/a 12.exr");
    ui_hand_key(&hand, SDLK_TAB, 0);
    ui_hand_text(&hand, "/shots/b.PNG");
    assert_false(stage.page.is_linear);
    ui_hand_key(&hand, SDLK_a, KMOD_CTRL);
    ui_hand_text(&hand, "/shots/c");
    ui_hand_key(&hand, SDLK_RETURN, 0);
    assert_string_equal(stage.path, "/shots/c.png");
    assert_false(stage.asked.is_linear);
}

static void replacing_is_asked_for_and_another_name_asks_anew(void **state)
{
    (void)state;
    show("/shots/a.png", false);
    ui_hand_key(&hand, SDLK_RETURN, 0);
    zoe_save_page_tell(&stage.page, ZOE_SAVE_EXISTS, NULL);
    ui_hand_settle(&hand);
    ui_hand_frame(&hand);
    assert_true(stage.page.open);
    see("Replace");
    ui_hand_text(&hand, "b"); /* another name */
    ui_hand_frame(&hand);
    assert_null(ui_hand_find(&hand, "Replace"));
    ui_hand_key(&hand, SDLK_RETURN, 0);
    assert_false(stage.asked.replaces);
    zoe_save_page_tell(&stage.page, ZOE_SAVE_EXISTS, NULL);
    ui_hand_frame(&hand);
    ui_hand_key(&hand, SDLK_RETURN, 0);
    assert_int_equal(stage.asks, 3);
    assert_true(stage.asked.replaces);
}

static void a_refusal_is_read_and_the_path_stays(void **state)
{
    (void)state;
    zoe_error error;
    show("/nosuch/a.png", false);
    ui_hand_key(&hand, SDLK_RETURN, 0);
    zoe_error_set(&error, ZOE_ERROR_NOT_FOUND, "/nosuch: no such folder");
    zoe_save_page_tell(&stage.page, ZOE_SAVE_REFUSED, &error);
    ui_hand_frame(&hand);
    see("No such folder (nosuch)");
    assert_string_equal(stage.page.path, "/nosuch/a.png");
    ui_hand_key(&hand, SDLK_a, KMOD_CTRL);
    ui_hand_text(&hand, "/shots/");
    ui_hand_key(&hand, SDLK_RETURN, 0);
    ui_hand_frame(&hand);
    assert_int_equal(stage.asks, 1); /* a folder is no name */
    see("This is no name of a file");
    ui_hand_key(&hand, SDLK_ESCAPE, 0);
    assert_int_equal(stage.cancels, 1);
    assert_false(stage.page.open);
}

/* Nothing is cut at the smallest window. */
static void it_fits_a_small_window(void **state)
{
    (void)state;
    ui_hand_end(&hand);
    ui_hand_begin(&hand, 320, 200, 1.0, draw, NULL);
    show("/a/long/way/to/a/folder/with a long name 12.png", false);
    see("Save");
    see("Cancel");
    see("As seen (PNG)");
}

int main(void)
{
#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        ON_STAGE(what_was_seen_is_written_whatever_is_shown_then),
        ON_STAGE(a_file_that_is_there_is_replaced_only_when_told),
        ON_STAGE(what_cannot_be_written_is_refused_and_another_path_tried),
        ON_STAGE(the_name_is_selected_and_enter_saves),
        ON_STAGE(the_ending_and_the_kind_go_together),
        ON_STAGE(replacing_is_asked_for_and_another_name_asks_anew),
        ON_STAGE(a_refusal_is_read_and_the_path_stays),
        ON_STAGE(it_fits_a_small_window),
    };
    return cmocka_run_group_tests_name("saving", tests, NULL, NULL);
}
