/*
 * Opening: nothing waits for a folder that does not answer, the picture stays until another is
 * there, those that are asked for together are opened in their order, and asking for others drops
 * what is not read yet. What the command line asks for comes before the window, and with it where
 * it does not answer.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "app/compare.h"
#include "app/opening.h"
#include "app/start.h"
#include "support/session_place.h"
#include "support/threads.h"

static zoe_app *app;
static session_place *place;
static int threads_before;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static const char *slow; /* guarded by lock: paths with this in them do not answer; NULL: all do */

/* ---- a file system that does not answer ---- */

zoe_status __real_zoe_shot_files_read(zoe_shot_files *files, zoe_storage *storage, const char *spec,
                                      zoe_error *error);
zoe_status __wrap_zoe_shot_files_read(zoe_shot_files *files, zoe_storage *storage, const char *spec,
                                      zoe_error *error);

zoe_status __wrap_zoe_shot_files_read(zoe_shot_files *files, zoe_storage *storage, const char *spec,
                                      zoe_error *error)
{
    pthread_mutex_lock(&lock);
    while (slow && strstr(spec, slow))
        pthread_cond_wait(&moved, &lock);
    pthread_mutex_unlock(&lock);
    return __real_zoe_shot_files_read(files, storage, spec, error);
}

static void set_slow(const char *names)
{
    pthread_mutex_lock(&lock);
    slow = names;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&lock);
}

/* ---- the program ---- */

static int set_up(void **state)
{
    zoe_session_setup setup;
    if (!threads_begin())
        return -1;
    threads_before = threads_count();
    if (session_place_set_up(state))
        return -1;
    place = *state;
    for (int i = 1; i <= 3; i++) {
        session_place_write(place, "a", i, SESSION_PLACE_RGB);
        session_place_write(place, "b", i, SESSION_PLACE_RGB);
        session_place_write(place, "c", i, SESSION_PLACE_RGB);
    }
    app = calloc(1, sizeof *app);
    if (!app)
        return -1;
    memset(&setup, 0, sizeof setup);
    zoe_engine_settings_init(&setup.engine);
    zoe_source_settings_init(&setup.source);
    setup.engine.workers = 1;
    setup.engine.budget.bytes = ZOE_LIMIT_MIN;
    zoe_message_init(&app->message);
    app->opening_say_ns = ZOE_NEVER;
    app->follower = zoe_follower_create(NULL, NULL);
    return app->follower ? zoe_session_start(&app->session, &setup, NULL) : -1;
}

static int tear_down(void **state)
{
    zoe_app_end_opening(app);
    set_slow(NULL);
    zoe_follower_destroy(&app->follower);
    zoe_session_end(&app->session);
    free(app);
    int result = session_place_tear_down(state);
    threads_wait_for(threads_before);
    return result;
}

static void ask(const char *name, bool is_first)
{
    char path[SESSION_PLACE_PATH];
    session_place_path(place, name, 1, path);
    zoe_app_open(app, path, is_first);
}

/* What the command line says. */
static void name(const char *names, int count)
{
    static char paths[40][SESSION_PLACE_PATH];
    static char *list[40];
    static const char letters[][2] = {"a", "b", "c", "x"};
    for (int i = 0; i < count; i++) {
        char letter = names[i % (int)strlen(names)];
        session_place_path(place, letters[letter == 'x' ? 3 : letter - 'a'], 1 + i % 3, paths[i]);
        list[i] = paths[i];
    }
    app->options.sequences = list;
    app->options.sequence_count = count;
}

