/*
 * Memory nodes: which buffers a worker gets on a machine with several of them, and what happens
 * where nothing can be placed. The machines are hwloc's synthetic ones.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* setenv */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/stage.h"
#include "base/topology.h"

enum { PLACES_MAX = 256 };

static const size_t MiB = (size_t)1 << 20;

typedef struct place {
    uint8_t *address;
    size_t bytes;
    uint32_t node;
} place;

typedef struct record {
    place places[PLACES_MAX];
    size_t count;
} record;

static void note_place(void *user, void *address, size_t bytes, uint32_t node)
{
    record *r = user;
    assert_true(r->count < PLACES_MAX);
    r->places[r->count++] = (place){address, bytes, node};
}

static zoe_buffer *take(zoe_slab *slab, size_t bytes, uint32_t node)
{
    zoe_buffer *buffer = NULL;
    zoe_status status = zoe_slab_take(slab, (zoe_buffer_size){bytes, 0}, node, &buffer);
    if (status != ZOE_OK)
        fail_msg("node %u: %s", node, zoe_status_name(status));
    return buffer;
}

/* ---- slab ---- */

/* A slab of 64 MiB on a machine of so many nodes, and what it placed where. */
typedef struct machine {
    zoe_meter meter;
    zoe_slab slab;
    record placed;
} machine;

static void begin_slab(machine *m, uint32_t nodes)
{
    memset(m, 0, sizeof *m);
    zoe_meter_set_limit(&m->meter, 64 * MiB);
    zoe_slab_init(&m->slab, &m->meter, sizeof(zoe_buffer), 64 * MiB);
    zoe_slab_set_nodes(&m->slab, nodes, note_place, &m->placed);
}

/* Gives the memory of all free buffers back to the system; returns what was given. */
static uint64_t shrink(machine *m)
{
    zoe_returns returns = {.bytes = 0}, next = {.bytes = 0};
    uint64_t given = zoe_slab_detach(&m->slab, UINT64_MAX, (zoe_buffer_size){0, 0}, &returns);
    for (; zoe_returns_any(&returns); returns = next, next = (zoe_returns){.bytes = 0}) {
        zoe_returns_release(&returns);
        zoe_meter_give(&m->meter, returns.bytes);
        zoe_slab_reinstate(&m->slab, &returns, &next);
    }
    return given;
}

static void test_fresh_memory_is_placed_where_it_is_taken(void **state)
{
    (void)state;
    machine m;
    begin_slab(&m, 3);
    for (uint32_t i = 0; i < 6; i++) {
        zoe_buffer *buffer = take(&m.slab, 4 * MiB, i % 3);
        assert_int_equal(buffer->node, i % 3);
        assert_int_equal(m.placed.count, i + 1);
        assert_ptr_equal(m.placed.places[i].address, buffer->data);
        assert_int_equal(m.placed.places[i].bytes, 4 * MiB);
        assert_int_equal(m.placed.places[i].node, i % 3);
        zoe_slab_give(&m.slab, buffer);
        /* Out of the way of the next one. */
        assert_int_equal(shrink(&m), 4 * MiB);
    }
    zoe_slab_destroy(&m.slab);
}

static void test_a_free_buffer_of_the_own_node_comes_first(void **state)
{
    (void)state;
    machine m;
    begin_slab(&m, 2);
    zoe_buffer *near[2] = {take(&m.slab, 4 * MiB, 0), take(&m.slab, 4 * MiB, 0)};
    zoe_buffer *far = take(&m.slab, 4 * MiB, 1);
    zoe_slab_give(&m.slab, near[0]);
    zoe_slab_give(&m.slab, near[1]);
    zoe_slab_give(&m.slab, far);
    /* The last one given back is the warmest, but not near. */
    assert_ptr_equal(take(&m.slab, 4 * MiB, 0), near[1]);
    assert_ptr_equal(take(&m.slab, 4 * MiB, 0), near[0]);
    /* A free one of another node goes before fresh memory. */
    assert_ptr_equal(take(&m.slab, 4 * MiB, 0), far);
    assert_int_equal(m.placed.count, 3);
    zoe_slab_give(&m.slab, far);
    /* It goes back to where its memory is. */
    zoe_slab_give(&m.slab, near[0]);
    assert_ptr_equal(take(&m.slab, 4 * MiB, 1), far);
    zoe_slab_give(&m.slab, far);
    zoe_slab_give(&m.slab, near[1]);
    assert_int_equal(m.slab.free_bytes, 12 * MiB);
    assert_int_equal(shrink(&m), 12 * MiB);
    assert_int_equal(m.slab.free_bytes, 0);
    assert_int_equal(zoe_meter_used(&m.meter), 0);
    zoe_slab_destroy(&m.slab);
}

