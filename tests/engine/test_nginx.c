/*
 * The server that most shots will come from: ranges, folders, TLS with HTTP/2, and as the cache of
 * a floor (assets/nginx-shots.conf) before an origin.
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
#include "storage/http.h"
#include "storage/http_list.h"
#include "support/nginx_server.h"
#include "support/temp_folder.h"

enum { FRAMES = 3, BYTES = 9000000, BLOCK = 4 << 20 };

static char shots[64];
static char block[BLOCK];

static unsigned char byte_at(size_t frame, size_t offset)
{
    return (unsigned char)(offset * 5 + (offset >> 8) * 11 + frame * 17);
}

static void write_frame(size_t frame, size_t salt)
{
    char path[128];
    snprintf(path, sizeof path, "%s/a.%04zu.exr", shots, frame);
    unsigned char *data = malloc(BYTES);
    FILE *file = fopen(path, "we");
    assert_true(data && file);
    for (size_t i = 0; i < BYTES; i++)
        data[i] = byte_at(frame + salt, i);
    assert_int_equal(fwrite(data, 1, BYTES, file), BYTES);
    fclose(file);
    free(data);
}

static zoe_http *make_client(const char *ca_file)
{
    const zoe_http_settings settings = {.ca_file = ca_file, .attempts = 2, .back_off_ms = 2};
    zoe_http *http;
    assert_int_equal(zoe_http_create(&settings, &http, NULL), ZOE_OK);
    return http;
}

/* Reads a frame in blocks, as a workstation does; etag: it has to be this version, unless "", and
 * is the version that was read. */
static zoe_status read_frame(zoe_http *http, const char *base, size_t frame, size_t salt,
                             char etag[ZOE_ETAG_BYTES])
{
    char url[128];
    snprintf(url, sizeof url, "%s/a.%04zu.exr", base, frame);
    for (uint64_t offset = 0; offset < BYTES; offset += BLOCK) {
        zoe_http_request request = {.url = url,
                                    .offset = offset,
                                    .bytes = BLOCK,
                                    .buffer = block,
                                    .capacity = BLOCK,
                                    .etag = etag};
        zoe_status status = zoe_http_perform(http, &request);
        if (status != ZOE_OK)
            return status;
        assert_int_equal(request.received, offset + BLOCK < BYTES ? BLOCK : BYTES - offset);
        assert_int_equal(request.total, BYTES);
        assert_false(request.has_no_ranges);
        for (size_t i = 0; i < request.received; i += 997)
            assert_int_equal((unsigned char)block[i], byte_at(frame + salt, offset + i));
        assert_true(request.etag_now[0]);
        snprintf(etag, ZOE_ETAG_BYTES, "%s", request.etag_now);
    }
    return ZOE_OK;
}

static void read_all(const char *base)
{
    zoe_http *http = make_client(NULL);
    for (size_t frame = 0; frame < FRAMES; frame++) {
        char etag[ZOE_ETAG_BYTES] = "";
        assert_int_equal(read_frame(http, base, frame, 0, etag), ZOE_OK);
    }
    zoe_http_destroy(&http);
}

static bool count_name(void *user, const char *name, zoe_os_name_kind kind)
{
    size_t *count = user;
    *count += kind == ZOE_OS_NAME_FILE && strncmp(name, "a.000", 5) == 0;
    return true;
}

