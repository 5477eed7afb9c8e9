/*
 * Memory history: the last minute of used and resident memory, and the geometry of its graph.
 *
 * A ring of a quarter second each. Whoever reads the engine's statistics adds them, as often as
 * that happens to be: within a quarter second the largest counts, and what was not looked at is
 * taken to have stayed as it was. No SDL, no clock of its own, no allocation.
 *
 * Thread-safety: a plain value; one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_MEMORY_HISTORY_H
#define ZOETROPE_PLAYER_MEMORY_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

enum { ZOE_HISTORY_SAMPLES = 240, ZOE_HISTORY_SECONDS = 60 };

/* Bytes. */
typedef struct zoe_memory_sample {
    uint64_t used;
    uint64_t resident;
    uint64_t limit;
} zoe_memory_sample;

/* Change through the functions only. All zero: empty. */
typedef struct zoe_memory_history {
    zoe_memory_sample samples[ZOE_HISTORY_SAMPLES];
    int count;     /* filled, 0..ZOE_HISTORY_SAMPLES */
    int newest;    /* index of the newest */
    uint64_t slot; /* the newest one's time, in quarter seconds */
} zoe_memory_history;

/* Adds what is so at that time (nanoseconds of one monotonic clock; never before the last). */
void zoe_memory_history_add(zoe_memory_history *history, const zoe_memory_sample *sample,
                            uint64_t now_ns);

/* The sample of `age` quarter seconds before the newest, 0..count-1. */
const zoe_memory_sample *zoe_memory_history_at(const zoe_memory_history *history, int age);

/* True when a graph of it looks the same a quarter second later: it is full, and all samples are
 * equal to the megabyte; or it is empty. */
bool zoe_memory_history_is_flat(const zoe_memory_history *history);

/* The value at the top of the graph: a round number of megabytes, a little more than everything in
 * it. */
uint64_t zoe_memory_history_ceiling(const zoe_memory_history *history);

/* Where a sample of that age begins and ends in a graph of that width; the newest ends at the right
 * edge. Neighbours share an edge. */
int zoe_memory_graph_left(int age, int width);
int zoe_memory_graph_right(int age, int width);

/* Rows from the graph's bottom for a value, 0..height. */
int zoe_memory_graph_rise(uint64_t value, uint64_t ceiling, int height);

#endif
