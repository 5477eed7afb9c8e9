/*
 * OpenColorIO: the built-in configuration, how good its tables are, choosing, and what is wrong
 * with configurations. Skips where the library is not built in.
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

#include "color/ocio.h"
#include "support/temp_folder.h"

static zoe_ocio *aces;

static int open_aces(void **state)
{
    (void)state;
    zoe_error error = {ZOE_OK, ""};
    if (zoe_ocio_open(ZOE_OCIO_ACES, &aces, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    return 0;
}

static int close_aces(void **state)
{
    (void)state;
    zoe_ocio_close(&aces);
    assert_null(aces);
    return 0;
}

static const zoe_ocio_file nothing = {"a.exr", "", 0, NULL};

static zoe_ocio_way way_of(const char *input, const char *display, const char *view)
{
    zoe_error error = {ZOE_OK, ""};
    zoe_ocio_way way;
    memset(&way, 0, sizeof way);
    snprintf(way.input, sizeof way.input, "%s", input);
    snprintf(way.display, sizeof way.display, "%s", display);
    snprintf(way.view, sizeof way.view, "%s", view);
    if (zoe_ocio_choose(aces, &nothing, &way, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    return way;
}

static zoe_look_table *baked(const zoe_ocio_way *way, int edge, zoe_ocio_quality *quality)
{
    zoe_error error = {ZOE_OK, ""};
    zoe_look_table *table;
    if (zoe_ocio_bake(aces, way, edge, NULL, &table, quality, &error) != ZOE_OK)
        fail_msg("%s", error.text);
    return table;
}

/* Draws colours and returns the greatest difference from the library's processor, in steps of 8
 * bits. */
static double worst_drawn(const zoe_ocio_way *way, const zoe_look_table *table, float *colors,
                          size_t count)
{
    static zoe_display_lut lut;
    zoe_grade grade;
    zoe_grade_init(&grade);
    zoe_display_lut_make(&lut, &grade, &table->color);
    enum { ROW = 4096 };
    uint16_t *halves = malloc(3 * ROW * sizeof *halves);
    uint32_t *pixels = malloc(ROW * sizeof *pixels);
    zoe_error error = {ZOE_OK, ""};
    assert_true(halves && pixels);
    double worst = 0;
    for (size_t at = 0; at < count; at += ROW) {
        int n = (int)(count - at < ROW ? count - at : ROW);
        zoe_frame frame;
        memset(&frame, 0, sizeof frame);
        frame.picture = frame.window = (zoe_box){0, 0, n - 1, 0};
        frame.plane_count = 3;
        frame.is_color = 1;
        frame.alpha_plane = -1;
        float *color = colors + 4 * at;
        for (int c = 0; c < 3; c++) {
            frame.planes[c] = (zoe_plane){halves + c * ROW, 0, ZOE_SAMPLE_HALF};
            for (int i = 0; i < n; i++) {
                halves[c * ROW + i] = zoe_float_to_half(color[4 * i + c]);
                color[4 * i + c] = zoe_half_to_float(halves[c * ROW + i]);
            }
        }
        zoe_viewport v = {.step_x = 1, .step_y = 1, .width = n, .height = 1};
        size_t bytes = (zoe_display_scratch_bytes(&frame, &v) + 63) / 64 * 64;
        void *scratch = bytes ? aligned_alloc(64, bytes) : NULL;
        assert_int_equal(zoe_display_draw(&frame, &lut, &v, 0, 1, pixels, ROW * 4, scratch),
                         ZOE_OK);
        free(scratch);
        assert_int_equal(zoe_ocio_apply(aces, way, color, (size_t)n, &error), ZOE_OK);
        for (int i = 0; i < n; i++)
            for (int c = 0; c < 3; c++) {
                double want = fmin(fmax((double)color[4 * i + c], 0), 1) * 255;
                double got = (double)(pixels[i] >> (16 - 8 * c) & 255);
                worst = fmax(worst, fabs(got - want));
            }
    }
    free(halves);
    free(pixels);
    return worst;
}

/* A dense grid over 0..16: evenly in log2 along each axis, with the middles of the table's cells in
 * it. */
