/*
 * Stopping a command cleanly: the first SIGINT or SIGTERM only sets a mark, which long work looks
 * at between its steps; the second ends the process as usual.
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
