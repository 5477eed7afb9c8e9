/*
 * The memory promise, seen from outside: resident memory from /proc against the limit, while
 * everything changes; steady play that asks for nothing; and memory that is back with the system
 * before a call returns.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* mallinfo2 */

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <malloc.h>

#include <cmocka.h>

#include "support/seeded_random.h"
#include "support/stage.h"

static const uint64_t MiB = (uint64_t)1 << 20;
static const uint64_t KiB = (uint64_t)1 << 10;

/* What the README promises beside the limit. */
static const uint64_t OVERHEAD = (uint64_t)48 << 20;

/* VmRSS, read anew and by other means than the engine's; 0 where there is none. */
static uint64_t resident(void)
{
    unsigned long long pages = 0, size = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%llu %llu", &size, &pages) != 2)
        pages = 0;
    fclose(file);
    return pages * zoe_os_page();
}

static double megabytes(uint64_t bytes)
{
    return (double)bytes / (double)MiB;
}

static void assert_at_most(const char *what, uint64_t value, uint64_t most)
{
    if (value > most)
        fail_msg("%s: %.2f MiB, at most %.2f", what, megabytes(value), megabytes(most));
}

static void set_sizes(stage *s, int64_t first, int64_t last, size_t bytes, size_t scratch)
{
    for (int64_t i = first; i <= last; i++)
        stage_set_sizes(s, i, bytes / 64 * 64, scratch);
}

static void begin(stage *s, uint32_t workers, uint64_t limit, size_t bytes, int32_t pieces)
{
    stage_begin(s, workers, limit, bytes, pieces);
    /* Every page is touched, and little else done. */
    s->fake->sparse = true;
}

static void load_all(stage *s, zoe_source *source)
{
    zoe_want want = stage_play(0, 0, zoe_sequence_count(zoe_source_sequence(source)) - 1);
    stage_settle(s, source, &want);
}

/* ---- the hard limit ---- */

/* Looks at resident memory as fast as it can while a test does what it likes. */
typedef struct sampler {
    pthread_t thread;
    _Atomic uint64_t limit; /* the higher one while it changes */
    _Atomic int stop;
    uint64_t samples;
    uint64_t beyond; /* most bytes over the limit */
    uint64_t peak;
} sampler;

