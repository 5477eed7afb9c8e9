#include "core/workers.h"

#include <stdio.h>
#include <string.h>

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
    zoe_recycler_enter(&cache->recycler);

    zoe_cache_lock(cache);
    while (!worker->stop) {
        zoe_load_phase phase;
        zoe_load *load = zoe_cache_pick_locked(cache, &worker->load_worker, &phase);
        if (!load) {
            worker->idle = true;
            zoe_cache_wait_for_work_locked(cache, &worker->load_worker);
            worker->idle = false;
            continue;
        }
        /* Where there was work for one there may be more. */
        pthread_cond_signal(&cache->work);
        zoe_cache_unlock(cache);
        if (zoe_load_work(&worker->load_worker, load, phase))
            zoe_cache_notify(cache);
        zoe_cache_lock(cache);
    }
    /* That may be the room that another worker looked for in vain. */
    zoe_load_release_scratch(&worker->load_worker);
    pthread_cond_signal(&cache->work);
    zoe_cache_unlock(cache);
    zoe_recycler_enter(NULL);
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
        workers->workers[i].stop = true;
    workers->count = count;
    /* What they were at goes on with the others; with no others left, it ends. */
    if (count > 0)
        cache->workers = count;
    atomic_fetch_add_explicit(&cache->attention, 1, memory_order_relaxed);
    pthread_cond_broadcast(&cache->work);
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
    zoe_cache_lock(cache);
    cache->stopping = true;
    zoe_cache_unlock(cache);
    shrink(workers, 0);

    /* Loads that were left half done: this thread ends them. */
    zoe_load_worker self = {.cache = cache};
    zoe_recycler *before = zoe_recycler_enter(&cache->recycler);
    zoe_cache_lock(cache);
    for (size_t i = 0; i < ZOE_LOADS_MAX; i++)
        atomic_store_explicit(&cache->loads[i].stale, 1, memory_order_relaxed);
    zoe_load_phase phase;
    for (zoe_load *load; (load = zoe_cache_pick_locked(cache, &self, &phase)) != NULL;) {
        zoe_cache_unlock(cache);
        zoe_load_work(&self, load, phase);
        zoe_cache_lock(cache);
    }
    zoe_cache_unlock(cache);
    zoe_recycler_enter(before);
}
