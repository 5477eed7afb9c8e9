/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/b44_block.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* From the monotonic order back to half. */
static uint16_t to_half(uint16_t ordered)
{
    return (uint16_t)(ordered & 0x8000 ? ordered & 0x7fff : ~ordered);
}

static void put(uint8_t *const rows[4], size_t block, const uint16_t samples[16])
{
    for (size_t y = 0; y < 4; y++)
        memcpy(rows[y] + block * 8, samples + 4 * y, 8);
}

static void flat_block(const uint8_t *in, uint16_t samples[16])
{
    uint16_t value = to_half((uint16_t)(in[0] << 8 | in[1]));
    for (size_t i = 0; i < 16; i++)
        samples[i] = value;
}

static void full_block(const uint8_t *in, uint16_t samples[16])
{
    unsigned shift = in[2] >> 2;
    uint16_t sum[16];
    sum[0] = (uint16_t)(in[0] << 8 | in[1]);
    for (unsigned i = 1; i < 16; i++) { /* down the columns */
        unsigned bit = 16 + 6 * i;
        unsigned window = (unsigned)in[bit / 8] << 8;
        if (bit / 8 + 1 < ZOE_B44_BLOCK_BYTES)
            window |= in[bit / 8 + 1];
        unsigned number = window >> (10 - bit % 8) & 63;
        unsigned before = i < 4 ? i - 1 : i - 4;
        sum[i] = (uint16_t)(sum[before] + (number << shift) - (32u << shift));
    }
    for (unsigned i = 0; i < 16; i++)
        samples[i % 4 * 4 + i / 4] = to_half(sum[i]);
}

/* One block of either kind into rows, `block` blocks from their start. */
static bool next_block(zoe_b44_input *input, size_t block, uint8_t *const rows[4])
{
    uint16_t samples[16];
    size_t bytes = zoe_b44_block_bytes(input);
    if (bytes == ZOE_B44_BLOCK_BYTES)
        full_block(input->at, samples);
    else if (bytes == ZOE_B44_FLAT_BYTES)
        flat_block(input->at, samples);
    else
        return false;
    put(rows, block, samples);
    input->at += bytes;
    return true;
}

static bool blocks_scalar(zoe_b44_input *input, size_t blocks, uint8_t *const rows[4])
{
    for (size_t i = 0; i < blocks; i++)
        if (!next_block(input, i, rows))
            return false;
    return true;
}

#if defined(__x86_64__)

/*
 * Number i lies at bit 16 + 6 i, so inside 16 bits from byte (16 + 6 i) / 8 on: a byte shuffle
 * brings these to lane i, highest byte on top; a multiplication moves the number to the top, a
 * shift to the bottom. The first vector has the first two columns, the second the other two. Lane 0
 * of the first gets the first sample itself.
 */
#define WINDOW(i) (char)((16 + 6 * (i)) / 8 + 1), (char)((16 + 6 * (i)) / 8)
#define LEFT(i)   (short)(1 << (16 + 6 * (i)) % 8)
#define WINDOWS(n)                                                                                 \
    WINDOW(n), WINDOW(n + 1), WINDOW(n + 2), WINDOW(n + 3), WINDOW(n + 4), WINDOW(n + 5),          \
        WINDOW(n + 6), WINDOW(n + 7)
#define LEFTS(n)                                                                                   \
    LEFT(n), LEFT(n + 1), LEFT(n + 2), LEFT(n + 3), LEFT(n + 4), LEFT(n + 5), LEFT(n + 6),         \
        LEFT(n + 7)
#define WINDOWS_A 1, 0, WINDOW(1), WINDOW(2), WINDOW(3), WINDOW(4), WINDOW(5), WINDOW(6), WINDOW(7)

/* Columns side by side to rows: two columns' samples become four pairs. */
#define PAIRS 0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15

