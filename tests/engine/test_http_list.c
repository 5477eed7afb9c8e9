/*
 * Folders and objects of servers of every kind, in every weather: what is listed can be read.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* setenv */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "base/stop.h"
#include "storage/address.h"
#include "storage/http_list.h"
#include "support/shot_server.h"

/* Names with everything that URLs, queries and signatures have to encode. */
static const char *const files[] = {
    "beauty.1001.exr", "beauty.1002.exr", "with space.exr",
    "a+b.exr",         "50%.exr",         "50%20.exr",
    "q?x=1&y.exr",     "#1.exr",          "\xC3\xBC\xE2\x82\xAC.exr",
    "it's(1)!*;,.exr", "a@b:c$d=e.exr",   "~-_.exr"};
enum { FILES = sizeof files / sizeof files[0], BYTES = 5000 };

#define KEY    "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define TOKEN  "IQoJb3JpZ2luX2VjE/+=="

static shot_server server;
static zoe_http *http;
static zoe_http *hasty; /* for servers that stall; others may only be slow, as a busy machine is */

static void begin(const char *options, const char *folder)
{
    shot_server_start(&server, options);
    for (size_t i = 0; i < FILES; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        shot_server_add(&server, path, BYTES);
    }
    char path[256];
    snprintf(path, sizeof path, "%s/below/deeper.exr", folder);
    shot_server_add(&server, path, 1);
}

static int open_http(void **state)
{
    (void)state;
    zoe_http_settings settings = {
        .back_off_ms = 2, .attempts = 3, .stall_timeout_ms = 30000, .give_up_ms = 60000};
    assert_int_equal(zoe_http_create(&settings, &http, NULL), ZOE_OK);
    settings.stall_timeout_ms = 1000;
    return zoe_http_create(&settings, &hasty, NULL) == ZOE_OK ? 0 : -1;
}

static int close_http(void **state)
{
    (void)state;
    zoe_http_destroy(&hasty);
    zoe_http_destroy(&http);
    return 0;
}

/* ---- what was listed ---- */

typedef struct listed {
    size_t count, at_most;
    char names[64][256];
    bool is_folder[64];
} listed;

static listed found;

static bool note(void *user, const char *name, zoe_os_name_kind kind)
{
    (void)user;
    assert_in_range(found.count, 0, 63);
    snprintf(found.names[found.count], sizeof found.names[0], "%s", name);
    found.is_folder[found.count++] = kind == ZOE_OS_NAME_FOLDER;
    return found.count != found.at_most;
}

static zoe_status list(const zoe_s3 *s3, const char *folder, zoe_error *error)
{
    memset(&found, 0, sizeof found);
    *error = (zoe_error){ZOE_OK, ""};
    return zoe_http_list(http, s3, folder, note, NULL, NULL, error);
}

/* Reads an object by a path that a folder and a listed name make. */
static void assert_reads(const zoe_s3 *s3, const char *folder, const char *name)
{
    char path[1024], *url;
    zoe_error error;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (s3)
        assert_int_equal(zoe_s3_object_url(s3, path, &url, &error), ZOE_OK);
    else
        assert_non_null(url = zoe_address_encode(path));
    zoe_http_request request = {.url = url,
                                .offset = 10,
                                .bytes = 100,
                                .capacity = 100,
                                .signing = s3 ? zoe_s3_signing(s3) : NULL};
    if (zoe_http_perform(http, &request) != ZOE_OK)
        fail_msg("%s", request.error.text);
    assert_int_equal(request.received, 100);
    assert_int_equal(request.total, BYTES);
    assert_int_equal(((unsigned char *)request.body)[99], shot_server_byte(109));
    zoe_os_free(request.body);
    zoe_os_free(url);
}