static size_t count_listed(zoe_http *http, const char *folder)
{
    size_t count = 0;
    zoe_error error;
    if (zoe_http_list(http, NULL, folder, count_name, &count, NULL, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    return count;
}

static void start_origin(nginx_server *origin)
{
    char text[512];
    snprintf(text, sizeof text,
             "server { listen 127.0.0.1:%d; root %s; autoindex on; autoindex_format json; }",
             origin->port, shots);
    nginx_server_start(origin, text);
}

static void test_plain(void **state)
{
    (void)state;
    nginx_server origin;
    nginx_server_make(&origin);
    start_origin(&origin);
    char base[64];
    snprintf(base, sizeof base, "http://127.0.0.1:%d", origin.port);
    read_all(base);
    zoe_http *http = make_client(NULL);
    assert_int_equal(count_listed(http, base), FRAMES);

    char url[128];
    snprintf(url, sizeof url, "%s/a.0000.exr", base);
    zoe_http_request beyond = {.url = url, .offset = BYTES, .bytes = 5, .capacity = 5};
    assert_int_equal(zoe_http_perform(http, &beyond), ZOE_OK);
    assert_int_equal(beyond.received, 0);
    assert_int_equal(beyond.total, BYTES);
    char other[ZOE_ETAG_BYTES] = "\"other\"";
    assert_int_equal(read_frame(http, base, 0, 0, other), ZOE_ERROR_CHANGED);
    zoe_http_destroy(&http);
    nginx_server_stop(&origin);
}

/* ---- TLS and HTTP/2 ---- */

static _Atomic int left;

static void count_done(zoe_http_request *request)
{
    (void)request;
    atomic_fetch_sub(&left, 1);
}

static void test_http2(void **state)
{
    (void)state;
    nginx_server tls;
    nginx_server_make(&tls);
    char command[512], text[1024], ca_file[96];
    snprintf(command, sizeof command, "command -v openssl >/dev/null && sh '%s' '%s'",
             MAKE_CERTIFICATES, tls.folder);
    if (system(command) != 0) {
        nginx_server_stop(&tls);
        skip();
    }
    snprintf(text, sizeof text,
             "server { listen 127.0.0.1:%d ssl http2; root %s; ssl_certificate %s/server.pem;\n"
             "ssl_certificate_key %s/server.key; autoindex on; autoindex_format json; }",
             tls.port, shots, tls.folder, tls.folder);
    nginx_server_start(&tls, text);
    char base[64], url[128];
    snprintf(base, sizeof base, "https://localhost:%d", tls.port);
    snprintf(ca_file, sizeof ca_file, "%s/ca.pem", tls.folder);
    zoe_http *http = make_client(ca_file);
    char etag[ZOE_ETAG_BYTES] = "";
    assert_int_equal(read_frame(http, base, 1, 0, etag), ZOE_OK);
    assert_int_equal(count_listed(http, base), FRAMES);

    /* Many at once, over one connection. */
    enum { MANY = 20, PIECE = 100000 };
    static zoe_http_request requests[MANY];
    static char bodies[MANY][PIECE];
    snprintf(url, sizeof url, "%s/a.0001.exr", base);
    atomic_store(&left, MANY);
    for (size_t i = 0; i < MANY; i++) {
        requests[i] = (zoe_http_request){.url = url,
                                         .offset = i * PIECE,
                                         .bytes = PIECE,
                                         .buffer = bodies[i],
                                         .capacity = PIECE,
                                         .done = count_done};
        zoe_http_submit(http, &requests[i]);
    }
    while (atomic_load(&left) > 0)
        zoe_os_sleep(1);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(requests[i].status, ZOE_OK);
        for (size_t k = 0; k < PIECE; k += 499)
            assert_int_equal((unsigned char)bodies[i][k], byte_at(1, i * PIECE + k));
    }
    size_t count;
    uint64_t bytes;
    char last[256] = "";
    nginx_server_take_log(&tls, 3 + 1 + MANY, 0, &count, &bytes, last, sizeof last);
    assert_int_equal(count, 3 + 1 + MANY);
    assert_non_null(strstr(last, "HTTP/2"));
    zoe_http_destroy(&http);
    nginx_server_stop(&tls);
}

/* ---- the cache of a floor ---- */

/* The file that users copy, with what they have to change, and a second for a minute. */
static void start_cache(nginx_server *cache, int origin_port)
{
    char command[2048], path[128];
    snprintf(path, sizeof path, "%s/shots.conf", cache->folder);
    snprintf(command, sizeof command,
             "sed -e 's|/var/cache/nginx/shots|%s/cache|; s|objects.example:80;|127.0.0.1:%d;|;"
             " s|listen 8080;|listen 127.0.0.1:%d;|; s|200 206 1m;|200 206 1s;|' '%s' >'%s'",
             cache->folder, origin_port, cache->port, NGINX_SHOTS, path);
    assert_int_equal(system(command), 0);
    char text[256];
    snprintf(text, sizeof text, "include %s;", path);
    nginx_server_start(cache, text);
}

static void test_floor(void **state)
{
    (void)state;
    nginx_server origin, cache;
    nginx_server_make(&origin);
    nginx_server_make(&cache);
    start_origin(&origin);
    start_cache(&cache, origin.port);
    char base[64];
    snprintf(base, sizeof base, "http://127.0.0.1:%d", cache.port);
    size_t count;
    uint64_t bytes;

    /* The first workstation brings it here, each byte once. */
    read_all(base);
    nginx_server_take_log(&origin, 1, (uint64_t)FRAMES * BYTES, &count, &bytes, NULL, 0);
    assert_int_equal(bytes, (uint64_t)FRAMES * BYTES);
    /* The second takes nothing from the origin, whether the cache asks there for changes or not. */
    read_all(base);
    nginx_server_take_log(&origin, 0, 0, &count, &bytes, NULL, 0);
    assert_int_equal(bytes, 0);
    /* nginx counts in whole seconds, and may write its log after the answer. */
    count = 0;
    for (int tries = 0; tries < 20 && count == 0; tries++) {
        zoe_os_sleep(500);
        read_all(base);
        nginx_server_take_log(&origin, 0, 0, &count, &bytes, NULL, 0);
        assert_int_equal(bytes, 0);
    }
    assert_true(count > 0);
    printf("the second workstation took 0 of %llu bytes from the origin\n",
           (unsigned long long)FRAMES * BYTES);

    zoe_http *http = make_client(NULL);
    assert_int_equal(count_listed(http, base), FRAMES);

    /* A frame is rendered again: for as long as the cache has the old one, wholly or in part, the
     * client has the old one or hears that it has changed; then it has the new one. */
    char etag[ZOE_ETAG_BYTES] = "", before[ZOE_ETAG_BYTES];
    assert_int_equal(read_frame(http, base, 2, 0, etag), ZOE_OK);
    memcpy(before, etag, sizeof etag);
    zoe_os_sleep(1100);
    write_frame(2, 100);
    bool is_new = false;
    for (int tries = 0; tries < 50 && !is_new; tries++) {
        zoe_status status = read_frame(http, base, 2, 0, memcpy(etag, before, sizeof etag));
        assert_true(status == ZOE_OK || status == ZOE_ERROR_CHANGED || status == ZOE_ERROR_IO);
        zoe_os_sleep(100);
        char url[128];
        snprintf(url, sizeof url, "%s/a.0002.exr", base);
        zoe_http_request first = {.url = url, .bytes = 1, .capacity = 1};
        is_new = zoe_http_perform(http, &first) == ZOE_OK && strcmp(first.etag_now, before) != 0;
        zoe_os_free(first.body);
    }
    assert_true(is_new);
    zoe_os_sleep(1500);
    for (int tries = 0; tries < 50; tries++) {
        etag[0] = '\0';
        if (read_frame(http, base, 2, 100, etag) == ZOE_OK)
            break;
        assert_true(tries < 49);
        zoe_os_sleep(100);
    }

    /* The origin goes: what is here plays on. */
    nginx_server_end(&origin);
    zoe_os_sleep(1500);
    for (size_t frame = 0; frame < 2; frame++) {
        etag[0] = '\0';
        assert_int_equal(read_frame(http, base, frame, 0, etag), ZOE_OK);
    }
    zoe_http_destroy(&http);
    nginx_server_stop(&cache);
    nginx_server_stop(&origin);
}

int main(void)
{
    nginx_server_needed();
    temp_folder_make(shots, sizeof shots);
    for (size_t frame = 0; frame < FRAMES; frame++)
        write_frame(frame, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_http2),
        cmocka_unit_test(test_floor),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    temp_folder_remove(shots);
    return failed;
}
