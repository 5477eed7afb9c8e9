/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/http_transfer.h"

#include <stdio.h>
#include <string.h>

#include "base/os_memory.h"
#include "base/os_thread.h"
#include "storage/listing.h"

static const char propfind[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><D:propfind xmlns:D=\"DAV:\">"
    "<D:prop><D:resourcetype/></D:prop></D:propfind>";

/* S3 wants to be told the body's hash, which before 8.1 libcurl does not of itself: of nothing. */
static const char no_body[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

enum {
    PIECE_BYTES = 128 << 10, /* that libcurl hands over at a time */
    FIRST_BYTES = 64 << 10,  /* of a body whose length nobody knows */
    REDIRECTS = 5,
    SLOWEST = 100, /* bytes a second; a stalled connection has fewer */
};

zoe_status zoe_http_request_fail(zoe_http_request *request, zoe_status status, const char *why)
{
    const char *name = request->name ? request->name : request->url;
    return request->status = zoe_error_set(&request->error, status, "%s: %s", name, why);
}

/* ---- what libcurl hands over ---- */

static size_t take_header(char *line, size_t one, size_t bytes, void *user)
{
    zoe_http_transfer *transfer = user;
    (void)one;
    transfer->heard_ns = zoe_os_now_ns();
    /* What comes behind the body is not asked for. */
    if (!transfer->is_judged && !zoe_http_answer_take(&transfer->answer, line, bytes))
        return 0;
    return bytes;
}

static void judge(zoe_http_transfer *transfer)
{
    if (transfer->is_judged)
        return;
    zoe_http_judge(&transfer->answer, transfer->request, &transfer->verdict);
    transfer->is_judged = true;
}

/* Room for `bytes` more of the body. */
static bool make_room(zoe_http_transfer *transfer, size_t bytes)
{
    zoe_http_request *request = transfer->request;
    size_t needed = request->received + bytes;
    if (request->buffer || needed <= transfer->allocated)
        return true;
    size_t size = transfer->allocated ? transfer->allocated : FIRST_BYTES;
    if (transfer->verdict.take != ZOE_HTTP_UNKNOWN)
        size = (size_t)transfer->verdict.take;
    while (size < needed)
        size *= 2;
    size = size < request->capacity ? size : request->capacity;
    uint8_t *larger = zoe_os_alloc(size);
    if (!larger)
        return false;
    if (request->received)
        memcpy(larger, request->body, request->received);
    zoe_os_free(request->body);
    request->body = larger;
    transfer->allocated = size;
    return true;
}

static size_t take_problem(zoe_http_transfer *transfer, const char *data, size_t bytes)
{
    size_t room = sizeof transfer->problem - transfer->problem_bytes;
    size_t kept = bytes < room ? bytes : room;
    memcpy(transfer->problem + transfer->problem_bytes, data, kept);
    transfer->problem_bytes += kept;
    /* A short one is read to its end, so that the connection can be used again. */
    return transfer->bytes <= ZOE_HTTP_HEADER_BYTES ? bytes : 0;
}

static size_t take_body(char *data, size_t one, size_t bytes, void *user)
{
    zoe_http_transfer *transfer = user;
    zoe_http_request *request = transfer->request;
    zoe_http_verdict *verdict = &transfer->verdict;
    (void)one;
    size_t given = bytes;
    transfer->bytes += bytes;
    transfer->heard_ns = zoe_os_now_ns();
    atomic_fetch_add_explicit(transfer->limits->counter, bytes, memory_order_relaxed);
    judge(transfer);
    /* 416: a page that says so. */
    if (verdict->status != ZOE_OK || transfer->answer.status == 416)
        return take_problem(transfer, data, bytes);

    uint64_t to_skip = verdict->skip - transfer->skipped;
    size_t skipped = to_skip < bytes ? (size_t)to_skip : bytes;
    transfer->skipped += skipped;
    data += skipped;
    bytes -= skipped;

    uint64_t room = verdict->take == ZOE_HTTP_UNKNOWN ? request->capacity : verdict->take;
    room -= request->received;
    if (bytes > room) {
        transfer->is_overlong = !verdict->has_no_ranges;
        bytes = (size_t)room;
    }
    if (bytes && !make_room(transfer, bytes)) {
        transfer->has_no_memory = true;
        return 0;
    }
    if (bytes)
        memcpy((uint8_t *)request->body + request->received, data, bytes);
    request->received += bytes;
    transfer->is_full = verdict->has_no_ranges && request->received == verdict->take;
    return transfer->is_overlong || transfer->is_full ? 0 : given;
}

/* ---- the handle ---- */

static bool add_header(zoe_http_transfer *transfer, const char *name, const char *value)
{
    char line[ZOE_ETAG_BYTES + 32];
    int length = snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = length > 0 && (size_t)length < sizeof line
                                    ? curl_slist_append(transfer->headers, line)
                                    : NULL;
    if (longer)
        transfer->headers = longer;
    return longer != NULL;
}

static bool add_token(zoe_http_transfer *transfer, const char *token)
{
    size_t bytes = strlen(token) + 32;
    char *line = zoe_os_alloc(bytes);
    if (!line)
        return false;
    snprintf(line, bytes, "X-Amz-Security-Token: %s", token);
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);
    zoe_os_free(line);
    if (longer)
        transfer->headers = longer;
    return longer != NULL;
}

static bool set_headers(zoe_http_transfer *transfer)
{
    const zoe_http_request *request = transfer->request;
    bool has_etag = request->etag && request->etag[0];
    bool has_date = request->last_modified && request->last_modified[0];
    bool is_set = true;
    /* A weak ETag never matches what If-Match asks: the answer's is compared alone. */
    if (has_etag && request->etag[0] == '"')
        is_set = add_header(transfer, "If-Match", request->etag);
    else if (!has_etag && has_date)
        is_set = add_header(transfer, "If-Unmodified-Since", request->last_modified);
    if (is_set && request->method == ZOE_HTTP_PROPFIND)
        is_set = add_header(transfer, "Depth", "1") &&
                 add_header(transfer, "Content-Type", "application/xml; charset=utf-8");
    if (is_set && request->signing)
        is_set = add_header(transfer, "X-Amz-Content-Sha256", no_body);
    if (is_set && request->signing && request->signing->token)
        is_set = add_token(transfer, request->signing->token);
    return is_set && (!transfer->headers || curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER,
                                                             transfer->headers) == CURLE_OK);
}

