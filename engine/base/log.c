#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include <zoetrope/status.h>

#include "base/url.h"

void zoe_log_init(zoe_log *log, zoe_log_fn *fn, void *user, zoe_log_level level)
{
    *log = (zoe_log){.fn = fn, .user = user, .level = level, .lock = PTHREAD_MUTEX_INITIALIZER};
}

void zoe_log_write(const zoe_log *log, zoe_log_level level, const char *format, ...)
{
    if (!zoe_log_is_heard(log, level))
        return;
    char line[1280];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length < 0)
        return;
    zoe_text_clean(line);
    zoe_url_hide_secrets(line);
    log->fn(log->user, level, line);
}

void zoe_log_note(zoe_log *log, const char *format, ...)
{
    if (!zoe_log_is_heard(log, ZOE_LOG_DEBUG))
        return;
    pthread_mutex_lock(&log->lock);
    if (log->notes.count < ZOE_LOG_NOTES) {
        va_list args;
        va_start(args, format);
        vsnprintf(log->notes.lines[log->notes.count++], ZOE_LOG_NOTE_BYTES, format, args);
        va_end(args);
    } else {
        log->notes.lost++;
    }
    pthread_mutex_unlock(&log->lock);
}

void zoe_log_write_notes(zoe_log *log)
{
    if (!zoe_log_is_heard(log, ZOE_LOG_DEBUG))
        return;
    pthread_mutex_lock(&log->lock);
    struct zoe_log_notes notes = log->notes;
    log->notes.count = 0;
    log->notes.lost = 0;
    pthread_mutex_unlock(&log->lock);
    for (uint32_t i = 0; i < notes.count; i++)
        zoe_log_write(log, ZOE_LOG_DEBUG, "%s", notes.lines[i]);
    if (notes.lost)
        zoe_log_write(log, ZOE_LOG_DEBUG, "%llu more", (unsigned long long)notes.lost);
}
