/*
 * Memory limits of the control groups a process is in (Linux, versions 1 and 2). Used by os.c only.
 *
 * Sources: the kernel's Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_OS_CGROUP_H
#define ZOE_OS_CGROUP_H

#include <stdint.h>

/*
 * Lowers *total to the lowest limit of the process's memory control group and of all groups around
 * it (memory.max and memory.high; memory.limit_in_bytes in version 1), and *available to the least
 * room left under any of them. Page cache that could be dropped counts as room. Leaves both alone
 * where there is no limit. Thread-safety: any thread.
 */
void zoe_os_cgroup_apply(uint64_t *total, uint64_t *available);

#endif
