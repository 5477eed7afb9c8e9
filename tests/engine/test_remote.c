/*
 * The store of far objects over an origin that does what it is told: what is read, kept, asked for
 * once, asked for again, and waited for.
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
#include "base/stop.h"
#include "support/remote_place.h"
#include "support/seeded_random.h"
#include "support/temp_folder.h"

/* ---- reading ---- */

static void test_reading(void **state)
{
    (void)state;
    uint64_t random = seeded_random_seed(1);
    for (int disk = 0; disk < 2; disk++) {
        remote.settings.disk_cache = disk ? remote.folder : "";
        remote_place_open(BYTES);
        zoe_storage_object object;
        assert_int_equal(remote_place_open_object(3, &object), ZOE_OK);
        assert_int_equal(object.id.bytes, BYTES);
        assert_int_equal(fake_origin_counts(remote.fake).requests, 1);
        /* One request told what it is, and brought the beginning. */
        assert_int_equal(remote_place_check_part(&object, 3, 1, 0, 1000), ZOE_OK);
        assert_int_equal(fake_origin_counts(remote.fake).requests, 1);
        for (int i = 0; i < 50; i++)
            assert_int_equal(remote_place_check_part(&object, 3, 1,
                                                     seeded_random_below(&random, BYTES + 10),
                                                     (size_t)seeded_random_below(&random, BYTES)),
                             ZOE_OK);
        assert_int_equal(remote_place_check_part(&object, 3, 1, BYTES, 10), ZOE_OK);
        assert_int_equal(remote_place_check_part(&object, 3, 1, UINT64_MAX - 5, 10), ZOE_OK);
        /* Every byte came once. */
        assert_int_equal(fake_origin_counts(remote.fake).bytes, BYTES);
        zoe_os_file_id id;
        assert_true(remote.store.identify_object(remote.store.user, &object, &id));
        assert_true(zoe_os_file_id_equal(&id, &object.id));
        remote.store.close(remote.store.user, &object);
        assert_true(remote_place_stats().memory_bytes <= remote_place_stats().memory_limit_bytes);
    }
}

static void test_sizes(void **state)
{
    (void)state;
    const uint64_t sizes[] = {0, 1, 100, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        remote_place_open(sizes[i]);
        for (int whole = 0; whole < 2; whole++) {
            fake_origin_set_whole_only(remote.fake, whole);
            assert_int_equal(remote_place_check_whole((unsigned)whole, 1), ZOE_OK);
            assert_int_equal(remote_place_check_whole((unsigned)whole, 1), ZOE_OK);
        }
        remote_place_close();
        temp_folder_remove(remote.folder);
    }
}

