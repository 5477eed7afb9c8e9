#define _GNU_SOURCE /* mkdtemp, nftw */

#include "support/temp_folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

void temp_folder_make(char *path, size_t capacity)
{
    const char *base = getenv("TMPDIR");
    int n = snprintf(path, capacity, "%s/zoetrope-XXXXXX", base && *base ? base : "/tmp");
    if (n < 0 || (size_t)n >= capacity || !mkdtemp(path)) {
        perror(path);
        exit(1);
    }
}

static int remove_entry(const char *path, const struct stat *info, int flag, struct FTW *place)
{
    (void)info;
    (void)flag;
    (void)place;
    return remove(path);
}

void temp_folder_remove(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
