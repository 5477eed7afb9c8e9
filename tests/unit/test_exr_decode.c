/*
 * Decoding files piece by piece: files of every kind, made by OpenEXR's C++ library, give that
 * library's pixels; smaller pictures are the averages of those; what a file lacks is missing and
 * not damaged, and the other way round.
 *
 * Random; the seed is printed and ZOETROPE_SEED sets it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <zoetrope/display.h>

#include "base/box.h"
#include "support/exr_maker.h"
#include "support/exr_picture.h"
#include "support/exr_random.h"
#include "support/open_exr.h"
#include "base/half.h"
#include "support/image_folder.h"

enum { ROUNDS = 60, DWAA = 8 };

static const char *const path = exr_random_path;

/* ---- one picture ---- */

static exr_picture decode_file(const char *name, const zoe_choice *choice)
{
    return exr_picture_decode(name, choice, exr_random(1u << 30));
}

/* ---- what it should be ---- */

static float as_float(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* A sample of the file as a plane has it. */
static uint32_t convert(uint32_t sample, int from, zoe_sample_type to)
{
    if (from == (int)to)
        return sample;
    return from == 2 ? zoe_float_to_half(as_float(sample)) : zoe_half_from_uint(sample);
}

static double as_number(uint32_t sample, int type)
{
    return type == 1   ? (double)zoe_half_to_float((uint16_t)sample)
           : type == 2 ? (double)as_float(sample)
                       : (double)sample;
}

/* The samples of one level of one channel. */
typedef struct reference {
    const exr_maker_channel *channel;
    zoe_box data; /* level pixels */
    int32_t width;
    uint32_t *samples;
} reference;

static bool inside(const zoe_box *box, int64_t x, int64_t y)
{
    return x >= box->min_x && x <= box->max_x && y >= box->min_y && y <= box->max_y;
}

static uint32_t reference_at(const reference *r, int64_t x, int64_t y)
{
    int64_t column = (x - r->data.min_x) / r->channel->x_sampling;
    int64_t row = (y - r->data.min_y) / r->channel->y_sampling;
    return r->samples[row * r->width + column];
}

static double held(double value, zoe_sample_type type)
{
    double limit = type == ZOE_SAMPLE_HALF ? 65504 : 3.4e38;
    return isnan(value) ? 0 : value > limit ? limit : value < -limit ? -limit : value;
}

/* The pixels of a block that lie in the picture. */
static zoe_box block_in(const zoe_box *picture, int32_t x, int32_t y, int32_t shift)
{
    int32_t size = 1 << shift;
    zoe_box block = {x * size, y * size, x * size + size - 1, y * size + size - 1};
    return zoe_box_intersect(block, *picture);
}

/* Of the pixels of a block that lie in the picture; those outside the data window are black. *slack
 * is what adding floats of this size may cost; *overflows: their sum may be more than a float
 * holds. */
static double average(const reference *r, zoe_box block, zoe_sample_type type, double *slack,
                      bool *overflows)
{
    double sum = 0, magnitude = 0;
    for (int64_t j = block.min_y; j <= block.max_y; j++) {
        for (int64_t i = block.min_x; i <= block.max_x; i++) {
            if (!inside(&r->data, i, j))
                continue;
            double value = held(as_number(reference_at(r, i, j), r->channel->type), type);
            sum += value;
            magnitude += fabs(value);
        }
    }
    *slack = magnitude * 1e-6;
    *overflows = magnitude > FLT_MAX;
    return sum / (double)(zoe_box_width(&block) * zoe_box_height(&block));
}

static bool is_near(double got, double want, double tolerance)
{
    if (isnan(got) || isnan(want) || isinf(got) || isinf(want))
        return (isnan(got) && isnan(want)) || got == want;
    return fabs(got - want) <= tolerance * (0.01 + fabs(want));
}

typedef struct checked {
    const exr_maker_part *part;
    const exr_picture *result;
    uint32_t plane;
    int32_t shift;   /* from the level's pixels */
    zoe_box picture; /* level pixels: those that exist */
} checked;

static void check_pixel(const checked *c, const reference *ref, int32_t x, int32_t y)
{
    const zoe_frame *f = &c->result->picture.frame;
    zoe_sample_type type = f->planes[c->plane].type;
    uint32_t got = exr_picture_at(c->result, c->plane, x, y);
    bool lossy = c->part->compression >= DWAA;
    bool equal;
    double want;
    if (!inside(&f->data_window, x, y)) {
        want = 0;
        equal = got == 0;
    } else if (c->shift == 0 || type == ZOE_SAMPLE_UINT) {
        zoe_box block = block_in(&c->picture, x, y, c->shift);
        uint32_t sample =
            inside(&ref->data, block.min_x, block.min_y)
                ? convert(reference_at(ref, block.min_x, block.min_y), ref->channel->type, type)
                : 0;
        want = as_number(sample, (int)type);
        equal = got == sample || (lossy && is_near(as_number(got, (int)type), want, 0.03));
    } else {
        double slack;
        bool overflows;
        want = average(ref, block_in(&c->picture, x, y, c->shift), type, &slack, &overflows);
        double tolerance = lossy ? 0.05 : type == ZOE_SAMPLE_HALF ? 0.0012 : 1e-4;
        double value = as_number(got, (int)type);
        equal = is_near(value, want, tolerance) || fabs(value - want) <= slack ||
                (overflows && fabs(value) == (double)FLT_MAX);
    }
    if (!equal)
        fail_msg("%s, compression %d, tiles %d: plane %u at %d, %d: got %x (%g), wanted %g",
                 ref->channel->name, c->part->compression, c->part->tile_width, c->plane, x, y, got,
                 as_number(got, (int)type), want);
}

/* Does the level have a pixel for every block of the picture's side, also for one that is cut? */
static bool is_whole(int side, int32_t level, bool up)
{
    return up || side % (1 << level) == 0 || side >> level == 0;
}

/* The level that a smaller picture comes from. */
static int32_t level_of(const exr_maker_part *part, int32_t shift)
{
    int32_t level = 0;
    int width = part->data[2] - part->data[0] + 1, height = part->data[3] - part->data[1] + 1;
    if (part->tile_width == 0 || part->level_mode == 0)
        return 0;
    for (int32_t l = 1; l <= shift; l++) {
        /* Mip levels go on until the larger side is 1, rip levels in each direction by itself. */
        int side = part->level_mode == 1 ? (width > height ? width : height)
                                         : (width < height ? width : height);
        int last = part->round_mode ? (side - 1) >> (l - 1) : side >> l;
        if (last > 0 && part->data[0] % (1 << l) == 0 && part->data[1] % (1 << l) == 0 &&
            is_whole(width, l, part->round_mode) && is_whole(height, l, part->round_mode))
            level = l;
    }
    return level;
}

static void check_plane(const exr_maker_file *file, int part_index, int channel, uint32_t plane,
                        const exr_picture *r, bool overscan)
{
    const exr_maker_part *part = &file->parts[part_index];
    int32_t shift = r->picture.frame.proxy_shift, level = level_of(part, shift);
    size_t pixels =
        (size_t)(part->data[2] - part->data[0] + 1) * (size_t)(part->data[3] - part->data[1] + 1);
    static const exr_maker_channel color = {"color", 1, 1, 1};
    reference ref = {.channel = channel < 0 ? &color : &part->channels[channel]};
    ref.samples = malloc(pixels * sizeof *ref.samples);
    assert_non_null(ref.samples);
    int width = 0, height = 0;
    int failed = channel < 0 ? exr_maker_read_color(path, (int)plane, ref.samples, &width, &height)
                             : exr_maker_read(path, file, part_index, channel, level, ref.samples,
                                              &width, &height);
    assert_int_equal(failed, 0);
    ref.width = width;
    int x0 = zoe_block_of(part->data[0], level), y0 = zoe_block_of(part->data[1], level);
    ref.data = (zoe_box){x0, y0, x0 + width * ref.channel->x_sampling - 1,
                         y0 + height * ref.channel->y_sampling - 1};
    zoe_box display = {part->display[0], part->display[1], part->display[2], part->display[3]};
    checked c = {part, r, plane, shift - level, zoe_box_shrink(display, level)};
    if (overscan)
        c.picture = zoe_box_unite(c.picture, ref.data);
    const zoe_frame *f = &r->picture.frame;
    zoe_box data = zoe_box_shrink(ref.data, c.shift);
    assert_memory_equal(&data, &f->data_window, sizeof data);
    for (int32_t y = f->picture.min_y; y <= f->picture.max_y; y++)
        for (int32_t x = f->picture.min_x; x <= f->picture.max_x; x++)
            check_pixel(&c, &ref, x, y);
    free(ref.samples);
}

/* ---- random files ---- */

static void add_channel(exr_maker_part *part, const char *name, int type, int sampling)
{
    exr_maker_channel *channel = &part->channels[part->channel_count++];
    snprintf(channel->name, sizeof channel->name, "%s", name);
    channel->type = type;
    channel->x_sampling = channel->y_sampling = sampling;
}

static void choose_channels(exr_maker_part *part)
{
    static const char *const color[] = {"R", "G", "B", "A"};
    int kind = (int)exr_random(6), type = exr_random(3) ? 1 : (int)exr_random(3);
    bool sampled = part->tile_width == 0 && exr_random(5) == 0;
    if (kind == 0) {
        add_channel(part, "Z", exr_random(2) ? 2 : 0, 1);
    } else {
        int count = kind < 3 ? 3 : 4;
        for (int c = 0; c < count; c++)
            add_channel(part, color[c], kind == 5 ? (int)exr_random(3) : type,
                        sampled && c > 0 ? 2 : 1);
    }
    if (kind == 0)
        return; /* the others would be as good a layer */
    if (exr_random(3) == 0)
        add_channel(part, "spare.x", (int)exr_random(3), sampled ? 2 : 1);
    if (exr_random(3) == 0)
        add_channel(part, "A.first", 1, 1);
}

static void choose_windows(exr_maker_part *part, bool large)
{
    int width = 1 + (int)exr_random(exr_random(4) ? 90 : 300),
        height = 1 + (int)exr_random(exr_random(4) ? 90 : 300);
    if (large) { /* of several pieces */
        width += 200;
        height += 500;
    }
    part->data[0] = exr_random(2) ? 0 : (int)exr_random(200) - 100;
    part->data[1] = exr_random(2) ? 0 : (int)exr_random(200) - 100;
    for (int c = 0; c < part->channel_count; c++) {
        if (part->channels[c].x_sampling == 1)
            continue;
        width = (width + 1) / 2 * 2;
        height = (height + 1) / 2 * 2;
        part->data[0] = part->data[0] / 2 * 2;
        part->data[1] = part->data[1] / 2 * 2;
        break;
    }
    part->data[2] = part->data[0] + width - 1;
    part->data[3] = part->data[1] + height - 1;
    exr_random_display(part);
}

static void add_luma_chroma(exr_maker_part *part)
{
    add_channel(part, "Y", 1, 1);
    add_channel(part, "RY", 1, 2);
    add_channel(part, "BY", 1, 2);
    if (exr_random(2))
        add_channel(part, "A", 1, 1);
}

static void choose_part(exr_maker_part *part)
{
    memset(part, 0, sizeof *part);
    part->compression = (int)exr_random(10);
    if (exr_random(2)) {
        part->tile_width = 1 + (int)exr_random(exr_random(2) ? 70 : 20);
        part->tile_height = 1 + (int)exr_random(exr_random(2) ? 70 : 20);
        if (part->compression >=
            6) { /* OpenEXR 3.1's writer overruns its buffers at smaller ones */
            part->tile_width += 32;
            part->tile_height += 32;
        }
        part->level_mode = (int)exr_random(3);
        part->round_mode = (int)exr_random(2);
    }
    part->line_order = (int)exr_random(part->tile_width ? 3 : 2);
    choose_channels(part);
    choose_windows(part, exr_random(8) == 0);
}

static void choose_file(exr_maker_file *file)
{
    memset(file, 0, sizeof *file);
    file->seed = exr_random(1u << 30);
    file->multipart = exr_random(4) == 0;
    file->part_count = file->multipart ? 1 + (int)exr_random(EXR_MAKER_PARTS) : 1;
    for (int p = 0; p < file->part_count; p++)
        choose_part(&file->parts[p]);
    /* Parts share the display window. */
    for (int p = 1; p < file->part_count; p++)
        memcpy(file->parts[p].display, file->parts[0].display, sizeof file->parts[0].display);
}

static void check_picture(const exr_maker_file *file, int part_index, const zoe_choice *choice)
{
    const exr_maker_part *part = &file->parts[part_index];
    exr_picture r = decode_file(path, choice);
    if (r.opened != ZOE_OK || r.failed > 0)
        fail_msg("%s (compression %d, tiles %d)", r.error.text, part->compression,
                 part->tile_width);
    assert_int_equal(r.truncated, 0);
    assert_int_equal(r.absence.missing, 0);
    static const char *const color[] = {"R", "G", "B", "A"};
    for (uint32_t p = 0; p < r.picture.frame.plane_count; p++) {
        int channel = r.picture.frame.is_color ? -1 : 0; /* made of luminance and chroma */
        for (int c = 0; c < part->channel_count && r.picture.frame.is_color; c++)
            if (strcmp(part->channels[c].name, color[p]) == 0)
                channel = c;
        if (choice->full_precision && channel >= 0)
            assert_int_equal(r.picture.frame.planes[p].type, part->channels[channel].type);
        check_plane(file, part_index, channel, p, &r, choice->overscan);
    }
    exr_picture_free(&r);
}

static void check_round(int round, bool proxy)
{
    uint64_t before = exr_random_state();
    exr_maker_file file;
    choose_file(&file);
    if (exr_maker_write(path, &file) != 0)
        fail_msg("round %d (state %llu) cannot be written", round, (unsigned long long)before);
    int part = (int)exr_random((uint32_t)file.part_count);
    char layer[16];
    snprintf(layer, sizeof layer, "part%d", part);
    zoe_choice choice = {
        .layer = file.multipart ? layer : NULL,
        .overscan = exr_random(3) == 0,
        .full_precision = exr_random(3) == 0,
        .proxy_shift = proxy ? 1 + (int32_t)exr_random(3) : 0,
    };
    check_picture(&file, part, &choice);
}

static void test_every_kind(void **context)
{
    (void)context;
    for (int i = 0; i < ROUNDS; i++)
        check_round(i, false);
}

/* Bands of rows that are filtered are cut so that their seams do not show. */
static void test_luminance_chroma(void **context)
{
    (void)context;
    for (int i = 0; i < ROUNDS / 2; i++) {
        exr_maker_file file;
        memset(&file, 0, sizeof file);
        file.part_count = 1;
        file.seed = exr_random(1u << 30) | EXR_MAKER_SMOOTH;
        exr_maker_part *part = &file.parts[0];
        part->compression = (int)exr_random(6);
        part->line_order = (int)exr_random(2);
        add_luma_chroma(part);
        choose_windows(part, i % 2);
        assert_int_equal(exr_maker_write(path, &file), 0);
        zoe_choice choice = {.overscan = exr_random(2), .proxy_shift = (int32_t)exr_random(4)};
        check_picture(&file, 0, &choice);
    }
}

static void test_smaller_pictures(void **context)
{
    (void)context;
    for (int i = 0; i < ROUNDS; i++)
        check_round(i, true);
}

/* ---- files that end early, and damaged ones ---- */

static uint8_t *read_all(size_t *bytes)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *bytes = (size_t)ftell(f);
    rewind(f);
    uint8_t *data = malloc(*bytes + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *bytes, f), *bytes);
    fclose(f);
    return data;
}