static void test_without_ranges(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    fake_origin_set_whole_only(remote.fake, true);
    zoe_storage_object object;
    assert_int_equal(remote_place_open_object(1, &object), ZOE_OK);
    assert_int_equal(remote_place_check_part(&object, 1, 1, 100, 1000), ZOE_OK);
    assert_int_equal(remote_place_check_part(&object, 1, 1, BYTES - 100, 1000), ZOE_OK);
    assert_int_equal(remote_place_check_part(&object, 1, 1, 0, BYTES), ZOE_OK);
    remote.store.close(remote.store.user, &object);
    /* Its beginning, and then all of it at once. */
    assert_int_equal(fake_origin_counts(remote.fake).requests, 2);
    assert_int_equal(fake_origin_counts(remote.fake).bytes, BLOCK + BYTES);
    remote_place_open(BYTES);
    fake_origin_set_whole_only(remote.fake, true);
    assert_int_equal(remote_place_check_whole(1, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(remote.fake).bytes, 1);
}

/* More than anybody has memory for: said, and not waited for. */
static void test_large_without_ranges(void **state)
{
    (void)state;
    const uint64_t sizes[] = {(uint64_t)5 << 30, (uint64_t)1 << 59};
    for (unsigned i = 0; i < 2; i++) {
        remote_place_open(sizes[i]);
        fake_origin_set_whole_only(remote.fake, true);
        zoe_storage_object object;
        assert_int_equal(remote_place_open_object(i, &object), ZOE_OK);
        assert_int_equal(remote_place_check_part(&object, i, 1, 100, 1000), ZOE_OK);
        assert_int_equal(remote_place_check_part(&object, i, 1, BYTES, 1000),
                         ZOE_ERROR_UNSUPPORTED);
        remote.store.close(remote.store.user, &object);
        assert_true(fake_origin_counts(remote.fake).bytes <= BLOCK);
    }
}

static void test_memory_is_bounded(void **state)
{
    (void)state;
    remote.settings.memory_bytes = 4 * BLOCK;
    for (int disk = 0; disk < 2; disk++) {
        remote.settings.disk_cache = disk ? remote.folder : "";
        remote_place_open(BYTES);
        for (unsigned i = 0; i < 20; i++) {
            assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
            assert_true(remote_place_stats().memory_bytes <= 4 * BLOCK);
            assert_int_equal(remote_place_stats().memory_limit_bytes, 4 * BLOCK);
        }
    }
    /* Less than a block: one at a time. */
    remote.settings.memory_bytes = 1000;
    remote_place_open(BYTES);
    for (unsigned i = 20; i < 25; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    assert_true(remote_place_stats().memory_bytes <= 2 * BLOCK);
}

/* ---- kept on disk ---- */

static void test_kept(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    remote_place_open(BYTES);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    /* A byte for each told that it is still the same. */
    assert_int_equal(fake_origin_counts(remote.fake).bytes, 5);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(remote.fake).bytes, 5);
    /* It is not the same. */
    remote_place_open(BYTES);
    for (unsigned i = 0; i < 5; i++) {
        fake_origin_set_version(remote.fake, i, 2);
        assert_int_equal(remote_place_check_whole(i, 2), ZOE_OK);
    }
    assert_true(fake_origin_counts(remote.fake).bytes >= 5 * BYTES);
}

static void test_without_network(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    remote_place_open(BYTES);
    fake_origin_set_unreachable(remote.fake, true);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    assert_int_equal(remote_place_check_whole(5, 1), ZOE_ERROR_IO);
    /* One request told that there is nobody: with what is known it does not wait for another, but
     * asks by and by whether there is somebody again. */
    remote_place_open(BYTES);
    fake_origin_set_unreachable(remote.fake, true);
    assert_int_equal(remote_place_check_whole(0, 1), ZOE_OK);
    fake_origin_hold(remote.fake, true);
    for (unsigned i = 1; i < 5; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    assert_int_equal(fake_origin_counts(remote.fake).waiting, 1);
    fake_origin_hold(remote.fake, false);
    /* There is. */
    fake_origin_set_unreachable(remote.fake, false);
    assert_int_equal(remote_place_check_whole(5, 1), ZOE_OK);
}

/* The store is asked for a path of its own, as check_whole() does for those of the one host. */
static zoe_status check_path(const char *path, unsigned n, uint64_t version)
{
    zoe_storage_object object;
    zoe_status status = remote.store.open(remote.store.user, path, &object, NULL);
    if (status != ZOE_OK)
        return status;
    status = remote_place_check_part(&object, n, version, 0, (size_t)object.id.bytes);
    remote.store.close(remote.store.user, &object);
    return status;
}

static void test_without_one_server(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    assert_int_equal(check_path("http://other/1", 1, 1), ZOE_OK);
    remote_place_open(BYTES);
    fake_origin_set_version(remote.fake, 1, 2);
    fake_origin_set_unreachable(remote.fake, true);
    assert_int_equal(remote_place_check_whole(0, 1), ZOE_ERROR_IO);
    assert_int_equal(check_path("http://other/1", 1, 2), ZOE_OK);
}

static void test_network_comes_back(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    remote_place_open(BYTES);
    fake_origin_set_unreachable(remote.fake, true);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    for (unsigned i = 0; i < 4; i++)
        fake_origin_set_version(remote.fake, i, 2);
    fake_origin_set_unreachable(remote.fake, false);
    assert_int_equal(remote_place_check_whole(5, 1), ZOE_OK);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(remote_place_check_whole(i, 2), ZOE_OK);
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
    return remote.store.list(remote.store.user, path, count_name, count, NULL);
}

static void test_names_without_network(void **state)
{
    (void)state;
    unsigned count;
    remote_place_open(BYTES);
    assert_int_equal(list("http://fake/", &count), ZOE_OK);
    assert_int_equal(count, FAKE_OBJECTS);
    remote_place_open(BYTES);
    fake_origin_set_unreachable(remote.fake, true);
    assert_int_equal(list("http://fake/", &count), ZOE_OK);
    assert_int_equal(count, FAKE_OBJECTS);
    assert_int_equal(list("http://fake/other/", &count), ZOE_ERROR_IO);
    assert_int_equal(count, 0);
}

static void test_folder_removed(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
        if (i % 3 == 0)
            temp_folder_remove(remote.folder);
    }
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
}

static void test_no_folder(void **state)
{
    (void)state;
    temp_folder_write(remote.top, "file", 1);
    char bad[96];
    snprintf(bad, sizeof bad, "%s/file", remote.top);
    remote.settings.disk_cache = bad;
    remote_place_open(BYTES);
    assert_int_equal(remote_place_check_whole(1, 1), ZOE_OK);
    assert_non_null(strstr(remote_place_stats().disk_problem, "file"));
    assert_int_equal(remote_place_stats().disk_limit_bytes, 0);
}

/* ---- failures ---- */

static void test_failures(void **state)
{
    (void)state;
    const zoe_status all[] = {ZOE_ERROR_NOT_FOUND, ZOE_ERROR_PERMISSION, ZOE_ERROR_IO,
                              ZOE_ERROR_UNSUPPORTED};
    remote_place_open(BYTES);
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        zoe_storage_object object;
        /* When it is opened. */
        fake_origin_fail(remote.fake, i, all[i], 1);
        assert_int_equal(remote_place_check_whole(i, 1), all[i]);
        /* Later. */
        assert_int_equal(remote_place_open_object(i, &object), ZOE_OK);
        fake_origin_fail(remote.fake, i, all[i], 2);
        assert_int_equal(remote_place_check_part(&object, i, 1, BYTES - 10, 10), all[i]);
        fake_origin_fail(remote.fake, i, ZOE_OK, 0);
        assert_int_equal(remote_place_check_part(&object, i, 1, 0, BYTES), ZOE_OK);
        remote.store.close(remote.store.user, &object);
        assert_int_equal(remote_place_check_whole(i + 10, 1), ZOE_OK);
    }
}

