#include "model/folder_watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zoetrope/engine.h>
#include <zoetrope/transport.h>

/* A list of folders; each path and the list itself are owned. */
typedef struct folder_list {
    char **paths;
    size_t count;
} folder_list;

struct zoe_folder_watcher {
    /* fixed after creation */
    int wake[2]; /* a pipe: a byte wakes the thread */

    atomic_int refs; /* the thread's and the user's */

    pthread_mutex_t notify_lock; /* held while `notify` is called, so that destroying can end that;
                                    nobody takes another lock under it */
    zoe_folder_watcher_notify_fn *notify; /* guarded by notify_lock */
    void *user;                           /* guarded by notify_lock */

    pthread_mutex_t lock;
    /* guarded by lock */
    bool is_leaving;
    bool has_new_list;
    folder_list list;                                     /* as set last */
    zoe_folder_change *changes[ZOE_FOLDER_WATCH_FOLDERS]; /* [change_count]; owned */
    size_t change_count;

    /* the thread's only */
    zoe_folder_watch *watch;
};

static void free_list(folder_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->paths[i]);
    free(list->paths);
    list->paths = NULL;
    list->count = 0;
}

static bool copy_list(folder_list *to, const char *const *paths, size_t count)
{
    to->count = 0;
    to->paths = calloc(count + 1, sizeof *to->paths);
    if (!to->paths)
        return false;
    for (size_t i = 0; i < count; i++) {
        to->paths[to->count] = strdup(paths[i]);
        if (!to->paths[to->count]) {
            free_list(to);
            return false;
        }
        to->count++;
    }
    return true;
}

static bool is_listed(const folder_list *list, const char *path)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->paths[i], path))
            return true;
    return false;
}

/* ---- lifetime ---- */

static void release(zoe_folder_watcher *watcher)
{
    if (atomic_fetch_sub_explicit(&watcher->refs, 1, memory_order_acq_rel) != 1)
        return;
    zoe_folder_watch_destroy(&watcher->watch);
    for (size_t i = 0; i < watcher->change_count; i++)
        free(watcher->changes[i]);
    free_list(&watcher->list);
    for (int i = 0; i < 2; i++)
        if (watcher->wake[i] >= 0)
            close(watcher->wake[i]);
    pthread_mutex_destroy(&watcher->lock);
    pthread_mutex_destroy(&watcher->notify_lock);
    free(watcher);
}

static void wake_up(zoe_folder_watcher *watcher)
{
    /* A pipe that is full wakes as well. */
    ssize_t written = write(watcher->wake[1], "", 1);
    (void)written;
}

/* ---- the thread ---- */

/* Adds to what waits to be taken. Without memory it is told later, with more. */
static void publish_locked(zoe_folder_watcher *watcher, const zoe_folder_change *change)
{
    if (!is_listed(&watcher->list, change->folder))
        return;
    zoe_folder_change *kept = NULL;
    for (size_t i = 0; i < watcher->change_count; i++)
        if (!strcmp(watcher->changes[i]->folder, change->folder))
            kept = watcher->changes[i];
    if (!kept && watcher->change_count < ZOE_FOLDER_WATCH_FOLDERS)
        kept = calloc(1, sizeof *kept);
    if (!kept)
        return;
    if (!kept->folder[0]) {
        strcpy(kept->folder, change->folder);
        watcher->changes[watcher->change_count++] = kept;
    }
    if (change->all)
        zoe_folder_change_add(kept, NULL);
    for (int i = 0; i < change->count; i++)
        zoe_folder_change_add(kept, change->names[i]);
}

static void tell(zoe_folder_watcher *watcher)
{
    pthread_mutex_lock(&watcher->notify_lock);
    if (watcher->notify)
        watcher->notify(watcher->user);
    pthread_mutex_unlock(&watcher->notify_lock);
}

/* Takes a new list of folders over. Returns false when the watcher is left. */
static bool take_list(zoe_folder_watcher *watcher)
{
    folder_list list = {NULL, 0};
    pthread_mutex_lock(&watcher->lock);
    bool is_leaving = watcher->is_leaving;
    bool is_new = watcher->has_new_list && !is_leaving &&
                  copy_list(&list, (const char *const *)watcher->list.paths, watcher->list.count);
    if (is_new)
        watcher->has_new_list = false;
    pthread_mutex_unlock(&watcher->lock);
    if (is_leaving)
        return false;
    if (!is_new)
        return true;
    bool told = false;
    zoe_folder_change *all = calloc(1, sizeof *all);
    bool *known = calloc(list.count + 1, sizeof *known);
    for (size_t i = 0; known && i < list.count; i++)
        known[i] = zoe_folder_watch_how(watcher->watch, list.paths[i]) != 0;
    zoe_folder_watch_set(watcher->watch, (const char *const *)list.paths, list.count, zoe_now_ns());
    for (size_t i = 0; all && known && i < list.count; i++) {
        if (known[i] || !zoe_folder_watch_how(watcher->watch, list.paths[i]))
            continue;
        strcpy(all->folder, list.paths[i]);
        all->all = 1;
        pthread_mutex_lock(&watcher->lock);
        publish_locked(watcher, all);
        pthread_mutex_unlock(&watcher->lock);
        told = true;
    }
    free(known);
    free(all);
    free_list(&list);
    if (told)
        tell(watcher);
    return true;
}

