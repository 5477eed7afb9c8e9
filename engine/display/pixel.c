#include "display/pixel.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/cpu.h"
#include "base/half.h"
#include "display/scale.h"

/* gcc does not contract in ISO C mode; clang needs to be told. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

static const uint32_t OPAQUE = 0xff000000u;

static uint32_t rgb(uint32_t red, uint32_t green, uint32_t blue)
{
    return OPAQUE | red << 16 | green << 8 | blue;
}

void zoe_pixel_from_planes(uint32_t *restrict out, const uint16_t *restrict red,
                           const uint16_t *restrict green, const uint16_t *restrict blue,
                           size_t count, const zoe_display_lut *restrict lut)
{
    const uint8_t *byte = lut->to_byte;
    size_t i = 0;
    /* Four at a time: counting is a good part of the work. */
    for (; i + 4 <= count; i += 4)
        for (size_t k = i; k < i + 4; k++)
            out[k] = rgb(byte[red[k]], byte[green[k]], byte[blue[k]]);
    for (; i < count; i++)
        out[i] = rgb(byte[red[i]], byte[green[i]], byte[blue[i]]);
}

void zoe_pixel_from_plane(uint32_t *restrict out, const uint16_t *restrict plane, size_t count,
                          const zoe_display_lut *restrict lut)
{
    const uint8_t *byte = lut->to_byte;
    for (size_t i = 0; i < count; i++)
        out[i] = OPAQUE | byte[plane[i]] * 0x010101u;
}

/* A column of four lanes in one load; little-endian, as the pixels are. */
static inline uint32_t pixel_of_lanes(const uint16_t *lanes, const uint8_t *byte)
{
    uint64_t halves;
    memcpy(&halves, lanes, sizeof halves);
    return rgb(byte[halves & 0xffff], byte[halves >> 16 & 0xffff], byte[halves >> 32 & 0xffff]);
}

void zoe_pixel_from_lanes(uint32_t *restrict out, const uint16_t *restrict lanes, size_t count,
                          bool grey, const zoe_display_lut *restrict lut)
{
    const uint8_t *byte = lut->to_byte;
    if (grey) {
        for (size_t i = 0; i < count; i++)
            out[i] = OPAQUE | byte[lanes[i * ZOE_SCALE_LANES]] * 0x010101u;
        return;
    }
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t k = i; k < i + 4; k++)
            out[k] = pixel_of_lanes(lanes + k * ZOE_SCALE_LANES, byte);
    for (; i < count; i++)
        out[i] = pixel_of_lanes(lanes + i * ZOE_SCALE_LANES, byte);
}

void zoe_pixel_spread(uint16_t *lanes, size_t count)
{
    for (size_t i = 0; i < count; i++, lanes += ZOE_SCALE_LANES)
        lanes[1] = lanes[2] = lanes[0];
}

/* No infinities, so that mixing channels never gives infinity minus infinity; NaN is 0. */
static float tamed(float value)
{
    const float most = 1e30f;
    value = value == value ? value : 0;
    value = value < most ? value : most;
    return value > -most ? value : -most;
}

void zoe_pixel_enter(uint16_t *lanes, float *restrict light, size_t count,
                     const zoe_display_lut *restrict lut)
{
    const float *decode = lut->color.decode, *m = lut->color.matrix;
    const bool has_matrix = lut->color.has_matrix != 0;
    if (!decode)
        zoe_half_to_float_row(light, lanes, count * ZOE_SCALE_LANES);
    for (size_t i = 0; i < count; i++) {
        const uint16_t *at = lanes + i * ZOE_SCALE_LANES;
        float *to = light + i * ZOE_SCALE_LANES;
        float red = tamed(decode ? decode[at[0]] : to[0]);
        float green = tamed(decode ? decode[at[1]] : to[1]);
        float blue = tamed(decode ? decode[at[2]] : to[2]);
        to[0] = has_matrix ? m[0] * red + m[1] * green + m[2] * blue : red;
        to[1] = has_matrix ? m[3] * red + m[4] * green + m[5] * blue : green;
        to[2] = has_matrix ? m[6] * red + m[7] * green + m[8] * blue : blue;
        to[3] = 0;
    }
    zoe_half_from_float_row(lanes, light, count * ZOE_SCALE_LANES);
}

/* ---- the cube ---- */

/*
 * A cell is cut into six tetrahedra, each of which has the corners 000 and 111 and the way between
 * them along the axes in the order of the fractions, the greatest first. Weights are multiples of
 * 1/65536, and the products are added in the order of that way, so that every form writes the same
 * bits.
 */
static const float WEIGHT_UNIT = 1.0f / 65536.0f;

/* Four floats that are added and multiplied at once, by whatever instructions the processor has:
 * each lane is rounded as a float by itself is. */
typedef float four __attribute__((vector_size(16)));

