/*
 * A first look at an EXR file's header, before OpenEXR reads it. It answers three questions:
 *
 *   - Is the header one that OpenEXR reads as it is declared? Where an attribute's value is shorter
 *     than the declared size, or not what its type says, OpenEXR (before 3.3) goes on parsing in
 *     the middle of the value. What stands there would be read without having been looked at, so
 *     such headers are refused.
 *   - Does it stay within the limits below? OpenEXR sorts a part's attributes and channels by
 *     insertion, which takes n² steps.
 *   - How much memory does reading it take, at most? See zoe_exr_outline.
 *
 * The look takes some 40 KB of stack and reads in pieces of 4 KB; it allocates nothing.
 *
 * Thread-safety: any thread. Format: "OpenEXR File Layout" (openexr.com).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_SCAN_H
#define ZOE_EXR_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

/* What a file's header may have, all its parts together where nothing else is said. */
enum {
    ZOE_EXR_PARTS_MAX = 4096,
    ZOE_EXR_CHANNELS_MAX = 16384,
    /* In a list that is not sorted by name, as it should be. */
    ZOE_EXR_UNSORTED_CHANNELS_MAX = 2048,
    /* Of channels' names, in OpenEXR, where nothing stops it: 0.1 s of work. Enough for 5,793
     * channels in one part, 4,096 where their names have 32 letters and more, and for more in
     * several parts. */
    ZOE_EXR_COMPARISONS_MAX = 16 << 20,
    ZOE_EXR_ATTRIBUTES_MAX = 16384,
    ZOE_EXR_PART_ATTRIBUTES_MAX = 2048, /* in one part */
    ZOE_EXR_STRINGS_MAX = 65536,        /* in lists of strings */
    ZOE_EXR_HEADER_BYTES_MAX = 64 << 20,
};

/* What the look has found out. */
typedef struct zoe_exr_outline {
    uint64_t end;         /* offset of the first byte behind the header, where the tables of chunk
                             offsets begin */
    bool multipart;       /* chunks begin with their part's number */
    bool hides_deep_flag; /* for zoe_exr_hide_deep_flag() */
    int32_t part_count, attribute_count, channel_count;

    /* Bounds of what reading the header takes, in bytes of a zoe_blocks region. */
    uint64_t context_bytes;     /* OpenEXR's context, while the header is parsed */
    uint64_t channel_names;     /* names of all channels, kept */
    uint64_t attribute_texts;   /* names, types and values of all attributes as text, kept */
    uint64_t longest_name;      /* of a part, a view, a channel; terminator included */
    uint64_t part_names;        /* the parts' names and views, kept */
    uint64_t chunk_table_bytes; /* the largest table of chunk offsets that a picture can need; no
                                   more than the file has */
} zoe_exr_outline;

/* Reads up to `bytes` at an offset: what was read (less only at the file's end), or -1. */
typedef int64_t zoe_exr_read_fn(void *user, void *buffer, size_t bytes, uint64_t offset);

/*
 * Looks at the header that `read` gives. `file_bytes` is the file's size. On success *outline is
 * filled in. The error's text begins with `name`. Errors: NOT_EXR, TRUNCATED, CORRUPT, TOO_LARGE
 * (the text says which limit), UNSUPPORTED (a version or compression that the OpenEXR library does
 * not know), IO.
 */
zoe_status zoe_exr_scan(zoe_exr_read_fn *read, void *user, uint64_t file_bytes, const char *name,
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
