/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/listing.h"

#include <stdio.h>
#include <string.h>

#include "storage/listing_xml.h"

typedef struct entries {
    zoe_listing *listing;
    const char *prefix;
    bool is_result;                /* <ListBucketResult> */
    bool is_contents, is_prefixes; /* inside <Contents>, <CommonPrefixes> */
    bool is_truncated;
    char *token;
} entries;

static void begin(void *user, const char *name)
{
    entries *of = user;
    of->is_result |= strcmp(name, "ListBucketResult") == 0;
    if (strcmp(name, "Contents") == 0)
        of->is_contents = true;
    else if (strcmp(name, "CommonPrefixes") == 0)
        of->is_prefixes = true;
}

/* A key below the prefix, or a folder's with "/" at its end. */
static bool tell_key(entries *of, const char *text, size_t bytes, bool is_folder)
{
    char name[ZOE_LISTING_NAME_BYTES];
    size_t prefix_bytes = strlen(of->prefix);
    bytes -= is_folder && bytes && text[bytes - 1] == '/';
    if (bytes < prefix_bytes || memcmp(text, of->prefix, prefix_bytes) != 0 ||
        bytes - prefix_bytes >= sizeof name)
        return true;
    memcpy(name, text + prefix_bytes, bytes - prefix_bytes);
    name[bytes - prefix_bytes] = '\0';
    return zoe_listing_tell(of->listing, name, is_folder);
}

static bool end(void *user, const char *name, const char *text, size_t bytes)
{
    entries *of = user;
    if (strcmp(name, "Contents") == 0)
        of->is_contents = false;
    else if (strcmp(name, "CommonPrefixes") == 0)
        of->is_prefixes = false;
    else if (strcmp(name, "IsTruncated") == 0)
        of->is_truncated = bytes == 4 && memcmp(text, "true", 4) == 0;
    else if (of->is_contents && strcmp(name, "Key") == 0)
        return tell_key(of, text, bytes, false);
    else if (of->is_prefixes && strcmp(name, "Prefix") == 0)
        return tell_key(of, text, bytes, true);
    else if (strcmp(name, "NextContinuationToken") == 0 && bytes < ZOE_LISTING_TOKEN_BYTES &&
             !memchr(text, '\0', bytes)) {
        memcpy(of->token, text, bytes);
        of->token[bytes] = '\0';
    }
    return true;
}

zoe_status zoe_listing_s3(zoe_listing *listing, const char *prefix, const char *data, size_t bytes,
                          char token[ZOE_LISTING_TOKEN_BYTES], const char **why)
{
    token[0] = '\0';
    entries of = {.listing = listing, .prefix = prefix, .token = token};
    zoe_xml_reader reader = {&of, begin, end};
    zoe_status status = zoe_xml_read(&reader, data, bytes, why);
    if (status == ZOE_OK && !of.is_result) {
        *why = "its listing is not S3's";
        status = ZOE_ERROR_SYNTAX;
    }
    if (status == ZOE_OK && of.is_truncated && !token[0] && !listing->has_ended) {
        *why = "its listing goes on nowhere";
        status = ZOE_ERROR_SYNTAX;
    }
    if (status != ZOE_OK || !of.is_truncated)
        token[0] = '\0';
    return status;
}

/* ---- errors ---- */

typedef struct problem {
    bool is_error;
    char code[128], message[256];
} problem;

static void begin_problem(void *user, const char *name)
{
    problem *of = user;
    of->is_error |= strcmp(name, "Error") == 0;
}

static bool end_problem(void *user, const char *name, const char *text, size_t bytes)
{
    problem *of = user;
    /* Other elements repeat what was signed, and with which key. */
    if (strcmp(name, "Code") == 0)
        snprintf(of->code, sizeof of->code, "%.*s", (int)bytes, text);
    else if (strcmp(name, "Message") == 0)
        snprintf(of->message, sizeof of->message, "%.*s", (int)bytes, text);
    return true;
}

bool zoe_listing_s3_error(const char *data, size_t bytes, char *text, size_t capacity)
{
    problem of = {.is_error = false};
    zoe_xml_reader reader = {&of, begin_problem, end_problem};
    const char *why;
    zoe_xml_read(&reader, data, bytes, &why);
    if (!of.is_error || !of.code[0])
        return false;
    snprintf(text, capacity, "%s%s%s", of.code, of.message[0] ? ": " : "", of.message);
    return true;
}
