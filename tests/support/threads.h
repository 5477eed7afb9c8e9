/*
 * Threads of the test's own process, for tests of what starts some and ends them in its own time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_THREADS_H
#define ZOE_SUPPORT_THREADS_H

#include <stdbool.h>

/* A number to compare with a later one; not how many there are. */
int threads_count(void);

/* Waits until there are no more than that: leak checks find what a thread had not freed yet. */
void threads_wait_for(int count);

/* ThreadSanitizer starts a thread of its own beside a program's first: this makes it do so. false:
 * no thread could be started. */
bool threads_begin(void);

#endif
