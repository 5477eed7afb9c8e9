#define _GNU_SOURCE

#include "model/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "model/text_file.h"

enum {
    PATH_CAPACITY = 4096,
    FILE_MAX = 1 << 20, /* a longer file is no settings */
};

zoe_status zoe_settings_path(char *path, size_t capacity)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    int length;
    if (config && config[0] == '/')
        length = snprintf(path, capacity, "%s/zoetrope/settings.json", config);
    else if (home && home[0])
        length = snprintf(path, capacity, "%s/.config/zoetrope/settings.json", home);
    else
        return ZOE_ERROR_NOT_FOUND;
    return length > 0 && (size_t)length < capacity ? ZOE_OK : ZOE_ERROR_ARGUMENT;
}

/* ---- reading ---- */

/* Reads values one by one and remembers the first key whose value is of the wrong kind. */
typedef struct reader {
    const json_t *object;
    char bad_key[ZOE_OPTION_TEXT]; /* "": none so far */
    const char *expected;
} reader;

static void complain(reader *in, const char *key, const char *expected)
{
    if (in->bad_key[0])
        return;
    snprintf(in->bad_key, sizeof in->bad_key, "%s", key);
    in->expected = expected;
}

/* A number is brought into its option's range. */
static void read_number(reader *in, const zoe_option *option, const char *key, const json_t *value,
                        zoe_options *options)
{
    if (json_is_number(value))
        zoe_option_set_number(option, options, json_number_value(value));
    else
        complain(in, key, "a number");
}

static void read_word(reader *in, const zoe_option *option, const char *key, const json_t *value,
                      zoe_options *options)
{
    char word[ZOE_OPTION_TEXT];
    const char *text = json_string_value(value);
    for (int i = 0; text && i < zoe_option_choices(option); i++) {
        if (!strcmp(text, zoe_option_word(option, i, word))) {
            zoe_option_set_number(option, options, i);
            return;
        }
    }
    complain(in, key, "one of the words the manual page lists");
}

static void read_flag(reader *in, const zoe_option *option, const char *key, const json_t *value,
                      zoe_options *options)
{
    if (json_is_boolean(value))
        zoe_option_set_number(option, options, json_is_true(value));
    else
        complain(in, key, "true or false");
}

static void read_text(reader *in, const zoe_option *option, const char *key, const json_t *value,
                      zoe_options *options)
{
    if (json_is_string(value))
        zoe_option_set_text(option, options, json_string_value(value));
    else
        complain(in, key, "a text");
}

static void read_option(reader *in, const zoe_option *option, zoe_options *options)
{
    char key[ZOE_OPTION_TEXT];
    zoe_option_key(option, key);
    const json_t *value = json_object_get(in->object, key);
    if (!value)
        return;
    if (option->kind == ZOE_ARG_FLAG)
        read_flag(in, option, key, value, options);
    else if (option->kind == ZOE_ARG_TEXT)
        read_text(in, option, key, value, options);
    else if (option->kind == ZOE_ARG_CHOICE)
        read_word(in, option, key, value, options);
    else
        read_number(in, option, key, value, options);
}

/* The line without the library's own quoting of what it read: those bytes may be anything. */
static zoe_status set_aside(const char *path, bool is_ours, const json_error_t *why,
                            zoe_error *error)
{
    char aside[PATH_CAPACITY];
    int length = snprintf(aside, sizeof aside, "%s.broken", path);
    int kept = is_ours && length > 0 && (size_t)length < sizeof aside && !rename(path, aside);
    return zoe_error_set(error, ZOE_ERROR_SYNTAX,
                         "%s: line %d, column %d: %s; %s, defaults are used", path,
                         why->line > 0 ? why->line : 1, why->column > 0 ? why->column : 1,
                         why->text, kept ? "kept as settings.json.broken" : "left in place");
}

