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

enum { ZOE_MESSAGE_LOG = 64 /* messages kept */ };

typedef enum zoe_message_kind {
    ZOE_MESSAGE_INFO,
    ZOE_MESSAGE_WARNING, /* something is not as it should be: a gap, a frame that lacks pixels */
    ZOE_MESSAGE_ERROR,   /* something did not happen */
} zoe_message_kind;

/* One of the last messages. */
typedef struct zoe_message_entry {
    char text[320];
    zoe_message_kind kind;
    int count;      /* how often it was said one after the other */
    uint64_t at_ns; /* the last time */
} zoe_message_entry;

/* What was said last. Begin with zoe_message_init(). */
typedef struct zoe_message {
    char text[1024]; /* "" for none */
    bool is_bad;     /* it is more than information */
    bool is_answer;  /* to what the user did at this frame */
    zoe_message_kind kind;
    bool is_of_frame; /* it is about a frame that was passed in playback */
    uint64_t
        until_ns; /* it goes away then; ZOE_NEVER: there is none, or something takes its place */
    zoe_message_entry log[ZOE_MESSAGE_LOG]; /* a ring: see zoe_message_past() */
    uint64_t logged;                        /* in all */
} zoe_message;

void zoe_message_init(zoe_message *message);

/* Nothing is said any more; the last ones stay in the list. */
void zoe_message_clear(zoe_message *message);

/* Says a line for some seconds; bad ones longer. */
void zoe_message_say(zoe_message *message, bool is_bad, const char *format, ...) ZOE_PRINTF(3, 4);

/* The same, as the answer to something that the user did just now: while the playhead stays, it is
 * read before the trouble of its frame. */
void zoe_message_answer(zoe_message *message, const char *format, ...) ZOE_PRINTF(2, 3);

/* How many of the last messages are kept, and one of them: 0 is the newest. */
int zoe_message_kept(const zoe_message *message);
const zoe_message_entry *zoe_message_past(const zoe_message *message, int index);

/* After an update that moved the playhead. While playing, a bad frame is on for a moment only: its
 * reason stays long enough to read. Stopped, it speaks of the frame on screen, not of one that was
 * passed. Reasons go into the list of the last messages, too. */
void zoe_message_follow(zoe_message *message, const zoe_session *session, uint64_t now_ns);

/* Drops it when its time is over; returns true then. */
bool zoe_message_expire(zoe_message *message, uint64_t now_ns);

/* Why the playhead's frame cannot be shown, or not all of it; "" when it can, or may soon. Lives
 * until the session's next update. */
const char *zoe_message_trouble(const zoe_session *session);

/* The line to show: what went wrong or was answered, else the trouble of the playhead's frame, else
 * what was said, else what is special about the picture. May be in `text`. */
const char *zoe_message_line(const zoe_message *message, const zoe_session *session,
                             zoe_message_kind *kind, char *text, size_t capacity);

/*
 * The same with what is read first at its beginning: of "/a/folder/shot.0117.exr: the file ends
 * inside its header" first why, then which file, without its folder. Returns `text`, or the line
 * where it does not begin with a path.
 */
const char *zoe_message_cause_first(const char *line, char *text, size_t capacity);

#endif
