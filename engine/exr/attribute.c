#define _GNU_SOURCE /* strnlen */

#include "exr/attribute.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoetrope/header.h>
#include <zoetrope/status.h>

/* ---- text that is cut where its buffer ends ---- */

typedef struct out {
    char *text;
    size_t used;
    bool is_full;
} out;

static void put_bytes(out *o, const char *bytes, size_t length)
{
    size_t left = ZOE_EXR_TEXT_MAX - 1 - o->used;
    if (length > left) {
        length = left;
        o->is_full = true;
    }
    memcpy(o->text + o->used, bytes, length);
    o->used += length;
    o->text[o->used] = '\0';
}

static void put(out *o, const char *format, ...) ZOE_PRINTF(2, 3);

static void put(out *o, const char *format, ...)
{
    char piece[320];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    if (length > 0)
        put_bytes(o, piece, (size_t)length < sizeof piece ? (size_t)length : sizeof piece - 1);
}

/* Has decimals written with a point, whatever the program's language does. */
static void set_point(char *digits)
{
    char *point = digits + strspn(digits, "+-0123456789aefin");
    size_t length = strcspn(point, "0123456789");
    if (!*point)
        return;
    *point = '.';
    memmove(point + 1, point + length, strlen(point + length) + 1);
}

/* The shortest decimals that read back as the same value. */
static void put_number(out *o, double value, bool is_float)
{
    char digits[40];
    int most = is_float ? 9 : 17;
    for (int precision = 6; precision <= most; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        double again = strtod(digits, NULL);
        if (is_float ? (float)again == (float)value : again == value)
            break;
    }
    set_point(digits);
    put(o, "%s", digits);
}

/* Numbers of packed structs, which may lie anywhere: each is copied before it is read. */
static void put_floats(out *o, const void *values, int count)
{
    for (int i = 0; i < count; i++) {
        float value;
        memcpy(&value, (const char *)values + (size_t)i * sizeof value, sizeof value);
        put(o, "%s", i ? " " : "");
        put_number(o, (double)value, true);
    }
}

static void put_doubles(out *o, const void *values, int count)
{
    for (int i = 0; i < count; i++) {
        double value;
        memcpy(&value, (const char *)values + (size_t)i * sizeof value, sizeof value);
        put(o, "%s", i ? " " : "");
        put_number(o, value, false);
    }
}

/* Length of the UTF-8 character at s, 0 if there is none. Overlong forms and surrogates are none
 * (Unicode 15, table 3-7). */
static size_t utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    size_t length = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) ||
        (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
        return 0;
    return length;
}

void zoe_exr_clean_text(char *text)
{
    unsigned char *s = (unsigned char *)text;
    while (*s) {
        size_t length = utf8_length(s);
        if (length == 0)
            *s = '?';
        else if (*s < 0x20 || *s == 0x7F)
            *s = ' ';
        s += length ? length : 1;
    }
}

/* ---- types ---- */

static void put_string(out *o, const exr_attr_string_t *string)
{
    if (string->str && string->length > 0)
        put_bytes(o, string->str, strnlen(string->str, (size_t)string->length));
}

static void put_strings(out *o, const exr_attr_string_vector_t *strings)
{
    for (int32_t i = 0; i < strings->n_strings && !o->is_full; i++) {
        if (i)
            put(o, ", ");
        put_string(o, &strings->strings[i]);
    }
}

static void put_channels(out *o, const exr_attr_chlist_t *list)
{
    for (int i = 0; i < list->num_channels && !o->is_full; i++) {
        const exr_attr_chlist_entry_t *entry = &list->entries[i];
        if (i)
            put(o, ", ");
        put_string(o, &entry->name);
        put(o, " %s", zoe_sample_type_name((zoe_sample_type)entry->pixel_type));
        if (entry->x_sampling != 1 || entry->y_sampling != 1)
            put(o, " 1/%" PRId32 "x1/%" PRId32, entry->x_sampling, entry->y_sampling);
    }
}

static void put_chromaticities(out *o, const exr_attr_chromaticities_t *c)
{
    const float values[8] = {c->red_x,  c->red_y,  c->green_x, c->green_y,
                             c->blue_x, c->blue_y, c->white_x, c->white_y};
    static const char *const names[4] = {"red ", ", green ", ", blue ", ", white "};
    for (int i = 0; i < 4; i++) {
        put(o, "%s", names[i]);
        put_floats(o, values + 2 * i, 2);
    }
}

