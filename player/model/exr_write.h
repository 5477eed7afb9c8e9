/*
 * Writes single-part EXR files with OpenEXRCore, a chunk at a time, so that the memory needed is
 * that of one chunk whatever the picture's size. A file is written under a temporary name in the
 * same folder and renamed when it is complete: a reader sees the whole file or none.
 *
 * Thread-safety: any number of threads, each its own file.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_EXR_WRITE_H
#define ZOETROPE_PLAYER_EXR_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/frame.h>
#include <zoetrope/header.h>
#include <zoetrope/status.h>

/* What is written. A plain value. */
typedef struct zoe_exr_write_spec {
    zoe_box data_window;
    zoe_box display_window;
    double pixel_aspect; /* more than 0 */
    zoe_compression compression;
    int32_t tile_width, tile_height; /* 0: scanlines */
    uint32_t channel_count;          /* 1..ZOE_PLANES_MAX */
    const char *names[ZOE_PLANES_MAX];
    zoe_sample_type types[ZOE_PLANES_MAX];
    int32_t fps_numerator, fps_denominator; /* framesPerSecond; 0/0: not written */
    const float *chromaticities;            /* [8], as in zoe_header; NULL: not written */
    bool is_new; /* a file that has the name when this one is complete is not replaced */
} zoe_exr_write_spec;

/*
 * Fills planes with one row of the picture: `count` samples from (x, y) on, planes[i] of the type
 * of channel i. Called on the thread that writes, rows from top to bottom (for tiles: within each
 * tile). Returns 0, or anything else to give up (the file is then not written).
 */
typedef int zoe_exr_row_fn(void *user, int32_t x, int32_t y, int32_t count,
                           void *const planes[ZOE_PLANES_MAX]);

/*
 * Writes a file, over an old one of that name unless it is to be new. Blocks. Errors: ARGUMENT,
 * NO_MEMORY, UNSUPPORTED (compression), PERMISSION, NOT_FOUND (folder), IO (also when the disk is
 * full), STALE when `row` gave up. The text names the file. Nothing is left behind on failure.
 */
zoe_status zoe_exr_write(const char *path, const zoe_exr_write_spec *spec, zoe_exr_row_fn *row,
                         void *user, zoe_error *error);

/* True if the OpenEXRCore library in use can write this compression. Found out by trying, in
 * memory.
 */
bool zoe_exr_can_write(zoe_compression compression);

#endif
