/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "support/exr_deep_reference.h"

#include <vector>

#include <ImathBox.h>
#include <ImfChannelList.h>
#include <ImfCompositeDeepScanLine.h>
#include <ImfDeepFrameBuffer.h>
#include <ImfDeepScanLineInputFile.h>
#include <ImfDeepScanLineOutputFile.h>
#include <ImfDeepScanLineOutputPart.h>
#include <ImfDeepTiledOutputFile.h>
#include <ImfDeepTiledOutputPart.h>
#include <ImfHeader.h>
#include <ImfMultiPartOutputFile.h>
#include <ImfOutputPart.h>
#include <ImfPartType.h>
#include <ImfTileDescription.h>
#include <ImfTiledOutputPart.h>

#include "support/cxx_guard.h"

using namespace OPENEXR_IMF_NAMESPACE;

/* A pointer for each pixel and channel, as the library wants them. */
static DeepFrameBuffer frame_buffer(const exr_deep_reference_image *image,
                                    std::vector<std::vector<const char *>> &pointers)
{
    std::ptrdiff_t width = image->width;
    std::ptrdiff_t origin = image->min_x + image->min_y * width;
    DeepFrameBuffer buffer;
    buffer.insertSampleCountSlice(
        Slice(UINT, reinterpret_cast<char *>(const_cast<unsigned *>(image->counts) - origin), 4,
              std::size_t(4 * width)));
    pointers.resize(image->channel_count);
    for (std::size_t c = 0; c < image->channel_count; c++) {
        const exr_deep_reference_channel &channel = image->channels[c];
        std::size_t size = channel.type == HALF ? 2 : 4;
        const char *at = static_cast<const char *>(channel.samples);
        for (int i = 0; i < image->width * image->height; i++) {
            pointers[c].push_back(at);
            at += size * image->counts[i];
        }
        char *base = reinterpret_cast<char *>(pointers[c].data() - origin);
        buffer.insert(channel.name, DeepSlice(PixelType(channel.type), base, sizeof(char *),
                                              sizeof(char *) * std::size_t(width), size));
    }
    return buffer;
}

static Imath::Box2i window_of(const exr_deep_reference_image *image)
{
    return Imath::Box2i(
        Imath::V2i(image->min_x, image->min_y),
        Imath::V2i(image->min_x + image->width - 1, image->min_y + image->height - 1));
}

static Header deep_header(const exr_deep_reference_image *image)
{
    Header header(window_of(image), window_of(image));
    header.compression() = Compression(image->compression);
    for (std::size_t c = 0; c < image->channel_count; c++)
        header.channels().insert(image->channels[c].name,
                                 Channel(PixelType(image->channels[c].type)));
    header.setType(image->tile ? DEEPTILE : DEEPSCANLINE);
    if (image->tile)
        header.setTileDescription(
            TileDescription(unsigned(image->tile), unsigned(image->tile), ONE_LEVEL));
    return header;
}

template <class Out> void write_tiles(Out &out)
{
    out.writeTiles(0, out.numXTiles() - 1, 0, out.numYTiles() - 1);
}

extern "C" int exr_deep_reference_write(const char *path, const exr_deep_reference_image *image)
{
    return cxx_guard(path, [&] {
        Header header = deep_header(image);
        std::vector<std::vector<const char *>> pointers;
        DeepFrameBuffer buffer = frame_buffer(image, pointers);
        if (image->tile) {
            DeepTiledOutputFile file(path, header, 0);
            file.setFrameBuffer(buffer);
            write_tiles(file);
        } else {
            DeepScanLineOutputFile file(path, header, 0);
            file.setFrameBuffer(buffer);
            file.writePixels(image->height);
        }
    });
}

/* ---- deep and flat parts ---- */

static Header flat_header(const exr_deep_reference_image *image, bool tiled)
{
    Header header(window_of(image), window_of(image));
    for (const char *name : {"R", "G", "B"})
        header.channels().insert(name, Channel(HALF));
    header.setName(tiled ? "two" : "one");
    header.setType(tiled ? TILEDIMAGE : SCANLINEIMAGE);
    if (tiled)
        header.setTileDescription(TileDescription(8, 8, ONE_LEVEL));
    return header;
}

/* `values` keeps what the buffer points to. */
static FrameBuffer flat_buffer(const exr_deep_reference_image *image, int part,
                               std::vector<half> &values)
{
    std::ptrdiff_t width = image->width, plane = width * image->height;
    values.resize(std::size_t(3 * plane));
    FrameBuffer buffer;
    for (int c = 0; c < 3; c++) {
        half *first = values.data() + c * plane;
        for (int y = 0; y < image->height; y++)
            for (int x = 0; x < image->width; x++)
                first[y * width + x] = exr_deep_reference_flat(part, c, x, y);
        half *base = first - image->min_x - image->min_y * width;
        static const char *const names[] = {"R", "G", "B"};
        buffer.insert(names[c],
                      Slice(HALF, reinterpret_cast<char *>(base), 2, std::size_t(2 * width)));
    }
    return buffer;
}

extern "C" int exr_deep_reference_write_mixed(const char *path,
                                              const exr_deep_reference_image *image)
{
    return cxx_guard(path, [&] {
        Header headers[3] = {flat_header(image, false), deep_header(image),
                             flat_header(image, true)};
        headers[1].setName("deep");
        MultiPartOutputFile file(path, headers, 3, false, 0);
        std::vector<half> values;
        OutputPart one(file, 0);
        one.setFrameBuffer(flat_buffer(image, 0, values));
        one.writePixels(image->height);
        std::vector<std::vector<const char *>> pointers;
        DeepFrameBuffer buffer = frame_buffer(image, pointers);
        if (image->tile) {
            DeepTiledOutputPart deep(file, 1);
            deep.setFrameBuffer(buffer);
            write_tiles(deep);
        } else {
            DeepScanLineOutputPart deep(file, 1);
            deep.setFrameBuffer(buffer);
            deep.writePixels(image->height);
        }
        TiledOutputPart two(file, 2);
        two.setFrameBuffer(flat_buffer(image, 2, values));
        write_tiles(two);
    });
}

extern "C" int exr_deep_reference_composite(const char *path, float *rgba)
{
    return cxx_guard(path, [&] {
        DeepScanLineInputFile file(path, 0);
        CompositeDeepScanLine composite;
        composite.addSource(&file);
        const Imath::Box2i &window = composite.dataWindow();
        std::ptrdiff_t width = window.max.x - window.min.x + 1;
        std::ptrdiff_t plane = width * (window.max.y - window.min.y + 1);
        static const char *const names[] = {"R", "G", "B", "A"};
        FrameBuffer buffer;
        for (int c = 0; c < 4; c++) {
            float *base = rgba + c * plane - window.min.x - window.min.y * width;
            buffer.insert(names[c],
                          Slice(FLOAT, reinterpret_cast<char *>(base), 4, std::size_t(4 * width)));
        }
        composite.setFrameBuffer(buffer);
        composite.readPixels(window.min.y, window.max.y);
    });
}
