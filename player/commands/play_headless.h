/*
 * `zoetrope play --headless`: plays a sequence without a window and prints statistics.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_CMD_PLAY_HEADLESS_H
#define ZOETROPE_PLAYER_CMD_PLAY_HEADLESS_H

#include "model/options.h"

/*
 * Plays options->sequences[0] as the options say, by the transport in real time (or, at 0 frames a
 * second, each frame as soon as it is ready). Frames that cannot be shown are named on stderr, one
 * line each (a gap: one line). Returns the exit status: 0 also when some frames were bad or the
 * user interrupted it, 1 when no frame could be shown.
 */
int zoe_cmd_play_headless(const zoe_options *options);

#endif
