/*
 * Scratch for decoders under test. A fuzzer makes thousands of runs a second, and a fresh megabyte
 * in each would be most of its work; this one is used again, and a sanitizer still sees a byte
 * before or beyond.
 *
 * Thread-safety: one thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_TESTS_FUZZ_SCRATCH_H
#define ZOE_TESTS_FUZZ_SCRATCH_H

#include <stddef.h>

/* `bytes` bytes, 64-byte aligned, always with the same contents; valid until the next call. Aborts
 * without memory. */
void *fuzz_scratch(size_t bytes);

#endif
