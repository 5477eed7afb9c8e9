#include "sequence/scan.h"

#include <string.h>

#include "base/hash.h"
#include "base/os.h"
#include "storage/storage.h"

enum { TABLE_FIRST = 64, ELEMENTS_FIRST = 16 };

/* Names are what strangers made them: the hash is one that they cannot foretell. */
static uint64_t hash_of(const char *prefix, size_t prefix_length, const char *suffix)
{
    return zoe_hash(prefix, prefix_length) * 3 + zoe_hash(suffix, strlen(suffix));
}

static bool is_class(const zoe_scan_class *class, const char *prefix, size_t prefix_length,
                     const char *suffix)
{
    return strncmp(class->prefix, prefix, prefix_length) == 0 &&
           class->prefix[prefix_length] == '\0' && strcmp(class->suffix, suffix) == 0;
}

/* The table's slot for a class: its own, or the free one where it belongs. */
static size_t slot_of(const zoe_scan *scan, const char *prefix, size_t prefix_length,
                      const char *suffix)
{
    size_t mask = scan->table_size - 1;
    size_t slot = (size_t)hash_of(prefix, prefix_length, suffix) & mask;
    while (scan->table[slot] &&
           !is_class(&scan->classes[scan->table[slot] - 1], prefix, prefix_length, suffix))
        slot = (slot + 1) & mask;
    return slot;
}

static bool grow_table(zoe_scan *scan)
{
    size_t size = scan->table_size ? scan->table_size * 2 : TABLE_FIRST;
    uint32_t *table = zoe_os_alloc(size * sizeof *table);
    if (!table)
        return false;
    zoe_os_free(scan->table);
    scan->table = table;
    scan->table_size = size;
    for (size_t i = 0; i < scan->count; i++) {
        const zoe_scan_class *class = &scan->classes[i];
        size_t slot = slot_of(scan, class->prefix, strlen(class->prefix), class->suffix);
        scan->table[slot] = (uint32_t)i + 1;
    }
    return true;
}

/* A larger copy of an array of `count` elements, in place of the old one; NULL when memory is
 * out. */
static void *grow(void *old, size_t count, size_t size, size_t *capacity)
{
    size_t larger = *capacity ? *capacity * 2 : ELEMENTS_FIRST;
    void *array = zoe_os_alloc(larger * size);
    if (!array)
        return NULL;
    if (count)
        memcpy(array, old, count * size);
    zoe_os_free(old);
    *capacity = larger;
    return array;
}

/* The class, made if need be; NULL when memory is out. */
static zoe_scan_class *class_of(zoe_scan *scan, const char *prefix, size_t prefix_length,
                                const char *suffix, bool is_numbered)
{
    /* Most folders hold their files in runs of one class. */
    if (scan->last < scan->count &&
        is_class(&scan->classes[scan->last], prefix, prefix_length, suffix))
        return &scan->classes[scan->last];
    if (scan->count * 2 >= scan->table_size && !grow_table(scan))
        return NULL;
    size_t slot = slot_of(scan, prefix, prefix_length, suffix);
    if (scan->table[slot]) {
        scan->last = scan->table[slot] - 1;
        return &scan->classes[scan->last];
    }
    if (scan->count == scan->capacity) {
        zoe_scan_class *classes =
            grow(scan->classes, scan->count, sizeof *classes, &scan->capacity);
        if (!classes)
            return NULL;
        scan->classes = classes;
    }
    zoe_scan_class *class = &scan->classes[scan->count];
    memset(class, 0, sizeof *class);
    class->is_numbered = is_numbered;
    class->prefix = zoe_os_strndup(prefix, prefix_length);
    class->suffix = zoe_os_strdup(suffix);
    if (!class->prefix || !class->suffix) {
        zoe_os_free(class->prefix);
        zoe_os_free(class->suffix);
        return NULL;
    }
    scan->last = scan->count++;
    scan->table[slot] = (uint32_t)scan->count;
    return class;
}

static bool add_file(zoe_scan_class *class, const zoe_numeral *numeral)
{
    if (class->count == class->capacity) {
        zoe_numeral *files = grow(class->files, class->count, sizeof *files, &class->capacity);
        if (!files)
            return false;
        class->files = files;
    }
    class->files[class->count++] = *numeral;
    return true;
}

static bool classify(zoe_scan *scan, const char *name, size_t length)
{
    zoe_frame_name frame;
    if (!zoe_frame_name_parse(name, length, &frame)) {
        zoe_numeral numeral = {.value = 0, .width = 1, .ext_case = 0};
        zoe_scan_class *class = class_of(scan, name, length, "", false);
        return class && add_file(class, &numeral);
    }
    char suffix[512];
    size_t suffix_length = length - frame.suffix_start;
    if (suffix_length >= sizeof suffix)
        return true; /* longer than any file system's names */
    memcpy(suffix, name + frame.suffix_start, suffix_length - 4);
    memcpy(suffix + suffix_length - 4, ".exr", 5);
    zoe_scan_class *class = class_of(scan, name, frame.prefix_length, suffix, true);
    return class && add_file(class, &frame.numeral);
}

