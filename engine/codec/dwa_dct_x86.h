/*
 * The x86-64 forms of dwa_dct.h's kernels; see there. Call them only where the processor has the
 * features of their names (AVX2 with F16C and BMI1).
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_DWA_DCT_X86_H
#define ZOE_CODEC_DWA_DCT_X86_H

#if defined(__x86_64__)

#include "codec/dwa_block.h"

const uint16_t *zoe_dwa_expand_sse41(const uint16_t *ac, uint16_t dc, zoe_dwa_block *block);

const uint16_t *zoe_dwa_expand_avx2(const uint16_t *ac, uint16_t dc, zoe_dwa_block *block);

void zoe_dwa_inverse_avx2(const zoe_dwa_block *blocks, int count, zoe_dwa_samples *out);

#endif

#endif
