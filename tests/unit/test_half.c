#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <math.h>

#include <cmocka.h>

#include <zoetrope/display.h>

#include "base/cpu.h"
#include "base/half.h"
#include "support/seeded_random.h"

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* The value from the definition of the format, by another way than the code's. */
static double value_of(uint16_t half)
{
    int exponent = half >> 10 & 31;
    int mantissa = half & 0x3ff;
    double value = exponent == 0 ? ldexp(mantissa, -24) : ldexp(1024 + mantissa, exponent - 25);
    return half & 0x8000 ? -value : value;
}

static void every_half_has_its_value(void **state)
{
    (void)state;
    for (uint32_t h = 0; h < 65536; h++) {
        float value = zoe_half_to_float((uint16_t)h);
        if ((h & 0x7c00) == 0x7c00) {
            if (h & 0x3ff)
                assert_true(isnan(value));
            else
                assert_true(isinf(value) && !signbit(value) == !(h >> 15));
        } else if ((double)value != value_of((uint16_t)h)) {
            fail_msg("half %04x: %.17g, expected %.17g", h, (double)value, value_of((uint16_t)h));
        }
        assert_int_equal(bits_of(value) >> 31, h >> 15);
    }
}

static void every_half_comes_back(void **state)
{
    (void)state;
    for (uint32_t h = 0; h < 65536; h++) {
        uint32_t expected = h;
        if ((h & 0x7c00) == 0x7c00 && h & 0x3ff)
            expected |= 0x200; /* NaNs become quiet */
        assert_int_equal(zoe_float_to_half(zoe_half_to_float((uint16_t)h)), expected);
    }
}

static void rounding_is_to_nearest_even(void **state)
{
    (void)state;
    /* Between each two neighbours: just under the middle, the middle, just over it. */
    for (uint32_t h = 0; h < 0x7bff; h++) {
        double middle = (value_of((uint16_t)h) + value_of((uint16_t)(h + 1))) / 2;
        float tie = (float)middle;
        assert_true((double)tie == middle);
        assert_int_equal(zoe_float_to_half(tie), (h & 1) ? h + 1 : h);
        assert_int_equal(zoe_float_to_half(nextafterf(tie, 0)), h);
        assert_int_equal(zoe_float_to_half(nextafterf(tie, INFINITY)), h + 1);
        assert_int_equal(zoe_float_to_half(-tie), 0x8000u | ((h & 1) ? h + 1 : h));
    }
    assert_int_equal(zoe_float_to_half(65519.996f), 0x7bff);
    assert_int_equal(zoe_float_to_half(65520.0f), 0x7c00);
    assert_int_equal(zoe_float_to_half(-3e38f), 0xfc00);
    assert_int_equal(zoe_float_to_half(float_of(1)), 0);
    assert_int_equal(zoe_float_to_half(float_of(0x80000001u)), 0x8000);
}

static void uints_are_the_libraries(void **state)
{
    (void)state;
    assert_int_equal(zoe_half_from_uint(0), 0);
    assert_int_equal(zoe_half_from_uint(1), 0x3c00);
    assert_int_equal(zoe_half_from_uint(2049), zoe_half_from_uint(2048));
    assert_int_equal(zoe_half_from_uint(2051), zoe_half_from_uint(2052));
    assert_int_equal(zoe_half_from_uint(65504), 0x7bff);
    assert_int_equal(zoe_half_from_uint(65505), 0x7c00); /* a float of that value rounds to 65504 */
    assert_int_equal(zoe_half_from_uint(UINT32_MAX), 0x7c00);
}

enum { ROW = 4099 };

