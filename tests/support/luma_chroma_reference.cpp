/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "support/luma_chroma_reference.h"

#include <vector>

#include <ImathBox.h>
#include <ImfChannelList.h>
#include <ImfChromaticities.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfInputFile.h>
#include <ImfOutputFile.h>
#include <ImfRgbaFile.h>
#include <ImfRgbaYca.h>
#include <ImfStandardAttributes.h>

#include "support/cxx_guard.h"

using namespace OPENEXR_IMF_NAMESPACE;

static Chromaticities chromaticities_of(const float *c)
{
    return Chromaticities(Imath::V2f(c[0], c[1]), Imath::V2f(c[2], c[3]), Imath::V2f(c[4], c[5]),
                          Imath::V2f(c[6], c[7]));
}

static void insert(FrameBuffer &buffer, const char *name, const uint16_t *samples,
                   const Imath::Box2i &window, int sampling)
{
    if (!samples)
        return;
    std::ptrdiff_t stride = 2 * std::ptrdiff_t((window.max.x - window.min.x + 1) / sampling);
    char *base = reinterpret_cast<char *>(const_cast<uint16_t *>(samples)) -
                 2 * std::ptrdiff_t(window.min.x / sampling) -
                 stride * std::ptrdiff_t(window.min.y / sampling);
    buffer.insert(name, Slice(HALF, base, 2, std::size_t(stride), sampling, sampling));
}

extern "C" int luma_chroma_reference_write(const char *path, int min_x, int min_y, int width,
                                           int height, const float *chromaticities,
                                           const uint16_t *y, const uint16_t *ry,
                                           const uint16_t *by)
{
    return cxx_guard(path, [&] {
        Imath::Box2i window(Imath::V2i(min_x, min_y),
                            Imath::V2i(min_x + width - 1, min_y + height - 1));
        Header header(window, window);
        if (chromaticities)
            addChromaticities(header, chromaticities_of(chromaticities));
        header.channels().insert("Y", Channel(HALF));
        if (ry) {
            header.channels().insert("RY", Channel(HALF, 2, 2));
            header.channels().insert("BY", Channel(HALF, 2, 2));
        }
        FrameBuffer buffer;
        insert(buffer, "Y", y, window, 1);
        insert(buffer, "RY", ry, window, 2);
        insert(buffer, "BY", by, window, 2);
        OutputFile file(path, header, 0);
        file.setFrameBuffer(buffer);
        file.writePixels(height);
    });
}

extern "C" int luma_chroma_reference_size(const char *path, int *width, int *height)
{
    return cxx_guard(path, [&] {
        InputFile file(path, 0);
        const Imath::Box2i &window = file.header().dataWindow();
        *width = window.max.x - window.min.x + 1;
        *height = window.max.y - window.min.y + 1;
    });
}

extern "C" int luma_chroma_reference_planes(const char *path, uint16_t *y, uint16_t *ry,
                                            uint16_t *by)
{
    return cxx_guard(path, [&] {
        InputFile file(path, 0);
        const Imath::Box2i &window = file.header().dataWindow();
        FrameBuffer buffer;
        insert(buffer, "Y", y, window, 1);
        insert(buffer, "RY", ry, window, 2);
        insert(buffer, "BY", by, window, 2);
        file.setFrameBuffer(buffer);
        file.readPixels(window.min.y, window.max.y);
    });
}

extern "C" int luma_chroma_reference_read(const char *path, uint16_t *rgb)
{
    return cxx_guard(path, [&] {
        RgbaInputFile file(path, 0);
        const Imath::Box2i &window = file.dataWindow();
        std::size_t width = std::size_t(window.max.x - window.min.x + 1);
        std::size_t height = std::size_t(window.max.y - window.min.y + 1);
        std::vector<Rgba> pixels(width * height);
        file.setFrameBuffer(pixels.data() - window.min.x -
                                std::ptrdiff_t(window.min.y) * std::ptrdiff_t(width),
                            1, width);
        file.readPixels(window.min.y, window.max.y);
        for (std::size_t i = 0; i < pixels.size(); i++) {
            rgb[i] = pixels[i].r.bits();
            rgb[pixels.size() + i] = pixels[i].g.bits();
            rgb[2 * pixels.size() + i] = pixels[i].b.bits();
        }
    });
}

extern "C" void luma_chroma_reference_weights(const float *chromaticities, float *weights)
{
    Imath::V3f w = RgbaYca::computeYw(chromaticities_of(chromaticities));
    weights[0] = w.x;
    weights[1] = w.y;
    weights[2] = w.z;
}
