/*
 * Who is on the other side: certificates, redirects, and what is kept from whom.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* setenv */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "storage/http.h"
#include "support/shot_server.h"
#include "support/temp_folder.h"

static char certificates[64], ca_file[96];
static shot_server server;

static void start(const char *name)
{
    char options[512];
    snprintf(options, sizeof options, "--cert %s/%s.pem --key %s/%s.key", certificates, name,
             certificates, name);
    shot_server_start(&server, options);
    shot_server_add(&server, "a.exr", 1000);
}

/* What a GET with this authority file comes to. */
static zoe_status get(const char *url, const char *authority, zoe_http_request *request)
{
    const zoe_http_settings settings = {.ca_file = authority, .attempts = 3, .back_off_ms = 2};
    zoe_http *http;
    assert_int_equal(zoe_http_create(&settings, &http, NULL), ZOE_OK);
    *request = (zoe_http_request){.url = url, .capacity = 10000};
    zoe_status status = zoe_http_perform(http, request);
    zoe_os_free(request->body);
    zoe_http_destroy(&http);
    return status;
}

static void test_certificates(void **state)
{
    (void)state;
    char url[128], local[128];
    zoe_http_request request;
    start("server");
    snprintf(url, sizeof url, "%s/a.exr", server.base);
    snprintf(local, sizeof local, "https://localhost:%d/a.exr", server.port);
    assert_int_equal(get(url, ca_file, &request), ZOE_OK);
    assert_int_equal(request.received, 1000);
    assert_int_equal(get(local, ca_file, &request), ZOE_OK);

    /* Nobody vouches for it. That is said at once, and not tried again. */
    assert_int_equal(get(url, NULL, &request), ZOE_ERROR_IO);
    assert_non_null(strstr(request.error.text, "certificate"));
    assert_int_equal(request.attempts, 1);
    assert_false(request.is_unreachable);
    assert_int_equal(get(url, "/nowhere.pem", &request), ZOE_ERROR_IO);
    assert_int_equal(request.attempts, 1);

    static const char *const variables[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        setenv(variables[i], ca_file, 1);
        assert_int_equal(get(url, NULL, &request), ZOE_OK);
        unsetenv(variables[i]);
    }
    shot_server_stop(&server);

    /* The right authority, another host. */
    start("other");
    snprintf(url, sizeof url, "%s/a.exr", server.base);
    assert_int_equal(get(url, ca_file, &request), ZOE_ERROR_IO);
    assert_non_null(strstr(request.error.text, "subject"));
    assert_int_equal(request.attempts, 1);
    shot_server_stop(&server);
}

static void test_redirects(void **state)
{
    (void)state;
    shot_server other;
    char url[128], line[256];
    zoe_http_request request;
    start("server");
    shot_server_start(&other, "--basic user:pass");
    shot_server_add(&other, "a.exr", 500);

    /* Never from TLS to what anybody can read and write. */
    snprintf(url, sizeof url, "%s/a.exr", server.base);
    snprintf(line, sizeof line, "* * redirect %s/a.exr", other.base);
    shot_server_faults(&server, line);
    assert_int_equal(get(url, ca_file, &request), ZOE_ERROR_IO);
    assert_non_null(strstr(request.error.text, "redirects to where it must not"));
    shot_server_faults(&server, "1 * redirect /b.exr");
    shot_server_add(&server, "b.exr", 700);
    assert_int_equal(get(url, ca_file, &request), ZOE_OK);
    assert_int_equal(request.received, 700);
    shot_server_stop(&server);

    /* What lets one in here is not shown elsewhere. */
    shot_server_start(&server, "--basic user:pass");
    snprintf(url, sizeof url, "http://user:pass@127.0.0.1:%d/a.exr", server.port);
    shot_server_faults(&server, line);
    assert_int_equal(get(url, NULL, &request), ZOE_ERROR_PERMISSION);
    assert_null(strstr(request.error.text, "pass"));
    free(shot_server_take_log(&other));
    shot_server_faults(&server, "1 * redirect /c.exr");
    shot_server_add(&server, "c.exr", 300);
    assert_int_equal(get(url, NULL, &request), ZOE_OK);
    assert_int_equal(request.received, 300);
    shot_server_stop(&server);
    shot_server_stop(&other);
}

int main(void)
{
    shot_server_needed();
    temp_folder_make(certificates, sizeof certificates);
    snprintf(ca_file, sizeof ca_file, "%s/ca.pem", certificates);
    char command[512];
    snprintf(command, sizeof command, "command -v openssl >/dev/null && sh '%s' '%s'",
             MAKE_CERTIFICATES, certificates);
    if (system(command) != 0) {
        fprintf(stderr, "no certificates: openssl is needed\n");
        temp_folder_remove(certificates);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_redirects),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    temp_folder_remove(certificates);
    return failed;
}
