#include "storage/storage.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/os_thread.h"
#include "base/settings.h"
#include "base/url.h"

enum { FOLDERS = 8, LOOK_SECONDS = 10 };

/* Where a folder was when its file system was looked at last. */
typedef struct looked_at {
    char *folder; /* NULL: none */
    uint64_t looked_ns;
    bool is_network;
} looked_at;

struct zoe_storage {
    /* fixed after creation */
    zoe_storage_settings settings; /* its texts are owned */

    atomic_uint holds; /* how many zoe_storage_close() are to come */

    pthread_mutex_t folders_lock;
    /* guarded by folders_lock */
    looked_at folders[FOLDERS];
    int next_folder; /* whose place is taken next */

    pthread_mutex_t lock; /* held while the remote store is made */
    /* guarded by lock until it is true, fixed from then on */
    atomic_bool has_remote; /* release after `remote` was written, acquired before it is read */
    zoe_store remote;
};

/* ---- beginning and end ---- */

void zoe_storage_settings_init(zoe_storage_settings *settings)
{
    memset(settings, 0, sizeof *settings);
    settings->size = sizeof *settings;
    settings->log_level = ZOE_LOG_WARNING;
}

enum { TEXTS = 5 };

/* The settings' texts. */
static void find_texts(zoe_storage_settings *settings, const char **texts[TEXTS])
{
    texts[0] = &settings->disk_cache;
    texts[1] = &settings->ca_file;
    texts[2] = &settings->s3_endpoint;
    texts[3] = &settings->s3_region;
    texts[4] = &settings->s3_profile;
}

static bool own_texts(zoe_storage_settings *settings)
{
    const char **texts[TEXTS];
    bool good = true;
    find_texts(settings, texts);
    for (int i = 0; i < TEXTS; i++) {
        const char *given = *texts[i];
        *texts[i] = zoe_os_strdup(given);
        good = good && (!given || *texts[i]);
    }
    return good;
}

static void destroy(zoe_storage *storage)
{
    const char **texts[TEXTS];
    if (storage->has_remote && storage->remote.destroy)
        storage->remote.destroy(storage->remote.user);
    find_texts(&storage->settings, texts);
    for (int i = 0; i < TEXTS; i++)
        zoe_os_free((char *)(uintptr_t)*texts[i]);
    for (int i = 0; i < FOLDERS; i++)
        zoe_os_free(storage->folders[i].folder);
    pthread_mutex_destroy(&storage->folders_lock);
    pthread_mutex_destroy(&storage->lock);
    zoe_os_free(storage);
}

static bool init_locks(zoe_storage *storage)
{
    if (pthread_mutex_init(&storage->lock, NULL))
        return false;
    if (pthread_mutex_init(&storage->folders_lock, NULL) == 0)
        return true;
    pthread_mutex_destroy(&storage->lock);
    return false;
}

zoe_status zoe_storage_create(const zoe_storage_settings *given, zoe_storage **storage,
                              zoe_error *error)
{
    zoe_storage_settings settings;
    if (!storage)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "making a storage: invalid argument");
    *storage = NULL;
    zoe_storage_settings_init(&settings);
    zoe_status status =
        zoe_settings_copy(&settings, sizeof settings, given, "zoe_storage_settings_init", error);
    if (status != ZOE_OK)
        return status;
    if (settings.disk_cache_for < ZOE_DISK_CACHE_AUTO ||
        settings.disk_cache_for > ZOE_DISK_CACHE_REMOTE)
        return zoe_error_set(error, ZOE_ERROR_ARGUMENT, "disk_cache_for %d is none of 0, 1, 2",
                             settings.disk_cache_for);
    zoe_storage *made = zoe_os_alloc(sizeof *made);
    if (!made || !init_locks(made)) {
        zoe_os_free(made);
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory for a storage");
    }
    atomic_init(&made->holds, 1);
    made->settings = settings;
    if (!own_texts(&made->settings)) {
        destroy(made);
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "no memory for a storage");
    }
    *storage = made;
    return ZOE_OK;
}

zoe_status zoe_storage_create_with(const zoe_store *remote, zoe_storage **storage)
{
    zoe_status status = zoe_storage_create(NULL, storage, NULL);
    if (status != ZOE_OK)
        return status;
    (*storage)->settings.disk_cache_for = ZOE_DISK_CACHE_REMOTE;
    (*storage)->remote = *remote;
    (*storage)->has_remote = true;
    return ZOE_OK;
}

zoe_storage *zoe_storage_share(const zoe_storage *storage)
{
    /* The count alone changes of what is constant for everybody else. */
    union {
        const zoe_storage *fixed;
        zoe_storage *shared;
    } same = {.fixed = storage};
    if (storage)
        atomic_fetch_add_explicit(&same.shared->holds, 1, memory_order_relaxed);
    return same.shared;
}

void zoe_storage_close(zoe_storage **storage)
{
    if (!storage || !*storage)
        return;
    if (atomic_fetch_sub_explicit(&(*storage)->holds, 1, memory_order_acq_rel) == 1)
        destroy(*storage);
    *storage = NULL;
}

