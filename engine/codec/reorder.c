/*
 * With t the stored bytes and s the restored ones, s[0] = t[0] and s[i] = s[i-1] + t[i] - 128, all
 * modulo 256, where adding or taking 128 is the same. So s[i] is the sum of t[0..i], plus 128 when
 * i is odd. The second half's sum goes on from the first half's last byte, which therefore is
 * summed up first; that is a third of the work of the pass itself, on bytes that are in the cache
 * in any case.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/reorder.h"

#include "base/cpu.h"
#include "base/stop.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* The running sums of both halves: the last restored byte of each. */
typedef struct sums {
    uint8_t even, odd;
} sums;

/* Restores `pairs` bytes of each half and weaves them into dst. */
typedef sums weave_fn(uint8_t *dst, const uint8_t *even, const uint8_t *odd, size_t pairs, sums at);
/* Rows, all wanted, whose bytes follow each other in both halves. */
typedef sums rows_fn(const zoe_codec_segment *rows, size_t count, const uint8_t *even,
                     const uint8_t *odd, sums at);
/* The sum of n bytes, modulo 256. */
typedef uint8_t add_fn(const uint8_t *bytes, size_t n);

static sums weave_scalar(uint8_t *dst, const uint8_t *even, const uint8_t *odd, size_t pairs,
                         sums at)
{
    for (size_t i = 0; i < pairs; i++) {
        at.even = (uint8_t)(at.even + even[i] + 128u);
        at.odd = (uint8_t)(at.odd + odd[i] + 128u);
        dst[2 * i] = at.even;
        dst[2 * i + 1] = at.odd;
    }
    return at;
}

static uint8_t add_scalar(const uint8_t *bytes, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += bytes[i];
    return (uint8_t)sum;
}

#if defined(__x86_64__)

/* Inside a register the sum takes four steps of shift and add. What is carried from register to
 * register is the total alone, one add, so that the steps of many registers overlap. The 128s: 16
 * of them make 0, and within a register the bytes at even places have an odd number of them; they
 * are in the carry. */

__attribute__((target("sse4.1"))) static inline __m128i prefix_sse41(__m128i v)
{
    v = _mm_add_epi8(v, _mm_slli_si128(v, 1));
    v = _mm_add_epi8(v, _mm_slli_si128(v, 2));
    v = _mm_add_epi8(v, _mm_slli_si128(v, 4));
    return _mm_add_epi8(v, _mm_slli_si128(v, 8));
}

__attribute__((target("sse4.1"))) static sums weave_sse41(uint8_t *dst, const uint8_t *even,
                                                          const uint8_t *odd, size_t pairs, sums at)
{
    const __m128i last = _mm_set1_epi8(15);
    const __m128i bias = _mm_set1_epi16(0x0080);
    __m128i carry_even = _mm_add_epi8(_mm_set1_epi8((char)at.even), bias);
    __m128i carry_odd = _mm_add_epi8(_mm_set1_epi8((char)at.odd), bias);
    size_t i = 0;
    for (; i + 16 <= pairs; i += 16) {
        __m128i e = prefix_sse41(_mm_loadu_si128((const __m128i *)(const void *)(even + i)));
        __m128i o = prefix_sse41(_mm_loadu_si128((const __m128i *)(const void *)(odd + i)));
        __m128i se = _mm_add_epi8(e, carry_even);
        __m128i so = _mm_add_epi8(o, carry_odd);
        carry_even = _mm_add_epi8(carry_even, _mm_shuffle_epi8(e, last));
        carry_odd = _mm_add_epi8(carry_odd, _mm_shuffle_epi8(o, last));
        _mm_storeu_si128((__m128i *)(void *)(dst + 2 * i), _mm_unpacklo_epi8(se, so));
        _mm_storeu_si128((__m128i *)(void *)(dst + 2 * i + 16), _mm_unpackhi_epi8(se, so));
    }
    at.even = (uint8_t)_mm_extract_epi8(carry_even, 1);
    at.odd = (uint8_t)_mm_extract_epi8(carry_odd, 1);
    return weave_scalar(dst + 2 * i, even + i, odd + i, pairs - i, at);
}

