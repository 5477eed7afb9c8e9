#define _POSIX_C_SOURCE 200809L /* strncasecmp */

/* A folder's entries. The scan that they were made of is kept: it knows the files of each. */
#include <zoetrope/folder.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/os.h"
#include "sequence/groups.h"
#include "sequence/natural.h"
#include "sequence/pattern.h"
#include "sequence/naming.h"
#include "sequence/scan.h"
#include "storage/storage.h"

enum { LIST_FIRST = 16 };

/* Paths on the heap, each owned. */
typedef struct path_list {
    char **paths;
    size_t count, capacity;
} path_list;

typedef struct entry {
    zoe_folder_entry said;       /* its path is owned, its name points into that */
    const zoe_scan_class *class; /* the scan's; NULL for folders */
    int padding;
} entry;

struct zoe_folder {
    char *path;
    entry *entries; /* [count] */
    size_t count;
    zoe_scan scan;
    int is_cut;
};

/* Work under way. */
typedef struct work {
    zoe_storage *storage;
    const char *path; /* of the folder that is read now */
    zoe_folder_cancel_fn *cancel;
    void *user;
    zoe_scan *scan;      /* NULL: it is enough to know whether there is an EXR file */
    const char *endings; /* files with these are collected, and others are not; NULL: EXR files */
    path_list folders, files;
    int64_t names;
    bool with_hidden;
    bool follows_links;
    bool ends_at_exr; /* the first EXR file's name is the last that is read */
    bool has_exr;
    bool cancelled, out_of_memory;
    zoe_error error; /* of the folder that was read last */
} work;

static bool is_cancelled(zoe_folder_cancel_fn *cancel, void *user)
{
    return cancel && cancel(user);
}

/* ---- lists of paths ---- */

/* Takes the path over, also on failure; false when memory is out, as for a NULL path. */
static bool add_path(path_list *list, char *path)
{
    if (path && list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : LIST_FIRST;
        char **paths = zoe_os_alloc(capacity * sizeof *paths);
        if (paths) {
            if (list->count)
                memcpy(paths, list->paths, list->count * sizeof *paths);
            zoe_os_free(list->paths);
            list->paths = paths;
            list->capacity = capacity;
        }
    }
    if (!path || list->count == list->capacity) {
        zoe_os_free(path);
        return false;
    }
    list->paths[list->count++] = path;
    return true;
}

static void shorten(path_list *list, size_t count)
{
    while (list->count > count)
        zoe_os_free(list->paths[--list->count]);
}

static void free_list(path_list *list)
{
    shorten(list, 0);
    zoe_os_free(list->paths);
    memset(list, 0, sizeof *list);
}

static int compare_paths(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;
    return zoe_natural_compare(*x, *y);
}

/* Sorts what was added since the list had `from` paths. */
static void sort_from(path_list *list, size_t from)
{
    if (list->count > from)
        qsort(list->paths + from, list->count - from, sizeof *list->paths, compare_paths);
}

/* ---- reading a folder ---- */

/* Whether a name is a folder's. A look at what it names is taken only where the system does not say
 * and the name is not a frame's: a folder of links to frames costs no look at each. */
static bool is_folder(const work *w, const char *path, const char *name, zoe_os_name_kind kind)
{
    if (kind == ZOE_OS_NAME_FOLDER || kind == ZOE_OS_NAME_FILE)
        return kind == ZOE_OS_NAME_FOLDER;
    if (kind == ZOE_OS_NAME_LINK && !w->follows_links)
        return false;
    bool answer = false;
    return !zoe_is_exr_name(name, strlen(name)) &&
           zoe_os_path_look(path, &answer, NULL) == ZOE_OK && answer;
}

static bool has_ending(const char *name, const char *endings)
{
    size_t length = strlen(name);
    for (; *endings; endings += strspn(endings, " ")) {
        size_t size = strcspn(endings, " ");
        if (length > size && !strncasecmp(name + length - size, endings, size))
            return true;
        endings += size;
    }
    return false;
}

