/*
 * Frame header: the header of one frame's file.
 *
 * Thread-safety: any thread. Blocks on the file.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FRAME_HEADER_H
#define ZOETROPE_PLAYER_FRAME_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/header.h>
#include <zoetrope/sequence.h>

/* As zoe_header_read(), of the file at a position of a sequence; a position without a file is
 * MISSING. *header is the caller's to free, NULL on failure. */
zoe_status zoe_frame_header_read(const zoe_sequence *sequence, int64_t position,
                                 zoe_header **header, zoe_error *error);

/* The header of the frame on screen, kept for pages that show it. Begin with all zero. */
typedef struct zoe_kept_header {
    zoe_header *header; /* NULL: none; `error` says why, unless nothing was read yet */
    zoe_error error;
    char path[4096];     /* of its file; "": its position has none */
    int64_t number;      /* of its frame */
    uint64_t generation; /* of the frame it was read for; 0: none was shown */
    bool is_read;        /* false: nothing was read yet */
} zoe_kept_header;

/* Reads the header at a position where that is another file than before, or another generation of
 * it. Returns true if it was read, or could not be. Blocks on the file. */
bool zoe_kept_header_follow(zoe_kept_header *kept, const zoe_sequence *sequence, int64_t position,
                            uint64_t generation);

/* Lets go of it; all is zero again. */
void zoe_kept_header_drop(zoe_kept_header *kept);

#endif
