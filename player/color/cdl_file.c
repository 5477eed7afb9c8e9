#define _POSIX_C_SOURCE 200809L /* strcasecmp */

#include "color/cdl_file.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <expat.h>

#include "model/text_file.h"

enum {
    TEXT_BYTES_MAX = 16 << 20,
    VALUE_BYTES = 256, /* of an element's text */
};

typedef struct parser {
    XML_Parser xml;
    const char *name, *id;
    bool is_inside; /* a correction that is wanted */
    bool is_done;
    zoe_cdl found;
    char text[VALUE_BYTES]; /* of the present element */
    size_t length;
    zoe_status status;
    zoe_error *error;
} parser;

/* The first thing that is wrong ends the parsing. */
static void wrong(parser *p, const char *what)
{
    if (p->status != ZOE_OK)
        return;
    p->status = zoe_error_set(p->error, ZOE_ERROR_SYNTAX, "%s: line %lu: %s", p->name,
                              (unsigned long)XML_GetCurrentLineNumber(p->xml), what);
    XML_StopParser(p->xml, XML_FALSE);
}

/* Without the prefix of its namespace. */
static const char *plain(const char *element)
{
    const char *colon = strrchr(element, ':');
    return colon ? colon + 1 : element;
}

static void begin(void *user, const XML_Char *element, const XML_Char **attributes)
{
    parser *p = user;
    p->length = 0;
    if (p->is_done || strcasecmp(plain(element), "ColorCorrection") != 0)
        return;
    const char *id = "";
    for (int i = 0; attributes[i]; i += 2) {
        if (strcasecmp(attributes[i], "id") == 0)
            id = attributes[i + 1];
    }
    p->is_inside = !p->id || !p->id[0] || strcmp(id, p->id) == 0;
}

static void read_text(void *user, const XML_Char *text, int length)
{
    parser *p = user;
    if (!p->is_inside)
        return;
    if (p->length + (size_t)length >= sizeof p->text) {
        p->length = 0; /* a description, which is passed over */
        return;
    }
    memcpy(p->text + p->length, text, (size_t)length);
    p->length += (size_t)length;
}

static void take_numbers(parser *p, float *values, int count, float low, bool is_open)
{
    const char *at = p->text;
    p->text[p->length] = '\0';
    for (int i = 0; i < count; i++) {
        char *after;
        float value = strtof(at, &after);
        if (after == at || (*after && !isspace((unsigned char)*after))) {
            wrong(p, count == 3 ? "three numbers are wanted" : "a number is wanted");
            return;
        }
        if (!isfinite(value) || value < low || (is_open && !(value > low))) {
            wrong(p, "a number outside its range");
            return;
        }
        values[i] = value;
        at = after;
    }
    if (at[strspn(at, " \t\r\n")])
        wrong(p, "too many numbers");
}

static void end(void *user, const XML_Char *element)
{
    parser *p = user;
    const char *name = plain(element);
    const float most = 1e6f;
    if (!p->is_inside)
        return;
    if (strcasecmp(name, "Slope") == 0)
        take_numbers(p, p->found.slope, 3, 0, false);
    else if (strcasecmp(name, "Offset") == 0)
        take_numbers(p, p->found.offset, 3, -most, false);
    else if (strcasecmp(name, "Power") == 0)
        take_numbers(p, p->found.power, 3, 0, true);
    else if (strcasecmp(name, "Saturation") == 0)
        take_numbers(p, &p->found.saturation, 1, 0, false);
    if (strcasecmp(name, "ColorCorrection") == 0) {
        p->is_inside = false;
        p->is_done = true;
    }
    p->length = 0;
}

/* A file that defines entities could make text without end out of a few bytes. */
static void refuse_entity(void *user, const XML_Char *name, int is_parameter, const XML_Char *value,
                          int length, const XML_Char *base, const XML_Char *system,
                          const XML_Char *public_id, const XML_Char *notation)
{
    (void)name, (void)is_parameter, (void)value, (void)length;
    (void)base, (void)system, (void)public_id, (void)notation;
    wrong(user, "entities are not read");
}

zoe_status zoe_cdl_file_parse(const char *name, const char *text, size_t length, const char *id,
                              zoe_cdl *cdl, zoe_error *error)
{
    if (length > TEXT_BYTES_MAX)
        return zoe_error_set(error, ZOE_ERROR_TOO_LARGE, "%s: larger than 16 MB, not read", name);
    zoe_color plain_color;
    zoe_color_init(&plain_color);
    parser p = {.name = name, .id = id, .found = plain_color.cdl, .status = ZOE_OK, .error = error};
    p.xml = XML_ParserCreate(NULL);
    if (!p.xml)
        return zoe_error_set(error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", name);
    XML_SetUserData(p.xml, &p);
    XML_SetElementHandler(p.xml, begin, end);
    XML_SetCharacterDataHandler(p.xml, read_text);
    XML_SetEntityDeclHandler(p.xml, refuse_entity);
    if (XML_Parse(p.xml, text, (int)length, 1) != XML_STATUS_OK && p.status == ZOE_OK)
        wrong(&p, XML_ErrorString(XML_GetErrorCode(p.xml)));
    XML_ParserFree(p.xml);
    if (p.status != ZOE_OK)
        return p.status;
    if (!p.is_done && id && id[0])
        return zoe_error_set(error, ZOE_ERROR_NOT_FOUND, "%s: no correction has the id %s", name,
                             id);
    if (!p.is_done)
        return zoe_error_set(error, ZOE_ERROR_SYNTAX, "%s: no colour correction in it", name);
    *cdl = p.found;
    return ZOE_OK;
}

zoe_status zoe_cdl_file_read(const char *path, const char *id, zoe_cdl *cdl, zoe_error *error)
{
    char *text;
    size_t length;
    zoe_status status = zoe_text_file_read(path, TEXT_BYTES_MAX, &text, &length, error);
    if (status == ZOE_OK && !text)
        status = zoe_error_set(error, ZOE_ERROR_NOT_FOUND, "%s: no such file", path);
    if (status != ZOE_OK)
        return status;
    status = zoe_cdl_file_parse(path, text, length, id, cdl, error);
    free(text);
    return status;
}
