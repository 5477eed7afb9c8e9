#include "display/cubic.h"

#include <string.h>

#include <zoetrope/display.h>

#include "display/samples.h"

/* gcc does not contract in ISO C mode; clang needs to be told. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* ---- which samples ---- */

zoe_cubic zoe_axis_cubic(const zoe_axis *axis, int32_t d)
{
    enum { ONE = 65536 };
    zoe_cubic cubic;
    /* Samples stand in the middle of their pixels. */
    int64_t at = zoe_axis_centre(axis, d) - ONE / 2;
    int64_t before = (at + ONE) / ONE - 1;
    double t = (double)(at - before * ONE) / ONE, t2 = t * t, t3 = t2 * t;
    cubic.first = (int32_t)(before - 1);
    cubic.weight[0] = (float)((-t3 + 2 * t2 - t) / 2);
    cubic.weight[1] = (float)((3 * t3 - 5 * t2 + 2) / 2);
    cubic.weight[2] = (float)((-3 * t3 + 4 * t2 + t) / 2);
    cubic.weight[3] = (float)((t3 - t2) / 2);
    return cubic;
}

/* ---- the portable form ---- */

/* Written as SSE's minimum and maximum are defined, which take the second of two when one is NaN or
 * both are zeros. */
static inline float least(float a, float b)
{
    return a < b ? a : b;
}

static inline float most(float a, float b)
{
    return a > b ? a : b;
}

static inline float between(const float value[ZOE_CUBIC_TAPS], const float weight[ZOE_CUBIC_TAPS])
{
    float sum = weight[0] * value[0] + weight[1] * value[1];
    sum = sum + weight[2] * value[2];
    sum = sum + weight[3] * value[3];
    return least(most(sum, least(value[1], value[2])), most(value[1], value[2]));
}

static void plane_portable(float *restrict out, const zoe_plane *plane, const int32_t *rows,
                           const float *weight, int32_t column, int32_t count)
{
    float value[ZOE_CUBIC_TAPS][ZOE_LOAD_BLOCK];
    size_t size = plane->type == ZOE_SAMPLE_HALF ? 2 : 4;
    for (int k = 0; k < ZOE_CUBIC_TAPS; k++) {
        if (rows[k] == ZOE_CUBIC_ZERO)
            memset(value[k], 0, sizeof value[k]);
        else
            zoe_load(value[k], zoe_plane_row(plane, rows[k]) + (size_t)column * size, plane->type,
                     count);
    }
    for (int32_t i = 0; i < count; i++) {
        const float four[ZOE_CUBIC_TAPS] = {value[0][i], value[1][i], value[2][i], value[3][i]};
        out[i] = between(four, weight);
    }
}

static void rows_portable(float *out, const zoe_scale_source *source, const int32_t *rows,
                          const float *weight, int32_t first_column, int32_t columns)
{
    for (int32_t done = 0; done < columns; done += ZOE_LOAD_BLOCK) {
        int32_t count = columns - done < ZOE_LOAD_BLOCK ? columns - done : ZOE_LOAD_BLOCK;
        float lanes[3][ZOE_LOAD_BLOCK];
        for (int lane = 0; lane < 3; lane++) {
            const zoe_plane *plane = source->planes[lane];
            if (plane)
                plane_portable(lanes[lane], plane, rows, weight, first_column + done, count);
            else
                memset(lanes[lane], 0, sizeof lanes[lane]);
        }
        out = zoe_interleave(out, lanes, count);
    }
}

static void columns_portable(uint16_t *out, const float *in, const zoe_cubic *taps, int32_t count,
                             float low, float factor)
{
    for (int32_t i = 0; i < count; i++) {
        const float *at = in + (size_t)taps[i].first * ZOE_SCALE_LANES;
        for (int lane = 0; lane < 3; lane++) {
            const float four[ZOE_CUBIC_TAPS] = {at[lane], at[lane + 4], at[lane + 8],
                                                at[lane + 12]};
            out[lane] = zoe_float_to_half((between(four, taps[i].weight) - low) * factor);
        }
        out[3] = 0;
        out += ZOE_SCALE_LANES;
    }
}

