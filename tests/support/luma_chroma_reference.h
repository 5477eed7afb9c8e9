/*
 * OpenEXR's C++ library as the reference for luminance and chroma.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_LUMA_CHROMA_REFERENCE_H
#define ZOE_SUPPORT_LUMA_CHROMA_REFERENCE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes half channels Y and, unless they are NULL, RY and BY at every second pixel and row; rows
 * without padding. NULL chromaticities: none in the file. 0, or -1 with a message on stderr. */
int luma_chroma_reference_write(const char *path, int min_x, int min_y, int width, int height,
                                const float *chromaticities, const uint16_t *y, const uint16_t *ry,
                                const uint16_t *by);

/* The data window's size. 0, or -1 with a message on stderr. */
int luma_chroma_reference_size(const char *path, int *width, int *height);

/* Reads the channels as they are; NULL for those that are not wanted. */
int luma_chroma_reference_planes(const char *path, uint16_t *y, uint16_t *ry, uint16_t *by);

/* Reads the picture through RgbaInputFile: `rgb` is 3 times width x height, plane by plane. */
int luma_chroma_reference_read(const char *path, uint16_t *rgb);

/* The library's luminance weights. */
void luma_chroma_reference_weights(const float *chromaticities, float *weights);

#ifdef __cplusplus
}
#endif

#endif
