/*
 * Written with the compilers' vector types, so that one text serves both processors. Neither need
 * have conversions of halfs; they are made of integer operations.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/dwa_dct_v4.h"

#if defined(__x86_64__) || defined(__aarch64__)

#include <string.h>

#include "codec/dwa_dct_scalar.h"
#include "codec/dwa_transform.h"

#if defined(__x86_64__)
#define V4 __attribute__((target("sse4.1")))
#else
#define V4
#endif

#define UNROLL _Pragma("GCC unroll 8")

typedef float v4f __attribute__((vector_size(16)));
typedef int32_t v4i
    __attribute__((vector_size(16))); /* to compare: SSE has no unsigned comparison */
typedef uint32_t v4u __attribute__((vector_size(16)));
typedef uint16_t v4h __attribute__((vector_size(8)));

ZOE_DWA_DEFINE_TRANSFORM(v4, v4f, V4)

/* Where each coefficient of the block, column by column, stands in zig-zag order. */
static const uint8_t columns[64] = {
    0,  2,  3,  9,  10, 20, 21, 35, /* column 0 */
    1,  4,  8,  11, 19, 22, 34, 36, /* column 1 */
    5,  7,  12, 18, 23, 33, 37, 48, /* column 2 */
    6,  13, 17, 24, 32, 38, 47, 49, /* column 3 */
    14, 16, 25, 31, 39, 46, 50, 57, /* column 4 */
    15, 26, 30, 40, 45, 51, 56, 58, /* column 5 */
    27, 29, 41, 44, 52, 55, 59, 62, /* column 6 */
    28, 42, 43, 53, 54, 60, 61, 63, /* column 7 */
};

V4 static inline v4f from_half(v4h half)
{
    v4u bits = __builtin_convertvector(half, v4u);
    v4u rest = (bits & 0x7fff) << 13;
    /* The multiplication puts the exponent right, of subnormals too; infinities and NaNs are
     * left. */
    v4u value = (v4u)((v4f)rest * 0x1p112f);
    v4u special = (v4u)((v4i)rest >= 0x0f800000) & 0x7f800000;
    return (v4f)(value | special | (bits & 0x8000) << 16);
}

/* As zoe_float_to_half(), but that all NaNs become one. */
V4 static inline v4h to_half(v4f value)
{
    v4u bits = (v4u)value;
    v4u rest = bits & 0x7fffffff;
    v4u normal = (rest - 0x38000000 + 0x0fff + (rest >> 13 & 1)) >> 13;
    v4u subnormal = (v4u)((v4f)rest + 0.5f) - 0x3f000000;
    v4u is_subnormal = (v4u)((v4i)rest < 0x38800000);
    v4u is_beyond = (v4u)((v4i)rest >= 0x477ff000);
    v4u is_nan = (v4u)((v4i)rest > 0x7f800000);
    v4u half = (is_subnormal & subnormal) | (~(is_subnormal | is_beyond) & normal);
    half |= (is_beyond & 0x7c00) | (is_nan & 0x0200) | (bits >> 16 & 0x8000);
    return __builtin_convertvector(half, v4h);
}

V4 static inline void transpose(v4f x[4])
{
    v4f a = __builtin_shufflevector(x[0], x[1], 0, 4, 1, 5);
    v4f b = __builtin_shufflevector(x[0], x[1], 2, 6, 3, 7);
    v4f c = __builtin_shufflevector(x[2], x[3], 0, 4, 1, 5);
    v4f d = __builtin_shufflevector(x[2], x[3], 2, 6, 3, 7);
    x[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    x[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    x[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    x[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

/* Rows of four columns: x[half of the columns][row]. */
V4 static inline void inverse_one(const zoe_dwa_block *block, v4f x[2][8])
{
    if (!block->has_ac) {
        v4h dc = {block->zigzag[0]};
        float value = from_half(dc)[0] * ZOE_DWA_COS4 * ZOE_DWA_COS4;
        UNROLL
        for (int i = 0; i < 8; i++)
            x[0][i] = x[1][i] = (v4f){value, value, value, value};
        return;
    }
    for (int rows = 0; rows < 8; rows += 4) {
        v4f column[8];
        UNROLL
        for (int i = 0; i < 8; i++) {
            const uint8_t *from = &columns[i * 8 + rows];
            v4h half = {block->zigzag[from[0]], block->zigzag[from[1]], block->zigzag[from[2]],
                        block->zigzag[from[3]]};
            column[i] = from_half(half);
        }
        v4_row(column);
        transpose(&column[0]);
        transpose(&column[4]);
        UNROLL
        for (int i = 0; i < 4; i++) {
            x[0][rows + i] = column[i];
            x[1][rows + i] = column[4 + i];
        }
    }
    v4_column(x[0]);
    v4_column(x[1]);
}

V4 static inline void to_rgb(v4f *first, v4f *second, v4f *third)
{
    v4f y = *first;
    v4f cb = *second;
    v4f cr = *third;
    *first = y + cr * ZOE_DWA_CR_RED;
    *second = (y + cb * ZOE_DWA_CB_GREEN) + cr * ZOE_DWA_CR_GREEN;
    *third = y + cb * ZOE_DWA_CB_BLUE;
}

V4 void zoe_dwa_inverse_v4(const zoe_dwa_block *blocks, int count, zoe_dwa_samples *out)
{
    v4f x[3][2][8];
    bool has_ac = false;
    for (int i = 0; i < count; i++)
        has_ac |= blocks[i].has_ac;
    if (!has_ac) {
        zoe_dwa_inverse_scalar(blocks, count, out);
        return;
    }
    out->constant = false;
    for (int c = 0; c < count; c++)
        inverse_one(&blocks[c], x[c]);
    for (int half = 0; half < 2; half++) {
        for (int row = 0; row < 8 && count == 3; row++)
            to_rgb(&x[0][half][row], &x[1][half][row], &x[2][half][row]);
        for (int c = 0; c < count; c++)
            for (int row = 0; row < 8; row++) {
                v4h four = to_half(x[c][half][row]);
                memcpy(&out->sample[c][row * 8 + half * 4], &four, sizeof four);
            }
    }
}

#else

/* ISO C wants a declaration in every file. */
typedef int zoe_dwa_dct_v4_unused;

#endif
