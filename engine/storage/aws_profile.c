/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/aws_profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_file.h"
#include "base/os_memory.h"

enum { FILE_BYTES = 1 << 20 };

/* A text that is not terminated. */
typedef struct span {
    const char *at;
    size_t bytes;
} span;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static span trim(span text)
{
    while (text.bytes && is_blank(text.at[0])) {
        text.at++;
        text.bytes--;
    }
    while (text.bytes && is_blank(text.at[text.bytes - 1]))
        text.bytes--;
    return text;
}

static bool is_text(span text, const char *what)
{
    return text.bytes == strlen(what) && memcmp(text.at, what, text.bytes) == 0;
}

static bool is_section(span line, const char *name, bool is_config)
{
    span inside = trim((span){line.at + 1, line.bytes - 2});
    if (is_config && inside.bytes > 8 && memcmp(inside.at, "profile", 7) == 0 &&
        is_blank(inside.at[7]))
        return is_text(trim((span){inside.at + 8, inside.bytes - 8}), name);
    return is_text(inside, name) && (!is_config || strcmp(name, "default") == 0);
}

static bool take_value(zoe_aws_profile *profile, span key, span value)
{
    const struct {
        const char *key;
        char **value;
    } rows[] = {{"aws_access_key_id", &profile->access_key},
                {"aws_secret_access_key", &profile->secret_key},
                {"aws_session_token", &profile->token},
                {"region", &profile->region},
                {"endpoint_url", &profile->endpoint}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!is_text(key, rows[i].key) || *rows[i].value || !value.bytes ||
            memchr(value.at, '\0', value.bytes))
            continue;
        *rows[i].value = zoe_os_strndup(value.at, value.bytes);
        return *rows[i].value != NULL;
    }
    return true;
}

bool zoe_aws_profile_parse(zoe_aws_profile *profile, const char *text, size_t bytes,
                           const char *name, bool is_config, bool *has_section)
{
    bool is_inside = false;
    *has_section = false;
    for (size_t i = 0; i < bytes;) {
        const char *end = memchr(text + i, '\n', bytes - i);
        span whole = {text + i, end ? (size_t)(end - text) - i : bytes - i};
        i += whole.bytes + 1;
        span line = trim(whole);
        /* Indented lines belong to settings of a service, which has sections of its own. */
        if (!line.bytes || line.at[0] == '#' || line.at[0] == ';' || is_blank(whole.at[0]))
            continue;
        if (line.at[0] == '[') {
            is_inside = line.bytes > 2 && line.at[line.bytes - 1] == ']' &&
                        is_section(line, name, is_config);
            *has_section |= is_inside;
            continue;
        }
        const char *equals = memchr(line.at, '=', line.bytes);
        if (!is_inside || !equals)
            continue;
        span key = {line.at, (size_t)(equals - line.at)};
        span value = {equals + 1, line.bytes - key.bytes - 1};
        if (!take_value(profile, trim(key), trim(value)))
            return false;
    }
    return true;
}

static const char *find_env(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

static void wipe(char **text)
{
    /* volatile: it is written although nobody reads it again. */
    for (volatile char *at = *text; at && *at; at++)
        *at = 0;
    zoe_os_free(*text);
    *text = NULL;
}

void zoe_aws_profile_free(zoe_aws_profile *profile)
{
    wipe(&profile->access_key);
    wipe(&profile->secret_key);
    wipe(&profile->token);
    wipe(&profile->region);
    wipe(&profile->endpoint);
}

/* A file that is not there says nothing. */
static zoe_status read_file(zoe_aws_profile *profile, const char *env, const char *file,
                            const char *name, bool is_config, bool *has_section, zoe_error *error)
{
    char path[ZOE_PATH_MAX];
    const char *given = find_env(env), *home = find_env("HOME");
    int length = given ? snprintf(path, sizeof path, "%s", given)
                       : snprintf(path, sizeof path, "%s/.aws/%s", home ? home : "", file);
    int fd = -1;
    zoe_os_file_id id;
    zoe_status status = ZOE_ERROR_NOT_FOUND;
    if (length > 0 && (size_t)length < sizeof path && (given || home))
        status = zoe_os_file_open(path, &fd, &id, error);
    if (status != ZOE_OK)
        return status == ZOE_ERROR_NOT_FOUND ? ZOE_OK : status;
    char *text = zoe_os_alloc(FILE_BYTES);
    int64_t bytes = text ? zoe_os_file_read(fd, text, FILE_BYTES, 0) : 0;
    zoe_os_file_close(fd);
    if (bytes < 0)
        status = zoe_error_set(error, ZOE_ERROR_IO, "%s: cannot be read", path);
    else if (!text ||
             !zoe_aws_profile_parse(profile, text, (size_t)bytes, name, is_config, has_section))
        status = zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "S3: out of memory");
    if (text)
        memset(text, 1, FILE_BYTES - 1);
    wipe(&text);
    return status;
}

