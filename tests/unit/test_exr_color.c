/*
 * Luminance and chroma in tiles, which have a sample of everything for every pixel: the picture is
 * the one that the same samples give in scanlines, whatever the tiles, the windows, the compression
 * and the scale; and it is the one that the formula gives.
 *
 * Random; the seed is printed and ZOETROPE_SEED sets it.
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

#include <cmocka.h>

#include <zoetrope/display.h>

#include "base/box.h"
#include "support/exr_maker.h"
#include "support/exr_picture.h"
#include "support/exr_random.h"

enum { ROUNDS = 40, LOSSLESS = 6 };

static const char *const path = exr_random_path;

/* ---- files ---- */

static void add_channel(exr_maker_part *part, const char *name, int type)
{
    exr_maker_channel *channel = &part->channels[part->channel_count++];
    snprintf(channel->name, sizeof channel->name, "%s", name);
    channel->type = type;
    channel->x_sampling = channel->y_sampling = 1;
}

/* Y RY BY, now and then A and a channel that nobody wants. */
static exr_maker_file choose_file(void)
{
    exr_maker_file file = {.part_count = 1, .seed = exr_random(1u << 30) | EXR_MAKER_SMOOTH};
    exr_maker_part *part = &file.parts[0];
    part->compression = (int)exr_random(LOSSLESS);
    bool pxr24 = part->compression == 5; /* does not keep floats */
    bool mixed = !pxr24 && exr_random(3) == 0;
    int type = pxr24 || exr_random(2) ? 1 : 2;
    static const char *const names[] = {"Y", "RY", "BY"};
    for (int c = 0; c < 3; c++)
        add_channel(part, names[c], mixed ? 1 + (int)exr_random(2) : type);
    if (exr_random(2))
        add_channel(part, "A", type);
    if (exr_random(3) == 0)
        add_channel(part, "B.first", 1);
    return file;
}

static void choose_windows(exr_maker_part *part)
{
    part->data[0] = exr_random(2) ? 0 : (int)exr_random(200) - 100;
    part->data[1] = exr_random(2) ? 0 : (int)exr_random(200) - 100;
    part->data[2] = part->data[0] + (int)exr_random(300);
    part->data[3] = part->data[1] + (int)exr_random(exr_random(4) ? 90 : 500);
    exr_random_display(part);
}

static void choose_tiles(exr_maker_part *part)
{
    part->tile_width = 1 + (int)exr_random(exr_random(2) ? 70 : 400);
    part->tile_height = 1 + (int)exr_random(70);
    part->line_order = (int)exr_random(3);
}

static exr_picture decode(const exr_maker_file *file, const zoe_choice *choice)
{
    assert_int_equal(exr_maker_write(path, file), 0);
    exr_picture r = exr_picture_decode_whole(path, choice, exr_random(1u << 30));
    assert_true(r.picture.frame.is_color);
    return r;
}

/* ---- tiles and scanlines ---- */

static void compare(const exr_picture *got, const exr_picture *want, const exr_maker_part *part)
{
    const zoe_frame *f = &got->picture.frame;
    assert_memory_equal(&f->picture, &want->picture.frame.picture, sizeof f->picture);
    assert_int_equal(f->plane_count, want->picture.frame.plane_count);
    for (uint32_t p = 0; p < f->plane_count; p++) {
        /* A block of alpha may be added up from two tiles; samples are 0 or more. */
        int64_t slack = p == 3 && f->proxy_shift > 0 ? 4 : 0;
        for (int32_t y = f->picture.min_y; y <= f->picture.max_y; y++) {
            for (int32_t x = f->picture.min_x; x <= f->picture.max_x; x++) {
                uint32_t is = exr_picture_at(got, p, x, y), was = exr_picture_at(want, p, x, y);
                if (llabs((int64_t)is - (int64_t)was) > slack)
                    fail_msg("compression %d, tiles %d x %d: plane %u at %d, %d: %x, wanted %x",
                             part->compression, part->tile_width, part->tile_height, p, x, y, is,
                             was);
            }
        }
    }
}

static void tiles_are_what_scanlines_are(void **context)
{
    (void)context;
    for (int i = 0; i < ROUNDS; i++) {
        exr_maker_file file = choose_file();
        exr_maker_part *part = &file.parts[0];
        choose_windows(part);
        zoe_choice choice = {.overscan = exr_random(2),
                             .full_precision = exr_random(3) == 0,
                             .proxy_shift = (int32_t)exr_random(4)};
        exr_picture lines = decode(&file, &choice);
        choose_tiles(part);
        /* Stored levels hold other pixels. */
        part->level_mode = choice.proxy_shift == 0 ? (int)exr_random(3) : 0;
        exr_picture tiles = decode(&file, &choice);
        compare(&tiles, &lines, part);
        exr_picture_free(&lines);
        exr_picture_free(&tiles);
    }
}

/* ---- the formula ---- */

static float number(uint32_t bits, int type)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return type == 1 ? zoe_half_to_float((uint16_t)bits) : value;
}

