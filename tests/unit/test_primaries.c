/*
 * Matrices between primaries, against published ones.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <zoetrope/display.h>

static const float xyz_e[8] = {1, 0, 0, 1, 0, 0, 1 / 3.0f, 1 / 3.0f};
static const float ap1[8] = {0.713f, 0.293f, 0.165f, 0.83f, 0.128f, 0.044f, 0.32168f, 0.33767f};

static void assert_matrix(const float got[9], const double expected[9], double slack)
{
    for (int i = 0; i < 9; i++) {
        if (fabs((double)got[i] - expected[i]) > slack)
            fail_msg("element %d: %f, expected %f", i, (double)got[i], expected[i]);
    }
}

static void same_primaries_change_nothing(void **state)
{
    (void)state;
    static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    float matrix[9];
    assert_int_equal(zoe_primaries_matrix(ap1, ap1, matrix), 1);
    assert_matrix(matrix, identity, 1e-6);
}

/* AP1 to Rec. 709, as OpenColorIO's ACES configurations have it. */
static void acescg_to_rec709(void **state)
{
    (void)state;
    static const double expected[9] = {1.70505,  -0.62179, -0.08326, -0.13026, 1.14080,
                                       -0.01055, -0.02400, -0.12897, 1.15297};
    float matrix[9];
    assert_int_equal(zoe_primaries_matrix(ap1, zoe_primaries_rec709(), matrix), 1);
    assert_matrix(matrix, expected, 2e-4);
}

static void white_stays_white(void **state)
{
    (void)state;
    float matrix[9];
    assert_int_equal(zoe_primaries_matrix(xyz_e, zoe_primaries_rec709(), matrix), 1);
    for (int r = 0; r < 3; r++)
        assert_true(fabsf(matrix[3 * r] + matrix[3 * r + 1] + matrix[3 * r + 2] - 1) < 1e-5f);
}

static void what_is_no_primaries_is_refused(void **state)
{
    (void)state;
    float matrix[9] = {7}, bad[8];
    for (int i = 0; i < 4; i++) {
        memcpy(bad, zoe_primaries_rec709(), sizeof bad);
        if (i == 0)
            memset(bad, 0, sizeof bad);
        if (i == 1)
            bad[3] = NAN;
        if (i == 2)
            bad[7] = 0; /* a white without luminance */
        if (i == 3)
            memcpy(bad + 2, bad, 2 * sizeof *bad); /* green is red */
        assert_int_equal(zoe_primaries_matrix(bad, zoe_primaries_rec709(), matrix), 0);
        assert_true(matrix[0] == 7);
    }
}

static void names(void **state)
{
    (void)state;
    assert_string_equal(zoe_primaries_name(zoe_primaries_rec709()), "Rec. 709");
    assert_string_equal(zoe_primaries_name(xyz_e), "CIE XYZ");
    assert_string_equal(zoe_primaries_name(ap1), "ACEScg AP1");
    static const float unknown[8] = {0.5f, 0.3f, 0.3f, 0.5f, 0.2f, 0.1f, 0.3f, 0.3f};
    assert_null(zoe_primaries_name(unknown));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_primaries_change_nothing),
        cmocka_unit_test(acescg_to_rec709),
        cmocka_unit_test(white_stays_white),
        cmocka_unit_test(what_is_no_primaries_is_refused),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
