/*
 * The scalar forms of dwa_dct.h, on any processor: the reference of all others.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_DWA_DCT_SCALAR_H
#define ZOE_CODEC_DWA_DCT_SCALAR_H

#include "codec/dwa_block.h"

/* As zoe_dwa_kernels has them. */
const uint16_t *zoe_dwa_expand_scalar(const uint16_t *ac, uint16_t dc, zoe_dwa_block *block);
void zoe_dwa_inverse_scalar(const zoe_dwa_block *blocks, int count, zoe_dwa_samples *out);

#endif
