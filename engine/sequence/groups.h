/*
 * The groups of EXR files that a scanned folder holds: classes, taken apart by padding.
 *
 * Thread-safety: plain values; one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SEQUENCE_GROUPS_H
#define ZOE_SEQUENCE_GROUPS_H

#include <stddef.h>

#include <zoetrope/sequence.h>
#include <zoetrope/status.h>

#include "sequence/scan.h"

typedef struct zoe_group {
    zoe_sequence_group group;    /* its pattern is owned */
    const zoe_scan_class *class; /* the scan's */
    int padding;                 /* 0 for a file without a number */
} zoe_group;

/*
 * Lists the groups in natural order of their patterns. *groups[*count] is the caller's, for
 * zoe_groups_free(), also after a failure. Errors: NO_MEMORY.
 */
zoe_status zoe_groups_list(const char *folder, const zoe_scan *scan, zoe_group **groups,
                           size_t *count);

/* "folder/name" in memory of its own; NULL when it is out. */
char *zoe_folder_join(const char *folder, const char *name);

/* Frees the list and the patterns in it. NULL is accepted. */
void zoe_groups_free(zoe_group *groups, size_t count);

#endif