__attribute__((target("sse4.1"))) static uint8_t add_sse41(const uint8_t *bytes, size_t n)
{
    __m128i sum = _mm_setzero_si128();
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(bytes + i));
        sum = _mm_add_epi8(sum, v);
    }
    sum = _mm_sad_epu8(sum, _mm_setzero_si128());
    unsigned total = (unsigned)_mm_cvtsi128_si32(sum) + (unsigned)_mm_extract_epi16(sum, 4);
    return (uint8_t)(total + add_scalar(bytes + i, n - i));
}

/* As above with two lanes: the lower lane's total is added to the upper one. */
__attribute__((target("avx2"))) static inline __m256i prefix_avx2(__m256i v)
{
    v = _mm256_add_epi8(v, _mm256_slli_si256(v, 1));
    v = _mm256_add_epi8(v, _mm256_slli_si256(v, 2));
    v = _mm256_add_epi8(v, _mm256_slli_si256(v, 4));
    return _mm256_add_epi8(v, _mm256_slli_si256(v, 8));
}

/* Of both halves: what all bytes so far add up to, in every byte, even ones in those of `even`. */
typedef struct carry_avx2 {
    __m256i even, odd;
} carry_avx2;

__attribute__((target("avx2"))) static inline carry_avx2 carry_from(sums at)
{
    const __m256i bias = _mm256_set1_epi16(0x0080);
    return (carry_avx2){_mm256_add_epi8(_mm256_set1_epi8((char)at.even), bias),
                        _mm256_add_epi8(_mm256_set1_epi8((char)at.odd), bias)};
}

__attribute__((target("avx2"))) static inline sums sums_from(carry_avx2 carry)
{
    return (sums){.even = (uint8_t)_mm256_extract_epi8(carry.even, 1),
                  .odd = (uint8_t)_mm256_extract_epi8(carry.odd, 1)};
}

/* 32 bytes of each half. Bytes i and i + 16 sit in the two lanes' same places, so that the
 * unpacking of a lane gives 16 bytes that belong together. */
__attribute__((target("avx2"))) static inline carry_avx2 weave_32(uint8_t *dst, const uint8_t *even,
                                                                  const uint8_t *odd,
                                                                  carry_avx2 carry)
{
    const __m256i last = _mm256_set1_epi8(15);
    __m256i e = prefix_avx2(_mm256_loadu_si256((const __m256i *)(const void *)even));
    __m256i o = prefix_avx2(_mm256_loadu_si256((const __m256i *)(const void *)odd));
    __m256i te = _mm256_shuffle_epi8(e, last);
    __m256i to = _mm256_shuffle_epi8(o, last);
    __m256i le =
        _mm256_permute2x128_si256(te, te, 0x08); /* 0 in the lower, its total in the upper */
    __m256i lo = _mm256_permute2x128_si256(to, to, 0x08);
    __m256i se = _mm256_add_epi8(_mm256_add_epi8(e, le), carry.even);
    __m256i so = _mm256_add_epi8(_mm256_add_epi8(o, lo), carry.odd);
    te = _mm256_add_epi8(te, _mm256_permute2x128_si256(te, te, 0x01));
    to = _mm256_add_epi8(to, _mm256_permute2x128_si256(to, to, 0x01));
    __m256i a = _mm256_unpacklo_epi8(se, so);
    __m256i b = _mm256_unpackhi_epi8(se, so);
    _mm256_storeu_si256((__m256i *)(void *)dst, _mm256_permute2x128_si256(a, b, 0x20));
    _mm256_storeu_si256((__m256i *)(void *)(dst + 32), _mm256_permute2x128_si256(a, b, 0x31));
    return (carry_avx2){_mm256_add_epi8(carry.even, te), _mm256_add_epi8(carry.odd, to)};
}

