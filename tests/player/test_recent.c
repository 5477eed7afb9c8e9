/* Recent sequences: order and bounds, the file and back, hostile files, two programs, secrets. */
#include <fcntl.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <zoetrope/transport.h>

#include "model/recent.h"
#include "support/temp_folder.h"

/* cmocka's own compares as float. */
static void assert_near(double found, double expected)
{
    if (!(found >= expected - 1e-6 && found <= expected + 1e-6))
        fail_msg("%.12g is not %.12g", found, expected);
}

static char root[128], path[256], aside[300];
static zoe_recent *one, *two;

static int set_up(void **state)
{
    (void)state;
    temp_folder_make(root, sizeof root);
    snprintf(path, sizeof path, "%s/state/zoetrope/recent.json", root);
    snprintf(aside, sizeof aside, "%s.broken", path);
    one = malloc(sizeof *one);
    two = malloc(sizeof *two);
    zoe_recent_init(one);
    zoe_recent_init(two);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(one);
    free(two);
    temp_folder_remove(root);
    return 0;
}

static zoe_recent_item item_of(const char *spec, int64_t when_ms)
{
    zoe_recent_item item;
    zoe_recent_item_init(&item);
    snprintf(item.spec, sizeof item.spec, "%s", spec);
    item.when_ms = when_ms;
    return item;
}

static void add(zoe_recent *recent, const char *spec, int64_t when_ms)
{
    zoe_recent_item item = item_of(spec, when_ms);
    assert_int_equal(zoe_recent_add(recent, &item), 1);
}

