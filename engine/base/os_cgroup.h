/*
 * Memory limits of the control groups a process is in (Linux, versions 1 and 2). Used by
 * os_meminfo.c only.
 *
 * Sources: the kernel's Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst; the
 * format of mountinfo: proc(5).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_OS_CGROUP_H
#define ZOE_BASE_OS_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

enum { ZOE_CGROUP_PATH_MAX = 1024 };

/* Where a hierarchy with the memory controller is mounted. */
typedef struct zoe_os_cgroup_mount {
    bool found;
    char point[ZOE_CGROUP_PATH_MAX];
    char root[ZOE_CGROUP_PATH_MAX]; /* the group that is seen there: a container sees a part of the
                                       tree only */
} zoe_os_cgroup_mount;

typedef struct zoe_os_cgroup_mounts {
    zoe_os_cgroup_mount v1, v2;
} zoe_os_cgroup_mounts;

/* Finds both in a file in the format of /proc/self/mountinfo. */
void zoe_os_cgroup_find(const char *mountinfo, zoe_os_cgroup_mounts *mounts);

/*
 * Lowers *total to the lowest limit of a memory control group and of all groups around it
 * (memory.max and memory.high; memory.limit_in_bytes in version 1), and *available to the least
 * memory left under any of them. Page cache that could be dropped counts as left. Leaves both alone
 * where there is no limit. `groups` is a file in the format of /proc/self/cgroup: it says which
 * group. Allocates nothing.
 */
void zoe_os_cgroup_read(const zoe_os_cgroup_mounts *mounts, const char *groups, uint64_t *total,
                        uint64_t *available);

/* The same for this process. Mounts are looked for once; the group is asked for each time, since a
 * process can be moved. Thread-safety: any thread. */
void zoe_os_cgroup_apply(uint64_t *total, uint64_t *available);

#endif
