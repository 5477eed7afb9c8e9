/*
 * Headers that were read in another process: the same as those that were read in the test's own, of
 * real, damaged and fuzzed files; and images of headers that are none.
 *
 *   test_isolation_headers FOLDER...    beside the folder of test images
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include <zoetrope/zoetrope.h>

#include "exr/read_header.h"
#include "isolation/header_image.h"
#include "support/children.h"
#include "support/fake_storage.h"
#include "support/header_file.h"
#include "support/image_folder.h"
#include "support/threads.h"

static fake_storage *far; /* the same files, by http://fake and the path */
static char **folders;    /* of the command line; NULL ends them */

static void isolate(int32_t mode)
{
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.isolation = mode;
    settings.decoder_program = DECODER;
    assert_int_equal(zoe_header_isolate(&settings), ZOE_OK);
}

/* ---- the same ---- */

static void compare_parts(const zoe_part *a, const zoe_part *b, const char *path)
{
    zoe_part one = *a, two = *b;
    if (strcmp(a->name, b->name) != 0 || strcmp(a->view, b->view) != 0)
        fail_msg("%s: part %s %s is %s %s", path, a->name, a->view, b->name, b->view);
    one.name = two.name = one.view = two.view = NULL;
    one.channels = two.channels = NULL;
    one.attributes = two.attributes = NULL;
    if (memcmp(&one, &two, sizeof one) != 0)
        fail_msg("%s: part %s is another", path, a->name);
    for (size_t i = 0; i < a->channel_count; i++) {
        zoe_channel x = a->channels[i], y = b->channels[i];
        assert_string_equal(x.name, y.name);
        x.name = y.name = NULL;
        assert_memory_equal(&x, &y, sizeof x);
    }
    for (size_t i = 0; i < a->attribute_count; i++) {
        assert_string_equal(a->attributes[i].name, b->attributes[i].name);
        assert_string_equal(a->attributes[i].type, b->attributes[i].type);
        assert_string_equal(a->attributes[i].value, b->attributes[i].value);
    }
}

static void compare(const zoe_header *a, const zoe_header *b, const char *path)
{
    if (a->part_count != b->part_count || a->layer_count != b->layer_count ||
        a->file_bytes != b->file_bytes || strcmp(a->time_code, b->time_code) != 0 ||
        a->fps_numerator != b->fps_numerator || a->fps_denominator != b->fps_denominator ||
        a->has_chromaticities != b->has_chromaticities ||
        memcmp(a->chromaticities, b->chromaticities, sizeof a->chromaticities) != 0)
        fail_msg("%s: another header", path);
    for (size_t i = 0; i < a->part_count; i++)
        compare_parts(&a->parts[i], &b->parts[i], path);
    for (size_t i = 0; i < a->layer_count; i++) {
        zoe_layer x = a->layers[i], y = b->layers[i];
        assert_string_equal(x.name, y.name);
        assert_string_equal(x.view, y.view);
        assert_int_equal(zoe_header_find_layer(a, x.name, x.view), i);
        assert_int_equal(zoe_header_find_layer(b, x.name, x.view), i);
        assert_int_equal(zoe_header_find_layer(a, x.name, NULL),
                         zoe_header_find_layer(b, x.name, NULL));
        x.name = y.name = x.view = y.view = NULL;
        assert_memory_equal(&x, &y, sizeof x);
    }
}

static void check(const char *path, int *read)
{
    zoe_header *one = NULL, *two = NULL;
    zoe_error why = {.text = ""}, why_not = {.text = ""};
    zoe_status a = zoe_exr_header_read(path, NULL, &one, &why);
    zoe_status b = zoe_header_read(path, NULL, &two, &why_not);
    if (a != b || strcmp(why.text, why_not.text) != 0)
        fail_msg("%s: %s: %s / in another process %s: %s", path, zoe_status_name(a), why.text,
                 zoe_status_name(b), why_not.text);
    if (a == ZOE_OK)
        compare(one, two, path);
    zoe_header *three = NULL;
    char url[4096 + 16];
    snprintf(url, sizeof url, "http://fake%s", path);
    zoe_status c = zoe_header_read(url, fake_storage_storage(far), &three, &why_not);
    if (a != c)
        fail_msg("%s: %s: %s / from afar %s: %s", path, zoe_status_name(a), why.text,
                 zoe_status_name(c), why_not.text);
    if (a == ZOE_OK)
        compare(one, three, path);
    zoe_header_free(&three);
    *read += a == ZOE_OK;
    zoe_header_free(&one);
    zoe_header_free(&two);
}

