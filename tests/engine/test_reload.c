/*
 * One frame is read again: when its file changed and not otherwise, while those who hold it keep
 * the picture they have.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <zoetrope/display.h>

#include "support/exr_files.h"
#include "support/stage.h"
#include "support/temp_folder.h"

static const size_t MiB = (size_t)1 << 20;

/* Position p is number p + 1. Version 1 is there at first. */
static void change(stage *s, int64_t number, uint32_t version)
{
    fake_lock(s->fake, number)->version = version;
    fake_unlock(s->fake);
    stage_change(s, "f", number);
}

static int32_t reload(zoe_source *source, int64_t position)
{
    int32_t changed = -1;
    assert_int_equal(zoe_source_reload(source, position, &changed), ZOE_OK);
    return changed;
}

/* Frames 1..count of MiB each in memory, the playhead on the first. */
static zoe_source *begin(stage *s, int64_t count, uint64_t limit)
{
    stage_begin(s, 2, limit, MiB, 4);
    zoe_source *source = stage_source(s, "f", 1, count);
    zoe_want want = stage_play(0, 0, count - 1);
    stage_settle(s, source, &want);
    assert_int_equal(stage_loaded(source, 0, count - 1), count);
    return source;
}

static void test_what_did_not_change_stays(void **state)
{
    (void)state;
    stage s;
    zoe_source *source = begin(&s, 4, 64 * MiB);
    zoe_frame held = stage_wait(source, 1);
    uint64_t changes = zoe_source_changes(source);
    for (int64_t i = 0; i < 4; i++)
        assert_int_equal(reload(source, i), 0);
    assert_int_equal(zoe_source_changes(source), changes);
    stage_rest(&s);
    assert_int_equal(stage_stats(&s).decodes, 4);
    zoe_frame_release(&held);
    assert_int_equal(zoe_source_reload(source, -1, NULL), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_source_reload(source, 4, NULL), ZOE_ERROR_ARGUMENT);
    assert_int_equal(zoe_source_reload(NULL, 0, NULL), ZOE_ERROR_ARGUMENT);
    stage_end(&s);
}

static void test_a_changed_frame_is_decoded_again(void **state)
{
    (void)state;
    stage s;
    zoe_source *source = begin(&s, 4, 64 * MiB);
    uint64_t epoch = zoe_source_epoch(source);
    change(&s, 3, 2);
    assert_int_equal(reload(source, 2), 1);
    zoe_frame frame = stage_wait(source, 2);
    stage_assert_right(&s, &frame, 3, 2);
    zoe_frame_release(&frame);
    stage_rest(&s);
    zoe_stats stats = stage_stats(&s);
    assert_int_equal(stats.decodes, 5);
    assert_int_equal(stats.used_bytes, 4 * MiB);
    assert_int_equal(zoe_source_epoch(source), epoch);
    assert_int_equal(reload(source, 2), 0);
    stage_end(&s);
}

static void test_pins_keep_the_old_picture(void **state)
{
    (void)state;
    stage s;
    zoe_source *source = begin(&s, 4, 64 * MiB);
    zoe_frame old[3] = {stage_wait(source, 0), stage_wait(source, 0), {.pin = NULL}};
    for (uint32_t version = 2; version <= 3; version++) {
        change(&s, 1, version);
        assert_int_equal(reload(source, 0), 1);
        zoe_frame fresh = stage_wait(source, 0);
        stage_assert_right(&s, &fresh, 1, version);
        assert_true(fresh.generation != old[0].generation);
        stage_assert_right(&s, &old[0], 1, 1);
        if (version == 2)
            old[2] = fresh;
        else
            zoe_frame_release(&fresh);
    }
    stage_assert_right(&s, &old[2], 1, 2);
    stage_rest(&s);
    zoe_stats stats = stage_stats(&s);
    assert_int_equal(stats.used_bytes, 6 * MiB);
    assert_int_equal(stats.frames_loaded, 4);
    assert_int_equal(stats.frame_bytes, 6 * MiB);
    assert_int_equal(stats.full_frame_bytes, 6 * MiB);
    zoe_frame_release(&old[0]);
    stage_assert_right(&s, &old[1], 1, 1);
    assert_int_equal(stage_stats(&s).free_bytes, 0);
    zoe_frame_release(&old[1]);
    assert_int_equal(stage_stats(&s).free_bytes, MiB);
    zoe_frame_release(&old[2]);
    assert_int_equal(stage_stats(&s).free_bytes, 2 * MiB);
    /* The pictures that are gone were nobody's victims, and are none now. */
    assert_int_equal(stage_stats(&s).evictions, 0);
    assert_int_equal(zoe_engine_clear(s.engine, NULL), ZOE_OK);
    stage_end(&s);
}

