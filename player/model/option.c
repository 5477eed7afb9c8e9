#include "model/option.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANGE_MOST = 1000 /* the widest range that is worth a word of help */ };

zoe_arg zoe_option_bind(const zoe_option *option, void *values, const char *help, bool *given)
{
    return (zoe_arg){
        .name = option->name,
        .letter = option->letter,
        .kind = option->kind,
        .value_name = option->argument,
        .help = help,
        .value = (char *)values + option->at,
        .given = given,
        .min = option->min,
        .max = option->max,
        .words = option->words,
    };
}

void zoe_option_help(const zoe_option *option, char text[ZOE_OPTION_HELP])
{
    bool is_number = option->kind == ZOE_ARG_INTEGER || option->kind == ZOE_ARG_DECIMAL;
    char range[ZOE_OPTION_TEXT] = "", normal[ZOE_OPTION_TEXT] = "";
    if (is_number && option->max - option->min <= RANGE_MOST)
        snprintf(range, sizeof range, ", %g..%g", option->min, option->max);
    if (option->otherwise && option->otherwise[0])
        snprintf(normal, sizeof normal, " (default: %s)", option->otherwise);
    else if (is_number && !option->otherwise)
        snprintf(normal, sizeof normal, " (default %g)", option->normal);
    snprintf(text, ZOE_OPTION_HELP, "%s%s%s", option->help, range, normal);
}

/* ---- values ---- */

static size_t value_size(zoe_arg_kind kind)
{
    switch (kind) {
    case ZOE_ARG_HEADING: return 0;
    case ZOE_ARG_FLAG:
    case ZOE_ARG_UNFLAG: return sizeof(bool);
    case ZOE_ARG_TALLY:
    case ZOE_ARG_CHOICE: return sizeof(int32_t);
    case ZOE_ARG_INTEGER: return sizeof(int64_t);
    case ZOE_ARG_DECIMAL: return sizeof(double);
    case ZOE_ARG_TEXT: return sizeof(const char *);
    case ZOE_ARG_EXTENT: return sizeof(zoe_extent);
    case ZOE_ARG_RATE: return sizeof(zoe_rate);
    }
    return 0;
}

void zoe_option_copy(const zoe_option *option, void *to, const void *from)
{
    memcpy((char *)to + option->at, (const char *)from + option->at, value_size(option->kind));
}

double zoe_option_number(const zoe_option *option, const void *values)
{
    const void *value = (const char *)values + option->at;
    switch (option->kind) {
    case ZOE_ARG_FLAG:
    case ZOE_ARG_UNFLAG: return *(const bool *)value ? 1.0 : 0.0;
    case ZOE_ARG_TALLY:
    case ZOE_ARG_CHOICE: return (double)*(const int32_t *)value;
    case ZOE_ARG_INTEGER: return (double)*(const int64_t *)value;
    case ZOE_ARG_DECIMAL: return *(const double *)value;
    default: return 0.0;
    }
}

/* The nearest number that the option may have. */
static double clamp(const zoe_option *option, double number)
{
    double min = option->min, max = option->max;
    if (option->zero_is_auto && number <= 0.0)
        return 0.0;
    if (option->kind == ZOE_ARG_CHOICE) {
        min = 0.0;
        max = (double)(zoe_option_choices(option) - 1);
    }
    return number < min ? min : number > max ? max : number;
}

void zoe_option_set_number(const zoe_option *option, void *values, double number)
{
    void *value = (char *)values + option->at;
    switch (option->kind) {
    case ZOE_ARG_FLAG:
    case ZOE_ARG_UNFLAG: *(bool *)value = fabs(number) > 0.0; break;
    case ZOE_ARG_TALLY: *(int32_t *)value = (int32_t)lround(number); break;
    case ZOE_ARG_CHOICE: *(int32_t *)value = (int32_t)lround(clamp(option, number)); break;
    case ZOE_ARG_INTEGER: *(int64_t *)value = llround(clamp(option, number)); break;
    case ZOE_ARG_DECIMAL: *(double *)value = clamp(option, number); break;
    default: break;
    }
}

