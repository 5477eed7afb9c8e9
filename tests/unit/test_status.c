/* Texts from outside in errors and logs: nothing in them is obeyed by a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <zoetrope/status.h>

#include "base/log.h"

static const struct {
    const char *dirty, *clean;
} texts[] = {
    {"", ""},
    {"beauty.R", "beauty.R"},
    {"\033[31mred\007\tx\r\n\177", "?[31mred??x???"},
    {"gr\303\274n \346\227\245 \360\237\216\254", "gr\303\274n \346\227\245 \360\237\216\254"},
    {"c1 \302\233"
     "31m\302\200\302\237\302\240",
     "c1 ?31m??\302\240"},
    {"\233"
     "31m \377\376 \303",
     "?31m ?? ?"},                                             /* no UTF-8 */
    {"\300\233 \340\202\233 \360\200\202\233", "?? ??? ????"}, /* overlong */
    {"\355\240\200 \364\220\200\200 \346\227", "??? ???? ??"}, /* surrogate, too large, cut */
    {"a\342\200\256b\342\201\246c\330\234d\342\200\217e\342\200\250f", "a?b?c?d?e?f"},
};

static void text_is_cleaned(void **state)
{
    (void)state;
    char text[128];
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        snprintf(text, sizeof text, "%s", texts[i].dirty);
        zoe_text_clean(text);
        assert_string_equal(text, texts[i].clean);
    }
}

static void errors_are_clean(void **state)
{
    (void)state;
    zoe_error error;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        zoe_error_set(&error, ZOE_ERROR_CORRUPT, "%s", texts[i].dirty);
        assert_string_equal(error.text, texts[i].clean);
    }
}

static void keep_line(void *user, zoe_log_level level, const char *message)
{
    (void)level;
    snprintf(user, 128, "%s", message);
}

static void logs_are_clean(void **state)
{
    (void)state;
    char line[128];
    zoe_log log = {.fn = keep_line, .user = line, .level = ZOE_LOG_DEBUG};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        zoe_log_write(&log, ZOE_LOG_WARNING, "%s", texts[i].dirty);
        assert_string_equal(line, texts[i].clean);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cleaned),
        cmocka_unit_test(errors_are_clean),
        cmocka_unit_test(logs_are_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