static void test_old_pictures_outlive_their_source(void **state)
{
    (void)state;
    stage s;
    zoe_source *source = begin(&s, 3, 64 * MiB);
    zoe_frame refreshed = stage_wait(source, 0), closed = stage_wait(source, 1);
    change(&s, 1, 2);
    assert_int_equal(reload(source, 0), 1);
    assert_int_equal(zoe_source_refresh(source, NULL, NULL), ZOE_OK);
    zoe_frame fresh = stage_wait(source, 0);
    stage_assert_right(&s, &fresh, 1, 2);
    change(&s, 1, 3);
    assert_int_equal(reload(source, 0), 1);
    zoe_source_close(&source);
    stage_assert_right(&s, &refreshed, 1, 1);
    stage_assert_right(&s, &fresh, 1, 2);
    stage_assert_right(&s, &closed, 2, 1);
    zoe_frame_release(&refreshed);
    zoe_frame_release(&closed);
    stage_assert_right(&s, &fresh, 1, 2);
    zoe_frame_release(&fresh);
    assert_int_equal(stage_stats(&s).used_bytes, 0);
    stage_end(&s);
}

/* A limit that falls under what is held: it goes back when it is released. */
static void test_old_pictures_go_when_the_limit_fell(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, 12 * MiB, 4);
    zoe_source *source = stage_source(&s, "f", 1, 1);
    zoe_want want = stage_play(0, 0, 0);
    stage_want(source, &want);
    zoe_frame old = stage_wait(source, 0);
    change(&s, 1, 2);
    assert_int_equal(reload(source, 0), 1);
    zoe_frame fresh = stage_wait(source, 0);
    stage_rest(&s);
    assert_int_equal(stage_budget(&s, 16 * MiB).used_bytes, 24 * MiB);
    stage_assert_right(&s, &old, 1, 1);
    stage_assert_right(&s, &fresh, 1, 2);
    /* Its file is another one again. */
    change(&s, 1, 3);
    assert_int_equal(reload(source, 0), 1);
    zoe_frame_release(&old);
    zoe_frame_release(&fresh);
    fresh = stage_wait(source, 0);
    stage_assert_right(&s, &fresh, 1, 3);
    zoe_frame_release(&fresh);
    assert_int_equal(stage_stats(&s).used_bytes, 12 * MiB);
    stage_end(&s);
}

/* An acquirer that knows of a picture, but has yet to pin it. */
static void test_replaced_between_look_and_pin(void **state)
{
    (void)state;
    stage s;
    zoe_source *source = begin(&s, 2, 64 * MiB);
    zoe_slot *slot = &source->table->slots[0];
    zoe_frame_buffer *buffer = slot->buffer;
    uint64_t generation = slot->generation;
    change(&s, 1, 2);
    assert_int_equal(reload(source, 0), 1);
    /* Nobody held it, so it is gone, and stays gone when its buffer has the next picture. */
    assert_false(zoe_hold_pin(&buffer->hold, generation));
    zoe_frame fresh = stage_wait(source, 0);
    assert_ptr_equal(fresh.pin, buffer);
    assert_false(zoe_hold_pin(&buffer->hold, generation));
    assert_true(fresh.generation > generation);
    stage_assert_right(&s, &fresh, 1, 2);
    /* While somebody holds it, it is still that picture. */
    change(&s, 1, 3);
    assert_int_equal(reload(source, 0), 1);
    assert_true(zoe_hold_pin(&buffer->hold, fresh.generation));
    stage_assert_right(&s, &fresh, 1, 2);
    zoe_frame second = fresh, third = stage_wait(source, 0);
    zoe_frame_release(&third);
    zoe_frame_release(&fresh);
    stage_assert_right(&s, &second, 1, 2);
    zoe_frame_release(&second);
    assert_false(zoe_hold_pin(&buffer->hold, generation));
    stage_rest(&s);
    assert_int_equal(stage_stats(&s).used_bytes, 3 * MiB);
    assert_int_equal(stage_stats(&s).free_bytes, MiB);
    stage_end(&s);
}

