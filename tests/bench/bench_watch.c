/*
 * What watching a folder costs while a farm writes into it: so many files a second, each made,
 * written in pieces, closed and renamed into place, in a process of its own. Prints the processor
 * time of this process, which does nothing but watch and take changes, in percent of a core.
 *
 *   bench_watch [files a second, default 100] [seconds, default 10] [poll]
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <zoetrope/engine.h>

#include "model/folder_watcher.h"
#include "support/temp_folder.h"

enum { PIECES = 64, PIECE_BYTES = 16384, FRAMES = 1000 };

static void write_files(const char *folder, int files, int rate)
{
    static const char piece[PIECE_BYTES];
    for (int i = 0; i < files; i++) {
        char path[4096], temporary[4200];
        snprintf(path, sizeof path, "%s/a.%04d.exr", folder, i % FRAMES);
        snprintf(temporary, sizeof temporary, "%s.tmp", path);
        /* Half of the farms write in place. */
        int fd = open(i % 2 ? path : temporary, O_CREAT | O_WRONLY | O_TRUNC, 0600);
        for (int j = 0; fd >= 0 && j < PIECES; j++)
            if (write(fd, piece, sizeof piece) < 0)
                break;
        close(fd);
        if (i % 2 == 0)
            rename(temporary, path);
        struct timespec pause = {0, 1000000000 / rate};
        nanosleep(&pause, NULL);
    }
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double processor_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

int main(int argc, char **argv)
{
    int rate = argc > 1 ? atoi(argv[1]) : 100;
    int seconds = argc > 2 ? atoi(argv[2]) : 10;
    int polls = argc > 3 && !strcmp(argv[3], "poll");
    if (rate < 2 || seconds < 1)
        return 2;
    char folder[128];
    temp_folder_make(folder, sizeof folder);
    zoe_folder_watcher *watcher;
    zoe_folder_change *change = calloc(1, sizeof *change);
    const char *folders[] = {folder};
    if (!change ||
        zoe_folder_watcher_create(polls ? ZOE_FOLDER_WATCH_POLL : ZOE_FOLDER_WATCH_AUTO, NULL, NULL,
                                  &watcher, NULL) != ZOE_OK ||
        zoe_folder_watcher_set(watcher, folders, 1) != ZOE_OK)
        return 1;
    pid_t farm = fork();
    if (farm == 0) {
        write_files(folder, rate * seconds, rate);
        _exit(0);
    }
    uint64_t start = zoe_now_ns();
    double before = processor_seconds();
    long names = 0, all = 0;
    while (waitpid(farm, NULL, WNOHANG) == 0) {
        struct timespec pause = {0, 100000000};
        nanosleep(&pause, NULL);
        while (zoe_folder_watcher_take(watcher, change)) {
            names += change->count;
            all += change->all;
        }
    }
    double used = processor_seconds() - before;
    double took = (double)(zoe_now_ns() - start) / 1e9;
    printf(
        "%d files in %.1f s: %ld names and %ld times all; %.3f s of processor, %.2f %% of a core\n",
        rate * seconds, took, names, all, used, used / took * 100.0);
    zoe_folder_watcher_destroy(&watcher);
    free(change);
    temp_folder_remove(folder);
    return 0;
}
