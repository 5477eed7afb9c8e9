#include "base/half.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include <zoetrope/display.h>

#include "base/cpu.h"

float zoe_half_to_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    uint32_t exponent = (half >> 10) & 31u;
    uint32_t mantissa = half & 0x3ffu;
    uint32_t bits;
    if (exponent == 31) {
        bits = sign | 0x7f800000u | mantissa << 13;
        if (mantissa != 0)
            bits |= 0x00400000u; /* quiet */
    } else if (exponent != 0) {
        bits = sign | (exponent + 112) << 23 | mantissa << 13;
    } else if (mantissa != 0) {
        /* A denormal is mantissa x 2^-24; every one is a normal float. */
        uint32_t shift = (uint32_t)__builtin_clz(mantissa) - 21;
        bits = sign | (113 - shift) << 23 | ((mantissa << shift) & 0x3ffu) << 13;
    } else {
        bits = sign;
    }
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint16_t zoe_float_to_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000u;
    uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u)
        return (uint16_t)(sign | 0x7e00u | (magnitude >> 13 & 0x3ffu));
    if (magnitude >= 0x477ff000u) /* 65520: halfway from the largest half to the one after it */
        return (uint16_t)(sign | 0x7c00u);
    if (magnitude >= 0x38800000u) { /* 2^-14: the smallest normal half */
        /* Rounding may carry into the exponent, which is then the right result. */
        uint32_t odd = magnitude >> 13 & 1u;
        return (uint16_t)(sign | (magnitude - 0x38000000u + 0xfffu + odd) >> 13);
    }
    uint32_t exponent = magnitude >> 23;
    if (exponent < 102) /* under 2^-25, which itself is a tie that goes to even zero */
        return (uint16_t)sign;
    uint32_t mantissa = (magnitude & 0x7fffffu) | 0x800000u;
    uint32_t shift = 126 - exponent; /* 14..24 */
    uint32_t odd = mantissa >> shift & 1u;
    return (uint16_t)(sign | (mantissa + (1u << (shift - 1)) - 1u + odd) >> shift);
}

uint16_t zoe_half_from_uint(uint32_t value)
{
    return value > ZOE_HALF_MAX ? 0x7c00u : zoe_float_to_half((float)value);
}

/* Each SIMD form does as many groups of values as there are and returns how many values that
 * was. */

#if defined(__x86_64__)

#define SIMD_NEEDS ((unsigned)ZOE_CPU_AVX2 | (unsigned)ZOE_CPU_F16C)

__attribute__((target("avx2,f16c"))) static size_t from_float_groups(uint16_t *dst,
                                                                     const float *src, size_t n)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m128i half = _mm256_cvtps_ph(_mm256_loadu_ps(src + i), _MM_FROUND_TO_NEAREST_INT);
        _mm_storeu_si128((__m128i *)(void *)(dst + i), half);
    }
    return i;
}

__attribute__((target("avx2,f16c"))) static size_t from_uint_groups(uint16_t *dst,
                                                                    const uint32_t *src, size_t n)
{
    const __m256i over = _mm256_set1_epi32(ZOE_HALF_MAX + 1);
    const __m256i infinite = _mm256_set1_epi32(1 << 16); /* any value that converts to infinity */
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256i value = _mm256_loadu_si256((const __m256i *)(const void *)(src + i));
        value = _mm256_min_epu32(value, over);
        value = _mm256_blendv_epi8(value, infinite, _mm256_cmpeq_epi32(value, over));
        __m128i half = _mm256_cvtps_ph(_mm256_cvtepi32_ps(value), _MM_FROUND_TO_NEAREST_INT);
        _mm_storeu_si128((__m128i *)(void *)(dst + i), half);
    }
    return i;
}

__attribute__((target("avx2,f16c"))) static size_t to_float_groups(float *dst, const uint16_t *src,
                                                                   size_t n)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m128i half = _mm_loadu_si128((const __m128i *)(const void *)(src + i));
        _mm256_storeu_ps(dst + i, _mm256_cvtph_ps(half));
    }
    return i;
}

#elif defined(__aarch64__)

#define SIMD_NEEDS ((unsigned)ZOE_CPU_NEON)

static void store_halves(uint16_t *dst, float32x4_t value)
{
    vst1_u16(dst, vreinterpret_u16_f16(vcvt_f16_f32(value)));
}

static size_t from_float_groups(uint16_t *dst, const float *src, size_t n)
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        store_halves(dst + i, vld1q_f32(src + i));
    return i;
}

static size_t from_uint_groups(uint16_t *dst, const uint32_t *src, size_t n)
{
    const uint32x4_t most = vdupq_n_u32(ZOE_HALF_MAX);
    const uint32x4_t infinite = vdupq_n_u32(1 << 16); /* any value that converts to infinity */
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        uint32x4_t value = vld1q_u32(src + i);
        value = vbslq_u32(vcgtq_u32(value, most), infinite, value);
        store_halves(dst + i, vcvtq_f32_u32(value));
    }
    return i;
}

static size_t to_float_groups(float *dst, const uint16_t *src, size_t n)
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        vst1q_f32(dst + i, vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(src + i))));
    return i;
}

#endif

#if defined(SIMD_NEEDS)
static bool has_simd(void)
{
    return (zoe_cpu_features() & SIMD_NEEDS) == SIMD_NEEDS;
}
#endif

void zoe_half_from_float_row(uint16_t *dst, const float *src, size_t n)
{
    size_t i = 0;
#if defined(SIMD_NEEDS)
    if (has_simd())
        i = from_float_groups(dst, src, n);
#endif
    for (; i < n; i++)
        dst[i] = zoe_float_to_half(src[i]);
}

void zoe_half_from_uint_row(uint16_t *dst, const uint32_t *src, size_t n)
{
    size_t i = 0;
#if defined(SIMD_NEEDS)
    if (has_simd())
        i = from_uint_groups(dst, src, n);
#endif
    for (; i < n; i++)
        dst[i] = zoe_half_from_uint(src[i]);
}

void zoe_half_to_float_row(float *dst, const uint16_t *src, size_t n)
{
    size_t i = 0;
#if defined(SIMD_NEEDS)
    if (has_simd())
        i = to_float_groups(dst, src, n);
#endif
    for (; i < n; i++)
        dst[i] = zoe_half_to_float(src[i]);
}