static void set_status(stage *s, int64_t number, zoe_status status)
{
    fake_lock(s->fake, number)->open_status = status;
    fake_unlock(s->fake);
}

static void test_errors_are_tried_again(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 4);
    set_status(&s, 1, ZOE_ERROR_PERMISSION);
    zoe_source *source = stage_source(&s, "f", 1, 2);
    zoe_want want = stage_play(0, 0, 1);
    stage_settle(&s, source, &want);
    assert_int_equal(stage_state(source, 0), ZOE_FRAME_ERROR);
    set_status(&s, 1, ZOE_OK);
    assert_int_equal(reload(source, 0), 1);
    zoe_frame frame = stage_wait(source, 0);
    assert_int_equal(zoe_source_frame_error(source, 0, NULL), ZOE_OK);
    zoe_frame_release(&frame);
    stage_end(&s);
}

static void test_files_go_and_come_back(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, MiB, 4);
    stage_touch(&s, "f", 4);
    zoe_source *source = stage_source(&s, "f", 1, 2);
    zoe_want want = stage_play(0, 0, 3);
    stage_settle(&s, source, &want);
    zoe_frame held = stage_wait(source, 0);
    for (int64_t i = 0; i < 2; i++) {
        stage_remove(&s, "f", i + 1);
        assert_int_equal(reload(source, i), 1);
        assert_int_equal(stage_state(source, i), ZOE_FRAME_MISSING);
        assert_int_equal(reload(source, i), 0);
        stage_touch(&s, "f", i + 1);
        assert_int_equal(reload(source, i), 1);
        zoe_frame frame = stage_wait(source, i);
        zoe_frame_release(&frame);
    }
    stage_assert_right(&s, &held, 1, 1);
    zoe_frame_release(&held);
    /* A number that never had a file: only reading the folder finds it. */
    stage_touch(&s, "f", 3);
    assert_int_equal(zoe_source_reload(source, 2, NULL), ZOE_MISSING);
    assert_int_equal(stage_state(source, 2), ZOE_FRAME_MISSING);
    stage_end(&s);
}

/* A frame whose old file is being read when the new one is there: `read` of four pieces are done,
 * and one is being decoded. */
static void check_begins_again(int64_t read)
{
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 4);
    fake_lock(s.fake, 1)->gate = true;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 1, 1);
    zoe_want want = stage_play(0, 0, 0);
    stage_want(source, &want);
    fake_pass(s.fake, 1, read);
    assert_true(fake_wait_started(s.fake, 1, read + 1));
    assert_int_equal(reload(source, 0), 0);
    stage_change(&s, "f", 1);
    assert_int_equal(reload(source, 0), 1);
    fake_open_gates(s.fake);
    zoe_frame frame = stage_wait(source, 0);
    zoe_frame_release(&frame);
    stage_rest(&s);
    assert_int_equal(fake_opened(s.fake, 1), 2);
    assert_int_equal(stage_stats(&s).decodes, 1);
    assert_int_equal(reload(source, 0), 0);
    stage_end(&s);
}

static void test_a_load_of_the_old_file_begins_again(void **state)
{
    (void)state;
    check_begins_again(1);
}

/* Nothing is left to stop. */
static void test_a_load_that_nearly_read_the_old_file(void **state)
{
    (void)state;
    check_begins_again(3);
}

/* ---- looks: the same in steps ---- */

/* What a look at the folder, or at the frames of these numbers alone, tells the source. */
static zoe_refresh_report look(zoe_source *source, const int64_t *numbers, size_t count)
{
    zoe_look *look = NULL;
    zoe_refresh_report report = {-1, -1, -1};
    assert_int_equal(zoe_look_begin(zoe_source_sequence(source), &look, NULL), ZOE_OK);
    assert_int_equal(zoe_source_take_look(source, look, NULL, NULL), ZOE_ERROR_ARGUMENT);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(zoe_look_add_number(look, numbers[i]), ZOE_OK);
    if (!numbers)
        assert_int_equal(zoe_look_add_source(look, source), ZOE_OK);
    assert_int_equal(zoe_look_read(look, numbers == NULL, NULL), ZOE_OK);
    assert_int_equal(zoe_source_take_look(source, look, &report, NULL), ZOE_OK);
    zoe_look_end(&look);
    assert_null(look);
    return report;
}

