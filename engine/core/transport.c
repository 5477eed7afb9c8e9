#include <zoetrope/transport.h>

#include <stdbool.h>
#include <string.h>

/*
 * A run is a stretch of play at one speed and rate. Its frame n is due at origin_ns + n periods,
 * and the playhead is its frame steps - 1. Every frame is due by that one multiplication, so that
 * no error adds up however long the run.
 *
 * Whether the playhead's frame has had its turn on screen is `shown == playhead`.
 *
 * Under every-frame, a frame that comes a whole period late or more starts a new run: what the wait
 * cost is not caught up by racing. Smaller delays, such as a window system's, keep the run, so that
 * they do not add up to a slower rate.
 */

enum { NS_PER_SECOND = 1000000000 };

/* Two positions can be added, and an area's length to one. */
static const int64_t COUNT_MAX = INT64_MAX / 2;

/* Products of a time and a rate need more than 64 bits. */
__extension__ typedef unsigned __int128 wide;

/* One period is period_ns(t) / period_parts(t) nanoseconds, exactly. */
static uint64_t period_ns(const zoe_transport *t)
{
    return (uint64_t)t->rate_denominator * NS_PER_SECOND;
}

static uint64_t period_parts(const zoe_transport *t)
{
    return (uint64_t)t->rate_numerator * (uint64_t)(t->speed < 0 ? -t->speed : t->speed);
}

/* When frame n of the run is due, rounded down. */
static uint64_t due(const zoe_transport *t, uint64_t n)
{
    wide ns = (wide)n * period_ns(t) / period_parts(t) + t->origin_ns;
    return ns < ZOE_NEVER ? (uint64_t)ns : ZOE_NEVER;
}

/* The last frame of the run that is due at now_ns: the greatest n with due(n) <= now_ns. */
static uint64_t due_frame(const zoe_transport *t, uint64_t now_ns)
{
    if (now_ns < t->origin_ns)
        return 0;
    wide elapsed = (wide)(now_ns - t->origin_ns) + 1;
    wide frames = (elapsed * period_parts(t) - 1) / period_ns(t);
    return frames < INT64_MAX ? (uint64_t)frames : INT64_MAX;
}

/* Is the playhead's frame more than halves / 2 periods behind its due time? */
static bool later_than(const zoe_transport *t, uint64_t now_ns, unsigned halves)
{
    uint64_t due_ns = due(t, t->steps - 1);
    if (now_ns <= due_ns)
        return false;
    return (wide)(now_ns - due_ns) * 2 * period_parts(t) > (wide)period_ns(t) * halves;
}

