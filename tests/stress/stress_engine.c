/*
 * Everything at once, at random, on several threads: seeks and wants, sequences opened, closed and
 * read again, pins held across evictions, budgets, workers, trims, files in error. What is acquired
 * is checked to the last word, and so are the books at the end.
 *
 *   stress_engine [--seconds S] [--workers N] [--seed X]
 *
 * Built with ZOE_CHECKS, the cache checks its invariants whenever its lock is given back.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pthread.h>
#include <time.h>

#include <cmocka.h>

#include "cache/reserve.h"
#include "support/stage.h"

enum {
    PLAYERS = 3,        /* threads with sources of their own */
    READERS = 2,        /* threads that share one */
    FRAMES = 40,        /* of a sequence */
    NUMBERS = 100,      /* from one sequence's first number to the next one's */
    PINS = 6,           /* that a thread holds for a while */
    WAIT_SECONDS = 120, /* then it is stuck */
    VAIN = 20000,       /* files that may be opened beyond one a piece */
    MARGIN = 64 << 10   /* for what counts beside frames and scratch: records, open files */
};

static const uint64_t least_limit = (uint64_t)16 << 20, most_limit = (uint64_t)40 << 20;

typedef struct pinned {
    zoe_frame frame;
    int64_t number;
} pinned;

typedef struct player {
    struct stress *all;
    pthread_t thread;
    uint64_t seed;
    zoe_source *source; /* own, or shared */
    int64_t first;      /* number of position 0 */
    bool shared;
    pinned pins[PINS];
    uint64_t shown, opened;
} player;

typedef struct stress {
    stage s;
    uint64_t until_ns;
    player players[PLAYERS + READERS];
    zoe_source *shared;
    _Atomic uint64_t notified; /* relaxed: a number to print */
} stress;

static void fail_hard(const player *p, const char *what, int64_t position, zoe_status status)
{
    zoe_stats stats = stage_stats(&p->all->s);
    fprintf(stderr,
            "stress: sequence %" PRId64 ", position %" PRId64 ": %s: %s\n"
            "  limit %" PRIu64 " used %" PRIu64 " loaded %" PRIu64 " pending %" PRIu64
            " scratch %" PRIu64 " free %" PRIu64 " workers %u\n",
            p->first, position, what, zoe_status_name(status), stats.limit_bytes, stats.used_bytes,
            stats.frames_loaded, stats.loads_pending, stats.scratch_bytes, stats.free_bytes,
            stats.workers);
    zoe_cache *cache = &p->all->s.engine->cache;
    zoe_cache_lock(cache);
    if (p->source)
        fprintf(stderr,
                "  state %s playhead %" PRId64 " cursor %" PRId64 " lead %" PRId64 " bytes %" PRIu64
                " halted %d paused %d\n",
                zoe_frame_state_name(zoe_table_state(p->source->table, position)),
                p->source->want.playhead, p->source->cursor, p->source->lead,
                p->source->table->slots[position].needs.bytes, p->source->halted, cache->paused);
    zoe_cache_unlock(cache);
    abort();
}

/* ---- pins ---- */

static void check_pixels(player *p, const zoe_frame *frame, int64_t number)
{
    char why[160];
    if (!fake_frame_is_right(p->all->s.fake, frame, number, 1, why, sizeof why)) {
        fprintf(stderr, "stress: %s\n", why);
        abort();
    }
}

/* What was held is still right when it is given back. */
static void drop_pin(player *p, size_t i)
{
    if (!p->pins[i].frame.pin)
        return;
    check_pixels(p, &p->pins[i].frame, p->pins[i].number);
    zoe_frame_release(&p->pins[i].frame);
}

static void keep_pin(player *p, zoe_frame *frame, int64_t number)
{
    check_pixels(p, frame, number);
    p->shown++;
    size_t rows = (size_t)((int64_t)frame->window.max_y + 1);
    size_t i = (size_t)stage_random(&p->seed, PINS);
    /* Frames of many megabytes would leave others no room for as long as they are held. */
    if (stage_random(&p->seed, 2) || rows > 8192) {
        zoe_frame_release(frame);
        return;
    }
    drop_pin(p, i);
    p->pins[i].frame = *frame;
    p->pins[i].number = number;
}

