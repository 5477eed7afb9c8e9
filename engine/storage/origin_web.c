#include "storage/origin_web.h"

#include <pthread.h>
#include <stdio.h>

#include "base/os_memory.h"
#include "base/os_thread.h"
#include "storage/address.h"
#include "storage/http.h"
#include "storage/http_list.h"
#include "storage/s3.h"

typedef struct web {
    /* fixed after creation */
    zoe_http *http;
    zoe_storage_settings settings; /* those of S3; texts are owned */
    char *endpoint, *region, *profile;
    uint64_t nonce; /* of this process; tells objects that say nothing of their version */

    pthread_mutex_t lock; /* held while S3's settings are read */
    /* guarded by lock; fixed once it is not NULL */
    zoe_s3 *s3;

    pthread_mutex_t calls_lock; /* taken before the transport's */
    /* guarded by calls_lock: those on their way, so that who cancels finds them alive or not */
    struct call *calls;
} web;

/* One request on its way; `handle` of the origin's. */
typedef struct call {
    struct call *previous, *next;
    web *owner;
    zoe_origin_request *asked;
    char *url;
    zoe_http_request request;
} call;

/* ---- S3 ---- */

/* NULL: see *error. */
static const zoe_s3 *s3_of(web *w, zoe_error *error)
{
    pthread_mutex_lock(&w->lock);
    if (!w->s3) {
        const zoe_s3_settings settings = {
            .endpoint = w->endpoint,
            .region = w->region,
            .profile = w->profile,
            .is_path_style = w->settings.s3_path_style > 0,
            .is_host_style = w->settings.s3_path_style < 0,
            .is_anonymous = w->settings.s3_anonymous != 0,
        };
        zoe_s3_create(&settings, &w->s3, error);
    }
    const zoe_s3 *s3 = w->s3;
    pthread_mutex_unlock(&w->lock);
    return s3;
}

/* ---- identity ---- */

/* FNV-1a: the same in every process and on every machine. */
static uint64_t hash_text(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
    return hash;
}

static void take_identity(const web *w, const zoe_http_request *r, zoe_origin_request *asked)
{
    snprintf(asked->etag, sizeof asked->etag, "%s", r->etag_now);
    snprintf(asked->modified, sizeof asked->modified, "%s", r->last_modified_now);
    const char *says = *r->etag_now ? r->etag_now : r->last_modified_now;
    asked->id = (zoe_os_file_id){.inode = *says ? hash_text(says) : w->nonce, .bytes = r->total};
}

/* ---- requests ---- */

/* With the lock up to the end: who cancels finds a request that the transport has. */
static void hand_over(web *w, call *c)
{
    pthread_mutex_lock(&w->calls_lock);
    c->next = w->calls;
    if (c->next)
        c->next->previous = c;
    w->calls = c;
    c->asked->handle = c;
    zoe_http_submit(w->http, &c->request);
    pthread_mutex_unlock(&w->calls_lock);
}

static void strike(web *w, call *c)
{
    pthread_mutex_lock(&w->calls_lock);
    if (c->asked->handle == c) {
        *(c->previous ? &c->previous->next : &w->calls) = c->next;
        if (c->next)
            c->next->previous = c->previous;
        c->asked->handle = NULL;
    }
    pthread_mutex_unlock(&w->calls_lock);
}

static void finish(call *c, zoe_status status)
{
    zoe_origin_request *asked = c->asked;
    strike(c->owner, c);
    asked->status = status;
    zoe_os_free(c->url);
    zoe_os_free(c);
    asked->done(asked);
}

static void call_done(zoe_http_request *r)
{
    call *c = r->user;
    zoe_origin_request *asked = c->asked;
    zoe_status status = r->status;
    asked->error = r->error;
    asked->is_unreachable = r->is_unreachable;
    asked->is_whole_only = r->has_no_ranges;
    asked->received = r->received;
    /* Without a length the object's end tells it. */
    if (status == ZOE_OK && r->total == ZOE_HTTP_UNKNOWN && r->received < asked->bytes)
        r->total = asked->offset + r->received;
    if (status == ZOE_OK && r->total == ZOE_HTTP_UNKNOWN) {
        char text[512];
        zoe_storage_text(asked->path, text, sizeof text);
        status = zoe_error_set(&asked->error, ZOE_ERROR_UNSUPPORTED,
                               "%s: the server does not say how large it is", text);
    }
    if (status == ZOE_OK)
        take_identity(c->owner, r, asked);
    finish(c, status);
}

