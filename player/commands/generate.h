/*
 * `zoetrope generate`: writes a test sequence.
 *
 * Thread-safety: one thread at a time; starts threads of its own.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_CMD_GENERATE_H
#define ZOETROPE_PLAYER_CMD_GENERATE_H

/* argv[0] is the command's name ("generate"). Returns the exit status. */
int zoe_cmd_generate(int argc, char **argv);

#endif
