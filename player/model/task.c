#include "model/task.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct zoe_task_hub {
    pthread_mutex_t lock;       /* held while `notify` is called, so that leaving can end that */
    zoe_task_notify_fn *notify; /* guarded by lock; NULL: nobody is told */
    void *user;                 /* guarded by lock */
    atomic_int threads;         /* relaxed: a limit, nothing hangs on it */
    atomic_int refs;            /* the user's and one for each task */
};

struct zoe_task {
    /* fixed after creation */
    zoe_task_hub *hub;
    void (*work)(void *data);
    void (*free_data)(void *data);
    void *data;

    atomic_bool done; /* released after the work, acquired before its data are looked at */
    atomic_int refs;  /* the thread's and the user's */
};

static bool let_go(atomic_int *refs)
{
    return atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
}

static void release_hub(zoe_task_hub *hub)
{
    if (!let_go(&hub->refs))
        return;
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

static void release_task(zoe_task *task)
{
    if (!let_go(&task->refs))
        return;
    task->free_data(task->data);
    release_hub(task->hub);
    free(task);
}

zoe_task_hub *zoe_task_hub_create(zoe_task_notify_fn *notify, void *user)
{
    zoe_task_hub *hub = calloc(1, sizeof *hub);
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

void zoe_task_hub_leave(zoe_task_hub **hub)
{
    if (!*hub)
        return;
    pthread_mutex_lock(&(*hub)->lock);
    (*hub)->notify = NULL;
    pthread_mutex_unlock(&(*hub)->lock);
    release_hub(*hub);
    *hub = NULL;
}

void zoe_task_hub_notify(zoe_task_hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    if (hub->notify)
        hub->notify(hub->user);
    pthread_mutex_unlock(&hub->lock);
}

static void *run(void *arg)
{
    zoe_task *task = arg;
    zoe_task_hub *hub = task->hub;
    task->work(task->data);
    atomic_fetch_sub_explicit(&hub->threads, 1, memory_order_relaxed);
    atomic_store_explicit(&task->done, true, memory_order_release);
    zoe_task_hub_notify(hub);
    release_task(task);
    return NULL;
}

static bool start_detached(zoe_task *task)
{
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes))
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int number = pthread_create(&thread, &attributes, run, task);
    pthread_attr_destroy(&attributes);
    return number == 0;
}

zoe_status zoe_task_start(zoe_task_hub *hub, void (*work)(void *data),
                          void (*free_data)(void *data), void *data, zoe_task **task,
                          zoe_error *error)
{
    *task = NULL;
    if (atomic_load_explicit(&hub->threads, memory_order_relaxed) >= ZOE_TASKS_MAX)
        return zoe_error_set(error, ZOE_ERROR_THREAD,
                             "not read: %d files and folders asked for before do not answer",
                             (int)ZOE_TASKS_MAX);
    zoe_task *made = calloc(1, sizeof *made);
    if (!made)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "out of memory");
    made->hub = hub;
    made->work = work;
    made->free_data = free_data;
    made->data = data;
    atomic_init(&made->done, false);
    atomic_init(&made->refs, 2);
    atomic_fetch_add_explicit(&hub->threads, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&hub->refs, 1, memory_order_relaxed);
    if (!start_detached(made)) {
        atomic_fetch_sub_explicit(&hub->threads, 1, memory_order_relaxed);
        release_hub(hub);
        free(made);
        return zoe_error_set(error, ZOE_ERROR_THREAD, "cannot start a thread");
    }
    *task = made;
    return ZOE_OK;
}

bool zoe_task_is_done(const zoe_task *task)
{
    return atomic_load_explicit(&task->done, memory_order_acquire);
}

void zoe_task_leave(zoe_task **task)
{
    if (*task)
        release_task(*task);
    *task = NULL;
}
