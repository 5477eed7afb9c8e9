/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* strdup, posix_memalign */
#endif

#include "support/codec_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openexr.h>

#include "base/cpu.h"
#include "codec/none.h"
#include "support/seeded_random.h"
#include "support/temp_folder.h"

static void *need(void *memory)
{
    if (!memory) {
        fprintf(stderr, "codec_fixture: out of memory\n");
        abort();
    }
    return memory;
}

static void need_exr(exr_result_t result, const char *what)
{
    if (result != EXR_ERR_SUCCESS) {
        fprintf(stderr, "codec_fixture: %s: %s\n", what, exr_get_error_code_as_string(result));
        abort();
    }
}

/* `wrong`: which of them is cut short; count: none. */
static void check_many(fixture_chunk *chunks, size_t count, size_t wrong,
                       zoe_codec_decode_many_fn *decode, zoe_codec_many_scratch_fn *scratch_bytes)
{
    const zoe_codec_chunk *list[ZOE_CODEC_MANY];
    zoe_status status[ZOE_CODEC_MANY];
    zoe_codec_chunk cut;
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        list[i] = &chunks[i].chunk;
        size_t room = scratch_bytes(list[i], count);
        bytes = room > bytes ? room : bytes;
        memset(chunks[i].out, 0, list[i]->unpacked_bytes);
    }
    if (wrong < count) {
        cut = *list[wrong];
        cut.packed_bytes -= 5;
        list[wrong] = &cut;
    }
    void *scratch = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    assert_non_null(scratch);
    decode(list, count, scratch, bytes, status);
    free(scratch);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(zoe_status_name(status[i]), i == wrong ? "ERROR_CORRUPT" : "OK");
        if (i != wrong)
            assert_memory_equal(chunks[i].out, chunks[i].expected, list[i]->unpacked_bytes);
    }
}

/* Returns how many groups of chunks there were to check: raw ones are none. */
static size_t check_many_of(const codec_fixture *fixture, zoe_codec_decode_many_fn *decode,
                            zoe_codec_many_scratch_fn *scratch_bytes)
{
    size_t checked = 0;
    for (size_t first = 0; first < fixture->chunk_count; first++) {
        for (size_t count = 2; count <= ZOE_CODEC_MANY; count++) {
            fixture_chunk *chunks = &fixture->chunks[first];
            bool raw = first + count > fixture->chunk_count;
            for (size_t i = 0; i < count && !raw; i++)
                raw = chunks[i].chunk.packed_bytes == chunks[i].chunk.unpacked_bytes;
            for (size_t wrong = 0; wrong <= count && !raw; wrong++)
                check_many(chunks, count, wrong, decode, scratch_bytes);
            checked += !raw;
        }
    }
    return checked;
}

void fixture_check_many(int compression, zoe_codec_decode_many_fn *decode,
                        zoe_codec_many_scratch_fn *scratch_bytes)
{
    static const fixture_channel channels[] = {{"R", ZOE_CODEC_HALF, false, 1, 1},
                                               {"Z", ZOE_CODEC_FLOAT, false, 1, 1}};
    size_t checked = 0;
    for (int pattern = 0; pattern < FIXTURE_BITS; pattern++) {
        const fixture_spec spec = {.compression = compression,
                                   .width = 311,
                                   .height = 91,
                                   .channels = channels,
                                   .channel_count = 2,
                                   .pattern = (fixture_pattern)pattern,
                                   .seed = seeded_random_seed(FIXTURE_SEED)};
        codec_fixture *fixture = fixture_make(&spec);
        checked += check_many_of(fixture, decode, scratch_bytes);
        fixture_free(&fixture);
    }
    assert_true(checked > 0);
}

const unsigned *fixture_cpu_levels(size_t *count)
{
    static const unsigned levels[] = {0, ZOE_CPU_SSE41 | ZOE_CPU_NEON, ~0u};
    *count = sizeof levels / sizeof levels[0];
    return levels;
}

/* ---- the picture ---- */