/* All files are listed once, and the folder; each can be read. */
static void assert_lists(const zoe_s3 *s3, const char *folder)
{
    zoe_error error;
    if (list(s3, folder, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    assert_int_equal(found.count, FILES + 1);
    size_t folders = 0;
    for (size_t i = 0; i < found.count; i++) {
        folders += found.is_folder[i];
        if (found.is_folder[i])
            assert_string_equal(found.names[i], "below");
        else
            assert_reads(s3, folder, found.names[i]);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(found.names[i], found.names[k]);
    }
    assert_int_equal(folders, 1);
    found.at_most = 0;
}

/* ---- http ---- */

static void test_http(void **state)
{
    (void)state;
    static const char *const kinds[] = {"--listing json", "--listing none --dav",
                                        "--listing html --dav", "--listing html",
                                        "--listing json --basic user:pass"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        begin(kinds[i], "my shots");
        const char *const written[] = {"my%20shots", "my shots", "my shots/"};
        const char *user = strstr(kinds[i], "basic") ? "user:pass@" : "";
        for (size_t k = 0; k < 3; k++) {
            char folder[256];
            snprintf(folder, sizeof folder, "http://%s127.0.0.1:%d/%s", user, server.port,
                     written[k]);
            assert_lists(NULL, folder);
        }
        char folder[256];
        zoe_error error;
        snprintf(folder, sizeof folder, "http://%s127.0.0.1:%d/no", user, server.port);
        assert_int_equal(list(NULL, folder, &error), ZOE_ERROR_NOT_FOUND);
        assert_non_null(strstr(error.text, "/no: "));
        assert_null(strstr(error.text, "pass@"));
        shot_server_stop(&server);
    }
}

static void test_no_listing(void **state)
{
    (void)state;
    begin("--listing none", "shots");
    char folder[128];
    zoe_error error;
    snprintf(folder, sizeof folder, "%s/shots", server.base);
    assert_int_equal(list(NULL, folder, &error), ZOE_ERROR_UNSUPPORTED);
    assert_non_null(strstr(error.text, "does not list"));
    shot_server_stop(&server);
    begin("--basic user:pass", "shots");
    snprintf(folder, sizeof folder, "http://user:wrongword@127.0.0.1:%d/shots", server.port);
    assert_int_equal(list(NULL, folder, &error), ZOE_ERROR_PERMISSION);
    assert_null(strstr(error.text, "wrongword"));
    shot_server_stop(&server);
    assert_int_equal(list(NULL, folder, &error), ZOE_ERROR_IO);
    assert_null(strstr(error.text, "wrongword"));
}

typedef struct weather {
    const char *faults;
    zoe_status status;
} weather;

static void expect_weather(const zoe_s3 *s3, const char *folder, const weather *rows, size_t count)
{
    zoe_http *patient = http;
    for (size_t i = 0; i < count; i++) {
        http = shot_server_stalls(rows[i].faults) ? hasty : patient;
        shot_server_faults(&server, rows[i].faults);
        zoe_error error;
        zoe_status status = list(s3, folder, &error);
        if (status != rows[i].status)
            fail_msg("%s: %s (%s), not %s", rows[i].faults, zoe_status_name(status), error.text,
                     zoe_status_name(rows[i].status));
        assert_true(status == ZOE_OK ? found.count == FILES + 1
                                     : strstr(error.text, folder) != NULL);
        shot_server_faults(&server, "");
        assert_int_equal(list(s3, folder, &error), ZOE_OK);
        assert_int_equal(found.count, FILES + 1);
    }
    http = patient;
}

/* What may happen to any answer. */
static const weather any[] = {
    {"2 * close", ZOE_OK},
    {"* * close", ZOE_ERROR_IO},
    {"2 * truncate 50", ZOE_OK},
    {"* * truncate 50", ZOE_ERROR_IO},
    {"1 * reset 50", ZOE_OK},
    {"1 * stall 50", ZOE_OK},
    {"1 * hang", ZOE_OK},
    {"* * drip 20", ZOE_ERROR_IO},
    {"1 * repeat", ZOE_OK},
    {"1 * status 401", ZOE_ERROR_PERMISSION},
    {"* * status 403", ZOE_ERROR_PERMISSION},
    {"1 * status 404", ZOE_ERROR_NOT_FOUND},
    {"2 * status 429 0", ZOE_OK},
    {"* * status 500", ZOE_ERROR_IO},
    {"2 * status 503", ZOE_OK},
    {"1 * big_header 200000", ZOE_ERROR_IO},
    {"1 * redirect file:///etc/passwd", ZOE_ERROR_IO},
};

static void test_http_weather(void **state)
{
    (void)state;
    static const weather rows[] = {
        {"1 * body [{\"name\":\"a\"", ZOE_ERROR_SYNTAX},
        {"* * body hello", ZOE_ERROR_UNSUPPORTED},
        {"* * status 405", ZOE_ERROR_UNSUPPORTED},
        {"* * garbage", ZOE_ERROR_IO},
    };
    begin("", "shots");
    char folder[128];
    snprintf(folder, sizeof folder, "%s/shots", server.base);
    expect_weather(NULL, folder, any, sizeof any / sizeof any[0]);
    expect_weather(NULL, folder, rows, sizeof rows / sizeof rows[0]);
    found.at_most = 2;
    shot_server_stop(&server);

    static const weather dav[] = {
        {"* PROPFIND* body <multistatus", ZOE_ERROR_UNSUPPORTED},
        {"* PROPFIND* close", ZOE_ERROR_IO},
        {"* PROPFIND* status 404", ZOE_ERROR_UNSUPPORTED},
    };
    begin("--listing none --dav", "shots");
    snprintf(folder, sizeof folder, "%s/shots", server.base);
    expect_weather(NULL, folder, dav, sizeof dav / sizeof dav[0]);
    shot_server_stop(&server);
}

/* ---- S3 ---- */

static void clear_env(void)
{
    static const char *const names[] = {
        "AWS_ACCESS_KEY_ID",  "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",   "AWS_REGION",
        "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL",      "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere", 1);
    setenv("AWS_CONFIG_FILE", "/nowhere", 1);
}

static void set_credentials(const char *secret, const char *token)
{
    clear_env();
    setenv("AWS_ACCESS_KEY_ID", KEY, 1);
    setenv("AWS_SECRET_ACCESS_KEY", secret, 1);
    if (token)
        setenv("AWS_SESSION_TOKEN", token, 1);
}

static zoe_s3 *make_s3(const zoe_s3_settings *settings)
{
    zoe_s3 *s3;
    zoe_error error;
    if (zoe_s3_create(settings, &s3, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    return s3;
}

#define S3_OPTIONS "--s3 --page 3 --access-key " KEY " --secret-key " SECRET

static void test_s3_signed(void **state)
{
    (void)state;
    static const struct {
        const char *options, *token, *region, *host;
        bool is_host_style;
    } rows[] = {
        {S3_OPTIONS, NULL, NULL, "127.0.0.1", false},
        {S3_OPTIONS " --token " TOKEN, TOKEN, NULL, "127.0.0.1", false},
        {S3_OPTIONS " --region eu-central-1", NULL, "eu-central-1", "localhost", false},
        {S3_OPTIONS, NULL, NULL, "s3.localhost", true},
        {"--s3", NULL, NULL, "127.0.0.1", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin(rows[i].options, "bucket/my shots");
        set_credentials(SECRET, rows[i].token);
        char endpoint[128];
        snprintf(endpoint, sizeof endpoint, "http://%s:%d/", rows[i].host, server.port);
        const zoe_s3_settings settings = {
            .endpoint = endpoint, .region = rows[i].region, .is_host_style = rows[i].is_host_style};
        zoe_s3 *s3 = make_s3(&settings);
        assert_lists(s3, "s3://bucket/my shots");
        assert_lists(s3, "s3://bucket/my shots/");
        zoe_error error;
        assert_int_equal(list(s3, "s3://bucket", &error), ZOE_OK);
        assert_int_equal(found.count, 1);
        assert_true(found.is_folder[0]);
        assert_int_equal(list(s3, "s3://bucket/no", &error), ZOE_ERROR_NOT_FOUND);
        assert_int_equal(list(s3, "s3://none", &error), ZOE_ERROR_NOT_FOUND);
        assert_non_null(strstr(error.text, "NoSuchBucket"));
        zoe_s3_destroy(&s3);
        shot_server_stop(&server);
    }
}

/* What is refused is PERMISSION, with the server's reason and without the secrets. */
static void test_s3_refused(void **state)
{
    (void)state;
    begin(S3_OPTIONS " --token " TOKEN, "bucket/shots");
    static const struct {
        const char *secret, *token;
        bool is_anonymous;
        zoe_status status;
        const char *reason;
    } rows[] = {
        {"wrongsecretwrongsecret", TOKEN, false, ZOE_ERROR_PERMISSION, "SignatureDoesNotMatch"},
        {SECRET, NULL, false, ZOE_ERROR_IO, "InvalidToken"},
        {SECRET, TOKEN, true, ZOE_ERROR_PERMISSION, "AccessDenied"},
        {SECRET, TOKEN, false, ZOE_OK, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_credentials(rows[i].secret, rows[i].token);
        setenv("AWS_ENDPOINT_URL", server.base, 1);
        const zoe_s3_settings settings = {.is_anonymous = rows[i].is_anonymous};
        zoe_s3 *s3 = make_s3(&settings);
        zoe_error error;
        assert_int_equal(list(s3, "s3://bucket/shots", &error), rows[i].status);
        if (rows[i].reason && !strstr(error.text, rows[i].reason))
            fail_msg("%s", error.text);
        static const char *const secrets[] = {KEY, SECRET, TOKEN, "wrongsecret", "Signature="};
        for (size_t k = 0; k < sizeof secrets / sizeof secrets[0]; k++)
            assert_null(strstr(error.text, secrets[k]));
        zoe_s3_destroy(&s3);
    }
    shot_server_stop(&server);
}

static void test_s3_profile(void **state)
{
    (void)state;
    begin(S3_OPTIONS, "bucket/shots");
    clear_env();
    char path[2][128];
    for (int i = 0; i < 2; i++) {
        snprintf(path[i], sizeof path[i], "%s/%s", server.folder, i ? "config" : "credentials");
        FILE *file = fopen(path[i], "w");
        assert_non_null(file);
        if (i)
            fprintf(file,
                    "[default]\nregion = us-east-1\nendpoint_url = %s\n[profile mine]\n"
                    "endpoint_url = %s\n",
                    server.base, server.base);
        else
            fprintf(file,
                    "[default]\naws_access_key_id = " KEY "\naws_secret_access_key = no\n"
                    "[mine]\naws_access_key_id = " KEY "\naws_secret_access_key = " SECRET "\n");
        fclose(file);
    }
    setenv("AWS_SHARED_CREDENTIALS_FILE", path[0], 1);
    setenv("AWS_CONFIG_FILE", path[1], 1);
    zoe_error error;
    static const struct {
        const char *given, *env;
        zoe_status status;
    } rows[] = {{NULL, NULL, ZOE_ERROR_PERMISSION}, {"mine", NULL, ZOE_OK}, {NULL, "mine", ZOE_OK}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsetenv("AWS_PROFILE");
        if (rows[i].env)
            setenv("AWS_PROFILE", rows[i].env, 1);
        const zoe_s3_settings settings = {.profile = rows[i].given};
        zoe_s3 *s3 = make_s3(&settings);
        assert_int_equal(list(s3, "s3://bucket/shots", &error), rows[i].status);
        zoe_s3_destroy(&s3);
    }
    zoe_s3 *s3;
    assert_int_equal(zoe_s3_create(&(zoe_s3_settings){.profile = "other"}, &s3, &error),
                     ZOE_ERROR_NOT_FOUND);
    assert_non_null(strstr(error.text, "other"));
    shot_server_stop(&server);
}

static void test_s3_weather(void **state)
{
    (void)state;
    static const weather rows[] = {
        {"1 * body <ListBucketResult>", ZOE_ERROR_SYNTAX},
        {"1 * body hello", ZOE_ERROR_SYNTAX},
        {"1 * body <ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
         ZOE_ERROR_SYNTAX},
        /* The same page for ever. */
        {"* * body <ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x"
         "</NextContinuationToken></ListBucketResult>",
         ZOE_ERROR_TOO_LARGE},
        {"1 * redirect http://127.0.0.1:1/", ZOE_ERROR_IO},
    };
    begin(S3_OPTIONS, "bucket/shots");
    set_credentials(SECRET, NULL);
    zoe_s3 *s3 = make_s3(&(zoe_s3_settings){.endpoint = server.base});
    expect_weather(s3, "s3://bucket/shots", any, sizeof any / sizeof any[0]);
    expect_weather(s3, "s3://bucket/shots", rows, sizeof rows / sizeof rows[0]);
    zoe_s3_destroy(&s3);
    shot_server_stop(&server);
}

static void test_s3_urls(void **state)
{
    (void)state;
    clear_env();
    static const struct {
        zoe_s3_settings settings;
        const char *path, *url;
    } rows[] = {
        {{.region = "eu-west-1"}, "s3://b/k", "https://b.s3.eu-west-1.amazonaws.com/k"},
        {{0}, "S3://b/a b/c+d", "https://b.s3.us-east-1.amazonaws.com/a%20b/c%2Bd"},
        {{0}, "s3://b.c/k", "https://s3.us-east-1.amazonaws.com/b.c/k"},
        {{.is_path_style = true}, "s3://b/k", "https://s3.us-east-1.amazonaws.com/b/k"},
        {{.endpoint = "http://h:9/x/"}, "s3://b/../k?#%41", "http://h:9/x/b/../k%3F%23%2541"},
        {{.endpoint = "https://h", .is_host_style = true}, "s3://b/k", "https://b.h/k"},
        {{0}, "s3://b", NULL},
        {{0}, "s3://b/", NULL},
        {{0}, "s3:///k", NULL},
        {{0}, "s3://b@evil/k", NULL},
        {{0}, "s3://b:80/k", NULL},
        {{.endpoint = "ftp://h"}, NULL, NULL},
        {{.endpoint = "http://user:password@h"}, NULL, NULL},
        {{.region = "a/b"}, NULL, NULL},
        {{.region = "evil.com/"}, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        zoe_s3 *s3;
        zoe_error error;
        zoe_status status = zoe_s3_create(&rows[i].settings, &s3, &error);
        assert_int_equal(status, rows[i].path ? ZOE_OK : ZOE_ERROR_ARGUMENT);
        if (!rows[i].path) {
            assert_null(strstr(error.text, "password"));
            continue;
        }
        assert_null(zoe_s3_signing(s3));
        char *url;
        status = zoe_s3_object_url(s3, rows[i].path, &url, &error);
        assert_int_equal(status, rows[i].url ? ZOE_OK : ZOE_ERROR_ARGUMENT);
        if (rows[i].url)
            assert_string_equal(url, rows[i].url);
        zoe_os_free(url);
        zoe_s3_destroy(&s3);
    }
}

/* ---- both ---- */

/* `each` has enough; somebody has it stopped; memory is short. */
static void test_ends(void **state)
{
    (void)state;
    begin(S3_OPTIONS, "bucket/shots");
    set_credentials(SECRET, NULL);
    setenv("AWS_ENDPOINT_URL", server.base, 1);
    zoe_s3 *s3 = make_s3(&(zoe_s3_settings){0});
    zoe_error error;
    memset(&found, 0, sizeof found);
    found.at_most = 4;
    assert_int_equal(zoe_http_list(http, s3, "s3://bucket/shots", note, NULL, NULL, &error),
                     ZOE_OK);
    assert_int_equal(found.count, 4);

    shot_server_faults(&server, "* * hang");
    zoe_stop asked = {0};
    zoe_stop_ask(&asked);
    const zoe_stop *before = zoe_stop_enter(&asked);
    assert_int_equal(list(s3, "s3://bucket/shots", &error), ZOE_STALE);
    zoe_stop_enter(before);
    shot_server_faults(&server, "");
    zoe_s3_destroy(&s3);

    for (uint64_t n = 1;; n++) {
        assert_in_range(n, 1, 1000);
        zoe_os_fail_at(n, 0);
        zoe_status status = zoe_s3_create(&(zoe_s3_settings){0}, &s3, &error);
        if (status == ZOE_OK)
            status = list(s3, "s3://bucket/shots", &error);
        bool has_failed = zoe_os_fail_at(0, 0) >= n;
        zoe_s3_destroy(&s3);
        assert_int_equal(status == ZOE_OK, !has_failed);
        if (has_failed && status != ZOE_ERROR_NO_MEMORY)
            assert_int_equal(status, ZOE_ERROR_IO);
        if (!has_failed)
            break;
    }
    shot_server_stop(&server);
}

int main(void)
{
    shot_server_needed();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http),         cmocka_unit_test(test_no_listing),
        cmocka_unit_test(test_http_weather), cmocka_unit_test(test_s3_signed),
        cmocka_unit_test(test_s3_refused),   cmocka_unit_test(test_s3_profile),
        cmocka_unit_test(test_s3_weather),   cmocka_unit_test(test_s3_urls),
        cmocka_unit_test(test_ends),
    };
    return cmocka_run_group_tests(tests, open_http, close_http);
}
