#define _POSIX_C_SOURCE 200809L /* sigaction */

#include "model/interrupt.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>

static volatile sig_atomic_t mark;

static void set_mark(int signal_number)
{
    (void)signal_number;
    mark = 1;
}

void zoe_interrupt_install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = set_mark;
    /* Back to the default, so that a second signal always ends the process. No restart: a wait
     * should end too. */
    action.sa_flags = (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool zoe_interrupted(void)
{
    return mark != 0;
}
