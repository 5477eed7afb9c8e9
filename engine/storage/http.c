/*
 * Lock order: one lock, which is held for a look at a list only.
 *
 * A request waits in `waiting` (submitted, or for its next attempt), then is under way in one of
 * the transfers, which belong to the network thread, and so on until it is done.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/http.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/lock.h"
#include "base/os_memory.h"
#include "base/os_thread.h"
#include "base/stop.h"
#include "base/url.h"
#include "storage/http_transfer.h"

enum {
    PER_HOST = 8,
    PER_HOST_MOST = 16,
    PER_HOST_URGENT = 2, /* more than that, for urgent requests */
    TRANSFERS = 32,      /* at once, to all hosts */
    CONNECTIONS = 32,    /* that are kept */
    CONNECT_TIMEOUT_MS = 10000,
    STALL_TIMEOUT_MS = 20000,
    ATTEMPTS = 5,
    BACK_OFF_MS = 200,
    GIVE_UP_MS = 30000,
    DOUBLINGS = 6,
    LONGEST_SLEEP_MS = 10000, /* of the network thread, when nothing is to be done */
    STOP_LOOK_NS = 20000000,
};

struct zoe_http {
    /* fixed after creation */
    zoe_http_limits limits;
    uint32_t per_host, attempts, back_off_ms, give_up_ms;
    char *ca_file;
    CURLM *multi; /* the network thread's, but for curl_multi_wakeup() */
    zoe_os_thread *thread;

    zoe_lock lock;
    /* guarded by lock */
    zoe_http_request *waiting; /* urgent ones first, else in the order in which they came */
    bool has_cancelled;        /* some request was, and is not done */
    bool is_closing;

    /* network thread only */
    zoe_http_transfer transfers[TRANSFERS];

    /* relaxed: they order nothing */
    _Atomic uint64_t bytes, requests, retries;
    _Atomic uint32_t unfinished;
};

/* ---- what waits ---- */

static void enqueue_locked(zoe_http *http, zoe_http_request *request)
{
    zoe_lock_assert_held(&http->lock);
    zoe_http_request **at = &http->waiting;
    while (*at && ((*at)->is_urgent || !request->is_urgent))
        at = &(*at)->next;
    request->next = *at;
    *at = request;
}

/* Takes those out that were cancelled, or all when it is closing. Returns a list of them. */
static zoe_http_request *take_cancelled_locked(zoe_http *http)
{
    zoe_lock_assert_held(&http->lock);
    zoe_http_request *taken = NULL;
    for (zoe_http_request **at = &http->waiting; *at;) {
        zoe_http_request *request = *at;
        if (request->is_cancelled || http->is_closing) {
            *at = request->next;
            request->next = taken;
            taken = request;
        } else {
            at = &request->next;
        }
    }
    return taken;
}

static uint32_t count_under_way(const zoe_http *http, uint64_t host)
{
    uint32_t count = 0;
    for (size_t i = 0; i < TRANSFERS; i++)
        count += http->transfers[i].request && http->transfers[i].request->host == host;
    return count;
}

/* The next request that may begin now; NULL: there is none, and *due_ns is lowered to when the next
 * attempt of one may begin. */
static zoe_http_request *take_next_locked(zoe_http *http, uint64_t now_ns, uint64_t *due_ns)
{
    zoe_lock_assert_held(&http->lock);
    for (zoe_http_request **at = &http->waiting; *at; at = &(*at)->next) {
        zoe_http_request *request = *at;
        if (request->due_ns > now_ns) {
            *due_ns = request->due_ns < *due_ns ? request->due_ns : *due_ns;
            continue;
        }
        uint32_t most = http->per_host + (request->is_urgent ? PER_HOST_URGENT : 0);
        if (count_under_way(http, request->host) >= most)
            continue;
        *at = request->next;
        request->next = NULL;
        return request;
    }
    return NULL;
}

/* ---- the network thread ---- */

