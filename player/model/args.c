#include "model/args.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoetrope/storage.h>
#include <zoetrope/status.h>

enum {
    OPTIONS_MAX = 60,
    VALUE_BASE = 1000, /* getopt values of table rows: clear of every character */
    VALUE_HELP = 900,
    VALUE_VERSION = 901,
    HELP_COLUMN = 28,
};

/* One line, whatever file names hold. */
static void say(const char *command, const char *hint, const char *format, va_list values)
{
    char line[2048];
    if (vsnprintf(line, sizeof line, format, values) < 0)
        line[0] = '\0';
    zoe_text_clean(line);
    if (strstr(line, "://")) {
        zoe_error shown; /* without what lets one in to a URL */
        zoe_error_set(&shown, ZOE_OK, "%s", line);
        memcpy(line, shown.text, sizeof shown.text);
    }
    if (hint)
        fprintf(stderr, "%s: %s (try '%s --help')\n", command, line, hint);
    else
        fprintf(stderr, "%s: %s\n", command, line);
}

int zoe_usage_error(const char *command, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    say(command, command, format, values);
    va_end(values);
    return ZOE_EXIT_USAGE;
}

int zoe_failure(const char *command, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    say(command, NULL, format, values);
    va_end(values);
    return ZOE_EXIT_FAILED;
}

void zoe_print_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *clean = malloc(size);
    if (clean) {
        if (zoe_storage_is_url(text))
            zoe_storage_text(text, clean, size);
        else
            memcpy(clean, text, size);
        zoe_text_clean(clean);
    }
    fputs(clean ? clean : "?", stdout);
    free(clean);
}

/* The whole text as a number. strtod alone would take "nan", "0x10" and blanks in front. */
static bool parse_decimal(const char *text, double *value)
{
    if (!text[0] || text[strspn(text, "+-0123456789.eE")])
        return false;
    char *end;
    errno = 0;
    double v = strtod(text, &end);
    if (*end || end == text || errno || !isfinite(v))
        return false;
    *value = v;
    return true;
}

static bool parse_integer(const char *text, int64_t *value)
{
    if (!text[0] || text[strspn(text, "+-0123456789")])
        return false;
    char *end;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (*end || end == text || errno)
        return false;
    *value = v;
    return true;
}

bool zoe_extent_parse(const char *text, zoe_extent *extent)
{
    const char *cross = strpbrk(text, "xX");
    char first[16];
    if (!cross || (size_t)(cross - text) >= sizeof first)
        return false;
    memcpy(first, text, (size_t)(cross - text));
    first[cross - text] = '\0';
    int64_t width, height;
    if (!parse_integer(first, &width) || !parse_integer(cross + 1, &height))
        return false;
    if (width < 1 || height < 1 || width > INT32_MAX || height > INT32_MAX)
        return false;
    extent->width = (int32_t)width;
    extent->height = (int32_t)height;
    return true;
}

static int64_t greatest_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* numerator / denominator in lowest terms; 0 when it does not fit. */
static bool set_rate(int64_t numerator, int64_t denominator, zoe_rate *rate)
{
    if (numerator < 0 || denominator <= 0)
        return false;
    int64_t divisor = greatest_divisor(numerator, denominator);
    numerator /= divisor;
    denominator /= divisor;
    if (numerator > INT32_MAX || denominator > INT32_MAX)
        return false;
    rate->numerator = (int32_t)numerator;
    rate->denominator = (int32_t)denominator;
    return true;
}

bool zoe_rate_parse(const char *text, zoe_rate *rate)
{
    const char *slash = strchr(text, '/');
    if (slash) {
        char first[24];
        int64_t numerator, denominator;
        if ((size_t)(slash - text) >= sizeof first)
            return false;
        memcpy(first, text, (size_t)(slash - text));
        first[slash - text] = '\0';
        return parse_integer(first, &numerator) && parse_integer(slash + 1, &denominator) &&
               set_rate(numerator, denominator, rate);
    }
    double value;
    if (!parse_decimal(text, &value) || value < 0 || value > 1e6)
        return false;
    /* NTSC rates are usually written with two or three decimals: 23.98, 23.976, 29.97, 59.94. */
    double whole = ceil(value);
    if (whole > value && fmod(whole, 6.0) == 0.0 && fabs(whole * 1000.0 / 1001.0 - value) < 0.0055)
        return set_rate((int64_t)whole * 1000, 1001, rate);
    return set_rate((int64_t)llround(value * 1000.0), 1000, rate);
}

