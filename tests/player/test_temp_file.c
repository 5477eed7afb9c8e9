/* Temporary files: nothing that stands in their folder is followed or written over. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/temp_file.h"
#include "support/temp_folder.h"

static char root[256], path[300];

static int set_up(void **state)
{
    (void)state;
    temp_folder_make(root, sizeof root);
    snprintf(path, sizeof path, "%s/a.png", root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    temp_folder_remove(root);
    return 0;
}

/* What a name made of the process's number would be: laid by others as a link to a file of ours. */
static void a_laid_link_is_not_followed(void **state)
{
    (void)state;
    char link[400], precious[300];
    struct stat info;
    temp_folder_write(root, "precious", 5);
    snprintf(precious, sizeof precious, "%s/precious", root);
    snprintf(link, sizeof link, "%s/.a.png.%ld.tmp", root, (long)getpid());
    assert_int_equal(symlink(precious, link), 0);
    zoe_temp_file file;
    zoe_error error;
    assert_int_equal(zoe_temp_file_open(&file, path, &error), ZOE_OK);
    assert_int_equal(write(file.fd, "picture", 7), 7);
    assert_int_equal(zoe_temp_file_close(&file, 1, &error), ZOE_OK);
    assert_int_equal(stat(precious, &info), 0);
    assert_int_equal(info.st_size, 5);
    assert_int_equal(lstat(path, &info), 0);
    assert_true(S_ISREG(info.st_mode));
    assert_int_equal(info.st_size, 7);
}

static void two_at_once_have_two_names(void **state)
{
    (void)state;
    zoe_temp_file a, b;
    mode_t mask = umask(027);
    assert_int_equal(zoe_temp_file_open(&a, path, NULL), ZOE_OK);
    assert_int_equal(zoe_temp_file_open(&b, path, NULL), ZOE_OK);
    umask(mask);
    assert_string_not_equal(a.temporary, b.temporary);
    struct stat info;
    assert_int_equal(fstat(a.fd, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    assert_int_equal(write(a.fd, "one", 3), 3);
    assert_int_equal(zoe_temp_file_close(&a, 1, NULL), ZOE_OK);
    assert_int_equal(zoe_temp_file_close(&b, 0, NULL), ZOE_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 3);
    DIR *entries = opendir(root);
    assert_non_null(entries);
    int count = 0;
    while (readdir(entries))
        count++;
    closedir(entries);
    assert_int_equal(count, 3); /* with "." and ".." */
}

/* A new file takes no name that somebody else took while it was written. */
static void a_file_that_appeared_stays(void **state)
{
    (void)state;
    zoe_temp_file file;
    zoe_error error;
    struct stat info;
    for (int exists = 0; exists < 2; exists++) {
        assert_int_equal(zoe_temp_file_open(&file, path, NULL), ZOE_OK);
        file.is_new = true;
        assert_int_equal(write(file.fd, "picture", 7), 7);
        if (exists)
            temp_folder_write(root, "a.png", 3);
        assert_int_equal(zoe_temp_file_close(&file, 1, &error), exists ? ZOE_ERROR_IO : ZOE_OK);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_size, exists ? 3 : 7);
        assert_int_equal(unlink(path), 0);
    }
    assert_non_null(strstr(error.text, "a.png: not written: a file of that name appeared"));
    assert_int_equal(rmdir(root), 0); /* nothing is left */
    assert_int_equal(mkdir(root, 0700), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_laid_link_is_not_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_appeared_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_at_once_have_two_names, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
