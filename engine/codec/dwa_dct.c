/*
 * The choice among the forms.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "codec/dwa_dct.h"

#include "base/cpu.h"
#include "codec/dwa_dct_scalar.h"
#include "codec/dwa_dct_v4.h"
#include "codec/dwa_dct_x86.h"

zoe_dwa_kernels zoe_dwa_choose_kernels(void)
{
    zoe_dwa_kernels kernels = {zoe_dwa_expand_scalar, zoe_dwa_inverse_scalar};
#if defined(__x86_64__) || defined(__aarch64__)
    unsigned features = zoe_cpu_features();
    if (features & (ZOE_CPU_SSE41 | ZOE_CPU_NEON))
        kernels.inverse = zoe_dwa_inverse_v4;
#endif
#if defined(__x86_64__)
    if (features & ZOE_CPU_SSE41)
        kernels.expand = zoe_dwa_expand_sse41;
    if ((features & ZOE_CPU_AVX2) && (features & ZOE_CPU_F16C)) {
        kernels.expand = zoe_dwa_expand_avx2;
        kernels.inverse = zoe_dwa_inverse_avx2;
    }
#endif
    return kernels;
}
