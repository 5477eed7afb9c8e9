/*
 * DWAA and DWAB against the C++ library: every chunk of files that it wrote, at every level of
 * SIMD, bit for bit.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* mkstemp */
#endif

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libdeflate.h>
#include <openexr.h>

#include <zoetrope/display.h>

#include "base/cpu.h"
#include "codec/dwa.h"
#include "support/codec_fixture.h"
#include "support/dwa_reference.h"
#include "support/seeded_random.h"

typedef enum pattern { SMOOTH, GRAIN, FLAT, HUGE_VALUES, PATTERNS } pattern;

typedef struct picture {
    dwa_reference_image image;
    dwa_reference_channel channels[16];
} picture;

static size_t sample_bytes(int type)
{
    return type == ZOE_CODEC_HALF ? 2 : 4;
}

static size_t row_bytes(const dwa_reference_image *image, const dwa_reference_channel *channel)
{
    return (size_t)(image->width / channel->x_sampling) * sample_bytes(channel->type);
}

static float value_at(pattern kind, uint64_t *seed, int channel, int x, int y)
{
    uint64_t random = seeded_random(seed);
    float grain = (float)(random % 2001) * 1e-3f - 1.0f;
    float base = 0.5f + 0.4f * sinf((float)(x + 3 * channel) * 0.07f) * cosf((float)y * 0.05f);
    switch (kind) {
    case GRAIN: return base * 1.5f + grain * 0.4f - 0.2f;
    case FLAT: return (float)((x / 16 + y / 16 * 3 + channel) % 5) * 0.3f;
    case HUGE_VALUES: return random % 7 == 0 ? ldexpf(grain, (int)(random >> 32 & 31) - 15) : base;
    default: return base;
    }
}

static void put(uint8_t *dst, int type, float value)
{
    uint16_t half = zoe_float_to_half(value);
    uint32_t integer = (uint32_t)(int32_t)(value * 1000.0f);
    if (type == ZOE_CODEC_HALF)
        memcpy(dst, &half, sizeof half);
    else if (type == ZOE_CODEC_FLOAT)
        memcpy(dst, &value, sizeof value);
    else
        memcpy(dst, &integer, sizeof integer);
}

static void fill(picture *p, pattern kind, uint64_t seed)
{
    for (size_t c = 0; c < p->image.channel_count; c++) {
        dwa_reference_channel *channel = &p->channels[c];
        int width = p->image.width / channel->x_sampling;
        int height = p->image.height / channel->y_sampling;
        size_t size = sample_bytes(channel->type);
        uint8_t *at = channel->samples = malloc((size_t)width * (size_t)height * size);
        assert_non_null(at);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++, at += size)
                put(at, channel->type, value_at(kind, &seed, (int)c, x, y));
    }
}

static void release(picture *p)
{
    for (size_t c = 0; c < p->image.channel_count; c++)
        free(p->channels[c].samples);
}

static const dwa_reference_channel *find(const picture *p, const char *name)
{
    for (size_t c = 0; c < p->image.channel_count; c++)
        if (strcmp(p->channels[c].name, name) == 0)
            return &p->channels[c];
    fail_msg("no channel %s", name);
    return NULL;
}

/* The library's samples of one chunk, in file order: what the fixture could not get from the C
 * core. */
static uint8_t *expected_of(const picture *p, const zoe_codec_chunk *chunk, int first_x)
{
    uint8_t *bytes = malloc(chunk->unpacked_bytes);
    uint8_t *at = bytes;
    assert_non_null(bytes);
    for (int y = chunk->first_y; y < chunk->first_y + chunk->line_count; y++)
        for (size_t c = 0; c < chunk->channel_count; c++) {
            const zoe_codec_channel *channel = &chunk->channels[c];
            if (y % channel->y_sampling != 0)
                continue;
            const dwa_reference_channel *from = find(p, channel->name);
            size_t row = (size_t)((y - p->image.min_y) / channel->y_sampling);
            size_t part = (size_t)channel->width * sample_bytes(channel->type);
            memcpy(at,
                   (const uint8_t *)from->samples + row * row_bytes(&p->image, from) +
                       (size_t)first_x * sample_bytes(channel->type),
                   part);
            at += part;
        }
    assert_int_equal(at - bytes, chunk->unpacked_bytes);
    return bytes;
}

