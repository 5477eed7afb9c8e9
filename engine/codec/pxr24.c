/*
 * Each row of each channel is its samples' differences to the sample before (to 0 for the first),
 * modulo 2^16 or 2^32, stored as planes of bytes from the highest to the lowest: two planes for
 * half, four for uint, three for float, whose lowest byte is 0. Rows do not depend on each other,
 * so unwanted ones cost nothing but inflating them.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/pxr24.h"

#include <string.h>

#include "base/cpu.h"
#include "base/stop.h"
#include "codec/chunk_rows.h"
#include "codec/inflate.h"
#include "codec/inflate_chunks.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Restores samples `from` to n of a row, where `sum` is the sample before; `planes` bytes a sample
 * lie n apart. dst has 2 bytes a sample for 2 planes, else 4. */
typedef void row_fn(uint8_t *dst, const uint8_t *src, size_t n);

static void half_scalar(uint8_t *dst, const uint8_t *src, size_t n, size_t from, uint16_t sum)
{
    for (size_t i = from; i < n; i++) {
        sum = (uint16_t)(sum + (unsigned)(src[i] << 8 | src[n + i]));
        memcpy(dst + 2 * i, &sum, sizeof sum);
    }
}

static void wide_scalar(uint8_t *dst, const uint8_t *src, size_t n, unsigned planes, size_t from,
                        uint32_t sum)
{
    for (size_t i = from; i < n; i++) {
        uint32_t difference =
            (uint32_t)src[i] << 24 | (uint32_t)src[n + i] << 16 | (uint32_t)src[2 * n + i] << 8;
        if (planes == 4)
            difference |= src[3 * n + i];
        sum += difference;
        memcpy(dst + 4 * i, &sum, sizeof sum);
    }
}

static void half_row(uint8_t *dst, const uint8_t *src, size_t n)
{
    half_scalar(dst, src, n, 0, 0);
}

static void float_row(uint8_t *dst, const uint8_t *src, size_t n)
{
    wide_scalar(dst, src, n, 3, 0, 0);
}

static void uint_row(uint8_t *dst, const uint8_t *src, size_t n)
{
    wide_scalar(dst, src, n, 4, 0, 0);
}

#if defined(__x86_64__)

__attribute__((target("sse4.1"))) static inline __m128i load_sse41(const uint8_t *from)
{
    return _mm_loadu_si128((const __m128i *)(const void *)from);
}

__attribute__((target("sse4.1"))) static inline void store_sse41(uint8_t *to, __m128i v)
{
    _mm_storeu_si128((__m128i *)(void *)to, v);
}

/* Sums up eight words after *carry, which becomes the last of them in all places. */
__attribute__((target("sse4.1"))) static inline __m128i sum_words_sse41(__m128i v, __m128i *carry)
{
    v = _mm_add_epi16(v, _mm_slli_si128(v, 2));
    v = _mm_add_epi16(v, _mm_slli_si128(v, 4));
    v = _mm_add_epi16(v, _mm_slli_si128(v, 8));
    /* The carry's own chain is one add: the broadcast does not wait for it. */
    __m128i total = _mm_shuffle_epi8(v, _mm_set1_epi16(0x0f0e));
    v = _mm_add_epi16(v, *carry);
    *carry = _mm_add_epi16(*carry, total);
    return v;
}

__attribute__((target("sse4.1"))) static inline __m128i sum_longs_sse41(__m128i v, __m128i *carry)
{
    v = _mm_add_epi32(v, _mm_slli_si128(v, 4));
    v = _mm_add_epi32(v, _mm_slli_si128(v, 8));
    __m128i total = _mm_shuffle_epi32(v, 0xff);
    v = _mm_add_epi32(v, *carry);
    *carry = _mm_add_epi32(*carry, total);
    return v;
}

__attribute__((target("sse4.1"))) static void half_row_sse41(uint8_t *dst, const uint8_t *src,
                                                             size_t n)
{
    __m128i carry = _mm_setzero_si128();
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m128i high = load_sse41(src + i);
        __m128i low = load_sse41(src + n + i);
        __m128i a = _mm_unpacklo_epi8(low, high);
        __m128i b = _mm_unpackhi_epi8(low, high);
        store_sse41(dst + 2 * i, sum_words_sse41(a, &carry));
        store_sse41(dst + 2 * i + 16, sum_words_sse41(b, &carry));
    }
    half_scalar(dst, src, n, i, (uint16_t)_mm_extract_epi16(carry, 0));
}