static bool read_name(void *user, const char *name, zoe_os_name_kind kind)
{
    static const zoe_scan_query query = {.with_hidden = true};
    work *w = user;
    w->names++;
    w->cancelled = is_cancelled(w->cancel, w->user);
    if (w->cancelled)
        return false;
    if (name[0] == '.' && !w->with_hidden)
        return true;
    if (kind != ZOE_OS_NAME_FILE) {
        char *path = zoe_folder_join(w->path, name);
        if (path && is_folder(w, path, name, kind)) {
            w->out_of_memory = !add_path(&w->folders, path);
            return !w->out_of_memory;
        }
        w->out_of_memory = !path;
        zoe_os_free(path);
        if (w->out_of_memory)
            return false;
    }
    if (w->endings) {
        w->out_of_memory =
            has_ending(name, w->endings) && !add_path(&w->files, zoe_folder_join(w->path, name));
        return !w->out_of_memory;
    }
    if (w->scan) {
        w->out_of_memory = !zoe_scan_add(w->scan, &query, name);
        return !w->out_of_memory;
    }
    w->has_exr = w->has_exr || zoe_is_exr_name(name, strlen(name));
    return !w->has_exr || !w->ends_at_exr;
}

static zoe_status read_folder(work *w, const char *path)
{
    w->path = path;
    w->has_exr = false;
    if (is_cancelled(w->cancel, w->user))
        return ZOE_STALE;
    zoe_status status = zoe_storage_list(w->storage, path, read_name, w, &w->error);
    if (w->cancelled)
        return ZOE_STALE;
    return w->out_of_memory ? ZOE_ERROR_NO_MEMORY : status;
}

static zoe_status complain(zoe_status status, const char *path, zoe_error *error)
{
    if (status == ZOE_STALE)
        return zoe_error_set(error, status, "%s: reading the folder was cancelled", path);
    return zoe_error_set(error, status, "%s: cannot read the folder: %s", path,
                         zoe_status_text(status));
}

/* ---- entries ---- */

/* Which of its class's files an entry has. */
static zoe_selection selection_of(int padding, const zoe_folder_entry *said)
{
    return (zoe_selection){
        .padding = padding, .has_range = true, .first = said->first, .last = said->last, .step = 1};
}

/* Sets the number of gaps. */
static bool count_gaps(const zoe_scan_class *class, int padding, zoe_folder_entry *said)
{
    zoe_selection selection = selection_of(padding, said);
    size_t count;
    int64_t *numbers = zoe_sorted_numbers(class, &selection, &count);
    if (!numbers)
        return false;
    int64_t distinct = 0;
    for (size_t i = 0; i < count; i++)
        distinct += i == 0 || numbers[i] != numbers[i - 1];
    zoe_os_free(numbers);
    said->gaps = said->last - said->first + 1 - distinct;
    return true;
}

/* The path of the only file of a group. NULL when memory is out. */
static char *single_path(const char *folder, const zoe_scan_class *class, int padding)
{
    zoe_selection selection = {.padding = padding};
    for (size_t i = 0; i < class->count; i++) {
        if (!zoe_is_selected(&selection, &class->files[i]))
            continue;
        size_t capacity = strlen(class->prefix) + strlen(class->suffix) + ZOE_DIGITS_MAX + 2;
        char *name = zoe_os_alloc(capacity);
        char *path = NULL;
        if (name && zoe_write_file_name(name, capacity, class, &class->files[i]))
            path = zoe_folder_join(folder, name);
        zoe_os_free(name);
        return path;
    }
    return NULL;
}

/* The part of a path behind the folder's. */
static const char *name_in(const zoe_folder *folder, const char *path)
{
    size_t length = strlen(folder->path);
    return path + length + (folder->path[length - 1] != '/');
}

static void set_path(const zoe_folder *folder, entry *at, char *path)
{
    at->said.path = path;
    at->said.name = name_in(folder, path);
    at->said.hidden = at->said.name[0] == '.';
}

/* Makes an entry of a group, whose pattern it takes over. */
static bool take_group(zoe_folder *folder, zoe_group *group)
{
    entry *at = &folder->entries[folder->count++];
    at->class = group->class;
    at->padding = group->padding;
    at->said.kind = group->group.files > 1 ? ZOE_FOLDER_SEQUENCE : ZOE_FOLDER_FILE;
    at->said.first = group->group.first;
    at->said.last = group->group.last;
    at->said.files = group->group.files;
    set_path(folder, at, (char *)(uintptr_t)group->group.pattern);
    group->group.pattern = NULL;
    if (at->said.kind == ZOE_FOLDER_SEQUENCE)
        return count_gaps(at->class, at->padding, &at->said);
    char *path = single_path(folder->path, at->class, at->padding);
    if (!path)
        return false;
    zoe_os_free((char *)(uintptr_t)at->said.path);
    set_path(folder, at, path);
    return true;
}

static int compare_entries(const void *a, const void *b)
{
    const entry *x = a;
    const entry *y = b;
    return zoe_natural_compare(x->said.path, y->said.path);
}

