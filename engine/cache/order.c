#include "cache/order.h"

bool zoe_want_is_spiral(const zoe_want *want)
{
    if (want->strategy == ZOE_STRATEGY_AUTO)
        return !want->playing;
    return want->strategy == ZOE_STRATEGY_SPIRAL;
}

static int64_t sign(const zoe_want *want)
{
    return want->direction < 0 ? -1 : 1;
}

static bool inside(const zoe_want *want, int64_t position)
{
    return position >= want->in && position <= want->out;
}

/* Where the order starts in the work area: the playhead, or the end at which play would enter: on a
 * circle the one that play comes to first, else the nearer. */
static int64_t entry(const zoe_want *want)
{
    if (inside(want, want->playhead))
        return want->playhead;
    if (zoe_want_is_cyclic(want))
        return sign(want) > 0 ? want->in : want->out;
    return want->playhead < want->in ? want->in : want->out;
}

static int64_t modulo(int64_t a, int64_t n)
{
    int64_t r = a % n;
    return r < 0 ? r + n : r;
}

zoe_status zoe_want_check(const zoe_want *want, int64_t count)
{
    if (want->idle)
        return ZOE_OK;
    bool ok = want->playhead >= 0 && want->playhead < count && want->in >= 0 &&
              want->in <= want->out && want->out < count && want->delay >= 0 &&
              want->delay <= ZOE_DELAY_MAX && want->direction >= -1 && want->direction <= 1 &&
              want->loop >= ZOE_LOOP && want->loop <= ZOE_ONCE &&
              want->strategy >= ZOE_STRATEGY_AUTO && want->strategy <= ZOE_STRATEGY_FORWARD;
    return ok ? ZOE_OK : ZOE_ERROR_ARGUMENT;
}

/* ---- the order from a position inside the work area ---- */

static int64_t area_span(const zoe_want *want, int64_t from)
{
    int64_t n = want->out - want->in + 1;
    if (zoe_want_is_spiral(want) || want->loop == ZOE_LOOP)
        return n;
    if (want->loop == ZOE_PING_PONG)
        return n > 1 ? 2 * (n - 1) : 1;
    return sign(want) > 0 ? want->out - from + 1 : from - want->in + 1;
}

/* A turn of ping-pong has 2 (n - 1) steps; this is the step at which `from` is passed in the
 * present direction. */
static int64_t turn_phase(const zoe_want *want, int64_t from)
{
    int64_t turn = 2 * (want->out - want->in);
    return sign(want) > 0 ? from - want->in : modulo(turn - (from - want->in), turn);
}

/* The shorter of the distances from `from` to the two ends: as far as a spiral has two arms. */
static int64_t two_arms(const zoe_want *want, int64_t from)
{
    int64_t left = from - want->in, right = want->out - from;
    return left < right ? left : right;
}

static int64_t spiral_at(const zoe_want *want, int64_t from, int64_t k)
{
    int64_t both = two_arms(want, from);
    if (k <= 2 * both) {
        int64_t distance = (k + 1) / 2;
        return from + (k % 2 ? distance : -distance) * sign(want);
    }
    int64_t side = want->out - from > both ? 1 : -1;
    return from + side * (k - both);
}

static int64_t area_at(const zoe_want *want, int64_t from, int64_t k)
{
    int64_t n = want->out - want->in + 1;
    if (zoe_want_is_spiral(want))
        return spiral_at(want, from, k);
    if (want->loop == ZOE_LOOP)
        return want->in + modulo(from - want->in + sign(want) * k, n);
    if (want->loop == ZOE_ONCE)
        return from + sign(want) * k;
    if (n == 1)
        return from;
    int64_t turn = 2 * (n - 1);
    int64_t phase = (turn_phase(want, from) + k) % turn;
    return want->in + (phase < n ? phase : turn - phase);
}

static int64_t area_use(const zoe_want *want, int64_t from, int64_t position)
{
    int64_t ahead = (position - from) * sign(want);
    if (zoe_want_is_spiral(want)) {
        int64_t both = two_arms(want, from);
        int64_t distance = ahead < 0 ? -ahead : ahead;
        if (distance > both)
            return both + distance;
        return ahead > 0 ? 2 * distance - 1 : 2 * distance;
    }
    if (want->loop == ZOE_LOOP)
        return modulo(ahead, want->out - want->in + 1);
    if (want->loop == ZOE_ONCE)
        return ahead >= 0 ? ahead : ZOE_NO_USE;
    if (want->out == want->in)
        return 0;
    int64_t turn = 2 * (want->out - want->in);
    int64_t phase = turn_phase(want, from);
    int64_t up = modulo(position - want->in - phase, turn);
    int64_t down = modulo(turn - (position - want->in) - phase, turn);
    return up < down ? up : down;
}

/* ---- with the playhead ---- */

int64_t zoe_want_span(const zoe_want *want)
{
    if (want->idle)
        return 0;
    int64_t outside = inside(want, want->playhead) ? 0 : 1;
    return outside + area_span(want, entry(want));
}

int64_t zoe_want_at(const zoe_want *want, int64_t k)
{
    if (k == 0)
        return want->playhead;
    int64_t outside = inside(want, want->playhead) ? 0 : 1;
    return area_at(want, entry(want), k - outside);
}

