#include "model/browser_job.h"

#include <stdlib.h>
#include <string.h>

#include <zoetrope/engine.h>
#include <zoetrope/sequence.h>

static const uint64_t notify_interval_ns = 100000000;

/* ---- lifetime ---- */

/* 1: it was the last reference. */
static int let_go(atomic_int *refs)
{
    return atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
}

static void release_hub(zoe_browser_hub *hub)
{
    if (!let_go(&hub->refs))
        return;
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

zoe_browser_hub *zoe_browser_hub_create(zoe_browser_notify_fn *notify, void *user)
{
    zoe_browser_hub *hub = calloc(1, sizeof *hub);
    if (!hub)
        return NULL;
    if (pthread_mutex_init(&hub->lock, NULL)) {
        free(hub);
        return NULL;
    }
    hub->notify = notify;
    hub->user = user;
    atomic_init(&hub->threads, 0);
    atomic_init(&hub->refs, 1);
    return hub;
}

void zoe_browser_hub_leave(zoe_browser_hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    hub->notify = NULL;
    pthread_mutex_unlock(&hub->lock);
    release_hub(hub);
}

static void release_job(zoe_browser_job *job)
{
    if (!let_go(&job->refs))
        return;
    zoe_folder_close(&job->folder);
    zoe_folder_close(&job->below);
    free(job->sizes);
    pthread_mutex_destroy(&job->lock);
    release_hub(job->hub);
    free(job);
}

void zoe_browser_job_leave(zoe_browser_job **job)
{
    if (!*job)
        return;
    atomic_store_explicit(&(*job)->cancelled, true, memory_order_relaxed);
    release_job(*job);
    *job = NULL;
}

/* ---- the thread ---- */

static bool is_cancelled(const zoe_browser_job *job)
{
    return atomic_load_explicit(&job->cancelled, memory_order_relaxed);
}

static void notify(zoe_browser_job *job)
{
    job->notified_ns = zoe_now_ns();
    if (is_cancelled(job))
        return;
    pthread_mutex_lock(&job->hub->lock);
    if (job->hub->notify)
        job->hub->notify(job->hub->user);
    pthread_mutex_unlock(&job->hub->lock);
}

/* zoe_folder_cancel_fn, which is asked between names and files. */
static int ask(void *user)
{
    zoe_browser_job *job = user;
    uint64_t count = atomic_fetch_add_explicit(&job->progress, 1, memory_order_relaxed);
    if (count % 256 == 0 && zoe_now_ns() - job->notified_ns >= notify_interval_ns)
        notify(job);
    return is_cancelled(job);
}

static void enter(zoe_browser_job *job, zoe_browser_state state)
{
    pthread_mutex_lock(&job->lock);
    job->state = state;
    job->version++;
    pthread_mutex_unlock(&job->lock);
    notify(job);
}

static void fail(zoe_browser_job *job, const zoe_error *error)
{
    pthread_mutex_lock(&job->lock);
    job->error = *error;
    pthread_mutex_unlock(&job->lock);
    enter(job, ZOE_BROWSER_FAILED);
}

/* Reads the folder; where the path is a sequence's, the folder that it is in. */
static zoe_status list(zoe_browser_job *job, zoe_folder **folder, bool *is_sequence,
                       zoe_error *error)
{
    zoe_status status = zoe_folder_list(job->path, ask, job, folder, error);
    if (status != ZOE_ERROR_NOT_FOUND || job->lists_only || is_cancelled(job))
        return status;
    zoe_sequence *sequence;
    if (zoe_sequence_open(job->path, &sequence, NULL) != ZOE_OK)
        return status;
    zoe_sequence_close(&sequence);
    *is_sequence = true;
    char parent[ZOE_PATH_TEXT];
    zoe_path_parent(job->path, parent);
    return zoe_folder_list(parent, ask, job, folder, error);
}

static bool has_exr(const zoe_folder *folder)
{
    zoe_folder_entry entry;
    for (size_t i = zoe_folder_count(folder); i > 0; i--) /* folders come first */
        if (zoe_folder_entry_at(folder, i - 1, &entry) == ZOE_OK)
            return entry.kind != ZOE_FOLDER_FOLDER;
    return false;
}

static void measure(zoe_browser_job *job, const zoe_folder *folder, size_t first)
{
    size_t count = zoe_folder_count(folder);
    for (size_t i = 0; i < count; i++) {
        zoe_folder_size size = {0, 0};
        if (zoe_folder_measure(folder, i, ask, job, &size) == ZOE_STALE)
            return;
        pthread_mutex_lock(&job->lock);
        job->sizes[first + i] = size;
        job->measured = first + i + 1;
        job->version++;
        pthread_mutex_unlock(&job->lock);
    }
}

/* What comes after the names are there. */
static void look_closer(zoe_browser_job *job)
{
    if (!has_exr(job->folder)) {
        zoe_folder *below = NULL;
        enter(job, ZOE_BROWSER_SEARCHING);
        zoe_folder_search(zoe_folder_path(job->folder), ask, job, &below, NULL);
        pthread_mutex_lock(&job->lock);
        job->below = below;
        pthread_mutex_unlock(&job->lock);
    }
    size_t own = zoe_folder_count(job->folder);
    size_t below = job->below ? zoe_folder_count(job->below) : 0;
    zoe_folder_size *sizes = calloc(own + below + 1, sizeof *sizes);
    if (sizes && !is_cancelled(job)) {
        pthread_mutex_lock(&job->lock);
        job->sizes = sizes;
        pthread_mutex_unlock(&job->lock);
        enter(job, ZOE_BROWSER_MEASURING);
        measure(job, job->folder, 0);
        if (job->below && !is_cancelled(job))
            measure(job, job->below, own);
    } else {
        free(sizes);
    }
    enter(job, ZOE_BROWSER_DONE);
}

static void *run(void *arg)
{
    zoe_browser_job *job = arg;
    zoe_folder *folder = NULL;
    zoe_error error = {0};
    bool is_sequence = false;
    zoe_status status = list(job, &folder, &is_sequence, &error);
    if (status == ZOE_OK) {
        pthread_mutex_lock(&job->lock);
        job->folder = folder;
        job->is_sequence = is_sequence;
        pthread_mutex_unlock(&job->lock);
        if (job->lists_only || is_cancelled(job))
            enter(job, ZOE_BROWSER_DONE);
        else
            look_closer(job);
    } else {
        fail(job, &error);
    }
    atomic_fetch_sub_explicit(&job->hub->threads, 1, memory_order_relaxed);
    release_job(job);
    return NULL;
}

static int start_detached(zoe_browser_job *job)
{
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes))
        return 0;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int number = pthread_create(&thread, &attributes, run, job);
    pthread_attr_destroy(&attributes);
    return number == 0;
}