/* Milliseconds until then, rounded up; -1: for ever. */
static int wait_ms(uint64_t due_ns)
{
    if (due_ns == ZOE_NEVER)
        return -1;
    uint64_t now = zoe_now_ns();
    return due_ns > now ? (int)((due_ns - now + 999999) / 1000000) : 0;
}

/* Sleeps until there is something to do. */
static void sleep_until_due(zoe_folder_watcher *watcher)
{
    uint64_t due_ns = zoe_folder_watch_due_ns(watcher->watch);
    struct pollfd fds[2] = {
        {.fd = watcher->wake[0], .events = POLLIN},
        {.fd = zoe_folder_watch_fd(watcher->watch), .events = POLLIN}, /* -1 is passed over */
    };
    /* With changes to tell at a certain time, those that come until then can wait as well: a busy
     * folder wakes the thread some times a second, not for each file. */
    nfds_t count = zoe_folder_watch_gathers(watcher->watch) ? 1 : 2;
    poll(fds, count, wait_ms(due_ns));
    char bytes[64];
    while (read(watcher->wake[0], bytes, sizeof bytes) > 0)
        ;
}

static void *run(void *arg)
{
    zoe_folder_watcher *watcher = arg;
    zoe_folder_change *change = calloc(1, sizeof *change);
    while (change && take_list(watcher)) {
        uint64_t now = zoe_now_ns();
        bool told = false;
        zoe_folder_watch_look(watcher->watch, now);
        while (zoe_folder_watch_take(watcher->watch, now, change)) {
            pthread_mutex_lock(&watcher->lock);
            publish_locked(watcher, change);
            pthread_mutex_unlock(&watcher->lock);
            told = true;
        }
        if (told)
            tell(watcher);
        sleep_until_due(watcher);
    }
    free(change);
    release(watcher);
    return NULL;
}

static bool start_detached(zoe_folder_watcher *watcher)
{
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes))
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int number = pthread_create(&thread, &attributes, run, watcher);
    pthread_attr_destroy(&attributes);
    return number == 0;
}

/* ---- the user's side ---- */

static bool open_pipe(int ends[2])
{
    if (pipe(ends)) {
        ends[0] = ends[1] = -1;
        return false;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

zoe_status zoe_folder_watcher_create(zoe_folder_watch_mode mode,
                                     zoe_folder_watcher_notify_fn *notify, void *user,
                                     zoe_folder_watcher **watcher, zoe_error *error)
{
    *watcher = NULL;
    zoe_folder_watcher *made = calloc(1, sizeof *made);
    if (!made)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory to watch folders");
    pthread_mutex_init(&made->lock, NULL);
    pthread_mutex_init(&made->notify_lock, NULL);
    atomic_init(&made->refs, 1);
    made->notify = notify;
    made->user = user;
    made->watch = zoe_folder_watch_create(mode);
    zoe_status status = made->watch ? ZOE_OK : ZOE_ERROR_NO_MEMORY;
    if (!open_pipe(made->wake) && status == ZOE_OK)
        status = ZOE_ERROR_IO;
    if (status == ZOE_OK) {
        atomic_store_explicit(&made->refs, 2, memory_order_relaxed);
        if (!start_detached(made)) {
            atomic_store_explicit(&made->refs, 1, memory_order_relaxed);
            status = ZOE_ERROR_THREAD;
        }
    }
    if (status != ZOE_OK) {
        release(made);
        return zoe_error_set(error, status, "folders are not watched: %s", zoe_status_text(status));
    }
    *watcher = made;
    return ZOE_OK;
}

void zoe_folder_watcher_destroy(zoe_folder_watcher **watcher)
{
    if (!*watcher)
        return;
    zoe_folder_watcher *gone = *watcher;
    pthread_mutex_lock(&gone->notify_lock);
    gone->notify = NULL;
    pthread_mutex_unlock(&gone->notify_lock);
    pthread_mutex_lock(&gone->lock);
    gone->is_leaving = true;
    pthread_mutex_unlock(&gone->lock);
    wake_up(gone);
    release(gone);
    *watcher = NULL;
}

zoe_status zoe_folder_watcher_set(zoe_folder_watcher *watcher, const char *const *folders,
                                  size_t count)
{
    folder_list list;
    if (!copy_list(&list, folders, count))
        return ZOE_ERROR_NO_MEMORY;
    pthread_mutex_lock(&watcher->lock);
    folder_list old = watcher->list;
    watcher->list = list;
    watcher->has_new_list = true;
    size_t kept = 0;
    for (size_t i = 0; i < watcher->change_count; i++) {
        if (is_listed(&list, watcher->changes[i]->folder))
            watcher->changes[kept++] = watcher->changes[i];
        else
            free(watcher->changes[i]);
    }
    watcher->change_count = kept;
    pthread_mutex_unlock(&watcher->lock);
    free_list(&old);
    wake_up(watcher);
    return ZOE_OK;
}

int zoe_folder_watcher_take(zoe_folder_watcher *watcher, zoe_folder_change *change)
{
    pthread_mutex_lock(&watcher->lock);
    zoe_folder_change *taken =
        watcher->change_count > 0 ? watcher->changes[--watcher->change_count] : NULL;
    pthread_mutex_unlock(&watcher->lock);
    if (!taken)
        return 0;
    *change = *taken;
    free(taken);
    return 1;
}
