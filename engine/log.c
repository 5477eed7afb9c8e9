#include "log.h"

#include <stdarg.h>
#include <stdio.h>

void zoe_log_write(const zoe_log *log, zoe_log_level level, const char *format, ...)
{
    if (!log->fn || level > log->level)
        return;
    char line[1280];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length >= 0)
        log->fn(log->user, level, line);
}