bool zoe_scan_add(zoe_scan *scan, const zoe_scan_query *query, const char *name)
{
    size_t length = strlen(name);
    bool is_asked_for = query->name && strcmp(name, query->name) == 0;
    if (is_asked_for)
        scan->name_seen = true;
    if (!zoe_is_exr_name(name, length))
        return true;
    if (query->suffix) {
        for (int i = 0; i < 2; i++) {
            zoe_numeral numeral;
            if (query->prefix[i] &&
                zoe_frame_name_match(name, length, query->prefix[i], query->prefix_length[i],
                                     query->suffix, &numeral) &&
                !add_file(&scan->picked[i], &numeral))
                return false;
        }
    }
    bool with_hidden = query->with_hidden || (query->name && query->name[0] == '.');
    return (name[0] == '.' && !with_hidden) || classify(scan, name, length);
}

/* A scan under way. */
typedef struct reading {
    zoe_scan *scan;
    const zoe_scan_query *query;
    bool out_of_memory;
} reading;

static bool read_name(void *user, const char *name, zoe_os_name_kind kind)
{
    reading *r = user;
    if (kind == ZOE_OS_NAME_FOLDER)
        return true;
    r->out_of_memory = !zoe_scan_add(r->scan, r->query, name);
    return !r->out_of_memory;
}

zoe_status zoe_scan_folder(zoe_storage *storage, const char *folder, const zoe_scan_query *query,
                           zoe_scan *scan, zoe_error *error)
{
    memset(scan, 0, sizeof *scan);
    reading r = {.scan = scan, .query = query};
    zoe_status status = zoe_storage_list(storage, folder, read_name, &r, error);
    if (r.out_of_memory)
        status = zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: cannot read the folder: %s", folder,
                               zoe_status_text(ZOE_ERROR_NO_MEMORY));
    return status;
}

bool zoe_scan_pretend(zoe_scan *scan, const zoe_numeral *numeral)
{
    return add_file(&scan->picked[0], numeral);
}

void zoe_scan_free(zoe_scan *scan)
{
    for (size_t i = 0; i < scan->count; i++) {
        zoe_os_free(scan->classes[i].prefix);
        zoe_os_free(scan->classes[i].suffix);
        zoe_os_free(scan->classes[i].files);
    }
    zoe_os_free(scan->classes);
    zoe_os_free(scan->table);
    for (int i = 0; i < 2; i++)
        zoe_os_free(scan->picked[i].files);
    memset(scan, 0, sizeof *scan);
}

const zoe_scan_class *zoe_scan_find(const zoe_scan *scan, const char *prefix, size_t prefix_length,
                                    const char *suffix)
{
    if (!scan->table)
        return NULL;
    size_t slot = slot_of(scan, prefix, prefix_length, suffix);
    return scan->table[slot] ? &scan->classes[scan->table[slot] - 1] : NULL;
}

/* Which paddings leading zeros prove, by width. */
static void proven_paddings(const zoe_scan_class *class, bool proven[ZOE_DIGITS_MAX + 2])
{
    bool widths[ZOE_DIGITS_MAX + 2] = {false};
    for (size_t i = 0; i < class->count; i++) {
        const zoe_numeral *file = &class->files[i];
        if (file->value < 0)
            continue;
        widths[file->width] = true;
        if (zoe_has_leading_zero(file))
            proven[file->width] = true;
    }
    /* -005 may stand beside 0005 or beside 005. */
    for (size_t i = 0; i < class->count; i++) {
        const zoe_numeral *file = &class->files[i];
        if (file->value >= 0 || !zoe_has_leading_zero(file))
            continue;
        int width = file->width;
        if (proven[width] || proven[width + 1])
            continue;
        bool like_printf = widths[width + 1] && !widths[width] && width < ZOE_DIGITS_MAX;
        proven[like_printf ? width + 1 : width] = true;
    }
}

int zoe_scan_paddings(const zoe_scan_class *class, int paddings[ZOE_DIGITS_MAX])
{
    bool proven[ZOE_DIGITS_MAX + 2] = {false};
    proven_paddings(class, proven);
    int smallest = ZOE_DIGITS_MAX + 1;
    for (int width = ZOE_DIGITS_MAX; width >= 1; width--)
        if (proven[width])
            smallest = width;
    /* The shortest number that fits no proven padding. What fits any of them fits the smallest. */
    int rest = ZOE_DIGITS_MAX + 1;
    for (size_t i = 0; i < class->count; i++) {
        const zoe_numeral *file = &class->files[i];
        bool fits = smallest <= ZOE_DIGITS_MAX && zoe_fits_padding(file, smallest);
        if (!fits && !zoe_has_leading_zero(file) && file->width < rest)
            rest = file->width;
    }
    int count = 0;
    for (int width = 1; width <= ZOE_DIGITS_MAX; width++)
        if (proven[width] || width == rest)
            paddings[count++] = width;
    return count;
}
