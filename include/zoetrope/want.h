/*
 * Wants: what the user wants next of a sequence. Tier 1: includes status.h.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_WANT_H
#define ZOETROPE_WANT_H

#include <stdint.h>

#include <zoetrope/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum zoe_loop_mode {
    ZOE_LOOP = 0,      /* … out - 1, out, in, in + 1 … */
    ZOE_PING_PONG = 1, /* … out - 1, out, out - 1 …; the ends are shown once a turn */
    ZOE_ONCE = 2,      /* stops at the end */
} zoe_loop_mode;

typedef enum zoe_strategy {
    ZOE_STRATEGY_AUTO = 0,    /* forward while playing, spiral while stopped */
    ZOE_STRATEGY_SPIRAL = 1,  /* playhead, +1, -1, +2, -2 … within the work area; the other sign
                                 first where direction is -1 */
    ZOE_STRATEGY_FORWARD = 2, /* in play order, wrapping as the loop mode says */
} zoe_strategy;

/* The most that zoe_want.delay may be: far below where next uses would overflow. */
#define ZOE_DELAY_MAX ((int64_t)1 << 48)

/*
 * What is wanted of one sequence. All frames are positions (sequence.h). There are no defaults:
 * values outside the ranges below are refused (ERROR_ARGUMENT) where a want is set.
 * Thread-safety: a plain value; one thread at a time.
 */
typedef struct zoe_want {
    int64_t playhead;  /* wanted first, wherever it lies; 0..count-1 */
    int64_t in, out;   /* work area, inclusive; 0 <= in <= out < count. Only it is preloaded */
    int32_t direction; /* +1 or -1: which way is next; 0 is +1 */
    int32_t playing;   /* 1 while playing; used by ZOE_STRATEGY_AUTO */
    zoe_loop_mode loop;
    zoe_strategy strategy;
    int64_t delay; /* steps until the playhead's frame is needed: 0 for what is on screen, more for
                      a sequence that comes later (the next shot of a cut). 0..ZOE_DELAY_MAX */
    double rate;   /* steps a second that pass whether or not frames are ready: play in real time.
                      The engine then begins frames that can still be in time. 0: the playhead
                      waits for its frame, and that comes before everything else */
    int32_t idle;  /* 1: nothing is wanted; frames stay in memory, ordered by last use. All else is
                      ignored */
} zoe_want;

#ifdef __cplusplus
}
#endif

#endif