static uint16_t half_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000u;
    int32_t exponent = (int32_t)(bits >> 23 & 0xff) - 127 + 15;
    if (exponent <= 0)
        return (uint16_t)sign;
    if (exponent >= 31)
        return (uint16_t)(sign | 0x7c00u);
    return (uint16_t)(sign | (uint32_t)exponent << 10 | (bits >> 13 & 0x3ffu));
}

static float value_at(fixture_pattern pattern, uint64_t random, size_t channel, int32_t x,
                      int32_t y)
{
    float smooth = 0.6f + 0.5f * sinf((float)x * 0.011f + (float)channel) +
                   0.3f * cosf((float)y * 0.017f - (float)channel * 0.4f);
    if (pattern == FIXTURE_FLAT)
        return (float)((x / 8 * 7 + y / 8 * 13 + (int32_t)channel) % 11) * 0.25f - 0.5f;
    if (pattern == FIXTURE_NOISE)
        return smooth * (0.5f + (float)(random % 1000) * 0.001f) - 0.2f;
    return smooth;
}

static void put_sample(uint8_t *dst, uint8_t type, fixture_pattern pattern, uint64_t random,
                       size_t channel, int32_t x, int32_t y)
{
    size_t size = type == ZOE_CODEC_HALF ? 2 : 4;
    uint32_t bits = 0;
    if (pattern == FIXTURE_BITS || (pattern == FIXTURE_SPARSE && (random >> 40 & 3) == 0)) {
        bits = (uint32_t)random;
    } else if (pattern != FIXTURE_SPARSE) {
        float value = value_at(pattern, random, channel, x, y);
        if (type == ZOE_CODEC_HALF)
            bits = half_of(value);
        else if (type == ZOE_CODEC_FLOAT)
            memcpy(&bits, &value, sizeof bits);
        else
            bits = (uint32_t)(int32_t)(value * 100000.0f);
    }
    memcpy(dst, &bits, size);
}

/* Whether a line has a row of a channel with this sampling. */
static bool has_row(int32_t y, int32_t y_sampling)
{
    return y_sampling <= 1 || y % y_sampling == 0;
}

typedef struct writer {
    const fixture_spec *spec;
    uint64_t random;
} writer;

/* Replaces the library's packing: the picture is made in file order at once. */
static exr_result_t pack_picture(exr_encode_pipeline_t *pipe)
{
    writer *w = pipe->encoding_user_data;
    bool tiled = w->spec->tile_width > 0;
    int32_t y0 = pipe->chunk.start_y;
    if (tiled)
        y0 = w->spec->min_y + y0 * w->spec->tile_height;
    uint8_t *dst = pipe->packed_buffer;
    for (int32_t y = y0; y < y0 + pipe->chunk.height; y++) {
        for (int16_t c = 0; c < pipe->channel_count; c++) {
            const exr_coding_channel_info_t *channel = &pipe->channels[c];
            if (!has_row(y, channel->y_samples))
                continue;
            for (int32_t x = 0; x < channel->width; x++) {
                put_sample(dst, (uint8_t)channel->data_type, w->spec->pattern,
                           seeded_random(&w->random), (size_t)c, x, y);
                dst += channel->bytes_per_element;
            }
        }
    }
    pipe->packed_bytes = (uint64_t)(dst - (uint8_t *)pipe->packed_buffer);
    return EXR_ERR_SUCCESS;
}

static void write_chunk(exr_context_t file, exr_encode_pipeline_t *pipe, bool first, writer *w,
                        const exr_chunk_info_t *info)
{
    static const uint8_t unused[8];
    if (first)
        need_exr(exr_encoding_initialize(file, 0, info, pipe), "encoding_initialize");
    else
        need_exr(exr_encoding_update(file, 0, info, pipe), "encoding_update");
    if (first) {
        for (int16_t c = 0; c < pipe->channel_count; c++) {
            exr_coding_channel_info_t *channel = &pipe->channels[c];
            channel->encode_from_ptr = unused;
            channel->user_pixel_stride = channel->bytes_per_element;
            channel->user_line_stride = channel->bytes_per_element;
        }
        need_exr(exr_encoding_choose_default_routines(file, 0, pipe), "choose_default_routines");
        pipe->convert_and_pack_fn = pack_picture;
        pipe->encoding_user_data = w;
    }
    need_exr(exr_encoding_run(file, 0, pipe), "encoding_run");
}