/* ---- paths ---- */

int zoe_storage_is_url(const char *path)
{
    return path && zoe_is_url(path);
}

int zoe_storage_is_network(const char *path)
{
    return path && !zoe_is_url(path) && zoe_os_path_is_network(path);
}

void zoe_storage_text(const char *path, char *text, size_t capacity)
{
    /* Cut last: half of a password is not to be seen either. */
    char whole[ZOE_PATH_MAX];
    snprintf(whole, sizeof whole, "%s", path);
    if (zoe_is_url(whole))
        zoe_url_hide_secrets(whole);
    snprintf(text, capacity, "%s", whole);
}

/* ---- who does it ---- */

/* The remote store, made when it is first needed; NULL: see *error. */
static const zoe_store *remote_store(zoe_storage *storage, zoe_error *error)
{
    if (atomic_load_explicit(&storage->has_remote, memory_order_acquire))
        return &storage->remote;
    pthread_mutex_lock(&storage->lock);
    bool made = storage->has_remote ||
                zoe_remote_create(&storage->settings, &storage->remote, error) == ZOE_OK;
    if (made && !storage->has_remote)
        storage->remote.asker =
            (zoe_stop_asker){storage->settings.cancel, storage->settings.cancel_user};
    atomic_store_explicit(&storage->has_remote, made, memory_order_release);
    pthread_mutex_unlock(&storage->lock);
    return made ? &storage->remote : NULL;
}

/* Whether the settings say it without a look at the file system: then *is_far is set. */
static bool is_decided(const zoe_storage *storage, const char *path, bool *is_far)
{
    const zoe_storage_settings *settings = &storage->settings;
    bool is_off = settings->disk_cache && !*settings->disk_cache;
    bool is_url = zoe_storage_is_url(path);
    *is_far = is_url || (!is_off && settings->disk_cache_for == ZOE_DISK_CACHE_ALL);
    return is_url || is_off || settings->disk_cache_for != ZOE_DISK_CACHE_AUTO;
}

bool zoe_storage_is_far(zoe_storage *storage, const char *path)
{
    bool is_far = false;
    return storage && (is_decided(storage, path, &is_far) ? is_far : zoe_os_path_is_network(path));
}

static looked_at *find_folder(zoe_storage *storage, const char *path, size_t length)
{
    for (int i = 0; i < FOLDERS; i++) {
        looked_at *f = &storage->folders[i];
        if (f->folder && strncmp(f->folder, path, length) == 0 && !f->folder[length])
            return f;
    }
    return NULL;
}

static void note_folder(zoe_storage *storage, const char *folder, uint64_t now_ns, bool is_network)
{
    pthread_mutex_lock(&storage->folders_lock);
    looked_at *f = find_folder(storage, folder, strlen(folder));
    if (!f) {
        f = &storage->folders[storage->next_folder];
        storage->next_folder = (storage->next_folder + 1) % FOLDERS;
        zoe_os_free(f->folder);
        f->folder = zoe_os_strdup(folder);
    }
    f->looked_ns = now_ns;
    f->is_network = is_network;
    pthread_mutex_unlock(&storage->folders_lock);
}

/* As zoe_storage_is_far() of a file's folder, which is not looked at for every file. */
static bool is_file_far(zoe_storage *storage, const char *path)
{
    bool is_far = false;
    if (!storage || is_decided(storage, path, &is_far))
        return is_far;
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) + 1 : 0;
    uint64_t now_ns = zoe_os_now_ns();
    pthread_mutex_lock(&storage->folders_lock);
    const looked_at *f = find_folder(storage, path, length);
    bool is_known = f && now_ns - f->looked_ns < (uint64_t)LOOK_SECONDS * 1000000000;
    is_far = is_known && f->is_network;
    pthread_mutex_unlock(&storage->folders_lock);
    if (is_known)
        return is_far;
    char folder[ZOE_PATH_MAX];
    if (length >= sizeof folder)
        return false;
    memcpy(folder, path, length);
    folder[length] = '\0';
    is_far = zoe_os_path_is_network(length ? folder : ".");
    note_folder(storage, folder, now_ns, is_far);
    return is_far;
}

/* Who opens and reads what is at a path; NULL: see *error. */
static const zoe_store *store_of(zoe_storage *storage, const char *path, zoe_error *error)
{
    if (!zoe_storage_is_url(path) && !is_file_far(storage, path))
        return zoe_local_store();
    zoe_error why;
    zoe_error_set(&why, ZOE_ERROR_UNSUPPORTED, "URLs are not read here");
    const zoe_store *store = storage ? remote_store(storage, &why) : NULL;
    if (!store && !zoe_storage_is_url(path))
        return zoe_local_store();
    if (!store)
        zoe_error_set(error, why.status, "%s: %s", path, why.text);
    return store;
}