static void put_tiles(out *o, const exr_attr_tiledesc_t *tiles)
{
    static const char *const levels[3] = {"one level", "mipmap", "ripmap"};
    unsigned level = tiles->level_and_round & 0xFU;
    put(o, "%" PRIu32 "x%" PRIu32 ", %s", tiles->x_size, tiles->y_size,
        level < 3 ? levels[level] : "unknown levels");
    if (level == 1 || level == 2)
        put(o, ", rounded %s", tiles->level_and_round >> 4 ? "up" : "down");
}

static void put_float_list(out *o, const exr_attr_float_vector_t *list)
{
    enum { SHOWN = 16 };
    if (list->length > SHOWN)
        put(o, "%" PRId32 " floats", list->length);
    else
        put_floats(o, list->arr, list->length);
}

static void put_key_code(out *o, const exr_attr_keycode_t *code)
{
    put(o,
        "film manufacturer %" PRId32 ", film type %" PRId32 ", prefix %" PRId32 ", count %" PRId32
        ", perforation offset %" PRId32 ", perforations a frame %" PRId32
        ", perforations a count %" PRId32,
        code->film_mfc_code, code->film_type, code->prefix, code->count, code->perf_offset,
        code->perfs_per_frame, code->perfs_per_count);
}

static void put_box2f(out *o, const exr_attr_box2f_t *box)
{
    const float corners[4] = {box->min.x, box->min.y, box->max.x, box->max.y};
    put(o, "(");
    put_floats(o, corners, 2);
    put(o, ") - (");
    put_floats(o, corners + 2, 2);
    put(o, ")");
}

static void put_vector_or_matrix(out *o, const exr_attribute_t *attribute)
{
    switch (attribute->type) {
    case EXR_ATTR_V2I: put(o, "%" PRId32 " %" PRId32, attribute->v2i->x, attribute->v2i->y); break;
    case EXR_ATTR_V3I:
        put(o, "%" PRId32 " %" PRId32 " %" PRId32, attribute->v3i->x, attribute->v3i->y,
            attribute->v3i->z);
        break;
    case EXR_ATTR_V2F: put_floats(o, attribute->v2f, 2); break;
    case EXR_ATTR_V3F: put_floats(o, attribute->v3f, 3); break;
    case EXR_ATTR_V2D: put_doubles(o, attribute->v2d, 2); break;
    case EXR_ATTR_V3D: put_doubles(o, attribute->v3d, 3); break;
    case EXR_ATTR_M33F: put_floats(o, attribute->m33f, 9); break;
    case EXR_ATTR_M44F: put_floats(o, attribute->m44f, 16); break;
    case EXR_ATTR_M33D: put_doubles(o, attribute->m33d, 9); break;
    case EXR_ATTR_M44D: put_doubles(o, attribute->m44d, 16); break;
    default: break;
    }
}

static void put_blob(out *o, size_t size, const char *hint, size_t hint_length)
{
    put(o, "%zu bytes", size);
    size_t length = hint ? strnlen(hint, hint_length) : 0;
    if (length) {
        put(o, " of ");
        put_bytes(o, hint, length);
    }
}

static void put_deep_state(out *o, uint8_t state)
{
    static const char *const names[] = {"messy", "sorted", "non-overlapping", "tidy"};
    put(o, "%s", state < sizeof names / sizeof names[0] ? names[state] : "unknown");
}

