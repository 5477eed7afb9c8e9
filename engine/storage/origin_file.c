#include "storage/origin_file.h"

#include "base/lock.h"
#include "base/os_memory.h"
#include "base/os_thread.h"

enum { THREADS = 6 };

typedef struct files {
    zoe_lock lock;
    pthread_cond_t wake;
    /* guarded by lock */
    zoe_origin_request *first, *last; /* that wait; `handle` is the next */
    uint32_t idle;                    /* threads without work */
    uint32_t started;
    uint64_t bytes, requests, waiting;
    bool is_ending;
    zoe_os_thread *threads[THREADS];
} files;

static void read_file(zoe_origin_request *r)
{
    int fd = -1;
    r->status = zoe_os_file_open(r->path, &fd, &r->id, &r->error);
    if (r->status != ZOE_OK)
        return;
    if (r->expected && !zoe_os_file_id_equal(&r->expected->id, &r->id)) {
        r->status = zoe_error_set(&r->error, ZOE_ERROR_CHANGED, "%s: %s", r->path,
                                  zoe_status_text(ZOE_ERROR_CHANGED));
    } else {
        int64_t got = zoe_os_file_read(fd, r->buffer, r->bytes, r->offset);
        if (got < 0)
            r->status =
                zoe_error_set(&r->error, ZOE_ERROR_IO, "%s: the file cannot be read", r->path);
        else
            r->received = (size_t)got;
    }
    zoe_os_file_close(fd);
}

/* The first that waits; NULL: the end. Lock held. */
static zoe_origin_request *take_locked(files *f)
{
    f->idle++;
    while (!f->first && !f->is_ending)
        zoe_lock_wait(&f->lock, &f->wake, ZOE_FOREVER);
    f->idle--;
    zoe_origin_request *r = f->first;
    if (r) {
        f->first = r->handle;
        if (!f->first)
            f->last = NULL;
        r->handle = NULL;
    }
    return r;
}

static void work(void *arg)
{
    files *f = arg;
    zoe_os_thread_name("zoe-files");
    zoe_lock_take(&f->lock);
    for (zoe_origin_request *r; (r = take_locked(f)) != NULL;) {
        bool is_ending = f->is_ending;
        zoe_lock_give(&f->lock);
        if (is_ending)
            r->status = zoe_error_set(&r->error, ZOE_STALE, "%s", zoe_status_text(ZOE_STALE));
        else
            read_file(r);
        uint64_t received = r->received;
        r->done(r);
        zoe_lock_take(&f->lock);
        f->bytes += received;
        f->requests++;
        f->waiting--;
    }
    zoe_lock_give(&f->lock);
}

/* One thread more where all have work. Lock held. */
static void grow_locked(files *f)
{
    if (f->idle || f->started == THREADS)
        return;
    if (zoe_os_thread_start(&f->threads[f->started], work, f) == ZOE_OK)
        f->started++;
}

static void submit(void *user, zoe_origin_request *r)
{
    files *f = user;
    zoe_lock_take(&f->lock);
    grow_locked(f);
    bool taken = f->started > 0;
    if (taken) {
        r->handle = r->is_urgent ? f->first : NULL;
        if (r->is_urgent || !f->first) {
            f->first = r;
            f->last = f->last && r->is_urgent ? f->last : r;
        } else {
            f->last->handle = r;
            f->last = r;
        }
        f->waiting++;
        pthread_cond_signal(&f->wake);
    }
    zoe_lock_give(&f->lock);
    if (taken)
        return;
    r->status = zoe_error_set(&r->error, ZOE_ERROR_THREAD, "%s", zoe_status_text(ZOE_ERROR_THREAD));
    r->done(r);
}

static void cancel(void *user, zoe_origin_request *r)
{
    files *f = user;
    zoe_origin_request *before = NULL, *at;
    zoe_lock_take(&f->lock);
    for (at = f->first; at && at != r; at = at->handle)
        before = at;
    if (at) {
        if (before)
            before->handle = r->handle;
        else
            f->first = r->handle;
        if (f->last == r)
            f->last = before;
        r->handle = NULL;
        f->waiting--;
    }
    zoe_lock_give(&f->lock);
    if (!at)
        return; /* it is being read, which does not take long, or is done */
    r->status = zoe_error_set(&r->error, ZOE_STALE, "%s", zoe_status_text(ZOE_STALE));
    r->done(r);
}

static void add_stats(void *user, zoe_storage_stats *stats)
{
    files *f = user;
    zoe_lock_take(&f->lock);
    stats->network_bytes += f->bytes;
    stats->requests += f->requests;
    stats->requests_waiting += f->waiting;
    zoe_lock_give(&f->lock);
}

static void destroy(void *user)
{
    files *f = user;
    zoe_lock_take(&f->lock);
    f->is_ending = true;
    pthread_cond_broadcast(&f->wake);
    zoe_lock_give(&f->lock);
    for (uint32_t i = 0; i < f->started; i++)
        zoe_os_thread_join(&f->threads[i]);
    pthread_cond_destroy(&f->wake);
    zoe_lock_destroy(&f->lock);
    zoe_os_free(f);
}

zoe_status zoe_origin_file_create(zoe_origin *origin, zoe_error *error)
{
    files *f = zoe_os_alloc(sizeof *f);
    pthread_cond_t *conditions[] = {f ? &f->wake : NULL};
    if (!f || !zoe_lock_init_with(&f->lock, conditions, 1)) {
        zoe_os_free(f);
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s",
                             zoe_status_text(ZOE_ERROR_NO_MEMORY));
    }
    *origin = (zoe_origin){
        .user = f, .submit = submit, .cancel = cancel, .stats = add_stats, .destroy = destroy};
    return ZOE_OK;
}
