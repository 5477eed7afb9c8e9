/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "fuzz_chunk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>

#include "base/cpu.h"
#include "fuzz_scratch.h"

enum {
    MAX_CHANNELS = 8,
    MAX_LINES = 33,
};

typedef struct fuzz_input {
    zoe_codec_chunk chunk;
    zoe_codec_channel channels[MAX_CHANNELS];
    zoe_codec_segment segments[MAX_CHANNELS * MAX_LINES];
    bool wanted[MAX_CHANNELS * MAX_LINES];
} fuzz_input;

static void *need(size_t bytes)
{
    void *memory = malloc(bytes ? bytes : 1);
    if (!memory)
        abort();
    return memory;
}

static bool has_row(int32_t y, int32_t y_sampling)
{
    return y % y_sampling == 0;
}

/* Reads the header; false when there is not enough of it. */
static bool parse(fuzz_input *in, const uint8_t *data, size_t bytes)
{
    if (bytes < 4 || bytes < 4u + data[0] % MAX_CHANNELS + 1u)
        return false;
    zoe_codec_chunk *chunk = &in->chunk;
    chunk->channel_count = data[0] % MAX_CHANNELS + 1u;
    int32_t width = data[1] % 128 + 1;
    chunk->line_count = data[2] % MAX_LINES + 1;
    chunk->first_y = (int8_t)data[3];
    chunk->channels = in->channels;
    chunk->segments = in->segments;
    for (size_t c = 0; c < chunk->channel_count; c++) {
        uint8_t bits = data[4 + c];
        zoe_codec_channel *channel = &in->channels[c];
        channel->name = "c";
        channel->type = (uint8_t)((bits & 3) % 3);
        channel->x_sampling = 1 << (bits >> 2 & 3) % 3;
        channel->y_sampling = 1 << (bits >> 4 & 3) % 3;
        channel->p_linear = bits & 64;
        channel->width = (width + channel->x_sampling - 1) / channel->x_sampling;
    }
    for (int32_t line = 0; line < chunk->line_count; line++) {
        for (size_t c = 0; c < chunk->channel_count; c++) {
            zoe_codec_channel *channel = &in->channels[c];
            if (!has_row(chunk->first_y + line, channel->y_sampling))
                continue;
            zoe_codec_segment *segment = &in->segments[chunk->segment_count];
            segment->bytes = (uint32_t)channel->width * (channel->type == ZOE_CODEC_HALF ? 2 : 4);
            in->wanted[chunk->segment_count++] = !(data[4 + c] & 128);
            chunk->unpacked_bytes += segment->bytes;
            channel->height++;
        }
    }
    return true;
}

/* Decodes into fresh rows and gathers the wanted ones in `result`, which has unpacked_bytes bytes.
 */
static zoe_status run(fuzz_input *in, zoe_codec_decode_fn *decode,
                      zoe_codec_scratch_fn *scratch_bytes, uint8_t *result)
{
    size_t bytes = scratch_bytes(&in->chunk);
    void *scratch = fuzz_scratch(bytes);
    for (size_t i = 0; i < in->chunk.segment_count; i++)
        in->segments[i].dst = in->wanted[i] ? need(in->segments[i].bytes) : NULL;
    zoe_status status = decode(&in->chunk, scratch, bytes);
    for (size_t i = 0; i < in->chunk.segment_count; i++) {
        if (in->wanted[i] && status == ZOE_OK)
            memcpy(result, in->segments[i].dst, in->segments[i].bytes);
        result += in->segments[i].bytes;
        free(in->segments[i].dst);
    }
    return status;
}

int fuzz_chunk(const uint8_t *data, size_t bytes, zoe_codec_decode_fn *decode,
               zoe_codec_scratch_fn *scratch_bytes)
{
    static const unsigned levels[] = {0, ZOE_CPU_SSE41 | ZOE_CPU_NEON, ~0u};
    fuzz_input in = {.chunk = {.packed = NULL}};
    if (!parse(&in, data, bytes))
        return 0;
    size_t header = 4 + in.chunk.channel_count;
    in.chunk.packed_bytes = bytes - header;
    uint8_t *packed = need(in.chunk.packed_bytes);
    memcpy(packed, data + header, in.chunk.packed_bytes);
    in.chunk.packed = packed;
    uint8_t *results[2] = {need(in.chunk.unpacked_bytes), need(in.chunk.unpacked_bytes)};
    zoe_status first = ZOE_OK;
    memset(results[0], 0, in.chunk.unpacked_bytes);
    for (size_t level = 0; level < sizeof levels / sizeof levels[0]; level++) {
        zoe_cpu_limit(levels[level]);
        memset(results[level > 0], 0, in.chunk.unpacked_bytes);
        zoe_status status = run(&in, decode, scratch_bytes, results[level > 0]);
        if (level == 0)
            first = status;
        if ((status != ZOE_OK && status != ZOE_ERROR_CORRUPT) || status != first ||
            memcmp(results[0], results[level > 0], in.chunk.unpacked_bytes) != 0) {
            fprintf(stderr, "level %zu: status %d, before %d\n", level, (int)status, (int)first);
            abort();
        }
    }
    free(results[0]);
    free(results[1]);
    free(packed);
    return 0;
}

/* The header, and the rest as a zlib stream. */
static uint8_t *deflate_payload(const uint8_t *data, size_t *bytes)
{
    size_t header = 4u + data[0] % 8u + 1u;
    if (*bytes < header)
        return NULL;
    static struct libdeflate_compressor *compressor; /* takes long to make */
    if (!compressor)
        compressor = libdeflate_alloc_compressor(1);
    if (!compressor)
        abort();
    size_t bound = libdeflate_zlib_compress_bound(compressor, *bytes - header);
    uint8_t *made = malloc(header + bound);
    if (!made)
        abort();
    memcpy(made, data, header);
    *bytes = header + libdeflate_zlib_compress(compressor, data + header, *bytes - header,
                                               made + header, bound);
    return made;
}

int fuzz_zlib_chunk(const uint8_t *data, size_t bytes, zoe_codec_decode_fn *decode,
                    zoe_codec_scratch_fn *scratch_bytes)
{
    if (bytes < 1)
        return 0;
    bool packed = data[0] & 1;
    data++;
    bytes--;
    if (packed)
        return fuzz_chunk(data, bytes, decode, scratch_bytes);
    uint8_t *made = bytes > 0 ? deflate_payload(data, &bytes) : NULL;
    if (made)
        fuzz_chunk(made, bytes, decode, scratch_bytes);
    free(made);
    return 0;
}
