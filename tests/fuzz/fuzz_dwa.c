/*
 * Any bytes as a DWA chunk. The first bytes choose the layout; the rest is either the packed chunk,
 * or the contents of its streams, which are then deflated here, because a mutated zlib stream
 * seldom gets past its checksum.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>

#include "base/cpu.h"
#include "codec/dwa.h"
#include "fuzz_scratch.h"

enum { CHANNELS_MAX = 8, STREAMS = 4 };

typedef struct input {
    const uint8_t *at;
    size_t left;
} input;

typedef struct layout {
    zoe_codec_channel channels[CHANNELS_MAX];
    zoe_codec_chunk chunk;
    zoe_codec_segment *segments;
} layout;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t byte(input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

static void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static void choose_channels(input *in, layout *l)
{
    static const char *const names[] = {
        "R",   "G",   "B",   "A", "Y",     "BY",    "RY",    "Z",     "a.R", "a.G", "a.B", "a.A",
        "red", "grn", "blu", "x", "GREEN", "a.b.R", "a.b.G", "a.b.B", ".",   "",    "a.",  "ry"};
    int32_t width = byte(in) + 1;
    l->chunk.line_count = byte(in) % 64 + 1;
    l->chunk.first_y = (int8_t)byte(in);
    l->chunk.channel_count = byte(in) % (CHANNELS_MAX + 1);
    l->chunk.channels = l->channels;
    for (size_t c = 0; c < l->chunk.channel_count; c++) {
        zoe_codec_channel *channel = &l->channels[c];
        uint8_t kind = byte(in);
        channel->name = names[byte(in) % (sizeof names / sizeof *names)];
        channel->type = kind % 3;
        channel->p_linear = kind & 4;
        channel->x_sampling = kind & 8 ? 2 : 1;
        channel->y_sampling = kind & 16 ? 3 : 1;
        channel->width = width / channel->x_sampling;
        for (int32_t y = 0; y < l->chunk.line_count; y++)
            if ((l->chunk.first_y + y) % channel->y_sampling == 0)
                channel->height++;
        l->chunk.segment_count += (size_t)channel->height;
    }
}

/* Every wanted row in an allocation of its own. */
static void choose_rows(input *in, layout *l)
{
    uint8_t skip = byte(in);
    size_t s = 0;
    l->segments = need(calloc(l->chunk.segment_count + 1, sizeof *l->segments));
    l->chunk.segments = l->segments;
    for (int32_t y = 0; y < l->chunk.line_count; y++)
        for (size_t c = 0; c < l->chunk.channel_count; c++) {
            const zoe_codec_channel *channel = &l->channels[c];
            if ((l->chunk.first_y + y) % channel->y_sampling != 0)
                continue;
            zoe_codec_segment *segment = &l->segments[s++];
            segment->bytes = (uint32_t)channel->width * (channel->type == ZOE_CODEC_HALF ? 2 : 4);
            l->chunk.unpacked_bytes += segment->bytes;
            if (!(skip >> c & 1))
                segment->dst = need(malloc(segment->bytes ? segment->bytes : 1));
        }
}

/* A chunk from its streams: each input begins with its share of what is left, in 256ths. */
static uint8_t *assemble(input *in, size_t *bytes)
{
    uint64_t counters[11] = {2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    uint8_t *chunk = need(malloc(2 * in->left + 8192));
    struct libdeflate_compressor *compressor = need(libdeflate_alloc_compressor(1));
    size_t at = sizeof counters;
    size_t rules = in->left * byte(in) / 1024;
    chunk[at++] = (uint8_t)(rules + 2);
    chunk[at++] = (uint8_t)((rules + 2) >> 8);
    for (; rules > 0; rules--)
        chunk[at++] = byte(in);
    counters[7] = (uint64_t)byte(in) << 8;
    counters[7] |= byte(in);
    size_t raw[STREAMS];
    for (size_t i = 0; i < STREAMS; i++) {
        size_t share = in->left * byte(in) / 256;
        raw[i] = share < in->left ? share : in->left;
        counters[2 + i] =
            libdeflate_zlib_compress(compressor, in->at, raw[i], &chunk[at], raw[i] + 1024);
        at += counters[2 + i];
        in->at += raw[i];
        in->left -= raw[i];
    }
    counters[1] = raw[0];
    counters[8] = raw[1] / 2;
    counters[9] = raw[2] / 2;
    counters[6] = raw[3];
    memcpy(chunk, counters, sizeof counters);
    libdeflate_free_compressor(compressor);
    *bytes = at;
    return chunk;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, size};
    layout l = {0};
    uint8_t *packed = NULL;
    uint8_t mode = byte(&in);
    zoe_cpu_limit(mode & 2 ? ~0u : mode & 4 ? (unsigned)ZOE_CPU_SSE41 : 0);
    choose_channels(&in, &l);
    choose_rows(&in, &l);
    if (mode & 1) {
        packed = assemble(&in, &l.chunk.packed_bytes);
        packed = need(realloc(packed, l.chunk.packed_bytes)); /* so that reading past it is seen */
    } else {
        packed = need(malloc(in.left ? in.left : 1));
        memcpy(packed, in.at, in.left);
        l.chunk.packed_bytes = in.left;
    }
    l.chunk.packed = packed;
    size_t bytes = zoe_dwa_scratch_bytes(&l.chunk);
    void *scratch = fuzz_scratch(bytes);
    zoe_status status = zoe_dwa_decode(&l.chunk, scratch, bytes);
    if (status != ZOE_OK && status != ZOE_ERROR_CORRUPT)
        abort();
    free(packed);
    for (size_t s = 0; s < l.chunk.segment_count; s++)
        free(l.segments[s].dst);
    free(l.segments);
    return 0;
}
