#include "support/fake_origin.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_thread.h"

enum { THREADS = 4, PIECE = 65536 };

typedef struct object {
    uint64_t version, bytes;
    zoe_status failure;
    unsigned failures;
} object;

struct fake_origin {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    /* guarded by lock */
    object objects[FAKE_OBJECTS];
    zoe_origin_request *first, **end;
    bool is_unreachable, is_whole_only, is_ending;
    unsigned held_from;
    uint32_t latency_ms;
    fake_counts counts;
    zoe_os_thread *threads[THREADS];
};

static uint8_t table[PIECE + 256]; /* filled before there are threads */

static void fill_table(void)
{
    for (size_t i = 0; i < sizeof table; i++)
        table[i] = (uint8_t)(i * 2654435761u >> 11);
}

void fake_origin_fill(unsigned n, uint64_t version, uint64_t offset, uint8_t *data, size_t bytes)
{
    /* Whole pieces are copied from a table that is shifted: quick, under sanitizers too. */
    for (size_t done = 0; done < bytes;) {
        uint64_t at = offset + done;
        size_t from = (size_t)(at % PIECE);
        size_t count = bytes - done < PIECE - from ? bytes - done : PIECE - from;
        memcpy(data + done, table + from + (at / PIECE * 31 + n * 101 + version * 57) % 256, count);
        done += count;
    }
}

static bool answer(fake_origin *f, zoe_origin_request *r)
{
    unsigned n = 0;
    pthread_mutex_lock(&f->lock);
    bool is_other = sscanf(r->path, "http://other/%u", &n) == 1;
    bool is_unreachable = f->is_unreachable && !is_other;
    bool known = (is_other || sscanf(r->path, "http://fake/%u", &n) == 1) && n < FAKE_OBJECTS;
    object *o = &f->objects[known ? n : 0];
    uint64_t version = o->version, all = o->bytes;
    r->is_unreachable = is_unreachable;
    r->is_whole_only = f->is_whole_only;
    r->status = is_unreachable ? ZOE_ERROR_IO : known ? ZOE_OK : ZOE_ERROR_NOT_FOUND;
    if (r->status == ZOE_OK && o->failures > 0) {
        o->failures--;
        r->status = o->failure;
    }
    uint32_t latency = f->latency_ms;
    pthread_mutex_unlock(&f->lock);
    if (latency)
        zoe_os_sleep(latency);
    if (r->status == ZOE_OK && r->expected && r->expected->id.inode != version)
        r->status = ZOE_ERROR_CHANGED;
    if (r->status != ZOE_OK) {
        zoe_error_set(&r->error, r->status, "%s: fake", r->path);
        return false;
    }
    r->id = (zoe_os_file_id){.inode = version, .bytes = all};
    snprintf(r->etag, sizeof r->etag, "\"v%d\"", (int)version);
    uint64_t left = r->offset < all ? all - r->offset : 0;
    r->received = left < r->bytes ? (size_t)left : r->bytes;
    fake_origin_fill(n, version, r->offset, r->buffer, r->received);
    return true;
}

/* The link to the first that is not held, which links to NULL where there is none. */
static zoe_origin_request **find_let_go(fake_origin *f)
{
    zoe_origin_request **at = &f->first;
    unsigned n = 0;
    while (*at && !f->is_ending && sscanf(strrchr((*at)->path, '/'), "/%u", &n) == 1 &&
           n >= f->held_from)
        at = (zoe_origin_request **)(void *)&(*at)->handle;
    return at;
}

static void take_out(fake_origin *f, zoe_origin_request **at)
{
    zoe_origin_request *r = *at;
    *at = r->handle;
    if (f->end == (zoe_origin_request **)(void *)&r->handle)
        f->end = at;
}

static void run(void *arg)
{
    fake_origin *f = arg;
    pthread_mutex_lock(&f->lock);
    for (;;) {
        zoe_origin_request **at;
        while (!*(at = find_let_go(f)) && !f->is_ending)
            pthread_cond_wait(&f->wake, &f->lock);
        zoe_origin_request *r = *at;
        if (!r)
            break;
        take_out(f, at);
        bool is_ending = f->is_ending;
        pthread_mutex_unlock(&f->lock);
        if (is_ending)
            r->status = ZOE_STALE;
        else
            answer(f, r);
        uint64_t bytes = r->received;
        pthread_mutex_lock(&f->lock);
        f->counts.requests++;
        f->counts.waiting--;
        f->counts.bytes += bytes;
        pthread_mutex_unlock(&f->lock);
        r->done(r);
        pthread_mutex_lock(&f->lock);
    }
    pthread_mutex_unlock(&f->lock);
}

