/*
 * Makes EXR files of every kind with OpenEXR's C++ library, and reads them back with it: the
 * reference for decoding tests.
 *
 * Thread-safety: none needed; tests call it on one thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef EXR_MAKER_H
#define EXR_MAKER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { EXR_MAKER_CHANNELS = 102, EXR_MAKER_PARTS = 3 };

/* Or-ed into the seed: no infinities, no NaN, nothing below 0. */
enum { EXR_MAKER_SMOOTH = 1 << 30 };

typedef struct exr_maker_channel {
    char name[24];
    int type; /* 0 uint, 1 half, 2 float */
    int x_sampling, y_sampling;
} exr_maker_channel;

typedef struct exr_maker_part {
    int data[4], display[4]; /* min x, min y, max x, max y */
    int compression;         /* OpenEXR's numbers */
    int line_order;          /* 0 increasing, 1 decreasing, 2 random (tiles) */
    int tile_width;          /* 0: scanlines */
    int tile_height;
    int stray_tiles;      /* 1: scanlines all the same, with an attribute "tiles" */
    int level_mode;       /* 0 one, 1 mip, 2 rip */
    int round_mode;       /* 0 down, 1 up */
    unsigned flat;        /* bit c: all samples of channel c are 1 */
    int has_other;        /* 1: but for one that is 2; 2: and for all rows from its own on */
    int other_x, other_y; /* where it stands, from the data window's corner; samples */
    int channel_count;
    exr_maker_channel channels[EXR_MAKER_CHANNELS];
} exr_maker_part;

typedef struct exr_maker_file {
    int part_count; /* 1: a single-part file unless `multipart` */
    int multipart;
    unsigned seed; /* of the pixels */
    exr_maker_part parts[EXR_MAKER_PARTS];
} exr_maker_file;

/* Writes the file. 0: done; otherwise a message is on stderr. */
int exr_maker_write(const char *path, const exr_maker_file *file);

/* Reads one channel of a level (0, 0 .. n, n) of a part as OpenEXR has it, in the channel's own
 * type widened to 32 bits: half bits, float bits or uint. Subsampled channels: one value for each
 * sample. `values` has room for all; width * height are set. */
int exr_maker_read(const char *path, const exr_maker_file *file, int part, int channel, int level,
                   uint32_t *values, int *width, int *height);

/* Reads red (0), green (1) or blue (2) of a single-part file of luminance and chroma, converted by
 * OpenEXR: half bits for every pixel of the data window. */
int exr_maker_read_color(const char *path, int color, uint32_t *values, int *width, int *height);

#ifdef __cplusplus
}
#endif

#endif