static void test_a_look_at_some_frames(void **state)
{
    (void)state;
    stage s;
    zoe_source *source = begin(&s, 6, 64 * MiB);
    change(&s, 2, 2);
    change(&s, 3, 2);
    stage_remove(&s, "f", 5);
    const int64_t numbers[] = {5, 2, 1, 2, 77, -4};
    zoe_refresh_report report = look(source, numbers, 6);
    assert_int_equal(report.changed, 1);
    assert_int_equal(report.removed, 1);
    assert_int_equal(report.added, 0);
    assert_int_equal(stage_state(source, 4), ZOE_FRAME_MISSING);
    zoe_frame frame = stage_wait(source, 1);
    stage_assert_right(&s, &frame, 2, 2);
    zoe_frame_release(&frame);
    stage_rest(&s);
    /* Nobody looked at 3. */
    assert_int_equal(fake_opened(s.fake, 3), 1);
    assert_int_equal(fake_opened(s.fake, 2), 2);
    assert_int_equal(fake_opened(s.fake, 1), 1);
    stage_end(&s);
}

/* A broken file is not decoded again and again while its folder changes: only when it does. */
static void test_a_look_tries_no_error_again_whose_file_is_the_same(void **state)
{
    (void)state;
    const int64_t first = 1;
    for (int folder = 0; folder <= 1; folder++) {
        stage s;
        stage_begin(&s, 1, 64 * MiB, MiB, 4);
        set_status(&s, 1, ZOE_ERROR_CORRUPT);
        zoe_source *source = stage_source(&s, "f", 1, 2);
        zoe_want want = stage_play(0, 0, 1);
        stage_settle(&s, source, &want);
        assert_int_equal(look(source, folder ? NULL : &first, !folder).changed, 0);
        stage_rest(&s);
        assert_int_equal(stage_state(source, 0), ZOE_FRAME_ERROR);
        assert_int_equal(zoe_source_frame_error(source, 0, NULL), ZOE_ERROR_CORRUPT);
        assert_int_equal(fake_opened(s.fake, 1), 1);
        set_status(&s, 1, ZOE_OK);
        stage_change(&s, "f", 1);
        assert_int_equal(look(source, folder ? NULL : &first, !folder).changed, 1);
        zoe_frame frame = stage_wait(source, 0);
        zoe_frame_release(&frame);
        stage_end(&s);
    }
}

/* A frame that is being decoded while others appear in front of it goes on in its new place, from
 * where it is. */
static void test_loads_go_on_while_the_folder_is_taken(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 4);
    fake_lock(s.fake, 11)->gate = true;
    fake_unlock(s.fake);
    zoe_source *source = stage_source(&s, "f", 11, 12);
    zoe_want want = stage_play(0, 0, 1);
    stage_want(source, &want);
    fake_pass(s.fake, 11, 2);
    assert_true(fake_wait_started(s.fake, 11, 3));
    for (int64_t number = 8; number <= 10; number++)
        stage_touch(&s, "f", number);
    zoe_refresh_report report = look(source, NULL, 0);
    assert_int_equal(report.added, 3);
    assert_int_equal(report.changed, 0);
    assert_int_equal(stage_state(source, 3), ZOE_FRAME_LOADING);
    assert_int_equal(stage_state(source, 0), ZOE_FRAME_EMPTY);
    fake_open_gates(s.fake);
    zoe_frame frame = stage_wait(source, 3);
    stage_assert_right(&s, &frame, 11, 1);
    assert_int_equal(frame.position, 3);
    zoe_frame_release(&frame);
    stage_rest(&s);
    assert_int_equal(fake_opened(s.fake, 11), 1);
    assert_int_equal(stage_loaded(source, 0, 4), 5);
    stage_end(&s);
}

/* Two neighbours are being decoded: on the way, the new position of one is the old one of the
 * other. */
