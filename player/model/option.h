/*
 * Option: a row of a table that says once what a value of the program is called, which values it
 * may have, and where it applies. The command line and its help, the settings file, the settings
 * panel, and words in the status bar and messages are made from it.
 *
 * A row does not hold its value: that stands in a struct, at the row's offset. Functions take that
 * struct as `values`.
 *
 * Thread-safety: rows are constant; everything else is a plain value.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ZOETROPE_PLAYER_OPTION_H
#define ZOETROPE_PLAYER_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/args.h"

enum {
    ZOE_OPTION_TEXT = 64,  /* bytes of the longest value or word as text */
    ZOE_OPTION_HELP = 160, /* bytes of the longest line of help */
};

/* Where an option applies; several are or-ed. */
enum {
    ZOE_IN_ARGS = 1,  /* command line: --name */
    ZOE_IN_FILE = 2,  /* settings file: "name", with '_' for '-'. Only of the kinds FLAG, INTEGER,
                              DECIMAL, CHOICE and TEXT */
    ZOE_IN_PANEL = 4, /* settings panel, in its group. Only INTEGER, DECIMAL, CHOICE, and FLAG
                             with labels */
    ZOE_IN_STATUSBAR = 8,  /* status bar, as `brief` and the value, while it is not the default */
    ZOE_WITH_HEADLESS = 16 /* command line: only together with --headless */
};

/* Headings of the settings panel, from top to bottom. */
typedef enum zoe_option_group {
    ZOE_GROUP_MEMORY,
    ZOE_GROUP_LOADING,
    ZOE_GROUP_DISK,
    ZOE_GROUP_PLAYBACK,
    ZOE_GROUP_PICTURE,
    ZOE_GROUP_WINDOW,
} zoe_option_group;

enum { ZOE_GROUP_COUNT = 6 };

/* Unused members are 0. */
typedef struct zoe_option {
    const char *name; /* long name without the dashes; of a heading its text */
    char letter;      /* short name; 0: none */
    zoe_arg_kind kind;
    unsigned where;
    size_t at;         /* offset of the value, of the type that `kind` says */
    double min, max;   /* inclusive. A number read from a file is brought into them */
    double normal;     /* the default; of a choice the word's index. RATE, EXTENT, TEXT: none */
    bool zero_is_auto; /* 0 is a value too, though less than min: the program chooses */
    const char
        *words; /* of a choice, on the command line and in the file: "every-frame|real-time" */
    const char *labels;    /* the same for people: "Every frame|Real time"; of a flag off and on */
    const char *argument;  /* for --help, what stands for the value: "N", "WxH" */
    const char *help;      /* one line for --help, without range, default and words */
    const char *otherwise; /* for --help, the default in words; "": it says none */

    /* settings panel and status bar */
    zoe_option_group group;
    const char *caption;
    double low, high, step; /* of a slider. low and high both 0: min and max */
    int decimals;           /* of the figure */
    const char *unit;       /* behind the figure: "%", " GB"; NULL: none */
    bool is_signed;         /* the figure has its sign */
    const char *brief;      /* name in the status bar: "EV" */
} zoe_option;

/* The option as the parser of command lines takes it. help and given: as in zoe_arg. */
zoe_arg zoe_option_bind(const zoe_option *option, void *values, const char *help, bool *given);

/* Its line of the help text, with range and default. Words are added by the parser. */
void zoe_option_help(const zoe_option *option, char text[ZOE_OPTION_HELP]);

/* Sets the default; those without one become 0, NULL, and a rate 0/1. */
void zoe_option_reset(const zoe_option *option, void *values);

/* Copies the value from one struct to another of the same type. */
void zoe_option_copy(const zoe_option *option, void *to, const void *from);

/* The value of a FLAG, UNFLAG, TALLY, INTEGER, DECIMAL or CHOICE. Setting it rounds it to what the
 * kind can hold and brings it into the range. */
double zoe_option_number(const zoe_option *option, const void *values);
void zoe_option_set_number(const zoe_option *option, void *values, double number);

/* The value of a TEXT. The text is kept for as long as the program runs, once for all that are
 * equal; NULL and "" are the same. Does nothing without memory. Thread-safety: one thread at a
 * time. */
void zoe_option_set_text(const zoe_option *option, void *values, const char *text);

/* How many values a choice has, or a flag with labels; 0 for others. */
int zoe_option_choices(const zoe_option *option);

/* One of a choice's words, and one of its labels: index 0..zoe_option_choices()-1. Returns
 * `text`. */
const char *zoe_option_word(const zoe_option *option, int index, char text[ZOE_OPTION_TEXT]);
const char *zoe_option_label(const zoe_option *option, int index, char text[ZOE_OPTION_TEXT]);

/* All labels in a row, small letters after the first: "Loop, ping-pong, once". */
void zoe_option_list_labels(const zoe_option *option, char *text, size_t capacity);

/* A number as people read it, with unit and sign: "75%", "+1.50". */
void zoe_option_figure(const zoe_option *option, double number, char text[ZOE_OPTION_TEXT]);

/* The name in the settings file. */
void zoe_option_key(const zoe_option *option, char text[ZOE_OPTION_TEXT]);

/* The heading of a group. */
const char *zoe_option_group_name(zoe_option_group group);

#endif
