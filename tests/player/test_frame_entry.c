/* Going to a frame by what is typed: numbers, steps, time codes; and time codes of frames. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/frame_entry.h"

static const zoe_rate film = {24, 1};
static const zoe_rate ntsc = {30000, 1001};
static const zoe_rate ntsc_by_hand = {2997, 100};
static const zoe_rate ntsc_double = {60000, 1001};
static const zoe_rate whole = {30, 1};
static const zoe_rate none = {0, 0};

static zoe_frame_context at(int64_t current, int64_t first, zoe_rate rate)
{
    zoe_frame_context context = {.current = current, .first = first, .rate = rate};
    return context;
}

static void check(const char *text, zoe_frame_context context, int64_t expected)
{
    int64_t number = -77777;
    zoe_error error = {0};
    if (zoe_frame_entry_parse(text, &context, &number, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    if (number != expected)
        fail_msg("\"%s\" is %" PRId64 ", not %" PRId64, text, number, expected);
}

static void check_refused(const char *text, zoe_frame_context context, const char *reason)
{
    int64_t number = 42;
    zoe_error error = {0};
    if (zoe_frame_entry_parse(text, &context, &number, &error) != ZOE_ERROR_SYNTAX)
        fail_msg("\"%s\" is taken as %" PRId64, text, number);
    assert_int_equal(number, 42);
    if (!strstr(error.text, reason))
        fail_msg("\"%s\" does not say %s", error.text, reason);
}

static void numbers_and_steps(void **state)
{
    (void)state;
    zoe_frame_context context = at(1050, 1001, none);
    check("1001", context, 1001);
    check("  0042 ", context, 42);
    check("0", context, 0);
    check("+10", context, 1060);
    check("-5", context, 1045);
    check("--5", context, 1045);
    check("++5", context, 1055);
    check("=5", context, 5);
    check("=-5", context, -5);
    check("999999999999999999", context, INT64_C(999999999999999999));
}

static void negative_numbers(void **state)
{
    (void)state;
    zoe_frame_context context = at(3, -10, film);
    check("-5", context, -5);
    check("--5", context, -2);
    check("+5", context, 8);
    check("=-5", context, -5);
    check("-0:05", context, -2); /* a time goes back everywhere */
}

static void time_codes(void **state)
{
    (void)state;
    zoe_frame_context context = at(100, 1, film);
    check("00:00:00:00", context, 0);
    check("01:02:03:04", context, ((3600 + 2 * 60 + 3) * 24) + 4);
    check("1:00", context, 24);
    check("90:00", context, 90 * 24);
    check("61:01:00", context, (61 * 60 + 1) * 24);
    check("+1:00", context, 124);
    check("-0:12", context, 88);
    context.zero = 1001 - 86400; /* frame 1001 is 01:00:00:00 */
    check("01:00:00:00", context, 1001);
    check("01:00:01:00", context, 1025);
    check("+1:00", context, 124); /* a step knows no zero */
    check("1002", context, 1002);
}

static void drop_frame(void **state)
{
    (void)state;
    zoe_frame_context context = at(0, 0, ntsc);
    check("00:00:59;29", context, 1799);
    check("00:01:00;02", context, 1800);
    check("00:10:00;00", context, 17982);
    check("01:00:00;00", context, 107892);
    check("01:00:00.00", context, 107892);
    check("01:00:00:00", context, 108000); /* the same rate without drop */
    check("01:02:03;04", context, (3723 * 30 + 4) - 2 * (62 - 6));
    check("01:00:00;00", at(0, 0, ntsc_double), 215784);
    check("00:01:00;02", at(0, 0, ntsc_by_hand), 1800);
    check_refused("00:01:00;01", context, "no such frame");
    check_refused("00:01:00;03", at(0, 0, ntsc_double), "no such frame");
    check_refused("00:01:00;02", at(0, 0, whole), "29.97");
    check_refused("00:01:00;02", at(0, 0, film), "29.97");
}

static void what_is_refused(void **state)
{
    (void)state;
    zoe_frame_context context = at(1, 1, film);
    static const char *const texts[] = {"",
                                        " ",
                                        "a",
                                        "12a",
                                        "1 2",
                                        "+",
                                        "-",
                                        "=",
                                        "--",
                                        "---5",
                                        "+-5",
                                        "=+-5",
                                        "1.5",
                                        "0x10",
                                        "1234567890123456789",
                                        "9999999999999999999999",
                                        ":",
                                        "1:",
                                        ":1",
                                        "1::2",
                                        "1:2:3:4:5",
                                        "1234567:00",
                                        "1:0a",
                                        "\xff\xfe",
                                        "1e3"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_refused(texts[i], context, "\"");
    check_refused("00:00:00:24", context, "0 to 23");
    check_refused("00:61:00:00", context, "59");
    check_refused("00:00:60:00", context, "59");
    check_refused("1:00", at(1, 1, none), "no frame rate");
    char endless[500];
    memset(endless, '1', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    check_refused(endless, context, "no frame");
}

static void check_label(const char *text, zoe_rate rate, int64_t frames)
{
    int64_t found = -1;
    zoe_error error = {0};
    if (zoe_time_code_parse(text, rate, &found, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    if (found != frames)
        fail_msg("%s is %" PRId64 ", not %" PRId64, text, found, frames);
}

static void labels(void **state)
{
    (void)state;
    check_label("00:00:00:00", film, 0);
    check_label("01:02:03:04", film, (3600 + 2 * 60 + 3) * 24 + 4);
    check_label("01:02:03:04", (zoe_rate){24000, 1001}, (3600 + 2 * 60 + 3) * 24 + 4);
    check_label("00:00:59;29", ntsc, 1799);
    check_label("00:01:00;02", ntsc, 1800);
    check_label("00:10:00;00", ntsc, 17982);
    check_label("01:00:00;00", ntsc, 107892);
    check_label("01:00:00:00", ntsc, 108000);
}

/* Half an hour of frames, labelled one after the other: `dropped` labels are left out at the
 * beginning of each minute, but for every tenth. */
static void every_label_is_its_frame(void **state)
{
    (void)state;
    const struct {
        zoe_rate rate;
        int counted, dropped;
    } rates[] = {{film, 24, 0},
                 {ntsc, 30, 2},
                 {ntsc_double, 60, 4},
                 {{25, 1}, 25, 0},
                 {{120000, 1001}, 120, 8}};
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        int minute = 0, second = 0, at = 0;
        for (int64_t frame = 0; minute < 30; frame++) {
            char text[32];
            snprintf(text, sizeof text, "00:%02d:%02d%c%02d", minute, second,
                     rates[r].dropped ? ';' : ':', at);
            check_label(text, rates[r].rate, frame);
            if (++at < rates[r].counted)
                continue;
            at = 0;
            if (++second < 60)
                continue;
            second = 0;
            minute++;
            at = minute % 10 ? rates[r].dropped : 0;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_steps),
        cmocka_unit_test(negative_numbers),
        cmocka_unit_test(time_codes),
        cmocka_unit_test(drop_frame),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(labels),
        cmocka_unit_test(every_label_is_its_frame),
    };
    return cmocka_run_group_tests_name("frame entry", tests, NULL, NULL);
}