static void *sample(void *arg)
{
    sampler *s = arg;
    while (!atomic_load(&s->stop)) {
        /* Read on both sides: a limit that changed meanwhile says nothing about this sample. */
        uint64_t before = atomic_load(&s->limit);
        uint64_t now = resident();
        uint64_t after = atomic_load(&s->limit);
        uint64_t limit = before > after ? before : after;
        if (now > limit && now - limit > s->beyond)
            s->beyond = now - limit;
        if (now > s->peak)
            s->peak = now;
        s->samples++;
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
    return NULL;
}

enum { SOURCES = 3 };

typedef struct storm {
    stage s;
    sampler sampler;
    zoe_source *sources[SOURCES];
    uint64_t seed;
    uint64_t limit;
    uint64_t shown;
} storm;

static const int64_t first_number[SOURCES] = {1, 101, 501};
static const int64_t frame_count[SOURCES] = {60, 40, 400};
static const char *const source_name[SOURCES] = {"f", "g", "h"};

static uint64_t draw(storm *st, uint64_t below)
{
    return stage_random(&st->seed, below);
}

/* Another size each time it is opened. */
static void open_source(storm *st, int i)
{
    static const uint64_t sizes[SOURCES] = {6 << 20, 11 << 20, 300 << 10};
    size_t bytes = (size_t)(sizes[i] / 2 + draw(st, sizes[i]));
    set_sizes(&st->s, first_number[i], first_number[i] + frame_count[i] - 1, bytes,
              (size_t)(64 * KiB + draw(st, 3 * MiB)));
    /* Every other time its frames have windows of all sizes. */
    bool moves = draw(st, 2);
    for (int64_t n = 0; n < frame_count[i]; n++) {
        fake_frame *frame = fake_lock(st->s.fake, first_number[i] + n);
        frame->buffer_bytes = moves ? bytes : 0;
        if (moves)
            frame->bytes = bytes / 64 * (1 + (size_t)draw(st, 64)) / 64 * 64;
        fake_unlock(st->s.fake);
    }
    st->sources[i] =
        stage_source(&st->s, source_name[i], first_number[i], first_number[i] + frame_count[i] - 1);
}

static void change_budget(storm *st)
{
    uint64_t limit = 40 * MiB + draw(st, 200 * MiB);
    if (limit > st->limit)
        atomic_store(&st->sampler.limit, limit);
    zoe_memory_report report = stage_budget(&st->s, limit);
    assert_at_most("used after a change of budget", report.used_bytes, limit);
    assert_at_most("resident after a change of budget", resident(), limit + OVERHEAD);
    st->limit = limit;
    atomic_store(&st->sampler.limit, limit);
}

static void change_want(storm *st)
{
    int i = (int)draw(st, SOURCES);
    int64_t count = frame_count[i];
    zoe_want want = {0};
    want.in = (int64_t)draw(st, (uint64_t)count);
    want.out = want.in + (int64_t)draw(st, (uint64_t)(count - want.in));
    want.playhead = (int64_t)draw(st, (uint64_t)count);
    want.direction = draw(st, 2) ? 1 : -1;
    want.playing = (int32_t)draw(st, 2);
    want.loop = (zoe_loop_mode)draw(st, 3);
    want.strategy = (zoe_strategy)draw(st, 3);
    want.idle = draw(st, 8) == 0;
    stage_want(st->sources[i], &want);
    zoe_frame frame;
    uint64_t patience = draw(st, 4) * 2000000;
    if (zoe_source_wait(st->sources[i], want.playhead, zoe_now_ns() + patience, &frame) == ZOE_OK) {
        st->shown++;
        zoe_frame_release(&frame);
    }
}

static void change_something(storm *st)
{
    switch (draw(st, 40)) {
    case 0: {
        int i = (int)draw(st, SOURCES);
        zoe_source_close(&st->sources[i]);
        open_source(st, i);
        break;
    }
    case 1:
    case 2: change_budget(st); break;
    case 3:
        assert_int_equal(zoe_engine_set_workers(st->s.engine, 1 + (uint32_t)draw(st, 6)), ZOE_OK);
        break;
    case 4: assert_int_equal(zoe_engine_trim(st->s.engine, NULL), ZOE_OK); break;
    case 5: assert_int_equal(zoe_engine_clear(st->s.engine, NULL), ZOE_OK); break;
    default: change_want(st); break;
    }
}

static void test_resident_memory_stays_within_the_limit(void **state)
{
    (void)state;
    const char *seconds = getenv("ZOETROPE_SECONDS");
    uint64_t duration = (seconds ? strtoull(seconds, NULL, 10) : 4) * 1000000000u;
    storm st = {.seed = seeded_random_seed(20250611), .limit = 200 * MiB};
    begin(&st.s, 4, st.limit, MiB, 6);
    atomic_store(&st.sampler.limit, st.limit);
    for (int i = 0; i < SOURCES; i++)
        open_source(&st, i);
    assert_int_equal(pthread_create(&st.sampler.thread, NULL, sample, &st.sampler), 0);
    for (uint64_t end = zoe_now_ns() + duration; zoe_now_ns() < end;)
        change_something(&st);
    atomic_store(&st.sampler.stop, 1);
    pthread_join(st.sampler.thread, NULL);
    zoe_stats stats = stage_stats(&st.s);
    print_message("%" PRIu64 " samples, %" PRIu64 " frames shown, %" PRIu64 " decodes, %" PRIu64
                  " evictions: peak %.1f MiB, %.1f MiB beyond the limit at most\n",
                  st.sampler.samples, st.shown, stats.decodes, stats.evictions,
                  megabytes(st.sampler.peak), megabytes(st.sampler.beyond));
    assert_at_most("resident memory beyond the limit", st.sampler.beyond, OVERHEAD);
    assert_int_equal(stats.errors, 0);
    stage_end(&st.s);
}

/* A huge page may not reach past what is counted, whoever had the buffer before. */
static void test_huge_pages_are_counted(void **state)
{
    (void)state;
    stage s;
    begin(&s, 2, 256 * MiB, 8 * MiB, 1);
    uint64_t base = resident();
    for (int round = 0; round < 3; round++) {
        /* All of one size class. */
        size_t bytes = (size_t)(round == 0 ? 8 * MiB : round == 1 ? 7 * MiB + 600 * KiB : 8 * MiB);
        set_sizes(&s, 1, 24, bytes, 0);
        zoe_source *source = stage_source(&s, "f", 1, 24);
        load_all(&s, source);
        zoe_stats stats = stage_stats(&s);
        assert_int_equal(stats.frames_loaded, 24);
        assert_at_most("resident", resident() - base, stats.used_bytes + 3 * MiB);
        zoe_source_close(&source);
        assert_at_most("resident when closed", resident(), base + 3 * MiB);
    }
    stage_end(&s);
}

/* What is kept of each buffer counts where buffers are small. */
static void test_small_frames_are_counted_with_their_records(void **state)
{
    (void)state;
    stage s;
    begin(&s, 2, 16 * MiB, 4 * KiB, 1);
    uint64_t base = resident();
    zoe_source *source = stage_source(&s, "f", 1, FAKE_FRAMES_MAX - 1);
    load_all(&s, source);
    zoe_stats stats = stage_stats(&s);
    assert_at_most("used", stats.used_bytes, 16 * MiB);
    assert_true(stats.frames_loaded > 3000);
    assert_at_most("frames and their records",
                   stats.frames_loaded * (4 * KiB + sizeof(zoe_frame_buffer)), stats.used_bytes);
    zoe_source_close(&source);
    assert_int_equal(stage_stats(&s).used_bytes, 0);
    assert_at_most("resident when closed", resident(), base + 3 * MiB);
    stage_end(&s);
}

/* ---- no stairs ---- */

enum { LOOP_FRAMES = 50, LOOPS = 10000 };

static void play_loop(zoe_source *source, zoe_want *want)
{
    for (int64_t i = 0; i < LOOP_FRAMES; i++) {
        want->playhead = i;
        stage_want(source, want);
        zoe_frame frame;
        zoe_status status = zoe_source_acquire(source, i, &frame);
        if (status != ZOE_OK)
            fail_msg("position %" PRId64 ": %s", i, zoe_status_name(status));
        zoe_frame_release(&frame);
    }
}

static void test_a_cached_loop_asks_for_nothing(void **state)
{
    (void)state;
    stage s;
    begin(&s, 4, 64 * MiB, 256 * KiB, 4);
    set_sizes(&s, 1, 200, 256 * KiB, 128 * KiB);
    zoe_source *source = stage_source(&s, "f", 1, 200);
    zoe_want want = stage_play(0, 0, LOOP_FRAMES - 1);
    stage_settle(&s, source, &want);
    play_loop(source, &want);
    uint64_t allocations = stage_stats(&s).allocations, heap = mallinfo2().uordblks;
    uint64_t before = resident(), most = before;
    for (int loop = 0; loop < LOOPS; loop++) {
        play_loop(source, &want);
        if (loop % 100)
            continue;
        zoe_stats stats = stage_stats(&s);
        assert_true(stats.loads_pending <= stats.workers + 2);
        uint64_t now = resident();
        most = now > most ? now : most;
    }
    zoe_stats stats = stage_stats(&s);
    assert_int_equal(stats.allocations, allocations);
    assert_int_equal(stats.decodes, LOOP_FRAMES);
    assert_int_equal(stats.hits, (uint64_t)LOOP_FRAMES * (LOOPS + 1));
    assert_int_equal(stats.misses, 0);
    assert_int_equal(mallinfo2().uordblks, heap);
    assert_at_most("resident memory grew by", most - before, 64 * KiB);
    stage_end(&s);
}

static void play_decoding(zoe_source *source, zoe_want *want)
{
    for (int64_t i = 0; i < LOOP_FRAMES; i++) {
        want->playhead = i;
        stage_want(source, want);
        zoe_frame frame = stage_wait(source, i);
        zoe_frame_release(&frame);
    }
}

/* With room for half of it, the loop decodes the other half each time, from the same memory. */
static void check_a_loop_that_does_not_fit(uint64_t limit, size_t scratch)
{
    enum { WORKERS = 3, WARM_UP = 10, LAST = 60 };
    stage s;
    begin(&s, WORKERS, limit, MiB, 4);
    set_sizes(&s, 1, LOOP_FRAMES, MiB, scratch);
    zoe_source *source = stage_source(&s, "f", 1, LOOP_FRAMES);
    zoe_want want = stage_play(0, 0, LOOP_FRAMES - 1);
    /* On a busy machine a worker may come to its first frame, and to its scratch, late. */
    for (int i = 0; i < WARM_UP || stage_stats(&s).scratch_bytes < WORKERS * scratch; i++)
        play_decoding(source, &want);
    stage_rest(&s);
    uint64_t allocations = stage_stats(&s).allocations, heap = mallinfo2().uordblks;
    uint64_t before = resident();
    for (int i = WARM_UP; i < LAST; i++)
        play_decoding(source, &want);
    stage_rest(&s);
    uint64_t after = resident();
    assert_int_equal(stage_stats(&s).allocations, allocations);
    /* Some blocks more or less are in the threads' own lists, which count as used; one block lost
     * a decode would be ten times this. */
    size_t heap_now = mallinfo2().uordblks;
    assert_at_most("the heap grew by", heap_now > heap ? heap_now - heap : 0, 4 * KiB);
    assert_at_most("resident memory grew by", after > before ? after - before : 0, 64 * KiB);
    stage_end(&s);
}

static void test_a_loop_that_does_not_fit_does_not_grow(void **state)
{
    (void)state;
    check_a_loop_that_does_not_fit(25 * MiB, 4 * KiB);
}

/* Has all workers decode a frame each, at the same time. */
static void decode_side_by_side(stage *s, zoe_source *source, int64_t first, int64_t workers,
                                int64_t times)
{
    int64_t last = first + workers - 1;
    zoe_want want = stage_play(first, first, last);
    fake_close_gates(s->fake);
    stage_want(source, &want);
    for (int64_t i = first; i <= last; i++)
        assert_true(fake_wait_started(s->fake, i + 1, times));
    fake_open_gates(s->fake);
    stage_rest(s);
    assert_int_equal(stage_loaded(source, first, last), workers);
}

/* A limit of so many frames, the scratch of the workers and most of another frame: frames leave for
 * the next ones rather than scratch, which the load after that would have to make again. */
static void check_most_of_another_frame(uint32_t workers, size_t scratch)
{
    enum { FITTING = 16, FRAMES = 36, WARM_UP = 2, LAST = 10 };
    stage s;
    begin(&s, workers, FITTING * MiB + workers * scratch + 900 * KiB, MiB, 1);
    set_sizes(&s, 1, FRAMES, MiB, scratch);
    zoe_source *source = stage_source(&s, "f", 1, FRAMES);
    uint64_t allocations = 0;
    for (int64_t round = 1; round <= LAST; round++) {
        for (int64_t i = 0; i < FRAMES; i += workers)
            decode_side_by_side(&s, source, i, workers, round);
        if (round == WARM_UP)
            allocations = stage_stats(&s).allocations;
    }
    zoe_stats stats = stage_stats(&s);
    assert_int_equal(stats.decodes, FRAMES * LAST);
    if (stats.allocations != allocations)
        fail_msg("%u workers, scratch of %zu KiB: %d allocations more than the first %d", workers,
                 scratch / (size_t)KiB, (int)(stats.allocations - allocations), (int)allocations);
    stage_end(&s);
}

static void test_most_of_another_frame_takes_no_scratch(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers++)
        for (size_t scratch = 64 * KiB; scratch <= 512 * KiB; scratch *= 2)
            check_most_of_another_frame(workers, scratch);
}

