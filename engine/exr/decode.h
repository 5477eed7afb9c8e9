/*
 * Decoding EXR files piece by piece (a zoe_decoder).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_EXR_DECODE_H
#define ZOE_EXR_DECODE_H

#include "base/decoder.h"

/* The decoder for EXR files. It has no state of its own; the table is constant. */
const zoe_decoder *zoe_exr_decoder(void);

#endif