static bool set_range(zoe_http_transfer *transfer)
{
    const zoe_http_request *request = transfer->request;
    char range[48];
    if (!request->bytes || request->method != ZOE_HTTP_GET)
        return true;
    snprintf(range, sizeof range, "%llu-%llu", (unsigned long long)request->offset,
             (unsigned long long)(request->offset + request->bytes - 1));
    return curl_easy_setopt(transfer->easy, CURLOPT_RANGE, range) == CURLE_OK;
}

static bool set_method(zoe_http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    switch (transfer->request->method) {
    case ZOE_HTTP_GET: return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    case ZOE_HTTP_HEAD: return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
    case ZOE_HTTP_PROPFIND: break;
    }
    return curl_easy_setopt(easy, CURLOPT_POSTFIELDS, propfind) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTREDIR, (long)CURL_REDIR_POST_ALL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PROPFIND") == CURLE_OK;
}

static bool set_signing(zoe_http_transfer *transfer)
{
    const zoe_http_signing *signing = transfer->request->signing;
    if (!signing)
        return true;
    char provider[128];
    int length = snprintf(provider, sizeof provider, "aws:amz:%s:s3", signing->region);
    CURL *easy = transfer->easy;
    return length > 0 && (size_t)length < sizeof provider &&
           curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, provider) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERNAME, signing->access_key) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PASSWORD, signing->secret_key) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
}

