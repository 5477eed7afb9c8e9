/*
 * One HTTP request and its answer.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_HTTP_REQUEST_H
#define ZOE_STORAGE_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

#include "storage/origin.h"

typedef enum zoe_http_method {
    ZOE_HTTP_GET = 0,
    ZOE_HTTP_HEAD = 1,
    ZOE_HTTP_PROPFIND = 2, /* of depth 1, asks what is a folder (RFC 4918) */
} zoe_http_method;

/* What a request is signed with (AWS Signature Version 4, service "s3"). None is NULL, but for the
 * token. Thread-safety: a plain value that does not change while requests use it. */
typedef struct zoe_http_signing {
    const char *region;
    const char *access_key;
    const char *secret_key;
    const char *token; /* of a session; NULL: none */
} zoe_http_signing;

/* An object's size where the server does not say it. */
#define ZOE_HTTP_UNKNOWN UINT64_MAX

typedef struct zoe_http_request zoe_http_request;

/*
 * Zero-initialised but for what is asked. From zoe_http_submit() until `done` is called it is the
 * transport's: the caller neither changes nor frees it, nor what it points to.
 */
struct zoe_http_request {
    /* ---- what is asked ---- */
    zoe_http_method method;
    const char *url;  /* http or https, encoded (storage/url.h). user:password@ in it is sent as
                               basic authentication, and stands in no text. */
    const char *name; /* what it is called in texts; NULL: the URL */
    uint64_t offset, bytes; /* the range; 0 bytes: the whole object */
    /* Where the body goes. Never more than `capacity` bytes, which is not less than `bytes`. NULL:
     * the transport makes `body` as large as is needed, up to `capacity`. */
    void *buffer;
    size_t capacity;
    /* What the object has to be still: an answer about another one is ERROR_CHANGED. The date
     * counts where there is no ETag. NULL or "": whatever it is now. */
    const char *etag, *last_modified;
    const zoe_http_signing *signing; /* NULL: not signed. Signed requests follow no redirects. */
    bool is_urgent; /* goes before those that wait, with connections of its own if need be */
    void (*done)(zoe_http_request *request);
    void *user;

    /* ---- the answer, valid in `done` and after it ---- */

    /*
     * OK; NOT_FOUND (404, 410), PERMISSION (401, 403, 407), CHANGED, TOO_LARGE (than `capacity`),
     * UNSUPPORTED (405, 501; a compressed body), NO_MEMORY, ARGUMENT (no such URL), STALE
     * (cancelled), IO: all else.
     */
    zoe_status status;
    zoe_error error;     /* its text begins with the name */
    bool is_unreachable; /* no server answered: as without a network */
    long http_status;    /* 0: none came */
    /* The body, `received` bytes: less than the range only at the object's end, and 0 at or beyond
     * it. `buffer`, or from zoe_os_alloc(): then it is the caller's. NULL unless OK. */
    void *body;
    size_t received;
    uint64_t total; /* bytes of the object, or ZOE_HTTP_UNKNOWN */
    /* The server does not know ranges: it sent the object from its beginning, and what is before
     * `offset` was thrown away. The caller had better ask for the whole from now on. */
    bool has_no_ranges;
    char etag_now[ZOE_ETAG_BYTES];          /* "": none */
    char last_modified_now[ZOE_DATE_BYTES]; /* as the server writes it; "": none */

    /* ---- the transport's ---- */
    struct zoe_http_transfer *transfer; /* NULL while it waits */
    zoe_http_request *next;             /* among those that wait */
    uint64_t host;                      /* hash of scheme, name and port */
    uint64_t submitted_ns, due_ns;      /* due: when the next attempt may begin */
    uint32_t attempts;
    bool is_cancelled;
};

#endif
