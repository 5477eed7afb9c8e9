/*
 * The one-dimensional inverse cosine transforms of DWA, for one value or a vector of values at a
 * time.
 *
 * The even inputs make four values and the odd inputs four; outputs i and 7 - i are the sum and the
 * difference of the i-th of each. The two passes add in different orders, because the reference
 * does.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_CODEC_DWA_TRANSFORM_H
#define ZOE_CODEC_DWA_TRANSFORM_H

/* A fused multiply-add would round once where the reference rounds twice. gcc does not contract in
 * ISO C mode; clang needs to be told. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* Half the cosine of n pi / 16, with the reference's digits. */
#define ZOE_DWA_COS1 4.903927e-01f
#define ZOE_DWA_COS2 4.619398e-01f
#define ZOE_DWA_COS3 4.157349e-01f
#define ZOE_DWA_COS4 3.535536e-01f
#define ZOE_DWA_COS5 2.777855e-01f
#define ZOE_DWA_COS6 1.913422e-01f
#define ZOE_DWA_COS7 9.754573e-02f

/* R'G'B' from Y'CbCr: red = y + cr R, green = (y + cb G) + cr H, blue = y + cb B. */
#define ZOE_DWA_CR_RED   1.5747f
#define ZOE_DWA_CB_GREEN (-0.1873f)
#define ZOE_DWA_CR_GREEN (-0.4682f)
#define ZOE_DWA_CB_BLUE  1.8556f

/* Defines PREFIX_row() and PREFIX_column(), each of x[8] in place, for the type T: float, or a
 * vector of floats that has the arithmetic operators with floats. */
#define ZOE_DWA_DEFINE_TRANSFORM(prefix, T, ATTRIBUTE)                                             \
    ATTRIBUTE static inline void prefix##_finish(T x[8], const T even[4], const T odd[4])          \
    {                                                                                              \
        _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++)                                        \
        {                                                                                          \
            x[i] = even[i] + odd[i];                                                               \
            x[7 - i] = even[i] - odd[i];                                                           \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    ATTRIBUTE static inline void prefix##_row(T x[8])                                              \
    {                                                                                              \
        const T a0 = x[0] * ZOE_DWA_COS4, a4 = x[4] * ZOE_DWA_COS4;                                \
        const T c2 = x[2] * ZOE_DWA_COS2, f2 = x[2] * ZOE_DWA_COS6;                                \
        const T c6 = x[6] * ZOE_DWA_COS2, f6 = x[6] * ZOE_DWA_COS6;                                \
        const T even[4] = {(a0 + c2) + (a4 + f6), (a0 + f2) - (a4 + c6), (a0 - f2) + (c6 - a4),    \
                           (a0 - c2) + (a4 - f6)};                                                 \
        const T odd[4] = {                                                                         \
            (x[1] * ZOE_DWA_COS1 + x[3] * ZOE_DWA_COS3) +                                          \
                (x[5] * ZOE_DWA_COS5 + x[7] * ZOE_DWA_COS7),                                       \
            (x[1] * ZOE_DWA_COS3 - x[3] * ZOE_DWA_COS7) -                                          \
                (x[5] * ZOE_DWA_COS1 + x[7] * ZOE_DWA_COS5),                                       \
            (x[1] * ZOE_DWA_COS5 - x[3] * ZOE_DWA_COS1) +                                          \
                (x[5] * ZOE_DWA_COS7 + x[7] * ZOE_DWA_COS3),                                       \
            (x[1] * ZOE_DWA_COS7 - x[3] * ZOE_DWA_COS5) +                                          \
                (x[5] * ZOE_DWA_COS3 - x[7] * ZOE_DWA_COS1),                                       \
        };                                                                                         \
        prefix##_finish(x, even, odd);                                                             \
    }                                                                                              \
                                                                                                   \
    ATTRIBUTE static inline void prefix##_column(T x[8])                                           \
    {                                                                                              \
        const T a0 = x[0] * ZOE_DWA_COS4, a4 = x[4] * ZOE_DWA_COS4;                                \
        const T sum = a0 + a4, difference = a0 - a4;                                               \
        const T cf = x[2] * ZOE_DWA_COS2 + x[6] * ZOE_DWA_COS6;                                    \
        const T fc = x[2] * ZOE_DWA_COS6 - x[6] * ZOE_DWA_COS2;                                    \
        const T even[4] = {sum + cf, difference + fc, difference - fc, sum - cf};                  \
        const T odd[4] = {                                                                         \
            (x[1] * ZOE_DWA_COS1 + x[3] * ZOE_DWA_COS3) +                                          \
                (x[5] * ZOE_DWA_COS5 + x[7] * ZOE_DWA_COS7),                                       \
            (x[1] * ZOE_DWA_COS3 - (x[3] * ZOE_DWA_COS7 + x[5] * ZOE_DWA_COS1)) -                  \
                x[7] * ZOE_DWA_COS5,                                                               \
            ((x[1] * ZOE_DWA_COS5 - x[3] * ZOE_DWA_COS1) + x[5] * ZOE_DWA_COS7) +                  \
                x[7] * ZOE_DWA_COS3,                                                               \
            (x[1] * ZOE_DWA_COS7 + x[5] * ZOE_DWA_COS3) -                                          \
                (x[3] * ZOE_DWA_COS5 + x[7] * ZOE_DWA_COS1),                                       \
        };                                                                                         \
        prefix##_finish(x, even, odd);                                                             \
    }

#endif