zoe_status zoe_storage_check(zoe_storage *storage, const char *path, zoe_error *error)
{
    zoe_error why = {.status = ZOE_OK};
    if (store_of(storage, path, &why))
        return ZOE_OK;
    return zoe_error_set(error, why.status, "%s", why.text);
}

/* ---- the contract ---- */

zoe_status zoe_storage_list(zoe_storage *storage, const char *folder, zoe_os_name_fn *each,
                            void *each_user, zoe_error *error)
{
    /* Folders of files are not kept on disk. */
    if (!zoe_storage_is_url(folder))
        return zoe_local_store()->list(NULL, folder, each, each_user, error);
    zoe_status status = zoe_storage_check(storage, folder, error);
    if (status != ZOE_OK)
        return status;
    const zoe_store *store = &storage->remote;
    const zoe_stop_asker *before = zoe_stop_enter_asker(&store->asker);
    status = store->list(store->user, folder, each, each_user, error);
    zoe_stop_enter_asker(before);
    return status;
}

zoe_status zoe_storage_open(zoe_storage *storage, const char *path, zoe_storage_object *object,
                            zoe_error *error)
{
    *object = (zoe_storage_object){.fd = -1};
    zoe_error why = {.status = ZOE_OK};
    const zoe_store *store = store_of(storage, path, &why);
    if (!store)
        return zoe_error_set(error, why.status, "%s", why.text);
    const zoe_stop_asker *before = zoe_stop_enter_asker(&store->asker);
    zoe_status status = store->open(store->user, path, object, error);
    zoe_stop_enter_asker(before);
    if (status != ZOE_OK)
        *object = (zoe_storage_object){.fd = -1};
    else if (store != zoe_local_store())
        object->store = store;
    return status;
}

zoe_status zoe_storage_identify(zoe_storage *storage, const char *path, uint64_t since_ns,
                                zoe_os_file_id *id)
{
    const zoe_store *store = store_of(storage, path, NULL);
    if (!store)
        return ZOE_ERROR_UNSUPPORTED;
    const zoe_stop_asker *before = zoe_stop_enter_asker(&store->asker);
    zoe_status status = store->identify(store->user, path, since_ns, id);
    zoe_stop_enter_asker(before);
    return status;
}

void zoe_storage_ask(zoe_storage *storage, const char *path, uint64_t since_ns)
{
    const zoe_store *store = store_of(storage, path, NULL);
    if (store && store->ask)
        store->ask(store->user, path, since_ns);
}

void zoe_storage_announce(zoe_storage *storage, const char *path)
{
    const zoe_store *store = store_of(storage, path, NULL);
    if (store)
        store->announce(store->user, path);
}

zoe_storage_object zoe_storage_adopt(int fd, const zoe_os_file_id *id)
{
    return (zoe_storage_object){.id = *id, .fd = fd};
}

static const zoe_store *store_of_object(const zoe_storage_object *object)
{
    return object->store ? object->store : zoe_local_store();
}

int64_t zoe_storage_read(const zoe_storage_object *object, void *buffer, size_t bytes,
                         uint64_t offset, zoe_error *error)
{
    const zoe_store *store = object->fd >= 0 ? zoe_local_store() : store_of_object(object);
    if (store == zoe_local_store())
        return store->read(store->user, object, buffer, bytes, offset, error);
    const zoe_stop_asker *before = zoe_stop_enter_asker(&store->asker);
    int64_t got = store->read(store->user, object, buffer, bytes, offset, error);
    zoe_stop_enter_asker(before);
    return got;
}

bool zoe_storage_is_same(const zoe_storage_object *object)
{
    const zoe_store *store = store_of_object(object);
    zoe_os_file_id now;
    return store->identify_object(store->user, object, &now) &&
           zoe_os_file_id_equal(&now, &object->id);
}

void zoe_storage_close_object(zoe_storage_object *object)
{
    const zoe_store *store = store_of_object(object);
    store->close(store->user, object);
    *object = (zoe_storage_object){.id = object->id, .fd = -1};
}

/* ---- ahead ---- */

bool zoe_storage_attach(zoe_storage *storage, const zoe_storage_demand *demand)
{
    const zoe_store *store = storage ? remote_store(storage, NULL) : NULL;
    return store && store->attach && store->attach(store->user, demand);
}

/* The remote store if it was made, else NULL. */
static const zoe_store *made_store(const zoe_storage *storage)
{
    return storage && atomic_load_explicit(&storage->has_remote, memory_order_acquire)
               ? &storage->remote
               : NULL;
}

void zoe_storage_detach(zoe_storage *storage)
{
    const zoe_store *store = made_store(storage);
    if (store && store->detach)
        store->detach(store->user);
}

void zoe_storage_wake(zoe_storage *storage)
{
    const zoe_store *store = made_store(storage);
    if (store && store->wake)
        store->wake(store->user);
}

void zoe_storage_get_stats(const zoe_storage *storage, zoe_storage_stats *stats)
{
    memset(stats, 0, sizeof *stats);
    const zoe_store *store = made_store(storage);
    if (store && store->stats)
        store->stats(store->user, stats);
}
