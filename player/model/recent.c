#include "model/recent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include <zoetrope/transport.h>

#include "model/temp_file.h"
#include "model/text_file.h"

/* No frame number has more digits. */
static const int64_t far_number = INT64_C(999999999999999999);

static const char *const view_words[] = {"color", "red", "green", "blue", "alpha", "luminance"};
static const char *const transfer_words[] = {"srgb", "rec709", "linear"};

enum {
    VIEW_WORDS = sizeof view_words / sizeof view_words[0],
    TRANSFER_WORDS = sizeof transfer_words / sizeof transfer_words[0],
    THUMBNAIL_NAME = 16 + 4, /* hexadecimal digits and ".png" */
    DAY_S = 86400
};

void zoe_recent_init(zoe_recent *recent)
{
    memset(recent, 0, sizeof *recent);
    recent->due_ns = ZOE_NEVER;
}

void zoe_recent_item_init(zoe_recent_item *item)
{
    memset(item, 0, sizeof *item);
    zoe_grade_init(&item->grade);
}

zoe_status zoe_recent_path(char *path, size_t capacity)
{
    return zoe_path_xdg("XDG_STATE_HOME", ".local/state", "recent.json", path, capacity);
}

/* ---- the lists ---- */

static int find(const zoe_recent *recent, const char *spec)
{
    for (int i = 0; i < recent->count; i++)
        if (!strcmp(recent->items[i].spec, spec))
            return i;
    return -1;
}

/* Takes user, password and query out of a network address. */
static void clean_address(char *address)
{
    address[strcspn(address, "?")] = '\0'; /* a # is the mark of a pattern */
    char *host = strstr(address, "://") + 3;
    size_t authority = strcspn(host, "/");
    for (size_t i = authority; i > 0; i--)
        if (host[i - 1] == '@') {
            memmove(host, host + i, strlen(host + i) + 1);
            return;
        }
}

/* Copies an item with its spec absolute and without secrets. */
static int copy_clean(zoe_recent_item *to, const zoe_recent_item *from)
{
    char spec[ZOE_PATH_TEXT];
    if (!from->spec[0] || zoe_path_resolve(from->spec, NULL, spec) != ZOE_OK)
        return 0;
    if (zoe_path_is_address(spec))
        clean_address(spec);
    if (to != from)
        *to = *from;
    strcpy(to->spec, spec);
    return 1;
}

void zoe_recent_remove(zoe_recent *recent, int index)
{
    if (index < 0 || index >= recent->count)
        return;
    recent->count--;
    memmove(&recent->items[index], &recent->items[index + 1],
            (size_t)(recent->count - index) * sizeof recent->items[0]);
}

/* Puts a clean item of another spec than the others' where its time belongs. */
static void insert(zoe_recent *recent, const zoe_recent_item *item)
{
    int at = 0;
    while (at < recent->count && recent->items[at].when_ms > item->when_ms)
        at++;
    if (at == ZOE_RECENT_ITEMS)
        return;
    if (recent->count == ZOE_RECENT_ITEMS)
        recent->count--;
    memmove(&recent->items[at + 1], &recent->items[at],
            (size_t)(recent->count - at) * sizeof recent->items[0]);
    recent->items[at] = *item;
    recent->count++;
}

int zoe_recent_add(zoe_recent *recent, const zoe_recent_item *item)
{
    zoe_recent_item clean;
    if (!copy_clean(&clean, item))
        return 0;
    zoe_recent_remove(recent, find(recent, clean.spec));
    /* In front also if the wall clock was set back. */
    if (recent->count > 0 && clean.when_ms < recent->items[0].when_ms)
        clean.when_ms = recent->items[0].when_ms;
    insert(recent, &clean);
    return 1;
}

void zoe_recent_set_open(zoe_recent *recent, const zoe_recent_item *items, int count, int current)
{
    if (count <= 0)
        return;
    recent->open_count = 0;
    recent->open_current = 0;
    for (int i = 0; i < count && recent->open_count < ZOE_RECENT_OPEN; i++) {
        if (!copy_clean(&recent->open[recent->open_count], &items[i]))
            continue;
        if (i == current)
            recent->open_current = recent->open_count;
        recent->open_count++;
    }
}

/* Puts an absolute path in front of a list; the oldest goes when there are too many. */
static void put_first(char (*list)[ZOE_PATH_TEXT], int *count, int most, const char *path)
{
    size_t length = strlen(path);
    if (path[0] != '/' || length >= ZOE_PATH_TEXT)
        return;
    int at = 0;
    while (at < *count && strcmp(list[at], path) != 0)
        at++;
    if (at == most)
        at--;
    else if (at == *count)
        (*count)++;
    char copy[ZOE_PATH_TEXT]; /* `path` may be one of them */
    memcpy(copy, path, length + 1);
    memmove(list[1], list[0], (size_t)at * sizeof list[0]);
    strcpy(list[0], copy);
}