static void write_all(const uint8_t *data, size_t bytes)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, bytes, f), bytes);
    assert_int_equal(fclose(f), 0);
}

/* One part, its chunks of a kind; data and display window the same. */
static void choose_simple(exr_maker_file *file, int compression, bool tiled)
{
    memset(file, 0, sizeof *file);
    file->part_count = 1;
    file->seed = exr_random(1u << 30);
    exr_maker_part *part = &file->parts[0];
    part->compression = compression;
    part->line_order = (int)exr_random(tiled ? 3 : 2);
    if (tiled)
        part->tile_width = part->tile_height = 16;
    part->data[2] = part->display[2] = 39 + (int)exr_random(30);
    part->data[3] = part->display[3] = 300 + (int)exr_random(300);
    add_channel(part, "R", 1, 1);
    add_channel(part, "G", 1, 1);
    add_channel(part, "B", exr_random(2) ? 1 : 2, 1);
}

/* Where the table of chunks of a single-part file begins: the header ends with an empty name. */
static size_t table_offset(const uint8_t *data)
{
    size_t at = 8;
    while (data[at] != 0) {
        at += strlen((const char *)data + at) + 1;
        at += strlen((const char *)data + at) + 1;
        uint32_t size;
        memcpy(&size, data + at, 4);
        at += 4 + size;
    }
    return at + 1;
}

