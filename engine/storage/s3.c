/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/s3.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/os_memory.h"
#include "storage/address.h"
#include "storage/aws_profile.h"

enum {
    BUCKET_BYTES = 256,
    REGION_BYTES = 64,
    URL_BYTES = 16 << 10, /* a key of 1024 bytes, a token of 2048, all encoded, and more */
};

struct zoe_s3 {
    /* fixed after creation */
    zoe_aws_profile profile;
    zoe_http_signing signing; /* points into profile */
    bool is_signed;
    bool is_amazon, is_path_style, is_host_style;
    char *endpoint; /* without "/" at its end */
};

/* ---- creation ---- */

static zoe_status no_memory(const char *what, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", what);
}

static bool replace(char **text, const char *given)
{
    if (!given)
        return true;
    zoe_os_free(*text);
    *text = zoe_os_strdup(given);
    return *text != NULL;
}

/* They become part of a host's name and of what is signed. */
static bool is_region(const char *text)
{
    size_t bytes = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
    return bytes && bytes < REGION_BYTES && !text[bytes];
}

static bool is_endpoint(const char *text)
{
    const char *host = strncasecmp(text, "https://", 8) == 0  ? text + 8
                       : strncasecmp(text, "http://", 7) == 0 ? text + 7
                                                              : NULL;
    return host && host[0] && host[0] != '/' && !strpbrk(host, "?#@ ");
}

static zoe_status set_endpoint(zoe_s3 *s3, zoe_error *error)
{
    const char *given = s3->profile.endpoint;
    if (given && !is_endpoint(given))
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "S3: '%s' is no endpoint: http(s)://HOST",
                             given);
    s3->is_amazon = !given;
    char amazon[REGION_BYTES + 64];
    snprintf(amazon, sizeof amazon, "https://s3.%s.amazonaws.com", s3->profile.region);
    s3->endpoint = zoe_os_strdup(given ? given : amazon);
    if (!s3->endpoint)
        return no_memory("S3", error);
    for (size_t bytes = strlen(s3->endpoint); s3->endpoint[bytes - 1] == '/'; bytes--)
        s3->endpoint[bytes - 1] = '\0';
    return ZOE_OK;
}

static zoe_status fill(zoe_s3 *s3, const zoe_s3_settings *settings, zoe_error *error)
{
    zoe_status status = zoe_aws_profile_read(settings->profile, &s3->profile, error);
    if (status != ZOE_OK)
        return status;
    const char *region = settings->region     ? settings->region
                         : s3->profile.region ? NULL
                                              : "us-east-1";
    if (!replace(&s3->profile.region, region) ||
        !replace(&s3->profile.endpoint, settings->endpoint))
        return no_memory("S3", error);
    if (!is_region(s3->profile.region))
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "S3: '%s' is no region",
                             s3->profile.region);
    s3->is_path_style = settings->is_path_style;
    s3->is_host_style = settings->is_host_style;
    s3->is_signed = !settings->is_anonymous && s3->profile.access_key && s3->profile.secret_key;
    s3->signing = (zoe_http_signing){.region = s3->profile.region,
                                     .access_key = s3->profile.access_key,
                                     .secret_key = s3->profile.secret_key,
                                     .token = s3->profile.token};
    return set_endpoint(s3, error);
}

zoe_status zoe_s3_create(const zoe_s3_settings *settings, zoe_s3 **s3, zoe_error *error)
{
    *s3 = NULL;
    zoe_s3 *made = zoe_os_alloc(sizeof *made);
    if (!made)
        return no_memory("S3", error);
    zoe_status status = fill(made, settings, error);
    if (status == ZOE_OK)
        *s3 = made;
    else
        zoe_s3_destroy(&made);
    return status;
}

void zoe_s3_destroy(zoe_s3 **s3)
{
    if (!s3 || !*s3)
        return;
    zoe_aws_profile_free(&(*s3)->profile);
    zoe_os_free((*s3)->endpoint);
    zoe_os_free(*s3);
    *s3 = NULL;
}

const zoe_http_signing *zoe_s3_signing(const zoe_s3 *s3)
{
    return s3->is_signed ? &s3->signing : NULL;
}

