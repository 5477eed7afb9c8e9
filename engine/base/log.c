#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include <zoetrope/status.h>

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
    log->fn(log->user, level, line);
}

void zoe_log_note(zoe_log_notes *notes, const char *format, ...)
{
    if (notes->count == ZOE_LOG_NOTES) {
        notes->lost++;
        return;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(notes->lines[notes->count++], ZOE_LOG_NOTE_BYTES, format, args);
    va_end(args);
}

void zoe_log_write_notes(const zoe_log *log, const zoe_log_notes *notes)
{
    for (uint32_t i = 0; i < notes->count; i++)
        zoe_log_write(log, ZOE_LOG_DEBUG, "%s", notes->lines[i]);
    if (notes->lost)
        zoe_log_write(log, ZOE_LOG_DEBUG, "%llu more", (unsigned long long)notes->lost);
}
