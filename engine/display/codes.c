#include "display/codes.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/cpu.h"
#include "base/half.h"
#include "display/pixel.h"
#include "display/scale.h"

/* gcc does not contract in ISO C mode; clang needs to be told. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/*
 * A cell of the cube is cut into six tetrahedra (pixel.c). Places have 7 bits of cell and 9 of
 * fraction, so that weights have a sum of 512, and a weighted sum of codes fits in 32 bits.
 *
 * The fourth value of a pixel is 0 where none of its tetrahedron's nodes marks its cell, and more
 * than 0 where the first one does, whose weight is never 0. Those pixels are looked at again.
 */
enum {
    BLOCK = 64, /* pixels that are worked out together: each step is done for all of them */
    FRACTION = 9,
    ONE = 1 << FRACTION,
    BYTE = 6, /* bits of a code below those of the byte */
};

/* Of a block: its pixels' places, and what is made of them. */
typedef struct block {
    const zoe_display_lut *lut;
    zoe_codes_source source;
    size_t count;
    _Alignas(32) uint16_t place[3][BLOCK];
    _Alignas(32) int16_t codes[BLOCK * ZOE_SCALE_LANES];
} block;

/* The corners of a pixel's tetrahedron. */
typedef struct tetrahedron {
    const int16_t *node[4];
    int32_t weight[4];
} tetrahedron;

/* `step` is a constant. Eight at a time: most of the work of a loop would be its counting. */
static inline void find_places_of(uint16_t *to, const uint16_t *halves, size_t step, size_t count,
                                  const uint16_t *place)
{
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (size_t k = i; k < i + 8; k++)
            to[k] = place[halves[k * step]];
    for (; i < count; i++)
        to[i] = place[halves[i * step]];
}

static void find_places(block *b)
{
    const zoe_display_lut *lut = b->lut;
    const uint16_t *const halves[3] = {b->source.red, b->source.green, b->source.blue};
    for (int c = 0; c < 3; c++) {
        const uint16_t *place = lut->place[lut->coordinate_of[c]];
        if (b->source.step == 1)
            find_places_of(b->place[c], halves[c], 1, b->count, place);
        else
            find_places_of(b->place[c], halves[c], ZOE_SCALE_LANES, b->count, place);
    }
}

/* ---- the portable form ---- */

