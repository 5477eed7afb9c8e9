/*
 * The scalar forms, which are the reference.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/dwa_dct_scalar.h"

#include <string.h>

#include <zoetrope/display.h>

#include "codec/dwa_transform.h"

ZOE_DWA_DEFINE_TRANSFORM(scalar, float, )

/* Where each coefficient of the block, row by row, stands in zig-zag order. */
static const uint8_t zigzag_of[64] = {
    0,  1,  5,  6,  14, 15, 27, 28, /* row 0 */
    2,  4,  7,  13, 16, 26, 29, 42, /* row 1 */
    3,  8,  12, 17, 25, 30, 41, 43, /* row 2 */
    9,  11, 18, 24, 31, 40, 44, 53, /* row 3 */
    10, 19, 23, 32, 39, 45, 52, 54, /* row 4 */
    20, 22, 33, 38, 46, 51, 55, 60, /* row 5 */
    21, 34, 37, 47, 50, 56, 59, 61, /* row 6 */
    35, 36, 48, 49, 57, 58, 62, 63, /* row 7 */
};

const uint16_t *zoe_dwa_expand_scalar(const uint16_t *ac, uint16_t dc, zoe_dwa_block *block)
{
    memset(block->zigzag, 0, 64 * sizeof *block->zigzag);
    block->zigzag[0] = dc;
    block->has_ac = false;
    for (unsigned at = 1; at < 64;) {
        unsigned symbol = *ac++;
        if (symbol == ZOE_DWA_END_OF_BLOCK)
            break;
        if (symbol >> 8 == 0xff) {
            at += symbol & 0xff;
        } else {
            block->zigzag[at++] = (uint16_t)symbol;
            block->has_ac = true;
        }
    }
    return ac;
}

static float constant_value(const zoe_dwa_block *block)
{
    return zoe_half_to_float(block->zigzag[0]) * ZOE_DWA_COS4 * ZOE_DWA_COS4;
}

static void inverse_one(const zoe_dwa_block *block, float data[64])
{
    if (!block->has_ac) {
        for (int i = 0; i < 64; i++)
            data[i] = constant_value(block);
        return;
    }
    for (int row = 0; row < 8; row++) {
        for (int i = 0; i < 8; i++)
            data[row * 8 + i] = zoe_half_to_float(block->zigzag[zigzag_of[row * 8 + i]]);
        scalar_row(&data[row * 8]);
    }
    for (int column = 0; column < 8; column++) {
        float x[8];
        for (int i = 0; i < 8; i++)
            x[i] = data[i * 8 + column];
        scalar_column(x);
        for (int i = 0; i < 8; i++)
            data[i * 8 + column] = x[i];
    }
}

static void to_rgb(float *first, float *second, float *third)
{
    float y = *first;
    float cb = *second;
    float cr = *third;
    *first = y + cr * ZOE_DWA_CR_RED;
    *second = (y + cb * ZOE_DWA_CB_GREEN) + cr * ZOE_DWA_CR_GREEN;
    *third = y + cb * ZOE_DWA_CB_BLUE;
}

void zoe_dwa_inverse_scalar(const zoe_dwa_block *blocks, int count, zoe_dwa_samples *out)
{
    float data[3][64];
    int values = 1;
    for (int i = 0; i < count; i++)
        if (blocks[i].has_ac)
            values = 64;
    out->constant = values == 1;
    for (int i = 0; i < count; i++) {
        if (out->constant)
            data[i][0] = constant_value(&blocks[i]);
        else
            inverse_one(&blocks[i], data[i]);
    }
    for (int i = 0; i < values && count == 3; i++)
        to_rgb(&data[0][i], &data[1][i], &data[2][i]);
    for (int c = 0; c < count; c++)
        for (int i = 0; i < values; i++)
            out->sample[c][i] = zoe_float_to_half(data[c][i]);
}
