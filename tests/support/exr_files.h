/*
 * Small EXR files whose pixels can be computed.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef EXR_FILES_H
#define EXR_FILES_H

#include <stdint.h>

enum { EXR_FILES_WIDTH = 96, EXR_FILES_HEIGHT = 80 };

/* Writes a picture of three half channels, ZIP-compressed in chunks of 16 lines. Returns 0 when it
 * could not. */
int exr_files_write(const char *path, int64_t number);

/* What channel 0 (red), 1 or 2 of that picture is at a pixel. */
float exr_files_value(int64_t number, int32_t channel, int32_t x, int32_t y);

#endif
