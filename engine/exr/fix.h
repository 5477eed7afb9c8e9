/*
 * A row that was decoded to scratch and has yet to get to its plane.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_FIX_H
#define ZOE_EXR_FIX_H

#include "exr/rows.h"

typedef struct zoe_exr_fix {
    uint32_t plane;
    zoe_exr_row row; /* its samples are in scratch */
} zoe_exr_fix;

#endif
