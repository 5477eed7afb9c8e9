/*
 * An EXR file that is open: where its bytes come from, what the scan found out of its header
 * (exr/scan.h), and OpenEXR's context as long as it is needed, read through our own hooks and held
 * in memory that the caller gives.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_FILE_H
#define ZOE_EXR_FILE_H

#include <stdatomic.h>

#include <openexr.h>

#include "base/decoder.h"
#include "exr/scan.h"
#include "memory/blocks.h"
#include "storage/storage.h"

/* Holds the header and the table of chunk offsets of ordinary files; 8 pages. */
enum { ZOE_EXR_HEAD_BYTES = 32768 };

/* Of a text that says why a file cannot be read. */
enum { ZOE_EXR_WHY_BYTES = 256 };

/* Thread-safety: once the head was forgotten it does not change, but for the atomics; several
 * threads may read from it. */
typedef struct zoe_exr_file {
    const char *path; /* the caller's */
    zoe_storage_object object;
    zoe_read_stats stats;
    _Atomic int broken; /* 1 once reading failed, 2 once `why` says of what; not a short file, which
                           is another thing. Release after `why` was written by who made it 1 */
    zoe_status why;
    char why_text[ZOE_EXR_WHY_BYTES]; /* "": the status says it all */
    zoe_exr_outline outline;
    exr_context_t context; /* NULL: not parsed yet, or finished */
    uint8_t *head;         /* the caller's: ZOE_EXR_HEAD_BYTES; NULL: none */
    size_t head_bytes;     /* the file's first bytes, while it is being opened */
} zoe_exr_file;

/*
 * Opens the file and scans its header. `head`, which may be NULL, gets the file's first bytes, so
 * that the scan, OpenEXR's parser and usually the table of chunk offsets are read with one call. On
 * failure it is closed again. Errors: NOT_FOUND, PERMISSION, IO, ARGUMENT, NOT_EXR, CORRUPT,
 * TRUNCATED, TOO_LARGE, UNSUPPORTED; the text names the file.
 */
zoe_status zoe_exr_file_open(zoe_exr_file *file, zoe_storage *storage, const char *path,
                             const zoe_read_stats *stats, uint8_t *head, zoe_error *error);

/* The same of a file that is open already: takes over the object, which is closed on failure
 * too. The path is for texts alone. */
zoe_status zoe_exr_file_adopt(zoe_exr_file *file, const zoe_storage_object *object,
                              const char *path, const zoe_read_stats *stats, uint8_t *head,
                              zoe_error *error);

/*
 * Has OpenEXR parse the header; file->context lives in `blocks` until zoe_exr_file_finish(). The
 * file has to stay where it is meanwhile. Errors: CORRUPT, TRUNCATED, IO, UNSUPPORTED, and
 * TOO_SMALL when `blocks` is used up; the text names the file.
 */
zoe_status zoe_exr_file_parse(zoe_exr_file *file, zoe_blocks *blocks, zoe_error *error);

/* Gives the context's memory back. NULL contexts are accepted. */
void zoe_exr_file_finish(zoe_exr_file *file);

/* From now on reads go to the system, and the head's memory is free for other use. */
void zoe_exr_file_forget_head(zoe_exr_file *file);

/* Finishes and closes. Returns CHANGED when the file is not what it was when it was opened. */
zoe_status zoe_exr_file_close(zoe_exr_file *file, zoe_error *error);

/* Turns a failed call of OpenEXR's on the file into a status and a text: the path, then what
 * OpenEXR said last on this thread. `blocks`: where the call's memory came from; a refusal there is
 * TOO_SMALL, whatever OpenEXR took it for. */
zoe_status zoe_exr_file_error(const zoe_exr_file *file, exr_result_t result,
                              const zoe_blocks *blocks, zoe_error *error);

/* Before a call whose message shall not be mixed up with that of an earlier one. */
void zoe_exr_file_forget_message(void);

/* Reads bytes at an offset, timed. Returns what was read (less only where the file ends), or -1. */
int64_t zoe_exr_file_read(zoe_exr_file *file, void *buffer, size_t bytes, uint64_t offset);

/* "damaged file: what". Returns CORRUPT. */
zoe_status zoe_exr_file_damaged(const zoe_exr_file *file, const char *what, zoe_error *error);

/* Reading has failed: why, with the path. Returns the status. */
zoe_status zoe_exr_file_unreadable(const zoe_exr_file *file, zoe_error *error);

/* Has reading failed? */
static inline bool zoe_exr_file_is_broken(const zoe_exr_file *file)
{
    return atomic_load_explicit(&file->broken, memory_order_relaxed) != 0;
}

#endif
