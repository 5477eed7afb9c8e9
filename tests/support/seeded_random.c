/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "support/seeded_random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t seeded_random_seed(uint64_t fallback)
{
    const char *text = getenv("ZOETROPE_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : fallback;
    /* Beside cmocka's lines, and out even if the test crashes. */
    fprintf(stderr, "ZOETROPE_SEED=%" PRIu64 "\n", seed);
    return seed;
}

uint64_t seeded_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t seeded_random_below(uint64_t *state, uint64_t n)
{
    return seeded_random(state) % n;
}

float seeded_random_unit(uint64_t *state)
{
    return (float)(seeded_random(state) >> 40) / 16777216.0f;
}