/* Index of `text` among the words separated by '|', or -1. */
static int32_t find_word(const char *words, const char *text)
{
    size_t length = strlen(text);
    int32_t index = 0;
    for (const char *w = words;; index++) {
        size_t n = strcspn(w, "|");
        if (n == length && strncmp(w, text, n) == 0)
            return index;
        if (!w[n])
            return -1;
        w += n + 1;
    }
}

static int out_of_range(const zoe_args *args, const zoe_arg *arg, const char *text)
{
    return zoe_usage_error(args->command, "--%s: %s is not in %.15g..%.15g", arg->name, text,
                           arg->min, arg->max);
}

static int malformed(const zoe_args *args, const zoe_arg *arg, const char *text, const char *what)
{
    return zoe_usage_error(args->command, "--%s: '%s' is not %s", arg->name, text, what);
}

static int store_number(const zoe_args *args, const zoe_arg *arg, const char *text)
{
    if (arg->kind == ZOE_ARG_INTEGER) {
        int64_t value;
        if (!parse_integer(text, &value))
            return malformed(args, arg, text, "a whole number");
        if ((double)value < arg->min || (double)value > arg->max)
            return out_of_range(args, arg, text);
        *(int64_t *)arg->value = value;
        return 0;
    }
    double value;
    if (!parse_decimal(text, &value))
        return malformed(args, arg, text, "a number");
    if (value < arg->min || value > arg->max)
        return out_of_range(args, arg, text);
    *(double *)arg->value = value;
    return 0;
}

static int store_extent(const zoe_args *args, const zoe_arg *arg, const char *text)
{
    zoe_extent extent;
    if (!zoe_extent_parse(text, &extent))
        return malformed(args, arg, text, "a size such as 1920x1080");
    if (extent.width < arg->min || extent.width > arg->max || extent.height < arg->min ||
        extent.height > arg->max)
        return out_of_range(args, arg, text);
    *(zoe_extent *)arg->value = extent;
    return 0;
}

static int store_rate(const zoe_args *args, const zoe_arg *arg, const char *text)
{
    zoe_rate rate;
    if (!zoe_rate_parse(text, &rate))
        return malformed(args, arg, text, "a rate such as 24, 23.976 or 24000/1001");
    double value = (double)rate.numerator / (double)rate.denominator;
    /* "0.0001" rounds to nothing: only a written 0 may mean 0. */
    size_t zeros = strspn(text, "+0.");
    if (value < arg->min || value > arg->max || (value <= 0 && text[zeros] && text[zeros] != '/'))
        return out_of_range(args, arg, text);
    *(zoe_rate *)arg->value = rate;
    return 0;
}

/* Returns 0, or ZOE_EXIT_USAGE after saying why. */
static int store(const zoe_args *args, const zoe_arg *arg, const char *text)
{
    int wrong = 0;
    switch (arg->kind) {
    case ZOE_ARG_HEADING: break;
    case ZOE_ARG_FLAG: *(bool *)arg->value = true; break;
    case ZOE_ARG_UNFLAG: *(bool *)arg->value = false; break;
    case ZOE_ARG_TALLY: (*(int32_t *)arg->value)++; break;
    case ZOE_ARG_INTEGER:
    case ZOE_ARG_DECIMAL: wrong = store_number(args, arg, text); break;
    case ZOE_ARG_TEXT:
        if (!text[0])
            return zoe_usage_error(args->command, "--%s: empty", arg->name);
        *(const char **)arg->value = text;
        break;
    case ZOE_ARG_EXTENT: wrong = store_extent(args, arg, text); break;
    case ZOE_ARG_RATE: wrong = store_rate(args, arg, text); break;
    case ZOE_ARG_CHOICE: {
        int32_t index = find_word(arg->words, text);
        if (index < 0)
            return zoe_usage_error(args->command, "--%s: '%s' is none of %s", arg->name, text,
                                   arg->words);
        *(int32_t *)arg->value = index;
        break;
    }
    }
    if (!wrong && arg->given)
        *arg->given = true;
    return wrong;
}

static void print_row(char letter, const char *name, const char *value_name, const char *help,
                      const char *words)
{
    char left[80];
    char shorter[8] = "    ";
    if (letter)
        snprintf(shorter, sizeof shorter, "-%c, ", letter);
    snprintf(left, sizeof left, "  %s--%s%s%s", shorter, name, value_name ? " " : "",
             value_name ? value_name : "");
    printf("%-*s %s", HELP_COLUMN, left, help);
    if (words)
        printf(": %s", words);
    printf("\n");
}

