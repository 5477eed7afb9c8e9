/*
 * Scratch: one block of memory that grows, is kept for its next use, and is counted in the budget.
 * Each worker has one for packed and unpacked data, and each load one for its open file.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SCRATCH_H
#define ZOE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/budget.h"
#include "memory/returns.h"

/* Thread-safety: its size is guarded by the cache's lock; what is in it belongs to its user. Zero:
 * no memory. */
typedef struct zoe_scratch {
    uint8_t *base; /* 64-byte aligned, NULL until first used */
    size_t reserved;
    size_t committed; /* counted in the meter */
} zoe_scratch;

/*
 * Sees to address space for `bytes`. A block that is too short for that is given up for another
 * one, its memory with it: what it holds is lost, and it is empty then. false: the system refuses;
 * the block is as it was.
 */
bool zoe_scratch_make_space(zoe_scratch *scratch, size_t bytes, zoe_returns *returns);

/* By how much the block has to grow to have `bytes`, where it has the address space. */
uint64_t zoe_scratch_growth(const zoe_scratch *scratch, size_t bytes);

/* Grows it to that, where it has the address space. false: the meter refuses; it is as it was. */
bool zoe_scratch_grow(zoe_scratch *scratch, size_t bytes, zoe_meter *meter);

/* Takes its memory out of use, to be given back; returns how many bytes. It is empty then. */
uint64_t zoe_scratch_detach(zoe_scratch *scratch, zoe_returns *returns);

#endif
