/*
 * What the benchmarks share: options, opening, random numbers.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_BENCH_COMMON_H
#define ZOETROPE_PLAYER_BENCH_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/args.h"
#include "model/options.h"
#include "commands/clip.h"

/* Options that every benchmark takes. */
typedef struct zoe_bench_options {
    const char *spec;
    bool json;
    zoe_options play; /* some of the player's */
} zoe_bench_options;

/* Each benchmark: argv[0] is its name. Returns the exit status. */
int zoe_bench_decode(int argc, char **argv);
int zoe_bench_hit(int argc, char **argv);
int zoe_bench_loop(int argc, char **argv);
int zoe_bench_scrub(int argc, char **argv);

/* Parses a benchmark's own options and the common ones; *options must be all 0 before, and `own`
 * may point into it. */
zoe_args_result zoe_bench_parse(const char *command, const char *about, const zoe_arg *own,
                                size_t own_count, zoe_bench_options *options, int argc,
                                char **argv);

/* True if the command line gave a budget of any kind. */
bool zoe_bench_has_budget(const zoe_bench_options *options);

/* Opens the sequence as the options say; with budget_bytes more than 0 that budget takes the place
 * of a default one. Also installs the handling of signals. Errors: as zoe_clip_open(). */
zoe_status zoe_bench_open(zoe_clip *clip, const zoe_bench_options *options, uint64_t budget_bytes,
                          zoe_error *error);

/* Bytes of one frame in memory, from the header of the first file that has a readable one; 0: none
 * has. Blocks on files. */
uint64_t zoe_bench_frame_bytes(const char *spec, const zoe_bench_options *options);

/* Work area of positions in..out for playing in one direction. */
zoe_status zoe_bench_want(zoe_clip *clip, int64_t playhead, int64_t in, int64_t out, int playing);

/* The next number of a seeded series: splitmix64 (Steele, Lea, Flood 2014). */
uint64_t zoe_bench_random(uint64_t *state);

#endif
