/*
 * What a decode costs by how many frames are in memory: frames that are not are asked for one by
 * one, so that each is decoded and evicts the one that was asked for first. Files are 96x80 (all
 * the same few), decoded at half their size: 100,000 frames take 1.7 GB.
 *
 *     bench_eviction [STEPS [FRAMES...]]        default 3000 steps; 1500 5700 22500 100000 frames
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* mkdtemp */

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <unistd.h>

#include <zoetrope/zoetrope.h>

#include "support/exr_files.h"

/* A file system may allow no more names for one file. */
enum { LINKS_MAX = 30000 };

static void path_of(char path[128], const char *folder, int64_t number)
{
    snprintf(path, 128, "%s/f.%07" PRId64 ".exr", folder, number);
}

static int make_files(const char *folder, int64_t count)
{
    char first[128] = "", path[128];
    for (int64_t i = 0; i < count; i++) {
        path_of(path, folder, i);
        if (i % LINKS_MAX != 0 && link(first, path) == 0)
            continue;
        if (!exr_files_write(path, i))
            return 0;
        memcpy(first, path, sizeof first);
    }
    return 1;
}

static void remove_files(const char *folder, int64_t count)
{
    char path[128];
    for (int64_t i = 0; i < count; i++) {
        path_of(path, folder, i);
        unlink(path);
    }
    rmdir(folder);
}

/* Asks for frames from..from+steps-1, one by one. Microseconds of this process a frame; 0: one did
 * not come. */
static double ask(zoe_source *source, int64_t count, int64_t from, int64_t steps)
{
    uint64_t deadline = zoe_now_ns() + 600000000000u;
    clock_t start = clock();
    for (int64_t i = 0; i < steps; i++) {
        int64_t position = (from + i) % count;
        zoe_want want = {.playhead = position, .in = position, .out = position};
        zoe_frame frame;
        if (zoe_source_set_want(source, &want) != ZOE_OK ||
            zoe_source_wait(source, position, deadline, &frame) != ZOE_OK)
            return 0;
        zoe_frame_release(&frame);
    }
    return (double)(clock() - start) * 1e6 / CLOCKS_PER_SEC / (double)steps;
}

static int measure(zoe_engine *engine, zoe_source *source, int64_t room, int64_t count,
                   int64_t steps)
{
    int64_t at = room + room / 8;
    double filling = ask(source, count, 0, at), best = 0;
    for (int round = 0; round < 5; round++, at += steps) {
        double us = ask(source, count, at, steps);
        best = round == 0 || us < best ? us : best;
    }
    zoe_stats stats;
    zoe_engine_stats(engine, &stats);
    printf("| %6" PRIu64 " | %7.1f | %6.1f |\n", stats.frames_loaded, filling, best);
    fflush(stdout);
    return best > 0 && stats.decodes == (uint64_t)at;
}

static int measure_room(const char *first, int64_t room, int64_t count, int64_t steps)
{
    zoe_engine_settings settings;
    zoe_source_settings choice;
    zoe_engine_settings_init(&settings);
    zoe_source_settings_init(&choice);
    settings.workers = 1;
    settings.budget.bytes = ((uint64_t)2 << 20) + (uint64_t)room * 17100;
    choice.proxy_shift = 1;
    zoe_engine *engine = NULL;
    zoe_sequence *sequence = NULL;
    zoe_source *source = NULL;
    zoe_error error;
    int ok = zoe_sequence_open(first, NULL, &sequence, &error) == ZOE_OK &&
             zoe_engine_create(&settings, &engine, &error) == ZOE_OK &&
             zoe_source_open(engine, &sequence, &choice, &source, &error) == ZOE_OK;
    if (ok)
        ok = measure(engine, source, room, count, steps);
    else
        fprintf(stderr, "%s\n", error.text);
    zoe_engine_destroy(&engine);
    zoe_sequence_close(&sequence);
    return ok;
}

int main(int argc, char **argv)
{
    int64_t rooms[8] = {1500, 5700, 22500, 100000}, most = 0;
    int lines = argc > 2 ? argc - 2 : 4;
    int64_t steps = argc > 1 ? strtoll(argv[1], NULL, 10) : 3000;
    for (int i = 0; i < lines && i < 8; i++) {
        if (argc > 2)
            rooms[i] = strtoll(argv[i + 2], NULL, 10);
        most = rooms[i] > most ? rooms[i] : most;
    }
    if (steps < 1 || lines > 8 || most < 1) {
        fprintf(stderr, "usage: %s [STEPS [FRAMES...]]\n", argv[0]);
        return 2;
    }
    /* The same files whatever is in memory: finding their names costs time too. */
    char folder[] = "/tmp/zoe-bench-XXXXXX", first[128];
    if (!mkdtemp(folder))
        return 1;
    path_of(first, folder, 0);
    int ok = make_files(folder, 2 * most);
    printf("us of CPU time a frame; in memory\n| frames | filling | decode "
           "|\n|-------:|--------:|-------:|\n");
    for (int i = 0; i < lines; i++)
        ok = ok && measure_room(first, rooms[i], 2 * most, steps);
    remove_files(folder, 2 * most);
    return ok ? 0 : 1;
}
