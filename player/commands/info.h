/*
 * `zoetrope info`: what a sequence is made of, for people or as JSON.
 *
 * The header is that of the frame that was named, else of the first frame that has a file. Bytes a
 * frame are what the cache will hold of the default layer: a plane of half for each channel, rows
 * padded to 64 bytes, over the display window.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_CMD_INFO_H
#define ZOETROPE_PLAYER_CMD_INFO_H

/* argv[0] is the command's name ("info"). Returns the exit status. */
int zoe_cmd_info(int argc, char **argv);

#endif
