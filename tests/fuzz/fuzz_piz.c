/*
 * Any bytes as a PIZ chunk. The input:
 *   1 byte   the levels of SIMD allowed
 *   1 byte   columns, 0 to 255
 *   1 byte   lines, 0 to 63
 *   1 byte   the first line, signed
 *   1 byte   number of channels - 1, modulo 4
 *   4 bytes  a channel each: bits 0-1 type, 2-3 and 4-5 samplings - 1, 6 its even rows and 7 its
 * odd rows are not wanted the rest is the packed chunk Every row lies in an allocation of its own.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdlib.h>

#include "base/cpu.h"
#include "codec/piz.h"
#include "fuzz_scratch.h"

enum { CHANNELS = 4, LINES = 64, HEAD_BYTES = 5 + CHANNELS };

typedef struct input {
    zoe_codec_chunk chunk;
    zoe_codec_channel channels[CHANNELS];
    zoe_codec_segment segments[CHANNELS * LINES];
} input;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

/* Rows in file order, and the channels' heights. */
static void lay_out(input *in, const uint8_t *flags, int32_t columns)
{
    zoe_codec_chunk *chunk = &in->chunk;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        zoe_codec_channel *channel = &in->channels[c];
        *channel = (zoe_codec_channel){.name = "channel",
                                       .type = (uint8_t)((flags[c] & 3) % 3),
                                       .x_sampling = (flags[c] >> 2 & 3) + 1,
                                       .y_sampling = (flags[c] >> 4 & 3) + 1};
        channel->width = columns / channel->x_sampling;
    }
    for (int32_t y = chunk->first_y; y < chunk->first_y + chunk->line_count; y++) {
        for (size_t c = 0; c < chunk->channel_count; c++) {
            zoe_codec_channel *channel = &in->channels[c];
            if (y % channel->y_sampling != 0)
                continue;
            const bool wanted = !(flags[c] >> (6 + (channel->height & 1)) & 1);
            const size_t sample = channel->type == ZOE_CODEC_HALF ? 2 : 4;
            const size_t bytes = (size_t)channel->width * sample;
            in->segments[chunk->segment_count++] =
                (zoe_codec_segment){.dst = wanted ? need(malloc(bytes + (bytes == 0))) : NULL,
                                    .bytes = (uint32_t)bytes};
            chunk->unpacked_bytes += bytes;
            channel->height++;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD_BYTES)
        return 0;
    input in = {.chunk = {.packed = data + HEAD_BYTES,
                          .packed_bytes = size - HEAD_BYTES,
                          .first_y = (int8_t)data[3],
                          .line_count = data[2] % LINES,
                          .channels = in.channels,
                          .channel_count = data[4] % CHANNELS + 1u,
                          .segments = in.segments}};
    zoe_cpu_limit(data[0]);
    lay_out(&in, data + 5, data[1]);

    const size_t scratch_bytes = zoe_piz_scratch_bytes(&in.chunk);
    if (scratch_bytes == SIZE_MAX)
        abort();
    void *scratch = fuzz_scratch(scratch_bytes);
    const zoe_status status = zoe_piz_decode(&in.chunk, scratch, scratch_bytes);
    if (status != ZOE_OK && status != ZOE_ERROR_CORRUPT)
        abort();

    for (size_t i = 0; i < in.chunk.segment_count; i++)
        free(in.segments[i].dst);
    return 0;
}