/* Writes the picture with the library, reads it back with the library and as chunks. */
static codec_fixture *make(picture *p)
{
    char path[] = "/tmp/test_codec_dwa_XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    p->image.channels = p->channels;
    assert_int_equal(dwa_reference_write(path, &p->image), 0);
    assert_int_equal(dwa_reference_read(path, &p->image), 0);
    codec_fixture *fixture = fixture_open(path);
    unlink(path);
    assert_non_null(fixture);
    int columns = p->image.tile ? (p->image.width + p->image.tile - 1) / p->image.tile : 1;
    for (size_t i = 0; i < fixture->chunk_count; i++) {
        fixture_chunk *chunk = &fixture->chunks[i];
        free(chunk->expected);
        chunk->expected = expected_of(p, &chunk->chunk, (int)i % columns * p->image.tile);
    }
    return fixture;
}

static float sample_at(const zoe_codec_channel *channel, const uint8_t *bytes, size_t x)
{
    float value;
    uint16_t half;
    if (channel->type == ZOE_CODEC_HALF) {
        memcpy(&half, bytes + x * sizeof half, sizeof half);
        return zoe_half_to_float(half);
    }
    memcpy(&value, bytes + x * sizeof value, sizeof value);
    return value;
}

/* The library's other forms add in other orders, so that the coded values may differ by a rounding.
 * That is relative to the largest sample of a block: where samples are coded as they are, a small
 * one beside one of 65504 may be off by some single precision roundings of that. */
static bool is_near(const zoe_codec_channel *channel, const uint8_t *got, const uint8_t *expected,
                    size_t bytes)
{
    if (memcmp(got, expected, bytes) == 0)
        return true;
    if (channel->type == ZOE_CODEC_UINT)
        return false;
    float least = channel->p_linear ? 0.05f : 1e-4f;
    for (size_t x = 0; x < (size_t)channel->width; x++) {
        float a = sample_at(channel, got, x);
        float b = sample_at(channel, expected, x);
        if (a != b && !(fabsf(a - b) <= 0.01f * fabsf(b) + least))
            return false;
    }
    return true;
}

/* Equal to the last bit where the library runs the form that the codec follows: its AVX one. */
static fixture_near_fn *tolerance(void)
{
    zoe_cpu_limit(~0u);
    return zoe_cpu_features() & ZOE_CPU_AVX2 ? NULL : is_near;
}

/* What the scalar form makes of each chunk is expected from now on. */
static void expect_scalar(codec_fixture *fixture)
{
    zoe_cpu_limit(0);
    for (size_t i = 0; i < fixture->chunk_count; i++) {
        fixture_chunk *chunk = &fixture->chunks[i];
        if (chunk->chunk.packed_bytes == chunk->chunk.unpacked_bytes)
            continue;
        size_t bytes = zoe_dwa_scratch_bytes(&chunk->chunk);
        void *scratch = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
        assert_non_null(scratch);
        assert_string_equal(zoe_status_name(zoe_dwa_decode(&chunk->chunk, scratch, bytes)), "OK");
        free(scratch);
        memcpy(chunk->expected, chunk->out, chunk->chunk.unpacked_bytes);
    }
    zoe_cpu_limit(~0u);
}

static bool want_odd_lines(size_t channel, int32_t line)
{
    return ((size_t)line + channel) % 2 == 1;
}

static bool want_second(size_t channel, int32_t line)
{
    (void)line;
    return channel == 1;
}

static bool want_nothing(size_t channel, int32_t line)
{
    (void)channel;
    (void)line;
    return false;
}

/* Rows to decode, and how far past an aligned address they lie. */
typedef struct way {
    fixture_want_fn *want;
    size_t misalign;
} way;

