/*
 * XML of strangers: expat, within bounds, and without document types, which is where entities are
 * made.
 *
 * Thread-safety: any thread.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOE_STORAGE_LISTING_XML_H
#define ZOE_STORAGE_LISTING_XML_H

#include <stdbool.h>
#include <stddef.h>

#include <zoetrope/status.h>

enum { ZOE_XML_DEPTH = 32, ZOE_XML_TEXT_BYTES = 8192 };

/* Told of the elements, by names without namespace. */
typedef struct zoe_xml_reader {
    void *user;
    void (*begin)(void *user, const char *name);
    /* text: what stands in the element itself since its last child, cut when it is longer than
     * ZOE_XML_TEXT_BYTES. false: nothing more is wanted. */
    bool (*end)(void *user, const char *name, const char *text, size_t bytes);
} zoe_xml_reader;

/* OK also when `end` wanted no more. Errors: SYNTAX (what came before was told), NO_MEMORY. */
zoe_status zoe_xml_read(const zoe_xml_reader *reader, const char *data, size_t bytes,
                        const char **why);

#endif