static void test_neighbours_do_not_change_places(void **state)
{
    (void)state;
    stage s;
    stage_begin(&s, 2, 64 * MiB, MiB, 1);
    fake_close_gates(s.fake);
    zoe_source *source = stage_source(&s, "f", 11, 12);
    zoe_want want = stage_play(0, 0, 1);
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, 11, 1));
    assert_true(fake_wait_started(s.fake, 12, 1));
    stage_touch(&s, "f", 10);
    assert_int_equal(look(source, NULL, 0).added, 1);
    assert_int_equal(stage_state(source, 1), ZOE_FRAME_LOADING);
    assert_int_equal(stage_state(source, 2), ZOE_FRAME_LOADING);
    fake_open_gates(s.fake);
    for (int64_t i = 1; i <= 2; i++) {
        zoe_frame frame = stage_wait(source, i);
        assert_int_equal(frame.position, i);
        stage_assert_right(&s, &frame, 10 + i, 1);
        zoe_frame_release(&frame);
    }
    stage_rest(&s);
    assert_int_equal(fake_opened(s.fake, 11) + fake_opened(s.fake, 12), 2);
    stage_end(&s);
}

/* It is being decoded when its file is another one, is gone, or is gone with all behind it. */
static void check_load_without_file(int64_t number, bool is_gone, zoe_frame_state after)
{
    stage s;
    stage_begin(&s, 1, 64 * MiB, MiB, 4);
    zoe_source *source = stage_source(&s, "f", 1, 3);
    fake_lock(s.fake, number)->gate = true;
    fake_unlock(s.fake);
    zoe_want want = stage_play(number - 1, 0, 2);
    stage_want(source, &want);
    assert_true(fake_wait_started(s.fake, number, 1));
    if (is_gone)
        stage_remove(&s, "f", number);
    else
        stage_change(&s, "f", number);
    /* Beyond the end it has to be stopped. */
    if (is_gone && number == 3)
        fake_open_gates(s.fake);
    (void)look(source, NULL, 0);
    fake_open_gates(s.fake);
    stage_rest(&s);
    int64_t count = zoe_sequence_count(zoe_source_sequence(source));
    assert_int_equal(count, is_gone && number == 3 ? 2 : 3);
    for (int64_t i = 0; i < count; i++)
        assert_int_equal(stage_state(source, i), i == number - 1 ? after : ZOE_FRAME_LOADED);
    stage_end(&s);
}

static void test_loads_without_their_file(void **state)
{
    (void)state;
    check_load_without_file(2, false, ZOE_FRAME_LOADED);
    check_load_without_file(2, true, ZOE_FRAME_MISSING);
    check_load_without_file(3, true, ZOE_FRAME_MISSING);
}

/* A look may be taken by several sources, and outlives none of them. */
static void test_one_look_for_two_sources(void **state)
{
    (void)state;
    stage s;
    zoe_source *source = begin(&s, 3, 64 * MiB);
    zoe_sequence *shared = zoe_sequence_share(zoe_source_sequence(source));
    zoe_source *second = NULL;
    assert_int_equal(zoe_source_open(s.engine, &shared, NULL, &second, NULL), ZOE_OK);
    zoe_want want = stage_play(0, 0, 2);
    stage_settle(&s, second, &want);
    zoe_look *look = NULL;
    assert_int_equal(zoe_look_begin(zoe_source_sequence(source), &look, NULL), ZOE_OK);
    assert_int_equal(zoe_look_add_source(look, source), ZOE_OK);
    assert_int_equal(zoe_look_add_source(look, second), ZOE_OK);
    stage_touch(&s, "f", 4);
    change(&s, 2, 2);
    assert_int_equal(zoe_look_read(look, 1, NULL), ZOE_OK);
    zoe_refresh_report report;
    assert_int_equal(zoe_source_take_look(source, look, &report, NULL), ZOE_OK);
    assert_true(report.added == 1 && report.changed == 1);
    assert_int_equal(zoe_source_take_look(second, look, &report, NULL), ZOE_OK);
    assert_true(report.added == 1 && report.changed == 1);
    zoe_look_end(&look);
    assert_ptr_equal(zoe_source_sequence(source), zoe_source_sequence(second));
    zoe_source_close(&source);
    assert_int_equal(zoe_sequence_count(zoe_source_sequence(second)), 4);
    stage_rest(&s);
    zoe_frame frame = stage_wait(second, 1);
    stage_assert_right(&s, &frame, 2, 2);
    zoe_frame_release(&frame);
    stage_end(&s);
}

