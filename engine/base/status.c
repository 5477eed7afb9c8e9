#include <zoetrope/status.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/url.h"

#ifndef ZOE_VERSION
#error "the build defines ZOE_VERSION"
#endif

/* Of a text before it is cut: two paths and more. */
enum { WHOLE_BYTES = 10 << 10 };

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

/* The character at s, which is not its text's end, and its bytes; 0 bytes: it is no UTF-8. */
static size_t read_character(const unsigned char *s, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* what is less is overlong */
    size_t bytes = s[0] < 0x80             ? 1
                   : (s[0] & 0xE0) == 0xC0 ? 2
                   : (s[0] & 0xF0) == 0xE0 ? 3
                   : (s[0] & 0xF8) == 0xF0 ? 4
                                           : 0;
    *code = bytes < 2 ? s[0] : s[0] & (0x7Fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (s[i] & 0x3Fu);
    }
    bool is_surrogate = *code >= 0xD800 && *code <= 0xDFFF;
    return bytes && *code >= least[bytes] && *code <= 0x10FFFF && !is_surrogate ? bytes : 0;
}

/* C0, DEL, C1; line and paragraph separators; what turns the direction of text. */
static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E ||
           code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

void zoe_text_clean(char *text)
{
    const char *in = text;
    while (*in) {
        uint32_t code;
        size_t bytes = read_character((const unsigned char *)in, &code);
        if (!bytes || is_control(code)) {
            *text++ = '?';
            in += bytes ? bytes : 1;
            continue;
        }
        memmove(text, in, bytes);
        text += bytes;
        in += bytes;
    }
    *text = '\0';
}

zoe_status zoe_error_set(zoe_error *error, zoe_status status, const char *format, ...)
{
    if (!error)
        return status;
    error->status = status;
    /* Cut last: half of a password is not to be seen either. */
    char whole[WHOLE_BYTES];
    va_list args;
    va_start(args, format);
    if (vsnprintf(whole, sizeof whole, format, args) < 0)
        whole[0] = '\0';
    va_end(args);
    zoe_text_clean(whole);
    zoe_url_hide_secrets(whole);
    snprintf(error->text, sizeof error->text, "%.*s", (int)sizeof error->text - 1, whole);
    /* The last character may be cut. */
    zoe_text_clean(error->text);
    return status;
}

const char *zoe_version(void)
{
    return ZOE_VERSION;
}
