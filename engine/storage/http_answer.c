/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/http_answer.h"

#include <string.h>
#include <strings.h>

/* A text that is not terminated. */
typedef struct span {
    const char *at;
    size_t bytes;
} span;

static span trim(span text)
{
    while (text.bytes && strchr(" \t\r\n", text.at[text.bytes - 1]))
        text.bytes--;
    while (text.bytes && strchr(" \t", text.at[0])) {
        text.at++;
        text.bytes--;
    }
    return text;
}

/* Takes the digits at the text's beginning. false: there are none, or too many. */
static bool take_number(span *text, uint64_t *number)
{
    size_t digits = 0;
    *number = 0;
    while (digits < text->bytes && text->at[digits] >= '0' && text->at[digits] <= '9')
        *number = *number * 10 + (uint64_t)(text->at[digits++] - '0');
    text->at += digits;
    text->bytes -= digits;
    return digits > 0 && digits <= 18;
}

static bool take_text(span *text, const char *what)
{
    size_t bytes = strlen(what);
    if (text->bytes < bytes || strncasecmp(text->at, what, bytes) != 0)
        return false;
    text->at += bytes;
    text->bytes -= bytes;
    return true;
}

static void keep(span value, char *out, size_t capacity)
{
    size_t bytes = value.bytes < capacity && !memchr(value.at, '\0', value.bytes) ? value.bytes : 0;
    memcpy(out, value.at, bytes);
    out[bytes] = '\0';
}

/* "bytes 0-99/1000", with "*" for a size that is not known or a range that there is not. */
static bool take_range(zoe_http_answer *answer, span value)
{
    if (!take_text(&value, "bytes"))
        return false;
    value = trim(value);
    if (!take_text(&value, "*")) {
        if (!take_number(&value, &answer->range_first) || !take_text(&value, "-") ||
            !take_number(&value, &answer->range_last) || answer->range_last < answer->range_first)
            return false;
        answer->has_range = true;
    }
    if (!take_text(&value, "/"))
        return false;
    if (take_text(&value, "*"))
        return value.bytes == 0;
    answer->has_range_total = take_number(&value, &answer->range_total) && value.bytes == 0;
    return answer->has_range_total &&
           (!answer->has_range || answer->range_last < answer->range_total);
}

static void take_field(zoe_http_answer *answer, span name, span value)
{
    if (!name.bytes)
        return;
    char text[24] = "";
    if (name.bytes < sizeof text)
        memcpy(text, name.at, name.bytes);
    if (strcasecmp(text, "content-length") == 0) {
        answer->has_length = take_number(&value, &answer->length) && value.bytes == 0;
        answer->is_malformed |= !answer->has_length;
    } else if (strcasecmp(text, "content-range") == 0) {
        answer->has_range = answer->has_range_total = false;
        answer->is_malformed |= !take_range(answer, value);
    } else if (strcasecmp(text, "content-encoding") == 0) {
        answer->is_encoded = value.bytes && !(take_text(&value, "identity") && value.bytes == 0);
    } else if (strcasecmp(text, "etag") == 0) {
        keep(value, answer->etag, sizeof answer->etag);
    } else if (strcasecmp(text, "last-modified") == 0) {
        keep(value, answer->last_modified, sizeof answer->last_modified);
    }
}

bool zoe_http_answer_take(zoe_http_answer *answer, const char *line, size_t bytes)
{
    span text = {line, bytes};
    size_t header_bytes = answer->header_bytes + bytes;
    if (take_text(&text, "HTTP/")) {
        /* The answer after a redirect, or after "100 Continue". */
        *answer = (zoe_http_answer){0};
        const char *space = memchr(text.at, ' ', text.bytes);
        uint64_t status = 0;
        if (space) {
            text.bytes -= (size_t)(space - text.at);
            text.at = space;
            text = trim(text);
            if (!take_number(&text, &status) || status > 999)
                status = 0;
        }
        answer->status = (long)status;
    }
    answer->header_bytes = header_bytes;
    const char *colon = memchr(text.at, ':', text.bytes);
    if (colon) {
        span name = {text.at, (size_t)(colon - text.at)};
        span value = {colon + 1, text.bytes - name.bytes - 1};
        take_field(answer, trim(name), trim(value));
    }
    return header_bytes <= ZOE_HTTP_HEADER_BYTES;
}

/* ---- what it means ---- */

