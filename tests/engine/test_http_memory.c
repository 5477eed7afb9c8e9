/*
 * Memory runs out anywhere in a request, inside libcurl too: it ends with a status, what is said to
 * be OK is right, and the transport goes on.
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

#include <cmocka.h>
#include <curl/curl.h>

#include "base/os.h"
#include "storage/http.h"
#include "support/shot_server.h"

static void *get(size_t bytes)
{
    return zoe_os_fails() ? NULL : malloc(bytes);
}

static void *get_again(void *memory, size_t bytes)
{
    return zoe_os_fails() ? NULL : realloc(memory, bytes);
}

static void *get_cleared(size_t count, size_t bytes)
{
    return zoe_os_fails() ? NULL : calloc(count, bytes);
}

static char *get_copy(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = get(bytes);
    return copy ? memcpy(copy, text, bytes) : NULL;
}

/* A request of a fresh transport, and one more after that. */
static bool request_twice(const char *url, bool fresh, uint64_t n)
{
    enum { BYTES = 50000 };
    const zoe_http_settings settings = {.attempts = 2, .back_off_ms = 1};
    zoe_http *http = NULL;
    if (!fresh)
        assert_int_equal(zoe_http_create(&settings, &http, NULL), ZOE_OK);
    zoe_os_fail_at(n, 0);
    zoe_error error;
    zoe_status status = fresh ? zoe_http_create(&settings, &http, &error) : ZOE_OK;
    zoe_http_request request = {.url = url, .offset = 7, .bytes = BYTES, .capacity = BYTES};
    if (status == ZOE_OK)
        status = zoe_http_perform(http, &request);
    bool has_failed = zoe_os_fail_at(0, 0) >= n;
    if (status == ZOE_OK) {
        assert_int_equal(request.received, BYTES);
        const unsigned char *body = request.body;
        for (size_t i = 0; i < BYTES; i++)
            assert_int_equal(body[i], shot_server_byte(7 + i));
    }
    assert_true(status == ZOE_OK || has_failed);
    zoe_os_free(request.body);
    if (http) {
        zoe_http_request next = {.url = url, .bytes = 10, .capacity = 10};
        if (zoe_http_perform(http, &next) != ZOE_OK)
            fail_msg("after the failure of call %u: %s", (unsigned)n, next.error.text);
        zoe_os_free(next.body);
    }
    zoe_http_destroy(&http);
    return has_failed;
}

static void test_each_call(void **state)
{
    (void)state;
    shot_server server;
    shot_server_start(&server, "");
    shot_server_add(&server, "a.exr", 100000);
    char url[96];
    snprintf(url, sizeof url, "%s/a.exr", server.base);
    for (int fresh = 0; fresh < 2; fresh++) {
        uint64_t n = 1;
        while (request_twice(url, fresh, n))
            n++;
        assert_in_range(n, 20, 5000);
    }
    shot_server_stop(&server);
}

int main(void)
{
    shot_server_needed();
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, get, free, get_again, get_copy, get_cleared) !=
        CURLE_OK)
        return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_call)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
