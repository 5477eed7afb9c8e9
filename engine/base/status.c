#include <zoetrope/frame.h>
#include <zoetrope/status.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#ifndef ZOE_VERSION
#error "the build defines ZOE_VERSION"
#endif

static const struct {
    zoe_status status;
    const char *name;
    const char *text;
} table[] = {
#define ROW(name, value, text) {ZOE_##name, #name, text},
    ZOE_STATUS_TABLE(ROW)
#undef ROW
};

const char *zoe_status_name(zoe_status status)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].status == status)
            return table[i].name;
    return "UNKNOWN";
}

const char *zoe_status_text(zoe_status status)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].status == status)
            return table[i].text;
    return "unknown status";
}

zoe_status zoe_error_set(zoe_error *error, zoe_status status, const char *format, ...)
{
    if (!error)
        return status;
    error->status = status;
    va_list args;
    va_start(args, format);
    if (vsnprintf(error->text, sizeof error->text, format, args) < 0)
        error->text[0] = '\0';
    va_end(args);
    /* File names may hold line breaks; an error is one line. */
    for (char *c = error->text; *c; c++)
        if (*c == '\n' || *c == '\r')
            *c = '?';
    return status;
}

const char *zoe_version(void)
{
    return ZOE_VERSION;
}

const char *zoe_frame_state_name(zoe_frame_state state)
{
    switch (state) {
    case ZOE_FRAME_EMPTY: return "empty";
    case ZOE_FRAME_HEADER: return "header";
    case ZOE_FRAME_LOADING: return "loading";
    case ZOE_FRAME_LOADED: return "loaded";
    case ZOE_FRAME_ERROR: return "error";
    case ZOE_FRAME_MISSING: return "missing";
    case ZOE_FRAME_INCOMPLETE: return "incomplete";
    }
    return "unknown";
}