static zoe_status identify(unsigned n, zoe_os_file_id *id)
{
    return remote.store.identify(remote.store.user, remote_place_path(n), UINT64_MAX, id);
}

static void test_changed_while_read(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    zoe_storage_object object;
    zoe_os_file_id id;
    assert_int_equal(remote_place_open_object(1, &object), ZOE_OK);
    fake_origin_set_version(remote.fake, 1, 2);
    assert_int_equal(remote_place_check_part(&object, 1, 1, 0, 100), ZOE_OK);
    assert_int_equal(remote_place_check_part(&object, 1, 1, BYTES - 10, 10), ZOE_ERROR_CHANGED);
    /* From then on nothing of it: its parts may not fit together. */
    assert_int_equal(remote_place_check_part(&object, 1, 1, 0, 100), ZOE_ERROR_CHANGED);
    assert_false(remote.store.identify_object(remote.store.user, &object, &id));
    remote.store.close(remote.store.user, &object);
    assert_int_equal(remote_place_check_whole(1, 2), ZOE_OK);
    /* By being asked. */
    assert_int_equal(remote_place_open_object(1, &object), ZOE_OK);
    assert_int_equal(identify(1, &id), ZOE_OK);
    assert_true(zoe_os_file_id_equal(&id, &object.id));
    assert_int_equal(remote_place_check_part(&object, 1, 2, 0, BYTES), ZOE_OK);
    fake_origin_set_version(remote.fake, 1, 3);
    assert_int_equal(identify(1, &id), ZOE_OK);
    assert_false(zoe_os_file_id_equal(&id, &object.id));
    assert_int_equal(remote_place_check_part(&object, 1, 2, 0, BYTES), ZOE_ERROR_CHANGED);
    remote.store.close(remote.store.user, &object);
    assert_int_equal(remote_place_check_whole(1, 3), ZOE_OK);
    /* It is gone, or nobody can say. */
    fake_origin_set_unreachable(remote.fake, true);
    assert_int_equal(identify(1, &id), ZOE_ERROR_IO);
    assert_int_equal(remote_place_check_whole(1, 3), ZOE_OK);
    fake_origin_set_unreachable(remote.fake, false);
    fake_origin_fail(remote.fake, 1, ZOE_ERROR_NOT_FOUND, 2);
    assert_int_equal(identify(1, &id), ZOE_ERROR_NOT_FOUND);
    assert_int_equal(remote_place_check_whole(1, 3), ZOE_ERROR_NOT_FOUND);
    assert_int_equal(remote_place_check_whole(1, 3), ZOE_OK);
}

static zoe_status identify_since(unsigned n, uint64_t since_ns)
{
    zoe_os_file_id id;
    return remote.store.identify(remote.store.user, remote_place_path(n), since_ns, &id);
}

/* Many are asked for at once, each once, and answers that are new enough are not asked for again.
 */