/* What is the same for all requests. */
static bool set_common(zoe_http_transfer *transfer, const zoe_http_limits *limits)
{
    static const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_PATH_AS_IS, 1}, /* what is signed is what is sent */
        {CURLOPT_FOLLOWLOCATION, 1},
        {CURLOPT_MAXREDIRS, REDIRECTS},
        {CURLOPT_UNRESTRICTED_AUTH, 0},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        /* Without CURLOPT_PIPEWAIT: in 7.88 requests that wait for a connection which then fails
         * may wait for ever. */
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS},
        {CURLOPT_LOW_SPEED_LIMIT, SLOWEST},
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1}, /* a proxy's own answer */
    };
    CURL *easy = transfer->easy;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (curl_easy_setopt(easy, numbers[i].option, numbers[i].value) != CURLE_OK)
            return false;
    /* Not while libcurl has kept the buffer of a transfer that failed. */
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)PIECE_BYTES);
    bool is_secure = strncmp(transfer->request->url, "https:", 6) == 0;
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR,
                            is_secure ? "https" : "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, limits->connect_timeout_ms) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, limits->stall_timeout_s) == CURLE_OK &&
           (!limits->ca_file ||
            curl_easy_setopt(easy, CURLOPT_CAINFO, limits->ca_file) == CURLE_OK);
}

static bool set_callbacks(zoe_http_transfer *transfer)
{
    char agent[64];
    snprintf(agent, sizeof agent, "zoetrope/%s", zoe_version());
    CURL *easy = transfer->easy;
    return curl_easy_setopt(easy, CURLOPT_USERAGENT, agent) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->message) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK;
}

zoe_status zoe_http_transfer_begin(zoe_http_transfer *transfer, zoe_http_request *request,
                                   const zoe_http_limits *limits)
{
    CURL *easy = transfer->easy ? transfer->easy : curl_easy_init();
    *transfer = (zoe_http_transfer){
        .easy = easy, .request = request, .limits = limits, .heard_ns = zoe_os_now_ns()};
    request->transfer = transfer;
    request->body = request->buffer;
    request->received = 0;
    request->total = ZOE_HTTP_UNKNOWN;
    request->http_status = 0;
    request->is_unreachable = request->has_no_ranges = false;
    request->etag_now[0] = request->last_modified_now[0] = '\0';
    if (!easy)
        return zoe_http_request_fail(request, ZOE_ERROR_NO_MEMORY, "out of memory");
    if (request->bytes > request->capacity || request->offset + request->bytes < request->offset)
        return zoe_http_request_fail(request, ZOE_ERROR_ARGUMENT, "no such range");
    curl_easy_reset(easy);
    CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, request->url);
    if (code == CURLE_OK && set_common(transfer, limits) && set_callbacks(transfer) &&
        set_method(transfer) && set_range(transfer) && set_headers(transfer) &&
        set_signing(transfer))
        return ZOE_OK;
    return zoe_http_request_fail(request, ZOE_ERROR_NO_MEMORY, "out of memory");
}

/* ---- the end ---- */

/* A connection that was kept may begin with what is left of the answer before. */
static bool is_of_kept(const zoe_http_transfer *transfer)
{
    long made = 1;
    curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &made);
    return made == 0 && !transfer->answer.status;
}

static bool is_of_connection(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_PROXY: return true;
    default: return false;
    }
}

/* A transfer that libcurl broke off, of itself or because a callback wanted it. */
static zoe_http_outcome fail(zoe_http_transfer *transfer, CURLcode code)
{
    zoe_http_request *request = transfer->request;
    const char *why = transfer->message[0] ? transfer->message : curl_easy_strerror(code);
    zoe_status status = ZOE_ERROR_IO;
    if (transfer->has_no_memory || code == CURLE_OUT_OF_MEMORY) {
        status = ZOE_ERROR_NO_MEMORY;
        why = "out of memory";
    } else if (transfer->is_overlong && transfer->verdict.take == ZOE_HTTP_UNKNOWN) {
        status = ZOE_ERROR_TOO_LARGE;
        why = "it is larger than what is taken";
    } else if (transfer->is_overlong) {
        why = "the server sends more than it said";
    } else if (code == CURLE_COULDNT_CONNECT) {
        why = "the server does not answer"; /* the URL before it says which */
    } else if (code == CURLE_URL_MALFORMAT) {
        status = ZOE_ERROR_ARGUMENT;
        why = "no such URL";
    } else if (code == CURLE_UNSUPPORTED_PROTOCOL) {
        why = transfer->answer.status / 100 == 3 ? "the server redirects to where it must not"
                                                 : "the answer is not HTTP";
    } else if (transfer->answer.header_bytes > ZOE_HTTP_HEADER_BYTES) {
        why = "the server's header is too long";
    }
    bool may_retry = is_of_connection(code) || is_of_kept(transfer);
    zoe_http_outcome outcome = {.may_retry = status == ZOE_ERROR_IO && may_retry};
    request->is_unreachable = is_of_connection(code) && !transfer->answer.status;
    zoe_http_request_fail(request, status, why);
    return outcome;
}

