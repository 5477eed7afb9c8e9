/*
 * Playing a clip without a screen: the transport says what to show when, frames are acquired and
 * held exactly as the window does, and what happened is counted.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_PLAYBACK_H
#define ZOETROPE_PLAYER_PLAYBACK_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <zoetrope/transport.h>
#include <zoetrope/want.h>

#include "model/args.h"
#include "commands/clip.h"

/* Told that a pass through the work area is over; `passes` counts from 1. */
typedef void zoe_playback_pass_fn(void *user, int64_t passes);

/* What to play; set by the caller. Positions. */
typedef struct zoe_playback_plan {
    int64_t in, out;    /* work area, inclusive */
    int64_t start;      /* first frame shown */
    int64_t passes;     /* through the work area, 1 or more; each ping-pong turn ends one */
    zoe_rate rate;      /* numerator 0: each frame as soon as it is ready */
    zoe_loop_mode loop; /* ZOE_ONCE with several passes starts again */
    zoe_policy policy;  /* only with a rate */
    zoe_strategy strategy;
    zoe_source
        *other; /* of the clip's engine: its frames of the same numbers are shown with those of
                          the clip, a pair when both are there; NULL: none */
    zoe_playback_pass_fn *pass; /* may be NULL */
    void *pass_user;
} zoe_playback_plan;

/* What happened. */
typedef struct zoe_playback_result {
    uint64_t plays;      /* frames shown */
    uint64_t hits;       /* of those, ready when first asked for */
    uint64_t misses;     /* of those, waited for */
    uint64_t on_time;    /* of those, shown no later than half a frame time after they were due;
                            without a rate: as hits */
    uint64_t late;       /* of those, later than that; without a rate: as misses */
    uint64_t incomplete; /* frames that were shown though their file lacks a part of them */
    uint64_t bad;        /* times a frame was due that cannot be shown: a gap or an error */
    uint64_t skipped;    /* left out to keep time */
    uint64_t no_room;    /* times the frame on screen was let go of before the next one was there,
                            since memory has no room for both */
    zoe_error tight;     /* why, the last time; status OK: never */
    uint64_t first_ns;   /* when the first frame was shown (zoe_now_ns() clock) */
    uint64_t last_ns;    /* when the last was */
    uint64_t start_ns, end_ns;
    bool interrupted;     /* a signal ended it */
    zoe_status *statuses; /* [clip->count] why each position could not be shown; ZOE_OK where it
                             could, or was never due */
} zoe_playback_result;

/*
 * Plays the plan to its end, or until the command is interrupted. Blocks. Fills *result, whose
 * statuses are the caller's to end with zoe_playback_result_free(); on failure there is nothing to
 * free. Errors: NO_MEMORY, ARGUMENT.
 */
zoe_status zoe_playback_run(zoe_clip *clip, const zoe_playback_plan *plan,
                            zoe_playback_result *result);

void zoe_playback_result_free(zoe_playback_result *result);

/* Puts `no_room` into the report and, where that is not 0, says on stderr and as `no_room_reason`
 * what one frame takes and which limit would do. */
void zoe_playback_report_room(json_t *report, const char *command,
                              const zoe_playback_result *result);

/* Frames a second as shown from first to last; 0 with fewer than two. */
double zoe_playback_rate(const zoe_playback_result *result);

#endif
