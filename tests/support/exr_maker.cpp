/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "support/exr_maker.h"

#include <cstring>
#include <vector>

#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfInputPart.h>
#include <ImfMultiPartInputFile.h>
#include <ImfMultiPartOutputFile.h>
#include <ImfOutputFile.h>
#include <ImfOutputPart.h>
#include <ImfPartType.h>
#include <ImfRgbaFile.h>
#include <ImfTileDescriptionAttribute.h>
#include <ImfTiledInputPart.h>
#include <ImfTiledOutputFile.h>
#include <ImfTiledOutputPart.h>

#include "support/cxx_guard.h"

using namespace OPENEXR_IMF_NAMESPACE;
using IMATH_NAMESPACE::Box2i;
using IMATH_NAMESPACE::V2i;

namespace
{

/* One channel's samples in a window. */
struct plane {
    int min_x, min_y, width, height; /* samples; min: divided by the sampling */
    size_t bytes;                    /* of a sample */
    std::vector<char> data;

    plane(const Box2i &window, const exr_maker_channel &channel)
    {
        min_x = window.min.x / channel.x_sampling;
        min_y = window.min.y / channel.y_sampling;
        width = (window.max.x - window.min.x + 1) / channel.x_sampling;
        height = (window.max.y - window.min.y + 1) / channel.y_sampling;
        bytes = channel.type == 1 ? 2 : 4;
        data.resize(bytes * size_t(width) * size_t(height));
    }

