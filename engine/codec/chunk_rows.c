/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/chunk_rows.h"

zoe_codec_samplings zoe_codec_samplings_of(const zoe_codec_chunk *chunk)
{
    zoe_codec_samplings samplings = {0, 0};
    for (size_t c = 0; c < chunk->channel_count; c++)
        if (chunk->channels[c].y_sampling < 64)
            samplings.some |= (uint64_t)1 << chunk->channels[c].y_sampling;
    return samplings;
}

void zoe_codec_samplings_go_to(zoe_codec_samplings *samplings, int64_t y)
{
    samplings->here = 0;
    for (uint64_t left = samplings->some; left; left &= left - 1) {
        int s = __builtin_ctzll(left);
        samplings->here |= (uint64_t)(y % s == 0) << s;
    }
}

/* Sets where each channel's rows begin; false when they are not as many as the segments. */
static bool place_channels(const zoe_codec_chunk *chunk, size_t *first_row)
{
    size_t total = 0;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        const zoe_codec_channel *channel = &chunk->channels[c];
        if (channel->width < 0 || channel->height < 0 || channel->y_sampling < 1 ||
            channel->type > ZOE_CODEC_FLOAT ||
            (size_t)channel->height > chunk->segment_count - total)
            return false;
        first_row[c] = total;
        total += (size_t)channel->height;
    }
    return total == chunk->segment_count && total <= UINT32_MAX;
}

bool zoe_codec_sort_rows(const zoe_codec_chunk *chunk, uint32_t *rows, size_t *first_row)
{
    if (!place_channels(chunk, first_row))
        return false;
    const size_t total = chunk->segment_count;
    zoe_codec_samplings samplings = zoe_codec_samplings_of(chunk);
    size_t segment = 0;
    for (int32_t line = 0; line < chunk->line_count; line++) {
        const int64_t y = (int64_t)chunk->first_y + line;
        zoe_codec_samplings_go_to(&samplings, y);
        for (size_t c = 0; c < chunk->channel_count; c++) {
            const zoe_codec_channel *channel = &chunk->channels[c];
            if (!zoe_codec_has_row(&samplings, channel, y))
                continue;
            if (segment == total || first_row[c] == total ||
                chunk->segments[segment].bytes !=
                    (size_t)channel->width * zoe_codec_sample_bytes(channel))
                return false;
            rows[first_row[c]++] = (uint32_t)segment++;
        }
    }
    /* first_row is now where each channel's rows end. A channel that got more or fewer rows than
     * its height does not end where the next one begins. */
    size_t end = 0;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        end += (size_t)chunk->channels[c].height;
        if (first_row[c] != end)
            return false;
        first_row[c] -= (size_t)chunk->channels[c].height;
    }
    return true;
}
