/*
 * What servers do wrong, to the request that opens an object and to one for a block of it: the
 * error is as said, no byte is wrong, nothing hangs, and the next object is right. Through a
 * storage, its HTTP and its disk cache, from a server that does what a script says.
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

#include <cmocka.h>

#include "storage/disk_cache.h"
#include "storage/storage.h"
#include "support/shot_server.h"
#include "support/temp_folder.h"

enum { BYTES = ZOE_DISK_BLOCK + 100000 };

static shot_server server;
static char top[64];
static zoe_storage *storage;

static int begin(void **state)
{
    (void)state;
    temp_folder_make(top, sizeof top);
    shot_server_start(&server, "");
    for (int i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "shot.%d.exr", i);
        shot_server_add(&server, name, BYTES);
    }
    return 0;
}

static int finish(void **state)
{
    (void)state;
    zoe_storage_close(&storage);
    shot_server_stop(&server);
    temp_folder_remove(top);
    return 0;
}

/* A new storage for that fault in so many requests ("*": all), without anything on disk.
 * For what stalls it does not wait long; for all else longer than a busy machine keeps a server
 * from answering. */
static void open_storage(const char *count, const char *fault)
{
    char folder[96];
    zoe_storage_settings settings;
    zoe_storage_close(&storage);
    snprintf(folder, sizeof folder, "%s/cache", top);
    temp_folder_remove(folder);
    zoe_storage_settings_init(&settings);
    settings.disk_cache = folder;
    settings.disk_cache_bytes = 100 << 20;
    settings.retries = 1;
    settings.stall_timeout_ms = !shot_server_stalls(fault) ? 30000
                                : strcmp(count, "*") == 0  ? 1000
                                                           : 3000;
    assert_int_equal(zoe_storage_create(&settings, &storage, NULL), ZOE_OK);
}

static zoe_status open_object(int n, zoe_storage_object *object)
{
    char path[96];
    zoe_error error = {.text = ""};
    snprintf(path, sizeof path, "%s/shot.%d.exr", server.base, n);
    zoe_status status = zoe_storage_open(storage, path, object, &error);
    if (status != ZOE_OK && (error.status != status || !strstr(error.text, "shot.")))
        fail_msg("%s: the text is \"%s\"", zoe_status_name(status), error.text);
    return status;
}

static zoe_status read_part(const zoe_storage_object *object, uint64_t offset, size_t bytes)
{
    zoe_error error = {.status = ZOE_OK};
    uint8_t *got = malloc(bytes);
    int64_t count = zoe_storage_read(object, got, bytes, offset, &error);
    for (int64_t i = 0; i < count; i++)
        if (got[i] != shot_server_byte((size_t)(offset + (uint64_t)i)))
            fail_msg("byte %" PRIu64 " is wrong", offset + (uint64_t)i);
    free(got);
    if (count >= 0)
        return ZOE_OK;
    if (!strstr(error.text, "shot."))
        fail_msg("%s: the text is \"%s\"", zoe_status_name(error.status), error.text);
    return error.status;
}

static zoe_status read_whole(int n)
{
    zoe_storage_object object;
    zoe_status status = open_object(n, &object);
    if (status != ZOE_OK)
        return status;
    status = read_part(&object, 0, BYTES);
    zoe_storage_close_object(&object);
    return status;
}

/* What has nothing wrong with it: where the storage does not wait long it may have to be read
 * again. */
static zoe_status read_good(int n, const char *fault)
{
    zoe_status status = read_whole(n);
    for (int i = 0; i < 10 && shot_server_stalls(fault) && status == ZOE_ERROR_IO; i++)
        status = read_whole(n);
    return status;
}

static zoe_status open_good_object(int n, const char *fault, zoe_storage_object *object)
{
    zoe_status status = open_object(n, object);
    for (int i = 0; i < 10 && shot_server_stalls(fault) && status == ZOE_ERROR_IO; i++)
        status = open_object(n, object);
    return status;
}

/* The fault in the first `count` requests for object 1 ("*": all) when it is opened. */
static zoe_status opened_with(const char *count, const char *fault)
{
    char line[160];
    open_storage(count, fault);
    snprintf(line, sizeof line, "%s *shot.1.exr* %s\n", count, fault);
    shot_server_faults(&server, line);
    return read_whole(1);
}

/* The same when it is open already. */
static zoe_status read_with(const char *count, const char *fault)
{
    char line[160];
    zoe_storage_object object;
    open_storage(count, fault);
    shot_server_faults(&server, "");
    assert_int_equal(open_good_object(1, fault, &object), ZOE_OK);
    snprintf(line, sizeof line, "%s *shot.1.exr* %s\n", count, fault);
    shot_server_faults(&server, line);
    zoe_status status = read_part(&object, BYTES - 5000, 5000);
    zoe_storage_close_object(&object);
    return status;
}

typedef struct fault {
    const char *script;
    zoe_status always, once;           /* when it is opened */
    zoe_status read_always, read_once; /* when it was open */
} fault;