static int32_t chunk_lines(int compression)
{
    static const int32_t lines[] = {1, 1, 1, 16, 32, 16, 32, 32, 32, 256};
    return lines[compression];
}

typedef struct chunk_table {
    const exr_maker_part *part;
    int32_t columns, rows, width, height;
    size_t at;
} chunk_table;

static chunk_table find_chunks(const exr_maker_file *file, const uint8_t *data)
{
    const exr_maker_part *part = &file->parts[0];
    int32_t width = part->data[2] + 1, height = part->data[3] + 1;
    chunk_table t = {.part = part, .at = table_offset(data)};
    t.width = part->tile_width ? part->tile_width : width;
    t.height = part->tile_width ? part->tile_height : chunk_lines(part->compression);
    t.columns = (width + t.width - 1) / t.width;
    t.rows = (height + t.height - 1) / t.height;
    return t;
}

/* Does the file of `bytes` bytes still have the chunk that pixel x, y is in? */
static bool has_chunk(const chunk_table *t, const uint8_t *data, size_t bytes, int32_t x, int32_t y)
{
    size_t entry = t->at + 8 * (size_t)(y / t->height * t->columns + x / t->width);
    uint64_t offset;
    memcpy(&offset, data + entry, 8);
    if (entry + 8 > bytes || offset == 0)
        return false;
    size_t leader = t->part->tile_width ? 20 : 8;
    int32_t packed;
    memcpy(&packed, data + offset + leader - 4, 4);
    return offset + leader + (uint64_t)packed <= bytes;
}

