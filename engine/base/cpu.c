#include "base/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Relaxed everywhere: the value is a set of independent bits that never changes once found; two
 * threads that find it at the same time find the same. */
static _Atomic unsigned found;
static _Atomic unsigned limit = ~0u;

enum { FOUND = 1 << 30 }; /* set in `found` once it was looked for */

static unsigned detect(void)
{
    unsigned features = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3"))
        features |= ZOE_CPU_SSE41;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"))
        features |= ZOE_CPU_AVX2;
    /* Every AVX2 processor has F16C; gcc 12 and clang 14 cannot ask for it by name. */
    if (features & ZOE_CPU_AVX2)
        features |= ZOE_CPU_F16C;
#elif defined(__aarch64__)
    features |= ZOE_CPU_NEON; /* part of the base architecture */
#endif
    const char *level = getenv("ZOETROPE_SIMD");
    if (level && strcmp(level, "none") == 0)
        features = 0;
    else if (level && strcmp(level, "sse41") == 0)
        features &= (unsigned)ZOE_CPU_SSE41;
    return features;
}

unsigned zoe_cpu_features(void)
{
    unsigned features = atomic_load_explicit(&found, memory_order_relaxed);
    if (features == 0) {
        features = detect() | (unsigned)FOUND;
        atomic_store_explicit(&found, features, memory_order_relaxed);
    }
    return features & ~(unsigned)FOUND & atomic_load_explicit(&limit, memory_order_relaxed);
}

void zoe_cpu_limit(unsigned mask)
{
    atomic_store_explicit(&limit, mask, memory_order_relaxed);
}
