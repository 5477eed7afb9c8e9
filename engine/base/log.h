/*
 * Messages for whoever listens.
 *
 * Thread-safety: any thread. Not with a lock held: the listener may be slow.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_BASE_LOG_H
#define ZOE_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include <zoetrope/settings.h>

typedef struct zoe_log {
    zoe_log_fn *fn;
    void *user;
    zoe_log_level level;
} zoe_log;

/* Whether anybody hears messages of that level: asked before one is made that takes work. */
static inline bool zoe_log_is_heard(const zoe_log *log, zoe_log_level level)
{
    return log->fn && level <= log->level;
}

void zoe_log_write(const zoe_log *log, zoe_log_level level, const char *format, ...)
    ZOE_PRINTF(3, 4);

/* What is noticed with a lock held, to be written without it. Guarded by that lock; zero: empty. */
enum { ZOE_LOG_NOTES = 32, ZOE_LOG_NOTE_BYTES = 128 };

typedef struct zoe_log_notes {
    uint32_t count;
    uint64_t lost; /* for want of room */
    char lines[ZOE_LOG_NOTES][ZOE_LOG_NOTE_BYTES];
} zoe_log_notes;

void zoe_log_note(zoe_log_notes *notes, const char *format, ...) ZOE_PRINTF(2, 3);

/* Writes each at level DEBUG. */
void zoe_log_write_notes(const zoe_log *log, const zoe_log_notes *notes);

#endif