static void write_chunks(exr_context_t file, writer *w)
{
    exr_encode_pipeline_t pipe = EXR_ENCODE_PIPELINE_INITIALIZER;
    exr_chunk_info_t info;
    bool first = true;
    const fixture_spec *spec = w->spec;
    if (spec->tile_width > 0) {
        int32_t columns = (spec->width + spec->tile_width - 1) / spec->tile_width;
        int32_t rows = (spec->height + spec->tile_height - 1) / spec->tile_height;
        for (int32_t t = 0; t < columns * rows; t++) {
            need_exr(exr_write_tile_chunk_info(file, 0, t % columns, t / columns, 0, 0, &info),
                     "tile_chunk_info");
            write_chunk(file, &pipe, first, w, &info);
            first = false;
        }
    } else {
        int32_t lines = 0;
        need_exr(exr_get_scanlines_per_chunk(file, 0, &lines), "scanlines_per_chunk");
        for (int32_t y = 0; y < spec->height; y += lines) {
            need_exr(exr_write_scanline_chunk_info(file, 0, spec->min_y + y, &info),
                     "scanline_chunk_info");
            write_chunk(file, &pipe, first, w, &info);
            first = false;
        }
    }
    need_exr(exr_encoding_destroy(file, &pipe), "encoding_destroy");
}

static void write_file(const char *path, const fixture_spec *spec)
{
    exr_context_t file = NULL;
    exr_context_initializer_t settings = EXR_DEFAULT_CONTEXT_INITIALIZER;
    need_exr(exr_start_write(&file, path, EXR_WRITE_FILE_DIRECTLY, &settings), path);
    bool tiled = spec->tile_width > 0;
    int part = 0;
    need_exr(exr_add_part(file, "p", tiled ? EXR_STORAGE_TILED : EXR_STORAGE_SCANLINE, &part),
             "add_part");
    need_exr(exr_initialize_required_attr_simple(file, part, spec->width, spec->height,
                                                 (exr_compression_t)spec->compression),
             "required attributes");
    exr_attr_box2i_t window = {
        .min = {.x = spec->min_x, .y = spec->min_y},
        .max = {.x = spec->min_x + spec->width - 1, .y = spec->min_y + spec->height - 1}};
    need_exr(exr_set_data_window(file, part, &window), "data window");
    if (tiled)
        need_exr(exr_set_tile_descriptor(file, part, (uint32_t)spec->tile_width,
                                         (uint32_t)spec->tile_height, EXR_TILE_ONE_LEVEL,
                                         EXR_TILE_ROUND_DOWN),
                 "tile descriptor");
    for (size_t i = 0; i < spec->channel_count; i++) {
        const fixture_channel *c = &spec->channels[i];
        need_exr(
            exr_add_channel(file, part, c->name, (exr_pixel_type_t)c->type,
                            c->p_linear ? EXR_PERCEPTUALLY_LINEAR : EXR_PERCEPTUALLY_LOGARITHMIC,
                            c->x_sampling ? c->x_sampling : 1, c->y_sampling ? c->y_sampling : 1),
            c->name);
    }
    need_exr(exr_write_header(file), "write_header");
    writer w = {.spec = spec, .random = spec->seed};
    write_chunks(file, &w);
    need_exr(exr_finish(&file), "finish");
}