static int32_t lesser(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t greater(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static void find_corners(tetrahedron *t, const block *b, size_t i)
{
    const zoe_display_cube *cube = b->lut->color.cube;
    const int32_t edge = cube->edge, area = edge * edge, all = 1 + edge + area;
    const int32_t low = ONE - 1;
    int32_t red = b->place[0][i], green = b->place[1][i], blue = b->place[2][i];
    int32_t cell = (blue >> FRACTION) * area + (green >> FRACTION) * edge + (red >> FRACTION);
    red &= low;
    green &= low;
    blue &= low;
    int32_t most = greater(greater(red, green), blue), least = lesser(lesser(red, green), blue);
    int32_t middle = red + green + blue - most - least;
    int32_t first = most == red ? 1 : most == green ? edge : area;
    int32_t last = least == blue ? area : least == green ? edge : 1;
    const int32_t corners[4] = {cell, cell + first, cell + all - last, cell + all};
    for (int c = 0; c < 4; c++)
        t->node[c] = cube->codes->nodes + (size_t)corners[c] * ZOE_SCALE_LANES;
    t->weight[0] = ONE - most;
    t->weight[1] = most - middle;
    t->weight[2] = middle - least;
    t->weight[3] = least;
}

/* Returns which pixels are to be looked at again, the first in the lowest bit. */
static uint64_t interpolate_portable(block *b)
{
    uint64_t marks = 0;
    for (size_t i = 0; i < b->count; i++) {
        int16_t *to = b->codes + i * ZOE_SCALE_LANES;
        tetrahedron t;
        find_corners(&t, b, i);
        for (int lane = 0; lane < ZOE_SCALE_LANES; lane++) {
            int32_t sum = 0;
            for (int c = 0; c < 4; c++)
                sum += t.node[c][lane] * t.weight[c];
            to[lane] = (int16_t)(sum >> FRACTION); /* rounds down, as the instruction does */
        }
        marks |= (uint64_t)(to[3] != 0) << i;
    }
    return marks;
}

static void show_portable(uint32_t *out, const int16_t *codes, size_t count)
{
    for (size_t i = 0; i < count; i++, codes += ZOE_SCALE_LANES) {
        uint32_t shown = 0xff;
        for (int lane = 0; lane < 3; lane++)
            shown = shown << 8 | (uint32_t)greater(lesser(codes[lane] >> BYTE, 255), 0);
        out[i] = shown;
    }
}

/* ---- pixels of marked cells ---- */

static float size_of(float value)
{
    return value < 0 ? -value : value;
}

static bool is_exact(const float *light, float share)
{
    float least = size_of(light[0]), most = least;
    for (int c = 1; c < 3; c++) {
        float size = size_of(light[c]);
        least = size < least ? size : least;
        most = size > most ? size : most;
    }
    return least < share * most;
}

/* Of the pixels in `seen` those whose own cell is marked. Returns how many. */
static size_t find_marked(const block *b, uint64_t seen, uint32_t *places)
{
    const int16_t *nodes = b->lut->color.cube->codes->nodes;
    const size_t edge = (size_t)b->lut->color.cube->edge;
    size_t count = 0;
    for (; seen != 0; seen &= seen - 1) {
        size_t i = (size_t)__builtin_ctzll(seen), cell = b->place[0][i] >> FRACTION;
        cell += (b->place[1][i] >> FRACTION) * edge;
        cell += (b->place[2][i] >> FRACTION) * edge * edge;
        places[count] = (uint32_t)i;
        count += nodes[cell * ZOE_SCALE_LANES + 3] != 0; /* no branch: nobody could foresee it */
    }
    return count;
}

/* Of these pixels the halves that the shaper has a place for, and the light that these are rounded
 * from, as well as it is known. */
static void enter(uint16_t *halves, float *light, const block *b, const uint32_t *places,
                  size_t count)
{
    const zoe_display_lut *lut = b->lut;
    const zoe_codes_source *from = &b->source;
    for (size_t k = 0; k < count; k++) {
        size_t i = places[k] * from->step;
        uint16_t *to = halves + k * ZOE_SCALE_LANES;
        float *value = light + k * ZOE_SCALE_LANES;
        to[0] = from->red[i];
        to[1] = from->green[i];
        to[2] = from->blue[i];
        to[3] = 0;
        for (size_t c = 0; c < 3; c++)
            value[c] = lut->to_light[c][to[c]];
        value[3] = 0;
        /* A grade does to what lies beside a half nearly what it does to that. */
        for (size_t c = 0; c < 3 && from->light; c++) {
            float half = zoe_half_to_float(to[c]);
            float share = from->light[places[k] * ZOE_SCALE_LANES + c] / half;
            value[c] *= share > 0.999f && share < 1.001f ? share : 1;
        }
    }
    if (!lut->mixes)
        zoe_half_from_float_row(halves, light, count * ZOE_SCALE_LANES);
}

/* The place of a light between that of the half it is rounded to and that of the next one. */
static float place_of(const float *shaper, uint16_t half, float light)
{
    const int size = half & 0x7fff;
    if (size == 0 || size >= 0x7bff)
        return shaper[half];
    float at = zoe_half_to_float(half), rest = light - at;
    uint16_t next = (uint16_t)((rest > 0) == (at > 0) ? half + 1 : half - 1);
    return shaper[half] + (shaper[next] - shaper[half]) * (rest / (zoe_half_to_float(next) - at));
}

/* Fractions as fine as halves have them: a cell of bright colours is wide, and one channel of it
 * may be dark. */
static void interpolate_light(float *light, const block *b, size_t i, const uint16_t *halves,
                              const float *given)
{
    const zoe_display_cube *cube = b->lut->color.cube;
    const size_t edge = (size_t)cube->edge, sides[3] = {4, 4 * edge, 4 * edge * edge};
    const int16_t *cell = cube->codes->nodes;
    float f[3];
    for (int c = 0; c < 3; c++) {
        int32_t number = b->place[c][i] >> FRACTION;
        float at = cube->shaper[c][halves[c]];
        if (b->source.light)
            at = place_of(cube->shaper[c], halves[c], given[c]);
        at -= (float)number;
        f[c] = !(at > 0) ? 0 : at > 1 ? 1 : at;
        cell += (size_t)number * sides[c];
    }
    /* Sorted without branches, too. */
    const int second = f[1] > f[0], third = f[2] > (second ? f[1] : f[0]);
    const int lower = f[1] <= f[0], lowest = f[2] <= (lower ? f[1] : f[0]);
    const int first = third ? 2 : second, last = lowest ? 2 : lower;
    const int middle = 3 - first - last;
    const int16_t *corner = cell;
    const float weight[4] = {1 - f[first], f[first] - f[middle], f[middle] - f[last], f[last]};
    const size_t steps[4] = {sides[first], sides[middle], sides[last], 0};
    light[0] = light[1] = light[2] = light[3] = 0;
    for (int k = 0; k < 4; k++) {
        for (int c = 0; c < 3; c++)
            light[c] += cube->codes->light[(uint16_t)corner[c]] * weight[k];
        corner += steps[k];
    }
}

static void encode(block *b, const uint32_t *places, const float *light, size_t count)
{
    const int16_t *code = b->lut->color.cube->codes->code;
    uint16_t halves[BLOCK * ZOE_SCALE_LANES];
    zoe_half_from_float_row(halves, light, count * ZOE_SCALE_LANES);
    for (size_t k = 0; k < count; k++)
        for (size_t c = 0; c < 3; c++)
            b->codes[places[k] * ZOE_SCALE_LANES + c] = code[halves[k * ZOE_SCALE_LANES + c]];
}

/* Interpolates in light; or, where that is not good enough, has the process do it. */
static void mend(block *b, uint64_t seen)
{
    const zoe_display_lut *lut = b->lut;
    float light[BLOCK * ZOE_SCALE_LANES];
    uint32_t places[BLOCK];
    size_t count = find_marked(b, seen, places), have = 0;
    uint16_t halves[BLOCK * ZOE_SCALE_LANES];
    float given[BLOCK * ZOE_SCALE_LANES];
    enter(halves, given, b, places, count);
    for (size_t k = 0; k < count; k++)
        interpolate_light(light + k * ZOE_SCALE_LANES, b, places[k], halves + k * ZOE_SCALE_LANES,
                          given + k * ZOE_SCALE_LANES);
    encode(b, places, light, count);
    for (size_t k = 0; k < count && lut->color.process; k++) {
        const size_t at = k * ZOE_SCALE_LANES;
        if (!is_exact(light + at, lut->color.exact_below))
            continue;
        if (lut->mixes)
            zoe_pixel_before_cube(light + have * ZOE_SCALE_LANES, halves + at, lut);
        else
            memcpy(light + have * ZOE_SCALE_LANES, given + at, ZOE_SCALE_LANES * sizeof *given);
        places[have++] = places[k];
    }
    if (have == 0)
        return;
    lut->color.process(lut->color.process_user, light, have);
    encode(b, places, light, have);
}

/* ---- AVX2 ---- */

#if defined(__x86_64__)

#define ZOE_AVX2 __attribute__((target("avx2")))

/* Corners of a block, as numbers of nodes, and pairs of their weights: of the first and second
 * corner, and of the third and fourth. Sixteen pixels each in the order 0-3, 8-11, 4-7, 12-15. */
typedef struct corners {
    _Alignas(32) uint32_t node[3][BLOCK]; /* the fourth is `all` behind the first */
    _Alignas(32) uint32_t weights[2][BLOCK];
} corners;

ZOE_AVX2 static inline void store(uint32_t *at, __m256i low, __m256i high)
{
    _mm256_store_si256((__m256i *)(void *)at, low);
    _mm256_store_si256((__m256i *)(void *)(at + 8), high);
}

ZOE_AVX2 static inline __m256i load_places(const uint16_t *at)
{
    return _mm256_load_si256((const __m256i *)(const void *)at);
}

/* Of sixteen pixels from k on. */
ZOE_AVX2 static inline void find_corners16(corners *c, const block *b, size_t k, int32_t side)
{
    const __m256i zero = _mm256_setzero_si256(), low = _mm256_set1_epi16(ONE - 1);
    const __m256i one = _mm256_set1_epi16(1), edge = _mm256_set1_epi16((int16_t)side);
    const __m256i area = _mm256_set1_epi16((int16_t)(side * side));
    const __m256i all = _mm256_set1_epi16((int16_t)(1 + side + side * side));
    __m256i red = load_places(b->place[0] + k), green = load_places(b->place[1] + k);
    __m256i blue = load_places(b->place[2] + k);
    __m256i cells = _mm256_srli_epi16(red, FRACTION), rows = _mm256_srli_epi16(green, FRACTION);
    __m256i areas = _mm256_srli_epi16(blue, FRACTION);
    red = _mm256_and_si256(red, low);
    green = _mm256_and_si256(green, low);
    blue = _mm256_and_si256(blue, low);
    __m256i most = _mm256_max_epi16(_mm256_max_epi16(red, green), blue);
    __m256i least = _mm256_min_epi16(_mm256_min_epi16(red, green), blue);
    __m256i sum = _mm256_add_epi16(_mm256_add_epi16(red, green), blue);
    __m256i middle = _mm256_sub_epi16(_mm256_sub_epi16(sum, most), least);
    __m256i first = _mm256_blendv_epi8(area, edge, _mm256_cmpeq_epi16(most, green));
    first = _mm256_blendv_epi8(first, one, _mm256_cmpeq_epi16(most, red));
    __m256i last = _mm256_blendv_epi8(one, edge, _mm256_cmpeq_epi16(least, green));
    last = _mm256_sub_epi16(all, _mm256_blendv_epi8(last, area, _mm256_cmpeq_epi16(least, blue)));
    const __m256i sides = _mm256_set1_epi32(side << 16 | 1),
                  areas32 = _mm256_set1_epi32(side * side);
    __m256i node_low =
        _mm256_add_epi32(_mm256_madd_epi16(_mm256_unpacklo_epi16(cells, rows), sides),
                         _mm256_madd_epi16(_mm256_unpacklo_epi16(areas, zero), areas32));
    __m256i node_high =
        _mm256_add_epi32(_mm256_madd_epi16(_mm256_unpackhi_epi16(cells, rows), sides),
                         _mm256_madd_epi16(_mm256_unpackhi_epi16(areas, zero), areas32));
    store(c->node[0] + k, node_low, node_high);
    store(c->node[1] + k, _mm256_add_epi32(node_low, _mm256_unpacklo_epi16(first, zero)),
          _mm256_add_epi32(node_high, _mm256_unpackhi_epi16(first, zero)));
    store(c->node[2] + k, _mm256_add_epi32(node_low, _mm256_unpacklo_epi16(last, zero)),
          _mm256_add_epi32(node_high, _mm256_unpackhi_epi16(last, zero)));
    __m256i w0 = _mm256_sub_epi16(_mm256_set1_epi16(ONE), most);
    __m256i w1 = _mm256_sub_epi16(most, middle), w2 = _mm256_sub_epi16(middle, least);
    store(c->weights[0] + k, _mm256_unpacklo_epi16(w0, w1), _mm256_unpackhi_epi16(w0, w1));
    store(c->weights[1] + k, _mm256_unpacklo_epi16(w2, least), _mm256_unpackhi_epi16(w2, least));
}

/* Sixteen bytes, of which the second half is not used. */
ZOE_AVX2 static inline __m128i load_node(const char *nodes, uint32_t number)
{
    return _mm_loadu_si128((const __m128i *)(const void *)(nodes + (size_t)number * 8));
}

/* One instruction, which compilers do not find by themselves for integers. */
ZOE_AVX2 static inline __m128i all_of(const uint32_t *value)
{
    return _mm_castps_si128(_mm_broadcast_ss((const float *)(const void *)value));
}

ZOE_AVX2 static inline __m128i interpolate_one(const corners *c, size_t k, const char *nodes,
                                               const char *ends)
{
    __m128i near =
        _mm_unpacklo_epi16(load_node(nodes, c->node[0][k]), load_node(nodes, c->node[1][k]));
    __m128i far =
        _mm_unpacklo_epi16(load_node(nodes, c->node[2][k]), load_node(ends, c->node[0][k]));
    near = _mm_madd_epi16(near, all_of(&c->weights[0][k]));
    far = _mm_madd_epi16(far, all_of(&c->weights[1][k]));
    return _mm_srai_epi32(_mm_add_epi32(near, far), FRACTION);
}

/* Four pixels' marks in bits 3, 7, 11 and 15. A mark is at least 63. */
ZOE_AVX2 static inline uint64_t marks_of(const int16_t *codes)
{
    const __m128i *at = (const __m128i *)(const void *)codes;
    __m128i bytes = _mm_packs_epi16(_mm_load_si128(at), _mm_load_si128(at + 1));
    return (uint64_t)_mm_movemask_epi8(_mm_cmpgt_epi8(bytes, _mm_setzero_si128())) & 0x8888;
}

ZOE_AVX2 static uint64_t find_marks(const block *b)
{
    uint64_t marks = 0;
    for (size_t i = 0; i < b->count; i += 4) {
        uint64_t four = marks_of(b->codes + i * ZOE_SCALE_LANES);
        marks |= ((four >> 3 & 1) | (four >> 6 & 2) | (four >> 9 & 4) | (four >> 12 & 8)) << i;
    }
    return b->count < BLOCK ? marks & ((1ull << b->count) - 1) : marks;
}

ZOE_AVX2 static uint64_t interpolate_avx2(block *b)
{
    const zoe_display_cube *cube = b->lut->color.cube;
    const int32_t edge = cube->edge;
    const char *nodes = (const char *)cube->codes->nodes;
    const char *ends = nodes + (size_t)(1 + edge + edge * edge) * 8;
    static const size_t order[4] = {0, 8, 4, 12};
    __m128i seen = _mm_setzero_si128();
    corners c;
    for (size_t k = 0; k < b->count; k += 16)
        find_corners16(&c, b, k, edge);
    for (size_t k = 0; k < b->count; k += 16) {
        for (size_t q = 0; q < 4; q++) {
            size_t at = k + 4 * q;
            int16_t *to = b->codes + (k + order[q]) * ZOE_SCALE_LANES;
            __m128i v0 = _mm_packs_epi32(interpolate_one(&c, at, nodes, ends),
                                         interpolate_one(&c, at + 1, nodes, ends));
            __m128i v1 = _mm_packs_epi32(interpolate_one(&c, at + 2, nodes, ends),
                                         interpolate_one(&c, at + 3, nodes, ends));
            _mm_store_si128((__m128i *)(void *)to, v0);
            _mm_store_si128((__m128i *)(void *)(to + 8), v1);
            seen = _mm_or_si128(seen, _mm_or_si128(v0, v1));
        }
    }
    bool any = !_mm_testz_si128(seen, _mm_set1_epi64x((int64_t)0xffff000000000000u));
    return any ? find_marks(b) : 0;
}

/* A multiple of 8 pixels. Returns how many. */
ZOE_AVX2 static size_t show_avx2(uint32_t *out, const int16_t *codes, size_t count)
{
    const __m256i swap = _mm256_setr_epi8(2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15, 2,
                                          1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15);
    const __m256i opaque = _mm256_set1_epi32((int32_t)0xff000000u);
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m256i *at = (const __m256i *)(const void *)(codes + i * ZOE_SCALE_LANES);
        __m256i v = _mm256_packus_epi16(_mm256_srai_epi16(_mm256_load_si256(at), BYTE),
                                        _mm256_srai_epi16(_mm256_load_si256(at + 1), BYTE));
        v = _mm256_shuffle_epi8(_mm256_permute4x64_epi64(v, 0xd8), swap);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_or_si256(v, opaque));
    }
    return i;
}

