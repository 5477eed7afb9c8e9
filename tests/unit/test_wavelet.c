/*
 * The inverse wavelet undoes the wavelet, as OpenEXR defines it, at every level of SIMD.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cpu.h"
#include "codec/wavelet.h"
#include "support/seeded_random.h"

static uint64_t random_state;

/* The forward step on two words. */
static void join(uint16_t *a, uint16_t *b, bool plain)
{
    if (plain) {
        const int x = (int16_t)*a, y = (int16_t)*b;
        *a = (uint16_t)((x + y) >> 1);
        *b = (uint16_t)(x - y);
    } else {
        const int x = (*a + 0x8000) & 0xffff, y = *b;
        int mean = (x + y) >> 1;
        if (x < y)
            mean = (mean + 0x8000) & 0xffff;
        *a = (uint16_t)mean;
        *b = (uint16_t)(x - y);
    }
}

/* The forward transform of one word of each sample, straight from the definition. */
static void transform(uint16_t *data, size_t columns, size_t rows, size_t words, bool plain)
{
    const size_t stride = columns * words;
    const size_t shorter = columns < rows ? columns : rows;
    for (size_t p = 1; 2 * p <= shorter; p *= 2) {
        const size_t paired_columns = columns / (2 * p) * 2 * p;
        const size_t paired_rows = rows / (2 * p) * 2 * p;
        const bool lone_row = rows & p, lone_column = columns & p;
        for (size_t y = 0; y < paired_rows + (lone_row ? 1 : 0); y += y < paired_rows ? p : 1) {
            for (size_t x = 0; x < paired_columns; x += 2 * p)
                join(data + y * stride + x * words, data + y * stride + (x + p) * words, plain);
        }
        for (size_t y = 0; y < paired_rows; y += 2 * p) {
            for (size_t x = 0; x < paired_columns + (lone_column ? 1 : 0);
                 x += x < paired_columns ? p : 1)
                join(data + y * stride + x * words, data + (y + p) * stride + x * words, plain);
        }
    }
}

static void decode(uint16_t *data, size_t columns, size_t rows, size_t words, uint32_t max_value)
{
    const zoe_wavelet w = {.data = data,
                           .columns = columns,
                           .rows = rows,
                           .words = words,
                           .max_value = max_value,
                           .features = zoe_cpu_features()};
    zoe_wavelet_decode_coarse(&w);
    for (size_t row = 0; row < rows; row += 2)
        zoe_wavelet_decode_row_pair(&w, row);
}

static void assert_round_trip(size_t columns, size_t rows, size_t words, bool plain)
{
    static const unsigned levels[] = {0, ZOE_CPU_SSE41, ~0u};
    const size_t count = columns * rows * words;
    const uint32_t max_value = plain ? (1u << 14) - 1 : 1u << 14;
    uint16_t *original = malloc(count * sizeof *original);
    uint16_t *coded = malloc(count * sizeof *coded);
    uint16_t *decoded = malloc(count * sizeof *decoded);
    assert_true(original && coded && decoded);
    for (size_t i = 0; i < count; i++)
        coded[i] = original[i] =
            (uint16_t)(seeded_random(&random_state) & (plain ? 0x3fff : 0xffff));
    for (size_t word = 0; word < words; word++)
        transform(coded + word, columns, rows, words, plain);
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        zoe_cpu_limit(levels[i]);
        memcpy(decoded, coded, count * sizeof *decoded);
        decode(decoded, columns, rows, words, max_value);
        if (memcmp(decoded, original, count * sizeof *decoded) != 0)
            print_error("%zu x %zu x %zu, plain %d, level %#x\n", columns, rows, words, plain,
                        levels[i]);
        assert_memory_equal(decoded, original, count * sizeof *decoded);
    }
    zoe_cpu_limit(~0u);
    free(original);
    free(coded);
    free(decoded);
}

static void small_sizes_round_trip(void **state)
{
    (void)state;
    for (size_t columns = 1; columns <= 36; columns++) {
        for (size_t rows = 1; rows <= 18; rows++) {
            for (unsigned form = 0; form < 4; form++)
                assert_round_trip(columns, rows, 1 + form / 2, form % 2);
        }
    }
}

static void chunk_sizes_round_trip(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{1920, 32}, {1001, 32}, {517, 21}, {256, 256}, {130, 67}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (unsigned form = 0; form < 4; form++)
            assert_round_trip(sizes[i][0], sizes[i][1], 1 + form / 2, form % 2);
    }
}

/* Coefficients that no picture has: the levels must still agree with each other. */
static void any_words_decode_alike(void **state)
{
    (void)state;
    enum { COLUMNS = 203, ROWS = 19, COUNT = COLUMNS * ROWS * 2 };
    static uint16_t coded[COUNT], reference[COUNT], decoded[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        coded[i] = (uint16_t)seeded_random(&random_state);
    for (uint32_t max_value = 0; max_value <= 0xffff; max_value += 0xffff) {
        for (size_t words = 1; words <= 2; words++) {
            memcpy(reference, coded, sizeof coded);
            zoe_cpu_limit(0);
            decode(reference, COLUMNS, ROWS, words, max_value);
            static const unsigned levels[] = {ZOE_CPU_SSE41, ~0u};
            for (size_t i = 0; i < 2; i++) {
                memcpy(decoded, coded, sizeof coded);
                zoe_cpu_limit(levels[i]);
                decode(decoded, COLUMNS, ROWS, words, max_value);
                assert_memory_equal(decoded, reference, sizeof decoded);
            }
        }
    }
    zoe_cpu_limit(~0u);
}

int main(void)
{
    random_state = seeded_random_seed(20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_sizes_round_trip),
        cmocka_unit_test(chunk_sizes_round_trip),
        cmocka_unit_test(any_words_decode_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
