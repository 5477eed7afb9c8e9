/*
 * Nothing is expanded into whole planes: each byte plane has a cursor in the code, found by
 * skipping the planes before it, and a row takes its bytes from all of them at once.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/dwa_rle.h"

#include <string.h>

#include "base/stop.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

/* Operations between two looks at whether to stop. */
enum { STOP_RUNS = 1 << 16 };

/* Begins the next operation: a count below zero is that many literals, others one less than the
 * run. */
static bool next(zoe_dwa_rle *rle)
{
    size_t available = (size_t)(rle->end - rle->at);
    if (available < 2)
        return false;
    int count = (int8_t)rle->at[0];
    rle->literal = count < 0;
    if (rle->literal) {
        rle->left = (size_t)-count;
        rle->at++;
        return available > rle->left;
    }
    rle->left = (size_t)count + 1;
    rle->value = rle->at[1];
    rle->at += 2;
    return true;
}

/* Decodes `bytes` bytes to `out`, or to nowhere if it is NULL. */
static bool expand(zoe_dwa_rle *rle, uint8_t *out, size_t bytes)
{
    for (size_t n = 1; bytes > 0; n++) {
        if (rle->left == 0 && !next(rle))
            return false;
        if (n % STOP_RUNS == 0 && zoe_stop_wanted())
            return false;
        size_t count = rle->left < bytes ? rle->left : bytes;
        if (out) {
            if (rle->literal)
                memcpy(out, rle->at, count);
            else
                memset(out, rle->value, count);
            out += count;
        }
        if (rle->literal)
            rle->at += count;
        rle->left -= count;
        bytes -= count;
    }
    return true;
}

static void interleave2(const uint8_t *low, const uint8_t *high, uint8_t *out, size_t count)
{
    size_t x = 0;
#if defined(__x86_64__)
    for (; x + 16 <= count; x += 16) {
        __m128i a = _mm_loadu_si128((const __m128i *)(const void *)&low[x]);
        __m128i b = _mm_loadu_si128((const __m128i *)(const void *)&high[x]);
        _mm_storeu_si128((__m128i *)(void *)&out[2 * x], _mm_unpacklo_epi8(a, b));
        _mm_storeu_si128((__m128i *)(void *)&out[2 * x + 16], _mm_unpackhi_epi8(a, b));
    }
#endif
    for (; x < count; x++) {
        out[2 * x] = low[x];
        out[2 * x + 1] = high[x];
    }
}

static void interleave4(const uint8_t *planes, size_t stride, uint8_t *out, size_t count)
{
    for (size_t x = 0; x < count; x++)
        for (size_t i = 0; i < 4; i++)
            out[4 * x + i] = planes[i * stride + x];
}

size_t zoe_dwa_rle_line_bytes(const zoe_codec_channel *channel)
{
    return (size_t)channel->width * 4;
}

bool zoe_dwa_rle_channel(zoe_dwa_rle *rle, const zoe_codec_channel *channel, const uint32_t *rows,
                         const zoe_codec_segment *segments, uint8_t *lines)
{
    const size_t size = channel->type == ZOE_CODEC_HALF ? 2 : 4;
    const size_t width = (size_t)channel->width;
    const size_t height = (size_t)channel->height;
    zoe_dwa_rle plane[4];
    for (size_t i = 0; i < size; i++) {
        plane[i] = *rle;
        if (!expand(rle, NULL, width * height))
            return false;
    }
    for (size_t y = 0; y < height; y++) {
        if (zoe_stop_wanted())
            return false;
        uint8_t *dst = segments[rows[y]].dst;
        for (size_t i = 0; i < size; i++)
            if (!expand(&plane[i], dst ? &lines[i * width] : NULL, width))
                return false;
        if (dst && size == 2)
            interleave2(lines, &lines[width], dst, width);
        else if (dst)
            interleave4(lines, width, dst, width);
    }
    return true;
}
