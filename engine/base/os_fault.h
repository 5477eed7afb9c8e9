/*
 * Failing on purpose: a test makes each call that can fail for want of a resource fail in turn.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_OS_FAULT_H
#define ZOE_BASE_OS_FAULT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The n-th call from now on (1: the next) of those that can fail fails, as do `more` calls after
 * it. 0: none fails. Returns how many such calls were made since the last call of this function.
 *
 * Those are: heap, address space, opening, reading and writing a file, listing a folder, starting a
 * thread or a process, opening the pressure watch.
 */
uint64_t zoe_os_fail_at(uint64_t n, uint64_t more);

/* Counts a call that can fail. true: it is to fail, as if the system had refused. For os_*.c. */
bool zoe_os_fails(void);

#endif
