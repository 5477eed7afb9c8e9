/*
 * The EXR files of a folder, put in classes: files whose names differ in the number only. One pass
 * over the folder, no look at the files themselves.
 *
 * Folders are left out, and so are names that begin with a dot (macOS leaves "._name" beside each
 * file on network storage), unless the file that is asked for has such a name, or they are asked
 * for.
 *
 * Thread-safety: a plain value; one thread at a time. Memory: about 16 bytes a file.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SEQUENCE_SCAN_H
#define ZOE_SEQUENCE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>
#include <zoetrope/storage.h>

#include "sequence/pattern.h"

typedef struct zoe_scan_class {
    char *prefix;     /* the whole name for a file without a number; owned */
    char *suffix;     /* extension included, in lower case; "" for a file without a number; owned */
    bool is_numbered; /* false: one file, without a number in its name */
    zoe_numeral *files; /* [count], in the folder's order; owned */
    size_t count;
    size_t capacity;
} zoe_scan_class;

/* What to look for beside the classes. Every pointer may be NULL and must outlive the scan. */
typedef struct zoe_scan_query {
    const char *name; /* a file's whole name: is it there? */
    /* Names that are prefix, number, suffix: two readings of one pattern. */
    const char *prefix[2];
    size_t prefix_length[2];
    const char *suffix;
    bool with_hidden; /* names that begin with a dot are put in classes too */
} zoe_scan_query;

typedef struct zoe_scan {
    zoe_scan_class *classes; /* [count]; owned */
    size_t count;
    size_t capacity;
    uint32_t *table; /* open hashing: index into classes + 1, 0 free; owned */
    size_t table_size;
    size_t last;              /* the class that was found last */
    bool name_seen;           /* the query's name is in the folder */
    zoe_scan_class picked[2]; /* what the query's two readings match; prefix and suffix are NULL */
} zoe_scan;

/*
 * Reads the folder. Blocks. *scan is to be freed with zoe_scan_free() also after a failure. Errors:
 * NOT_FOUND, PERMISSION, IO, NO_MEMORY, for URLs also UNSUPPORTED; the text names the folder.
 */
zoe_status zoe_scan_folder(zoe_storage *storage, const char *folder, const zoe_scan_query *query,
                           zoe_scan *scan, zoe_error *error);

/* Puts one name where it belongs, for those who read the folder themselves: *scan is all 0 before
 * the first. false when memory is out. */
bool zoe_scan_add(zoe_scan *scan, const zoe_scan_query *query, const char *name);

/* Adds a number to what the query's first reading matches, as if a file of it were in the folder.
 * false when memory is out. */
bool zoe_scan_pretend(zoe_scan *scan, const zoe_numeral *numeral);

/* Frees what the scan owns and clears it. */
void zoe_scan_free(zoe_scan *scan);

/* The class of that prefix and suffix (lower-case extension), or NULL. */
const zoe_scan_class *zoe_scan_find(const zoe_scan *scan, const char *prefix, size_t prefix_length,
                                    const char *suffix);

/*
 * The paddings that a class's files are written with, in ascending order; at most ZOE_DIGITS_MAX of
 * them. A number without leading zeros tells nothing by itself: it goes with the padded ones if it
 * can, and what is left makes a sequence of its own, padded as its shortest number is. Returns how
 * many.
 */
int zoe_scan_paddings(const zoe_scan_class *class, int paddings[ZOE_DIGITS_MAX]);

#endif
