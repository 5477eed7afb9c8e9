/*
 * A chunk holds its channels one after the other, each as a whole; half channels in rows of blocks,
 * where the blocks at the right and lower edge are filled up.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/b44.h"

#include <string.h>

#include "base/stop.h"
#include "codec/b44_block.h"
#include "codec/chunk_rows.h"

/* Scratch, laid out. */
typedef struct layout {
    size_t *first_row; /* one a channel: where its rows begin in `rows` */
    uint32_t *rows;    /* the segments, channel by channel */
    uint8_t *sink;     /* a row of whole blocks, as wide as the widest channel */
} layout;

/* A channel's rows. */
typedef struct channel_rows {
    const zoe_codec_segment *segments;
    const uint32_t *index; /* the segment of each row, from the top */
} channel_rows;

static uint8_t *row_at(const channel_rows *r, int32_t y)
{
    return r->segments[r->index[y]].dst;
}

static size_t whole_blocks_bytes(int32_t width)
{
    return ((size_t)width + 3) / 4 * 8;
}

size_t zoe_b44_scratch_bytes(const zoe_codec_chunk *chunk)
{
    size_t widest = 0;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        const zoe_codec_channel *channel = &chunk->channels[c];
        if (channel->width > 0 && whole_blocks_bytes(channel->width) > widest)
            widest = whole_blocks_bytes(channel->width);
    }
    if (chunk->channel_count > SIZE_MAX / sizeof(size_t) / 4 ||
        chunk->segment_count > SIZE_MAX / sizeof(uint32_t) / 4 || widest > SIZE_MAX / 4)
        return SIZE_MAX;
    /* The sink, which comes last, has pairs of bytes; everything before it keeps that alignment. */
    return chunk->channel_count * sizeof(size_t) + chunk->segment_count * sizeof(uint32_t) + widest;
}

/* A channel that is not half: its rows as they are. */
static bool copy_channel(const zoe_codec_channel *channel, zoe_b44_input *input,
                         const channel_rows *r)
{
    size_t bytes = (size_t)channel->width * zoe_codec_sample_bytes(channel);
    for (int32_t y = 0; y < channel->height; y++) {
        if (bytes > (size_t)(input->end - input->at) || zoe_stop_wanted())
            return false;
        if (row_at(r, y) && bytes > 0 && !zoe_stop_copy(row_at(r, y), input->at, bytes))
            return false;
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
                         const channel_rows *r, uint8_t *sink)
{
    zoe_b44_blocks_fn *decode = zoe_b44_blocks();
    size_t width = (size_t)channel->width;
    size_t whole = width / 4;
    size_t columns = width % 4;
    for (int32_t y = 0; y < channel->height; y += 4) {
        if (zoe_stop_wanted())
            return false;
        uint8_t *four[4] = {sink, sink, sink, sink};
        bool wanted = false;
        for (int32_t i = 0; i < 4 && y + i < channel->height; i++) {
            if (row_at(r, y + i)) {
                four[i] = row_at(r, y + i);
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
            if (row_at(r, y + i))
                zoe_b44_to_linear(row_at(r, y + i), width);
    }
    return true;
}

zoe_status zoe_b44_decode(const zoe_codec_chunk *chunk, void *scratch, size_t scratch_bytes)
{
    if (scratch_bytes < zoe_b44_scratch_bytes(chunk))
        return ZOE_ERROR_CORRUPT;
    layout l = {.first_row = scratch};
    l.rows = (uint32_t *)(void *)(l.first_row + chunk->channel_count);
    l.sink = (uint8_t *)(l.rows + chunk->segment_count);
    if (!zoe_codec_sort_rows(chunk, l.rows, l.first_row))
        return ZOE_ERROR_CORRUPT;
    zoe_b44_input input = {chunk->packed, chunk->packed + chunk->packed_bytes};
    for (size_t c = 0; c < chunk->channel_count; c++) {
        const zoe_codec_channel *channel = &chunk->channels[c];
        channel_rows r = {chunk->segments, &l.rows[l.first_row[c]]};
        bool good = channel->type == ZOE_CODEC_HALF ? half_channel(channel, &input, &r, l.sink)
                                                    : copy_channel(channel, &input, &r);
        if (!good)
            return zoe_stop_wanted() ? ZOE_STALE : ZOE_ERROR_CORRUPT;
    }
    return input.at == input.end ? ZOE_OK : ZOE_ERROR_CORRUPT;
}
