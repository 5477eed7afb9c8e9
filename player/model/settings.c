#define _GNU_SOURCE

#include "model/settings.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

enum { PATH_CAPACITY = 4096 };

static const char *const strategy_words[] = {"auto", "spiral", "forward", NULL};
static const char *const policy_words[] = {"every-frame", "real-time", NULL};
static const char *const loop_words[] = {"loop", "ping-pong", "once", NULL};
static const char *const transfer_words[] = {"srgb", "rec709", "linear", NULL};

void zoe_player_settings_init(zoe_player_settings *settings)
{
    *settings = (zoe_player_settings){
        .cache_percent = ZOE_PERCENT_DEFAULT,
        .reserve_mb = (int32_t)(ZOE_RESERVE_DEFAULT >> 20),
        .workers = 0,
        .strategy = ZOE_STRATEGY_AUTO,
        .policy = ZOE_POLICY_EVERY_FRAME,
        .loop = ZOE_LOOP,
        .transfer = ZOE_TRANSFER_SRGB,
        .window_width = 1280,
        .window_height = 720,
        .maximized = 0,
        .ui_scale = 0.0,
    };
}

zoe_status zoe_player_settings_path(char *path, size_t capacity)
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
    const char *bad_key;
    const char *expected;
} reader;

static void complain(reader *in, const char *key, const char *expected)
{
    if (in->bad_key)
        return;
    in->bad_key = key;
    in->expected = expected;
}

static double read_number(reader *in, const char *key, double low, double high, double otherwise)
{
    const json_t *value = json_object_get(in->object, key);
    if (!value)
        return otherwise;
    if (!json_is_number(value)) {
        complain(in, key, "a number");
        return otherwise;
    }
    double number = json_number_value(value);
    if (number > high)
        number = high;
    return number < low ? low : number;
}

static int read_word(reader *in, const char *key, const char *const *words, int otherwise)
{
    const json_t *value = json_object_get(in->object, key);
    if (!value)
        return otherwise;
    const char *text = json_string_value(value);
    for (int i = 0; text && words[i]; i++) {
        if (!strcmp(text, words[i]))
            return i;
    }
    complain(in, key, "one of the words the manual page lists");
    return otherwise;
}

static int read_flag(reader *in, const char *key, int otherwise)
{
    const json_t *value = json_object_get(in->object, key);
    if (!value)
        return otherwise;
    if (!json_is_boolean(value)) {
        complain(in, key, "true or false");
        return otherwise;
    }
    return json_is_true(value);
}

static void read_all(reader *in, zoe_player_settings *s)
{
    double percent = read_number(in, "cache_percent", ZOE_PERCENT_MIN, ZOE_PERCENT_MAX,
                                 (double)s->cache_percent);
    s->cache_percent = (int32_t)lround(percent);
    double reserve = read_number(in, "reserve_gb", 0.5, 8.0, (double)s->reserve_mb / 1024.0);
    s->reserve_mb = (int32_t)lround(reserve * 1024.0);
    s->workers = (int32_t)read_number(in, "workers", 0, ZOE_WORKERS_MAX, (double)s->workers);
    s->strategy = (zoe_strategy)read_word(in, "strategy", strategy_words, (int)s->strategy);
    s->policy = (zoe_policy)read_word(in, "policy", policy_words, (int)s->policy);
    s->loop = (zoe_loop_mode)read_word(in, "loop", loop_words, (int)s->loop);
    s->transfer = (zoe_transfer)read_word(in, "transfer", transfer_words, (int)s->transfer);
    s->window_width = (int32_t)read_number(in, "window_width", 320, 16384, s->window_width);
    s->window_height = (int32_t)read_number(in, "window_height", 240, 16384, s->window_height);
    s->maximized = read_flag(in, "maximized", s->maximized);
    double scale = read_number(in, "ui_scale", 0.0, 4.0, s->ui_scale);
    s->ui_scale = scale > 0.0 && scale < 0.5 ? 0.5 : scale;
}

/* The line without the library's own quoting of what it read: those bytes may be anything. */
static zoe_status set_aside(const char *path, const json_error_t *why, zoe_error *error)
{
    char aside[PATH_CAPACITY];
    int length = snprintf(aside, sizeof aside, "%s.broken", path);
    int kept = length > 0 && (size_t)length < sizeof aside && !rename(path, aside);
    return zoe_error_set(error, ZOE_ERROR_SYNTAX,
                         "%s: line %d, column %d: %s; %s, defaults are used", path,
                         why->line > 0 ? why->line : 1, why->column > 0 ? why->column : 1,
                         why->text, kept ? "kept as settings.json.broken" : "left in place");
}

zoe_status zoe_player_settings_load(const char *path, zoe_player_settings *settings,
                                    zoe_error *error)
{
    zoe_player_settings_init(settings);
    FILE *file = fopen(path, "re");
    if (!file) {
        if (errno == ENOENT || errno == ENOTDIR)
            return ZOE_OK;
        zoe_status status = errno == EACCES ? ZOE_ERROR_PERMISSION : ZOE_ERROR_IO;
        return zoe_error_set(error, status, "%s: %s; defaults are used", path, strerror(errno));
    }
    json_error_t why;
    json_t *root = json_loadf(file, 0, &why);
    fclose(file);
    if (root && !json_is_object(root)) {
        json_decref(root);
        root = NULL;
        why.line = 1;
        why.column = 1;
        snprintf(why.text, sizeof why.text, "expected an object in braces");
    }
    if (!root)
        return set_aside(path, &why, error);
    reader in = {root, NULL, NULL};
    read_all(&in, settings);
    json_decref(root);
    if (in.bad_key)
        return zoe_error_set(error, ZOE_ERROR_SYNTAX, "%s: \"%s\" is not %s; its default is used",
                             path, in.bad_key, in.expected);
    return ZOE_OK;
}

/* ---- writing ---- */

static json_t *pack(const zoe_player_settings *s)
{
    return json_pack("{s:i, s:f, s:i, s:s, s:s, s:s, s:s, s:i, s:i, s:b, s:f}", "cache_percent",
                     (int)s->cache_percent, "reserve_gb", (double)s->reserve_mb / 1024.0, "workers",
                     (int)s->workers, "strategy", strategy_words[s->strategy], "policy",
                     policy_words[s->policy], "loop", loop_words[s->loop], "transfer",
                     transfer_words[s->transfer], "window_width", (int)s->window_width,
                     "window_height", (int)s->window_height, "maximized", (int)s->maximized,
                     "ui_scale", s->ui_scale);
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

zoe_status zoe_player_settings_save(const char *path, const zoe_player_settings *settings,
                                    zoe_error *error)
{
    char temporary[PATH_CAPACITY];
    int length = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (length <= 0 || (size_t)length >= sizeof temporary)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "%s: settings path too long", path);
    json_t *root = pack(settings);
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(root);
    if (!text)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: settings not saved: out of memory",
                             path);
    make_folders(path);
    zoe_status status = ZOE_OK;
    int fd = mkostemp(temporary, 0);
    if (fd < 0) {
        status = failed(path, error);
    } else if (write_all(fd, text) || rename(temporary, path)) {
        status = failed(path, error);
        unlink(temporary);
    }
    free(text);
    return status;
}