/* Fills in url and signing. */
static zoe_status address(web *w, call *c, zoe_error *error)
{
    const char *path = c->asked->path;
    if (!zoe_s3_is_path(path)) {
        c->url = zoe_address_encode(path);
        return c->url ? ZOE_OK
                      : zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s",
                                      zoe_status_text(ZOE_ERROR_NO_MEMORY));
    }
    zoe_error why = {.status = ZOE_OK};
    const zoe_s3 *s3 = s3_of(w, &why);
    if (!s3)
        return zoe_error_set(error, why.status, "%s", why.text);
    c->request.signing = zoe_s3_signing(s3);
    return zoe_s3_object_url(s3, path, &c->url, error);
}

static void submit(void *user, zoe_origin_request *asked)
{
    web *w = user;
    call *c = zoe_os_alloc(sizeof *c);
    if (!c) {
        asked->status = zoe_error_set(&asked->error, ZOE_ERROR_NO_MEMORY, "%s",
                                      zoe_status_text(ZOE_ERROR_NO_MEMORY));
        asked->done(asked);
        return;
    }
    c->owner = w;
    c->asked = asked;
    zoe_status status = address(w, c, &asked->error);
    if (status != ZOE_OK) {
        finish(c, status);
        return;
    }
    c->request.method = ZOE_HTTP_GET;
    c->request.url = c->url;
    c->request.name = asked->path;
    c->request.offset = asked->offset;
    c->request.bytes = asked->bytes;
    c->request.buffer = asked->buffer;
    c->request.capacity = asked->bytes;
    c->request.is_urgent = asked->is_urgent;
    c->request.done = call_done;
    c->request.user = c;
    if (asked->expected) {
        c->request.etag = asked->expected->etag;
        c->request.last_modified = asked->expected->modified;
    }
    hand_over(w, c);
}

static void cancel(void *user, zoe_origin_request *asked)
{
    web *w = user;
    pthread_mutex_lock(&w->calls_lock);
    call *c = asked->handle;
    if (c)
        zoe_http_cancel(w->http, &c->request);
    pthread_mutex_unlock(&w->calls_lock);
}

static zoe_status list(void *user, const char *folder, zoe_os_name_fn *each, void *each_user,
                       zoe_error *error)
{
    web *w = user;
    const zoe_s3 *s3 = NULL;
    if (zoe_s3_is_path(folder) && !(s3 = s3_of(w, error)))
        return error ? error->status : ZOE_ERROR_IO;
    return zoe_http_list(w->http, s3, folder, each, each_user, NULL, error);
}

static void add_stats(void *user, zoe_storage_stats *stats)
{
    web *w = user;
    zoe_http_stats now;
    zoe_http_stats_now(w->http, &now);
    stats->network_bytes += now.bytes;
    stats->requests += now.requests;
    stats->requests_waiting += now.waiting;
    stats->retries += now.retries;
}

/* ---- beginning and end ---- */

static void destroy(void *user)
{
    web *w = user;
    zoe_http_destroy(&w->http);
    zoe_s3_destroy(&w->s3);
    zoe_os_free(w->endpoint);
    zoe_os_free(w->region);
    zoe_os_free(w->profile);
    pthread_mutex_destroy(&w->calls_lock);
    pthread_mutex_destroy(&w->lock);
    zoe_os_free(w);
}

static bool own(char **to, const char *text)
{
    *to = zoe_os_strdup(text);
    return *to || !text;
}

zoe_status zoe_origin_web_create(const zoe_storage_settings *settings, zoe_origin *origin,
                                 zoe_error *error)
{
    web *w = zoe_os_alloc(sizeof *w);
    if (!w || pthread_mutex_init(&w->lock, NULL) != 0 ||
        pthread_mutex_init(&w->calls_lock, NULL) != 0) {
        zoe_os_free(w);
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s",
                             zoe_status_text(ZOE_ERROR_NO_MEMORY));
    }
    w->settings = *settings;
    zoe_os_random(&w->nonce, sizeof w->nonce);
    bool owned = own(&w->endpoint, settings->s3_endpoint);
    owned = own(&w->region, settings->s3_region) && owned;
    owned = own(&w->profile, settings->s3_profile) && owned;
    const zoe_http_settings http = {
        .connections_per_host = settings->connections,
        .connect_timeout_ms = settings->connect_timeout_ms,
        .stall_timeout_ms = settings->stall_timeout_ms,
        .attempts = settings->retries ? settings->retries + 1 : 0,
        .ca_file = settings->ca_file,
    };
    zoe_status status = owned ? zoe_http_create(&http, &w->http, error)
                              : zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s",
                                              zoe_status_text(ZOE_ERROR_NO_MEMORY));
    if (status != ZOE_OK) {
        destroy(w);
        return status;
    }
    *origin = (zoe_origin){.user = w,
                           .submit = submit,
                           .cancel = cancel,
                           .list = list,
                           .stats = add_stats,
                           .destroy = destroy};
    return ZOE_OK;
}
