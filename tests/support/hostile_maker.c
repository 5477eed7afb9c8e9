/*
 * Makes EXR files that mean harm: within what the format allows, and made to waste time or memory.
 *
 *   hostile_maker FOLDER
 *
 * writes each of `files`, below, to FOLDER/NAME.exr. They are written byte by byte: OpenEXR would
 * refuse to. Format: "OpenEXR File Layout" (openexr.com).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>

enum { NONE = 0, RLE = 1, ZIPS = 2, ZIP = 3, HALF = 1, FLOAT = 2 };
enum { TILED = 0x200, LONG_NAMES = 0x400, DEEP = 0x800 };

/* ---- bytes ---- */

typedef struct bytes {
    uint8_t *at;
    size_t count, capacity;
} bytes;

static void put(bytes *b, const void *from, size_t count)
{
    if (b->count + count > b->capacity) {
        b->capacity = 2 * (b->count + count);
        b->at = realloc(b->at, b->capacity);
        if (!b->at)
            abort();
    }
    if (from)
        memcpy(b->at + b->count, from, count);
    else
        memset(b->at + b->count, 0, count);
    b->count += count;
}

static void put_byte(bytes *b, int value)
{
    uint8_t byte = (uint8_t)value;
    put(b, &byte, 1);
}

static void put_int(bytes *b, int64_t value)
{
    uint32_t number = (uint32_t)value;
    put(b, &number, 4);
}

static void put_long(bytes *b, uint64_t value)
{
    put(b, &value, 8);
}

static void put_text(bytes *b, const char *text)
{
    put(b, text, strlen(text) + 1);
}

/* ---- headers ---- */

/* The beginning of an attribute; its size is filled in by end_attribute(). */
static size_t begin_attribute(bytes *b, const char *name, const char *type)
{
    put_text(b, name);
    put_text(b, type);
    put_int(b, 0);
    return b->count;
}

static void end_attribute(bytes *b, size_t begin)
{
    uint32_t size = (uint32_t)(b->count - begin);
    memcpy(b->at + begin - 4, &size, 4);
}

static void put_box(bytes *b, const char *name, const int32_t box[4])
{
    size_t begin = begin_attribute(b, name, "box2i");
    put(b, box, 16);
    end_attribute(b, begin);
}

static void put_value(bytes *b, const char *name, const char *type, const void *value, size_t size)
{
    size_t begin = begin_attribute(b, name, type);
    put(b, value, size);
    end_attribute(b, begin);
}

/* Channels are added between begin_header() and end_header(). */
static size_t begin_header(bytes *b, int flags)
{
    put_int(b, 20000630);
    put_int(b, 2 | flags | LONG_NAMES);
    return begin_attribute(b, "channels", "chlist");
}

static void put_channel(bytes *b, const char *name, int type, int32_t x, int32_t y)
{
    put_text(b, name);
    put_int(b, type);
    put_int(b, 0);
    put_int(b, x);
    put_int(b, y);
}

typedef struct header {
    int32_t data[4], display[4];
    int compression;
    int32_t tile[2]; /* 0: none */
    int32_t deep_chunks;
} header;

static void end_header(bytes *b, size_t channels, const header *h)
{
    const float one = 1, center[2] = {0, 0};
    const uint8_t compression = (uint8_t)h->compression, increasing = 0;
    const int32_t version = 1;
    put_byte(b, 0);
    end_attribute(b, channels);
    put_value(b, "compression", "compression", &compression, 1);
    put_box(b, "dataWindow", h->data);
    put_box(b, "displayWindow", h->display);
    put_value(b, "lineOrder", "lineOrder", &increasing, 1);
    put_value(b, "pixelAspectRatio", "float", &one, 4);
    put_value(b, "screenWindowCenter", "v2f", center, 8);
    put_value(b, "screenWindowWidth", "float", &one, 4);
    if (h->tile[0]) {
        size_t begin = begin_attribute(b, "tiles", "tiledesc");
        put(b, h->tile, 8);
        put_byte(b, 0);
        end_attribute(b, begin);
    }
    if (h->deep_chunks) {
        const char *type = h->tile[0] ? "deeptile" : "deepscanline";
        put_value(b, "type", "string", type, strlen(type));
        put_value(b, "name", "string", "d", 1);
        put_value(b, "version", "int", &version, 4);
        put_value(b, "chunkCount", "int", &h->deep_chunks, 4);
    }
    put_byte(b, 0);
}

