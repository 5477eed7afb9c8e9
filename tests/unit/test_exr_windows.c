/*
 * Windows of every kind: a frame holds what its data window and its display window have in common,
 * whatever either says, and what no memory can hold is refused.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include <cmocka.h>

#include "base/box.h"
#include "support/exr_maker.h"
#include "support/exr_picture.h"
#include "support/open_exr.h"

enum { SIDE = 64 };

static char path[] = "/tmp/zoe_windows_XXXXXX";

static exr_maker_file file_at(int x, int y, int width, int height)
{
    exr_maker_file file = {.part_count = 1, .seed = 7 | EXR_MAKER_SMOOTH};
    exr_maker_part *part = &file.parts[0];
    const int window[4] = {x, y, x + width - 1, y + height - 1};
    memcpy(part->data, window, sizeof window);
    memcpy(part->display, window, sizeof window);
    part->compression = 3;
    part->channel_count = 2;
    part->channels[0] = (exr_maker_channel){"A", 1, 1, 1};
    part->channels[1] = (exr_maker_channel){"Y", 1, 1, 1};
    return file;
}

/* The file with other corners than its writer would write. NULL: as they are. */
static void write_file(const exr_maker_file *file, const char *attribute, const int corners[4])
{
    assert_int_equal(exr_maker_write(path, file), 0);
    if (!attribute)
        return;
    static uint8_t bytes[1 << 16];
    FILE *stream = fopen(path, "r+b");
    assert_non_null(stream);
    size_t count = fread(bytes, 1, sizeof bytes, stream), length = strlen(attribute), at = 0;
    while (at + length < count && memcmp(bytes + at, attribute, length + 1) != 0)
        at++;
    assert_true(at + length < count && count < sizeof bytes);
    at += length + 1 + sizeof "box2i" + 4;
    assert_int_equal(fseek(stream, (long)at, SEEK_SET), 0);
    assert_int_equal(fwrite(corners, sizeof *corners, 4, stream), 4);
    assert_int_equal(fclose(stream), 0);
}

static exr_picture decode(int32_t proxy_shift, bool overscan)
{
    const zoe_choice choice = {.proxy_shift = proxy_shift, .overscan = overscan};
    return exr_picture_decode_whole(path, &choice, 1);
}

static void assert_box(const zoe_box *box, int min_x, int min_y, int max_x, int max_y)
{
    if (box->min_x != min_x || box->min_y != min_y || box->max_x != max_x || box->max_y != max_y)
        fail_msg("%d %d - %d %d, expected %d %d - %d %d", box->min_x, box->min_y, box->max_x,
                 box->max_y, min_x, min_y, max_x, max_y);
}

/* ---- what is held ---- */

static void a_frame_holds_what_both_windows_have(void **state)
{
    (void)state;
    static const int data[4] = {1000, -300, 1000 + SIDE - 1, -300 + SIDE - 1};
    exr_maker_file file = file_at(data[0], data[1], SIDE, SIDE);
    static const int display[4] = {0, -280, 1031, 2000};
    memcpy(file.parts[0].display, display, sizeof display);
    write_file(&file, NULL, NULL);
    exr_picture cut = decode(0, false), all = decode(0, true), small = decode(2, false);
    assert_box(&cut.picture.frame.picture, 0, -280, 1031, 2000);
    assert_box(&cut.picture.frame.window, 1000, -280, 1031, -237);
    assert_box(&all.picture.frame.picture, 0, -300, 1063, 2000);
    assert_box(&all.picture.frame.window, 1000, -300, 1063, -237);
    assert_box(&small.picture.frame.window, 250, -70, 257, -60);
    assert_int_equal(cut.picture.bytes, 2 * 44 * 64);
    assert_int_equal(all.picture.bytes - all.picture.shared_bytes, 2 * SIDE * 2 * SIDE);
    assert_int_equal(small.picture.bytes, 2 * 11 * 64);
    for (int y = -280; y <= -237; y++)
        for (int x = 1000; x <= 1031; x++)
            assert_int_equal(exr_picture_at(&cut, 0, x, y), exr_picture_at(&all, 0, x, y));
    exr_picture_free(&cut);
    exr_picture_free(&all);
    exr_picture_free(&small);
}

static void windows_that_do_not_meet_hold_nothing(void **state)
{
    (void)state;
    exr_maker_file file = file_at(-500, 20, SIDE, SIDE);
    static const int display[4] = {0, 0, 1999, 999};
    memcpy(file.parts[0].display, display, sizeof display);
    write_file(&file, NULL, NULL);
    for (int32_t shift = 0; shift <= 3; shift++) {
        exr_picture r = decode(shift, false);
        const zoe_frame *frame = &r.picture.frame;
        assert_true(zoe_box_is_empty(&frame->window));
        assert_box(&frame->picture, 0, 0, 1999 >> shift, 999 >> shift);
        assert_int_equal(frame->plane_count, 2);
        assert_int_equal(r.picture.bytes, 0);
        assert_int_equal(r.picture.scratch_bytes, 0);
        exr_picture_free(&r);
    }
    exr_picture all = decode(0, true);
    assert_box(&all.picture.frame.window, -500, 20, -437, 83);
    assert_box(&all.picture.frame.picture, -500, 0, 1999, 999);
    exr_picture_free(&all);
}

