/*
 * Messages for whoever listens.
 *
 * Thread-safety: any thread. Not with a lock held: the listener may be slow.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_LOG_H
#define ZOE_LOG_H

#include <zoetrope/settings.h>

typedef struct zoe_log {
    zoe_log_fn *fn;
    void *user;
    zoe_log_level level;
} zoe_log;

void zoe_log_write(const zoe_log *log, zoe_log_level level, const char *format, ...)
    ZOE_PRINTF(3, 4);

#endif
