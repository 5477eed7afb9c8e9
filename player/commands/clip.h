/*
 * Clip: one engine with one sequence open in it, as the commands without a window use it.
 *
 * Thread-safety: one thread at a time, except that the engine's workers wake a sleeping one.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_CLIP_H
#define ZOETROPE_PLAYER_CLIP_H

#include <stdint.h>

#include <zoetrope/engine.h>
#include <zoetrope/sequence.h>
#include <zoetrope/status.h>

#include "model/args.h"
#include "model/options.h"

/* All fields are for reading; they belong to the clip. */
typedef struct zoe_clip {
    zoe_storage *storage;
    zoe_engine *engine;
    zoe_source *source;
    const zoe_sequence *sequence;
    int64_t count; /* positions */
    int wake_fd;   /* eventfd that the engine's notify counts up */
} zoe_clip;

/*
 * Opens a sequence in a new engine, from a storage as the options say (NULL: the defaults).
 * `settings` (may be NULL) is used but for its log and notify: messages go to stderr when its log
 * level was raised above ZOE_LOG_WARNING. `source_settings` may be NULL. On failure nothing is
 * held. Blocks on the folder. Errors: those of zoe_sequence_open(), zoe_engine_create() and
 * zoe_source_open(), and IO.
 */
zoe_status zoe_clip_open(zoe_clip *clip, const char *spec, const zoe_options *options,
                         const zoe_engine_settings *settings,
                         const zoe_source_settings *source_settings, zoe_error *error);

/* A storage as the options say (NULL: the defaults), which is the caller's. Messages go to stderr
 * when they were asked for. Errors: as zoe_storage_create(). */
zoe_status zoe_clip_storage(const zoe_options *options, zoe_storage **storage, zoe_error *error);

/* Ends everything. Frames must have been released. A clip that is not open is left alone. */
void zoe_clip_close(zoe_clip *clip);

/* The position of a frame number. Errors: MISSING, when the number is none of the sequence's. */
zoe_status zoe_clip_position(const zoe_clip *clip, int64_t number, int64_t *position,
                             zoe_error *error);

/*
 * Waits for a frame that is part of the want. On ZOE_OK it is the caller's to release. Blocks until
 * the frame is loaded or cannot be, or the deadline (zoe_now_ns() clock, ZOE_NEVER for none) has
 * passed (TIMEOUT), or the command is interrupted (STALE). All but TIMEOUT fill *error.
 */
zoe_status zoe_clip_wait(zoe_clip *clip, int64_t position, uint64_t deadline_ns, zoe_frame *frame,
                         zoe_error *error);

/* Why a frame is not to be had, as one line that names the file. Returns `status`. */
zoe_status zoe_clip_explain(const zoe_clip *clip, int64_t position, zoe_status status,
                            zoe_error *error);

/* Sleeps until then (zoe_now_ns() clock), until a frame changes state, or a while at most. */
void zoe_clip_sleep(zoe_clip *clip, uint64_t until_ns);

/* Frames a second as the sequence's first readable file says; 24 where none does. Blocks on files.
 */
zoe_rate zoe_clip_file_rate(const zoe_clip *clip);

#endif
