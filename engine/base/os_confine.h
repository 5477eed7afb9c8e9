/*
 * Locking the calling process in: from then on it can read its descriptors, wait, have memory and
 * end. Only zoetrope-decoder has this, and links what it takes.
 *
 *   limits     address space, memory, processor time, descriptors; no core files, no children
 *   Landlock   no file can be opened, whatever else is overlooked; where the kernel has it
 *   seccomp    a short list of system calls; what is not on it ends the process (signal 31)
 *
 * Thread-safety: the only thread of the process.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_OS_CONFINE_H
#define ZOE_BASE_OS_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Closes all descriptors from `first` on. */
void zoe_os_close_from(int first);

/* Ends when the thread that started it does. */
void zoe_os_die_with_parent(void);

/* Address space and memory of its own that the process may have, in bytes. */
typedef struct zoe_os_confine_limits {
    uint64_t address_bytes, memory_bytes;
} zoe_os_confine_limits;

/* false: the system, or the build, cannot; `text` says why. */
bool zoe_os_confine(const zoe_os_confine_limits *limits, char *text, size_t bytes);

#endif
