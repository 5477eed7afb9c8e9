/*
 * The transport, against a server that does what a script says.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "base/stop.h"
#include "storage/http.h"
#include "support/shot_server.h"

enum { BYTES = 300000, LIMIT = 1 << 20 };

static shot_server server;
static zoe_http *http;
static zoe_http *hasty; /* for servers that stall; others may only be slow, as a busy machine is */
static char url[128], buffer[LIMIT];

static int start(void **state)
{
    (void)state;
    shot_server_start(&server, "");
    shot_server_add(&server, "shots/a.exr", BYTES);
    snprintf(url, sizeof url, "%s/shots/a.exr", server.base);
    zoe_http_settings settings = {.back_off_ms = 5,
                                  .connect_timeout_ms = 30000,
                                  .stall_timeout_ms = 30000,
                                  .attempts = 3,
                                  .give_up_ms = 60000};
    zoe_error error;
    assert_int_equal(zoe_http_create(&settings, &http, &error), ZOE_OK);
    settings.stall_timeout_ms = 2000;
    assert_int_equal(zoe_http_create(&settings, &hasty, &error), ZOE_OK);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    zoe_http_destroy(&hasty);
    zoe_http_destroy(&http);
    assert_null(http);
    shot_server_stop(&server);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    shot_server_faults(&server, "");
    free(shot_server_take_log(&server));
    return 0;
}

static void assert_bytes(const void *body, size_t bytes, size_t offset)
{
    const unsigned char *data = body;
    for (size_t i = 0; i < bytes; i++)
        if (data[i] != shot_server_byte(offset + i))
            fail_msg("byte %zu of %zu is wrong", i, bytes);
}

static zoe_http_request range(uint64_t offset, uint64_t bytes)
{
    memset(buffer, 0xEE, sizeof buffer);
    return (zoe_http_request){
        .url = url, .offset = offset, .bytes = bytes, .buffer = buffer, .capacity = sizeof buffer};
}

/* ---- what works ---- */

static void test_ranges(void **state)
{
    (void)state;
    static const struct {
        uint64_t offset, bytes, received;
    } rows[] = {{0, 100, 100},     {1234, 50000, 50000}, {BYTES - 10, 100, 10},
                {0, LIMIT, BYTES}, {BYTES, 100, 0},      {BYTES + 1000, 5, 0},
                {BYTES - 1, 1, 1}, {0, BYTES, BYTES},    {100000, 200000, 200000}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        zoe_http_request request = range(rows[i].offset, rows[i].bytes);
        assert_int_equal(zoe_http_perform(http, &request), ZOE_OK);
        assert_int_equal(request.received, rows[i].received);
        assert_int_equal(request.total, BYTES);
        assert_false(request.has_no_ranges);
        assert_ptr_equal(request.body, buffer);
        assert_bytes(buffer, request.received, rows[i].offset);
        assert_int_equal((unsigned char)buffer[request.received], 0xEE);
    }
}

static void test_whole(void **state)
{
    (void)state;
    zoe_http_request request = {.url = url, .capacity = LIMIT};
    assert_int_equal(zoe_http_perform(http, &request), ZOE_OK);
    assert_int_equal(request.received, BYTES);
    assert_int_equal(request.total, BYTES);
    assert_true(request.etag_now[0] == '"' && request.last_modified_now[0]);
    assert_bytes(request.body, BYTES, 0);
    zoe_os_free(request.body);

    zoe_http_request head = {.method = ZOE_HTTP_HEAD, .url = url};
    assert_int_equal(zoe_http_perform(http, &head), ZOE_OK);
    assert_int_equal(head.total, BYTES);
    assert_int_equal(head.received, 0);
    assert_string_equal(head.etag_now, request.etag_now);

    zoe_http_request small = {.url = url, .capacity = BYTES - 1};
    assert_int_equal(zoe_http_perform(http, &small), ZOE_ERROR_TOO_LARGE);
    assert_null(small.body);

    shot_server_faults(&server, "* * no_length");
    zoe_http_request chunked = {.url = url, .capacity = LIMIT};
    assert_int_equal(zoe_http_perform(http, &chunked), ZOE_OK);
    assert_int_equal(chunked.received, BYTES);
    assert_int_equal(chunked.total, BYTES);
    assert_bytes(chunked.body, BYTES, 0);
    zoe_os_free(chunked.body);
    chunked = (zoe_http_request){.url = url, .capacity = BYTES - 1};
    assert_int_equal(zoe_http_perform(http, &chunked), ZOE_ERROR_TOO_LARGE);
    assert_null(chunked.body);
}