void zoe_recent_add_folder(zoe_recent *recent, const char *path)
{
    put_first(recent->folders, &recent->folder_count, ZOE_RECENT_FOLDERS, path);
}

void zoe_recent_add_color(zoe_recent *recent, const char *path)
{
    put_first(recent->colors, &recent->color_count, ZOE_RECENT_COLORS, path);
}

/* ---- reading ---- */

static void read_text(const json_t *object, const char *key, char *text, size_t capacity)
{
    const char *value = json_string_value(json_object_get(object, key));
    if (value && strlen(value) < capacity)
        strcpy(text, value);
}

static void read_integer(const json_t *object, const char *key, int64_t low, int64_t high,
                         int64_t *number)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value))
        return;
    int64_t found = json_integer_value(value);
    *number = found < low ? low : found > high ? high : found;
}

static void read_real(const json_t *object, const char *key, double low, double high,
                      double *number)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_number(value))
        *number = fmin(fmax(json_number_value(value), low), high);
}

static void read_float(const json_t *object, const char *key, double low, double high,
                       float *number)
{
    double value = (double)*number;
    read_real(object, key, low, high, &value);
    *number = (float)value;
}

static int read_word(const json_t *object, const char *key, const char *const *words, int count,
                     int otherwise)
{
    const char *text = json_string_value(json_object_get(object, key));
    for (int i = 0; text && i < count; i++)
        if (!strcmp(text, words[i]))
            return i;
    return otherwise;
}

static void read_grade(const json_t *object, zoe_grade *grade)
{
    read_float(object, "exposure", -20, 20, &grade->exposure);
    read_float(object, "gamma", 0.1, 10, &grade->gamma);
    read_float(object, "contrast", 0, 10, &grade->contrast);
    read_float(object, "saturation", 0, 10, &grade->saturation);
    read_float(object, "range_min", -1e30, 1e30, &grade->range_min);
    read_float(object, "range_max", -1e30, 1e30, &grade->range_max);
    grade->view =
        (zoe_channel_view)read_word(object, "channel", view_words, VIEW_WORDS, (int)grade->view);
    grade->transfer = (zoe_transfer)read_word(object, "transfer", transfer_words, TRANSFER_WORDS,
                                              (int)grade->transfer);
}

/* Returns 0 for what is no item. */
static int read_item(const json_t *object, zoe_recent_item *item)
{
    zoe_recent_item_init(item);
    read_text(object, "path", item->spec, sizeof item->spec);
    if (item->spec[0] != '/' && !zoe_path_is_address(item->spec))
        return 0;
    read_text(object, "layer", item->layer, sizeof item->layer);
    read_text(object, "view", item->view, sizeof item->view);
    read_integer(object, "first", -far_number, far_number, &item->first);
    read_integer(object, "last", item->first, far_number, &item->last);
    read_integer(object, "frame", -far_number, far_number, &item->frame);
    item->in = item->out = far_number + 1;
    read_integer(object, "in", -far_number, far_number, &item->in);
    read_integer(object, "out", -far_number, far_number, &item->out);
    item->has_area = item->out <= far_number && item->in <= item->out;
    if (!item->has_area)
        item->in = item->out = 0;
    read_real(object, "zoom", 0, 1024, &item->zoom);
    read_real(object, "pan_x", -1e9, 1e9, &item->pan_x);
    read_real(object, "pan_y", -1e9, 1e9, &item->pan_y);
    read_integer(object, "when", 0, (int64_t)time(NULL) * 1000 + 999, &item->when_ms);
    read_grade(json_object_get(object, "grade"), &item->grade);
    return copy_clean(item, item);
}

/* The oldest first, as they were added. */
static void read_paths(const json_t *list, zoe_recent *recent,
                       void (*add)(zoe_recent *recent, const char *path))
{
    size_t count = json_array_size(list);
    for (size_t i = count > ZOE_RECENT_FOLDERS ? ZOE_RECENT_FOLDERS : count; i > 0; i--) {
        const char *path = json_string_value(json_array_get(list, i - 1));
        if (path)
            add(recent, path);
    }
}

