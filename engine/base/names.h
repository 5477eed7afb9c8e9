/*
 * Tables of the public enums: their names (declared in zoetrope/header.h and zoetrope/frame.h), and
 * what else is known of each value.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_NAMES_H
#define ZOE_BASE_NAMES_H

#include <stdint.h>

#include <zoetrope/header.h>

/* Scanlines that a chunk of a part without tiles holds; 0 for a compression that is not known. */
int32_t zoe_compression_lines(zoe_compression compression);

#endif
