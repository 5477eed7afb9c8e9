/*
 * What tests with random files share: a folder with one file, and numbers whose seed is printed and
 * can be given (ZOETROPE_SEED).
 *
 * Thread-safety: none needed; tests call it on one thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef EXR_RANDOM_H
#define EXR_RANDOM_H

#include <stdint.h>

#include "support/exr_maker.h"

extern char exr_random_path[64];

/* For cmocka's groups: makes the folder and the seed; removes the file and the folder. */
int exr_random_set_up(void **context);
int exr_random_tear_down(void **context);

/* 0 .. n - 1. */
uint32_t exr_random(uint32_t n);

/* A display window like the data window; or inside, across, around or beside it. */
void exr_random_display(exr_maker_part *part);

/* What ZOETROPE_SEED has to be for the numbers from here on. */
uint64_t exr_random_state(void);

#endif
