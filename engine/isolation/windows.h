/*
 * Which ranges of frames' memory a process has mapped. Mapping a frame costs as much as decoding a
 * tenth of it, so that ranges stay mapped for the next frame in the same buffer, until they are too
 * many: then all go.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ISOLATION_WINDOWS_H
#define ZOE_ISOLATION_WINDOWS_H

#include "base/os.h"
#include "isolation/protocol.h"

/* Mapped at most, unless a single frame is larger: page tables for it take 4 MB. */
#define ZOE_ISOLATION_MAPPED_MAX ((uint64_t)2 << 30)

typedef struct zoe_isolation_window {
    uint64_t serial; /* of the memory */
    uint64_t at, bytes;
} zoe_isolation_window;

/* Zero: nothing is mapped. */
typedef struct zoe_isolation_windows {
    zoe_isolation_window all[ZOE_ISOLATION_WINDOWS];
    uint32_t count;
    uint32_t last;   /* used last */
    uint64_t mapped; /* bytes of all */
} zoe_isolation_windows;

/* Fills in where the process finds `bytes` bytes of a buffer, and whether it has to map them first
 * out of shared->fd. false: the buffer is not in memory that can be shared. */
bool zoe_isolation_windows_find(zoe_isolation_windows *windows, const uint8_t *buffer, size_t bytes,
                                zoe_os_shared *shared, zoe_isolation_decode *decode);

#endif
