/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "base/url.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

bool zoe_is_url(const char *path)
{
    static const char *const schemes[] = {"http://", "https://", "s3://"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncasecmp(path, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

/* Is the text at s behind a URL that may have spaces in it? */
static bool is_behind_path(const char *s)
{
    return *s == '\0' || strchr("\"'\n", *s) || (s[0] == ':' && (s[1] == ' ' || s[1] == '\0'));
}

static bool is_behind_query(const char *s)
{
    return is_behind_path(s) || strchr(" \t", *s);
}

/* Takes out what is in from..to, and returns what comes next. */
static char *take_out(char *from, const char *to)
{
    memmove(from, to, strlen(to) + 1);
    return from;
}

void zoe_url_hide_secrets(char *text)
{
    while ((text = strstr(text, "://")) != NULL) {
        char *host = text += 3;
        while (!is_behind_query(text) && *text != '/' && *text != '?') {
            if (*text == '@')
                text = take_out(host, text + 1);
            else
                text++;
        }
        while (!is_behind_path(text) && *text != '?')
            text++;
        const char *end = text;
        while (!is_behind_query(end))
            end++;
        text = take_out(text, end);
    }
}
