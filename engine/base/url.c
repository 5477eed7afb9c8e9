/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "base/url.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"

bool zoe_is_url(const char *path)
{
    static const char *const schemes[] = {"http://", "https://", "s3://"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncasecmp(path, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

uint64_t zoe_url_host(const char *url)
{
    const char *name = strstr(url, "://");
    return zoe_hash(url, name ? 3 + (size_t)(name - url) + strcspn(name + 3, "/?") : strlen(url));
}

/* What ends a word of a text. */
static const char spaces[] = " \t\r\n";

/* What a text may have right behind a URL. */
static const char punctuation[] = ":\"',)";

/* Takes out what is in from..to, and returns what comes next. */
static char *take_out(char *from, const char *to)
{
    memmove(from, to, strlen(to) + 1);
    return from;
}

static char *find_last(char *from, const char *to, char c)
{
    char *last = NULL;
    for (; from < to; from++)
        last = *from == c ? from : last;
    return last;
}

/* Is host..end no host with a port? Then it may be a user and a password with a "/" in it, or one
 * whose "@" was cut off. */
static bool is_no_host(char *host, const char *end)
{
    enum { LONGEST = 255 };
    while (end > host && strchr(punctuation, end[-1]))
        end--;
    const char *bracket = find_last(host, end, ']');
    const char *colon = find_last(host, end, ':');
    if (end - host > LONGEST)
        return true;
    if (!colon || (bracket && bracket > colon))
        return false;
    for (const char *port = colon + 1; port < end; port++)
        if (*port < '0' || *port > '9')
            return true;
    return false;
}

/* Takes out what stands before a host's name. Returns where the name begins. */
static char *hide_user(char *host)
{
    char *word_end = host + strcspn(host, spaces);
    char *end = host + strcspn(host, "/? \t\r\n");
    char *at = find_last(host, end, '@');
    if (!at && is_no_host(host, end)) {
        at = find_last(host, word_end, '@');
        if (!at)
            return *end == '\0' ? take_out(host, end) : host;
    }
    return at ? take_out(host, at + 1) : host;
}

void zoe_url_hide_secrets(char *text)
{
    while ((text = strstr(text, "://")) != NULL) {
        text = hide_user(text + 3);
        /* A path may have spaces and quotes in it: every "?" up to the next URL may be its end. */
        for (char *mark; (mark = strchr(text, '?')) != NULL;) {
            const char *next = strstr(text, "://");
            if (next && next < mark)
                break;
            char *end = mark + strcspn(mark, spaces);
            while (end > mark + 1 && strchr(punctuation, end[-1]))
                end--;
            text = end > mark + 1 ? take_out(mark, end) : end;
        }
    }
}