static void start_run(zoe_transport *t, uint64_t now_ns)
{
    t->origin_ns = now_ns;
    t->steps = 1;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

static bool inside(const zoe_transport *t)
{
    return t->playhead >= t->in && t->playhead <= t->out;
}

/* The work area's end that play runs into. */
static int64_t far_end(const zoe_transport *t)
{
    return t->direction > 0 ? t->out : t->in;
}

static int64_t near_end(const zoe_transport *t)
{
    return t->direction > 0 ? t->in : t->out;
}

/* Can play go on only by a wrap or a turn? */
static bool at_far_end(const zoe_transport *t)
{
    return t->direction > 0 ? t->playhead >= t->out : t->playhead <= t->in;
}

void zoe_transport_init(zoe_transport *t, int64_t count)
{
    memset(t, 0, sizeof *t);
    t->count = clamp(count, 1, COUNT_MAX);
    t->out = t->count - 1;
    t->shown = -1;
    t->rate_numerator = 24;
    t->rate_denominator = 1;
    t->direction = 1;
    t->loop = ZOE_LOOP;
    t->policy = ZOE_POLICY_EVERY_FRAME;
    t->steps = 1;
}

void zoe_transport_set_rate(zoe_transport *t, int32_t numerator, int32_t denominator)
{
    if (numerator <= 0 || denominator <= 0)
        return;
    if (numerator == t->rate_numerator && denominator == t->rate_denominator)
        return;
    if (t->speed != 0)
        start_run(t, due(t, t->steps - 1));
    t->rate_numerator = numerator;
    t->rate_denominator = denominator;
}

void zoe_transport_set_area(zoe_transport *t, int64_t in, int64_t out)
{
    in = clamp(in, 0, t->count - 1);
    out = clamp(out, 0, t->count - 1);
    t->in = in < out ? in : out;
    t->out = in < out ? out : in;
}

void zoe_transport_recount(zoe_transport *t, int64_t count, int64_t shift)
{
    bool whole = t->in == 0 && t->out == t->count - 1;
    t->count = clamp(count, 1, COUNT_MAX);
    shift = clamp(shift, -COUNT_MAX, COUNT_MAX);
    t->playhead = clamp(t->playhead + shift, 0, t->count - 1);
    if (t->shown >= 0)
        t->shown += shift;
    if (t->shown < 0 || t->shown >= t->count)
        t->shown = -1;
    zoe_transport_set_area(t, whole ? 0 : t->in + shift, whole ? t->count - 1 : t->out + shift);
}

void zoe_transport_set_loop(zoe_transport *t, zoe_loop_mode loop)
{
    /* Only ping-pong may run against the sign of the speed. */
    if (loop != ZOE_PING_PONG && t->speed != 0)
        t->direction = t->speed > 0 ? 1 : -1;
    t->loop = loop;
}

void zoe_transport_set_policy(zoe_transport *t, zoe_policy policy, uint64_t now_ns)
{
    if (policy == ZOE_POLICY_REAL_TIME && t->policy != policy)
        start_run(t, now_ns);
    t->policy = policy;
}

static void stop(zoe_transport *t)
{
    t->speed = 0;
    t->history_count = 0;
    t->history_next = 0;
}

void zoe_transport_play(zoe_transport *t, int32_t speed, uint64_t now_ns)
{
    if (speed == 0) {
        stop(t);
        return;
    }
    speed = (int32_t)clamp(speed, -ZOE_TRANSPORT_SPEED_MAX, ZOE_TRANSPORT_SPEED_MAX);
    int32_t direction = speed > 0 ? 1 : -1;
    /* Asking again for what goes on already must not hold up the next frame. */
    if (speed == t->speed && direction == t->direction)
        return;
    bool was_stopped = t->speed == 0;
    t->speed = speed;
    t->direction = direction;
    start_run(t, now_ns);
    if (was_stopped && t->loop == ZOE_ONCE && at_far_end(t))
        t->playhead = near_end(t);
}

void zoe_transport_seek(zoe_transport *t, int64_t position, uint64_t now_ns)
{
    t->playhead = clamp(position, 0, t->count - 1);
    start_run(t, now_ns);
}

void zoe_transport_step_by(zoe_transport *t, int64_t frames, uint64_t now_ns)
{
    stop(t);
    start_run(t, now_ns);
    if (frames == 0)
        return;
    t->direction = frames > 0 ? 1 : -1;
    if (t->loop == ZOE_LOOP && inside(t)) {
        int64_t length = t->out - t->in + 1;
        int64_t offset = (t->playhead - t->in + frames % length) % length;
        t->playhead = t->in + (offset < 0 ? offset + length : offset);
    } else if (frames > 0) {
        int64_t left = t->count - 1 - t->playhead;
        t->playhead += frames < left ? frames : left;
    } else {
        t->playhead += frames > -t->playhead ? frames : -t->playhead;
    }
}

/* One step of play. Returns false, and does nothing, at the end of ZOE_ONCE. */
static bool advance_one(zoe_transport *t)
{
    if (!inside(t)) {
        /* Enters at the first end that lies in play direction; once and ping-pong do not wrap, so
         * from beyond the far end they come back to it. */
        if (!at_far_end(t) || t->loop == ZOE_LOOP) {
            t->playhead = near_end(t);
        } else {
            t->playhead = far_end(t);
            if (t->loop == ZOE_PING_PONG)
                t->direction = -t->direction;
        }
        return true;
    }
    if (!at_far_end(t)) {
        t->playhead += t->direction;
        return true;
    }
    if (t->loop == ZOE_ONCE)
        return false;
    t->loops++;
    if (t->loop == ZOE_LOOP) {
        t->playhead = near_end(t);
    } else if (t->in != t->out) { /* an area of one frame has no way to turn to */
        t->direction = -t->direction;
        t->playhead += t->direction;
    }
    return true;
}

/*
 * Ping-pong by arithmetic, for a playhead that has just made a step within the area: it is not on
 * the end that it comes from. The phase counts steps since the last time at `in`: 1..length - 1
 * going up, length..cycle going down, where cycle = 2 x length - 2 is `in` again.
 */
static void advance_ping_pong(zoe_transport *t, uint64_t steps)
{
    uint64_t half = (uint64_t)(t->out - t->in);
    uint64_t cycle = 2 * half;
    uint64_t offset = (uint64_t)(t->playhead - t->in);
    /* Less one, so that the range starts at 0. */
    uint64_t from = (t->direction > 0 ? offset : cycle - offset) - 1;
    wide to = (wide)from + steps;
    /* Turns are the steps that leave phase `half` (out) and phase `cycle` (in). */
    t->loops += (uint64_t)(to / cycle + (to + half) / cycle);
    t->loops -= from / cycle + (from + half) / cycle;
    uint64_t phase = (uint64_t)(to % cycle) + 1;
    t->direction = phase <= half ? 1 : -1;
    t->playhead = t->in + (int64_t)(phase <= half ? phase : cycle - phase);
}

/* As many steps of play, in constant time. Returns how many were made: fewer at the end of
 * ZOE_ONCE. */
static uint64_t advance(zoe_transport *t, uint64_t steps)
{
    uint64_t made = 0;
    /* The first step may enter the area, the second leaves the end that was entered at. */
    for (; made < steps && made < 2; made++)
        if (!advance_one(t))
            return made;
    uint64_t rest = steps - made;
    if (rest == 0)
        return made;
    uint64_t length = (uint64_t)(t->out - t->in) + 1;
    if (t->loop == ZOE_PING_PONG && length == 1) {
        t->loops += rest;
    } else if (t->loop == ZOE_PING_PONG) {
        advance_ping_pong(t, rest);
    } else {
        uint64_t gone = (uint64_t)(t->direction > 0 ? t->playhead - t->in : t->out - t->playhead);
        if (t->loop == ZOE_ONCE && rest > length - 1 - gone)
            rest = length - 1 - gone;
        wide sum = (wide)gone + rest;
        t->loops += (uint64_t)(sum / length);
        t->playhead = near_end(t) + t->direction * (int64_t)(uint64_t)(sum % length);
    }
    return made + rest;
}

/* The playhead's frame comes on screen, while playing. */
static void present(zoe_transport *t, uint64_t now_ns)
{
    t->shown = t->playhead;
    t->shown_count++;
    if (later_than(t, now_ns, 1))
        t->late_count++;
    t->history[t->history_next] = now_ns;
    t->history_next = (t->history_next + 1) % ZOE_TRANSPORT_HISTORY;
    if (t->history_count < ZOE_TRANSPORT_HISTORY)
        t->history_count++;
    if (t->policy == ZOE_POLICY_EVERY_FRAME && later_than(t, now_ns, 2))
        start_run(t, now_ns);
}

/*
 * Moves the playhead as far as time and policy say: every-frame by one at most, and only from a
 * frame that has been shown. Returns the steps made; *ended is set at the end of ZOE_ONCE.
 */
static uint64_t advance_in_time(zoe_transport *t, uint64_t now_ns, bool *ended)
{
    bool had_turn = t->shown == t->playhead;
    uint64_t last = due_frame(t, now_ns);
    if (last < t->steps)
        return 0;
    uint64_t wanted = last - (t->steps - 1);
    if (t->policy == ZOE_POLICY_EVERY_FRAME) {
        if (!had_turn)
            return 0;
        wanted = 1;
    }
    uint64_t made = advance(t, wanted);
    t->steps += made;
    *ended = made < wanted;
    if (made > 0)
        t->skipped += made - (had_turn ? 1 : 0);
    return made;
}

void zoe_transport_update(zoe_transport *t, uint64_t now_ns, zoe_ready_fn *ready, void *user,
                          zoe_transport_step *step)
{
    bool ended = false;
    uint64_t made = t->speed != 0 ? advance_in_time(t, now_ns, &ended) : 0;
    bool is_ready = ready(user, t->playhead) != 0;
    if (is_ready) {
        if (t->speed != 0 && (made > 0 || t->shown != t->playhead))
            present(t, now_ns);
        t->shown = t->playhead;
    }
    if (ended)
        stop(t);
    bool next_has_time = t->policy == ZOE_POLICY_REAL_TIME || t->shown == t->playhead;
    step->show = t->shown;
    step->want = t->playhead;
    step->wake_ns = t->speed != 0 && next_has_time ? due(t, t->steps) : ZOE_NEVER;
    step->waiting = !is_ready;
    step->ended = ended;
}

/* The i-th newest entry of the history, from 0. */
static uint64_t history_entry(const zoe_transport *t, uint32_t i)
{
    uint32_t at = t->history_next + 2 * ZOE_TRANSPORT_HISTORY - 1 - i;
    return t->history[at % ZOE_TRANSPORT_HISTORY];
}

double zoe_transport_step_rate(const zoe_transport *t)
{
    if (t->speed == 0 || t->policy != ZOE_POLICY_REAL_TIME)
        return 0;
    return (double)t->rate_numerator / t->rate_denominator * (t->speed < 0 ? -t->speed : t->speed);
}

double zoe_transport_measured_rate(const zoe_transport *t, uint64_t now_ns)
{
    /* The last second; three frames at least, for rates of a few frames a second, but nothing older
     * than what such a rate explains. */
    enum { LEAST = 3, WINDOW_S = 1, LONGEST_S = 10 };
    if (t->speed == 0)
        return 0;
    uint32_t frames = 0;
    uint64_t newest = 0, oldest = 0;
    for (; frames < t->history_count; frames++) {
        uint64_t when = history_entry(t, frames);
        uint64_t age = now_ns > when ? now_ns - when : 0;
        if (age > (uint64_t)LONGEST_S * NS_PER_SECOND ||
            (frames >= LEAST && age > (uint64_t)WINDOW_S * NS_PER_SECOND))
            break;
        if (frames == 0)
            newest = when;
        oldest = when;
    }
    if (frames < 2 || newest <= oldest)
        return 0;
    double rate = (frames - 1) * (double)NS_PER_SECOND / (double)(newest - oldest);
    /* When the next frame is overdue, the wait counts as well: the figure falls during a stall. */
    if (now_ns > newest) {
        double falling = frames * (double)NS_PER_SECOND / (double)(now_ns - oldest);
        if (falling < rate)
            rate = falling;
    }
    return rate;
}
