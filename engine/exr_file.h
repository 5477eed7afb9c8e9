/*
 * An EXR file that is open for decoding: OpenEXR's context, read through our own hooks.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_FILE_H
#define ZOE_EXR_FILE_H

#include <stdatomic.h>

#include <openexr.h>

#include "decoder.h"

/* Thread-safety: after it was opened it does not change, but for `broken`; several threads may read
 * from it. */
typedef struct zoe_exr_file {
    exr_context_t context;
    int fd;
    zoe_os_file_id id;
    zoe_read_stats stats;
    _Atomic int broken; /* relaxed: 1 once the system could not read; not a short file, which is
                           another thing */
    char path[ZOE_PATH_MAX];
} zoe_exr_file;

/* Opens and parses the header. On failure everything is closed again. Memory comes from the
 * thread's recycler. Errors: NOT_FOUND, PERMISSION, IO, NOT_EXR, CORRUPT, TRUNCATED, NO_MEMORY, …;
 * the text names the file. */
zoe_status zoe_exr_file_open(zoe_exr_file *file, const char *path, const zoe_read_stats *stats,
                             zoe_error *error);

/* Closes. Returns CHANGED when the file is not what it was when it was opened. */
zoe_status zoe_exr_file_close(zoe_exr_file *file, zoe_error *error);

/* Turns a failed call on the file into a status and a text: the path, then what OpenEXR said last
 * on this thread. */
zoe_status zoe_exr_file_error(const zoe_exr_file *file, exr_result_t result, zoe_error *error);

/* Before a call whose message shall not be mixed up with that of an earlier one. */
void zoe_exr_file_forget_message(void);

/* Reads bytes at an offset, timed. Returns what was read, or -1. */
int64_t zoe_exr_file_read(zoe_exr_file *file, void *buffer, size_t bytes, uint64_t offset);

#endif