static uint32_t lesser(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t greater(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static void through_cube_portable(float *restrict light, const uint16_t *restrict lanes,
                                  size_t count, const zoe_display_lut *restrict lut)
{
    const four *nodes = (const four *)(const void *)lut->color.cube->nodes;
    const uint32_t edge = (uint32_t)lut->color.cube->edge, area = edge * edge;
    const uint32_t all = 1 + edge + area;
    const uint32_t *reds = lut->coordinate[lut->coordinate_of[0]];
    const uint32_t *greens = lut->coordinate[lut->coordinate_of[1]];
    const uint32_t *blues = lut->coordinate[lut->coordinate_of[2]];
    for (size_t i = 0; i < count; i++) {
        const uint16_t *at = lanes + i * ZOE_SCALE_LANES;
        uint32_t red = reds[at[0]], green = greens[at[1]], blue = blues[at[2]];
        const four *cell =
            nodes + ((size_t)(blue >> 16) * area + (size_t)(green >> 16) * edge + (red >> 16));
        red &= 0xffff;
        green &= 0xffff;
        blue &= 0xffff;
        uint32_t most = greater(greater(red, green), blue);
        uint32_t least = lesser(lesser(red, green), blue);
        uint32_t middle = red + green + blue - most - least;
        uint32_t first = most == red ? 1 : most == green ? edge : area;
        uint32_t last = least == blue ? area : least == green ? edge : 1;
        four value = cell[0] * ((float)(int32_t)(65536 - most) * WEIGHT_UNIT);
        value = value + cell[first] * ((float)(int32_t)(most - middle) * WEIGHT_UNIT);
        value = value + cell[all - last] * ((float)(int32_t)(middle - least) * WEIGHT_UNIT);
        value = value + cell[all] * ((float)(int32_t)least * WEIGHT_UNIT);
        *(four *)(void *)(light + i * ZOE_SCALE_LANES) = value;
    }
}

#if defined(__x86_64__)

#define ZOE_AVX2 __attribute__((target("avx2,f16c")))

/* Pixels that are worked out together: each step is done for all of them, so that what it reads was
 * stored long before. */
enum { BLOCK = 64 };

/* Of a block: where pixels lie in the cube, where their tetrahedra's corners are, in bytes from the
 * first node, and what these weigh. */
typedef struct tetrahedra {
    _Alignas(32) uint32_t at[3][BLOCK];
    _Alignas(32) uint32_t corner[4][BLOCK];
    _Alignas(32) float weight[4][BLOCK];
} tetrahedra;

static inline void find_places(tetrahedra *t, const uint16_t *lanes, const zoe_display_lut *lut)
{
    const uint32_t *reds = lut->coordinate[lut->coordinate_of[0]];
    const uint32_t *greens = lut->coordinate[lut->coordinate_of[1]];
    const uint32_t *blues = lut->coordinate[lut->coordinate_of[2]];
    for (int k = 0; k < BLOCK; k++) {
        uint64_t four_halves; /* x86-64 is little-endian */
        memcpy(&four_halves, lanes + (size_t)k * ZOE_SCALE_LANES, sizeof four_halves);
        t->at[0][k] = reds[four_halves & 0xffff];
        t->at[1][k] = greens[four_halves >> 16 & 0xffff];
        t->at[2][k] = blues[four_halves >> 32 & 0xffff];
    }
}

ZOE_AVX2 static inline __m256i load_places(const uint32_t *at)
{
    return _mm256_load_si256((const __m256i *)(const void *)at);
}

ZOE_AVX2 static inline void find_corners(tetrahedra *t, int k, __m256i edge, __m256i area)
{
    const __m256i one = _mm256_set1_epi32(1), low = _mm256_set1_epi32(0xffff);
    const __m256 unit = _mm256_set1_ps(WEIGHT_UNIT);
    __m256i red = load_places(t->at[0] + k), green = load_places(t->at[1] + k);
    __m256i blue = load_places(t->at[2] + k);
    __m256i cell = _mm256_add_epi32(_mm256_mullo_epi32(_mm256_srli_epi32(blue, 16), area),
                                    _mm256_mullo_epi32(_mm256_srli_epi32(green, 16), edge));
    cell = _mm256_add_epi32(cell, _mm256_srli_epi32(red, 16));
    red = _mm256_and_si256(red, low);
    green = _mm256_and_si256(green, low);
    blue = _mm256_and_si256(blue, low);
    __m256i most = _mm256_max_epi32(_mm256_max_epi32(red, green), blue);
    __m256i least = _mm256_min_epi32(_mm256_min_epi32(red, green), blue);
    __m256i sum = _mm256_add_epi32(_mm256_add_epi32(red, green), blue);
    __m256i middle = _mm256_sub_epi32(_mm256_sub_epi32(sum, most), least);
    __m256i first = _mm256_blendv_epi8(area, edge, _mm256_cmpeq_epi32(most, green));
    first = _mm256_blendv_epi8(first, one, _mm256_cmpeq_epi32(most, red));
    __m256i last = _mm256_blendv_epi8(one, edge, _mm256_cmpeq_epi32(least, green));
    last = _mm256_blendv_epi8(last, area, _mm256_cmpeq_epi32(least, blue));
    __m256i end = _mm256_add_epi32(cell, _mm256_add_epi32(one, _mm256_add_epi32(edge, area)));
    const __m256i corners[4] = {cell, _mm256_add_epi32(cell, first), _mm256_sub_epi32(end, last),
                                end};
    const __m256i weights[4] = {_mm256_sub_epi32(_mm256_set1_epi32(65536), most),
                                _mm256_sub_epi32(most, middle), _mm256_sub_epi32(middle, least),
                                least};
    for (int c = 0; c < 4; c++) {
        _mm256_store_si256((__m256i *)(void *)(t->corner[c] + k), _mm256_slli_epi32(corners[c], 4));
        _mm256_store_ps(t->weight[c] + k, _mm256_mul_ps(_mm256_cvtepi32_ps(weights[c]), unit));
    }
}

ZOE_AVX2 static inline __m128 interpolate(const tetrahedra *t, int k, const char *nodes)
{
    __m128 sum = _mm_mul_ps(_mm_load_ps((const float *)(const void *)(nodes + t->corner[0][k])),
                            _mm_broadcast_ss(&t->weight[0][k]));
    for (int c = 1; c < 4; c++) {
        __m128 node = _mm_load_ps((const float *)(const void *)(nodes + t->corner[c][k]));
        sum = _mm_add_ps(sum, _mm_mul_ps(node, _mm_broadcast_ss(&t->weight[c][k])));
    }
    return sum;
}

/* `light` NULL: the halves are stored instead. Returns how many pixels it did: a multiple of
 * BLOCK. */
ZOE_AVX2 static size_t through_cube_avx2(float *light, uint16_t *lanes, size_t count,
                                         const zoe_display_lut *lut)
{
    const char *nodes = (const char *)lut->color.cube->nodes;
    const int32_t side = lut->color.cube->edge;
    const __m256i edge = _mm256_set1_epi32(side), area = _mm256_set1_epi32(side * side);
    tetrahedra t;
    size_t i = 0;
    for (; i + BLOCK <= count; i += BLOCK) {
        uint16_t *block = lanes + i * ZOE_SCALE_LANES;
        find_places(&t, block, lut);
        for (int k = 0; k < BLOCK; k += 8)
            find_corners(&t, k, edge, area);
        for (int k = 0; k < BLOCK && light; k++)
            _mm_store_ps(light + (i + (size_t)k) * ZOE_SCALE_LANES, interpolate(&t, k, nodes));
        for (int k = 0; k < BLOCK && !light; k++) {
            __m128i halves = _mm_cvtps_ph(interpolate(&t, k, nodes), _MM_FROUND_TO_NEAREST_INT);
            _mm_storel_epi64((__m128i *)(void *)(block + 4 * k), halves);
        }
    }
    return i;
}

static bool has_avx2(void)
{
    const unsigned needed = (unsigned)ZOE_CPU_AVX2 | (unsigned)ZOE_CPU_F16C;
    return (zoe_cpu_features() & needed) == needed;
}

#endif

/* Into `lanes`, and where the process has to see them, before that into `light`. */
static void through_cube(float *restrict light, uint16_t *restrict lanes, size_t count,
                         const zoe_display_lut *restrict lut)
{
    const bool is_last = !lut->color.process;
    size_t done = 0;
#if defined(__x86_64__)
    if (has_avx2())
        done = through_cube_avx2(is_last ? NULL : light, lanes, count, lut);
#endif
    light += done * ZOE_SCALE_LANES;
    lanes += done * ZOE_SCALE_LANES;
    through_cube_portable(light, lanes, count - done, lut);
    if (is_last)
        zoe_half_from_float_row(lanes, light, (count - done) * ZOE_SCALE_LANES);
}

void zoe_pixel_before_cube(float to[4], const uint16_t lanes[3], const zoe_display_lut *lut)
{
    for (int c = 0; c < 3; c++)
        to[c] = lut->mixes ? tamed(zoe_half_to_float(lanes[c])) : lut->to_light[c][lanes[c]];
    to[3] = 0;
}

static float size_of(float value)
{
    return value < 0 ? -value : value;
}

/* Pixels that the cube is not good enough for, some at a time. */
static void through_process(float *restrict light, const uint16_t *restrict lanes, size_t count,
                            const zoe_display_lut *restrict lut)
{
    enum { SOME = 64 };
    float pixels[SOME * ZOE_SCALE_LANES];
    uint32_t places[SOME];
    size_t have = 0;
    const float share = lut->color.exact_below;
    for (size_t i = 0; i <= count; i++) {
        if (have == SOME || (i == count && have > 0)) {
            lut->color.process(lut->color.process_user, pixels, have);
            for (size_t k = 0; k < have; k++)
                for (int c = 0; c < 3; c++)
                    light[(size_t)places[k] * ZOE_SCALE_LANES + (size_t)c] =
                        pixels[k * ZOE_SCALE_LANES + (size_t)c];
            have = 0;
        }
        if (i == count)
            return;
        const float *at = light + i * ZOE_SCALE_LANES;
        float red = size_of(at[0]), green = size_of(at[1]), blue = size_of(at[2]);
        float most = red > green ? red : green, least = red < green ? red : green;
        most = most > blue ? most : blue;
        least = least < blue ? least : blue;
        if (!(least < share * most))
            continue;
        zoe_pixel_before_cube(pixels + have * ZOE_SCALE_LANES, lanes + i * ZOE_SCALE_LANES, lut);
        places[have++] = (uint32_t)i;
    }
}

void zoe_pixel_table(uint16_t *lanes, float *restrict light, size_t count,
                     const zoe_display_lut *restrict lut)
{
    if (lut->color.cube) {
        through_cube(light, lanes, count, lut);
        if (!lut->color.process)
            return;
        through_process(light, lanes, count, lut);
    } else {
        zoe_half_to_float_row(light, lanes, count * ZOE_SCALE_LANES);
        lut->color.process(lut->color.process_user, light, count);
    }
    zoe_half_from_float_row(lanes, light, count * ZOE_SCALE_LANES);
}

void zoe_pixel_mix(uint16_t *lanes, float *restrict light, size_t count,
                   const zoe_display_lut *restrict lut)
{
    const float *const to_light[3] = {lut->to_light[0], lut->to_light[1], lut->to_light[2]};
    const float saturation = lut->saturation, *weights = lut->color.luminance;
    const zoe_channel_view view = lut->grade.view;
    for (size_t i = 0; i < count; i++) {
        const uint16_t *at = lanes + i * ZOE_SCALE_LANES;
        float *to = light + i * ZOE_SCALE_LANES;
        float red = to_light[0][at[0]], green = to_light[1][at[1]], blue = to_light[2][at[2]];
        float luminance = weights[0] * red + weights[1] * green + weights[2] * blue;
        to[0] = luminance + saturation * (red - luminance);
        to[1] = luminance + saturation * (green - luminance);
        to[2] = luminance + saturation * (blue - luminance);
        to[3] = 0;
        if (view == ZOE_VIEW_GREEN)
            to[0] = to[1];
        else if (view == ZOE_VIEW_BLUE)
            to[0] = to[2];
        else if (view == ZOE_VIEW_LUMINANCE) /* saturation does not change it */
            to[0] = luminance;
    }
    zoe_half_from_float_row(lanes, light, count * ZOE_SCALE_LANES);
}

void zoe_pixel_light(uint16_t *lanes, float *restrict light, size_t count,
                     const zoe_display_lut *restrict lut)
{
    for (size_t i = 0; i < count; i++) {
        float *to = light + i * ZOE_SCALE_LANES;
        to[0] = lut->to_light[0][lanes[i * ZOE_SCALE_LANES]];
        to[1] = to[2] = to[3] = 0;
    }
    zoe_half_from_float_row(lanes, light, count * ZOE_SCALE_LANES);
}

static double sample(const zoe_plane *plane, size_t x, size_t y)
{
    const char *row = (const char *)plane->data + y * plane->stride;
    switch (plane->type) {
    case ZOE_SAMPLE_UINT: return (double)((const uint32_t *)(const void *)row)[x];
    case ZOE_SAMPLE_FLOAT: return (double)((const float *)(const void *)row)[x];
    case ZOE_SAMPLE_HALF: break;
    }
    return (double)zoe_half_to_float(((const uint16_t *)(const void *)row)[x]);
}

static bool is_within(const zoe_box *box, int32_t x, int32_t y)
{
    return x >= box->min_x && x <= box->max_x && y >= box->min_y && y <= box->max_y;
}

int32_t zoe_display_sample_exact(const zoe_frame *frame, int32_t x, int32_t y,
                                 double values[ZOE_PLANES_MAX])
{
    const zoe_box *w = &frame->window;
    if (!is_within(&frame->picture, x, y))
        return 0;
    bool has_samples = is_within(w, x, y);
    size_t across = (size_t)((int64_t)x - w->min_x), down = (size_t)((int64_t)y - w->min_y);
    for (uint32_t i = 0; i < frame->plane_count; i++)
        values[i] = has_samples ? sample(&frame->planes[i], across, down) : 0.0;
    return (int32_t)frame->plane_count;
}