/* Cuts the file and compares what it has left with the whole one. */
static void check_cut(const exr_maker_file *file, const uint8_t *data, const exr_picture *whole,
                      size_t bytes)
{
    write_all(data, bytes);
    zoe_choice choice = {.layer = NULL};
    exr_picture r = decode_file(path, &choice);
    chunk_table t = find_chunks(file, data);
    if (bytes < t.at) {
        assert_int_equal(r.opened, bytes < 8 ? ZOE_ERROR_NOT_EXR : ZOE_ERROR_TRUNCATED);
        return;
    }
    if (r.opened != ZOE_OK || r.failed)
        fail_msg("cut at %zu, compression %d, tiles %d: %s", bytes, t.part->compression,
                 t.part->tile_width, r.error.text);
    int64_t missing = 0, rows = 0, tiles = 0;
    for (int32_t y = 0; y <= t.part->data[3]; y++) {
        for (int32_t x = 0; x <= t.part->data[2]; x++) {
            bool has = has_chunk(&t, data, bytes, x, y);
            for (uint32_t p = 0; p < 3; p++) {
                uint32_t want = has ? exr_picture_at(whole, p, x, y) : 0;
                if (exr_picture_at(&r, p, x, y) != want)
                    fail_msg("cut at %zu of compression %d, tiles %d: %d, %d is %x, wanted %x",
                             bytes, t.part->compression, t.part->tile_width, x, y,
                             exr_picture_at(&r, p, x, y), want);
            }
            missing += !has;
            rows += x == 0 && !has;
            tiles += x % t.width == 0 && y % t.height == 0 && !has;
        }
    }
    assert_int_equal(r.absence.missing, t.part->tile_width ? tiles : rows);
    assert_int_equal(r.truncated > 0, missing > 0);
    exr_picture_free(&r);
}

