/*
 * Any bytes as a deep chunk: unpacked, and flattened whole and in part to the same pixels. What was
 * packed as it should be is read.
 *
 * Input:
 *   1 byte   bits 0-1 compression: none, RLE, ZIPS, ZIP; 2: the table is packed here; 3: so are the
 *            samples; 4: the table is made of small counts; 5: samples have few different values;
 *            6: planes are half
 *   1 byte   width - 1, modulo 32; bits 5-7 the level of SIMD
 *   1 byte   height - 1, modulo 8; bits 4-7 by how much a tile is larger, 0: scanlines
 *   1 byte   channels - 1, modulo 6; bits 4-5 planes - 1
 *   1 byte a channel: bits 0-1 type, modulo 3; 2 it is alpha, 3 Z, 4 ZBack (the last one is), 5: it
 *            is a plane
 *   2 bytes  bytes of samples, unless the table and they are made here
 *   2 bytes  bytes of the table in the rest, modulo what there is
 * The rest is the table, or a byte for each count, and then the samples.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>

#include "codec/codec.h"
#include "base/cpu.h"
#include "exr/deep.h"
#include "fuzz_scratch.h"

enum {
    CHANNELS = 6,
    COLUMNS = 32,
    LINES = 8,
    HEAD_BYTES = 4,
    LIMIT = 1 << 24,
    RUN_MAX = 128, /* of RLE */
};

typedef struct bytes {
    uint8_t *data;
    size_t count;
} bytes;

/* What the input asks for. */
typedef struct wish {
    uint8_t how;
    int32_t width, height;
    uint8_t channel_count, plane_count;
    size_t sample_bytes; /* unpacked, as the chunk claims */
    const uint8_t *channels, *table, *samples;
    size_t table_count, samples_count;
} wish;

enum { PACK_TABLE = 4, PACK_SAMPLES = 8, SMALL_COUNTS = 16, FEW_VALUES = 32, HALF_PLANES = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_deep: %s\n", what);
    abort();
}

static void *need(size_t count)
{
    void *memory = NULL;
    check(posix_memalign(&memory, 64, count ? count : 1) == 0, "out of memory");
    return memory;
}

static bytes copy_of(const uint8_t *data, size_t count)
{
    bytes copy = {need(count), count};
    if (count)
        memcpy(copy.data, data, count);
    return copy;
}

static bool parse(wish *w, zoe_exr_deep *deep, const zoe_channel entries[CHANNELS],
                  const uint8_t *data, size_t size)
{
    static const zoe_compression compressions[] = {ZOE_COMPRESSION_NONE, ZOE_COMPRESSION_RLE,
                                                   ZOE_COMPRESSION_ZIPS, ZOE_COMPRESSION_ZIP};
    static const unsigned levels[] = {0, ZOE_CPU_SSE41 | ZOE_CPU_NEON, ~0u, ~0u};
    if (size < HEAD_BYTES || size < HEAD_BYTES + data[3] % CHANNELS + 1u + 4u)
        return false;
    w->how = data[0];
    w->width = data[1] % COLUMNS + 1;
    zoe_cpu_limit(levels[data[1] >> 5 & 3]);
    w->height = data[2] % LINES + 1;
    w->channel_count = data[3] % CHANNELS + 1;
    w->channels = data + HEAD_BYTES;
    const uint8_t *rest = w->channels + w->channel_count;
    size_t left = size - HEAD_BYTES - w->channel_count - 4;
    w->sample_bytes = rest[0] | (size_t)rest[1] << 8;
    w->table_count = (rest[2] | (size_t)rest[3] << 8) % (left + 1);
    w->table = rest + 4;
    w->samples = w->table + w->table_count;
    w->samples_count = left - w->table_count;

    *deep = (zoe_exr_deep){.compression = compressions[w->how & 3],
                           .channels = entries,
                           .channel_count = w->channel_count,
                           .alpha = -1,
                           .z = -1,
                           .z_back = -1,
                           .empty_depth = INFINITY};
    if (data[2] >> 4)
        deep->tile_pixels = (uint64_t)(w->width * w->height) + (data[2] >> 4) - 1u;
    return true;
}

/* The channels, and the planes that are made of them; at least one. */
static void choose(const wish *w, zoe_exr_deep *deep, zoe_channel entries[CHANNELS],
                   uint8_t plane_limit)
{
    static char names[3][8] = {"R", "Z", "ZBack"};
    for (int32_t c = 0; c < w->channel_count; c++) {
        uint8_t bits = w->channels[c];
        uint8_t type = (bits & 3) % 3;
        char *name = names[bits & 16 ? 2 : bits & 8 ? 1 : 0];
        entries[c] = (zoe_channel){
            .name = name, .type = (zoe_sample_type)type, .x_sampling = 1, .y_sampling = 1};
        deep->sample_bytes += type == ZOE_CODEC_HALF ? 2 : 4;
        if (bits & 4)
            deep->alpha = c;
        if (bits & 8)
            deep->z = c;
        if (bits & 16)
            deep->z_back = c;
        bool is_last = c == w->channel_count - 1;
        if (deep->plane_count < plane_limit && (bits & 32 || (is_last && deep->plane_count == 0))) {
            deep->plane_channel[deep->plane_count] = c;
            deep->plane_rule[deep->plane_count++] =
                type == ZOE_CODEC_UINT || bits & 24 ? ZOE_DEEP_FRONT : ZOE_DEEP_OVER;
        }
    }
}

