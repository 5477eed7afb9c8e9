/* The range of a frame's values: every sample type, what is left out, and what is suitable. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <zoetrope/display.h>

#include "model/value_range.h"

enum { WIDTH = 5, HEIGHT = 3, STRIDE = 64 };

static _Alignas(64) unsigned char memory[STRIDE * HEIGHT];

static zoe_frame frame_of(zoe_sample_type type)
{
    zoe_frame frame;
    memset(&frame, 0, sizeof frame);
    frame.picture = frame.window = (zoe_box){10, 20, 10 + WIDTH - 1, 20 + HEIGHT - 1};
    frame.data_window = frame.display_window = frame.window;
    frame.plane_count = 1;
    frame.alpha_plane = -1;
    frame.planes[0] = (zoe_plane){memory, STRIDE, type};
    return frame;
}

/* All samples are `rest` but three. */
static zoe_frame filled(zoe_sample_type type, double rest, double a, double b, double c)
{
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            double value = y == 0 && x == 0   ? a
                           : y == 1 && x == 3 ? b
                           : y == 2 && x == 4 ? c
                                              : rest;
            void *row = memory + y * STRIDE;
            if (type == ZOE_SAMPLE_HALF)
                ((uint16_t *)row)[x] = zoe_float_to_half((float)value);
            else if (type == ZOE_SAMPLE_FLOAT)
                ((float *)row)[x] = (float)value;
            else
                ((uint32_t *)row)[x] = (uint32_t)value;
        }
    }
    return frame_of(type);
}

static void expect(const zoe_frame *frame, double min, double max)
{
    zoe_value_range range;
    assert_int_equal(zoe_value_range_measure(frame, &range), 1);
    assert_float_equal(range.min, min, 0.0);
    assert_float_equal(range.max, max, 0.0);
}

static void smallest_and_largest(void **state)
{
    (void)state;
    zoe_frame frame = filled(ZOE_SAMPLE_HALF, 3, -8, 0.5, 200);
    expect(&frame, -8, 200);
    frame = filled(ZOE_SAMPLE_HALF, -3, -8, -0.5, -200);
    expect(&frame, -200, -0.5);
    frame = filled(ZOE_SAMPLE_FLOAT, 3, -8e9, 0.5, 200);
    expect(&frame, (float)-8e9, 200);
    frame = filled(ZOE_SAMPLE_UINT, 3, 7, 4000000000.0, 2);
    expect(&frame, 2, 4000000000.0);
}

static void what_is_not_finite_does_not_count(void **state)
{
    (void)state;
    zoe_value_range range;
    for (int type = ZOE_SAMPLE_HALF; type <= ZOE_SAMPLE_FLOAT; type++) {
        zoe_frame frame = filled((zoe_sample_type)type, 3, HUGE_VAL, -HUGE_VAL, NAN);
        expect(&frame, 3, 4.5);
        frame = filled((zoe_sample_type)type, NAN, HUGE_VAL, -HUGE_VAL, NAN);
        assert_int_equal(zoe_value_range_measure(&frame, &range), 0);
        assert_float_equal(range.min, 0.0, 0.0);
        assert_float_equal(range.max, 1.0, 0.0);
    }
}

static void only_the_data_window_counts(void **state)
{
    (void)state;
    zoe_frame frame = filled(ZOE_SAMPLE_HALF, 0, 900, 50, 60);
    frame.data_window = (zoe_box){13, 21, 400, 400};
    expect(&frame, 0, 60);
    frame.data_window = (zoe_box){100, 100, 400, 400};
    zoe_value_range range;
    assert_int_equal(zoe_value_range_measure(&frame, &range), 0);
}

static void alpha_does_not_count(void **state)
{
    (void)state;
    zoe_frame frame = filled(ZOE_SAMPLE_HALF, 0, 1, 50, 60);
    frame.alpha_plane = 0;
    zoe_value_range range;
    assert_int_equal(zoe_value_range_measure(&frame, &range), 0);
}

