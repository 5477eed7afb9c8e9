/*
 * The order in which a want needs its frames. Pure: no state, no locks.
 *
 * A want puts the positions it covers in an order, k = 0, 1, 2 …: the playhead first, then as the
 * strategy says. Two questions have closed answers, so that nobody keeps a queue: which position is
 * k-th, and when a position is needed.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_ORDER_H
#define ZOE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/want.h>

/* "Never": the next use of a position outside the want. */
#define ZOE_NO_USE INT64_MAX

/* ZOE_OK, or ARGUMENT when the want does not fit a sequence of `count` positions. */
zoe_status zoe_want_check(const zoe_want *want, int64_t count);

/* How many k there are; 0 for an idle want. In a ping-pong order positions stand twice. */
int64_t zoe_want_span(const zoe_want *want);

/* The k-th position, 0 <= k < span. */
int64_t zoe_want_at(const zoe_want *want, int64_t k);

/* The smallest k of a position plus the want's delay; ZOE_NO_USE when it has none. */
int64_t zoe_want_next_use(const zoe_want *want, int64_t position);

/* How many steps pass while a frame is decoded, which takes decode_ns, when time does not wait.
 * Half a sequence at most: what takes longer is late anyway. */
int64_t zoe_want_lead(const zoe_want *want, uint64_t decode_ns);

/* How next uses go along a run of positions. */
typedef enum zoe_want_trend {
    ZOE_USE_NONE,  /* no position of the run has a next use */
    ZOE_USE_RISES, /* each is needed later than the one before it */
    ZOE_USE_FALLS, /* each is needed sooner than the one before it */
} zoe_want_trend;

typedef struct zoe_want_run {
    int64_t first, last; /* positions, inclusive */
    zoe_want_trend trend;
} zoe_want_run;

/* The most runs there are: the playhead and what is on either side of it, outside the work area;
 * the two parts of the work area; and the positions on its other side. */
enum { ZOE_WANT_RUNS_MAX = 6 };

/* Splits positions 0 .. count - 1 into runs in ascending order; returns how many. The want fits
 * the count. No two positions have the same next use, but for ZOE_NO_USE: what is needed last of
 * any set with next uses is at an end of the set in one of the runs. */
int zoe_want_runs(const zoe_want *want, int64_t count, zoe_want_run runs[ZOE_WANT_RUNS_MAX]);

/* Is the order a spiral round the playhead, rather than one that play goes along? */
bool zoe_want_is_spiral(const zoe_want *want);

/* Is the order a circle that playback goes round: what was just shown is needed last? */
bool zoe_want_is_cyclic(const zoe_want *want);

/* Did playback go on: only the playhead moved, along the order of a want that is playing? */
bool zoe_want_is_advance(const zoe_want *from, const zoe_want *to);

/* Did only the playhead move, to the next position (or, while stopped, to either neighbour)? */
bool zoe_want_is_step(const zoe_want *from, const zoe_want *to);

#endif
