#include "codec/piz.h"

#include <string.h>

#include "base/cpu.h"
#include "base/stop.h"
#include "codec/chunk_rows.h"
#include "codec/huffman.h"
#include "codec/wavelet.h"

/*
 * A packed chunk:
 *   uint16 first, last          the bitmap's first and last byte that are not zero
 *   uint8  bitmap[last-first+1] absent when first > last; one bit for each 16-bit value that occurs
 *   int32  code_bytes
 *   uint8  code[code_bytes]     see huffman.h
 * The code's symbols are the channels one after the other, each its own rows x columns x words.
 */
enum {
    BITMAP_BYTES = 1 << 13,
    VALUE_COUNT = 1 << 16,
    ALIGNMENT = 64,
    BLOCK = 16, /* samples looked up together */
};

/* A channel's place among the symbols and among the segments. */
typedef struct plane {
    uint16_t *data;
    const uint32_t *rows; /* the segment of each row */
    bool wanted;          /* some row has a destination */
} plane;

/* The scratch, cut up. */
typedef struct workspace {
    uint16_t *symbols; /* symbol_count */
    size_t symbol_count;
    uint16_t *values;  /* VALUE_COUNT: from a value's number to the value */
    plane *planes;     /* one a channel */
    uint32_t *rows;    /* the segments, channel by channel */
    size_t *first_row; /* one a channel: where its rows begin in `rows` */
    void *code;
    size_t code_bytes;
    size_t total_bytes; /* SIZE_MAX when they cannot be counted */
} workspace;

/* The next bytes of the scratch; NULL where only the sizes are wanted. */
static void *carve(uint8_t *scratch, size_t *used, size_t count, size_t size)
{
    if (*used == SIZE_MAX || count > (SIZE_MAX - *used - ALIGNMENT) / size) {
        *used = SIZE_MAX;
        return NULL;
    }
    void *memory = scratch ? scratch + *used : NULL;
    *used += (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return memory;
}

static workspace cut_up(const zoe_codec_chunk *chunk, uint8_t *scratch)
{
    workspace ws;
    size_t used = 0;
    ws.symbol_count = chunk->unpacked_bytes / sizeof *ws.symbols;
    ws.code_bytes = zoe_huffman_scratch_bytes();
    ws.symbols = carve(scratch, &used, ws.symbol_count, sizeof *ws.symbols);
    ws.values = carve(scratch, &used, VALUE_COUNT, sizeof *ws.values);
    ws.planes = carve(scratch, &used, chunk->channel_count, sizeof *ws.planes);
    ws.rows = carve(scratch, &used, chunk->segment_count, sizeof *ws.rows);
    ws.first_row = carve(scratch, &used, chunk->channel_count, sizeof *ws.first_row);
    ws.code = carve(scratch, &used, ws.code_bytes, 1);
    ws.total_bytes = used;
    return ws;
}

static size_t words_per_sample(const zoe_codec_channel *channel)
{
    return channel->type == ZOE_CODEC_HALF ? 1 : 2;
}

static size_t words_per_row(const zoe_codec_channel *channel)
{
    return (size_t)channel->width * words_per_sample(channel);
}

/* Finds each channel's symbols, its rows sorted already. False when the sizes contradict each
 * other. */
static bool place_planes(const zoe_codec_chunk *chunk, const workspace *ws)
{
    size_t symbol = 0;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        const zoe_codec_channel *channel = &chunk->channels[c];
        const size_t rows = (size_t)channel->height;
        if (rows > 0 && words_per_row(channel) > (ws->symbol_count - symbol) / rows)
            return false;
        plane *p = &ws->planes[c];
        *p = (plane){.data = ws->symbols + symbol, .rows = ws->rows + ws->first_row[c]};
        for (size_t y = 0; y < rows; y++)
            p->wanted |= chunk->segments[p->rows[y]].dst != NULL;
        symbol += rows * words_per_row(channel);
    }
    return symbol == ws->symbol_count && chunk->unpacked_bytes % 2 == 0;
}

/* The symbols up to the end of the last channel that is wanted. */
static size_t wanted_symbols(const zoe_codec_chunk *chunk, const workspace *ws)
{
    for (size_t c = chunk->channel_count; c > 0; c--) {
        const plane *p = &ws->planes[c - 1];
        if (p->wanted)
            return (size_t)(p->data - ws->symbols) +
                   (size_t)chunk->channels[c - 1].height * words_per_row(&chunk->channels[c - 1]);
    }
    return 0;
}

static unsigned read_u16(const uint8_t *src)
{
    uint16_t value;
    memcpy(&value, src, sizeof value);
    return value;
}

/* Fills in the values in their order, zero after the last. Zero is always number 0, whether its bit
 * is set or not. Returns the greatest number. */
static uint32_t number_values(const uint8_t *bytes, size_t first, size_t count, uint16_t *values)
{
    uint32_t number = 1;
    values[0] = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t base = (first + i) * 8;
        unsigned bits = bytes[i];
        if (base == 0)
            bits &= ~1u;
        for (; bits != 0; bits &= bits - 1)
            values[number++] = (uint16_t)(base + (unsigned)__builtin_ctz(bits));
    }
    memset(values + number, 0, (VALUE_COUNT - number) * sizeof *values);
    return number - 1;
}

