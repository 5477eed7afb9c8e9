/* A pixel's values as text: nothing of an id is lost, and digits tell neighbours apart. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <zoetrope/display.h>

#include "model/sample.h"

static void expect(double value, zoe_sample_type type, const char *wanted)
{
    char text[ZOE_SAMPLE_TEXT];
    zoe_sample_text(value, type, text);
    assert_string_equal(text, wanted);
}

static void integers_are_whole(void **state)
{
    (void)state;
    expect(0.0, ZOE_SAMPLE_UINT, "0");
    expect(65521.0, ZOE_SAMPLE_UINT, "65521");
    expect(1310720001.0, ZOE_SAMPLE_UINT, "1310720001");
    expect(4294967295.0, ZOE_SAMPLE_UINT, "4294967295");
}

static void halfs_read_as_people_expect(void **state)
{
    (void)state;
    expect(0.0, ZOE_SAMPLE_HALF, "0");
    expect(1.0, ZOE_SAMPLE_HALF, "1.0000");
    expect(-0.5, ZOE_SAMPLE_HALF, "-0.50000");
    expect(12345.0, ZOE_SAMPLE_HALF, "12345");
    expect(65504.0, ZOE_SAMPLE_HALF, "65504");
    expect(5.9604644775390625e-08, ZOE_SAMPLE_HALF, "5.9605e-08");
    expect((double)INFINITY, ZOE_SAMPLE_HALF, "inf");
    expect(-(double)INFINITY, ZOE_SAMPLE_FLOAT, "-inf");
    expect(-(double)NAN, ZOE_SAMPLE_FLOAT, "nan");
    expect(16777215.0, ZOE_SAMPLE_FLOAT, "16777215.0");
}

/* Every half, and floats all over their range, come back from their text. */
static void texts_come_back(void **state)
{
    (void)state;
    char text[ZOE_SAMPLE_TEXT];
    for (unsigned bits = 0; bits < 0x10000u; bits++) {
        float value = zoe_half_to_float((uint16_t)bits);
        if (!isfinite(value))
            continue;
        zoe_sample_text((double)value, ZOE_SAMPLE_HALF, text);
        float back = strtof(text, NULL);
        if (zoe_float_to_half(back) != bits && fabsf(value) > 0.0f)
            fail_msg("half 0x%04x is shown as %s", bits, text);
        assert_true(strlen(text) <= strlen(zoe_sample_widest(ZOE_SAMPLE_HALF)));
    }
    for (uint32_t bits = 1; bits < 0xFF000000u; bits += 65521u * 3u) {
        float value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        zoe_sample_text((double)value, ZOE_SAMPLE_FLOAT, text);
        float back = strtof(text, NULL);
        if (memcmp(&back, &value, sizeof back) != 0)
            fail_msg("float 0x%08x is shown as %s", (unsigned)bits, text);
        assert_true(strlen(text) <= strlen(zoe_sample_widest(ZOE_SAMPLE_FLOAT)));
    }
}

static void ids_have_bits(void **state)
{
    (void)state;
    char text[ZOE_SAMPLE_TEXT];
    zoe_sample_bits(4294967295.0, ZOE_SAMPLE_UINT, text);
    assert_string_equal(text, "0xffffffff");
    zoe_sample_bits(1.0, ZOE_SAMPLE_FLOAT, text);
    assert_string_equal(text, "0x3f800000");
    zoe_sample_bits(1.0, ZOE_SAMPLE_HALF, text);
    assert_string_equal(text, "");
}

/* What the frame holds is what is read: each type at its limits. */
static void samples_are_exact(void **state)
{
    (void)state;
    static _Alignas(64) uint32_t ids[2][16] = {{1, 4294967295u}, {1310720001u, 16777217u}};
    static _Alignas(64) float depths[2][16] = {{0.1f, FLT_MAX}, {-1.5f, FLT_MIN}};
    zoe_frame frame;
    memset(&frame, 0, sizeof frame);
    frame.picture = frame.window = (zoe_box){-1, 7, 0, 8};
    frame.plane_count = 2;
    frame.planes[0] = (zoe_plane){ids, sizeof ids[0], ZOE_SAMPLE_UINT};
    frame.planes[1] = (zoe_plane){depths, sizeof depths[0], ZOE_SAMPLE_FLOAT};
    double values[ZOE_PLANES_MAX];
    for (int32_t i = 0; i < 4; i++) {
        assert_int_equal(zoe_display_sample_exact(&frame, i % 2 - 1, 7 + i / 2, values), 2);
        assert_float_equal(values[0], (double)ids[i / 2][i % 2], 0.0);
        assert_float_equal(values[1], (double)depths[i / 2][i % 2], 0.0);
    }
    assert_int_equal(zoe_display_sample_exact(&frame, 1, 7, values), 0);
    assert_int_equal(zoe_display_sample_exact(&frame, 0, 6, values), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_whole), cmocka_unit_test(halfs_read_as_people_expect),
        cmocka_unit_test(texts_come_back),    cmocka_unit_test(ids_have_bits),
        cmocka_unit_test(samples_are_exact),
    };
    return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