static void test_asked_in_a_burst(void **state)
{
    (void)state;
    enum { COUNT = 20, CHANGED = 3, GONE = 5 };
    remote_place_open(1000);
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
    fake_origin_set_version(remote.fake, CHANGED, 2);
    fake_origin_fail(remote.fake, GONE, ZOE_ERROR_NOT_FOUND, 1);
    uint64_t since = zoe_os_now_ns(), before = fake_origin_counts(remote.fake).requests;
    fake_origin_hold(remote.fake, true);
    for (int turn = 0; turn < 2; turn++)
        for (unsigned i = 0; i < COUNT; i++)
            remote.store.ask(remote.store.user, remote_place_path(i), since);
    assert_int_equal(fake_origin_counts(remote.fake).waiting, COUNT);
    fake_origin_hold(remote.fake, false);
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(identify_since(i, since), i == GONE ? ZOE_ERROR_NOT_FOUND : ZOE_OK);
    assert_int_equal(fake_origin_counts(remote.fake).requests, before + COUNT);
    assert_int_equal(remote_place_check_whole(CHANGED, 2), ZOE_OK);
    /* Later it is asked again. */
    assert_int_equal(identify_since(0, zoe_os_now_ns()), ZOE_OK);
    assert_int_equal(identify_since(GONE, zoe_os_now_ns()), ZOE_OK);
    /* One who finds nobody is enough for all. */
    fake_origin_set_unreachable(remote.fake, true);
    since = zoe_os_now_ns();
    before = fake_origin_counts(remote.fake).requests;
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(identify_since(i, since), ZOE_ERROR_IO);
    assert_int_equal(fake_origin_counts(remote.fake).requests, before + 1);
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
    r->status = remote.store.open(remote.store.user, path, &object, &error);
    if (r->status == ZOE_OK) {
        if (remote.store.read(remote.store.user, &object, bytes, BYTES, 0, &error) != BYTES)
            r->status = error.status;
        remote.store.close(remote.store.user, &object);
    }
    free(bytes);
    return NULL;
}

static void test_stopped_while_it_waits(void **state)
{
    (void)state;
    remote_place_open(BYTES);
    for (int opened = 0; opened < 2; opened++) {
        pthread_t thread;
        reader r = {.object = opened ? 20 : 7};
        if (opened) {
            zoe_storage_object object;
            assert_int_equal(remote_place_open_object(20, &object), ZOE_OK);
            remote.store.close(remote.store.user, &object);
        }
        fake_origin_hold(remote.fake, true);
        assert_int_equal(pthread_create(&thread, NULL, read_one, &r), 0);
        while (fake_origin_counts(remote.fake).waiting == 0)
            zoe_os_sleep(1);
        zoe_stop_ask(&r.stop);
        pthread_join(thread, NULL);
        assert_int_equal(r.status, ZOE_STALE);
        if (opened) /* nobody wants what it had asked for */
            assert_true(fake_origin_counts(remote.fake).cancelled > 0);
        fake_origin_hold(remote.fake, false);
        assert_int_equal(remote_place_check_whole(r.object, 1), ZOE_OK);
    }
}

static void test_many_readers(void **state)
{
    (void)state;
    enum { READERS = 8 };
    remote.settings.memory_bytes = 6 * BLOCK;
    for (int disk = 0; disk < 2; disk++) {
        remote.settings.disk_cache = disk ? remote.folder : "";
        remote_place_open(BYTES);
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
        assert_true(remote_place_stats().memory_bytes <= 6 * BLOCK);
    }
}

/* ---- files ---- */

static void test_files(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/shot.1.exr", remote.top);
    remote_place_open(BYTES);
    for (int version = 0; version < 3; version++) {
        uint8_t *wanted = malloc(BYTES), *got = malloc(BYTES);
        fake_origin_fill(1, (uint64_t)version, 0, wanted, BYTES);
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        assert_int_equal(fwrite(wanted, 1, BYTES, file), BYTES);
        fclose(file);
        zoe_os_file_id id, there;
        assert_true(zoe_os_path_identify(path, &there));
        assert_int_equal(remote.store.identify(remote.store.user, path, UINT64_MAX, &id), ZOE_OK);
        assert_true(zoe_os_file_id_equal(&id, &there));
        for (int round = 0; round < 2; round++) {
            zoe_storage_object object;
            assert_int_equal(remote.store.open(remote.store.user, path, &object, NULL), ZOE_OK);
            assert_int_equal(remote.store.read(remote.store.user, &object, got, BYTES, 0, NULL),
                             BYTES);
            assert_memory_equal(got, wanted, BYTES);
            remote.store.close(remote.store.user, &object);
        }
        free(wanted);
        free(got);
        zoe_os_sleep(20); /* the clock of files is coarse */
    }
    zoe_storage_object object;
    snprintf(path, sizeof path, "%s/none.exr", remote.top);
    assert_int_equal(remote.store.open(remote.store.user, path, &object, NULL),
                     ZOE_ERROR_NOT_FOUND);
}