/* A job with a reference for the caller and one for the thread. */
static zoe_browser_job *make_job(zoe_browser_hub *hub, const char *path, bool lists_only)
{
    zoe_browser_job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    if (pthread_mutex_init(&job->lock, NULL)) {
        free(job);
        return NULL;
    }
    atomic_fetch_add_explicit(&hub->refs, 1, memory_order_relaxed);
    job->hub = hub;
    job->lists_only = lists_only;
    job->state = ZOE_BROWSER_LISTING;
    strcpy(job->path, path);
    atomic_init(&job->refs, 2);
    atomic_init(&job->cancelled, false);
    atomic_init(&job->progress, 0);
    return job;
}

zoe_status zoe_browser_job_start(zoe_browser_hub *hub, const char *path, bool lists_only,
                                 zoe_browser_job **job, zoe_error *error)
{
    *job = NULL;
    if (atomic_load_explicit(&hub->threads, memory_order_relaxed) >= ZOE_BROWSER_THREADS_MAX)
        return zoe_error_set(error, ZOE_ERROR_THREAD,
                             "%s: not read: %d folders asked for before do not answer", path,
                             ZOE_BROWSER_THREADS_MAX);
    zoe_browser_job *made = make_job(hub, path, lists_only);
    if (!made)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", path);
    made->notified_ns = zoe_now_ns();
    atomic_fetch_add_explicit(&hub->threads, 1, memory_order_relaxed);
    if (!start_detached(made)) {
        atomic_fetch_sub_explicit(&hub->threads, 1, memory_order_relaxed);
        release_job(made);
        release_job(made);
        return zoe_error_set(error, ZOE_ERROR_THREAD, "%s: cannot start a thread", path);
    }
    *job = made;
    return ZOE_OK;
}