/* A simple file, its bytes, and the picture that all of them make. */
typedef struct whole_file {
    exr_maker_file file;
    uint8_t *data;
    size_t bytes;
    exr_picture picture;
} whole_file;

static void make_whole(whole_file *w, int compression, bool tiled)
{
    const zoe_choice choice = {.layer = NULL};
    choose_simple(&w->file, compression, tiled);
    assert_int_equal(exr_maker_write(path, &w->file), 0);
    w->data = read_all(&w->bytes);
    w->picture = decode_file(path, &choice);
    assert_int_equal(w->picture.opened, ZOE_OK);
    assert_int_equal(w->picture.failed + w->picture.truncated, 0);
}

static void free_whole(whole_file *w)
{
    exr_picture_free(&w->picture);
    free(w->data);
}

static void test_files_that_end_early(void **context)
{
    (void)context;
    for (int i = 0; i < 20; i++) {
        whole_file w;
        make_whole(&w, i / 2, i % 2);
        for (int n = 0; n < 20; n++)
            check_cut(&w.file, w.data, &w.picture,
                      n < 4 ? w.bytes - 1 - (size_t)n : exr_random((uint32_t)w.bytes));
        free_whole(&w);
    }
}

/* A writer that has not finished has not filled in the table; chunks are there, holes may be. */
static void test_unfinished_files(void **context)
{
    (void)context;
    for (int i = 0; i < 20; i++) {
        whole_file w;
        make_whole(&w, i / 2, i % 2);
        chunk_table t = find_chunks(&w.file, w.data);
        uint8_t *unfinished = malloc(w.bytes);
        assert_non_null(unfinished);
        memcpy(unfinished, w.data, w.bytes);
        memset(unfinished + t.at, 0, 8 * (size_t)(t.columns * t.rows));
        size_t end = exr_random(4) ? t.at + 8 * (size_t)(t.columns * t.rows) +
                                         exr_random((uint32_t)(w.bytes / 2))
                                   : w.bytes;
        end = end > w.bytes ? w.bytes : end;
        write_all(unfinished, end);
        const zoe_choice choice = {.layer = NULL};
        exr_picture r = decode_file(path, &choice);
        if (r.opened != ZOE_OK || r.failed)
            fail_msg("compression %d: %s", i / 2, r.error.text);
        for (int32_t y = 0; y <= t.part->data[3]; y++)
            for (int32_t x = 0; x <= t.part->data[2]; x++)
                for (uint32_t p = 0; p < 3; p++)
                    assert_int_equal(
                        exr_picture_at(&r, p, x, y),
                        has_chunk(&t, w.data, end, x, y) ? exr_picture_at(&w.picture, p, x, y) : 0);
        exr_picture_free(&r);
        free(unfinished);
        free_whole(&w);
    }
}

