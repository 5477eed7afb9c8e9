/*
 * What the file format says of its compressions (names: zoetrope/header.h), and how long texts of
 * files are held.
 *
 * Thread-safety: any thread. Source: "OpenEXR File Layout" (openexr.com).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_NAMES_H
#define ZOE_EXR_NAMES_H

#include <zoetrope/header.h>

enum {
    ZOE_EXR_TEXT_MAX = 8192, /* bytes of an attribute's text, terminator included */
    ZOE_EXR_NAME_MAX = 1024, /* bytes of a layer's or view's name, terminator included */
};

/* The scanlines that a chunk holds; 0 for a compression that is not known. */
int32_t zoe_exr_compression_lines(zoe_compression compression);

#endif
