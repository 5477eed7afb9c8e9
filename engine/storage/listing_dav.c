/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/listing.h"

#include <string.h>

#include "storage/address.h"
#include "storage/listing_xml.h"

typedef struct entries {
    zoe_listing *listing;
    char folder[ZOE_PATH_MAX]; /* decoded, with "/" at its end */
    /* of the <response> that is being read */
    char path[ZOE_PATH_MAX]; /* decoded; "": none yet, or none that is taken */
    bool is_folder;
    bool is_multistatus;
} entries;

/* The path of an <href>: "/shots/a%20b.exr", or a whole URL. */
static void take_href(entries *of, const char *text, size_t bytes)
{
    while (bytes && strchr(" \t\r\n", text[0])) {
        text++;
        bytes--;
    }
    while (bytes && strchr(" \t\r\n", text[bytes - 1]))
        bytes--;
    const char *slash = memchr(text, '/', bytes);
    if (slash && slash > text && slash[-1] == ':' && bytes - (size_t)(slash - text) > 2) {
        const char *host = slash + 2;
        slash = memchr(host, '/', bytes - (size_t)(host - text));
    }
    if (!slash ||
        !zoe_address_decode(slash, bytes - (size_t)(slash - text), of->path, sizeof of->path))
        of->path[0] = '\0';
}

static bool tell_entry(entries *of)
{
    size_t folder_bytes = strlen(of->folder), bytes = strlen(of->path);
    bool is_folder = of->is_folder || (bytes && of->path[bytes - 1] == '/');
    if (strncmp(of->path, of->folder, folder_bytes) != 0)
        return true;
    if (bytes && of->path[bytes - 1] == '/')
        of->path[bytes - 1] = '\0';
    /* What is left of the folder itself is nothing, and of what is deeper has a "/". */
    return bytes <= folder_bytes ||
           zoe_listing_tell(of->listing, of->path + folder_bytes, is_folder);
}

static void begin(void *user, const char *name)
{
    entries *of = user;
    if (strcmp(name, "multistatus") == 0)
        of->is_multistatus = true;
    if (strcmp(name, "response") == 0) {
        of->path[0] = '\0';
        of->is_folder = false;
    } else if (strcmp(name, "collection") == 0) {
        of->is_folder = true;
    }
}

static bool end(void *user, const char *name, const char *text, size_t bytes)
{
    entries *of = user;
    /* The first one is the entry's; others belong to its properties. */
    if (strcmp(name, "href") == 0 && !of->path[0])
        take_href(of, text, bytes);
    return strcmp(name, "response") != 0 || tell_entry(of);
}

zoe_status zoe_listing_dav(zoe_listing *listing, const char *path, const char *data, size_t bytes,
                           const char **why)
{
    entries of = {.listing = listing};
    if (!zoe_address_decode(path, strlen(path), of.folder, sizeof of.folder - 1)) {
        *why = "its path is too long";
        return ZOE_ERROR_SYNTAX;
    }
    size_t folder_bytes = strlen(of.folder);
    if (!folder_bytes || of.folder[folder_bytes - 1] != '/')
        memcpy(of.folder + folder_bytes, "/", 2);
    zoe_xml_reader reader = {&of, begin, end};
    zoe_status status = zoe_xml_read(&reader, data, bytes, why);
    if (status == ZOE_OK && !of.is_multistatus) {
        *why = "its listing is not WebDAV's";
        return ZOE_ERROR_SYNTAX;
    }
    return status;
}
