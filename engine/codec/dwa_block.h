/*
 * A block of DWA's 8x8 coefficients, and the samples that up to three of them become.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_DWA_BLOCK_H
#define ZOE_CODEC_DWA_BLOCK_H

#include <stdbool.h>
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

#endif