/* In a loop that does not fit, what is read ahead does not take the scratch either: the loads that
 * go on for ever would have to make it again. */
static void test_reading_ahead_in_a_loop_takes_no_scratch(void **state)
{
    (void)state;
    enum { WORKERS = 3, FITTING = 16, FRAMES = 24 };
    const size_t scratch = 256 * KiB;
    stage s;
    begin(&s, WORKERS, FITTING * MiB + WORKERS * scratch + 900 * KiB, MiB, 1);
    set_sizes(&s, 1, FRAMES, MiB, scratch);
    zoe_source *source = stage_source(&s, "f", 1, FRAMES);
    decode_side_by_side(&s, source, 0, WORKERS, 1);
    assert_int_equal(stage_stats(&s).scratch_bytes, WORKERS * scratch);
    zoe_want want = stage_play(0, 0, FRAMES - 1);
    stage_settle(&s, source, &want);
    stage_assert_loaded(source, 0, FITTING - 1);
    assert_int_equal(stage_stats(&s).scratch_bytes, WORKERS * scratch);
    stage_end(&s);
}

/* What a frame of a sequence with a moving window takes: from an eighth of `most` to all of it. */
static size_t window_bytes(int64_t frame, int64_t period, size_t most)
{
    int64_t step = frame % period, there = 2 * step < period ? 2 * step : 2 * (period - step);
    size_t bytes = most / 8 + (most - most / 8) / (size_t)period * (size_t)there;
    return bytes / 64 * 64;
}