/* Changes one thing about one chunk; the picture must be an error, not incomplete. */
static void test_damaged_files(void **context)
{
    (void)context;
    for (int i = 0; i < 80; i++) {
        bool tiled = i % 2;
        whole_file w;
        make_whole(&w, i / 2 % 10, tiled);
        uint8_t *data = w.data;
        chunk_table t = find_chunks(&w.file, data);
        int32_t count = t.columns * t.rows;
        size_t entry = t.at + 8 * exr_random((uint32_t)count);
        uint64_t offset;
        memcpy(&offset, data + entry, 8);
        int kind = i / 20;
        int32_t odd = kind == 2 ? 0x7fffffff : kind == 3 ? -1 : 77777;
        if (kind == 0) { /* an offset into another chunk */
            offset += 3;
            memcpy(data + entry, &offset, 8);
        } else if (kind == 1) { /* a leader of another chunk */
            memcpy(data + offset, &odd, 4);
        } else { /* a size that cannot be */
            memcpy(data + offset + (tiled ? 16 : 4), &odd, 4);
        }
        write_all(data, w.bytes);
        zoe_choice choice = {.layer = NULL};
        exr_picture r = decode_file(path, &choice);
        assert_int_equal(r.opened, ZOE_OK);
        if (r.failed == 0)
            fail_msg("compression %d, tiles %d, damage %d was not seen (%d pieces missing)",
                     i / 2 % 10, tiled, kind, r.truncated);
        assert_int_equal(r.error.status, ZOE_ERROR_CORRUPT);
        assert_non_null(strstr(r.error.text, path));
        exr_picture_free(&r);
        free_whole(&w);
    }
}

/* ---- real files ---- */

/* A deep picture, one of luminance and chroma, windows of all kinds. */
static const char *const real_files[] = {
    "v2/LowResLeftView/Trunks.exr", "LuminanceChroma/Flowers.exr", "LuminanceChroma/Garden.exr",
    "DisplayWindow/t08.exr",        "ScanLines/Desk.exr",
};

