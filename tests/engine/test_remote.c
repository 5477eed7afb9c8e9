/*
 * The store of far objects over an origin that does what it is told: what is read, kept, asked for
 * once, asked for again, fetched ahead and cancelled.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <inttypes.h>
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
#include "base/stop.h"
#include "storage/disk_cache.h"
#include "storage/origin_file.h"
#include "storage/remote.h"
#include "support/fake_origin.h"
#include "support/seeded_random.h"
#include "support/temp_folder.h"

enum { MB = 1 << 20, BLOCK = ZOE_DISK_BLOCK, BYTES = 5 * BLOCK / 2 /* three blocks */ };

static char top[64], folder[96];
static fake_origin *fake;
static zoe_store store;
static zoe_storage_settings settings;

static int begin(void **state)
{
    (void)state;
    temp_folder_make(top, sizeof top);
    snprintf(folder, sizeof folder, "%s/cache", top);
    zoe_storage_settings_init(&settings);
    settings.disk_cache = folder;
    settings.disk_cache_bytes = 512 * MB;
    return 0;
}

static void close_store(void)
{
    if (store.destroy)
        store.destroy(store.user);
    fake_origin_free(fake);
    fake = NULL;
    memset(&store, 0, sizeof store);
}

static int finish(void **state)
{
    (void)state;
    close_store();
    temp_folder_remove(top);
    return 0;
}

