/*
 * The operating system's side: memory, files, threads, and failing on purpose.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* mincore, mkfifo */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"
#include "support/temp_folder.h"

static char folder[64], path[96];

static int make_folder(void **state)
{
    (void)state;
    temp_folder_make(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    temp_folder_remove(folder);
    return 0;
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* ---- memory ---- */

static void test_heap(void **state)
{
    (void)state;
    unsigned char *memory = zoe_os_alloc(1000);
    assert_non_null(memory);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(memory[i], 0);
    zoe_os_free(memory);
    memory = zoe_os_alloc(0);
    assert_non_null(memory);
    zoe_os_free(memory);
    zoe_os_free(NULL);
    assert_null(zoe_os_strdup(NULL));
    char *copy = zoe_os_strdup("plate");
    assert_string_equal(copy, "plate");
    zoe_os_free(copy);
    copy = zoe_os_strndup("plate", 3);
    assert_string_equal(copy, "pla");
    zoe_os_free(copy);
}

static void test_address_space(void **state)
{
    (void)state;
    size_t page = zoe_os_page();
    for (size_t alignment = page; alignment <= (size_t)64 << 20; alignment *= 4) {
        uint8_t *memory = zoe_os_reserve(8 * page, alignment);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % alignment, 0);
        memory[0] = memory[8 * page - 1] = 7;
        zoe_os_release(memory, 8 * page);
        assert_int_equal(memory[0] + memory[8 * page - 1], 0);
        zoe_os_unreserve(memory, 8 * page);
    }
    assert_null(zoe_os_reserve(0, page));
    assert_null(zoe_os_reserve(SIZE_MAX - 100, page));
    zoe_os_unreserve(NULL, page);
}

static void test_memory_figures(void **state)
{
    (void)state;
    zoe_os_memory memory;
    zoe_os_memory_now(&memory);
    assert_true(memory.total > (uint64_t)64 << 20);
    assert_true(memory.available <= memory.total);
    uint64_t now, peak, after;
    zoe_os_resident(&now, &peak);
    assert_true(now > 0 && peak >= now);
    size_t bytes = (size_t)64 << 20;
    uint8_t *block = zoe_os_reserve(bytes, zoe_os_page());
    assert_non_null(block);
    memset(block, 1, bytes);
    zoe_os_resident(&after, &peak);
    assert_true(after >= now + bytes / 2);
    zoe_os_unreserve(block, bytes);
}

/* ---- files ---- */

static void test_reading(void **state)
{
    (void)state;
    write_file("0123456789");
    int fd = -1;
    zoe_os_file_id id, again;
    assert_int_equal(zoe_os_file_open(path, &fd, &id, NULL), ZOE_OK);
    assert_int_equal(id.bytes, 10);
    char text[16] = "";
    assert_int_equal(zoe_os_file_read(fd, text, 4, 3), 4);
    assert_memory_equal(text, "3456", 4);
    assert_int_equal(zoe_os_file_read(fd, text, 16, 8), 2);
    assert_int_equal(zoe_os_file_read(fd, text, 16, 100), 0);
    assert_int_equal(zoe_os_file_read(fd, text, 16, UINT64_MAX), -1);
    assert_true(zoe_os_file_identify(fd, &again));
    assert_true(zoe_os_file_id_equal(&id, &again));
    assert_true(zoe_os_path_identify(path, &again));
    assert_true(zoe_os_file_id_equal(&id, &again));
    write_file("01234567890");
    assert_true(zoe_os_path_identify(path, &again));
    assert_false(zoe_os_file_id_equal(&id, &again));
    zoe_os_file_close(fd);
    zoe_os_file_close(-1);
    zoe_os_file_announce(path);
}

static void check_open(const char *name, zoe_status wanted)
{
    int fd = 7;
    zoe_os_file_id id;
    zoe_error error = {.status = ZOE_OK};
    zoe_status status = zoe_os_file_open(name, &fd, &id, &error);
    if (status != wanted)
        fail_msg("%s: %s, should be %s", name, zoe_status_name(status), zoe_status_name(wanted));
    assert_int_equal(fd, -1);
    assert_int_equal(error.status, wanted);
    assert_non_null(strstr(error.text, name));
}

static void test_what_cannot_be_opened(void **state)
{
    (void)state;
    zoe_os_file_id id;
    unlink(path);
    check_open(path, ZOE_ERROR_NOT_FOUND);
    assert_false(zoe_os_path_identify(path, &id));
    zoe_os_file_announce(path);
    check_open(folder, ZOE_ERROR_ARGUMENT);
    /* Opening a fifo waits for a writer unless it is told not to. */
    assert_int_equal(mkfifo(path, 0600), 0);
    check_open(path, ZOE_ERROR_ARGUMENT);
    unlink(path);
    write_file("x");
    char below[128];
    snprintf(below, sizeof below, "%s/below", path);
    check_open(below, ZOE_ERROR_NOT_FOUND);
    if (geteuid() != 0) {
        chmod(path, 0);
        check_open(path, ZOE_ERROR_PERMISSION);
        chmod(path, 0600);
    }
}

/* ---- folders ---- */

static void check_look(const char *name, zoe_status wanted, bool wanted_folder)
{
    bool is_folder = !wanted_folder;
    zoe_error error = {.status = ZOE_OK};
    zoe_status status = zoe_os_path_look(name, &is_folder, &error);
    if (status != wanted || is_folder != wanted_folder)
        fail_msg("%s: %s, folder %d; should be %s, folder %d", name, zoe_status_name(status),
                 is_folder, zoe_status_name(wanted), wanted_folder);
    assert_int_equal(error.status, wanted);
    if (wanted != ZOE_OK)
        assert_non_null(strstr(error.text, zoe_status_text(wanted)));
}

static void test_looking_at_a_path(void **state)
{
    (void)state;
    char below[1024], longest[512];
    write_file("x");
    check_look(path, ZOE_OK, false);
    check_look(folder, ZOE_OK, true);
    snprintf(below, sizeof below, "%s/below", path);
    check_look(below, ZOE_ERROR_NOT_FOUND, false);
    memset(longest, 'n', 300);
    longest[300] = '\0';
    snprintf(below, sizeof below, "%s/%s", folder, longest);
    check_look(below, ZOE_ERROR_NOT_FOUND, false);
    unlink(path);
    check_look(path, ZOE_ERROR_NOT_FOUND, false);
}

typedef struct names {
    int count, limit;
    bool file_seen, folder_seen, link_seen;
} names;

/* A file system may say UNKNOWN of anything. */
static bool is_kind(zoe_os_name_kind kind, zoe_os_name_kind expected)
{
    return kind == expected || kind == ZOE_OS_NAME_UNKNOWN;
}

static bool see_name(void *user, const char *name, zoe_os_name_kind kind)
{
    names *seen = user;
    assert_string_not_equal(name, ".");
    assert_string_not_equal(name, "..");
    if (strcmp(name, "file") == 0)
        seen->file_seen = is_kind(kind, ZOE_OS_NAME_FILE);
    if (strcmp(name, "folder") == 0)
        seen->folder_seen = is_kind(kind, ZOE_OS_NAME_FOLDER);
    if (strcmp(name, "other") == 0)
        seen->link_seen = is_kind(kind, ZOE_OS_NAME_LINK);
    return ++seen->count < seen->limit;
}

static void test_listing_a_folder(void **state)
{
    (void)state;
    char below[128];
    write_file("x");
    snprintf(below, sizeof below, "%s/folder", folder);
    assert_int_equal(mkdir(below, 0700), 0);
    snprintf(below, sizeof below, "%s/other", folder);
    assert_int_equal(symlink("nowhere", below), 0);
    names seen = {.limit = 100};
    assert_int_equal(zoe_os_folder_list(folder, see_name, &seen), ZOE_OK);
    assert_int_equal(seen.count, 3);
    assert_true(seen.file_seen && seen.folder_seen && seen.link_seen);
    seen = (names){.limit = 1};
    assert_int_equal(zoe_os_folder_list(folder, see_name, &seen), ZOE_OK);
    assert_int_equal(seen.count, 1);
    assert_int_equal(zoe_os_folder_list(path, see_name, &seen), ZOE_ERROR_NOT_FOUND);
    unlink(path);
    assert_int_equal(zoe_os_folder_list(path, see_name, &seen), ZOE_ERROR_NOT_FOUND);
    zoe_os_fail_at(1, 0);
    assert_int_equal(zoe_os_folder_list(folder, see_name, &seen), ZOE_ERROR_NO_MEMORY);
    zoe_os_fail_at(0, 0);
}

/* ---- threads ---- */

static void set_flag(void *arg)
{
    zoe_os_thread_name("a-name-that-is-too-long-for-linux");
    zoe_os_thread_lower_priority();
    *(int *)arg = 1;
}

static void test_threads(void **state)
{
    (void)state;
    int flag = 0;
    zoe_os_thread *thread = NULL;
    assert_int_equal(zoe_os_thread_start(&thread, set_flag, &flag), ZOE_OK);
    zoe_os_thread_join(&thread);
    assert_null(thread);
    assert_int_equal(flag, 1);
    zoe_os_thread_join(&thread);
}

/* ---- failing on purpose ---- */

static void test_failing_on_purpose(void **state)
{
    (void)state;
    write_file("0123456789");
    zoe_os_fail_at(0, 0);
    void *memory = zoe_os_alloc(10);
    zoe_os_free(memory);
    assert_int_equal(zoe_os_fail_at(2, 1), 1);
    memory = zoe_os_alloc(10);
    assert_non_null(memory);
    assert_null(zoe_os_alloc(10));
    assert_null(zoe_os_reserve(4096, zoe_os_page()));
    zoe_os_free(memory);
    memory = zoe_os_alloc(10);
    assert_non_null(memory);
    zoe_os_free(memory);
    assert_int_equal(zoe_os_fail_at(1, 0), 4);
    int fd, flag;
    zoe_os_file_id id;
    assert_int_equal(zoe_os_file_open(path, &fd, &id, NULL), ZOE_ERROR_IO);
    assert_int_equal(zoe_os_file_open(path, &fd, &id, NULL), ZOE_OK);
    zoe_os_fail_at(1, 0);
    assert_int_equal(zoe_os_file_read(fd, &flag, 1, 0), -1);
    zoe_os_file_close(fd);
    zoe_os_thread *thread;
    zoe_os_fail_at(1, 0);
    assert_int_equal(zoe_os_thread_start(&thread, set_flag, &flag), ZOE_ERROR_NO_MEMORY);
    zoe_os_fail_at(2, 0);
    assert_int_equal(zoe_os_thread_start(&thread, set_flag, &flag), ZOE_ERROR_THREAD);
    zoe_os_fail_at(0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heap),
        cmocka_unit_test(test_address_space),
        cmocka_unit_test(test_memory_figures),
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_what_cannot_be_opened),
        cmocka_unit_test(test_looking_at_a_path),
        cmocka_unit_test(test_listing_a_folder),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_failing_on_purpose),
    };
    return cmocka_run_group_tests_name("os", tests, make_folder, remove_folder);
}
