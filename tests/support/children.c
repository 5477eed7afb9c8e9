#include "support/children.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The state letter of a process whose parent `of` is; 0: it is not. */
static char state_of_child(pid_t of, pid_t pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    /* A name in brackets, which may have any, then state and parent. */
    char state = 0;
    int parent = 0;
    const char *after = strrchr(text, ')');
    if (!after || sscanf(after + 1, " %c %d", &state, &parent) != 2 || parent != (int)of)
        return 0;
    return state;
}

static size_t list(pid_t of, pid_t *pids, size_t capacity, bool zombies)
{
    size_t count = 0;
    DIR *folder = opendir("/proc");
    const struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL) {
        pid_t pid = (pid_t)atoi(entry->d_name);
        char state = pid > 0 ? state_of_child(of, pid) : 0;
        if (!state || (!zombies && (state == 'Z' || state == 'X')))
            continue;
        if (count < capacity)
            pids[count] = pid;
        count++;
    }
    if (folder)
        closedir(folder);
    return count < capacity || !pids ? count : capacity;
}

size_t children_list(pid_t *pids, size_t capacity)
{
    return list(getpid(), pids, capacity, false);
}

size_t children_list_of(pid_t parent, pid_t *pids, size_t capacity)
{
    return list(parent, pids, capacity, false);
}

size_t children_count(void)
{
    return list(getpid(), NULL, 0, true);
}

size_t descriptors_count(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}
