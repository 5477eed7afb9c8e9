/*
 * DWA's 8x8 blocks: from run-length coded AC symbols to samples on the coded scale.
 *
 * The order of every addition is fixed: it is the one of the reference library's AVX form, so that
 * the results are the same to the last bit, and so that all forms here agree.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_DWA_DCT_H
#define ZOE_CODEC_DWA_DCT_H

#include <stdint.h>

#include "codec/dwa_block.h"

typedef struct zoe_dwa_kernels {
    /* Undoes the runs of one block whose DC value is `dc`. Returns where the next block's symbols
     * begin, which may be in the padding. */
    const uint16_t *(*expand)(const uint16_t *ac, uint16_t dc, zoe_dwa_block *block);
    /* Inverse transform of one block, or of three with Y'CbCr turned to R'G'B'. */
    void (*inverse)(const zoe_dwa_block *blocks, int count, zoe_dwa_samples *out);
} zoe_dwa_kernels;

/* The fastest forms that zoe_cpu_features() allows. Thread-safety: any thread. */
zoe_dwa_kernels zoe_dwa_choose_kernels(void);

#endif
