/*
 * EXR files opened by the decoder in memory of exactly the size that it asks for, so that a
 * sanitizer sees one byte too much.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef OPEN_EXR_H
#define OPEN_EXR_H

#include "exr/decode.h"

typedef struct open_exr_file {
    void *file; /* NULL: not open */
    void *memory;
} open_exr_file;

/* Asks without memory first, which must fail, and then with what is wanted, which must be enough:
 * ends the program when either is not so. `stats` may be NULL. */
zoe_status open_exr(const char *path, const zoe_choice *choice, uint64_t limit,
                    const zoe_read_stats *stats, zoe_picture *picture, open_exr_file *opened,
                    zoe_error *error);

/* Closes, and frees the memory. */
zoe_status close_exr(open_exr_file *opened);

#endif