/* Ends the file of one pixel, which is 0 in each of so many half channels. */
static void end_pixel(bytes *b, size_t channels, int count)
{
    end_header(b, channels, &(header){{0, 0, 0, 0}, {0, 0, 0, 0}, NONE, {0, 0}, 0});
    put_long(b, b->count + 8);
    put_int(b, 0);
    put_int(b, 2 * count);
    put(b, NULL, 2 * (size_t)count);
}

/* ---- chunks of zeros ---- */

/* Zeros, reordered and as differences: a 0, then 128s. */
static uint8_t *differences(size_t count)
{
    uint8_t *raw = malloc(count);
    if (!raw)
        abort();
    memset(raw, 128, count);
    raw[0] = 0;
    return raw;
}

static void put_zip(bytes *b, const void *raw, size_t count)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(1);
    size_t bound = libdeflate_zlib_compress_bound(compressor, count);
    uint8_t *packed = malloc(bound);
    if (!compressor || !packed)
        abort();
    put(b, packed, libdeflate_zlib_compress(compressor, raw, count, packed, bound));
    free(packed);
    libdeflate_free_compressor(compressor);
}

static void put_rle(bytes *b, size_t count)
{
    put_byte(b, 0);
    put_byte(b, 0);
    for (size_t left = count - 1; left > 0;) {
        size_t run = left < 128 ? left : 128;
        put_byte(b, (int)run - 1);
        put_byte(b, 128);
        left -= run;
    }
}

/* Fills in a 32-bit size in front of what was put since. */
static void end_chunk(bytes *b, size_t begin)
{
    uint32_t size = (uint32_t)(b->count - begin);
    memcpy(b->at + begin - 4, &size, 4);
}

/* ---- files ---- */

/* 2^26 pixels in one tile: 128 MB out of 2 MB. */
static void one_tile(bytes *b)
{
    enum { SIDE = 8192 };
    size_t channels = begin_header(b, TILED);
    put_channel(b, "Y", HALF, 1, 1);
    end_header(
        b, channels,
        &(header){{0, 0, SIDE - 1, SIDE - 1}, {0, 0, SIDE - 1, SIDE - 1}, RLE, {SIDE, SIDE}, 0});
    put_long(b, b->count + 8);
    put(b, NULL, 16 + 4);
    size_t begin = b->count;
    put_rle(b, (size_t)SIDE * SIDE * 2);
    end_chunk(b, begin);
}

/* One pixel of 16 million samples. */
static void deep_pixel(bytes *b)
{
    enum { SAMPLES = 16 << 20, BYTES = SAMPLES * 8 };
    size_t channels = begin_header(b, DEEP);
    put_channel(b, "A", FLOAT, 1, 1);
    put_channel(b, "Z", FLOAT, 1, 1);
    end_header(b, channels, &(header){{0, 0, 0, 0}, {0, 0, 0, 0}, ZIPS, {0, 0}, 1});
    put_long(b, b->count + 8);
    bytes samples = {0};
    uint8_t *raw = differences(BYTES);
    put_zip(&samples, raw, BYTES);
    put_int(b, 0);
    put_long(b, 4);
    put_long(b, samples.count);
    put_long(b, BYTES);
    put_int(b, SAMPLES);
    put(b, samples.at, samples.count);
    free(raw);
    free(samples.at);
}

/* Bytes as they are packed: those at even places first, then as differences. To be freed. */
static uint8_t *prepared(const uint8_t *raw, size_t count)
{
    uint8_t *out = malloc(count);
    if (!out)
        abort();
    for (size_t i = 0; i < count; i++)
        out[i / 2 + (i % 2) * ((count + 1) / 2)] = raw[i];
    for (size_t i = count - 1; i > 0; i--)
        out[i] = (uint8_t)(out[i] - out[i - 1] + 128);
    return out;
}