/* ---- AVX2 ---- */

#if defined(__x86_64__)

ZOE_AVX2_INLINE __m256 number8(const char *at, zoe_sample_type type)
{
    __m256 v = zoe_load8(at, type);
    return type == ZOE_SAMPLE_UINT ? v : _mm256_and_ps(v, _mm256_cmp_ps(v, v, _CMP_ORD_Q));
}

/* One plane's four rows, from the first column on. */
typedef struct cursor {
    const char *at[ZOE_CUBIC_TAPS]; /* all NULL: no plane */
    size_t size;
    zoe_sample_type type;
} cursor;

static cursor cursor_of(const zoe_plane *plane, const int32_t *rows, int32_t column)
{
    cursor c = {{NULL, NULL, NULL, NULL}, 2, ZOE_SAMPLE_HALF};
    if (!plane)
        return c;
    c.type = plane->type;
    c.size = plane->type == ZOE_SAMPLE_HALF ? 2 : 4;
    for (int k = 0; k < ZOE_CUBIC_TAPS; k++)
        c.at[k] = zoe_plane_row(plane, rows[k]) + (size_t)column * c.size;
    return c;
}

ZOE_AVX2_INLINE __m256 between8(const cursor *c, int32_t i, zoe_sample_type type,
                                const __m256 weight[ZOE_CUBIC_TAPS])
{
    size_t at = (size_t)i * (type == ZOE_SAMPLE_HALF ? 2 : 4);
    __m256 v0 = number8(c->at[0] + at, type), v1 = number8(c->at[1] + at, type);
    __m256 v2 = number8(c->at[2] + at, type), v3 = number8(c->at[3] + at, type);
    __m256 sum = _mm256_add_ps(_mm256_mul_ps(weight[0], v0), _mm256_mul_ps(weight[1], v1));
    sum = _mm256_add_ps(sum, _mm256_mul_ps(weight[2], v2));
    sum = _mm256_add_ps(sum, _mm256_mul_ps(weight[3], v3));
    return _mm256_min_ps(_mm256_max_ps(sum, _mm256_min_ps(v1, v2)), _mm256_max_ps(v1, v2));
}

ZOE_AVX2_INLINE __m256 any8(const cursor *c, int32_t i, const __m256 weight[ZOE_CUBIC_TAPS])
{
    if (!c->at[0])
        return _mm256_setzero_ps();
    switch (c->type) {
    case ZOE_SAMPLE_FLOAT: return between8(c, i, ZOE_SAMPLE_FLOAT, weight);
    case ZOE_SAMPLE_UINT: return between8(c, i, ZOE_SAMPLE_UINT, weight);
    case ZOE_SAMPLE_HALF: break;
    }
    return between8(c, i, ZOE_SAMPLE_HALF, weight);
}

/* `halves` is a constant: three planes of halves, or anything. */
ZOE_AVX2_INLINE int32_t rows8(float *out, const zoe_scale_source *source, const int32_t *rows,
                              const float *weight, int32_t first_column, int32_t columns,
                              bool halves)
{
    const cursor red = cursor_of(source->planes[0], rows, first_column);
    const cursor green = cursor_of(source->planes[1], rows, first_column);
    const cursor blue = cursor_of(source->planes[2], rows, first_column);
    const __m256 w[ZOE_CUBIC_TAPS] = {_mm256_set1_ps(weight[0]), _mm256_set1_ps(weight[1]),
                                      _mm256_set1_ps(weight[2]), _mm256_set1_ps(weight[3])};
    int32_t i = 0;
    for (; i + 8 <= columns; i += 8) {
        __m256 r, g, b;
        if (halves) {
            r = between8(&red, i, ZOE_SAMPLE_HALF, w);
            g = between8(&green, i, ZOE_SAMPLE_HALF, w);
            b = between8(&blue, i, ZOE_SAMPLE_HALF, w);
        } else {
            r = any8(&red, i, w);
            g = any8(&green, i, w);
            b = any8(&blue, i, w);
        }
        zoe_store_columns8(out + (size_t)i * ZOE_SCALE_LANES, r, g, b);
    }
    return i;
}