static void compare_blocks(const exr_picture *full, const exr_picture *small, int32_t shift,
                           const char *name)
{
    const zoe_frame *f = &small->picture.frame;
    const zoe_box *w = &full->picture.frame.picture;
    for (uint32_t p = 0; p < f->plane_count; p++) {
        for (int32_t y = f->picture.min_y; y <= f->picture.max_y; y++) {
            for (int32_t x = f->picture.min_x; x <= f->picture.max_x; x++) {
                zoe_box block = block_in(w, x, y, shift);
                double sum = 0;
                for (int32_t j = block.min_y; j <= block.max_y; j++)
                    for (int32_t i = block.min_x; i <= block.max_x; i++)
                        sum += held(as_number(exr_picture_at(full, p, i, j), 1), ZOE_SAMPLE_HALF);
                double want = sum / (double)(zoe_box_width(&block) * zoe_box_height(&block));
                double got = as_number(exr_picture_at(small, p, x, y), 1);
                if (!is_near(got, want, 0.002))
                    fail_msg("%s at 1/%d: plane %u at %d, %d: got %g, wanted %g", name, 1 << shift,
                             p, x, y, got, want);
            }
        }
    }
}

static void cut_real_file(const char *name)
{
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    enum { CUT_MAX = 4 << 20 };
    uint8_t *data = malloc(CUT_MAX);
    assert_non_null(data);
    size_t bytes = fread(data, 1, CUT_MAX, f);
    fclose(f);
    for (int i = 0; i < 12; i++) {
        /* Beyond the header, which may hold a preview image. */
        size_t cut = bytes / 4 + exr_random((uint32_t)(bytes - bytes / 4));
        write_all(data, cut);
        zoe_choice choice = {.proxy_shift = (int32_t)exr_random(2)};
        exr_picture r = decode_file(path, &choice);
        if (r.opened != ZOE_OK || r.failed)
            fail_msg("%s cut at %zu: %s", name, cut, r.error.text);
        exr_picture_free(&r);
    }
    free(data);
}

/* Smaller pictures are made of the pixels of the full one, and of nothing else. */
static void check_real_file(const char *name, bool overscan)
{
    zoe_choice choice = {.overscan = overscan};
    exr_picture full = decode_file(name, &choice);
    if (full.opened != ZOE_OK || full.failed)
        fail_msg("%s", full.error.text);
    for (choice.proxy_shift = 1; choice.proxy_shift <= 3; choice.proxy_shift++) {
        exr_picture small = decode_file(name, &choice);
        if (small.opened != ZOE_OK || small.failed)
            fail_msg("%s", small.error.text);
        compare_blocks(&full, &small, choice.proxy_shift, name);
        exr_picture_free(&small);
    }
    exr_picture_free(&full);
}

static void test_real_files(void **context)
{
    (void)context;
    char images[1024];
    image_folder_path("", images, sizeof images);
    for (size_t i = 0; i < sizeof real_files / sizeof real_files[0]; i++) {
        char name[2048];
        snprintf(name, sizeof name, "%s%s", images, real_files[i]);
        check_real_file(name, false);
        check_real_file(name, true);
        cut_real_file(name);
    }
}

static void test_missing_layer_is_named(void **context)
{
    (void)context;
    exr_maker_file file;
    choose_simple(&file, 3, false);
    assert_int_equal(exr_maker_write(path, &file), 0);
    char layer[] = "specular";
    zoe_choice choice = {.layer = layer};
    exr_picture r = decode_file(path, &choice);
    assert_int_equal(r.opened, ZOE_ERROR_NO_LAYER);
    assert_non_null(strstr(r.error.text, "specular"));
    assert_non_null(strstr(r.error.text, path));
}

/* What a header declares is compared with the limit before there is memory for it. */
static void test_limit(void **context)
{
    (void)context;
    exr_maker_file file;
    choose_simple(&file, 3, false);
    assert_int_equal(exr_maker_write(path, &file), 0);
    zoe_choice choice = {.layer = NULL};
    zoe_picture picture;
    zoe_error error;
    open_exr_file opened;
    zoe_status status = open_exr(path, &choice, 60000, NULL, &picture, &opened, &error);
    assert_int_equal(status, ZOE_ERROR_OVER_BUDGET);
    assert_null(opened.file);
    assert_non_null(strstr(error.text, path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_files),
        cmocka_unit_test(test_luminance_chroma),
        cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_smaller_pictures),
        cmocka_unit_test(test_files_that_end_early),
        cmocka_unit_test(test_unfinished_files),
        cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_missing_layer_is_named),
        cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, exr_random_set_up, exr_random_tear_down);
}
