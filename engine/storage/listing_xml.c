/*
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "storage/listing_xml.h"

#include <string.h>

#include <expat.h>

typedef struct walk {
    const zoe_xml_reader *reader;
    XML_Parser parser;
    const char *why; /* it was stopped for; NULL: it was not */
    bool has_enough;
    size_t depth, bytes;
    char text[ZOE_XML_TEXT_BYTES];
} walk;

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static void refuse(walk *at, const char *why)
{
    at->why = why;
    XML_StopParser(at->parser, XML_FALSE);
}

static void begin(void *user, const XML_Char *name, const XML_Char **attributes)
{
    walk *at = user;
    (void)attributes;
    at->bytes = 0;
    if (++at->depth > ZOE_XML_DEPTH)
        refuse(at, "its listing is nested too deep");
    else
        at->reader->begin(at->reader->user, local_name(name));
}

static void take_text(void *user, const XML_Char *text, int bytes)
{
    walk *at = user;
    size_t room = sizeof at->text - at->bytes;
    size_t kept = (size_t)bytes < room ? (size_t)bytes : room;
    memcpy(at->text + at->bytes, text, kept);
    at->bytes += kept;
}

static void end(void *user, const XML_Char *name)
{
    walk *at = user;
    at->depth--;
    if (!at->has_enough &&
        !at->reader->end(at->reader->user, local_name(name), at->text, at->bytes)) {
        at->has_enough = true;
        XML_StopParser(at->parser, XML_FALSE);
    }
    at->bytes = 0;
}

static void refuse_type(void *user, const XML_Char *name, const XML_Char *system,
                        const XML_Char *public_id, int has_subset)
{
    (void)name;
    (void)system;
    (void)public_id;
    (void)has_subset;
    refuse(user, "its listing declares a document type");
}

zoe_status zoe_xml_read(const zoe_xml_reader *reader, const char *data, size_t bytes,
                        const char **why)
{
    enum { PIECE = 1 << 20 };
    walk at = {.reader = reader, .parser = XML_ParserCreate(NULL)};
    *why = "out of memory";
    if (!at.parser)
        return ZOE_ERROR_NO_MEMORY;
    XML_SetUserData(at.parser, &at);
    XML_SetElementHandler(at.parser, begin, end);
    XML_SetCharacterDataHandler(at.parser, take_text);
    XML_SetStartDoctypeDeclHandler(at.parser, refuse_type);
    enum XML_Status parsed = XML_STATUS_OK;
    size_t done = 0;
    do {
        size_t piece = bytes - done < PIECE ? bytes - done : PIECE;
        parsed = XML_Parse(at.parser, data + done, (int)piece, done + piece == bytes);
        done += piece;
    } while (parsed == XML_STATUS_OK && done < bytes);
    bool no_memory = XML_GetErrorCode(at.parser) == XML_ERROR_NO_MEMORY;
    XML_ParserFree(at.parser);
    if (parsed == XML_STATUS_OK || at.has_enough)
        return ZOE_OK;
    if (no_memory)
        return ZOE_ERROR_NO_MEMORY;
    *why = at.why ? at.why : "its listing is not XML";
    return ZOE_ERROR_SYNTAX;
}