/* ---- packing ---- */

/* In two halves, each byte the difference to the one before: what RLE and ZIP pack. */
static bytes reordered(bytes in)
{
    bytes out = {need(in.count), in.count};
    size_t half = (in.count + 1) / 2;
    for (size_t i = 0; i < in.count; i++)
        out.data[i % 2 ? half + i / 2 : i / 2] = in.data[i];
    for (size_t i = in.count; i-- > 1;)
        out.data[i] = (uint8_t)(out.data[i] - out.data[i - 1] + 128);
    return out;
}

/* Runs of equal bytes, and others. */
static bytes run_lengths(bytes in)
{
    bytes out = {need(2 * in.count), 0};
    for (size_t i = 0; i < in.count;) {
        size_t equal = 1;
        while (i + equal < in.count && equal < RUN_MAX && in.data[i + equal] == in.data[i])
            equal++;
        out.data[out.count++] = equal > 1 ? (uint8_t)(equal - 1) : (uint8_t)-1;
        out.data[out.count++] = in.data[i];
        i += equal;
    }
    return out;
}

static bytes deflated(bytes in)
{
    static struct libdeflate_compressor *compressor; /* takes long to make */
    if (!compressor)
        compressor = libdeflate_alloc_compressor(1);
    check(compressor != NULL, "out of memory");
    size_t bound = libdeflate_zlib_compress_bound(compressor, in.count);
    bytes out = {need(bound), 0};
    out.count = libdeflate_zlib_compress(compressor, in.data, in.count, out.data, bound);
    return out;
}

/* Packs, where that makes it smaller; frees what it packed. */
static bytes packed(bytes in, zoe_compression compression)
{
    if (compression == ZOE_COMPRESSION_NONE || in.count == 0)
        return in;
    bytes mixed = reordered(in);
    bytes small = compression == ZOE_COMPRESSION_RLE ? run_lengths(mixed) : deflated(mixed);
    free(mixed.data);
    bool is_smaller = small.count < in.count;
    free(is_smaller ? in.data : small.data);
    bytes out = is_smaller ? small : in;
    /* An allocation of exactly its size. */
    bytes exact = copy_of(out.data, out.count);
    free(out.data);
    return exact;
}

/* ---- the chunk ---- */

/* The table from a byte a count; *samples: how many there are. */
static bytes make_table(const wish *w, size_t *samples)
{
    size_t pixels = (size_t)w->width * (size_t)w->height;
    bytes table = {need(pixels * sizeof(int32_t)), pixels * sizeof(int32_t)};
    int32_t row = 0;
    *samples = 0;
    for (size_t i = 0; i < pixels; i++) {
        uint8_t count = w->table_count ? w->table[i % w->table_count] : 0;
        /* Now and then a pixel with many. */
        count = count < 250 ? count % 5 : count % 64;
        row = i % (size_t)w->width ? row + count : count;
        *samples += count;
        memcpy(table.data + i * sizeof row, &row, sizeof row);
    }
    return table;
}

/* One of few values, so that depths coincide and volumes overlap. */
static void put_value(uint8_t *dst, uint8_t type, uint8_t from)
{
    static const float odd[] = {NAN, INFINITY, -INFINITY, -1, 1e30f, 1e-40f, 65504, 0};
    static const uint16_t odd_halves[] = {0x7e00, 0x7c00, 0xfc00, 0xbc00, 0x7bff, 1, 0x8000, 0};
    bool is_odd = from >= 248;
    float value = is_odd ? odd[from & 7] : (float)(from & 15) / 8;
    uint16_t halves[] = {0,      0x3000, 0x3400, 0x3600, 0x3800, 0x3900, 0x3a00, 0x3b00,
                         0x3c00, 0x3c80, 0x3d00, 0x3d80, 0x3e00, 0x3e80, 0x3f00, 0x3f80};
    uint16_t half = is_odd ? odd_halves[from & 7] : halves[from & 15];
    uint32_t id = is_odd ? UINT32_MAX - from : from;
    if (type == ZOE_CODEC_HALF)
        memcpy(dst, &half, sizeof half);
    else
        memcpy(dst, type == ZOE_CODEC_FLOAT ? (const void *)&value : (const void *)&id, 4);
}

