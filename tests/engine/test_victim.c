/*
 * The right victim: decodes a loop of an engine whose frames do not all fit, against the promise
 *
 *   decodes a loop <= 1.05 x (N - C + workers + 1)
 *
 * for N frames and room for C, and against the optimum: the replacement of L. A. Belady, "A study
 * of replacement algorithms for a virtual-storage computer", IBM Systems Journal 5(2), 1966, which
 * knows the future and evicts what is used last.
 *
 * The real engine runs, with workers that decode at once; the playhead moves on when they have come
 * to rest. So these are figures of choices, not of speed.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/seeded_random.h"
#include "support/stage.h"

enum { FRAME_BYTES = 256 << 10, ROOM = 64, WARM_LOOPS = 2, LOOPS = 5, TRACE_MAX = 1 << 14 };

/* ---- traces and their optimum ---- */

typedef struct trace {
    int64_t frames[TRACE_MAX];
    int64_t length;
} trace;

static void trace_add(trace *t, int64_t frame)
{
    assert_true(t->length < TRACE_MAX);
    t->frames[t->length++] = frame;
}

/* How many frames the optimum decodes for from..length-1 of the trace, having gone through all of
 * it from an empty cache of `room` frames. */
static int64_t optimum(const trace *t, int64_t from, int64_t room)
{
    static bool present[FAKE_FRAMES_MAX];
    static int64_t next_use[TRACE_MAX], last_seen[FAKE_FRAMES_MAX], use_of[FAKE_FRAMES_MAX];
    memset(present, 0, sizeof present);
    for (int64_t f = 0; f < FAKE_FRAMES_MAX; f++)
        last_seen[f] = INT64_MAX;
    for (int64_t i = t->length - 1; i >= 0; i--) {
        next_use[i] = last_seen[t->frames[i]];
        last_seen[t->frames[i]] = i;
    }
    int64_t held = 0, decodes = 0;
    for (int64_t i = 0; i < t->length; i++) {
        int64_t frame = t->frames[i];
        if (!present[frame]) {
            decodes += i >= from;
            if (held == room) {
                int64_t farthest = -1;
                for (int64_t f = 0; f < FAKE_FRAMES_MAX; f++)
                    if (present[f] && (farthest < 0 || use_of[f] > use_of[farthest]))
                        farthest = f;
                present[farthest] = false;
                held--;
            }
            present[frame] = true;
            held++;
        }
        use_of[frame] = next_use[i];
    }
    return decodes;
}

static void test_the_optimum_itself(void **state)
{
    (void)state;
    /* Belady's own example: three places, ten decodes become seven. */
    static const int frames[] = {7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1};
    static trace t;
    t.length = 0;
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++)
        trace_add(&t, frames[i]);
    assert_int_equal(optimum(&t, 0, 3), 9);
    assert_int_equal(optimum(&t, 0, 8), 6);
}

/* ---- the engine on a trace ---- */

typedef struct show {
    stage s;
    zoe_source *source;
    zoe_frame shown; /* pinned, as a player does, until the next one is */
    trace done;
} show;

static void show_begin(show *v, uint32_t workers, int64_t count)
{
    const zoe_slab slab = {.record_bytes = sizeof(zoe_frame_buffer)};
    stage_begin(&v->s, workers, ROOM * zoe_slab_cost(&slab, FRAME_BYTES), FRAME_BYTES, 2);
    v->s.fake->sparse = true;
    v->source = stage_source(&v->s, "f", 1, count);
    memset(&v->shown, 0, sizeof v->shown);
    v->done.length = 0;
}

static void show_end(show *v)
{
    zoe_frame_release(&v->shown);
    stage_end(&v->s);
}

static void show_frame(show *v, zoe_source *source, int64_t position, int64_t number)
{
    stage_rest(&v->s);
    zoe_frame frame = stage_acquire(source, position);
    stage_assert_right(&v->s, &frame, number, 1);
    zoe_frame_release(&v->shown);
    v->shown = frame;
    trace_add(&v->done, number);
}

static void show_want(show *v, const zoe_want *want)
{
    stage_want(v->source, want);
    show_frame(v, v->source, want->playhead, want->playhead + 1);
}

static int64_t decodes(show *v)
{
    return (int64_t)stage_stats(&v->s).decodes;
}

static double promise(int64_t count, uint32_t workers)
{
    int64_t lacking = count > ROOM ? count - ROOM + (int64_t)workers + 1 : 0;
    return 1.05 * (double)lacking;
}

