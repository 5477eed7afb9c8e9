#include "display/scale.h"

#include <math.h>
#include <string.h>

#include <zoetrope/display.h>

#include "display/samples.h"

/* gcc does not contract in ISO C mode; clang needs to be told. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* ---- which source pixels ---- */

enum { ONE = 65536 }; /* a source pixel in the fixed point of positions */

static int64_t fixed(double position)
{
    /* Far beyond any frame, and still exact. */
    const double far = 1099511627776.0;
    /* Not a number where infinite steps lead back from an infinite origin. */
    if (!(position <= far))
        position = far;
    if (position < -far)
        position = -far;
    return (int64_t)floor(position * ONE + 0.5);
}

static int64_t edge(const zoe_axis *axis, int32_t d)
{
    return fixed(axis->origin + d * axis->step);
}

int64_t zoe_axis_centre(const zoe_axis *axis, int32_t d)
{
    return fixed(axis->origin + (d + 0.5) * axis->step);
}

/* The source pixel at the centre of destination pixel d; may lie outside. */
static int64_t centre(const zoe_axis *axis, int32_t d)
{
    int64_t at = zoe_axis_centre(axis, d);
    return at >= 0 ? at / ONE : -1;
}

void zoe_axis_make(zoe_axis *axis, double origin, double step, int32_t size, int32_t length)
{
    axis->origin = origin;
    axis->step = step;
    axis->size = size;
    /* A scale of 1 that was worked out from others may miss it by a rounding error. */
    axis->averages = step > 1.0 + 1e-9;
    axis->is_cubic = step < 1.0 - 1e-9 && step > 0.5 + 1e-9;
    int32_t begin = 0, end = length;
    while (begin < end && centre(axis, begin) < 0)
        begin++;
    while (end > begin && centre(axis, end - 1) >= size)
        end--;
    axis->begin = begin;
    axis->end = end;
}

zoe_tap zoe_axis_tap(const zoe_axis *axis, int32_t d)
{
    zoe_tap tap = {0, 0, 1.0f, 0.0f, 1.0f};
    if (!axis->averages) {
        tap.first = (int32_t)centre(axis, d);
        return tap;
    }
    int64_t from = edge(axis, d), to = edge(axis, d + 1);
    int64_t limit = (int64_t)axis->size * ONE;
    from = from > 0 ? from : 0;
    to = to < limit ? to : limit;
    int64_t first = from / ONE, last = (to - 1) / ONE;
    tap.first = (int32_t)first;
    if (first == last) {
        tap.first_weight = (float)(to - from) / ONE;
    } else {
        tap.middle = (int32_t)(last - first - 1);
        tap.first_weight = (float)((first + 1) * ONE - from) / ONE;
        tap.last_weight = (float)(to - last * ONE) / ONE;
    }
    tap.scale = (float)((double)ONE / (double)(to - from));
    return tap;
}

bool zoe_tap_clip(zoe_tap *tap, int32_t begin, int32_t end)
{
    int32_t last = tap->first + zoe_tap_length(tap) - 1;
    if (last < begin || tap->first >= end)
        return false;
    if (last >= end) {
        last = end - 1;
        tap->middle = last > tap->first ? last - tap->first : 0;
        tap->last_weight = 0;
    }
    /* The first that is left is the last pixel of all, or one of the middle. */
    if (tap->first < begin) {
        bool only_last = begin == last && tap->last_weight > 0;
        tap->first_weight = only_last ? tap->last_weight : 1.0f;
        tap->last_weight = only_last ? 0 : tap->last_weight;
        tap->middle = last - begin - (tap->last_weight > 0);
        tap->first = begin;
    }
    return true;
}

/* ---- the portable form ---- */

static void average_rows(float *restrict sum, const zoe_plane *plane, const zoe_tap *rows,
                         int32_t column, int32_t count)
{
    float value[ZOE_LOAD_BLOCK];
    size_t size = plane->type == ZOE_SAMPLE_HALF ? 2 : 4;
    const char *at = zoe_plane_row(plane, rows->first) + (size_t)column * size;
    zoe_load(value, at, plane->type, count);
    for (int32_t i = 0; i < count; i++)
        sum[i] = rows->first_weight * value[i];
    for (int32_t k = 0; k < rows->middle; k++) {
        at += plane->stride;
        zoe_load(value, at, plane->type, count);
        for (int32_t i = 0; i < count; i++)
            sum[i] += value[i];
    }
    if (rows->last_weight > 0) {
        zoe_load(value, at + plane->stride, plane->type, count);
        for (int32_t i = 0; i < count; i++)
            sum[i] += rows->last_weight * value[i];
    }
    for (int32_t i = 0; i < count; i++)
        sum[i] *= rows->scale;
}