static void open_store(uint64_t bytes)
{
    zoe_origin web, files;
    zoe_error error = {.text = ""};
    close_store();
    fake = fake_origin_make(bytes, &web);
    assert_int_equal(zoe_origin_file_create(&files, &error), ZOE_OK);
    if (zoe_remote_create_with(&settings, &web, &files, &store, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

static const char *path_of(unsigned n)
{
    static char path[64];
    snprintf(path, sizeof path, "http://fake/%u", n);
    return path;
}

static zoe_status open_object(unsigned n, zoe_storage_object *object)
{
    zoe_error error = {.text = ""};
    zoe_status status = store.open(store.user, path_of(n), object, &error);
    if (status != ZOE_OK) {
        assert_int_equal(error.status, status);
        assert_string_not_equal(error.text, "");
    }
    return status;
}

/* Reads a part and compares. OK, or the error. */
static zoe_status check_part(const zoe_storage_object *object, unsigned n, uint64_t version,
                             uint64_t offset, size_t bytes)
{
    zoe_error error = {.status = ZOE_OK};
    uint8_t *got = malloc(bytes + 1), *wanted = malloc(bytes + 1);
    int64_t count = store.read(store.user, object, got, bytes, offset, &error);
    uint64_t left = offset < object->id.bytes ? object->id.bytes - offset : 0;
    fake_origin_fill(n, version, offset, wanted, bytes);
    if (count >= 0) {
        assert_int_equal(count, bytes < left ? bytes : left);
        if (memcmp(got, wanted, (size_t)count) != 0)
            fail_msg("object %u, version %" PRIu64 ": wrong bytes from %" PRIu64, n, version,
                     offset);
    } else {
        assert_int_not_equal(error.status, ZOE_OK);
        assert_string_not_equal(error.text, "");
    }
    free(got);
    free(wanted);
    return count >= 0 ? ZOE_OK : error.status;
}

static zoe_status check_whole(unsigned n, uint64_t version)
{
    zoe_storage_object object;
    zoe_status status = open_object(n, &object);
    if (status != ZOE_OK)
        return status;
    assert_int_equal(object.fd, -1);
    status = check_part(&object, n, version, 0, (size_t)object.id.bytes + 10);
    store.close(store.user, &object);
    return status;
}

static zoe_storage_stats stats(void)
{
    zoe_storage_stats s;
    memset(&s, 0, sizeof s);
    store.stats(store.user, &s);
    return s;
}

/* ---- reading ---- */

static void test_reading(void **state)
{
    (void)state;
    uint64_t random = seeded_random_seed(1);
    for (int disk = 0; disk < 2; disk++) {
        settings.disk_cache = disk ? folder : "";
        open_store(BYTES);
        zoe_storage_object object;
        assert_int_equal(open_object(3, &object), ZOE_OK);
        assert_int_equal(object.id.bytes, BYTES);
        assert_int_equal(fake_origin_counts(fake).requests, 1);
        /* One request told what it is, and brought the beginning. */
        assert_int_equal(check_part(&object, 3, 1, 0, 1000), ZOE_OK);
        assert_int_equal(fake_origin_counts(fake).requests, 1);
        for (int i = 0; i < 50; i++)
            assert_int_equal(check_part(&object, 3, 1, seeded_random_below(&random, BYTES + 10),
                                        (size_t)seeded_random_below(&random, BYTES)),
                             ZOE_OK);
        assert_int_equal(check_part(&object, 3, 1, BYTES, 10), ZOE_OK);
        assert_int_equal(check_part(&object, 3, 1, UINT64_MAX - 5, 10), ZOE_OK);
        /* Every byte came once. */
        assert_int_equal(fake_origin_counts(fake).bytes, BYTES);
        zoe_os_file_id id;
        assert_true(store.identify_object(store.user, &object, &id));
        assert_true(zoe_os_file_id_equal(&id, &object.id));
        store.close(store.user, &object);
        assert_true(stats().memory_bytes <= stats().memory_limit_bytes);
    }
}

static void test_sizes(void **state)
{
    (void)state;
    const uint64_t sizes[] = {0, 1, 100, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        open_store(sizes[i]);
        for (int whole = 0; whole < 2; whole++) {
            fake_origin_set_whole_only(fake, whole);
            assert_int_equal(check_whole((unsigned)whole, 1), ZOE_OK);
            assert_int_equal(check_whole((unsigned)whole, 1), ZOE_OK);
        }
        close_store();
        temp_folder_remove(folder);
    }
}

static void test_without_ranges(void **state)
{
    (void)state;
    open_store(BYTES);
    fake_origin_set_whole_only(fake, true);
    zoe_storage_object object;
    assert_int_equal(open_object(1, &object), ZOE_OK);
    assert_int_equal(check_part(&object, 1, 1, 100, 1000), ZOE_OK);
    assert_int_equal(check_part(&object, 1, 1, BYTES - 100, 1000), ZOE_OK);
    assert_int_equal(check_part(&object, 1, 1, 0, BYTES), ZOE_OK);
    store.close(store.user, &object);
    /* Its beginning, and then all of it at once. */
    assert_int_equal(fake_origin_counts(fake).requests, 2);
    assert_int_equal(fake_origin_counts(fake).bytes, BLOCK + BYTES);
    open_store(BYTES);
    fake_origin_set_whole_only(fake, true);
    assert_int_equal(check_whole(1, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(fake).bytes, 1);
}

/* More than anybody has memory for: said, and not waited for. */
static void test_large_without_ranges(void **state)
{
    (void)state;
    const uint64_t sizes[] = {(uint64_t)5 << 30, (uint64_t)1 << 59};
    for (unsigned i = 0; i < 2; i++) {
        open_store(sizes[i]);
        fake_origin_set_whole_only(fake, true);
        zoe_storage_object object;
        assert_int_equal(open_object(i, &object), ZOE_OK);
        assert_int_equal(check_part(&object, i, 1, 100, 1000), ZOE_OK);
        assert_int_equal(check_part(&object, i, 1, BYTES, 1000), ZOE_ERROR_UNSUPPORTED);
        store.close(store.user, &object);
        assert_true(fake_origin_counts(fake).bytes <= BLOCK);
    }
}

static void test_memory_is_bounded(void **state)
{
    (void)state;
    settings.memory_bytes = 4 * BLOCK;
    for (int disk = 0; disk < 2; disk++) {
        settings.disk_cache = disk ? folder : "";
        open_store(BYTES);
        for (unsigned i = 0; i < 20; i++) {
            assert_int_equal(check_whole(i, 1), ZOE_OK);
            assert_true(stats().memory_bytes <= 4 * BLOCK);
            assert_int_equal(stats().memory_limit_bytes, 4 * BLOCK);
        }
    }
    /* Less than a block: one at a time. */
    settings.memory_bytes = 1000;
    open_store(BYTES);
    for (unsigned i = 20; i < 25; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
    assert_true(stats().memory_bytes <= 2 * BLOCK);
}

/* ---- kept on disk ---- */

static void test_kept(void **state)
{
    (void)state;
    open_store(BYTES);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
    open_store(BYTES);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
    /* A byte for each told that it is still the same. */
    assert_int_equal(fake_origin_counts(fake).bytes, 5);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(fake).bytes, 5);
    /* It is not the same. */
    open_store(BYTES);
    for (unsigned i = 0; i < 5; i++) {
        fake_origin_set_version(fake, i, 2);
        assert_int_equal(check_whole(i, 2), ZOE_OK);
    }
    assert_true(fake_origin_counts(fake).bytes >= 5 * BYTES);
}

static void test_without_network(void **state)
{
    (void)state;
    open_store(BYTES);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
    open_store(BYTES);
    fake_origin_set_unreachable(fake, true);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
    assert_int_equal(check_whole(5, 1), ZOE_ERROR_IO);
    /* One request told that there is nobody: with what is known it does not wait for another, but asks
     * by and by whether there is somebody again. */
    open_store(BYTES);
    fake_origin_set_unreachable(fake, true);
    assert_int_equal(check_whole(0, 1), ZOE_OK);
    fake_origin_hold(fake, true);
    for (unsigned i = 1; i < 5; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(fake).waiting, 1);
    fake_origin_hold(fake, false);
    /* There is. */
    fake_origin_set_unreachable(fake, false);
    assert_int_equal(check_whole(5, 1), ZOE_OK);
}

/* The store is asked for a path of its own, as check_whole() does for those of the one host. */
static zoe_status check_path(const char *path, unsigned n, uint64_t version)
{
    zoe_storage_object object;
    zoe_status status = store.open(store.user, path, &object, NULL);
    if (status != ZOE_OK)
        return status;
    status = check_part(&object, n, version, 0, (size_t)object.id.bytes);
    store.close(store.user, &object);
    return status;
}

static void test_without_one_server(void **state)
{
    (void)state;
    open_store(BYTES);
    assert_int_equal(check_path("http://other/1", 1, 1), ZOE_OK);
    open_store(BYTES);
    fake_origin_set_version(fake, 1, 2);
    fake_origin_set_unreachable(fake, true);
    assert_int_equal(check_whole(0, 1), ZOE_ERROR_IO);
    assert_int_equal(check_path("http://other/1", 1, 2), ZOE_OK);
}

static void test_network_comes_back(void **state)
{
    (void)state;
    open_store(BYTES);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
    open_store(BYTES);
    fake_origin_set_unreachable(fake, true);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
    for (unsigned i = 0; i < 4; i++)
        fake_origin_set_version(fake, i, 2);
    fake_origin_set_unreachable(fake, false);
    assert_int_equal(check_whole(5, 1), ZOE_OK);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(check_whole(i, 2), ZOE_OK);
}

static bool count_name(void *user, const char *name, zoe_os_name_kind kind)
{
    unsigned *count = user;
    assert_int_equal(kind, ZOE_OS_NAME_FILE);
    assert_int_equal(atoi(name), *count);
    ++*count;
    return true;
}

static zoe_status list(const char *path, unsigned *count)
{
    *count = 0;
    return store.list(store.user, path, count_name, count, NULL);
}

static void test_names_without_network(void **state)
{
    (void)state;
    unsigned count;
    open_store(BYTES);
    assert_int_equal(list("http://fake/", &count), ZOE_OK);
    assert_int_equal(count, FAKE_OBJECTS);
    open_store(BYTES);
    fake_origin_set_unreachable(fake, true);
    assert_int_equal(list("http://fake/", &count), ZOE_OK);
    assert_int_equal(count, FAKE_OBJECTS);
    assert_int_equal(list("http://fake/other/", &count), ZOE_ERROR_IO);
    assert_int_equal(count, 0);
}

static void test_folder_removed(void **state)
{
    (void)state;
    open_store(BYTES);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(check_whole(i, 1), ZOE_OK);
        if (i % 3 == 0)
            temp_folder_remove(folder);
    }
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
}

static void test_no_folder(void **state)
{
    (void)state;
    temp_folder_write(top, "file", 1);
    char bad[96];
    snprintf(bad, sizeof bad, "%s/file", top);
    settings.disk_cache = bad;
    open_store(BYTES);
    assert_int_equal(check_whole(1, 1), ZOE_OK);
    assert_non_null(strstr(stats().disk_problem, "file"));
    assert_int_equal(stats().disk_limit_bytes, 0);
}

/* ---- failures ---- */

static void test_failures(void **state)
{
    (void)state;
    const zoe_status all[] = {ZOE_ERROR_NOT_FOUND, ZOE_ERROR_PERMISSION, ZOE_ERROR_IO,
                              ZOE_ERROR_UNSUPPORTED};
    open_store(BYTES);
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        zoe_storage_object object;
        /* When it is opened. */
        fake_origin_fail(fake, i, all[i], 1);
        assert_int_equal(check_whole(i, 1), all[i]);
        /* Later. */
        assert_int_equal(open_object(i, &object), ZOE_OK);
        fake_origin_fail(fake, i, all[i], 2);
        assert_int_equal(check_part(&object, i, 1, BYTES - 10, 10), all[i]);
        fake_origin_fail(fake, i, ZOE_OK, 0);
        assert_int_equal(check_part(&object, i, 1, 0, BYTES), ZOE_OK);
        store.close(store.user, &object);
        assert_int_equal(check_whole(i + 10, 1), ZOE_OK);
    }
}

static void test_changed_while_read(void **state)
{
    (void)state;
    open_store(BYTES);
    zoe_storage_object object;
    zoe_os_file_id id;
    assert_int_equal(open_object(1, &object), ZOE_OK);
    fake_origin_set_version(fake, 1, 2);
    assert_int_equal(check_part(&object, 1, 1, 0, 100), ZOE_OK);
    assert_int_equal(check_part(&object, 1, 1, BYTES - 10, 10), ZOE_ERROR_CHANGED);
    /* From then on nothing of it: its parts may not fit together. */
    assert_int_equal(check_part(&object, 1, 1, 0, 100), ZOE_ERROR_CHANGED);
    assert_false(store.identify_object(store.user, &object, &id));
    store.close(store.user, &object);
    assert_int_equal(check_whole(1, 2), ZOE_OK);
    /* By being asked. */
    assert_int_equal(open_object(1, &object), ZOE_OK);
    assert_true(store.identify(store.user, path_of(1), &id));
    assert_true(zoe_os_file_id_equal(&id, &object.id));
    assert_int_equal(check_part(&object, 1, 2, 0, BYTES), ZOE_OK);
    fake_origin_set_version(fake, 1, 3);
    assert_true(store.identify(store.user, path_of(1), &id));
    assert_false(zoe_os_file_id_equal(&id, &object.id));
    assert_int_equal(check_part(&object, 1, 2, 0, BYTES), ZOE_ERROR_CHANGED);
    store.close(store.user, &object);
    assert_int_equal(check_whole(1, 3), ZOE_OK);
    /* It is gone, or nobody can say. */
    fake_origin_set_unreachable(fake, true);
    assert_false(store.identify(store.user, path_of(1), &id));
    assert_int_equal(check_whole(1, 3), ZOE_OK);
    fake_origin_set_unreachable(fake, false);
    fake_origin_fail(fake, 1, ZOE_ERROR_NOT_FOUND, 2);
    assert_false(store.identify(store.user, path_of(1), &id));
    assert_int_equal(check_whole(1, 3), ZOE_ERROR_NOT_FOUND);
    assert_int_equal(check_whole(1, 3), ZOE_OK);
}

/* ---- waiting ---- */

typedef struct reader {
    unsigned object;
    zoe_stop stop;
    zoe_status status;
} reader;

static void *read_one(void *arg)
{
    reader *r = arg;
    zoe_stop_enter(&r->stop);
    zoe_storage_object object;
    zoe_error error = {.status = ZOE_OK};
    char path[64];
    uint8_t *bytes = malloc(BYTES);
    snprintf(path, sizeof path, "http://fake/%u", r->object);
    r->status = store.open(store.user, path, &object, &error);
    if (r->status == ZOE_OK) {
        if (store.read(store.user, &object, bytes, BYTES, 0, &error) != BYTES)
            r->status = error.status;
        store.close(store.user, &object);
    }
    free(bytes);
    return NULL;
}

static void test_stopped_while_it_waits(void **state)
{
    (void)state;
    open_store(BYTES);
    for (int opened = 0; opened < 2; opened++) {
        pthread_t thread;
        reader r = {.object = opened ? 20 : 7};
        if (opened) {
            zoe_storage_object object;
            assert_int_equal(open_object(20, &object), ZOE_OK);
            store.close(store.user, &object);
        }
        fake_origin_hold(fake, true);
        assert_int_equal(pthread_create(&thread, NULL, read_one, &r), 0);
        while (fake_origin_counts(fake).waiting == 0)
            zoe_os_sleep(1);
        zoe_stop_ask(&r.stop);
        pthread_join(thread, NULL);
        assert_int_equal(r.status, ZOE_STALE);
        if (opened) /* nobody wants what it had asked for */
            assert_true(fake_origin_counts(fake).cancelled > 0);
        fake_origin_hold(fake, false);
        assert_int_equal(check_whole(r.object, 1), ZOE_OK);
    }
}

static void test_many_readers(void **state)
{
    (void)state;
    enum { READERS = 8 };
    settings.memory_bytes = 6 * BLOCK;
    for (int disk = 0; disk < 2; disk++) {
        settings.disk_cache = disk ? folder : "";
        open_store(BYTES);
        for (unsigned round = 0; round < 4; round++) {
            pthread_t threads[READERS];
            reader readers[READERS];
            for (unsigned i = 0; i < READERS; i++) {
                readers[i] = (reader){.object = round + i / 2};
                assert_int_equal(pthread_create(&threads[i], NULL, read_one, &readers[i]), 0);
            }
            for (unsigned i = 0; i < READERS; i++) {
                pthread_join(threads[i], NULL);
                assert_int_equal(readers[i].status, ZOE_OK);
            }
        }
        assert_true(stats().memory_bytes <= 6 * BLOCK);
    }
}

/* ---- ahead ---- */

enum { FAR, FETCHING, NEAR, FAILED };

/* A row of objects, wanted from `from` on, in order. */
typedef struct row {
    pthread_mutex_t lock;
    unsigned from, count;
    int states[FAKE_OBJECTS];
    zoe_status failed[FAKE_OBJECTS];
    unsigned nexts, arrivals, no_rooms, stales;
} row;

static bool next(void *user, char *path, size_t capacity, zoe_demand_token *token)
{
    row *r = user;
    bool found = false;
    pthread_mutex_lock(&r->lock);
    for (unsigned i = r->from; i < r->from + r->count && !found; i++) {
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
    for (int i = 0; i < 20000 && count_in(r, NEAR) < count; i++)
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
    pthread_mutex_init(&the_row.lock, NULL);
    the_demand = (zoe_storage_demand){&the_row, next, is_wanted, arrived};
    assert_true(store.attach(store.user, &the_demand));
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
    open_store(BYTES);
    row *r = attach_row(20);
    assert_false(store.attach(store.user, &the_demand));
    wait_for_near(r, 20);
    assert_true(stats().memory_bytes <= stats().memory_limit_bytes);
    uint64_t bytes = fake_origin_counts(fake).bytes;
    assert_int_equal(bytes, 20 * BYTES);
    /* They are read without the network. */
    fake_origin_set_unreachable(fake, true);
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(fake).bytes, bytes);
    fake_origin_set_unreachable(fake, false);
    /* More is wanted. */
    pthread_mutex_lock(&r->lock);
    r->count = 22;
    pthread_mutex_unlock(&r->lock);
    store.wake(store.user);
    wait_for_near(r, 22);
    store.detach(store.user);
    store.detach(store.user);
    assert_int_equal(r->nexts, r->arrivals);
}

static void test_ahead_failures(void **state)
{
    (void)state;
    open_store(BYTES);
    fake_origin_fail(fake, 1, ZOE_ERROR_NOT_FOUND, 1);
    fake_origin_fail(fake, 2, ZOE_ERROR_PERMISSION, 100);
    row *r = attach_row(6);
    wait_for_near(r, 4);
    for (int i = 0; i < 1000 && count_in(r, FAILED) < 2; i++)
        zoe_os_sleep(1);
    assert_int_equal(r->failed[1], ZOE_ERROR_NOT_FOUND);
    assert_int_equal(r->failed[2], ZOE_ERROR_PERMISSION);
    store.detach(store.user);
}

/* Without a disk cache memory is what there is: no more than it holds is fetched, and what was
 * fetched is not thrown away for what is wanted later. */
static void test_ahead_in_memory(void **state)
{
    (void)state;
    settings.disk_cache = "";
    settings.memory_bytes = 16 * BLOCK; /* 12 for fetching ahead: four objects and a half */
    open_store(BYTES);
    row *r = attach_row(20);
    for (int i = 0; i < 10000 && count_of(r, &r->no_rooms) == 0; i++)
        zoe_os_sleep(1);
    zoe_os_sleep(20);
    unsigned near = count_in(r, NEAR);
    assert_in_range(near, 3, 5);
    assert_int_equal(count_in(r, FETCHING), 0);
    assert_true(stats().memory_bytes <= 16 * BLOCK);
    uint64_t bytes = fake_origin_counts(fake).bytes;
    for (unsigned i = 0; i < near; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(fake).bytes, bytes);
    /* What was read makes room. */
    pthread_mutex_lock(&r->lock);
    r->from = near;
    pthread_mutex_unlock(&r->lock);
    store.wake(store.user);
    wait_for_near(r, near + 3);
    /* What nobody wants any more does too. */
    pthread_mutex_lock(&r->lock);
    r->from = 40;
    r->count = 3;
    pthread_mutex_unlock(&r->lock);
    store.wake(store.user);
    for (int i = 0; i < 10000 && !(state_of(r, 40) == NEAR && state_of(r, 42) == NEAR); i++)
        zoe_os_sleep(1);
    assert_int_equal(state_of(r, 42), NEAR);
    store.detach(store.user);
}

/* An object larger than memory, and than the disk cache, is read all the same. */
/* What a reader probably reads next has no right to the memory of what was fetched ahead. */
static void test_reading_leaves_what_is_ahead(void **state)
{
    (void)state;
    settings.disk_cache = "";
    settings.memory_bytes = 16 * BLOCK;
    open_store(6 * BLOCK);
    row *r = attach_row(2);
    wait_for_near(r, 2);
    zoe_storage_object object;
    assert_int_equal(open_object(20, &object), ZOE_OK);
    assert_int_equal(check_part(&object, 20, 1, BLOCK, 1000), ZOE_OK);
    while (fake_origin_counts(fake).waiting > 0)
        zoe_os_sleep(1);
    uint64_t bytes = fake_origin_counts(fake).bytes;
    assert_true(bytes > 14 * BLOCK); /* something was read ahead */
    assert_int_equal(check_whole(0, 1), ZOE_OK);
    assert_int_equal(check_whole(1, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(fake).bytes, bytes);
    store.close(store.user, &object);
    store.detach(store.user);
}

static void test_ahead_of_large_ones(void **state)
{
    (void)state;
    for (int disk = 0; disk < 2; disk++) {
        settings.disk_cache = disk ? folder : "";
        settings.disk_cache_bytes = 2 * BLOCK;
        settings.memory_bytes = 4 * BLOCK;
        open_store(7 * BLOCK + 5);
        row *r = attach_row(3);
        for (unsigned i = 0; i < 3; i++) {
            for (int j = 0; j < 10000 && state_of(r, i) != NEAR; j++) {
                if (j % 100 == 99)
                    store.wake(store.user);
                zoe_os_sleep(1);
            }
            assert_int_equal(check_whole(i, 1), ZOE_OK);
        }
        store.detach(store.user);
    }
}

static void test_ahead_without_ranges(void **state)
{
    (void)state;
    open_store(BYTES);
    fake_origin_set_whole_only(fake, true);
    row *r = attach_row(6);
    wait_for_near(r, 6);
    fake_origin_set_unreachable(fake, true);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
    store.detach(store.user);
}

static void seek(row *r, unsigned from)
{
    pthread_mutex_lock(&r->lock);
    r->from = from;
    pthread_mutex_unlock(&r->lock);
    store.wake(store.user);
}

static void test_seek(void **state)
{
    (void)state;
    open_store(BYTES);
    fake_origin_hold(fake, true);
    row *r = attach_row(20);
    while (fake_origin_counts(fake).waiting == 0)
        zoe_os_sleep(1);
    /* What is on its way is no longer wanted. */
    seek(r, 40);
    while (count_of(r, &r->stales) == 0)
        zoe_os_sleep(1);
    fake_origin_hold(fake, false);
    fake_origin_set_latency(fake, 5);
    for (unsigned i = 1; i < 30; i++) {
        zoe_os_sleep(10);
        seek(r, i * 7 % 40);
    }
    for (int i = 0; i < 20000 && state_of(r, 29 * 7 % 40) != NEAR; i++)
        zoe_os_sleep(1);
    assert_int_equal(state_of(r, 29 * 7 % 40), NEAR);
    /* Detached in the middle of it. */
    seek(r, 44);
    store.detach(store.user);
    assert_int_equal(r->nexts, r->arrivals);
    assert_int_equal(count_in(r, FETCHING), 0);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(check_whole(i, 1), ZOE_OK);
}

/* ---- files ---- */

static void test_files(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/shot.1.exr", top);
    open_store(BYTES);
    for (int version = 0; version < 3; version++) {
        uint8_t *wanted = malloc(BYTES), *got = malloc(BYTES);
        fake_origin_fill(1, (uint64_t)version, 0, wanted, BYTES);
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        assert_int_equal(fwrite(wanted, 1, BYTES, file), BYTES);
        fclose(file);
        zoe_os_file_id id, there;
        assert_true(zoe_os_path_identify(path, &there));
        assert_true(store.identify(store.user, path, &id));
        assert_true(zoe_os_file_id_equal(&id, &there));
        for (int round = 0; round < 2; round++) {
            zoe_storage_object object;
            assert_int_equal(store.open(store.user, path, &object, NULL), ZOE_OK);
            assert_int_equal(store.read(store.user, &object, got, BYTES, 0, NULL), BYTES);
            assert_memory_equal(got, wanted, BYTES);
            store.close(store.user, &object);
        }
        free(wanted);
        free(got);
        zoe_os_sleep(20); /* the clock of files is coarse */
    }
    zoe_storage_object object;
    snprintf(path, sizeof path, "%s/none.exr", top);
    assert_int_equal(store.open(store.user, path, &object, NULL), ZOE_ERROR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reading, begin, finish),
        cmocka_unit_test_setup_teardown(test_sizes, begin, finish),
        cmocka_unit_test_setup_teardown(test_without_ranges, begin, finish),
        cmocka_unit_test_setup_teardown(test_large_without_ranges, begin, finish),
        cmocka_unit_test_setup_teardown(test_memory_is_bounded, begin, finish),
        cmocka_unit_test_setup_teardown(test_kept, begin, finish),
        cmocka_unit_test_setup_teardown(test_without_network, begin, finish),
        cmocka_unit_test_setup_teardown(test_without_one_server, begin, finish),
        cmocka_unit_test_setup_teardown(test_network_comes_back, begin, finish),
        cmocka_unit_test_setup_teardown(test_names_without_network, begin, finish),
        cmocka_unit_test_setup_teardown(test_folder_removed, begin, finish),
        cmocka_unit_test_setup_teardown(test_no_folder, begin, finish),
        cmocka_unit_test_setup_teardown(test_failures, begin, finish),
        cmocka_unit_test_setup_teardown(test_changed_while_read, begin, finish),
        cmocka_unit_test_setup_teardown(test_stopped_while_it_waits, begin, finish),
        cmocka_unit_test_setup_teardown(test_many_readers, begin, finish),
        cmocka_unit_test_setup_teardown(test_ahead, begin, finish),
        cmocka_unit_test_setup_teardown(test_ahead_failures, begin, finish),
        cmocka_unit_test_setup_teardown(test_ahead_in_memory, begin, finish),
        cmocka_unit_test_setup_teardown(test_reading_leaves_what_is_ahead, begin, finish),
        cmocka_unit_test_setup_teardown(test_ahead_of_large_ones, begin, finish),
        cmocka_unit_test_setup_teardown(test_ahead_without_ranges, begin, finish),
        cmocka_unit_test_setup_teardown(test_seek, begin, finish),
        cmocka_unit_test_setup_teardown(test_files, begin, finish),
    };
    return cmocka_run_group_tests_name("remote", tests, NULL, NULL);
}
