/*
 * The machine's cores and memory nodes, as far as this process may use them (hwloc).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_TOPOLOGY_H
#define ZOE_BASE_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

/* Thread-safety: never changes after it was made; any thread. */
typedef struct zoe_topology zoe_topology;

/* Looks at the machine, or at the one that the environment variable HWLOC_SYNTHETIC describes (for
 * tests; nothing is bound then). To be destroyed with zoe_topology_destroy(). Errors:
 * NO_MEMORY. */
zoe_status zoe_topology_create(zoe_topology **topology);
void zoe_topology_destroy(zoe_topology **topology);

/* Cores inside the process's allowed set, 1 or more. */
uint32_t zoe_topology_cores(const zoe_topology *topology);

/* Memory nodes that those cores are near to, 1 or more. */
uint32_t zoe_topology_nodes(const zoe_topology *topology);

/* 3/4 of the cores, rounded up, within what an engine may have. */
uint32_t zoe_topology_default_workers(const zoe_topology *topology);

/* The core (0..cores-1) that a worker belongs on: workers are dealt out over the memory nodes in
 * turn. And that core's node. */
uint32_t zoe_topology_core_of(const zoe_topology *topology, uint32_t worker);
uint32_t zoe_topology_node_of(const zoe_topology *topology, uint32_t core);

/* Binds the calling thread to its worker's core, and its memory to that core's node. false: the
 * system does not permit it; the thread goes on where it is. */
bool zoe_topology_bind_worker(const zoe_topology *topology, uint32_t worker);

/* Places a range of memory that was not touched yet on a node. Page-aligned. false: the system does
 * not permit it, and the pages will be where they are touched first. */
bool zoe_topology_place(const zoe_topology *topology, void *address, size_t bytes, uint32_t node);

#endif
