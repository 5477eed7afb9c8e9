#define _POSIX_C_SOURCE 200809L /* sigaction */

#include "model/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static atomic_bool mark; /* lock-free: set in a signal handler */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

static void (*before)(int); /* fixed after installation */

static void set_mark(int signal_number);

static void hear(int signal_number)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = set_mark; /* no SA_RESTART: a wait should end too */
    sigaction(signal_number, &action, NULL);
}

static void set_mark(int signal_number)
{
    if (!atomic_exchange(&mark, true)) {
        if (before) {
            before(SIGTERM);
            hear(SIGTERM); /* SDL's sets itself anew */
        }
        return;
    }
    /* The second of any kind. It is blocked here, and ends the process as the handler returns. */
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

void zoe_interrupt_install(void)
{
    struct sigaction old;
    if (!sigaction(SIGTERM, NULL, &old) && old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN &&
        old.sa_handler != set_mark)
        before = old.sa_handler;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        /* nohup has a hang-up ignored, and that stays. */
        bool is_nohup =
            signals[i] == SIGHUP && !sigaction(SIGHUP, NULL, &old) && old.sa_handler == SIG_IGN;
        if (!is_nohup)
            hear(signals[i]);
    }
}

bool zoe_interrupted(void)
{
    return atomic_load_explicit(&mark, memory_order_relaxed);
}