/* Against the library; and where that is only nearly equal, all forms against the scalar one. */
static void check_ways(codec_fixture *fixture, const way *ways, size_t count)
{
    fixture_near_fn *near = tolerance();
    for (size_t i = 0; i < count; i++)
        fixture_check(fixture, zoe_dwa_decode, zoe_dwa_scratch_bytes, ways[i].misalign,
                      ways[i].want, near);
    if (!near)
        return;
    expect_scalar(fixture);
    for (size_t i = 0; i < count; i++)
        fixture_check(fixture, zoe_dwa_decode, zoe_dwa_scratch_bytes, ways[i].misalign,
                      ways[i].want, NULL);
}

static void check(picture *p, pattern kind, uint64_t seed, unsigned damage)
{
    static const way ways[] = {
        {NULL, 0}, {NULL, 2}, {want_odd_lines, 0}, {want_second, 6}, {want_nothing, 0}};
    fill(p, kind, seed);
    codec_fixture *fixture = make(p);
    check_ways(fixture, ways, sizeof ways / sizeof *ways);
    if (damage)
        fixture_damage(fixture, zoe_dwa_decode, zoe_dwa_scratch_bytes, damage, seed);
    fixture_free(&fixture);
    release(p);
}

#define CHANNEL(name, type)                                                                        \
    {                                                                                              \
        name, type, 0, 1, 1, NULL                                                                  \
    }
#define HALF_  ZOE_CODEC_HALF
#define FLOAT_ ZOE_CODEC_FLOAT
#define UINT_  ZOE_CODEC_UINT

static void test_rgba_half(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1},    {7, 3},    {8, 8},   {33, 32},
                                   {257, 70}, {64, 300}, {100, 33}};
    uint64_t seed = seeded_random_seed(FIXTURE_SEED);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int lines = 32; lines <= 256; lines *= 8)
            for (int kind = 0; kind < PATTERNS; kind++) {
                picture p = {{-5, -37, sizes[s][0], sizes[s][1], lines, 0, NULL, 4},
                             {CHANNEL("A", HALF_), CHANNEL("B", HALF_), CHANNEL("G", HALF_),
                              CHANNEL("R", HALF_)}};
                check(&p, (pattern)kind, seed + s, 2);
            }
}

/* Layers; lone channels; all types; channels stored linear. */
static void test_many_channels(void **state)
{
    (void)state;
    uint64_t seed = seeded_random_seed(FIXTURE_SEED);
    for (int kind = 0; kind < PATTERNS; kind++) {
        picture p = {{0, 0, 90, 75, 32, 0, NULL, 16},
                     {CHANNEL("B", FLOAT_), CHANNEL("G", HALF_), CHANNEL("R", FLOAT_),
                      CHANNEL("Z", FLOAT_), CHANNEL("a.A", FLOAT_), CHANNEL("a.B", FLOAT_),
                      CHANNEL("a.G", FLOAT_), CHANNEL("a.R", FLOAT_), CHANNEL("ab.B", HALF_),
                      CHANNEL("ab.G", HALF_), CHANNEL("ab.R", HALF_), CHANNEL("id", UINT_),
                      CHANNEL("id.A", UINT_), CHANNEL("lone.R", FLOAT_), CHANNEL("s.Y", HALF_),
                      CHANNEL("t.A", HALF_)}};
        p.channels[13].p_linear = 1;
        p.channels[14].p_linear = 1;
        check(&p, (pattern)kind, seed, 4);
    }
}

/* Sets stand in the order of their prefixes, not of their channels. OpenEXR 3.3 and later write and
 * expect them in the order of their channels, without a mark in the file. */