/* One pixel of four million samples in no order, out of some hundred KB. */
static void deep_pile(bytes *b)
{
    enum { SAMPLES = 4 << 20, BYTES = SAMPLES * 8 };
    size_t channels = begin_header(b, DEEP);
    put_channel(b, "A", FLOAT, 1, 1);
    put_channel(b, "Z", FLOAT, 1, 1);
    end_header(b, channels, &(header){{0, 0, 0, 0}, {0, 0, 0, 0}, ZIPS, {0, 0}, 1});
    put_long(b, b->count + 8);
    float *raw = malloc(BYTES);
    if (!raw)
        abort();
    for (uint32_t i = 0; i < SAMPLES; i++) {
        raw[i] = 0.001f;
        raw[SAMPLES + i] = (float)(i % 4096 * 2654435761u >> 8);
    }
    bytes samples = {0};
    uint8_t *ready = prepared((const uint8_t *)raw, BYTES);
    put_zip(&samples, ready, BYTES);
    put_int(b, 0);
    put_long(b, 4);
    put_long(b, samples.count);
    put_long(b, BYTES);
    put_int(b, SAMPLES);
    put(b, samples.at, samples.count);
    free(ready);
    free(raw);
    free(samples.at);
}

/* One tile of many rows and channels, and no samples. */
static void deep_rows(bytes *b)
{
    enum { CHANNELS = 5000, ROWS = 700000 };
    size_t channels = begin_header(b, DEEP | TILED);
    put_channel(b, "A", FLOAT, 1, 1);
    for (int c = 0; c < CHANNELS; c++) {
        char name[16];
        snprintf(name, sizeof name, "c%05d", c);
        put_channel(b, name, HALF, 1, 1);
    }
    const int32_t box[4] = {0, 0, 0, ROWS - 1};
    header h = {.compression = ZIPS, .tile = {1, ROWS}, .deep_chunks = 1};
    memcpy(h.data, box, sizeof box);
    memcpy(h.display, box, sizeof box);
    end_header(b, channels, &h);
    put_long(b, b->count + 8);
    bytes counts = {0};
    uint8_t *raw = differences(4 * (size_t)ROWS);
    put_zip(&counts, raw, 4 * (size_t)ROWS);
    put(b, NULL, 16);
    put_long(b, counts.count);
    put_long(b, 0);
    put_long(b, 0);
    put(b, counts.at, counts.count);
    free(raw);
    free(counts.at);
}

/* 100 million tiles of a pixel each, without a table for them. */
static void no_tiles(bytes *b)
{
    enum { SIDE = 10000 };
    size_t channels = begin_header(b, TILED);
    put_channel(b, "Y", HALF, 1, 1);
    end_header(b, channels,
               &(header){{0, 0, SIDE - 1, SIDE - 1}, {0, 0, SIDE - 1, SIDE - 1}, NONE, {1, 1}, 0});
}

enum { SAMPLED = 5700 }; /* channels, as many as one part may have */

/* Begins a header of those, all but one with a row on every so many lines. */
static size_t begin_sampled(bytes *b, int lines)
{
    size_t channels = begin_header(b, 0);
    for (int c = 1; c < SAMPLED; c++) {
        char name[16];
        snprintf(name, sizeof name, "C%05d", c);
        put_channel(b, name, HALF, 1, lines);
    }
    put_channel(b, "Y", HALF, 1, 1);
    return channels;
}

/* As many channels as one part may have, all but one with a row on a single line of 65,536: each
 * line costs a look. */
static void rare_rows(bytes *b)
{
    enum { LINES = 65536 };
    size_t channels = begin_sampled(b, LINES);
    end_header(b, channels, &(header){{0, 0, 0, LINES - 1}, {0, 0, 0, LINES - 1}, NONE, {0, 0}, 0});
    uint64_t at = b->count + 8 * (uint64_t)LINES;
    for (int y = 0; y < LINES; y++) {
        put_long(b, at);
        at += y == 0 ? 8 + 2 * SAMPLED : 8 + 2;
    }
    for (int y = 0; y < LINES; y++) {
        int size = y == 0 ? 2 * SAMPLED : 2;
        put_int(b, y);
        put_int(b, size);
        put(b, NULL, (size_t)size);
    }
}

