/*
 * Storages: which store a path goes to, what becomes of objects, and what no text shows.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "storage/storage.h"
#include "support/temp_folder.h"

/* ---- texts ---- */

static void is_shown_as(const char *path, const char *expected)
{
    char text[256];
    zoe_storage_text(path, text, sizeof text);
    assert_string_equal(text, expected);
    zoe_error error;
    char line[300];
    zoe_error_set(&error, ZOE_ERROR_IO, "%s: cannot be read: why?", path);
    snprintf(line, sizeof line, "%s: cannot be read: why?", expected);
    assert_string_equal(error.text, line);
}

static void credentials_are_in_no_text(void **state)
{
    (void)state;
    is_shown_as("https://host/shots/a.####.exr", "https://host/shots/a.####.exr");
    is_shown_as("https://me:pass@host:81/a.exr", "https://host:81/a.exr");
    is_shown_as("HTTP://me:p@ss@host/a@b.exr", "HTTP://host/a@b.exr");
    is_shown_as("https://host/a b/c.exr?X-Amz-Signature=12:34&x=1", "https://host/a b/c.exr");
    is_shown_as("https://me@host?sig=1", "https://host");
    is_shown_as("s3://bucket/shots/a.exr", "s3://bucket/shots/a.exr");
    is_shown_as("/shots/what?/a@b.exr", "/shots/what?/a@b.exr");
    /* Passwords and paths with what a text has too. */
    is_shown_as("https://me:pa'ss@host/it's/a.exr?sig=x'y", "https://host/it's/a.exr");
    is_shown_as("https://me:pa\"s:s@host/a: b/c.exr?sig=x", "https://host/a: b/c.exr");
    is_shown_as("https://me:pa/ss@host/a.exr", "https://host/a.exr");
    is_shown_as("https://[::1]:80/a.exr", "https://[::1]:80/a.exr");
    is_shown_as("https://h/a.exr?to=http://u:p@x/?y&sig=z", "https://h/a.exr");
    /* Cut in the middle of one. */
    char longer[2000];
    int used = snprintf(longer, sizeof longer, "https://me:");
    memset(longer + used, 'p', sizeof longer - (size_t)used - 20);
    snprintf(longer + sizeof longer - 20, 20, "@host/a.exr");
    zoe_error error;
    zoe_error_set(&error, ZOE_ERROR_IO, "%s: no", longer);
    assert_string_equal(error.text, "https://host/a.exr: no");
    longer[1500] = '\0';
    zoe_error_set(&error, ZOE_ERROR_IO, "cannot open %s", longer);
    assert_string_equal(error.text, "cannot open https://");

    zoe_error_set(&error, ZOE_ERROR_IO, "'http://h:80': no '@' and http://h/a: is it? No");
    assert_string_equal(error.text, "'http://h:80': no '@' and http://h/a: is it? No");
    zoe_error_set(&error, ZOE_ERROR_IO, "\"https://a:b@c/d?e\" and https://f:g@h/i?j k");
    assert_string_equal(error.text, "\"https://c/d\" and https://h/i k");
}

static void urls_are_known_by_their_scheme(void **state)
{
    (void)state;
    assert_int_equal(zoe_storage_is_url("http://a"), 1);
    assert_int_equal(zoe_storage_is_url("HTTPS://a"), 1);
    assert_int_equal(zoe_storage_is_url("s3://a"), 1);
    assert_int_equal(zoe_storage_is_url("ftp://a"), 0);
    assert_int_equal(zoe_storage_is_url("http:/a"), 0);
    assert_int_equal(zoe_storage_is_url("/http://a"), 0);
    assert_int_equal(zoe_storage_is_url(""), 0);
    assert_int_equal(zoe_storage_is_url(NULL), 0);
}

/* ---- local files ---- */

static bool count_name(void *user, const char *name, zoe_os_name_kind kind)
{
    assert_string_equal(name, "a.bin");
    assert_int_equal(kind, ZOE_OS_NAME_FILE);
    ++*(int *)user;
    return true;
}

