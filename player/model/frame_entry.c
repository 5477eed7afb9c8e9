#include "model/frame_entry.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    FIELDS = 4, /* hours, minutes, seconds, frames */
    RATE_MAX = 1000,
};

/* ---- rates ---- */

/* Whole frames a second that time code counts; 0 without a usable rate. */
static int64_t counted_rate(zoe_rate rate)
{
    if (rate.numerator <= 0 || rate.denominator <= 0)
        return 0;
    int64_t up = ((int64_t)rate.numerator + rate.denominator - 1) / rate.denominator;
    return up <= RATE_MAX ? up : 0;
}

/* Whether the rate has a drop-frame time code. */
static bool may_drop(zoe_rate rate)
{
    int64_t counted = counted_rate(rate);
    if (counted == 0 || counted % 30 != 0)
        return false;
    /* 29.97, 2997/100 and 30000/1001 all mean the last of them. */
    double off = (double)rate.numerator / rate.denominator - (double)counted / 1.001;
    return off > -0.005 && off < 0.005;
}

/* Labels that are left out at the start of a minute. */
static int64_t dropped_a_minute(zoe_rate rate)
{
    return counted_rate(rate) / 15;
}

/* ---- reading ---- */

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads up to `most` digits; returns how many, or 0 if there are none or more. */
static int read_digits(const char *text, int most, int64_t *value)
{
    int count = 0;
    *value = 0;
    while (is_digit(text[count])) {
        if (count == most)
            return 0;
        *value = *value * 10 + (text[count] - '0');
        count++;
    }
    return count;
}

/* What separates the frames from the seconds where time code is drop-frame. */
static int is_drop_mark(char c)
{
    return c == ';' || c == '.';
}

/* Splits a time code into its last `FIELDS` fields, those left out being 0. Returns how many were
 * there, 0 if it is none; *drop: its last mark says drop-frame. */
static int split(const char *text, int64_t fields[FIELDS], int *drop)
{
    int64_t read[FIELDS];
    int count = 0;
    const char *at = text;
    *drop = 0;
    for (;;) {
        int digits = count < FIELDS ? read_digits(at, 6, &read[count]) : 0;
        if (digits == 0)
            return 0;
        count++;
        at += digits;
        if (*at == '\0')
            break;
        if (*at != ':' && !is_drop_mark(*at))
            return 0;
        *drop = is_drop_mark(*at);
        at++;
    }
    if (count < 2)
        return 0;
    for (int i = 0; i < FIELDS; i++)
        fields[i] = i < FIELDS - count ? 0 : read[i - (FIELDS - count)];
    return count;
}

zoe_status zoe_time_code_parse(const char *text, zoe_rate rate, int64_t *frames, zoe_error *error)
{
    int64_t fields[FIELDS];
    int drop;
    int64_t counted = counted_rate(rate);
    int count = split(text, fields, &drop);
    if (count == 0)
        return zoe_error_set(error, ZOE_ERROR_SYNTAX, "\"%s\" is no time code: write 01:02:03:04",
                             text);
    if (counted == 0)
        return zoe_error_set(error, ZOE_ERROR_SYNTAX, "\"%s\": no frame rate is known", text);
    if (drop && !may_drop(rate))
        return zoe_error_set(error, ZOE_ERROR_SYNTAX,
                             "\"%s\": drop-frame time code is for 29.97 and 59.94 frames a second",
                             text);
    /* The first field that was written may be more than its share: 90:00 is ninety seconds. */
    if ((count > 3 && fields[1] > 59) || (count > 2 && fields[2] > 59))
        return zoe_error_set(error, ZOE_ERROR_SYNTAX, "\"%s\": minutes and seconds end at 59",
                             text);
    if (fields[3] >= counted)
        return zoe_error_set(error, ZOE_ERROR_SYNTAX, "\"%s\": a second has frames 0 to %" PRId64,
                             text, counted - 1);
    int64_t seconds = (fields[0] * 60 + fields[1]) * 60 + fields[2];
    *frames = seconds * counted + fields[3];
    if (!drop)
        return ZOE_OK;
    int64_t minutes = seconds / 60;
    if (minutes % 10 != 0 && seconds % 60 == 0 && fields[3] < dropped_a_minute(rate))
        return zoe_error_set(error, ZOE_ERROR_SYNTAX,
                             "\"%s\": drop-frame time code has no such frame", text);
    *frames -= dropped_a_minute(rate) * (minutes - minutes / 10);
    return ZOE_OK;
}

static zoe_status refuse(const char *text, zoe_error *error)
{
    return zoe_error_set(error, ZOE_ERROR_SYNTAX,
                         "\"%s\" is no frame: write 1001, +10, -5 or 01:02:03:04", text);
}

/* Reads what stands behind the sign: frames, or a time code. */
static zoe_status read_amount(const char *text, zoe_rate rate, int64_t *amount, int *is_time,
                              zoe_error *error)
{
    *is_time = strpbrk(text, ":;") != NULL;
    if (*is_time)
        return zoe_time_code_parse(text, rate, amount, error);
    int digits = read_digits(text, ZOE_FRAME_ENTRY_DIGITS, amount);
    return digits && text[digits] == '\0' ? ZOE_OK : refuse(text, error);
}

zoe_status zoe_frame_entry_parse(const char *text, const zoe_frame_context *context,
                                 int64_t *number, zoe_error *error)
{
    static const char spaces[] = " \t\r\n";
    char trimmed[64];
    const char *at = text + strspn(text, spaces);
    size_t length = strlen(at);
    while (length > 0 && strchr(spaces, at[length - 1]))
        length--;
    if (length == 0 || length >= sizeof trimmed)
        return refuse(length ? "this" : "", error);
    memcpy(trimmed, at, length);
    trimmed[length] = '\0';

    at = trimmed;
    int is_absolute = *at == '=';
    if (is_absolute)
        at++;
    int is_relative = !is_absolute && (*at == '+' || *at == '-');
    int64_t sign = *at == '-' ? -1 : 1;
    if (*at == '+' || *at == '-')
        at++;
    int is_doubled = is_relative && *at == trimmed[0]; /* "--5", "++5" */
    if (is_doubled)
        at++;
    int64_t amount;
    int is_time;
    zoe_status status = read_amount(at, context->rate, &amount, &is_time, error);
    if (status != ZOE_OK)
        return status;
    if (is_relative && !is_doubled && !is_time && sign < 0 && context->first < 0)
        is_relative = 0;
    *number = sign * amount;
    if (is_relative)
        *number += context->current;
    else if (is_time)
        *number += context->zero;
    return ZOE_OK;
}
