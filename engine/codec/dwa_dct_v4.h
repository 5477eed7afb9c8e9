/*
 * The form of dwa_dct.h's inverse() for processors with vectors of four floats: SSE4.1 and NEON.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_DWA_DCT_V4_H
#define ZOE_CODEC_DWA_DCT_V4_H

#if defined(__x86_64__) || defined(__aarch64__)

#include "codec/dwa_block.h"

void zoe_dwa_inverse_v4(const zoe_dwa_block *blocks, int count, zoe_dwa_samples *out);

#endif

#endif
