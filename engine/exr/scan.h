/*
 * A first look at an EXR file's header, before OpenEXR reads it: is it an EXR file, does the header
 * end inside the file, and does it declare no more than the limits? OpenEXR allocates what a header
 * declares, and sorts attributes as they come; this keeps both in bounds.
 *
 * The look takes a few kilobytes of stack and reads in pieces of that size; it allocates nothing.
 *
 * Thread-safety: any thread. Format: "OpenEXR File Layout" (openexr.com).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_CHECK_H
#define ZOE_EXR_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

/* What a file's header may have, all its parts together. */
enum {
    ZOE_EXR_PARTS_MAX = 4096,
    ZOE_EXR_CHANNELS_MAX = 16384,
    ZOE_EXR_ATTRIBUTES_MAX = 65536,
    ZOE_EXR_STRINGS_MAX = 65536, /* in lists of strings */
    ZOE_EXR_HEADER_BYTES_MAX = 64 << 20,
};

/* What the look has found out. */
typedef struct zoe_exr_outline {
    uint64_t end;         /* offset of the first byte behind the header, where the tables of chunk
                             offsets begin */
    bool multipart;       /* chunks begin with their part's number */
    bool hides_deep_flag; /* for zoe_exr_hide_deep_flag() */
} zoe_exr_outline;

/* Reads up to `bytes` at an offset: what was read (less only at the file's end), or -1. */
typedef int64_t zoe_exr_read_fn(void *user, void *buffer, size_t bytes, uint64_t offset);

/*
 * Checks the header that `read` gives. `file_bytes` is the file's size. On success *outline is
 * filled in. The error's text begins with `name`. Errors: NOT_EXR, TRUNCATED, CORRUPT, TOO_LARGE,
 * UNSUPPORTED (a version or compression that the OpenEXR library does not know), IO.
 */
zoe_status zoe_exr_check(zoe_exr_read_fn *read, void *user, uint64_t file_bytes, const char *name,
                         zoe_exr_outline *outline, zoe_error *error);

/*
 * For bytes of the file on their way to OpenEXR, `count` from `offset` on. Where the file's flags
 * say that there are deep parts, OpenEXR's C library wants the attribute "version" of flat ones
 * too, and its C++ library does not write it: many a file with both would be refused. Parts are
 * deep by their type, so the flag is hidden in files of several parts, unless a deep one has no
 * version or one that is not known.
 */
void zoe_exr_hide_deep_flag(const zoe_exr_outline *outline, uint8_t *bytes, size_t count,
                            uint64_t offset);

#endif
