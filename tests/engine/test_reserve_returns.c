/*
 * Memory that comes back: of workers that are stopped, of sources that are closed, of pages on
 * their way to the system. Whoever looked for it in vain hears of it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <pthread.h>

#include <cmocka.h>

#include "support/stage.h"

static const size_t MiB = (size_t)1 << 20;

static void *keep_one_worker(void *user)
{
    zoe_engine_set_workers(user, 1);
    return NULL;
}

/* Is it the only one that found nothing to do? */
static bool is_idle(stage *s, uint32_t worker)
{
    zoe_cache *cache = &s->engine->cache;
    zoe_cache_lock(cache);
    bool idle = cache->idle == 1 && !s->engine->workers.workers[worker].load_worker.load;
    zoe_cache_unlock(cache);
    return idle;
}

/* Two workers decode a frame each; the first one is done and looks in vain for room, which the
 * second one's scratch takes. Answers whether it was the first. */
static bool look_in_vain(stage *s, zoe_source *a, zoe_source *b)
{
    zoe_want both = {.in = 0, .out = 1, .direction = 1, .strategy = ZOE_STRATEGY_FORWARD};
    zoe_want one = {.playhead = 0, .in = 0, .out = 0}, idle = {.idle = 1};
    stage_want(a, &both);
    assert_true(fake_wait_started(s->fake, 1, 1));
    assert_true(fake_wait_started(s->fake, 2, 1));
    stage_want(a, &idle);
    stage_want(b, &one);
    fake_pass(s->fake, 1, 1);
    while (!is_idle(s, 0) && !is_idle(s, 1))
        stage_nap(NULL);
    return is_idle(s, 0);
}

/* What a stopped worker gives back is room that another one may have looked for in vain. */
static void test_a_stopped_workers_scratch_is_used(void **state)
{
    (void)state;
    for (bool done = false; !done;) {
        stage s;
        zoe_engine_settings settings;
        zoe_engine_settings_init(&settings);
        settings.workers = 2;
        settings.budget.bytes = 32 * MiB;
        settings.notify = stage_nap;
        stage_begin_with(&s, &settings, fake_decoder_new(MiB, 1), NULL);
        stage_set_sizes(&s, 1, MiB, 8 * MiB);
        stage_set_sizes(&s, 2, MiB, 8 * MiB);
        stage_set_sizes(&s, 101, 28 * MiB, MiB);
        fake_close_gates(s.fake);
        fake_lock(s.fake, 101)->gate = false;
        fake_unlock(s.fake);
        zoe_source *a = stage_source(&s, "f", 1, 2), *b = stage_source(&s, "g", 101, 101);
        if (look_in_vain(&s, a, b)) {
            pthread_t thread;
            assert_int_equal(pthread_create(&thread, NULL, keep_one_worker, s.engine), 0);
            stage_nap(NULL);
            fake_pass(s.fake, 2, 1);
            pthread_join(thread, NULL);
            assert_true(stage_wait_state(b, 0, ZOE_FRAME_LOADED));
            done = true;
        }
        stage_end(&s);
    }
}

/* What a closed source had is on its way back to the system, by another thread: frames that have
 * time wait for it, and none leaves for them. */
static void test_pages_on_their_way_back_are_waited_for(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 16 * MiB, MiB, 2);
    zoe_source *a = stage_source(&s, "f", 1, 9), *b = stage_source(&s, "g", 101, 108);
    zoe_want want = {.playhead = 0, .in = 0, .out = 7, .direction = 1};
    stage_settle(&s, b, &want);
    stage_settle(&s, a, &want);
    stage_assert_loaded(a, 0, 7);
    stage_assert_loaded(b, 0, 7);

    zoe_cache *cache = &s.engine->cache;
    zoe_cache_lock(cache);
    for (int64_t i = 0; i < 8; i++)
        assert_true(zoe_cache_evict_locked(cache, b->table->slots[i].buffer));
    b->want.idle = 1;
    zoe_slab_detach(&cache->memory.frames, UINT64_MAX, (zoe_buffer_size){0, 0},
                    &cache->memory.returns);
    zoe_returns mine = zoe_memory_begin_returns(&cache->memory);
    zoe_cache_unlock(cache);

    /* Order: 6 7 5 8 4 3 ... 0 */
    want = (zoe_want){.playhead = 6, .in = 0, .out = 8, .direction = 1};
    stage_settle(&s, a, &want);
    stage_assert_loaded(a, 0, 7);

    zoe_returns_release(&mine);
    zoe_cache_lock(cache);
    zoe_memory_end_returns(&cache->memory, &mine);
    zoe_cache_wake_worker_locked(cache);
    zoe_cache_unlock(cache);
    assert_true(stage_wait_state(a, 8, ZOE_FRAME_LOADED));
    stage_assert_loaded(a, 0, 8);
    assert_int_equal(stage_stats(&s).evictions, 8);
    stage_end(&s);
}

/* A system that refuses address space for as many frames as the limit allows: a frame leaves for
 * each that is needed sooner, as if the limit were lower. */