/* Reads everything before the symbols; leaves *code at the Huffman code. */
static bool read_head(const zoe_codec_chunk *chunk, uint16_t *values, uint32_t *max_value,
                      const uint8_t **code, size_t *code_bytes)
{
    const uint8_t *src = chunk->packed;
    size_t left = chunk->packed_bytes;
    if (left < 4)
        return false;
    const size_t first = read_u16(src), last = read_u16(src + 2);
    src += 4, left -= 4;
    if (last >= BITMAP_BYTES)
        return false;
    const size_t bitmap_bytes = first <= last ? last - first + 1 : 0;
    if (left < bitmap_bytes + 4)
        return false;
    *max_value = number_values(src, first, bitmap_bytes, values);
    src += bitmap_bytes, left -= bitmap_bytes;

    uint32_t size;
    memcpy(&size, src, sizeof size);
    src += 4, left -= 4;
    if (size > left)
        return false;
    *code = src;
    *code_bytes = size;
    return true;
}

static inline uint64_t read_four(const uint16_t *words)
{
    uint64_t four;
    memcpy(&four, words, sizeof four);
    return four;
}

/* Whether BLOCK words are all the same. */
static inline bool is_flat(const uint16_t *words)
{
    const uint64_t a = read_four(words), b = read_four(words + 4);
    const uint64_t c = read_four(words + 8), d = read_four(words + 12);
    const uint64_t rotated = a << 16 | a >> 48;
    return ((a ^ rotated) | (a ^ b) | (a ^ c) | (a ^ d)) == 0;
}

/* Numbers to values, into a row of the caller's. Vectors have nothing to offer here, since a gather
 * costs a load a sample like everything else; but rendered pictures are flat over wide areas, and
 * those need only one look-up a block. */
static void write_row(const zoe_codec_segment *row, const uint16_t *restrict numbers,
                      const uint16_t *restrict values)
{
    if (!row->dst)
        return;
    uint16_t *restrict dst = (uint16_t *)(void *)row->dst;
    const size_t count = row->bytes / sizeof *dst;
    size_t i = 0;
    for (; i + BLOCK <= count; i += BLOCK) {
        if (is_flat(numbers + i)) {
            const uint64_t four = values[numbers[i]] * 0x0001000100010001u;
#pragma GCC unroll 4
            for (size_t k = 0; k < BLOCK; k += 4)
                memcpy(dst + i + k, &four, sizeof four);
            continue;
        }
#pragma GCC unroll 16
        for (size_t k = 0; k < BLOCK; k++)
            dst[i + k] = values[numbers[i + k]];
    }
    for (; i < count; i++)
        dst[i] = values[numbers[i]];
}

static void write_plane(const plane *p, const zoe_codec_channel *channel,
                        const zoe_codec_segment *segments, const uint16_t *values,
                        uint32_t max_value)
{
    const size_t rows = (size_t)channel->height, stride = words_per_row(channel);
    const zoe_wavelet wavelet = {.data = p->data,
                                 .columns = (size_t)channel->width,
                                 .rows = rows,
                                 .words = words_per_sample(channel),
                                 .max_value = max_value,
                                 .features = zoe_cpu_features()};
    zoe_wavelet_decode_coarse(&wavelet);
    for (size_t row = 0; row < rows && !zoe_stop_wanted(); row += 2) {
        const zoe_codec_segment *first = &segments[p->rows[row]];
        const zoe_codec_segment *second = row + 1 < rows ? &segments[p->rows[row + 1]] : NULL;
        if (!first->dst && !(second && second->dst))
            continue;
        zoe_wavelet_decode_row_pair(&wavelet, row);
        write_row(first, p->data + row * stride, values);
        if (second)
            write_row(second, p->data + (row + 1) * stride, values);
    }
}

zoe_status zoe_piz_decode(const zoe_codec_chunk *chunk, void *scratch, size_t scratch_bytes)
{
    const workspace ws = cut_up(chunk, scratch);
    if (ws.total_bytes > scratch_bytes || !zoe_codec_sort_rows(chunk, ws.rows, ws.first_row) ||
        !place_planes(chunk, &ws))
        return ZOE_ERROR_CORRUPT;

    uint32_t max_value;
    const uint8_t *code;
    size_t code_bytes;
    if (!read_head(chunk, ws.values, &max_value, &code, &code_bytes))
        return ZOE_ERROR_CORRUPT;
    const zoe_status status =
        zoe_huffman_decode(code, code_bytes, ws.symbols, ws.symbol_count,
                           wanted_symbols(chunk, &ws), ws.code, ws.code_bytes);
    if (status != ZOE_OK)
        return status;

    for (size_t c = 0; c < chunk->channel_count; c++) {
        if (ws.planes[c].wanted)
            write_plane(&ws.planes[c], &chunk->channels[c], chunk->segments, ws.values, max_value);
    }
    return zoe_stop_wanted() ? ZOE_STALE : ZOE_OK;
}

size_t zoe_piz_scratch_bytes(const zoe_codec_chunk *chunk)
{
    return cut_up(chunk, NULL).total_bytes;
}