static void rows_portable(float *out, const zoe_scale_source *source, const zoe_tap *rows,
                          int32_t first_column, int32_t columns)
{
    for (int32_t done = 0; done < columns; done += ZOE_LOAD_BLOCK) {
        int32_t count = columns - done < ZOE_LOAD_BLOCK ? columns - done : ZOE_LOAD_BLOCK;
        float sums[3][ZOE_LOAD_BLOCK];
        for (int lane = 0; lane < 3; lane++) {
            const zoe_plane *plane = source->planes[lane];
            if (plane)
                average_rows(sums[lane], plane, rows, first_column + done, count);
            else
                memset(sums[lane], 0, sizeof sums[lane]);
        }
        out = zoe_interleave(out, sums, count);
    }
}

static void columns_portable(uint16_t *out, const float *in, const zoe_tap *taps, int32_t count,
                             float low, float factor)
{
    static const zoe_tap alone = {0, 0, 1.0f, 0.0f, 1.0f};
    for (int32_t i = 0; i < count; i++) {
        const zoe_tap *tap = taps ? taps + i : &alone;
        const float *first = in + (size_t)(taps ? tap->first : i) * ZOE_SCALE_LANES;
        for (int lane = 0; lane < 3; lane++) {
            const float *value = first + lane;
            float sum = tap->first_weight * *value;
            for (int32_t k = 0; k < tap->middle; k++) {
                value += ZOE_SCALE_LANES;
                sum += *value;
            }
            if (tap->last_weight > 0)
                sum += tap->last_weight * value[ZOE_SCALE_LANES];
            out[lane] = zoe_float_to_half((sum * tap->scale - low) * factor);
        }
        out[3] = 0;
        out += ZOE_SCALE_LANES;
    }
}

/* ---- AVX2 ---- */

#if defined(__x86_64__)

/* `middle` is a constant: rows->middle, followed by a last row; or ANY. */
enum { ANY = -1 };

ZOE_AVX2_INLINE __m256 average_rows8(const char *at, size_t stride, zoe_sample_type type,
                                     const zoe_tap *rows, int32_t middle)
{
    __m256 sum = _mm256_mul_ps(_mm256_set1_ps(rows->first_weight), zoe_load8(at, type));
    const int32_t whole = middle == ANY ? rows->middle : middle;
    for (int32_t i = 0; i < whole; i++) {
        at += stride;
        sum = _mm256_add_ps(sum, zoe_load8(at, type));
    }
    if (middle != ANY || rows->last_weight > 0) {
        __m256 last = zoe_load8(at + stride, type);
        sum = _mm256_add_ps(sum, _mm256_mul_ps(_mm256_set1_ps(rows->last_weight), last));
    }
    return _mm256_mul_ps(sum, _mm256_set1_ps(rows->scale));
}

/* A plane's samples from one row and column on. */
typedef struct plane_cursor {
    const char *at; /* the first row's first column; NULL: no plane */
    size_t stride, size;
    zoe_sample_type type;
} plane_cursor;

static plane_cursor cursor_of(const zoe_plane *plane, int32_t row, int32_t column)
{
    plane_cursor w = {NULL, 0, 0, ZOE_SAMPLE_HALF};
    if (plane) {
        w.type = plane->type;
        w.size = plane->type == ZOE_SAMPLE_HALF ? 2 : 4;
        w.stride = plane->stride;
        w.at = zoe_plane_row(plane, row) + (size_t)column * w.size;
    }
    return w;
}

ZOE_AVX2_INLINE __m256 average_plane8(const plane_cursor *w, int32_t i, const zoe_tap *rows)
{
    if (!w->at)
        return _mm256_setzero_ps();
    return average_rows8(w->at + (size_t)i * w->size, w->stride, w->type, rows, ANY);
}