static void test_order_of_sets(void **state)
{
    (void)state;
    if (!dwa_reference_sorts_sets())
        skip();
    uint64_t seed = seeded_random_seed(FIXTURE_SEED);
    for (int kind = 0; kind < PATTERNS; kind++) {
        picture p = {{0, 0, 90, 75, 32, 0, NULL, 13},
                     {CHANNEL("A", HALF_), CHANNEL("AO.B", HALF_), CHANNEL("AO.G", HALF_),
                      CHANNEL("AO.R", HALF_), CHANNEL("B", HALF_), CHANNEL("G", HALF_),
                      CHANNEL("R", HALF_), CHANNEL("a-b.B", HALF_), CHANNEL("a-b.G", HALF_),
                      CHANNEL("a-b.R", HALF_), CHANNEL("a.B", FLOAT_), CHANNEL("a.G", FLOAT_),
                      CHANNEL("a.R", FLOAT_)}};
        check(&p, (pattern)kind, seed, 4);
    }
}

static void test_subsampled(void **state)
{
    (void)state;
    static const int sizes[][2] = {{4, 4}, {36, 20}, {132, 68}};
    uint64_t seed = seeded_random_seed(FIXTURE_SEED);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int kind = 0; kind < PATTERNS; kind++) {
            picture p = {{-8, -12, sizes[s][0], sizes[s][1], 32, 0, NULL, 5},
                         {{"BY", HALF_, 0, 2, 2, NULL},
                          {"RY", HALF_, 0, 2, 2, NULL},
                          {"Y", HALF_, 0, 1, 1, NULL},
                          {"aux", UINT_, 0, 4, 1, NULL},
                          {"mask.A", FLOAT_, 0, 1, 4, NULL}}};
            check(&p, (pattern)kind, seed, 4);
        }
}

static void test_tiles(void **state)
{
    (void)state;
    uint64_t seed = seeded_random_seed(FIXTURE_SEED);
    for (int kind = 0; kind < PATTERNS; kind++) {
        picture p = {
            {0, 0, 150, 100, 256, 48, NULL, 4},
            {CHANNEL("A", HALF_), CHANNEL("B", HALF_), CHANNEL("G", HALF_), CHANNEL("R", HALF_)}};
        check(&p, (pattern)kind, seed, 2);
    }
}

/* ---- chunks that the library reads but never writes ---- */

/* What a chunk is made of; the sizes and counters follow from it. */
typedef struct parts {
    uint64_t version;
    const uint8_t *rules; /* with their size in front; NULL below version 2 */
    size_t rules_bytes;
    const uint16_t *ac;
    size_t ac_count;
    const uint16_t *dc;
    size_t dc_count;
    const uint8_t *rle; /* coded */
    size_t rle_bytes;
    size_t rle_raw_bytes;
    const uint8_t *unknown;
    size_t unknown_bytes;
} parts;

static size_t deflate(const void *data, size_t bytes, uint8_t *out)
{
    if (bytes == 0)
        return 0;
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(1);
    size_t packed =
        libdeflate_zlib_compress(compressor, data, bytes, out, bytes + bytes / 8 + 1024);
    libdeflate_free_compressor(compressor);
    assert_true(packed > 0);
    return packed;
}

/* The DC values' bytes: those at even places, then those at odd ones, then differences. */
static uint8_t *reorder(const uint16_t *dc, size_t count)
{
    uint8_t *bytes = malloc(2 * count + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)dc[i];
        bytes[count + i] = (uint8_t)(dc[i] >> 8);
    }
    for (size_t i = 2 * count; i > 1; i--)
        bytes[i - 1] = (uint8_t)(bytes[i - 1] - bytes[i - 2] + 128);
    return bytes;
}

