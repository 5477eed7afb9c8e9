#include "exr/luma_chroma.h"

#include <math.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/half.h"
#include "base/stop.h"
#include "codec/codec.h"

enum {
    TAPS = 14,      /* of the filter that are not 0 */
    BEFORE = 6,     /* samples before the one left of the gap that the filter reaches */
    AFTER = 7,      /* samples after it */
    RING_ROWS = 16, /* chroma rows that are kept: TAPS, rounded up to a power of two */
    RGB_ROWS = 3,   /* the row, and those above and below it */
};

/* From the sample at distance -13 to that at 13, every second. */
static const float filter[TAPS] = {
    0.002128f, -0.007540f, 0.019597f, -0.043159f, 0.087929f, -0.186077f, 0.627123f,
    0.627123f, -0.186077f, 0.087929f, -0.043159f, 0.019597f, -0.007540f, 0.002128f,
};

/* One conversion. All rows are floats, in scratch; those of half output hold values that halves
 * have. */
typedef struct converter {
    const zoe_luma_chroma *lc;
    const zoe_luma_chroma_source *source;
    bool rounded;        /* stages are rounded to half */
    size_t width, pitch; /* samples; pitch: from a row in scratch to the next */
    float *chroma;       /* RING_ROWS times RY and BY, at every pixel of a row */
    int32_t next_chroma; /* the first chroma row that is not in the ring yet */
    float *rgb;          /* RGB_ROWS times red, green, blue, saturation */
    float *between;      /* RY and BY of a row without samples */
    float *samples;      /* one row of samples, with room for the filter at both ends */
    float *gaps;         /* what goes between them */
    uint32_t *flags;     /* pixels to desaturate */
    uint16_t *halves;
} converter;

/* ---- weights ---- */

/* Luminance weights: how much of each primary makes white, times the primary's y. In float and in
 * this order of operations, so that the results are those of the C++ library. */
static bool weights_of(const float *c, float weights[3])
{
    const float rx = c[0], ry = c[1], gx = c[2], gy = c[3], bx = c[4], by = c[5];
    const float white_x = c[6] / c[7];
    const float white_z = (1 - c[6] - c[7]) / c[7];
    const float sum = white_x + white_z;
    const float determinant = rx * (by - gy) + bx * (gy - ry) + gx * (ry - by);
    const float r = (by - 1) + by * sum, g = (gy - 1) + gy * sum, b = (ry - 1) + ry * sum;
    const float red = (white_x * (by - gy) - gx * r + bx * g) / determinant * ry;
    const float green = (white_x * (ry - by) + rx * r - bx * b) / determinant * gy;
    const float blue = (white_x * (gy - ry) - rx * g + gx * b) / determinant * by;
    const float total = red + green + blue;
    weights[0] = red / total;
    weights[1] = green / total;
    weights[2] = blue / total;
    return isfinite(weights[0]) && isfinite(weights[1]) && isfinite(weights[2]) && weights[1] != 0;
}

zoe_status zoe_luma_chroma_init(zoe_luma_chroma *lc, const float *chromaticities, int32_t width,
                                int32_t height, bool has_chroma, int32_t x_sampling,
                                int32_t y_sampling)
{
    static const float rec709[8] = {0.64f, 0.33f, 0.30f, 0.60f, 0.15f, 0.06f, 0.3127f, 0.3290f};
    if (!has_chroma)
        x_sampling = y_sampling = 1;
    if (width < 1 || height < 1 || x_sampling < 1 || y_sampling < 1 || width % x_sampling != 0 ||
        height % y_sampling != 0)
        return ZOE_ERROR_CORRUPT;
    *lc = (zoe_luma_chroma){
        .width = width,
        .height = height,
        .x_sampling = x_sampling,
        .y_sampling = y_sampling,
        .chroma_width = width / x_sampling,
        .chroma_height = height / y_sampling,
        .has_chroma = has_chroma,
    };
    if (!chromaticities || !weights_of(chromaticities, lc->weights))
        weights_of(rec709, lc->weights);
    return ZOE_OK;
}

static bool is_subsampled(const zoe_luma_chroma *lc)
{
    return lc->x_sampling > 1 || lc->y_sampling > 1;
}

/* ---- what a conversion needs ---- */

/* The chroma rows, within the picture or not, that make row `row` of chroma. */
static zoe_luma_chroma_span chroma_span(const zoe_luma_chroma *lc, int32_t row)
{
    int32_t s = lc->y_sampling;
    int32_t at = row >= 0 ? row / s : -1; /* row is -1 or more */
    if (row == (int64_t)at * s)
        return (zoe_luma_chroma_span){at, at};
    return s == 2 ? (zoe_luma_chroma_span){at - BEFORE, at + AFTER}
                  : (zoe_luma_chroma_span){at, at + 1};
}