/* Turns of the loop, until nothing is being opened any more, or for a while. */
static void turn(bool until_done)
{
    for (int i = 0; i < (until_done ? 60000 : 30); i++) {
        zoe_app_follow_opening(app, zoe_now_ns());
        zoe_app_follow_start(app);
        if (until_done && !app->opening_count)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    assert_false(until_done);
}

static char first_letter(int shot)
{
    return zoe_sequence_name(zoe_shot_sequence(&app->session.shots[shot]))[0];
}

/* ---- tests ---- */

static void the_picture_stays_until_another_is_there(void **state)
{
    (void)state;
    ask("a", true);
    turn(true);
    assert_int_equal(app->session.count, 1);
    set_slow("/b.");
    ask("b", true);
    turn(false);
    assert_int_equal(app->session.count, 1);
    assert_int_equal(first_letter(0), 'a');
    /* It is told after a while. */
    assert_true(zoe_app_opening_due_ns(app) != ZOE_NEVER);
    zoe_app_follow_opening(app, zoe_now_ns() + 10000000000u);
    assert_non_null(strstr(app->message.text, "Opening: "));
    /* For as long as that takes. */
    assert_false(zoe_message_expire(&app->message, zoe_now_ns() + 60000000000u));
    set_slow(NULL);
    turn(true);
    assert_int_equal(app->session.count, 1);
    assert_int_equal(first_letter(0), 'b');
    assert_null(strstr(app->message.text, "Opening: "));
}

static void several_are_opened_in_their_order(void **state)
{
    (void)state;
    ask("c", true);
    turn(true);
    set_slow("/a.");
    ask("a", true);
    ask("nosuch", false);
    ask("b", false);
    turn(false);
    assert_int_equal(app->session.count, 1); /* b waits for a */
    set_slow(NULL);
    turn(true);
    assert_int_equal(app->session.count, 2);
    assert_int_equal(first_letter(0), 'a');
    assert_int_equal(first_letter(1), 'b');
    assert_int_equal(app->session.current, 0);
    /* Where the first fails, the next one takes the place of what was open. */
    ask("nosuch", true);
    ask("c", false);
    turn(true);
    assert_int_equal(app->session.count, 1);
    assert_int_equal(first_letter(0), 'c');
}

static void asking_for_others_drops_what_is_not_read(void **state)
{
    (void)state;
    set_slow("/a.");
    ask("a", true);
    turn(false);
    ask("b", true);
    turn(true);
    assert_int_equal(first_letter(0), 'b');
    set_slow(NULL);
    turn(false);
    assert_int_equal(app->session.count, 1);
    assert_int_equal(first_letter(0), 'b');
    /* The program ends meanwhile. */
    set_slow("/a.");
    ask("a", true);
}

static void one_comes_back_as_it_was_left(void **state)
{
    (void)state;
    zoe_recent_item item;
    zoe_recent_item_init(&item);
    session_place_path(place, "a", 1, item.spec);
    item.frame = 3;
    item.in = 2;
    item.out = 3;
    item.has_area = 1;
    zoe_app_open_recent(app, &item, true);
    turn(true);
    assert_int_equal(app->session.count, 1);
    assert_int_equal(zoe_session_transport(&app->session)->playhead, 2);
    assert_int_equal(zoe_session_transport(&app->session)->in, 1);
}

/* What was wrong with others that were asked for before is no word about what is opened now. */
static void errors_go_with_what_was_asked_for(void **state)
{
    (void)state;
    set_slow("/a.");
    ask("x", true);
    ask("a", false);
    turn(false);
    assert_int_equal(app->opening_count, 1);
    ask("b", true);
    turn(true);
    assert_int_equal(first_letter(0), 'b');
    assert_null(strstr(app->message.text, "/x."));
}

static void another_version_takes_its_place_at_the_same_frame(void **state)
{
    (void)state;
    char path[SESSION_PLACE_PATH];
    ask("a", true);
    turn(true);
    zoe_session_seek(&app->session, 2, zoe_now_ns());
    session_place_path(place, "b", 1, path);
    set_slow("/b.");
    zoe_app_open_in_place(app, path);
    turn(false);
    assert_int_equal(first_letter(0), 'a');
    set_slow(NULL);
    turn(true);
    assert_int_equal(app->session.count, 1);
    assert_int_equal(first_letter(0), 'b');
    assert_int_equal(zoe_session_transport(&app->session)->playhead, 2);
}

static void who_is_compared_with_is_waited_for_too(void **state)
{
    (void)state;
    ask("a", true);
    turn(true);
    set_slow("/b.");
    zoe_app_compare(app, ZOE_COMPARE_WIPE);
    turn(false);
    assert_int_equal(app->session.count, 1);
    zoe_app_compare(app, ZOE_COMPARE_WIPE); /* again does not take it back */
    set_slow(NULL);
    turn(true);
    assert_int_equal(app->session.count, 2);
    assert_int_equal(first_letter(app->session.current), 'a');
    assert_int_equal(app->session.partners.compare.mode, ZOE_COMPARE_WIPE);
}

static void the_command_line_comes_before_the_window(void **state)
{
    (void)state;
    app->options.frame = 3;
    zoe_options_give(&app->options, ZOE_OPTION(frame));
    name("bxa", 3);
    zoe_app_start(app);
    assert_false(app->start.is_on);
    assert_false(app->start.has_failed);
    assert_false(app->quit);
    assert_int_equal(app->session.count, 2);
    assert_int_equal(app->session.current, 0);
    assert_int_equal(first_letter(0), 'b');
    assert_int_equal(first_letter(1), 'a');
    for (int i = 0; i < 2; i++)
        assert_int_equal(app->session.shots[i].transport.playhead, 2);
    zoe_app_end_start(app);
    assert_non_null(strstr(app->message.text, "/x."));
}

static void the_window_waits_for_what_does_not_answer(void **state)
{
    (void)state;
    const char *path;
    uint64_t since;
    set_slow("/a.");
    name("ab", 2);
    zoe_app_start(app);
    assert_true(app->start.is_on);
    assert_int_equal(app->session.count, 0);
    assert_true(zoe_app_opening_is_long(app, zoe_now_ns(), &path, &since));
    assert_non_null(strstr(path, "/a."));
    set_slow(NULL);
    turn(true);
    assert_false(app->start.is_on);
    assert_int_equal(app->session.count, 2);
    assert_int_equal(app->session.current, 0);
    assert_int_equal(first_letter(0), 'a');
}

static void giving_up_at_the_start_ends_the_program(void **state)
{
    (void)state;
    set_slow("/a.");
    name("a", 1);
    zoe_app_start(app);
    zoe_app_stop_opening(app);
    assert_true(app->quit);
    assert_false(app->start.has_failed);
    /* Later it only leaves what there is. */
    app->quit = false;
    ask("b", true);
    turn(true);
    ask("a", true);
    zoe_app_stop_opening(app);
    assert_false(app->quit);
    assert_int_equal(first_letter(0), 'b');
}

static void where_nothing_can_be_opened_the_program_fails(void **state)
{
    (void)state;
    name("x", 2);
    zoe_app_start(app);
    assert_true(app->start.has_failed);
    assert_true(app->quit);
    /* Unless it was started from the desktop. */
    app->quit = false;
    app->start = (zoe_start){0};
    app->options.stay = true;
    zoe_app_start(app);
    assert_false(app->start.has_failed);
    assert_false(app->quit);
    zoe_app_end_start(app);
    assert_non_null(strstr(app->message.text, "/x."));
}

static void frames_of_one_sequence_are_one(void **state)
{
    (void)state;
    name("a", 40); /* more than may be asked for at once */
    zoe_app_start(app);
    turn(true);
    assert_false(app->start.is_on);
    assert_int_equal(app->session.count, 1);
}

static void all_that_was_open_comes_back(void **state)
{
    (void)state;
    zoe_recent_init(&app->recent);
    for (int i = 0; i < 3; i++) {
        zoe_recent_item *item = &app->recent.open[i];
        zoe_recent_item_init(item);
        session_place_path(place, (const char *[]){"a", "b", "c"}[i], 1, item->spec);
        item->frame = i + 1;
        item->grade.exposure = (float)i;
    }
    app->recent.open_count = 3;
    app->recent.open_current = 1;
    app->options.restore = true;
    zoe_app_start(app);
    turn(true);
    assert_int_equal(app->session.count, 3);
    assert_int_equal(app->session.current, 1);
    assert_int_equal(zoe_session_transport(&app->session)->playhead, 1);
    assert_float_equal(app->options.exposure, 1.0, 0.0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_picture_stays_until_another_is_there),
        TEST(several_are_opened_in_their_order),
        TEST(asking_for_others_drops_what_is_not_read),
        TEST(one_comes_back_as_it_was_left),
        TEST(errors_go_with_what_was_asked_for),
        TEST(another_version_takes_its_place_at_the_same_frame),
        TEST(who_is_compared_with_is_waited_for_too),
        TEST(the_command_line_comes_before_the_window),
        TEST(the_window_waits_for_what_does_not_answer),
        TEST(giving_up_at_the_start_ends_the_program),
        TEST(where_nothing_can_be_opened_the_program_fails),
        TEST(frames_of_one_sequence_are_one),
        TEST(all_that_was_open_comes_back),
    };
    return cmocka_run_group_tests_name("opening", tests, NULL, NULL);
}
