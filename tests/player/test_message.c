/* The line of the moment: which one wins, and when it goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/message.h"
#include "support/session_place.h"

static const uint64_t second = 1000000000u;

static void expect_line(const zoe_message *message, const session_place *p, const char *expected,
                        zoe_message_kind expected_kind)
{
    char text[1024];
    zoe_message_kind kind;
    const char *line = zoe_message_line(message, &p->session, &kind, text, sizeof text);
    if (strncmp(line, expected, strlen(expected)) != 0 || (!expected[0] && line[0]))
        fail_msg("\"%s\", wanted \"%s\"", line, expected);
    assert_int_equal(kind, expected_kind);
}

static void goes_when_its_time_is_over(void **state)
{
    (void)state;
    zoe_message message;
    zoe_message_init(&message);
    assert_true(message.until_ns == ZOE_NEVER);
    assert_false(zoe_message_expire(&message, ZOE_NEVER - 1));
    uint64_t now = zoe_now_ns();
    zoe_message_say(&message, false, "%d frames", 3);
    assert_string_equal(message.text, "3 frames");
    assert_false(zoe_message_expire(&message, now + second));
    uint64_t good = message.until_ns;
    zoe_message_say(&message, true, "no");
    assert_true(message.until_ns > good);
    assert_true(zoe_message_expire(&message, message.until_ns));
    assert_string_equal(message.text, "");
    assert_true(message.until_ns == ZOE_NEVER);
}

/* A bad frame's reason is read before what was said, and what did not happen before both. */
static void what_went_wrong_wins(void **state)
{
    session_place *p = *state;
    zoe_message message;
    zoe_message_init(&message);
    expect_line(&message, p, "", ZOE_MESSAGE_INFO);
    session_place_write(p, "a", 1, SESSION_PLACE_RGB);
    session_place_write(p, "a", 3, SESSION_PLACE_RGB);
    session_place_open(p, "a", 1, 0);
    expect_line(&message, p, "Loading", ZOE_MESSAGE_INFO);
    session_place_arrive(p);
    expect_line(&message, p, "", ZOE_MESSAGE_INFO);
    zoe_message_say(&message, false, "Half size");
    expect_line(&message, p, "Half size", ZOE_MESSAGE_INFO);
    /* Position 1 is a gap: the picture before stays, and is not taken for it. */
    zoe_session_seek(&p->session, 1, session_place_second);
    session_place_arrive(p);
    expect_line(&message, p, "No file for this frame; frame 1 is shown", ZOE_MESSAGE_WARNING);
    zoe_message_say(&message, true, "Not saved");
    expect_line(&message, p, "Not saved", ZOE_MESSAGE_ERROR);
    /* What answers the user is read first, until the playhead moves. */
    zoe_message_answer(&message, "Saved: %s", "a.png");
    expect_line(&message, p, "Saved: a.png", ZOE_MESSAGE_INFO);
    zoe_message_follow(&message, &p->session, session_place_second);
    expect_line(&message, p, "No file for this frame; frame 1 is shown", ZOE_MESSAGE_WARNING);
}

/* While playing the reason is kept for a while; stopped, only the frame on screen counts. */
static void speaks_of_the_frame_on_screen(void **state)
{
    session_place *p = *state;
    zoe_message message;
    char path[SESSION_PLACE_PATH];
    zoe_message_init(&message);
    session_place_write(p, "a", 1, SESSION_PLACE_RGB);
    session_place_write(p, "a", 2, SESSION_PLACE_RGB);
    session_place_path(p, "a", 2, path);
    assert_int_equal(truncate(path, 100), 0);
    session_place_open(p, "a", 1, 0);
    session_place_arrive(p);
    zoe_session_seek(&p->session, 1, session_place_second);
    session_place_arrive(p);
    assert_true(p->session.why.text[0]);
    zoe_message_follow(&message, &p->session, 5 * second);
    assert_string_equal(message.text, "");
    p->session.shots[0].transport.speed = 1;
    zoe_message_follow(&message, &p->session, 5 * second);
    assert_string_equal(message.text, p->session.why.text);
    assert_false(zoe_message_expire(&message, 8 * second));
    p->session.shots[0].transport.speed = 0;
    zoe_message_follow(&message, &p->session, 8 * second);
    assert_true(zoe_message_expire(&message, 8 * second));
}

static void the_last_ones_are_kept(void **state)
{
    (void)state;
    static zoe_message message;
    zoe_message_init(&message);
    assert_int_equal(zoe_message_kept(&message), 0);
    zoe_message_say(&message, true, "no");
    zoe_message_say(&message, true, "no");
    zoe_message_say(&message, false, "yes");
    zoe_message_clear(&message);
    assert_int_equal(zoe_message_kept(&message), 2);
    assert_string_equal(zoe_message_past(&message, 0)->text, "yes");
    assert_int_equal(zoe_message_past(&message, 0)->kind, ZOE_MESSAGE_INFO);
    assert_string_equal(zoe_message_past(&message, 1)->text, "no");
    assert_int_equal(zoe_message_past(&message, 1)->kind, ZOE_MESSAGE_ERROR);
    assert_int_equal(zoe_message_past(&message, 1)->count, 2);
    for (int i = 0; i < 2 * ZOE_MESSAGE_LOG; i++)
        zoe_message_say(&message, false, "%d", i);
    assert_int_equal(zoe_message_kept(&message), ZOE_MESSAGE_LOG);
    assert_string_equal(zoe_message_past(&message, 0)->text, "127");
    assert_string_equal(zoe_message_past(&message, ZOE_MESSAGE_LOG - 1)->text, "64");
}

static void the_cause_is_read_first(void **state)
{
    (void)state;
    char text[256];
    assert_string_equal(
        zoe_message_cause_first("/a/b c/shot.0117.exr: the file ends: here", text, sizeof text),
        "The file ends: here (shot.0117.exr)");
    assert_string_equal(zoe_message_cause_first("Not saved: no room", text, sizeof text),
                        "Not saved: no room");
    assert_string_equal(zoe_message_cause_first("/a/b", text, sizeof text), "/a/b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_ones_are_kept),
        cmocka_unit_test(the_cause_is_read_first),
        cmocka_unit_test(goes_when_its_time_is_over),
        cmocka_unit_test_setup_teardown(what_went_wrong_wins, session_place_set_up,
                                        session_place_tear_down),
        cmocka_unit_test_setup_teardown(speaks_of_the_frame_on_screen, session_place_set_up,
                                        session_place_tear_down),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
