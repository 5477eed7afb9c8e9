/*
 * Runs a command and says what it took, as the system counts it from outside:
 *
 *   measured [-i SECONDS] [-o FILE] COMMAND [ARGUMENT...]
 *
 * prints one line on standard output:
 *
 *   exit=STATUS cpu=SECONDS peak_mb=MB wall=SECONDS after=SECONDS end=SECONDS
 *
 * exit: of the command, 128 + signal where one killed it. cpu: of all its threads, and of the
 * processes that it started and waited for. peak_mb: its greatest resident memory, or that of such
 * a process. -i: SIGINT is sent when it has worked for so many seconds, its processes included;
 * after: what they worked from then on, end: how long it took until it ended (0 where it was
 * through before). -o: what the command prints is added to that file.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _DEFAULT_SOURCE /* wait4 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static pid_t start(char **command, const char *output)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    if (output) {
        int file = open(output, O_WRONLY | O_CREAT | O_APPEND, 0666);
        dup2(file, 1);
        dup2(file, 2);
    }
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
}

/* What a process's threads have worked so far. */
static double worked_alone(pid_t process)
{
    clockid_t clock;
    struct timespec t = {0};
    if (clock_getcpuclockid(process, &clock) == 0)
        clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The same together with the processes that one of its threads started, and that still run. */
static double worked(pid_t process)
{
    double sum = worked_alone(process);
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/task", (long)process);
    DIR *threads = opendir(path);
    for (struct dirent *entry; threads && (entry = readdir(threads)) != NULL;) {
        snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)process,
                 strtol(entry->d_name, NULL, 10));
        FILE *children = fopen(path, "r");
        long started;
        while (children && fscanf(children, "%ld", &started) == 1)
            sum += worked_alone((pid_t)started);
        if (children)
            fclose(children);
    }
    if (threads)
        closedir(threads);
    return sum;
}

/* Waits for the child, and interrupts it once it has worked for so long; *sent is when that was,
 * 0: not, and *before what it had worked by then. */
static int wait_for(pid_t child, double work, struct rusage *usage, double *sent, double *before)
{
    int status = 0;
    *sent = *before = 0;
    for (;;) {
        bool waits = work > 0 && *sent == 0;
        pid_t ended = wait4(child, &status, waits ? WNOHANG : 0, usage);
        if (ended == child)
            return status;
        if (ended < 0 && errno != EINTR)
            exit(2);
        if (waits && (*before = worked(child)) >= work) {
            *sent = now();
            kill(child, SIGINT);
            /* What it did while this process waited for its turn was before it was told. */
            double then = worked(child);
            *before = then > *before ? then : *before; /* less, if it is over */
        } else if (waits) {
            nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        }
    }
}

int main(int argc, char **argv)
{
    double interrupt = 0;
    const char *output = NULL;
    int option;
    while ((option = getopt(argc, argv, "+i:o:")) != -1) {
        if (option == 'i')
            interrupt = atof(optarg);
        else if (option == 'o')
            output = optarg;
        else
            return 2;
    }
    if (optind >= argc)
        return 2;
    double begin = now(), sent, before;
    struct rusage usage;
    memset(&usage, 0, sizeof usage);
    pid_t child = start(argv + optind, output);
    if (child < 0)
        return 2;
    int status = wait_for(child, interrupt, &usage, &sent, &before);
    double end = now(), cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    printf("exit=%d cpu=%.3f peak_mb=%.1f wall=%.3f after=%.3f end=%.3f\n",
           WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), cpu,
           (double)usage.ru_maxrss / 1024, end - begin, sent > 0 ? cpu - before : 0,
           sent > 0 ? end - sent : 0);
    return 0;
}