/* `kind` and `middle` are constants, so that the tests go away: 1 or 3 planes of halves, or 0 for
 * anything. */
ZOE_AVX2_INLINE int32_t rows8(float *out, const zoe_scale_source *source, const zoe_tap *rows,
                              int32_t first_column, int32_t columns, int kind, int32_t middle)
{
    plane_cursor red = cursor_of(source->planes[0], rows->first, first_column);
    plane_cursor green = cursor_of(source->planes[1], rows->first, first_column);
    plane_cursor blue = cursor_of(source->planes[2], rows->first, first_column);
    if (kind != 0) {
        red.size = green.size = blue.size = 2;
        red.type = green.type = blue.type = ZOE_SAMPLE_HALF;
    }
    const zoe_tap weights = *rows; /* a copy, which the stores below cannot change */
    int32_t i = 0;
    for (; i + 8 <= columns; i += 8) {
        __m256 r, g = _mm256_setzero_ps(), b = g;
        if (kind == 0) {
            r = average_plane8(&red, i, &weights);
            g = average_plane8(&green, i, &weights);
            b = average_plane8(&blue, i, &weights);
        } else {
            size_t at = (size_t)i * 2;
            r = average_rows8(red.at + at, red.stride, ZOE_SAMPLE_HALF, &weights, middle);
            if (kind == 3) {
                g = average_rows8(green.at + at, green.stride, ZOE_SAMPLE_HALF, &weights, middle);
                b = average_rows8(blue.at + at, blue.stride, ZOE_SAMPLE_HALF, &weights, middle);
            }
        }
        float *to = out + (size_t)i * ZOE_SCALE_LANES;
        __m256 nan =
            _mm256_or_ps(_mm256_cmp_ps(r, g, _CMP_UNORD_Q), _mm256_cmp_ps(b, b, _CMP_UNORD_Q));
        if (__builtin_expect(_mm256_movemask_ps(nan) != 0, 0))
            rows_portable(to, source, rows, first_column + i, 8);
        else
            zoe_store_columns8(to, r, g, b);
    }
    return i;
}

#define ZOE_ROWS(name, kind, middle)                                                               \
    ZOE_AVX2 static int32_t name(float *out, const zoe_scale_source *source, const zoe_tap *rows,  \
                                 int32_t first_column, int32_t columns)                            \
    {                                                                                              \
        return rows8(out, source, rows, first_column, columns, kind, middle);                      \
    }
ZOE_ROWS(rows_of_3_halves, 3, ANY)
ZOE_ROWS(two_rows_of_3_halves, 3,
         0) /* most of what is shrunk to less than a half has two or three */
ZOE_ROWS(three_rows_of_3_halves, 3, 1)
ZOE_ROWS(rows_of_1_half, 1, ANY)
ZOE_ROWS(rows_of_any, 0, ANY)

static int32_t rows_avx2(float *out, const zoe_scale_source *source, const zoe_tap *rows,
                         int32_t first_column, int32_t columns)
{
    int given = 0, halves = 0;
    for (int lane = 0; lane < 3; lane++) {
        given += source->planes[lane] != NULL;
        halves += source->planes[lane] && source->planes[lane]->type == ZOE_SAMPLE_HALF;
    }
    if (halves == 3 && rows->last_weight > 0 && rows->middle == 0)
        return two_rows_of_3_halves(out, source, rows, first_column, columns);
    if (halves == 3 && rows->last_weight > 0 && rows->middle == 1)
        return three_rows_of_3_halves(out, source, rows, first_column, columns);
    if (halves == 3)
        return rows_of_3_halves(out, source, rows, first_column, columns);
    if (halves == 1 && given == 1 && source->planes[0])
        return rows_of_1_half(out, source, rows, first_column, columns);
    return rows_of_any(out, source, rows, first_column, columns);
}

ZOE_AVX2_INLINE __m128 average_columns(const float *in, const zoe_tap *tap)
{
    const float *value = in + (size_t)tap->first * ZOE_SCALE_LANES;
    __m128 sum = _mm_mul_ps(_mm_set1_ps(tap->first_weight), _mm_load_ps(value));
    for (int32_t k = 0; k < tap->middle; k++) {
        value += ZOE_SCALE_LANES;
        sum = _mm_add_ps(sum, _mm_load_ps(value));
    }
    if (tap->last_weight > 0) {
        __m128 last = _mm_load_ps(value + ZOE_SCALE_LANES);
        sum = _mm_add_ps(sum, _mm_mul_ps(_mm_set1_ps(tap->last_weight), last));
    }
    return _mm_mul_ps(sum, _mm_set1_ps(tap->scale));
}