#define OK          ZOE_OK
#define IO          ZOE_ERROR_IO
#define CHANGED     ZOE_ERROR_CHANGED
#define PERMISSION  ZOE_ERROR_PERMISSION
#define NOT_FOUND   ZOE_ERROR_NOT_FOUND
#define UNSUPPORTED ZOE_ERROR_UNSUPPORTED

static const fault faults[] = {
    /* What may be tried again is. */
    {"delay 50", OK, OK, OK, OK},
    {"hang", IO, OK, IO, OK},
    {"close", IO, OK, IO, OK},
    {"truncate 1000", IO, OK, IO, OK},
    {"stall 1000", IO, OK, IO, OK},
    {"reset 1000", IO, OK, IO, OK},
    {"status 500", IO, OK, IO, OK},
    {"status 503", IO, OK, IO, OK},
    {"status 429 0", IO, OK, IO, OK},
    /* What may not is the reason. */
    {"status 404", NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND},
    {"status 401", PERMISSION, PERMISSION, PERMISSION, PERMISSION},
    {"status 403", PERMISSION, PERMISSION, PERMISSION, PERMISSION},
    {"status 412", CHANGED, CHANGED, CHANGED, CHANGED},
    {"encoded", UNSUPPORTED, UNSUPPORTED, UNSUPPORTED, UNSUPPORTED},
    {"redirect file:///etc/passwd", IO, IO, IO, IO},
    /* Lies about its length or place, or no HTTP: not tried again. */
    {"garbage", IO, IO, IO, OK}, /* libcurl asks again on a connection that was used before */
    {"longer 10", IO, IO, IO, IO},
    {"shorter 10", IO, IO, IO, IO},
    {"shift 10", IO, IO, IO, IO},
    {"grown 1000", IO, CHANGED, CHANGED, CHANGED},
    {"excess 100", IO, IO, OK, OK},
    {"repeat", OK, OK, OK, OK},
    {"big_header 2000000", IO, IO, IO, IO},
    /* Another version, or none. */
    {"changed", OK, CHANGED, CHANGED, CHANGED},
    {"no_etag", OK, CHANGED, CHANGED, CHANGED},
    /* Less than HTTP/1.1 offers. */
    {"no_ranges", OK, OK, OK, OK},
    {"no_length", OK, OK, OK, OK},
    {"slow_header 1", OK, OK, OK, OK},
};

static bool check(const fault *f, const char *when, zoe_status got, zoe_status wanted)
{
    if (got == wanted)
        return true;
    print_message("%s, %s: %s, should be %s\n", f->script, when, zoe_status_name(got),
                  zoe_status_name(wanted));
    return false;
}

static void test_faults(void **state)
{
    (void)state;
    bool good = true;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        const fault *f = &faults[i];
        good = check(f, "always", opened_with("*", f->script), f->always) && good;
        good = check(f, "the next object", read_good(2, f->script), ZOE_OK) && good;
        good = check(f, "once", opened_with("1", f->script), f->once) && good;
        good = check(f, "the next object", read_good(2, f->script), ZOE_OK) && good;
        good = check(f, "a block, always", read_with("*", f->script), f->read_always) && good;
        good = check(f, "the next object", read_good(2, f->script), ZOE_OK) && good;
        good = check(f, "a block, once", read_with("1", f->script), f->read_once) && good;
        shot_server_faults(&server, "");
        good = check(f, "afterwards", read_good(1, f->script), ZOE_OK) && good;
        good = check(f, "the next object", read_good(2, f->script), ZOE_OK) && good;
    }
    assert_true(good);
}

/* The server goes while there is something on disk. */
static void test_server_that_goes(void **state)
{
    (void)state;
    open_storage("*", "");
    shot_server_faults(&server, "");
    assert_int_equal(read_whole(0), ZOE_OK);
    assert_int_equal(read_whole(1), ZOE_OK);
    /* A new storage with the same folder: nothing of it is in memory. */
    char folder[96];
    zoe_storage_settings settings;
    zoe_storage_close(&storage);
    snprintf(folder, sizeof folder, "%s/cache", top);
    zoe_storage_settings_init(&settings);
    settings.disk_cache = folder;
    settings.retries = 1;
    assert_int_equal(zoe_storage_create(&settings, &storage, NULL), ZOE_OK);
    int port = server.port;
    char base[48];
    snprintf(base, sizeof base, "%s", server.base);
    shot_server_stop(&server);
    snprintf(server.base, sizeof server.base, "%s", base);
    (void)port;
    assert_int_equal(read_whole(0), ZOE_OK);
    assert_int_equal(read_whole(1), ZOE_OK);
    assert_int_equal(read_whole(2), ZOE_ERROR_IO);
    shot_server_start(&server, "");
}

int main(void)
{
    shot_server_needed();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_faults, begin, finish),
        cmocka_unit_test_setup_teardown(test_server_that_goes, begin, finish),
    };
    return cmocka_run_group_tests_name("remote_faults", tests, NULL, NULL);
}
