/*
 * File colour: what a file's header says of its colours, beside the primaries that each frame has.
 *
 * Thread-safety: plain values.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FILE_COLOR_H
#define ZOETROPE_PLAYER_FILE_COLOR_H

#include <stdbool.h>

#include <zoetrope/frame.h>
#include <zoetrope/header.h>

typedef struct zoe_file_color {
    char path[4096];       /* for a configuration's file rules */
    char space[128];       /* colorSpace, or what OpenImageIO and the ASWF call it; "": none */
    bool is_aces;          /* acesImageContainerFlag */
    float white_luminance; /* whiteLuminance, cd/m2 of R = G = B = 1; 0: none */
} zoe_file_color;

/* header: may be NULL; path: may be "". */
void zoe_file_color_read(zoe_file_color *color, const zoe_header *header, const char *path);

/* "CIE XYZ", "ACEScg AP1", "own primaries"; NULL for Rec. 709 and where none are given. */
const char *zoe_file_color_primaries(const zoe_frame *frame);

#endif