static void check_below(const char *path, int *files, int *read)
{
    struct stat s;
    DIR *folder = opendir(path);
    const struct dirent *entry;
    if (!folder) {
        if (stat(path, &s) == 0 && S_ISREG(s.st_mode)) {
            ++*files;
            check(path, read);
        }
        return;
    }
    while ((entry = readdir(folder)) != NULL) {
        char below[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        check_below(below, files, read);
    }
    closedir(folder);
}

static void test_the_same_in_another_process(void **state)
{
    (void)state;
    int files = 0, read = 0;
    char path[4096];
    (void)threads_begin();
    far = fake_storage_create("");
    size_t children = children_count(), descriptors = descriptors_count();
    isolate(ZOE_ISOLATION_ON);
    for (char **folder = folders; *folder; folder++)
        check_below(*folder, &files, &read);
    if (folders[0] == NULL) {
        image_folder_path("", path, sizeof path);
        check_below(path, &files, &read);
    }
    isolate(ZOE_ISOLATION_OFF);
    printf("%d files, %d headers\n", files, read);
    assert_true(read > 0);
    assert_int_equal(children_count(), children);
    assert_int_equal(descriptors_count(), descriptors);
    fake_storage_destroy(far);
}

/* Of a file that is far away the beginning is fetched: more where that is not enough. */
static void test_large_headers(void **state)
{
    (void)state;
    static char text[3 << 20];
    zoe_header *header = NULL;
    int read = 0;
    header_file_set_up(NULL);
    exr_context_t file = header_file_begin();
    header_file_add_part(file, "part", "R G B");
    memset(text, 'x', sizeof text - 1);
    header_file_must(exr_attr_set_string(file, 0, "long", text));
    header_file_end(file);
    far = fake_storage_create("");
    isolate(ZOE_ISOLATION_ON);
    check(header_file_path, &read);
    assert_int_equal(read, 1);
    header_file_tear_down(NULL);
    snprintf(text, sizeof text, "http://fake%s", header_file_path);
    assert_int_equal(zoe_header_read(text, fake_storage_storage(far), &header, NULL),
                     ZOE_ERROR_NOT_FOUND);
    fake_storage_destroy(far);
    isolate(ZOE_ISOLATION_OFF);
}

/* Nor may the process ask the system for anything where there is much to sort. */
static void test_many_layers(void **state)
{
    (void)state;
    enum { LAYERS = 2000 };
    int read = 0;
    header_file_set_up(NULL);
    exr_context_t file = header_file_begin();
    int part = header_file_add_part(file, "part", "R G B");
    for (int i = 0; i < LAYERS; i++) {
        char name[16];
        snprintf(name, sizeof name, "a%05d.Y", i);
        header_file_must(
            exr_add_channel(file, part, name, EXR_PIXEL_HALF, EXR_PERCEPTUALLY_LOGARITHMIC, 1, 1));
    }
    header_file_end(file);
    far = fake_storage_create("");
    check(header_file_path, &read);
    assert_int_equal(read, 1);
    header_file_tear_down(NULL);
    fake_storage_destroy(far);
    isolate(ZOE_ISOLATION_OFF);
}

/* ---- images ---- */

/* Looks at everything that a reader of a header may look at. */
static size_t read_all(const zoe_header *h)
{
    size_t sum = strlen(h->time_code);
    for (size_t i = 0; i < h->part_count; i++) {
        const zoe_part *part = &h->parts[i];
        sum += strlen(part->name) + strlen(part->view);
        for (size_t j = 0; j < part->channel_count; j++)
            sum += strlen(part->channels[j].name);
        for (size_t j = 0; j < part->attribute_count; j++)
            sum += strlen(part->attributes[j].name) + strlen(part->attributes[j].type) +
                   strlen(part->attributes[j].value);
    }
    for (size_t i = 0; i < h->layer_count; i++)
        sum += (size_t)(zoe_header_find_layer(h, h->layers[i].name, h->layers[i].view) + 1);
    return sum;
}

static void *copy_of(const void *image, size_t bytes)
{
    void *copy = malloc(bytes ? bytes : 1);
    assert_non_null(copy);
    memcpy(copy, image, bytes);
    return copy;
}

static void test_damaged_images(void **state)
{
    (void)state;
    char path[4096];
    zoe_header *header = NULL;
    image_folder_path("Beachball/multipart.0001.exr", path, sizeof path);
    assert_int_equal(zoe_header_read(path, NULL, &header, NULL), ZOE_OK);
    size_t bytes = zoe_header_image_bytes(header), taken = 0, sum = 0;
    uint8_t *image = calloc(1, bytes);
    assert_non_null(image);
    assert_false(zoe_header_image_write(header, image, bytes - 1));
    assert_true(zoe_header_image_write(header, image, bytes));
    void *whole = copy_of(image, bytes);
    assert_true(zoe_header_image_read(whole, bytes));
    compare(header, whole, path);
    free(whole);
    for (size_t length = 0; length < bytes; length += length < 600 ? 1 : 97) {
        void *part = copy_of(image, length);
        assert_false(zoe_header_image_read(part, length));
        free(part);
    }
    static const uint8_t values[] = {0, 1, 0x7F, 0x80, 0xFF};
    for (size_t at = 0; at < bytes; at += at < 4000 ? 1 : 13)
        for (size_t v = 0; v < sizeof values; v++) {
            uint8_t *bad = copy_of(image, bytes);
            bad[at] = values[v];
            bool is_one = zoe_header_image_read(bad, bytes);
            taken += is_one;
            sum += is_one ? read_all((const zoe_header *)(const void *)bad) : 0;
            free(bad);
        }
    printf("%zu bytes, %zu damaged images are headers, %zu\n", bytes, taken, sum);
    free(image);
    zoe_header_free(&header);
}

/* ---- how many ---- */

static void read_one(void)
{
    zoe_header *header = NULL;
    zoe_error error = {.text = ""};
    if (zoe_header_read(header_file_path, NULL, &header, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    zoe_header_free(&header);
}

static void write_one(void)
{
    exr_context_t file = header_file_begin();
    (void)header_file_add_part(file, "one", "R");
    header_file_end(file);
}

/* Is a header read by the process by which an engine has seen that it can have some? It waits for a
 * second only, which a busy machine may be late for. */
static bool first_process_reads(const zoe_engine_settings *settings, zoe_engine **engine)
{
    pid_t first[64], now[64];
    size_t children = children_count();
    assert_int_equal(zoe_engine_create(settings, engine, NULL), ZOE_OK);
    assert_int_equal(children_count(), children + 1);
    size_t count = children_list(first, 64);
    read_one();
    assert_int_equal(children_count(), children + 1);
    return children_list(now, 64) == count && memcmp(first, now, count * sizeof *first) == 0;
}

static void test_the_first_process_reads_headers(void **state)
{
    (void)state;
    enum { TRIES = 20 };
    zoe_engine *engine = NULL;
    zoe_engine_settings settings;
    zoe_engine_settings_init(&settings);
    settings.isolation = ZOE_ISOLATION_ON;
    settings.decoder_program = DECODER;
    settings.budget.bytes = (uint64_t)256 << 20;
    write_one();
    (void)threads_begin();
    isolate(ZOE_ISOLATION_ON);
    size_t children = children_count();
    int tries = 0;
    while (!first_process_reads(&settings, &engine)) {
        assert_true(++tries < TRIES);
        zoe_engine_destroy(&engine);
        assert_int_equal(children_count(), children);
    }
    /* It is counted, while it waits. */
    zoe_stats stats = {.decoders = 0};
    uint64_t deadline = zoe_now_ns() + (uint64_t)30 * 1000000000;
    for (; !stats.decoders && zoe_now_ns() < deadline; read_one())
        zoe_engine_stats(engine, &stats);
    assert_int_equal(stats.decoders, 1);
    assert_true(stats.decoder_bytes > 0);
    zoe_engine_destroy(&engine);
    assert_int_equal(children_count(), children);
    isolate(ZOE_ISOLATION_OFF);
}

/* Without an engine too, one that has ended itself stays no longer than until the next header. */
static void test_those_that_ended_are_seen_to(void **state)
{
    (void)state;
    write_one();
    (void)threads_begin();
    isolate(ZOE_ISOLATION_ON);
    pid_t pids[64];
    size_t children = children_count(), alive = children_list(pids, 64);
    read_one();
    assert_int_equal(children_count(), children + 1);
    uint64_t deadline = zoe_now_ns() + (uint64_t)30 * 1000000000;
    while (children_list(pids, 64) > alive && zoe_now_ns() < deadline)
        zoe_os_sleep(10);
    assert_int_equal(children_list(pids, 64), alive);
    assert_int_equal(children_count(), children + 1);
    read_one();
    assert_int_equal(children_count(), children + 1);
    isolate(ZOE_ISOLATION_OFF);
    assert_int_equal(children_count(), children);
}

int main(int argc, char **argv)
{
    (void)argc;
    folders = argv + 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_in_another_process),
        cmocka_unit_test(test_large_headers),
        cmocka_unit_test(test_many_layers),
        cmocka_unit_test(test_damaged_images),
        cmocka_unit_test_setup_teardown(test_the_first_process_reads_headers, header_file_set_up,
                                        header_file_tear_down),
        cmocka_unit_test_setup_teardown(test_those_that_ended_are_seen_to, header_file_set_up,
                                        header_file_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
