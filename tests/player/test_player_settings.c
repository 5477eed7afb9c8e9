/* The settings file: where it is, that it comes back as it was written, and what broken ones do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <zoetrope/display.h>
#include <zoetrope/transport.h>
#include <zoetrope/want.h>

#include "model/settings.h"

/* cmocka's own compares as float. */
static void assert_near(double found, double expected, double slack)
{
    if (!(found >= expected - slack && found <= expected + slack))
        fail_msg("%.12g is not %.12g", found, expected);
}

typedef struct place {
    char folder[64];
    char path[256];
    char aside[300];
} place;

static int set_up(void **state)
{
    place *p = calloc(1, sizeof *p);
    if (!p)
        return -1;
    strcpy(p->folder, "/tmp/zoetrope-settings-XXXXXX");
    if (!mkdtemp(p->folder))
        return -1;
    snprintf(p->path, sizeof p->path, "%s/zoetrope/settings.json", p->folder);
    snprintf(p->aside, sizeof p->aside, "%s.broken", p->path);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    place *p = *state;
    char sub[128];
    unlink(p->path);
    unlink(p->aside);
    snprintf(sub, sizeof sub, "%s/zoetrope", p->folder);
    rmdir(sub);
    /* Only an empty folder goes: temporary files left behind are a fault. */
    int left = rmdir(p->folder);
    free(p);
    return left;
}

