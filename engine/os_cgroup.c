#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "os_cgroup.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t read_text(const char *path, char *text, size_t capacity)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    size_t length = 0;
    for (ssize_t n; length + 1 < capacity; length += (size_t)n) {
        n = read(fd, text + length, capacity - 1 - length);
        if (n <= 0)
            break;
    }
    close(fd);
    text[length] = '\0';
    return length;
}

/* The number in folder/name; UINT64_MAX for "max", for no file and for anything else. */
static uint64_t read_limit(const char *folder, const char *name)
{
    char path[PATH_MAX + 64], text[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!read_text(path, text, sizeof text) || text[0] < '0' || text[0] > '9')
        return UINT64_MAX;
    return strtoull(text, NULL, 10);
}

/* Page cache in folder/memory.stat that the kernel drops before it refuses memory. */
static uint64_t reclaimable(const char *folder)
{
    char path[PATH_MAX + 64], text[4096];
    snprintf(path, sizeof path, "%s/memory.stat", folder);
    read_text(path, text, sizeof text);
    uint64_t bytes = 0;
    static const char *const names[] = {"\nactive_file ", "\ninactive_file "};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *at = strstr(text, names[i]);
        if (at)
            bytes += strtoull(at + strlen(names[i]), NULL, 10);
    }
    return bytes;
}

static void apply_group(const char *folder, bool v2, uint64_t *total, uint64_t *available)
{
    uint64_t limit = read_limit(folder, v2 ? "memory.max" : "memory.limit_in_bytes");
    if (v2) {
        uint64_t high = read_limit(folder, "memory.high");
        if (high < limit)
            limit = high;
    }
    /* Version 1 says "no limit" with a number close to 2^63. */
    if (limit >= (uint64_t)1 << 60)
        return;
    if (limit < *total)
        *total = limit;
    uint64_t used = read_limit(folder, v2 ? "memory.current" : "memory.usage_in_bytes");
    if (used == UINT64_MAX)
        return;
    uint64_t cache = reclaimable(folder);
    used = used > cache ? used - cache : 0;
    uint64_t room = limit > used ? limit - used : 0;
    if (room < *available)
        *available = room;
}

/* Applies the group at mount/path and every one around it, up to the mount point. */
static void apply_chain(const char *mount, const char *path, bool v2, uint64_t *total,
                        uint64_t *available)
{
    char folder[PATH_MAX];
    int n = snprintf(folder, sizeof folder, "%s%s", mount, path);
    if (n < 0 || (size_t)n >= sizeof folder)
        return;
    size_t floor = strlen(mount);
    size_t length = (size_t)n;
    for (;;) {
        while (length > floor && folder[length - 1] == '/')
            folder[--length] = '\0';
        apply_group(folder, v2, total, available);
        if (length <= floor)
            return;
        while (length > floor && folder[length - 1] != '/')
            length--;
        folder[length] = '\0';
    }
}

/* Is `name` one of the comma-separated words at text? */
static bool has_word(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = text; (at = strstr(at, name)) != NULL; at += length)
        if ((at == text || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/*
 * Where a hierarchy is mounted, from /proc/self/mountinfo; `root` is the group that is mounted
 * there (a container may see a part of the tree only).
 */
static bool find_mount(bool v2, char *mount, size_t capacity, char *root, size_t root_capacity)
{
    FILE *file = fopen("/proc/self/mountinfo", "re");
    if (!file)
        return false;
    char line[PATH_MAX * 2];
    bool found = false;
    while (!found && fgets(line, sizeof line, file)) {
        char line_root[PATH_MAX], point[PATH_MAX], type[64], options[512];
        const char *tail = strstr(line, " - ");
        if (!tail || sscanf(line, "%*s %*s %*s %4095s %4095s", line_root, point) != 2 ||
            sscanf(tail, " - %63s %*s %511s", type, options) != 2)
            continue;
        if (strcmp(type, v2 ? "cgroup2" : "cgroup") != 0 || (!v2 && !has_word(options, "memory")))
            continue;
        found = snprintf(mount, capacity, "%s", point) < (int)capacity &&
                snprintf(root, root_capacity, "%s", line_root) < (int)root_capacity;
    }
    fclose(file);
    return found;
}

void zoe_os_cgroup_apply(uint64_t *total, uint64_t *available)
{
    char text[8192];
    if (!read_text("/proc/self/cgroup", text, sizeof text))
        return;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        /* hierarchy:controllers:path; version 2 has hierarchy 0 and no controllers */
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        controllers++;
        bool v2 = *controllers == '\0';
        if (!v2 && !has_word(controllers, "memory"))
            continue;
        char mount[PATH_MAX], root[PATH_MAX];
        if (!find_mount(v2, mount, sizeof mount, root, sizeof root))
            continue;
        size_t skip = strcmp(root, "/") == 0 ? 0 : strlen(root);
        if (skip && strncmp(path, root, skip) == 0)
            path += skip;
        apply_chain(mount, strcmp(path, "/") == 0 ? "" : path, v2, total, available);
    }
}