static int32_t clamp(int32_t value, int32_t count)
{
    return value < 0 ? 0 : value >= count ? count - 1 : value;
}

zoe_luma_chroma_span zoe_luma_chroma_reach(const zoe_luma_chroma *lc, int32_t first, int32_t last)
{
    if (!is_subsampled(lc))
        return (zoe_luma_chroma_span){first, last};
    /* The neighbours too, for their saturation; and theirs may be rows without samples. */
    zoe_luma_chroma_span reach = {first > 0 ? first - 1 : 0,
                                  last < lc->height - 1 ? last + 1 : lc->height - 1};
    zoe_luma_chroma_span both = reach;
    for (int32_t end = 0; end < 2; end++) {
        for (int32_t i = 0; i < 2; i++) {
            int32_t row = end == 0 ? first - 1 + i : last + 1 - i;
            if (row >= lc->height)
                continue;
            zoe_luma_chroma_span c = chroma_span(lc, row);
            int32_t from = clamp(c.first, lc->chroma_height) * lc->y_sampling;
            int32_t to = clamp(c.last, lc->chroma_height) * lc->y_sampling;
            both.first = from < both.first ? from : both.first;
            both.last = to > both.last ? to : both.last;
        }
    }
    return both;
}

/* Floats from a row in scratch to the next: the filter's reach at both ends, whole cache lines. */
static size_t pitch_of(const zoe_luma_chroma *lc)
{
    return ((size_t)lc->width + BEFORE + AFTER + 2 + 15) / 16 * 16;
}

/* Rows in scratch: ring, RGB and saturation, between, samples, gaps, flags, halves. */
enum { SCRATCH_ROWS = 2 * RING_ROWS + 4 * RGB_ROWS + 2 + 1 + 1 + 1 + 1 };

size_t zoe_luma_chroma_scratch_bytes(const zoe_luma_chroma *lc)
{
    size_t pitch = pitch_of(lc);
    return pitch > SIZE_MAX / (SCRATCH_ROWS * sizeof(float)) ? SIZE_MAX
                                                             : pitch * SCRATCH_ROWS * sizeof(float);
}

static void lay_out(converter *c, float *at)
{
    c->chroma = at;
    c->rgb = c->chroma + 2 * RING_ROWS * c->pitch;
    c->between = c->rgb + 4 * RGB_ROWS * c->pitch;
    c->samples = c->between + 2 * c->pitch;
    c->gaps = c->samples + c->pitch;
    c->flags = (uint32_t *)(void *)(c->gaps + c->pitch);
    c->halves = (uint16_t *)(c->flags + c->pitch);
}

/* ---- rows in, rows out ---- */

/* The samples of the row that belongs to picture row `row`. */
static void load_row(const zoe_luma_chroma_source *source, int32_t row, int32_t sampling,
                     float *dst, size_t count)
{
    const uint8_t *src = (const uint8_t *)source->data +
                         (size_t)((row - source->first_row) / sampling) * source->stride;
    if (source->type == ZOE_CODEC_HALF)
        zoe_half_to_float_row(dst, (const uint16_t *)(const void *)src, count);
    else if (source->type == ZOE_CODEC_FLOAT)
        memcpy(dst, src, count * sizeof *dst);
    else
        for (size_t i = 0; i < count; i++)
            dst[i] = (float)((const uint32_t *)(const void *)src)[i];
}

static void round_row(const converter *c, float *row, size_t count)
{
    if (!c->rounded)
        return;
    zoe_half_from_float_row(c->halves, row, count);
    zoe_half_to_float_row(row, c->halves, count);
}

static void store_row(const zoe_luma_chroma_target *target, int32_t plane, int32_t row,
                      const float *src)
{
    uint8_t *dst = (uint8_t *)target->planes[plane] + (size_t)row * target->strides[plane];
    size_t count = (size_t)target->column_count;
    src += target->first_column;
    if (target->type == ZOE_CODEC_FLOAT)
        memcpy(dst, src, count * sizeof *src);
    else
        zoe_half_from_float_row((uint16_t *)(void *)dst, src, count);
}

/* ---- chroma along a row ---- */

