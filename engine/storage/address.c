/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/address.h"

#include <stdint.h>
#include <string.h>

#include "base/os_memory.h"

static const char hex[] = "0123456789ABCDEF";

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that %XX stands for at `text`; -1: that is none. */
static int encoded_byte(const char *text, size_t bytes)
{
    if (bytes < 3 || text[0] != '%' || digit_of(text[1]) < 0 || digit_of(text[2]) < 0)
        return -1;
    return digit_of(text[1]) * 16 + digit_of(text[2]);
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

static char *put_encoded(char *out, char c)
{
    *out++ = '%';
    *out++ = hex[(uint8_t)c >> 4];
    *out++ = hex[(uint8_t)c & 15];
    return out;
}

static char *encode(const char *path, bool is_folder)
{
    size_t bytes = strlen(path);
    char *url = zoe_os_alloc(bytes * 3 + 2);
    if (!url)
        return NULL;
    const char *host = strstr(path, "://");
    host = host ? host + 3 : path;
    const char *in = host + strcspn(host, "/?");
    memcpy(url, path, (size_t)(in - path));
    char *out = url + (in - path);
    bool is_query = false;
    for (;; in++) {
        if (!is_query && (*in == '?' || !*in)) {
            is_query = true;
            if (is_folder && out[-1] != '/')
                *out++ = '/';
        }
        if (!*in)
            break;
        bool is_legal = is_unreserved(*in) || strchr("/:@!$&'()*+,;=", *in) ||
                        (*in == '?' && is_query) || encoded_byte(in, strlen(in)) >= 0;
        if (is_legal)
            *out++ = *in;
        else
            out = put_encoded(out, *in);
    }
    *out = '\0';
    return url;
}

char *zoe_address_encode(const char *path)
{
    return encode(path, false);
}

char *zoe_address_encode_folder(const char *path)
{
    return encode(path, true);
}

bool zoe_address_append(char *out, size_t capacity, size_t *used, const char *text,
                        const char *safe)
{
    for (; *text; text++) {
        if (capacity - *used < 4)
            return false;
        char *end = out + *used;
        if (is_unreserved(*text) || strchr(safe, *text))
            *end++ = *text;
        else
            end = put_encoded(end, *text);
        *used = (size_t)(end - out);
    }
    if (*used >= capacity)
        return false;
    out[*used] = '\0';
    return true;
}

bool zoe_address_decode(const char *text, size_t bytes, char *out, size_t capacity)
{
    size_t used = 0;
    for (size_t i = 0; i < bytes; i++) {
        int byte = encoded_byte(text + i, bytes - i);
        char c = byte >= 0 ? (char)byte : text[i];
        if (!c || used + 1 >= capacity)
            return false;
        out[used++] = c;
        i += byte >= 0 ? 2 : 0;
    }
    if (!capacity)
        return false;
    out[used] = '\0';
    return true;
}

bool zoe_address_name(const char *name, char *out, size_t capacity)
{
    char *end = out;
    for (; *name; name++) {
        if (capacity - (size_t)(end - out) < 4)
            return false;
        if (*name == '%' || *name == '?')
            end = put_encoded(end, *name);
        else
            *end++ = *name;
    }
    if ((size_t)(end - out) >= capacity)
        return false;
    *end = '\0';
    return true;
}