static void test_a_buffer_that_grows_keeps_its_node(void **state)
{
    (void)state;
    machine m;
    begin_slab(&m, 2);
    zoe_buffer *buffer = take(&m.slab, 33 * MiB, 1);
    zoe_slab_give(&m.slab, buffer);
    assert_ptr_equal(take(&m.slab, 35 * MiB, 0), buffer);
    assert_int_equal(buffer->node, 1);
    assert_int_equal(m.placed.count, 2);
    assert_ptr_equal(m.placed.places[1].address, buffer->data + 33 * MiB);
    assert_int_equal(m.placed.places[1].bytes, 2 * MiB);
    assert_int_equal(m.placed.places[1].node, 1);
    /* Its pages gone, it is anybody's. */
    zoe_slab_give(&m.slab, buffer);
    shrink(&m);
    buffer = take(&m.slab, 33 * MiB, 0);
    assert_int_equal(buffer->node, 0);
    assert_int_equal(m.placed.places[2].node, 0);
    zoe_slab_destroy(&m.slab);
}

static void test_one_node_places_nothing(void **state)
{
    (void)state;
    machine m;
    begin_slab(&m, 1);
    zoe_buffer *a = take(&m.slab, 4 * MiB, 0), *b = take(&m.slab, 4 * MiB, 7);
    assert_int_equal(a->node, 0);
    assert_int_equal(b->node, 0);
    assert_int_equal(m.placed.count, 0);
    zoe_slab_destroy(&m.slab);
}

static void test_more_nodes_than_lists(void **state)
{
    (void)state;
    machine m;
    begin_slab(&m, 40);
    zoe_buffer *buffer = take(&m.slab, MiB, 39);
    assert_true(buffer->node < ZOE_SLAB_NODES_MAX);
    zoe_slab_give(&m.slab, buffer);
    assert_ptr_equal(take(&m.slab, MiB, 39), buffer);
    zoe_slab_destroy(&m.slab);
}

/* ---- topology ---- */

static void test_workers_are_dealt_over_the_nodes(void **state)
{
    (void)state;
    setenv("HWLOC_SYNTHETIC", "numa:4 core:3 pu:2", 1);
    zoe_topology *topology = NULL;
    assert_int_equal(zoe_topology_create(&topology), ZOE_OK);
    assert_int_equal(zoe_topology_nodes(topology), 4);
    assert_int_equal(zoe_topology_cores(topology), 12);
    assert_int_equal(zoe_topology_default_workers(topology), 9);
    for (uint32_t worker = 0; worker < 24; worker++) {
        uint32_t node = zoe_topology_node_of(topology, zoe_topology_core_of(topology, worker));
        if (node != worker % 4)
            fail_msg("worker %u is on node %u, not on %u", worker, node, worker % 4);
    }
    zoe_topology_destroy(&topology);
    assert_null(topology);
}

static void test_a_synthetic_machine_binds_nothing(void **state)
{
    (void)state;
    setenv("HWLOC_SYNTHETIC", "numa:2 core:2 pu:1", 1);
    zoe_topology *topology = NULL;
    assert_int_equal(zoe_topology_create(&topology), ZOE_OK);
    void *memory = zoe_os_reserve(4 * MiB, 2 * MiB);
    assert_non_null(memory);
    for (uint32_t node = 0; node < 3; node++)
        assert_false(zoe_topology_place(topology, memory, 4 * MiB, node));
    assert_false(zoe_topology_bind_worker(topology, 0));
    memset(memory, 1, 4 * MiB);
    zoe_os_unreserve(memory, 4 * MiB);
    zoe_topology_destroy(&topology);
}

