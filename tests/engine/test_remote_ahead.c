/*
 * What a store of far objects fetches ahead: in the order in which it is wanted, as far as there is
 * room, and no longer than it is wanted.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pthread.h>

#include <cmocka.h>

#include "base/os.h"
#include "support/remote_place.h"

enum { FAR, FETCHING, NEAR, FAILED };

/* A row of objects, wanted from `from` on, in order. */
typedef struct row {
    pthread_mutex_t lock;
    unsigned from, count;
    int states[FAKE_OBJECTS];
    zoe_status failed[FAKE_OBJECTS];
    unsigned nexts, arrivals, no_rooms, stales;
    bool has_jumped; /* to `jump`, which is wanted before all others */
    unsigned jump;
    unsigned other; /* is waited for as well; FAKE_OBJECTS: none is */
} row;

static bool next(void *user, char *path, size_t capacity, zoe_demand_token *token)
{
    row *r = user;
    bool found = false;
    pthread_mutex_lock(&r->lock);
    for (unsigned k = r->from; k <= r->from + r->count && !found; k++) {
        unsigned i = k > r->from ? k - 1 : r->jump;
        if (i < r->from || i >= r->from + r->count)
            continue;
        if (r->states[i] != FAR)
            continue;
        r->states[i] = FETCHING;
        r->nexts++;
        *token = (zoe_demand_token){.number = i};
        snprintf(path, capacity, "http://fake/%u", i);
        found = true;
    }
    pthread_mutex_unlock(&r->lock);
    return found;
}

static bool is_wanted(void *user, zoe_demand_token token)
{
    row *r = user;
    pthread_mutex_lock(&r->lock);
    bool wanted = token.number >= r->from && token.number < r->from + r->count;
    pthread_mutex_unlock(&r->lock);
    return wanted;
}

static bool is_jump(void *user, zoe_demand_token token)
{
    row *r = user;
    pthread_mutex_lock(&r->lock);
    bool jump = r->has_jumped && token.number == r->jump;
    r->has_jumped = r->has_jumped && !jump;
    pthread_mutex_unlock(&r->lock);
    return jump;
}

static bool is_waiting(void *user)
{
    row *r = user;
    pthread_mutex_lock(&r->lock);
    bool waits = r->has_jumped && r->states[r->jump] == FAR;
    pthread_mutex_unlock(&r->lock);
    return waits;
}

static bool is_awaited(void *user, zoe_demand_token token)
{
    row *r = user;
    pthread_mutex_lock(&r->lock);
    bool awaited = token.number == r->jump || token.number == r->other;
    pthread_mutex_unlock(&r->lock);
    return awaited;
}

static void arrived(void *user, zoe_demand_token token, zoe_status status, const zoe_os_file_id *id,
                    const zoe_error *error)
{
    row *r = user;
    (void)id;
    (void)error;
    pthread_mutex_lock(&r->lock);
    if (r->states[token.number] != FETCHING)
        abort();
    bool again = status == ZOE_STALE || status == ZOE_NO_ROOM;
    r->states[token.number] = status == ZOE_OK ? NEAR : again ? FAR : FAILED;
    r->failed[token.number] = status;
    r->arrivals++;
    r->stales += status == ZOE_STALE;
    r->no_rooms += status == ZOE_NO_ROOM;
    pthread_mutex_unlock(&r->lock);
}

static unsigned count_in(row *r, int state)
{
    unsigned count = 0;
    pthread_mutex_lock(&r->lock);
    for (unsigned i = 0; i < FAKE_OBJECTS; i++)
        count += r->states[i] == state;
    pthread_mutex_unlock(&r->lock);
    return count;
}

static void wait_for_near(row *r, unsigned count)
{
    for (int i = 0; i < 120000 && count_in(r, NEAR) < count; i++)
        zoe_os_sleep(1);
    assert_true(count_in(r, NEAR) >= count);
}

/* Where they outlive a test that fails, until its store is closed. */
static row the_row;
static zoe_storage_demand the_demand;

static row *attach_row(unsigned count)
{
    memset(&the_row, 0, sizeof the_row);
    the_row.count = count;
    the_row.other = FAKE_OBJECTS;
    pthread_mutex_init(&the_row.lock, NULL);
    the_demand =
        (zoe_storage_demand){&the_row, next, is_wanted, is_jump, is_waiting, is_awaited, arrived};
    assert_true(remote.store.attach(remote.store.user, &the_demand));
    return &the_row;
}

