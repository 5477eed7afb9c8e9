/*
 * OpenEXR's C++ library as the reference for DWA, which its C core of before 3.3 cannot write or
 * read.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_DWA_REFERENCE_H
#define ZOE_SUPPORT_DWA_REFERENCE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dwa_reference_channel {
    const char *name;
    int type; /* 0 uint, 1 half, 2 float */
    int p_linear;
    int x_sampling, y_sampling;
    void *samples; /* rows from the top, no padding: width / x_sampling by height / y_sampling */
} dwa_reference_channel;

typedef struct dwa_reference_image {
    int min_x, min_y, width, height; /* multiples of every sampling */
    int lines;                       /* of a chunk: 32 (DWAA) or 256 (DWAB) */
    int tile;                        /* tile size; 0: scanlines */
    const dwa_reference_channel *channels;
    size_t channel_count;
} dwa_reference_image;

/* 0, or -1 with a message on stderr. */
int dwa_reference_write(const char *path, const dwa_reference_image *image);

/* Reads a file of the same layout into the channels' samples. 0, or -1 with a message on stderr. */
int dwa_reference_read(const char *path, const dwa_reference_image *image);

/* 1: sets of channels stand in a chunk in the order of their prefixes (before 3.3); 0: in that of
 * their channels. */
int dwa_reference_sorts_sets(void);

#ifdef __cplusplus
}
#endif

#endif