/* As many channels as one part may have, all but one on every seventh line: what they have in a
 * line is packed a thousand to one, and nobody wants it. */
static void sampled_rows(bytes *b)
{
    enum { LINES = 95998, EVERY = 7 };
    size_t channels = begin_sampled(b, EVERY);
    end_header(b, channels, &(header){{0, 0, 0, LINES - 1}, {0, 0, 0, LINES - 1}, ZIPS, {0, 0}, 0});
    bytes all = {0};
    uint8_t *raw = differences(2 * SAMPLED);
    put_zip(&all, raw, 2 * SAMPLED);
    free(raw);
    uint64_t at = b->count + 8 * (uint64_t)LINES;
    for (int y = 0; y < LINES; y++) {
        put_long(b, at);
        at += 8 + (y % EVERY == 0 ? all.count : 2);
    }
    for (int y = 0; y < LINES; y++) {
        put_int(b, y);
        put_int(b, y % EVERY == 0 ? (int64_t)all.count : 2);
        put(b, y % EVERY == 0 ? all.at : NULL, y % EVERY == 0 ? all.count : 2);
    }
    free(all.at);
}

/* As many channels as have room whose names differ in their last letters only. */
static void long_names(bytes *b)
{
    enum { CHANNELS = 2000 };
    size_t channels = begin_header(b, 0);
    for (int c = 0; c < CHANNELS; c++) {
        char name[256];
        memset(name, 'a', sizeof name);
        snprintf(name + 245, sizeof name - 245, "%05d.R", c);
        put_channel(b, name, HALF, 1, 1);
    }
    end_pixel(b, channels, CHANNELS);
}

/* A tile whose stream is one block of so many bits, the first one lowest, again and again. */
static void put_blocks(bytes *b, int side, const uint8_t *block, unsigned bits)
{
    const size_t size = 2 * (size_t)side * (size_t)side - 1000;
    size_t channels = begin_header(b, TILED);
    put_channel(b, "Y", HALF, 1, 1);
    end_header(
        b, channels,
        &(header){{0, 0, side - 1, side - 1}, {0, 0, side - 1, side - 1}, ZIP, {side, side}, 0});
    put_long(b, b->count + 8);
    put(b, NULL, 16 + 4);
    size_t begin = b->count;
    put_byte(b, 0x78);
    put_byte(b, 0x9C);
    /* Eight of them are whole bytes. */
    uint8_t eight[256] = {0};
    for (unsigned i = 0; i < 8 * bits; i++)
        eight[i / 8] |= (uint8_t)((block[i % bits / 8] >> i % bits % 8 & 1) << i % 8);
    for (size_t at = 0; at < size; at += bits)
        put(b, eight, bits);
    end_chunk(b, begin);
}

/* Blocks that hold nothing, of deflate's fixed codes. */
static void empty_blocks(bytes *b)
{
    static const uint8_t block[] = {0x02, 0x00};
    put_blocks(b, 2048, block, 10);
}

/* Blocks that hold nothing and have codes of their own, of one symbol: the block's end. */
static void own_codes(bytes *b)
{
    static const uint8_t block[] = {0x04, 0xC0, 0x81, 0x08, 0x00, 0x00,
                                    0x00, 0x00, 0x20, 0x7F, 0xEB, 0x03};
    put_blocks(b, 4096, block, 92);
}

/* The same with codes of all symbols, whose lengths are two runs. */
static void full_codes(bytes *b)
{
    static const uint8_t block[] = {0xEC, 0x60, 0x02, 0x68, 0xD8, 0x6C, 0xDB, 0xB6, 0x6D,
                                    0xDB, 0xB6, 0x6D, 0xDB, 0xB6, 0x6D, 0xDB, 0xB6, 0x6D,
                                    0xDB, 0xB8, 0x6D, 0xDB, 0xB6, 0xD9, 0x23};
    put_blocks(b, 4096, block, 199);
}