static void finish(zoe_http *http, zoe_http_request *request)
{
    atomic_fetch_add_explicit(&http->requests, 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(&http->unfinished, 1, memory_order_relaxed);
    request->done(request);
}

static void finish_cancelled(zoe_http *http, zoe_http_request *request)
{
    request->body = NULL;
    request->received = 0;
    zoe_http_request_fail(request, ZOE_STALE, "cancelled");
    finish(http, request);
}

static bool is_cancelled(zoe_http *http, const zoe_http_request *request)
{
    zoe_lock_take(&http->lock);
    bool is = request->is_cancelled || http->is_closing;
    zoe_lock_give(&http->lock);
    return is;
}

/* Ends what was cancelled, or all when it is closing, waiting or under way. Returns whether any
 * was. */
static bool end_once(zoe_http *http, bool *is_closing)
{
    zoe_lock_take(&http->lock);
    *is_closing = http->is_closing;
    bool has_cancelled = http->has_cancelled;
    zoe_http_request *list = has_cancelled || *is_closing ? take_cancelled_locked(http) : NULL;
    http->has_cancelled = false;
    zoe_lock_give(&http->lock);
    bool has_ended = list != NULL;
    while (list) {
        zoe_http_request *request = list;
        list = request->next;
        finish_cancelled(http, request);
    }
    for (size_t i = 0; (has_cancelled || *is_closing) && i < TRANSFERS; i++) {
        zoe_http_transfer *transfer = &http->transfers[i];
        zoe_http_request *request = transfer->request;
        if (!request || !is_cancelled(http, request))
            continue;
        curl_multi_remove_handle(http->multi, transfer->easy);
        zoe_http_transfer_drop(transfer);
        finish_cancelled(http, request);
        has_ended = true;
    }
    return has_ended;
}

/* false: it is closing, and nothing is left. */
static bool end_cancelled(zoe_http *http)
{
    bool is_closing;
    /* Whoever heard of an end may have submitted again. It is not slept in between: destroying
     * wakes once. */
    while (end_once(http, &is_closing) && is_closing)
        ;
    return !is_closing;
}

static zoe_http_transfer *find_free(zoe_http *http)
{
    for (size_t i = 0; i < TRANSFERS; i++)
        if (!http->transfers[i].request)
            return &http->transfers[i];
    return NULL;
}

/* Begins what may begin. Returns when the next may that has to wait for a time. */
static uint64_t begin_all(zoe_http *http)
{
    uint64_t due_ns = UINT64_MAX;
    zoe_http_transfer *transfer;
    while ((transfer = find_free(http)) != NULL) {
        uint64_t now_ns = zoe_os_now_ns();
        zoe_lock_take(&http->lock);
        zoe_http_request *request = take_next_locked(http, now_ns, &due_ns);
        zoe_lock_give(&http->lock);
        if (!request)
            break;
        request->attempts++;
        zoe_status status = zoe_http_transfer_begin(transfer, request, &http->limits);
        if (status == ZOE_OK && curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK)
            status = zoe_http_request_fail(request, ZOE_ERROR_NO_MEMORY, "out of memory");
        if (status != ZOE_OK) {
            zoe_http_transfer_drop(transfer);
            finish(http, request);
        }
    }
    return due_ns;
}

/* When the next attempt may begin; 0: there is none. */
static uint64_t next_attempt(const zoe_http *http, const zoe_http_request *request,
                             const zoe_http_outcome *outcome)
{
    if (!outcome->may_retry || request->attempts >= http->attempts)
        return 0;
    uint32_t doublings = request->attempts - 1;
    uint64_t bound_ms = (uint64_t)http->back_off_ms
                        << (doublings < DOUBLINGS ? doublings : DOUBLINGS);
    /* Anything from 0 on: those that failed together do not come back together. */
    uint64_t random;
    zoe_os_random(&random, sizeof random);
    uint64_t wait_ms = outcome->wait_ms + random % (bound_ms + 1);
    uint64_t due_ns = zoe_os_now_ns() + wait_ms * 1000000;
    return due_ns - request->submitted_ns <= (uint64_t)http->give_up_ms * 1000000 ? due_ns : 0;
}

static void end_one(zoe_http *http, zoe_http_transfer *transfer, CURLcode code)
{
    zoe_http_request *request = transfer->request;
    curl_multi_remove_handle(http->multi, transfer->easy);
    zoe_http_outcome outcome = zoe_http_transfer_end(transfer, code);
    uint64_t due_ns = request->status != ZOE_OK ? next_attempt(http, request, &outcome) : 0;
    if (!due_ns) {
        finish(http, request);
        return;
    }
    atomic_fetch_add_explicit(&http->retries, 1, memory_order_relaxed);
    request->due_ns = due_ns;
    zoe_lock_take(&http->lock);
    enqueue_locked(http, request);
    zoe_lock_give(&http->lock);
}

/* Returns whether any request ended. */
static bool end_all(zoe_http *http)
{
    bool has_ended = false;
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE)
            continue;
        /* The message goes with the handle. */
        CURLcode code = message->data.result;
        char *transfer = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        end_one(http, (zoe_http_transfer *)(void *)transfer, code);
        has_ended = true;
    }
    return has_ended;
}