static void read_all(const json_t *root, zoe_recent *recent)
{
    zoe_recent_item item;
    const json_t *list = json_object_get(root, "recent");
    for (size_t i = 0; i < json_array_size(list) && i < 2 * ZOE_RECENT_ITEMS; i++)
        if (read_item(json_array_get(list, i), &item) && find(recent, item.spec) < 0)
            insert(recent, &item);
    list = json_object_get(root, "open");
    int64_t current = 0;
    read_integer(root, "current", 0, ZOE_RECENT_OPEN, &current);
    for (size_t i = 0; i < json_array_size(list) && recent->open_count < ZOE_RECENT_OPEN; i++) {
        if (!read_item(json_array_get(list, i), &recent->open[recent->open_count]))
            continue;
        if ((int64_t)i == current)
            recent->open_current = recent->open_count;
        recent->open_count++;
    }
    read_paths(json_object_get(root, "folders"), recent, zoe_recent_add_folder);
    read_paths(json_object_get(root, "colors"), recent, zoe_recent_add_color);
    recent->synced_ms = recent->count > 0 ? recent->items[0].when_ms : 0;
}

static zoe_status set_aside(const char *path, const json_error_t *why, zoe_error *error)
{
    char aside[ZOE_PATH_TEXT];
    int length = snprintf(aside, sizeof aside, "%s.broken", path);
    int kept = length > 0 && (size_t)length < sizeof aside && !rename(path, aside);
    return zoe_error_set(error, ZOE_ERROR_SYNTAX, "%s: line %d, column %d: %s; %s", path,
                         why->line > 0 ? why->line : 1, why->column > 0 ? why->column : 1,
                         why->text, kept ? "kept as recent.json.broken" : "left in place");
}

zoe_status zoe_recent_load(const char *path, zoe_recent *recent, zoe_error *error)
{
    zoe_recent_init(recent);
    char *text;
    size_t length = 0;
    zoe_status status = zoe_text_file_read(path, ZOE_RECENT_FILE_MAX, &text, &length, error);
    if (!text)
        return status;
    json_error_t why;
    json_t *root = json_loadb(text, length, JSON_DECODE_ANY, &why);
    free(text);
    if (!root)
        return set_aside(path, &why, error);
    if (json_is_object(root))
        read_all(root, recent);
    else
        status = zoe_error_set(error, ZOE_ERROR_SYNTAX, "%s: no list of recent sequences", path);
    json_decref(root);
    return status;
}

/* ---- writing ---- */

/* JSON has no other numbers. */
static double finite_or_0(double number)
{
    return isfinite(number) ? number : 0.0;
}

static json_t *pack_grade(const zoe_grade *g)
{
    json_t *object = json_pack("{s:s, s:s}", "channel", view_words[g->view], "transfer",
                               transfer_words[g->transfer]);
    const struct {
        const char *key;
        float value;
    } numbers[] = {
        {"exposure", g->exposure},     {"gamma", g->gamma},         {"contrast", g->contrast},
        {"saturation", g->saturation}, {"range_min", g->range_min}, {"range_max", g->range_max},
    };
    for (size_t i = 0; object && i < sizeof numbers / sizeof numbers[0]; i++)
        json_object_set_new(object, numbers[i].key,
                            json_real(finite_or_0((double)numbers[i].value)));
    return object;
}

/* NULL also for texts that are no UTF-8. */
static json_t *pack_item(const zoe_recent_item *item)
{
    if ((unsigned)item->grade.view >= VIEW_WORDS ||
        (unsigned)item->grade.transfer >= TRANSFER_WORDS)
        return NULL;
    json_t *object = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:f, s:f, s:f, s:I, s:o}", "path",
                               item->spec, "layer", item->layer, "view", item->view, "first",
                               (json_int_t)item->first, "last", (json_int_t)item->last, "frame",
                               (json_int_t)item->frame, "zoom", finite_or_0(item->zoom), "pan_x",
                               finite_or_0(item->pan_x), "pan_y", finite_or_0(item->pan_y), "when",
                               (json_int_t)item->when_ms, "grade", pack_grade(&item->grade));
    if (object && item->has_area) {
        json_object_set_new(object, "in", json_integer(item->in));
        json_object_set_new(object, "out", json_integer(item->out));
    }
    return object;
}

/* *current: the position in `items`, then in the list. */
static json_t *pack_items(const zoe_recent_item *items, int count, int *current)
{
    json_t *list = json_array();
    int wanted = *current;
    *current = 0;
    for (int i = 0; list && i < count; i++) {
        json_t *object = pack_item(&items[i]);
        if (object && i == wanted)
            *current = (int)json_array_size(list);
        if (object)
            json_array_append_new(list, object);
    }
    return list;
}

static json_t *pack_paths(const char (*paths)[ZOE_PATH_TEXT], int count)
{
    json_t *list = json_array();
    for (int i = 0; list && i < count; i++) {
        json_t *text = json_string(paths[i]);
        if (text)
            json_array_append_new(list, text);
    }
    return list;
}

