/*
 * `zoetrope snapshot`: one frame as linear pixels in an EXR file, or as the viewer shows it in a
 * PNG.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_CMD_SNAPSHOT_H
#define ZOETROPE_PLAYER_CMD_SNAPSHOT_H

/* argv[0] is the command's name ("snapshot"). Returns the exit status. */
int zoe_cmd_snapshot(int argc, char **argv);

#endif
