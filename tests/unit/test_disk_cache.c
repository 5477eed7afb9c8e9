/*
 * The disk cache in one process: what is read is right or not there, the bound, the order in which
 * blocks go, and folders that cannot be used or are tampered with.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* mount, setresuid */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os_fault.h"
#include "storage/disk_cache.h"
#include "support/disk_blocks.h"
#include "support/seeded_random.h"
#include "support/temp_folder.h"

enum { MB = 1 << 20, SMALL = 100000, TAKEN = 102400 /* by a file of SMALL bytes and its header */ };

static char top[64], folder[96];
static zoe_disk_cache *cache;

static int begin(void **state)
{
    (void)state;
    temp_folder_make(top, sizeof top);
    snprintf(folder, sizeof folder, "%s/a/cache", top);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    zoe_os_fail_at(0, 0);
    zoe_disk_cache_destroy(&cache);
    temp_folder_remove(top);
    return 0;
}

static void open_cache(uint64_t bound)
{
    zoe_error error = {.text = ""};
    zoe_disk_cache_destroy(&cache);
    zoe_status status = zoe_disk_cache_create(folder, bound, &cache, &error);
    if (status)
        fail_msg("%s", error.text);
}

static zoe_disk_cache_stats stats(void)
{
    zoe_disk_cache_stats s;
    zoe_disk_cache_stats_get(cache, &s);
    return s;
}

/* Makes the files of all blocks that are less than half an hour old so many hours old. */
static void age(int hours)
{
    char command[300];
    snprintf(command, sizeof command,
             "find %s -type f -mmin -30 ! -name used -exec touch -d '-%d hours' {} +", folder,
             hours);
    assert_int_equal(system(command), 0);
}

/* ---- reading and writing ---- */