/* Two columns at a time. `is_ranged` is a constant: false where low is 0 and factor 1. */
ZOE_AVX2_INLINE void columns2(uint16_t *out, const float *in, const zoe_tap *taps, int32_t count,
                              float low, float factor, bool is_ranged)
{
    const __m256 lows = _mm256_set1_ps(low), factors = _mm256_set1_ps(factor);
    for (int32_t i = 0; i < count; i += 2) {
        const bool two = i + 1 < count;
        __m128 first, second = _mm_setzero_ps();
        if (taps) {
            first = average_columns(in, taps + i);
            second = two ? average_columns(in, taps + i + 1) : second;
        } else {
            first = _mm_load_ps(in + (size_t)i * ZOE_SCALE_LANES);
            second = two ? _mm_load_ps(in + (size_t)(i + 1) * ZOE_SCALE_LANES) : second;
        }
        __m256 sum = _mm256_insertf128_ps(_mm256_castps128_ps256(first), second, 1);
        if (is_ranged)
            sum = _mm256_mul_ps(_mm256_sub_ps(sum, lows), factors);
        __m128i halves = _mm256_cvtps_ph(sum, _MM_FROUND_TO_NEAREST_INT);
        __m128i *to = (__m128i *)(void *)(out + (size_t)i * ZOE_SCALE_LANES);
        if (two)
            _mm_storeu_si128(to, halves);
        else
            _mm_storel_epi64(to, halves);
    }
}

ZOE_AVX2 static void columns_avx2(uint16_t *out, const float *in, const zoe_tap *taps,
                                  int32_t count, float low, float factor)
{
    const bool is_ranged = low != 0.0f || factor != 1.0f;
    if (taps && !is_ranged)
        columns2(out, in, taps, count, low, factor, false);
    else if (taps)
        columns2(out, in, taps, count, low, factor, true);
    else if (!is_ranged)
        columns2(out, in, NULL, count, low, factor, false);
    else
        columns2(out, in, NULL, count, low, factor, true);
}

#endif

void zoe_scale_rows(float *out, const zoe_scale_source *source, const zoe_tap *rows,
                    int32_t first_column, int32_t columns)
{
    int32_t done = 0;
#if defined(__x86_64__)
    if (zoe_has_avx2())
        done = rows_avx2(out, source, rows, first_column, columns);
#endif
    rows_portable(out + (size_t)done * ZOE_SCALE_LANES, source, rows, first_column + done,
                  columns - done);
}

void zoe_scale_columns(uint16_t *out, const float *in, const zoe_tap *taps, int32_t count,
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

void zoe_scale_wide(uint16_t *out, const zoe_scale_source *source, const zoe_tap *rows,
                    const zoe_tap *columns, float *scratch, int32_t scratch_columns, float low,
                    float factor)
{
    _Alignas(32) float sum[ZOE_SCALE_LANES] = {0};
    int32_t length = zoe_tap_length(columns);
    for (int32_t done = 0; done < length;) {
        int32_t count = length - done < scratch_columns ? length - done : scratch_columns;
        zoe_scale_rows(scratch, source, rows, columns->first + done, count);
        float *last = scratch + (size_t)(count - 1) * ZOE_SCALE_LANES;
        for (int lane = 0; lane < ZOE_SCALE_LANES && done == 0; lane++)
            scratch[lane] *= columns->first_weight;
        done += count;
        for (int lane = 0; lane < ZOE_SCALE_LANES && done == length && columns->last_weight > 0;
             lane++)
            last[lane] *= columns->last_weight;
        for (const float *value = scratch; value <= last; value += ZOE_SCALE_LANES)
            for (int lane = 0; lane < ZOE_SCALE_LANES; lane++)
                sum[lane] += value[lane];
    }
    const zoe_tap whole = {0, 0, 1.0f, 0.0f, columns->scale};
    zoe_scale_columns(out, sum, &whole, 1, low, factor);
}