static int state_of(row *r, unsigned i)
{
    pthread_mutex_lock(&r->lock);
    int value = r->states[i];
    pthread_mutex_unlock(&r->lock);
    return value;
}

static unsigned count_of(row *r, const unsigned *count)
{
    pthread_mutex_lock(&r->lock);
    unsigned value = *count;
    pthread_mutex_unlock(&r->lock);
    return value;
}

static void test_ahead(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    row *r = attach_row(20);
    assert_false(remote.store.attach(remote.store.user, &the_demand));
    wait_for_near(r, 20);
    assert_true(remote_place_stats().memory_bytes <= remote_place_stats().memory_limit_bytes);
    uint64_t bytes = fake_origin_counts(remote.fake).bytes;
    assert_int_equal(bytes, 20 * BYTES);
    /* They are read without the network. */
    fake_origin_set_unreachable(remote.fake, true);
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(remote.fake).bytes, bytes);
    fake_origin_set_unreachable(remote.fake, false);
    /* More is wanted. */
    pthread_mutex_lock(&r->lock);
    r->count = 22;
    pthread_mutex_unlock(&r->lock);
    remote.store.wake(remote.store.user);
    wait_for_near(r, 22);
    remote.store.detach(remote.store.user);
    remote.store.detach(remote.store.user);
    assert_int_equal(r->nexts, r->arrivals);
}

static void test_ahead_failures(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    fake_origin_fail(remote.fake, 1, ZOE_ERROR_NOT_FOUND, 1);
    fake_origin_fail(remote.fake, 2, ZOE_ERROR_PERMISSION, 100);
    row *r = attach_row(6);
    wait_for_near(r, 4);
    for (int i = 0; i < 120000 && count_in(r, FAILED) < 2; i++)
        zoe_os_sleep(1);
    assert_int_equal(r->failed[1], ZOE_ERROR_NOT_FOUND);
    assert_int_equal(r->failed[2], ZOE_ERROR_PERMISSION);
    remote.store.detach(remote.store.user);
}

/* Without a disk cache memory is what there is: no more than it holds is fetched, and what was
 * fetched is not thrown away for what is wanted later. */
static void test_ahead_in_memory(void **state)
{
    (void)state;
    remote.settings.disk_cache = "";
    remote.settings.memory_bytes = 16 * BLOCK; /* 12 for fetching ahead: four objects and a half */
    remote_place_open(BYTES);
    row *r = attach_row(20);
    for (int i = 0; i < 120000 && count_of(r, &r->no_rooms) == 0; i++)
        zoe_os_sleep(1);
    for (int i = 0; i < 120000 && (count_in(r, FETCHING) > 0 || count_in(r, NEAR) < 3); i++)
        zoe_os_sleep(1);
    unsigned near = count_in(r, NEAR);
    assert_in_range(near, 3, 5);
    assert_int_equal(count_in(r, FETCHING), 0);
    assert_true(remote_place_stats().memory_bytes <= 16 * BLOCK);
    uint64_t bytes = fake_origin_counts(remote.fake).bytes;
    for (unsigned i = 0; i < near; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(remote.fake).bytes, bytes);
    /* What was read makes room. */
    pthread_mutex_lock(&r->lock);
    r->from = near;
    pthread_mutex_unlock(&r->lock);
    remote.store.wake(remote.store.user);
    wait_for_near(r, near + 3);
    /* What nobody wants any more does too. */
    pthread_mutex_lock(&r->lock);
    r->from = 40;
    r->count = 3;
    pthread_mutex_unlock(&r->lock);
    remote.store.wake(remote.store.user);
    for (int i = 0; i < 120000 && !(state_of(r, 40) == NEAR && state_of(r, 42) == NEAR); i++)
        zoe_os_sleep(1);
    assert_int_equal(state_of(r, 42), NEAR);
    remote.store.detach(remote.store.user);
}

/* What the origin has sent, when it has nothing more to send for a while. */
static uint64_t settled_bytes(void)
{
    uint64_t before, bytes = fake_origin_counts(remote.fake).bytes;
    do {
        before = bytes;
        zoe_os_sleep(50);
        bytes = fake_origin_counts(remote.fake).bytes;
    } while (bytes != before || fake_origin_counts(remote.fake).waiting > 0);
    return bytes;
}

