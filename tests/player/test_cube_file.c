/*
 * `.cube` files: what they say, and what is wrong with them.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "color/cube_file.h"

static zoe_look_table *parsed(const char *text, zoe_cube_place place)
{
    zoe_error error = {ZOE_OK, ""};
    zoe_look_table *table;
    if (zoe_cube_file_parse("t.cube", text, strlen(text), place, ZOE_TRANSFER_SRGB, &table,
                            &error) != ZOE_OK)
        fail_msg("%s", error.text);
    return table;
}

static void assert_refused(const char *text, zoe_status status, const char *why)
{
    zoe_error error = {ZOE_OK, ""};
    zoe_look_table *table = (zoe_look_table *)(void *)&error;
    assert_int_equal(zoe_cube_file_parse("t.cube", text, strlen(text), ZOE_CUBE_LIGHT,
                                         ZOE_TRANSFER_SRGB, &table, &error),
                     status);
    assert_null(table);
    assert_string_equal(error.text, why);
}

static float shaped(const zoe_look_table *table, int channel, float value)
{
    return table->cube.shaper[channel][zoe_float_to_half(value)];
}

static void assert_near(double got, double expected)
{
    if (fabs(got - expected) > 2e-4)
        fail_msg("%f, expected %f", got, expected);
}

#define IDENTITY_3D "0 0 0\n1 0 0\n0 1 0\n1 1 0\n0 0 1\n1 0 1\n0 1 1\n1 1 1\n"

static void three_dimensions(void **state)
{
    (void)state;
    zoe_look_table *t = parsed(
        "\xef\xbb\xbf# made by hand\r\nTITLE \"a b\"\r\nLUT_3D_SIZE 2\r\n"
        "DOMAIN_MIN 0 0 -1\nDOMAIN_MAX 2 1 1\nLUT_IN_VIDEO_RANGE\n\n" IDENTITY_3D "\n# end\n",
        ZOE_CUBE_LIGHT);
    assert_int_equal(t->cube.edge, 2);
    assert_true(t->color.cube == &t->cube);
    assert_null(t->color.encode);
    assert_near((double)shaped(t, 0, 1), 0.5);
    assert_near((double)shaped(t, 1, 1), 1);
    assert_near((double)shaped(t, 1, 99), 1);
    assert_near((double)shaped(t, 1, -1), 0);
    assert_near((double)shaped(t, 2, 0), 0.5);
    for (int i = 0; i < 8; i++)
        for (int c = 0; c < 3; c++)
            assert_near((double)t->nodes[4 * i + c], i >> c & 1);
    zoe_look_table_free(&t);
    assert_null(t);
}

/* A table of one dimension is a shaper between the least and the greatest value. */
static void one_dimension(void **state)
{
    (void)state;
    zoe_look_table *t =
        parsed("LUT_1D_SIZE 3\nLUT_1D_INPUT_RANGE 0 4\n0 1 0\n0.5 0.5 1\n2 0 2\n", ZOE_CUBE_SCENE);
    assert_int_equal(t->cube.edge, 2);
    assert_non_null(t->color.encode);
    assert_near((double)t->color.encode[zoe_float_to_half(0.25f)], 0.25);
    static const float inputs[] = {0, 1, 2, 3, 4, 9};
    static const double red[] = {0, 0.25, 0.5, 1.25, 2, 2}, green[] = {1, 0.75, 0.5, 0.25, 0, 0};
    for (int i = 0; i < 6; i++) {
        assert_near((double)shaped(t, 0, inputs[i]) * 2, red[i]);
        assert_near((double)shaped(t, 1, inputs[i]) * 2, green[i]);
    }
    assert_near((double)t->nodes[4 * 7 + 2], 2);
    assert_near((double)t->nodes[0], 0);
    zoe_look_table_free(&t);
}

static void shaper_before_three_dimensions(void **state)
{
    (void)state;
    zoe_look_table *t =
        parsed("LUT_1D_SIZE 2\nLUT_3D_SIZE 2\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 16 16 16\n"
               "0 0 0\n1 0.5 1\n" IDENTITY_3D,
               ZOE_CUBE_SCENE);
    assert_near((double)shaped(t, 0, 8), 0.5);
    assert_near((double)shaped(t, 1, 8), 0.25);
    zoe_look_table_free(&t);
}

