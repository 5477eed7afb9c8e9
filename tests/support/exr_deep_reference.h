/*
 * OpenEXR's C++ library as the writer of deep files, and as the reference for those without
 * volumes.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_TESTS_EXR_DEEP_REFERENCE_H
#define ZOE_TESTS_EXR_DEEP_REFERENCE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct exr_deep_reference_channel {
    const char *name;
    int type;            /* 0 uint, 1 half, 2 float */
    const void *samples; /* those of the first pixel, then those of the second, … */
} exr_deep_reference_channel;

typedef struct exr_deep_reference_image {
    int min_x, min_y, width, height;
    int compression;        /* OpenEXR's number: 0 none, 1 RLE, 2 ZIPS */
    int tile;               /* size of a tile; 0: scanlines */
    const unsigned *counts; /* samples of each pixel */
    const exr_deep_reference_channel *channels;
    size_t channel_count;
} exr_deep_reference_image;

/* 0, or -1 with a message on stderr. */
int exr_deep_reference_write(const char *path, const exr_deep_reference_image *image);

/* Writes it as the part "deep" of a file whose parts before and behind, "one" and "two", are flat:
 * R, G, B in half, exr_deep_reference_flat() at each place, "two" in tiles. The parts that are flat
 * have no attribute "version". 0, or -1 with a message on stderr. */
int exr_deep_reference_write_mixed(const char *path, const exr_deep_reference_image *image);

/* A value that a half holds. */
static inline float exr_deep_reference_flat(int part, int channel, int x, int y)
{
    return (float)(part * 512 + channel * 256 + x * 8 + y);
}

/* Flattens a deep scanline file with CompositeDeepScanLine: R, G, B, A, a plane after the other.
 * 0, or -1 with a message on stderr. */
int exr_deep_reference_composite(const char *path, float *rgba);

#ifdef __cplusplus
}
#endif

#endif