    Slice slice(const exr_maker_channel &channel)
    {
        char *base = data.data();
        base -= (ptrdiff_t(min_y) * width + min_x) * ptrdiff_t(bytes);
        return Slice(PixelType(channel.type), base, bytes, bytes * size_t(width),
                     channel.x_sampling, channel.y_sampling);
    }
};

unsigned mix(unsigned a, unsigned b)
{
    unsigned h = a * 0x9E3779B1u ^ (b + 0x7F4A7C15u) * 0x85EBCA77u;
    h ^= h >> 15;
    h *= 0xC2B2AE3Du;
    return h ^ h >> 13;
}

/* Smooth with some noise, and now and then what a renderer leaves behind. */
void fill(plane &p, const exr_maker_channel &channel, unsigned seed, bool odd)
{
    for (int y = 0; y < p.height; y++) {
        for (int x = 0; x < p.width; x++) {
            unsigned noise = mix(mix(seed, unsigned(x)), unsigned(y));
            float value =
                float(x % 97) / 50.0f + float(y % 61) / 90.0f + float(noise % 100) / 999.0f;
            if (odd && noise % 1009 == 1)
                value = -70000.0f;
            char *to = &p.data[(size_t(y) * size_t(p.width) + size_t(x)) * p.bytes];
            if (channel.type == 1) {
                half h(value);
                if (odd && noise % 503 == 2)
                    h.setBits(noise % 2 ? 0x7c00 : 0x7e12);
                unsigned short bits = h.bits();
                memcpy(to, &bits, 2);
            } else if (channel.type == 2) {
                memcpy(to, &value, 4);
            } else {
                unsigned id = noise % 3 ? noise % 3000 : noise;
                memcpy(to, &id, 4);
            }
        }
    }
}

void set(plane &p, const exr_maker_channel &channel, int x, int y, int value)
{
    char *to = &p.data[(size_t(y) * size_t(p.width) + size_t(x)) * p.bytes];
    const unsigned short half_bits = half(float(value)).bits();
    const float single = float(value);
    if (channel.type == 1)
        memcpy(to, &half_bits, 2);
    else if (channel.type == 2)
        memcpy(to, &single, 4);
    else
        memcpy(to, &value, 4);
}

void fill_channel(plane &p, const exr_maker_part &part, int index, unsigned seed, bool odd)
{
    const exr_maker_channel &channel = part.channels[index];
    if (index >= 32 || !(part.flat >> index & 1)) {
        fill(p, channel, seed, odd);
        return;
    }
    for (int y = 0; y < p.height; y++)
        for (int x = 0; x < p.width; x++)
            set(p, channel, x, y, part.has_other == 2 && y >= part.other_y ? 2 : 1);
    if (part.has_other && part.other_x < p.width && part.other_y < p.height)
        set(p, channel, part.other_x, part.other_y, 2);
}

Header make_header(const exr_maker_part &part, int index, bool named)
{
    Box2i data(V2i(part.data[0], part.data[1]), V2i(part.data[2], part.data[3]));
    Box2i display(V2i(part.display[0], part.display[1]), V2i(part.display[2], part.display[3]));
    Header header(display, data, 1, IMATH_NAMESPACE::V2f(0, 0), 1, LineOrder(part.line_order),
                  Compression(part.compression));
    for (int c = 0; c < part.channel_count; c++) {
        const exr_maker_channel &channel = part.channels[c];
        header.channels().insert(
            channel.name, Channel(PixelType(channel.type), channel.x_sampling, channel.y_sampling));
    }
    if (part.stray_tiles)
        header.setTileDescription(TileDescription(64, 64, ONE_LEVEL));
    if (part.tile_width > 0)
        header.setTileDescription(
            TileDescription(unsigned(part.tile_width), unsigned(part.tile_height),
                            LevelMode(part.level_mode), LevelRoundingMode(part.round_mode)));
    if (named) {
        header.setName("part" + std::to_string(index));
        header.setType(part.tile_width > 0 ? TILEDIMAGE : SCANLINEIMAGE);
    }
    return header;
}

template <class Out> void write_tiles(Out &out, const exr_maker_part &part, unsigned seed)
{
    for (int ly = 0; ly < out.numYLevels(); ly++) {
        for (int lx = 0; lx < out.numXLevels(); lx++) {
            if (!out.isValidLevel(lx, ly))
                continue;
            Box2i window = out.dataWindowForLevel(lx, ly);
            FrameBuffer frame;
            std::vector<plane> planes;
            planes.reserve(size_t(part.channel_count));
            for (int c = 0; c < part.channel_count; c++) {
                planes.emplace_back(window, part.channels[c]);
                fill_channel(planes.back(), part, c, mix(seed, unsigned(c + 16 * lx + 256 * ly)),
                             !(seed & EXR_MAKER_SMOOTH));
                frame.insert(part.channels[c].name, planes.back().slice(part.channels[c]));
            }
            out.setFrameBuffer(frame);
            out.writeTiles(0, out.numXTiles(lx) - 1, 0, out.numYTiles(ly) - 1, lx, ly);
        }
    }
}

template <class Out> void write_lines(Out &out, const exr_maker_part &part, unsigned seed)
{
    Box2i window(V2i(part.data[0], part.data[1]), V2i(part.data[2], part.data[3]));
    FrameBuffer frame;
    std::vector<plane> planes;
    planes.reserve(size_t(part.channel_count));
    for (int c = 0; c < part.channel_count; c++) {
        planes.emplace_back(window, part.channels[c]);
        fill_channel(planes.back(), part, c, mix(seed, unsigned(c)), !(seed & EXR_MAKER_SMOOTH));
        frame.insert(part.channels[c].name, planes.back().slice(part.channels[c]));
    }
    out.setFrameBuffer(frame);
    out.writePixels(window.max.y - window.min.y + 1);
}

void write_file(const char *path, const exr_maker_file *file)
{
    if (file->part_count == 1 && !file->multipart) {
        Header header = make_header(file->parts[0], 0, false);
        if (file->parts[0].tile_width > 0) {
            TiledOutputFile out(path, header, 0);
            write_tiles(out, file->parts[0], file->seed);
        } else {
            OutputFile out(path, header, 0);
            write_lines(out, file->parts[0], file->seed);
        }
        return;
    }
    std::vector<Header> headers;
    for (int p = 0; p < file->part_count; p++)
        headers.push_back(make_header(file->parts[p], p, true));
    MultiPartOutputFile out(path, headers.data(), file->part_count, false, 0);
    for (int p = 0; p < file->part_count; p++) {
        unsigned seed = file->seed + unsigned(p) * 77u;
        if (file->parts[p].tile_width > 0) {
            TiledOutputPart part(out, p);
            write_tiles(part, file->parts[p], seed);
        } else {
            OutputPart part(out, p);
            write_lines(part, file->parts[p], seed);
        }
    }
}

void widen(const plane &p, uint32_t *values)
{
    size_t count = size_t(p.width) * size_t(p.height);
    for (size_t i = 0; i < count; i++) {
        values[i] = 0;
        memcpy(&values[i], &p.data[i * p.bytes], p.bytes);
    }
}

void read_file(const char *path, const exr_maker_part &part, int index, int channel, int level,
               uint32_t *values, int *width, int *height)
{
    MultiPartInputFile in(path, 0);
    const exr_maker_channel &c = part.channels[channel];
    Box2i window(V2i(part.data[0], part.data[1]), V2i(part.data[2], part.data[3]));
    FrameBuffer frame;
    if (part.tile_width > 0) {
        TiledInputPart tiles(in, index);
        window = tiles.dataWindowForLevel(level, level);
        plane p(window, c);
        frame.insert(c.name, p.slice(c));
        tiles.setFrameBuffer(frame);
        tiles.readTiles(0, tiles.numXTiles(level) - 1, 0, tiles.numYTiles(level) - 1, level, level);
        widen(p, values);
        *width = p.width;
        *height = p.height;
    } else {
        InputPart lines(in, index);
        plane p(window, c);
        frame.insert(c.name, p.slice(c));
        lines.setFrameBuffer(frame);
        lines.readPixels(window.min.y, window.max.y);
        widen(p, values);
        *width = p.width;
        *height = p.height;
    }
}

void read_color(const char *path, int color, uint32_t *values, int *width, int *height)
{
    RgbaInputFile in(path, 0);
    Box2i window = in.dataWindow();
    *width = window.max.x - window.min.x + 1;
    *height = window.max.y - window.min.y + 1;
    std::vector<Rgba> pixels(size_t(*width) * size_t(*height));
    in.setFrameBuffer(pixels.data() - window.min.x - ptrdiff_t(window.min.y) * *width, 1,
                      size_t(*width));
    in.readPixels(window.min.y, window.max.y);
    for (size_t i = 0; i < pixels.size(); i++) {
        const Rgba &p = pixels[i];
        values[i] = (color == 0 ? p.r : color == 1 ? p.g : p.b).bits();
    }
}

} // namespace

extern "C" int exr_maker_write(const char *path, const exr_maker_file *file)
{
    return cxx_guard(path, [&] { write_file(path, file); });
}

extern "C" int exr_maker_read(const char *path, const exr_maker_file *file, int part, int channel,
                              int level, uint32_t *values, int *width, int *height)
{
    return cxx_guard(path, [&] {
        read_file(path, file->parts[part], part, channel, level, values, width, height);
    });
}

extern "C" int exr_maker_read_color(const char *path, int color, uint32_t *values, int *width,
                                    int *height)
{
    return cxx_guard(path, [&] { read_color(path, color, values, width, height); });
}