/* Layers by the thousand, each of one channel. */
static void many_layers(bytes *b)
{
    enum { CHANNELS = 5700 };
    size_t channels = begin_header(b, 0);
    for (int c = 0; c < CHANNELS; c++) {
        char name[16];
        snprintf(name, sizeof name, "L%05d.Y", c);
        put_channel(b, name, HALF, 1, 1);
    }
    end_pixel(b, channels, CHANNELS);
}

/* What terminals take for commands, in UTF-8 and not, and what turns the direction of text. */
static void control_names(bytes *b)
{
    static const char *const names[] = {
        "\n\r\033[2J.R", "\033]52;c;QUFB\a", "\177\b\b", "\302\23331m", "\342\200\256R", "\2332J",
    };
    enum { CHANNELS = sizeof names / sizeof names[0] };
    size_t channels = begin_header(b, 0);
    for (int c = 0; c < CHANNELS; c++)
        put_channel(b, names[c], HALF, 1, 1);
    end_pixel(b, channels, CHANNELS);
}

/* Luminance and chroma; of two chunks the file has one. */
static void edge(bytes *b, int32_t x, int32_t y)
{
    size_t channels = begin_header(b, 0);
    put_channel(b, "BY", HALF, 2, 2);
    put_channel(b, "RY", HALF, 2, 2);
    put_channel(b, "Y", HALF, 1, 1);
    const int32_t box[4] = {x, y, x + 31, y + 31};
    header h = {.compression = ZIP};
    memcpy(h.data, box, sizeof box);
    memcpy(h.display, box, sizeof box);
    end_header(b, channels, &h);
    put_long(b, b->count + 16);
    put_long(b, 0);
    put_int(b, y);
    put_int(b, 0);
    size_t begin = b->count, samples = 32 * 16 + 2 * (16 * 8);
    uint8_t *raw = differences(2 * samples);
    put_zip(b, raw, 2 * samples);
    end_chunk(b, begin);
    free(raw);
}

/* As far out as OpenEXR lets a window be, on even numbers. */
static void edge_low(bytes *b)
{
    edge(b, -(INT32_MAX / 2) + 1, -(INT32_MAX / 2) + 1);
}

static void edge_high(bytes *b)
{
    edge(b, INT32_MAX / 2 - 33, INT32_MAX / 2 - 33);
}

/* 64 lines in the midst of as large a display window as there can be. */
static void huge_display(bytes *b)
{
    enum { SIDE = 64, ROW = 8 + 2 * SIDE, FAR = INT32_MAX / 2 - 1 };
    size_t channels = begin_header(b, 0);
    put_channel(b, "Y", HALF, 1, 1);
    end_header(b, channels,
               &(header){{0, 0, SIDE - 1, SIDE - 1}, {-FAR, -FAR, FAR, FAR}, NONE, {0, 0}, 0});
    uint64_t at = b->count + 8 * SIDE;
    for (int y = 0; y < SIDE; y++)
        put_long(b, at + (uint64_t)y * ROW);
    for (int y = 0; y < SIDE; y++) {
        put_int(b, y);
        put_int(b, ROW - 8);
        put(b, NULL, ROW - 8);
    }
}

static const struct {
    const char *name;
    void (*make)(bytes *b);
} files[] = {
    {"one_tile", one_tile},           {"deep_pixel", deep_pixel},
    {"deep_pile", deep_pile},         {"deep_rows", deep_rows},
    {"empty_blocks", empty_blocks},   {"own_codes", own_codes},
    {"full_codes", full_codes},       {"many_layers", many_layers},
    {"control_names", control_names}, {"no_tiles", no_tiles},
    {"rare_rows", rare_rows},         {"sampled_rows", sampled_rows},
    {"long_names", long_names},       {"edge_low", edge_low},
    {"edge_high", edge_high},         {"huge_display", huge_display},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof files / sizeof files[0]; i++) {
        char path[4096];
        bytes b = {0};
        files[i].make(&b);
        snprintf(path, sizeof path, "%s/%s.exr", argv[1], files[i].name);
        FILE *file = fopen(path, "wb");
        if (!file || fwrite(b.at, 1, b.count, file) != b.count || fclose(file) != 0) {
            perror(path);
            return 1;
        }
        free(b.at);
    }
    return argc == 2 ? 0 : 2;
}
