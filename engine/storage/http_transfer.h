/*
 * One attempt at a request, by a libcurl handle that is used again for others.
 *
 * Thread-safety: the network thread only.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_HTTP_TRANSFER_H
#define ZOE_STORAGE_HTTP_TRANSFER_H

#include <stdatomic.h>

#include <curl/curl.h>

#include "storage/http_answer.h"
#include "storage/http_request.h"

enum { ZOE_HTTP_PROBLEM_BYTES = 2048 };

/* What all attempts have in common. */
typedef struct zoe_http_limits {
    long connect_timeout_ms, stall_timeout_s;
    const char *ca_file;       /* NULL: the system's */
    _Atomic uint64_t *counter; /* bytes of all bodies; relaxed */
} zoe_http_limits;

/* Zero-initialised. */
typedef struct zoe_http_transfer {
    zoe_http_request *request; /* NULL: free */
    const zoe_http_limits *limits;
    CURL *easy; /* NULL until it is used; kept then */

    /* of the attempt */
    struct curl_slist *headers;
    zoe_http_answer answer;
    zoe_http_verdict verdict;
    uint64_t heard_ns; /* when anything came; at first: when it began */
    bool is_judged;    /* the header is complete, and the verdict holds */
    bool is_full;      /* all that was wanted has come: the transfer was ended here */
    bool is_overlong;
    bool has_no_memory;
    uint64_t skipped;
    uint64_t bytes;   /* of the body that came */
    size_t allocated; /* of request->body */
    size_t problem_bytes;
    char problem[ZOE_HTTP_PROBLEM_BYTES]; /* the beginning of an error's body */
    char message[CURL_ERROR_SIZE];
} zoe_http_transfer;

/* Sets the request's status and error, and returns the status. */
zoe_status zoe_http_request_fail(zoe_http_request *request, zoe_status status, const char *why);

/* Makes the handle ready for an attempt at request. Errors: NO_MEMORY, ARGUMENT. */
zoe_status zoe_http_transfer_begin(zoe_http_transfer *transfer, zoe_http_request *request,
                                   const zoe_http_limits *limits);

/* What an attempt came to, once it is over. */
typedef struct zoe_http_outcome {
    bool may_retry;
    uint64_t wait_ms; /* that the server asked for; 0: it did not */
} zoe_http_outcome;

/* Fills in the request's answer from an attempt that ended with `code`, and ends the attempt. */
zoe_http_outcome zoe_http_transfer_end(zoe_http_transfer *transfer, CURLcode code);

/* Ends an attempt of which nothing is wanted any more: the answer stays as it is. */
void zoe_http_transfer_drop(zoe_http_transfer *transfer);

/* Frees the handle. No attempt is under way. */
void zoe_http_transfer_free(zoe_http_transfer *transfer);

#endif
