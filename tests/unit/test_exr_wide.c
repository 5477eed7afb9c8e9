/*
 * Files of many channels of which a few are shown: the picture is the library's, and of what is not
 * compressed little more is read than what is shown. Files of few channels are read in few calls.
 *
 * Random; the seed is printed and ZOETROPE_SEED sets it.
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

#include "support/exr_maker.h"
#include "support/exr_picture.h"
#include "support/exr_random.h"

enum { ROUNDS = 12, NONE = 0, SPARE_MAX = EXR_MAKER_CHANNELS - 3 };

static const char *const path = exr_random_path;

static void add_channel(exr_maker_part *part, const char *name, int type, int x, int y)
{
    exr_maker_channel *channel = &part->channels[part->channel_count++];
    snprintf(channel->name, sizeof channel->name, "%s", name);
    channel->type = type;
    channel->x_sampling = x;
    channel->y_sampling = y;
}

/* R G B of halves, and others between B, G and R in the file. */
static void add_channels(exr_maker_part *part, int spare, bool odd)
{
    static const char *const names[] = {"R", "G", "B"};
    for (int c = 0; c < 3; c++)
        add_channel(part, names[c], 1, 1, 1);
    for (int c = 0; c < spare; c++) {
        char name[24];
        snprintf(name, sizeof name, "%c%02d.x", "CHZ"[odd ? (int)exr_random(3) : c % 2], c);
        bool sampled = odd && part->tile_width == 0 && exr_random(20) == 0;
        add_channel(part, name, odd ? (int)exr_random(3) : 1, sampled ? 2 : 1,
                    sampled && exr_random(2) ? 2 : 1);
    }
}

static void set_size(exr_maker_part *part, int x, int y, int width, int height)
{
    const int window[4] = {x, y, x + width - 1, y + height - 1};
    memcpy(part->data, window, sizeof window);
    memcpy(part->display, window, sizeof window);
}

static exr_picture decode(const exr_maker_file *file, const zoe_choice *choice)
{
    assert_int_equal(exr_maker_write(path, file), 0);
    exr_picture r = exr_picture_decode_whole(path, choice, exr_random(1u << 30));
    assert_int_equal(r.picture.frame.plane_count, 3);
    return r;
}

static void check_planes(const exr_picture *r, const exr_maker_file *file)
{
    const exr_maker_part *part = &file->parts[0];
    const int *data = part->data;
    int width = data[2] - data[0] + 1, height = data[3] - data[1] + 1, w, h;
    uint32_t *samples = malloc((size_t)width * (size_t)height * sizeof *samples);
    assert_non_null(samples);
    const zoe_box *window = &r->picture.frame.picture;
    for (int c = 0; c < 3; c++) {
        assert_int_equal(exr_maker_read(path, file, 0, c, 0, samples, &w, &h), 0);
        for (int32_t y = window->min_y; y <= window->max_y; y++) {
            for (int32_t x = window->min_x; x <= window->max_x; x++) {
                bool inside = x >= data[0] && x <= data[2] && y >= data[1] && y <= data[3];
                uint32_t want = inside ? samples[(y - data[1]) * width + x - data[0]] : 0;
                uint32_t got = exr_picture_at(r, (uint32_t)c, x, y);
                if (got != want)
                    fail_msg("compression %d, tiles %d, %d channels: plane %d at %d, %d: %x, "
                             "wanted %x",
                             part->compression, part->tile_width, part->channel_count, c, x, y, got,
                             want);
            }
        }
    }
    free(samples);
}

static void every_shape_is_read(void **context)
{
    (void)context;
    for (int i = 0; i < ROUNDS; i++) {
        exr_maker_file file = {.part_count = 1, .seed = exr_random(1u << 30)};
        exr_maker_part *part = &file.parts[0];
        part->compression = exr_random(4) ? NONE : (int)exr_random(6);
        if (exr_random(2)) {
            part->tile_width = 64 + (int)exr_random(300);
            part->tile_height = 1 + (int)exr_random(60);
        }
        part->line_order = (int)exr_random(part->tile_width ? 3 : 2);
        add_channels(part, (int)exr_random(SPARE_MAX + 1), exr_random(2));
        set_size(part, -2 * (int)exr_random(20), 2 * (int)exr_random(20),
                 2 * (5 + (int)exr_random(600)), 2 * (1 + (int)exr_random(12)));
        if (exr_random(2)) { /* what is shown begins and ends within the picture */
            part->display[0] += 1 + (int)exr_random(9);
            part->display[3] -= (int)exr_random(2);
        }
        zoe_choice choice = {.overscan = exr_random(3) == 0};
        exr_picture r = decode(&file, &choice);
        check_planes(&r, &file);
        exr_picture_free(&r);
    }
}

/* Of rows that are far apart, only those are read that are shown. */
static void few_channels_of_many_are_read(void **context)
{
    (void)context;
    enum { WIDTH = 1024, HEIGHT = 24, CHANNELS = 99 };
    for (int line_order = 0; line_order < 2; line_order++) {
        exr_maker_file file = {.part_count = 1, .seed = 1};
        exr_maker_part *part = &file.parts[0];
        part->line_order = line_order;
        add_channels(part, CHANNELS - 3, false);
        set_size(part, 0, 0, WIDTH, HEIGHT);
        zoe_choice choice = {.layer = NULL};
        exr_picture r = decode(&file, &choice);
        check_planes(&r, &file);
        uint64_t shown = 3 * 2 * WIDTH * HEIGHT, all = shown / 3 * CHANNELS;
        /* With the header, and in the less likely order of lines a row more. */
        if (r.bytes_read > shown * 2 + 65536)
            fail_msg("line order %d: %llu bytes of %llu were read, %llu are shown", line_order,
                     (unsigned long long)r.bytes_read, (unsigned long long)all,
                     (unsigned long long)shown);
        /* B with the R of the line before, and G. */
        if (line_order == 0 && r.reads > 2 * HEIGHT + 8)
            fail_msg("%llu reads for %d lines", (unsigned long long)r.reads, HEIGHT);
        exr_picture_free(&r);
    }
}

/* Small chunks are read several with one call. */
static void few_calls_read_a_file_of_few_channels(void **context)
{
    (void)context;
    for (int tile = 0; tile <= 16; tile += 16) {
        exr_maker_file file = {.part_count = 1, .seed = 1};
        exr_maker_part *part = &file.parts[0];
        part->tile_width = part->tile_height = tile;
        add_channels(part, 2, false);
        set_size(part, 0, 0, 512, 256);
        zoe_choice choice = {.layer = NULL};
        exr_picture r = decode(&file, &choice);
        check_planes(&r, &file);
        if (r.reads > 16)
            fail_msg("tiles %d: %llu reads", tile, (unsigned long long)r.reads);
        exr_picture_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_is_read),
        cmocka_unit_test(few_channels_of_many_are_read),
        cmocka_unit_test(few_calls_read_a_file_of_few_channels),
    };
    return cmocka_run_group_tests(tests, exr_random_set_up, exr_random_tear_down);
}
