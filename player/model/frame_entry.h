/*
 * What a person types to go to a frame, and time codes. Pure.
 *
 *   1001            the frame of that number
 *   +10  -5         so many frames on or back from the one on screen
 *   -5  --5  =-5    in a sequence that has negative numbers (its first is below 0), -5 is the frame
 *                   of that number: it is what stands on the ruler. --5 steps back in every
 *                   sequence, and =-5 is that number in every sequence
 *   01:02:03:04     the frame of that time code; fields may be left out in front: 3:04 is three
 *                   seconds and four frames, 90:00 ninety seconds
 *   01:02:03;04     drop-frame time code, at 29.97 and 59.94 frames a second (and 119.88)
 *   +1:00  -0:12    so much time on or back
 *
 * Spaces around it do not matter.
 *
 * Time code counts frames at the rate rounded up to whole frames a second: 24 for 23.976.
 * Drop-frame leaves out the labels of two frames (29.97; four at 59.94) at the start of each minute
 * but every tenth, so that it stays with the clock (SMPTE ST 12-1).
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_FRAME_ENTRY_H
#define ZOETROPE_PLAYER_FRAME_ENTRY_H

#include <stdint.h>

#include <zoetrope/status.h>

#include "model/args.h"

enum { ZOE_FRAME_ENTRY_DIGITS = 18 /* a longer number is in no sequence */ };

/* Where the entry is made. */
typedef struct zoe_frame_context {
    int64_t current; /* number of the frame on screen */
    int64_t first;   /* number of the sequence's first frame */
    int64_t zero;    /* number of the frame whose time code is 00:00:00:00; mostly not in the
                        sequence */
    zoe_rate rate;   /* frames a second. 0/0: none, time codes are refused */
} zoe_frame_context;

/*
 * Reads an entry. *number is written on success, and need not be in the sequence. Errors: SYNTAX;
 * the text says what was expected.
 */
zoe_status zoe_frame_entry_parse(const char *text, const zoe_frame_context *context,
                                 int64_t *number, zoe_error *error);

/* Frames from 00:00:00:00 to that time code, which is drop-frame with ';' or '.' before its frames.
 * Errors: SYNTAX. */
zoe_status zoe_time_code_parse(const char *text, zoe_rate rate, int64_t *frames, zoe_error *error);

#endif
