/*
 * `zoetrope bench decode|hit|loop|scrub`: what this machine and storage can do.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_CMD_BENCH_H
#define ZOETROPE_PLAYER_CMD_BENCH_H

/* argv[0] is the command's name ("bench"), argv[1] the benchmark's. Returns the exit status. */
int zoe_cmd_bench(int argc, char **argv);

#endif