static bool take_env(char **value, const char *name)
{
    const char *text = *value ? NULL : find_env(name);
    if (text)
        *value = zoe_os_strdup(text);
    return !text || *value;
}

static bool take_env_credentials(zoe_aws_profile *profile)
{
    /* All three are of one identity. */
    if (profile->access_key || !find_env("AWS_ACCESS_KEY_ID") || !find_env("AWS_SECRET_ACCESS_KEY"))
        return true;
    wipe(&profile->secret_key);
    wipe(&profile->token);
    return take_env(&profile->access_key, "AWS_ACCESS_KEY_ID") &&
           take_env(&profile->secret_key, "AWS_SECRET_ACCESS_KEY") &&
           take_env(&profile->token, "AWS_SESSION_TOKEN");
}

static zoe_status read_files(zoe_aws_profile *profile, const char *name, zoe_error *error)
{
    const char *named = name ? name : find_env("AWS_PROFILE");
    const char *section = named ? named : "default";
    bool has_credentials = false, has_config = false;
    /* Credentials of the environment are one identity: nothing of another is added. */
    zoe_aws_profile files = {.token = NULL};
    zoe_status status = read_file(&files, "AWS_SHARED_CREDENTIALS_FILE", "credentials", section,
                                  false, &has_credentials, error);
    if (status == ZOE_OK)
        status = read_file(&files, "AWS_CONFIG_FILE", "config", section, true, &has_config, error);
    char **to[] = {&profile->region, &profile->endpoint};
    char **from[] = {&files.region, &files.endpoint};
    for (size_t i = 0; i < sizeof to / sizeof to[0]; i++) {
        if (*to[i])
            continue;
        *to[i] = *from[i];
        *from[i] = NULL;
    }
    if (!profile->access_key && files.access_key && files.secret_key) {
        profile->access_key = files.access_key;
        profile->secret_key = files.secret_key;
        profile->token = files.token;
        files.access_key = files.secret_key = files.token = NULL;
    }
    zoe_aws_profile_free(&files);
    if (status != ZOE_OK)
        return status;
    if (named && !has_credentials && !has_config && (name || !profile->access_key))
        return zoe_error_set(error, ZOE_ERROR_NOT_FOUND, "S3: there is no profile '%s'", named);
    return ZOE_OK;
}

zoe_status zoe_aws_profile_read(const char *name, zoe_aws_profile *profile, zoe_error *error)
{
    *profile = (zoe_aws_profile){.token = NULL};
    bool fits = take_env(&profile->region, "AWS_REGION") &&
                take_env(&profile->region, "AWS_DEFAULT_REGION") &&
                take_env(&profile->endpoint, "AWS_ENDPOINT_URL_S3") &&
                take_env(&profile->endpoint, "AWS_ENDPOINT_URL") &&
                (name || take_env_credentials(profile));
    zoe_status status = fits ? read_files(profile, name, error)
                             : zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "S3: out of memory");
    if (status == ZOE_OK && name && !take_env_credentials(profile))
        status = zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "S3: out of memory");
    if (status != ZOE_OK)
        zoe_aws_profile_free(profile);
    return status;
}
