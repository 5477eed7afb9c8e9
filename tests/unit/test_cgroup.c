/*
 * Control groups: limits and room read from folders that look like the kernel's, both versions,
 * nested, and as a container sees them.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE /* mkdtemp */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/os_cgroup.h"

static const uint64_t MiB = (uint64_t)1 << 20;
static const uint64_t GiB = (uint64_t)1 << 30;

static char folder[64];

static void write_file(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (!file)
        fail_msg("%s cannot be written", path);
    fputs(text, file);
    fclose(file);
}

static void make_folder(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0755), 0);
}

static void write_number(const char *group, const char *name, uint64_t number)
{
    char path[256], text[64];
    snprintf(path, sizeof path, "%s/%s", group, name);
    snprintf(text, sizeof text, "%llu\n", (unsigned long long)number);
    write_file(path, text);
}

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/zoetrope cgroup XXXXXX");
    return mkdtemp(folder) ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* The mount point has a blank in it: mountinfo writes \040. */
static void write_mounts(const char *root, bool v2)
{
    char point[256] = "", text[1024];
    for (const char *c = folder; *c; c++) {
        size_t length = strlen(point);
        snprintf(point + length, sizeof point - length, *c == ' ' ? "\\040" : "%c", *c);
    }
    snprintf(text, sizeof text,
             "22 1 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
             "23 22 0:21 / /sys/fs/cgroup/cpu rw shared:8 - cgroup cgroup rw,cpu\n"
             "24 22 0:22 %s %s rw shared:9 - %s\n",
             root, point, v2 ? "cgroup2 cgroup rw,nsdelegate" : "cgroup cgroup rw,memory");
    write_file("mountinfo", text);
}

static void read_groups(uint64_t *total, uint64_t *available)
{
    char path[512];
    zoe_os_cgroup_mounts mounts;
    snprintf(path, sizeof path, "%s/mountinfo", folder);
    zoe_os_cgroup_find(path, &mounts);
    snprintf(path, sizeof path, "%s/cgroup", folder);
    *total = 64 * GiB;
    *available = 48 * GiB;
    zoe_os_cgroup_read(&mounts, path, total, available);
}

static void assert_memory(uint64_t total, uint64_t available)
{
    uint64_t found_total, found_available;
    read_groups(&found_total, &found_available);
    assert_int_equal(found_total, total);
    assert_int_equal(found_available, available);
}

static void test_version_2(void **state)
{
    (void)state;
    write_mounts("/", true);
    write_file("cgroup", "0::/a.slice/b c\n");
    make_folder("a.slice");
    make_folder("a.slice/b c");
    assert_memory(64 * GiB, 48 * GiB);
    write_file("a.slice/b c/memory.max", "max\n");
    write_file("a.slice/b c/memory.high", "max\n");
    write_number("a.slice/b c", "memory.current", GiB);
    assert_memory(64 * GiB, 48 * GiB);
    write_number("a.slice/b c", "memory.max", 8 * GiB);
    assert_memory(8 * GiB, 7 * GiB);
    /* memory.high is where the kernel begins to push back. */
    write_number("a.slice/b c", "memory.high", 6 * GiB);
    assert_memory(6 * GiB, 5 * GiB);
    /* Files that were read count as used, but make way. */
    write_file("a.slice/b c/memory.stat",
               "anon 1\nfile 999\nactive_file 104857600\ninactive_file 209715200\n");
    assert_memory(6 * GiB, 5 * GiB + 300 * MiB);
    /* More than there may be: nothing is left. */
    write_number("a.slice/b c", "memory.current", 9 * GiB);
    assert_memory(6 * GiB, 0);
}

static void test_groups_around_it_count(void **state)
{
    (void)state;
    write_mounts("/", true);
    write_file("cgroup", "0::/a/b/c\n");
    make_folder("a");
    make_folder("a/b");
    make_folder("a/b/c");
    write_number("a/b/c", "memory.max", 8 * GiB);
    write_number("a/b/c", "memory.current", GiB);
    write_number("a", "memory.max", 10 * GiB);
    write_number("a", "memory.current", 4 * GiB);
    assert_memory(8 * GiB, 6 * GiB);
    write_number("a/b", "memory.high", 3 * GiB);
    write_number("a/b", "memory.current", 2 * GiB);
    assert_memory(3 * GiB, GiB);
}

static void test_version_1(void **state)
{
    (void)state;
    write_mounts("/", false);
    write_file("cgroup", "5:cpu,cpuacct:/\n4:memory:/a/b\n0::/else\n");
    make_folder("a");
    make_folder("a/b");
    write_file("a/b/memory.limit_in_bytes", "9223372036854771712\n");
    write_number("a/b", "memory.usage_in_bytes", GiB);
    assert_memory(64 * GiB, 48 * GiB);
    write_number("a", "memory.limit_in_bytes", 4 * GiB);
    write_number("a", "memory.usage_in_bytes", 3 * GiB);
    /* Of a group and those inside it. */
    write_file("a/memory.stat", "cache 1\nactive_file 77\ninactive_file 77\n"
                                "total_active_file 104857600\ntotal_inactive_file 104857600\n");
    assert_memory(4 * GiB, GiB + 200 * MiB);
}

static void test_a_container_sees_its_part(void **state)
{
    (void)state;
    write_mounts("/docker/abc", true);
    write_file("cgroup", "0::/docker/abc/inner\n");
    make_folder("inner");
    write_number(".", "memory.max", 5 * GiB);
    write_number(".", "memory.current", GiB);
    assert_memory(5 * GiB, 4 * GiB);
    write_number("inner", "memory.max", 2 * GiB);
    write_number("inner", "memory.current", GiB);
    assert_memory(2 * GiB, GiB);
    /* A name that only begins like the root is another group's. */
    write_file("cgroup", "0::/docker/abcd\n");
    assert_memory(5 * GiB, 4 * GiB);
}

static void test_nothing_to_read(void **state)
{
    (void)state;
    assert_memory(64 * GiB, 48 * GiB);
    write_file("mountinfo", "nonsense\n- \n24 22 0:22 / x - cgroup2\n");
    write_file("cgroup", "nonsense\n\n0:\n0::\n4:memory\n");
    assert_memory(64 * GiB, 48 * GiB);
    write_mounts("/", true);
    write_file("memory.max", "");
    write_file("memory.high", "-5\n");
    assert_memory(64 * GiB, 48 * GiB);
}

static void test_this_process(void **state)
{
    (void)state;
    /* Whatever group this is: it takes away from a machine's memory and adds nothing. */
    uint64_t total = 64 * GiB, available = 48 * GiB;
    zoe_os_cgroup_apply(&total, &available);
    assert_in_range(total, 1, 64 * GiB);
    assert_in_range(available, 0, 48 * GiB);
    /* And the same again. */
    uint64_t again = total, room = available;
    zoe_os_cgroup_apply(&again, &room);
    assert_int_equal(again, total);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_version_2, begin, end),
        cmocka_unit_test_setup_teardown(test_groups_around_it_count, begin, end),
        cmocka_unit_test_setup_teardown(test_version_1, begin, end),
        cmocka_unit_test_setup_teardown(test_a_container_sees_its_part, begin, end),
        cmocka_unit_test_setup_teardown(test_nothing_to_read, begin, end),
        cmocka_unit_test(test_this_process),
    };
    return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