/* ---- URLs ---- */

bool zoe_s3_is_path(const char *path)
{
    return strncasecmp(path, "s3://", 5) == 0;
}

/* The key of a path, and its bucket. false: that is none. */
static bool split(const char *path, char bucket[BUCKET_BYTES], const char **key)
{
    const char *name = path + 5;
    size_t bytes = strcspn(name, "/");
    size_t good = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
    if (!zoe_s3_is_path(path) || !bytes || bytes != good || bytes >= BUCKET_BYTES ||
        !strncmp(name, "..", 2))
        return false;
    memcpy(bucket, name, bytes);
    bucket[bytes] = '\0';
    *key = name + bytes + (name[bytes] == '/');
    return true;
}

/* Begins a URL of the bucket; it ends with "/" where a key follows. */
static bool begin_url(const zoe_s3 *s3, const char *bucket, char *url, size_t *used)
{
    bool is_host =
        s3->is_host_style || (s3->is_amazon && !s3->is_path_style && !strchr(bucket, '.'));
    const char *host = strstr(s3->endpoint, "://") + 3;
    int length = is_host ? snprintf(url, URL_BYTES, "%.*s%s.%s/", (int)(host - s3->endpoint),
                                    s3->endpoint, bucket, host)
                         : snprintf(url, URL_BYTES, "%s/%s/", s3->endpoint, bucket);
    *used = length > 0 ? (size_t)length : URL_BYTES;
    return *used < URL_BYTES;
}

zoe_status zoe_s3_object_url(const zoe_s3 *s3, const char *path, char **url, zoe_error *error)
{
    char bucket[BUCKET_BYTES];
    const char *key;
    size_t used;
    *url = NULL;
    if (!split(path, bucket, &key) || !key[0])
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: not s3://BUCKET/KEY", path);
    char *made = zoe_os_alloc(URL_BYTES);
    if (!made)
        return no_memory(path, error);
    if (!begin_url(s3, bucket, made, &used) ||
        !zoe_address_append(made, URL_BYTES, &used, key, "/")) {
        zoe_os_free(made);
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: the key is too long", path);
    }
    *url = made;
    return ZOE_OK;
}

char *zoe_s3_prefix(const char *folder)
{
    char bucket[BUCKET_BYTES];
    const char *key = "";
    split(folder, bucket, &key);
    size_t bytes = strlen(key);
    char *prefix = zoe_os_alloc(bytes + 2);
    if (!prefix)
        return NULL;
    memcpy(prefix, key, bytes);
    if (bytes && key[bytes - 1] != '/')
        prefix[bytes] = '/';
    return prefix;
}

zoe_status zoe_s3_list_url(const zoe_s3 *s3, const char *folder, const char *prefix,
                           const char *token, char **url, zoe_error *error)
{
    /* In the order of their names and encoded by the rules, as they are signed: libcurl before 8.3
     * signs them as they stand. */
    const char *const parts[][2] = {{"continuation-token=", token},
                                    {"&delimiter=", "/"},
                                    {"&list-type=", "2"},
                                    {"&prefix=", prefix}};
    char bucket[BUCKET_BYTES];
    const char *key;
    size_t used;
    *url = NULL;
    if (!split(folder, bucket, &key))
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: not s3://BUCKET", folder);
    char *made = zoe_os_alloc(URL_BYTES);
    if (!made)
        return no_memory(folder, error);
    bool fits =
        begin_url(s3, bucket, made, &used) && zoe_address_append(made, URL_BYTES, &used, "?", "?");
    for (size_t i = token[0] ? 0 : 1; fits && i < sizeof parts / sizeof parts[0]; i++) {
        const char *name = parts[i][0] + (made[used - 1] == '?' && parts[i][0][0] == '&');
        fits = zoe_address_append(made, URL_BYTES, &used, name, "&=") &&
               zoe_address_append(made, URL_BYTES, &used, parts[i][1], "");
    }
    if (!fits) {
        zoe_os_free(made);
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: the key is too long", folder);
    }
    *url = made;
    return ZOE_OK;
}
