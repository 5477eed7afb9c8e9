/*
 * A folder of files for the decoder that does what they say (bad_decoder.c), and an engine that
 * decodes them in processes of it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_SUPPORT_DECODER_ROOM_H
#define ZOE_SUPPORT_DECODER_ROOM_H

#include <stddef.h>
#include <stdint.h>

#include <zoetrope/zoetrope.h>

/* ROOM_HANG_MS: a busy machine keeps nothing waiting for so long. */
enum { ROOM_HANG_MS = 1000, ROOM_WAIT_S = 60, ROOM_PATH = 128 };

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

typedef struct decoder_room {
    char folder[64];
    zoe_engine *engine; /* NULL until room_begin() */
    zoe_source *source;
    int64_t frames;               /* files there are, from 1 on */
    size_t descriptors, children; /* at the beginning */
} decoder_room;

void room_make(decoder_room *r);

/* The next frame's file. NULL: a good one, of another size than all others. */
void room_add(decoder_room *r, const char *text);

void room_path(const decoder_room *r, int64_t number, char path[ROOM_PATH]);

zoe_engine_settings room_settings(void);

/* An engine, and a source of the folder. */
void room_begin(decoder_room *r, const zoe_engine_settings *settings);

/* Asserts that nothing is left behind. An engine that there is ends. */
void room_end(decoder_room *r);

/* Moves the playhead to a position and waits for its frame. */
zoe_status room_wait(decoder_room *r, int64_t position, zoe_frame *frame);

/* The frame of a good file. */
void room_assert_right(decoder_room *r, int64_t position);

/* The frame is an error that names the file and says `why`. */
void room_assert_bad(decoder_room *r, int64_t position, const char *what, const char *why);

#endif
