#include "model/folder_watch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <zoetrope/storage.h>
#include <zoetrope/transport.h>

#include "model/folder_poll.h"

static const uint64_t gather_ns = 250000000;
static const uint64_t poll_ns = 2000000000;

enum {
    EVENT_BYTES = 64 << 10,
    READS_MAX = 64, /* of the descriptor each time, so that a flood does not hold the thread */
};

static const uint32_t event_mask = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO |
                                   IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

typedef struct watched {
    zoe_folder_change pending;
    uint64_t told_ns; /* when to tell it; ZOE_NEVER: nothing is pending */
    int wd;           /* -1: polled */
    bool is_network;
    zoe_folder_poll poll;
    uint64_t poll_ns; /* while polled */
    uint64_t now_ns;  /* of the look under way */
    bool is_wanted;   /* while the folders are set */
} watched;

struct zoe_folder_watch {
    int fd; /* of inotify; -1: none */
    watched *folders[ZOE_FOLDER_WATCH_FOLDERS];
    size_t count;
};

void zoe_folder_change_add(zoe_folder_change *change, const char *name)
{
    if (change->all)
        return;
    for (int i = 0; name && i < change->count; i++)
        if (!strcmp(change->names[i], name))
            return;
    if (!name || change->count == ZOE_FOLDER_WATCH_NAMES || strlen(name) >= ZOE_FOLDER_WATCH_NAME) {
        change->all = 1;
        change->count = 0;
        return;
    }
    strcpy(change->names[change->count++], name);
}

/* Something changed; name NULL: anything. */
static void note(watched *w, const char *name)
{
    if (w->told_ns == ZOE_NEVER)
        w->told_ns = w->now_ns + gather_ns;
    zoe_folder_change_add(&w->pending, name);
}

static void note_polled(void *user, const char *name)
{
    note(user, name);
}

/* ---- one folder ---- */

/* Watches a local folder by inotify if that is possible. */
static bool attach(const zoe_folder_watch *watch, watched *w)
{
    if (watch->fd < 0 || w->is_network)
        return false;
    w->wd = inotify_add_watch(watch->fd, w->pending.folder, event_mask);
    return w->wd >= 0;
}

/* From inotify to polling: the folder went, or is another. */
static void detach(watched *w)
{
    w->wd = -1;
    w->poll_ns = w->now_ns; /* it may be back already */
    zoe_folder_poll_clear(&w->poll);
    note(w, NULL);
}

static void poll_folder(const zoe_folder_watch *watch, watched *w)
{
    w->poll_ns = w->now_ns + poll_ns;
    /* Something else may be mounted there by now. */
    w->is_network = watch->fd >= 0 && zoe_storage_is_network(w->pending.folder);
    if (attach(watch, w)) {
        zoe_folder_poll_clear(&w->poll);
        note(w, NULL); /* what happened before is not known */
        return;
    }
    zoe_folder_poll_look(&w->poll, w->pending.folder, note_polled, w);
}

/* NULL when memory is out. */
static watched *add_folder(const zoe_folder_watch *watch, const char *path, uint64_t now_ns)
{
    watched *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    snprintf(w->pending.folder, sizeof w->pending.folder, "%s", path);
    w->told_ns = ZOE_NEVER;
    w->wd = -1;
    w->now_ns = now_ns;
    w->poll_ns = now_ns + poll_ns;
    w->is_network = watch->fd >= 0 && zoe_storage_is_network(path);
    if (!attach(watch, w))
        zoe_folder_poll_look(&w->poll, path, note_polled, w);
    return w;
}

/* Paths may lead to the same folder: they have one watch then. */
static size_t count_wd(const zoe_folder_watch *watch, int wd)
{
    size_t count = 0;
    for (size_t i = 0; i < watch->count; i++)
        count += watch->folders[i]->wd == wd;
    return count;
}

static void remove_folder(zoe_folder_watch *watch, size_t index)
{
    watched *w = watch->folders[index];
    if (w->wd >= 0 && count_wd(watch, w->wd) == 1)
        inotify_rm_watch(watch->fd, w->wd);
    zoe_folder_poll_clear(&w->poll);
    free(w);
    watch->count--;
    memmove(&watch->folders[index], &watch->folders[index + 1],
            (watch->count - index) * sizeof watch->folders[0]);
}

/* ---- the set ---- */

zoe_folder_watch *zoe_folder_watch_create(zoe_folder_watch_mode mode)
{
    zoe_folder_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->fd = mode == ZOE_FOLDER_WATCH_POLL ? -1 : inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    return watch;
}

void zoe_folder_watch_destroy(zoe_folder_watch **watch)
{
    if (!*watch)
        return;
    while ((*watch)->count > 0)
        remove_folder(*watch, (*watch)->count - 1);
    if ((*watch)->fd >= 0)
        close((*watch)->fd);
    free(*watch);
    *watch = NULL;
}

