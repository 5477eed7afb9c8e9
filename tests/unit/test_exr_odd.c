/*
 * Sound files that OpenEXR's C library takes for damaged ones: parts without the attribute
 * "version" beside deep ones, and scanlines with an attribute "tiles". Every part's picture is that
 * of a file without the oddity.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openexr.h>

#include <zoetrope/display.h>
#include <zoetrope/header.h>

#include "support/exr_deep_reference.h"
#include "support/exr_maker.h"
#include "support/exr_picture.h"

enum { WIDTH = 21, HEIGHT = 19, PIXELS = WIDTH * HEIGHT, LEFT = -3, TOP = 5 };

static char folder[] = "/tmp/zoe_odd_XXXXXX";
static char path[64], plain_path[64];

static exr_picture decode(const char *name, char *layer)
{
    const zoe_choice choice = {.layer = layer};
    exr_picture r = exr_picture_decode(name, &choice, 3);
    if (r.opened != ZOE_OK || r.failed > 0)
        fail_msg("%s: %s", layer, r.error.text);
    assert_int_equal(r.truncated, 0);
    return r;
}

static zoe_header *read_header(void)
{
    zoe_header *header = NULL;
    zoe_error error;
    if (zoe_header_read(path, NULL, &header, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    return header;
}

/* Is the OpenEXR library one of those since 3.3, which are other programs inside? */
static int library_is_new(void)
{
    int major, minor, patch;
    const char *extra;
    exr_get_library_version(&major, &minor, &patch, &extra);
    return major > 3 || (major == 3 && minor >= 3);
}

/* ---- deep and flat parts ---- */

/* A deep picture, and its samples. */
typedef struct deep_picture {
    exr_deep_reference_image image;
    exr_deep_reference_channel channels[3];
    unsigned counts[PIXELS];
    uint16_t red[2 * PIXELS], alpha[2 * PIXELS];
    float z[2 * PIXELS];
} deep_picture;

static void make_deep(deep_picture *p, int compression, int tile)
{
    size_t count = 0;
    for (int i = 0; i < PIXELS; i++) {
        p->counts[i] = (unsigned)i % 3;
        for (unsigned s = 0; s < p->counts[i]; s++, count++) {
            p->red[count] = zoe_float_to_half((float)(i % 50) / 64);
            p->alpha[count] = zoe_float_to_half(0.5f);
            p->z[count] = (float)(s + 1);
        }
    }
    p->channels[0] = (exr_deep_reference_channel){"A", 1, p->alpha};
    p->channels[1] = (exr_deep_reference_channel){"R", 1, p->red};
    p->channels[2] = (exr_deep_reference_channel){"Z", 2, p->z};
    p->image = (exr_deep_reference_image){LEFT, TOP,       WIDTH,       HEIGHT, compression,
                                          tile, p->counts, p->channels, 3};
}

static void check_flat_part(char *layer, int part)
{
    exr_picture r = decode(path, layer);
    assert_int_equal(r.picture.frame.plane_count, 3);
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                float want = exr_deep_reference_flat(part, c, x, y);
                float got =
                    zoe_half_to_float((uint16_t)exr_picture_at(&r, (uint32_t)c, LEFT + x, TOP + y));
                if (got < want || got > want)
                    fail_msg("%s: channel %d at %d,%d: %g, expected %g", layer, c, x, y,
                             (double)got, (double)want);
            }
    exr_picture_free(&r);
}

static void check_deep_part(void)
{
    static char name[] = "deep";
    exr_picture mixed = decode(path, name), alone = decode(plain_path, NULL);
    assert_int_equal(mixed.picture.frame.plane_count, alone.picture.frame.plane_count);
    int seen = 0;
    for (uint32_t c = 0; c < alone.picture.frame.plane_count; c++)
        for (int y = TOP; y < TOP + HEIGHT; y++)
            for (int x = LEFT; x < LEFT + WIDTH; x++) {
                uint32_t got = exr_picture_at(&mixed, c, x, y);
                uint32_t want = exr_picture_at(&alone, c, x, y);
                seen += want != 0;
                if (got != want)
                    fail_msg("deep plane %u at %d,%d: %x, expected %x", c, x, y, got, want);
            }
    assert_true(seen > 0);
    exr_picture_free(&mixed);
    exr_picture_free(&alone);
}

static void parts_without_version(void **state)
{
    (void)state;
    static char one[] = "one", two[] = "two";
    for (int tile = 0; tile <= 8; tile += 8) {
        deep_picture p;
        make_deep(&p, tile ? 1 : 2, tile);
        assert_int_equal(exr_deep_reference_write_mixed(path, &p.image), 0);
        assert_int_equal(exr_deep_reference_write(plain_path, &p.image), 0);
        zoe_header *header = read_header();
        assert_int_equal(header->part_count, 3);
        assert_int_equal(header->parts[0].type, ZOE_PART_SCANLINE);
        assert_int_equal(header->parts[1].type,
                         tile ? ZOE_PART_DEEP_TILED : ZOE_PART_DEEP_SCANLINE);
        assert_int_equal(header->parts[2].type, ZOE_PART_TILED);
        assert_int_equal(header->parts[1].chunk_count, tile ? 9 : HEIGHT);
        zoe_header_free(&header);
        check_flat_part(one, 0);
        check_flat_part(two, 2);
        check_deep_part();
    }
}

