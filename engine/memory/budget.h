/*
 * The budget: how many bytes all buffers and scratch may take, and how many they do.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BUDGET_H
#define ZOE_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/settings.h>

/* A budget with the defaults for what is 0. ARGUMENT when a value is out of its range. */
zoe_status zoe_budget_fill(const zoe_budget *given, zoe_budget *filled);

/* The limit of a filled-in budget on a machine with `total` bytes. */
uint64_t zoe_budget_limit(const zoe_budget *budget, uint64_t total);

/* How many of `bytes` are beyond the limit. */
static inline uint64_t zoe_bytes_beyond(uint64_t bytes, uint64_t limit)
{
    return bytes > limit ? bytes - limit : 0;
}

/* Their sum; UINT64_MAX where that is larger. */
static inline uint64_t zoe_bytes_add(uint64_t a, uint64_t b)
{
    return a < UINT64_MAX - b ? a + b : UINT64_MAX;
}

/*
 * Bytes taken, against a limit. Taking never goes over the limit; the limit may fall under what is
 * taken, and then nothing can be taken until enough was given back.
 *
 * Atomic. The numbers order nothing else: memory itself is handed over under the cache's lock.
 * Taking and lowering the limit are seq_cst, since each looks at the other's number after writing
 * its own; all else is relaxed. Thread-safety: any thread.
 */
typedef struct zoe_meter {
    _Atomic uint64_t limit;
    _Atomic uint64_t used;
    _Atomic uint64_t high_water;
} zoe_meter;

/* true: `bytes` more are taken. false: that would go over the limit; nothing changed. */
bool zoe_meter_take(zoe_meter *meter, uint64_t bytes);

/* Something that nobody asked about takes `bytes` more, over the limit too. */
void zoe_meter_add(zoe_meter *meter, uint64_t bytes);

void zoe_meter_give(zoe_meter *meter, uint64_t bytes);

uint64_t zoe_meter_used(const zoe_meter *meter);
uint64_t zoe_meter_limit(const zoe_meter *meter);
void zoe_meter_set_limit(zoe_meter *meter, uint64_t bytes);

#endif
