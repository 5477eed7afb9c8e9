#include "codec/wavelet.h"

#include <stdbool.h>

#include "base/cpu.h"
#include "base/stop.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* From this many distinct values on, the writer used the arithmetic modulo 2^16. */
#define PLAIN_LIMIT (1u << 14)

#define MODULO_OFFSET 0x8000u

/* One step of one level: two rows, or one where the number of rows is odd, joined in pairs along
 * and across. Distances in words. */
typedef struct join {
    uint16_t *top;
    uint16_t *bottom; /* NULL: no partner; the row is joined along only */
    size_t spacing;   /* between the two samples of a pair, in samples */
    size_t words;
    size_t columns;
    bool plain; /* which arithmetic */
} join;

typedef struct word_pair {
    uint16_t first, second;
} word_pair;

/* The average and the difference back to the two values. */
static inline word_pair unjoin(uint16_t low, uint16_t high, bool plain)
{
    if (plain) {
        /* All of it modulo 2^16: the arithmetic shift is that of the signed difference. */
        const unsigned half = (unsigned)(high >> 1) | (unsigned)(high & 0x8000u);
        const unsigned first = (unsigned)low + (high & 1u) + half;
        return (word_pair){(uint16_t)first, (uint16_t)(first - high)};
    }
    const unsigned second = (unsigned)low - (unsigned)(high >> 1);
    return (word_pair){(uint16_t)(high + second - MODULO_OFFSET), (uint16_t)second};
}

static inline void unjoin_in_place(uint16_t *low, uint16_t *high, bool plain)
{
    const word_pair pair = unjoin(*low, *high, plain);
    *low = pair.first;
    *high = pair.second;
}

/* The reference, from word `from` of the row, which begins a pair. */
static void join_scalar(const join *j, size_t from)
{
    const size_t distance = j->spacing * j->words;
    const size_t pairs_end = j->columns / (2 * j->spacing) * (2 * distance);
    for (size_t x = from; x < pairs_end; x += 2 * distance) {
        for (size_t word = 0; word < j->words; word++) {
            uint16_t *a = j->top + x + word;
            if (j->bottom) {
                uint16_t *b = j->bottom + x + word;
                unjoin_in_place(a, b, j->plain);
                unjoin_in_place(a + distance, b + distance, j->plain);
                unjoin_in_place(b, b + distance, j->plain);
            }
            unjoin_in_place(a, a + distance, j->plain);
        }
    }
    /* A last column without a partner is joined across only. */
    if (j->bottom && (j->columns & j->spacing)) {
        for (size_t word = 0; word < j->words; word++)
            unjoin_in_place(j->top + pairs_end + word, j->bottom + pairs_end + word, j->plain);
    }
}

/*
 * The SIMD forms work on two rows at a time. A vector holds the words of a row as they lie in
 * memory: pairs of UNIT-bit fields, of which the low KEEP words are this level's and the rest
 * belong to finer levels and must come out unchanged. The step across is plain vector arithmetic
 * between the two rows. For the step along, the left fields of both rows are gathered in one vector
 * and the right fields in another, with a shift and a blend each, so that no half of a vector is
 * idle.
 */
#if defined(__x86_64__)

#define SSE41 __attribute__((target("sse4.1"))) static inline
#define AVX2  __attribute__((target("avx2"))) static inline

#define DEFINE_UNJOIN(NAME, TARGET, VEC, PRE, SI)                                                  \
    TARGET void NAME(VEC *low, VEC *high, bool plain)                                              \
    {                                                                                              \
        const VEC l = *low, h = *high;                                                             \
        if (plain) {                                                                               \
            const VEC odd = PRE##_and_##SI(h, PRE##_set1_epi16(1));                                \
            const VEC half = PRE##_srai_epi16(h, 1);                                               \
            *low = PRE##_add_epi16(PRE##_add_epi16(l, odd), half);                                 \
            *high = PRE##_sub_epi16(*low, h);                                                      \
        } else {                                                                                   \
            *high = PRE##_sub_epi16(l, PRE##_srli_epi16(h, 1));                                    \
            *low = PRE##_xor_##SI(PRE##_add_epi16(h, *high), PRE##_set1_epi16(-0x8000));           \
        }                                                                                          \
    }

DEFINE_UNJOIN(unjoin_sse41, SSE41, __m128i, _mm, si128)
DEFINE_UNJOIN(unjoin_avx2, AVX2, __m256i, _mm256, si256)

/* LEFT and RIGHT shift by one field inside a pair, ODD selects the words of the right fields, KEEP
 * those of this level. Joins whole vectors; returns the word where the reference goes on. */
