#include "support/fake_storage.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"

enum { HOST = 12, FETCHES_MAX = 16, PATHS_MAX = 512 }; /* HOST: strlen("http://fake/") */

typedef struct fetch {
    bool under_way;
    zoe_demand_token token;
    char path[ZOE_PATH_MAX];
} fetch;

struct fake_storage {
    char folder[512];
    zoe_storage *storage;

    pthread_mutex_t lock;
    pthread_cond_t change;
    /* guarded by lock */
    zoe_status list_status, status;
    char refused[128];
    int64_t may_arrive;
    int at_once;
    uint64_t disk, memory, each;
    fake_storage_counts counts;
    char order[1 << 16];
    char arrived[PATHS_MAX][128];
    fetch fetches[FETCHES_MAX];
    const zoe_storage_demand *demand; /* NULL: none */
    bool ends, woken, is_calling;
    pthread_t thread;
};

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "fake storage: %s\n", what);
    abort();
}

/* ---- reading ---- */

static void local_path(const fake_storage *fake, const char *path, char local[ZOE_PATH_MAX])
{
    check(strncmp(path, "http://fake", HOST - 1) == 0, path);
    snprintf(local, ZOE_PATH_MAX, "%s%.*s", fake->folder, (int)strcspn(path + HOST - 1, "?"),
             path + HOST - 1);
}

static zoe_status list(void *user, const char *folder, zoe_os_name_fn *each, void *each_user,
                       zoe_error *error)
{
    fake_storage *fake = user;
    char local[ZOE_PATH_MAX];
    local_path(fake, folder, local);
    pthread_mutex_lock(&fake->lock);
    zoe_status status = fake->list_status;
    pthread_mutex_unlock(&fake->lock);
    if (status == ZOE_OK)
        status = zoe_os_folder_list(local, each, each_user);
    return status == ZOE_OK
               ? status
               : zoe_error_set(error, status, "%s: no list: %s", folder, zoe_status_text(status));
}

static zoe_status refusal_locked(fake_storage *fake, const char *path)
{
    return fake->refused[0] && strstr(path, fake->refused) ? fake->status : ZOE_OK;
}

static bool has_arrived_locked(const fake_storage *fake, const char *path)
{
    for (int i = 0; i < PATHS_MAX; i++)
        if (strcmp(fake->arrived[i], path + HOST) == 0)
            return true;
    return false;
}

static zoe_status open_object(void *user, const char *path, zoe_storage_object *object,
                              zoe_error *error)
{
    fake_storage *fake = user;
    char local[ZOE_PATH_MAX];
    local_path(fake, path, local);
    pthread_mutex_lock(&fake->lock);
    zoe_status status = refusal_locked(fake, path);
    fake->counts.opened_far += !has_arrived_locked(fake, path);
    pthread_mutex_unlock(&fake->lock);
    if (status != ZOE_OK)
        return zoe_error_set(error, status, "%s: %s", path, zoe_status_text(status));
    int fd = -1;
    status = zoe_os_file_open(local, &fd, &object->id, error);
    if (status != ZOE_OK)
        return status;
    int *handle = malloc(sizeof *handle);
    check(handle != NULL, "no memory");
    *handle = fd;
    object->handle = handle;
    return ZOE_OK;
}

static int64_t read_object(void *user, const zoe_storage_object *object, void *buffer, size_t bytes,
                           uint64_t offset, zoe_error *error)
{
    fake_storage *fake = user;
    int64_t got = zoe_os_file_read(*(int *)object->handle, buffer, bytes, offset);
    if (got < 0)
        zoe_error_set(error, ZOE_ERROR_IO, "http://fake: the connection was reset");
    pthread_mutex_lock(&fake->lock);
    fake->counts.bytes_read += got > 0 ? got : 0;
    pthread_mutex_unlock(&fake->lock);
    return got;
}

static zoe_status identify(void *user, const char *path, uint64_t since_ns, zoe_os_file_id *id)
{
    (void)since_ns;
    fake_storage *fake = user;
    char local[ZOE_PATH_MAX];
    pthread_mutex_lock(&fake->lock);
    fake->counts.identified++;
    zoe_status status = refusal_locked(fake, path);
    pthread_mutex_unlock(&fake->lock);
    if (status != ZOE_OK)
        return status;
    local_path(fake, path, local);
    return zoe_os_path_identify(local, id) ? ZOE_OK : ZOE_ERROR_NOT_FOUND;
}

static bool identify_object(void *user, const zoe_storage_object *object, zoe_os_file_id *id)
{
    (void)user;
    *id = object->id;
    return true;
}

static void announce(void *user, const char *path)
{
    (void)user;
    (void)path;
}

