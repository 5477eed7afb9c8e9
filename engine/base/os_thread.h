/*
 * Threads, the clock and random bytes.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_OS_THREAD_H
#define ZOE_BASE_OS_THREAD_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

typedef struct zoe_os_thread zoe_os_thread;

/* Starts body(arg) on a new thread, to be joined once. Errors: THREAD, NO_MEMORY. */
zoe_status zoe_os_thread_start(zoe_os_thread **thread, void (*body)(void *), void *arg);

/* Waits for the thread's end, frees it and sets *thread to NULL. A NULL *thread is left alone. */
void zoe_os_thread_join(zoe_os_thread **thread);

/* Names the calling thread: 15 bytes at most; a longer name is not taken. */
void zoe_os_thread_name(const char *name);

/* Gives the calling thread a lower priority than it has now. */
void zoe_os_thread_lower_priority(void);

/* Keeps signals from the calling thread, but for those of its own faults: a write to a connection
 * that was closed fails there and does not end the program. */
void zoe_os_thread_block_signals(void);

/* Lets the calling thread sleep. */
void zoe_os_sleep(uint32_t milliseconds);

/* Nanoseconds of a clock that never goes back; where it began is not said. */
uint64_t zoe_os_now_ns(void);

/* Fills `bytes` bytes that nobody can foretell; where the system has none, with what differs from
 * process to process. */
void zoe_os_random(void *buffer, size_t bytes);

#endif