#define DEFINE_JOIN(NAME, TARGET, VEC, PRE, SI, UNJOIN, LEFT, RIGHT, ODD, KEEP)                    \
    TARGET size_t NAME(const join *j, bool plain)                                                  \
    {                                                                                              \
        enum { WORDS = sizeof(VEC) / sizeof(uint16_t) };                                           \
        const size_t distance = j->spacing * j->words;                                             \
        const size_t pairs_end = j->columns / (2 * j->spacing) * (2 * distance);                   \
        size_t x = 0;                                                                              \
        for (; x + WORDS <= pairs_end; x += WORDS) {                                               \
            VEC *const top = (VEC *)(void *)(j->top + x);                                          \
            VEC *const bottom = (VEC *)(void *)(j->bottom + x);                                    \
            const VEC old_a = PRE##_loadu_##SI(top), old_b = PRE##_loadu_##SI(bottom);             \
            VEC a = old_a, b = old_b;                                                              \
            UNJOIN(&a, &b, plain);                                                                 \
            VEC left = PRE##_blend_epi16(a, LEFT(b), ODD);                                         \
            VEC right = PRE##_blend_epi16(RIGHT(a), b, ODD);                                       \
            UNJOIN(&left, &right, plain);                                                          \
            a = PRE##_blend_epi16(left, LEFT(right), ODD);                                         \
            b = PRE##_blend_epi16(RIGHT(left), right, ODD);                                        \
            PRE##_storeu_##SI(top, PRE##_blend_epi16(old_a, a, KEEP));                             \
            PRE##_storeu_##SI(bottom, PRE##_blend_epi16(old_b, b, KEEP));                          \
        }                                                                                          \
        return x;                                                                                  \
    }

#define SSE41_JOIN(NAME, LEFT, RIGHT, ODD, KEEP)                                                   \
    DEFINE_JOIN(NAME, SSE41, __m128i, _mm, si128, unjoin_sse41, LEFT, RIGHT, ODD, KEEP)
#define AVX2_JOIN(NAME, LEFT, RIGHT, ODD, KEEP)                                                    \
    DEFINE_JOIN(NAME, AVX2, __m256i, _mm256, si256, unjoin_avx2, LEFT, RIGHT, ODD, KEEP)

#define SSE41_LEFT16(v)  _mm_slli_epi32(v, 16)
#define SSE41_RIGHT16(v) _mm_srli_epi32(v, 16)
#define SSE41_LEFT32(v)  _mm_slli_epi64(v, 32)
#define SSE41_RIGHT32(v) _mm_srli_epi64(v, 32)
#define SSE41_LEFT64(v)  _mm_slli_si128(v, 8)
#define SSE41_RIGHT64(v) _mm_srli_si128(v, 8)
#define AVX2_LEFT16(v)   _mm256_slli_epi32(v, 16)
#define AVX2_RIGHT16(v)  _mm256_srli_epi32(v, 16)
#define AVX2_LEFT32(v)   _mm256_slli_epi64(v, 32)
#define AVX2_RIGHT32(v)  _mm256_srli_epi64(v, 32)
#define AVX2_LEFT64(v)   _mm256_slli_si256(v, 8)
#define AVX2_RIGHT64(v)  _mm256_srli_si256(v, 8)

/* Named by the field's bits and the words of it that are this level's. */
SSE41_JOIN(join_16_1_sse41, SSE41_LEFT16, SSE41_RIGHT16, 0xaa, 0xff)
SSE41_JOIN(join_32_1_sse41, SSE41_LEFT32, SSE41_RIGHT32, 0xcc, 0x55)
SSE41_JOIN(join_32_2_sse41, SSE41_LEFT32, SSE41_RIGHT32, 0xcc, 0xff)
SSE41_JOIN(join_64_1_sse41, SSE41_LEFT64, SSE41_RIGHT64, 0xf0, 0x11)
SSE41_JOIN(join_64_2_sse41, SSE41_LEFT64, SSE41_RIGHT64, 0xf0, 0x33)
AVX2_JOIN(join_16_1_avx2, AVX2_LEFT16, AVX2_RIGHT16, 0xaa, 0xff)
AVX2_JOIN(join_32_1_avx2, AVX2_LEFT32, AVX2_RIGHT32, 0xcc, 0x55)
AVX2_JOIN(join_32_2_avx2, AVX2_LEFT32, AVX2_RIGHT32, 0xcc, 0xff)
AVX2_JOIN(join_64_1_avx2, AVX2_LEFT64, AVX2_RIGHT64, 0xf0, 0x11)
AVX2_JOIN(join_64_2_avx2, AVX2_LEFT64, AVX2_RIGHT64, 0xf0, 0x33)