static void masks_keep_their_natural_range(void **state)
{
    (void)state;
    zoe_frame frame = filled(ZOE_SAMPLE_HALF, 0.125, 0.25, 0.75, 0.5);
    assert_float_equal(zoe_value_range_suitable(&frame).min, 0.0, 0.0);
    assert_float_equal(zoe_value_range_suitable(&frame).max, 1.0, 0.0);
    frame = filled(ZOE_SAMPLE_HALF, 0.125, 0.25, 2, 0.5);
    assert_float_equal(zoe_value_range_suitable(&frame).min, 0.125, 0.0);
    assert_float_equal(zoe_value_range_suitable(&frame).max, 2.0, 0.0);
    frame = filled(ZOE_SAMPLE_HALF, 0, 0, 0.0625, 0);
    assert_float_equal(zoe_value_range_suitable(&frame).max, 0.0625, 0.0);
}

static void depth_over_nothing_is_seen(void **state)
{
    (void)state;
    for (int type = ZOE_SAMPLE_UINT; type <= ZOE_SAMPLE_FLOAT; type++) {
        zoe_frame frame = filled((zoe_sample_type)type, 0, 96, 104, 112);
        expect(&frame, 0, 112);
        assert_float_equal(zoe_value_range_suitable(&frame).min, 94.0, 0.0);
        assert_float_equal(zoe_value_range_suitable(&frame).max, 112.0, 0.0);
        frame = filled((zoe_sample_type)type, 0, 1, 9, 17);
        assert_float_equal(zoe_value_range_suitable(&frame).min, 0.0, 0.0);
    }
}

static void what_is_far_outside_does_not_count(void **state)
{
    (void)state;
    zoe_frame frame = filled(ZOE_SAMPLE_FLOAT, 3, 8, 1e30, 200);
    zoe_value_range range = zoe_value_range_suitable(&frame);
    assert_float_equal(range.min, 3, 0.0);
    assert_float_equal(range.max, 200, 0.0);
    /* Also where most of the picture is. */
    frame = filled(ZOE_SAMPLE_FLOAT, 1e30, 8, 50, 200);
    range = zoe_value_range_suitable(&frame);
    assert_float_equal(range.min, 8, 0.0);
    assert_float_equal(range.max, 200, 0.0);
    /* A far hill is none of it, and whoever asks for all values gets them. */
    frame = filled(ZOE_SAMPLE_FLOAT, 3, 8, 90000, 200);
    range = zoe_value_range_suitable(&frame);
    assert_float_equal(range.max, 90000, 0.0);
    frame = filled(ZOE_SAMPLE_FLOAT, 3, 8, 1e30, 200);
    expect(&frame, 3, (float)1e30);
    /* Ids are not depths. */
    frame = filled(ZOE_SAMPLE_UINT, 3, 8, 4000000000.0, 200);
    range = zoe_value_range_suitable(&frame);
    assert_float_equal(range.max, 4000000000.0, 0.0);
}

static void only_data_is_fitted_at_first(void **state)
{
    (void)state;
    zoe_value_range range;
    zoe_frame frame = filled(ZOE_SAMPLE_HALF, 3, -8, 0.5, 200);
    assert_int_equal(zoe_value_range_first(&frame, 1, &range), 1);
    assert_float_equal(range.min, -8.0, 0.0);
    assert_float_equal(range.max, 200.0, 0.0);
    assert_int_equal(zoe_value_range_first(&frame, 0, &range), 0);
    assert_float_equal(range.min, 0.0, 0.0);
    assert_float_equal(range.max, 1.0, 0.0);
    frame.is_color = 1;
    assert_int_equal(zoe_value_range_first(&frame, 1, &range), 0);
    assert_float_equal(range.max, 1.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smallest_and_largest),
        cmocka_unit_test(what_is_not_finite_does_not_count),
        cmocka_unit_test(only_the_data_window_counts),
        cmocka_unit_test(alpha_does_not_count),
        cmocka_unit_test(masks_keep_their_natural_range),
        cmocka_unit_test(depth_over_nothing_is_seen),
        cmocka_unit_test(what_is_far_outside_does_not_count),
        cmocka_unit_test(only_data_is_fitted_at_first),
    };
    return cmocka_run_group_tests_name("value range", tests, NULL, NULL);
}
