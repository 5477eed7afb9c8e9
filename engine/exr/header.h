/*
 * The one interpretation of a header: what zoe_header_read() gives out, and what the decoder makes
 * its geometry of. It stands in the caller's memory and no longer needs OpenEXR's context.
 *
 * Thread-safety: does not change once it was made; any number of threads may read it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_HEADER_H
#define ZOE_EXR_HEADER_H

#include <zoetrope/header.h>

#include "exr/file.h"

typedef struct zoe_exr_header {
    zoe_header header;     /* first: its address is the whole's */
    const int32_t *ranks;  /* [layer_count], as zoe_exr_layer_fn is told them */
    const bool *rounds_up; /* [part_count]: the sizes of a tiled part's levels */
} zoe_exr_header;

/* Bytes of a region that making one takes, at most; `texts` as below. */
uint64_t zoe_exr_header_bytes(const zoe_exr_outline *outline, bool texts);

/*
 * Makes it of a parsed file. What it points to is kept in `blocks`. Attributes as text are only
 * made where `texts` asks for them; without, parts have none. Errors: CORRUPT, TOO_SMALL (`blocks`
 * is used up); the text names the file.
 */
zoe_status zoe_exr_header_make(zoe_exr_header *header, const zoe_exr_file *file, zoe_blocks *blocks,
                               bool texts, zoe_error *error);

/* The part's type. */
static inline bool zoe_exr_part_is_tiled(const zoe_part *part)
{
    return part->type == ZOE_PART_TILED || part->type == ZOE_PART_DEEP_TILED;
}

static inline bool zoe_exr_part_is_deep(const zoe_part *part)
{
    return part->type == ZOE_PART_DEEP_SCANLINE || part->type == ZOE_PART_DEEP_TILED;
}

#endif
