/*
 * What reading headers and decoding have in common: layers of an opened file (exr_layer.h), and
 * OpenEXR's result codes as Zoetrope's.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_HEADER_H
#define ZOE_EXR_HEADER_H

#include <openexr.h>

#include <zoetrope/status.h>

#include "exr_layer.h"

/*
 * The status for a result of OpenEXR's C API while it reads a file. What a result means depends on
 * when it came: a failed read is TRUNCATED, since the callers' read hooks know real I/O errors
 * better and should report those themselves.
 */
zoe_status zoe_exr_status(exr_result_t result);

#endif
