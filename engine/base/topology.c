#include "base/topology.h"

#include <hwloc.h>

#include <zoetrope/settings.h>

#include "base/os.h"

typedef struct core {
    hwloc_cpuset_t cpus;  /* the core's allowed processors */
    hwloc_nodeset_t near; /* its memory nodes */
    uint32_t node;        /* dense index of the first of them */
} core;

struct zoe_topology {
    hwloc_topology_t handle;
    core *cores; /* [core_count], those of different nodes in turn */
    uint32_t core_count;
    uint32_t node_count;
    bool synthetic; /* not this machine: nothing can be bound */
};

/* Fills in cores in the machine's order; node indices are made dense in the order they are met. */
static bool list_cores(zoe_topology *topology)
{
    int found = hwloc_get_nbobjs_by_type(topology->handle, HWLOC_OBJ_CORE);
    hwloc_obj_type_t type = found > 0 ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
    if (found <= 0)
        found = hwloc_get_nbobjs_by_type(topology->handle, HWLOC_OBJ_PU);
    if (found <= 0)
        return true;
    topology->cores = zoe_os_alloc((size_t)found * sizeof *topology->cores);
    if (!topology->cores)
        return false;
    int last_node = -1;
    for (int i = 0; i < found; i++) {
        hwloc_obj_t object = hwloc_get_obj_by_type(topology->handle, type, (unsigned)i);
        core *c = &topology->cores[topology->core_count];
        c->cpus = hwloc_bitmap_dup(object->cpuset);
        c->near = hwloc_bitmap_dup(object->nodeset);
        if (!c->cpus || !c->near) {
            hwloc_bitmap_free(c->cpus);
            hwloc_bitmap_free(c->near);
            return false;
        }
        int node = hwloc_bitmap_first(object->nodeset);
        if (topology->core_count > 0 && node != last_node)
            topology->node_count++;
        last_node = node;
        c->node = topology->node_count;
        topology->core_count++;
    }
    topology->node_count++;
    return true;
}

/* Reorders cores so that neighbours in the list are on different nodes: 0 of each node, then 1 of
 * each node … */
static bool deal_cores(zoe_topology *topology)
{
    if (topology->node_count < 2)
        return true;
    core *dealt = zoe_os_alloc(topology->core_count * sizeof *dealt);
    if (!dealt)
        return false;
    uint32_t placed = 0;
    for (uint32_t round = 0; placed < topology->core_count; round++) {
        for (uint32_t node = 0; node < topology->node_count; node++) {
            uint32_t nth = 0;
            for (uint32_t i = 0; i < topology->core_count; i++) {
                if (topology->cores[i].node != node || nth++ != round)
                    continue;
                dealt[placed++] = topology->cores[i];
                break;
            }
        }
    }
    zoe_os_free(topology->cores);
    topology->cores = dealt;
    return true;
}

zoe_status zoe_topology_create(zoe_topology **out)
{
    *out = NULL;
    zoe_topology *topology = zoe_os_alloc(sizeof *topology);
    if (!topology)
        return ZOE_ERROR_NO_MEMORY;
    if (hwloc_topology_init(&topology->handle) != 0) {
        zoe_os_free(topology);
        return ZOE_ERROR_NO_MEMORY;
    }
    bool ok =
        hwloc_topology_load(topology->handle) == 0 && list_cores(topology) && deal_cores(topology);
    if (!ok) {
        zoe_topology_destroy(&topology);
        return ZOE_ERROR_NO_MEMORY;
    }
    topology->synthetic = !hwloc_topology_is_thissystem(topology->handle);
    *out = topology;
    return ZOE_OK;
}

void zoe_topology_destroy(zoe_topology **topology)
{
    if (!topology || !*topology)
        return;
    for (uint32_t i = 0; i < (*topology)->core_count; i++) {
        hwloc_bitmap_free((*topology)->cores[i].cpus);
        hwloc_bitmap_free((*topology)->cores[i].near);
    }
    zoe_os_free((*topology)->cores);
    hwloc_topology_destroy((*topology)->handle);
    zoe_os_free(*topology);
    *topology = NULL;
}

uint32_t zoe_topology_cores(const zoe_topology *topology)
{
    return topology->core_count ? topology->core_count : 1;
}

uint32_t zoe_topology_nodes(const zoe_topology *topology)
{
    return topology->node_count ? topology->node_count : 1;
}

uint32_t zoe_topology_default_workers(const zoe_topology *topology)
{
    uint32_t workers = (zoe_topology_cores(topology) * 3 + 3) / 4;
    return workers > ZOE_WORKERS_MAX ? (uint32_t)ZOE_WORKERS_MAX : workers;
}

uint32_t zoe_topology_core_of(const zoe_topology *topology, uint32_t worker)
{
    return worker % zoe_topology_cores(topology);
}

uint32_t zoe_topology_node_of(const zoe_topology *topology, uint32_t index)
{
    return index < topology->core_count ? topology->cores[index].node : 0;
}

/* A core of the node, any: they share its memory. */
static const core *core_on(const zoe_topology *topology, uint32_t node)
{
    for (uint32_t i = 0; i < topology->core_count; i++)
        if (topology->cores[i].node == node)
            return &topology->cores[i];
    return NULL;
}

bool zoe_topology_place(const zoe_topology *topology, void *address, size_t bytes, uint32_t node)
{
    const core *c = core_on(topology, node);
    if (topology->synthetic || !c)
        return false;
    /* Not strict: a node that is full must not fail what another has room for. */
    return hwloc_set_area_membind(topology->handle, address, bytes, c->near, HWLOC_MEMBIND_BIND,
                                  HWLOC_MEMBIND_BYNODESET) == 0;
}

bool zoe_topology_bind_worker(const zoe_topology *topology, uint32_t worker)
{
    if (topology->synthetic || topology->core_count == 0)
        return false;
    const core *c = &topology->cores[zoe_topology_core_of(topology, worker)];
    if (hwloc_set_cpubind(topology->handle, c->cpus, HWLOC_CPUBIND_THREAD) != 0)
        return false;
    if (topology->node_count > 1)
        /* Best effort: without it, first touch by the bound thread does nearly the same. */
        (void)hwloc_set_membind(topology->handle, c->near, HWLOC_MEMBIND_BIND,
                                HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET);
    return true;
}
