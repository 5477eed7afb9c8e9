#include "exr/shrink.h"

#include <float.h>
#include <stdbool.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* False for NaN, which becomes 0. */
static float hold(float value, float limit)
{
    if (value > limit)
        return limit;
    if (value < -limit)
        return -limit;
    return value == value ? value : 0;
}

static void hold_tail(float *samples, size_t from, size_t count, float limit)
{
    for (size_t i = from; i < count; i++)
        samples[i] = hold(samples[i], limit);
}

static void halve_tail(float *samples, size_t from, size_t count)
{
    for (size_t i = from; i < count; i++)
        samples[i] = samples[2 * i] + samples[2 * i + 1];
}

static void add_tail(float *sums, const float *samples, size_t from, size_t count)
{
    for (size_t i = from; i < count; i++)
        sums[i] += samples[i];
}

/* Multiplying by 1 / pixels is exact then, and dividing takes several times as long. */
static bool is_power_of_two(int32_t pixels)
{
    return (pixels & (pixels - 1)) == 0;
}

static void mean_tail(float *sums, size_t from, size_t count, int32_t pixels)
{
    bool exact = is_power_of_two(pixels);
    float divisor = (float)pixels, factor = 1.0f / divisor;
    for (size_t i = from; i < count; i++) {
        float value = exact ? sums[i] * factor : sums[i] / divisor;
        /* A sum may be infinite, or, of two that are, not a number: that stays. */
        sums[i] = value > FLT_MAX ? FLT_MAX : value < -FLT_MAX ? -FLT_MAX : value;
    }
}

void zoe_exr_shrink_mean_scalar(float *sums, size_t count, int32_t pixels)
{
    mean_tail(sums, 0, count, pixels);
}

void zoe_exr_shrink_row_scalar(float *sums, float *samples, size_t count, int32_t shift,
                               float limit)
{
    hold_tail(samples, 0, count << shift, limit);
    for (int32_t s = shift - 1; s >= 0; s--)
        halve_tail(samples, 0, count << s);
    add_tail(sums, samples, 0, count);
}

#if defined(__SSE2__)

static size_t hold_row(float *samples, size_t count, float limit)
{
    const __m128 high = _mm_set1_ps(limit), low = _mm_set1_ps(-limit);
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        __m128 value = _mm_load_ps(samples + i);
        value = _mm_and_ps(value, _mm_cmpord_ps(value, value));
        _mm_store_ps(samples + i, _mm_max_ps(_mm_min_ps(value, high), low));
    }
    return i;
}

/* In place: what is written has been read. */
static size_t halve_row(float *samples, size_t count)
{
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        __m128 a = _mm_load_ps(samples + 2 * i), b = _mm_load_ps(samples + 2 * i + 4);
        __m128 even = _mm_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0));
        __m128 odd = _mm_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1));
        _mm_store_ps(samples + i, _mm_add_ps(even, odd));
    }
    return i;
}

static size_t add_row(float *sums, const float *samples, size_t count)
{
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        _mm_storeu_ps(sums + i, _mm_add_ps(_mm_loadu_ps(sums + i), _mm_load_ps(samples + i)));
    return i;
}

static size_t mean_row(float *sums, size_t count, int32_t pixels)
{
    const __m128 high = _mm_set1_ps(FLT_MAX), low = _mm_set1_ps(-FLT_MAX);
    const __m128 divisor = _mm_set1_ps((float)pixels), factor = _mm_set1_ps(1.0f / (float)pixels);
    bool exact = is_power_of_two(pixels);
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        __m128 value = _mm_loadu_ps(sums + i);
        value = exact ? _mm_mul_ps(value, factor) : _mm_div_ps(value, divisor);
        /* Of two operands of which one is not a number the second is the result. */
        _mm_storeu_ps(sums + i, _mm_max_ps(low, _mm_min_ps(high, value)));
    }
    return i;
}

#elif defined(__aarch64__)

static size_t hold_row(float *samples, size_t count, float limit)
{
    const float32x4_t high = vdupq_n_f32(limit), low = vdupq_n_f32(-limit);
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        float32x4_t value = vld1q_f32(samples + i);
        uint32x4_t bits = vandq_u32(vreinterpretq_u32_f32(value), vceqq_f32(value, value));
        value = vreinterpretq_f32_u32(bits);
        vst1q_f32(samples + i, vmaxq_f32(vminq_f32(value, high), low));
    }
    return i;
}

static size_t halve_row(float *samples, size_t count)
{
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        float32x4x2_t pair = vld2q_f32(samples + 2 * i);
        vst1q_f32(samples + i, vaddq_f32(pair.val[0], pair.val[1]));
    }
    return i;
}

static size_t add_row(float *sums, const float *samples, size_t count)
{
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        vst1q_f32(sums + i, vaddq_f32(vld1q_f32(sums + i), vld1q_f32(samples + i)));
    return i;
}

static size_t mean_row(float *sums, size_t count, int32_t pixels)
{
    const float32x4_t high = vdupq_n_f32(FLT_MAX), low = vdupq_n_f32(-FLT_MAX);
    const float32x4_t divisor = vdupq_n_f32((float)pixels);
    const float32x4_t factor = vdupq_n_f32(1.0f / (float)pixels);
    bool exact = is_power_of_two(pixels);
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        float32x4_t value = vld1q_f32(sums + i);
        value = exact ? vmulq_f32(value, factor) : vdivq_f32(value, divisor);
        vst1q_f32(sums + i, vmaxq_f32(vminq_f32(value, high), low));
    }
    return i;
}

#else

static size_t mean_row(float *sums, size_t count, int32_t pixels)
{
    (void)sums, (void)count, (void)pixels;
    return 0;
}

static size_t hold_row(float *samples, size_t count, float limit)
{
    (void)samples, (void)count, (void)limit;
    return 0;
}

static size_t halve_row(float *samples, size_t count)
{
    (void)samples, (void)count;
    return 0;
}

static size_t add_row(float *sums, const float *samples, size_t count)
{
    (void)sums, (void)samples, (void)count;
    return 0;
}

#endif

void zoe_exr_shrink_mean(float *sums, size_t count, int32_t pixels)
{
    mean_tail(sums, mean_row(sums, count, pixels), count, pixels);
}

void zoe_exr_shrink_row(float *sums, float *samples, size_t count, int32_t shift, float limit)
{
    size_t n = count << shift;
    hold_tail(samples, hold_row(samples, n, limit), n, limit);
    for (int32_t s = shift - 1; s >= 0; s--) {
        n = count << s;
        halve_tail(samples, halve_row(samples, n), n);
    }
    add_tail(sums, samples, add_row(sums, samples, count), count);
}