/* ---- players ---- */

static bool may_be(zoe_status status)
{
    switch (status) {
    case ZOE_MISSING:
    case ZOE_NO_ROOM:
    case ZOE_ERROR_CORRUPT:
    case ZOE_ERROR_PERMISSION:
    case ZOE_ERROR_TRUNCATED:
    case ZOE_ERROR_CHANGED:
    case ZOE_ERROR_OVER_BUDGET: return true;
    default: return false;
    }
}

static zoe_want random_want(player *p)
{
    zoe_want want = {.in = 0, .out = FRAMES - 1};
    if (stage_random(&p->seed, 2)) {
        want.in = (int64_t)stage_random(&p->seed, FRAMES);
        want.out = want.in + (int64_t)stage_random(&p->seed, (uint64_t)(FRAMES - want.in));
    }
    want.playhead = (int64_t)stage_random(&p->seed, FRAMES);
    want.direction = (int32_t)stage_random(&p->seed, 3) - 1;
    want.playing = (int32_t)stage_random(&p->seed, 2);
    want.loop = (zoe_loop_mode)stage_random(&p->seed, 3);
    want.strategy = (zoe_strategy)stage_random(&p->seed, 3);
    want.delay = stage_random(&p->seed, 4) ? 0 : (int64_t)stage_random(&p->seed, 50);
    want.rate = stage_random(&p->seed, 3) ? 0 : 24;
    want.idle = stage_random(&p->seed, 8) == 0;
    return want;
}

static void open_own(player *p)
{
    char path[128];
    snprintf(path, sizeof path, "%s/s%" PRId64 ".%04" PRId64 ".exr", p->all->s.folder, p->first,
             p->first);
    zoe_sequence *sequence = NULL;
    zoe_error error = {.status = ZOE_OK};
    if (zoe_sequence_open(path, NULL, &sequence, &error) != ZOE_OK ||
        zoe_source_open(p->all->s.engine, &sequence, NULL, &p->source, &error) != ZOE_OK)
        fail_hard(p, error.text, 0, error.status);
    p->opened++;
}

/* Is there room for the frame under the limit, beside what this player holds itself? */
static bool has_room(const player *p, int64_t position)
{
    zoe_cache *cache = &p->all->s.engine->cache;
    zoe_cache_lock(cache);
    uint64_t needed = zoe_reserve_cost(cache, &p->source->table->slots[position].needs) + MARGIN;
    zoe_cache_unlock(cache);
    for (size_t i = 0; i < PINS; i++)
        if (p->pins[i].frame.pin)
            needed += (uint64_t)p->pins[i].frame.planes[0].stride *
                      (uint64_t)((int64_t)p->pins[i].frame.window.max_y + 1);
    return needed <= zoe_meter_limit(&cache->memory.meter);
}

