/*
 * Rows of decoded samples on their way to a plane.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_ROW_H
#define ZOE_EXR_ROW_H

#include <stdint.h>

/* Some samples of a row of a source. */
typedef struct zoe_exr_row {
    int32_t y;     /* level row; a multiple of the source's sampling */
    int32_t x;     /* level column of the first sample */
    int32_t count; /* samples */
    uint8_t type;  /* ZOE_CODEC_… */
    const void *samples;
} zoe_exr_row;

/* A row that was decoded to scratch, since it is to be converted, cropped or shrunk. */
typedef struct zoe_exr_deferred_row {
    uint32_t plane;
    zoe_exr_row row; /* its samples are in scratch */
} zoe_exr_deferred_row;

#endif