static void print_help(const zoe_args *args)
{
    printf("usage: %s [OPTIONS] %s\n\n%s\n", args->command, args->operands, args->about);
    if (!args->count || args->table[0].kind != ZOE_ARG_HEADING)
        printf("\nOptions\n");
    for (size_t i = 0; i < args->count; i++) {
        const zoe_arg *arg = &args->table[i];
        if (arg->kind == ZOE_ARG_HEADING)
            printf("\n%s\n", arg->name);
        else
            print_row(arg->letter, arg->name, arg->value_name, arg->help, arg->words);
    }
    print_row('h', "help", NULL, "print this and exit", NULL);
    print_row(0, "version", NULL, "print the version and exit", NULL);
}

static bool takes_value(zoe_arg_kind kind)
{
    return kind != ZOE_ARG_FLAG && kind != ZOE_ARG_UNFLAG && kind != ZOE_ARG_TALLY;
}

typedef struct getopt_tables {
    struct option longs[OPTIONS_MAX + 3];
    char shorts[2 * OPTIONS_MAX + 4];
} getopt_tables;

static void make_tables(const zoe_args *args, getopt_tables *tables)
{
    memset(tables, 0, sizeof *tables);
    size_t n = 0, s = 0;
    tables->shorts[s++] = ':'; /* a missing value is told apart from an unknown option */
    tables->shorts[s++] = 'h';
    for (size_t i = 0; i < args->count && n < OPTIONS_MAX; i++) {
        const zoe_arg *arg = &args->table[i];
        if (arg->kind == ZOE_ARG_HEADING)
            continue;
        tables->longs[n].name = arg->name;
        tables->longs[n].has_arg = takes_value(arg->kind) ? required_argument : no_argument;
        tables->longs[n++].val = VALUE_BASE + (int)i;
        if (arg->letter) {
            tables->shorts[s++] = arg->letter;
            if (takes_value(arg->kind))
                tables->shorts[s++] = ':';
        }
    }
    tables->longs[n].name = "help";
    tables->longs[n++].val = VALUE_HELP;
    tables->longs[n].name = "version";
    tables->longs[n].val = VALUE_VERSION;
}

static const zoe_arg *find_arg(const zoe_args *args, int value)
{
    if (value >= VALUE_BASE && (size_t)(value - VALUE_BASE) < args->count)
        return &args->table[value - VALUE_BASE];
    for (size_t i = 0; i < args->count; i++)
        if (args->table[i].letter && args->table[i].letter == value)
            return &args->table[i];
    return NULL;
}

/* getopt answered '?' or ':': says which option and what is wrong with it. */
static void complain(const zoe_args *args, int answer, char **argv)
{
    const zoe_arg *arg = find_arg(args, optopt);
    if (answer == ':' && arg)
        zoe_usage_error(args->command, "--%s needs a value", arg->name);
    else if (arg)
        zoe_usage_error(args->command, "--%s takes no value", arg->name);
    else if (optopt > 0 && optopt < 256)
        zoe_usage_error(args->command, "unknown option '-%c'", optopt);
    else
        zoe_usage_error(args->command, "unknown option '%s'", argv[optind - 1]);
}

static int check_operands(const zoe_args *args, int count, char **operands)
{
    if (count < args->operands_min)
        return zoe_usage_error(args->command, "%s is missing", args->operands);
    if (count > args->operands_max)
        return zoe_usage_error(args->command, "'%s' is one too many", operands[args->operands_max]);
    for (int i = 0; i < count; i++)
        if (!operands[i][0])
            return zoe_usage_error(args->command, "%s is empty", args->operands);
    return 0;
}

zoe_args_result zoe_args_parse(const zoe_args *args, int argc, char **argv, int *first_operand)
{
    getopt_tables tables;
    make_tables(args, &tables);
    opterr = 0;
    optind = 0; /* GNU: start again, forgetting an earlier argv */
    for (;;) {
        optopt = 0;
        int answer = getopt_long(argc, argv, tables.shorts, tables.longs, NULL);
        if (answer == -1)
            break;
        if (answer == 'h' || answer == VALUE_HELP) {
            print_help(args);
            return ZOE_ARGS_DONE;
        }
        if (answer == VALUE_VERSION) {
            printf("zoetrope %s\n", zoe_version());
            return ZOE_ARGS_DONE;
        }
        const zoe_arg *arg = answer == '?' || answer == ':' ? NULL : find_arg(args, answer);
        if (!arg) {
            complain(args, answer, argv);
            return ZOE_ARGS_WRONG;
        }
        if (store(args, arg, optarg))
            return ZOE_ARGS_WRONG;
    }
    *first_operand = optind;
    return check_operands(args, argc - optind, argv + optind) ? ZOE_ARGS_WRONG : ZOE_ARGS_RUN;
}