ZOE_AVX2 static int32_t rows_of_halves(float *out, const zoe_scale_source *source,
                                       const int32_t *rows, const float *weight,
                                       int32_t first_column, int32_t columns)
{
    return rows8(out, source, rows, weight, first_column, columns, true);
}

ZOE_AVX2 static int32_t rows_of_any(float *out, const zoe_scale_source *source, const int32_t *rows,
                                    const float *weight, int32_t first_column, int32_t columns)
{
    return rows8(out, source, rows, weight, first_column, columns, false);
}

static int32_t rows_avx2(float *out, const zoe_scale_source *source, const int32_t *rows,
                         const float *weight, int32_t first_column, int32_t columns)
{
    int halves = 0;
    for (int k = 0; k < ZOE_CUBIC_TAPS; k++)
        if (rows[k] == ZOE_CUBIC_ZERO)
            return 0; /* a few rows of a picture */
    for (int lane = 0; lane < 3; lane++)
        halves += source->planes[lane] && source->planes[lane]->type == ZOE_SAMPLE_HALF;
    return (halves == 3 ? rows_of_halves : rows_of_any)(out, source, rows, weight, first_column,
                                                        columns);
}

ZOE_AVX2 static void columns_avx2(uint16_t *out, const float *in, const zoe_cubic *taps,
                                  int32_t count, float low, float factor)
{
    const __m128 lows = _mm_set1_ps(low), factors = _mm_set1_ps(factor);
    for (int32_t i = 0; i < count; i++) {
        const float *at = in + (size_t)taps[i].first * ZOE_SCALE_LANES;
        const float *weight = taps[i].weight;
        __m128 v0 = _mm_load_ps(at), v1 = _mm_load_ps(at + 4);
        __m128 v2 = _mm_load_ps(at + 8), v3 = _mm_load_ps(at + 12);
        __m128 sum = _mm_add_ps(_mm_mul_ps(_mm_set1_ps(weight[0]), v0),
                                _mm_mul_ps(_mm_set1_ps(weight[1]), v1));
        sum = _mm_add_ps(sum, _mm_mul_ps(_mm_set1_ps(weight[2]), v2));
        sum = _mm_add_ps(sum, _mm_mul_ps(_mm_set1_ps(weight[3]), v3));
        sum = _mm_min_ps(_mm_max_ps(sum, _mm_min_ps(v1, v2)), _mm_max_ps(v1, v2));
        sum = _mm_mul_ps(_mm_sub_ps(sum, lows), factors);
        _mm_storel_epi64((__m128i *)(void *)(out + (size_t)i * ZOE_SCALE_LANES),
                         _mm_cvtps_ph(sum, _MM_FROUND_TO_NEAREST_INT));
    }
}

#endif

void zoe_cubic_rows(float *out, const zoe_scale_source *source, const int32_t rows[ZOE_CUBIC_TAPS],
                    const float weight[ZOE_CUBIC_TAPS], int32_t first_column, int32_t columns)
{
    int32_t done = 0;
#if defined(__x86_64__)
    if (zoe_has_avx2())
        done = rows_avx2(out, source, rows, weight, first_column, columns);
#endif
    rows_portable(out + (size_t)done * ZOE_SCALE_LANES, source, rows, weight, first_column + done,
                  columns - done);
}

void zoe_cubic_columns(uint16_t *out, const float *in, const zoe_cubic *taps, int32_t count,
                       float low, float factor)
{
#if defined(__x86_64__)
    if (zoe_has_avx2()) {
        columns_avx2(out, in, taps, count, low, factor);
        return;
    }
#endif
    columns_portable(out, in, taps, count, low, factor);
}