/* The same with frames that differ in what they need: buffers go from one to the other, and what a
 * smaller one leaves over is there for the next. */
static void test_a_loop_of_moving_windows_does_not_grow(void **state)
{
    (void)state;
    enum { WORKERS = 3, FRAMES = 100, WARM_UP = 5, LAST = 35, PERIOD = 24 };
    const size_t most = 2 * MiB;
    stage s;
    begin(&s, WORKERS, 25 * MiB, most, 4);
    uint64_t all = 0;
    for (int64_t i = 1; i <= FRAMES; i++) {
        fake_frame *frame = fake_lock(s.fake, i);
        frame->bytes = window_bytes(i, PERIOD, most);
        frame->buffer_bytes = most;
        all += frame->bytes;
        fake_unlock(s.fake);
    }
    zoe_source *source = stage_source(&s, "f", 1, FRAMES);
    zoe_want want = stage_play(0, 0, FRAMES - 1);
    zoe_stats from = {0};
    uint64_t before = 0;
    for (int loop = 0; loop < LAST; loop++) {
        for (int64_t i = 0; i < FRAMES; i++) {
            want.playhead = i;
            stage_want(source, &want);
            zoe_frame frame = stage_wait(source, i);
            stage_assert_right(&s, &frame, i + 1, 1);
            zoe_frame_release(&frame);
        }
        stage_rest(&s);
        assert_at_most("used", stage_stats(&s).used_bytes, 25 * MiB);
        if (loop == WARM_UP - 1) {
            from = stage_stats(&s);
            before = resident();
        }
    }
    uint64_t grown = resident() > before ? resident() - before : 0;
    zoe_stats stats = stage_stats(&s);
    assert_int_equal(stats.full_frame_bytes, stats.frames_loaded * most);
    assert_true(stats.frame_bytes < stats.full_frame_bytes);
    uint64_t fit = (stats.limit_bytes - stats.scratch_bytes) * FRAMES / all;
    double decodes = (double)(stats.decodes - from.decodes) / (LAST - WARM_UP);
    print_message("%d of %d frames fit: %.1f decodes and %.1f allocations a loop\n", (int)fit,
                  FRAMES, decodes,
                  (double)(stats.allocations - from.allocations) / (LAST - WARM_UP));
    assert_at_most("resident memory grew by", grown, (LAST - WARM_UP) * 64 * KiB);
    /* What is being decoded, and the frame that is shown, may be of the largest: each takes the
     * place of most / mean frames of those that fit. Which ones they are depends on how the workers
     * get on, so that a busy machine comes near this. */
    double moving = (double)(WORKERS + 1) * (double)most * FRAMES / (double)all;
    if (decodes > 1.05 * ((double)(FRAMES - fit) + moving))
        fail_msg("%.1f decodes a loop, where %d of %d frames fit", decodes, (int)fit, FRAMES);
    stage_end(&s);
}

