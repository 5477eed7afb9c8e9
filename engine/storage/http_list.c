/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/http_list.h"

#include <string.h>

#include "base/os_memory.h"
#include "storage/address.h"
#include "storage/listing.h"

/* Pages of an S3 listing: a thousand names each, unless the server wants to be asked for ever. */
enum { PAGES = 2000 };

/* One listing under way. */
typedef struct work {
    zoe_http *http;
    const char *folder;
    zoe_listing listing;
    zoe_http_request request;
    bool is_path; /* names are to be parts of a URL's path */
    zoe_os_name_fn *each;
    void *each_user;
} work;

static bool tell(void *user, const char *name, zoe_os_name_kind kind)
{
    work *at = user;
    char encoded[3 * ZOE_LISTING_NAME_BYTES];
    if (!at->is_path)
        return at->each(at->each_user, name, kind);
    return !zoe_address_name(name, encoded, sizeof encoded) ||
           at->each(at->each_user, encoded, kind);
}

static zoe_status fetch(work *at, zoe_http_method method, const char *url,
                        const zoe_http_signing *signing)
{
    at->request = (zoe_http_request){.method = method,
                                     .url = url,
                                     .name = at->folder,
                                     .capacity = ZOE_LISTING_BYTES,
                                     .signing = signing,
                                     .is_urgent = true};
    return zoe_http_perform(at->http, &at->request);
}

static void release(work *at)
{
    zoe_os_free(at->request.body);
    at->request.body = NULL;
}

/* What became of an answer that was read with `status`. */
static zoe_status conclude(const work *at, zoe_status status, const char *why, zoe_error *error)
{
    if (at->listing.count > ZOE_LISTING_NAMES)
        return zoe_error_set(error, ZOE_ERROR_TOO_LARGE, "%s: more than %d names", at->folder,
                             (int)ZOE_LISTING_NAMES);
    return status == ZOE_OK ? ZOE_OK : zoe_error_set(error, status, "%s: %s", at->folder, why);
}

static zoe_status pass_on(const work *at, zoe_error *error)
{
    if (error)
        *error = at->request.error;
    return at->request.status;
}

/* ---- http and https ---- */

static char first_character(const zoe_http_request *request)
{
    const char *text = request->body;
    for (size_t i = 0; i < request->received; i++)
        if (!strchr(" \t\r\n", text[i]))
            return text[i];
    return '\0';
}

/* Asks by PROPFIND. `page`, of page_bytes, is what a GET gave; NULL: nothing. */
static zoe_status list_dav(work *at, const char *url, const char *page, size_t page_bytes,
                           zoe_error *error)
{
    const char *why = "";
    zoe_status status = fetch(at, ZOE_HTTP_PROPFIND, url, NULL);
    if (status == ZOE_OK && at->request.http_status == 207) {
        const char *path = strstr(url, "://") + 3;
        path += strcspn(path, "/?");
        char *decoded = zoe_os_strndup(path, strcspn(path, "?"));
        status = ZOE_ERROR_NO_MEMORY;
        if (decoded)
            status = zoe_listing_dav(&at->listing, decoded, at->request.body, at->request.received,
                                     &why);
        zoe_os_free(decoded);
        return conclude(at, status, status == ZOE_ERROR_NO_MEMORY ? "out of memory" : why, error);
    }
    if (status == ZOE_ERROR_NO_MEMORY || status == ZOE_STALE || at->request.is_unreachable)
        return pass_on(at, error);
    if (page && zoe_listing_html(&at->listing, page, page_bytes, &why) == ZOE_OK)
        return conclude(at, ZOE_OK, why, error);
    if (status == ZOE_ERROR_PERMISSION)
        return pass_on(at, error);
    return zoe_error_set(error, ZOE_ERROR_UNSUPPORTED,
                         "%s: the server does not list its folders; name the frames, as in "
                         "a.1001-1100####.exr",
                         at->folder);
}

static zoe_status list_http(work *at, zoe_error *error)
{
    char *url = zoe_address_encode_folder(at->folder);
    if (!url)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", at->folder);
    const char *why = "";
    at->is_path = true;
    zoe_status status = fetch(at, ZOE_HTTP_GET, url, NULL);
    if (status == ZOE_OK && first_character(&at->request) == '[') {
        status = zoe_listing_json(&at->listing, at->request.body, at->request.received, &why);
        status = conclude(at, status, why, error);
    } else if (status == ZOE_OK || at->request.http_status == 403 ||
               at->request.http_status == 405) {
        char *page = at->request.body;
        size_t bytes = at->request.received;
        at->request.body = NULL;
        status = list_dav(at, url, page, bytes, error);
        zoe_os_free(page);
    } else {
        status = pass_on(at, error);
    }
    zoe_os_free(url);
    return status;
}

/* ---- S3 ---- */

static zoe_status list_s3(work *at, const zoe_s3 *s3, const char *prefix, zoe_error *error)
{
    char token[ZOE_LISTING_TOKEN_BYTES] = "", next[ZOE_LISTING_TOKEN_BYTES];
    for (int page = 0; page < PAGES; page++) {
        char *url;
        zoe_status status = zoe_s3_list_url(s3, at->folder, prefix, token, &url, error);
        if (status != ZOE_OK)
            return status;
        const char *why = "";
        status = fetch(at, ZOE_HTTP_GET, url, zoe_s3_signing(s3));
        if (status == ZOE_OK) {
            status = zoe_listing_s3(&at->listing, prefix, at->request.body, at->request.received,
                                    next, &why);
            status = conclude(at, status, why, error);
        } else {
            pass_on(at, error);
        }
        release(at);
        zoe_os_free(url);
        if (status != ZOE_OK)
            return status;
        if (at->listing.has_ended || !next[0]) {
            /* There are no folders but those that something is in. */
            if (at->listing.count || !prefix[0])
                return ZOE_OK;
            return zoe_error_set(error, ZOE_ERROR_NOT_FOUND, "%s: no such folder", at->folder);
        }
        if (strcmp(token, next) == 0)
            break;
        memcpy(token, next, sizeof token);
    }
    return zoe_error_set(error, ZOE_ERROR_TOO_LARGE, "%s: its listing does not end", at->folder);
}

zoe_status zoe_http_list(zoe_http *http, const zoe_s3 *s3, const char *folder, zoe_os_name_fn *each,
                         void *each_user, bool *is_unreachable, zoe_error *error)
{
    work at = {.http = http, .folder = folder, .each = each, .each_user = each_user};
    at.listing = (zoe_listing){.each = tell, .user = &at};
    zoe_status status;
    if (zoe_s3_is_path(folder)) {
        char *prefix = zoe_s3_prefix(folder);
        status = prefix ? list_s3(&at, s3, prefix, error)
                        : zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", folder);
        zoe_os_free(prefix);
    } else {
        status = list_http(&at, error);
    }
    release(&at);
    if (is_unreachable)
        *is_unreachable = status != ZOE_OK && at.request.is_unreachable;
    return status;
}