static json_t *pack(const zoe_recent *recent)
{
    int none = 0;
    int current = recent->open_current;
    json_t *items = pack_items(recent->items, recent->count, &none);
    json_t *open = pack_items(recent->open, recent->open_count, &current);
    json_t *folders = pack_paths(recent->folders, recent->folder_count);
    json_t *colors = pack_paths(recent->colors, recent->color_count);
    return json_pack("{s:o, s:o, s:i, s:o, s:o}", "recent", items, "open", open, "current", current,
                     "folders", folders, "colors", colors);
}

/* Takes in items that another program added to the file since this one knows it. */
static void merge(const char *path, zoe_recent *recent)
{
    zoe_recent *file = malloc(sizeof *file);
    if (!file)
        return;
    zoe_recent_load(path, file, NULL);
    for (int i = 0; i < file->count; i++) {
        const zoe_recent_item *item = &file->items[i];
        int same = find(recent, item->spec);
        if (item->when_ms <= recent->synced_ms ||
            (same >= 0 && recent->items[same].when_ms >= item->when_ms))
            continue;
        zoe_recent_remove(recent, same);
        insert(recent, item);
    }
    free(file);
}

static int write_all(int fd, const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t written = write(fd, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        text += written;
        length -= (size_t)written;
    }
    return 0;
}

zoe_status zoe_recent_save(const char *path, zoe_recent *recent, zoe_error *error)
{
    recent->due_ns = ZOE_NEVER;
    merge(path, recent);
    json_t *root = pack(recent);
    char *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(root);
    if (!text)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", path);
    zoe_path_make_folders(path);
    /* Not synchronised with the disk, which would hold up the window every few seconds: it is the
     * program's end that must not leave half a file. */
    zoe_temp_file file;
    zoe_status status = zoe_temp_file_open(&file, path, error);
    if (status == ZOE_OK) {
        int number = write_all(file.fd, text) ? errno : 0;
        status = zoe_temp_file_close(&file, !number, error);
        if (number)
            status = zoe_temp_file_error(path, number, error);
    }
    free(text);
    if (status == ZOE_OK)
        recent->synced_ms = recent->count > 0 ? recent->items[0].when_ms : 0;
    return status;
}

void zoe_recent_changed(zoe_recent *recent, uint64_t now_ns)
{
    uint64_t due = now_ns + ZOE_RECENT_DELAY_S * UINT64_C(1000000000);
    if (due < recent->due_ns)
        recent->due_ns = due;
}

zoe_status zoe_recent_save_due(const char *path, zoe_recent *recent, uint64_t now_ns,
                               zoe_error *error)
{
    return now_ns >= recent->due_ns ? zoe_recent_save(path, recent, error) : ZOE_OK;
}

/* ---- thumbnails ---- */

static void thumbnail_name(const char *spec, char name[THUMBNAIL_NAME + 1])
{
    /* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *spec; spec++)
        hash = (hash ^ (unsigned char)*spec) * UINT64_C(1099511628211);
    snprintf(name, THUMBNAIL_NAME + 1, "%016" PRIx64 ".png", hash);
}

zoe_status zoe_recent_thumbnail(const char *spec, char *path, size_t capacity)
{
    char file[THUMBNAIL_NAME + 1];
    char name[sizeof "thumbnails/" + THUMBNAIL_NAME];
    thumbnail_name(spec, file);
    snprintf(name, sizeof name, "thumbnails/%s", file);
    return zoe_path_xdg("XDG_CACHE_HOME", ".cache", name, path, capacity);
}

static int has_thumbnail(const zoe_recent_item *items, int count, const char *name)
{
    char own[THUMBNAIL_NAME + 1];
    for (int i = 0; i < count; i++) {
        thumbnail_name(items[i].spec, own);
        if (!strcmp(own, name))
            return 1;
    }
    return 0;
}

void zoe_recent_prune_thumbnails(const zoe_recent *recent)
{
    char path[ZOE_PATH_TEXT];
    if (zoe_path_xdg("XDG_CACHE_HOME", ".cache", "thumbnails", path, sizeof path) != ZOE_OK)
        return;
    DIR *folder = opendir(path);
    if (!folder)
        return;
    time_t limit = time(NULL) - DAY_S; /* another program may have made it just now */
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const char *name = entry->d_name;
        struct stat info;
        if (strlen(name) == THUMBNAIL_NAME && strspn(name, "0123456789abcdef") == 16 &&
            !strcmp(name + 16, ".png") && !has_thumbnail(recent->items, recent->count, name) &&
            !has_thumbnail(recent->open, recent->open_count, name) &&
            !fstatat(dirfd(folder), name, &info, AT_SYMLINK_NOFOLLOW) && info.st_mtime < limit)
            unlinkat(dirfd(folder), name, 0);
    }
    closedir(folder);
}
