#define _POSIX_C_SOURCE 200809L /* strncasecmp */

#include "color/cube_file.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/text_file.h"

static const size_t text_bytes_max = (size_t)256 << 20;
static const float value_max = 1e6f; /* more is nonsense, and products of it stay finite */

enum { LINE_MAX_BYTES = 512 };

/* A table of one dimension, or of three with the red index running fastest. */
typedef struct points {
    int32_t size; /* along one direction; 0: there is none */
    size_t count, have;
    float low[3], high[3]; /* the input that its ends stand for */
    float *values;         /* [count][3] */
} points;

typedef struct parser {
    const char *name;
    const char *at, *end;
    int line;
    char text[LINE_MAX_BYTES]; /* the present line */
    points one, three;
    bool has_cube_range; /* LUT_3D_INPUT_RANGE was given */
    zoe_error *error;
} parser;

static zoe_status wrong(const parser *p, zoe_status status, const char *what)
{
    return zoe_error_set(p->error, status, "%s: line %d: %s", p->name, p->line, what);
}

/* ---- lines ---- */

/* The next line that says something, without blanks around it. false: the end, or what is no
 * text. */
static bool next_line(parser *p, bool *is_text)
{
    *is_text = true;
    while (p->at < p->end) {
        const char *stop = memchr(p->at, '\n', (size_t)(p->end - p->at));
        const char *from = p->at, *to = stop ? stop : p->end;
        p->at = stop ? stop + 1 : p->end;
        p->line++;
        if (p->line == 1 && to - from >= 3 && memcmp(from, "\xef\xbb\xbf", 3) == 0)
            from += 3;
        while (from < to && isspace((unsigned char)*from))
            from++;
        while (to > from && isspace((unsigned char)to[-1]))
            to--;
        if (from == to || *from == '#')
            continue;
        if (to - from >= LINE_MAX_BYTES || memchr(from, '\0', (size_t)(to - from))) {
            *is_text = false;
            return false;
        }
        memcpy(p->text, from, (size_t)(to - from));
        p->text[to - from] = '\0';
        return true;
    }
    return false;
}

/* `count` numbers and nothing else. NULL, or what is wrong with them. */
static const char *read_numbers(const char *text, float *values, int count)
{
    for (int i = 0; i < count; i++) {
        char *after;
        values[i] = strtof(text, &after);
        if (after == text || (*after && !isspace((unsigned char)*after)))
            return *text ? "not a number" : "too few numbers";
        if (!isfinite(values[i]))
            return "a number that is not finite";
        if (fabsf(values[i]) > value_max)
            return "a number beyond a million";
        text = after + strspn(after, " \t");
    }
    return *text ? "too many numbers" : NULL;
}

/* ---- the head ---- */

static zoe_status set_size(parser *p, points *table, const char *rest, int dimensions)
{
    char *after;
    long most = dimensions == 1 ? ZOE_CUBE_POINTS_MAX : ZOE_CUBE_EDGE_MAX;
    long size = strtol(rest, &after, 10);
    if (after == rest || *after)
        return wrong(p, ZOE_ERROR_SYNTAX, "the size is no whole number");
    if (table->size)
        return wrong(p, ZOE_ERROR_SYNTAX, "the size is given twice");
    if (size < 2)
        return wrong(p, ZOE_ERROR_SYNTAX, "the size is less than 2");
    if (size > most)
        return zoe_error_set(p->error, ZOE_ERROR_TOO_LARGE,
                             "%s: line %d: the size is %ld, and at most %ld can be used", p->name,
                             p->line, size, most);
    table->size = (int32_t)size;
    table->count = (size_t)size;
    if (dimensions == 3)
        table->count *= (size_t)size * (size_t)size;
    return ZOE_OK;
}

static zoe_status set_range(parser *p, points *table, const char *rest)
{
    float range[2];
    const char *why = read_numbers(rest, range, 2);
    if (why)
        return wrong(p, ZOE_ERROR_SYNTAX, why);
    for (int c = 0; c < 3; c++) {
        table->low[c] = range[0];
        table->high[c] = range[1];
    }
    return ZOE_OK;
}

/* The domain is that of the first table. */
static zoe_status set_domain(parser *p, const char *rest, bool is_high)
{
    float values[3];
    const char *why = read_numbers(rest, values, 3);
    if (why)
        return wrong(p, ZOE_ERROR_SYNTAX, why);
    memcpy(is_high ? p->one.high : p->one.low, values, sizeof values);
    memcpy(is_high ? p->three.high : p->three.low, values, sizeof values);
    return ZOE_OK;
}

