/*
 * Decoders that are killed at random by another process, while wants, limits and sources change: a
 * frame is right, or it is an error that says what became of its decoder. In the end everything can
 * be had, memory is back, and no process and no descriptor is left.
 *
 *   stress_isolation [--seconds S] [--workers N] [--seed X]
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <zoetrope/zoetrope.h>

#include "support/bad_decoder.h"
#include "support/children.h"
#include "support/seeded_random.h"
#include "support/temp_folder.h"
#include "support/threads.h"

#ifdef BAD_DECODER_SANITIZED
enum { SLOWER = 20 }; /* a process takes so much longer to start */
#else
enum { SLOWER = 1 };
#endif

enum { PLAYERS = 3, FRAMES = 60, WAIT_SECONDS = 120 };

static const uint64_t mebibyte = (uint64_t)1 << 20;

typedef struct stress {
    char folder[64];
    zoe_engine *engine;
    uint64_t until_ns;
    _Atomic uint64_t right, died; /* frames */
} stress;

typedef struct player {
    stress *all;
    uint64_t seed;
    zoe_source *source;
} player;

static uint64_t random_below(uint64_t *seed, uint64_t below)
{
    return seeded_random_below(seed, below);
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "stress: %s\n", what);
    abort();
}

static void rest(uint64_t microseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)microseconds * 1000}, NULL);
}

/* ---- frames ---- */

static void check_frame(const zoe_frame *frame, int64_t position)
{
    for (int y = 0; y < BAD_HEIGHT; y++) {
        const uint16_t *row = (const uint16_t *)(const void *)((const char *)frame->planes[0].data +
                                                               (size_t)y * frame->planes[0].stride);
        for (int x = 0; x < BAD_WIDTH; x++)
            must(row[x] == 100 + position, "a frame with wrong pixels");
    }
}

static void open_source(player *p)
{
    zoe_sequence *sequence = NULL;
    zoe_error error;
    must(zoe_sequence_open(p->all->folder, NULL, &sequence, &error) == ZOE_OK &&
             zoe_source_open(p->all->engine, &sequence, NULL, &p->source, &error) == ZOE_OK,
         "a source cannot be opened");
}

/* Waits for a frame, which may be an error while decoders are killed. */
static void get(player *p, int64_t position, bool may_die)
{
    zoe_want want = {.playhead = position, .in = 0, .out = FRAMES - 1, .direction = 1};
    zoe_error error = {.text = ""};
    zoe_frame frame;
    want.playing = (int32_t)random_below(&p->seed, 2);
    must(zoe_source_set_want(p->source, &want) == ZOE_OK, "a want is refused");
    uint64_t deadline = zoe_now_ns() + WAIT_SECONDS * (uint64_t)1000000000;
    zoe_status status = zoe_source_wait(p->source, position, deadline, &frame);
    if (status == ZOE_OK) {
        check_frame(&frame, position);
        zoe_frame_release(&frame);
        atomic_fetch_add(&p->all->right, 1);
        return;
    }
    zoe_source_frame_error(p->source, position, &error);
    if (may_die && status == ZOE_ERROR_DECODER && error.text[0]) {
        atomic_fetch_add(&p->all->died, 1);
        return;
    }
    fprintf(stderr, "stress: frame %d: %s: %s\n", (int)position, zoe_status_name(status),
            error.text);
    abort();
}

static void *play(void *arg)
{
    player *p = arg;
    while (zoe_now_ns() < p->all->until_ns) {
        if (!p->source)
            open_source(p);
        for (uint64_t i = random_below(&p->seed, 20); i > 0; i--)
            get(p, (int64_t)random_below(&p->seed, FRAMES), true);
        switch (random_below(&p->seed, 6)) {
        case 0: zoe_source_close(&p->source); break;
        case 1: must(zoe_source_refresh(p->source, NULL, NULL) == ZOE_OK, "no refresh"); break;
        case 2: zoe_source_reload(p->source, (int64_t)random_below(&p->seed, FRAMES), NULL); break;
        default: break;
        }
    }
    zoe_source_close(&p->source);
    return NULL;
}

/* ---- the engine's settings ---- */

static void *change(void *arg)
{
    player *p = arg;
    while (zoe_now_ns() < p->all->until_ns) {
        zoe_budget budget = {.bytes = (24 + random_below(&p->seed, 40)) * mebibyte};
        switch (random_below(&p->seed, 4)) {
        case 0:
            must(zoe_engine_set_budget(p->all->engine, &budget, NULL) == ZOE_OK, "no budget");
            break;
        case 1: must(zoe_engine_trim(p->all->engine, NULL) == ZOE_OK, "no trim"); break;
        case 2: must(zoe_engine_clear(p->all->engine, NULL) == ZOE_OK, "no clear"); break;
        default:
            must(zoe_engine_set_workers(p->all->engine, 1 + (uint32_t)random_below(&p->seed, 4)) ==
                     ZOE_OK,
                 "no workers");
            break;
        }
        rest(random_below(&p->seed, 20000));
    }
    return NULL;
}

