/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/listing.h"

#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "storage/address.h"

bool zoe_listing_tell(zoe_listing *listing, const char *name, bool is_folder)
{
    size_t bytes = 0;
    for (; name[bytes]; bytes++)
        if (name[bytes] == '/' || (unsigned char)name[bytes] < 0x20 || name[bytes] == 0x7F)
            return true;
    if (!bytes || bytes >= ZOE_LISTING_NAME_BYTES || !strcmp(name, ".") || !strcmp(name, ".."))
        return true;
    if (listing->has_ended || listing->count == ZOE_LISTING_NAMES) {
        listing->count += !listing->has_ended;
        return false;
    }
    listing->count++;
    listing->has_ended =
        !listing->each(listing->user, name, is_folder ? ZOE_OS_NAME_FOLDER : ZOE_OS_NAME_FILE);
    return !listing->has_ended;
}

/* ---- JSON ---- */

/* A tree takes up to a hundred bytes for a value that is written with two: as many as texts of
 * that length have in listings, and no more. */
static bool is_dense(const char *data, size_t bytes)
{
    enum { BYTES_OF_A_VALUE = 8, FREE = 1000 };
    size_t values = 0;
    for (size_t i = 0; i < bytes; i++)
        values += data[i] == ',' || data[i] == '[' || data[i] == '{';
    return values > FREE + bytes / BYTES_OF_A_VALUE;
}

zoe_status zoe_listing_json(zoe_listing *listing, const char *data, size_t bytes, const char **why)
{
    json_error_t problem;
    *why = "its listing is not JSON";
    json_t *rows = is_dense(data, bytes) ? NULL : json_loadb(data, bytes, 0, &problem);
    if (!rows && !is_dense(data, bytes) && json_error_code(&problem) == json_error_out_of_memory) {
        *why = "out of memory";
        return ZOE_ERROR_NO_MEMORY;
    }
    zoe_status status = json_is_array(rows) ? ZOE_OK : ZOE_ERROR_SYNTAX;
    for (size_t i = 0; status == ZOE_OK && i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *name = json_string_value(json_object_get(row, "name"));
        const char *type = json_string_value(json_object_get(row, "type"));
        if (name && !zoe_listing_tell(listing, name, type && strcmp(type, "directory") == 0))
            break;
    }
    json_decref(rows);
    return status;
}

/* ---- HTML ---- */

/* One link, which is relative to the folder if it is to what is in it. */
static bool tell_link(zoe_listing *listing, const char *link, size_t bytes)
{
    char name[ZOE_LISTING_NAME_BYTES];
    if (bytes >= 2 && memcmp(link, "./", 2) == 0) {
        link += 2;
        bytes -= 2;
    }
    bool is_folder = bytes && link[bytes - 1] == '/';
    bytes -= is_folder;
    for (size_t i = 0; i < bytes; i++)
        if (strchr("/?#:&", link[i]))
            return true;
    return !zoe_address_decode(link, bytes, name, sizeof name) ||
           zoe_listing_tell(listing, name, is_folder);
}

zoe_status zoe_listing_html(zoe_listing *listing, const char *data, size_t bytes, const char **why)
{
    static const char mark[] = "href=\"";
    enum { MARK = sizeof mark - 1 };
    *why = "its page lists nothing";
    bool has_link = false;
    for (size_t i = 0; i + MARK < bytes; i++) {
        if (strncasecmp(data + i, mark, MARK) != 0)
            continue;
        i += MARK;
        const char *end = memchr(data + i, '"', bytes - i);
        if (!end)
            break;
        has_link = true;
        if (!tell_link(listing, data + i, (size_t)(end - data) - i))
            break;
        i = (size_t)(end - data);
    }
    return has_link ? ZOE_OK : ZOE_ERROR_SYNTAX;
}
