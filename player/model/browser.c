#include "model/browser.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/browser_job.h"

/* A row before it is asked for. */
typedef struct row {
    size_t index; /* of the folder's entries, then of those below */
    int rank;     /* folders, then others; those without a key last among theirs */
    int64_t key;  /* ascending */
} row;

struct zoe_browser {
    zoe_task_hub *hub;
    zoe_storage *storage; /* shared; NULL: local files only */
    const char *endings;  /* of what is looked for; NULL: sequences */
    zoe_browser_job *job; /* the folder; NULL: none is read */
    uint64_t changes;

    /* as of the last update */
    uint64_t version; /* the job's */
    zoe_browser_state state;
    zoe_error error;
    char path[ZOE_PATH_TEXT];
    char sequence[ZOE_PATH_TEXT];
    const zoe_folder *folder, *below; /* the job's */
    zoe_folder_size *sizes;           /* [measured]; owned */
    size_t measured;

    /* what is shown */
    char filter[ZOE_BROWSER_FILTER];
    zoe_browser_sort sort;
    bool descending;
    row *rows; /* [row_count]; owned */
    size_t row_count;

    /* completing */
    zoe_browser_job *completing; /* NULL: nothing is pending */
    char typed[ZOE_PATH_TEXT];
    zoe_browser_completion completion;
};

/* ---- names ---- */

static int fold(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

/* Whether `text` begins with those `length` bytes. */
static bool begins_with(const char *text, const char *start, size_t length, bool folded)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\0')
            return false;
        if (folded ? fold(text[i]) != fold(start[i]) : text[i] != start[i])
            return false;
    }
    return true;
}

static bool holds(const char *text, const char *word, size_t length)
{
    for (; *text; text++)
        if (begins_with(text, word, length, true))
            return true;
    return false;
}

static bool passes(const char *name, const char *filter)
{
    for (;;) {
        filter += strspn(filter, " ");
        size_t length = strcspn(filter, " ");
        if (length == 0)
            return true;
        if (!holds(name, filter, length))
            return false;
        filter += length;
    }
}

/* ---- rows ---- */

static size_t count_of(const zoe_folder *folder)
{
    return folder ? zoe_folder_count(folder) : 0;
}

static void entry_of(const zoe_browser *browser, size_t index, zoe_folder_entry *entry)
{
    size_t own = count_of(browser->folder);
    if (index < own)
        zoe_folder_entry_at(browser->folder, index, entry);
    else
        zoe_folder_entry_at(browser->below, index - own, entry);
}

static row row_of(const zoe_browser *browser, size_t index, const zoe_folder_entry *entry)
{
    bool is_folder = entry->kind == ZOE_FOLDER_FOLDER;
    bool by_name =
        browser->sort == ZOE_BROWSER_BY_NAME || (browser->sort == ZOE_BROWSER_BY_SIZE && is_folder);
    bool has_key = by_name || index < browser->measured;
    row made = {.index = index, .rank = (is_folder ? 0 : 2) + !has_key};
    if (by_name)
        made.key = (int64_t)index; /* that is their natural order */
    else if (has_key && browser->sort == ZOE_BROWSER_BY_DATE)
        made.key = browser->sizes[index].modified_ns;
    else if (has_key)
        made.key = (int64_t)(browser->sizes[index].bytes >> 1);
    /* The folders keep their order where it is not theirs that was asked for. */
    if (browser->descending && (browser->sort == ZOE_BROWSER_BY_NAME || !by_name))
        made.key = -made.key;
    return made;
}

