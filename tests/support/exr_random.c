/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "support/exr_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char exr_random_path[64];

static uint64_t state;
static char folder[] = "/tmp/zoe_exr_XXXXXX";

uint32_t exr_random(uint32_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

void exr_random_display(exr_maker_part *part)
{
    memcpy(part->display, part->data, sizeof part->display);
    if (exr_random(2))
        return;
    part->display[0] += (int)exr_random(160) - 80;
    part->display[1] += (int)exr_random(160) - 80;
    part->display[2] = part->display[0] + (int)exr_random(150);
    part->display[3] = part->display[1] + (int)exr_random(150);
}

uint64_t exr_random_state(void)
{
    return state;
}

int exr_random_set_up(void **context)
{
    (void)context;
    const char *seed = getenv("ZOETROPE_SEED");
    state = seed ? strtoull(seed, NULL, 0) : (uint64_t)getpid() * 2654435761u;
    fprintf(stderr, "ZOETROPE_SEED=%llu\n", (unsigned long long)state);
    if (!mkdtemp(folder))
        return -1;
    snprintf(exr_random_path, sizeof exr_random_path, "%s/a.exr", folder);
    return 0;
}

int exr_random_tear_down(void **context)
{
    (void)context;
    unlink(exr_random_path);
    rmdir(folder);
    return 0;
}
