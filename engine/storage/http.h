/*
 * HTTP and HTTPS by libcurl: requests in, answers out, on one thread with many connections.
 *
 * Connections are kept and used again; HTTP/2 where an https server offers it. Tried again, with
 * times that double and are drawn at random from 0 up (full jitter), are: faults of the connection,
 * bodies that end early, and 408, 425, 429, 500, 502, 503 and 504, after Retry-After where that is
 * given. TLS is verified always. Redirects (5 at most) lead to http and https only, from https to
 * https only, and take no credentials to another host. Proxies are the environment's (https_proxy
 * and so on, as libcurl reads them). Nothing is read from .netrc, and no cookie is kept.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_HTTP_H
#define ZOE_STORAGE_HTTP_H

#include "storage/http_request.h"

/* Zero-initialised: the defaults. */
typedef struct zoe_http_settings {
    uint32_t connections_per_host; /* requests at once to a host; 0: 8, at most 16 */
    uint32_t connect_timeout_ms;   /* name, connection and TLS; 0: 10000 */
    uint32_t stall_timeout_ms; /* fewer than 100 bytes a second so long; whole seconds; 0: 20000 */
    uint32_t attempts;         /* of a request, the first one included; 0: 5 */
    uint32_t back_off_ms;      /* bound of the first wait; 0: 200. The longest: 64 times it. */
    uint32_t give_up_ms;       /* no attempt begins so long after the first; 0: 30000 */
    const char *ca_file;       /* PEM; NULL: $CURL_CA_BUNDLE, $SSL_CERT_FILE, else the system's */
} zoe_http_settings;

/* Thread-safety: any thread, but for create and destroy. */
typedef struct zoe_http zoe_http;

/* settings: NULL: the defaults. Errors: NO_MEMORY, THREAD. */
zoe_status zoe_http_create(const zoe_http_settings *settings, zoe_http **http, zoe_error *error);

/* Ends all requests as zoe_http_cancel() does, and returns when their `done` has. */
void zoe_http_destroy(zoe_http **http);

/*
 * Takes a request; never waits, never fails. `done` is called once, on the network thread, without
 * a lock held: it must not block, nor perform or destroy. It may submit, the same request too, and
 * free the request.
 */
void zoe_http_submit(zoe_http *http, zoe_http_request *request);

/* Ends a request of which `done` has not been called: it will be soon, with STALE, or with what the
 * request came to before. The caller sees to it that the request is not freed meanwhile. */
void zoe_http_cancel(zoe_http *http, zoe_http_request *request);

/* Submits and waits; `done` and `user` are overwritten. Asks zoe_stop_wanted() every 20 ms, and
 * cancels. Returns request->status. */
zoe_status zoe_http_perform(zoe_http *http, zoe_http_request *request);

typedef struct zoe_http_stats {
    uint64_t bytes;    /* of bodies, since creation, those thrown away too */
    uint64_t requests; /* done, whatever they came to */
    uint64_t retries;
    uint32_t waiting; /* submitted and not done: those under way too */
} zoe_http_stats;

void zoe_http_stats_now(const zoe_http *http, zoe_http_stats *stats);

#endif
