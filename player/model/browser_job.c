#include "model/browser_job.h"

#include <stdlib.h>
#include <string.h>

#include <zoetrope/engine.h>
#include <zoetrope/sequence.h>

static const uint64_t notify_interval_ns = 100000000;

/* ---- lifetime ---- */

static void free_job(void *data)
{
    zoe_browser_job *job = data;
    zoe_folder_close(&job->folder);
    zoe_folder_close(&job->below);
    zoe_storage_close(&job->storage);
    free(job->sizes);
    pthread_mutex_destroy(&job->lock);
    free(job);
}

void zoe_browser_job_leave(zoe_browser_job **job)
{
    if (!*job)
        return;
    zoe_task *task = (*job)->task;
    atomic_store_explicit(&(*job)->cancelled, true, memory_order_relaxed);
    *job = NULL;
    zoe_task_leave(&task);
}

/* ---- the thread ---- */

static bool is_cancelled(const zoe_browser_job *job)
{
    return atomic_load_explicit(&job->cancelled, memory_order_relaxed);
}

static void notify(zoe_browser_job *job)
{
    job->notified_ns = zoe_now_ns();
    if (!is_cancelled(job))
        zoe_task_hub_notify(job->hub);
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

/* Of DONE and FAILED the end of the task tells. */
static void set_state(zoe_browser_job *job, zoe_browser_state state)
{
    pthread_mutex_lock(&job->lock);
    job->state = state;
    job->version++;
    pthread_mutex_unlock(&job->lock);
}

static void enter(zoe_browser_job *job, zoe_browser_state state)
{
    set_state(job, state);
    notify(job);
}

static void fail(zoe_browser_job *job, const zoe_error *error)
{
    pthread_mutex_lock(&job->lock);
    job->error = *error;
    pthread_mutex_unlock(&job->lock);
    set_state(job, ZOE_BROWSER_FAILED);
}

static zoe_status read_folder(zoe_browser_job *job, const char *path, zoe_folder **folder,
                              zoe_error *error)
{
    return job->endings ? zoe_folder_list_files(path, job->endings, ask, job, folder, error)
                        : zoe_folder_list(path, job->storage, ask, job, folder, error);
}

/* Whether the path is what is looked for. parent: the folder that it is in, as it was read. */
static bool is_found(const zoe_browser_job *job, const zoe_folder *parent)
{
    zoe_folder_entry entry;
    zoe_sequence *sequence;
    for (size_t i = 0; parent && zoe_folder_entry_at(parent, i, &entry) == ZOE_OK; i++) {
        if (!strcmp(entry.path, job->path))
            return true;
    }
    if (job->endings || zoe_sequence_open(job->path, job->storage, &sequence, NULL) != ZOE_OK)
        return false;
    zoe_sequence_close(&sequence);
    return true;
}

/* Reads the folder; where the path is a sequence's, the folder that it is in. */
static zoe_status list(zoe_browser_job *job, zoe_folder **folder, bool *is_sequence,
                       zoe_error *error)
{
    zoe_status status = read_folder(job, job->path, folder, error);
    if (status != ZOE_ERROR_NOT_FOUND || job->lists_only || is_cancelled(job))
        return status;
    char parent[ZOE_PATH_TEXT];
    zoe_path_parent(job->path, parent);
    zoe_folder *in = NULL;
    if (job->endings && read_folder(job, parent, &in, NULL) != ZOE_OK)
        return status;
    if (!is_found(job, in)) {
        zoe_folder_close(&in);
        return status;
    }
    *is_sequence = true;
    *folder = in;
    return in ? ZOE_OK : read_folder(job, parent, folder, error);
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
        zoe_status status = zoe_folder_measure(folder, i, ask, job, &size);
        if (status == ZOE_STALE || status == ZOE_ERROR_UNSUPPORTED)
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
    /* A server is not searched: each folder is a request. */
    if (!job->endings && !has_exr(job->folder) && !zoe_storage_is_url(job->path)) {
        zoe_folder *below = NULL;
        enter(job, ZOE_BROWSER_SEARCHING);
        zoe_folder_search(zoe_folder_path(job->folder), job->storage, ask, job, &below, NULL);
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
    set_state(job, ZOE_BROWSER_DONE);
}

static void work(void *data)
{
    zoe_browser_job *job = data;
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
            set_state(job, ZOE_BROWSER_DONE);
        else
            look_closer(job);
    } else {
        fail(job, &error);
    }
}

static zoe_browser_job *make_job(zoe_task_hub *hub, zoe_storage *storage, const char *path,
                                 const char *endings, bool lists_only)
{
    zoe_browser_job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    if (pthread_mutex_init(&job->lock, NULL)) {
        free(job);
        return NULL;
    }
    job->hub = hub;
    job->storage = zoe_storage_share(storage);
    job->lists_only = lists_only;
    job->endings = endings;
    job->state = ZOE_BROWSER_LISTING;
    strcpy(job->path, path);
    atomic_init(&job->cancelled, false);
    atomic_init(&job->progress, 0);
    return job;
}

zoe_status zoe_browser_job_start(zoe_task_hub *hub, zoe_storage *storage, const char *path,
                                 const char *endings, bool lists_only, zoe_browser_job **job,
                                 zoe_error *error)
{
    *job = NULL;
    zoe_browser_job *made = make_job(hub, storage, path, endings, lists_only);
    if (!made)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", path);
    made->notified_ns = zoe_now_ns();
    zoe_error why;
    zoe_status status = zoe_task_start(hub, work, free_job, made, &made->task, &why);
    if (status != ZOE_OK) {
        free_job(made);
        return zoe_error_set(error, status, "%s: %s", path, why.text);
    }
    *job = made;
    return ZOE_OK;
}
