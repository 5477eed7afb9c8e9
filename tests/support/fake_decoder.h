/*
 * A decoder for tests: frames that exist only in memory, whose size, pieces, errors and pace a test
 * sets, and whose pixels can be checked.
 *
 * A frame is known by the number in its file's name ("f.0012.exr" is 12); the file is never opened,
 * but its identity is asked for. Each frame's buffer is filled with words that follow from number,
 * version and place, so that a buffer that was given to another frame too early, or a piece that
 * was not decoded, is found by fake_frame_is_right().
 *
 * Gates: while a frame's gate is closed, every piece of it waits, before it writes anything, until
 * the test lets it pass. A test that waits for something does so for two minutes at most.
 *
 * Thread-safety: any thread. Settings of a frame are read when it is opened.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef FAKE_DECODER_H
#define FAKE_DECODER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/frame.h>

#include "base/decoder.h"

/* Numbers 0..FAKE_FRAMES_MAX-1 can be used. */
enum { FAKE_FRAMES_MAX = 4096 };

typedef struct fake_frame {
    /* what the frame is; set by the test before it is opened */
    size_t bytes;             /* a multiple of 64 */
    size_t buffer_bytes;      /* with its window filled; 0: not known */
    size_t scratch_bytes;     /* for a piece */
    size_t file_bytes;        /* of the memory that is given to open() */
    int32_t pieces;           /* 1 or more */
    int32_t missing_pieces;   /* the last so many are TRUNCATED */
    zoe_status open_status;   /* OK, or how opening fails */
    zoe_status decode_status; /* OK, or how `bad_piece` fails */
    int32_t bad_piece;
    int32_t changes; /* so many times to come, closing says CHANGED */
    uint32_t
        version; /* part of the pattern; a file whose version changes while it is open is CHANGED */
    bool gate;   /* closed: pieces wait for fake_pass() */
    bool open_gate;         /* closed: opening waits */
    int32_t endless_pieces; /* the first so many go on until they are told to stop */
    bool endless_open;      /* so does opening */

    /* what happened to it */
    int64_t passes;         /* pieces that may still go through the closed gate */
    int64_t opened, closed; /* times */
    int64_t started;        /* pieces, those waiting at the gate included */
    int64_t finished;       /* pieces */
} fake_frame;

typedef struct fake_decoder {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool sparse;      /* one word in 4096 bytes is written and checked, for speed */
    int64_t opened;   /* files, in all */
    int64_t refused;  /* files that were given too little memory, in all */
    int64_t open_now; /* files */
    int64_t pieces;   /* finished, in all */
    int64_t clashes;  /* pieces that found their scratch, or files that found their memory, used by
                         others */
    fake_frame frames[FAKE_FRAMES_MAX];
} fake_decoder;

/* All frames alike. The decoder is large: on the heap, freed by fake_decoder_free(). */
fake_decoder *fake_decoder_new(size_t bytes, int32_t pieces);
void fake_decoder_free(fake_decoder *fake);

/* The engine's interface to it. */
zoe_decoder fake_decoder_interface(fake_decoder *fake);

/* Changes a frame's settings: lock, change fields of the frame, unlock. */
fake_frame *fake_lock(fake_decoder *fake, int64_t number);
void fake_unlock(fake_decoder *fake);

/* Closes the gates of all frames, or opens them and lets go of all that wait. */
void fake_close_gates(fake_decoder *fake);
void fake_open_gates(fake_decoder *fake);

/* Lets `pieces` pieces of a frame through its closed gate. */
void fake_pass(fake_decoder *fake, int64_t number, int64_t pieces);

/* Lets an opening that waits go on. */
void fake_pass_open(fake_decoder *fake, int64_t number);

/* Waits until so many pieces of a frame were ever started, or finished, or until it was opened so
 * often. false: that did not happen within two minutes. */
bool fake_wait_started(fake_decoder *fake, int64_t number, int64_t pieces);
bool fake_wait_finished(fake_decoder *fake, int64_t number, int64_t pieces);
bool fake_wait_opened(fake_decoder *fake, int64_t number, int64_t times);

int64_t fake_started(fake_decoder *fake, int64_t number);
int64_t fake_finished(fake_decoder *fake, int64_t number);
int64_t fake_opened(fake_decoder *fake, int64_t number);
int64_t fake_open_now(fake_decoder *fake);

/* Are the pixels those of this number and version? On false, *why says which word is wrong. */
bool fake_frame_is_right(fake_decoder *fake, const zoe_frame *frame, int64_t number,
                         uint32_t version, char *why, size_t capacity);

#endif
