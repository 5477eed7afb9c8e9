/*
 * Blocks of B44: 4x4 half samples from their packed bytes.
 *
 * A block starts with the 16 bits of its first sample and 6 bits `shift`. A shift over 12 says that
 * all samples are the same: 3 bytes. Else 15 numbers of 6 bits follow, 14 bytes in all, highest
 * bits first: the differences (number - 32) << shift of the first column's samples 2 to 4 to the
 * one above, then of the second, third and fourth column's samples to the one on the left. Samples
 * are kept in an order in which all finite values are monotonic: positive ones have the highest bit
 * set, negative ones are inverted.
 *
 * Source: OpenEXR's technical introduction, and the behaviour of the library.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_B44_BLOCK_H
#define ZOE_CODEC_B44_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ZOE_B44_BLOCK_BYTES = 14,
    ZOE_B44_FLAT_BYTES = 3,
};

/* What is left of a chunk's packed bytes. */
typedef struct zoe_b44_input {
    const uint8_t *at;
    const uint8_t *end;
} zoe_b44_input;

/* How many bytes the block at input->at has: 14 or 3; 0 when the input ends before it does. */
static inline size_t zoe_b44_block_bytes(const zoe_b44_input *input)
{
    size_t left = (size_t)(input->end - input->at);
    if (left < ZOE_B44_FLAT_BYTES)
        return 0;
    if (input->at[2] >= 13 << 2)
        return ZOE_B44_FLAT_BYTES;
    return left < ZOE_B44_BLOCK_BYTES ? 0 : ZOE_B44_BLOCK_BYTES;
}

/*
 * Decodes `blocks` blocks side by side into four rows of 4 x blocks samples, each row 2-byte
 * aligned, and moves the input behind them. False when the input ends too early; the input is then
 * unspecified. The forms write the same bytes; zoe_b44_blocks() gives the best that the processor
 * has.
 */
typedef bool zoe_b44_blocks_fn(zoe_b44_input *input, size_t blocks, uint8_t *const rows[4]);
zoe_b44_blocks_fn *zoe_b44_blocks(void);

/* Replaces `count` samples by 8 x ln(sample), which is what a channel with p_linear is stored for.
 * What has no logarithm becomes 0, and 0 becomes minus infinity. */
void zoe_b44_to_linear(uint8_t *samples, size_t count);

#endif