static void close_object(void *user, zoe_storage_object *object)
{
    (void)user;
    zoe_os_file_close(*(int *)object->handle);
    free(object->handle);
}

/* ---- fetching ahead ---- */

static fetch *free_fetch_locked(fake_storage *fake)
{
    for (int i = 0; i < fake->at_once; i++)
        if (!fake->fetches[i].under_way)
            return &fake->fetches[i];
    return NULL;
}

/* Asks for the next, without the lock. */
static bool ask_locked(fake_storage *fake)
{
    fetch *f = free_fetch_locked(fake);
    if (!f || !fake->demand)
        return false;
    const zoe_storage_demand *demand = fake->demand;
    fake->is_calling = true;
    pthread_mutex_unlock(&fake->lock);
    bool any = demand->next(demand->user, f->path, sizeof f->path, &f->token);
    pthread_mutex_lock(&fake->lock);
    fake->is_calling = false;
    pthread_cond_broadcast(&fake->change);
    if (!any)
        return false;
    f->under_way = true;
    fake->counts.asked++;
    size_t length = strlen(fake->order);
    snprintf(fake->order + length, sizeof fake->order - length, "%s ", f->path + HOST);
    return true;
}

static void end_locked(fake_storage *fake, fetch *f, zoe_status status)
{
    const zoe_storage_demand *demand = fake->demand;
    char local[ZOE_PATH_MAX];
    zoe_os_file_id id = {0, 0, 0};
    zoe_error error = {.status = ZOE_OK};
    local_path(fake, f->path, local);
    if (status == ZOE_OK && !zoe_os_path_identify(local, &id))
        status = ZOE_ERROR_NOT_FOUND;
    if (status == ZOE_OK && !has_arrived_locked(fake, f->path)) {
        int i = 0;
        while (fake->arrived[i][0])
            check(++i < PATHS_MAX, "too many objects");
        snprintf(fake->arrived[i], sizeof fake->arrived[i], "%s", f->path + HOST);
    }
    if (status == ZOE_STALE)
        fake->counts.cancelled++;
    else
        fake->counts.arrived++;
    id.bytes = fake->each;
    zoe_error_set(&error, status, "%s: %s", f->path, zoe_status_text(status));
    zoe_demand_token token = f->token;
    f->under_way = false;
    fake->is_calling = true;
    pthread_mutex_unlock(&fake->lock);
    demand->arrived(demand->user, token, status, &id, &error);
    pthread_mutex_lock(&fake->lock);
    fake->is_calling = false;
    pthread_cond_broadcast(&fake->change);
}

/* Ends what may end; true: something did. */
static bool settle_locked(fake_storage *fake)
{
    for (int i = 0; i < FETCHES_MAX; i++) {
        fetch *f = &fake->fetches[i];
        if (!f->under_way)
            continue;
        const zoe_storage_demand *demand = fake->demand;
        zoe_demand_token token = f->token;
        fake->is_calling = true;
        pthread_mutex_unlock(&fake->lock);
        bool wanted = demand->is_wanted(demand->user, token);
        pthread_mutex_lock(&fake->lock);
        fake->is_calling = false;
        if (!wanted || fake->counts.arrived < fake->may_arrive) {
            end_locked(fake, f, wanted ? refusal_locked(fake, f->path) : ZOE_STALE);
            return true;
        }
    }
    return false;
}

static void *run(void *user)
{
    fake_storage *fake = user;
    pthread_mutex_lock(&fake->lock);
    while (!fake->ends) {
        fake->woken = false;
        if (fake->demand && (settle_locked(fake) || ask_locked(fake)))
            continue;
        pthread_cond_broadcast(&fake->change);
        while (!fake->woken && !fake->ends)
            pthread_cond_wait(&fake->change, &fake->lock);
    }
    pthread_mutex_unlock(&fake->lock);
    return NULL;
}

static void wake_locked(fake_storage *fake)
{
    fake->woken = true;
    pthread_cond_broadcast(&fake->change);
}

static bool attach(void *user, const zoe_storage_demand *demand)
{
    fake_storage *fake = user;
    pthread_mutex_lock(&fake->lock);
    bool is_free = !fake->demand;
    if (is_free)
        fake->demand = demand;
    wake_locked(fake);
    pthread_mutex_unlock(&fake->lock);
    return is_free;
}

static void detach(void *user)
{
    fake_storage *fake = user;
    pthread_mutex_lock(&fake->lock);
    while (fake->is_calling)
        pthread_cond_wait(&fake->change, &fake->lock);
    for (int i = 0; i < FETCHES_MAX; i++)
        if (fake->fetches[i].under_way)
            end_locked(fake, &fake->fetches[i], ZOE_STALE);
    fake->demand = NULL;
    pthread_mutex_unlock(&fake->lock);
}

