/*
 * The descriptor by which a process gets a file: the one that the program has, or where the storage
 * gives none (a network), one of memory that holds its bytes. A process never comes at the storage.
 *
 * Thread-safety: any thread; one descriptor by one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_DESCRIPTOR_H
#define ZOE_ISOLATION_DESCRIPTOR_H

#include "base/decoder.h"
#include "storage/storage.h"

typedef struct zoe_isolation_descriptor {
    int fd; /* -1: none */
    bool is_memory;
} zoe_isolation_descriptor;

/* Memory that a descriptor of so much of an object takes. */
static inline uint64_t zoe_isolation_descriptor_cost(const zoe_storage_object *object,
                                                     uint64_t bytes)
{
    return object->fd >= 0 ? 0 : bytes;
}

/*
 * A descriptor of the first `bytes` bytes of an open object, or of all of it; in memory they cannot
 * be changed any more. It stands until the object is closed, or zoe_isolation_descriptor_close().
 * Blocks while they are read; `path` is for texts. Errors: STALE (base/stop.h), NO_MEMORY, CHANGED
 * (it is shorter than it was), and why it cannot be read.
 */
zoe_status zoe_isolation_descriptor_open(const zoe_storage_object *object, uint64_t bytes,
                                         const char *path, zoe_isolation_descriptor *descriptor,
                                         zoe_error *error);

/* Before the object is closed. */
void zoe_isolation_descriptor_close(zoe_isolation_descriptor *descriptor);

#endif