static uint8_t *assemble(const parts *p, size_t *bytes)
{
    size_t raw = p->rules_bytes + 2 * (p->ac_count + p->dc_count) + p->rle_bytes + p->unknown_bytes;
    uint8_t *chunk = malloc(2 * raw + 8192);
    uint8_t *dc = reorder(p->dc, p->dc_count);
    uint64_t counters[11] = {p->version,   p->unknown_bytes, 0,           0,           0, 0,
                             p->rle_bytes, p->rle_raw_bytes, p->ac_count, p->dc_count, 1};
    assert_non_null(chunk);
    size_t at = sizeof counters;
    if (p->rules_bytes)
        memcpy(&chunk[at], p->rules, p->rules_bytes);
    at += p->rules_bytes;
    at += counters[2] = deflate(p->unknown, p->unknown_bytes, &chunk[at]);
    at += counters[3] = deflate(p->ac, 2 * p->ac_count, &chunk[at]);
    at += counters[4] = deflate(dc, 2 * p->dc_count, &chunk[at]);
    at += counters[5] = deflate(p->rle, p->rle_bytes, &chunk[at]);
    memcpy(chunk, counters, sizeof counters);
    free(dc);
    *bytes = at;
    return chunk;
}

/* Writes a one-chunk file as it is, and compares what the library and the codec make of it. */
static void check_parts(picture *p, const parts *made, bool damage)
{
    char path[] = "/tmp/test_codec_dwa_XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    size_t bytes = 0;
    uint8_t *chunk = assemble(made, &bytes);
    exr_context_t file = NULL;
    exr_attr_box2i_t window = {
        .min.x = 0, .min.y = 0, .max.x = p->image.width - 1, .max.y = p->image.height - 1};
    exr_attr_v2f_t centre = {.x = 0.0f, .y = 0.0f};
    int part = 0;
    assert_int_equal(exr_start_write(&file, path, EXR_WRITE_FILE_DIRECTLY, NULL), 0);
    assert_int_equal(exr_add_part(file, "p", EXR_STORAGE_SCANLINE, &part), 0);
    assert_int_equal(exr_initialize_required_attr(
                         file, 0, &window, &window, 1.0f, &centre, 1.0f, EXR_LINEORDER_INCREASING_Y,
                         p->image.lines == 32 ? EXR_COMPRESSION_DWAA : EXR_COMPRESSION_DWAB),
                     0);
    for (size_t c = 0; c < p->image.channel_count; c++)
        assert_int_equal(exr_add_channel(file, 0, p->channels[c].name,
                                         (exr_pixel_type_t)p->channels[c].type,
                                         p->channels[c].p_linear ? EXR_PERCEPTUALLY_LINEAR
                                                                 : EXR_PERCEPTUALLY_LOGARITHMIC,
                                         1, 1),
                         0);
    assert_int_equal(exr_write_header(file), 0);
    assert_int_equal(exr_write_scanline_chunk(file, 0, 0, chunk, bytes), 0);
    assert_int_equal(exr_finish(&file), 0);
    free(chunk);
    fill(p, SMOOTH, 0);
    p->image.channels = p->channels;
    assert_int_equal(dwa_reference_read(path, &p->image), 0);
    codec_fixture *fixture = fixture_open(path);
    unlink(path);
    assert_non_null(fixture);
    assert_int_equal(fixture->chunk_count, 1);
    free(fixture->chunks[0].expected);
    fixture->chunks[0].expected = expected_of(p, &fixture->chunks[0].chunk, 0);
    check_ways(fixture, &(way){NULL, 0}, 1);
    if (damage)
        fixture_damage(fixture, zoe_dwa_decode, zoe_dwa_scratch_bytes, 200,
                       seeded_random_seed(FIXTURE_SEED));
    fixture_free(&fixture);
    release(p);
}

/* Symbols for `blocks` blocks: literals of any bits, runs, and ends. */
static size_t make_ac(uint16_t *ac, size_t blocks, uint64_t *seed)
{
    size_t count = 0;
    for (size_t b = 0; b < blocks; b++)
        for (unsigned at = 1; at < 64;) {
            uint64_t random = seeded_random(seed);
            uint16_t symbol = (uint16_t)(random >> 16);
            if (b % 4 == 0 || random % 16 == 0)
                symbol = 0xff00;
            else if (random % 16 < 4)
                symbol = (uint16_t)(0xff01 + random / 16 % (b % 4 == 1 ? 5 : 63));
            else if (random % 16 == 4)
                symbol = 0;
            else
                symbol = (uint16_t)((symbol & 0x83ff) | (random % 21 + 3) << 10);
            if (random % 5000 == 5)
                symbol = 0x7c00; /* infinity */
            ac[count++] = symbol;
            at += symbol == 0xff00 ? 64 : symbol >> 8 == 0xff ? symbol & 0xff : 1;
        }
    return count;
}