static void check_loops(const char *what, int64_t count, uint32_t workers, int64_t loops,
                        int64_t found, int64_t best)
{
    double each = (double)found / (double)loops, bound = promise(count, workers);
    print_message("%-28s %3" PRId64 " frames, room for %d, %u workers: %6.1f decodes a loop; "
                  "optimum %5.1f, promised %5.1f\n",
                  what, count, ROOM, workers, each, (double)best / (double)loops, bound);
    if (each > bound)
        fail_msg("%s: %.1f decodes a loop are more than %.1f", what, each, bound);
}

/* ---- loops ---- */

typedef void loop_fn(show *v, int64_t count);

static void loop_forward(show *v, int64_t count)
{
    zoe_want want = stage_play(0, 0, count - 1);
    for (; want.playhead < count; want.playhead++)
        show_want(v, &want);
}

static void loop_backward(show *v, int64_t count)
{
    zoe_want want = stage_play(count - 1, 0, count - 1);
    want.direction = -1;
    for (; want.playhead >= 0; want.playhead--)
        show_want(v, &want);
}

/* A loop is one pass: there, or back again. */
static void loop_ping_pong(show *v, int64_t count)
{
    bool back = v->shown.pin && v->shown.position == count - 1;
    zoe_want want = stage_play(0, 0, count - 1);
    want.loop = ZOE_PING_PONG;
    want.direction = back ? -1 : 1;
    for (int64_t i = v->shown.pin ? 1 : 0; i < count; i++) {
        want.playhead = back ? count - 1 - i : i;
        show_want(v, &want);
    }
}

static void loop_scrub(show *v, int64_t count)
{
    bool back = v->shown.pin && v->shown.position == count - 1;
    zoe_want want = {.in = 0, .out = count - 1, .direction = back ? -1 : 1};
    for (int64_t i = v->shown.pin ? 1 : 0; i < count; i++) {
        want.playhead = back ? count - 1 - i : i;
        show_want(v, &want);
    }
}

static void run_loops(const char *what, loop_fn *loop)
{
    static const int64_t counts[] = {ROOM - 1, ROOM, ROOM + 1, ROOM + 9, 100, 200};
    static const uint32_t workers[] = {1, 2, 4};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
        for (size_t w = 0; w < sizeof workers / sizeof workers[0]; w++) {
            static show v;
            show_begin(&v, workers[w], counts[c]);
            for (int i = 0; i < WARM_LOOPS; i++)
                loop(&v, counts[c]);
            int64_t before = decodes(&v), from = v.done.length;
            for (int i = 0; i < LOOPS; i++)
                loop(&v, counts[c]);
            check_loops(what, counts[c], workers[w], LOOPS, decodes(&v) - before,
                        optimum(&v.done, from, ROOM));
            show_end(&v);
        }
}

static void test_forward(void **state)
{
    (void)state;
    run_loops("forward", loop_forward);
}

static void test_backward(void **state)
{
    (void)state;
    run_loops("backward", loop_backward);
}

static void test_ping_pong(void **state)
{
    (void)state;
    run_loops("ping-pong, a pass", loop_ping_pong);
}

static void test_scrubbing(void **state)
{
    (void)state;
    run_loops("scrubbing, a pass", loop_scrub);
}

/* ---- two sequences in turn ---- */

/* A cut of two shots that goes round: the one on screen, and the one that comes after it. */
static void loop_cut(show *v, zoe_source *sources[2], int64_t half)
{
    for (int s = 0; s < 2; s++)
        for (int64_t i = 0; i < half; i++) {
            zoe_want now = stage_play(i, 0, half - 1), later = stage_play(0, 0, half - 1);
            later.delay = half - i;
            stage_want(sources[!s], &later);
            stage_want(sources[s], &now);
            show_frame(v, sources[s], i, i + 1 + (s ? 1000 : 0));
        }
}

static void test_two_sequences_in_turn(void **state)
{
    (void)state;
    static const int64_t halves[] = {ROOM / 2, 33, 40, 50, 80};
    static const uint32_t workers[] = {1, 2, 4};
    for (size_t h = 0; h < sizeof halves / sizeof halves[0]; h++)
        for (size_t w = 0; w < sizeof workers / sizeof workers[0]; w++) {
            static show v;
            int64_t half = halves[h];
            show_begin(&v, workers[w], half);
            zoe_source *sources[2] = {v.source, stage_source(&v.s, "g", 1001, 1000 + half)};
            for (int i = 0; i < WARM_LOOPS; i++)
                loop_cut(&v, sources, half);
            int64_t before = decodes(&v), from = v.done.length;
            for (int i = 0; i < LOOPS; i++)
                loop_cut(&v, sources, half);
            check_loops("two sequences in turn", 2 * half, workers[w], LOOPS, decodes(&v) - before,
                        optimum(&v.done, from, ROOM));
            show_end(&v);
        }
}

/* ---- what people do ---- */

