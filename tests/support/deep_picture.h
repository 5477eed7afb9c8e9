/*
 * Random deep pictures, as samples in memory and as files that OpenEXR's C++ library writes.
 *
 * Thread-safety: none needed; tests call it on one thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef DEEP_PICTURE_H
#define DEEP_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include <openexr.h>

#include "support/exr_deep_reference.h"

/* ---- random numbers ---- */

/* Where they have got to. A program's main() sets it: deep_picture_random =
 * seeded_random_seed(...). */
extern uint64_t deep_picture_random;

/* 0 .. n - 1. */
uint32_t deep_picture_below(uint32_t n);

/* What a pixel's samples are like. */
enum { DEEP_POINTS, DEEP_VOLUMES, DEEP_MIXED, DEEP_DENSE, DEEP_KINDS };

float deep_picture_alpha(int kind);
float deep_picture_depth(void);

/* ---- pictures ---- */

enum { DEEP_A, DEEP_B, DEEP_G, DEEP_R, DEEP_Z, DEEP_BACK, DEEP_ID, DEEP_CHANNELS };

typedef struct deep_picture {
    exr_deep_reference_image image;
    exr_deep_reference_channel channels[DEEP_CHANNELS];
    size_t sample_count;
    unsigned *counts;             /* of each pixel */
    float *values[DEEP_CHANNELS]; /* what the file's samples are, as floats */
    void *stored[DEEP_CHANNELS];
} deep_picture;

/* `compression`: OpenEXR's number; `tile`: its edge, or 0 for scanlines; `z_type`: of both depths.
 * To be freed. */
void deep_picture_make(deep_picture *p, int width, int height, int kind, int compression, int tile,
                       int z_type);
void deep_picture_free(deep_picture *p);

/* ---- files ---- */

/* A new temporary file. */
void deep_picture_path(char path[64]);

/* Opened by OpenEXR's C library, which says nothing about errors. */
exr_context_t deep_picture_open(const char *path);

/* A channel's place in part 0, which must have it. */
int32_t deep_picture_channel(exr_context_t context, const char *name);

/* Memory aligned as planes are, with 64 bytes to spare. To be freed. */
void *deep_picture_allocate(size_t bytes);

#endif