/* The rules of versions 0 and 1, the AC symbols deflated. */
static void test_legacy(void **state)
{
    (void)state;
    enum { WIDTH = 67, HEIGHT = 29, BLOCKS = 9 * 4, CHANNELS = 5 };
    uint64_t seed = seeded_random_seed(FIXTURE_SEED);
    static uint16_t ac[CHANNELS * BLOCKS * 63];
    static uint16_t dc[CHANNELS * BLOCKS];
    for (uint64_t version = 0; version < 2; version++) {
        for (size_t i = 0; i < CHANNELS * BLOCKS; i++)
            dc[i] = (uint16_t)(seeded_random(&seed) % 0x4c00 | (i & 1 ? 0x8000 : 0));
        /* Alpha: a run, then literals, then a run to the end. */
        uint8_t rle[256] = {127, 7, 0xfe, 1, 2};
        size_t rle_bytes = 5;
        for (size_t left = 2 * WIDTH * HEIGHT - 130; left > 0;) {
            size_t run = left < 128 ? left : 128;
            rle[rle_bytes++] = (uint8_t)(run - 1);
            rle[rle_bytes++] = (uint8_t)left;
            left -= run;
        }
        uint8_t unknown[WIDTH * HEIGHT * 4];
        for (size_t i = 0; i < sizeof unknown; i++)
            unknown[i] = (uint8_t)(i * 7);
        parts made = {.version = version,
                      .ac = ac,
                      .dc = dc,
                      .dc_count = CHANNELS * BLOCKS,
                      .rle = rle,
                      .rle_bytes = rle_bytes,
                      .rle_raw_bytes = 2 * WIDTH * HEIGHT,
                      .unknown = unknown,
                      .unknown_bytes = sizeof unknown};
        made.ac_count = make_ac(ac, CHANNELS * BLOCKS, &seed);
        picture p = {{0, 0, WIDTH, HEIGHT, 32, 0, NULL, 7},
                     {CHANNEL("Blu", HALF_), CHANNEL("GREEN", HALF_), CHANNEL("a", HALF_),
                      CHANNEL("depth", FLOAT_), CHANNEL("k.rY", FLOAT_), CHANNEL("r", HALF_),
                      CHANNEL("y", HALF_)}};
        check_parts(&p, &made, true);
    }
}

/* A chunk's own rules, which here make an oddly named set and turn everything else about. */
static void test_own_rules(void **state)
{
    (void)state;
    enum { WIDTH = 40, HEIGHT = 17, BLOCKS = 5 * 3 };
    uint64_t seed = seeded_random_seed(FIXTURE_SEED);
    static const uint8_t rules[] = {2 + 2 + 5 + 5 + 5 + 5 + 4,
                                    0,
                                    'R',
                                    0,
                                    0x08,
                                    1, /* run-length coded, */
                                    'o',
                                    'n',
                                    0,
                                    0x14,
                                    1,
                                    't',
                                    'w',
                                    0,
                                    0x24,
                                    1,
                                    't',
                                    'h',
                                    0,
                                    0x35,
                                    1,
                                    'T',
                                    'H',
                                    0,
                                    0x34,
                                    2,
                                    'R',
                                    0,
                                    0x00,
                                    1}; /* … no, unknown: the last rule wins */
    static const uint8_t zero[WIDTH * HEIGHT * 2] = {1, 2, 3};
    uint16_t ac[3 * BLOCKS * 63];
    uint16_t dc[3 * BLOCKS];
    uint8_t own[sizeof rules];
    memcpy(own, rules, sizeof rules);
    own[0] = sizeof rules;
    for (size_t i = 0; i < 3 * BLOCKS; i++)
        dc[i] = (uint16_t)(seeded_random(&seed) % 0x4c00);
    parts made = {.version = 2,
                  .rules = own,
                  .rules_bytes = sizeof own,
                  .ac = ac,
                  .dc = dc,
                  .dc_count = 3 * BLOCKS,
                  .unknown = zero,
                  .unknown_bytes = sizeof zero};
    made.ac_count = make_ac(ac, 3 * BLOCKS, &seed);
    picture p = {
        {0, 0, WIDTH, HEIGHT, 32, 0, NULL, 4},
        {CHANNEL("R", HALF_), CHANNEL("on", HALF_), CHANNEL("th", HALF_), CHANNEL("tw", HALF_)}};
    check_parts(&p, &made, true);
}

