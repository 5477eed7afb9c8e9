/*
 * Several processes on one folder of the disk cache, and processes that are killed while they fill
 * it.
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

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os_thread.h"
#include "storage/disk_cache.h"
#include "support/disk_blocks.h"
#include "support/seeded_random.h"
#include "support/temp_folder.h"

enum { MB = 1 << 20, BLOCKS = 60, BYTES = 150000, TAKEN = 151552, BOUND = 20 * TAKEN };

static char top[64], folder[96];

static int begin(void **state)
{
    (void)state;
    temp_folder_make(top, sizeof top);
    snprintf(folder, sizeof folder, "%s/cache", top);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    temp_folder_remove(top);
    return 0;
}

static zoe_disk_cache *open_cache(void)
{
    zoe_disk_cache *cache = NULL;
    zoe_disk_cache_create(folder, BOUND, &cache, NULL);
    return cache;
}

/* Writes and reads `rounds` blocks at random: the exit status is whether all bytes were right. */
static pid_t start(uint64_t seed, int rounds)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    bool good = true;
    zoe_disk_cache *cache = open_cache();
    for (int i = 0; cache && good && i < rounds; i++) {
        unsigned object = (unsigned)seeded_random_below(&seed, 3);
        uint64_t index = seeded_random_below(&seed, BLOCKS);
        if (disk_blocks_check(cache, object, index, BYTES) == 0)
            disk_blocks_write(cache, object, index, BYTES);
        good = disk_blocks_check(cache, object, index, BYTES) >= 0;
    }
    _exit(cache && good ? 0 : 1);
}

/* All that is there is right. Returns how many blocks are. */
static unsigned check_all(zoe_disk_cache *cache)
{
    unsigned found = 0;
    for (unsigned object = 0; object < 3; object++)
        for (uint64_t index = 0; index < BLOCKS; index++) {
            int result = disk_blocks_check(cache, object, index, BYTES);
            if (result < 0)
                fail_msg("object %u, block %" PRIu64 ": wrong bytes", object, index);
            found += result > 0;
        }
    return found;
}

static void test_killed_while_filling(void **state)
{
    (void)state;
    uint64_t random = seeded_random_seed((uint64_t)getpid());
    unsigned unfinished = 0;
    for (int round = 0; round < 200; round++) {
        pid_t child = start(seeded_random(&random), 1000000);
        disk_files files;
        /* The first goes on until there is something: a busy machine may not have let it begin. */
        do {
            zoe_os_sleep((uint32_t)seeded_random_below(&random, 12));
            disk_files_look(folder, &files);
        } while (files.bytes == 0);
        kill(child, SIGKILL);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        disk_files_look(folder, &files);
        unfinished += files.unfinished;
        if (files.bytes > BOUND)
            fail_msg("%" PRIu64 " bytes are there, bound %d", files.bytes, BOUND);
        zoe_disk_cache *cache = open_cache();
        assert_non_null(cache);
        if (round % 10 == 9) {
            zoe_disk_cache_stats stats;
            zoe_disk_cache_trim(cache);
            zoe_disk_cache_stats_get(cache, &stats);
            disk_files_look(folder, &files);
            assert_int_equal(files.unfinished, 0);
            assert_int_equal(files.bytes, stats.bytes);
            assert_true(check_all(cache) > 0);
            assert_int_equal(stats.damaged, 0);
            assert_string_equal(stats.trouble, "");
        }
        zoe_disk_cache_destroy(&cache);
    }
    print_message("files that were not finished: %u in 200 kills\n", unfinished);
}

/* While nobody makes or removes files. */
static void look_locked(disk_files *files)
{
    char path[128];
    snprintf(path, sizeof path, "%s/used", folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        flock(fd, LOCK_EX);
    disk_files_look(folder, files);
    if (fd >= 0)
        close(fd);
}

static void test_two_keep_the_bound(void **state)
{
    (void)state;
    enum { CHILDREN = 2 };
    uint64_t random = seeded_random_seed(5);
    pid_t children[CHILDREN];
    for (int i = 0; i < CHILDREN; i++)
        children[i] = start(seeded_random(&random), 2000);
    for (int running = CHILDREN; running > 0;) {
        disk_files files;
        look_locked(&files);
        /* A file that gets its name meanwhile may be seen twice. */
        if (files.bytes > BOUND + CHILDREN * TAKEN)
            fail_msg("%" PRIu64 " bytes are there, bound %d", files.bytes, BOUND);
        zoe_os_sleep(2);
        for (int i = 0; i < CHILDREN; i++) {
            int status;
            if (children[i] && waitpid(children[i], &status, WNOHANG) == children[i]) {
                assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
                children[i] = 0;
                running--;
            }
        }
    }
    disk_files files;
    zoe_disk_cache *cache = open_cache();
    zoe_disk_cache_stats stats;
    zoe_disk_cache_stats_get(cache, &stats);
    disk_files_look(folder, &files);
    /* What they counted together is what is there. */
    assert_int_equal(files.bytes, stats.bytes);
    assert_true(files.bytes <= BOUND);
    assert_int_equal(files.unfinished, 0);
    assert_true(check_all(cache) > 0);
    zoe_disk_cache_destroy(&cache);
}

/* One that holds the lock and does not go on must not hold up the rest. */
static void test_one_that_is_stopped(void **state)
{
    (void)state;
    uint64_t random = seeded_random_seed(6);
    zoe_disk_cache *cache = open_cache();
    for (int round = 0; round < 4; round++) {
        pid_t child = start(seeded_random(&random), 1000000);
        zoe_os_sleep(3 + (uint32_t)seeded_random_below(&random, 3));
        kill(child, SIGSTOP);
        for (uint64_t i = 0; i < 3; i++) {
            disk_blocks_write(cache, 1, i, BYTES);
            assert_true(disk_blocks_check(cache, 1, i, BYTES) >= 0);
        }
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        assert_true(disk_blocks_write(cache, 2, (uint64_t)round, BYTES));
    }
    zoe_disk_cache_destroy(&cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_killed_while_filling, begin, finish),
        cmocka_unit_test_setup_teardown(test_two_keep_the_bound, begin, finish),
        cmocka_unit_test_setup_teardown(test_one_that_is_stopped, begin, finish),
    };
    return cmocka_run_group_tests_name("disk_cache_shared", tests, NULL, NULL);
}