/* What a reader probably reads next has no right to the memory of what was fetched ahead. */
static void test_reading_leaves_what_is_ahead(void **state)
{
    (void)state;
    remote.settings.disk_cache = "";
    remote.settings.memory_bytes = 16 * BLOCK + MB; /* what is known of objects takes some too */
    remote_place_open(6 * BLOCK);
    row *r = attach_row(2);
    wait_for_near(r, 2);
    zoe_storage_object object;
    assert_int_equal(remote_place_open_object(20, &object), ZOE_OK);
    assert_int_equal(remote_place_check_part(&object, 20, 1, BLOCK, 1000), ZOE_OK);
    /* Something is read ahead. */
    for (int i = 0; i < 120000 && fake_origin_counts(remote.fake).bytes <= 14 * BLOCK; i++)
        zoe_os_sleep(1);
    uint64_t bytes = settled_bytes();
    assert_true(bytes > 14 * BLOCK);
    assert_int_equal(remote_place_check_whole(0, 1), ZOE_OK);
    assert_int_equal(remote_place_check_whole(1, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(remote.fake).bytes, bytes);
    remote.store.close(remote.store.user, &object);
    remote.store.detach(remote.store.user);
}

/* Nor has whoever opens an object, or looks at its header: it is still to be decoded. */
static void test_opening_leaves_what_is_ahead(void **state)
{
    (void)state;
    remote.settings.disk_cache = "";
    remote.settings.memory_bytes = 16 * BLOCK + MB;
    remote_place_open(6 * BLOCK);
    row *r = attach_row(2);
    wait_for_near(r, 2);
    zoe_storage_object object;
    for (size_t bytes = 0; bytes <= 1000; bytes += 1000) {
        assert_int_equal(remote_place_open_object(0, &object), ZOE_OK);
        if (bytes)
            assert_int_equal(remote_place_check_part(&object, 0, 1, 0, bytes), ZOE_OK);
        remote.store.close(remote.store.user, &object);
    }
    uint64_t bytes = fake_origin_counts(remote.fake).bytes;
    pthread_mutex_lock(&r->lock);
    r->count = 4;
    pthread_mutex_unlock(&r->lock);
    remote.store.wake(remote.store.user);
    for (int i = 0; i < 120000 && count_of(r, &r->no_rooms) == 0; i++)
        zoe_os_sleep(1);
    assert_int_equal(count_in(r, NEAR), 2);
    uint64_t more = fake_origin_counts(remote.fake).bytes - bytes;
    assert_int_equal(remote_place_check_whole(0, 1), ZOE_OK);
    assert_int_equal(remote_place_check_whole(1, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(remote.fake).bytes, bytes + more);
    remote.store.detach(remote.store.user);
}

/* An object larger than memory, and than the disk cache, is read all the same. */
static void test_ahead_of_large_ones(void **state)
{
    (void)state;
    for (int disk = 0; disk < 2; disk++) {
        remote.settings.disk_cache = disk ? remote.folder : "";
        remote.settings.disk_cache_bytes = 2 * BLOCK;
        remote.settings.memory_bytes = 4 * BLOCK;
        remote_place_open(7 * BLOCK + 5);
        row *r = attach_row(3);
        for (unsigned i = 0; i < 3; i++) {
            for (int j = 0; j < 10000 && state_of(r, i) != NEAR; j++) {
                if (j % 100 == 99)
                    remote.store.wake(remote.store.user);
                zoe_os_sleep(1);
            }
            assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
        }
        remote.store.detach(remote.store.user);
    }
}

static void test_ahead_without_ranges(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    fake_origin_set_whole_only(remote.fake, true);
    row *r = attach_row(6);
    wait_for_near(r, 6);
    fake_origin_set_unreachable(remote.fake, true);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    remote.store.detach(remote.store.user);
}

static void jump(row *r, unsigned to)
{
    pthread_mutex_lock(&r->lock);
    r->jump = to;
    r->has_jumped = true;
    pthread_mutex_unlock(&r->lock);
    remote.store.wake(remote.store.user);
}

static void seek(row *r, unsigned from)
{
    pthread_mutex_lock(&r->lock);
    r->from = r->jump = from;
    r->has_jumped = true;
    pthread_mutex_unlock(&r->lock);
    remote.store.wake(remote.store.user);
}

static void test_seek(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    fake_origin_hold(remote.fake, true);
    row *r = attach_row(20);
    while (fake_origin_counts(remote.fake).waiting == 0)
        zoe_os_sleep(1);
    /* What is on its way is no longer wanted. */
    seek(r, 40);
    while (count_of(r, &r->stales) == 0)
        zoe_os_sleep(1);
    fake_origin_hold(remote.fake, false);
    fake_origin_set_latency(remote.fake, 5);
    for (unsigned i = 1; i < 30; i++) {
        zoe_os_sleep(10);
        seek(r, i * 7 % 40);
    }
    for (int i = 0; i < 120000 && state_of(r, 29 * 7 % 40) != NEAR; i++)
        zoe_os_sleep(1);
    assert_int_equal(state_of(r, 29 * 7 % 40), NEAR);
    /* Detached in the middle of it. */
    seek(r, 44);
    remote.store.detach(remote.store.user);
    assert_int_equal(r->nexts, r->arrivals);
    assert_int_equal(count_in(r, FETCHING), 0);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
}

static void wait_for_requests(uint64_t count)
{
    for (int i = 0; i < 120000 && fake_origin_counts(remote.fake).waiting != count; i++)
        zoe_os_sleep(1);
    assert_int_equal(fake_origin_counts(remote.fake).waiting, count);
}

/* What is known of objects has its bound: after many there is still room to fetch ahead. */
static void test_many_objects_leave_room(void **state)
{
    (void)state;
    remote.settings.disk_cache = "";
    remote.settings.memory_bytes = 8 * BLOCK;
    remote_place_open(BLOCK);
    zoe_storage_object object;
    for (unsigned i = FAKE_OBJECTS; i < 20000; i++)
        assert_int_equal(remote_place_open_object(i, &object), ZOE_ERROR_NOT_FOUND);
    assert_in_range(remote_place_stats().memory_bytes, BLOCK, 4 * BLOCK);
    fake_origin_hold_from(remote.fake, 1);
    attach_row(4);
    wait_for_requests(2);
    fake_origin_hold(remote.fake, false);
    remote.store.detach(remote.store.user);
}

static void wait_for(row *r, unsigned object)
{
    for (int i = 0; i < 120000 && state_of(r, object) != NEAR; i++)
        zoe_os_sleep(1);
    if (state_of(r, object) == FAILED)
        fail_msg("object %u: %s", object, zoe_status_text(r->failed[object]));
    assert_int_equal(state_of(r, object), NEAR);
}

/* All of what is jumped to is asked for before any answer has come: one round trip. */
static void test_jump_takes_one_round_trip(void **state)
{
    (void)state;
    for (int disk = 0; disk < 2; disk++) {
        remote.settings.disk_cache = disk ? remote.folder : "";
        remote_place_open(BYTES);
        row *r = attach_row(1);
        wait_for_near(r, 1);
        fake_origin_hold(remote.fake, true);
        seek(r, 30);
        wait_for_requests(3);
        uint64_t requests = fake_origin_counts(remote.fake).requests;
        fake_origin_hold(remote.fake, false);
        wait_for(r, 30);
        assert_int_equal(fake_origin_counts(remote.fake).requests, requests + 3);
        assert_int_equal(remote_place_check_whole(30, 1), ZOE_OK);
        assert_int_equal(fake_origin_counts(remote.fake).requests, requests + 3);
        remote.store.detach(remote.store.user);
    }
}

/* What was under way does not share the line with what is jumped to, and is fetched after it: be it
 * that a jump goes to what is not asked for yet, or to what is under way already. */
static void test_jump_has_the_line_for_itself(void **state)
{
    (void)state;
    static const unsigned to[] = {30, 2};
    for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
        snprintf(remote.folder, sizeof remote.folder, "%s/cache%zu", remote.top, i);
        remote_place_open(BYTES);
        row *r = attach_row(40);
        fake_origin_hold_from(remote.fake, 1);
        for (int j = 0; j < 20000 && fake_origin_counts(remote.fake).waiting < 6; j++)
            zoe_os_sleep(1);
        assert_true(fake_origin_counts(remote.fake).waiting >= 6);
        jump(r, to[i]);
        wait_for_requests(3);
        fake_origin_hold(remote.fake, false);
        wait_for(r, to[i]);
        wait_for_near(r, 40);
        assert_int_equal(remote_place_check_whole(to[i], 1), ZOE_OK);
        remote.store.detach(remote.store.user);
        assert_int_equal(r->nexts, r->arrivals);
    }
}

/* The newest jump comes first: of what was jumped to before nothing more is under way, though it is
 * still wanted, unless it is waited for as well. */
static void test_jump_goes_before_the_last_one(void **state)
{
    (void)state;
    for (int both = 0; both < 2; both++) {
        snprintf(remote.folder, sizeof remote.folder, "%s/cache%d", remote.top, both);
        remote_place_open(BYTES);
        row *r = attach_row(1);
        wait_for_near(r, 1);
        pthread_mutex_lock(&r->lock);
        r->count = 40;
        r->other = both ? 30 : FAKE_OBJECTS;
        pthread_mutex_unlock(&r->lock);
        fake_origin_hold_from(remote.fake, 1);
        jump(r, 30);
        wait_for_requests(3);
        jump(r, 31);
        for (int i = 0; i < 120000 && state_of(r, 31) != FETCHING; i++)
            zoe_os_sleep(1);
        assert_int_equal(state_of(r, 31), FETCHING);
        assert_int_equal(state_of(r, 30), both ? FETCHING : FAR);
        wait_for_requests(both ? 6 : 3);
        assert_int_equal(fake_origin_counts(remote.fake).cancelled, both ? 0 : 3);
        fake_origin_hold(remote.fake, false);
        wait_for_near(r, 40);
        assert_int_equal(remote_place_check_whole(30, 1), ZOE_OK);
        assert_int_equal(remote_place_check_whole(31, 1), ZOE_OK);
        remote.store.detach(remote.store.user);
        assert_int_equal(r->nexts, r->arrivals);
    }
}

/* Objects are not as large as their neighbours, or are given whole only from now on. */
static void test_wrong_guesses(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {1, BLOCK, BLOCK + 1, 3 * BLOCK, 5 * BLOCK + 7};
    for (int whole = 0; whole < 2; whole++) {
        remote.settings.disk_cache = whole ? remote.folder : "";
        remote_place_open(BYTES);
        row *r = attach_row(1);
        for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            seek(r, 2 * i);
            wait_for(r, 2 * i);
            fake_origin_set_whole_only(remote.fake, whole);
            fake_origin_set_bytes(remote.fake, 2 * i + 1, sizes[i]);
            seek(r, 2 * i + 1);
            wait_for(r, 2 * i + 1);
            assert_int_equal(remote_place_check_whole(2 * i, 1), ZOE_OK);
            assert_int_equal(remote_place_check_whole(2 * i + 1, 1), ZOE_OK);
            fake_origin_set_whole_only(remote.fake, false);
        }
        /* Nothing is left that waits for its end. */
        remote.store.detach(remote.store.user);
        wait_for_requests(0);
    }
}