/* One that does not know ranges: right bytes all the same, and the caller is told. */
static void test_no_ranges(void **state)
{
    (void)state;
    const char *faults[] = {"* * no_ranges"};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        shot_server_faults(&server, faults[i]);
        static const struct {
            uint64_t offset, bytes, received;
        } rows[] = {{0, 100, 100}, {100000, 200, 200}, {BYTES - 5, 10, 5}, {BYTES + 5, 10, 0}};
        for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
            zoe_http_request request = range(rows[row].offset, rows[row].bytes);
            assert_int_equal(zoe_http_perform(http, &request), ZOE_OK);
            assert_true(request.has_no_ranges);
            assert_int_equal(request.received, rows[row].received);
            assert_int_equal(request.total, BYTES);
            assert_bytes(buffer, request.received, rows[row].offset);
        }
    }
}

static void test_identity(void **state)
{
    (void)state;
    zoe_http_request first = range(0, 10);
    assert_int_equal(zoe_http_perform(http, &first), ZOE_OK);

    zoe_http_request same = range(0, 10);
    same.etag = first.etag_now;
    assert_int_equal(zoe_http_perform(http, &same), ZOE_OK);
    zoe_http_request dated = range(0, 10);
    dated.last_modified = first.last_modified_now;
    assert_int_equal(zoe_http_perform(http, &dated), ZOE_OK);

    zoe_http_request other = range(0, 10);
    other.etag = "\"other\"";
    assert_int_equal(zoe_http_perform(http, &other), ZOE_ERROR_CHANGED);
    assert_int_equal(other.http_status, 412);
    zoe_http_request older = range(0, 10);
    older.last_modified = "Thu, 01 Jan 1970 00:00:00 GMT";
    assert_int_equal(zoe_http_perform(http, &older), ZOE_ERROR_CHANGED);

    /* A server that passes over what it is asked. */
    zoe_http_request weak = range(0, 10);
    weak.etag = "W/\"other\"";
    assert_int_equal(zoe_http_perform(http, &weak), ZOE_ERROR_CHANGED);
    shot_server_faults(&server, "* * no_etag");
    same = range(0, 10);
    same.etag = first.etag_now;
    assert_int_equal(zoe_http_perform(http, &same), ZOE_ERROR_CHANGED);
}

/* ---- what does not ---- */

typedef struct weather {
    const char *faults;
    zoe_status status;
    uint32_t attempts; /* 0: whatever */
    bool is_unreachable;
} weather;