/* gaps[k] is halfway between samples k and k + 1. */
static void filter_along(float *restrict gaps, const float *restrict samples, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        const float *s = samples + k - BEFORE;
        gaps[k] = s[0] * filter[0] + s[1] * filter[1] + s[2] * filter[2] + s[3] * filter[3] +
                  s[4] * filter[4] + s[5] * filter[5] + s[6] * filter[6] + s[7] * filter[7] +
                  s[8] * filter[8] + s[9] * filter[9] + s[10] * filter[10] + s[11] * filter[11] +
                  s[12] * filter[12] + s[13] * filter[13];
    }
}

static void widen_by_two(converter *c, float *restrict dst, float *restrict samples, size_t count)
{
    for (size_t i = 1; i <= AFTER; i++) {
        *(samples - i) = samples[0];
        samples[count - 1 + i] = samples[count - 1];
    }
    filter_along(c->gaps, samples, count);
    round_row(c, c->gaps, count);
    for (size_t k = 0; k < count; k++) {
        dst[2 * k] = samples[k];
        dst[2 * k + 1] = c->gaps[k];
    }
}

static void widen_linearly(converter *c, float *dst, const float *samples, size_t count)
{
    size_t s = (size_t)c->lc->x_sampling;
    for (size_t k = 0; k < count; k++) {
        float left = samples[k], right = samples[k + 1 < count ? k + 1 : k];
        dst[k * s] = left;
        for (size_t i = 1; i < s; i++)
            dst[k * s + i] = left + (right - left) * ((float)i / (float)s);
    }
    round_row(c, dst, c->width);
}

static float *ring_row(const converter *c, int32_t chroma_row, int channel)
{
    size_t slot = (size_t)chroma_row % RING_ROWS;
    return c->chroma + (2 * slot + (size_t)channel) * c->pitch;
}

/* Brings the next chroma row into the ring, at every pixel. */
static void load_chroma(converter *c)
{
    const zoe_luma_chroma *lc = c->lc;
    int32_t row = c->next_chroma++;
    size_t count = (size_t)lc->chroma_width;
    for (int channel = 0; channel < 2; channel++) {
        const zoe_luma_chroma_source *source = &c->source[1 + channel];
        float *dst = ring_row(c, row, channel);
        float *samples = lc->x_sampling == 1 ? dst : c->samples + AFTER;
        load_row(source, row * lc->y_sampling, lc->y_sampling, samples, count);
        if (source->type != ZOE_CODEC_HALF)
            round_row(c, samples, count);
        if (lc->x_sampling == 2)
            widen_by_two(c, dst, samples, count);
        else if (lc->x_sampling > 2)
            widen_linearly(c, dst, samples, count);
    }
}

/* ---- chroma between rows ---- */

static void filter_across(float *restrict dst, const float *const rows[TAPS], size_t count)
{
    const float *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3], *r4 = rows[4];
    const float *r5 = rows[5], *r6 = rows[6], *r7 = rows[7], *r8 = rows[8], *r9 = rows[9];
    const float *r10 = rows[10], *r11 = rows[11], *r12 = rows[12], *r13 = rows[13];
    for (size_t i = 0; i < count; i++)
        dst[i] = r0[i] * filter[0] + r1[i] * filter[1] + r2[i] * filter[2] + r3[i] * filter[3] +
                 r4[i] * filter[4] + r5[i] * filter[5] + r6[i] * filter[6] + r7[i] * filter[7] +
                 r8[i] * filter[8] + r9[i] * filter[9] + r10[i] * filter[10] + r11[i] * filter[11] +
                 r12[i] * filter[12] + r13[i] * filter[13];
}

/* RY and BY of row -1 .. height - 1, at every pixel. */
static void chroma_of(converter *c, int32_t row, const float *chroma[2])
{
    const zoe_luma_chroma *lc = c->lc;
    zoe_luma_chroma_span span = chroma_span(lc, row);
    int32_t last = clamp(span.last, lc->chroma_height);
    while (c->next_chroma <= last)
        load_chroma(c);
    for (int channel = 0; channel < 2; channel++) {
        const float *rows[TAPS];
        for (int32_t i = 0; i <= span.last - span.first; i++)
            rows[i] = ring_row(c, clamp(span.first + i, lc->chroma_height), channel);
        chroma[channel] = rows[0];
        if (span.first == span.last)
            continue;
        float *dst = c->between + (size_t)channel * c->pitch;
        chroma[channel] = dst;
        if (lc->y_sampling == 2) {
            filter_across(dst, rows, c->width);
        } else {
            int32_t past = row - span.first * lc->y_sampling;
            float part = (float)past / (float)lc->y_sampling;
            for (size_t i = 0; i < c->width; i++)
                dst[i] = rows[0][i] + (rows[1][i] - rows[0][i]) * part;
        }
        round_row(c, dst, c->width);
    }
}

/* ---- colour ---- */