/* A line that begins with a letter. Words in capitals that are not known are passed over, as the
 * specification has it. */
static zoe_status read_word(parser *p)
{
    size_t length = strcspn(p->text, " \t");
    const char *rest = p->text + length + strspn(p->text + length, " \t");
    p->text[length] = '\0';
    if (strcmp(p->text, "LUT_1D_SIZE") == 0)
        return set_size(p, &p->one, rest, 1);
    if (strcmp(p->text, "LUT_3D_SIZE") == 0)
        return set_size(p, &p->three, rest, 3);
    if (strcmp(p->text, "LUT_1D_INPUT_RANGE") == 0)
        return set_range(p, &p->one, rest);
    if (strcmp(p->text, "LUT_3D_INPUT_RANGE") == 0) {
        p->has_cube_range = true;
        return set_range(p, &p->three, rest);
    }
    if (strcmp(p->text, "DOMAIN_MIN") == 0 || strcmp(p->text, "DOMAIN_MAX") == 0)
        return set_domain(p, rest, p->text[8] == 'A');
    if (strspn(p->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") != length)
        return wrong(p, ZOE_ERROR_SYNTAX, "neither a known word nor three numbers");
    return ZOE_OK;
}

/* ---- the values ---- */

static zoe_status begin_values(parser *p)
{
    if (!p->one.size && !p->three.size)
        return wrong(p, ZOE_ERROR_SYNTAX, "values before LUT_1D_SIZE or LUT_3D_SIZE");
    points *tables[] = {&p->one, &p->three};
    for (int i = 0; i < 2; i++) {
        points *table = tables[i];
        for (int c = 0; c < 3 && table->size; c++) {
            if (!(table->low[c] < table->high[c]))
                return wrong(p, ZOE_ERROR_SYNTAX, "the range of the input is empty");
        }
        /* A text that is too short for them is not worth the memory. */
        if (table->count > (size_t)(p->end - p->at) / 6 + 2)
            return wrong(p, ZOE_ERROR_SYNTAX, "the file ends before all values");
        if (table->size && !(table->values = malloc(table->count * 3 * sizeof(float))))
            return zoe_error_set(p->error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", p->name);
    }
    return ZOE_OK;
}

static zoe_status read_values(parser *p)
{
    points *table = p->one.have < p->one.count ? &p->one : &p->three;
    if (table->have == table->count)
        return wrong(p, ZOE_ERROR_SYNTAX, "more values than the size says");
    const char *why = read_numbers(p->text, table->values + 3 * table->have, 3);
    if (why)
        return wrong(p, ZOE_ERROR_SYNTAX, why);
    table->have++;
    return ZOE_OK;
}

static bool is_word(const char *text)
{
    return isalpha((unsigned char)text[0]) && strncasecmp(text, "nan", 3) != 0 &&
           strncasecmp(text, "inf", 3) != 0;
}

static zoe_status read_all(parser *p)
{
    bool is_text, has_begun = false;
    zoe_status status = ZOE_OK;
    while (status == ZOE_OK && next_line(p, &is_text)) {
        if (is_word(p->text)) {
            status =
                has_begun ? wrong(p, ZOE_ERROR_SYNTAX, "a word among the values") : read_word(p);
            continue;
        }
        if (!has_begun)
            status = begin_values(p);
        has_begun = true;
        if (status == ZOE_OK)
            status = read_values(p);
    }
    if (status != ZOE_OK)
        return status;
    if (!is_text)
        return wrong(p, ZOE_ERROR_SYNTAX, "not a line of text");
    if (!has_begun)
        return wrong(p, ZOE_ERROR_SYNTAX, "the file has no values");
    if (p->one.have < p->one.count || p->three.have < p->three.count)
        return zoe_error_set(p->error, ZOE_ERROR_SYNTAX,
                             "%s: line %d: the file ends after %zu of %zu values", p->name, p->line,
                             p->one.have + p->three.have, p->one.count + p->three.count);
    return ZOE_OK;
}

/* ---- worked out for drawing ---- */

static double transferred(zoe_transfer transfer, double light)
{
    if (transfer == ZOE_TRANSFER_SRGB)
        return light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055;
    if (transfer == ZOE_TRANSFER_REC709)
        return light < 0.018 ? 4.5 * light : 1.099 * pow(light, 0.45) - 0.099;
    return light;
}

/* Academy S-2016-001 */
static double to_acescct(double light)
{
    return light <= 0.0078125 ? 10.5402377416545 * light + 0.0729055341958355
                              : (log2(light) + 9.72) / 17.52;
}

/* What the table takes, of linear light. */
static double given(zoe_cube_place place, zoe_transfer transfer, double light)
{
    return place == ZOE_CUBE_DISPLAY ? transferred(transfer, light)
           : place == ZOE_CUBE_LOG   ? to_acescct(light)
                                     : light;
}

/* Where a value lies in a table, 0..size - 1. */
static double place_of(const points *table, int channel, double value)
{
    double low = (double)table->low[channel], high = (double)table->high[channel];
    double at = (value - low) / (high - low) * (table->size - 1);
    return at > 0 ? fmin(at, table->size - 1) : 0;
}

static double through(const points *one, int channel, double value)
{
    double at = place_of(one, channel, value);
    int32_t cell = (int32_t)fmin(at, one->size - 2);
    const float *v = one->values + 3 * (size_t)cell + channel;
    return (double)v[0] + (at - cell) * ((double)v[3] - (double)v[0]);
}

/* A table of one dimension alone is the shaper of a cube that changes nothing: two nodes along each
 * edge, which are the least and the greatest value that it gives. */
static void make_plain_cube(zoe_look_table *table, points *three, const points *one)
{
    float low = one->values[0], high = low;
    for (size_t i = 0; i < one->count * 3; i++) {
        low = fminf(low, one->values[i]);
        high = fmaxf(high, one->values[i]);
    }
    if (!(low < high))
        high = low + 1;
    three->size = 2;
    for (int c = 0; c < 3; c++) {
        three->low[c] = low;
        three->high[c] = high;
    }
    for (int i = 0; i < 8; i++)
        for (int c = 0; c < 3; c++)
            table->nodes[4 * i + c] = i >> c & 1 ? high : low;
}

static zoe_status make_table(parser *p, zoe_cube_place place, zoe_transfer transfer,
                             zoe_look_table **out)
{
    zoe_look_table *table = zoe_look_table_create(p->three.size ? p->three.size : 2);
    if (!table)
        return zoe_error_set(p->error, ZOE_ERROR_NO_MEMORY, "%s: out of memory", p->name);
    if (!p->three.size)
        make_plain_cube(table, &p->three, &p->one);
    for (size_t i = 0; i < p->three.count; i++)
        memcpy(table->nodes + 4 * i, p->three.values + 3 * i, 3 * sizeof(float));
    for (uint32_t h = 0; h < ZOE_DISPLAY_LUT_SIZE; h++) {
        double light = (double)zoe_half_to_float((uint16_t)h);
        double value = given(place, transfer, isfinite(light) ? light : light > 0 ? 1e6 : 0);
        for (int c = 0; c < 3; c++) {
            double shaped = p->one.size ? through(&p->one, c, value) : value;
            table->shaper[c][h] = (float)place_of(&p->three, c, shaped);
        }
    }
    if (place != ZOE_CUBE_LIGHT)
        zoe_look_table_gives_display(table);
    *out = table;
    return ZOE_OK;
}

zoe_status zoe_cube_file_parse(const char *name, const char *text, size_t length,
                               zoe_cube_place place, zoe_transfer transfer, zoe_look_table **table,
                               zoe_error *error)
{
    parser p;
    *table = NULL;
    memset(&p, 0, sizeof p);
    p.name = name;
    p.at = text;
    p.end = text + length;
    p.error = error;
    for (int c = 0; c < 3; c++)
        p.one.high[c] = p.three.high[c] = 1;
    zoe_status status = read_all(&p);
    /* With a shaper the domain is the shaper's; the cube behind it has its own, or 0..1. */
    for (int c = 0; c < 3 && p.one.size && p.three.size && !p.has_cube_range; c++) {
        p.three.low[c] = 0;
        p.three.high[c] = 1;
    }
    if (status == ZOE_OK)
        status = make_table(&p, place, transfer, table);
    free(p.one.values);
    free(p.three.values);
    return status;
}

zoe_status zoe_cube_file_read(const char *path, zoe_cube_place place, zoe_transfer transfer,
                              zoe_look_table **table, zoe_error *error)
{
    char *text;
    size_t length;
    *table = NULL;
    zoe_status status = zoe_text_file_read(path, text_bytes_max, &text, &length, error);
    if (status == ZOE_OK && !text)
        status = zoe_error_set(error, ZOE_ERROR_NOT_FOUND, "%s: no such file", path);
    if (status != ZOE_OK)
        return status;
    status = zoe_cube_file_parse(path, text, length, place, transfer, table, error);
    free(text);
    return status;
}