/* ---- readers all the while ---- */

enum { READERS = 3, VERSIONS = 200 };

typedef struct crowd {
    stage s;
    zoe_source *source;
    _Atomic int over;
    _Atomic int64_t wrong, seen;
} crowd;

/* Of one version, whichever it is. */
static bool is_whole(crowd *c, const zoe_frame *frame)
{
    char why[160];
    for (uint32_t version = 1; version <= VERSIONS; version++)
        if (fake_frame_is_right(c->s.fake, frame, 1, version, why, sizeof why))
            return true;
    return false;
}

static void *read_on(void *arg)
{
    crowd *c = arg;
    zoe_frame held[2] = {{.pin = NULL}, {.pin = NULL}};
    for (size_t i = 0; !atomic_load(&c->over); i++) {
        zoe_frame *frame = &held[i % 2];
        if (frame->pin && i % 64 < 2 && !is_whole(c, frame))
            atomic_fetch_add(&c->wrong, 1);
        zoe_frame_release(frame);
        if (zoe_source_acquire(c->source, 0, frame) == ZOE_OK)
            atomic_fetch_add(&c->seen, 1);
    }
    zoe_frame_release(&held[0]);
    zoe_frame_release(&held[1]);
    return NULL;
}

static void test_readers_do_not_mind(void **state)
{
    (void)state;
    crowd c = {.source = NULL};
    stage_begin(&c.s, 2, 64 * MiB, 65536, 4);
    c.s.fake->sparse = true;
    c.source = stage_source(&c.s, "f", 1, 1);
    zoe_want want = stage_play(0, 0, 0);
    stage_want(c.source, &want);
    pthread_t readers[READERS];
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_on, &c), 0);
    for (uint32_t version = 2; version <= VERSIONS; version++) {
        zoe_frame frame;
        change(&c.s, 1, version);
        reload(c.source, 0);
        if (version % 2 && zoe_source_wait(c.source, 0, stage_soon(), &frame) == ZOE_OK)
            zoe_frame_release(&frame);
    }
    stage_rest(&c.s);
    for (int i = 0; i < 10 && reload(c.source, 0); i++)
        stage_rest(&c.s);
    zoe_frame last = stage_wait(c.source, 0);
    /* On a busy machine the readers may not have run until now; this frame is there for all. */
    while (!atomic_load(&c.seen))
        sched_yield();
    atomic_store(&c.over, 1);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    stage_assert_right(&c.s, &last, 1, VERSIONS);
    zoe_frame_release(&last);
    assert_int_equal(c.wrong, 0);
    assert_true(c.seen > 0);
    zoe_stats stats = stage_stats(&c.s);
    assert_int_equal(stats.frame_bytes, 65536);
    assert_int_equal(stats.frames_loaded, 1);
    stage_end(&c.s);
}

/* ---- a real file that grows ---- */

/* The lines that are there have their pixels, the others are 0. Returns how many are there. */
static int32_t check_lines(const zoe_frame *frame)
{
    int32_t there = 0;
    for (int32_t y = 0; y < EXR_FILES_HEIGHT; y++) {
        int32_t right = 0, black = 0;
        for (int32_t x = 0; x < EXR_FILES_WIDTH; x++) {
            float pixel[ZOE_PLANES_MAX] = {0};
            zoe_display_sample(frame, x, y, pixel);
            bool match = true, zero = true;
            for (int32_t c = 0; c < 3; c++) {
                float want = exr_files_value(1, c, x, y);
                match = match && !(pixel[c] < want) && !(pixel[c] > want);
                zero = zero && !(pixel[c] < 0) && !(pixel[c] > 0);
            }
            right += match;
            black += zero;
        }
        if (right < EXR_FILES_WIDTH && black < EXR_FILES_WIDTH)
            fail_msg("line %d: %d pixels right, %d black", y, right, black);
        there += right == EXR_FILES_WIDTH;
    }
    return there;
}

typedef struct growing {
    char folder[64], path[128];
    uint8_t *data;
    size_t bytes, written;
} growing;

