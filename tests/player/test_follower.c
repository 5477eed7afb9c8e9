/*
 * Files that are still being made, under a session: frames come, grow, change and go, and what is
 * on screen follows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/follower.h"
#include "support/session_place.h"
#include "support/threads.h"

static zoe_follower *follower;
static atomic_int notified;
static zoe_follower_news news; /* the last that said something */
static int threads_before;

static void on_notify(void *user)
{
    assert_ptr_equal(user, &notified);
    atomic_fetch_add(&notified, 1);
}

static int set_up(void **state)
{
    atomic_store(&notified, 0);
    memset(&news, 0, sizeof news);
    int failed = session_place_set_up(state);
    threads_before = threads_count();
    follower = zoe_follower_create(on_notify, &notified);
    return failed || !follower;
}

static int tear_down(void **state)
{
    zoe_follower_destroy(&follower);
    zoe_follower_destroy(&follower);
    session_place *p = *state;
    for (int i = 0; i < p->session.count; i++)
        zoe_task_leave(&p->session.shots[i].followed.task);
    threads_wait_for(threads_before);
    return session_place_tear_down(state);
}

/* What the loop's turn does, at a time that moves on. */
static void turn(session_place *p)
{
    zoe_follower_news now;
    zoe_follower_update(follower, &p->session, zoe_now_ns(), &now);
    if (now.is_taken) {
        now.shift += news.shift;
        news = now;
    }
    zoe_session_touch(&p->session);
    session_place_update(p, zoe_now_ns());
    nanosleep(&(struct timespec){0, 2000000}, NULL);
}

