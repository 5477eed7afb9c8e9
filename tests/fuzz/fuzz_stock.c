/*
 * Our codecs against OpenEXRCore's own, on one chunk: what both decode is the same, bit for bit,
 * and what the library packed both decode. DWA is not here: the library of 3.1 has none.
 *
 * Input:
 *   1 byte   bits 0-1: the payload is 0, 3 pixels that the library packs, 1 packed bytes, 2 what
 *            packed bytes are when it is deflated; bits 2-3 the level of SIMD; bit 4: that is
 *            deflated as long as it is, else in the size that the format wants
 *   1 byte   compression, modulo 8
 *   1 byte   width - 1, modulo 64
 *   1 byte   height - 1, modulo 64
 *   1 byte   the first line, signed
 *   1 byte   which chunk of the picture, modulo their number
 *   1 byte   number of channels - 1, modulo 4
 *   1 byte   number of changes to the packed bytes, modulo 4; no packed pixels are changed without
 *   1 byte a channel: bits 0-1 type, modulo 3; 2-3 log2 of x_sampling, modulo 3; 4-5 the same of
 *            y_sampling; 6 pLinear
 *   3 bytes a change: place, modulo the size, and value
 * The rest is the payload. Pixels are in the file's order; when they do not suffice they repeat.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>
#include <openexr.h>

#include "codec/b44.h"
#include "base/cpu.h"
#include "codec/none.h"
#include "codec/piz.h"
#include "codec/pxr24.h"
#include "codec/rle.h"
#include "codec/zip.h"
#include "fuzz_scratch.h"

enum {
    CHANNELS = 4,
    LINES = 32, /* of a chunk, at most */
    HEAD_BYTES = 8,
    CHANGE_BYTES = 3,
    PICTURE_MAX = 64, /* columns, and lines */
    FILE_BYTES = 2048,
    PADDING = 1024,
    ARENA_BYTES = 32 << 20,
};

typedef enum payload { PIXELS, PACKED, INFLATED } payload;

/* What the input asks for. */
typedef struct wish {
    payload kind;
    bool any_size;
    uint8_t compression;
    int32_t width, height, first_y, chunk;
    uint8_t channel_count, change_count;
    const uint8_t *channels, *changes, *data;
    size_t bytes;
} wish;

/* The header, as a file in memory. */
typedef struct memory_file {
    uint8_t data[FILE_BYTES];
    size_t bytes;
} memory_file;

typedef struct chunk_case {
    exr_chunk_info_t info;
    zoe_codec_chunk chunk;
    zoe_codec_channel channels[CHANNELS];
    zoe_codec_segment segments[CHANNELS * LINES];
    uint8_t *packed; /* an allocation of exactly its size */
} chunk_case;

typedef struct codec {
    zoe_codec_decode_fn *decode;
    zoe_codec_scratch_fn *scratch_bytes;
} codec;

static const codec codecs[] = {
    [EXR_COMPRESSION_RLE] = {zoe_rle_decode, zoe_rle_scratch_bytes},
    [EXR_COMPRESSION_ZIPS] = {zoe_zip_decode, zoe_zip_scratch_bytes},
    [EXR_COMPRESSION_ZIP] = {zoe_zip_decode, zoe_zip_scratch_bytes},
    [EXR_COMPRESSION_PIZ] = {zoe_piz_decode, zoe_piz_scratch_bytes},
    [EXR_COMPRESSION_PXR24] = {zoe_pxr24_decode, zoe_pxr24_scratch_bytes},
    [EXR_COMPRESSION_B44] = {zoe_b44_decode, zoe_b44_scratch_bytes},
    [EXR_COMPRESSION_B44A] = {zoe_b44_decode, zoe_b44_scratch_bytes},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_stock: %s\n", what);
    abort();
}

static void *need(size_t bytes)
{
    void *memory = malloc(bytes ? bytes : 1);
    check(memory != NULL, "out of memory");
    return memory;
}

/* ---- the library's memory ---- */

/* It reads beyond its buffers on some damaged chunks, and decodes from what it finds there or did
 * not write. It gets room for the first, and two different fillings tell the second. */
static int filling;

/* Everything of one input, one behind the other: fresh memory would be most of the work. */
static uint8_t arena[ARENA_BYTES];
static size_t arena_used;