static watched *find(const zoe_folder_watch *watch, const char *path)
{
    for (size_t i = 0; i < watch->count; i++)
        if (!strcmp(watch->folders[i]->pending.folder, path))
            return watch->folders[i];
    return NULL;
}

zoe_status zoe_folder_watch_set(zoe_folder_watch *watch, const char *const *folders, size_t count,
                                uint64_t now_ns)
{
    for (size_t i = 0; i < watch->count; i++)
        watch->folders[i]->is_wanted = false;
    for (size_t i = 0; i < count; i++) {
        watched *w = find(watch, folders[i]);
        if (w)
            w->is_wanted = true;
    }
    for (size_t i = watch->count; i > 0; i--)
        if (!watch->folders[i - 1]->is_wanted)
            remove_folder(watch, i - 1);
    for (size_t i = 0; i < count && watch->count < ZOE_FOLDER_WATCH_FOLDERS; i++) {
        if (strlen(folders[i]) >= ZOE_PATH_TEXT || find(watch, folders[i]))
            continue;
        watched *w = add_folder(watch, folders[i], now_ns);
        if (!w)
            return ZOE_ERROR_NO_MEMORY;
        watch->folders[watch->count++] = w;
    }
    return ZOE_OK;
}

int zoe_folder_watch_fd(const zoe_folder_watch *watch)
{
    return watch->fd;
}

int zoe_folder_watch_how(const zoe_folder_watch *watch, const char *folder)
{
    const watched *w = find(watch, folder);
    return !w ? 0 : w->wd >= 0 ? 1 : 2;
}

/* A folder whose changes are to be told by then. */
static watched *find_due(const zoe_folder_watch *watch, uint64_t now_ns)
{
    for (size_t i = 0; i < watch->count; i++)
        if (watch->folders[i]->told_ns <= now_ns)
            return watch->folders[i];
    return NULL;
}

uint64_t zoe_folder_watch_due_ns(const zoe_folder_watch *watch)
{
    uint64_t due = ZOE_NEVER;
    for (size_t i = 0; i < watch->count; i++) {
        const watched *w = watch->folders[i];
        if (w->told_ns < due)
            due = w->told_ns;
        if (w->wd < 0 && w->poll_ns < due)
            due = w->poll_ns;
    }
    return due;
}

int zoe_folder_watch_gathers(const zoe_folder_watch *watch)
{
    return find_due(watch, ZOE_NEVER - 1) != NULL;
}

/* ---- looking ---- */

static void take_event(zoe_folder_watch *watch, const struct inotify_event *event)
{
    for (size_t i = 0; i < watch->count; i++) {
        watched *w = watch->folders[i];
        if (event->mask & IN_Q_OVERFLOW) {
            if (w->wd >= 0)
                note(w, NULL);
        } else if (w->wd < 0 || w->wd != event->wd) {
            continue;
        } else if (event->mask & (IN_IGNORED | IN_MOVE_SELF)) {
            if (event->mask & IN_MOVE_SELF && count_wd(watch, w->wd) == 1)
                inotify_rm_watch(watch->fd, w->wd); /* it would follow the folder */
            detach(w);
        } else if (event->len > 0 && !(event->mask & IN_ISDIR) &&
                   zoe_folder_poll_counts(event->name)) {
            note(w, event->name);
        }
    }
}

static void drain(zoe_folder_watch *watch)
{
    _Alignas(struct inotify_event) char buffer[EVENT_BYTES];
    for (int reads = 0; watch->fd >= 0 && reads < READS_MAX; reads++) {
        ssize_t bytes = read(watch->fd, buffer, sizeof buffer);
        if (bytes < 0 && errno == EINTR)
            continue;
        if (bytes <= 0)
            return;
        for (char *at = buffer; at < buffer + bytes;) {
            const struct inotify_event *event = (const void *)at;
            take_event(watch, event);
            at += sizeof *event + event->len;
        }
    }
}

int zoe_folder_watch_look(zoe_folder_watch *watch, uint64_t now_ns)
{
    for (size_t i = 0; i < watch->count; i++)
        watch->folders[i]->now_ns = now_ns;
    drain(watch);
    for (size_t i = 0; i < watch->count; i++)
        if (watch->folders[i]->wd < 0 && watch->folders[i]->poll_ns <= now_ns)
            poll_folder(watch, watch->folders[i]);
    return find_due(watch, now_ns) != NULL;
}

int zoe_folder_watch_take(zoe_folder_watch *watch, uint64_t now_ns, zoe_folder_change *change)
{
    watched *w = find_due(watch, now_ns);
    if (!w)
        return 0;
    *change = w->pending;
    w->pending.all = 0;
    w->pending.count = 0;
    w->told_ns = ZOE_NEVER;
    return 1;
}