static void refuse(zoe_http_verdict *verdict, zoe_status status, const char *why)
{
    verdict->status = status;
    verdict->why = why;
}

/* Answers that have no body of the object. */
static void judge_status(long status, zoe_http_verdict *verdict)
{
    switch (status) {
    case 401:
    case 403:
    case 407: refuse(verdict, ZOE_ERROR_PERMISSION, "permission denied"); return;
    case 404:
    case 410: refuse(verdict, ZOE_ERROR_NOT_FOUND, "no such file"); return;
    case 405:
    case 501: refuse(verdict, ZOE_ERROR_UNSUPPORTED, "the server does not do that"); return;
    case 412: refuse(verdict, ZOE_ERROR_CHANGED, "it has changed"); return;
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
        verdict->may_retry = true;
        refuse(verdict, ZOE_ERROR_IO, "the server fails");
        return;
    default: break;
    }
    refuse(verdict, ZOE_ERROR_IO,
           status / 100 == 3 ? "the server redirects" : "the server refuses");
}

static bool is_another(const zoe_http_answer *answer, const zoe_http_request *request)
{
    if (request->etag && request->etag[0])
        return strcmp(request->etag, answer->etag) != 0;
    return request->last_modified && request->last_modified[0] &&
           strcmp(request->last_modified, answer->last_modified) != 0;
}

/* A body of exactly the range, or of what there is of it. */
static void judge_range(const zoe_http_answer *answer, const zoe_http_request *request,
                        zoe_http_verdict *verdict)
{
    uint64_t wanted = request->bytes;
    if (answer->has_range_total) {
        verdict->total = answer->range_total;
        uint64_t rest =
            request->offset < answer->range_total ? answer->range_total - request->offset : 0;
        wanted = wanted < rest ? wanted : rest;
    }
    if (!request->bytes || !answer->has_range || answer->range_first != request->offset) {
        refuse(verdict, ZOE_ERROR_IO, "the server sends another range than was asked for");
        return;
    }
    uint64_t said = answer->range_last - answer->range_first + 1;
    if (said > request->bytes || (answer->has_range_total && said != wanted) ||
        (answer->has_length && answer->length != said)) {
        refuse(verdict, ZOE_ERROR_IO, "the server sends another length than was asked for");
        return;
    }
    verdict->take = said;
}

/* A body of the whole object. */
static void judge_whole(const zoe_http_answer *answer, const zoe_http_request *request,
                        zoe_http_verdict *verdict)
{
    if (answer->has_length)
        verdict->total = answer->length;
    if (request->method == ZOE_HTTP_HEAD)
        return;
    if (!request->bytes) {
        verdict->take = verdict->total;
        if (answer->has_length && answer->length > request->capacity)
            refuse(verdict, ZOE_ERROR_TOO_LARGE, "it is larger than what is taken");
        return;
    }
    verdict->has_no_ranges = true;
    verdict->skip = request->offset;
    verdict->take = request->bytes;
    if (answer->has_length) {
        verdict->skip = request->offset < answer->length ? request->offset : answer->length;
        uint64_t rest = answer->length - verdict->skip;
        verdict->take = request->bytes < rest ? request->bytes : rest;
    }
}

void zoe_http_judge(const zoe_http_answer *answer, const zoe_http_request *request,
                    zoe_http_verdict *verdict)
{
    *verdict = (zoe_http_verdict){.total = ZOE_HTTP_UNKNOWN};
    bool is_beyond = answer->status == 416 && request->bytes && answer->has_range_total &&
                     request->offset >= answer->range_total;
    bool has_body = answer->status == 200 || answer->status == 206 ||
                    (answer->status == 207 && request->method == ZOE_HTTP_PROPFIND);
    if (!has_body && !is_beyond) {
        judge_status(answer->status, verdict);
    } else if (answer->is_malformed) {
        refuse(verdict, ZOE_ERROR_IO, "the server's header is malformed");
    } else if (is_beyond) {
        verdict->total = answer->range_total;
    } else if (is_another(answer, request)) {
        refuse(verdict, ZOE_ERROR_CHANGED, "it has changed");
    } else if (answer->is_encoded) {
        refuse(verdict, ZOE_ERROR_UNSUPPORTED, "the server compresses it");
    } else if (answer->status == 206) {
        judge_range(answer, request, verdict);
    } else {
        judge_whole(answer, request, verdict);
    }
}
