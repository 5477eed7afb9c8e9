/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "exr_deep_reference.h"

#include <cstdio>
#include <exception>
#include <functional>
#include <vector>

#include <ImathBox.h>
#include <ImfChannelList.h>
#include <ImfCompositeDeepScanLine.h>
#include <ImfDeepFrameBuffer.h>
#include <ImfDeepScanLineInputFile.h>
#include <ImfDeepScanLineOutputFile.h>
#include <ImfDeepTiledOutputFile.h>
#include <ImfHeader.h>
#include <ImfPartType.h>
#include <ImfTileDescription.h>

using namespace OPENEXR_IMF_NAMESPACE;

static int guarded(const char *path, const std::function<void()> &work)
{
    try {
        work();
        return 0;
    } catch (const std::exception &e) {
        std::fprintf(stderr, "exr_deep_reference: %s: %s\n", path, e.what());
        return -1;
    }
}

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

extern "C" int exr_deep_reference_write(const char *path, const exr_deep_reference_image *image)
{
    return guarded(path, [&] {
        Imath::Box2i window(
            Imath::V2i(image->min_x, image->min_y),
            Imath::V2i(image->min_x + image->width - 1, image->min_y + image->height - 1));
        Header header(window, window);
        header.compression() = Compression(image->compression);
        for (std::size_t c = 0; c < image->channel_count; c++)
            header.channels().insert(image->channels[c].name,
                                     Channel(PixelType(image->channels[c].type)));
        std::vector<std::vector<const char *>> pointers;
        DeepFrameBuffer buffer = frame_buffer(image, pointers);
        if (image->tile) {
            header.setType(DEEPTILE);
            header.setTileDescription(
                TileDescription(unsigned(image->tile), unsigned(image->tile), ONE_LEVEL));
            DeepTiledOutputFile file(path, header, 0);
            file.setFrameBuffer(buffer);
            file.writeTiles(0, file.numXTiles() - 1, 0, file.numYTiles() - 1);
        } else {
            header.setType(DEEPSCANLINE);
            DeepScanLineOutputFile file(path, header, 0);
            file.setFrameBuffer(buffer);
            file.writePixels(image->height);
        }
    });
}

extern "C" int exr_deep_reference_size(const char *path, int *width, int *height)
{
    return guarded(path, [&] {
        DeepScanLineInputFile file(path, 0);
        const Imath::Box2i &window = file.header().dataWindow();
        *width = window.max.x - window.min.x + 1;
        *height = window.max.y - window.min.y + 1;
    });
}

extern "C" int exr_deep_reference_composite(const char *path, float *rgba)
{
    return guarded(path, [&] {
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
