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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /* Symbols that must be readable after the last AC symbol, all ZOE_DWA_END_OF_BLOCK: a block
     * then always ends before memory does, and the caller finds out afterwards that it ended too
     * late. */
    ZOE_DWA_AC_PADDING = 64 + 32,
    ZOE_DWA_END_OF_BLOCK = 0xff00,
};

/* The coefficients of one block, as halfs in zig-zag order. */
typedef struct zoe_dwa_block {
    _Alignas(64) uint16_t zigzag[64 + 32]; /* the vector forms write some past the 64 */
    bool has_ac; /* some AC symbol was not a run of zeros; else only zigzag[0] counts */
} zoe_dwa_block;

/* The samples of up to three blocks, as halfs on the coded scale, rows from the top. */
typedef struct zoe_dwa_samples {
    _Alignas(64) uint16_t sample[3][64];
    bool constant; /* every block is one value; sample[…][0] holds it, the others are unspecified */
} zoe_dwa_samples;

typedef struct zoe_dwa_kernels {
    /* Undoes the runs of one block whose DC value is `dc`. Returns where the next block's symbols
     * begin, which may be in the padding. */
    const uint16_t *(*expand)(const uint16_t *ac, uint16_t dc, zoe_dwa_block *block);
    /* Inverse transform of one block, or of three with Y'CbCr turned to R'G'B'. */
    void (*inverse)(const zoe_dwa_block *blocks, int count, zoe_dwa_samples *out);
} zoe_dwa_kernels;

/* The reference of inverse(), on any processor. */
void zoe_dwa_inverse_scalar(const zoe_dwa_block *blocks, int count, zoe_dwa_samples *out);

/* The fastest forms that zoe_cpu_features() allows. Thread-safety: any thread. */
zoe_dwa_kernels zoe_dwa_choose_kernels(void);

#endif
