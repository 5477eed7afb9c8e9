#define _GNU_SOURCE /* mkdtemp, nftw */

#include "support/temp_folder.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void temp_folder_make(char *path, size_t capacity)
{
    const char *base = getenv("TMPDIR");
    int n = snprintf(path, capacity, "%s/zoetrope-XXXXXX", base && *base ? base : "/tmp");
    if (n < 0 || (size_t)n >= capacity || !mkdtemp(path)) {
        perror(path);
        exit(1);
    }
}

static int remove_entry(const char *path, const struct stat *info, int flag, struct FTW *walk)
{
    (void)info;
    (void)flag;
    (void)walk;
    remove(path);
    return 0;
}

void temp_folder_remove(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void must(int good, const char *path)
{
    if (good)
        return;
    perror(path);
    exit(1);
}

static void join(char path[4096], const char *folder, const char *name)
{
    int n = snprintf(path, 4096, "%s/%s", folder, name);
    must(n > 0 && n < 4096, name);
}

void temp_folder_add(const char *path, const char *name)
{
    char below[4096];
    join(below, path, name);
    must(mkdir(below, 0700) == 0, below);
}

void temp_folder_write(const char *path, const char *name, size_t bytes)
{
    char below[4096];
    join(below, path, name);
    int fd = open(below, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
    must(fd >= 0, below);
    must(ftruncate(fd, (off_t)bytes) == 0, below);
    must(close(fd) == 0, below);
}

void temp_folder_write_range(const char *path, const char *prefix, int first, int last)
{
    for (int i = first; i <= last; i++) {
        char name[300];
        snprintf(name, sizeof name, "%s%04d.exr", prefix, i);
        temp_folder_write(path, name, 0);
    }
}
