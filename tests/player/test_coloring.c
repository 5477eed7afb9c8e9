/*
 * From choices and what files say to the colour that is drawn with: primaries, white, tables, lists, and
 * the thread that works out OpenColorIO's tables.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "color/coloring.h"
#include "support/temp_folder.h"

static const float xyz[8] = {1, 0, 0, 1, 0, 0, 1 / 3.0f, 1 / 3.0f};
static const float p3[8] = {0.68f, 0.32f, 0.265f, 0.69f, 0.15f, 0.06f, 0.3127f, 0.329f};

static zoe_frame frame_of(const float *primaries)
{
    zoe_frame frame;
    memset(&frame, 0, sizeof frame);
    frame.is_color = 1;
    frame.has_chromaticities = primaries != NULL;
    if (primaries)
        memcpy(frame.chromaticities, primaries, sizeof frame.chromaticities);
    return frame;
}

static zoe_colored color_of(zoe_coloring *coloring, const zoe_frame *frame,
                            const zoe_file_color *file, bool is_data)
{
    static const zoe_file_color nothing;
    zoe_colored colored;
    zoe_error error = {ZOE_OK, ""};
    if (zoe_coloring_of(coloring, frame, file ? file : &nothing, is_data, ZOE_TRANSFER_SRGB, true,
                        &colored, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    return colored;
}

static zoe_coloring *choose(zoe_coloring *coloring, const zoe_coloring_choice *choice)
{
    zoe_error error = {ZOE_OK, ""};
    if (!coloring)
        coloring = zoe_coloring_create(NULL, NULL);
    assert_non_null(coloring);
    if (zoe_coloring_choose(coloring, choice, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    return coloring;
}

static void a_file_says_its_primaries(void **state)
{
    (void)state;
    zoe_coloring *coloring = choose(NULL, &(zoe_coloring_choice){0});
    zoe_frame plain = frame_of(NULL), same = frame_of(zoe_primaries_rec709()),
              other = frame_of(xyz);
    assert_int_equal(color_of(coloring, &plain, NULL, false).serial, 0);
    assert_int_equal(color_of(coloring, &same, NULL, false).serial, 0);
    zoe_colored first = color_of(coloring, &other, NULL, false);
    assert_true(first.serial > 0 && first.color.has_matrix);
    assert_true(fabsf(first.color.matrix[0] - 3.1473f) <
                0.01f); /* Bradford from E, not D65's 3.24 */
    /* The same again is no other one; nothing in between is. */
    assert_int_equal(color_of(coloring, &other, NULL, false).serial, first.serial);
    assert_int_equal(color_of(coloring, &plain, NULL, false).serial, 0);
    assert_true(color_of(coloring, &other, NULL, false).serial != first.serial);
    assert_int_equal(color_of(coloring, &other, NULL, true).serial, 0); /* no colours */
    zoe_coloring_destroy(&coloring);
    assert_null(coloring);
}

static void a_file_says_its_white(void **state)
{
    (void)state;
    zoe_coloring *coloring = choose(NULL, &(zoe_coloring_choice){0});
    zoe_frame plain = frame_of(NULL);
    zoe_file_color file;
    memset(&file, 0, sizeof file);
    file.white_luminance = 200;
    zoe_colored colored = color_of(coloring, &plain, &file, false);
    for (int i = 0; i < 9; i++)
        assert_true(colored.color.matrix[i] == (i % 4 ? 0.0f : 2.0f));
    file.white_luminance = 100;
    assert_int_equal(color_of(coloring, &plain, &file, false).serial, 0);
    file.white_luminance = 1e9f; /* nonsense */
    assert_int_equal(color_of(coloring, &plain, &file, false).serial, 0);
    zoe_coloring_destroy(&coloring);
}

