/* Paths as text: what was typed, parents, and where the program's files are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/paths.h"
#include "support/temp_folder.h"

static void check(const char *text, const char *base, const char *expected)
{
    char path[ZOE_PATH_TEXT];
    assert_int_equal(zoe_path_resolve(text, base, path), ZOE_OK);
    assert_string_equal(path, expected);
}

static void resolving(void **state)
{
    (void)state;
    setenv("HOME", "/home/ada/", 1);
    check("/shots/a", "/x", "/shots/a");
    check("//shots///a/.//b/", NULL, "/shots/a/b");
    check("a/b", "/shots", "/shots/a/b");
    check("../b", "/shots/a", "/shots/b");
    check("../../../../b", "/shots/a", "/b");
    check("..", "/", "/");
    check("", "/shots", "/shots");
    check(".", "/shots", "/shots");
    check("/", NULL, "/");
    check("~", "/shots", "/home/ada");
    check("~/a", "/shots", "/home/ada/a");
    check("~ada", "/shots", "/shots/~ada"); /* other people's homes are not looked up */
    check("...", "/shots", "/shots/...");
    check(".hidden/..x", "/shots", "/shots/.hidden/..x");
    check("s3://bucket//a/../b", "/shots", "s3://bucket//a/../b");
    check("a://", "/shots", "a://");
    check("://a", "/shots", "/shots/:/a");
    char working[ZOE_PATH_TEXT], path[ZOE_PATH_TEXT];
    assert_non_null(getcwd(working, sizeof working));
    assert_int_equal(zoe_path_resolve("x", NULL, path), ZOE_OK);
    assert_memory_equal(path, working, strlen(working));
    unsetenv("HOME");
    assert_int_equal(zoe_path_resolve("~", NULL, path), ZOE_ERROR_NOT_FOUND);
}

static void too_long(void **state)
{
    (void)state;
    static char text[2 * ZOE_PATH_TEXT];
    char path[ZOE_PATH_TEXT];
    memset(text, 'n', sizeof text - 1);
    assert_int_equal(zoe_path_resolve(text, "/", path), ZOE_ERROR_ARGUMENT);
    text[0] = '/';
    text[ZOE_PATH_TEXT - 1] = '\0';
    assert_int_equal(zoe_path_resolve(text, "/", path), ZOE_OK);
    assert_int_equal(strlen(path), ZOE_PATH_TEXT - 1);
    text[ZOE_PATH_TEXT - 1] = 'n';
    text[ZOE_PATH_TEXT] = '\0';
    assert_int_equal(zoe_path_resolve(text, "/", path), ZOE_ERROR_ARGUMENT);
    memcpy(text, "s3://", 5);
    assert_int_equal(zoe_path_resolve(text, "/", path), ZOE_ERROR_ARGUMENT);
}

static void parents(void **state)
{
    (void)state;
    char path[ZOE_PATH_TEXT];
    zoe_path_parent("/a/b", path);
    assert_string_equal(path, "/a");
    zoe_path_parent("/a", path);
    assert_string_equal(path, "/");
    zoe_path_parent("/", path);
    assert_string_equal(path, "/");
}

static void shots(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"sh010_comp_v012.####.exr", "sh010_comp_v012"},
        {"sh010_comp_v012_%04d.exr", "sh010_comp_v012"},
        {"beauty.exr", "beauty"},
        {"a.b.###.exr", "a.b"},
        {"####.exr", "####.exr"},
        {".exr", ".exr"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(zoe_path_shot_length(names[i][0]), strlen(names[i][1]));
}

static const char *unlike(const char *folder, const char *other)
{
    static char text[32];
    zoe_path_unlike(folder, other, text, sizeof text);
    return text;
}

static void what_tells_folders(void **state)
{
    (void)state;
    assert_string_equal(unlike("/shots/a", "/shots/b"), "a");
    assert_string_equal(unlike("a", "b"), "a");
    assert_string_equal(unlike("/shots/v011", "/shots/v021"), "v011");
    assert_string_equal(unlike("/shots/v/exr", "/shots/av/exr"), "v/\342\200\246");
    assert_string_equal(unlike("/sh010/v011/exr", "/sh010/v012/exr"), "v011/\342\200\246");
    assert_string_equal(unlike("/sh010/v011/exr", "/sh020/v012/exr"), "v011/\342\200\246");
    assert_string_equal(unlike("v2/exr", "exr"), "v2/\342\200\246");
    assert_string_equal(unlike("exr", "v2/exr"), "exr");
    assert_string_equal(unlike("/shots/old", "/shots"), "old");
    assert_string_equal(unlike("/shots", "/shots/old"), "shots");
    /* Nobody sees what lets one in. */
    assert_string_equal(unlike("http://me:word@a/shots", "http://b/shots"), "a/\342\200\246");
    assert_string_equal(unlike("http://me:word@a/shots", "/mnt/shots"), "a/\342\200\246");
    assert_string_equal(unlike("http://me:word@a/shots", "http://you:word@a/shots"), "");
    assert_string_equal(unlike("/shots", "/shots"), "");
}

static void the_programs_files(void **state)
{
    (void)state;
    char path[128], small[8], root[64];
    setenv("HOME", "/home/ada", 1);
    setenv("XDG_STATE_HOME", "/state", 1);
    assert_int_equal(zoe_path_xdg("XDG_STATE_HOME", ".local/state", "x", path, sizeof path), 0);
    assert_string_equal(path, "/state/zoetrope/x");
    setenv("XDG_STATE_HOME", "relative", 1);
    assert_int_equal(zoe_path_xdg("XDG_STATE_HOME", ".local/state", "x", path, sizeof path), 0);
    assert_string_equal(path, "/home/ada/.local/state/zoetrope/x");
    assert_int_equal(zoe_path_xdg("XDG_STATE_HOME", ".local/state", "x", small, sizeof small),
                     ZOE_ERROR_ARGUMENT);
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    assert_int_equal(zoe_path_xdg("XDG_STATE_HOME", ".local/state", "x", path, sizeof path),
                     ZOE_ERROR_NOT_FOUND);
    temp_folder_make(root, sizeof root);
    snprintf(path, sizeof path, "%s/a/b/file", root);
    zoe_path_make_folders(path);
    struct stat info;
    snprintf(path, sizeof path, "%s/a/b", root);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    temp_folder_remove(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolving),
        cmocka_unit_test(too_long),
        cmocka_unit_test(parents),
        cmocka_unit_test(shots),
        cmocka_unit_test(what_tells_folders),
        cmocka_unit_test(the_programs_files),
    };
    return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
