/*
 * What an engine test needs: a folder of empty files, an engine with a fake decoder, and ways to
 * wait until it has come to rest.
 *
 * Thread-safety: one thread, the test's.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef STAGE_H
#define STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine_internal.h"
#include "support/fake_decoder.h"

typedef struct stage {
    char folder[64];
    fake_decoder *fake;
    zoe_engine *engine;
} stage;

/* An engine of `workers` workers and a budget of `limit` bytes, with frames of `bytes` bytes in
 * `pieces` pieces. */
void stage_begin(stage *stage, uint32_t workers, uint64_t limit, size_t bytes, int32_t pieces);

/* An engine of the test's own: other settings, and another decoder in front of the fake one, or
 * NULL for the fake one alone. Takes `fake` over. */
void stage_begin_with(stage *stage, const zoe_engine_settings *settings, fake_decoder *fake,
                      const zoe_decoder *decoder);

/* Ends everything, sources included. Opens the gates first. */
void stage_end(stage *stage);

/* A sequence of frames first..last with files, opened as a source. Files that are there already
 * are used. `name` keeps sequences apart: "f" makes f.0001.exr. */
zoe_source *stage_source(stage *stage, const char *name, int64_t first, int64_t last);
void stage_touch(const stage *stage, const char *name, int64_t number);
/* Makes a file another one: one byte longer. */
void stage_change(const stage *stage, const char *name, int64_t number);
void stage_remove(const stage *stage, const char *name, int64_t number);

/* A want of all frames from..to, playing forward in a loop. */
zoe_want stage_play(int64_t playhead, int64_t in, int64_t out);

/* Sets a want that must be valid. */
void stage_want(zoe_source *source, const zoe_want *want);

/* Waits until no frame is being loaded and no worker finds anything to do. */
void stage_rest(stage *stage);

/* Sets a want that must be valid, and waits until nothing is left to do for it. */
void stage_settle(stage *stage, zoe_source *source, const zoe_want *want);

/* What the file of that number takes from now on: buffer and scratch. */
void stage_set_sizes(stage *stage, int64_t number, size_t bytes, size_t scratch_bytes);

/* Sleeps for 20 ms. An engine's notify function that takes its time, too. */
void stage_nap(void *user);

/* Until when to wait for what has to come: two minutes from now. */
uint64_t stage_soon(void);

/* A frame that is in memory, or that has to come; pinned. The test fails when it is not there, or
 * does not come. */
zoe_frame stage_acquire(zoe_source *source, int64_t position);
zoe_frame stage_wait(zoe_source *source, int64_t position);

/* Fails unless the pixels are those of this number and version. */
void stage_assert_right(const stage *stage, const zoe_frame *frame, int64_t number,
                        uint32_t version);

/* Waits until a frame is in a state, without waking anyone. false: not within two minutes. */
bool stage_wait_state(zoe_source *source, int64_t position, zoe_frame_state state);

zoe_frame_state stage_state(zoe_source *source, int64_t position);

/* How many frames of first..last are loaded. */
int64_t stage_loaded(zoe_source *source, int64_t first, int64_t last);

/* Fails unless the frames at first..last are loaded, and no others of the source. */
void stage_assert_loaded(zoe_source *source, int64_t first, int64_t last);

zoe_stats stage_stats(stage *stage);

/* Waits until a limit is in force. false: it is not within two minutes. */
bool stage_wait_limit(stage *stage, uint64_t bytes);

/* Sets the budget to so many bytes. */
zoe_memory_report stage_budget(stage *stage, uint64_t bytes);

/* 0 .. below - 1: seeded_random_below() under the stage's name. */
uint64_t stage_random(uint64_t *state, uint64_t below);

#endif