/* The record on disk says how large it was, and that is no longer so. */
static void test_guess_by_the_record(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    row *r = attach_row(2);
    wait_for_near(r, 2);
    remote.store.detach(remote.store.user);
    remote_place_open(BYTES);
    fake_origin_set_version(remote.fake, 1, 2);
    fake_origin_set_bytes(remote.fake, 1, 4 * BLOCK);
    r = attach_row(1);
    wait_for(r, 0);
    seek(r, 1);
    wait_for(r, 1);
    assert_int_equal(remote_place_check_whole(1, 2), ZOE_OK);
    remote.store.detach(remote.store.user);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ahead, remote_place_begin, remote_place_finish),
        cmocka_unit_test_setup_teardown(test_ahead_failures, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_ahead_in_memory, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_reading_leaves_what_is_ahead, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_opening_leaves_what_is_ahead, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_many_objects_leave_room, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_ahead_of_large_ones, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_ahead_without_ranges, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_seek, remote_place_begin, remote_place_finish),
        cmocka_unit_test_setup_teardown(test_jump_takes_one_round_trip, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_jump_has_the_line_for_itself, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_jump_goes_before_the_last_one, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_wrong_guesses, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_guess_by_the_record, remote_place_begin,
                                        remote_place_finish),
    };
    return cmocka_run_group_tests_name("remote ahead", tests, NULL, NULL);
}