static void test_short_address_space_keeps_no_frame_out(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 16 * MiB, MiB, 2);
    /* A pool is for frames from an eighth of its size on: room for five of this one. */
    s.engine->cache.memory.frames.address_bytes = MiB / 2;
    zoe_source *source = stage_source(&s, "f", 1, 20);
    zoe_want want = {.playhead = 0, .in = 0, .out = 19, .direction = 1};
    stage_settle(&s, source, &want);
    int64_t capacity = stage_loaded(source, 0, 19);
    assert_in_range(capacity, 4, 6);
    stage_assert_loaded(source, 0, capacity - 1);
    want.playhead = 19;
    stage_settle(&s, source, &want);
    stage_assert_loaded(source, 20 - capacity, 19);
    stage_end(&s);
}

/* What a buffer has beyond its frame is kept for larger ones of its source, whoever else leaves. */
static void test_closing_leaves_others_their_surplus(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, 4 * MiB, 1);
    for (int64_t i = 1; i <= 2; i++) {
        fake_lock(s.fake, i)->buffer_bytes = 8 * MiB;
        s.fake->frames[i].bytes = i == 1 ? 8 * MiB : 5 * MiB;
        fake_unlock(s.fake);
    }
    zoe_source *a = stage_source(&s, "a", 1, 2), *b = stage_source(&s, "b", 101, 101);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0}, idle = {.idle = 1};
    stage_settle(&s, a, &want);
    stage_settle(&s, b, &want);
    /* The large frame's buffer is taken by the small one. */
    stage_want(a, &idle);
    zoe_memory_report report;
    zoe_cache_lock(&s.engine->cache);
    zoe_cache_let_go_locked(&s.engine->cache, a->table, 0);
    zoe_cache_unlock(&s.engine->cache);
    want = (zoe_want){.playhead = 1, .in = 1, .out = 1};
    stage_settle(&s, a, &want);
    assert_int_equal(s.engine->cache.memory.frames.surplus_bytes, 3 * MiB);
    zoe_source_close(&b);
    assert_int_equal(s.engine->cache.memory.frames.surplus_bytes, 3 * MiB);
    assert_int_equal(stage_stats(&s).free_bytes, 0);
    assert_int_equal(zoe_engine_trim(s.engine, &report), ZOE_OK);
    assert_int_equal(s.engine->cache.memory.frames.surplus_bytes, 0);
    stage_end(&s);
}

/* A frame is left half done for one under another playhead, which takes the room for its scratch or
 * does not. It goes on then; else it gives back what it has, and when the other one is not wanted
 * any more the worker hears of it. */
static void check_left_half_done(size_t other_bytes, bool gives_way)
{
    stage s;
    stage_begin(&s, 1, 32 * MiB, MiB, 4);
    stage_set_sizes(&s, 2, 4 * MiB, 16 * MiB);
    stage_set_sizes(&s, 101, other_bytes, MiB);
    fake_lock(s.fake, 1)->open_status = ZOE_ERROR_CORRUPT;
    fake_unlock(s.fake);
    fake_lock(s.fake, 3)->open_status = ZOE_ERROR_CORRUPT;
    fake_unlock(s.fake);
    fake_lock(s.fake, 2)->gate = true;
    fake_unlock(s.fake);
    zoe_source *a = stage_source(&s, "f", 1, 3), *b = stage_source(&s, "g", 101, 101);
    zoe_want want = {.playhead = 0, .in = 0, .out = 0}, idle = {.idle = 1};
    stage_settle(&s, a, &want);
    want.playhead = want.in = want.out = 2;
    stage_settle(&s, a, &want);
    /* In real time: the frame is not one that is waited for. */
    want = stage_play(0, 0, 2);
    want.rate = 24;
    stage_want(a, &want);
    assert_true(fake_wait_started(s.fake, 2, 1));
    want = (zoe_want){.playhead = 0, .in = 0, .out = 0};
    stage_want(b, &want);
    fake_open_gates(s.fake);
    assert_true(stage_wait_state(b, 0, ZOE_FRAME_LOADED));
    while (!is_idle(&s, 0))
        stage_nap(NULL);
    assert_int_equal(stage_state(a, 1), gives_way ? ZOE_FRAME_HEADER : ZOE_FRAME_LOADED);
    stage_want(b, &idle);
    assert_true(stage_wait_state(a, 1, ZOE_FRAME_LOADED));
    assert_int_equal(fake_opened(s.fake, 2), gives_way ? 2 : 1);
    assert_in_range(stage_stats(&s).high_water_bytes, 0, 32 * MiB);
    stage_end(&s);
}

static void test_a_frame_left_half_done_is_heard_of(void **state)
{
    (void)state;
    check_left_half_done(20 * MiB, true);
    check_left_half_done(4 * MiB, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stopped_workers_scratch_is_used),
        cmocka_unit_test(test_pages_on_their_way_back_are_waited_for),
        cmocka_unit_test(test_short_address_space_keeps_no_frame_out),
        cmocka_unit_test(test_closing_leaves_others_their_surplus),
        cmocka_unit_test(test_a_frame_left_half_done_is_heard_of),
    };
    return cmocka_run_group_tests_name("reserve_returns", tests, NULL, NULL);
}