__attribute__((target("sse4.1"))) static inline void wide_row_sse41(uint8_t *dst,
                                                                    const uint8_t *src, size_t n,
                                                                    unsigned planes)
{
    __m128i carry = _mm_setzero_si128();
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m128i b3 = load_sse41(src + i);
        __m128i b2 = load_sse41(src + n + i);
        __m128i b1 = load_sse41(src + 2 * n + i);
        __m128i b0 = planes == 4 ? load_sse41(src + 3 * n + i) : _mm_setzero_si128();
        __m128i high = _mm_unpacklo_epi8(b2, b3);
        __m128i low = _mm_unpacklo_epi8(b0, b1);
        store_sse41(dst + 4 * i, sum_longs_sse41(_mm_unpacklo_epi16(low, high), &carry));
        store_sse41(dst + 4 * i + 16, sum_longs_sse41(_mm_unpackhi_epi16(low, high), &carry));
        high = _mm_unpackhi_epi8(b2, b3);
        low = _mm_unpackhi_epi8(b0, b1);
        store_sse41(dst + 4 * i + 32, sum_longs_sse41(_mm_unpacklo_epi16(low, high), &carry));
        store_sse41(dst + 4 * i + 48, sum_longs_sse41(_mm_unpackhi_epi16(low, high), &carry));
    }
    wide_scalar(dst, src, n, planes, i, (uint32_t)_mm_cvtsi128_si32(carry));
}

__attribute__((target("sse4.1"))) static void float_row_sse41(uint8_t *dst, const uint8_t *src,
                                                              size_t n)
{
    wide_row_sse41(dst, src, n, 3);
}

__attribute__((target("sse4.1"))) static void uint_row_sse41(uint8_t *dst, const uint8_t *src,
                                                             size_t n)
{
    wide_row_sse41(dst, src, n, 4);
}

/* Sixteen words after *carry: sums inside the lanes, then the lower lane's total for the upper
 * one. */
__attribute__((target("avx2"))) static inline __m256i sum_words_avx2(__m256i v, __m256i *carry)
{
    v = _mm256_add_epi16(v, _mm256_slli_si256(v, 2));
    v = _mm256_add_epi16(v, _mm256_slli_si256(v, 4));
    v = _mm256_add_epi16(v, _mm256_slli_si256(v, 8));
    __m256i total = _mm256_shuffle_epi8(v, _mm256_set1_epi16(0x0f0e));
    __m256i lower = _mm256_permute2x128_si256(total, total, 0x08);
    __m256i swapped = _mm256_permute2x128_si256(total, total, 0x01);
    v = _mm256_add_epi16(_mm256_add_epi16(v, lower), *carry);
    *carry = _mm256_add_epi16(*carry, _mm256_add_epi16(total, swapped));
    return v;
}

__attribute__((target("avx2"))) static void half_row_avx2(uint8_t *dst, const uint8_t *src,
                                                          size_t n)
{
    __m256i carry = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        /* With the middle quarters swapped, unpacking inside the lanes keeps the samples' order. */
        __m256i high = _mm256_permute4x64_epi64(
            _mm256_loadu_si256((const __m256i *)(const void *)(src + i)), 0xd8);
        __m256i low = _mm256_permute4x64_epi64(
            _mm256_loadu_si256((const __m256i *)(const void *)(src + n + i)), 0xd8);
        __m256i a = sum_words_avx2(_mm256_unpacklo_epi8(low, high), &carry);
        __m256i b = sum_words_avx2(_mm256_unpackhi_epi8(low, high), &carry);
        _mm256_storeu_si256((__m256i *)(void *)(dst + 2 * i), a);
        _mm256_storeu_si256((__m256i *)(void *)(dst + 2 * i + 32), b);
    }
    half_scalar(dst, src, n, i, (uint16_t)_mm256_extract_epi16(carry, 0));
}

#endif

/* The row functions by sample type. */
typedef struct rows {
    row_fn *of_type[3];
} rows;

