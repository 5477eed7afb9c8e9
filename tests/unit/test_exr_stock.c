/*
 * Compressions that the installed OpenEXR decodes, where it is new enough: a picture stored so
 * gives the same planes as one stored with ZIP, whatever part of it is decoded. A compression that
 * the library does not know is refused by name.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openexr.h>

#include <zoetrope/header.h>

#include "support/open_exr.h"
#include "support/exr_maker.h"

enum { LIMIT = 256 << 20, UNKNOWN = 250 };

static char folder[] = "/tmp/zoe_stock_XXXXXX";
static char zip_path[64], path[64];

/* From 3.4 on there is HTJ2K, from 3.5 on the others. */
static const struct {
    zoe_compression compression;
    const char *name;
    int lines;
    int lossy;
} kinds[] = {
    {ZOE_COMPRESSION_HTJ2K256, "htj2k256", 256, 0},
    {ZOE_COMPRESSION_HTJ2K32, "htj2k32", 32, 0},
    {ZOE_COMPRESSION_LJ2K, "lj2k", 256, 1},
    {ZOE_COMPRESSION_ZSTD, "zstd", 1, 0},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static int is_known(int kind)
{
    return (int)EXR_COMPRESSION_LAST_TYPE > (int)kinds[kind].compression;
}

static void need(int kind)
{
    if (!is_known(kind))
        skip();
}

/* ---- files ---- */

static void add_channel(exr_maker_part *part, const char *name, int type, int sampling)
{
    exr_maker_channel *channel = &part->channels[part->channel_count++];
    snprintf(channel->name, sizeof channel->name, "%s", name);
    channel->type = type;
    channel->x_sampling = channel->y_sampling = sampling;
}

static exr_maker_file make(int width, int height, int tile)
{
    exr_maker_file file = {.part_count = 1, .seed = 20240229};
    exr_maker_part *part = &file.parts[0];
    const int window[4] = {-6, 4, -6 + width - 1, 4 + height - 1};
    memcpy(part->data, window, sizeof window);
    memcpy(part->display, window, sizeof window);
    part->tile_width = part->tile_height = tile;
    return file;
}

static void write_as(const char *to, exr_maker_file *file, zoe_compression compression)
{
    for (int p = 0; p < file->part_count; p++)
        file->parts[p].compression = (int)compression;
    assert_int_equal(exr_maker_write(to, file), 0);
}

/* ---- pictures ---- */

typedef struct planes {
    zoe_picture picture;
    uint8_t *buffer;
} planes;

static planes decode(const char *name, const zoe_choice *choice)
{
    const zoe_decoder *decoder = zoe_exr_decoder();
    planes p = {.buffer = NULL};
    zoe_error error = {.status = ZOE_OK};
    open_exr_file opened;
    void *scratch = NULL, *buffer = NULL;
    if (open_exr(name, choice, LIMIT, NULL, &p.picture, &opened, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    void *file = opened.file;
    assert_int_equal(posix_memalign(&buffer, 64, p.picture.bytes), 0);
    assert_int_equal(posix_memalign(&scratch, 64, p.picture.scratch_bytes + 64), 0);
    memset(buffer, 0, p.picture.bytes); /* what lies between rows */
    memset(scratch, 0x5A, p.picture.scratch_bytes);
    for (int32_t piece = 0; piece < p.picture.piece_count; piece++)
        if (decoder->decode(NULL, file, piece, buffer, p.picture.bytes, scratch,
                            p.picture.scratch_bytes, &error) != ZOE_OK)
            fail_msg("%s", error.text);
    decoder->finish(NULL, file, buffer, p.picture.bytes, &p.picture, NULL);
    assert_int_equal(close_exr(&opened), ZOE_OK);
    free(scratch);
    p.buffer = buffer;
    return p;
}

static void check_choice(zoe_choice *choice)
{
    planes expected = decode(zip_path, choice), got = decode(path, choice);
    assert_int_equal(got.picture.bytes, expected.picture.bytes);
    for (size_t i = 0; i < expected.picture.bytes; i++)
        if (got.buffer[i] != expected.buffer[i])
            fail_msg("layer '%s', 1/%d, byte %zu: %02x, expected %02x", choice->layer,
                     1 << choice->proxy_shift, i, got.buffer[i], expected.buffer[i]);
    free(expected.buffer);
    free(got.buffer);
}

/* Every layer, as halves and as it is, in full, half and quarter size. */
static void check_file(exr_maker_file *file, const char *const *layers)
{
    write_as(zip_path, file, ZOE_COMPRESSION_ZIP);
    for (int k = 0; k < KINDS; k++) {
        if (!is_known(k) || kinds[k].lossy)
            continue;
        write_as(path, file, kinds[k].compression);
        for (int l = 0; layers[l]; l++)
            for (int n = 0; n < 6; n++) {
                char layer[16];
                snprintf(layer, sizeof layer, "%s", layers[l]);
                zoe_choice choice = {
                    .layer = layer, .proxy_shift = n / 2, .full_precision = n % 2 != 0};
                check_choice(&choice);
            }
    }
}

static void add_layers(exr_maker_part *part)
{
    add_channel(part, "B", 1, 1);
    add_channel(part, "G", 1, 1);
    add_channel(part, "R", 1, 1);
    add_channel(part, "A", 1, 1);
    add_channel(part, "Z", 2, 1);
    add_channel(part, "id", 0, 1);
}

static const char *const layers_of_six[] = {"", "Z", "id", NULL};

static void test_scanlines(void **state)
{
    (void)state;
    need(0);
    static const int sizes[][2] = {{1, 1}, {3, 257}, {190, 31}, {77, 33}, {301, 530}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        exr_maker_file file = make(sizes[s][0], sizes[s][1], 0);
        add_layers(&file.parts[0]);
        file.parts[0].line_order = (int)(s % 2);
        check_file(&file, layers_of_six);
    }
}

static void test_tiles(void **state)
{
    (void)state;
    need(0);
    for (int level_mode = 0; level_mode < 3; level_mode++) {
        exr_maker_file file = make(150, 121, 48);
        file.parts[0].level_mode = level_mode;
        add_layers(&file.parts[0]);
        check_file(&file, layers_of_six);
    }
}

static void test_subsampled(void **state)
{
    (void)state;
    need(0);
    static const char *const layers[] = {"", NULL};
    exr_maker_file file = make(150, 300, 0);
    add_channel(&file.parts[0], "Y", 1, 1);
    add_channel(&file.parts[0], "RY", 1, 2);
    add_channel(&file.parts[0], "BY", 1, 2);
    check_file(&file, layers);
}

static void test_parts(void **state)
{
    (void)state;
    need(0);
    static const char *const layers[] = {"part0", "part1", NULL};
    exr_maker_file file = make(90, 70, 0);
    file.multipart = 1;
    file.parts[1] = make(64, 50, 32).parts[0];
    memcpy(file.parts[1].display, file.parts[0].display, sizeof file.parts[0].display);
    file.part_count = 2;
    add_layers(&file.parts[0]);
    add_layers(&file.parts[1]);
    check_file(&file, layers);
}

/* Near the picture that was stored, and not just some picture. */
static void test_lossy(void **state)
{
    (void)state;
    enum { LJ2K = 2 };
    need(LJ2K);
    const zoe_choice choice = {.layer = NULL, .full_precision = 1};
    exr_maker_file file = make(190, 300, 0);
    file.seed |= EXR_MAKER_SMOOTH;
    add_channel(&file.parts[0], "B", 2, 1);
    add_channel(&file.parts[0], "G", 2, 1);
    add_channel(&file.parts[0], "R", 2, 1);
    write_as(zip_path, &file, ZOE_COMPRESSION_ZIP);
    write_as(path, &file, kinds[LJ2K].compression);
    planes expected = decode(zip_path, &choice), got = decode(path, &choice);
    assert_int_equal(got.picture.bytes, expected.picture.bytes);
    const float *was = (const float *)(const void *)expected.buffer,
                *is = (const float *)(const void *)got.buffer;
    double sum = 0;
    size_t count = expected.picture.bytes / sizeof(float);
    for (size_t i = 0; i < count; i++)
        sum += fabs((double)is[i] - (double)was[i]);
    print_message("lj2k: %.5f off in the mean\n", sum / (double)count);
    assert_true(sum / (double)count < 0.02);
    free(expected.buffer);
    free(got.buffer);
}

static void test_name(void **state)
{
    (void)state;
    need(0);
    for (int k = 0; k < KINDS && is_known(k); k++) {
        exr_maker_file file = make(20, 20, 0);
        add_layers(&file.parts[0]);
        write_as(path, &file, kinds[k].compression);
        zoe_header *header = NULL;
        zoe_error error;
        assert_int_equal(zoe_header_read(path, NULL, &header, &error), ZOE_OK);
        assert_string_equal(zoe_compression_name(header->parts[0].compression), kinds[k].name);
        assert_int_equal(header->parts[0].lines_per_chunk, kinds[k].lines);
        zoe_header_free(&header);
    }
}

/* ---- what the library does not know ---- */

/* Changes the file's compression to another number. */
static void patch(int compression)
{
    static const char attribute[] = "compression\0compression\0\1\0\0";
    char head[4096];
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    size_t bytes = fread(head, 1, sizeof head, file), at = 0;
    while (at + sizeof attribute < bytes && memcmp(head + at, attribute, sizeof attribute) != 0)
        at++;
    assert_true(at + sizeof attribute < bytes);
    assert_int_equal(fseek(file, (long)(at + sizeof attribute), SEEK_SET), 0);
    assert_int_equal(fputc(compression, file), compression);
    assert_int_equal(fclose(file), 0);
}

static void refused(int compression, const char *name)
{
    exr_maker_file file = make(20, 20, 0);
    add_layers(&file.parts[0]);
    write_as(path, &file, ZOE_COMPRESSION_ZIP);
    patch(compression);
    zoe_header *header = NULL;
    zoe_error error;
    assert_int_equal(zoe_header_read(path, NULL, &header, &error), ZOE_ERROR_UNSUPPORTED);
    assert_null(header);
    print_message("%s\n", error.text);
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, name));
    const zoe_choice choice = {.layer = NULL};
    zoe_picture picture;
    open_exr_file opened;
    zoe_error again;
    assert_int_equal(open_exr(path, &choice, LIMIT, NULL, &picture, &opened, &again),
                     ZOE_ERROR_UNSUPPORTED);
    assert_string_equal(again.text, error.text);
}

static void test_unknown(void **state)
{
    (void)state;
    refused(UNKNOWN, "compression 250");
    for (int k = 0; k < KINDS; k++)
        if (!is_known(k))
            refused((int)kinds[k].compression, kinds[k].name);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 77;
    snprintf(zip_path, sizeof zip_path, "%s/zip.exr", folder);
    snprintf(path, sizeof path, "%s/picture.exr", folder);
    for (int k = 0; k < KINDS; k++)
        if (!is_known(k))
            printf("the installed OpenEXR does not have %s: what needs it is skipped\n",
                   kinds[k].name);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scanlines),  cmocka_unit_test(test_tiles),
        cmocka_unit_test(test_subsampled), cmocka_unit_test(test_parts),
        cmocka_unit_test(test_lossy),      cmocka_unit_test(test_name),
        cmocka_unit_test(test_unknown),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(zip_path);
    unlink(path);
    rmdir(folder);
    return failed;
}
