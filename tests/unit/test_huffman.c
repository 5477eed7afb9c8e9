/*
 * The Huffman decoder against an encoder written here: any complete code, not only the optimal one,
 * so that lengths up to 58 bits and codes that never synchronize are reached.
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
#include "codec/huffman.h"
#include "support/seeded_random.h"

enum { SYMBOLS = 65537, HEADER_BYTES = 20, LENGTH_MAX = 58 };

static uint64_t random_state;

static size_t random_below(size_t bound)
{
    return (size_t)(seeded_random(&random_state) % bound);
}

/* A code and the stream made with it. */
typedef struct encoder {
    unsigned length[SYMBOLS]; /* 0: no code */
    uint64_t code[SYMBOLS];
    uint32_t coded[SYMBOLS]; /* the symbols with a code, without the run symbol */
    size_t coded_count;
    uint32_t first, run;
    uint8_t *bytes;
    size_t room;
    uint64_t bit;
} encoder;

static void put(encoder *e, uint64_t value, unsigned count)
{
    for (unsigned i = count; i-- > 0; e->bit++) {
        assert_true(e->bit / 8 < e->room);
        if (value >> i & 1)
            e->bytes[e->bit / 8] |= (uint8_t)(0x80 >> (e->bit % 8));
    }
}

static void put_u32(encoder *e, size_t at, uint32_t value)
{
    memcpy(e->bytes + at, &value, sizeof value);
}

static void put_lengths(encoder *e)
{
    for (uint32_t s = e->first; s <= e->run;) {
        uint32_t zeros = 0;
        while (s + zeros <= e->run && e->length[s + zeros] == 0 && zeros < 261)
            zeros++;
        if (zeros >= 6) {
            put(e, 63, 6);
            put(e, zeros - 6, 8);
        } else if (zeros >= 2) {
            put(e, 59 + zeros - 2, 6);
        } else {
            put(e, e->length[s], 6);
            zeros = 1;
        }
        s += zeros;
    }
    e->bit = (e->bit + 7) / 8 * 8;
}

/* Splits leaves of a code tree at random until there are `count`, then hands them out. A `depth`
 * above 0 first makes one path that long. */
static void make_code(encoder *e, size_t count, unsigned depth, uint32_t span)
{
    static unsigned leaves[SYMBOLS];
    size_t made = 1;
    leaves[0] = 0;
    while (made < count) {
        size_t i = random_below(made);
        if (leaves[0] < depth)
            i = 0;
        else if (leaves[i] >= LENGTH_MAX)
            continue;
        leaves[made++] = ++leaves[i];
    }
    memset(e->length, 0, sizeof e->length);
    for (size_t i = 0; i < count;) {
        const size_t s = count == span ? i : random_below(span);
        if (e->length[s] == 0)
            e->length[s] = leaves[i++];
    }
    e->coded_count = 0;
    e->first = SYMBOLS;
    for (uint32_t s = 0; s < span; s++) {
        if (e->length[s] == 0)
            continue;
        if (e->first == SYMBOLS)
            e->first = s;
        e->coded[e->coded_count++] = s;
        e->run = s;
    }
    e->coded_count--;

    uint64_t next = 0;
    for (unsigned length = LENGTH_MAX; length >= 1; length--) {
        for (uint32_t s = 0; s < span; s++) {
            if (e->length[s] == length)
                e->code[s] = next++;
        }
        next /= 2;
    }
}