/* The arithmetic as a constant keeps its test out of the loops. */
__attribute__((target("sse4.1"))) static size_t join_sse41(const join *j)
{
    const size_t distance = j->spacing * j->words;
    if (distance == 1)
        return j->plain ? join_16_1_sse41(j, true) : join_16_1_sse41(j, false);
    if (distance == 2 && j->words == 1)
        return j->plain ? join_32_1_sse41(j, true) : join_32_1_sse41(j, false);
    if (distance == 2)
        return j->plain ? join_32_2_sse41(j, true) : join_32_2_sse41(j, false);
    if (distance == 4 && j->words == 1)
        return j->plain ? join_64_1_sse41(j, true) : join_64_1_sse41(j, false);
    if (distance == 4)
        return j->plain ? join_64_2_sse41(j, true) : join_64_2_sse41(j, false);
    return 0;
}

__attribute__((target("avx2"))) static size_t join_avx2(const join *j)
{
    const size_t distance = j->spacing * j->words;
    if (distance == 1)
        return j->plain ? join_16_1_avx2(j, true) : join_16_1_avx2(j, false);
    if (distance == 2 && j->words == 1)
        return j->plain ? join_32_1_avx2(j, true) : join_32_1_avx2(j, false);
    if (distance == 2)
        return j->plain ? join_32_2_avx2(j, true) : join_32_2_avx2(j, false);
    if (distance == 4 && j->words == 1)
        return j->plain ? join_64_1_avx2(j, true) : join_64_1_avx2(j, false);
    if (distance == 4)
        return j->plain ? join_64_2_avx2(j, true) : join_64_2_avx2(j, false);
    return 0;
}

#elif defined(__aarch64__)

static inline void unjoin_neon(uint16x8_t *low, uint16x8_t *high, bool plain)
{
    const uint16x8_t l = *low, h = *high;
    if (plain) {
        const uint16x8_t odd = vandq_u16(h, vdupq_n_u16(1));
        const uint16x8_t half = vreinterpretq_u16_s16(vshrq_n_s16(vreinterpretq_s16_u16(h), 1));
        *low = vaddq_u16(vaddq_u16(l, odd), half);
        *high = vsubq_u16(*low, h);
    } else {
        *high = vsubq_u16(l, vshrq_n_u16(h, 1));
        *low = veorq_u16(vaddq_u16(h, *high), vdupq_n_u16(MODULO_OFFSET));
    }
}

/* The finest level of one-word samples only, three quarters of all work: structure loads part left
 * from right. */
static size_t join_neon(const join *j)
{
    if (j->spacing * j->words != 1)
        return 0;
    const size_t pairs_end = j->columns / 2 * 2;
    size_t x = 0;
    for (; x + 16 <= pairs_end; x += 16) {
        uint16x8x2_t a = vld2q_u16(j->top + x), b = vld2q_u16(j->bottom + x);
        unjoin_neon(&a.val[0], &b.val[0], j->plain);
        unjoin_neon(&a.val[1], &b.val[1], j->plain);
        unjoin_neon(&a.val[0], &a.val[1], j->plain);
        unjoin_neon(&b.val[0], &b.val[1], j->plain);
        vst2q_u16(j->top + x, a);
        vst2q_u16(j->bottom + x, b);
    }
    return x;
}

#endif

static void join_rows(const join *j, unsigned features)
{
    size_t from = 0;
    (void)features;
    if (j->bottom) {
#if defined(__x86_64__)
        if (features & ZOE_CPU_AVX2)
            from = join_avx2(j);
        else if (features & ZOE_CPU_SSE41)
            from = join_sse41(j);
#elif defined(__aarch64__)
        if (features & ZOE_CPU_NEON)
            from = join_neon(j);
#endif
    }
    join_scalar(j, from);
}

/* One step of the level of spacing p. Rows come in twos at p's distance; of a remainder, its first
 * row is this level's too, without a partner, when the remainder is p rows or more. */
static void decode_step(const zoe_wavelet *w, size_t row, size_t p)
{
    const bool paired = row + 2 * p <= w->rows;
    if (!paired && !(w->rows & p))
        return;
    const size_t stride = w->columns * w->words;
    uint16_t *top = w->data + row * stride;
    const join j = {.top = top,
                    .bottom = paired ? top + p * stride : NULL,
                    .spacing = p,
                    .words = w->words,
                    .columns = w->columns,
                    .plain = w->max_value < PLAIN_LIMIT};
    join_rows(&j, w->features);
}

void zoe_wavelet_decode_coarse(const zoe_wavelet *w)
{
    const size_t shorter = w->columns < w->rows ? w->columns : w->rows;
    size_t p = 1;
    while (p <= shorter / 4)
        p *= 2;
    for (; p > 1; p /= 2) {
        for (size_t row = 0; row < w->rows && !zoe_stop_wanted(); row += 2 * p)
            decode_step(w, row, p);
    }
}

void zoe_wavelet_decode_row_pair(const zoe_wavelet *w, size_t row)
{
    if (w->columns >= 2 && w->rows >= 2)
        decode_step(w, row, 1);
}