/* Reads 16 bytes, of which 14 count. */
__attribute__((target("sse4.1"))) static void full_block_sse41(const uint8_t *in, size_t block,
                                                               uint8_t *const rows[4])
{
    const __m128i center = _mm_set1_epi16(32);
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)in);
    __m128i scale = _mm_set1_epi16((short)(1 << (in[2] >> 2)));
    __m128i first = _mm_shuffle_epi8(bytes, _mm_setr_epi8(WINDOWS_A));
    __m128i a = _mm_srli_epi16(_mm_mullo_epi16(first, _mm_setr_epi16(LEFTS(0))), 10);
    __m128i b = _mm_shuffle_epi8(bytes, _mm_setr_epi8(WINDOWS(8)));
    b = _mm_srli_epi16(_mm_mullo_epi16(b, _mm_setr_epi16(LEFTS(8))), 10);
    a = _mm_blend_epi16(_mm_mullo_epi16(_mm_sub_epi16(a, center), scale), first, 1);
    b = _mm_mullo_epi16(_mm_sub_epi16(b, center), scale);
    /* Column 1 sums up downwards, the others add the column on their left. */
    __m128i column = _mm_add_epi16(a, _mm_slli_epi64(a, 16));
    column = _mm_add_epi16(column, _mm_slli_epi64(column, 32));
    column = _mm_unpacklo_epi64(column, column);
    a = _mm_add_epi16(_mm_blend_epi16(a, _mm_setzero_si128(), 0x0f), column);
    b = _mm_add_epi16(b, _mm_slli_si128(b, 8));
    b = _mm_add_epi16(b, _mm_unpackhi_epi64(a, a));
    const __m128i low_bits = _mm_set1_epi16(0x7fff);
    const __m128i top_bit = _mm_set1_epi16((short)0x8000);
    a = _mm_xor_si128(_mm_xor_si128(a, top_bit), _mm_andnot_si128(_mm_srai_epi16(a, 15), low_bits));
    b = _mm_xor_si128(_mm_xor_si128(b, top_bit), _mm_andnot_si128(_mm_srai_epi16(b, 15), low_bits));
    a = _mm_shuffle_epi8(a, _mm_setr_epi8(PAIRS));
    b = _mm_shuffle_epi8(b, _mm_setr_epi8(PAIRS));
    __m128i upper = _mm_unpacklo_epi32(a, b);
    __m128i lower = _mm_unpackhi_epi32(a, b);
    _mm_storel_epi64((__m128i *)(void *)(rows[0] + block * 8), upper);
    _mm_storel_epi64((__m128i *)(void *)(rows[1] + block * 8), _mm_unpackhi_epi64(upper, upper));
    _mm_storel_epi64((__m128i *)(void *)(rows[2] + block * 8), lower);
    _mm_storel_epi64((__m128i *)(void *)(rows[3] + block * 8), _mm_unpackhi_epi64(lower, lower));
}

/* Where a block can be read with 16 bytes and is a full one. */
static inline bool is_full(const uint8_t *in)
{
    return in[2] < 13 << 2;
}

__attribute__((target("sse4.1"))) static bool blocks_sse41(zoe_b44_input *input, size_t blocks,
                                                           uint8_t *const rows[4])
{
    for (size_t i = 0; i < blocks; i++) {
        if (input->end - input->at >= 16 && is_full(input->at)) {
            full_block_sse41(input->at, i, rows);
            input->at += ZOE_B44_BLOCK_BYTES;
        } else if (!next_block(input, i, rows)) {
            return false;
        }
    }
    return true;
}

/* Two full blocks, one after the other in the input, one in each lane; reads 30 bytes. */
__attribute__((target("avx2"))) static void two_blocks_avx2(const uint8_t *in, size_t block,
                                                            uint8_t *const rows[4])
{
    const __m256i center = _mm256_set1_epi16(32);
    __m128i in_0 = _mm_loadu_si128((const __m128i *)(const void *)in);
    __m128i in_1 = _mm_loadu_si128((const __m128i *)(const void *)(in + ZOE_B44_BLOCK_BYTES));
    __m256i bytes = _mm256_inserti128_si256(_mm256_castsi128_si256(in_0), in_1, 1);
    __m256i scale = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_set1_epi16((short)(1 << (in[2] >> 2)))),
        _mm_set1_epi16((short)(1 << (in[ZOE_B44_BLOCK_BYTES + 2] >> 2))), 1);
    __m256i first = _mm256_shuffle_epi8(bytes, _mm256_setr_epi8(WINDOWS_A, WINDOWS_A));
    __m256i a = _mm256_mullo_epi16(first, _mm256_setr_epi16(LEFTS(0), LEFTS(0)));
    __m256i b = _mm256_shuffle_epi8(bytes, _mm256_setr_epi8(WINDOWS(8), WINDOWS(8)));
    b = _mm256_mullo_epi16(b, _mm256_setr_epi16(LEFTS(8), LEFTS(8)));
    a = _mm256_mullo_epi16(_mm256_sub_epi16(_mm256_srli_epi16(a, 10), center), scale);
    a = _mm256_blend_epi16(a, first, 1);
    b = _mm256_mullo_epi16(_mm256_sub_epi16(_mm256_srli_epi16(b, 10), center), scale);
    __m256i column = _mm256_add_epi16(a, _mm256_slli_epi64(a, 16));
    column = _mm256_add_epi16(column, _mm256_slli_epi64(column, 32));
    column = _mm256_unpacklo_epi64(column, column);
    a = _mm256_add_epi16(_mm256_blend_epi16(a, _mm256_setzero_si256(), 0x0f), column);
    b = _mm256_add_epi16(b, _mm256_slli_si256(b, 8));
    b = _mm256_add_epi16(b, _mm256_unpackhi_epi64(a, a));
    const __m256i low_bits = _mm256_set1_epi16(0x7fff);
    const __m256i top_bit = _mm256_set1_epi16((short)0x8000);
    a = _mm256_xor_si256(_mm256_xor_si256(a, top_bit),
                         _mm256_andnot_si256(_mm256_srai_epi16(a, 15), low_bits));
    b = _mm256_xor_si256(_mm256_xor_si256(b, top_bit),
                         _mm256_andnot_si256(_mm256_srai_epi16(b, 15), low_bits));
    a = _mm256_shuffle_epi8(a, _mm256_setr_epi8(PAIRS, PAIRS));
    b = _mm256_shuffle_epi8(b, _mm256_setr_epi8(PAIRS, PAIRS));
    __m256i upper = _mm256_permute4x64_epi64(_mm256_unpacklo_epi32(a, b), 0xd8);
    __m256i lower = _mm256_permute4x64_epi64(_mm256_unpackhi_epi32(a, b), 0xd8);
    _mm_storeu_si128((__m128i *)(void *)(rows[0] + block * 8), _mm256_castsi256_si128(upper));
    _mm_storeu_si128((__m128i *)(void *)(rows[1] + block * 8), _mm256_extracti128_si256(upper, 1));
    _mm_storeu_si128((__m128i *)(void *)(rows[2] + block * 8), _mm256_castsi256_si128(lower));
    _mm_storeu_si128((__m128i *)(void *)(rows[3] + block * 8), _mm256_extracti128_si256(lower, 1));
}