/* A stream of `count` symbols into *symbols; short codes are more likely, as in life. */
static void make_stream(encoder *e, uint16_t *symbols, size_t count, bool runs)
{
    memset(e->bytes, 0, e->room);
    e->bit = HEADER_BYTES * 8;
    put_u32(e, 0, e->first);
    put_u32(e, 4, e->run);
    put_lengths(e);
    const uint64_t start = e->bit;
    for (size_t i = 0; i < count;) {
        if (runs && i > 0 && random_below(8) == 0) {
            const size_t left = count - i;
            const size_t repeat = random_below(left < 255 ? left + 1 : 256);
            put(e, e->code[e->run], e->length[e->run]);
            put(e, repeat, 8);
            for (size_t k = 0; k < repeat; k++, i++)
                symbols[i] = symbols[i - 1];
            continue;
        }
        uint32_t s = e->coded[random_below(e->coded_count)];
        for (int tries = 0; tries < 4; tries++) {
            const uint32_t other = e->coded[random_below(e->coded_count)];
            if (e->length[other] < e->length[s])
                s = other;
        }
        put(e, e->code[s], e->length[s]);
        symbols[i++] = (uint16_t)s;
    }
    put_u32(e, 12, (uint32_t)(e->bit - start));
}

static encoder *new_encoder(void)
{
    encoder *e = calloc(1, sizeof *e);
    assert_non_null(e);
    e->room = 4u << 20;
    e->bytes = malloc(e->room);
    assert_non_null(e->bytes);
    return e;
}

static void free_encoder(encoder *e)
{
    free(e->bytes);
    free(e);
}

/* Decodes from and into allocations of exactly the sizes, so that AddressSanitizer sees a byte too
 * many. */
static zoe_status decode_first(const uint8_t *src, size_t bytes, uint16_t *dst, size_t count,
                               size_t wanted)
{
    uint8_t *packed = malloc(bytes ? bytes : 1);
    uint16_t *out = malloc(count ? count * sizeof *out : 1);
    const size_t scratch_bytes = zoe_huffman_scratch_bytes();
    void *scratch = aligned_alloc(64, (scratch_bytes + 63) / 64 * 64);
    assert_true(packed && out && scratch);
    memcpy(packed, src, bytes);
    memset(scratch, 0xa5, scratch_bytes);
    const zoe_status status =
        zoe_huffman_decode(packed, bytes, out, count, wanted, scratch, scratch_bytes);
    if (wanted > 0)
        memcpy(dst, out, wanted * sizeof *dst);
    free(packed);
    free(out);
    free(scratch);
    return status;
}

static zoe_status decode(const uint8_t *src, size_t bytes, uint16_t *dst, size_t count)
{
    return decode_first(src, bytes, dst, count, count);
}

/* A part of the symbols, from a stream whose number of symbols is not what it should be: that does
 * not matter to them. */
static void assert_decodes_first(const encoder *e, const uint16_t *symbols, uint16_t *decoded,
                                 size_t count)
{
    const size_t bytes = (size_t)((e->bit + 7) / 8), wanted = random_below(count + 1);
    memset(decoded, 0, count * sizeof *decoded);
    assert_int_equal(decode_first(e->bytes, bytes, decoded, count + 1, wanted), ZOE_OK);
    assert_memory_equal(decoded, symbols, wanted * sizeof *decoded);
}

static void assert_decodes(encoder *e, size_t count, bool runs)
{
    static const unsigned levels[] = {0, ~0u};
    uint16_t *symbols = malloc((count + 1) * sizeof *symbols);
    uint16_t *decoded = malloc((count + 1) * sizeof *decoded);
    assert_true(symbols && decoded);
    make_stream(e, symbols, count, runs);
    const size_t bytes = (size_t)((e->bit + 7) / 8);
    for (size_t i = 0; i < 2; i++) {
        zoe_cpu_limit(levels[i]);
        memset(decoded, 0, count * sizeof *decoded);
        assert_int_equal(decode(e->bytes, bytes, decoded, count), ZOE_OK);
        assert_memory_equal(decoded, symbols, count * sizeof *decoded);
        assert_decodes_first(e, symbols, decoded, count);
    }
    zoe_cpu_limit(~0u);
    /* More or fewer symbols than the stream has cannot be right. */
    assert_int_equal(decode(e->bytes, bytes, decoded, count + 1), ZOE_ERROR_CORRUPT);
    if (count > 1)
        assert_int_equal(decode(e->bytes, bytes, decoded, count - 1), ZOE_ERROR_CORRUPT);
    free(symbols);
    free(decoded);
}

