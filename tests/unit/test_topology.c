/*
 * Cores and memory nodes, on machines that hwloc makes up and on this one.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* setenv */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <zoetrope/settings.h>

#include "base/topology.h"

typedef struct machine {
    const char *text;
    uint32_t cores, nodes, workers;
} machine;

static const machine machines[] = {
    {"core:1 pu:1", 1, 1, 1},
    {"core:2 pu:1", 2, 1, 2},
    {"core:4 pu:2", 4, 1, 3},
    {"numa:2 core:4 pu:2", 8, 2, 6},
    {"numa:4 core:3 pu:1", 12, 4, 9},
    {"package:2 numa:2 l3:1 core:8 pu:2", 32, 4, 24},
    {"numa:8 core:16 pu:2", 128, 8, ZOE_WORKERS_MAX},
    {"pu:6", 6, 1, 5},
};

static zoe_topology *make(const char *text)
{
    if (text)
        setenv("HWLOC_SYNTHETIC", text, 1);
    else
        unsetenv("HWLOC_SYNTHETIC");
    zoe_topology *topology = NULL;
    zoe_status status = zoe_topology_create(&topology);
    if (status != ZOE_OK)
        fail_msg("%s: %s", text ? text : "this machine", zoe_status_name(status));
    unsetenv("HWLOC_SYNTHETIC");
    return topology;
}

static void test_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        const machine *m = &machines[i];
        zoe_topology *topology = make(m->text);
        print_message("%s\n", m->text);
        assert_int_equal(zoe_topology_cores(topology), m->cores);
        assert_int_equal(zoe_topology_nodes(topology), m->nodes);
        assert_int_equal(zoe_topology_default_workers(topology), m->workers);
        zoe_topology_destroy(&topology);
        assert_null(topology);
    }
}

/* Workers go to the nodes in turn, each to a core of its own as long as there are any. */
static void test_dealing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        const machine *m = &machines[i];
        zoe_topology *topology = make(m->text);
        bool used[256] = {false};
        for (uint32_t w = 0; w < m->cores; w++) {
            uint32_t core = zoe_topology_core_of(topology, w);
            assert_true(core < m->cores);
            assert_false(used[core]);
            used[core] = true;
            uint32_t node = zoe_topology_node_of(topology, core);
            if (node != w % m->nodes)
                fail_msg("%s: worker %u is on node %u", m->text, w, node);
        }
        assert_int_equal(zoe_topology_core_of(topology, m->cores),
                         zoe_topology_core_of(topology, 0));
        zoe_topology_destroy(&topology);
    }
}

/* Nothing can be bound on a machine that is not this one; that is no error. */
static void test_binding_is_not_permitted(void **state)
{
    (void)state;
    zoe_topology *topology = make("numa:2 core:4 pu:2");
    for (uint32_t w = 0; w < 20; w++)
        assert_false(zoe_topology_bind_worker(topology, w));
    zoe_topology_destroy(&topology);
}

static void test_this_machine(void **state)
{
    (void)state;
    zoe_topology *topology = make(NULL);
    uint32_t cores = zoe_topology_cores(topology);
    assert_true(cores >= 1);
    assert_in_range(zoe_topology_nodes(topology), 1, cores);
    assert_in_range(zoe_topology_default_workers(topology), 1, cores);
    (void)zoe_topology_bind_worker(topology, 0);
    zoe_topology_destroy(&topology);
    zoe_topology_destroy(&topology);
    zoe_topology_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_dealing),
        cmocka_unit_test(test_binding_is_not_permitted),
        cmocka_unit_test(test_this_machine),
    };
    return cmocka_run_group_tests_name("topology", tests, NULL, NULL);
}
