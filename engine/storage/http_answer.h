/*
 * What a server's header says of a body, and what that means for a request. Pure.
 *
 * Thread-safety: one thread at a time.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_HTTP_ANSWER_H
#define ZOE_STORAGE_HTTP_ANSWER_H

#include "storage/http_request.h"

/* Bytes of a header that are taken, all fields together. */
enum { ZOE_HTTP_HEADER_BYTES = 64 << 10 };

/* Zero-initialised before each attempt. */
typedef struct zoe_http_answer {
    long status; /* of the last answer: those of redirects are forgotten. 0: none yet */
    size_t header_bytes;
    bool has_length, has_range, has_range_total;
    bool is_malformed; /* a length or range that is none */
    bool is_encoded;   /* compressed, though nobody asked for that */
    uint64_t length;   /* Content-Length */
    uint64_t range_first, range_last, range_total;
    char etag[ZOE_ETAG_BYTES]; /* "": none, or one that is too long */
    char last_modified[ZOE_DATE_BYTES];
} zoe_http_answer;

/* Takes a line of the header, without or with its end. false: the header is too long. */
bool zoe_http_answer_take(zoe_http_answer *answer, const char *line, size_t bytes);

/* What comes of an answer, known when its header is complete. */
typedef struct zoe_http_verdict {
    zoe_status status;
    bool may_retry;
    const char *why; /* unless OK */
    /* If OK, of the body: so much is thrown away, then so much is taken, or whatever comes if that
     * is ZOE_HTTP_UNKNOWN; after that the transfer may end. */
    uint64_t skip, take;
    bool has_no_ranges;
    uint64_t total; /* of the object, or ZOE_HTTP_UNKNOWN */
} zoe_http_verdict;

void zoe_http_judge(const zoe_http_answer *answer, const zoe_http_request *request,
                    zoe_http_verdict *verdict);

#endif
