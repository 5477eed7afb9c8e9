/*
 * Processes and descriptors that a test's process has.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_CHILDREN_H
#define ZOE_SUPPORT_CHILDREN_H

#include <stddef.h>
#include <sys/types.h>

/* Its children that are still running, at most `capacity`. Returns how many. */
size_t children_list(pid_t *pids, size_t capacity);

/* The same of another process. */
size_t children_list_of(pid_t parent, pid_t *pids, size_t capacity);

/* Children, zombies included. */
size_t children_count(void);

/* Open descriptors. */
size_t descriptors_count(void);

#endif