void zoe_option_reset(const zoe_option *option, void *values)
{
    memset((char *)values + option->at, 0, value_size(option->kind));
    if (option->kind == ZOE_ARG_RATE)
        *(zoe_rate *)(void *)((char *)values + option->at) = (zoe_rate){0, 1};
    /* "Not given" of a number without a default is 0, whatever its range. */
    if (option->normal < 0.0 || option->normal > 0.0)
        zoe_option_set_number(option, values, option->normal);
}

/* ---- texts ---- */

typedef struct kept_text {
    struct kept_text *next;
    char text[];
} kept_text;

void zoe_option_set_text(const zoe_option *option, void *values, const char *text)
{
    static kept_text *all;
    const char **value = (const char **)(void *)((char *)values + option->at);
    if (!text || !text[0]) {
        *value = NULL;
        return;
    }
    kept_text *one = all;
    while (one && strcmp(one->text, text) != 0)
        one = one->next;
    if (!one) {
        size_t bytes = strlen(text) + 1;
        one = malloc(sizeof *one + bytes);
        if (!one)
            return;
        memcpy(one->text, text, bytes);
        one->next = all;
        all = one;
    }
    *value = one->text;
}

/* ---- words ---- */

/* The part of a|b|c at an index. */
static const char *nth(const char *list, int index, char text[ZOE_OPTION_TEXT])
{
    for (; index > 0 && *list; index--) {
        list += strcspn(list, "|");
        list += *list == '|';
    }
    snprintf(text, ZOE_OPTION_TEXT, "%.*s", (int)strcspn(list, "|"), list);
    return text;
}

static int count_words(const char *list)
{
    int count = 1;
    for (; *list; list++)
        count += *list == '|';
    return count;
}

int zoe_option_choices(const zoe_option *option)
{
    const char *list = option->words ? option->words : option->labels;
    return list ? count_words(list) : 0;
}

const char *zoe_option_word(const zoe_option *option, int index, char text[ZOE_OPTION_TEXT])
{
    return nth(option->words ? option->words : "", index, text);
}

const char *zoe_option_label(const zoe_option *option, int index, char text[ZOE_OPTION_TEXT])
{
    return nth(option->labels ? option->labels : "", index, text);
}

void zoe_option_list_labels(const zoe_option *option, char *text, size_t capacity)
{
    size_t length = 0;
    text[0] = '\0';
    for (int i = 0; i < zoe_option_choices(option) && length < capacity; i++) {
        char label[ZOE_OPTION_TEXT];
        zoe_option_label(option, i, label);
        if (i)
            label[0] = (char)tolower((unsigned char)label[0]);
        int added = snprintf(text + length, capacity - length, "%s%s", i ? ", " : "", label);
        length += added > 0 ? (size_t)added : 0;
    }
}

void zoe_option_figure(const zoe_option *option, double number, char text[ZOE_OPTION_TEXT])
{
    /* What rounds to zero has no sign. */
    double least = 0.5 * pow(10.0, -option->decimals);
    double shown = fabs(number) < least ? 0.0 : number;
    snprintf(text, ZOE_OPTION_TEXT, "%s%.*f%s", option->is_signed && shown > 0.0 ? "+" : "",
             option->decimals, shown, option->unit ? option->unit : "");
}

void zoe_option_key(const zoe_option *option, char text[ZOE_OPTION_TEXT])
{
    snprintf(text, ZOE_OPTION_TEXT, "%s", option->name);
    for (char *c = text; *c; c++)
        *c = *c == '-' ? '_' : *c;
}

const char *zoe_option_group_name(zoe_option_group group)
{
    static const char *const names[ZOE_GROUP_COUNT] = {"Memory",   "Loading", "Disk cache",
                                                       "Playback", "Picture", "Window"};
    return names[group];
}
