#define _GNU_SOURCE /* mkdtemp */

#include "support/temp_folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
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

void temp_folder_remove(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    rmdir(path);
}
