/*
 * DWA's table from the coded, perceptually even scale back to linear light.
 *
 * Up to 1 the coded value is linear^(1/2.2), above it 1 + ln(linear) / 2.2; negative values mirror.
 * Infinity and NaN become 0.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_DWA_LINEAR_H
#define ZOE_CODEC_DWA_LINEAR_H

#include <stdint.h>

/* Shape: [65536], half to half. Made at the first call. Thread-safety: any thread. */
const uint16_t *zoe_dwa_linear_table(void);

#endif