static void *padded_alloc(size_t bytes)
{
    if (bytes > ARENA_BYTES || (bytes + 63) / 64 * 64 + 2 * PADDING > ARENA_BYTES - arena_used)
        return NULL;
    uint8_t *memory = arena + arena_used;
    memset(memory, filling, bytes + 2 * PADDING);
    arena_used += (bytes + 63) / 64 * 64 + 2 * PADDING;
    return memory + PADDING;
}

static void keep_all(void *memory)
{
    (void)memory;
}

static void quiet(exr_const_context_t context, exr_result_t code, const char *message)
{
    (void)context;
    (void)code;
    (void)message;
}

static int64_t write_memory(exr_const_context_t context, void *user, const void *buffer,
                            uint64_t bytes, uint64_t offset, exr_stream_error_func_ptr_t error)
{
    (void)context;
    (void)error;
    memory_file *file = user;
    check(offset <= FILE_BYTES && bytes <= FILE_BYTES - offset, "a long header");
    memcpy(file->data + offset, buffer, (size_t)bytes);
    if (offset + bytes > file->bytes)
        file->bytes = (size_t)(offset + bytes);
    return (int64_t)bytes;
}

static int64_t read_memory(exr_const_context_t context, void *user, void *buffer, uint64_t bytes,
                           uint64_t offset, exr_stream_error_func_ptr_t error)
{
    (void)context;
    (void)error;
    const memory_file *file = user;
    if (offset >= file->bytes)
        return 0;
    size_t got = bytes < file->bytes - offset ? (size_t)bytes : file->bytes - (size_t)offset;
    memcpy(buffer, file->data + offset, got);
    return (int64_t)got;
}

static int64_t size_of_memory(exr_const_context_t context, void *user)
{
    (void)context;
    return (int64_t)((const memory_file *)user)->bytes;
}

static exr_context_initializer_t settings_for(memory_file *file)
{
    exr_context_initializer_t settings = EXR_DEFAULT_CONTEXT_INITIALIZER;
    settings.error_handler_fn = quiet;
    settings.alloc_fn = padded_alloc;
    settings.free_fn = keep_all;
    settings.user_data = file;
    settings.read_fn = read_memory;
    settings.size_fn = size_of_memory;
    settings.write_fn = write_memory;
    return settings;
}

/* ---- the input ---- */

static int32_t sampling(uint8_t bits)
{
    return 1 << (bits & 3) % 3;
}

static bool parse(wish *w, const uint8_t *data, size_t bytes)
{
    if (bytes < HEAD_BYTES)
        return false;
    static const payload kinds[] = {PIXELS, PACKED, INFLATED, PIXELS};
    static const unsigned levels[] = {0, ZOE_CPU_SSE41 | ZOE_CPU_NEON, ~0u, ~0u};
    w->kind = kinds[data[0] & 3];
    zoe_cpu_limit(levels[data[0] >> 2 & 3]);
    w->any_size = data[0] & 16;
    w->compression = data[1] % 8;
    w->width = data[2] % PICTURE_MAX + 1;
    w->height = data[3] % PICTURE_MAX + 1;
    w->first_y = (int8_t)data[4];
    w->chunk = data[5];
    w->channel_count = data[6] % CHANNELS + 1;
    w->change_count = data[7] % 4;
    size_t head = HEAD_BYTES + w->channel_count + w->change_count * (size_t)CHANGE_BYTES;
    if (bytes < head)
        return false;
    w->channels = data + HEAD_BYTES;
    w->changes = w->channels + w->channel_count;
    w->data = data + head;
    w->bytes = bytes - head;
    /* Sampling divides the data window. */
    bool wide = false, tall = false;
    for (uint8_t c = 0; c < w->channel_count; c++) {
        wide = wide || sampling(w->channels[c] >> 2) > 1;
        tall = tall || sampling(w->channels[c] >> 4) > 1;
    }
    w->width = wide ? (w->width + 3) / 4 * 4 : w->width;
    w->height = tall ? (w->height + 3) / 4 * 4 : w->height;
    w->first_y = tall ? w->first_y / 4 * 4 : w->first_y;
    return true;
}

/* ---- the picture ---- */

