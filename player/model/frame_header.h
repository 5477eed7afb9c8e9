/*
 * Frame header: the header of one frame's file.
 *
 * Thread-safety: any thread; a kept header is one thread's.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FRAME_HEADER_H
#define ZOETROPE_PLAYER_FRAME_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/header.h>
#include <zoetrope/sequence.h>

#include "model/task.h"

/* Blocks. As zoe_header_read(), of the file at a position of a sequence; a position without a file
 * is MISSING. *header is the caller's to free, NULL on failure. */
zoe_status zoe_frame_header_read(const zoe_sequence *sequence, int64_t position,
                                 zoe_header **header, zoe_error *error);

/*
 * The header of the frame on screen, kept for pages that show it. Begin with all zero but the hub.
 *
 * Reading may take long: it is done on a thread, and the header that was there is kept meanwhile;
 * not for longer than ZOE_HEADER_LATE_NS, though, after which there is none. What is read of a
 * frame that was left is dropped.
 */
typedef struct zoe_kept_header {
    zoe_task_hub *hub;  /* whose thread reads; NULL: the caller's own */
    zoe_header *header; /* NULL: none; `error` says why, where it was read */
    zoe_error error;
    char path[4096];     /* of its file; "": its position has none */
    int64_t number;      /* of its frame */
    uint64_t generation; /* of the frame it was read for; 0: none was shown */
    bool is_read;        /* false: nothing was read yet, or it takes long */

    /* while it is being read */
    zoe_task *task; /* NULL: it is not */
    struct zoe_header_job *job;
    uint64_t late_ns; /* when the old one goes; ZOE_NEVER: it went */
} zoe_kept_header;

enum { ZOE_HEADER_LATE_NS = 200000000 };

/* Has the header at a position read where that is another file than before, or another generation
 * of it, and takes what was read. Returns true if what is kept is another one, or none any more. */
bool zoe_kept_header_follow(zoe_kept_header *kept, const zoe_sequence *sequence, int64_t position,
                            uint64_t generation);

/* Whether following would take something now. */
bool zoe_kept_header_is_ready(const zoe_kept_header *kept);

/* Lets go of it; all but the hub is zero again. Waits for nothing. */
void zoe_kept_header_drop(zoe_kept_header *kept);

#endif