static rows choose(void)
{
    rows r = {{uint_row, half_row, float_row}};
#if defined(__x86_64__)
    unsigned features = zoe_cpu_features();
    if (features & ZOE_CPU_SSE41)
        r = (rows){{uint_row_sse41, half_row_sse41, float_row_sse41}};
    if (features & ZOE_CPU_AVX2)
        r.of_type[ZOE_CODEC_HALF] = half_row_avx2;
#endif
    return r;
}

/* Bytes a sample: in a row, and in the byte planes. */
static const uint8_t sample_bytes[3] = {4, 2, 4};
static const uint8_t sample_planes[3] = {4, 2, 3};

/* Goes through the rows as the file has them. Without `src`: checks that the segments are those of
 * the channels, notes whether any is wanted, and adds up *plane_bytes. With it: decodes. */
static bool walk(const zoe_codec_chunk *chunk, const uint8_t *src, size_t *plane_bytes,
                 bool *wanted)
{
    rows row = choose();
    zoe_codec_samplings samplings = zoe_codec_samplings_of(chunk);
    size_t at = 0;
    size_t done = 0;
    for (int32_t line = 0; line < chunk->line_count; line++) {
        if (zoe_stop_wanted())
            return false;
        const int64_t y = (int64_t)chunk->first_y + line;
        zoe_codec_samplings_go_to(&samplings, y);
        for (size_t c = 0; c < chunk->channel_count; c++) {
            const zoe_codec_channel *channel = &chunk->channels[c];
            if (channel->height <= 0 || !zoe_codec_has_row(&samplings, channel, y))
                continue;
            if (at == chunk->segment_count || channel->type > 2 || channel->width < 0)
                return false;
            const zoe_codec_segment *segment = &chunk->segments[at++];
            size_t n = (size_t)channel->width;
            if (segment->bytes != n * sample_bytes[channel->type])
                return false;
            if (src && segment->dst)
                row.of_type[channel->type](segment->dst, src + done, n);
            *wanted |= segment->dst && n > 0;
            done += n * sample_planes[channel->type];
        }
    }
    *plane_bytes = done;
    return at == chunk->segment_count;
}

size_t zoe_pxr24_scratch_bytes(const zoe_codec_chunk *chunk)
{
    return zoe_inflate_padded_scratch_bytes(chunk->unpacked_bytes);
}

static void from_planes(const zoe_codec_chunk *chunk, const uint8_t *planes)
{
    size_t bytes = 0;
    bool wanted = false;
    walk(chunk, planes, &bytes, &wanted);
}

/* Are the segments those of the channels? How long the byte planes are: no longer than the samples,
 * so that the scratch for these is enough for those. */
static bool measure(const zoe_codec_chunk *chunk, size_t *bytes, bool *wanted)
{
    *wanted = false;
    return walk(chunk, NULL, bytes, wanted) && *bytes <= chunk->unpacked_bytes;
}

zoe_status zoe_pxr24_decode(const zoe_codec_chunk *chunk, void *scratch, size_t scratch_bytes)
{
    size_t bytes;
    bool wanted;
    if (!measure(chunk, &bytes, &wanted))
        return ZOE_ERROR_CORRUPT;
    if (!wanted)
        return ZOE_OK;
    zoe_status status =
        zoe_inflate_padded(chunk->packed, chunk->packed_bytes, scratch, scratch_bytes, bytes);
    if (status == ZOE_OK)
        from_planes(chunk, scratch);
    return status;
}

size_t zoe_pxr24_many_scratch_bytes(const zoe_codec_chunk *largest, size_t count)
{
    return zoe_inflate_chunks_scratch_bytes(largest->unpacked_bytes, count);
}

static size_t inflated_bytes(const zoe_codec_chunk *chunk)
{
    size_t bytes;
    bool wanted;
    return measure(chunk, &bytes, &wanted) && wanted ? bytes : 0;
}

void zoe_pxr24_decode_many(const zoe_codec_chunk *const *chunks, size_t count, void *scratch,
                           size_t scratch_bytes, zoe_status *status)
{
    static const zoe_inflate_codec user = {inflated_bytes, from_planes, zoe_pxr24_decode};
    zoe_inflate_chunks(&user, chunks, count, scratch, scratch_bytes, status);
}
