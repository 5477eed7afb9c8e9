/*
 * Listings of folders, as servers write them: hostile texts, read within bounds. Pure.
 *
 * Names are told without what leads to other folders: none is empty, "." or "..", has a "/", a
 * control character or more than ZOE_LISTING_NAME_BYTES - 1 bytes; entries with such names are
 * passed over. What is no listing at all is ERROR_SYNTAX; *why, a constant text, says it better.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_LISTING_H
#define ZOE_STORAGE_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zoetrope/status.h>

#include "base/os_file.h"

enum {
    ZOE_LISTING_NAME_BYTES = 1025, /* the longest key of S3, terminated */
    ZOE_LISTING_NAMES = 1000000,   /* in one folder */
    ZOE_LISTING_BYTES = 32 << 20,  /* of one answer */
    ZOE_LISTING_TOKEN_BYTES = 2048,
};

/* Who is told. */
typedef struct zoe_listing {
    zoe_os_name_fn *each;
    void *user;
    uint32_t count; /* names told; more than ZOE_LISTING_NAMES are ERROR_TOO_LARGE */
    bool has_ended; /* `each` has had enough */
} zoe_listing;

/* Tells a decoded name, if it is one. false: nothing more is wanted. */
bool zoe_listing_tell(zoe_listing *listing, const char *name, bool is_folder);

/* nginx, `autoindex_format json`: [{"name": "a.exr", "type": "file"}, {"name": "b", "type":
 * "directory"}]. */
zoe_status zoe_listing_json(zoe_listing *listing, const char *data, size_t bytes, const char **why);

/* WebDAV, the answer to PROPFIND (RFC 4918, 14.16). path: of the folder's URL, encoded, up to the
 * query. */
zoe_status zoe_listing_dav(zoe_listing *listing, const char *path, const char *data, size_t bytes,
                           const char **why);

/* A page made for people: the links to what is in the folder itself. */
zoe_status zoe_listing_html(zoe_listing *listing, const char *data, size_t bytes, const char **why);

/* S3, ListObjectsV2 with the delimiter "/": names below the prefix. token: of the next page, "":
 * this was the last. */
zoe_status zoe_listing_s3(zoe_listing *listing, const char *prefix, const char *data, size_t bytes,
                          char token[ZOE_LISTING_TOKEN_BYTES], const char **why);

/* An error of S3, of which the beginning is enough: "AccessDenied: Access Denied". false: there is
 * none. */
bool zoe_listing_s3_error(const char *data, size_t bytes, char *text, size_t capacity);

#endif
