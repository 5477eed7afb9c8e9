/*
 * What the processor can do, found once.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_CPU_H
#define ZOE_BASE_CPU_H

enum {
    ZOE_CPU_SSE41 = 1 << 0, /* SSE2 to SSE4.1 with SSSE3 */
    ZOE_CPU_AVX2 = 1 << 1,  /* AVX2, FMA, BMI1 and BMI2 */
    ZOE_CPU_F16C = 1 << 2,
    ZOE_CPU_NEON = 1 << 3, /* Advanced SIMD, which every 64-bit ARM processor has */
};

/* The features of this processor, less what the environment variable ZOETROPE_SIMD takes away
 * ("none", "sse41", "avx2": the highest level to use; on ARM the first two leave nothing) and what
 * zoe_cpu_limit() forbids.
 * Thread-safety: any thread. */
unsigned zoe_cpu_features(void);

/* For tests: only the features in `mask` are reported from now on; ~0u lifts the limit.
 * Thread-safety: not while other threads decode. */
void zoe_cpu_limit(unsigned mask);

#endif