static void test_parts(void **state)
{
    (void)state;
    open_cache(64 * MB);
    struct stat s;
    assert_int_equal(stat(folder, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
    size_t sizes[] = {0, 1, 65535, 65536, 65537, 300000, ZOE_DISK_BLOCK};
    uint8_t *wanted = malloc(ZOE_DISK_BLOCK), *got = malloc(ZOE_DISK_BLOCK);
    uint64_t random = seeded_random_seed(1);
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t bytes = sizes[i];
        assert_false(zoe_disk_cache_has(cache, disk_blocks_key(1), i));
        assert_true(disk_blocks_write(cache, 1, i, bytes));
        assert_true(zoe_disk_cache_has(cache, disk_blocks_key(1), i));
        assert_int_equal(disk_blocks_check(cache, 1, i, bytes), 1);
        disk_blocks_fill(1, i, wanted, bytes);
        for (int round = 0; round < 50; round++) {
            uint64_t offset = seeded_random_below(&random, bytes + 2);
            size_t count = (size_t)seeded_random_below(&random, bytes + 2);
            size_t left = offset < bytes ? bytes - (size_t)offset : 0;
            int64_t n = zoe_disk_cache_read(cache, disk_blocks_key(1), i, got, count, offset);
            assert_int_equal(n, count < left ? count : left);
            if (n > 0)
                assert_memory_equal(got, wanted + offset, (size_t)n);
        }
    }
    assert_false(zoe_disk_cache_write(cache, disk_blocks_key(1), 99, got, ZOE_DISK_BLOCK + 1));
    assert_int_equal(disk_blocks_check(cache, 2, 1, 1), 0);
    assert_int_equal(stats().damaged, 0);
    free(wanted);
    free(got);
}

static void test_kept(void **state)
{
    (void)state;
    open_cache(64 * MB);
    assert_true(disk_blocks_write(cache, 1, 7, SMALL));
    assert_int_equal(stats().bytes, TAKEN);
    open_cache(64 * MB);
    assert_int_equal(stats().bytes, TAKEN);
    assert_int_equal(disk_blocks_check(cache, 1, 7, SMALL), 1);
    /* What is there stays: only its removal makes room for other bytes. */
    assert_true(zoe_disk_cache_write(cache, disk_blocks_key(1), 7, "other", 5));
    assert_int_equal(disk_blocks_check(cache, 1, 7, SMALL), 1);
    zoe_disk_cache_remove(cache, disk_blocks_key(1), 7);
    assert_int_equal(stats().bytes, 0);
    assert_int_equal(disk_blocks_check(cache, 1, 7, SMALL), 0);
    /* Another identity is another object. */
    zoe_os_file_id id = {.inode = 1, .bytes = 2, .modified_ns = 3};
    zoe_disk_key key = zoe_disk_key_of("http://a/b.exr", &id), other;
    id.inode++;
    other = zoe_disk_key_of("http://a/b.exr", &id);
    assert_memory_not_equal(&key, &other, sizeof key);
    id.inode--;
    other = zoe_disk_key_of("http://a/b.exr", &id);
    assert_memory_equal(&key, &other, sizeof key);
    other = zoe_disk_key_of("http://a/c.exr", &id);
    assert_memory_not_equal(&key, &other, sizeof key);
}

/* ---- damage ---- */

static void flip(const char *path, uint64_t at, uint8_t bits)
{
    uint8_t byte;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
    byte ^= bits;
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
    close(fd);
}

static void test_flipped_bytes(void **state)
{
    (void)state;
    enum { BYTES = 200000 };
    uint64_t random = seeded_random_seed(2);
    open_cache(64 * MB);
    for (int round = 0; round < 1000; round++) {
        disk_files files;
        assert_true(disk_blocks_write(cache, 1, 1, BYTES));
        disk_files_look(folder, &files);
        assert_int_equal(files.blocks, 1);
        /* Each byte of the header, and some of the rest. */
        struct stat s;
        assert_int_equal(stat(files.last, &s), 0);
        uint64_t at =
            round < 600 ? (uint64_t)round : seeded_random_below(&random, (uint64_t)s.st_size);
        flip(files.last, at, (uint8_t)(1u << seeded_random_below(&random, 8)));
        if (disk_blocks_check(cache, 1, 1, BYTES) != 0)
            fail_msg("byte %" PRIu64 " of %" PRId64 " was not missed", at, (int64_t)s.st_size);
        assert_int_equal(access(files.last, F_OK), -1);
    }
    assert_int_equal(stats().damaged, 1000);
}

static void test_other_lengths_and_places(void **state)
{
    (void)state;
    disk_files one, two;
    open_cache(64 * MB);
    for (int bytes = 0; bytes < SMALL; bytes += bytes < 700 ? 1 : 9973) {
        assert_true(disk_blocks_write(cache, 1, 1, SMALL));
        disk_files_look(folder, &one);
        assert_int_equal(truncate(one.last, bytes), 0);
        assert_int_equal(disk_blocks_check(cache, 1, 1, SMALL), 0);
    }
    assert_true(disk_blocks_write(cache, 1, 1, SMALL));
    disk_files_look(folder, &one);
    assert_int_equal(truncate(one.last, SMALL + 5000), 0);
    assert_int_equal(disk_blocks_check(cache, 1, 1, SMALL), 0);
    /* Another block's file in its place. */
    assert_true(disk_blocks_write(cache, 1, 1, SMALL));
    disk_files_look(folder, &one);
    char kept[4600];
    snprintf(kept, sizeof kept, "%s/kept", top);
    assert_int_equal(rename(one.last, kept), 0);
    assert_true(disk_blocks_write(cache, 1, 2, SMALL));
    disk_files_look(folder, &two);
    assert_int_equal(rename(kept, two.last), 0);
    assert_int_equal(disk_blocks_check(cache, 1, 2, SMALL), 0);
}

/* ---- the bound, and what goes ---- */

static void test_bound(void **state)
{
    (void)state;
    disk_files files;
    open_cache(10 * TAKEN + 1000);
    for (uint64_t i = 0; i < 100; i++) {
        assert_true(disk_blocks_write(cache, 1, i, SMALL));
        disk_files_look(folder, &files);
        assert_true(files.bytes <= 10 * TAKEN + 1000);
        assert_int_equal(files.bytes, stats().bytes);
        assert_int_equal(disk_blocks_check(cache, 1, i, SMALL), 1);
    }
    assert_int_equal(files.blocks, 10);
    assert_int_equal(stats().evictions, 90);
    /* A lower one holds from its first look at the folder on. */
    open_cache(3 * TAKEN);
    zoe_disk_cache_trim(cache);
    disk_files_look(folder, &files);
    assert_int_equal(files.blocks, 3);
    assert_int_equal(stats().bytes, files.bytes);
    /* Files that somebody else removed are no longer counted. */
    assert_int_equal(unlink(files.last), 0);
    zoe_disk_cache_trim(cache);
    assert_int_equal(stats().bytes, 2 * TAKEN);
}

static void test_bound_below_a_block(void **state)
{
    (void)state;
    disk_files files;
    open_cache(TAKEN - 1);
    assert_false(disk_blocks_write(cache, 1, 1, SMALL));
    assert_true(disk_blocks_write(cache, 1, 2, 1000));
    disk_files_look(folder, &files);
    assert_int_equal(files.blocks, 1);
    assert_string_equal(stats().trouble, "");
}

static void test_least_recently_used_goes(void **state)
{
    (void)state;
    open_cache(5 * TAKEN);
    for (uint64_t i = 0; i < 5; i++) {
        assert_true(disk_blocks_write(cache, 1, i, SMALL));
        age(10 - (int)i);
    }
    /* 0 is used again, by reading, and 1 by being asked for. */
    assert_int_equal(disk_blocks_check(cache, 1, 0, SMALL), 1);
    assert_true(zoe_disk_cache_has(cache, disk_blocks_key(1), 1));
    for (uint64_t i = 5; i < 8; i++)
        assert_true(disk_blocks_write(cache, 1, i, SMALL));
    bool wanted[8] = {true, true, false, false, false, true, true, true};
    for (uint64_t i = 0; i < 8; i++)
        if (zoe_disk_cache_has(cache, disk_blocks_key(1), i) != wanted[i])
            fail_msg("block %" PRIu64 " should be %s", i, wanted[i] ? "there" : "gone");
}

static void test_used_while_listed(void **state)
{
    (void)state;
    open_cache(4 * TAKEN);
    for (uint64_t i = 0; i < 4; i++)
        assert_true(disk_blocks_write(cache, 1, i, SMALL));
    age(2);
    /* This lists the four; three of them are used after that. */
    assert_true(disk_blocks_write(cache, 1, 4, SMALL));
    int kept = -1;
    for (int i = 0; i < 4 && kept < 0; i++)
        if (disk_blocks_check(cache, 1, (uint64_t)i, SMALL) == 1)
            kept = i;
    for (uint64_t i = 5; i < 8; i++) {
        assert_true(disk_blocks_write(cache, 1, i, SMALL));
        if (i < 7) /* then it is the oldest */
            assert_int_equal(disk_blocks_check(cache, 1, (uint64_t)kept, SMALL), 1);
    }
}

/* ---- folders that cannot be used ---- */

static void refused(const char *path, zoe_status wanted)
{
    zoe_error error = {.text = ""};
    zoe_disk_cache *none = NULL;
    assert_int_equal(zoe_disk_cache_create(path, MB, &none, &error), wanted);
    assert_null(none);
    assert_int_equal(error.status, wanted);
    assert_non_null(strstr(error.text, path));
}

static void test_refused(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/open", top);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chmod(path, 0777), 0);
    refused(path, ZOE_ERROR_PERMISSION);
    assert_int_equal(chmod(path, 0770), 0);
    refused(path, ZOE_ERROR_PERMISSION);
    if (geteuid() == 0) {
        assert_int_equal(chmod(path, 0700), 0);
        assert_int_equal(chown(path, 12345, 12345), 0);
        refused(path, ZOE_ERROR_PERMISSION);
    }
    temp_folder_write(top, "file", 10);
    snprintf(path, sizeof path, "%s/file", top);
    refused(path, ZOE_ERROR_ARGUMENT);
    snprintf(path, sizeof path, "%s/file/below", top);
    refused(path, ZOE_ERROR_ARGUMENT);
    refused("", ZOE_ERROR_ARGUMENT);
}

static void test_planted_links(void **state)
{
    (void)state;
    disk_files files;
    char outside[128], path[4600];
    snprintf(outside, sizeof outside, "%s/outside", top);
    open_cache(64 * MB);
    /* A link where a block was, to the very file: right bytes, and still not taken. */
    assert_true(disk_blocks_write(cache, 1, 1, SMALL));
    disk_files_look(folder, &files);
    assert_int_equal(rename(files.last, outside), 0);
    assert_int_equal(symlink(outside, files.last), 0);
    assert_int_equal(disk_blocks_check(cache, 1, 1, SMALL), 0);
    /* One where it will be, and one where it is written, to a file that would be overwritten. */
    assert_int_equal(truncate(outside, 7), 0);
    snprintf(path, sizeof path, "%s.new", files.last);
    assert_int_equal(symlink(outside, path), 0);
    disk_blocks_write(cache, 1, 1, SMALL);
    unlink(path);
    assert_true(disk_blocks_write(cache, 1, 1, SMALL));
    assert_int_equal(disk_blocks_check(cache, 1, 1, SMALL), 1);
    /* The subfolder. */
    char sub[4600];
    snprintf(sub, sizeof sub, "%s", files.last);
    *strrchr(sub, '/') = '\0';
    snprintf(path, sizeof path, "%s/elsewhere", top);
    assert_int_equal(rename(sub, path), 0);
    assert_int_equal(symlink(path, sub), 0);
    assert_int_equal(disk_blocks_check(cache, 1, 1, SMALL), 0);
    assert_false(disk_blocks_write(cache, 1, 1, SMALL));
    zoe_disk_cache_trim(cache);
    unlink(sub);
    assert_int_equal(rename(path, sub), 0);
    assert_int_equal(disk_blocks_check(cache, 1, 1, SMALL), 1);
    /* The count. */
    snprintf(path, sizeof path, "%s/used", folder);
    unlink(path);
    assert_int_equal(symlink(outside, path), 0);
    open_cache(64 * MB);
    assert_false(disk_blocks_write(cache, 1, 2, SMALL));
    assert_string_not_equal(stats().trouble, "");
    assert_int_equal(disk_blocks_check(cache, 1, 1, SMALL), 1);
    struct stat s;
    assert_int_equal(stat(outside, &s), 0);
    assert_int_equal(s.st_size, 7);
}

static bool has_tag(void)
{
    char path[128], text[64] = "";
    snprintf(path, sizeof path, "%s/CACHEDIR.TAG", folder);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    bool is_read = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    return is_read && !strcmp(text, "Signature: 8a477f597d28d172789f06886806bc55\n");
}

static void test_backups_leave_it_out(void **state)
{
    (void)state;
    open_cache(64 * MB);
    assert_true(has_tag());
    assert_true(disk_blocks_write(cache, 1, 1, SMALL));
    assert_int_equal(stats().bytes, TAKEN);
    temp_folder_remove(folder);
    assert_true(disk_blocks_write(cache, 1, 1, SMALL));
    assert_true(has_tag());
    /* What was in the folder before may be worth keeping. */
    temp_folder_remove(folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    temp_folder_write(folder, "letters", 1);
    open_cache(64 * MB);
    assert_true(disk_blocks_write(cache, 1, 1, SMALL));
    assert_false(has_tag());
}

static void test_removed_while_running(void **state)
{
    (void)state;
    open_cache(64 * MB);
    for (uint64_t i = 0; i < 3; i++) {
        assert_true(disk_blocks_write(cache, 1, i, SMALL));
        temp_folder_remove(folder);
        assert_int_equal(disk_blocks_check(cache, 1, i, SMALL), 0);
        /* Made anew. */
        assert_true(disk_blocks_write(cache, 1, i, SMALL));
        assert_int_equal(disk_blocks_check(cache, 1, i, SMALL), 1);
        assert_int_equal(stats().bytes, TAKEN);
        /* Only the count is removed, or spoilt: it is counted anew. */
        char path[128];
        snprintf(path, sizeof path, "%s/used", folder);
        assert_int_equal(unlink(path), 0);
        assert_true(disk_blocks_write(cache, 1, i + 10, SMALL));
        assert_int_equal(stats().bytes, 2 * TAKEN);
        assert_int_equal(truncate(path, 3), 0);
        assert_true(disk_blocks_write(cache, 1, i + 20, SMALL));
        assert_int_equal(stats().bytes, 3 * TAKEN);
    }
    /* Not where a file has taken its place: nothing is written, and it is said. */
    temp_folder_remove(folder);
    snprintf(folder, sizeof folder, "%s/a", top);
    temp_folder_write(folder, "cache", 1);
    assert_false(disk_blocks_write(cache, 1, 1, SMALL));
    assert_non_null(strstr(stats().trouble, "cache"));
    assert_int_equal(disk_blocks_check(cache, 1, 1, SMALL), 0);
}

/* As another user, or with a limit: in a child. Returns the exit status. */
static int in_child(int (*body)(void))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(body());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int read_only_child(void)
{
    if (geteuid() == 0 && setresuid(12345, 12345, 12345) != 0)
        return 1;
    zoe_disk_cache_stats s;
    if (zoe_disk_cache_create(folder, 64 * MB, &cache, NULL) != ZOE_OK)
        return 2;
    if (disk_blocks_check(cache, 1, 1, SMALL) != 1 || disk_blocks_write(cache, 1, 2, SMALL))
        return 3;
    zoe_disk_cache_trim(cache);
    zoe_disk_cache_stats_get(cache, &s);
    return s.trouble[0] && disk_blocks_check(cache, 1, 1, SMALL) == 1 ? 0 : 4;
}

static void test_read_only(void **state)
{
    (void)state;
    char command[300];
    open_cache(64 * MB);
    assert_true(disk_blocks_write(cache, 1, 1, SMALL));
    zoe_disk_cache_destroy(&cache);
    if (geteuid() == 0) {
        assert_int_equal(chmod(top, 0755), 0);
        snprintf(command, sizeof command, "chmod 755 %s/a; chown -R 12345 %s", top, folder);
        assert_int_equal(system(command), 0);
    }
    snprintf(command, sizeof command, "chmod -R a-w %s", folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(in_child(read_only_child), 0);
    snprintf(command, sizeof command, "chmod -R u+w %s", folder);
    assert_int_equal(system(command), 0);
}

/* ---- no room on the disk ---- */

static int limited_child(void)
{
    /* Files may not grow beyond this; the count may. */
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){50000, 50000});
    zoe_disk_cache_stats s;
    disk_files files;
    if (zoe_disk_cache_create(folder, 64 * MB, &cache, NULL) != ZOE_OK)
        return 2;
    if (disk_blocks_write(cache, 1, 2, SMALL))
        return 3;
    zoe_disk_cache_stats_get(cache, &s);
    disk_files_look(folder, &files);
    if (!s.trouble[0] || files.unfinished || files.blocks != 1)
        return 4;
    /* Said, and not tried again at once. */
    return disk_blocks_write(cache, 1, 3, 100) || disk_blocks_check(cache, 1, 1, SMALL) != 1;
}

static void test_files_that_may_not_grow(void **state)
{
    (void)state;
    open_cache(64 * MB);
    assert_true(disk_blocks_write(cache, 1, 1, SMALL));
    assert_int_equal(in_child(limited_child), 0);
}

static void test_full_disk(void **state)
{
    (void)state;
    assert_int_equal(mkdir((snprintf(folder, sizeof folder, "%s/small", top), folder), 0700), 0);
    if (mount("none", folder, "tmpfs", 0, "size=2m,mode=0700") != 0) {
        print_message("mounting is not allowed: skipped\n");
        skip();
    }
    open_cache(64 * MB);
    bool all = true;
    for (uint64_t i = 0; i < 60; i++) {
        all = all && disk_blocks_write(cache, 1, i, SMALL);
        for (uint64_t j = 0; j <= i; j++)
            all = all && disk_blocks_check(cache, 1, j, SMALL) >= 0;
    }
    /* The oldest have gone for the newest. */
    bool newest = disk_blocks_check(cache, 1, 59, SMALL) == 1;
    disk_files files;
    disk_files_look(folder, &files);
    /* Full of what is not the cache's: nothing is written, and it is said. */
    char command[400];
    zoe_disk_cache_trim(cache);
    snprintf(command, sizeof command,
             "cd %s; find . -type f ! -name used -delete; head -c 4m /dev/zero >other 2>/dev/null",
             folder);
    int filled = system(command);
    bool written = disk_blocks_write(cache, 2, 1, SMALL);
    zoe_disk_cache_stats s = stats();
    zoe_disk_cache_destroy(&cache);
    assert_int_equal(umount(folder), 0);
    assert_true(all && newest);
    assert_true(files.blocks >= 15 && files.unfinished == 0);
    assert_true(filled != 0 && !written);
    assert_non_null(strstr(s.trouble, "No space"));
}

/* Each call of the system fails in turn. */
static void test_calls_that_fail(void **state)
{
    (void)state;
    disk_files files;
    for (uint64_t n = 1; n < 400; n++) {
        temp_folder_remove(folder);
        zoe_os_fail_at(n, 0);
        if (zoe_disk_cache_create(folder, 3 * TAKEN, &cache, NULL) == ZOE_OK) {
            for (uint64_t i = 0; i < 6; i++) {
                disk_blocks_write(cache, 1, i, SMALL);
                for (uint64_t j = 0; j <= i; j++)
                    if (disk_blocks_check(cache, 1, j, SMALL) < 0)
                        fail_msg("call %" PRIu64 ": wrong bytes", n);
            }
        }
        uint64_t calls = zoe_os_fail_at(0, 0);
        zoe_disk_cache_destroy(&cache);
        disk_files_look(folder, &files);
        assert_int_equal(files.unfinished, 0);
        assert_true(files.bytes <= 3 * TAKEN);
        if (calls < n)
            return;
    }
    fail_msg("%s", "more calls than were tried");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parts, begin, finish),
        cmocka_unit_test_setup_teardown(test_kept, begin, finish),
        cmocka_unit_test_setup_teardown(test_flipped_bytes, begin, finish),
        cmocka_unit_test_setup_teardown(test_other_lengths_and_places, begin, finish),
        cmocka_unit_test_setup_teardown(test_bound, begin, finish),
        cmocka_unit_test_setup_teardown(test_bound_below_a_block, begin, finish),
        cmocka_unit_test_setup_teardown(test_least_recently_used_goes, begin, finish),
        cmocka_unit_test_setup_teardown(test_used_while_listed, begin, finish),
        cmocka_unit_test_setup_teardown(test_refused, begin, finish),
        cmocka_unit_test_setup_teardown(test_planted_links, begin, finish),
        cmocka_unit_test_setup_teardown(test_backups_leave_it_out, begin, finish),
        cmocka_unit_test_setup_teardown(test_removed_while_running, begin, finish),
        cmocka_unit_test_setup_teardown(test_read_only, begin, finish),
        cmocka_unit_test_setup_teardown(test_files_that_may_not_grow, begin, finish),
        cmocka_unit_test_setup_teardown(test_full_disk, begin, finish),
        cmocka_unit_test_setup_teardown(test_calls_that_fail, begin, finish),
    };
    return cmocka_run_group_tests_name("disk_cache", tests, NULL, NULL);
}