/* What is known of an object stays, and is part of the memory that the store says it has. */
static void test_objects_are_counted(void **state)
{
    (void)state;
    zoe_storage_object object;
    remote_place_open(BYTES);
    assert_int_equal(remote_place_open_object(FAKE_OBJECTS, &object), ZOE_ERROR_NOT_FOUND);
    uint64_t before = remote_place_stats().memory_bytes;
    for (unsigned i = 1; i <= 100; i++)
        assert_int_equal(remote_place_open_object(FAKE_OBJECTS + i, &object), ZOE_ERROR_NOT_FOUND);
    uint64_t after = remote_place_stats().memory_bytes;
    assert_in_range(after - before, 100 * sizeof(zoe_error), 100 * (sizeof(zoe_error) + 1000));
    for (unsigned i = 1; i <= 100; i++)
        assert_int_equal(remote_place_open_object(FAKE_OBJECTS + i, &object), ZOE_ERROR_NOT_FOUND);
    assert_int_equal(remote_place_stats().memory_bytes, after);
}

static void meet_others(void)
{
    zoe_storage_object object;
    for (unsigned i = 0; i < 8000; i++)
        assert_int_equal(remote_place_open_object(FAKE_OBJECTS + i, &object), ZOE_ERROR_NOT_FOUND);
    assert_true(remote_place_stats().memory_bytes <= remote_place_stats().memory_limit_bytes);
    /* Blocks of what was read before left memory. */
    for (unsigned i = 10; i < 20; i++)
        assert_int_equal(remote_place_check_whole(i, 1), ZOE_OK);
}

/* What is known of those that nobody uses is forgotten, of others it is not; and what was forgotten
 * is met again. */
static void test_objects_are_bounded(void **state)
{
    (void)state;
    zoe_storage_object open;
    zoe_os_file_id id;
    remote.settings.memory_bytes = 4 * BLOCK;
    remote_place_open(BYTES);
    assert_int_equal(remote_place_open_object(1, &open), ZOE_OK);
    assert_int_equal(remote_place_check_whole(2, 1), ZOE_OK);
    for (int turn = 0; turn < 3; turn++) {
        meet_others();
        assert_int_equal(remote_place_check_part(&open, 1, 1, 0, BYTES), ZOE_OK);
        assert_int_equal(remote_place_check_whole(2, 1), ZOE_OK);
        assert_int_equal(identify(2, &id), ZOE_OK);
    }
    fake_origin_set_version(remote.fake, 1, 2);
    fake_origin_set_version(remote.fake, 2, 2);
    meet_others();
    meet_others();
    /* Nobody asked about the one that is open. */
    assert_int_equal(remote_place_check_part(&open, 1, 1, 0, BYTES), ZOE_OK);
    assert_int_equal(remote_place_check_whole(2, 2), ZOE_OK);
    remote.store.close(remote.store.user, &open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reading, remote_place_begin, remote_place_finish),
        cmocka_unit_test_setup_teardown(test_sizes, remote_place_begin, remote_place_finish),
        cmocka_unit_test_setup_teardown(test_without_ranges, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_large_without_ranges, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_memory_is_bounded, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_kept, remote_place_begin, remote_place_finish),
        cmocka_unit_test_setup_teardown(test_without_network, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_without_one_server, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_network_comes_back, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_names_without_network, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_folder_removed, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_no_folder, remote_place_begin, remote_place_finish),
        cmocka_unit_test_setup_teardown(test_failures, remote_place_begin, remote_place_finish),
        cmocka_unit_test_setup_teardown(test_changed_while_read, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_asked_in_a_burst, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_stopped_while_it_waits, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_many_readers, remote_place_begin, remote_place_finish),
        cmocka_unit_test_setup_teardown(test_files, remote_place_begin, remote_place_finish),
        cmocka_unit_test_setup_teardown(test_objects_are_counted, remote_place_begin,
                                        remote_place_finish),
        cmocka_unit_test_setup_teardown(test_objects_are_bounded, remote_place_begin,
                                        remote_place_finish),
    };
    return cmocka_run_group_tests_name("remote", tests, NULL, NULL);
}
