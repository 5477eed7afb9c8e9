/*
 * Player: a window that plays sequences.
 *
 * Event-driven: the loop sleeps until the user, the system or the engine has something, or until
 * playback's next frame is due. While nothing changes it wakes every two seconds to look at the
 * memory figures; every second while the memory page is seen, or a frame that somebody may still be
 * writing.
 *
 * Thread-safety: call from the main thread, once at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_PLAYER_H
#define ZOETROPE_PLAYER_PLAYER_H

#include "model/options.h"

/* Plays until the user quits. Returns the program's exit status; on failure one line was written to
 * stderr. Sequences that cannot be opened are told in the window as long as one can; options win
 * over the settings file and are not written to it. */
int zoe_player_run(const zoe_options *options);

#endif
