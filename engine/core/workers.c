#include "core/workers.h"

#include <stdio.h>
#include <string.h>

#include "cache/loader.h"
#include "cache/scheduler.h"

/* Does what there is to do for a while. false: there is nothing. */
static bool work_once_locked(zoe_load_worker *worker)
{
    zoe_lock_assert_held(&worker->cache->lock);
    zoe_cache *cache = worker->cache;
    bool any = zoe_scheduler_pick_locked(worker), told = worker->told;
    worker->told = false;
    if (told) {
        zoe_cache_unlock(cache);
        zoe_cache_notify(cache);
        zoe_cache_lock(cache);
    }
    if (any)
        zoe_loader_work_locked(worker);
    worker->load = NULL;
    return any || told;
}

static void worker_main(void *arg)
{
    zoe_worker *worker = arg;
    zoe_cache *cache = worker->all->cache;
    char name[16];
    snprintf(name, sizeof name, "zoe-worker-%u", worker->index);
    zoe_os_thread_name(name);
    zoe_os_thread_lower_priority();
    if (worker->all->topology)
        zoe_topology_bind_worker(worker->all->topology, worker->index);

    zoe_cache_lock(cache);
    while (!worker->load_worker.stop) {
        if (work_once_locked(&worker->load_worker))
            continue;
        cache->idle++;
        zoe_cache_tell_locked(cache);
        zoe_cache_wait_locked(cache, &cache->work, ZOE_FOREVER);
        cache->idle--;
    }
    /* What it left is for another one to go on with, or to end. */
    zoe_cache_wake_worker_locked(cache);
    zoe_cache_unlock(cache);
}

/* Starts workers up to `count`. */
static zoe_status grow(zoe_workers *workers, uint32_t count)
{
    zoe_status status = ZOE_OK;
    while (workers->count < count && status == ZOE_OK) {
        zoe_worker *worker = &workers->workers[workers->count];
        memset(worker, 0, sizeof *worker);
        worker->all = workers;
        worker->index = workers->count;
        worker->load_worker.cache = workers->cache;
        const zoe_topology *topology = workers->topology;
        if (topology)
            worker->load_worker.node =
                zoe_topology_node_of(topology, zoe_topology_core_of(topology, worker->index));
        status = zoe_os_thread_start(&worker->thread, worker_main, worker);
        if (status != ZOE_OK)
            break;
        zoe_cache_lock(workers->cache);
        workers->cache->workers = ++workers->count;
        zoe_cache_unlock(workers->cache);
    }
    return status;
}

static void shrink(zoe_workers *workers, uint32_t count)
{
    zoe_cache *cache = workers->cache;
    zoe_cache_lock(cache);
    uint32_t running = workers->count;
    for (uint32_t i = count; i < running; i++)
        workers->workers[i].load_worker.stop = true;
    workers->count = count;
    /* What they were at goes on with the others; with no others left, it ends. */
    if (count > 0)
        cache->workers = count;
    zoe_cache_wake_all_locked(cache);
    zoe_cache_unlock(cache);
    for (uint32_t i = count; i < running; i++)
        zoe_os_thread_join(&workers->workers[i].thread);
}

zoe_status zoe_workers_start(zoe_workers *workers, zoe_cache *cache, const zoe_topology *topology,
                             uint32_t count)
{
    memset(workers, 0, sizeof *workers);
    workers->cache = cache;
    workers->topology = topology;
    zoe_status status = grow(workers, count);
    return workers->count > 0 ? ZOE_OK : status;
}

zoe_status zoe_workers_resize(zoe_workers *workers, uint32_t count)
{
    if (count < workers->count)
        shrink(workers, count);
    return grow(workers, count);
}

void zoe_workers_stop(zoe_workers *workers)
{
    zoe_cache *cache = workers->cache;
    if (!cache)
        return;
    zoe_cache_lock(cache);
    cache->paused = true;
    zoe_cache_unlock(cache);
    shrink(workers, 0);

    /* Loads that were left half done: this thread ends them. */
    zoe_load_worker self = {.cache = cache};
    zoe_cache_lock(cache);
    for (zoe_load *load = NULL; (load = zoe_cache_next_load_locked(cache, load)) != NULL;)
        zoe_cache_stop_load_locked(load);
    while (work_once_locked(&self))
        continue;
    zoe_cache_unlock(cache);
}