static float *grid(int edge, size_t *count)
{
    *count = (size_t)edge * (size_t)edge * (size_t)edge;
    float *colors = malloc(*count * 4 * sizeof *colors), *to = colors;
    assert_non_null(colors);
    for (size_t i = 0; i < *count; i++, to += 4) {
        size_t at[3] = {i % (size_t)edge, i / (size_t)edge % (size_t)edge,
                        i / (size_t)edge / (size_t)edge};
        for (int c = 0; c < 3; c++)
            to[c] = (float)(0.015 * (pow(1 + 16 / 0.015, (double)at[c] / (edge - 1)) - 1));
        to[3] = 1;
    }
    return colors;
}

/* Of the colours that AP0 has and AP1 has not most are none, and the view cuts them off. */
static void ap1_to_ap0(float *colors, size_t count)
{
    static const float m[9] = {0.695452f,  0.140679f,    0.163869f,   0.0447946f, 0.859671f,
                               0.0955343f, -0.00552588f, 0.00402521f, 1.0015f};
    for (; count > 0; count--, colors += 4) {
        const float r = colors[0], g = colors[1], b = colors[2];
        for (int c = 0; c < 3; c++)
            colors[c] = m[3 * c] * r + m[3 * c + 1] * g + m[3 * c + 2] * b;
    }
}