static void write_text(const place *p, const char *text)
{
    zoe_options settings;
    zoe_options_init(&settings);
    unlink(p->path);
    assert_int_equal(zoe_settings_save(p->path, &settings, NULL), ZOE_OK);
    FILE *file = fopen(p->path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void path_follows_xdg(void **state)
{
    (void)state;
    char path[128], small[8];
    setenv("HOME", "/home/somebody", 1);
    setenv("XDG_CONFIG_HOME", "/conf", 1);
    assert_int_equal(zoe_settings_path(path, sizeof path), ZOE_OK);
    assert_string_equal(path, "/conf/zoetrope/settings.json");
    setenv("XDG_CONFIG_HOME", "relative", 1);
    assert_int_equal(zoe_settings_path(path, sizeof path), ZOE_OK);
    assert_string_equal(path, "/home/somebody/.config/zoetrope/settings.json");
    assert_int_equal(zoe_settings_path(small, sizeof small), ZOE_ERROR_ARGUMENT);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    assert_int_equal(zoe_settings_path(path, sizeof path), ZOE_ERROR_NOT_FOUND);
}

static void no_file_gives_defaults(void **state)
{
    const place *p = *state;
    zoe_options settings;
    assert_int_equal(zoe_settings_load(p->path, &settings, NULL), ZOE_OK);
    assert_int_equal(settings.cache_percent, 75);
    assert_near(settings.reserve_gb, 2.0, 1e-9);
    assert_int_equal(settings.window_width, 1280);
}

static void comes_back_as_written(void **state)
{
    const place *p = *state;
    zoe_options out, in;
    zoe_options_init(&out);
    out.cache_percent = 40;
    out.reserve_gb = 3.5;
    out.workers = 3;
    out.strategy = ZOE_STRATEGY_FORWARD;
    out.policy = ZOE_POLICY_REAL_TIME;
    out.loop = ZOE_PING_PONG;
    out.transfer = ZOE_TRANSFER_LINEAR;
    out.window_width = 1777;
    out.window_height = 999;
    out.maximized = 1;
    out.ui_scale = 1.25;
    assert_int_equal(zoe_settings_save(p->path, &out, NULL), ZOE_OK);
    assert_int_equal(zoe_settings_load(p->path, &in, NULL), ZOE_OK);
    assert_int_equal(in.cache_percent, 40);
    assert_near(in.reserve_gb, 3.5, 1e-9);
    assert_int_equal(in.workers, 3);
    assert_int_equal(in.strategy, ZOE_STRATEGY_FORWARD);
    assert_int_equal(in.policy, ZOE_POLICY_REAL_TIME);
    assert_int_equal(in.loop, ZOE_PING_PONG);
    assert_int_equal(in.transfer, ZOE_TRANSFER_LINEAR);
    assert_int_equal(in.window_width, 1777);
    assert_int_equal(in.window_height, 999);
    assert_int_equal(in.maximized, 1);
    assert_near(in.ui_scale, 1.25, 1e-9);
}

static void broken_file_is_kept_aside(void **state)
{
    const place *p = *state;
    zoe_options settings;
    zoe_error error;
    write_text(p, "{\n  \"cache_percent\": 50,\n  \"workers\": oops\n}\n");
    assert_int_equal(zoe_settings_load(p->path, &settings, &error), ZOE_ERROR_SYNTAX);
    assert_int_equal(settings.cache_percent, 75);
    assert_non_null(strstr(error.text, p->path));
    assert_non_null(strstr(error.text, "line 3"));
    assert_non_null(strstr(error.text, "column"));
    assert_int_equal(access(p->aside, F_OK), 0);
    assert_int_equal(access(p->path, F_OK), -1);
    assert_int_equal(zoe_settings_load(p->path, &settings, &error), ZOE_OK);
}

static void other_broken_files(void **state)
{
    const place *p = *state;
    const char *const texts[] = {
        "", "[1, 2]", "\"text\"", "{", "{\"a\":1} more", "\xff\xfe", "{\"cache_percent\": 1e999}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        zoe_options settings;
        zoe_error error;
        write_text(p, texts[i]);
        zoe_status status = zoe_settings_load(p->path, &settings, &error);
        if (status != ZOE_ERROR_SYNTAX)
            fail_msg("\"%s\": status %d", texts[i], (int)status);
        assert_int_equal(settings.cache_percent, 75);
        assert_int_equal(settings.loop, ZOE_LOOP);
    }
}

static bool exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

/* What is no settings file stays as it is: read or saved, neither renamed nor replaced. */
static void assert_left_alone(const place *p, zoe_status expected)
{
    struct stat before, after;
    zoe_options settings;
    zoe_error error = {0};
    assert_int_equal(lstat(p->path, &before), 0);
    zoe_status status = zoe_settings_load(p->path, &settings, &error);
    if (status != expected)
        fail_msg("status %d, not %d: %s", (int)status, (int)expected, error.text);
    assert_non_null(strstr(error.text, p->path));
    assert_int_equal(settings.cache_percent, 75);
    assert_false(exists(p->aside));
    assert_int_equal(zoe_settings_save(p->path, &settings, &error), expected);
    assert_int_equal(lstat(p->path, &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_int_equal(after.st_mode, before.st_mode);
    assert_int_equal(after.st_size, before.st_size);
}

static void what_is_no_file_is_left_alone(void **state)
{
    const place *p = *state;
    write_text(p, "{}");
    unlink(p->path);
    assert_int_equal(mkfifo(p->path, 0600), 0);
    alarm(120); /* not to wait for ever for who would write into it */
    assert_left_alone(p, ZOE_ERROR_IO);
    alarm(0);
    unlink(p->path);
    assert_int_equal(mkdir(p->path, 0700), 0);
    assert_left_alone(p, ZOE_ERROR_IO);
    assert_int_equal(rmdir(p->path), 0);
    assert_int_equal(symlink("/dev/zero", p->path), 0);
    assert_left_alone(p, ZOE_ERROR_IO);
}

static void what_is_no_settings_is_left_alone(void **state)
{
    const place *p = *state;
    const char *const texts[] = {"#!/bin/sh\necho {}\n", "\x76\x2f\x31\x01", "[1, 2]", "\"a\"",
                                 "\xff"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_text(p, texts[i]);
        assert_left_alone(p, ZOE_ERROR_SYNTAX);
    }
    /* 50 MB of a string. */
    write_text(p, "{\"loop\": \"");
    assert_int_equal(truncate(p->path, 50 << 20), 0);
    assert_left_alone(p, ZOE_ERROR_TOO_LARGE);
}

static void values_are_brought_into_range(void **state)
{
    const place *p = *state;
    zoe_options settings;
    write_text(p, "{\"cache_percent\": 400, \"reserve_gb\": 0.01, \"workers\": -3, "
                  "\"window_width\": 1, \"ui_scale\": 0.1, \"from the future\": {}}");
    assert_int_equal(zoe_settings_load(p->path, &settings, NULL), ZOE_OK);
    assert_int_equal(settings.cache_percent, 95);
    assert_near(settings.reserve_gb, 0.5, 1e-9);
    assert_int_equal(settings.workers, 0);
    assert_int_equal(settings.window_width, 320);
    assert_near(settings.ui_scale, 0.5, 1e-9);
}

static void wrong_kinds_are_reported(void **state)
{
    const place *p = *state;
    zoe_options settings;
    zoe_error error;
    write_text(p, "{\"cache_percent\": \"many\", \"loop\": \"once\"}");
    assert_int_equal(zoe_settings_load(p->path, &settings, &error), ZOE_ERROR_SYNTAX);
    assert_non_null(strstr(error.text, "cache_percent"));
    assert_int_equal(settings.cache_percent, 75);
    assert_int_equal(settings.loop, ZOE_ONCE);
    assert_int_equal(access(p->path, F_OK), 0);
}

static void saving_where_one_may_not(void **state)
{
    (void)state;
    zoe_options settings;
    zoe_error error;
    zoe_options_init(&settings);
    zoe_status status = zoe_settings_save("/proc/zoetrope/settings.json", &settings, &error);
    assert_int_not_equal(status, ZOE_OK);
    assert_non_null(strstr(error.text, "/proc/zoetrope/settings.json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_follows_xdg),
        cmocka_unit_test_setup_teardown(no_file_gives_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comes_back_as_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_file_is_kept_aside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_broken_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_settings_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_are_brought_into_range, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_kinds_are_reported, set_up, tear_down),
        cmocka_unit_test(saving_where_one_may_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