/* The frame under a playhead that does not change comes, or says why not. */
static void seek_and_wait(player *p)
{
    zoe_want want = {.in = 0, .out = FRAMES - 1};
    want.playhead = (int64_t)stage_random(&p->seed, FRAMES);
    want.playing = (int32_t)stage_random(&p->seed, 2);
    /* A frame that is to go with its last pin cannot come again before. */
    for (size_t i = 0; i < PINS; i++)
        if (p->pins[i].number == p->first + want.playhead)
            drop_pin(p, i);
    zoe_source_set_want(p->source, &want);
    zoe_frame frame;
    zoe_status status = ZOE_TIMEOUT;
    uint64_t until = zoe_now_ns() + WAIT_SECONDS * (uint64_t)1000000000;
    while ((status == ZOE_TIMEOUT || status == ZOE_NO_ROOM) && zoe_now_ns() < until) {
        status = zoe_source_wait(p->source, want.playhead, zoe_now_ns() + 1000000000u, &frame);
        /* It says no such thing on account of what others hold for a moment only. */
        bool has_own_room = has_room(p, want.playhead);
        if ((status == ZOE_TIMEOUT || status == ZOE_NO_ROOM) && !has_own_room)
            for (size_t k = 0; k < PINS; k++)
                drop_pin(p, k);
        else if (status == ZOE_NO_ROOM)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    if (status == ZOE_OK)
        keep_pin(p, &frame, p->first + want.playhead);
    else if (!may_be(status))
        fail_hard(p, "waited in vain", want.playhead, status);
}

static void play(player *p)
{
    zoe_want want = random_want(p);
    int64_t steps = (int64_t)stage_random(&p->seed, 40);
    for (int64_t i = 0; i < steps && !want.idle; i++) {
        zoe_source_set_want(p->source, &want);
        zoe_frame frame;
        zoe_status status = zoe_source_acquire(p->source, want.playhead, &frame);
        if (status == ZOE_OK)
            keep_pin(p, &frame, p->first + want.playhead);
        else if (status != ZOE_LOADING && !may_be(status))
            fail_hard(p, "acquired", want.playhead, status);
        want.playhead = want.playhead == want.out ? want.in : (want.playhead + 1) % FRAMES;
    }
    zoe_source_set_want(p->source, &want);
}

static void look(player *p)
{
    uint8_t states[FRAMES];
    zoe_source_states(p->source, 0, FRAMES, states);
    for (int64_t i = 0; i < FRAMES; i++) {
        if (states[i] > ZOE_FRAME_NO_ROOM)
            fail_hard(p, "state out of range", i, ZOE_ERROR_CORRUPT);
        if (states[i] == ZOE_FRAME_ERROR)
            zoe_source_frame_error(p->source, i, &(zoe_error){.status = ZOE_OK});
    }
    int64_t position = (int64_t)stage_random(&p->seed, FRAMES);
    zoe_frame frame;
    zoe_status status = zoe_source_acquire(p->source, position, &frame);
    if (status == ZOE_OK)
        keep_pin(p, &frame, p->first + position);
    else if (status != ZOE_LOADING && !may_be(status))
        fail_hard(p, "acquired", position, status);
}

/* Makes the file another one, now and then. */
static void maybe_change(player *p, int64_t position)
{
    char name[16];
    snprintf(name, sizeof name, "s%" PRId64, p->first);
    if (stage_random(&p->seed, 2))
        stage_change(&p->all->s, name, p->first + position);
}

static void refresh(player *p)
{
    zoe_error error = {.status = ZOE_OK};
    maybe_change(p, (int64_t)stage_random(&p->seed, FRAMES));
    if (zoe_source_refresh(p->source, NULL, &error) != ZOE_OK)
        fail_hard(p, error.text, 0, error.status);
}

static void reload(player *p)
{
    int64_t position = (int64_t)stage_random(&p->seed, FRAMES);
    maybe_change(p, position);
    zoe_status status = zoe_source_reload(p->source, position, NULL);
    if (status != ZOE_OK && status != ZOE_MISSING)
        fail_hard(p, "reloaded", position, status);
}

static void close_own(player *p)
{
    zoe_source_close(&p->source);
    if (stage_random(&p->seed, 2))
        for (size_t i = 0; i < PINS; i++)
            drop_pin(p, i);
}

static void *player_main(void *arg)
{
    player *p = arg;
    while (zoe_now_ns() < p->all->until_ns) {
        if (!p->source)
            open_own(p);
        switch (stage_random(&p->seed, 12)) {
        case 0: zoe_source_set_want(p->source, &(zoe_want){.idle = 1}); break;
        case 1:
        case 2: seek_and_wait(p); break;
        case 3:
        case 4:
        case 5:
        case 6: play(p); break;
        case 7: close_own(p); break;
        case 8: refresh(p); break;
        case 9: drop_pin(p, (size_t)stage_random(&p->seed, PINS)); break;
        case 10: reload(p); break;
        default: look(p); break;
        }
    }
    for (size_t i = 0; i < PINS; i++)
        drop_pin(p, i);
    zoe_source_close(&p->source);
    return NULL;
}

/* Shares a source with others: it neither closes nor refreshes it. */
static void *reader_main(void *arg)
{
    player *p = arg;
    while (zoe_now_ns() < p->all->until_ns) {
        zoe_frame frame;
        int64_t position = (int64_t)stage_random(&p->seed, FRAMES);
        switch (stage_random(&p->seed, 8)) {
        case 0: play(p); break;
        case 1:
            /* Others may want something else by then. */
            if (zoe_source_wait(p->source, position, zoe_now_ns() + 1000000, &frame) == ZOE_OK)
                keep_pin(p, &frame, p->first + position);
            break;
        case 2: drop_pin(p, (size_t)stage_random(&p->seed, PINS)); break;
        case 3: reload(p); break;
        default: look(p); break;
        }
    }
    for (size_t i = 0; i < PINS; i++)
        drop_pin(p, i);
    return NULL;
}

/* ---- the one who changes settings ---- */

static void break_a_file(stress *t, uint64_t *seed)
{
    static const zoe_status bad[] = {ZOE_OK, ZOE_OK, ZOE_ERROR_PERMISSION, ZOE_ERROR_CORRUPT};
    int64_t number = (1 + (int64_t)stage_random(seed, PLAYERS + 1)) * NUMBERS +
                     (int64_t)stage_random(seed, FRAMES);
    fake_frame *frame = fake_lock(t->s.fake, number);
    frame->open_status = bad[stage_random(seed, 4)];
    frame->decode_status = bad[stage_random(seed, 4)];
    frame->pieces = 1 + (int32_t)stage_random(seed, 9);
    frame->bad_piece = (int32_t)stage_random(seed, (uint64_t)frame->pieces);
    frame->missing_pieces =
        stage_random(seed, 4) ? 0 : (int32_t)stage_random(seed, (uint64_t)frame->pieces + 1);
    frame->changes = stage_random(seed, 4) ? 0 : (int32_t)stage_random(seed, 6);
    frame->file_bytes = (size_t)stage_random(seed, 3) * 100000;
    frame->bytes = (size_t)(1 + stage_random(seed, 32)) * 8192;
    /* Windows that move, or not. */
    frame->buffer_bytes = stage_random(seed, 3) ? (size_t)32 * 8192 : 0;
    if (stage_random(seed, 30) == 0)
        frame->bytes = (size_t)(1 + stage_random(seed, 48)) << 20;
    frame->scratch_bytes = stage_random(seed, 3) ? 4096 : (size_t)stage_random(seed, 1 << 20);
    fake_unlock(t->s.fake);
}

static void check_stats(stress *t)
{
    zoe_stats stats = stage_stats(&t->s);
    if (stats.high_water_bytes > most_limit || stats.loads_pending > ZOE_LOADS_MAX) {
        fprintf(stderr, "stress: high water %" PRIu64 ", pending %" PRIu64 "\n",
                stats.high_water_bytes, stats.loads_pending);
        abort();
    }
}

static void change_settings(stress *t, uint64_t *seed, uint32_t workers)
{
    for (int i = 0; i < 4; i++)
        break_a_file(t, seed);
    switch (stage_random(seed, 8)) {
    case 0:
    case 1:
    case 2: stage_budget(&t->s, least_limit + stage_random(seed, most_limit - least_limit)); break;
    case 3:
        zoe_engine_set_workers(t->s.engine, 1 + (uint32_t)stage_random(seed, 2 * workers));
        break;
    case 4: zoe_engine_set_workers(t->s.engine, workers); break;
    case 5: zoe_engine_trim(t->s.engine, NULL); break;
    case 6: zoe_engine_clear(t->s.engine, NULL); break;
    default: check_stats(t); break;
    }
}

static void notified(void *user)
{
    stress *t = user;
    atomic_fetch_add_explicit(&t->notified, 1, memory_order_relaxed);
}

/* ---- the whole ---- */

static void start(stress *t, uint64_t *seed)
{
    for (int i = 0; i < PLAYERS + READERS; i++) {
        player *p = &t->players[i];
        p->all = t;
        p->seed = stage_random(seed, UINT64_MAX);
        p->shared = i >= PLAYERS;
        p->first = p->shared ? (PLAYERS + 1) * NUMBERS : (i + 1) * NUMBERS;
        p->source = p->shared ? t->shared : NULL;
        if (pthread_create(&p->thread, NULL, p->shared ? reader_main : player_main, p) != 0)
            abort();
    }
}

/* A file that has no room is not opened over and over. Most of those that are opened are decoded;
 * what is begun in vain is a few a want. */
static void check_work(const stress *t)
{
    const fake_decoder *fake = t->s.fake;
    if (fake->opened + fake->refused > fake->pieces + VAIN) {
        fprintf(stderr,
                "stress: %" PRId64 " files opened and %" PRId64 " refused for %" PRId64 " pieces\n",
                fake->opened, fake->refused, fake->pieces);
        abort();
    }
}

/* All has been given back: nothing may be left in the books. */
static void check_books(stress *t)
{
    zoe_source_close(&t->shared);
    stage_rest(&t->s);
    zoe_engine_trim(t->s.engine, NULL);
    zoe_stats stats = stage_stats(&t->s);
    if (stats.used_bytes || stats.frames_loaded || stats.loads_pending || stats.free_bytes ||
        stats.scratch_bytes || fake_open_now(t->s.fake)) {
        fprintf(stderr,
                "stress: left over: used %" PRIu64 " loaded %" PRIu64 " pending %" PRIu64
                " free %" PRIu64 " scratch %" PRIu64 " open files %" PRId64 "\n",
                stats.used_bytes, stats.frames_loaded, stats.loads_pending, stats.free_bytes,
                stats.scratch_bytes, fake_open_now(t->s.fake));
        abort();
    }
}

static void run(uint64_t seconds, uint32_t workers, uint64_t seed)
{
    static stress t;
    stage_begin(&t.s, workers, most_limit, 64 << 10, 5);
    t.s.engine->cache.notify_user = &t;
    t.s.engine->cache.notify = notified;
    for (int64_t s = 1; s <= PLAYERS + 1; s++) {
        char name[16];
        snprintf(name, sizeof name, "s%" PRId64, s * NUMBERS);
        for (int64_t i = 0; i < FRAMES; i++)
            if (i % 17 != 16)
                stage_touch(&t.s, name, s * NUMBERS + i);
    }
    char shared[16];
    snprintf(shared, sizeof shared, "s%d", (PLAYERS + 1) * NUMBERS);
    t.shared =
        stage_source(&t.s, shared, (PLAYERS + 1) * NUMBERS, (PLAYERS + 1) * NUMBERS + FRAMES - 1);
    t.until_ns = zoe_now_ns() + seconds * 1000000000u;
    start(&t, &seed);
    while (zoe_now_ns() < t.until_ns) {
        change_settings(&t, &seed, workers);
        nanosleep(&(struct timespec){.tv_nsec = (long)stage_random(&seed, 20000000)}, NULL);
    }
    uint64_t shown = 0, opened = 0;
    for (int i = 0; i < PLAYERS + READERS; i++) {
        pthread_join(t.players[i].thread, NULL);
        shown += t.players[i].shown;
        opened += t.players[i].opened;
    }
    zoe_engine_set_workers(t.s.engine, workers);
    check_books(&t);
    check_work(&t);
    printf("stress: %" PRIu64 " frames checked, %" PRIu64 " sources opened, %" PRId64
           " files, %" PRId64 " pieces, %" PRIu64 " notices\n",
           shown, opened, t.s.fake->opened, t.s.fake->pieces,
           atomic_load_explicit(&t.notified, memory_order_relaxed));
    stage_end(&t.s);
}

int main(int argc, char **argv)
{
    uint64_t seconds = 3, seed = 0;
    uint32_t workers = 4;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--seconds") == 0)
            seconds = strtoull(value, NULL, 0), i++;
        else if (strcmp(argv[i], "--workers") == 0)
            workers = (uint32_t)strtoul(value, NULL, 0), i++;
        else if (strcmp(argv[i], "--seed") == 0)
            seed = strtoull(value, NULL, 0), i++;
        else
            seconds = 0;
    }
    if (seconds == 0 || workers == 0 || workers > ZOE_WORKERS_MAX / 2) {
        fprintf(stderr, "usage: %s [--seconds S] [--workers N] [--seed X]\n", argv[0]);
        return 2;
    }
    const char *text = getenv("ZOETROPE_SEED");
    if (seed == 0)
        seed = text ? strtoull(text, NULL, 0) : zoe_now_ns();
    printf("stress: --seconds %" PRIu64 " --workers %u --seed %" PRIu64 "\n", seconds, workers,
           seed);
    fflush(stdout);
    run(seconds, workers, seed);
    return 0;
}
