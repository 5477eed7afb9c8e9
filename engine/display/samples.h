/*
 * Samples of planes as floats, for the loops that scale: half, float and uint alike, NaN as 0 where
 * it says so.
 *
 * Thread-safety: pure on their arguments; any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_DISPLAY_SAMPLES_H
#define ZOE_DISPLAY_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <zoetrope/frame.h>

#include "base/cpu.h"

/* As zoe_half_to_float(), without its branches; quiet or not does not matter here. The product is
 * exact for denormals too. */
static inline float zoe_half_value(uint16_t half)
{
    uint32_t bits = (uint32_t)(half & 0x7fffu) << 13;
    float value;
    memcpy(&value, &bits, sizeof value);
    value *= 0x1p112f;
    memcpy(&bits, &value, sizeof bits);
    /* Infinities and NaNs came out as 65536 and more: give them the exponent that float has for
     * them. */
    bits |= (half & 0x7c00u) == 0x7c00u ? 0x7f800000u : 0;
    bits |= (uint32_t)(half & 0x8000u) << 16;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline const char *zoe_plane_row(const zoe_plane *plane, int32_t row)
{
    return (const char *)plane->data + (size_t)row * plane->stride;
}

/* Columns are averaged in blocks, in loops that compilers vectorize. */
enum { ZOE_LOAD_BLOCK = 128 };

/* `count` values of each of three channels, as they stand in lanes (scale.h) with a 0 behind them.
 * Returns what comes next in `out`. */
static inline float *zoe_interleave(float *restrict out, float channels[3][ZOE_LOAD_BLOCK],
                                    int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        *out++ = channels[0][i];
        *out++ = channels[1][i];
        *out++ = channels[2][i];
        *out++ = 0.0f;
    }
    return out;
}

/* `count` samples; NaN is 0. */
static inline void zoe_load(float *out, const char *at, zoe_sample_type type, int32_t count)
{
    const void *samples = at;
    if (type == ZOE_SAMPLE_HALF) {
        const uint16_t *half = samples;
        for (int32_t i = 0; i < count; i++)
            out[i] = zoe_half_value(half[i]);
    } else if (type == ZOE_SAMPLE_FLOAT) {
        memcpy(out, samples, (size_t)count * sizeof *out);
    } else {
        const uint32_t *integer = samples;
        for (int32_t i = 0; i < count; i++)
            out[i] = (float)integer[i];
    }
    for (int32_t i = 0; i < count; i++)
        out[i] = out[i] == out[i] ? out[i] : 0.0f;
}

/* ---- AVX2 ---- */

#if defined(__x86_64__)

#define ZOE_AVX2        __attribute__((target("avx2,f16c")))
#define ZOE_AVX2_INLINE __attribute__((target("avx2,f16c"), always_inline)) static inline

/* Eight samples; NaN stays. */
ZOE_AVX2_INLINE __m256 zoe_load8(const char *at, zoe_sample_type type)
{
    if (type == ZOE_SAMPLE_HALF)
        return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)at));
    if (type == ZOE_SAMPLE_FLOAT)
        return _mm256_loadu_ps((const float *)(const void *)at);
    /* There is no instruction for unsigned. Both halves are exact, so that the sum rounds once. */
    __m256i bits = _mm256_loadu_si256((const __m256i *)(const void *)at);
    __m256 high = _mm256_cvtepi32_ps(_mm256_srli_epi32(bits, 16));
    __m256 low = _mm256_cvtepi32_ps(_mm256_and_si256(bits, _mm256_set1_epi32(0xffff)));
    return _mm256_add_ps(_mm256_mul_ps(high, _mm256_set1_ps(65536.0f)), low);
}

/* Three times eight values to eight columns of four. */
ZOE_AVX2_INLINE void zoe_store_columns8(float *out, __m256 r, __m256 g, __m256 b)
{
    const __m256 zero = _mm256_setzero_ps();
    __m256 rg_low = _mm256_unpacklo_ps(r, g), rg_high = _mm256_unpackhi_ps(r, g);
    __m256 b_low = _mm256_unpacklo_ps(b, zero), b_high = _mm256_unpackhi_ps(b, zero);
    __m256 c04 = _mm256_shuffle_ps(rg_low, b_low, 0x44);
    __m256 c15 = _mm256_shuffle_ps(rg_low, b_low, 0xee);
    __m256 c26 = _mm256_shuffle_ps(rg_high, b_high, 0x44);
    __m256 c37 = _mm256_shuffle_ps(rg_high, b_high, 0xee);
    _mm256_store_ps(out, _mm256_permute2f128_ps(c04, c15, 0x20));
    _mm256_store_ps(out + 8, _mm256_permute2f128_ps(c26, c37, 0x20));
    _mm256_store_ps(out + 16, _mm256_permute2f128_ps(c04, c15, 0x31));
    _mm256_store_ps(out + 24, _mm256_permute2f128_ps(c26, c37, 0x31));
}

static inline bool zoe_has_avx2(void)
{
    const unsigned needed = (unsigned)ZOE_CPU_AVX2 | (unsigned)ZOE_CPU_F16C;
    return (zoe_cpu_features() & needed) == needed;
}

#endif

#endif
