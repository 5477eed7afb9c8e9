/*
 * Message: the one line that tells the user what happened, and which of several lines wins.
 *
 * Thread-safety: one thread at a time. Times are zoe_now_ns().
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_MESSAGE_H
#define ZOETROPE_PLAYER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/session.h"

/* What was said last. Begin with zoe_message_clear(). */
typedef struct zoe_message {
    char text[1024];   /* "" for none */
    bool is_bad;       /* something did not happen */
    bool is_of_frame;  /* it is about a frame that was passed in playback */
    uint64_t until_ns; /* it goes away then; ZOE_NEVER: there is none */
} zoe_message;

void zoe_message_clear(zoe_message *message);

/* Says a line for some seconds; bad ones longer. */
void zoe_message_say(zoe_message *message, bool is_bad, const char *format, ...) ZOE_PRINTF(3, 4);

/* After an update that moved the playhead. While playing, a bad frame is on for a moment only: its
 * reason stays long enough to read. Stopped, it speaks of the frame on screen, not of one that was
 * passed. */
void zoe_message_follow(zoe_message *message, const zoe_session *session, uint64_t now_ns);

/* Drops it when its time is over; returns true then. */
bool zoe_message_expire(zoe_message *message, uint64_t now_ns);

/* Why the playhead's frame cannot be shown, or not all of it; "" when it can, or may soon. Lives
 * until the session's next update. */
const char *zoe_message_trouble(const zoe_session *session);

/* The line to show: what went wrong, else the trouble of the playhead's frame, else what was said,
 * else what is special about the picture. May be in `text`. */
const char *zoe_message_line(const zoe_message *message, const zoe_session *session, bool *is_bad,
                             char *text, size_t capacity);

#endif