static void to_rgb(const float weights[3], float *restrict r, float *restrict g, float *restrict b,
                   const float *restrict ry, const float *restrict by, size_t count)
{
    const float wr = weights[0], wg = weights[1], wb = weights[2];
    for (size_t i = 0; i < count; i++) {
        float y = g[i];
        float red = (ry[i] + 1) * y;
        float blue = (by[i] + 1) * y;
        float green = (y - red * wr - blue * wb) / wg;
        /* Grey stays exactly what it was. */
        bool grey = ry[i] == 0 && by[i] == 0;
        r[i] = grey ? y : red;
        g[i] = grey ? y : green;
        b[i] = grey ? y : blue;
    }
}

static inline float larger(float a, float b)
{
    return a < b ? b : a;
}

static inline float smaller(float a, float b)
{
    return b < a ? b : a;
}

/* The two loops below are spelled out for SSE2, which every x86-64 has: compilers leave comparisons
 * of floats in branches. min and max take their second operand when one is not a number, as
 * smaller() and larger() with swapped operands do. */

static void saturation_row(float *restrict dst, const float *restrict r, const float *restrict g,
                           const float *restrict b, size_t count)
{
    size_t i = 0;
#if defined(__SSE2__)
    const __m128 one = _mm_set1_ps(1), zero = _mm_setzero_ps();
    for (; i + 4 <= count; i += 4) {
        __m128 red = _mm_loadu_ps(r + i), green = _mm_loadu_ps(g + i), blue = _mm_loadu_ps(b + i);
        __m128 most = _mm_max_ps(_mm_max_ps(blue, green), red);
        __m128 least = _mm_min_ps(_mm_min_ps(blue, green), red);
        __m128 saturation = _mm_sub_ps(one, _mm_div_ps(least, most));
        _mm_storeu_ps(dst + i, _mm_and_ps(saturation, _mm_cmpgt_ps(most, zero)));
    }
#endif
    for (; i < count; i++) {
        float most = larger(r[i], larger(g[i], b[i]));
        float least = smaller(r[i], smaller(g[i], b[i]));
        dst[i] = most > 0 ? 1 - least / most : 0;
    }
}

static float *rgb_row(const converter *c, int32_t row)
{
    return c->rgb + (size_t)(row + RGB_ROWS) % RGB_ROWS * 4 * c->pitch;
}

/* Red, green, blue and saturation of row -1 .. height, before any desaturation. */
static void make_rgb(converter *c, int32_t row)
{
    const zoe_luma_chroma *lc = c->lc;
    float *r = rgb_row(c, row), *g = r + c->pitch, *b = g + c->pitch, *s = b + c->pitch;
    if (row == lc->height) {
        /* Below the picture stands the last row that has samples of everything; only its
         * saturation is asked for. */
        int32_t last = lc->y_sampling == 2 ? row - 2 : row - 1;
        memcpy(s - 1, rgb_row(c, last) + 3 * c->pitch - 1, (c->width + 2) * sizeof *s);
        return;
    }
    load_row(&c->source[0], row < 0 ? 0 : row, 1, g, c->width);
    if (c->source[0].type != ZOE_CODEC_HALF)
        round_row(c, g, c->width);
    if (lc->has_chroma) {
        const float *chroma[2];
        chroma_of(c, row, chroma);
        to_rgb(lc->weights, r, g, b, chroma[0], chroma[1], c->width);
        round_row(c, r, c->width);
        round_row(c, g, c->width);
        round_row(c, b, c->width);
    } else {
        memcpy(r, g, c->width * sizeof *r);
        memcpy(b, g, c->width * sizeof *r);
    }
    if (is_subsampled(lc)) {
        saturation_row(s, r, g, b, c->width);
        s[-1] = s[0]; /* in the slack behind blue */
        s[c->width] = s[c->width - 1];
    }
}

static float rounded(const converter *c, float value)
{
    if (!c->rounded)
        return value;
    uint16_t half;
    zoe_half_from_float_row(&half, &value, 1);
    zoe_half_to_float_row(&value, &half, 1);
    return value;
}

/* Moves a pixel towards its brightest component, then back to the luminance it had. */
static void desaturate(const converter *c, float part, float rgb[3])
{
    const float *w = c->lc->weights;
    float most = larger(rgb[0], larger(rgb[1], rgb[2]));
    float before = rgb[0] * w[0] + rgb[1] * w[1] + rgb[2] * w[2];
    for (int i = 0; i < 3; i++)
        rgb[i] = rounded(c, larger(most - (most - rgb[i]) * part, 0.0f));
    float after = rgb[0] * w[0] + rgb[1] * w[1] + rgb[2] * w[2];
    if (after > 0)
        for (int i = 0; i < 3; i++)
            rgb[i] = rounded(c, rgb[i] * (before / after));
}