/* The carry stays in registers from row to row: a tile's rows are two steps long. */
__attribute__((target("avx2"))) static sums rows_avx2(const zoe_codec_segment *rows, size_t count,
                                                      const uint8_t *even, const uint8_t *odd,
                                                      sums at)
{
    carry_avx2 carry = carry_from(at);
    for (size_t r = 0; r < count; r++) {
        size_t pairs = rows[r].bytes / 2, i = 0;
        for (; i + 32 <= pairs; i += 32)
            carry = weave_32(rows[r].dst + 2 * i, even + i, odd + i, carry);
        if (i < pairs) {
            at = weave_sse41(rows[r].dst + 2 * i, even + i, odd + i, pairs - i, sums_from(carry));
            carry = carry_from(at);
        }
        even += pairs;
        odd += pairs;
    }
    return sums_from(carry);
}

__attribute__((target("avx2"))) static uint8_t add_avx2(const uint8_t *bytes, size_t n)
{
    __m256i a = _mm256_setzero_si256();
    __m256i b = a;
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        a = _mm256_add_epi8(a, _mm256_loadu_si256((const __m256i *)(const void *)(bytes + i)));
        b = _mm256_add_epi8(b, _mm256_loadu_si256((const __m256i *)(const void *)(bytes + i + 32)));
    }
    a = _mm256_sad_epu8(_mm256_add_epi8(a, b), _mm256_setzero_si256());
    __m128i s = _mm_add_epi64(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    unsigned total = (unsigned)_mm_cvtsi128_si32(s) + (unsigned)_mm_extract_epi16(s, 4);
    return (uint8_t)(total + add_scalar(bytes + i, n - i));
}

#elif defined(__aarch64__)

static inline uint8x16_t prefix_neon(uint8x16_t v)
{
    const uint8x16_t zero = vdupq_n_u8(0);
    v = vaddq_u8(v, vextq_u8(zero, v, 15));
    v = vaddq_u8(v, vextq_u8(zero, v, 14));
    v = vaddq_u8(v, vextq_u8(zero, v, 12));
    return vaddq_u8(v, vextq_u8(zero, v, 8));
}

/* The carry holds 128 at even places, for the odd number of 128s there; 16 of them make 0. */
static sums weave_neon(uint8_t *dst, const uint8_t *even, const uint8_t *odd, size_t pairs, sums at)
{
    const uint8x16_t bias = vreinterpretq_u8_u16(vdupq_n_u16(0x0080));
    uint8x16_t carry_even = vaddq_u8(vdupq_n_u8(at.even), bias);
    uint8x16_t carry_odd = vaddq_u8(vdupq_n_u8(at.odd), bias);
    size_t i = 0;
    for (; i + 16 <= pairs; i += 16) {
        uint8x16_t e = prefix_neon(vld1q_u8(even + i));
        uint8x16_t o = prefix_neon(vld1q_u8(odd + i));
        uint8x16x2_t s = {{vaddq_u8(e, carry_even), vaddq_u8(o, carry_odd)}};
        carry_even = vaddq_u8(carry_even, vdupq_laneq_u8(e, 15));
        carry_odd = vaddq_u8(carry_odd, vdupq_laneq_u8(o, 15));
        vst2q_u8(dst + 2 * i, s);
    }
    at.even = vgetq_lane_u8(carry_even, 1);
    at.odd = vgetq_lane_u8(carry_odd, 1);
    return weave_scalar(dst + 2 * i, even + i, odd + i, pairs - i, at);
}

#endif

static inline sums rows_by(weave_fn *weave, const zoe_codec_segment *rows, size_t count,
                           const uint8_t *even, const uint8_t *odd, sums at)
{
    for (size_t r = 0; r < count; r++) {
        size_t pairs = rows[r].bytes / 2;
        at = weave(rows[r].dst, even, odd, pairs, at);
        even += pairs;
        odd += pairs;
    }
    return at;
}

static sums rows_scalar(const zoe_codec_segment *rows, size_t count, const uint8_t *even,
                        const uint8_t *odd, sums at)
{
    return rows_by(weave_scalar, rows, count, even, odd, at);
}