/* How many frames a trace shows, each counted once. */
static int64_t different(const trace *t)
{
    static bool seen[FAKE_FRAMES_MAX];
    memset(seen, 0, sizeof seen);
    int64_t count = 0;
    for (int64_t i = 0; i < t->length; i++) {
        count += !seen[t->frames[i]];
        seen[t->frames[i]] = true;
    }
    return count;
}

/* How many frames are decoded to have those of in..out that are nearest to the playhead, always. */
static int64_t nearest(const trace *t, int64_t in, int64_t out)
{
    int64_t low = INT64_MAX, high = INT64_MIN, count = 0;
    for (int64_t i = 0; i < t->length; i++) {
        int64_t from = t->frames[i] - ROOM / 2, to = from + ROOM - 1;
        if (to > out)
            from -= to - out, to = out;
        if (from < in)
            to = to + in - from < out ? to + in - from : out, from = in;
        for (int64_t f = from; f <= to; f++)
            count += f < low || f > high;
        low = from;
        high = to;
    }
    return count;
}

/*
 * A session as a recording of one looks: pieces of work areas that are played a few times over,
 * this way or that, or scrubbed. The engine keeps what it has from piece to piece but cannot know
 * the next one; so it is held against an optimum that knows all of a piece and begins it with
 * nothing. Of a hand that scrubs nobody knows the future: there, what is nearest is to be had, and
 * no frame is decoded that was.
 */
static void play_piece(show *v, uint64_t *seed, int64_t count)
{
    int64_t length = 8 + (int64_t)stage_random(seed, 90);
    int64_t in = (int64_t)stage_random(seed, (uint64_t)(count - length)), out = in + length - 1;
    int64_t loops = 1 + (int64_t)stage_random(seed, 4);
    int kind = (int)stage_random(seed, 4);
    zoe_want want = stage_play(in, in, out);
    want.direction = kind == 1 ? -1 : 1;
    want.loop = kind == 2 ? ZOE_PING_PONG : ZOE_LOOP;
    want.playing = kind != 3;
    static trace piece;
    piece.length = 0;
    int64_t before = decodes(v), steps = loops * length;
    int64_t at = (int64_t)stage_random(seed, (uint64_t)length), speed = 1;
    for (int64_t i = 0; i < steps; i++) {
        if (kind == 3) {
            /* A hand: it goes on for a while, turns round, and stops now and then. */
            if (stage_random(seed, 12) == 0)
                speed = (int64_t)stage_random(seed, 3) - 1;
            at += speed;
            at = at < 0 ? 0 : at >= length ? length - 1 : at;
        } else if (want.loop == ZOE_PING_PONG && length > 1) {
            if (at + want.direction < 0 || at + want.direction >= length)
                want.direction = -want.direction;
            at += want.direction;
        } else {
            at = (at + want.direction + length) % length;
        }
        want.playhead = in + at;
        show_want(v, &want);
        trace_add(&piece, want.playhead + 1);
    }
    int64_t best = kind == 3 ? nearest(&piece, in + 1, out + 1) : optimum(&piece, 0, ROOM);
    int64_t found = decodes(v) - before, workers = (int64_t)v->s.engine->workers.count;
    /* What is read ahead may never be shown: as much of the work area as there is room for. */
    int64_t ahead = kind == 3 ? 0 : length - different(&piece);
    if (kind != 3 && length > ROOM)
        ahead += length - ROOM; /* for the pass that was not finished */
    double bound =
        1.05 * (double)(best + (ahead < ROOM ? ahead : ROOM) + (loops + 1) * (workers + 1));
    if ((double)found > bound)
        fail_msg("piece of kind %d, %" PRId64 " frames, %" PRId64 " loops: %" PRId64
                 " decodes, optimum %" PRId64 ", bound %.1f",
                 kind, length, loops, found, best, bound);
}

static void test_sessions(void **state)
{
    (void)state;
    uint64_t seed = seeded_random_seed(20260101);
    for (uint32_t workers = 1; workers <= 4; workers *= 2) {
        static show v;
        show_begin(&v, workers, 300);
        for (int i = 0; i < 25; i++)
            play_piece(&v, &seed, 300);
        print_message("sessions: %" PRId64 " frames shown, %u workers: %" PRId64
                      " decodes; optimum that knows the whole session %" PRId64 "\n",
                      v.done.length, workers, decodes(&v), optimum(&v.done, 0, ROOM));
        show_end(&v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_optimum_itself), cmocka_unit_test(test_forward),
        cmocka_unit_test(test_backward),           cmocka_unit_test(test_ping_pong),
        cmocka_unit_test(test_scrubbing),          cmocka_unit_test(test_two_sequences_in_turn),
        cmocka_unit_test(test_sessions),
    };
    return cmocka_run_group_tests_name("victim", tests, NULL, NULL);
}
