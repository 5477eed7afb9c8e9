/*
 * Transport: which frame to show when. Tier 2: includes status.h and want.h.
 *
 * A pure state machine: it has no clock and no threads, and knows nothing of the engine. The caller
 * gives it the time and says whether a frame is ready; it answers which frame to show and when to
 * ask again.
 *
 * Times are nanoseconds of any monotonic clock that the caller uses throughout. A *run* is a
 * stretch of play at one speed and rate. Frame times are exact: the n-th frame of a run is due
 *
 *   n x denominator / (numerator x |speed|) seconds
 *
 * after its start, rounded down to a nanosecond, so that 24000/1001 does not drift. A run begins
 * with play, a seek, a change of speed or rate, a change to real time, and, where every frame is
 * shown, with a frame that comes a whole frame time late or more.
 *
 * Thread-safety: a plain value; one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_TRANSPORT_H
#define ZOETROPE_TRANSPORT_H

#include <stdint.h>

#include <zoetrope/status.h>
#include <zoetrope/want.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum zoe_policy {
    ZOE_POLICY_EVERY_FRAME = 0, /* wait for each frame; time stretches */
    ZOE_POLICY_REAL_TIME = 1,   /* keep time; frames whose time passes before they are ready are
                                   skipped */
} zoe_policy;

enum {
    ZOE_TRANSPORT_SPEED_MAX = 32, /* times the rate, in either direction */
    ZOE_TRANSPORT_HISTORY = 128,  /* shown frames that the measured rate looks back on */
};

#define ZOE_NEVER UINT64_MAX

/* Says whether a position can be shown now: 0 or not 0. Called by zoe_transport_update() only, on
 * the thread that called that; it may not call the transport. */
typedef int zoe_ready_fn(void *user, int64_t position);

/*
 * All fields are the transport's own: read them, change them through the functions below.
 */
typedef struct zoe_transport {
    int64_t count;          /* positions, 1 or more */
    int64_t in, out;        /* work area, inclusive */
    int64_t playhead;       /* the position that should be on screen; while waiting, the one that is
                               waited for */
    int64_t shown;          /* the last position that was ready and shown; -1: none yet */
    int32_t rate_numerator; /* frames a second: numerator / denominator */
    int32_t rate_denominator;
    int32_t speed;     /* 0: stopped; else the rate times this, negative for backward */
    int32_t direction; /* the last direction of play or step: +1 or -1. Ping-pong turns it */
    zoe_loop_mode loop;
    zoe_policy policy;
    uint64_t origin_ns;   /* when frame 0 of the present run was due */
    uint64_t steps;       /* frames since origin_ns, the present one included */
    uint64_t skipped;     /* frames that real time left out, in all. A loop wrap is not a skip */
    uint64_t shown_count; /* frames shown while playing, in all */
    uint64_t late_count;  /* of those, shown later than half a frame time after they were due */
    uint64_t loops;       /* wraps and ping-pong turns, in all */
    /* A ring: when the last frames were shown while playing. */
    uint64_t history[ZOE_TRANSPORT_HISTORY];
    uint32_t history_count; /* filled entries */
    uint32_t history_next;  /* where the next goes */
} zoe_transport;

/* What zoe_transport_update() answers. */
typedef struct zoe_transport_step {
    int64_t show;     /* position to have on screen now: the playhead if it is ready, else the last
                         shown; -1: nothing yet */
    int64_t want;     /* the playhead: what the engine should bring first */
    uint64_t wake_ns; /* ask again at this time, or sooner when a frame gets ready; ZOE_NEVER: only
                         when something changes */
    int32_t waiting;  /* 1: the playhead's frame is not ready */
    int32_t ended;    /* 1: ZOE_ONCE reached its end with this call and playing stopped */
} zoe_transport_step;

/* A stopped transport at position 0, work area all, 24 frames a second, loop, every frame. The
 * count is brought into 1..2^62 - 1. */
ZOE_API void zoe_transport_init(zoe_transport *transport, int64_t count);

/* Frames a second; values that are not positive are ignored. The frame now on screen keeps its due
 * time. */
ZOE_API void zoe_transport_set_rate(zoe_transport *transport, int32_t numerator,
                                    int32_t denominator);

/* Work area; clamped to the sequence and ordered. A playhead outside is left there until play takes
 * its next step. That step enters the area at the end that play comes to first. Where play runs
 * away from the area, ZOE_LOOP enters at the opposite end; the other modes go back to the nearer
 * one, and ping-pong turns there. */
ZOE_API void zoe_transport_set_area(zoe_transport *transport, int64_t in, int64_t out);

/* The sequence has other positions: `count` of them now, of which `shift` were added in front (or,
 * if negative, went there). Playhead and work area go along with their frames, and are clamped; an
 * area of all positions stays that. Playing goes on in its time. The count as in
 * zoe_transport_init(). */
ZOE_API void zoe_transport_recount(zoe_transport *transport, int64_t count, int64_t shift);

/* Takes effect at the next step. When ping-pong ends while playing backwards through a turn, play
 * goes on in the direction of the speed. */
ZOE_API void zoe_transport_set_loop(zoe_transport *transport, zoe_loop_mode loop);

/* Going to real time starts a new run at now_ns. */
ZOE_API void zoe_transport_set_policy(zoe_transport *transport, zoe_policy policy, uint64_t now_ns);

/* Plays at that speed from now on; 0 stops. Clamped to +-ZOE_TRANSPORT_SPEED_MAX. Without effect
 * when it plays at that speed, and in its direction, already. From a stop at the end of the work
 * area, ZOE_ONCE starts again from the other end. */
ZOE_API void zoe_transport_play(zoe_transport *transport, int32_t speed, uint64_t now_ns);

/* Jumps; clamped to the sequence. Playing goes on from there. */
ZOE_API void zoe_transport_seek(zoe_transport *transport, int64_t position, uint64_t now_ns);

/* Stops and moves by `frames`: wrapping at the work area's ends when the loop mode is ZOE_LOOP and
 * the playhead is inside, else as far as the sequence goes. 0 only stops. */
ZOE_API void zoe_transport_step_by(zoe_transport *transport, int64_t frames, uint64_t now_ns);

/* What to show now. Advances the playhead as far as time and policy say, then asks `ready` once,
 * about the playhead. *step is filled in. */
ZOE_API void zoe_transport_update(zoe_transport *transport, uint64_t now_ns, zoe_ready_fn *ready,
                                  void *user, zoe_transport_step *step);

/* Steps a second that pass whether or not frames are ready, for zoe_want.rate: 0 when stopped and
 * under ZOE_POLICY_EVERY_FRAME. */
ZOE_API double zoe_transport_step_rate(const zoe_transport *transport);

/* Frames a second as shown while playing: over the last second, or over the last three frames where
 * that is longer, up to ten seconds. 0 when stopped or when fewer than two frames were shown. */
ZOE_API double zoe_transport_measured_rate(const zoe_transport *transport, uint64_t now_ns);

#ifdef __cplusplus
}
#endif

#endif