/* Ends transfers that nothing came of for longer than libcurl's own time-outs let it be: nobody
 * waits for ever, whatever libcurl forgets. */
static bool end_lost(zoe_http *http)
{
    uint64_t most_ms =
        (uint64_t)http->limits.connect_timeout_ms + 2000 * (uint64_t)http->limits.stall_timeout_s;
    uint64_t now_ns = zoe_os_now_ns();
    bool has_ended = false;
    for (size_t i = 0; i < TRANSFERS; i++) {
        zoe_http_transfer *transfer = &http->transfers[i];
        if (!transfer->request || now_ns - transfer->heard_ns <= most_ms * 1000000)
            continue;
        end_one(http, transfer, CURLE_OPERATION_TIMEDOUT);
        has_ended = true;
    }
    return has_ended;
}

static void run(void *arg)
{
    zoe_http *http = arg;
    zoe_os_thread_name("zoe-http");
    /* Writing to a connection that the other side has closed must not end the program, and the
     * program's own signals are for its own threads. */
    zoe_os_thread_block_signals();
    while (end_cancelled(http)) {
        uint64_t due_ns = begin_all(http);
        int running;
        curl_multi_perform(http->multi, &running);
        if (end_all(http) || end_lost(http))
            continue;
        uint64_t now_ns = zoe_os_now_ns();
        uint64_t sleep_ms = due_ns <= now_ns ? 0 : (due_ns - now_ns) / 1000000 + 1;
        int most = sleep_ms < LONGEST_SLEEP_MS ? (int)sleep_ms : LONGEST_SLEEP_MS;
        curl_multi_poll(http->multi, NULL, 0, most, NULL);
    }
    /* Here, where writing to what is closed does no harm. */
    for (size_t i = 0; i < TRANSFERS; i++)
        zoe_http_transfer_free(&http->transfers[i]);
    curl_multi_cleanup(http->multi);
    http->multi = NULL;
}

/* ---- creation ---- */

static uint32_t or_default(uint32_t value, uint32_t standard)
{
    return value ? value : standard;
}

static void take_settings(zoe_http *http, const zoe_http_settings *settings)
{
    uint32_t per_host = or_default(settings->connections_per_host, PER_HOST);
    http->per_host = per_host < PER_HOST_MOST ? per_host : PER_HOST_MOST;
    http->attempts = or_default(settings->attempts, ATTEMPTS);
    http->back_off_ms = or_default(settings->back_off_ms, BACK_OFF_MS);
    http->give_up_ms = or_default(settings->give_up_ms, GIVE_UP_MS);
    http->limits.connect_timeout_ms =
        (long)or_default(settings->connect_timeout_ms, CONNECT_TIMEOUT_MS);
    http->limits.counter = &http->bytes;
    http->limits.stall_timeout_s =
        ((long)or_default(settings->stall_timeout_ms, STALL_TIMEOUT_MS) + 999) / 1000;
}

/* libcurl itself knows the system's file only; the variables are those of the curl program. */
static bool take_ca_file(zoe_http *http, const char *ca_file)
{
    const char *names[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE"};
    for (size_t i = 0; !ca_file && i < sizeof names / sizeof names[0]; i++) {
        ca_file = getenv(names[i]);
        ca_file = ca_file && ca_file[0] ? ca_file : NULL;
    }
    http->ca_file = zoe_os_strdup(ca_file);
    http->limits.ca_file = http->ca_file;
    return !ca_file || http->ca_file;
}

static bool make_multi(zoe_http *http)
{
    http->multi = curl_multi_init();
    return http->multi &&
           curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX) ==
               CURLM_OK &&
           curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS) == CURLM_OK;
}