static void what_a_table_takes(void **state)
{
    (void)state;
    zoe_look_table *t = parsed("LUT_3D_SIZE 2\n" IDENTITY_3D, ZOE_CUBE_DISPLAY);
    assert_near((double)shaped(t, 0, 0.2159f), 0.50196); /* sRGB 128 */
    zoe_look_table_free(&t);
    t = parsed("LUT_3D_SIZE 2\n" IDENTITY_3D, ZOE_CUBE_LOG);
    assert_near((double)shaped(t, 0, 0.18f), 0.41358); /* ACEScct's middle grey */
    zoe_look_table_free(&t);
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    (void)state;
    assert_refused("", ZOE_ERROR_SYNTAX, "t.cube: line 0: the file has no values");
    assert_refused("LUT_3D_SIZE 1\n0 0 0\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 1: the size is less than 2");
    assert_refused("# x\nLUT_3D_SIZE 257\n", ZOE_ERROR_TOO_LARGE,
                   "t.cube: line 2: the size is 257, and at most 129 can be used");
    assert_refused("LUT_1D_SIZE 99999\n", ZOE_ERROR_TOO_LARGE,
                   "t.cube: line 1: the size is 99999, and at most 65536 can be used");
    assert_refused("LUT_3D_SIZE two\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 1: the size is no whole number");
    assert_refused("LUT_1D_SIZE 2\n0 0 0\n0 nan 0\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 3: a number that is not finite");
    assert_refused("LUT_1D_SIZE 2\n0 0 0\nnan 0 0\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 3: a number that is not finite");
    assert_refused("LUT_1D_SIZE 2\n0 0 0\n0 1e9 0\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 3: a number beyond a million");
    assert_refused("LUT_1D_SIZE 2\n0 0\n0 0 0\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 2: too few numbers");
    assert_refused("LUT_1D_SIZE 2\n0 0 0 0\n0 0 0\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 2: too many numbers");
    assert_refused("LUT_1D_SIZE 2\n0 0 0\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 2: the file ends after 1 of 2 values");
    assert_refused("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n2 2 2\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 4: more values than the size says");
    assert_refused("LUT_3D_SIZE 129\n0 0 0\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 2: the file ends before all values");
    assert_refused("LUT_1D_SIZE 2\nDOMAIN_MIN 1 0 0\n0 0 0\n1 1 1\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 3: the range of the input is empty");
    assert_refused("hello\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 1: neither a known word nor three numbers");
    assert_refused("0 0 0\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 1: values before LUT_1D_SIZE or LUT_3D_SIZE");
    assert_refused("LUT_1D_SIZE 2\n0 0 0\nTITLE x\n", ZOE_ERROR_SYNTAX,
                   "t.cube: line 3: a word among the values");
    zoe_error error = {ZOE_OK, ""};
    zoe_look_table *table;
    assert_int_equal(
        zoe_cube_file_read("/nowhere/x.cube", ZOE_CUBE_LIGHT, ZOE_TRANSFER_SRGB, &table, &error),
        ZOE_ERROR_NOT_FOUND);
    assert_non_null(strstr(error.text, "/nowhere/x.cube"));
}

/* No text whatever makes it read or write where it may not: for the sanitizers. */
static void changed_copies_do_no_harm(void **state)
{
    (void)state;
    static const char good[] =
        "LUT_1D_SIZE 2\nLUT_3D_SIZE 2\nDOMAIN_MIN 0 0 0\n0 0 0\n1 1 1\n" IDENTITY_3D;
    uint32_t seed = 5;
    for (int round = 0; round < 3000; round++) {
        char text[sizeof good];
        memcpy(text, good, sizeof good);
        for (int k = 0; k < 3; k++) {
            seed = seed * 1664525u + 1013904223u;
            text[(seed >> 8) % (sizeof good - 1)] = (char)(seed >> 24);
        }
        zoe_look_table *table;
        char *exact = malloc(sizeof good - 1);
        assert_non_null(exact);
        memcpy(exact, text, sizeof good - 1);
        if (round % 100 == 0) /* the tables are large */
            (void)zoe_cube_file_parse("t", exact, sizeof good - 1, ZOE_CUBE_LIGHT,
                                      ZOE_TRANSFER_SRGB, &table, NULL);
        else
            (void)zoe_cube_file_parse("t", exact, (seed >> 4) % (sizeof good - 20), ZOE_CUBE_LIGHT,
                                      ZOE_TRANSFER_SRGB, &table, NULL);
        zoe_look_table_free(&table);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_dimensions),
        cmocka_unit_test(one_dimension),
        cmocka_unit_test(shaper_before_three_dimensions),
        cmocka_unit_test(what_a_table_takes),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(changed_copies_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