static void check_formula(const exr_picture *r, const exr_maker_file *file, int level)
{
    static const double weights[3] = {0.2126390, 0.7151687, 0.0721923}; /* ITU-R BT.709 */
    enum { SIDE = 256 };
    static uint32_t samples[3][SIDE * SIDE];
    int width = 0, height = 0;
    for (int c = 0; c < 3; c++)
        assert_int_equal(exr_maker_read(path, file, 0, c, level, samples[c], &width, &height), 0);
    const zoe_frame *f = &r->picture.frame;
    assert_int_equal(zoe_box_width(&f->picture), width);
    assert_int_equal(zoe_box_height(&f->picture), height);
    for (int i = 0; i < width * height; i++) {
        double in[3], want[3];
        for (int c = 0; c < 3; c++)
            in[c] = (double)number(samples[c][i], file->parts[0].channels[c].type);
        want[0] = (in[1] + 1) * in[0];
        want[2] = (in[2] + 1) * in[0];
        want[1] = (in[0] - want[0] * weights[0] - want[2] * weights[2]) / weights[1];
        for (uint32_t p = 0; p < 3; p++) {
            int type = f->planes[p].type == ZOE_SAMPLE_HALF ? 1 : 2;
            double got = (double)number(exr_picture_at(r, p, i % width, i / width), type);
            double scale = fabs(want[0]) + fabs(want[1]) + fabs(want[2]) + fabs(in[0]);
            if (!(fabs(got - want[p]) <= (type == 1 ? 0.002 : 1e-5) * (0.01 + scale)))
                fail_msg("level %d: plane %u at %d, %d: %g, wanted %g", level, p, i % width,
                         i / width, got, want[p]);
        }
    }
}

static void every_level_is_converted(void **context)
{
    (void)context;
    for (int i = 0; i < ROUNDS; i++) {
        exr_maker_file file = choose_file();
        exr_maker_part *part = &file.parts[0];
        choose_tiles(part);
        part->level_mode = (int)exr_random(3);
        int level = part->level_mode ? (int)exr_random(3) : 0;
        /* Whole blocks, so that a smaller picture is a stored level. */
        part->data[2] = part->display[2] = 4 * (4 + (int)exr_random(60)) - 1;
        part->data[3] = part->display[3] = 4 * (4 + (int)exr_random(60)) - 1;
        zoe_choice choice = {.full_precision = exr_random(2), .proxy_shift = level};
        exr_picture r = decode(&file, &choice);
        check_formula(&r, &file, level);
        exr_picture_free(&r);
    }
}

/* ---- kinds that nobody writes ---- */

/* Chroma of two samplings is left out: grey, whatever the scale. Luminance may be integers. */
static void odd_chroma_is_shown(void **context)
{
    (void)context;
    for (int i = 0; i < ROUNDS / 2; i++) {
        exr_maker_file file = choose_file();
        exr_maker_part *part = &file.parts[0];
        part->compression = (int)exr_random(5);
        part->channels[0].type = (int)exr_random(3);
        part->channels[1].x_sampling = part->channels[1].y_sampling = 2;
        part->channels[2].x_sampling = part->channels[2].y_sampling = 4;
        part->data[2] = part->display[2] = 4 * (1 + (int)exr_random(60)) - 1;
        part->data[3] = part->display[3] = 4 * (1 + (int)exr_random(60)) - 1;
        zoe_choice choice = {.full_precision = exr_random(2),
                             .proxy_shift = (int32_t)exr_random(3)};
        exr_picture r = decode(&file, &choice);
        enum { SIDE = 256 };
        static uint32_t luma[SIDE * SIDE];
        int width = 0, height = 0;
        assert_int_equal(exr_maker_read(path, &file, 0, 0, 0, luma, &width, &height), 0);
        const zoe_box *w = &r.picture.frame.picture;
        for (int32_t y = 0; y <= w->max_y; y++) {
            for (int32_t x = 0; x <= w->max_x; x++) {
                uint32_t red = exr_picture_at(&r, 0, x, y);
                assert_int_equal(exr_picture_at(&r, 1, x, y), red);
                assert_int_equal(exr_picture_at(&r, 2, x, y), red);
                if (part->channels[0].type == 1 && choice.proxy_shift == 0 &&
                    r.picture.frame.planes[0].type == ZOE_SAMPLE_HALF)
                    assert_int_equal(red, luma[y * width + x]);
            }
        }
        exr_picture_free(&r);
    }
}

static void integers_are_numbers(void **context)
{
    (void)context;
    exr_maker_file file = {.part_count = 1, .seed = exr_random(1u << 30)};
    exr_maker_part *part = &file.parts[0];
    add_channel(part, "Y", 0);
    add_channel(part, "RY", 0);
    add_channel(part, "BY", 0);
    part->data[2] = part->display[2] = 99;
    part->data[3] = part->display[3] = 59;
    part->tile_width = part->tile_height = 32;
    zoe_choice choice = {.full_precision = 1};
    exr_picture r = decode(&file, &choice);
    static uint32_t luma[100 * 60], chroma[100 * 60];
    int width, height;
    assert_int_equal(exr_maker_read(path, &file, 0, 0, 0, luma, &width, &height), 0);
    assert_int_equal(exr_maker_read(path, &file, 0, 1, 0, chroma, &width, &height), 0);
    for (int i = 0; i < 100 * 60; i++) {
        double got = (double)number(exr_picture_at(&r, 0, i % 100, i / 100), 2);
        double want = ((double)chroma[i] + 1) * (double)luma[i];
        if (!(fabs(got - want) <= 1e-6 * want))
            fail_msg("%d, %d: %g, wanted %g", i % 100, i / 100, got, want);
    }
    exr_picture_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_are_what_scanlines_are),
        cmocka_unit_test(every_level_is_converted),
        cmocka_unit_test(odd_chroma_is_shown),
        cmocka_unit_test(integers_are_numbers),
    };
    return cmocka_run_group_tests(tests, exr_random_set_up, exr_random_tear_down);
}