zoe_status zoe_http_create(const zoe_http_settings *settings, zoe_http **http, zoe_error *error)
{
    static const zoe_http_settings defaults;
    *http = NULL;
    settings = settings ? settings : &defaults;
    zoe_http *made = zoe_os_alloc(sizeof *made);
    if (!made || !zoe_lock_init(&made->lock)) {
        zoe_os_free(made);
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "HTTP: out of memory");
    }
    take_settings(made, settings);
    /* Safe on any thread since libcurl 7.84. Its memory is kept: the program may use it too. */
    zoe_status status = ZOE_ERROR_NO_MEMORY;
    if (take_ca_file(made, settings->ca_file) &&
        curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK && make_multi(made))
        status = zoe_os_thread_start(&made->thread, run, made);
    if (status == ZOE_OK)
        *http = made;
    else
        zoe_http_destroy(&made);
    return status == ZOE_OK ? ZOE_OK
                            : zoe_error_set(error, status, "HTTP: %s", zoe_status_text(status));
}

void zoe_http_destroy(zoe_http **http)
{
    zoe_http *ended = http ? *http : NULL;
    if (!ended)
        return;
    *http = NULL;
    zoe_lock_take(&ended->lock);
    ended->is_closing = true;
    /* With the lock, without which the thread does not come to its end. */
    if (ended->thread)
        curl_multi_wakeup(ended->multi);
    zoe_lock_give(&ended->lock);
    zoe_os_thread_join(&ended->thread);
    if (ended->multi)
        curl_multi_cleanup(ended->multi);
    zoe_os_free(ended->ca_file);
    zoe_lock_destroy(&ended->lock);
    zoe_os_free(ended);
}

/* ---- requests ---- */

void zoe_http_submit(zoe_http *http, zoe_http_request *request)
{
    request->transfer = NULL;
    request->attempts = 0;
    request->is_cancelled = false;
    request->host = zoe_url_host(request->url);
    request->submitted_ns = zoe_os_now_ns();
    request->due_ns = 0;
    atomic_fetch_add_explicit(&http->unfinished, 1, memory_order_relaxed);
    zoe_lock_take(&http->lock);
    enqueue_locked(http, request);
    zoe_lock_give(&http->lock);
    curl_multi_wakeup(http->multi);
}

void zoe_http_cancel(zoe_http *http, zoe_http_request *request)
{
    zoe_lock_take(&http->lock);
    request->is_cancelled = true;
    http->has_cancelled = true;
    zoe_lock_give(&http->lock);
    curl_multi_wakeup(http->multi);
}

/* Who waits for a request. */
typedef struct waiter {
    zoe_lock lock;
    pthread_cond_t changed;
    bool is_done; /* guarded by lock */
} waiter;

static void wake_waiter(zoe_http_request *request)
{
    waiter *who = request->user;
    zoe_lock_take(&who->lock);
    who->is_done = true;
    pthread_cond_signal(&who->changed);
    zoe_lock_give(&who->lock);
}

zoe_status zoe_http_perform(zoe_http *http, zoe_http_request *request)
{
    waiter who = {.is_done = false};
    pthread_cond_t *conditions[] = {&who.changed};
    if (!zoe_lock_init_with(&who.lock, conditions, 1))
        return zoe_http_request_fail(request, ZOE_ERROR_NO_MEMORY, "out of memory");
    request->user = &who;
    request->done = wake_waiter;
    zoe_http_submit(http, request);
    bool is_stopped = false;
    zoe_lock_take(&who.lock);
    while (!who.is_done) {
        uint64_t until = is_stopped ? ZOE_FOREVER : zoe_os_now_ns() + STOP_LOOK_NS;
        zoe_lock_wait(&who.lock, &who.changed, until);
        if (!who.is_done && !is_stopped && zoe_stop_wanted()) {
            is_stopped = true;
            zoe_lock_give(&who.lock);
            zoe_http_cancel(http, request);
            zoe_lock_take(&who.lock);
        }
    }
    zoe_lock_give(&who.lock);
    pthread_cond_destroy(&who.changed);
    zoe_lock_destroy(&who.lock);
    return request->status;
}

void zoe_http_stats_now(const zoe_http *http, zoe_http_stats *stats)
{
    *stats = (zoe_http_stats){
        .bytes = atomic_load_explicit(&http->bytes, memory_order_relaxed),
        .requests = atomic_load_explicit(&http->requests, memory_order_relaxed),
        .retries = atomic_load_explicit(&http->retries, memory_order_relaxed),
        .waiting = atomic_load_explicit(&http->unfinished, memory_order_relaxed),
    };
}