/* The drawn byte is rounded: half a step is its own, and 1 is the table's. */
static void tables_are_within_a_step(void **state)
{
    (void)state;
    static const char *const ways[][3] = {
        {"ACEScg", "sRGB", "ACES 1.0 SDR"},         {"ACEScg", "Rec.709", "ACES 1.0 SDR"},
        {"Linear Rec.709", "sRGB", "ACES 1.0 SDR"}, {"ACES2065-1", "P3-D65", "ACES 1.0 SDR"},
        {"ACEScg", "sRGB", "Un-tone-mapped"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        zoe_ocio_way way = way_of(ways[i][0], ways[i][1], ways[i][2]);
        zoe_ocio_quality quality;
        zoe_look_table *table = baked(&way, ZOE_OCIO_EDGE_FINE, &quality);
        size_t count;
        float *colors = grid(i == 0 ? 101 : 41, &count);
        if (strcmp(way.input, "ACES2065-1") == 0)
            ap1_to_ap0(colors, count);
        double worst = worst_drawn(&way, table, colors, count);
        print_message(
            "%s, %s, %s: table alone %.2f steps, used %.2f, %.1f %% of the colours by the "
            "processor; drawn %.2f over %zu colours\n",
            way.input, way.display, way.view, quality.table, quality.worst,
            100 * quality.exact_part, worst, count);
        if (worst > 1.5)
            fail_msg("%f steps", worst);
        assert_true(quality.worst <= 1);
        free(colors);
        zoe_look_table_free(&table);
    }
}

/* Log camera curves are a table and a matrix in front, so that exposure is in linear light. */
static void log_input_becomes_linear_light(void **state)
{
    (void)state;
    zoe_ocio_way way = way_of("ACEScct", "sRGB", "ACES 1.0 SDR");
    zoe_ocio_quality quality;
    zoe_look_table *table = baked(&way, ZOE_OCIO_EDGE_COARSE, &quality);
    assert_non_null(table->color.decode);
    assert_true(table->color.has_matrix);
    /* Middle grey of ACEScct is 0.18. */
    float grey = table->color.decode[zoe_float_to_half(0.4135884f)];
    const float *m = table->color.matrix;
    assert_true(fabsf((m[0] + m[1] + m[2]) * grey - 0.18f) < 0.001f);
    zoe_look_table_free(&table);
}

static void the_file_says_its_space(void **state)
{
    (void)state;
    static const float ap1[8] = {0.713f, 0.293f, 0.165f, 0.83f, 0.128f, 0.044f, 0.32168f, 0.33767f};
    static const float p3[8] = {0.68f, 0.32f, 0.265f, 0.69f, 0.15f, 0.06f, 0.3127f, 0.329f};
    const struct {
        zoe_ocio_file file;
        const char *space;
        int has_matrix;
    } cases[] = {
        {{"a.exr", "", 0, NULL}, "Linear Rec.709", 0},
        {{"a.exr", "ACEScct", 1, ap1}, "ACEScct", 0},
        {{"a.exr", "no such space", 1, ap1}, "ACES2065-1", 0},
        {{"a.exr", "", 0, ap1}, "ACEScg", 0},
        {{"a.exr", "", 0, p3}, "ACES2065-1", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        zoe_ocio_way way;
        memset(&way, 0, sizeof way);
        assert_int_equal(zoe_ocio_choose(aces, &cases[i].file, &way, NULL), ZOE_OK);
        assert_string_equal(way.input, cases[i].space);
        assert_int_equal(way.has_matrix, cases[i].has_matrix);
        assert_string_equal(way.display, "sRGB");
        assert_string_equal(way.view, "ACES 1.0 SDR");
    }
}

static void names_that_are_not_there(void **state)
{
    (void)state;
    const struct {
        zoe_ocio_way way;
        const char *why;
    } cases[] = {
        {{.input = "x"}, "The configuration has no colour space \"x\""},
        {{.display = "x"}, "The configuration has no display \"x\""},
        {{.view = "x"}, "The configuration has no view \"x\""},
        {{.look = "x"}, "The configuration has no look \"x\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        zoe_error error = {ZOE_OK, ""};
        zoe_ocio_way way = cases[i].way;
        assert_int_equal(zoe_ocio_choose(aces, &nothing, &way, &error), ZOE_ERROR_ARGUMENT);
        assert_string_equal(error.text, cases[i].why);
    }
}

static void lists(void **state)
{
    (void)state;
    assert_string_equal(zoe_ocio_name(aces, ZOE_OCIO_DISPLAYS, NULL, 1), "Rec.709");
    assert_string_equal(zoe_ocio_name(aces, ZOE_OCIO_VIEWS, "Rec.709", 0), "ACES 1.0 SDR");
    assert_null(zoe_ocio_name(aces, ZOE_OCIO_VIEWS, "Rec.709", 3));
    assert_null(zoe_ocio_name(aces, ZOE_OCIO_VIEWS, "no display", 0));
    assert_null(zoe_ocio_name(aces, ZOE_OCIO_LOOKS, NULL, 0));
    assert_non_null(zoe_ocio_name(aces, ZOE_OCIO_SPACES, NULL, 0));
    assert_null(zoe_ocio_name(aces, ZOE_OCIO_SPACES, NULL, -1));
}

static void bad_configurations(void **state)
{
    (void)state;
    char folder[256], path[300];
    temp_folder_make(folder, sizeof folder);
    static const char *const texts[] = {
        "",
        "hello",
        "ocio_profile_version: 9\n",
        "ocio_profile_version: 2\nroles: {default: nowhere}\n",
        "ocio_profile_version: 2\nroles: {scene_linear: gone}\ndisplays: {d: [!<View> {name: v, "
        "colorspace: "
        "gone}]}\ncolorspaces: [!<ColorSpace> {name: raw}]\n",
    };
    for (size_t i = 0; i <= sizeof texts / sizeof texts[0]; i++) {
        zoe_error error = {ZOE_OK, ""};
        zoe_ocio *ocio = aces;
        snprintf(path, sizeof path, "%s/%zu.ocio", folder, i);
        FILE *file = i ? fopen(path, "w") : NULL; /* the first is missing */
        if (file) {
            fputs(texts[i - 1], file);
            fclose(file);
        }
        assert_int_equal(zoe_ocio_open(path, &ocio, &error), ZOE_ERROR_SYNTAX);
        assert_null(ocio);
        assert_non_null(strstr(error.text, path));
        print_message("%s\n", error.text);
    }
    temp_folder_remove(folder);
}

static void baking_is_told_to_stop(void **state)
{
    (void)state;
    zoe_ocio_way way = way_of("ACEScg", "", "");
    zoe_ocio_quality quality;
    zoe_look_table *table;
    const int stop = 1;
    assert_int_equal(zoe_ocio_bake(aces, &way, 33, &stop, &table, &quality, NULL), ZOE_STALE);
    assert_null(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_within_a_step),
        cmocka_unit_test(log_input_becomes_linear_light),
        cmocka_unit_test(the_file_says_its_space),
        cmocka_unit_test(names_that_are_not_there),
        cmocka_unit_test(lists),
        cmocka_unit_test(bad_configurations),
        cmocka_unit_test(baking_is_told_to_stop),
    };
    if (!zoe_ocio_is_built_in())
        return 77;
    return cmocka_run_group_tests(tests, open_aces, close_aces);
}