static void save(zoe_recent *recent)
{
    zoe_error error = {0};
    if (zoe_recent_save(path, recent, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

static void load(zoe_recent *recent)
{
    zoe_error error = {0};
    if (zoe_recent_load(path, recent, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

static void write_text(const char *text)
{
    zoe_path_make_folders(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static char *read_back(void)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

static void no_file_is_an_empty_list(void **state)
{
    (void)state;
    load(one);
    assert_int_equal(one->count, 0);
    assert_int_equal(one->open_count, 0);
    assert_true(one->due_ns == ZOE_NEVER);
}

static void newest_first_each_once(void **state)
{
    (void)state;
    char spec[64];
    for (int i = 0; i < ZOE_RECENT_ITEMS + 10; i++) {
        snprintf(spec, sizeof spec, "/shots/%d", i);
        add(one, spec, 1000 + i);
    }
    assert_int_equal(one->count, ZOE_RECENT_ITEMS);
    assert_string_equal(one->items[0].spec, "/shots/59");
    assert_string_equal(one->items[ZOE_RECENT_ITEMS - 1].spec, "/shots/10");
    add(one, "/shots/30", 2000);
    assert_int_equal(one->count, ZOE_RECENT_ITEMS);
    assert_string_equal(one->items[0].spec, "/shots/30");
    assert_string_equal(one->items[1].spec, "/shots/59");
    add(one, "/shots/31", 5); /* the clock was set back */
    assert_string_equal(one->items[0].spec, "/shots/31");
    zoe_recent_remove(one, 0);
    assert_string_equal(one->items[0].spec, "/shots/30");
    zoe_recent_remove(one, -1);
    zoe_recent_remove(one, 1000);
    assert_int_equal(one->count, ZOE_RECENT_ITEMS - 1);
}

static void comes_back_as_written(void **state)
{
    (void)state;
    zoe_recent_item item = item_of("/shots/a/b.####.exr", 123456);
    strcpy(item.layer, "diffuse \"x\"");
    strcpy(item.view, "left");
    item.first = -10;
    item.last = 1100;
    item.frame = 1001;
    item.in = -5;
    item.out = 1050;
    item.has_area = 1;
    item.zoom = 0.333333333;
    item.pan_x = 1920.5;
    item.pan_y = -7.25;
    item.grade.exposure = -1.5f;
    item.grade.gamma = 2.2f;
    item.grade.contrast = 1.25f;
    item.grade.saturation = 0.0f;
    item.grade.range_min = -3.0f;
    item.grade.range_max = 1e20f;
    item.grade.view = ZOE_VIEW_LUMINANCE;
    item.grade.transfer = ZOE_TRANSFER_REC709;
    assert_int_equal(zoe_recent_add(one, &item), 1);
    zoe_recent_item open[3] = {item_of("/o/0", 1), item, item_of("/o/2", 3)};
    zoe_recent_set_open(one, open, 3, 1);
    zoe_recent_add_folder(one, "/shots/old");
    zoe_recent_add_folder(one, "/shots/a");
    zoe_recent_add_color(one, "/show/old.cube");
    zoe_recent_add_color(one, "/show/config.ocio");
    zoe_recent_add_color(one, "relative.cube"); /* from where? */
    save(one);
    load(two);
    assert_int_equal(two->count, 1);
    assert_int_equal(two->open_count, 3);
    assert_int_equal(two->open_current, 1);
    assert_string_equal(two->open[2].spec, "/o/2");
    assert_int_equal(two->folder_count, 2);
    assert_string_equal(two->folders[0], "/shots/a");
    assert_string_equal(two->folders[1], "/shots/old");
    assert_int_equal(two->color_count, 2);
    assert_string_equal(two->colors[0], "/show/config.ocio");
    assert_string_equal(two->colors[1], "/show/old.cube");
    const zoe_recent_item *found[2] = {&two->items[0], &two->open[1]};
    for (int i = 0; i < 2; i++) {
        assert_string_equal(found[i]->spec, item.spec);
        assert_string_equal(found[i]->layer, item.layer);
        assert_string_equal(found[i]->view, item.view);
        assert_int_equal(found[i]->first, -10);
        assert_int_equal(found[i]->last, 1100);
        assert_int_equal(found[i]->frame, 1001);
        assert_int_equal(found[i]->has_area, 1);
        assert_int_equal(found[i]->in, -5);
        assert_int_equal(found[i]->out, 1050);
        assert_near(found[i]->zoom, item.zoom);
        assert_near(found[i]->pan_x, item.pan_x);
        assert_near(found[i]->pan_y, item.pan_y);
        assert_int_equal(found[i]->when_ms, 123456);
        assert_memory_equal(&found[i]->grade, &item.grade, sizeof item.grade);
    }
    /* Nothing open now: what was open last stays. */
    zoe_recent_set_open(two, NULL, 0, 0);
    assert_int_equal(two->open_count, 3);
    /* No temporary file is left. */
    char folder[300];
    snprintf(folder, sizeof folder, "%s/state/zoetrope", root);
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        if (strstr(entry->d_name, ".tmp"))
            fail_msg("left behind: %s", entry->d_name);
    closedir(entries);
}

static void folders_are_bounded(void **state)
{
    (void)state;
    char folder[64];
    for (int i = 0; i < ZOE_RECENT_FOLDERS + 3; i++) {
        snprintf(folder, sizeof folder, "/f/%d", i);
        zoe_recent_add_folder(one, folder);
    }
    assert_int_equal(one->folder_count, ZOE_RECENT_FOLDERS);
    assert_string_equal(one->folders[0], "/f/18");
    assert_string_equal(one->folders[15], "/f/3");
    zoe_recent_add_folder(one, one->folders[15]);
    assert_string_equal(one->folders[0], "/f/3");
    assert_string_equal(one->folders[15], "/f/4");
    assert_int_equal(one->folder_count, ZOE_RECENT_FOLDERS);
    zoe_recent_add_folder(one, "relative");
    assert_string_equal(one->folders[0], "/f/3");
}

static void no_json_is_set_aside(void **state)
{
    (void)state;
    const char *const texts[] = {"",        "{",        "{\"recent\": [}",
                                 "{} more", "\xff\xfe", "{\"recent\": 1e999}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        zoe_error error = {0};
        unlink(aside);
        write_text(texts[i]);
        zoe_status status = zoe_recent_load(path, one, &error);
        if (status != ZOE_ERROR_SYNTAX)
            fail_msg("\"%s\": status %d", texts[i], (int)status);
        assert_non_null(strstr(error.text, path));
        assert_int_equal(one->count, 0);
        assert_int_equal(access(aside, F_OK), 0);
        assert_int_equal(access(path, F_OK), -1);
    }
    /* JSON of another kind is not broken. */
    unlink(aside);
    write_text("[1, 2]");
    assert_int_equal(zoe_recent_load(path, one, NULL), ZOE_ERROR_SYNTAX);
    assert_int_equal(access(aside, F_OK), -1);
    assert_int_equal(access(path, F_OK), 0);
    /* Nobody will ever write into this pipe. */
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(120);
    assert_int_equal(zoe_recent_load(path, one, NULL), ZOE_ERROR_IO);
    alarm(0);
    assert_int_equal(access(aside, F_OK), -1);
}

static void hostile_values(void **state)
{
    (void)state;
    write_text(
        "{\"recent\": [1, null, {}, [], {\"path\": 5}, {\"path\": \"\"}, {\"path\": \"relative\"},"
        "{\"path\": \"/nul\\u0000x\"}], \"open\": {\"0\": 1}, \"current\": 99, \"folders\": [1]}");
    assert_int_equal(zoe_recent_load(path, one, NULL), ZOE_ERROR_SYNTAX); /* the NUL */
    write_text(
        "{\"recent\": [1, null, {}, [], {\"path\": 5}, {\"path\": \"\"}, {\"path\": \"relative\"},"
        "{\"path\": \"/a/../b\", \"first\": 9223372036854775807, \"last\": -5, \"frame\": \"x\","
        " \"in\": 10, \"out\": 5, \"zoom\": -1e300, \"pan_x\": 1e300, \"layer\": 7,"
        " \"when\": 9223372036854775807, \"grade\": {\"exposure\": 1e308, \"gamma\": -5,"
        " \"contrast\": null, \"channel\": \"nosuch\", \"transfer\": \"linear\"}},"
        "{\"path\": \"/b\"}], \"open\": {\"0\": 1}, \"current\": 99, \"folders\": [1, \"x\"]}");
    load(one);
    assert_int_equal(one->count, 1);
    const zoe_recent_item *item = &one->items[0];
    assert_string_equal(item->spec, "/b");
    assert_true(item->first == INT64_C(999999999999999999));
    assert_true(item->last >= item->first);
    assert_int_equal(item->frame, 0);
    assert_int_equal(item->has_area, 0);
    assert_near(item->zoom, 0);
    assert_near(item->pan_x, 1e9);
    assert_string_equal(item->layer, "");
    assert_true(item->when_ms <= ((int64_t)time(NULL) + 2) * 1000);
    assert_near((double)item->grade.exposure, 20);
    assert_near((double)item->grade.gamma, 0.1f);
    assert_near((double)item->grade.contrast, 1);
    assert_int_equal(item->grade.view, ZOE_VIEW_COLOR);
    assert_int_equal(item->grade.transfer, ZOE_TRANSFER_LINEAR);
    assert_int_equal(one->open_count, 0);
    assert_int_equal(one->open_current, 0);
    assert_int_equal(one->folder_count, 0);
}

static void hostile_sizes(void **state)
{
    (void)state;
    /* Too many items, texts too long for their place. */
    FILE *file;
    zoe_path_make_folders(path);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("{\"recent\": [{\"path\": \"/", file);
    for (int i = 0; i < ZOE_PATH_TEXT; i++)
        fputc('n', file);
    fputs("\"}", file);
    for (int i = 0; i < 10000; i++)
        fprintf(file, ", {\"path\": \"/s/%d\"}", i);
    fputs("], \"open\": [{}", file);
    for (int i = 0; i < 10000; i++)
        fprintf(file, ", {\"path\": \"/s/%d\", \"layer\": \"%0400d\"}", i, i);
    fputs("], \"folders\": [\"/a\"", file);
    for (int i = 0; i < 10000; i++)
        fputs(", \"/b\"", file);
    fputs("]}", file);
    fclose(file);
    zoe_error error = {0};
    assert_int_equal(zoe_recent_load(path, one, &error), ZOE_ERROR_TOO_LARGE);
    assert_non_null(strstr(error.text, path));
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(one->count, 0);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("{\"recent\": [{\"path\": \"/", file);
    for (int i = 0; i < ZOE_PATH_TEXT; i++)
        fputc('n', file);
    fputs("\"}", file);
    for (int i = 0; i < 1000; i++)
        fprintf(file, ", {\"path\": \"/s/%d\"}", i);
    fputs("], \"current\": 3, \"open\": [{}", file);
    for (int i = 0; i < 1000; i++)
        fprintf(file, ", {\"path\": \"/s/%d\", \"layer\": \"%0400d\"}", i, i);
    fputs("]}", file);
    fclose(file);
    load(one);
    assert_int_equal(one->count, ZOE_RECENT_ITEMS);
    assert_int_equal(one->open_count, ZOE_RECENT_OPEN);
    assert_int_equal(one->open_current, 2); /* the first of them was none */
    assert_string_equal(one->open[0].layer, "");
    /* Deep nesting ends in an error, not on the stack. */
    file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000000; i++)
        fputc('[', file);
    fclose(file);
    assert_int_equal(zoe_recent_load(path, one, NULL), ZOE_ERROR_SYNTAX);
}

static void two_programs_share_the_file(void **state)
{
    (void)state;
    add(one, "/a", 100);
    add(one, "/both", 110);
    save(one);
    load(two);
    add(two, "/b", 200);
    zoe_recent_item item = item_of("/both", 210);
    item.frame = 7;
    zoe_recent_add(two, &item);
    save(two);
    add(one, "/c", 300);
    zoe_recent_remove(one, 2); /* "/a", which the file still has */
    save(one);
    load(two);
    assert_int_equal(two->count, 3);
    assert_string_equal(two->items[0].spec, "/c");
    assert_string_equal(two->items[1].spec, "/both");
    assert_int_equal(two->items[1].frame, 7);
    assert_string_equal(two->items[2].spec, "/b");
}

static void secrets_are_not_kept(void **state)
{
    (void)state;
    add(one, "https://ada:secret@host:80/a@b/shot.####.exr?X-Amz-Signature=secret", 1);
    add(one, "s3://secret@bucket/x", 2);
    zoe_recent_item open = item_of("https://u:secret@h/x?token=secret#secret", 3);
    zoe_recent_set_open(one, &open, 1, 0);
    assert_string_equal(one->items[0].spec, "s3://bucket/x");
    assert_string_equal(one->items[1].spec, "https://host:80/a@b/shot.####.exr");
    assert_string_equal(one->open[0].spec, "https://h/x");
    save(one);
    char *text = read_back();
    assert_null(strstr(text, "secret"));
    free(text);
    /* Also where another program left them. */
    write_text("{\"recent\": [{\"path\": \"https://u:secret@h/x?secret\"}]}");
    load(two);
    assert_string_equal(two->items[0].spec, "https://h/x");
}

static void relative_paths_become_absolute(void **state)
{
    (void)state;
    add(one, "shot.####.exr", 1);
    assert_int_equal(one->items[0].spec[0], '/');
    zoe_recent_item item = item_of("", 1);
    assert_int_equal(zoe_recent_add(one, &item), 0);
}

static void what_json_cannot_hold(void **state)
{
    (void)state;
    add(one, "/latin/\xe9", 1);
    zoe_recent_item item = item_of("/good", 2);
    item.zoom = (double)1e30f * 1e300; /* infinite */
    item.grade.range_max = (float)item.zoom;
    zoe_recent_add(one, &item);
    save(one);
    load(two);
    assert_int_equal(two->count, 1);
    assert_string_equal(two->items[0].spec, "/good");
}

static void written_some_seconds_after_a_change(void **state)
{
    (void)state;
    const uint64_t second = 1000000000;
    add(one, "/a", 1);
    assert_int_equal(zoe_recent_save_due(path, one, 5 * second, NULL), ZOE_OK);
    assert_int_equal(access(path, F_OK), -1);
    zoe_recent_changed(one, 10 * second);
    zoe_recent_changed(one, 12 * second); /* does not put it off */
    assert_true(one->due_ns == (10 + ZOE_RECENT_DELAY_S) * second);
    assert_int_equal(zoe_recent_save_due(path, one, one->due_ns - 1, NULL), ZOE_OK);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(zoe_recent_save_due(path, one, one->due_ns, NULL), ZOE_OK);
    assert_int_equal(access(path, F_OK), 0);
    assert_true(one->due_ns == ZOE_NEVER);
}

static void saving_where_one_may_not(void **state)
{
    (void)state;
    zoe_error error = {0};
    add(one, "/a", 1);
    assert_int_not_equal(zoe_recent_save("/proc/zoetrope/recent.json", one, &error), ZOE_OK);
    assert_non_null(strstr(error.text, "/proc/zoetrope/recent.json"));
    assert_true(one->due_ns == ZOE_NEVER);
}

static void the_path_follows_xdg(void **state)
{
    (void)state;
    char found[256];
    setenv("XDG_STATE_HOME", "/s", 1);
    assert_int_equal(zoe_recent_path(found, sizeof found), ZOE_OK);
    assert_string_equal(found, "/s/zoetrope/recent.json");
}

static void thumbnails(void **state)
{
    (void)state;
    char a[256], b[256], fresh[256], other[256];
    setenv("XDG_CACHE_HOME", root, 1);
    assert_int_equal(zoe_recent_thumbnail("/a", a, sizeof a), ZOE_OK);
    assert_int_equal(zoe_recent_thumbnail("/b", b, sizeof b), ZOE_OK);
    assert_int_equal(zoe_recent_thumbnail("/c", fresh, sizeof fresh), ZOE_OK);
    assert_string_not_equal(a, b);
    assert_memory_equal(a, root, strlen(root));
    assert_string_equal(a + strlen(a) - 4, ".png");
    zoe_path_make_folders(a);
    snprintf(other, sizeof other, "%s/zoetrope/thumbnails/notes.png", root);
    const char *const files[] = {a, b, fresh, other};
    for (int i = 0; i < 4; i++) {
        int fd = open(files[i], O_CREAT | O_WRONLY, 0600);
        assert_true(fd >= 0);
        struct timespec times[2];
        memset(times, 0, sizeof times);
        times[0].tv_sec = times[1].tv_sec = time(NULL) - 1000000;
        if (files[i] != fresh)
            assert_int_equal(futimens(fd, times), 0);
        close(fd);
    }
    add(one, "/a", 1);
    zoe_recent_prune_thumbnails(one);
    assert_int_equal(access(a, F_OK), 0);
    assert_int_equal(access(b, F_OK), -1);
    assert_int_equal(access(fresh, F_OK), 0);
    assert_int_equal(access(other, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_file_is_an_empty_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(newest_first_each_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comes_back_as_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_json_is_set_aside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_sizes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_programs_share_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(secrets_are_not_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(relative_paths_become_absolute, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_json_cannot_hold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(written_some_seconds_after_a_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(saving_where_one_may_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_path_follows_xdg, set_up, tear_down),
        cmocka_unit_test_setup_teardown(thumbnails, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("recent", tests, NULL, NULL);
}