static void files_are_read_without_a_storage(void **state)
{
    (void)state;
    char folder[128], path[160], bytes[8] = {0};
    temp_folder_make(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/a.bin", folder);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs("0123456789", f);
    fclose(f);

    int names = 0;
    assert_int_equal(zoe_storage_list(NULL, folder, count_name, &names, NULL), ZOE_OK);
    assert_int_equal(names, 1);
    zoe_storage_object object;
    assert_int_equal(zoe_storage_open(NULL, path, &object, NULL), ZOE_OK);
    assert_true(object.fd >= 0);
    assert_int_equal(object.id.bytes, 10);
    assert_int_equal(zoe_storage_read(&object, bytes, 4, 8, NULL), 2);
    assert_memory_equal(bytes, "89", 2);
    assert_true(zoe_storage_is_same(&object));
    f = fopen(path, "ab");
    assert_non_null(f);
    fputs("more", f);
    fclose(f);
    assert_false(zoe_storage_is_same(&object));
    zoe_storage_close_object(&object);
    assert_int_equal(object.fd, -1);
    zoe_storage_close_object(&object);

    zoe_error error;
    snprintf(path, sizeof path, "%s/none", folder);
    assert_int_equal(zoe_storage_open(NULL, path, &object, &error), ZOE_ERROR_NOT_FOUND);
    assert_non_null(strstr(error.text, path));
    assert_int_equal(zoe_storage_list(NULL, path, count_name, &names, &error), ZOE_ERROR_NOT_FOUND);
    assert_int_equal(zoe_storage_open(NULL, "http://me:pass@host/a", &object, &error),
                     ZOE_ERROR_UNSUPPORTED);
    assert_non_null(strstr(error.text, "http://host/a"));
    zoe_storage_close_object(&object);
    temp_folder_remove(folder);
}

/* ---- a remote store ---- */

typedef struct fake {
    int opened, closed, destroyed, announced;
} fake;

static zoe_status fake_open(void *user, const char *path, zoe_storage_object *object,
                            zoe_error *error)
{
    fake *f = user;
    if (strstr(path, "none"))
        return zoe_error_set(error, ZOE_ERROR_NOT_FOUND, "%s: not there", path);
    f->opened++;
    object->id.bytes = 1000;
    object->handle = f;
    return ZOE_OK;
}

static int64_t fake_read(void *user, const zoe_storage_object *object, void *buffer, size_t bytes,
                         uint64_t offset, zoe_error *error)
{
    (void)error;
    assert_ptr_equal(object->handle, user);
    memset(buffer, (int)offset, bytes);
    return (int64_t)bytes;
}

static bool fake_identify_object(void *user, const zoe_storage_object *object, zoe_os_file_id *id)
{
    (void)user;
    *id = object->id;
    return true;
}

static void fake_announce(void *user, const char *path)
{
    assert_string_equal(path, "s3://bucket/a.exr");
    ((fake *)user)->announced++;
}

static void fake_close(void *user, zoe_storage_object *object)
{
    assert_ptr_equal(object->handle, user);
    ((fake *)user)->closed++;
}

static void fake_destroy(void *user)
{
    ((fake *)user)->destroyed++;
}

/* Waits for a server until it is told not to. */
static int64_t read_or_stop(void *user, const zoe_storage_object *object, void *buffer,
                            size_t bytes, uint64_t offset, zoe_error *error)
{
    if (!zoe_stop_wanted())
        return fake_read(user, object, buffer, bytes, offset, error);
    zoe_error_set(error, ZOE_STALE, "stopped");
    return -1;
}

static int is_tired(void *user)
{
    return *(int *)user;
}

static void who_waits_is_asked_whether_to_go_on(void **state)
{
    (void)state;
    fake f = {0};
    int tired = 0;
    const zoe_store store = {.user = &f,
                             .open = fake_open,
                             .read = read_or_stop,
                             .close = fake_close,
                             .asker = {is_tired, &tired}};
    char buffer[4];
    zoe_storage *storage = NULL;
    zoe_storage_object object;
    zoe_error error = {ZOE_OK, ""};
    assert_int_equal(zoe_storage_create_with(&store, &storage), ZOE_OK);
    assert_int_equal(zoe_storage_open(storage, "s3://bucket/a.exr", &object, NULL), ZOE_OK);
    assert_int_equal(zoe_storage_read(&object, buffer, sizeof buffer, 0, &error), 4);
    tired = 1;
    assert_int_equal(zoe_storage_read(&object, buffer, sizeof buffer, 0, &error), -1);
    assert_int_equal(error.status, ZOE_STALE);
    assert_false(zoe_stop_wanted());
    /* A load is stopped by whoever wants its frame, and by nobody else. */
    zoe_stop stop = {0};
    const zoe_stop *before = zoe_stop_enter(&stop);
    assert_int_equal(zoe_storage_read(&object, buffer, sizeof buffer, 0, &error), 4);
    zoe_stop_ask(&stop);
    assert_int_equal(zoe_storage_read(&object, buffer, sizeof buffer, 0, &error), -1);
    zoe_stop_enter(before);
    zoe_storage_close_object(&object);
    zoe_storage_close(&storage);
}

static void urls_go_to_the_remote_store(void **state)
{
    (void)state;
    fake f = {0};
    const zoe_store store = {.user = &f,
                             .open = fake_open,
                             .read = fake_read,
                             .identify_object = fake_identify_object,
                             .announce = fake_announce,
                             .close = fake_close,
                             .destroy = fake_destroy};
    zoe_storage *storage = NULL;
    assert_int_equal(zoe_storage_create_with(&store, &storage), ZOE_OK);
    zoe_storage *second = zoe_storage_share(storage);
    zoe_storage_object object;
    assert_int_equal(zoe_storage_open(storage, "/", &object, NULL), ZOE_ERROR_ARGUMENT);
    assert_int_equal(f.opened, 0);
    assert_int_equal(zoe_storage_open(storage, "s3://none", &object, NULL), ZOE_ERROR_NOT_FOUND);
    zoe_storage_close_object(&object);
    assert_int_equal(zoe_storage_open(storage, "s3://bucket/a.exr", &object, NULL), ZOE_OK);
    assert_int_equal(object.fd, -1);
    uint8_t byte = 0;
    assert_int_equal(zoe_storage_read(&object, &byte, 1, 7, NULL), 1);
    assert_int_equal(byte, 7);
    assert_true(zoe_storage_is_same(&object));
    zoe_storage_announce(storage, "s3://bucket/a.exr");
    assert_int_equal(f.announced, 1);
    zoe_storage_close_object(&object);
    assert_int_equal(f.closed, 1);
    assert_true(zoe_storage_is_far(storage, "http://a"));
    assert_false(zoe_storage_is_far(storage, "/"));
    assert_false(zoe_storage_is_far(NULL, "http://a"));
    zoe_storage_close(&storage);
    assert_int_equal(f.destroyed, 0);
    zoe_storage_close(&second);
    assert_int_equal(f.destroyed, 1);
}

static void settings_are_checked(void **state)
{
    (void)state;
    zoe_storage *storage = NULL;
    zoe_storage_settings settings;
    zoe_storage_settings_init(&settings);
    settings.disk_cache_for = 3;
    assert_int_equal(zoe_storage_create(&settings, &storage, NULL), ZOE_ERROR_ARGUMENT);
    assert_null(storage);
    settings.disk_cache_for = ZOE_DISK_CACHE_ALL;
    settings.disk_cache = "";
    assert_int_equal(zoe_storage_create(&settings, &storage, NULL), ZOE_OK);
    assert_false(zoe_storage_is_far(storage, "/"));
    zoe_storage_close(&storage);
    settings.disk_cache = NULL;
    assert_int_equal(zoe_storage_create(&settings, &storage, NULL), ZOE_OK);
    assert_true(zoe_storage_is_far(storage, "/"));
    zoe_storage_stats stats;
    zoe_storage_get_stats(storage, &stats);
    assert_int_equal(stats.requests, 0);
    zoe_storage_close(&storage);
    zoe_storage_close(&storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credentials_are_in_no_text),
        cmocka_unit_test(urls_are_known_by_their_scheme),
        cmocka_unit_test(files_are_read_without_a_storage),
        cmocka_unit_test(urls_go_to_the_remote_store),
        cmocka_unit_test(who_waits_is_asked_whether_to_go_on),
        cmocka_unit_test(settings_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