static void codes_of_many_shapes(void **state)
{
    (void)state;
    static const struct {
        size_t codes;
        unsigned depth;
        uint32_t span;
    } shapes[] = {{2, 0, 2},          {3, 0, 40},        {60, 58, 60},
                  {5, 4, SYMBOLS},    {300, 0, SYMBOLS}, {300, 58, 5000},
                  {9000, 0, SYMBOLS}, {9000, 30, 20000}, {SYMBOLS, 0, SYMBOLS}};
    encoder *e = new_encoder();
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        make_code(e, shapes[i].codes, shapes[i].depth, shapes[i].span);
        static const size_t counts[] = {1, 2, 5, 100, 5000, 100000};
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
            assert_decodes(e, counts[k], false);
            assert_decodes(e, counts[k], true);
        }
    }
    free_encoder(e);
}

/* Codes of one length never synchronize when the guess is wrong; the decoder must do without. */
static void codes_that_never_synchronize(void **state)
{
    (void)state;
    encoder *e = new_encoder();
    for (unsigned bits = 1; bits <= 16; bits++) {
        const uint32_t count = 1u << bits;
        memset(e->length, 0, sizeof e->length);
        for (uint32_t s = 0; s < count; s++) {
            e->length[s] = bits;
            e->code[s] = s;
            e->coded[s] = s;
        }
        e->coded_count = count - 1;
        e->first = 0;
        e->run = count - 1;
        assert_decodes(e, 60000, false);
        assert_decodes(e, 60000, true);
    }
    free_encoder(e);
}

static void damage(void **state)
{
    (void)state;
    encoder *e = new_encoder();
    enum { COUNT = 30000 };
    static uint16_t symbols[COUNT], decoded[COUNT];
    for (int round = 0; round < 300; round++) {
        make_code(e, 2 + random_below(400), (unsigned)random_below(2), 4000);
        make_stream(e, symbols, COUNT, round % 2);
        const size_t bytes = (size_t)((e->bit + 7) / 8);
        const size_t cut = random_below(bytes);
        assert_int_equal(decode(e->bytes, cut, decoded, COUNT), ZOE_ERROR_CORRUPT);
        for (size_t flips = 1 + random_below(20); flips > 0; flips--) {
            const size_t bit = random_below(round % 3 ? bytes * 8 : 400);
            e->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        const zoe_status status = decode(e->bytes, bytes, decoded, COUNT);
        assert_true(status == ZOE_OK || status == ZOE_ERROR_CORRUPT);
    }
    free_encoder(e);
}

static void lengths_that_are_no_code(void **state)
{
    (void)state;
    static const unsigned cases[][4] = {
        {0, 0, 0, 0}, /* no code at all */
        {1, 1, 1, 0}, /* too many */
        {3, 1, 2, 0}, /* one beginning with another */
    };
    encoder *e = new_encoder();
    uint16_t decoded[4];
    for (size_t i = 0; i < 3; i++) {
        memset(e->length, 0, sizeof e->length);
        memset(e->bytes, 0, e->room);
        memcpy(e->length, cases[i], sizeof cases[i]);
        e->first = 0;
        e->run = 3;
        e->bit = HEADER_BYTES * 8;
        put_u32(e, 4, e->run);
        put_u32(e, 12, 8);
        put_lengths(e);
        assert_int_equal(decode(e->bytes, (size_t)(e->bit / 8 + 1), decoded, 4), ZOE_ERROR_CORRUPT);
    }
    free_encoder(e);
}

static void nothing_to_decode(void **state)
{
    (void)state;
    uint16_t decoded[1];
    const uint8_t none[1] = {0};
    assert_int_equal(decode(none, 0, decoded, 0), ZOE_OK);
    assert_int_equal(decode(none, 0, decoded, 1), ZOE_ERROR_CORRUPT);
}

int main(void)
{
    random_state = seeded_random_seed(20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_of_many_shapes),
        cmocka_unit_test(codes_that_never_synchronize),
        cmocka_unit_test(damage),
        cmocka_unit_test(lengths_that_are_no_code),
        cmocka_unit_test(nothing_to_decode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