static bytes make_samples(const wish *w, bytes table, size_t count)
{
    bytes samples = {need(count), count};
    if (!(w->how & FEW_VALUES) || !(w->how & SMALL_COUNTS)) {
        for (size_t i = 0; i < count; i++)
            samples.data[i] = w->samples_count ? w->samples[i % w->samples_count] : 0;
        return samples;
    }
    size_t at = 0, used = 0;
    for (int32_t y = 0; y < w->height; y++) {
        int32_t row;
        memcpy(&row, table.data + sizeof row * (size_t)(y * w->width + w->width - 1), sizeof row);
        for (uint8_t c = 0; c < w->channel_count; c++) {
            uint8_t type = (w->channels[c] & 3) % 3;
            for (int32_t i = 0; i < row; i++, at += type == ZOE_CODEC_HALF ? 2 : 4)
                put_value(samples.data + at, type,
                          w->samples_count ? w->samples[used++ % w->samples_count] : 0);
        }
    }
    check(at == count, "samples were counted wrong");
    return samples;
}

/* ---- decoding ---- */

static size_t plane_bytes(zoe_sample_type type)
{
    return type == ZOE_SAMPLE_HALF ? 2 : 4;
}

/* Flattens a rectangle into planes of exactly its size. */
static void flatten(const zoe_exr_deep *deep, const wish *w, const zoe_exr_deep_chunk *chunk,
                    zoe_exr_deep_target *target, uint8_t *planes[ZOE_PLANES_MAX])
{
    for (uint32_t p = 0; p < deep->plane_count; p++) {
        uint8_t type = (w->channels[deep->plane_channel[p]] & 3) % 3;
        target->types[p] = w->how & HALF_PLANES || type == ZOE_CODEC_HALF ? ZOE_SAMPLE_HALF
                           : type == ZOE_CODEC_UINT                       ? ZOE_SAMPLE_UINT
                                                                          : ZOE_SAMPLE_FLOAT;
        target->strides[p] = (size_t)target->column_count * plane_bytes(target->types[p]);
        target->planes[p] = planes[p] = need((size_t)target->row_count * target->strides[p]);
    }
    zoe_exr_deep_flatten(deep, chunk, target);
}

static void check_flattening(const zoe_exr_deep *deep, const wish *w,
                             const zoe_exr_deep_chunk *chunk)
{
    uint8_t *whole[ZOE_PLANES_MAX], *part[ZOE_PLANES_MAX];
    zoe_exr_deep_target all = {.row_count = w->height, .column_count = w->width};
    flatten(deep, w, chunk, &all, whole);
    zoe_exr_deep_target some = {.first_row = w->height / 3, .first_column = w->width / 4};
    some.row_count = (w->height - some.first_row + 1) / 2;
    some.column_count = (w->width - some.first_column + 1) / 2;
    flatten(deep, w, chunk, &some, part);
    for (uint32_t p = 0; p < deep->plane_count; p++) {
        size_t from = (size_t)some.first_column * plane_bytes(all.types[p]);
        for (int32_t y = 0; y < some.row_count; y++)
            check(memcmp(part[p] + (size_t)y * some.strides[p],
                         whole[p] + (size_t)(y + some.first_row) * all.strides[p] + from,
                         some.strides[p]) == 0,
                  "a part differs from the whole");
        free(whole[p]);
        free(part[p]);
    }
}

static void decode(const zoe_exr_deep *deep, const wish *w, bytes table, bytes samples,
                   uint64_t unpacked_size, bool is_sound)
{
    exr_chunk_info_t info;
    memset(&info, 0, sizeof info);
    info.width = w->width;
    info.height = w->height;
    info.sample_count_table_size = table.count;
    info.packed_size = samples.count;
    info.unpacked_size = unpacked_size;
    size_t scratch_bytes = 0;
    zoe_status status = zoe_exr_deep_measure(deep, &info, LIMIT, &scratch_bytes);
    if (status == ZOE_OK) {
        void *scratch = fuzz_scratch(scratch_bytes);
        zoe_exr_deep_chunk chunk;
        status = zoe_exr_deep_unpack(deep, &info, table.data, samples.data, scratch, scratch_bytes,
                                     &chunk);
        if (status == ZOE_OK)
            check_flattening(deep, w, &chunk);
    }
    check(status == ZOE_OK || status == ZOE_ERROR_CORRUPT || status == ZOE_ERROR_OVER_BUDGET,
          zoe_status_text(status));
    check(!is_sound || status == ZOE_OK, "a sound chunk is not read");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wish w;
    zoe_exr_deep deep;
    zoe_channel entries[CHANNELS];
    if (!parse(&w, &deep, entries, data, size))
        return 0;
    choose(&w, &deep, entries, (data[3] >> 4 & 3) + 1);
    bool small = w.how & SMALL_COUNTS, own_table = w.how & PACK_TABLE;
    bool own_samples = w.how & PACK_SAMPLES;
    size_t count = 0;
    bytes table = small ? make_table(&w, &count) : copy_of(w.table, w.table_count);
    size_t unpacked = small && own_samples ? count * deep.sample_bytes : w.sample_bytes;
    bytes samples =
        own_samples ? make_samples(&w, table, unpacked) : copy_of(w.samples, w.samples_count);
    if (own_table)
        table = packed(table, deep.compression);
    if (own_samples)
        samples = packed(samples, deep.compression);
    decode(&deep, &w, table, samples, unpacked, small && own_table && own_samples);
    free(table.data);
    free(samples.data);
    zoe_cpu_limit(~0u);
    return 0;
}