static void header_attributes(void **state)
{
    (void)state;
    static const zoe_attribute attributes[] = {{"acesImageContainerFlag", "int", "1"},
                                               {"colorSpace", "string", "ACES2065-1"},
                                               {"whiteLuminance", "float", "45.6"}};
    zoe_part part = {.attribute_count = 3, .attributes = attributes};
    zoe_header header = {.part_count = 1, .parts = &part};
    zoe_file_color color;
    zoe_file_color_read(&color, &header, "/a/b.exr");
    assert_true(color.is_aces);
    assert_string_equal(color.space, "ACES2065-1");
    assert_string_equal(color.path, "/a/b.exr");
    assert_true(fabsf(color.white_luminance - 45.6f) < 1e-4f);
    zoe_file_color_read(&color, NULL, "");
    assert_true(!color.is_aces && !color.space[0] && color.white_luminance <= 0);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* What cannot be read is left out, and the rest is used. */
static void tables_and_lists(void **state)
{
    (void)state;
    char folder[200], cube[256], list[256], bad[256];
    temp_folder_make(folder, sizeof folder);
    snprintf(cube, sizeof cube, "%s/a.cube", folder);
    snprintf(list, sizeof list, "%s/a.cc", folder);
    snprintf(bad, sizeof bad, "%s/bad.cube", folder);
    write_text(cube, "LUT_1D_SIZE 2\n0 0 0\n1 1 1\n");
    write_text(list, "<ColorCorrection><Slope>2 2 2</Slope></ColorCorrection>");
    write_text(bad, "LUT_1D_SIZE 2\n0 0 0\n");
    zoe_frame plain = frame_of(NULL);
    zoe_coloring *coloring = choose(NULL, &(zoe_coloring_choice){.lut = cube, .cdl = list});
    zoe_colored colored = color_of(coloring, &plain, NULL, false);
    assert_true(colored.table && colored.color.cube);
    assert_true(colored.color.cdl.slope[1] == 2);
    zoe_error error = {ZOE_OK, ""};
    assert_int_equal(
        zoe_coloring_choose(coloring, &(zoe_coloring_choice){.lut = bad, .cdl = list}, &error),
        ZOE_ERROR_SYNTAX);
    assert_non_null(strstr(error.text, "bad.cube: line 2"));
    colored = color_of(coloring, &plain, NULL, false);
    assert_true(!colored.table && !colored.color.cube && colored.color.cdl.slope[1] == 2);
    (void)choose(coloring, &(zoe_coloring_choice){0});
    assert_int_equal(color_of(coloring, &plain, NULL, false).serial, 0);
    zoe_coloring_destroy(&coloring);
    temp_folder_remove(folder);
}

static int woken; /* atomic */

static void wake(void *user)
{
    (void)user;
    __atomic_add_fetch(&woken, 1, __ATOMIC_RELAXED);
}

static void tables_come_from_a_thread(void **state)
{
    (void)state;
    if (!zoe_ocio_is_built_in())
        skip();
    zoe_coloring *coloring = zoe_coloring_create(wake, NULL);
    zoe_frame plain = frame_of(NULL), wide = frame_of(p3);
    (void)choose(coloring, &(zoe_coloring_choice){.config = ZOE_OCIO_ACES});
    assert_null(zoe_coloring_way(coloring));
    zoe_colored colored = color_of(coloring, &plain, NULL, false);
    assert_int_equal(colored.color.cube->edge, ZOE_OCIO_EDGE_FINE);
    assert_true(__atomic_load_n(&woken, __ATOMIC_RELAXED) >= 2);
    assert_false(zoe_coloring_is_busy(coloring));
    assert_string_equal(zoe_coloring_way(coloring)->input, "Linear Rec.709");
    zoe_colored other = color_of(coloring, &wide, NULL, false);
    assert_true(other.serial != colored.serial && other.color.has_matrix);
    assert_int_equal(color_of(coloring, &wide, NULL, false).serial, other.serial);
    assert_int_equal(color_of(coloring, &wide, NULL, true).serial, 0);
    zoe_coloring_destroy(&coloring);
}

/* Choosing again and again, without waiting, stops what is being made for nothing; the colour before stays
 * until the next is there. A name that is not there is said, and nothing changes. */
static void choosing_while_it_works(void **state)
{
    (void)state;
    if (!zoe_ocio_is_built_in())
        skip();
    static const char *const displays[] = {"sRGB", "Rec.709", "P3-D65"};
    static const zoe_file_color nothing;
    zoe_coloring *coloring = zoe_coloring_create(wake, NULL);
    zoe_frame plain = frame_of(NULL);
    zoe_coloring_choice choice = {.config = ZOE_OCIO_ACES, .view = "Un-tone-mapped"};
    (void)choose(coloring, &choice);
    uint64_t serial = color_of(coloring, &plain, NULL, false).serial;
    zoe_colored colored;
    for (int i = 0; i < 12; i++) {
        choice.display = displays[(i + 1) % 3];
        (void)choose(coloring, &choice);
        assert_int_equal(zoe_coloring_of(coloring, &plain, &nothing, false, ZOE_TRANSFER_SRGB,
                                         false, &colored, NULL),
                         ZOE_OK);
        assert_non_null(colored.table);
    }
    colored = color_of(coloring, &plain, NULL, false);
    assert_true(colored.serial > serial);
    assert_string_equal(zoe_coloring_way(coloring)->display, displays[0]);
    serial = colored.serial;
    zoe_error error = {ZOE_OK, ""};
    choice.view = "no such view";
    (void)choose(coloring, &choice);
    assert_int_equal(zoe_coloring_of(coloring, &plain, &nothing, false, ZOE_TRANSFER_SRGB, true,
                                     &colored, &error),
                     ZOE_ERROR_ARGUMENT);
    assert_string_equal(error.text, "The configuration has no view \"no such view\"");
    assert_int_equal(colored.serial, serial);
    /* Where there was no colour before, the file's primaries are honoured as without. */
    zoe_coloring *fresh = choose(NULL, &choice);
    zoe_frame other = frame_of(xyz);
    assert_int_equal(
        zoe_coloring_of(fresh, &other, &nothing, false, ZOE_TRANSFER_SRGB, true, &colored, NULL),
        ZOE_ERROR_ARGUMENT);
    assert_true(colored.color.has_matrix && !colored.table);
    zoe_coloring_destroy(&fresh);
    /* Destroyed while it works. */
    choice.view = NULL;
    (void)choose(coloring, &choice);
    (void)zoe_coloring_of(coloring, &plain, &nothing, false, ZOE_TRANSFER_SRGB, false, &colored,
                          NULL);
    zoe_coloring_destroy(&coloring);
}

static int without_environment(void **state)
{
    (void)state;
    return unsetenv("OCIO");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_says_its_primaries), cmocka_unit_test(a_file_says_its_white),
        cmocka_unit_test(header_attributes),         cmocka_unit_test(tables_and_lists),
        cmocka_unit_test(tables_come_from_a_thread), cmocka_unit_test(choosing_while_it_works),
    };
    return cmocka_run_group_tests(tests, without_environment, NULL);
}