codec_fixture *fixture_make(const fixture_spec *spec)
{
    char folder[512];
    char path[600];
    temp_folder_make(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/fixture.exr", folder);
    write_file(path, spec);
    codec_fixture *fixture = fixture_open(path);
    temp_folder_remove(folder);
    if (!fixture) {
        fprintf(stderr, "codec_fixture: cannot read back what was written\n");
        abort();
    }
    return fixture;
}

/* ---- reading ---- */

static exr_result_t keep_unpacked(exr_decode_pipeline_t *pipe)
{
    const void *from = pipe->unpacked_buffer ? pipe->unpacked_buffer : pipe->packed_buffer;
    memcpy(pipe->decoding_user_data, from, pipe->chunk.unpacked_size);
    return EXR_ERR_SUCCESS;
}

/* OpenEXR's own bytes, or NULL. */
static uint8_t *openexr_bytes(exr_context_t file, const exr_chunk_info_t *info)
{
    exr_decode_pipeline_t pipe = EXR_DECODE_PIPELINE_INITIALIZER;
    uint8_t *expected = need(malloc(info->unpacked_size ? info->unpacked_size : 1));
    exr_result_t result = exr_decoding_initialize(file, 0, info, &pipe);
    if (result == EXR_ERR_SUCCESS)
        result = exr_decoding_choose_default_routines(file, 0, &pipe);
    /* Without wanted channels the library may not read at all; the generic reader is asked for by
     * leaving the choice and replacing the last step. */
    pipe.unpack_and_convert_fn = keep_unpacked;
    pipe.decoding_user_data = expected;
    if (result == EXR_ERR_SUCCESS)
        result = exr_decoding_run(file, 0, &pipe);
    exr_decoding_destroy(file, &pipe);
    if (result == EXR_ERR_SUCCESS)
        return expected;
    free(expected);
    return NULL;
}

static void add_segments(fixture_chunk *out)
{
    size_t count = 0;
    size_t bytes = 0;
    for (size_t c = 0; c < out->chunk.channel_count; c++)
        count += (size_t)out->channels[c].height;
    out->segments = need(calloc(count ? count : 1, sizeof *out->segments));
    out->out = need(aligned_alloc(64, (out->chunk.unpacked_bytes + 64) & ~(size_t)63));
    memset(out->out, 0, out->chunk.unpacked_bytes);
    size_t at = 0;
    for (int32_t line = 0; line < out->chunk.line_count; line++) {
        for (size_t c = 0; c < out->chunk.channel_count; c++) {
            const zoe_codec_channel *channel = &out->channels[c];
            if (channel->height == 0 || !has_row(out->chunk.first_y + line, channel->y_sampling))
                continue;
            uint32_t row = (uint32_t)channel->width * (channel->type == ZOE_CODEC_HALF ? 2u : 4u);
            out->segments[at].dst = out->out + bytes;
            out->segments[at++].bytes = row;
            bytes += row;
        }
    }
    if (at != count || bytes != out->chunk.unpacked_bytes) {
        fprintf(stderr, "codec_fixture: %zu of %zu rows, %zu of %zu bytes\n", at, count, bytes,
                out->chunk.unpacked_bytes);
        abort();
    }
    out->chunk.segments = out->segments;
    out->chunk.segment_count = count;
}

static void add_channels(exr_context_t file, const exr_chunk_info_t *info, codec_fixture *fixture,
                         fixture_chunk *out)
{
    exr_decode_pipeline_t pipe = EXR_DECODE_PIPELINE_INITIALIZER;
    need_exr(exr_decoding_initialize(file, 0, info, &pipe), "decoding_initialize");
    size_t count = (size_t)pipe.channel_count;
    if (!fixture->names) {
        fixture->names = need(calloc(count, sizeof *fixture->names));
        fixture->name_count = count;
        for (size_t c = 0; c < count; c++)
            fixture->names[c] = need(strdup(pipe.channels[c].channel_name));
    }
    out->channels = need(calloc(count, sizeof *out->channels));
    for (size_t c = 0; c < count; c++) {
        const exr_coding_channel_info_t *from = &pipe.channels[c];
        zoe_codec_channel *to = &out->channels[c];
        to->name = fixture->names[c];
        to->type = (uint8_t)from->data_type;
        to->p_linear = from->p_linear != 0;
        to->width = from->width;
        to->x_sampling = from->x_samples;
        to->y_sampling = from->y_samples;
        for (int32_t line = 0; line < out->chunk.line_count; line++)
            to->height += has_row(out->chunk.first_y + line, to->y_sampling);
    }
    out->chunk.channels = out->channels;
    out->chunk.channel_count = count;
    exr_decoding_destroy(file, &pipe);
}

static void read_chunk(exr_context_t file, const exr_chunk_info_t *info, int32_t first_y,
                       codec_fixture *fixture, fixture_chunk *out)
{
    out->chunk.packed_bytes = info->packed_size;
    out->chunk.unpacked_bytes = info->unpacked_size;
    out->chunk.first_y = first_y;
    out->chunk.line_count = info->height;
    out->packed = need(malloc(info->packed_size ? info->packed_size : 1));
    need_exr(exr_read_chunk(file, 0, info, out->packed), "read_chunk");
    out->chunk.packed = out->packed;
    add_channels(file, info, fixture, out);
    add_segments(out);
    out->expected = openexr_bytes(file, info);
    fixture->packed_bytes += out->chunk.packed_bytes;
    fixture->unpacked_bytes += out->chunk.unpacked_bytes;
}

static void read_chunks(exr_context_t file, codec_fixture *fixture)
{
    exr_storage_t storage = EXR_STORAGE_SCANLINE;
    exr_attr_box2i_t window;
    exr_chunk_info_t info;
    need_exr(exr_get_storage(file, 0, &storage), "get_storage");
    need_exr(exr_get_data_window(file, 0, &window), "get_data_window");
    int32_t width = window.max.x - window.min.x + 1;
    int32_t height = window.max.y - window.min.y + 1;
    int32_t tile_width = width;
    int32_t tile_height = 1;
    if (storage == EXR_STORAGE_TILED)
        need_exr(exr_get_tile_sizes(file, 0, 0, 0, &tile_width, &tile_height), "get_tile_sizes");
    else
        need_exr(exr_get_scanlines_per_chunk(file, 0, &tile_height), "scanlines_per_chunk");
    int32_t columns = (width + tile_width - 1) / tile_width;
    int32_t rows = (height + tile_height - 1) / tile_height;
    fixture->chunk_count = (size_t)columns * (size_t)rows;
    fixture->chunks = need(calloc(fixture->chunk_count, sizeof *fixture->chunks));
    for (int32_t i = 0; i < columns * rows; i++) {
        int32_t first_y = window.min.y + i / columns * tile_height;
        if (storage == EXR_STORAGE_TILED)
            need_exr(exr_read_tile_chunk_info(file, 0, i % columns, i / columns, 0, 0, &info),
                     "read_tile_chunk_info");
        else
            need_exr(exr_read_scanline_chunk_info(file, 0, first_y, &info),
                     "read_scanline_chunk_info");
        read_chunk(file, &info, first_y, fixture, &fixture->chunks[i]);
    }
}

/* A chunk that OpenEXR's own decoder cannot do is no failure: `expected` is NULL then. */
static void hear_nothing(exr_const_context_t file, exr_result_t code, const char *message)
{
    (void)file;
    (void)code;
    (void)message;
}

codec_fixture *fixture_open(const char *path)
{
    exr_context_t file = NULL;
    exr_context_initializer_t settings = EXR_DEFAULT_CONTEXT_INITIALIZER;
    settings.error_handler_fn = hear_nothing;
    exr_compression_t compression = EXR_COMPRESSION_NONE;
    if (exr_start_read(&file, path, &settings) != EXR_ERR_SUCCESS)
        return NULL;
    codec_fixture *fixture = need(calloc(1, sizeof *fixture));
    need_exr(exr_get_compression(file, 0, &compression), "get_compression");
    fixture->compression = (int)compression;
    read_chunks(file, fixture);
    exr_finish(&file);
    return fixture;
}

void fixture_free(codec_fixture **fixture)
{
    codec_fixture *f = *fixture;
    if (!f)
        return;
    for (size_t i = 0; i < f->chunk_count; i++) {
        free(f->chunks[i].packed);
        free(f->chunks[i].out);
        free(f->chunks[i].expected);
        free(f->chunks[i].channels);
        free(f->chunks[i].segments);
    }
    for (size_t i = 0; i < f->name_count; i++)
        free(f->names[i]);
    free(f->chunks);
    free(f->names);
    free(f);
    *fixture = NULL;
}

/* ---- checks ---- */

/* A chunk's rows, each in an allocation of its own. */
typedef struct rows {
    zoe_codec_segment *segments;
    uint8_t **memory;
    size_t *channel; /* of each segment */
    size_t count;
} rows;

static rows rows_make(const zoe_codec_chunk *chunk, size_t misalign, fixture_want_fn *want)
{
    rows r = {.count = chunk->segment_count};
    r.segments = need(calloc(r.count + 1, sizeof *r.segments));
    r.memory = need(calloc(r.count + 1, sizeof *r.memory));
    r.channel = need(calloc(r.count + 1, sizeof *r.channel));
    size_t at = 0;
    for (int32_t line = 0; line < chunk->line_count; line++) {
        for (size_t c = 0; c < chunk->channel_count; c++) {
            if (chunk->channels[c].height == 0 ||
                !has_row(chunk->first_y + line, chunk->channels[c].y_sampling))
                continue;
            r.channel[at] = c;
            r.segments[at].bytes = chunk->segments[at].bytes;
            if (!want || want(c, line)) {
                r.memory[at] = need(malloc(misalign + r.segments[at].bytes + 1));
                r.segments[at].dst = r.memory[at] + misalign;
                memset(r.memory[at], 0xa5, misalign + r.segments[at].bytes + 1);
            }
            at++;
        }
    }
    return r;
}

static void rows_free(rows *r)
{
    for (size_t i = 0; i < r->count; i++)
        free(r->memory[i]);
    free(r->segments);
    free(r->memory);
    free(r->channel);
}

static void check_rows(const fixture_chunk *f, const rows *r, size_t misalign,
                       fixture_near_fn *tolerance)
{
    const uint8_t *expected = f->expected;
    for (size_t i = 0; i < r->count; expected += r->segments[i].bytes, i++) {
        const uint8_t *got = r->segments[i].dst;
        size_t bytes = r->segments[i].bytes;
        if (!got)
            continue;
        for (size_t k = 0; k < misalign; k++)
            assert_int_equal(r->memory[i][k], 0xa5);
        assert_int_equal(got[bytes], 0xa5);
        if (tolerance ? tolerance(&f->channels[r->channel[i]], got, expected, bytes)
                      : memcmp(got, expected, bytes) == 0)
            continue;
        print_error("row %zu, channel %s:\n", i, f->channels[r->channel[i]].name);
        assert_memory_equal(got, expected, bytes);
        fail_msg("outside the tolerance");
    }
}

/* `bytes` of memory that ends where the allocation ends, so that one byte more is seen. */
static uint8_t *exact_scratch(size_t bytes)
{
    void *memory = NULL;
    if (posix_memalign(&memory, 64, bytes ? bytes : 1) != 0)
        memory = NULL;
    return need(memory);
}

static void check_chunk(const fixture_chunk *f, zoe_codec_decode_fn *decode,
                        zoe_codec_scratch_fn *scratch_bytes, size_t misalign, fixture_want_fn *want,
                        fixture_near_fn *tolerance)
{
    if (!f->expected)
        fail_msg("OpenEXR's own decoder does not read this chunk");
    zoe_codec_chunk chunk = f->chunk;
    chunk.packed = NULL;
    size_t bytes = scratch_bytes(&chunk);
    assert_true(bytes < SIZE_MAX);
    rows r = rows_make(&f->chunk, misalign, want);
    uint8_t *scratch = exact_scratch(bytes);
    memset(scratch, 0x5a, bytes);
    chunk.packed = f->packed;
    chunk.segments = r.segments;
    bool raw = chunk.packed_bytes == chunk.unpacked_bytes;
    zoe_status status = raw ? zoe_none_decode(&chunk, NULL, 0) : decode(&chunk, scratch, bytes);
    assert_string_equal(zoe_status_name(status), "OK");
    check_rows(f, &r, misalign, tolerance);
    free(scratch);
    rows_free(&r);
}

void fixture_check(const codec_fixture *fixture, zoe_codec_decode_fn *decode,
                   zoe_codec_scratch_fn *scratch_bytes, size_t misalign, fixture_want_fn *want,
                   fixture_near_fn *tolerance)
{
    size_t count = 0;
    const unsigned *levels = fixture_cpu_levels(&count);
    for (size_t level = 0; level < count; level++) {
        zoe_cpu_limit(levels[level]);
        for (size_t i = 0; i < fixture->chunk_count; i++)
            check_chunk(&fixture->chunks[i], decode, scratch_bytes, misalign, want, tolerance);
    }
    zoe_cpu_limit(~0u);
}

/* One kind of damage; the result has `*bytes` bytes. */
static void damage(uint8_t *packed, size_t *bytes, unsigned kind, uint64_t *random)
{
    uint64_t r = seeded_random(random);
    if (*bytes == 0)
        return;
    if (kind == 0) {
        *bytes = r % *bytes;
    } else if (kind == 1) {
        for (unsigned n = 0; n <= r % 4; n++) {
            uint64_t bit = seeded_random(random) % (*bytes * 8);
            packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    } else {
        /* The first bytes hold what steers a decoder: half of the damage goes there. */
        size_t reach = r & 1 && *bytes > 32 ? 32 : *bytes;
        for (unsigned n = 0; n <= (r >> 8) % 8; n++) {
            uint64_t value = seeded_random(random);
            packed[value % reach] = (uint8_t)(value >> 56);
        }
    }
}

static void damage_chunk(const fixture_chunk *f, zoe_codec_decode_fn *decode,
                         zoe_codec_scratch_fn *scratch_bytes, unsigned kind, uint64_t *random)
{
    zoe_codec_chunk chunk = f->chunk;
    size_t bytes = scratch_bytes(&chunk);
    uint8_t *whole = need(malloc(chunk.packed_bytes + 1));
    memcpy(whole, f->packed, chunk.packed_bytes);
    damage(whole, &chunk.packed_bytes, kind, random);
    uint8_t *packed = need(malloc(chunk.packed_bytes + (chunk.packed_bytes == 0)));
    memcpy(packed, whole, chunk.packed_bytes);
    chunk.packed = packed;
    uint8_t *scratch = exact_scratch(bytes);
    memset(scratch, 0x5a, bytes);
    rows r = rows_make(&chunk, 0, NULL);
    chunk.segments = r.segments;
    zoe_status status = decode(&chunk, scratch, bytes);
    if (status != ZOE_OK)
        assert_string_equal(zoe_status_name(status), "ERROR_CORRUPT");
    rows_free(&r);
    free(scratch);
    free(packed);
    free(whole);
}

void fixture_damage(const codec_fixture *fixture, zoe_codec_decode_fn *decode,
                    zoe_codec_scratch_fn *scratch_bytes, unsigned rounds, uint64_t seed)
{
    size_t count = 0;
    const unsigned *levels = fixture_cpu_levels(&count);
    uint64_t random = seed;
    for (unsigned round = 0; round < rounds; round++) {
        zoe_cpu_limit(levels[round % count]);
        for (size_t i = 0; i < fixture->chunk_count; i++)
            for (unsigned kind = 0; kind < 3; kind++)
                damage_chunk(&fixture->chunks[i], decode, scratch_bytes, kind, &random);
    }
    zoe_cpu_limit(~0u);
}

/* ---- the matrix ---- */

static bool want_checkered(size_t channel, int32_t line)
{
    return (channel + (size_t)line) % 3 != 1;
}

static bool want_one_channel(size_t channel, int32_t line)
{
    (void)line;
    return channel == 1;
}

static bool want_none(size_t channel, int32_t line)
{
    (void)channel;
    (void)line;
    return false;
}

static const fixture_channel one_half[] = {{"Y", ZOE_CODEC_HALF, false, 1, 1}};
static const fixture_channel rgba[] = {{"R", ZOE_CODEC_HALF, false, 1, 1},
                                       {"G", ZOE_CODEC_HALF, true, 1, 1},
                                       {"B", ZOE_CODEC_HALF, false, 1, 1},
                                       {"A", ZOE_CODEC_HALF, true, 1, 1}};
static const fixture_channel mixed[] = {{"R", ZOE_CODEC_HALF, true, 1, 1},
                                        {"Z", ZOE_CODEC_FLOAT, false, 1, 1},
                                        {"id", ZOE_CODEC_UINT, false, 1, 1},
                                        {"N.x", ZOE_CODEC_FLOAT, true, 1, 1},
                                        {"Zback", ZOE_CODEC_HALF, false, 1, 1}};
static const fixture_channel subsampled[] = {{"Y", ZOE_CODEC_HALF, false, 1, 1},
                                             {"RY", ZOE_CODEC_HALF, false, 2, 2},
                                             {"BY", ZOE_CODEC_HALF, false, 2, 2},
                                             {"F", ZOE_CODEC_FLOAT, false, 2, 4},
                                             {"U", ZOE_CODEC_UINT, false, 4, 2}};

typedef struct layout {
    const fixture_channel *channels;
    size_t count;
    int32_t step; /* sizes and origins are multiples of it */
} layout;

static void check_layout(fixture_spec *spec, zoe_codec_decode_fn *decode,
                         zoe_codec_scratch_fn *scratch_bytes, fixture_near_fn *tolerance)
{
    for (int pattern = 0; pattern < FIXTURE_PATTERNS; pattern++) {
        spec->pattern = (fixture_pattern)pattern;
        codec_fixture *fixture = fixture_make(spec);
        fixture_check(fixture, decode, scratch_bytes, 0, NULL, tolerance);
        fixture_check(fixture, decode, scratch_bytes, 2, want_checkered, tolerance);
        fixture_check(fixture, decode, scratch_bytes, 0, want_one_channel, tolerance);
        fixture_check(fixture, decode, scratch_bytes, 0, want_none, tolerance);
        fixture_damage(fixture, decode, scratch_bytes, 3, spec->seed + (uint64_t)pattern);
        fixture_free(&fixture);
    }
}

void fixture_check_matrix(int compression, zoe_codec_decode_fn *decode,
                          zoe_codec_scratch_fn *scratch_bytes, fixture_near_fn *tolerance)
{
    static const layout layouts[] = {
        {one_half, 1, 1}, {rgba, 4, 1}, {mixed, 5, 1}, {subsampled, 5, 4}};
    static const int32_t sizes[][2] = {{1, 1}, {3, 2}, {17, 35}, {64, 32}, {131, 41}};
    uint64_t seed = seeded_random_seed(FIXTURE_SEED);
    for (size_t l = 0; l < sizeof layouts / sizeof layouts[0]; l++) {
        fixture_spec spec = {.compression = compression,
                             .min_x = -layouts[l].step * 3,
                             .min_y = -layouts[l].step * 5,
                             .channels = layouts[l].channels,
                             .channel_count = layouts[l].count,
                             .seed = seed};
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            spec.width = sizes[s][0] * layouts[l].step;
            spec.height = sizes[s][1] * layouts[l].step;
            check_layout(&spec, decode, scratch_bytes, tolerance);
        }
        if (layouts[l].step == 1) { /* tiles cannot be subsampled */
            /* Partial tiles at two edges, of whole 4x4 blocks: OpenEXRCore 3.1.5 writes thinner B44
             * tiles larger than raw ones, and then refuses them. */
            spec.width = 136;
            spec.height = 44;
            spec.tile_width = 48;
            spec.tile_height = 20;
            check_layout(&spec, decode, scratch_bytes, tolerance);
        }
    }
}
