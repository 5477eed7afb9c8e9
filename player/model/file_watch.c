#include "model/file_watch.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zoetrope/transport.h>

static const uint64_t interval_ns = 1000000000u;

static void take_stamp(const char *path, int64_t stamp[4])
{
    struct stat s;
    memset(stamp, 0xFF, 4 * sizeof stamp[0]);
    if (stat(path, &s) != 0)
        return;
    stamp[0] = (int64_t)s.st_mtim.tv_sec;
    stamp[1] = (int64_t)s.st_mtim.tv_nsec;
    stamp[2] = (int64_t)s.st_size;
    stamp[3] = (int64_t)s.st_ino;
}

void zoe_file_watch_init(zoe_file_watch *watch)
{
    memset(watch, 0, sizeof *watch);
    watch->due_ns = ZOE_NEVER;
}

void zoe_file_watch_set(zoe_file_watch *watch, const char *path, uint64_t now_ns)
{
    if (!path || !path[0]) {
        watch->path[0] = '\0';
        watch->due_ns = ZOE_NEVER;
        return;
    }
    if (!strcmp(watch->path, path))
        return;
    int length = snprintf(watch->path, sizeof watch->path, "%s", path);
    if (length < 0 || (size_t)length >= sizeof watch->path) {
        zoe_file_watch_init(watch);
        return;
    }
    watch->looked = false;
    watch->due_ns = now_ns + interval_ns;
}

bool zoe_file_watch_look(zoe_file_watch *watch, uint64_t now_ns)
{
    int64_t stamp[4];
    if (!watch->path[0] || now_ns < watch->due_ns)
        return false;
    watch->due_ns = now_ns + interval_ns;
    take_stamp(watch->path, stamp);
    bool changed = !watch->looked || memcmp(stamp, watch->stamp, sizeof stamp) != 0;
    watch->looked = true;
    memcpy(watch->stamp, stamp, sizeof stamp);
    return changed;
}