static void one_pixel_is_a_picture(void **state)
{
    (void)state;
    static const int corners[][2] = {
        {0, 0}, {-1, -1}, {INT_MAX / 2 - 9, 5}, {-(INT_MAX / 2) + 9, 5}};
    for (size_t i = 0; i < sizeof corners / sizeof *corners; i++) {
        int x = corners[i][0], y = corners[i][1];
        exr_maker_file file = file_at(x, y, 1, 1);
        write_file(&file, NULL, NULL);
        exr_picture r = decode(0, false), small = decode(3, false);
        assert_box(&r.picture.frame.window, x, y, x, y);
        assert_int_equal(r.picture.bytes, 2 * 64);
        assert_int_equal(exr_picture_at(&small, 0, zoe_block_of(x, 3), zoe_block_of(y, 3)),
                         exr_picture_at(&r, 0, x, y));
        exr_picture_free(&r);
        exr_picture_free(&small);
    }
}

/* ---- what headers claim ---- */

static void a_huge_display_window_costs_nothing(void **state)
{
    (void)state;
    static const int displays[][4] = {
        {0, 0, 0, 208018434},
        {-1000000000, -1000000000, 1000000000, 1000000000},
        {0, 0, 1073741822, 1073741822},
        {-1073741822, 0, -2, 1},
    };
    exr_maker_file file = file_at(0, 0, SIDE, SIDE);
    for (size_t i = 0; i < sizeof displays / sizeof *displays; i++) {
        const int *d = displays[i];
        write_file(&file, "displayWindow", d);
        exr_picture r = decode(0, false);
        assert_box(&r.picture.frame.picture, d[0], d[1], d[2], d[3]);
        assert_true(r.picture.bytes - r.picture.shared_bytes <= 2 * SIDE * 2 * SIDE);
        if (!zoe_box_is_empty(&r.picture.frame.window))
            assert_true(exr_picture_at(&r, 0, 0, SIDE - 1) != 0);
        exr_picture_free(&r);
    }
}

static void assert_refused(const char *attribute, const int corners[4], bool overscan,
                           const char *word)
{
    exr_maker_file file = file_at(0, 0, SIDE, SIDE);
    write_file(&file, attribute, corners);
    const zoe_choice choice = {.overscan = overscan};
    zoe_picture picture;
    zoe_error error = {ZOE_OK, ""};
    open_exr_file opened;
    zoe_status status = open_exr(path, &choice, (uint64_t)1 << 30, NULL, &picture, &opened, &error);
    if (status == ZOE_OK || !strstr(error.text, path) || !strstr(error.text, word))
        fail_msg("%s %d %d %d %d: %s", attribute, corners[0], corners[1], corners[2], corners[3],
                 status == ZOE_OK ? "taken" : error.text);
}

static void what_no_memory_holds_is_refused(void **state)
{
    (void)state;
    static const int everything[4] = {INT_MIN, INT_MIN, INT_MAX, INT_MAX};
    static const int wide[4] = {0, 0, INT_MAX - 1, SIDE - 1};
    static const int square[4] = {-1073741823, -1073741823, 1073741823, 1073741823};
    static const int tall[4] = {0, 0, SIDE - 1, 1073741823};
    static const int beside[4] = {-1073741823, 0, 1073741823, 0};
    static const int reversed[4] = {5, 5, 4, 4};
    assert_refused("displayWindow", everything, false, "display window");
    assert_refused("dataWindow", everything, false, "data window");
    assert_refused("dataWindow", reversed, false, "data window");
    assert_refused("dataWindow", wide, true, "");
    assert_refused("dataWindow", square, true, "");
    assert_refused("dataWindow", tall, true, "");
    assert_refused("dataWindow", beside, true, "");
    assert_refused("dataWindow", wide, false, "");
    assert_refused("dataWindow", square, false, "");
}

static int make_path(void **state)
{
    (void)state;
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_path(void **state)
{
    (void)state;
    return remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_holds_what_both_windows_have),
        cmocka_unit_test(windows_that_do_not_meet_hold_nothing),
        cmocka_unit_test(one_pixel_is_a_picture),
        cmocka_unit_test(a_huge_display_window_costs_nothing),
        cmocka_unit_test(what_no_memory_holds_is_refused),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}
