/*
 * A chunk holds its channels one after the other, each as a whole; half channels in rows of blocks,
 * where the blocks at the right and lower edge are filled up.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/b44.h"

#include <string.h>

#include "codec/b44_block.h"

/* Scratch, laid out. */
typedef struct layout {
    uint8_t **rows; /* segment_count rows' destinations, channel by channel, from the top */
    size_t *next;   /* where in `rows` each channel's next row goes */
    uint8_t *sink;  /* a row of whole blocks, as wide as the widest channel */
} layout;

static size_t whole_blocks_bytes(int32_t width)
{
    return ((size_t)width + 3) / 4 * 8;
}

static size_t row_bytes(const zoe_codec_channel *channel)
{
    return (size_t)channel->width * (channel->type == ZOE_CODEC_HALF ? 2 : 4);
}

static bool has_row(const zoe_codec_chunk *chunk, const zoe_codec_channel *channel, int32_t line)
{
    return channel->height > 0 && (chunk->first_y + (int64_t)line) % channel->y_sampling == 0;
}

size_t zoe_b44_scratch_bytes(const zoe_codec_chunk *chunk)
{
    size_t widest = 0;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        const zoe_codec_channel *channel = &chunk->channels[c];
        if (channel->width > 0 && whole_blocks_bytes(channel->width) > widest)
            widest = whole_blocks_bytes(channel->width);
    }
    size_t entries = sizeof(uint8_t *) > sizeof(size_t) ? sizeof(uint8_t *) : sizeof(size_t);
    if (chunk->channel_count > SIZE_MAX / entries / 4 ||
        chunk->segment_count > SIZE_MAX / entries / 4 || widest > SIZE_MAX / 4)
        return SIZE_MAX;
    return chunk->segment_count * sizeof(uint8_t *) + chunk->channel_count * sizeof(size_t) +
           widest;
}

/* Sorts the rows by channel; false when segments and channels contradict each other. */
static bool sort_rows(const zoe_codec_chunk *chunk, const layout *l)
{
    size_t first = 0;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        const zoe_codec_channel *channel = &chunk->channels[c];
        if (channel->height < 0 || channel->width < 0 || channel->type > ZOE_CODEC_FLOAT ||
            (size_t)channel->height > chunk->segment_count - first)
            return false;
        l->next[c] = first;
        first += (size_t)channel->height;
    }
    if (first != chunk->segment_count)
        return false;
    size_t at = 0;
    for (int32_t line = 0; line < chunk->line_count; line++) {
        for (size_t c = 0; c < chunk->channel_count; c++) {
            const zoe_codec_channel *channel = &chunk->channels[c];
            if (!has_row(chunk, channel, line))
                continue;
            if (at == chunk->segment_count || chunk->segments[at].bytes != row_bytes(channel))
                return false;
            l->rows[l->next[c]++] = chunk->segments[at++].dst;
        }
    }
    /* With all rows given out, each channel's end is the next one's start only if each got its
     * own. */
    first = 0;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        first += (size_t)chunk->channels[c].height;
        if (l->next[c] != first)
            return false;
    }
    return true;
}

/* A channel that is not half: its rows as they are. */
static bool copy_channel(const zoe_codec_channel *channel, zoe_b44_input *input,
                         uint8_t *const *rows)
{
    size_t bytes = row_bytes(channel);
    for (int32_t y = 0; y < channel->height; y++) {
        if (bytes > (size_t)(input->end - input->at))
            return false;
        if (rows[y] && bytes > 0)
            memcpy(rows[y], input->at, bytes);
        input->at += bytes;
    }
    return true;
}

static bool skip_blocks(zoe_b44_input *input, size_t blocks)
{
    for (size_t i = 0; i < blocks; i++) {
        size_t bytes = zoe_b44_block_bytes(input);
        if (bytes == 0)
            return false;
        input->at += bytes;
    }
    return true;
}

/* Decodes what is left of a row of blocks after the whole ones: a block of which `columns` columns
 * lie in the channel. */
static bool edge_block(zoe_b44_blocks_fn *decode, zoe_b44_input *input, uint8_t *const rows[4],
                       size_t blocks, size_t columns)
{
    uint16_t samples[4][4];
    uint8_t *const edge[4] = {(uint8_t *)samples[0], (uint8_t *)samples[1], (uint8_t *)samples[2],
                              (uint8_t *)samples[3]};
    if (!decode(input, 1, edge))
        return false;
    for (size_t y = 0; y < 4; y++)
        memcpy(rows[y] + blocks * 8, edge[y], columns * 2);
    return true;
}

static bool half_channel(const zoe_codec_channel *channel, zoe_b44_input *input,
                         uint8_t *const *rows, uint8_t *sink)
{
    zoe_b44_blocks_fn *decode = zoe_b44_blocks();
    size_t width = (size_t)channel->width;
    size_t whole = width / 4;
    size_t columns = width % 4;
    for (int32_t y = 0; y < channel->height; y += 4) {
        uint8_t *four[4] = {sink, sink, sink, sink};
        bool wanted = false;
        for (int32_t i = 0; i < 4 && y + i < channel->height; i++) {
            if (rows[y + i]) {
                four[i] = rows[y + i];
                wanted = true;
            }
        }
        if (!wanted) {
            if (!skip_blocks(input, whole + (columns > 0)))
                return false;
            continue;
        }
        if (!decode(input, whole, four))
            return false;
        if (columns > 0 && !edge_block(decode, input, four, whole, columns))
            return false;
        for (int32_t i = 0; channel->p_linear && i < 4 && y + i < channel->height; i++)
            if (rows[y + i])
                zoe_b44_to_linear(rows[y + i], width);
    }
    return true;
}

zoe_status zoe_b44_decode(const zoe_codec_chunk *chunk, void *scratch, size_t scratch_bytes)
{
    if (scratch_bytes < zoe_b44_scratch_bytes(chunk))
        return ZOE_ERROR_CORRUPT;
    layout l = {.rows = scratch};
    l.next = (size_t *)(void *)(l.rows + chunk->segment_count);
    l.sink = (uint8_t *)(l.next + chunk->channel_count);
    if (!sort_rows(chunk, &l))
        return ZOE_ERROR_CORRUPT;
    zoe_b44_input input = {chunk->packed, chunk->packed + chunk->packed_bytes};
    uint8_t *const *rows = l.rows;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        const zoe_codec_channel *channel = &chunk->channels[c];
        bool good = channel->type == ZOE_CODEC_HALF ? half_channel(channel, &input, rows, l.sink)
                                                    : copy_channel(channel, &input, rows);
        if (!good)
            return ZOE_ERROR_CORRUPT;
        rows += channel->height;
    }
    return input.at == input.end ? ZOE_OK : ZOE_ERROR_CORRUPT;
}