/* As a renderer does: more at the end of the same file. */
static void write_up_to(growing *g, size_t bytes)
{
    FILE *file = fopen(g->path, g->written ? "ae" : "we");
    assert_non_null(file);
    assert_int_equal(fwrite(g->data + g->written, 1, bytes - g->written, file), bytes - g->written);
    assert_int_equal(fclose(file), 0);
    g->written = bytes;
}

static void begin_growing(growing *g)
{
    memset(g, 0, sizeof *g);
    temp_folder_make(g->folder, sizeof g->folder);
    snprintf(g->path, sizeof g->path, "%s/f.0001.exr", g->folder);
    if (!exr_files_write(g->path, 1))
        fail_msg("%s cannot be written", g->path);
    FILE *file = fopen(g->path, "re");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    g->bytes = (size_t)ftell(file);
    rewind(file);
    g->data = malloc(g->bytes);
    assert_non_null(g->data);
    assert_int_equal(fread(g->data, 1, g->bytes, file), g->bytes);
    fclose(file);
}

static void test_a_file_that_grows(void **state)
{
    (void)state;
    growing g;
    begin_growing(&g);
    write_up_to(&g, g.bytes * 6 / 10);
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.budget.bytes = 64 * MiB;
    settings.workers = 2;
    zoe_engine *engine = NULL;
    zoe_sequence *sequence = NULL;
    zoe_source *source = NULL;
    assert_int_equal(zoe_engine_create(&settings, &engine, NULL), ZOE_OK);
    assert_int_equal(zoe_sequence_open(g.path, NULL, &sequence, NULL), ZOE_OK);
    assert_int_equal(zoe_source_open(engine, &sequence, NULL, &source, NULL), ZOE_OK);
    zoe_want want = stage_play(0, 0, 0);
    stage_want(source, &want);
    zoe_frame half = stage_wait(source, 0);
    assert_int_equal(half.incomplete, 1);
    assert_int_equal(stage_state(source, 0), ZOE_FRAME_INCOMPLETE);
    int32_t lines = check_lines(&half);
    assert_true(lines > 0 && lines < EXR_FILES_HEIGHT);
    assert_int_equal(reload(source, 0), 0);

    write_up_to(&g, g.bytes);
    assert_int_equal(reload(source, 0), 1);
    zoe_frame whole = stage_wait(source, 0);
    assert_int_equal(whole.incomplete, 0);
    assert_int_equal(stage_state(source, 0), ZOE_FRAME_LOADED);
    zoe_error error = {.status = ZOE_OK};
    assert_int_equal(zoe_source_frame_error(source, 0, &error), ZOE_OK);
    assert_int_equal(check_lines(&whole), EXR_FILES_HEIGHT);
    assert_int_equal(check_lines(&half), lines);
    assert_int_equal(half.incomplete, 1);
    zoe_frame_release(&half);
    zoe_frame_release(&whole);
    assert_int_equal(reload(source, 0), 0);
    zoe_source_close(&source);
    zoe_engine_destroy(&engine);
    free(g.data);
    temp_folder_remove(g.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_did_not_change_stays),
        cmocka_unit_test(test_a_changed_frame_is_decoded_again),
        cmocka_unit_test(test_pins_keep_the_old_picture),
        cmocka_unit_test(test_old_pictures_outlive_their_source),
        cmocka_unit_test(test_old_pictures_go_when_the_limit_fell),
        cmocka_unit_test(test_replaced_between_look_and_pin),
        cmocka_unit_test(test_errors_are_tried_again),
        cmocka_unit_test(test_files_go_and_come_back),
        cmocka_unit_test(test_a_load_of_the_old_file_begins_again),
        cmocka_unit_test(test_a_load_that_nearly_read_the_old_file),
        cmocka_unit_test(test_a_look_at_some_frames),
        cmocka_unit_test(test_a_look_tries_no_error_again_whose_file_is_the_same),
        cmocka_unit_test(test_loads_go_on_while_the_folder_is_taken),
        cmocka_unit_test(test_neighbours_do_not_change_places),
        cmocka_unit_test(test_loads_without_their_file),
        cmocka_unit_test(test_one_look_for_two_sources),
        cmocka_unit_test(test_readers_do_not_mind),
        cmocka_unit_test(test_a_file_that_grows),
    };
    return cmocka_run_group_tests_name("reload", tests, NULL, NULL);
}