/* ---- the killer ---- */

/* Another process, so that it has the eyes of an outsider: kills one child of `parent` after the
 * other. Ends with its parent. */
static pid_t start_killer(uint64_t seed)
{
    pid_t parent = getpid(), pid = fork();
    must(pid >= 0, "no killer");
    if (pid > 0)
        return pid;
    static const int signals[] = {SIGKILL, SIGSEGV, SIGABRT, SIGTERM, SIGBUS};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        pid_t pids[64];
        size_t count = children_list_of(parent, pids, sizeof pids / sizeof pids[0]);
        size_t chosen = count ? (size_t)random_below(&seed, count) : 0;
        if (count && pids[chosen] != getpid())
            kill(pids[chosen], signals[random_below(&seed, 5)]);
        for (int i = 0; i < SLOWER; i++)
            rest(random_below(&seed, 15000));
    }
}

/* ---- beginning and end ---- */

static void write_files(const stress *all)
{
    char name[64];
    for (int i = 0; i < FRAMES; i++) {
        snprintf(name, sizeof name, "f.%04d.exr", i + 1);
        temp_folder_write(all->folder, name, (size_t)(100 + i));
    }
}

static void run(stress *all, uint32_t workers, uint64_t seed, uint64_t seconds)
{
    zoe_error error = {.text = ""};
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.budget.bytes = 48 * mebibyte;
    settings.workers = workers;
    settings.isolation = ZOE_ISOLATION_ON;
    settings.decoder_program = BAD_DECODER;
    settings.decoder_frames = 50;
    if (zoe_engine_create(&settings, &all->engine, &error) != ZOE_OK) {
        fprintf(stderr, "stress: %s\n", error.text);
        abort();
    }
    pid_t killer = start_killer(seed ^ 0x5a5a);
    player players[PLAYERS + 1];
    pthread_t threads[PLAYERS + 1];
    all->until_ns = zoe_now_ns() + seconds * 1000000000u;
    for (size_t i = 0; i <= PLAYERS; i++) {
        players[i] = (player){.all = all, .seed = seed * 31 + i};
        must(pthread_create(&threads[i], NULL, i < PLAYERS ? play : change, &players[i]) == 0,
             "no thread");
    }
    for (size_t i = 0; i <= PLAYERS; i++)
        pthread_join(threads[i], NULL);
    kill(killer, SIGKILL);
    must(waitpid(killer, NULL, 0) == killer, "the killer is gone");
    /* Those that still have a signal to come. */
    must(zoe_engine_trim(all->engine, NULL) == ZOE_OK, "no trim");
    player last = {.all = all, .seed = seed};
    open_source(&last);
    for (int64_t i = 0; i < FRAMES; i++)
        get(&last, i, false);
    zoe_source_close(&last.source);
    zoe_stats stats;
    uint64_t deadline = zoe_now_ns() + WAIT_SECONDS * (uint64_t)1000000000;
    do { /* a worker may be about to leave its last load */
        must(zoe_engine_clear(all->engine, NULL) == ZOE_OK, "no clear");
        zoe_engine_stats(all->engine, &stats);
    } while (stats.frame_bytes + stats.free_bytes + stats.scratch_bytes > 0 &&
             zoe_now_ns() < deadline);
    must(stats.frame_bytes + stats.free_bytes + stats.scratch_bytes == 0, "memory is left");
    printf("%" PRIu64 " frames right, %" PRIu64 " with a decoder that died, %" PRIu64 " restarts\n",
           all->right, all->died, stats.decoder_restarts);
    zoe_engine_destroy(&all->engine);
}

int main(int argc, char **argv)
{
    uint64_t seconds = 3, workers = 2, seed = zoe_now_ns();
    for (int i = 1; i + 1 < argc; i += 2) {
        uint64_t value = strtoull(argv[i + 1], NULL, 0);
        if (strcmp(argv[i], "--seconds") == 0)
            seconds = value;
        else if (strcmp(argv[i], "--workers") == 0)
            workers = value;
        else if (strcmp(argv[i], "--seed") == 0)
            seed = value;
    }
    printf("stress_isolation --seconds %" PRIu64 " --workers %" PRIu64 " --seed %" PRIu64 "\n",
           seconds, workers, seed);
    fflush(stdout);
    stress all;
    memset(&all, 0, sizeof all);
    (void)threads_begin();
    size_t children = children_count(), descriptors = descriptors_count();
    temp_folder_make(all.folder, sizeof all.folder);
    write_files(&all);
    run(&all, (uint32_t)workers, seed, seconds);
    temp_folder_remove(all.folder);
    must(children_count() == children, "a process is left");
    must(descriptors_count() == descriptors, "a descriptor is left");
    return 0;
}