/* Makes the entries of folders and single files, whose paths they take over. */
static bool make_file_entries(zoe_folder *folder, path_list *folders, path_list *files)
{
    folder->entries = zoe_os_alloc((folders->count + files->count + 1) * sizeof *folder->entries);
    if (!folder->entries)
        return false;
    for (size_t i = 0; i < folders->count + files->count; i++) {
        bool is_file = i >= folders->count;
        char **path = is_file ? &files->paths[i - folders->count] : &folders->paths[i];
        entry *at = &folder->entries[folder->count++];
        at->said.kind = is_file ? ZOE_FOLDER_FILE : ZOE_FOLDER_FOLDER;
        at->said.files = is_file;
        set_path(folder, at, *path);
        *path = NULL;
    }
    return true;
}

/* Makes the entries of folders, whose paths they take over, and of the scan's groups. */
static bool make_entries(zoe_folder *folder, path_list *folders)
{
    zoe_group *groups = NULL;
    size_t group_count = 0;
    bool good = zoe_groups_list(folder->path, &folder->scan, &groups, &group_count) == ZOE_OK;
    size_t total = folders->count + group_count;
    folder->entries = zoe_os_alloc((total + 1) * sizeof *folder->entries);
    good = good && folder->entries;
    for (size_t i = 0; good && i < folders->count; i++) {
        set_path(folder, &folder->entries[folder->count++], folders->paths[i]);
        folders->paths[i] = NULL;
    }
    for (size_t i = 0; good && i < group_count; i++)
        good = take_group(folder, &groups[i]);
    /* Single files no longer go by their patterns. */
    if (good)
        qsort(folder->entries + folders->count, group_count, sizeof *folder->entries,
              compare_entries);
    zoe_groups_free(groups, group_count);
    return good;
}

/* ---- listing and searching ---- */

/* A folder without entries; NULL when memory is out. */
static zoe_folder *make_folder(const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    zoe_folder *folder = zoe_os_alloc(sizeof *folder);
    if (!folder)
        return NULL;
    folder->path = zoe_os_strndup(path, length);
    if (!folder->path)
        zoe_folder_close(&folder);
    return folder;
}

static zoe_status list(zoe_folder *folder, work *w)
{
    w->scan = &folder->scan;
    w->with_hidden = true;
    w->follows_links = true;
    zoe_status status = read_folder(w, folder->path);
    if (status != ZOE_OK)
        return status;
    sort_from(&w->folders, 0);
    sort_from(&w->files, 0);
    bool good = w->endings ? make_file_entries(folder, &w->folders, &w->files)
                           : make_entries(folder, &w->folders);
    return good ? ZOE_OK : ZOE_ERROR_NO_MEMORY;
}

/*
 * Reads the folders of one depth, queue[from..to), and queues theirs behind them. What has EXR
 * files goes to `found`.
 */
static zoe_status search_depth(zoe_folder *folder, work *w, size_t from, size_t to,
                               path_list *found)
{
    for (size_t i = from; i < to; i++) {
        if (i >= ZOE_FOLDER_SEARCH_FOLDERS || w->names >= ZOE_FOLDER_SEARCH_NAMES ||
            found->count >= ZOE_FOLDER_SEARCH_FOUND) {
            folder->is_cut = 1;
            return ZOE_OK;
        }
        size_t before = w->folders.count;
        zoe_status status = read_folder(w, w->folders.paths[i]);
        if (status == ZOE_STALE || status == ZOE_ERROR_NO_MEMORY)
            return status;
        if (w->has_exr) {
            shorten(&w->folders, before);
            if (!add_path(found, zoe_os_strdup(w->folders.paths[i])))
                return ZOE_ERROR_NO_MEMORY;
        }
        sort_from(&w->folders, before);
    }
    return ZOE_OK;
}

static zoe_status search(zoe_folder *folder, work *w)
{
    path_list found = {0};
    zoe_status status = read_folder(w, folder->path);
    w->ends_at_exr = true;
    sort_from(&w->folders, 0);
    size_t from = 0;
    for (int depth = 0; status == ZOE_OK && !folder->is_cut && from < w->folders.count; depth++) {
        if (depth == ZOE_FOLDER_SEARCH_DEPTH) {
            folder->is_cut = 1;
            break;
        }
        size_t to = w->folders.count;
        status = search_depth(folder, w, from, to, &found);
        from = to;
    }
    if (status == ZOE_OK) {
        sort_from(&found, 0);
        status = make_entries(folder, &found) ? ZOE_OK : ZOE_ERROR_NO_MEMORY;
    }
    free_list(&found);
    return status;
}