static void describe(exr_context_t file, const wish *w)
{
    static const char *const names[CHANNELS] = {"c0", "c1", "c2", "c3"};
    int part = 0;
    exr_result_t result = exr_add_part(file, "p", EXR_STORAGE_SCANLINE, &part);
    if (result == EXR_ERR_SUCCESS)
        result = exr_initialize_required_attr_simple(file, part, w->width, w->height,
                                                     (exr_compression_t)w->compression);
    exr_attr_box2i_t window = {.min = {.x = 0, .y = w->first_y},
                               .max = {.x = w->width - 1, .y = w->first_y + w->height - 1}};
    if (result == EXR_ERR_SUCCESS)
        result = exr_set_data_window(file, part, &window);
    for (uint8_t c = 0; c < w->channel_count && result == EXR_ERR_SUCCESS; c++) {
        uint8_t bits = w->channels[c];
        result = exr_add_channel(file, part, names[c], (exr_pixel_type_t)((bits & 3) % 3),
                                 bits & 64 ? EXR_PERCEPTUALLY_LINEAR : EXR_PERCEPTUALLY_LOGARITHMIC,
                                 sampling(bits >> 2), sampling(bits >> 4));
    }
    if (result == EXR_ERR_SUCCESS)
        result = exr_write_header(file);
    check(result == EXR_ERR_SUCCESS, "the library does not take the header");
}

/* The rows of the chunk as a codec is told of them, and as the library counts them. */
static void lay_out(chunk_case *at, const wish *w)
{
    zoe_codec_chunk *chunk = &at->chunk;
    chunk->first_y = at->info.start_y;
    chunk->line_count = at->info.height;
    chunk->channels = at->channels;
    chunk->channel_count = w->channel_count;
    chunk->segments = at->segments;
    check(chunk->line_count <= LINES, "a high chunk");
    for (uint8_t c = 0; c < w->channel_count; c++) {
        uint8_t bits = w->channels[c];
        at->channels[c] = (zoe_codec_channel){.name = "c",
                                              .type = (uint8_t)((bits & 3) % 3),
                                              .p_linear = bits & 64,
                                              .width = w->width / sampling(bits >> 2),
                                              .x_sampling = sampling(bits >> 2),
                                              .y_sampling = sampling(bits >> 4)};
    }
    for (int32_t y = chunk->first_y; y < chunk->first_y + chunk->line_count; y++) {
        for (uint8_t c = 0; c < w->channel_count; c++) {
            zoe_codec_channel *channel = &at->channels[c];
            if (y % channel->y_sampling != 0)
                continue;
            size_t sample = channel->type == ZOE_CODEC_HALF ? 2 : 4;
            uint32_t bytes = (uint32_t)((size_t)channel->width * sample);
            at->segments[chunk->segment_count++].bytes = bytes;
            chunk->unpacked_bytes += bytes;
            channel->height++;
        }
    }
}

/* ---- packing ---- */

typedef struct packing {
    const wish *wish;
    chunk_case *at;
} packing;

/* The payload in some size: cut, or repeated. */
static void put_payload(uint8_t *dst, size_t bytes, const wish *w)
{
    for (size_t i = 0; i < bytes; i++)
        dst[i] = w->bytes > 0 ? w->data[i % w->bytes] : 0;
}

static exr_result_t put_pixels(exr_encode_pipeline_t *pipeline)
{
    const packing *p = pipeline->encoding_user_data;
    size_t bytes = p->at->chunk.unpacked_bytes;
    check(pipeline->packed_alloc_size >= bytes, "the library's chunk is smaller");
    put_payload(pipeline->packed_buffer, bytes, p->wish);
    pipeline->packed_bytes = bytes;
    return EXR_ERR_SUCCESS;
}

static void keep_packed(chunk_case *at, const void *data, size_t bytes)
{
    at->packed = need(bytes);
    memcpy(at->packed, data, bytes);
    at->chunk.packed = at->packed;
    at->chunk.packed_bytes = bytes;
}

static exr_result_t take_packed(exr_encode_pipeline_t *pipeline)
{
    const packing *p = pipeline->encoding_user_data;
    keep_packed(p->at, pipeline->compressed_buffer, pipeline->compressed_bytes);
    return EXR_ERR_SUCCESS;
}

static void pack_pixels(exr_context_t file, chunk_case *at, const wish *w)
{
    static const uint8_t unused[8];
    exr_encode_pipeline_t pipeline = EXR_ENCODE_PIPELINE_INITIALIZER;
    packing p = {w, at};
    exr_result_t result = exr_encoding_initialize(file, 0, &at->info, &pipeline);
    check(result == EXR_ERR_SUCCESS, "no encoding");
    for (int16_t c = 0; c < pipeline.channel_count; c++) {
        exr_coding_channel_info_t *channel = &pipeline.channels[c];
        channel->encode_from_ptr = unused;
        channel->user_pixel_stride = channel->bytes_per_element;
        channel->user_line_stride = channel->bytes_per_element;
    }
    result = exr_encoding_choose_default_routines(file, 0, &pipeline);
    check(result == EXR_ERR_SUCCESS, "no routines for encoding");
    pipeline.encoding_user_data = &p;
    pipeline.convert_and_pack_fn = put_pixels;
    pipeline.yield_until_ready_fn = NULL;
    pipeline.write_fn = take_packed;
    result = exr_encoding_run(file, 0, &pipeline);
    check(result == EXR_ERR_SUCCESS && at->packed, "the library does not encode");
    exr_encoding_destroy(file, &pipeline);
}