/* What OpenEXR knows no type for: those that later releases know are read here. */
static void put_opaque(out *o, const exr_attribute_t *attribute)
{
    const exr_attr_opaquedata_t *opaque = attribute->opaque;
    const uint8_t *data = opaque->packed_data;
    size_t size = data && opaque->size > 0 ? (size_t)opaque->size : 0;
    if (strcmp(attribute->type_name, "deepImageState") == 0 && size == 1) {
        put_deep_state(o, data[0]);
        return;
    }
    if (strcmp(attribute->type_name, "bytes") == 0 && size >= 4) {
        uint32_t hint = (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
                        (uint32_t)data[3] << 24;
        if (hint <= size - 4) {
            put_blob(o, size - 4 - hint, (const char *)data + 4, hint);
            return;
        }
    }
    put(o, "%" PRId32 " bytes", opaque->size);
}

/* The user's eight nibbles, the first one in the lowest bits; most often there are none. */
static void put_time_code(out *o, const exr_attribute_t *attribute)
{
    char text[ZOE_EXR_TIME_CODE_MAX];
    if (!zoe_exr_attribute_time_code(attribute, text))
        return;
    put(o, "%s", text);
    uint32_t data = attribute->timecode->user_data;
    if (data)
        put(o, ", user data ");
    for (int i = 0; data && i < 8; i++)
        put(o, "%s%X", i ? " " : "", (unsigned)(data >> 4 * i & 15U));
}

static void put_value(out *o, const exr_attribute_t *attribute)
{
    switch (attribute->type) {
    case EXR_ATTR_BOX2I:
        put(o, "(%" PRId32 " %" PRId32 ") - (%" PRId32 " %" PRId32 ")", attribute->box2i->min.x,
            attribute->box2i->min.y, attribute->box2i->max.x, attribute->box2i->max.y);
        break;
    case EXR_ATTR_BOX2F: put_box2f(o, attribute->box2f); break;
    case EXR_ATTR_CHLIST: put_channels(o, attribute->chlist); break;
    case EXR_ATTR_CHROMATICITIES: put_chromaticities(o, attribute->chromaticities); break;
    case EXR_ATTR_COMPRESSION:
        put(o, "%s", zoe_compression_name((zoe_compression)attribute->uc));
        break;
    case EXR_ATTR_ENVMAP:
        put(o, "%s",
            attribute->uc == EXR_ENVMAP_LATLONG ? "latlong"
            : attribute->uc == EXR_ENVMAP_CUBE  ? "cube"
                                                : "unknown");
        break;
    case EXR_ATTR_LINEORDER:
        put(o, "%s", zoe_line_order_name((zoe_line_order)attribute->uc));
        break;
    case EXR_ATTR_DOUBLE: put_number(o, attribute->d, false); break;
    case EXR_ATTR_FLOAT: put_number(o, (double)attribute->f, true); break;
    case EXR_ATTR_INT: put(o, "%" PRId32, attribute->i); break;
    case EXR_ATTR_FLOAT_VECTOR: put_float_list(o, attribute->floatvector); break;
    case EXR_ATTR_KEYCODE: put_key_code(o, attribute->keycode); break;
    case EXR_ATTR_PREVIEW:
        put(o, "%" PRIu32 "x%" PRIu32 " pixels", attribute->preview->width,
            attribute->preview->height);
        break;
    case EXR_ATTR_RATIONAL:
        put(o, "%" PRId32 "/%" PRIu32, attribute->rational->num, attribute->rational->denom);
        break;
    case EXR_ATTR_STRING: put_string(o, attribute->string); break;
    case EXR_ATTR_STRING_VECTOR: put_strings(o, attribute->stringvector); break;
    case EXR_ATTR_TILEDESC: put_tiles(o, attribute->tiledesc); break;
    case EXR_ATTR_TIMECODE: put_time_code(o, attribute); break;
    case EXR_ATTR_V2I:
    case EXR_ATTR_V2F:
    case EXR_ATTR_V2D:
    case EXR_ATTR_V3I:
    case EXR_ATTR_V3F:
    case EXR_ATTR_V3D:
    case EXR_ATTR_M33F:
    case EXR_ATTR_M33D:
    case EXR_ATTR_M44F:
    case EXR_ATTR_M44D: put_vector_or_matrix(o, attribute); break;
#ifdef HAS_EXR_ATTR_BYTES
    case EXR_ATTR_BYTES:
        put_blob(o, attribute->bytes->size, attribute->bytes->type_hint,
                 attribute->bytes->hint_length);
        break;
#endif
#ifdef HAS_EXR_ATTR_DEEP_IMAGE_STATE
    case EXR_ATTR_DEEP_IMAGE_STATE: put_deep_state(o, attribute->uc); break;
#endif
    case EXR_ATTR_OPAQUE: put_opaque(o, attribute); break;
    default: put(o, "not shown"); break; /* types that later OpenEXR releases know */
    }
}

void zoe_exr_attribute_text(const exr_attribute_t *attribute, char text[ZOE_EXR_TEXT_MAX])
{
    out o = {.text = text};
    text[0] = '\0';
    put_value(&o, attribute);
    if (o.is_full)
        memcpy(text + ZOE_EXR_TEXT_MAX - 4, "...", 4);
    zoe_exr_clean_text(text);
}

bool zoe_exr_attribute_time_code(const exr_attribute_t *attribute, char text[ZOE_EXR_TIME_CODE_MAX])
{
    if (attribute->type == EXR_ATTR_STRING) {
        const exr_attr_string_t *string = attribute->string;
        size_t length = string->str ? strnlen(string->str, (size_t)string->length) : 0;
        if (length >= ZOE_EXR_TIME_CODE_MAX)
            length = ZOE_EXR_TIME_CODE_MAX - 1;
        if (length)
            memcpy(text, string->str, length);
        text[length] = '\0';
        zoe_exr_clean_text(text);
        return length > 0;
    }
    if (attribute->type != EXR_ATTR_TIMECODE)
        return false;
    uint32_t bits = attribute->timecode->time_and_flags;
    unsigned hours = (bits >> 28 & 3U) * 10 + (bits >> 24 & 15U);
    unsigned minutes = (bits >> 20 & 7U) * 10 + (bits >> 16 & 15U);
    unsigned seconds = (bits >> 12 & 7U) * 10 + (bits >> 8 & 15U);
    unsigned frames = (bits >> 4 & 3U) * 10 + (bits & 15U);
    /* SMPTE 12M-1: a drop-frame code has a semicolon before its frames. */
    char before = bits >> 6 & 1U ? ';' : ':';
    snprintf(text, ZOE_EXR_TIME_CODE_MAX, "%02u:%02u:%02u%c%02u", hours, minutes, seconds, before,
             frames);
    return true;
}

/* ---- rates ---- */

static bool set_rate(int64_t numerator, int64_t denominator, int32_t *out_numerator,
                     int32_t *out_denominator)
{
    if (numerator <= 0 || denominator <= 0)
        return false;
    int64_t a = numerator;
    int64_t b = denominator;
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    numerator /= a;
    denominator /= a;
    if (numerator > INT32_MAX || denominator > INT32_MAX)
        return false;
    *out_numerator = (int32_t)numerator;
    *out_denominator = (int32_t)denominator;
    return true;
}

static bool rate_of_decimal(double value, int32_t *numerator, int32_t *denominator)
{
    if (!(value > 0.001) || !(value < 1e6))
        return false;
    double whole = round(value);
    if (fabs(value - whole) < 0.001)
        return set_rate((int64_t)whole, 1, numerator, denominator);
    /* 23.98, 23.976, 29.97, 59.94 and their like are n x 1000 / 1001. */
    double up = ceil(value);
    if (fabs(value - up * 1000 / 1001) < 0.005 * up / 24)
        return set_rate((int64_t)up * 1000, 1001, numerator, denominator);
    return set_rate((int64_t)round(value * 1000), 1000, numerator, denominator);
}

/* Digits with an optional fraction; moves *text behind them. Locales have no say in it. */
static bool read_decimal(const char **text, const char *end, double *value)
{
    const char *s = *text;
    double result = 0;
    double unit = 1;
    int digits = 0;
    bool in_fraction = false;
    for (; s < end && digits < 20; s++) {
        if (*s == '.' && !in_fraction) {
            in_fraction = true;
            continue;
        }
        if (*s < '0' || *s > '9')
            break;
        digits++;
        result = result * 10 + (*s - '0');
        if (in_fraction)
            unit *= 10;
    }
    *text = s;
    *value = result / unit;
    return digits > 0;
}

static bool rate_of_text(const exr_attr_string_t *string, int32_t *numerator, int32_t *denominator)
{
    if (!string->str || string->length <= 0)
        return false;
    const char *text = string->str;
    const char *end = text + strnlen(text, (size_t)string->length);
    double above = 0;
    double below = 1;
    while (text < end && *text == ' ')
        text++;
    if (!read_decimal(&text, end, &above))
        return false;
    if (text < end && (*text == '/' || *text == ':')) {
        text++;
        if (!read_decimal(&text, end, &below) || above > INT32_MAX || below > INT32_MAX)
            return false;
        if (above == floor(above) && below == floor(below))
            return set_rate((int64_t)above, (int64_t)below, numerator, denominator);
        if (below <= 0)
            return false;
    }
    return rate_of_decimal(above / below, numerator, denominator);
}

bool zoe_exr_attribute_rate(const exr_attribute_t *attribute, int32_t *numerator,
                            int32_t *denominator)
{
    switch (attribute->type) {
    case EXR_ATTR_RATIONAL:
        return set_rate(attribute->rational->num, attribute->rational->denom, numerator,
                        denominator);
    case EXR_ATTR_INT: return set_rate(attribute->i, 1, numerator, denominator);
    case EXR_ATTR_V2I:
        return set_rate(attribute->v2i->x, attribute->v2i->y, numerator, denominator);
    case EXR_ATTR_FLOAT: return rate_of_decimal((double)attribute->f, numerator, denominator);
    case EXR_ATTR_DOUBLE: return rate_of_decimal(attribute->d, numerator, denominator);
    case EXR_ATTR_STRING: return rate_of_text(attribute->string, numerator, denominator);
    default: return false;
    }
}