static zoe_status begin(const char *path, zoe_storage *storage, const char *endings,
                        zoe_folder_cancel_fn *cancel, void *user, zoe_folder **folder,
                        zoe_error *error, zoe_status (*body)(zoe_folder *, work *))
{
    if (folder)
        *folder = NULL;
    if (!folder || !path || !path[0])
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "no folder is given");
    zoe_folder *made = make_folder(path);
    if (!made)
        return complain(ZOE_ERROR_NO_MEMORY, path, error);
    work w = {.storage = storage, .endings = endings, .cancel = cancel, .user = user};
    zoe_status status = body(made, &w);
    free_list(&w.folders);
    free_list(&w.files);
    if (status != ZOE_OK) {
        zoe_folder_close(&made);
        if (status == w.error.status)
            return zoe_error_set(error, status, "%s", w.error.text);
        return complain(status, path, error);
    }
    *folder = made;
    return ZOE_OK;
}

zoe_status zoe_folder_list(const char *path, zoe_storage *storage, zoe_folder_cancel_fn *cancel,
                           void *user, zoe_folder **folder, zoe_error *error)
{
    return begin(path, storage, NULL, cancel, user, folder, error, list);
}

zoe_status zoe_folder_list_files(const char *path, const char *endings,
                                 zoe_folder_cancel_fn *cancel, void *user, zoe_folder **folder,
                                 zoe_error *error)
{
    return begin(path, NULL, endings ? endings : "", cancel, user, folder, error, list);
}

zoe_status zoe_folder_search(const char *path, zoe_storage *storage, zoe_folder_cancel_fn *cancel,
                             void *user, zoe_folder **folder, zoe_error *error)
{
    return begin(path, storage, NULL, cancel, user, folder, error, search);
}

int zoe_folder_is_cut(const zoe_folder *folder)
{
    return folder->is_cut;
}

void zoe_folder_close(zoe_folder **folder)
{
    if (!folder || !*folder)
        return;
    zoe_folder *closed = *folder;
    for (size_t i = 0; i < closed->count; i++)
        zoe_os_free((char *)(uintptr_t)closed->entries[i].said.path);
    zoe_os_free(closed->entries);
    zoe_scan_free(&closed->scan);
    zoe_os_free(closed->path);
    zoe_os_free(closed);
    *folder = NULL;
}

/* ---- asking ---- */

const char *zoe_folder_path(const zoe_folder *folder)
{
    return folder->path;
}

size_t zoe_folder_count(const zoe_folder *folder)
{
    return folder->count;
}

zoe_status zoe_folder_entry_at(const zoe_folder *folder, size_t index, zoe_folder_entry *out)
{
    if (index >= folder->count || !out)
        return ZOE_ERROR_ARGUMENT;
    *out = folder->entries[index].said;
    return ZOE_OK;
}

static void add_file(const char *path, zoe_folder_size *sum)
{
    zoe_os_file_id id;
    if (!zoe_os_path_identify(path, &id))
        return;
    sum->bytes += id.bytes;
    if (id.modified_ns > sum->modified_ns)
        sum->modified_ns = id.modified_ns;
}

zoe_status zoe_folder_measure(const zoe_folder *folder, size_t index, zoe_folder_cancel_fn *cancel,
                              void *user, zoe_folder_size *size)
{
    if (index >= folder->count || !size)
        return ZOE_ERROR_ARGUMENT;
    if (zoe_storage_is_url(folder->path))
        return ZOE_ERROR_UNSUPPORTED;
    const entry *at = &folder->entries[index];
    zoe_folder_size sum = {0};
    if (!at->class) {
        if (is_cancelled(cancel, user))
            return ZOE_STALE;
        add_file(at->said.path, &sum);
        size->bytes = at->said.kind == ZOE_FOLDER_FOLDER ? 0 : sum.bytes;
        size->modified_ns = sum.modified_ns;
        return ZOE_OK;
    }
    char path[ZOE_PATH_MAX];
    size_t length = (size_t)(at->said.name - at->said.path);
    if (length >= sizeof path)
        return ZOE_ERROR_ARGUMENT;
    memcpy(path, at->said.path, length);
    zoe_selection selection = selection_of(at->padding, &at->said);
    for (size_t i = 0; i < at->class->count; i++) {
        const zoe_numeral *file = &at->class->files[i];
        if (!zoe_is_selected(&selection, file))
            continue;
        if (is_cancelled(cancel, user))
            return ZOE_STALE;
        if (zoe_write_file_name(path + length, sizeof path - length, at->class, file))
            add_file(path, &sum);
    }
    *size = sum;
    return ZOE_OK;
}