static int compare_rows(const void *a, const void *b)
{
    const row *x = a;
    const row *y = b;
    if (x->rank != y->rank)
        return x->rank - y->rank;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* A folder that is found below, too: it has a row already. */
static bool is_found_below(const zoe_browser *browser, size_t index, const char *name)
{
    zoe_folder_entry other;
    if (index >= count_of(browser->folder))
        return false;
    for (size_t i = 0; i < count_of(browser->below); i++) {
        if (zoe_folder_entry_at(browser->below, i, &other) == ZOE_OK && !strcmp(other.name, name))
            return true;
    }
    return false;
}

/* Works out which rows there are, and their order. */
static void arrange(zoe_browser *browser)
{
    size_t total = count_of(browser->folder) + count_of(browser->below);
    browser->changes++;
    browser->row_count = 0;
    free(browser->rows);
    browser->rows = malloc((total + 1) * sizeof *browser->rows);
    if (!browser->rows) {
        browser->state = ZOE_BROWSER_FAILED;
        zoe_error_set(&browser->error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", browser->path);
        return;
    }
    for (size_t i = 0; i < total; i++) {
        zoe_folder_entry entry;
        entry_of(browser, i, &entry);
        if (entry.hidden || !passes(entry.name, browser->filter) ||
            is_found_below(browser, i, entry.name))
            continue;
        browser->rows[browser->row_count++] = row_of(browser, i, &entry);
    }
    qsort(browser->rows, browser->row_count, sizeof *browser->rows, compare_rows);
}

size_t zoe_browser_count(const zoe_browser *browser)
{
    return browser->row_count;
}

zoe_status zoe_browser_row_at(const zoe_browser *browser, size_t index, zoe_browser_row *out)
{
    if (index >= browser->row_count || !out)
        return ZOE_ERROR_ARGUMENT;
    size_t at = browser->rows[index].index;
    memset(out, 0, sizeof *out);
    entry_of(browser, at, &out->entry);
    out->is_below = at >= count_of(browser->folder);
    out->is_measured = at < browser->measured;
    if (out->is_measured)
        out->size = browser->sizes[at];
    return ZOE_OK;
}

int64_t zoe_browser_find(const zoe_browser *browser, const char *name)
{
    for (size_t i = 0; i < browser->row_count; i++) {
        zoe_folder_entry entry;
        entry_of(browser, browser->rows[i].index, &entry);
        if (!strcmp(entry.name, name))
            return (int64_t)i;
    }
    return -1;
}

void zoe_browser_filter(zoe_browser *browser, const char *text)
{
    snprintf(browser->filter, sizeof browser->filter, "%s", text);
    arrange(browser);
}

void zoe_browser_sort_by(zoe_browser *browser, zoe_browser_sort sort, int descending)
{
    browser->sort = sort;
    browser->descending = descending;
    arrange(browser);
}

/* ---- completing ---- */

/* What the last name of a text begins with. */
static const char *last_name(const char *text)
{
    const char *slash = strrchr(text, '/');
    return slash ? slash + 1 : text;
}

/* Bytes that both begin with, not ending within a UTF-8 character. */
static size_t common_length(const char *a, const char *b, size_t most)
{
    size_t length = 0;
    while (length < most && a[length] && a[length] == b[length])
        length++;
    while (length > 0 && ((unsigned char)a[length] & 0xC0) == 0x80)
        length--;
    return length;
}

/* Collects the folder's names that begin as typed. Returns how many. */
static size_t collect(zoe_browser *browser, const zoe_folder *folder, bool folded)
{
    zoe_browser_completion *out = &browser->completion;
    const char *start = last_name(browser->typed);
    size_t length = strlen(start);
    zoe_folder_entry entry, first = {0};
    size_t common = 0;
    out->count = 0;
    for (size_t i = 0; zoe_folder_entry_at(folder, i, &entry) == ZOE_OK; i++) {
        if ((entry.hidden && start[0] != '.') || !begins_with(entry.name, start, length, folded))
            continue;
        if (out->count == 0) {
            first = entry;
            common = strlen(entry.name);
        } else {
            common = common_length(first.name, entry.name, common);
        }
        if (out->count < ZOE_BROWSER_CANDIDATES)
            snprintf(out->names[out->count], ZOE_BROWSER_NAME, "%s", entry.name);
        out->count++;
    }
    if (out->count == 0 || common < length)
        return out->count;
    int is_folder = out->count == 1 && first.kind == ZOE_FOLDER_FOLDER;
    char text[ZOE_PATH_TEXT];
    int written = snprintf(text, sizeof text, "%.*s%.*s%s", (int)(start - browser->typed),
                           browser->typed, (int)common, first.name, is_folder ? "/" : "");
    if (written > 0 && (size_t)written < sizeof text)
        strcpy(out->text, text);
    return out->count;
}

/* Ends a completion; folder NULL: there is none. */
static void complete_from(zoe_browser *browser, const zoe_folder *folder)
{
    browser->completion.is_pending = 0;
    browser->completion.count = 0;
    if (folder && !collect(browser, folder, false))
        collect(browser, folder, true);
    browser->changes++;
}

void zoe_browser_complete(zoe_browser *browser, const char *text)
{
    zoe_browser_completion *out = &browser->completion;
    zoe_browser_job_leave(&browser->completing);
    out->is_pending = 0;
    out->count = 0;
    browser->changes++;
    bool is_home = !strcmp(text, "~");
    int length = snprintf(browser->typed, sizeof browser->typed, "%s%s", text, is_home ? "/" : "");
    snprintf(out->text, sizeof out->text, "%s", length > 0 ? browser->typed : "");
    if (length < 0 || (size_t)length >= sizeof browser->typed || zoe_path_is_address(text))
        return;
    char start[ZOE_PATH_TEXT];
    char folder[ZOE_PATH_TEXT];
    snprintf(start, sizeof start, "%.*s", (int)(last_name(browser->typed) - browser->typed),
             browser->typed);
    const char *base = browser->path[0] ? browser->path : NULL;
    if (zoe_path_resolve(start, base, folder) != ZOE_OK)
        return;
    if (browser->folder && !strcmp(folder, browser->path))
        complete_from(browser, browser->folder);
    else if (zoe_browser_job_start(browser->hub, browser->storage, folder, browser->endings, true,
                                   &browser->completing, NULL) == ZOE_OK)
        out->is_pending = 1;
}

const zoe_browser_completion *zoe_browser_completed(const zoe_browser *browser)
{
    return &browser->completion;
}

static int update_completion(zoe_browser *browser)
{
    zoe_browser_job *job = browser->completing;
    if (!job)
        return 0;
    pthread_mutex_lock(&job->lock);
    bool is_over = job->state == ZOE_BROWSER_DONE || job->state == ZOE_BROWSER_FAILED;
    const zoe_folder *folder = job->folder;
    pthread_mutex_unlock(&job->lock);
    if (!is_over)
        return 0;
    complete_from(browser, folder);
    zoe_browser_job_leave(&browser->completing);
    return 1;
}

/* ---- going somewhere ---- */

void zoe_browser_look_for(zoe_browser *browser, const char *endings)
{
    browser->endings = endings;
}

/* Forgets what was read, and tells the thread to end. */
static void forget(zoe_browser *browser)
{
    zoe_browser_job_leave(&browser->job);
    browser->folder = browser->below = NULL;
    free(browser->sizes);
    browser->sizes = NULL;
    browser->measured = 0;
    browser->version = 0;
    browser->sequence[0] = '\0';
    browser->error.status = ZOE_OK;
    browser->error.text[0] = '\0';
    browser->state = ZOE_BROWSER_IDLE;
    arrange(browser);
}

zoe_browser *zoe_browser_create(zoe_browser_notify_fn *notify, void *user)
{
    zoe_browser *browser = calloc(1, sizeof *browser);
    if (!browser)
        return NULL;
    browser->hub = zoe_task_hub_create(notify, user);
    if (!browser->hub) {
        free(browser);
        return NULL;
    }
    return browser;
}

void zoe_browser_read_from(zoe_browser *browser, const zoe_storage *storage)
{
    zoe_storage_close(&browser->storage);
    browser->storage = zoe_storage_share(storage);
}

void zoe_browser_destroy(zoe_browser **browser)
{
    if (!*browser)
        return;
    zoe_browser *gone = *browser;
    zoe_browser_job_leave(&gone->job);
    zoe_browser_job_leave(&gone->completing);
    zoe_task_hub_leave(&gone->hub);
    zoe_storage_close(&gone->storage);
    free(gone->sizes);
    free(gone->rows);
    free(gone);
    *browser = NULL;
}

static zoe_status fail(zoe_browser *browser, const zoe_error *why, zoe_error *error)
{
    browser->state = ZOE_BROWSER_FAILED;
    browser->error = *why;
    if (error)
        *error = *why;
    return why->status;
}

zoe_status zoe_browser_go(zoe_browser *browser, const char *text, zoe_error *error)
{
    zoe_error why = {ZOE_OK, ""};
    char path[ZOE_PATH_TEXT];
    forget(browser);
    browser->filter[0] = '\0';
    zoe_status status = zoe_path_resolve(text, browser->path[0] ? browser->path : NULL, path);
    if (status != ZOE_OK)
        zoe_error_set(&why, status, "%s: %s", text,
                      status == ZOE_ERROR_ARGUMENT ? "the path is too long"
                                                   : "no such folder is known");
    else
        status = zoe_browser_job_start(browser->hub, browser->storage, path, browser->endings,
                                       false, &browser->job, &why);
    if (status != ZOE_OK)
        return fail(browser, &why, error);
    strcpy(browser->path, path);
    browser->state = ZOE_BROWSER_LISTING;
    return ZOE_OK;
}

zoe_status zoe_browser_up(zoe_browser *browser, zoe_error *error)
{
    char parent[ZOE_PATH_TEXT];
    zoe_path_parent(browser->path, parent);
    return zoe_browser_go(browser, parent, error);
}

void zoe_browser_stop(zoe_browser *browser)
{
    zoe_browser_job_leave(&browser->completing);
    browser->completion.is_pending = 0;
    forget(browser);
}

/* ---- taking in ---- */

/* Copies what the job has; its lock is held. */
static void take_in_locked(zoe_browser *browser, const zoe_browser_job *job)
{
    browser->version = job->version;
    browser->state = job->state;
    browser->error = job->error;
    browser->folder = job->folder;
    browser->below = job->below;
    if (job->is_sequence)
        strcpy(browser->sequence, job->path);
    if (!browser->sizes && job->sizes)
        browser->sizes =
            malloc((count_of(job->folder) + count_of(job->below) + 1) * sizeof *browser->sizes);
    if (browser->sizes && job->measured > browser->measured) {
        memcpy(browser->sizes + browser->measured, job->sizes + browser->measured,
               (job->measured - browser->measured) * sizeof *browser->sizes);
        browser->measured = job->measured;
    }
}

int zoe_browser_update(zoe_browser *browser)
{
    int changed = update_completion(browser);
    zoe_browser_job *job = browser->job;
    if (!job)
        return changed;
    pthread_mutex_lock(&job->lock);
    bool is_newer = job->version != browser->version;
    if (is_newer)
        take_in_locked(browser, job);
    pthread_mutex_unlock(&job->lock);
    if (!is_newer)
        return changed;
    if (browser->folder) {
        int length =
            snprintf(browser->path, sizeof browser->path, "%s", zoe_folder_path(browser->folder));
        if (length < 0)
            browser->path[0] = '\0';
    }
    arrange(browser);
    return 1;
}

/* ---- asking ---- */

uint64_t zoe_browser_changes(const zoe_browser *browser)
{
    return browser->changes;
}

zoe_browser_state zoe_browser_state_now(const zoe_browser *browser)
{
    return browser->state;
}

const char *zoe_browser_path(const zoe_browser *browser)
{
    return browser->path;
}

const char *zoe_browser_sequence(const zoe_browser *browser)
{
    return browser->sequence;
}

const zoe_error *zoe_browser_error(const zoe_browser *browser)
{
    return &browser->error;
}

uint64_t zoe_browser_progress(const zoe_browser *browser)
{
    return browser->job ? atomic_load_explicit(&browser->job->progress, memory_order_relaxed) : 0;
}

int zoe_browser_is_cut(const zoe_browser *browser)
{
    return browser->below && zoe_folder_is_cut(browser->below);
}