static void wake(void *user)
{
    fake_storage *fake = user;
    pthread_mutex_lock(&fake->lock);
    wake_locked(fake);
    pthread_mutex_unlock(&fake->lock);
}

static void stats(void *user, zoe_storage_stats *stats)
{
    fake_storage *fake = user;
    pthread_mutex_lock(&fake->lock);
    stats->disk_limit_bytes = fake->disk;
    stats->memory_limit_bytes = fake->memory;
    pthread_mutex_unlock(&fake->lock);
}

/* ---- for tests ---- */

fake_storage *fake_storage_create(const char *folder)
{
    fake_storage *fake = calloc(1, sizeof *fake);
    check(fake != NULL, "no memory");
    snprintf(fake->folder, sizeof fake->folder, "%s", folder);
    fake->may_arrive = INT64_MAX;
    fake->at_once = 2;
    fake->disk = (uint64_t)1 << 30;
    fake->memory = 1 << 20;
    fake->each = 1000;
    pthread_mutex_init(&fake->lock, NULL);
    pthread_cond_init(&fake->change, NULL);
    const zoe_store store = {.user = fake,
                             .list = list,
                             .open = open_object,
                             .read = read_object,
                             .identify = identify,
                             .identify_object = identify_object,
                             .announce = announce,
                             .close = close_object,
                             .attach = attach,
                             .detach = detach,
                             .wake = wake,
                             .stats = stats};
    check(zoe_storage_create_with(&store, &fake->storage) == ZOE_OK, "no storage");
    check(pthread_create(&fake->thread, NULL, run, fake) == 0, "no thread");
    return fake;
}

zoe_storage *fake_storage_storage(fake_storage *fake)
{
    return fake->storage;
}

void fake_storage_destroy(fake_storage *fake)
{
    pthread_mutex_lock(&fake->lock);
    fake->ends = true;
    wake_locked(fake);
    pthread_mutex_unlock(&fake->lock);
    pthread_join(fake->thread, NULL);
    zoe_storage_close(&fake->storage);
    pthread_cond_destroy(&fake->change);
    pthread_mutex_destroy(&fake->lock);
    free(fake);
}

void fake_storage_refuse_list(fake_storage *fake, zoe_status status)
{
    pthread_mutex_lock(&fake->lock);
    fake->list_status = status;
    pthread_mutex_unlock(&fake->lock);
}

void fake_storage_refuse(fake_storage *fake, const char *text, zoe_status status)
{
    pthread_mutex_lock(&fake->lock);
    snprintf(fake->refused, sizeof fake->refused, "%s", text);
    fake->status = status;
    pthread_mutex_unlock(&fake->lock);
}

void fake_storage_let_arrive(fake_storage *fake, int64_t count)
{
    pthread_mutex_lock(&fake->lock);
    fake->may_arrive = count;
    wake_locked(fake);
    pthread_mutex_unlock(&fake->lock);
}

void fake_storage_fetch_at_once(fake_storage *fake, int count)
{
    pthread_mutex_lock(&fake->lock);
    fake->at_once = count;
    wake_locked(fake);
    pthread_mutex_unlock(&fake->lock);
}

void fake_storage_set_room(fake_storage *fake, uint64_t disk, uint64_t memory, uint64_t each)
{
    pthread_mutex_lock(&fake->lock);
    fake->disk = disk;
    fake->memory = memory;
    fake->each = each;
    pthread_mutex_unlock(&fake->lock);
}

fake_storage_counts fake_storage_count(fake_storage *fake)
{
    pthread_mutex_lock(&fake->lock);
    fake_storage_counts counts = fake->counts;
    pthread_mutex_unlock(&fake->lock);
    return counts;
}

void fake_storage_order(fake_storage *fake, char *text, size_t capacity)
{
    pthread_mutex_lock(&fake->lock);
    snprintf(text, capacity, "%s", fake->order);
    pthread_mutex_unlock(&fake->lock);
}

void fake_storage_wait(fake_storage *fake, int64_t asked, int64_t arrived)
{
    for (int i = 0; i < 120000; i++) {
        /* Whoever asked has been told, too. */
        pthread_mutex_lock(&fake->lock);
        bool done =
            fake->counts.asked >= asked && fake->counts.arrived >= arrived && !fake->is_calling;
        pthread_mutex_unlock(&fake->lock);
        if (done)
            return;
        zoe_os_sleep(1);
    }
    fprintf(stderr, "asked: %s\n", fake->order);
    check(false, "what was waited for did not come");
}
