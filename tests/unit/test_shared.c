/*
 * Memory shared with other processes: what it holds, when it is there, that huge pages end where
 * they are told to, and that it can be sealed.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"

static const size_t huge = (size_t)2 << 20;

static void test_pages_are_touched_once(void **state)
{
    (void)state;
    uint64_t before = zoe_os_shared_resident();
    uint8_t *memory = zoe_os_shared_reserve(4 * huge, huge);
    assert_non_null(memory);
    assert_int_equal(zoe_os_shared_resident(), before);
    assert_true(zoe_os_shared_touch(memory + 100));
    assert_false(zoe_os_shared_touch(memory));
    assert_int_equal(memory[0], 0);
    assert_true(zoe_os_shared_resident() > before);
    zoe_os_shared_release(memory, 4 * huge);
    assert_int_equal(zoe_os_shared_resident(), before);
    assert_true(zoe_os_shared_touch(memory));
    zoe_os_shared_unreserve(memory, 4 * huge);
    assert_int_equal(zoe_os_shared_resident(), before);
}

/* As another process has it: a mapping of its own. */
static void test_huge_pages_end_where_they_are_told_to(void **state)
{
    (void)state;
    const size_t bytes = 8 * huge, used = 3 * huge + zoe_os_page();
    uint64_t before = zoe_os_shared_resident();
    zoe_os_shared shared;
    uint8_t *memory = zoe_os_shared_reserve(bytes, huge);
    assert_non_null(memory);
    assert_true(zoe_os_shared_find(memory + bytes - 1, &shared));
    assert_ptr_equal(shared.base, memory);
    uint8_t *other = zoe_os_shared_map(shared.fd, 2 * huge, 4 * huge, used);
    assert_non_null(other);
    memory[2 * huge + 5] = 42;
    zoe_os_shared_make_huge(other, used);
    assert_true(zoe_os_shared_resident() - before <= 3 * huge);
    /* In huge pages or not, it is the same memory. */
    for (size_t i = 0; i < used; i++)
        if (other[i] != (i == 5 ? 42 : 0))
            fail_msg("byte %zu is %d", i, other[i]);
    memset(other, 7, used);
    for (size_t i = 0; i < used; i++)
        if (memory[2 * huge + i] != 7)
            fail_msg("byte %zu was not seen", i);
    assert_int_equal(zoe_os_shared_resident() - before, used);
    /* Given back to the page, whoever maps it. */
    zoe_os_shared_release(memory + 2 * huge + used / 2 / 4096 * 4096,
                          used - used / 2 / 4096 * 4096);
    assert_true(zoe_os_shared_resident() - before <= used / 2);
    assert_int_equal(other[used - 1], 0);
    assert_int_equal(other[0], 7);
    zoe_os_shared_unmap(other, 4 * huge);
    zoe_os_shared_unreserve(memory, bytes);
    assert_int_equal(zoe_os_shared_resident(), before);
}

/* Two processes may come to a fresh buffer at once, and one fill it with memory when the other has
 * begun to write: so nothing is written, which here would be the end. */
static void test_what_others_write_stays(void **state)
{
    (void)state;
    zoe_os_shared shared;
    uint8_t *memory = zoe_os_shared_reserve(2 * huge, huge);
    assert_non_null(memory);
    assert_true(zoe_os_shared_find(memory, &shared));
    uint8_t *other = zoe_os_shared_map(shared.fd, 0, 2 * huge, 2 * huge);
    assert_non_null(other);
    memory[huge] = 42;
    assert_int_equal(mprotect(other, 2 * huge, PROT_READ), 0);
    uint64_t before = zoe_os_shared_resident();
    zoe_os_shared_make_huge(other, 2 * huge);
    assert_true(zoe_os_shared_resident() > before); /* it has memory all the same */
    assert_int_equal(other[0], 0);
    assert_int_equal(other[huge], 42);
    zoe_os_shared_unmap(other, 2 * huge);
    zoe_os_shared_unreserve(memory, 2 * huge);
}

/* A child that a program forks meanwhile has no part in memory that is to be sealed. */
static void test_sealed_beside_a_child(void **state)
{
    (void)state;
    int fd = -1, ends[2], status = 0;
    char byte = 0;
    uint8_t *memory = zoe_os_sealed_begin(10000, &fd);
    assert_non_null(memory);
    memory[9999] = 7;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) != 0);
    }
    assert_true(zoe_os_sealed_end(memory, 10000, fd));
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    assert_int_equal(pread(fd, &byte, 1, 9999), 1);
    assert_int_equal(byte, 7);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_are_touched_once),
        cmocka_unit_test(test_huge_pages_end_where_they_are_told_to),
        cmocka_unit_test(test_what_others_write_stays),
        cmocka_unit_test(test_sealed_beside_a_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
