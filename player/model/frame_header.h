/*
 * Frame header: the header of one frame's file.
 *
 * Thread-safety: any thread. Blocks on the file.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FRAME_HEADER_H
#define ZOETROPE_PLAYER_FRAME_HEADER_H

#include <stdint.h>

#include <zoetrope/header.h>
#include <zoetrope/sequence.h>

/* As zoe_header_read(), of the file at a position of a sequence; a position without a file is
 * MISSING. *header is the caller's to free, NULL on failure. */
zoe_status zoe_frame_header_read(const zoe_sequence *sequence, int64_t position,
                                 zoe_header **header, zoe_error *error);

#endif
