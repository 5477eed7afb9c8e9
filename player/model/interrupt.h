/*
 * Stopping a command cleanly: the first SIGINT, SIGTERM or SIGHUP only sets a mark, which long work
 * looks at between its steps; the second, of whichever kind, ends the process at once. A SIGHUP
 * that the process was started to ignore (nohup) stays ignored. A handler of SIGTERM that is there
 * before (SDL's, which asks the window to close) is called at the first signal, whichever it is.
 *
 * Thread-safety: install once, from one thread; ask from any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_INTERRUPT_H
#define ZOETROPE_PLAYER_INTERRUPT_H

#include <stdbool.h>

void zoe_interrupt_install(void);

/* True once a signal has come. */
bool zoe_interrupted(void);

#endif
