#include "sequence/pattern.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool zoe_is_exr_name(const char *name, size_t length)
{
    return length > 4 && strncasecmp(name + length - 4, ".exr", 4) == 0;
}

uint8_t zoe_ext_case(const char *name, size_t length)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < 3; i++) {
        char c = name[length - 3 + i];
        if (c >= 'A' && c <= 'Z')
            bits |= 1U << i;
    }
    return (uint8_t)bits;
}

int zoe_digit_count(int64_t value)
{
    uint64_t rest = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
    int count = 1;
    while (rest >= 10) {
        rest /= 10;
        count++;
    }
    return count;
}

bool zoe_has_leading_zero(const zoe_numeral *numeral)
{
    return numeral->width > zoe_digit_count(numeral->value);
}

bool zoe_fits_padding(const zoe_numeral *numeral, int padding)
{
    if (numeral->width == padding)
        return true;
    if (numeral->value < 0 && numeral->width == padding - 1)
        return true;
    return numeral->width > padding && !zoe_has_leading_zero(numeral);
}

static int64_t value_of(const char *digits, size_t count)
{
    int64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

/* Whether a '-' stands there that belongs to the number behind it. */
static bool may_be_sign(const char *name, size_t at)
{
    return name[at] == '-' && (at == 0 || name[at - 1] == '.' || name[at - 1] == '_');
}

/* The digits at [start, end) as a number of the file; the sign in front of them belongs to it. */
static void read_numeral(const char *name, size_t length, size_t start, size_t end,
                         zoe_frame_name *out)
{
    out->numeral.value = value_of(name + start, end - start);
    out->numeral.width = (uint8_t)(end - start);
    out->numeral.ext_case = zoe_ext_case(name, length);
    out->prefix_length = start;
    out->suffix_start = end;
    if (start == 0 || !may_be_sign(name, start - 1) || out->numeral.value == 0)
        return;
    out->numeral.value = -out->numeral.value;
    out->prefix_length = start - 1;
}

bool zoe_frame_name_parse(const char *name, size_t length, zoe_frame_name *out)
{
    size_t stem = length - 4;
    size_t found_start = 0;
    size_t found_end = 0;
    size_t end = stem;
    while (end > 0) {
        if (!is_digit(name[end - 1])) {
            end--;
            continue;
        }
        size_t start = end;
        while (start > 0 && is_digit(name[start - 1]))
            start--;
        if (end - start <= ZOE_DIGITS_MAX) {
            if (end == stem || !is_letter(name[end])) {
                found_start = start;
                found_end = end;
                break;
            }
            if (found_end == 0) {
                found_start = start;
                found_end = end;
            }
        }
        end = start;
    }
    if (found_end == 0)
        return false;
    read_numeral(name, length, found_start, found_end, out);
    return true;
}

bool zoe_frame_name_match(const char *name, size_t length, const char *prefix, size_t prefix_length,
                          const char *suffix, zoe_numeral *out)
{
    size_t suffix_length = strlen(suffix);
    if (length <= prefix_length + suffix_length || suffix_length < 4 ||
        memcmp(name, prefix, prefix_length) != 0)
        return false;
    size_t end = length - suffix_length;
    if (memcmp(name + end, suffix, suffix_length - 4) != 0 ||
        strncasecmp(name + length - 4, suffix + suffix_length - 4, 4) != 0)
        return false;
    size_t start = prefix_length;
    if (name[start] == '-')
        start++;
    if (start == end || end - start > ZOE_DIGITS_MAX)
        return false;
    for (size_t i = start; i < end; i++)
        if (!is_digit(name[i]))
            return false;
    zoe_frame_name found;
    read_numeral(name, length, start, end, &found);
    /* A '-' behind the prefix may turn out not to be a sign: no match. A sign at the prefix's end
     * belongs to the prefix: the digits are taken as they are. */
    if (found.prefix_length > prefix_length)
        return false;
    if (found.prefix_length < prefix_length)
        found.numeral.value = -found.numeral.value;
    *out = found.numeral;
    return true;
}

/* Length of the token at text, 0 if there is none; *padding 0: any width; -1: too wide. */
static size_t token_at(const char *text, int *padding)
{
    if (*text == '#' || *text == '@') {
        size_t count = strspn(text, *text == '#' ? "#" : "@");
        *padding = count > ZOE_DIGITS_MAX ? -1 : (int)count;
        if (*text == '#' && count == 1)
            *padding = 0;
        return count;
    }
    if (*text != '%')
        return 0;
    size_t digits = strspn(text + 1, "0123456789");
    if (text[1 + digits] != 'd')
        return 0;
    *padding = -1;
    if (digits <= 4) {
        int64_t width = value_of(text + 1, digits);
        if (width <= ZOE_DIGITS_MAX)
            *padding = (int)width;
    }
    return digits + 2;
}

/* Reads a number at text[*at], sign included, and moves *at behind it; false if there is none. */
static bool read_number(const char *text, size_t end, size_t *at, int64_t *value)
{
    size_t start = *at;
    bool negative = start < end && text[start] == '-';
    if (negative)
        start++;
    size_t stop = start;
    while (stop < end && is_digit(text[stop]))
        stop++;
    if (stop == start || stop - start > ZOE_DIGITS_MAX)
        return false;
    *value = value_of(text + start, stop - start);
    if (negative)
        *value = -*value;
    *at = stop;
    return true;
}

/* first-last or first-lastxstep, and nothing else, at text[start..end). */
static bool read_range(const char *text, size_t start, size_t end, zoe_pattern *out)
{
    size_t at = start;
    if (!read_number(text, end, &at, &out->first) || at >= end || text[at] != '-')
        return false;
    at++;
    if (!read_number(text, end, &at, &out->last))
        return false;
    out->step = 1;
    if (at == end)
        return true;
    if (text[at] != 'x')
        return false;
    at++;
    return at < end && text[at] != '-' && read_number(text, end, &at, &out->step) && at == end;
}

static void judge_range(const char *name, zoe_pattern *out)
{
    int length = (int)(out->token_start - out->range_start);
    const char *text = name + out->range_start;
    out->kind = ZOE_PATTERN_RANGE;
    if (out->last < out->first) {
        out->kind = ZOE_PATTERN_MALFORMED;
        snprintf(out->problem, sizeof out->problem, "the range \"%.*s\" ends before it begins",
                 length, text);
    } else if (out->step < 1) {
        out->kind = ZOE_PATTERN_MALFORMED;
        snprintf(out->problem, sizeof out->problem, "the range \"%.*s\" has a step of 0", length,
                 text);
    }
}

/* Looks for a range right in front of the token. */
static void find_range(const char *name, zoe_pattern *out)
{
    size_t end = out->token_start;
    size_t start = end;
    while (start > 0 && strchr("0123456789x-", name[start - 1]))
        start--;
    /* The longest end of these characters that reads as a range: the first of them may belong to
     * the name in front. */
    for (size_t at = start; at < end; at++) {
        if (at > start && is_digit(name[at]) && is_digit(name[at - 1]))
            continue;
        if (name[at] == '-' && !may_be_sign(name, at))
            continue;
        if (read_range(name, at, end, out)) {
            out->range_start = at;
            judge_range(name, out);
            return;
        }
    }
    bool begins_fresh = start == 0 || strchr("._ ", name[start - 1]);
    bool has_digit = start < end && (is_digit(name[start]) || is_digit(name[start + 1]));
    bool has_mark =
        memchr(name + start, '-', end - start) || memchr(name + start, 'x', end - start);
    if (!begins_fresh || !has_digit || !has_mark)
        return;
    out->range_start = start;
    out->kind = ZOE_PATTERN_MALFORMED;
    snprintf(out->problem, sizeof out->problem,
             "\"%.*s\" is not a range: write first-last or first-lastxstep", (int)(end - start),
             name + start);
}

void zoe_pattern_parse(const char *name, zoe_pattern *out)
{
    memset(out, 0, sizeof *out);
    out->step = 1;
    size_t at = 0;
    bool found = false;
    while (name[at]) {
        int padding = 0;
        size_t length = token_at(name + at, &padding);
        if (length == 0) {
            at++;
            continue;
        }
        found = true;
        out->token_start = at;
        out->suffix_start = at + length;
        out->padding = padding;
        at += length;
    }
    if (!found)
        return;
    out->kind = ZOE_PATTERN_NUMBER;
    out->range_start = out->token_start;
    out->padding_without_range = out->padding;
    if (out->padding < 0) {
        out->kind = ZOE_PATTERN_MALFORMED;
        out->padding = out->padding_without_range = ZOE_DIGITS_MAX + 1; /* fits nothing */
        snprintf(out->problem, sizeof out->problem, "frame numbers have at most %d digits",
                 ZOE_DIGITS_MAX);
    } else {
        find_range(name, out);
        bool is_lone_hash = name[out->token_start] == '#' && out->padding == 0;
        if (is_lone_hash && out->range_start < out->token_start)
            out->padding = 4;
    }
    out->prefix_length = out->range_start;
}