#if defined(__x86_64__)
static sums rows_sse41(const zoe_codec_segment *rows, size_t count, const uint8_t *even,
                       const uint8_t *odd, sums at)
{
    return rows_by(weave_sse41, rows, count, even, odd, at);
}
#elif defined(__aarch64__)
static sums rows_neon(const zoe_codec_segment *rows, size_t count, const uint8_t *even,
                      const uint8_t *odd, sums at)
{
    return rows_by(weave_neon, rows, count, even, odd, at);
}
#endif

static void choose(rows_fn **rows, add_fn **add)
{
    *rows = rows_scalar;
    *add = add_scalar;
    unsigned features = zoe_cpu_features();
    (void)features;
#if defined(__x86_64__)
    if (features & ZOE_CPU_AVX2) {
        *rows = rows_avx2;
        *add = add_avx2;
    } else if (features & ZOE_CPU_SSE41) {
        *rows = rows_sse41;
        *add = add_sse41;
    }
#elif defined(__aarch64__)
    if (features & ZOE_CPU_NEON)
        *rows = rows_neon;
#endif
}

bool zoe_reorder_fits(const zoe_codec_chunk *chunk)
{
    size_t left = chunk->unpacked_bytes;
    for (size_t i = 0; i < chunk->segment_count; i++) {
        size_t bytes = chunk->segments[i].bytes;
        if (bytes > left || (bytes & 1))
            return false;
        left -= bytes;
    }
    return left == 0;
}

bool zoe_reorder_wanted(const zoe_codec_chunk *chunk)
{
    for (size_t i = 0; i < chunk->segment_count; i++)
        if (chunk->segments[i].dst && chunk->segments[i].bytes > 0)
            return true;
    return false;
}

/* A row that alone takes so long that it may be told to stop. */
static sums weave_long(rows_fn *weave_rows, const zoe_codec_segment *row, const uint8_t *even,
                       const uint8_t *odd, sums at)
{
    for (size_t done = 0; done < row->bytes && !zoe_stop_wanted();) {
        size_t left = row->bytes - done;
        const zoe_codec_segment part = {row->dst + done,
                                        left < ZOE_STOP_BYTES ? left : ZOE_STOP_BYTES};
        at = weave_rows(&part, 1, even + done / 2, odd + done / 2, at);
        done += part.bytes;
    }
    return at;
}

void zoe_reorder(const zoe_codec_chunk *chunk, const uint8_t *bytes)
{
    rows_fn *weave_rows;
    add_fn *add;
    choose(&weave_rows, &add);
    size_t half = chunk->unpacked_bytes / 2;
    const uint8_t *even = bytes;
    const uint8_t *odd = bytes + half;
    /* The first byte of all has no 128 to lose: the sums start one 128 off. */
    sums at = {.even = 128, .odd = 128};
    at.odd = (uint8_t)(at.odd + add(even, half) + (half & 1 ? 128u : 0u));
    const zoe_codec_segment *end = chunk->segments + chunk->segment_count;
    for (const zoe_codec_segment *from = chunk->segments; from < end;) {
        /* Neighbours of one kind at one go: rows that are wanted, or those to be summed up only. */
        const zoe_codec_segment *to = from;
        bool wanted = from->dst != NULL;
        size_t pairs = 0;
        for (; to < end && (to->dst != NULL) == wanted && pairs < ZOE_STOP_BYTES; to++) {
            if (to > from && to->bytes > ZOE_STOP_BYTES)
                break; /* by itself */
            pairs += to->bytes / 2;
        }
        if (from > chunk->segments && zoe_stop_wanted())
            return;
        if (wanted && pairs > 2 * ZOE_STOP_BYTES) {
            at = weave_long(weave_rows, from, even, odd, at);
        } else if (wanted) {
            at = weave_rows(from, (size_t)(to - from), even, odd, at);
        } else {
            unsigned bias = pairs & 1 ? 128u : 0u;
            at.even = (uint8_t)(at.even + add(even, pairs) + bias);
            at.odd = (uint8_t)(at.odd + add(odd, pairs) + bias);
        }
        even += pairs;
        odd += pairs;
        from = to;
    }
}