/* ---- live limits ---- */

static void test_a_lower_limit_gives_memory_back(void **state)
{
    (void)state;
    stage s;
    begin(&s, 3, 400 * MiB, 5 * MiB, 4);
    zoe_source *source = stage_source(&s, "f", 1, 100);
    load_all(&s, source);
    uint64_t full = resident();
    zoe_memory_report report = stage_budget(&s, 100 * MiB);
    uint64_t low = resident();
    assert_at_most("resident after lowering", low, full - 295 * MiB);
    assert_at_most("used", report.used_bytes, 100 * MiB);
    assert_true(report.resident_before >= full - MiB && report.resident_before <= full + MiB);
    assert_true(report.resident_after >= low - MiB && report.resident_after <= low + MiB);
    assert_int_equal(report.frames_evicted, 60);
    /* Raising costs nothing by itself. */
    zoe_want idle = {.idle = 1};
    stage_want(source, &idle);
    stage_budget(&s, 400 * MiB);
    stage_rest(&s);
    assert_at_most("resident after raising", resident(), low + MiB);
    load_all(&s, source);
    assert_int_equal(stage_stats(&s).frames_loaded, 80);
    stage_end(&s);
}

static void test_a_lower_limit_takes_scratch_too(void **state)
{
    (void)state;
    stage s;
    begin(&s, 4, 200 * MiB, 4 * MiB, 8);
    set_sizes(&s, 1, 40, 4 * MiB, 8 * MiB);
    zoe_source *source = stage_source(&s, "f", 1, 40);
    zoe_want idle = {.idle = 1};
    for (int64_t round = 0; round < 20; round++) {
        stage_want(source, &idle);
        assert_int_equal(zoe_engine_clear(s.engine, NULL), ZOE_OK);
        stage_budget(&s, 200 * MiB);
        /* All four workers are held at a piece, each with its scratch. */
        fake_close_gates(s.fake);
        zoe_want play = stage_play(round, 0, 39);
        stage_want(source, &play);
        uint64_t deadline = stage_soon();
        while (stage_stats(&s).scratch_bytes < 32 * MiB && zoe_now_ns() < deadline)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        assert_int_equal(stage_stats(&s).scratch_bytes, 32 * MiB);
        /* Nothing more is wanted, so that nobody else asks for the scratch. */
        stage_want(source, &idle);
        fake_open_gates(s.fake);
        /* Less than the scratch of all four workers. */
        zoe_memory_report report = stage_budget(&s, 16 * MiB);
        assert_at_most("used", report.used_bytes, 16 * MiB);
    }
    zoe_want want = stage_play(7, 0, 39);
    stage_want(source, &want);
    zoe_frame frame = stage_wait(source, 7);
    zoe_frame_release(&frame);
    assert_int_equal(stage_stats(&s).errors, 0);
    stage_end(&s);
}