/* What the zlib stream of a chunk holds: PXR24 keeps three bytes of a float. */
static size_t inflated_bytes(const chunk_case *at, const wish *w)
{
    size_t bytes = at->chunk.unpacked_bytes;
    for (uint8_t c = 0; c < w->channel_count && w->compression == EXR_COMPRESSION_PXR24; c++)
        if (at->channels[c].type == ZOE_CODEC_FLOAT)
            bytes -= (size_t)at->channels[c].width * (size_t)at->channels[c].height;
    return bytes;
}

static void pack_inflated(chunk_case *at, const wish *w)
{
    static struct libdeflate_compressor *compressor; /* takes long to make */
    if (!compressor)
        compressor = libdeflate_alloc_compressor(1);
    check(compressor != NULL, "out of memory");
    size_t bytes = w->any_size ? w->bytes : inflated_bytes(at, w);
    uint8_t *inflated = need(bytes);
    put_payload(inflated, bytes, w);
    size_t bound = libdeflate_zlib_compress_bound(compressor, bytes);
    uint8_t *made = need(bound);
    bytes = libdeflate_zlib_compress(compressor, inflated, bytes, made, bound);
    keep_packed(at, made, bytes);
    free(made);
    free(inflated);
}

/* Packs the chunk. False: the library of 3.1 does not go by its own format here. Its B44 makes
 * small chunks larger than the pixels, which no reader takes. And where what B44 makes is as large
 * as the pixels, it stores and expects that; the C++ library stores and expects the pixels, as we
 * do. */
static bool pack(exr_context_t file, chunk_case *at, const wish *w)
{
    if (w->kind == PIXELS)
        pack_pixels(file, at, w);
    else if (w->kind == INFLATED)
        pack_inflated(at, w);
    else
        keep_packed(at, w->data, w->bytes);
    size_t bytes = at->chunk.packed_bytes;
    for (uint8_t i = 0; i < w->change_count && bytes > 0; i++) {
        const uint8_t *change = w->changes + i * (size_t)CHANGE_BYTES;
        at->packed[(change[0] | (size_t)change[1] << 8) % bytes] = change[2];
    }
    at->info.packed_size = bytes;
    bool is_b44 = w->compression == EXR_COMPRESSION_B44 || w->compression == EXR_COMPRESSION_B44A;
    return bytes > 0 && bytes <= at->chunk.unpacked_bytes &&
           !(is_b44 && bytes == at->chunk.unpacked_bytes);
}

/* ---- decoding ---- */

static exr_result_t read_nothing(exr_decode_pipeline_t *pipeline)
{
    (void)pipeline;
    return EXR_ERR_SUCCESS;
}

static exr_result_t keep_unpacked(exr_decode_pipeline_t *pipeline)
{
    const void *from =
        pipeline->unpacked_buffer ? pipeline->unpacked_buffer : pipeline->packed_buffer;
    memcpy(pipeline->decoding_user_data, from, (size_t)pipeline->chunk.unpacked_size);
    return EXR_ERR_SUCCESS;
}

/* The library's pixels; false: it finds the chunk damaged. `fill` is in its memory before. */
static bool decode_stock(exr_context_t file, const chunk_case *at, int fill, uint8_t *pixels)
{
    filling = fill;
    exr_decode_pipeline_t pipeline = EXR_DECODE_PIPELINE_INITIALIZER;
    exr_result_t result = exr_decoding_initialize(file, 0, &at->info, &pipeline);
    check(result == EXR_ERR_SUCCESS, "no decoding");
    result = exr_decoding_choose_default_routines(file, 0, &pipeline);
    check(result == EXR_ERR_SUCCESS, "no routines for decoding");
    pipeline.read_fn = read_nothing;
    pipeline.unpack_and_convert_fn = keep_unpacked;
    pipeline.decoding_user_data = pixels;
    pipeline.packed_buffer = padded_alloc(at->chunk.packed_bytes);
    check(pipeline.packed_buffer != NULL, "out of memory");
    pipeline.packed_alloc_size = at->chunk.packed_bytes;
    memcpy(pipeline.packed_buffer, at->packed, at->chunk.packed_bytes);
    result = exr_decoding_run(file, 0, &pipeline);
    exr_decoding_destroy(file, &pipeline);
    return result == EXR_ERR_SUCCESS;
}