/* Blocks of one value, one for each half that a DC value can be: the whole way to linear light. */
static void test_every_value(void **state)
{
    (void)state;
    enum { SIDE = 32 * 8, ROUNDS = 64, BLOCKS = 32 * 32 };
    static uint16_t ac[BLOCKS];
    uint16_t dc[BLOCKS];
    static const uint8_t rules[] = {6, 0, 'Y', 0, 0x04, 1};
    for (size_t i = 0; i < BLOCKS; i++)
        ac[i] = 0xff00;
    for (unsigned round = 0; round < ROUNDS; round++)
        for (int linear = 0; linear < 2; linear++) {
            for (size_t i = 0; i < BLOCKS; i++) {
                dc[i] = (uint16_t)(round * BLOCKS + i);
                if (linear && (dc[i] & 0x7fff) > 0x7c00)
                    dc[i] = 0; /* a NaN's payload is not kept */
            }
            parts made = {.version = 2,
                          .rules = rules,
                          .rules_bytes = sizeof rules,
                          .ac = ac,
                          .ac_count = BLOCKS,
                          .dc = dc,
                          .dc_count = BLOCKS};
            picture p = {{0, 0, SIDE, SIDE, 256, 0, NULL, 1}, {CHANNEL("Y", HALF_)}};
            p.channels[0].p_linear = linear;
            check_parts(&p, &made, false);
        }
}

/* Channels without samples, which no library writes alone, need nothing of the chunk but its
 * header. */
static void test_empty(void **state)
{
    (void)state;
    uint64_t packed[12] = {2}; /* the counters, and rules of two bytes */
    memcpy(&packed[11], (uint16_t[]){2}, sizeof(uint16_t));
    const zoe_codec_channel channels[] = {{"A", ZOE_CODEC_HALF, false, 0, 1, 2, 1},
                                          {"Y", ZOE_CODEC_FLOAT, false, 5, 0, 1, 3},
                                          {"id", ZOE_CODEC_UINT, false, 0, 1, 9, 1}};
    uint8_t nothing[2];
    const zoe_codec_segment segments[] = {{nothing, 0}, {nothing, 0}};
    zoe_codec_chunk chunk = {.packed = (const uint8_t *)packed,
                             .packed_bytes = 11 * 8 + 2,
                             .first_y = 1,
                             .line_count = 1,
                             .channels = channels,
                             .channel_count = 3,
                             .segments = segments,
                             .segment_count = 2};
    size_t bytes = zoe_dwa_scratch_bytes(&chunk);
    void *scratch = aligned_alloc(64, bytes);
    assert_non_null(scratch);
    assert_string_equal(zoe_status_name(zoe_dwa_decode(&chunk, scratch, bytes)), "OK");
    chunk.packed_bytes--;
    assert_string_equal(zoe_status_name(zoe_dwa_decode(&chunk, scratch, bytes)), "ERROR_CORRUPT");
    free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rgba_half),     cmocka_unit_test(test_many_channels),
        cmocka_unit_test(test_order_of_sets), cmocka_unit_test(test_subsampled),
        cmocka_unit_test(test_tiles),         cmocka_unit_test(test_legacy),
        cmocka_unit_test(test_own_rules),     cmocka_unit_test(test_every_value),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