static void test_closing_gives_memory_back(void **state)
{
    (void)state;
    stage s;
    begin(&s, 3, 400 * MiB, 5 * MiB, 4);
    zoe_source *first = stage_source(&s, "f", 1, 40), *second = stage_source(&s, "g", 101, 130);
    load_all(&s, first);
    load_all(&s, second);
    uint64_t both = resident();
    zoe_source_close(&first);
    uint64_t one = resident();
    assert_at_most("resident with one closed", one, both - 195 * MiB);
    assert_int_equal(stage_loaded(second, 0, 29), 30);
    zoe_source_close(&second);
    assert_at_most("resident with both closed", resident(), one - 145 * MiB);
    stage_end(&s);
}

static void test_clearing_and_trimming(void **state)
{
    (void)state;
    stage s;
    begin(&s, 3, 400 * MiB, 5 * MiB, 4);
    zoe_source *source = stage_source(&s, "f", 1, 40);
    load_all(&s, source);
    zoe_want idle = {.idle = 1};
    stage_want(source, &idle);
    uint64_t full = resident();
    /* The C heap, held by its last block. */
    enum { BLOCKS = 65536 };
    void **blocks = malloc(BLOCKS * sizeof *blocks);
    assert_non_null(blocks);
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(1000);
        assert_non_null(blocks[i]);
        memset(blocks[i], 1, 1000);
    }
    for (int i = 0; i < BLOCKS - 1; i++)
        free(blocks[i]);
    assert_true(resident() > full + 50 * MiB);
    zoe_memory_report report;
    assert_int_equal(zoe_engine_trim(s.engine, &report), ZOE_OK);
    assert_at_most("resident when trimmed", resident(), full + 4 * MiB);
    assert_int_equal(stage_loaded(source, 0, 39), 40);
    assert_true(report.resident_after + 50 * MiB < report.resident_before);
    free(blocks[BLOCKS - 1]);
    free(blocks);
    assert_int_equal(zoe_engine_clear(s.engine, &report), ZOE_OK);
    assert_int_equal(report.frames_evicted, 40);
    assert_at_most("resident when cleared", resident(), full - 195 * MiB);
    assert_at_most("used when cleared", stage_stats(&s).used_bytes, 0);
    stage_end(&s);
}

/* ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

int main(void)
{
#ifdef SANITIZED
    puts("skipped: a sanitizer's own memory is not the program's");
    return 77;
#endif
    if (!resident()) {
        puts("skipped: the system does not say what is resident");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_huge_pages_are_counted),
        cmocka_unit_test(test_small_frames_are_counted_with_their_records),
        cmocka_unit_test(test_a_cached_loop_asks_for_nothing),
        cmocka_unit_test(test_a_loop_that_does_not_fit_does_not_grow),
        cmocka_unit_test(test_most_of_another_frame_takes_no_scratch),
        cmocka_unit_test(test_reading_ahead_in_a_loop_takes_no_scratch),
        cmocka_unit_test(test_a_loop_of_moving_windows_does_not_grow),
        cmocka_unit_test(test_a_lower_limit_gives_memory_back),
        cmocka_unit_test(test_a_lower_limit_takes_scratch_too),
        cmocka_unit_test(test_closing_gives_memory_back),
        cmocka_unit_test(test_clearing_and_trimming),
        cmocka_unit_test(test_resident_memory_stays_within_the_limit),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
