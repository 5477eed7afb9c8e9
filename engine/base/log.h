/*
 * Log messages, given to the function that the program set for them.
 *
 * Thread-safety: any thread. Never with a lock held, but for zoe_log_note(): the program's function
 * may be slow, or take locks of its own.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_LOG_H
#define ZOE_BASE_LOG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/settings.h>

enum { ZOE_LOG_NOTES = 32, ZOE_LOG_NOTE_BYTES = 128 };

typedef struct zoe_log {
    /* fixed after init */
    zoe_log_fn *fn; /* NULL: messages are dropped */
    void *user;
    zoe_log_level level; /* messages above it are dropped */

    pthread_mutex_t lock; /* held for a copy only */
    /* guarded by lock: messages that arose where none can be written */
    struct zoe_log_notes {
        uint32_t count;
        uint64_t lost; /* that did not fit */
        char lines[ZOE_LOG_NOTES][ZOE_LOG_NOTE_BYTES];
    } notes;
} zoe_log;

/* A log without a message. Nothing has to be ended. */
void zoe_log_init(zoe_log *log, zoe_log_fn *fn, void *user, zoe_log_level level);

/* Whether a message of that level would be heard: for callers whose message takes work to make. */
static inline bool zoe_log_is_heard(const zoe_log *log, zoe_log_level level)
{
    return log->fn && level <= log->level;
}

/* One line, cleaned by zoe_text_clean and zoe_url_hide_secrets(). */
void zoe_log_write(const zoe_log *log, zoe_log_level level, const char *format, ...)
    ZOE_PRINTF(3, 4);

/* Keeps a message of level DEBUG, cut to ZOE_LOG_NOTE_BYTES - 1, that arises while a lock is
 * held. */
void zoe_log_note(zoe_log *log, const char *format, ...) ZOE_PRINTF(2, 3);

/* Writes what was kept. */
void zoe_log_write_notes(zoe_log *log);

#endif