/* Puts a byte at a distance from where the file has these bytes for the first time. */
static void change(const char *name, const char *bytes, size_t length, size_t distance, int byte)
{
    static unsigned char file[1 << 16];
    FILE *stream = fopen(name, "r+b");
    assert_non_null(stream);
    size_t count = fread(file, 1, sizeof file, stream);
    size_t at = 0;
    while (at + length < count && memcmp(file + at, bytes, length) != 0)
        at++;
    assert_true(at + length < count && count < sizeof file);
    assert_int_equal(fseek(stream, (long)(at + distance), SEEK_SET), 0);
    assert_int_equal(fputc(byte, stream), byte);
    assert_int_equal(fclose(stream), 0);
}

static void check_refused(void)
{
    zoe_header *header = NULL;
    assert_int_equal(zoe_header_read(path, NULL, &header, NULL), ZOE_ERROR_CORRUPT);
    const zoe_choice choice = {.layer = NULL};
    exr_picture r = exr_picture_decode(path, &choice, 0);
    assert_int_equal(r.opened, ZOE_ERROR_CORRUPT);
}

/* How a deep part is stored is told by its version alone. */
static void deep_parts_need_version_1(void **state)
{
    (void)state;
    static const char version[] = "version\0int\0\4\0\0\0\1";
    static const struct {
        size_t distance;
        int byte;
    } cases[] = {{6, 'x'}, {16, 2}, {17, 1}, {8, 'x'}};
    if (library_is_new()) {
        print_message("this library takes deep parts of any version\n");
        skip();
    }
    deep_picture p;
    make_deep(&p, 2, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(exr_deep_reference_write_mixed(path, &p.image), 0);
        change(path, version, sizeof version - 1, cases[i].distance, cases[i].byte);
        check_refused();
    }
}

/* ---- scanlines with an attribute "tiles" ---- */

static void stray_tiles(void **state)
{
    (void)state;
    enum { NONE, RLE, ZIPS, ZIP, PIZ, PXR24, B44, B44A, DWAA, DWAB, COUNT };
    static const int lines[COUNT] = {1, 1, 1, 16, 32, 16, 32, 32, 32, 256};
    static exr_maker_file file, plain;
    if (library_is_new()) {
        print_message("this library's writer compresses wrongly beside such an attribute\n");
        skip();
    }
    const exr_maker_part part = {
        .data = {2, 3, 72, 302},
        .display = {2, 3, 72, 302},
        .channel_count = 1,
        .channels = {{"Y", 1, 1, 1}},
    };
    for (int compression = 0; compression < COUNT; compression++) {
        for (int parts = 1; parts <= 2; parts++) {
            file = (exr_maker_file){.part_count = parts, .seed = 5 | EXR_MAKER_SMOOTH};
            file.parts[0] = file.parts[1] = part;
            file.parts[0].compression = file.parts[1].compression = compression;
            plain = file;
            file.parts[0].stray_tiles = 1;
            assert_int_equal(exr_maker_write(path, &file), 0);
            /* The C++ library flags a lone part as tiled for the attribute's sake. */
            if (parts == 1)
                change(path, "\x76\x2f\x31\x01\x02", 5, 5, 0);
            assert_int_equal(exr_maker_write(plain_path, &plain), 0);
            zoe_header *header = read_header();
            assert_int_equal(header->parts[0].type, ZOE_PART_SCANLINE);
            assert_int_equal(header->parts[0].lines_per_chunk, lines[compression]);
            assert_int_equal(header->parts[0].chunk_count,
                             (300 + lines[compression] - 1) / lines[compression]);
            zoe_header_free(&header);
            for (int p = 0; p < parts; p++) {
                char name[16] = "";
                if (parts > 1)
                    snprintf(name, sizeof name, "part%d", p);
                exr_picture got = decode(path, name), want = decode(plain_path, name);
                for (int y = 3; y <= 302; y++)
                    for (int x = 2; x <= 72; x++)
                        if (exr_picture_at(&got, 0, x, y) != exr_picture_at(&want, 0, x, y))
                            fail_msg("compression %d part %d at %d,%d: %x, expected %x",
                                     compression, p, x, y, exr_picture_at(&got, 0, x, y),
                                     exr_picture_at(&want, 0, x, y));
                exr_picture_free(&got);
                exr_picture_free(&want);
            }
        }
    }
}

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/odd.exr", folder);
    snprintf(plain_path, sizeof plain_path, "%s/plain.exr", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    remove(path);
    remove(plain_path);
    return remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_without_version),
        cmocka_unit_test(deep_parts_need_version_1),
        cmocka_unit_test(stray_tiles),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
