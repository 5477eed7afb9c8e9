/*
 * From choices and what files say to the colour that is drawn with: primaries, white, tables,
 * lists, and the thread that works out OpenColorIO's tables.
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
    assert_string_equal(zoe_coloring_way(coloring)->input, "Linear Rec.709");
    zoe_colored other = color_of(coloring, &wide, NULL, false);
    assert_true(other.serial != colored.serial && other.color.has_matrix);
    assert_int_equal(color_of(coloring, &wide, NULL, false).serial, other.serial);
    assert_int_equal(color_of(coloring, &wide, NULL, true).serial, 0);
    zoe_coloring_destroy(&coloring);
}

/* What the second of two frames becomes beside the first, for a colour of its file. */
static void apply(const zoe_color *color, const float in[3], float out[3])
{
    for (int i = 0; i < 3; i++)
        out[i] = color->has_matrix
                     ? color->matrix[3 * i] * in[0] + color->matrix[3 * i + 1] * in[1] +
                           color->matrix[3 * i + 2] * in[2]
                     : in[i];
}

static void assert_alike(const float a[3], const float b[3], float slack)
{
    for (int i = 0; i < 3; i++)
        if (!(fabsf(a[i] - b[i]) <= slack))
            fail_msg("%g %g %g, not %g %g %g", (double)a[0], (double)a[1], (double)a[2],
                     (double)b[0], (double)b[1], (double)b[2]);
}

/* Frames that are seen beside each other are each shown in their own primaries: what is the same
 * light is the same before the display, and is no difference. */
static void each_side_has_its_own_primaries(void **state)
{
    (void)state;
    static const zoe_file_color nothing;
    static const float light[3] = {0.4f, 0.2f, 0.1f}; /* of Rec. 709 */
    const zoe_coloring_choice choices[] = {{0}, {.config = ZOE_OCIO_ACES}};
    for (int i = 0; i < (zoe_ocio_is_built_in() ? 2 : 1); i++) {
        zoe_coloring *coloring = choose(NULL, &choices[i]);
        zoe_frame plain = frame_of(NULL), wide = frame_of(p3);
        float matrix[9], as_p3[3], shown[2][3], mixed[3];
        bool is_alike = false;
        assert_true(zoe_primaries_matrix(zoe_primaries_rec709(), p3, matrix));
        const zoe_color to_p3 = {.has_matrix = 1,
                                 .matrix = {matrix[0], matrix[1], matrix[2], matrix[3], matrix[4],
                                            matrix[5], matrix[6], matrix[7], matrix[8]}};
        apply(&to_p3, light, as_p3);
        zoe_colored first = color_of(coloring, &plain, NULL, false);
        zoe_other_color other, again;
        zoe_coloring_beside(coloring, 0, &plain, &nothing, false, &other, &is_alike);
        assert_true(is_alike && other.serial == 0);
        zoe_coloring_beside(coloring, 1, &wide, &nothing, false, &other, &is_alike);
        assert_true(is_alike && other.serial > 0);
        apply(&first.color, light, shown[0]);
        apply(&other.color, as_p3, shown[1]);
        assert_alike(shown[1], shown[0], 1e-3f);
        const zoe_color to_first = {.has_matrix = 1,
                                    .matrix = {other.matrix[0], other.matrix[1], other.matrix[2],
                                               other.matrix[3], other.matrix[4], other.matrix[5],
                                               other.matrix[6], other.matrix[7], other.matrix[8]}};
        apply(&to_first, as_p3, mixed);
        assert_alike(mixed, light, 1e-3f);
        assert_true(other.color.cube == first.color.cube);
        /* The same again is no other colour. */
        zoe_coloring_beside(coloring, 1, &wide, &nothing, false, &again, &is_alike);
        assert_int_equal(again.serial, other.serial);
        /* The other way round. */
        (void)color_of(coloring, &wide, NULL, false);
        zoe_coloring_beside(coloring, 1, &plain, &nothing, false, &other, &is_alike);
        assert_true(is_alike && other.serial != again.serial);
        /* Data beside colour has no colour, and does not matter beside data. */
        zoe_coloring_beside(coloring, 1, &plain, &nothing, true, &other, &is_alike);
        assert_true(!other.color.cube && !other.color.has_matrix);
        (void)color_of(coloring, &wide, NULL, true);
        zoe_coloring_beside(coloring, 1, &plain, &nothing, true, &other, &is_alike);
        assert_int_equal(other.serial, 0);
        zoe_coloring_destroy(&coloring);
    }
}

/* A curve between two spaces is no matrix: that is told. */
static void a_curve_is_told(void **state)
{
    (void)state;
    if (!zoe_ocio_is_built_in())
        skip();
    zoe_file_color said;
    zoe_other_color other;
    bool is_alike = true;
    memset(&said, 0, sizeof said);
    snprintf(said.space, sizeof said.space, "ACEScct");
    zoe_coloring *coloring = choose(NULL, &(zoe_coloring_choice){.config = ZOE_OCIO_ACES});
    zoe_frame plain = frame_of(NULL);
    (void)color_of(coloring, &plain, NULL, false);
    zoe_coloring_beside(coloring, 0, &plain, &said, false, &other, &is_alike);
    assert_true(!is_alike && other.serial == 0);
    zoe_coloring_destroy(&coloring);
}

/* Choosing again and again, without waiting, stops what is being made for nothing; the colour
 * before stays until the next is there. A name that is not there is said, and nothing changes. */
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
    assert_true(colored.table && colored.serial != serial);
    assert_string_equal(zoe_coloring_way(coloring)->display, displays[0]);
    assert_string_equal(zoe_coloring_way(coloring)->view, "ACES 1.0 SDR");
    assert_int_equal(zoe_coloring_way(coloring)->missing, ZOE_OCIO_NO_VIEW);
    /* Several at once are all said; nothing is left of them when they are not chosen any more. */
    choice.input = "no such space";
    choice.display = "no such display";
    (void)choose(coloring, &choice);
    assert_int_equal(zoe_coloring_of(coloring, &plain, &nothing, false, ZOE_TRANSFER_SRGB, true,
                                     &colored, &error),
                     ZOE_ERROR_ARGUMENT);
    assert_string_equal(error.text, "The configuration has no colour space \"no such space\", "
                                    "no display \"no such display\", no view \"no such view\"");
    assert_true(colored.table != NULL);
    choice = (zoe_coloring_choice){.config = ZOE_OCIO_ACES};
    (void)choose(coloring, &choice);
    (void)color_of(coloring, &plain, NULL, false);
    assert_int_equal(zoe_coloring_way(coloring)->missing, 0);
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
        cmocka_unit_test(a_file_says_its_primaries),
        cmocka_unit_test(a_file_says_its_white),
        cmocka_unit_test(header_attributes),
        cmocka_unit_test(tables_and_lists),
        cmocka_unit_test(tables_come_from_a_thread),
        cmocka_unit_test(each_side_has_its_own_primaries),
        cmocka_unit_test(a_curve_is_told),
        cmocka_unit_test(choosing_while_it_works),
    };
    return cmocka_run_group_tests(tests, without_environment, NULL);
}
