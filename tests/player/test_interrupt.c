/* Signals: the first is a request, the second of whichever kind ends the process. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/interrupt.h"

enum { GOES_ON = 10, NOT_SEEN = 11 };

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

enum { SIGNALS = sizeof signals / sizeof signals[0] };

/* The wait status of a process that gets these two signals. */
static int ends_with(int first, int second, bool is_nohup)
{
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < SIGNALS; i++)
            signal(signals[i], is_nohup ? SIG_IGN : SIG_DFL);
        zoe_interrupt_install();
        raise(first);
        if (!zoe_interrupted())
            _exit(NOT_SEEN);
        raise(second);
        _exit(GOES_ON);
    }
    int status = 0;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void a_second_of_any_kind_ends(void **state)
{
    (void)state;
    for (int i = 0; i < SIGNALS; i++) {
        for (int j = 0; j < SIGNALS; j++) {
            int status = ends_with(signals[i], signals[j], false);
            if (!WIFSIGNALED(status) || WTERMSIG(status) != signals[j])
                fail_msg("signals %d and %d: wait status %d", signals[i], signals[j], status);
        }
    }
}

static volatile sig_atomic_t told;

/* As SDL's. */
static void hear_and_stay(int number)
{
    signal(number, hear_and_stay);
    told = number;
}

static void a_handler_before_is_told_once(void **state)
{
    (void)state;
    for (int i = 0; i < SIGNALS * SIGNALS; i++) {
        pid_t child = fork();
        if (child == 0) {
            signal(SIGHUP, SIG_DFL);
            signal(SIGINT, hear_and_stay);
            signal(SIGTERM, hear_and_stay);
            zoe_interrupt_install();
            raise(signals[i / SIGNALS]);
            if (told != SIGTERM || !zoe_interrupted())
                _exit(NOT_SEEN);
            raise(signals[i % SIGNALS]);
            _exit(GOES_ON);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != signals[i % SIGNALS])
            fail_msg("pair %d: wait status %d", i, status);
    }
}

static void an_ignored_hangup_stays_ignored(void **state)
{
    (void)state;
    int status = ends_with(SIGHUP, SIGTERM, true);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), NOT_SEEN);
    status = ends_with(SIGINT, SIGHUP, true);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), GOES_ON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_of_any_kind_ends),
        cmocka_unit_test(a_handler_before_is_told_once),
        cmocka_unit_test(an_ignored_hangup_stays_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
