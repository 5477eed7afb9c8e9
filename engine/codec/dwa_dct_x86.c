/*
 * The transform runs along the lanes both times: the zig-zag order is undone into columns, so that
 * the first pass, over rows, has a row in each lane; then one transposition, and the second pass
 * has a column in each.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/dwa_dct_x86.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "codec/dwa_transform.h"

#define SSE41 __attribute__((target("sse4.1")))
/* Arrays of vectors live in registers only where the loops over them are gone. */
#define UNROLL _Pragma("GCC unroll 8")
#define AVX2   __attribute__((target("avx2,f16c,bmi")))

ZOE_DWA_DEFINE_TRANSFORM(avx2, __m256, AVX2)

/* 32 lanes of ones, then as many of zeros: loading from [32 - n] on keeps the first n lanes. */
static const int16_t keep_first[64] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                       -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                       -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};

/* Copies eight symbols at a time up to the next run. What is copied too much lies past the block's
 * end or is masked to zero, so nothing depends on where a run begins but the positions. */
SSE41 const uint16_t *zoe_dwa_expand_sse41(const uint16_t *ac, uint16_t dc, zoe_dwa_block *block)
{
    uint16_t *zigzag = block->zigzag;
    const __m128i zero = _mm_setzero_si128();
    UNROLL
    for (int i = 0; i < 8; i++)
        _mm_store_si128((__m128i *)(void *)&zigzag[i * 8], zero);
    zigzag[0] = dc;
    unsigned literals = 0;
    unsigned at = 1;
    while (at < 64) {
        __m128i symbols = _mm_loadu_si128((const __m128i *)(const void *)ac);
        __m128i is_run = _mm_cmpeq_epi16(_mm_srli_epi16(symbols, 8), _mm_set1_epi16(0xff));
        /* Bit 16 stands for a run after the eight, so that there is always one. */
        unsigned runs = (unsigned)_mm_movemask_epi8(is_run) | 0x10000u;
        unsigned count = (unsigned)__builtin_ctz(runs) / 2;
        __m128i keep = _mm_loadu_si128((const __m128i *)(const void *)&keep_first[32 - count]);
        _mm_storeu_si128((__m128i *)(void *)&zigzag[at], _mm_and_si128(symbols, keep));
        literals |= count;
        if (count >= 64 - at) {
            ac += 64 - at;
            break;
        }
        at += count;
        ac += count;
        if (count < 8) {
            unsigned zeros = *ac++ & 0xff;
            at += zeros ? zeros : 64; /* no zeros at all: the end of the block */
        }
    }
    block->has_ac = literals != 0;
    return ac;
}

/* One bit for each of 64 symbols: whether it is a run. */
AVX2 static inline uint64_t find_runs(const uint16_t *ac)
{
    __m256i is_run[4];
    UNROLL
    for (int i = 0; i < 4; i++) {
        __m256i symbols = _mm256_loadu_si256((const __m256i *)(const void *)&ac[i * 16]);
        is_run[i] = _mm256_cmpeq_epi16(_mm256_srli_epi16(symbols, 8), _mm256_set1_epi16(0xff));
    }
    __m256i low = _mm256_permute4x64_epi64(_mm256_packs_epi16(is_run[0], is_run[1]), 0xd8);
    __m256i high = _mm256_permute4x64_epi64(_mm256_packs_epi16(is_run[2], is_run[3]), 0xd8);
    uint64_t last_32 = (uint32_t)_mm256_movemask_epi8(high);
    return last_32 << 32 | (uint32_t)_mm256_movemask_epi8(low);
}

AVX2 static inline void copy16(uint16_t *out, const uint16_t *in, const int16_t *keep)
{
    __m256i symbols = _mm256_loadu_si256((const __m256i *)(const void *)in);
    __m256i mask = _mm256_loadu_si256((const __m256i *)(const void *)keep);
    _mm256_storeu_si256((__m256i *)(void *)out, _mm256_and_si256(symbols, mask));
}

/* Finds all runs beforehand, so that one segment does not wait for the one before to be looked at:
 * what depends on it is only where it goes. */