/* Which pixels are too saturated for their neighbours. The rows above and below have a value more
 * at both ends. */
static void find_outliers(uint32_t *restrict flags, const float *restrict own,
                          const float *restrict above, const float *restrict below, size_t count)
{
    size_t i = 0;
#if defined(__SSE2__)
    const __m128 one = _mm_set1_ps(1), quarter = _mm_set1_ps(0.25f);
    for (; i + 4 <= count; i += 4) {
        const float *a = above + i, *b = below + i;
        __m128 sum = _mm_add_ps(_mm_loadu_ps(a - 1), _mm_loadu_ps(a + 1));
        sum = _mm_add_ps(_mm_add_ps(sum, _mm_loadu_ps(b - 1)), _mm_loadu_ps(b + 1));
        __m128 mean = _mm_min_ps(_mm_mul_ps(quarter, sum), one);
        __m128 most = _mm_sub_ps(one, _mm_mul_ps(_mm_sub_ps(one, mean), quarter));
        most = _mm_min_ps(most, one);
        __m128 it = _mm_loadu_ps(own + i);
        __m128 out = _mm_and_ps(_mm_cmpgt_ps(it, mean), _mm_cmpgt_ps(it, most));
        _mm_storeu_si128((__m128i *)(void *)(flags + i), _mm_castps_si128(out));
    }
#endif
    for (; i < count; i++) {
        const float *a = above + i, *b = below + i;
        float mean = smaller(1.0f, 0.25f * (a[-1] + a[1] + b[-1] + b[1]));
        float most = smaller(1.0f, 1 - (1 - mean) * 0.25f);
        flags[i] = own[i] > mean && own[i] > most;
    }
}

static bool is_any_set(const uint32_t flags[16])
{
    uint32_t any = 0;
    for (size_t i = 0; i < 16; i++)
        any |= flags[i];
    return any != 0;
}

/* Desaturates where it is needed. Neighbours go by the saturation from before. */
static void desaturate_row(converter *c, int32_t row)
{
    float *red = rgb_row(c, row), *green = red + c->pitch, *blue = green + c->pitch;
    const float *own = blue + c->pitch;
    const float *above = rgb_row(c, row - 1) + 3 * c->pitch;
    const float *below = rgb_row(c, row + 1) + 3 * c->pitch;
    find_outliers(c->flags, own, above, below, c->width);
    for (size_t i = c->width; i % 16 != 0; i++)
        c->flags[i] = 0;
    for (size_t block = 0; block < c->width; block += 16) {
        if (!is_any_set(c->flags + block))
            continue;
        for (size_t i = block; i < block + 16; i++) {
            if (!c->flags[i])
                continue;
            /* Signed: the neighbour of the first sample stands before the row. */
            ptrdiff_t at = (ptrdiff_t)i;
            float mean = 0.25f * (above[at - 1] + above[at + 1] + below[at - 1] + below[at + 1]);
            float most = smaller(1.0f, 1 - (1 - smaller(1.0f, mean)) * 0.25f);
            float rgb[3] = {red[i], green[i], blue[i]};
            desaturate(c, most / own[i], rgb);
            red[i] = rgb[0];
            green[i] = rgb[1];
            blue[i] = rgb[2];
        }
    }
}

void zoe_luma_chroma_convert(const zoe_luma_chroma *lc, const zoe_luma_chroma_source *source,
                             int32_t first_row, int32_t row_count,
                             const zoe_luma_chroma_target *target, void *scratch)
{
    converter c = {
        .lc = lc,
        .source = source,
        .rounded = target->type == ZOE_CODEC_HALF,
        .width = (size_t)lc->width,
        .pitch = pitch_of(lc),
    };
    lay_out(&c, scratch);
    bool desaturates = is_subsampled(lc);
    c.next_chroma =
        zoe_luma_chroma_reach(lc, first_row, first_row + row_count - 1).first / lc->y_sampling;
    for (int32_t i = 0; i < row_count && !zoe_stop_wanted(); i++) {
        int32_t row = first_row + i;
        if (desaturates) {
            for (int32_t next = i == 0 ? row - 1 : row + 1; next <= row + 1; next++)
                make_rgb(&c, next);
            desaturate_row(&c, row);
        } else {
            make_rgb(&c, row);
        }
        for (int32_t p = 0; p < 3; p++)
            store_row(target, p, i, rgb_row(&c, row) + (size_t)p * c.pitch);
    }
}
