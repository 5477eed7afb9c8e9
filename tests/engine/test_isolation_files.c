/*
 * Real, damaged and fuzzed files, decoded in the test's own process and in others: the frames, and
 * what is said of those that are none, are the same.
 *
 *   test_isolation_files FOLDER...    beside the folder of test images
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <zoetrope/zoetrope.h>

#include "base/os.h"
#include "support/children.h"
#include "support/fake_storage.h"
#include "support/image_folder.h"
#include "support/temp_folder.h"
#include "support/threads.h"

enum { WAIT_S = 120 };

static char **folders; /* of the command line; NULL ends them */

/* ---- one sequence of all files ---- */

typedef struct pile {
    char folder[64];
    int64_t count;
} pile;

static void add(pile *p, const char *path)
{
    char name[128];
    struct stat s;
    DIR *folder = opendir(path);
    const struct dirent *entry;
    if (!folder) {
        if (stat(path, &s) != 0 || !S_ISREG(s.st_mode))
            return;
        snprintf(name, sizeof name, "%s/f.%05d.exr", p->folder, (int)++p->count);
        char *whole = realpath(path, NULL);
        assert_non_null(whole);
        assert_int_equal(symlink(whole, name), 0);
        free(whole);
        return;
    }
    while ((entry = readdir(folder)) != NULL) {
        char below[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        add(p, below);
    }
    closedir(folder);
}

/* ---- both ways ---- */

typedef struct way {
    fake_storage *far; /* where its files come from; NULL: the local folder */
    zoe_engine *engine;
    zoe_source *source;
} way;

static void open_way(way *w, const pile *p, uint32_t workers, int32_t isolation, bool far,
                     const zoe_source_settings *source)
{
    w->far = far ? fake_storage_create(p->folder) : NULL;
    zoe_storage *storage = far ? fake_storage_storage(w->far) : NULL;
    zoe_error error;
    zoe_sequence *sequence = NULL;
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.budget.bytes = (uint64_t)256 << 20;
    settings.workers = workers;
    settings.isolation = isolation;
    settings.decoder_program = DECODER;
    if (zoe_engine_create(&settings, &w->engine, &error) != ZOE_OK ||
        zoe_sequence_open(far ? "http://fake/" : p->folder, storage, &sequence, &error) != ZOE_OK ||
        zoe_source_open(w->engine, &sequence, source, &w->source, &error) != ZOE_OK)
        fail_msg("%s", error.text);
}

static void close_way(way *w)
{
    zoe_source_close(&w->source);
    zoe_engine_destroy(&w->engine);
    if (w->far)
        fake_storage_destroy(w->far);
}

static zoe_status load(way *w, int64_t position, zoe_frame *frame, zoe_error *error)
{
    zoe_want want = {.playhead = position, .in = position, .out = position, .direction = 1};
    memset(error, 0, sizeof *error);
    assert_int_equal(zoe_source_set_want(w->source, &want), ZOE_OK);
    uint64_t deadline = zoe_now_ns() + (uint64_t)WAIT_S * 1000000000u;
    zoe_status status = zoe_source_wait(w->source, position, deadline, frame);
    zoe_source_frame_error(w->source, position, error);
    return status;
}

static void compare(const zoe_frame *a, const zoe_frame *b, const char *path)
{
    if (memcmp(&a->window, &b->window, sizeof a->window) != 0 ||
        memcmp(&a->picture, &b->picture, sizeof a->picture) != 0 ||
        a->plane_count != b->plane_count || a->alpha_plane != b->alpha_plane ||
        a->is_color != b->is_color || a->incomplete != b->incomplete ||
        strcmp(a->time_code, b->time_code) != 0)
        fail_msg("%s: another picture", path);
    int64_t width = (int64_t)a->window.max_x - a->window.min_x + 1;
    int64_t height = (int64_t)a->window.max_y - a->window.min_y + 1;
    for (uint32_t p = 0; p < a->plane_count; p++) {
        const zoe_plane *one = &a->planes[p], *two = &b->planes[p];
        assert_int_equal(one->type, two->type);
        size_t bytes = (size_t)(width > 0 ? width : 0) * (one->type == ZOE_SAMPLE_HALF ? 2 : 4);
        for (int64_t y = 0; y < height && bytes; y++)
            if (memcmp((const char *)one->data + (size_t)y * one->stride,
                       (const char *)two->data + (size_t)y * two->stride, bytes) != 0)
                fail_msg("%s: plane %u is another in row %lld", path, p, (long long)y);
    }
}

/* With several workers, which fault of a file is met first is not always the same. */
static void compare_all(const pile *p, uint32_t workers, bool far,
                        const zoe_source_settings *settings)
{
    way in, out;
    int64_t loaded = 0;
    open_way(&in, p, workers, ZOE_ISOLATION_OFF, false, settings);
    open_way(&out, p, workers, ZOE_ISOLATION_ON, far, settings);
    for (int64_t i = 0; i < p->count; i++) {
        char path[4096], file[4096] = "";
        zoe_frame one, two;
        zoe_error why, why_not;
        zoe_sequence_path(zoe_source_sequence(in.source), i, path, sizeof path);
        if (readlink(path, file, sizeof file - 1) < 0)
            fail_msg("%s", path);
        zoe_status a = load(&in, i, &one, &why), b = load(&out, i, &two, &why_not);
        if (a != b || (workers == 1 && !far && strcmp(why.text, why_not.text) != 0))
            fail_msg("%s: %s: %s / in another process %s: %s", file, zoe_status_name(a), why.text,
                     zoe_status_name(b), why_not.text);
        if (a == ZOE_OK)
            compare(&one, &two, file);
        loaded += a == ZOE_OK;
        if (a == ZOE_OK)
            zoe_frame_release(&one);
        if (b == ZOE_OK)
            zoe_frame_release(&two);
    }
    zoe_stats stats;
    zoe_engine_stats(out.engine, &stats);
    assert_int_equal(stats.decoder_deaths, 0);
    /* Frames' memory goes back to the system, whichever process touched it. */
    enum { BLOCKS_BYTES = 64 << 10 };
    assert_true(zoe_os_shared_resident() > BLOCKS_BYTES);
    uint64_t deadline = zoe_now_ns() + (uint64_t)WAIT_S * 1000000000u;
    do /* a worker may be about to leave its last load */
        assert_int_equal(zoe_engine_clear(out.engine, NULL), ZOE_OK);
    while (zoe_os_shared_resident() > BLOCKS_BYTES && zoe_now_ns() < deadline);
    assert_true(zoe_os_shared_resident() <= BLOCKS_BYTES);
    printf("%lld files, %lld pictures\n", (long long)p->count, (long long)loaded);
    close_way(&out);
    close_way(&in);
}

static void compare_folders(const char *const *list, size_t count, uint32_t workers, bool far,
                            const zoe_source_settings *settings)
{
    pile p = {.count = 0};
    (void)threads_begin();
    size_t children = children_count(), descriptors = descriptors_count();
    temp_folder_make(p.folder, sizeof p.folder);
    for (size_t i = 0; i < count; i++)
        add(&p, list[i]);
    assert_true(p.count > 0);
    compare_all(&p, workers, far, settings);
    temp_folder_remove(p.folder);
    assert_int_equal(children_count(), children);
    assert_int_equal(descriptors_count(), descriptors);
}

/* ---- tests ---- */

static void test_images(void **state)
{
    (void)state;
    char path[4096];
    const char *list[] = {path};
    image_folder_path("", path, sizeof path);
    compare_folders(list, 1, 2, false, NULL);
}

static void test_images_as_proxies(void **state)
{
    (void)state;
    char path[4096];
    const char *list[] = {path};
    zoe_source_settings settings;
    zoe_source_settings_init(&settings);
    settings.proxy_shift = 1;
    settings.overscan = 1;
    settings.full_precision = 1;
    image_folder_path("", path, sizeof path);
    compare_folders(list, 1, 1, false, &settings);
}

/* A decoder never comes at a network: the program reads, and hands it the bytes. */
static void test_images_from_afar(void **state)
{
    (void)state;
    char path[4096];
    const char *list[] = {path};
    image_folder_path("", path, sizeof path);
    compare_folders(list, 1, 2, true, NULL);
}

static void test_fuzzed(void **state)
{
    (void)state;
    size_t count = 0;
    while (folders[count])
        count++;
    if (count == 0)
        skip();
    compare_folders((const char *const *)folders, count, 1, false, NULL);
}

int main(int argc, char **argv)
{
    (void)argc;
    folders = argv + 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_images_as_proxies),
        cmocka_unit_test(test_images_from_afar),
        cmocka_unit_test(test_fuzzed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