__attribute__((target("avx2"))) static bool blocks_avx2(zoe_b44_input *input, size_t blocks,
                                                        uint8_t *const rows[4])
{
    size_t i = 0;
    while (i < blocks) {
        const uint8_t *in = input->at;
        if (i + 2 <= blocks && input->end - in >= 32 && is_full(in) &&
            is_full(in + ZOE_B44_BLOCK_BYTES)) {
            two_blocks_avx2(in, i, rows);
            input->at += 2 * ZOE_B44_BLOCK_BYTES;
            i += 2;
            continue;
        }
        if (!next_block(input, i, rows))
            return false;
        i++;
    }
    return true;
}

#endif

zoe_b44_blocks_fn *zoe_b44_blocks(void)
{
#if defined(__x86_64__)
    unsigned features = zoe_cpu_features();
    if (features & ZOE_CPU_AVX2)
        return blocks_avx2;
    if (features & ZOE_CPU_SSE41)
        return blocks_sse41;
#endif
    return blocks_scalar;
}

/* ---- p_linear ---- */

static uint16_t linear_table[1 << 16]; /* filled under `once`, read only after it */
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The half nearest to a finite value whose magnitude is between 2^-13 and 2^15, ties to even: 8 ln
 * h is never nearer to 0 than that without being 0. */
static uint16_t half_from(double value)
{
    if (value == 0.0)
        return 0;
    int exponent = 0;
    double fraction = frexp(fabs(value), &exponent);                        /* 0.5 to 1 */
    unsigned mantissa = (unsigned)nearbyint(ldexp(fraction, 11));           /* 1024 to 2048 */
    unsigned bits = (unsigned)(exponent + 14) * 1024u + (mantissa - 1024u); /* 2048 carries over */
    return (uint16_t)(bits | (value < 0 ? 0x8000u : 0u));
}

static void fill_table(void)
{
    /* Negative values, infinities and what is no number stay 0. */
    linear_table[0] = 0xfc00;
    linear_table[0x8000] = 0xfc00;
    for (unsigned bits = 1; bits < 0x7c00; bits++) {
        int exponent = (int)(bits >> 10);
        double mantissa = (double)(bits & 0x3ff) + (exponent > 0 ? 1024.0 : 0.0);
        double value = ldexp(mantissa, (exponent > 0 ? exponent : 1) - 25);
        /* Through float, as the library's table was made: for one value that is a tie it would not
         * be. */
        linear_table[bits] = half_from(8.0 * (double)(float)log(value));
    }
}

void zoe_b44_to_linear(uint8_t *samples, size_t count)
{
    pthread_once(&once, fill_table);
    for (size_t i = 0; i < count; i++) {
        uint16_t value;
        memcpy(&value, samples + 2 * i, sizeof value);
        memcpy(samples + 2 * i, &linear_table[value], sizeof value);
    }
}