zoe_status zoe_settings_load(const char *path, zoe_options *options, zoe_error *error)
{
    zoe_options_init(options);
    char *text;
    size_t length;
    zoe_status status = zoe_text_file_read(path, FILE_MAX, &text, &length, error);
    if (!text)
        return status;
    json_error_t why;
    json_t *root = json_loadb(text, length, JSON_DECODE_ANY, &why);
    bool is_ours = zoe_text_is_json_like(text, length);
    free(text);
    if (root && !json_is_object(root)) {
        json_decref(root);
        root = NULL;
        why.line = 1;
        why.column = 1;
        snprintf(why.text, sizeof why.text, "expected an object in braces");
    }
    if (!root)
        return set_aside(path, is_ours, &why, error);
    reader in = {root, "", NULL};
    for (size_t i = 0; i < zoe_option_count; i++) {
        if (zoe_option_table[i].where & ZOE_IN_FILE)
            read_option(&in, &zoe_option_table[i], options);
    }
    json_decref(root);
    if (in.bad_key[0])
        return zoe_error_set(error, ZOE_ERROR_SYNTAX, "%s: \"%s\" is not %s; its default is used",
                             path, in.bad_key, in.expected);
    return ZOE_OK;
}

/* ---- writing ---- */

static json_t *pack_option(const zoe_option *option, const zoe_options *options)
{
    char word[ZOE_OPTION_TEXT];
    double number = zoe_option_number(option, options);
    switch (option->kind) {
    case ZOE_ARG_FLAG: return json_boolean(number > 0.0);
    case ZOE_ARG_TEXT: {
        /* A path may hold bytes that JSON cannot: it is not kept then. */
        const char *text = *(const char *const *)(const void *)((const char *)options + option->at);
        json_t *value = json_string(text ? text : "");
        return value ? value : json_string("");
    }
    case ZOE_ARG_CHOICE: return json_string(zoe_option_word(option, (int)number, word));
    case ZOE_ARG_INTEGER: return json_integer((json_int_t)number);
    default: return json_real(number);
    }
}

/* NULL without memory. */
static json_t *pack(const zoe_options *options)
{
    json_t *root = json_object();
    for (size_t i = 0; i < zoe_option_count && root; i++) {
        char key[ZOE_OPTION_TEXT];
        if (!(zoe_option_table[i].where & ZOE_IN_FILE))
            continue;
        zoe_option_key(&zoe_option_table[i], key);
        if (json_object_set_new(root, key, pack_option(&zoe_option_table[i], options))) {
            json_decref(root);
            root = NULL;
        }
    }
    return root;
}

/* Makes every folder on the way to the file. Failing is noticed when the file is opened. */
static void make_folders(const char *path)
{
    char folder[PATH_CAPACITY];
    int length = snprintf(folder, sizeof folder, "%s", path);
    if (length <= 0 || (size_t)length >= sizeof folder)
        return;
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(folder, 0700);
        *slash = '/';
    }
}

static zoe_status failed(const char *path, zoe_error *error)
{
    int code = errno;
    zoe_status status = code == EACCES || code == EROFS ? ZOE_ERROR_PERMISSION : ZOE_ERROR_IO;
    return zoe_error_set(error, status, "%s: settings not saved: %s", path, strerror(code));
}

/* Writes text and newline through to the disk. Returns 0, or -1 with errno set. */
static int write_all(int fd, const char *text)
{
    FILE *file = fdopen(fd, "w");
    if (!file) {
        close(fd);
        return -1;
    }
    int bad = fputs(text, file) < 0 || fputc('\n', file) < 0 || fflush(file) || fsync(fd);
    int code = errno;
    if (fclose(file) && !bad)
        return -1;
    errno = code;
    return bad ? -1 : 0;
}

/* What is no settings file is not replaced by one. */
static zoe_status check_replaceable(const char *path, zoe_error *error)
{
    char *text;
    size_t length;
    zoe_status status = zoe_text_file_read(path, FILE_MAX, &text, &length, error);
    if (text && !zoe_text_is_json_like(text, length))
        status = zoe_error_set(error, ZOE_ERROR_SYNTAX,
                               "%s: settings not saved: the file there holds something else", path);
    free(text);
    return status;
}

zoe_status zoe_settings_save(const char *path, const zoe_options *options, zoe_error *error)
{
    char temporary[PATH_CAPACITY];
    int length = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (length <= 0 || (size_t)length >= sizeof temporary)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: settings path too long", path);
    zoe_status status = check_replaceable(path, error);
    if (status != ZOE_OK)
        return status;
    json_t *root = pack(options);
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(root);
    if (!text)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: settings not saved: out of memory",
                             path);
    make_folders(path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) {
        status = failed(path, error);
    } else if (write_all(fd, text) || rename(temporary, path)) {
        status = failed(path, error);
        unlink(temporary);
    }
    free(text);
    return status;
}