static bool has_avx2(void)
{
    return (zoe_cpu_features() & (unsigned)ZOE_CPU_AVX2) != 0;
}

#endif

static uint64_t interpolate(block *b)
{
#if defined(__x86_64__)
    if (has_avx2())
        return interpolate_avx2(b);
#endif
    return interpolate_portable(b);
}

static void show(uint32_t *out, const int16_t *codes, size_t count)
{
    size_t done = 0;
#if defined(__x86_64__)
    if (has_avx2())
        done = show_avx2(out, codes, count);
#endif
    show_portable(out + done, codes + done * ZOE_SCALE_LANES, count - done);
}

void zoe_codes_draw(uint32_t *out, zoe_codes_source source, size_t count,
                    const zoe_display_lut *lut)
{
    block b;
    memset(b.place, 0, sizeof b.place); /* the last block may be worked out beyond its pixels */
    b.lut = lut;
    b.source = source;
    for (size_t done = 0; done < count; done += b.count) {
        b.count = count - done < BLOCK ? count - done : BLOCK;
        find_places(&b);
        uint64_t seen = interpolate(&b);
        if (seen != 0)
            mend(&b, seen);
        if (lut->grade.gamma == 1.0f)
            show(out + done, b.codes, b.count);
        else
            zoe_pixel_from_lanes(out + done, (const uint16_t *)b.codes, b.count, false, lut);
        b.source.red += b.count * source.step;
        b.source.green += b.count * source.step;
        b.source.blue += b.count * source.step;
        if (source.light)
            b.source.light += b.count * ZOE_SCALE_LANES;
    }
}