static void submit(void *user, zoe_origin_request *r)
{
    fake_origin *f = user;
    pthread_mutex_lock(&f->lock);
    r->handle = NULL;
    *f->end = r;
    f->end = (zoe_origin_request **)(void *)&r->handle;
    f->counts.waiting++;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
}

static void cancel(void *user, zoe_origin_request *r)
{
    fake_origin *f = user;
    pthread_mutex_lock(&f->lock);
    zoe_origin_request **at = &f->first;
    while (*at && *at != r)
        at = (zoe_origin_request **)(void *)&(*at)->handle;
    bool found = *at == r;
    if (found) {
        take_out(f, at);
        f->counts.cancelled++;
        f->counts.waiting--;
    }
    pthread_mutex_unlock(&f->lock);
    if (found) {
        r->status = ZOE_STALE;
        r->done(r);
    }
}

static zoe_status list(void *user, const char *folder, zoe_os_name_fn *each, void *each_user,
                       zoe_error *error)
{
    fake_origin *f = user;
    pthread_mutex_lock(&f->lock);
    bool unreachable = f->is_unreachable;
    pthread_mutex_unlock(&f->lock);
    if (unreachable)
        return zoe_error_set(error, ZOE_ERROR_IO, "%s: fake", folder);
    for (unsigned i = 0; i < FAKE_OBJECTS; i++) {
        char name[16];
        snprintf(name, sizeof name, "%u", i);
        if (!each(each_user, name, ZOE_OS_NAME_FILE))
            break;
    }
    return ZOE_OK;
}

static void destroy(void *user)
{
    fake_origin *f = user;
    pthread_mutex_lock(&f->lock);
    f->is_ending = true;
    pthread_cond_broadcast(&f->wake);
    pthread_mutex_unlock(&f->lock);
    for (int i = 0; i < THREADS; i++)
        zoe_os_thread_join(&f->threads[i]);
}

fake_origin *fake_origin_make(uint64_t bytes, zoe_origin *origin)
{
    fake_origin *f = calloc(1, sizeof *f);
    if (!f)
        abort();
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->wake, NULL);
    fill_table();
    f->end = &f->first;
    f->held_from = UINT_MAX;
    for (unsigned i = 0; i < FAKE_OBJECTS; i++)
        f->objects[i] = (object){.version = 1, .bytes = bytes};
    for (int i = 0; i < THREADS; i++)
        if (zoe_os_thread_start(&f->threads[i], run, f) != ZOE_OK)
            abort();
    *origin = (zoe_origin){
        .user = f, .submit = submit, .cancel = cancel, .list = list, .destroy = destroy};
    return f;
}

void fake_origin_free(fake_origin *f)
{
    if (!f)
        return;
    pthread_cond_destroy(&f->wake);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

/* ---- what it is told ---- */

void fake_origin_set_version(fake_origin *f, unsigned n, uint64_t version)
{
    pthread_mutex_lock(&f->lock);
    f->objects[n].version = version;
    pthread_mutex_unlock(&f->lock);
}

void fake_origin_set_bytes(fake_origin *f, unsigned n, uint64_t bytes)
{
    pthread_mutex_lock(&f->lock);
    f->objects[n].bytes = bytes;
    pthread_mutex_unlock(&f->lock);
}

void fake_origin_fail(fake_origin *f, unsigned n, zoe_status status, unsigned times)
{
    pthread_mutex_lock(&f->lock);
    f->objects[n].failure = status;
    f->objects[n].failures = status == ZOE_OK ? 0 : times;
    pthread_mutex_unlock(&f->lock);
}

static void set(fake_origin *f, bool *what, bool value)
{
    pthread_mutex_lock(&f->lock);
    *what = value;
    pthread_cond_broadcast(&f->wake);
    pthread_mutex_unlock(&f->lock);
}

void fake_origin_set_unreachable(fake_origin *f, bool unreachable)
{
    set(f, &f->is_unreachable, unreachable);
}

void fake_origin_set_whole_only(fake_origin *f, bool whole_only)
{
    set(f, &f->is_whole_only, whole_only);
}

void fake_origin_hold(fake_origin *f, bool hold)
{
    fake_origin_hold_from(f, hold ? 0 : UINT_MAX);
}

void fake_origin_hold_from(fake_origin *f, unsigned n)
{
    pthread_mutex_lock(&f->lock);
    f->held_from = n;
    pthread_cond_broadcast(&f->wake);
    pthread_mutex_unlock(&f->lock);
}

void fake_origin_set_latency(fake_origin *f, uint32_t milliseconds)
{
    pthread_mutex_lock(&f->lock);
    f->latency_ms = milliseconds;
    pthread_mutex_unlock(&f->lock);
}

fake_counts fake_origin_counts(fake_origin *f)
{
    pthread_mutex_lock(&f->lock);
    fake_counts counts = f->counts;
    pthread_mutex_unlock(&f->lock);
    return counts;
}