/* Each is said and done with in the time that is given to tests; the next request is right. */
static void test_weather(void **state)
{
    (void)state;
    static const weather rows[] = {
        {"2 * close", ZOE_OK, 0, false},
        {"* * close", ZOE_ERROR_IO, 0, true},
        {"* * garbage", ZOE_ERROR_IO, 0, false},
        {"2 * truncate 1000", ZOE_OK, 3, false},
        {"* * truncate 1000", ZOE_ERROR_IO, 3, false},
        {"* * truncate 0", ZOE_ERROR_IO, 3, false},
        {"2 * reset 1000", ZOE_OK, 3, false},
        {"* * reset 1000", ZOE_ERROR_IO, 3, false},
        {"1 * stall 1000", ZOE_OK, 2, false},
        {"1 * hang", ZOE_OK, 2, false},
        {"* * drip 20", ZOE_ERROR_IO, 3, false},
        {"1 * delay 300", ZOE_OK, 1, false},
        {"1 * repeat", ZOE_OK, 1, false},
        {"1 * longer 10", ZOE_ERROR_IO, 1, false},
        {"1 * shorter 10", ZOE_ERROR_IO, 1, false},
        {"1 * shift 7", ZOE_ERROR_IO, 1, false},
        {"1 * excess 7", ZOE_ERROR_IO, 1, false},
        {"1 * grown 7", ZOE_OK, 1, false},
        {"1 * big_header 200000", ZOE_ERROR_IO, 1, false},
        {"1 * encoded", ZOE_ERROR_UNSUPPORTED, 1, false},
        {"1 * no_etag", ZOE_OK, 1, false},
        {"1 * weak", ZOE_OK, 1, false},
        {"1 * status 400", ZOE_ERROR_IO, 1, false},
        {"1 * status 401", ZOE_ERROR_PERMISSION, 1, false},
        {"1 * status 403", ZOE_ERROR_PERMISSION, 1, false},
        {"1 * status 404", ZOE_ERROR_NOT_FOUND, 1, false},
        {"1 * status 410", ZOE_ERROR_NOT_FOUND, 1, false},
        {"1 * status 405", ZOE_ERROR_UNSUPPORTED, 1, false},
        {"1 * status 412", ZOE_ERROR_CHANGED, 1, false},
        {"1 * status 416", ZOE_ERROR_IO, 1, false},
        {"1 * status 204", ZOE_ERROR_IO, 1, false},
        {"2 * status 408", ZOE_OK, 3, false},
        {"2 * status 429 0", ZOE_OK, 3, false},
        {"1 * status 503 1", ZOE_OK, 2, false},
        {"2 * status 500", ZOE_OK, 3, false},
        {"* * status 500", ZOE_ERROR_IO, 3, false},
        {"* * status 502", ZOE_ERROR_IO, 3, false},
        {"* * status 504", ZOE_ERROR_IO, 3, false},
        {"1 * redirect ftp://127.0.0.1/x", ZOE_ERROR_IO, 1, false},
        {"1 * redirect file:///etc/passwd", ZOE_ERROR_IO, 1, false},
        {"* * redirect /again", ZOE_ERROR_IO, 1, false},
        {"1 */a.exr redirect /shots/b.exr", ZOE_ERROR_NOT_FOUND, 1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        shot_server_faults(&server, rows[i].faults);
        zoe_http *client = shot_server_stalls(rows[i].faults) ? hasty : http;
        zoe_http_request request = range(1000, 100000);
        zoe_status status = zoe_http_perform(client, &request);
        if (status != rows[i].status)
            fail_msg("%s: %s, not %s", rows[i].faults, status == ZOE_OK ? "OK" : request.error.text,
                     zoe_status_name(rows[i].status));
        assert_int_equal(request.is_unreachable, rows[i].is_unreachable);
        if (status == ZOE_OK) {
            assert_int_equal(request.received, 100000);
            assert_bytes(buffer, 100000, 1000);
        } else {
            assert_non_null(strstr(request.error.text, url));
            assert_null(request.body);
        }
        shot_server_faults(&server, "");
        zoe_http_request next = range(0, 1000);
        if (zoe_http_perform(client, &next) != ZOE_OK)
            fail_msg("after %s: %s", rows[i].faults, next.error.text);
        assert_bytes(buffer, 1000, 0);
        if (rows[i].attempts && request.attempts != rows[i].attempts)
            fail_msg("%s: %u attempts", rows[i].faults, request.attempts);
    }
}

static void test_no_server(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        zoe_status status;
        bool is_unreachable;
    } rows[] = {
        {"http://127.0.0.1:1/a", ZOE_ERROR_IO, true},
        {"http://no-such-name.invalid/a", ZOE_ERROR_IO, true},
        {"http://127.0.0.1:99999/a", ZOE_ERROR_ARGUMENT, false},
        {"http://", ZOE_ERROR_ARGUMENT, false},
        {"ftp://127.0.0.1/a", ZOE_ERROR_IO, false},
        {"file:///etc/passwd", ZOE_ERROR_IO, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        zoe_http_request request = {.url = rows[i].url, .capacity = LIMIT};
        assert_int_equal(zoe_http_perform(http, &request), rows[i].status);
        assert_int_equal(request.is_unreachable, rows[i].is_unreachable);
        assert_non_null(strstr(request.error.text, rows[i].url));
    }
    zoe_http_request large = {.url = url, .bytes = 11, .buffer = buffer, .capacity = 10};
    assert_int_equal(zoe_http_perform(http, &large), ZOE_ERROR_ARGUMENT);
}

/* ---- many at once, and the end of some ---- */

enum { MANY = 60 };

static _Atomic int done_count;

static void count_done(zoe_http_request *request)
{
    (void)request;
    atomic_fetch_add(&done_count, 1);
}

static void wait_done(int count)
{
    while (atomic_load(&done_count) < count)
        zoe_os_sleep(1);
}

static void test_many(void **state)
{
    (void)state;
    static zoe_http_request requests[MANY];
    static char bodies[MANY][5000];
    atomic_store(&done_count, 0);
    shot_server_faults(&server, "5 * close\n5 * status 503\n5 * truncate 10\n* * delay 5");
    for (size_t i = 0; i < MANY; i++) {
        requests[i] = (zoe_http_request){.url = url,
                                         .offset = i * 5000,
                                         .bytes = 5000,
                                         .buffer = bodies[i],
                                         .capacity = 5000,
                                         .is_urgent = i % 7 == 0,
                                         .done = count_done};
        zoe_http_submit(http, &requests[i]);
    }
    wait_done(MANY);
    size_t failed = 0;
    for (size_t i = 0; i < MANY; i++) {
        failed += requests[i].status != ZOE_OK;
        if (requests[i].status == ZOE_OK)
            assert_bytes(bodies[i], 5000, i * 5000);
    }
    /* One may meet three faults; they do not all meet one. */
    assert_in_range(failed, 0, 5);
    zoe_http_stats stats;
    zoe_http_stats_now(http, &stats);
    assert_int_equal(stats.waiting, 0);
    assert_true(stats.bytes >= (MANY - failed) * 5000 && stats.requests >= MANY);
    assert_true(stats.retries >= 10);
}

static void test_cancel(void **state)
{
    (void)state;
    static zoe_http_request requests[MANY];
    atomic_store(&done_count, 0);
    shot_server_faults(&server, "* * hang");
    for (size_t i = 0; i < MANY; i++) {
        requests[i] = (zoe_http_request){.url = url, .capacity = LIMIT, .done = count_done};
        zoe_http_submit(http, &requests[i]);
    }
    zoe_os_sleep(100);
    for (size_t i = 0; i < MANY; i++)
        zoe_http_cancel(http, &requests[i]);
    wait_done(MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(requests[i].status, ZOE_STALE);
        assert_null(requests[i].body);
    }
    /* So does whoever waits, when it is told to. */
    zoe_stop asked = {0};
    zoe_stop_ask(&asked);
    const zoe_stop *before = zoe_stop_enter(&asked);
    zoe_http_request request = range(0, 100);
    assert_int_equal(zoe_http_perform(http, &request), ZOE_STALE);
    zoe_stop_enter(before);
}

/* Destroyed while requests wait, are under way and are to be tried again. */
static void destroy_busy(void)
{
    static zoe_http_request requests[MANY];
    atomic_store(&done_count, 0);
    zoe_http *other;
    zoe_error error;
    assert_int_equal(zoe_http_create(NULL, &other, &error), ZOE_OK);
    for (size_t i = 0; i < MANY; i++) {
        requests[i] = (zoe_http_request){.url = url, .capacity = LIMIT, .done = count_done};
        zoe_http_submit(other, &requests[i]);
    }
    zoe_os_sleep(50);
    zoe_http_destroy(&other);
    assert_int_equal(atomic_load(&done_count), MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(requests[i].status, ZOE_STALE);
}

/* So often that the time a test may take is over if the thread sleeps once more each time. */
static void test_destroy(void **state)
{
    (void)state;
    shot_server_faults(&server, "8 * close\n* * hang");
    for (int i = 0; i < 40; i++)
        destroy_busy();
}

/* Every allocation of ours fails in turn. */
static void test_no_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1;; n++) {
        zoe_os_fail_at(n, 0);
        zoe_http *other = NULL;
        zoe_error error;
        zoe_status status = zoe_http_create(NULL, &other, &error);
        zoe_http_request request = {.url = url, .capacity = LIMIT};
        if (status == ZOE_OK)
            status = zoe_http_perform(other, &request);
        bool has_failed = zoe_os_fail_at(0, 0) >= n;
        assert_int_equal(status == ZOE_OK, !has_failed);
        if (has_failed)
            assert_true(status == ZOE_ERROR_NO_MEMORY || status == ZOE_ERROR_THREAD);
        zoe_os_free(request.body);
        zoe_http_destroy(&other);
        if (!has_failed)
            break;
        assert_in_range(n, 1, 100);
    }
}

int main(void)
{
    shot_server_needed();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_ranges, forget),
        cmocka_unit_test_setup(test_whole, forget),
        cmocka_unit_test_setup(test_no_ranges, forget),
        cmocka_unit_test_setup(test_identity, forget),
        cmocka_unit_test_setup(test_weather, forget),
        cmocka_unit_test_setup(test_no_server, forget),
        cmocka_unit_test_setup(test_many, forget),
        cmocka_unit_test_setup(test_cancel, forget),
        cmocka_unit_test_setup(test_destroy, forget),
        cmocka_unit_test_setup(test_no_memory, forget),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
