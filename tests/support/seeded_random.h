/*
 * Random numbers for tests that print their seed and can be given one (ZOETROPE_SEED): a small
 * generator, SplitMix64, that gives the same numbers on every machine.
 *
 * Thread-safety: a state belongs to one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_SEEDED_RANDOM_H
#define ZOE_SUPPORT_SEEDED_RANDOM_H

#include <stdint.h>

/* The state to begin with: ZOETROPE_SEED, or `fallback`. Prints it. */
uint64_t seeded_random_seed(uint64_t fallback);

/* The next number: any 64 bits. */
uint64_t seeded_random(uint64_t *state);

/* 0 .. n - 1. */
uint64_t seeded_random_below(uint64_t *state, uint64_t n);

/* 0 or more, less than 1, in steps of 2^-24. */
float seeded_random_unit(uint64_t *state);

#endif
