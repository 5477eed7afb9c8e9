/*
 * How long texts of files are held.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_TEXT_SIZES_H
#define ZOE_EXR_TEXT_SIZES_H

enum {
    ZOE_EXR_TEXT_MAX = 8192, /* bytes of an attribute's text, terminator included */
    ZOE_EXR_NAME_MAX = 1024, /* bytes of a layer's or view's name, terminator included */
};

#endif