int64_t zoe_want_next_use(const zoe_want *want, int64_t position)
{
    if (want->idle)
        return ZOE_NO_USE;
    if (position == want->playhead)
        return want->delay;
    if (!inside(want, position))
        return ZOE_NO_USE;
    int64_t use = area_use(want, entry(want), position);
    if (use == ZOE_NO_USE)
        return use;
    return use + want->delay + (inside(want, want->playhead) ? 0 : 1);
}

/* ---- runs ---- */

static int add_run(zoe_want_run *runs, int n, int64_t first, int64_t last, zoe_want_trend trend)
{
    if (first > last)
        return n;
    runs[n] = (zoe_want_run){first, last, trend};
    return n + 1;
}

/* Positions outside the work area: only the playhead has a next use. */
static int add_outside(const zoe_want *want, zoe_want_run *runs, int n, int64_t first, int64_t last)
{
    int64_t playhead = want->playhead;
    if (playhead < first || playhead > last)
        return add_run(runs, n, first, last, ZOE_USE_NONE);
    n = add_run(runs, n, first, playhead - 1, ZOE_USE_NONE);
    n = add_run(runs, n, playhead, playhead, ZOE_USE_RISES);
    return add_run(runs, n, playhead + 1, last, ZOE_USE_NONE);
}

int zoe_want_runs(const zoe_want *want, int64_t count, zoe_want_run runs[ZOE_WANT_RUNS_MAX])
{
    if (want->idle)
        return add_run(runs, 0, 0, count - 1, ZOE_USE_NONE);
    /* Ping-pong and spiral come to both sides from the entry outwards: below it next uses fall,
     * above it they rise. A circle enters the other side from its far end; "once" never does. */
    zoe_want_trend below = ZOE_USE_FALLS, above = ZOE_USE_RISES;
    zoe_want_trend *behind = sign(want) > 0 ? &below : &above;
    if (zoe_want_is_cyclic(want))
        *behind = sign(want) > 0 ? ZOE_USE_RISES : ZOE_USE_FALLS;
    else if (!zoe_want_is_spiral(want) && want->loop == ZOE_ONCE)
        *behind = ZOE_USE_NONE;
    /* The entry belongs to the part that is ahead. */
    int64_t split = sign(want) > 0 ? entry(want) : entry(want) + 1;
    int n = add_outside(want, runs, 0, 0, want->in - 1);
    n = add_run(runs, n, want->in, split - 1, below);
    n = add_run(runs, n, split, want->out, above);
    return add_outside(want, runs, n, want->out + 1, count - 1);
}

/* ---- kinds of order ---- */

bool zoe_want_is_cyclic(const zoe_want *want)
{
    return !want->idle && !zoe_want_is_spiral(want) && want->loop == ZOE_LOOP;
}

/* Does the order go on as it did, now that play has moved by `steps`? Only a ping-pong order
 * depends on more than where it is. */
static bool keeps_direction(const zoe_want *from, const zoe_want *to, int64_t steps)
{
    if (from->loop != ZOE_PING_PONG)
        return sign(from) == sign(to);
    int64_t turn = 2 * (from->out - from->in);
    if (turn == 0)
        return true;
    /* The step from outside to the entry is none within the turn. */
    if (!inside(from, from->playhead) && inside(to, to->playhead))
        steps = 0;
    return turn_phase(to, entry(to)) == (turn_phase(from, entry(from)) + steps) % turn;
}

int64_t zoe_want_lead(const zoe_want *want, uint64_t decode_ns)
{
    if (want->idle || !want->playing || !(want->rate > 0) || zoe_want_is_spiral(want))
        return 0;
    double steps = want->rate * (double)decode_ns / 1e9 + 1;
    double most = (double)(want->out - want->in) / 2;
    return (int64_t)(steps < most ? steps : most);
}

/* The same order, but for where it starts and which way ping-pong goes? */
static bool is_same_course(const zoe_want *from, const zoe_want *to)
{
    return !from->idle && !to->idle && from->in == to->in && from->out == to->out &&
           from->loop == to->loop && zoe_want_is_spiral(from) == zoe_want_is_spiral(to);
}

bool zoe_want_is_advance(const zoe_want *from, const zoe_want *to)
{
    return is_same_course(from, to) && from->delay == to->delay && from->playing && to->playing &&
           !zoe_want_is_spiral(to) && (sign(from) == sign(to) || to->loop == ZOE_PING_PONG);
}

bool zoe_want_is_step(const zoe_want *from, const zoe_want *to)
{
    if (!is_same_course(from, to))
        return false;
    /* The next sequence of a cut gets nearer while the one before it plays. */
    if (from->delay != to->delay)
        return from->playhead == to->playhead && sign(from) == sign(to) &&
               from->delay == to->delay + 1;
    if (zoe_want_is_spiral(from)) {
        int64_t moved = to->playhead - from->playhead;
        return moved >= -1 && moved <= 1;
    }
    if (to->playhead == from->playhead)
        return keeps_direction(from, to, 0);
    return zoe_want_span(from) > 1 && zoe_want_at(from, 1) == to->playhead &&
           keeps_direction(from, to, 1);
}
