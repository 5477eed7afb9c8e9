/*
 * An EXR file that is open for decoding: OpenEXR's context, read through our own hooks.
 *
 * The file's first block is read once and kept while the file is being opened: the look at the
 * header (exr_check.h), OpenEXR's parser and usually the table of chunk offsets read from there.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_FILE_H
#define ZOE_EXR_FILE_H

#include <stdatomic.h>

#include <openexr.h>

#include "base/decoder.h"

/* Thread-safety: after zoe_exr_file_forget_head() it does not change, but for the atomics; several
 * threads may read from it. */
typedef struct zoe_exr_file {
    exr_context_t context;
    int fd;
    bool multipart;      /* chunks begin with their part's number */
    uint64_t header_end; /* offset of the first byte behind the header */
    uint8_t *head;       /* the file's first bytes, from the recycler; NULL once forgotten */
    size_t head_bytes;
    zoe_os_file_id id;
    zoe_read_stats stats;
    _Atomic int broken; /* relaxed: 1 once the system could not read; not a short file, which is
                           another thing */
    char path[ZOE_PATH_MAX];
} zoe_exr_file;

/* Opens and parses the header. On failure everything is closed again. Memory comes from the
 * thread's recycler. Errors: NOT_FOUND, PERMISSION, IO, NOT_EXR, CORRUPT, TRUNCATED, TOO_LARGE,
 * UNSUPPORTED, NO_MEMORY; the text names the file. */
zoe_status zoe_exr_file_open(zoe_exr_file *file, const char *path, const zoe_read_stats *stats,
                             zoe_error *error);

/* Gives the first block back: reads go to the system from now on. Before other threads read. */
void zoe_exr_file_forget_head(zoe_exr_file *file);

/* Closes. Returns CHANGED when the file is not what it was when it was opened. */
zoe_status zoe_exr_file_close(zoe_exr_file *file, zoe_error *error);

/* Turns a failed call on the file into a status and a text: the path, then what OpenEXR said last
 * on this thread. */
zoe_status zoe_exr_file_error(const zoe_exr_file *file, exr_result_t result, zoe_error *error);

/* Before a call whose message shall not be mixed up with that of an earlier one. */
void zoe_exr_file_forget_message(void);

/* Reads bytes at an offset, timed. Returns what was read (less only where the file ends), or -1. */
int64_t zoe_exr_file_read(zoe_exr_file *file, void *buffer, size_t bytes, uint64_t offset);

/* Has the system failed to read? */
static inline bool zoe_exr_file_is_broken(const zoe_exr_file *file)
{
    return atomic_load_explicit(&file->broken, memory_order_relaxed) != 0;
}

#endif