/* Rows at every level of SIMD, at odd lengths and offsets, against the single value functions. */
static void rows_equal_single_values(void **state)
{
    (void)state;
    static const unsigned levels[] = {0, ~0u};
    uint64_t s = seeded_random_seed(20240229u);
    float *floats = malloc(ROW * sizeof *floats);
    uint32_t *uints = malloc(ROW * sizeof *uints);
    uint16_t *halves = malloc(ROW * sizeof *halves);
    assert_true(floats && uints && halves);
    for (int round = 0; round < 400; round++) {
        size_t n = ROW - (size_t)(seeded_random(&s) % 20);
        size_t at = ROW - n;
        for (size_t i = 0; i < ROW; i++) {
            uint64_t r = seeded_random(&s);
            /* Half of them within the range of half, the rest any bits. */
            uint32_t bits = (uint32_t)r;
            if (r >> 63)
                bits = (bits & 0x8fffffffu) | 0x30000000u;
            floats[i] = float_of(bits);
            uints[i] = (uint32_t)(r >> 20) >> (r & 31);
        }
        for (size_t level = 0; level < 2; level++) {
            zoe_cpu_limit(levels[level]);
            zoe_half_from_float_row(halves, floats + at, n);
            for (size_t i = 0; i < n; i++)
                if (halves[i] != zoe_float_to_half(floats[at + i]))
                    fail_msg("float %08x: row %04x, single %04x", bits_of(floats[at + i]),
                             halves[i], zoe_float_to_half(floats[at + i]));
            zoe_half_from_uint_row(halves, uints + at, n);
            for (size_t i = 0; i < n; i++)
                if (halves[i] != zoe_half_from_uint(uints[at + i]))
                    fail_msg("uint %u: row %04x, single %04x", uints[at + i], halves[i],
                             zoe_half_from_uint(uints[at + i]));
        }
    }
    free(floats);
    free(uints);
    free(halves);
    zoe_cpu_limit(~0u);
}

/* Where rounding turns, the smallest floats, and NaNs of many payloads, quiet or not. */
static void every_turn_in_a_row(void **state)
{
    (void)state;
    enum { TURNS = 0x7bff, EACH = 8 };
    static float floats[TURNS * EACH];
    static uint16_t halves[TURNS * EACH];
    for (uint32_t h = 0; h < TURNS; h++) {
        float *at = &floats[h * EACH];
        float tie = (float)((value_of((uint16_t)h) + value_of((uint16_t)(h + 1))) / 2);
        float few[EACH] = {tie,
                           nextafterf(tie, 0),
                           nextafterf(tie, INFINITY),
                           -tie,
                           -nextafterf(tie, 0),
                           float_of(1 + h * 0x101),
                           float_of(0x7f800001u + h * 0x105),
                           float_of(0xff800001u + h * 0x105)};
        memcpy(at, few, sizeof few);
    }
    for (unsigned level = 0; level < 2; level++) {
        zoe_cpu_limit(level ? ~0u : 0);
        zoe_half_from_float_row(halves, floats, TURNS * EACH);
        for (size_t i = 0; i < TURNS * EACH; i++)
            if (halves[i] != zoe_float_to_half(floats[i]))
                fail_msg("float %08x: row %04x, single %04x", bits_of(floats[i]), halves[i],
                         zoe_float_to_half(floats[i]));
    }
    zoe_cpu_limit(~0u);
}

static void every_half_in_a_row(void **state)
{
    (void)state;
    static uint16_t halves[65536];
    static float floats[65536];
    for (uint32_t h = 0; h < 65536; h++)
        halves[h] = (uint16_t)h;
    for (unsigned level = 0; level < 2; level++) {
        zoe_cpu_limit(level ? ~0u : 0);
        zoe_half_to_float_row(floats, halves, 65536);
        for (uint32_t h = 0; h < 65536; h++)
            assert_int_equal(bits_of(floats[h]), bits_of(zoe_half_to_float((uint16_t)h)));
    }
    zoe_cpu_limit(~0u);
}

static void uints_around_the_edges(void **state)
{
    (void)state;
    static uint32_t uints[70000];
    static uint16_t halves[70000];
    for (uint32_t i = 0; i < 70000; i++)
        uints[i] = i;
    zoe_half_from_uint_row(halves, uints, 70000);
    for (uint32_t i = 0; i < 70000; i++)
        assert_int_equal(halves[i], zoe_half_from_uint(i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_half_has_its_value),    cmocka_unit_test(every_half_comes_back),
        cmocka_unit_test(rounding_is_to_nearest_even), cmocka_unit_test(uints_are_the_libraries),
        cmocka_unit_test(rows_equal_single_values),    cmocka_unit_test(every_turn_in_a_row),
        cmocka_unit_test(every_half_in_a_row),         cmocka_unit_test(uints_around_the_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
