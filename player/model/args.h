/*
 * Command-line arguments: one table for each command says which options there are, where their
 * values go, what range they have and what `--help` prints of them.
 *
 * Parsing is getopt_long's: options and operands may be mixed, `--` ends the options, long names
 * may be shortened while they stay unique, `--name=value` and `--name value` are the same.
 *
 * Wrong usage is answered with one line on stderr (what is wrong, and where the help is). The
 * caller then exits with ZOE_EXIT_USAGE.
 *
 * Thread-safety: one thread at a time (getopt has global state). Ownership: nothing is copied;
 * texts point into argv.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_ARGS_H
#define ZOETROPE_PLAYER_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit statuses of every command. */
enum {
    ZOE_EXIT_DONE = 0,
    ZOE_EXIT_FAILED = 1, /* one line on stderr: what, which file, why */
    ZOE_EXIT_USAGE = 2,  /* one line on stderr: what is wrong, and a hint */
};

/* Width and height in pixels. 0 x 0: not given. */
typedef struct zoe_extent {
    int32_t width, height;
} zoe_extent;

/* Frames a second as a fraction. 0 / 1: as fast as frames get ready, where a command allows it. */
typedef struct zoe_rate {
    int32_t numerator, denominator;
} zoe_rate;

typedef enum zoe_arg_kind {
    ZOE_ARG_HEADING, /* no option: a line of the help text */
    ZOE_ARG_FLAG,    /* bool: true when given */
    ZOE_ARG_UNFLAG,  /* bool: false when given */
    ZOE_ARG_TALLY,   /* int32_t: goes up each time it is given */
    ZOE_ARG_INTEGER, /* int64_t, min..max */
    ZOE_ARG_DECIMAL, /* double, min..max */
    ZOE_ARG_TEXT,    /* const char *, not empty */
    ZOE_ARG_EXTENT,  /* zoe_extent, "1920x1080", each side min..max */
    ZOE_ARG_RATE,    /* zoe_rate, "24", "23.976", "24000/1001"; min..max frames a second */
    ZOE_ARG_CHOICE,  /* int32_t: index of the word in `words` */
} zoe_arg_kind;

/* One option. Unused members are 0. */
typedef struct zoe_arg {
    const char *name; /* long name without the dashes; for a heading its text */
    char letter;      /* short name; 0: none */
    zoe_arg_kind kind;
    const char *value_name; /* for the help text: "N", "WxH" */
    const char *help;       /* one line */
    void *value;            /* of the type that `kind` says; left alone while not given */
    bool *given;            /* set to true when the option is given; may be NULL */
    double min, max;        /* inclusive */
    const char *words;      /* of a choice: "loop|ping-pong|once" */
} zoe_arg;

typedef struct zoe_args {
    const char *command;  /* "zoetrope bench hit" */
    const char *operands; /* for the help text: "SEQUENCE..." */
    const char *about;    /* what the command does, one or more lines */
    const zoe_arg *table;
    size_t count;
    int operands_min, operands_max;
} zoe_args;

typedef enum zoe_args_result {
    ZOE_ARGS_RUN,  /* go on */
    ZOE_ARGS_DONE, /* help or version was printed: exit with ZOE_EXIT_DONE */
    ZOE_ARGS_WRONG /* said so on stderr: exit with ZOE_EXIT_USAGE */
} zoe_args_result;

/*
 * Parses argv[1..argc-1] (argv[0] is not looked at). `--help`, `-h` and `--version` are always
 * there. argv is reordered: on ZOE_ARGS_RUN the operands are argv[*first_operand..argc-1], and
 * their number is in operands_min..operands_max. At most 60 options.
 */
zoe_args_result zoe_args_parse(const zoe_args *args, int argc, char **argv, int *first_operand);

/* Says on stderr, in one line, what is wrong with the usage of a command. Returns ZOE_EXIT_USAGE.
 */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int zoe_usage_error(const char *command, const char *format, ...);

/* Says on stderr, in one line, why a command failed. Returns ZOE_EXIT_FAILED. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int zoe_failure(const char *command, const char *format, ...);

/* Prints a text that may come from a file, cleaned by zoe_text_clean, on standard output. */
void zoe_print_text(const char *text);

/*
 * The text as a rate: a whole or decimal number or a fraction. Decimals close to a film or video
 * rate mean that rate (23.976 and 23.98 are 24000/1001; 29.97 is 30000/1001). Returns true, or
 * false when the text is no rate. Also the player's text fields use it.
 */
bool zoe_rate_parse(const char *text, zoe_rate *rate);

/* The text as a size "WIDTHxHEIGHT" of whole numbers, 1 or more. Returns true, or false. */
bool zoe_extent_parse(const char *text, zoe_extent *extent);

#endif