AVX2 const uint16_t *zoe_dwa_expand_avx2(const uint16_t *ac, uint16_t dc, zoe_dwa_block *block)
{
    uint16_t *zigzag = block->zigzag;
    if (ac[0] == ZOE_DWA_END_OF_BLOCK) { /* most blocks of a smooth picture; the rest is not read */
        zigzag[0] = dc;
        block->has_ac = false;
        return ac + 1;
    }
    UNROLL
    for (int i = 0; i < 4; i++)
        _mm256_store_si256((__m256i *)(void *)&zigzag[i * 16], _mm256_setzero_si256());
    zigzag[0] = dc;
    /* A block takes at most 63 symbols; where none of them is a run, the last bit ends the
     * search. */
    uint64_t runs = find_runs(ac) | UINT64_C(1) << 63;
    unsigned literals = 0;
    unsigned from = 0;
    unsigned at = 1;
    while (at < 64) {
        unsigned run = (unsigned)__builtin_ctzll(runs);
        unsigned count = run - from < 64 - at ? run - from : 64 - at;
        literals |= count;
        for (; count > 32; count -= 16, from += 16, at += 16)
            copy16(&zigzag[at], &ac[from], keep_first);
        copy16(&zigzag[at], &ac[from], &keep_first[32 - count]);
        copy16(&zigzag[at + 16], &ac[from + 16], &keep_first[48 - count]);
        at += count;
        from += count;
        if (at < 64) {
            unsigned zeros = ac[from++] & 0xff;
            at += zeros ? zeros : 64; /* no zeros at all: the end of the block */
            runs &= runs - 1;
        }
    }
    block->has_ac = literals != 0;
    return ac + from;
}

/* The shuffle that takes from zig-zag vector `v` what of eight coefficients it holds. */
#define TAKE(v, z)        (char)(((z) >> 3) == (v) ? 2 * ((z)&7) : 0x80)
#define TAKE2(v, z)       TAKE(v, z), (char)(((z) >> 3) == (v) ? 2 * ((z)&7) + 1 : 0x80)
#define COLUMN(v, column) COLUMN_(v, column)
#define COLUMN_(v, a, b, c, d, e, f, g, h)                                                         \
    TAKE2(v, a), TAKE2(v, b), TAKE2(v, c), TAKE2(v, d), TAKE2(v, e), TAKE2(v, f), TAKE2(v, g),     \
        TAKE2(v, h)

/* The columns of the block: where each coefficient from the top stands in zig-zag order. */
#define COLUMN0 0, 2, 3, 9, 10, 20, 21, 35
#define COLUMN1 1, 4, 8, 11, 19, 22, 34, 36
#define COLUMN2 5, 7, 12, 18, 23, 33, 37, 48
#define COLUMN3 6, 13, 17, 24, 32, 38, 47, 49
#define COLUMN4 14, 16, 25, 31, 39, 46, 50, 57
#define COLUMN5 15, 26, 30, 40, 45, 51, 56, 58
#define COLUMN6 27, 29, 41, 44, 52, 55, 59, 62
#define COLUMN7 28, 42, 43, 53, 54, 60, 61, 63

/* Column n in the lower lane and 7 - n in the upper: zig-zag order being symmetric, what n takes
 * from vector v, 7 - n takes from 7 - v. */