/* A complete answer. */
static zoe_http_outcome conclude(zoe_http_transfer *transfer)
{
    zoe_http_request *request = transfer->request;
    const zoe_http_verdict *verdict = &transfer->verdict;
    zoe_http_outcome outcome = {.may_retry = verdict->may_retry};
    if (verdict->status != ZOE_OK) {
        curl_off_t seconds = 0;
        if (curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK &&
            seconds > 0)
            outcome.wait_ms = (uint64_t)(seconds < 3600 ? seconds : 3600) * 1000;
        char said[400] = "", why[512];
        bool has_reason =
            zoe_listing_s3_error(transfer->problem, transfer->problem_bytes, said, sizeof said);
        snprintf(why, sizeof why, "%s (HTTP %ld%s%s)", verdict->why, transfer->answer.status,
                 has_reason ? ", " : "", said);
        zoe_http_request_fail(request, verdict->status, why);
    } else if (verdict->has_no_ranges && verdict->total == ZOE_HTTP_UNKNOWN && !transfer->is_full) {
        /* That was the object's end. */
        transfer->verdict.total = transfer->skipped + request->received;
        request->status = ZOE_OK;
    } else if (verdict->take != ZOE_HTTP_UNKNOWN && request->received != verdict->take) {
        outcome.may_retry = true;
        zoe_http_request_fail(request, ZOE_ERROR_IO, "the server sends less than it said");
    } else {
        request->status = ZOE_OK;
    }
    return outcome;
}

static void release_body(zoe_http_request *request)
{
    if (request->body != request->buffer)
        zoe_os_free(request->body);
    request->body = NULL;
    request->received = 0;
}

zoe_http_outcome zoe_http_transfer_end(zoe_http_transfer *transfer, CURLcode code)
{
    zoe_http_request *request = transfer->request;
    bool is_complete = code == CURLE_OK || transfer->is_full;
    if (is_complete)
        judge(transfer);
    /* Why a body is not wanted says more than that the transfer was broken off. */
    bool is_refused = transfer->is_judged && transfer->verdict.status != ZOE_OK;
    zoe_http_outcome outcome =
        is_complete || is_refused ? conclude(transfer) : fail(transfer, code);
    const zoe_http_answer *answer = &transfer->answer;
    request->http_status = answer->status;
    if (transfer->is_judged) {
        request->total = transfer->verdict.total;
        request->has_no_ranges = transfer->verdict.has_no_ranges;
        if (request->status == ZOE_OK && request->total == ZOE_HTTP_UNKNOWN && !request->bytes &&
            request->method != ZOE_HTTP_HEAD)
            request->total = request->received;
    }
    memcpy(request->etag_now, answer->etag, sizeof answer->etag);
    memcpy(request->last_modified_now, answer->last_modified, sizeof answer->last_modified);
    if (request->status != ZOE_OK)
        release_body(request);
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    request->transfer = NULL;
    transfer->request = NULL;
    return outcome;
}

void zoe_http_transfer_drop(zoe_http_transfer *transfer)
{
    release_body(transfer->request);
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    transfer->request->transfer = NULL;
    transfer->request = NULL;
}

void zoe_http_transfer_free(zoe_http_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    transfer->easy = NULL;
}
