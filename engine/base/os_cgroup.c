#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "base/os_cgroup.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A mount point and a group's path in it. */
enum { FOLDER_MAX = ZOE_CGROUP_PATH_MAX + 4096 };

/* Returns the length; 0, and an empty text, when the file cannot be read. */
static size_t read_text(const char *path, char *text, size_t capacity)
{
    text[0] = '\0';
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
    char path[FOLDER_MAX + 64], text[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!read_text(path, text, sizeof text) || text[0] < '0' || text[0] > '9')
        return UINT64_MAX;
    return strtoull(text, NULL, 10);
}

/* Page cache in folder/memory.stat that the kernel drops before it refuses memory, that of groups
 * inside included: version 1 keeps sums apart. */
static uint64_t reclaimable(const char *folder, bool v2)
{
    static const char *const names[2][2] = {{"\ntotal_active_file ", "\ntotal_inactive_file "},
                                            {"\nactive_file ", "\ninactive_file "}};
    char path[FOLDER_MAX + 64], text[8192];
    snprintf(path, sizeof path, "%s/memory.stat", folder);
    if (!read_text(path, text, sizeof text))
        return 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < 2; i++) {
        const char *name = names[v2][i], *at = strstr(text, name);
        if (at)
            bytes += strtoull(at + strlen(name), NULL, 10);
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
    uint64_t cache = reclaimable(folder, v2);
    used = used > cache ? used - cache : 0;
    uint64_t left = limit > used ? limit - used : 0;
    if (left < *available)
        *available = left;
}

/* Applies the group at mount/path and every one around it, up to the mount point. */
static void apply_chain(const char *mount, const char *path, bool v2, uint64_t *total,
                        uint64_t *available)
{
    char folder[FOLDER_MAX];
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

/* Undoes the octal escapes that mountinfo has for blanks and backslashes. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] && from[3]) {
            *to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 3;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

/* One line: id parent device root point options [tags] - type source options */
static void read_mount(const char *line, zoe_os_cgroup_mounts *mounts)
{
    char root[ZOE_CGROUP_PATH_MAX], point[ZOE_CGROUP_PATH_MAX], type[64], options[512];
    const char *tail = strstr(line, " - ");
    if (!tail || sscanf(line, "%*s %*s %*s %1023s %1023s", root, point) != 2 ||
        sscanf(tail, " - %63s %*s %511s", type, options) != 2)
        return;
    bool v1 = strcmp(type, "cgroup") == 0 && has_word(options, "memory");
    bool v2 = strcmp(type, "cgroup2") == 0;
    zoe_os_cgroup_mount *mount = v2 ? &mounts->v2 : &mounts->v1;
    if ((!v1 && !v2) || mount->found)
        return;
    unescape(root);
    unescape(point);
    memcpy(mount->root, root, sizeof root);
    memcpy(mount->point, point, sizeof point);
    mount->found = true;
}

void zoe_os_cgroup_find(const char *mountinfo, zoe_os_cgroup_mounts *mounts)
{
    memset(mounts, 0, sizeof *mounts);
    FILE *file = fopen(mountinfo, "re");
    if (!file)
        return;
    char line[8192];
    while (fgets(line, sizeof line, file))
        read_mount(line, mounts);
    fclose(file);
}

/* The part of a group's path that lies under what is mounted. */
static const char *path_under(const char *path, const char *root)
{
    size_t skip = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (skip && strncmp(path, root, skip) == 0 && (path[skip] == '/' || path[skip] == '\0'))
        path += skip;
    return strcmp(path, "/") == 0 ? "" : path;
}

void zoe_os_cgroup_read(const zoe_os_cgroup_mounts *mounts, const char *groups, uint64_t *total,
                        uint64_t *available)
{
    char text[8192];
    if (!read_text(groups, text, sizeof text))
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
        const zoe_os_cgroup_mount *mount = v2 ? &mounts->v2 : &mounts->v1;
        if (mount->found && (v2 || has_word(controllers, "memory")))
            apply_chain(mount->point, path_under(path, mount->root), v2, total, available);
    }
}

static zoe_os_cgroup_mounts own_mounts;
static pthread_once_t own_once = PTHREAD_ONCE_INIT;

static void find_own(void)
{
    zoe_os_cgroup_find("/proc/self/mountinfo", &own_mounts);
}

void zoe_os_cgroup_apply(uint64_t *total, uint64_t *available)
{
    pthread_once(&own_once, find_own);
    zoe_os_cgroup_read(&own_mounts, "/proc/self/cgroup", total, available);
}
