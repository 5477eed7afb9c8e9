/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "support/dwa_reference.h"

#include <ImathBox.h>
#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfInputFile.h>
#include <ImfOutputFile.h>
#include <ImfTileDescription.h>
#include <ImfTiledOutputFile.h>
#include <OpenEXRConfig.h>

#include "support/cxx_guard.h"

using namespace OPENEXR_IMF_NAMESPACE;

static FrameBuffer frame_buffer(const dwa_reference_image *image)
{
    FrameBuffer buffer;
    for (size_t i = 0; i < image->channel_count; i++) {
        const dwa_reference_channel &c = image->channels[i];
        size_t size = c.type == HALF ? 2 : 4;
        size_t stride = size * size_t(image->width / c.x_sampling);
        char *base = static_cast<char *>(c.samples) -
                     ptrdiff_t(image->min_x / c.x_sampling) * ptrdiff_t(size) -
                     ptrdiff_t(image->min_y / c.y_sampling) * ptrdiff_t(stride);
        buffer.insert(c.name,
                      Slice(PixelType(c.type), base, size, stride, c.x_sampling, c.y_sampling));
    }
    return buffer;
}

extern "C" int dwa_reference_write(const char *path, const dwa_reference_image *image)
{
    return cxx_guard(path, [&] {
        Imath::Box2i window(
            Imath::V2i(image->min_x, image->min_y),
            Imath::V2i(image->min_x + image->width - 1, image->min_y + image->height - 1));
        Header header(window, window);
        header.compression() = image->lines == 32 ? DWAA_COMPRESSION : DWAB_COMPRESSION;
        for (size_t i = 0; i < image->channel_count; i++) {
            const dwa_reference_channel &c = image->channels[i];
            header.channels().insert(
                c.name, Channel(PixelType(c.type), c.x_sampling, c.y_sampling, c.p_linear != 0));
        }
        if (image->tile) {
            header.setTileDescription(
                TileDescription((unsigned)image->tile, (unsigned)image->tile, ONE_LEVEL));
            TiledOutputFile file(path, header, 0);
            file.setFrameBuffer(frame_buffer(image));
            file.writeTiles(0, file.numXTiles() - 1, 0, file.numYTiles() - 1);
        } else {
            OutputFile file(path, header, 0);
            file.setFrameBuffer(frame_buffer(image));
            file.writePixels(image->height);
        }
    });
}

extern "C" int dwa_reference_read(const char *path, const dwa_reference_image *image)
{
    return cxx_guard(path, [&] {
        InputFile file(path, 0);
        file.setFrameBuffer(frame_buffer(image));
        file.readPixels(image->min_y, image->min_y + image->height - 1);
    });
}

extern "C" int dwa_reference_sorts_sets(void)
{
    return OPENEXR_VERSION_MAJOR == 3 && OPENEXR_VERSION_MINOR < 3;
}