#define PAIR(n, m, v)                                                                              \
    {                                                                                              \
        COLUMN(v, COLUMN##n), COLUMN(7 - (v), COLUMN##m)                                           \
    }

enum { SHUFFLES = 20 };
_Alignas(32) static const char shuffles[SHUFFLES][32] = {
    PAIR(0, 7, 0), PAIR(0, 7, 1), PAIR(0, 7, 2), PAIR(0, 7, 4), PAIR(1, 6, 0),
    PAIR(1, 6, 1), PAIR(1, 6, 2), PAIR(1, 6, 4), PAIR(2, 5, 0), PAIR(2, 5, 1),
    PAIR(2, 5, 2), PAIR(2, 5, 4), PAIR(2, 5, 6), PAIR(3, 4, 0), PAIR(3, 4, 1),
    PAIR(3, 4, 2), PAIR(3, 4, 3), PAIR(3, 4, 4), PAIR(3, 4, 5), PAIR(3, 4, 6),
};

AVX2 static inline __m256i take(__m256i vectors, int shuffle)
{
    return _mm256_shuffle_epi8(vectors,
                               _mm256_load_si256((const __m256i *)(const void *)shuffles[shuffle]));
}

AVX2 static inline __m256i both(const uint16_t *lower, const uint16_t *upper)
{
    __m128i low = _mm_load_si128((const __m128i *)(const void *)lower);
    __m128i high = _mm_load_si128((const __m128i *)(const void *)upper);
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

#define OR _mm256_or_si256

/* Undoes the zig-zag: x[n] becomes column n, its rows in the lanes. */
AVX2 static inline void load_columns(const uint16_t *zigzag, __m256 x[8])
{
    const __m256i v0 = both(zigzag, zigzag + 56);
    const __m256i v1 = both(zigzag + 8, zigzag + 48);
    const __m256i v2 = both(zigzag + 16, zigzag + 40);
    const __m256i v3 = both(zigzag + 24, zigzag + 32);
    const __m256i v4 = _mm256_permute2x128_si256(v3, v3, 1);
    const __m256i v5 = _mm256_permute2x128_si256(v2, v2, 1);
    const __m256i v6 = _mm256_permute2x128_si256(v1, v1, 1);
    const __m256i pairs[4] = {
        OR(OR(take(v0, 0), take(v1, 1)), OR(take(v2, 2), take(v4, 3))),
        OR(OR(take(v0, 4), take(v1, 5)), OR(take(v2, 6), take(v4, 7))),
        OR(OR(OR(take(v0, 8), take(v1, 9)), OR(take(v2, 10), take(v4, 11))), take(v6, 12)),
        OR(OR(OR(take(v0, 13), take(v1, 14)), OR(take(v2, 15), take(v3, 16))),
           OR(OR(take(v4, 17), take(v5, 18)), take(v6, 19))),
    };
    UNROLL
    for (int i = 0; i < 4; i++) {
        x[i] = _mm256_cvtph_ps(_mm256_castsi256_si128(pairs[i]));
        x[7 - i] = _mm256_cvtph_ps(_mm256_extracti128_si256(pairs[i], 1));
    }
}

AVX2 static inline void transpose(__m256 x[8])
{
    __m256 a[8];
    __m256 b[8];
    UNROLL
    for (int i = 0; i < 4; i++) {
        a[2 * i] = _mm256_unpacklo_ps(x[2 * i], x[2 * i + 1]);
        a[2 * i + 1] = _mm256_unpackhi_ps(x[2 * i], x[2 * i + 1]);
    }
    UNROLL
    for (int i = 0; i < 8; i += 4) {
        b[i] = _mm256_shuffle_ps(a[i], a[i + 2], 0x44);
        b[i + 1] = _mm256_shuffle_ps(a[i], a[i + 2], 0xee);
        b[i + 2] = _mm256_shuffle_ps(a[i + 1], a[i + 3], 0x44);
        b[i + 3] = _mm256_shuffle_ps(a[i + 1], a[i + 3], 0xee);
    }
    UNROLL
    for (int i = 0; i < 4; i++) {
        x[i] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x20);
        x[i + 4] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x31);
    }
}

AVX2 static inline float constant_value(const zoe_dwa_block *block)
{
    return _cvtsh_ss(block->zigzag[0]) * ZOE_DWA_COS4 * ZOE_DWA_COS4;
}

AVX2 static inline void inverse_one(const zoe_dwa_block *block, __m256 x[8])
{
    if (!block->has_ac) {
        __m256 value = _mm256_set1_ps(constant_value(block));
        UNROLL
        for (int i = 0; i < 8; i++)
            x[i] = value;
        return;
    }
    load_columns(block->zigzag, x);
    avx2_row(x);
    transpose(x);
    avx2_column(x);
}

AVX2 static inline void to_rgb(__m256 *first, __m256 *second, __m256 *third)
{
    __m256 y = *first;
    __m256 cb = *second;
    __m256 cr = *third;
    *first = y + cr * ZOE_DWA_CR_RED;
    *second = (y + cb * ZOE_DWA_CB_GREEN) + cr * ZOE_DWA_CR_GREEN;
    *third = y + cb * ZOE_DWA_CB_BLUE;
}

AVX2 static inline void store_halfs(uint16_t *out, __m256 value)
{
    _mm_store_si128((__m128i *)(void *)out, _mm256_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT));
}

AVX2 static void inverse_constant(const zoe_dwa_block *blocks, int count, zoe_dwa_samples *out)
{
    __m256 x[3];
    for (int i = 0; i < count; i++)
        x[i] = _mm256_set1_ps(constant_value(&blocks[i]));
    if (count == 3)
        to_rgb(&x[0], &x[1], &x[2]);
    for (int i = 0; i < count; i++)
        store_halfs(out->sample[i], x[i]);
}

AVX2 void zoe_dwa_inverse_avx2(const zoe_dwa_block *blocks, int count, zoe_dwa_samples *out)
{
    __m256 x[3][8];
    bool has_ac = false;
    for (int i = 0; i < count; i++)
        has_ac |= blocks[i].has_ac;
    out->constant = !has_ac;
    if (!has_ac) {
        inverse_constant(blocks, count, out);
        return;
    }
    for (int i = 0; i < count; i++)
        inverse_one(&blocks[i], x[i]);
    UNROLL
    for (int i = 0; i < 8 && count == 3; i++)
        to_rgb(&x[0][i], &x[1][i], &x[2][i]);
    for (int c = 0; c < count; c++)
        UNROLL
    for (int i = 0; i < 8; i++)
        store_halfs(&out->sample[c][i * 8], x[c][i]);
}

#else

/* ISO C wants a declaration in every file. */
typedef int zoe_dwa_dct_x86_unused;

#endif