/* Turns until it is so. */
#define UNTIL(condition)                                                                           \
    do {                                                                                           \
        for (int turns = 0; !(condition); turns++) {                                               \
            if (turns > 60000)                                                                     \
                fail_msg("%s:%d: does not happen: %s", __FILE__, __LINE__, #condition);            \
            turn(p);                                                                               \
        }                                                                                          \
    } while (0)

static void open_three(session_place *p)
{
    for (int number = 11; number <= 13; number++)
        session_place_write(p, "a", number, SESSION_PLACE_Y);
    assert_int_equal(zoe_follower_watch(follower, true, NULL), ZOE_OK);
    session_place_open(p, "a", 12, 0);
    /* The folder is read once after it is watched, for what happened before. */
    UNTIL(news.is_taken);
    UNTIL(session_place_shown(p) == 12);
}

static int64_t count(session_place *p)
{
    return zoe_sequence_count(zoe_session_sequence(&p->session));
}

static uint8_t state_of(session_place *p, int64_t number)
{
    uint8_t state = 255;
    int64_t position = zoe_sequence_position(zoe_session_sequence(&p->session), number);
    (void)zoe_source_states(zoe_session_shot(&p->session)->source, position, 1, &state);
    return state;
}

static void remove_frame(const session_place *p, int number)
{
    char path[SESSION_PLACE_PATH];
    session_place_path(p, "a", number, path);
    assert_int_equal(unlink(path), 0);
}

/* Another picture under the frame's name, put in its place whole: that of frame 40. */
static void replace_frame(const session_place *p, int number)
{
    char path[SESSION_PLACE_PATH], other[SESSION_PLACE_PATH];
    session_place_write(p, "b", 40, SESSION_PLACE_Y);
    session_place_path(p, "b", 40, other);
    session_place_path(p, "a", number, path);
    assert_int_equal(rename(other, path), 0);
}

/* As much of the frame's file as is given, written in place. Returns its size. */
static size_t write_part(const session_place *p, int number, const char *bytes, size_t size)
{
    char path[SESSION_PLACE_PATH];
    session_place_path(p, "a", number, path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return size;
}

static size_t read_frame(const session_place *p, int number, char *bytes, size_t capacity)
{
    char path[SESSION_PLACE_PATH];
    session_place_path(p, "a", number, path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, capacity, file);
    fclose(file);
    return size;
}

/* ---- tests ---- */

static void frames_appear(void **state)
{
    session_place *p = *state;
    open_three(p);
    session_place_write(p, "a", 15, SESSION_PLACE_Y);
    session_place_write(p, "a", 9, SESSION_PLACE_Y);
    UNTIL(count(p) == 7);
    assert_int_equal(news.shift, 2);
    assert_int_equal(zoe_session_transport(&p->session)->count, 7);
    UNTIL(state_of(p, 15) == ZOE_FRAME_LOADED && state_of(p, 9) == ZOE_FRAME_LOADED);
    assert_int_equal(session_place_shown(p), 12);
    assert_int_equal(state_of(p, 10), ZOE_FRAME_MISSING);
    assert_false(news.is_told);
}

static void the_frame_on_screen_changes(void **state)
{
    session_place *p = *state;
    open_three(p);
    replace_frame(p, 12);
    UNTIL(session_place_shown(p) == 40);
    /* The others were not read again. */
    zoe_stats stats;
    zoe_engine_stats(p->session.engine, &stats);
    assert_int_equal(stats.decodes, 4);
}

static void frames_change_while_playing(void **state)
{
    session_place *p = *state;
    open_three(p);
    zoe_session_play(&p->session, 1, zoe_now_ns());
    replace_frame(p, 13);
    session_place_write(p, "a", 14, SESSION_PLACE_Y);
    UNTIL(session_place_shown(p) == 40);
    UNTIL(session_place_shown(p) == 14);
    assert_int_equal(zoe_session_transport(&p->session)->speed, 1);
}

/* Also where the picture was: it would show values of a file that is not there. */
static void frames_that_go_are_gaps(void **state)
{
    session_place *p = *state;
    open_three(p);
    UNTIL(state_of(p, 11) == ZOE_FRAME_LOADED && state_of(p, 13) == ZOE_FRAME_LOADED);
    remove_frame(p, 12);
    UNTIL(state_of(p, 12) == ZOE_FRAME_MISSING);
    UNTIL(!p->session.screen.frame.pin);
    assert_int_equal(p->session.status, ZOE_MISSING);
    session_place_write(p, "a", 12, SESSION_PLACE_Y);
    UNTIL(session_place_shown(p) == 12);
    remove_frame(p, 13);
    UNTIL(count(p) == 2);
    assert_int_equal(session_place_shown(p), 12);
}

/* Its writer keeps it open: nobody tells that it grows. Elsewhere than on screen, and on it. */
static void growing_frames_heal(void **state)
{
    enum { CUT = 8 };
    static char bytes[1 << 16];
    session_place *p = *state;
    open_three(p);
    const int numbers[] = {13, 12};
    for (int i = 0; i < 2; i++) {
        char path[SESSION_PLACE_PATH];
        size_t size = read_frame(p, numbers[i], bytes, sizeof bytes);
        (void)write_part(p, numbers[i], bytes, size - CUT);
        UNTIL(state_of(p, numbers[i]) == ZOE_FRAME_INCOMPLETE);
        session_place_path(p, "a", numbers[i], path);
        FILE *file = fopen(path, "r+b");
        assert_non_null(file);
        assert_int_equal(fseek(file, (long)size - CUT, SEEK_SET), 0);
        assert_int_equal(fwrite(bytes + size - CUT, 1, CUT, file), CUT);
        fflush(file);
        UNTIL(state_of(p, numbers[i]) == ZOE_FRAME_LOADED);
        fclose(file);
    }
    UNTIL(session_place_shown(p) == 12);
    assert_string_equal(p->session.why.text, "");
}

/* A broken file is no change as long as it is the same one, and does not come again. */
static void broken_frames_stay_as_they_are(void **state)
{
    session_place *p = *state;
    open_three(p);
    (void)write_part(p, 13, "no picture at all", 17);
    UNTIL(state_of(p, 13) == ZOE_FRAME_ERROR);
    zoe_stats before, after;
    zoe_engine_stats(p->session.engine, &before);
    zoe_session_shot(&p->session)->followed.bad_ns = 0;
    session_place_write(p, "a", 14, SESSION_PLACE_Y);
    UNTIL(state_of(p, 14) == ZOE_FRAME_LOADED);
    zoe_engine_stats(p->session.engine, &after);
    assert_int_equal(after.errors, before.errors);
    /* Who asks hears of no change, though it is tried again. */
    for (int i = 0; i < 2; i++) {
        news.is_told = false;
        zoe_follower_ask(follower, &p->session);
        UNTIL(news.is_told);
        assert_int_equal(news.error.status, ZOE_OK);
        assert_int_equal(news.report.changed, 0);
        UNTIL(state_of(p, 13) == ZOE_FRAME_ERROR);
    }
    zoe_engine_stats(p->session.engine, &after);
    assert_true(after.errors > before.errors);
}

static void unwatched_files_are_read_when_asked(void **state)
{
    session_place *p = *state;
    open_three(p);
    assert_int_equal(zoe_follower_watch(follower, false, NULL), ZOE_OK);
    session_place_write(p, "a", 14, SESSION_PLACE_Y);
    replace_frame(p, 12);
    for (int i = 0; i < 400; i++)
        turn(p);
    assert_int_equal(count(p), 3);
    assert_int_equal(session_place_shown(p), 12);
    zoe_follower_ask(follower, &p->session);
    UNTIL(news.is_told);
    assert_true(news.report.added == 1 && news.report.changed == 1 && news.report.removed == 0);
    UNTIL(session_place_shown(p) == 40);
    for (int i = 11; i <= 14; i++)
        remove_frame(p, i);
    news.is_told = false;
    zoe_follower_ask(follower, &p->session);
    UNTIL(news.is_told);
    assert_int_not_equal(news.error.status, ZOE_OK);
    assert_int_equal(count(p), 4);
}

static void nothing_open_is_harmless(void **state)
{
    session_place *p = *state;
    assert_int_equal(zoe_follower_watch(follower, true, NULL), ZOE_OK);
    zoe_follower_ask(follower, &p->session);
    for (int i = 0; i < 10; i++)
        turn(p);
    assert_false(news.is_taken);
    assert_int_equal(zoe_follower_due_ns(follower), ZOE_NEVER);
}

int main(void)
{
#define FOLLOWED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        FOLLOWED(frames_appear),
        FOLLOWED(the_frame_on_screen_changes),
        FOLLOWED(frames_change_while_playing),
        FOLLOWED(frames_that_go_are_gaps),
        FOLLOWED(growing_frames_heal),
        FOLLOWED(broken_frames_stay_as_they_are),
        FOLLOWED(unwatched_files_are_read_when_asked),
        FOLLOWED(nothing_open_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