/* On the real machine, whether or not it permits binding: the memory can be used. */
static void test_placing_here(void **state)
{
    (void)state;
    unsetenv("HWLOC_SYNTHETIC");
    zoe_topology *topology = NULL;
    assert_int_equal(zoe_topology_create(&topology), ZOE_OK);
    uint8_t *memory = zoe_os_reserve(4 * MiB, 2 * MiB);
    assert_non_null(memory);
    bool placed = zoe_topology_place(topology, memory, 4 * MiB, 0);
    print_message("placing memory is %s here\n", placed ? "permitted" : "not permitted");
    memset(memory, 1, 4 * MiB);
    assert_int_equal(memory[4 * MiB - 1], 1);
    assert_false(zoe_topology_place(topology, memory, 4 * MiB, zoe_topology_nodes(topology)));
    zoe_os_unreserve(memory, 4 * MiB);
    zoe_topology_destroy(&topology);
}

/* ---- engine ---- */

typedef struct node_count {
    uint64_t frames[ZOE_SLAB_NODES_MAX];
} node_count;

static void count_node(void *user, zoe_buffer *buffer)
{
    node_count *count = user;
    if (buffer->in_use)
        count->frames[buffer->node]++;
}

/* As stage_begin(), with workers that are bound, if that is permitted. */
static void begin_bound(stage *s, uint32_t workers, uint64_t limit, size_t bytes)
{
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.workers = workers;
    settings.budget.bytes = limit;
    settings.bind_workers = 1;
    stage_begin_with(s, &settings, fake_decoder_new(bytes, 1), NULL);
}

static void test_an_engine_on_two_nodes(void **state)
{
    (void)state;
    setenv("HWLOC_SYNTHETIC", "numa:2 core:2 pu:1", 1);
    stage s;
    begin_bound(&s, 4, 32 * MiB, MiB);
    assert_int_equal(s.engine->cache.memory.frames.nodes, 2);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(s.engine->workers.workers[i].load_worker.node, i % 2);
    /* The frame under the playhead is there: while it is not, a worker may join another one at it,
     * and have its piece. */
    zoe_source *source = stage_source(&s, "f", 1, 24);
    zoe_want want = stage_play(0, 0, 0);
    stage_settle(&s, source, &want);
    /* Each worker is held at a frame of its own, until all have one: two for each node. */
    fake_close_gates(s.fake);
    want = stage_play(0, 0, 23);
    stage_want(source, &want);
    for (int64_t n = 2; n <= 5; n++)
        assert_true(fake_wait_started(s.fake, n, 1));
    node_count count = {{0}};
    zoe_cache_lock(&s.engine->cache);
    zoe_slab_visit(&s.engine->cache.memory.frames, count_node, &count);
    count.frames[source->table->slots[0].buffer->memory.node]--;
    zoe_cache_unlock(&s.engine->cache);
    assert_int_equal(count.frames[0], 2);
    assert_int_equal(count.frames[1], 2);
    fake_open_gates(s.fake);
    stage_rest(&s);
    assert_int_equal(stage_loaded(source, 0, 23), 24);
    /* Steady play takes what is free, near or far, and asks for nothing. */
    want = stage_play(0, 0, 23);
    zoe_engine_reset_stats(s.engine);
    stage_budget(&s, 16 * MiB);
    for (int64_t step = 0; step < 72; step++) {
        want.playhead = step % 24;
        stage_want(source, &want);
        zoe_frame frame = stage_wait(source, want.playhead);
        zoe_frame_release(&frame);
    }
    assert_int_equal(stage_stats(&s).allocations, 0);
    stage_end(&s);
    unsetenv("HWLOC_SYNTHETIC");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fresh_memory_is_placed_where_it_is_taken),
        cmocka_unit_test(test_a_free_buffer_of_the_own_node_comes_first),
        cmocka_unit_test(test_a_buffer_that_grows_keeps_its_node),
        cmocka_unit_test(test_one_node_places_nothing),
        cmocka_unit_test(test_more_nodes_than_lists),
        cmocka_unit_test(test_workers_are_dealt_over_the_nodes),
        cmocka_unit_test(test_a_synthetic_machine_binds_nothing),
        cmocka_unit_test(test_placing_here),
        cmocka_unit_test(test_an_engine_on_two_nodes),
    };
    return cmocka_run_group_tests_name("numa", tests, NULL, NULL);
}
