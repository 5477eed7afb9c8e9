/*
 * Log messages, given to the function that the program set for them.
 *
 * Thread-safety: any thread. Never with a lock held: that function may be slow, or take locks of
 * its own.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_LOG_H
#define ZOE_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/settings.h>

typedef struct zoe_log {
    zoe_log_fn *fn; /* NULL: messages are dropped */
    void *user;
    zoe_log_level level; /* messages above it are dropped */
} zoe_log;

/* Whether a message of that level would be heard: for callers whose message takes work to make. */
static inline bool zoe_log_is_heard(const zoe_log *log, zoe_log_level level)
{
    return log->fn && level <= log->level;
}

/* One line, cleaned by zoe_text_clean. */
void zoe_log_write(const zoe_log *log, zoe_log_level level, const char *format, ...)
    ZOE_PRINTF(3, 4);

/* Messages that arise while a lock is held, to be written after it is released. Guarded by that
 * lock; all zero: none. */
enum { ZOE_LOG_NOTES = 32, ZOE_LOG_NOTE_BYTES = 128 };

typedef struct zoe_log_notes {
    uint32_t count;
    uint64_t lost; /* that did not fit */
    char lines[ZOE_LOG_NOTES][ZOE_LOG_NOTE_BYTES];
} zoe_log_notes;

/* Adds a message, cut to ZOE_LOG_NOTE_BYTES - 1. */
void zoe_log_note(zoe_log_notes *notes, const char *format, ...) ZOE_PRINTF(2, 3);

/* Writes each at level DEBUG. */
void zoe_log_write_notes(const zoe_log *log, const zoe_log_notes *notes);

#endif