/* Our pixels, from rows, scratch and packed bytes of exactly their sizes. */
static bool decode_own(chunk_case *at, const codec *c, uint8_t *pixels)
{
    zoe_codec_chunk *chunk = &at->chunk;
    bool raw = chunk->packed_bytes == chunk->unpacked_bytes;
    if (!raw && !c->decode)
        return false; /* a short chunk without compression */
    size_t scratch_bytes = raw ? 0 : c->scratch_bytes(chunk);
    check(scratch_bytes != SIZE_MAX, "no bound of the scratch");
    void *scratch = fuzz_scratch(scratch_bytes);
    for (size_t i = 0; i < chunk->segment_count; i++)
        at->segments[i].dst = need(at->segments[i].bytes);
    zoe_status status =
        raw ? zoe_none_decode(chunk, NULL, 0) : c->decode(chunk, scratch, scratch_bytes);
    check(status == ZOE_OK || status == ZOE_ERROR_CORRUPT, zoe_status_text(status));
    for (size_t i = 0; i < chunk->segment_count; i++) {
        if (status == ZOE_OK)
            memcpy(pixels, at->segments[i].dst, at->segments[i].bytes);
        pixels += at->segments[i].bytes;
        free(at->segments[i].dst);
    }
    return status == ZOE_OK;
}

/* Aborts at the first byte that differs. */
static void report(const chunk_case *at, const uint8_t *own, const uint8_t *stock)
{
    size_t i = 0;
    while (own[i] == stock[i])
        i++;
    fprintf(stderr,
            "fuzz_stock: compression %d, %zu bytes of %zu, byte %zu: ours 0x%02x, theirs 0x%02x\n",
            (int)at->info.compression, at->chunk.packed_bytes, at->chunk.unpacked_bytes, i, own[i],
            stock[i]);
    abort();
}

static void compare(exr_context_t file, chunk_case *at, const wish *w)
{
    size_t bytes = at->chunk.unpacked_bytes;
    uint8_t *own = need(bytes), *stock = need(bytes), *again = need(bytes);
    bool own_reads = decode_own(at, &codecs[w->compression], own);
    bool stock_reads = decode_stock(file, at, 0, stock);
    if (w->kind == PIXELS && w->change_count == 0) {
        check(own_reads, "our codec does not read what the library packed");
        check(stock_reads, "the library does not read what it packed");
    }
    if (own_reads && stock_reads && memcmp(own, stock, bytes) != 0) {
        /* What depends on memory that was never written is nobody's pixel. */
        if (decode_stock(file, at, 0xa5, again) && memcmp(stock, again, bytes) == 0)
            report(at, own, stock);
    }
    free(own);
    free(stock);
    free(again);
}

static void run(const wish *w)
{
    memory_file header = {.bytes = 0};
    exr_context_initializer_t settings = settings_for(&header);
    exr_context_t out = NULL, in = NULL;
    filling = 0;
    arena_used = 0;
    check(exr_start_write(&out, "out", EXR_WRITE_FILE_DIRECTLY, &settings) == EXR_ERR_SUCCESS,
          "nothing to write to");
    describe(out, w);
    chunk_case at = {.packed = NULL};
    int32_t lines = 0, count;
    check(exr_get_scanlines_per_chunk(out, 0, &lines) == EXR_ERR_SUCCESS, "no lines");
    count = (w->height + lines - 1) / lines;
    exr_result_t result =
        exr_write_scanline_chunk_info(out, 0, w->first_y + w->chunk % count * lines, &at.info);
    check(result == EXR_ERR_SUCCESS, "no such chunk");
    lay_out(&at, w);
    /* A chunk may lie between the samples. */
    if (at.chunk.unpacked_bytes > 0 && pack(out, &at, w)) {
        check(exr_start_read(&in, "in", &settings) == EXR_ERR_SUCCESS, "nothing to read");
        compare(in, &at, w);
        exr_finish(&in);
    }
    free(at.packed);
    exr_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wish w;
    if (parse(&w, data, size))
        run(&w);
    zoe_cpu_limit(~0u);
    return 0;
}
